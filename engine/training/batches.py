"""Batches: structures with the same room and the same kinds of labels, in an order to repeat.

Everything random about a batch follows from the seed, the epoch and the sample, so that a run that
was killed goes on with the very same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Bool, Complex, Float

from engine.graph import System
from engine.training.config import LossConfig
from engine.training.probes import Probe, Spectrum, probe_of, root_masses, spectrum_of
from engine.training.samples import Sample
from engine.training.shapes import Connected, Shape, connected, few_shapes, padded_system, stacked


@partial(
    jax.tree_util.register_dataclass,
    data_fields=[
        "system", "real", "share", "energy_eV", "forces_eV_A", "stress_eV_A3", "volume_A3",
        "compliance_A3_eV", "q", "displacements", "products", "metric", "spectrum_q",
        "eigenvalues", "root_mass",
    ],
    meta_fields=[],
)  # fmt: skip
@dataclass(frozen=True)
class Batch:
    """Structures of one room on a first axis; labels that none of them has are None.

    Attributes
    ----------
    system : the padded structures.
    real : which atoms are no padding.
    share : 1, or 0 for a structure that only fills the batch.
    energy_eV : without the energies of the elements.
    forces_eV_A : zero on padding, as are all arrays on the atoms.
    stress_eV_A3, volume_A3 : of crystals.
    compliance_A3_eV : of crystals, strain by stress; zero where it is not known.
    q, displacements, products, metric : probes, see :class:`engine.training.probes.Probe`; those of
        molecules have no q.
    spectrum_q, eigenvalues, root_mass : see :class:`engine.training.probes.Spectrum`.
    """

    system: System
    real: Bool[Array, "batch atoms"]
    share: Float[Array, " batch"]
    energy_eV: Float[Array, " batch"]
    forces_eV_A: Float[Array, "batch atoms 3"]
    stress_eV_A3: Float[Array, "batch 3 3"] | None = None
    volume_A3: Float[Array, " batch"] | None = None
    compliance_A3_eV: Float[Array, "batch 3 3 3 3"] | None = None
    q: Float[Array, "batch probes 3"] | None = None
    displacements: Complex[Array, "batch probes 3*atoms"] | None = None
    products: Complex[Array, "batch probes 3*atoms"] | None = None
    metric: Complex[Array, "batch 3*atoms 3*atoms"] | None = None
    spectrum_q: Float[Array, "batch 3"] | None = None
    eigenvalues: Float[Array, "batch 3*atoms"] | None = None
    root_mass: Float[Array, "batch 3*atoms"] | None = None


class Labels(NamedTuple):
    """Which labels a structure has, apart from energy and forces, that the loss asks for.

    Attributes
    ----------
    stress, strain, probes, spectrum : whether it has them.
    waves : whether its probes are waves; those of molecules are not.
    """

    stress: bool
    strain: bool
    probes: bool
    spectrum: bool
    waves: bool


@dataclass(frozen=True)
class Item:
    """A sample ready for a batch."""

    sample: Sample
    energy_eV: float
    structure: Connected
    labels: Labels


@dataclass(frozen=True)
class Batches:
    """Samples of a data set, sorted into rooms.

    Attributes
    ----------
    items : every sample.
    shapes : the room of each.
    size : structures in a batch.
    probes : probes of a structure.
    loss : says what labels are for.
    species : atomic number of padding.
    dtype : of every real array.
    seed : of order and probes.
    """

    items: list[Item]
    shapes: list[Shape]
    size: int
    probes: int
    loss: LossConfig
    species: int
    dtype: np.dtype
    seed: int

    def order(self, epoch: int | None) -> list[list[int]]:
        """Places of the samples of each batch; by the epoch, or None: as they come."""
        rooms: dict[tuple[Shape, Labels], list[int]] = {}
        for i, (item, shape) in enumerate(zip(self.items, self.shapes, strict=True)):
            rooms.setdefault((shape, item.labels), []).append(i)
        batches = []
        rng = np.random.default_rng([self.seed, epoch or 0])
        for members in rooms.values():
            mixed = members if epoch is None else rng.permutation(members).tolist()
            batches += [mixed[i : i + self.size] for i in range(0, len(mixed), self.size)]
        return batches if epoch is None else [batches[i] for i in rng.permutation(len(batches))]

    def batch(self, places: Sequence[int], epoch: int | None) -> Batch:
        """The samples at these places of :attr:`items`, all of one room.

        Probes are those of the epoch; with None they are always the same.
        """
        size = self.size
        filled = [*places, *[places[-1]] * (size - len(places))]
        shape = self.shapes[places[0]]
        rows = [self._row(i, shape, epoch) for i in filled]
        joined: dict[str, Any] = {
            "share": np.array([1.0] * len(places) + [0.0] * (size - len(places)), self.dtype)
        } | {
            key: None if rows[0][key] is None else np.stack([row[key] for row in rows])
            for key in rows[0]
            if key != "system"
        }
        return Batch(system=stacked([row["system"] for row in rows]), **joined)

    def _row(self, place: int, shape: Shape, epoch: int | None) -> dict[str, Any]:
        item = self.items[place]
        sample, labels = item.sample, item.labels
        system, real = padded_system(item.structure, shape, self.species, self.dtype)
        rng = np.random.default_rng([self.seed, 0 if epoch is None else epoch + 1, place])
        probe, spectrum = None, None
        if labels.probes:
            metric, floor = self.loss.metric, self.loss.floor_cm1
            probe = probe_of(sample, self.probes, metric, floor, rng)
        if labels.spectrum:
            spectrum = spectrum_of(sample, rng)
        atoms, n = sample.atoms, 3 * shape.atoms
        row = {
            "system": system,
            "real": real,
            "energy_eV": np.asarray(item.energy_eV, self.dtype),
            "forces_eV_A": _padded(sample.forces_eV_A, (shape.atoms, 3), self.dtype),
            "stress_eV_A3": sample.stress_eV_A3.astype(self.dtype)
            if labels.stress and sample.stress_eV_A3 is not None
            else None,
            "volume_A3": np.asarray(atoms.get_volume(), self.dtype) if labels.stress else None,
            "compliance_A3_eV": _compliance(sample).astype(self.dtype) if labels.strain else None,
            **self._probe(probe, n),
            **self._spectrum(spectrum, root_masses(atoms), n),
        }
        return row

    def _probe(self, probe: Probe | None, n: int) -> dict[str, Any]:
        if probe is None:
            return dict.fromkeys(("q", "displacements", "products", "metric"))
        to = np.result_type(self.dtype, np.complex64)
        k = len(probe.displacements)
        return {
            "q": None if probe.q is None else probe.q.astype(self.dtype),
            "displacements": _padded(probe.displacements, (k, n), to),
            "products": _padded(probe.products, (k, n), to),
            "metric": _padded(probe.metric, (n, n), to),
        }

    def _spectrum(
        self, spectrum: Spectrum | None, root: Float[np.ndarray, " 3*atoms"], n: int
    ) -> dict[str, Any]:
        if spectrum is None:
            return dict.fromkeys(("spectrum_q", "eigenvalues", "root_mass"))
        return {
            "spectrum_q": spectrum.q.astype(self.dtype),
            "eigenvalues": _padded(spectrum.eigenvalues, (n,), self.dtype),
            "root_mass": np.concatenate([root, np.ones(n - len(root))]).astype(self.dtype),
        }


def make_batches(
    samples: Sequence[Sample],
    energies: Sequence[float],
    cutoff_A: float,
    species: int,
    loss: LossConfig,
    size: int,
    probes: int = 1,
    shapes: int = 3,
    dtype: np.dtype = np.dtype(np.float32),  # noqa: B008 - immutable
    seed: int = 0,
) -> Batches:
    """Samples sorted into rooms, of at most ``shapes`` shapes.

    Parameters
    ----------
    energies : in eV, without those of the elements.
    species : an atomic number that the network knows, for padding.

    Raises
    ------
    PhonoscopeError
        if two atoms of a structure coincide.
    """
    parts = (loss.stress, loss.strain, loss.probes, loss.spectra)
    by_stress, by_strain, by_probes, by_spectra = (any(w > 0 for _, w in part) for part in parts)
    items = []
    for sample, energy in zip(samples, energies, strict=True):
        second = sample.matrices is not None or sample.products is not None
        labels = Labels(
            (by_stress or by_strain) and sample.stress_eV_A3 is not None,
            by_strain and sample.stress_eV_A3 is not None,
            by_probes and second,
            by_spectra and sample.matrices is not None,
            by_probes and second and bool(sample.atoms.pbc.any()),
        )
        items.append(Item(sample, energy, connected(sample.atoms, cutoff_A), labels))
    rooms = few_shapes([item.structure.shape for item in items], shapes)
    return Batches(items, rooms, size, probes, loss, species, dtype, seed)


def _compliance(sample: Sample) -> np.ndarray:
    known = sample.compliance_A3_eV
    return np.zeros((3, 3, 3, 3)) if known is None else known


def _padded(values: np.ndarray, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    room = np.zeros(shape, dtype)
    room[tuple(slice(n) for n in np.shape(values))] = values
    return room
