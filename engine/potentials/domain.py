"""What a trained model knows: the surroundings of atoms it was trained on, kept with its weights.

An atom's surroundings are the scalars that a network's last layer makes of them, from which it
reads the energy (J. P. Janet et al., Chem. Sci. 10, 7913 (2019)). Their distance to the nearest of
the training data says how far the network has to extrapolate; what error belongs to a distance is
measured on structures that were not trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from safetensors.numpy import load, save

FILE = "domain.safetensors"


@dataclass(frozen=True)
class Domain:
    """Surroundings that a model was trained on.

    Attributes
    ----------
    centres : by atomic number, shape (surroundings, features): a choice of those in the training
        data that leaves none of them far from all.
    scale : shape (features,), by which differences of a feature are divided.
    distances : shape (points,), ascending distances to the nearest centre,
    force_errors_eV_A : shape (points,), and the error of the forces on an atom that belongs to
        them: the mean length of the error on structures not trained on, made monotonic.
    limit : distance up to which that error is no more than twice what it is within the data.
    """

    centres: Mapping[int, Float[np.ndarray, "surroundings features"]]
    scale: Float[np.ndarray, " features"]
    distances: Float[np.ndarray, " points"]
    force_errors_eV_A: Float[np.ndarray, " points"]
    limit: float

    def distance(
        self, numbers: np.ndarray, features: Float[np.ndarray, "atoms features"]
    ) -> Float[np.ndarray, " atoms"]:
        """Of each atom to the nearest centre of its element; infinite for an unknown element."""
        found = np.full(len(numbers), np.inf)
        for z in np.unique(numbers):
            if (centres := self.centres.get(int(z))) is not None:
                mine = numbers == z
                found[mine] = nearest(features[mine] / self.scale, centres / self.scale)
        return found

    def expected_force_error_eV_A(self, distance: float) -> float:
        """The error that belongs to a distance; beyond the last point that of the last point."""
        return float(np.interp(distance, self.distances, self.force_errors_eV_A))


def nearest(
    points: Float[np.ndarray, "points features"], centres: Float[np.ndarray, "centres features"]
) -> Float[np.ndarray, " points"]:
    """Root mean square difference, over the features, to the nearest centre."""
    squares = [np.square(centres - point).mean(1).min() for point in points]
    return np.sqrt(np.array(squares))


def write_domain(domain: Domain, folder: Path) -> None:
    """Keep a domain in the folder of its model."""
    arrays = {f"centres/{z}": c.astype(np.float32) for z, c in domain.centres.items()} | {
        "scale": domain.scale.astype(np.float32),
        "distances": domain.distances.astype(np.float32),
        "force_errors_eV_A": domain.force_errors_eV_A.astype(np.float32),
        "limit": np.array([domain.limit], np.float32),
    }
    (folder / FILE).write_bytes(save({k: np.array(a, order="C") for k, a in arrays.items()}))


def read_domain(folder: Path) -> Domain | None:
    """The domain in the folder of a model; None if there is none."""
    if not (folder / FILE).is_file():
        return None
    arrays = {k: a.astype(float) for k, a in load((folder / FILE).read_bytes()).items()}
    return Domain(
        centres={
            int(name.partition("/")[2]): array
            for name, array in arrays.items()
            if name.startswith("centres/")
        },
        scale=arrays["scale"],
        distances=arrays["distances"],
        force_errors_eV_A=arrays["force_errors_eV_A"],
        limit=float(arrays["limit"][0]),
    )
