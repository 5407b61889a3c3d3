"""What there is to write: a structure, and where it vibrates the mode that is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from ase import Atoms
from jaxtyping import Float

from engine.modes import Modes
from engine.phonons import Bands, Phonons
from engine.spectra import Intensities
from engine.vibrations import Vibrations

AMPLITUDE_A = 0.3
"""Of the atom that moves most, where none is chosen."""

SPELLED = {
    "Γ": "Gamma",
    "Σ": "Sigma",
    "Δ": "Delta",
    "Λ": "Lambda",
    "Π": "Pi",
    "Φ": "Phi",
    "'": "p",
    "+": "plus",
    "(": "",
    ")": "",
}
"""Letters of irreps and wave vectors that file names do without."""


@dataclass(frozen=True)
class Content:
    """One result with one selected mode, or a structure alone.

    Attributes
    ----------
    name : what the structure is called, in file names too.
    atoms : the structure, positions in angstrom.
    result : its vibrations or phonons; None: a structure alone.
    modes : the modes at one wave vector; None for a structure alone.
    branch : number of the selected mode, from 0.
    amplitude_A : how far the atom that moves most goes, in angstrom.
    bands : of a crystal; None: those of the standard path.
    intensities : of a molecule's levels; None where they are not known.
    """

    name: str
    atoms: Atoms
    result: Vibrations | Phonons | None = None
    modes: Modes | None = None
    branch: int = 0
    amplitude_A: float = AMPLITUDE_A
    bands: Bands | None = None
    intensities: Intensities | None = None

    @property
    def provenance(self) -> Mapping[str, str]:
        """Where the numbers come from: program and version, model, how it was differentiated."""
        origin = {"program": f"Phonoscope {_version()}", "structure": self.name}
        if isinstance(self.result, Vibrations):
            origin |= {"model": self.result.model, "derivatives": self.result.derivatives}
        elif isinstance(self.result, Phonons):
            origin |= {
                "model": self.result.potential.name,
                "derivatives": self.result.derivatives,
            }
            if self.result.mesh is not None:
                origin["mesh"] = " ".join(map(str, self.result.mesh))
        return origin

    @property
    def mode(self) -> Mapping[str, str | int | float]:
        """What there is to say of the selected mode, in words without spaces."""
        if self.modes is None:
            return {}
        said: dict[str, str | int | float] = {
            "mode": self.branch + 1,
            "frequency_cm1": round(float(self.modes.frequency_cm1[self.branch]), 4),
        }
        if (label := self.modes.irrep[self.branch]) is not None:
            said["irrep"] = label
        if isinstance(self.result, Phonons):
            said["q"] = " ".join(f"{x + 0.0:.8g}" for x in self.modes.q)
        return said

    @property
    def line(self) -> str:
        """Provenance and mode in one line."""
        return "; ".join(
            f"{name}: {text}" for name, text in {**self.provenance, **self.mode}.items()
        )

    @property
    def mode_name(self) -> str:
        """Like methane_T2_1314cm-1; the wave vector stands in it for crystals."""
        if self.modes is None:
            return self.name
        parts = [self.name]
        if isinstance(self.result, Phonons):
            parts.append(self._name_of_q(self.modes.q))
        if (label := self.modes.irrep[self.branch]) is not None:
            parts.append(label)
        parts.append(f"{self.modes.frequency_cm1[self.branch]:.0f}cm-1")
        return plain("_".join(parts))

    def _name_of_q(self, q: Float[np.ndarray, "3"]) -> str:
        if self.bands is not None:
            for name, point in self.bands.labels:
                if np.allclose(self.bands.q[point], q):
                    return name
        return "q" + "_".join(f"{x + 0.0:.3g}" for x in q) if q.any() else "Γ"


def content_of(
    name: str,
    result: Vibrations | Phonons,
    modes: Modes | None = None,
    branch: int | None = None,
    amplitude_A: float = AMPLITUDE_A,
    bands: Bands | None = None,
    intensities: Intensities | None = None,
) -> Content:
    """A result as what there is to write.

    Parameters
    ----------
    modes : at the wave vector chosen; None: those of a molecule, or of q = 0.
    branch : from 0; None: the first that is a vibration.
    intensities : of the levels of ``result``; None where they are not known.
    """
    if modes is None:
        modes = result.modes if isinstance(result, Vibrations) else result.gamma
    if branch is None:
        branch = int(np.argmin(modes.acoustic))
    if bands is None and isinstance(result, Phonons):
        bands = result.bands()
    return Content(
        plain(name), result.atoms, result, modes, branch, amplitude_A, bands, intensities
    )


def plain(name: str) -> str:
    """A name of letters that every file system takes."""
    for letter, spelled in SPELLED.items():
        name = name.replace(letter, spelled)
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip("-") or "structure"


def _version() -> str:
    try:
        return version("phonoscope")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "from source"
