"""Labelled structures as training takes them, molecules and crystals alike, and their split."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import read
from ase.stress import voigt_6_to_full_3x3_stress
from jaxtyping import Complex, Float

from engine.errors import PhonoscopeError
from engine.training.config import DataConfig
from engine.training.data.labelled import KINDS, read_molecules
from engine.training.data.molecule_list import HELD_OUT


@dataclass(frozen=True)
class Matrices:
    """Force constants Phi(q) = sum_R Phi(0i, Rj) exp(2 pi i q.R), whole; a Hessian is q = 0.

    Attributes
    ----------
    q : shape (matrices, 3), in units of the reciprocal vectors of the cell.
    force_constants_eV_A2 : shape (matrices, 3 atoms, 3 atoms), without masses.
    """

    q: Float[np.ndarray, "matrices 3"]
    force_constants_eV_A2: Complex[np.ndarray, "matrices 3*atoms 3*atoms"]


@dataclass(frozen=True)
class Products:
    """Some Phi(q) u.

    Attributes
    ----------
    q : shape (products, 3).
    displacements_A : shape (products, 3 atoms), u; u = a - ib is the wave a cos + b sin.
    products_eV_A : shape (products, 3 atoms), Phi(q) u.
    """

    q: Float[np.ndarray, "products 3"]
    displacements_A: Complex[np.ndarray, "products 3*atoms"]
    products_eV_A: Complex[np.ndarray, "products 3*atoms"]


@dataclass(frozen=True)
class Sample:
    """A structure with its labels; None where there is none.

    Attributes
    ----------
    name : of the molecule or crystal; all its geometries go to the same side of a split.
    kind : how the geometry was made; ``atom`` is a free atom, kept for its energy alone.
    atoms : positions and cell in angstrom.
    energy_eV : of the molecule or cell.
    forces_eV_A : shape (atoms, 3).
    stress_eV_A3 : shape (3, 3), positive under tension.
    matrices : whole matrices of force constants.
    products : products of such matrices with displacements.
    held_out : never trained on, nor used to decide when to stop.
    """

    name: str
    kind: str
    atoms: Atoms
    energy_eV: float
    forces_eV_A: Float[np.ndarray, "atoms 3"]
    stress_eV_A3: Float[np.ndarray, "3 3"] | None = None
    matrices: Matrices | None = None
    products: Products | None = None
    held_out: bool = False


Reader = Callable[[Path], list[Sample]]


def molecule_samples(path: Path) -> list[Sample]:
    """What ``make_data molecules`` wrote."""
    return [
        Sample(
            name=s.name,
            kind=s.kind,
            atoms=s.atoms,
            energy_eV=s.energy_eV,
            forces_eV_A=s.forces_eV_A,
            matrices=None
            if s.hessian_eV_A2 is None or len(s.atoms) == 1
            else Matrices(np.zeros((1, 3)), s.hessian_eV_A2[None] + 0j),
            held_out=s.name in HELD_OUT,
        )
        for s in read_molecules(path)
    ]


def structure_samples(path: Path) -> list[Sample]:
    """Structures of any file that ASE reads with energies and forces, like extended XYZ.

    ``name`` and ``kind`` of a structure's properties are its own; else its formula is its name.

    Raises
    ------
    PhonoscopeError
        if the file cannot be read, or a structure lacks energy or forces.
    """
    try:
        frames = read(path, ":")
    except Exception as error:  # readers of ASE fail in as many ways as there are formats
        raise PhonoscopeError(
            f"cannot read {path}", str(error) or type(error).__name__, "Give extended XYZ."
        ) from error
    samples = []
    for number, atoms in enumerate(frames, start=1):
        results = getattr(atoms.calc, "results", {})
        if missing := {"energy", "forces"} - set(results):
            raise PhonoscopeError(
                f"structure {number} of {path} cannot be used",
                f"it has no {' and no '.join(sorted(missing))}",
                "Write both with it; ASE's extended XYZ calls them energy and forces.",
            )
        stress = results.get("stress") if atoms.pbc.all() else None
        bare = Atoms(atoms.numbers, atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
        samples.append(
            Sample(
                name=str(atoms.info.get("name", atoms.get_chemical_formula())),
                kind=str(atoms.info.get("kind", "atom" if len(atoms) == 1 else "structure")),
                atoms=bare,
                energy_eV=float(results["energy"]),
                forces_eV_A=np.asarray(results["forces"], float),
                stress_eV_A3=None if stress is None else voigt_6_to_full_3x3_stress(stress),
                held_out=bool(atoms.info.get("held_out", False)),
            )
        )
    return samples


_READERS: dict[str, Reader] = {"molecules": molecule_samples, "structures": structure_samples}


def register_reader(kind: str, reader: Reader) -> None:
    """Make a kind of data set known by name, for ``data.reader`` of a configuration."""
    _READERS[kind] = reader


def read_samples(config: DataConfig) -> list[Sample]:
    """Every sample of the data sets.

    Raises
    ------
    PhonoscopeError
        if the kind is unknown, a file cannot be read, or it holds nothing to train on.
    """
    if config.reader not in _READERS:
        raise PhonoscopeError(
            f"There are no data sets of kind {config.reader!r}",
            f"known are {', '.join(_READERS)}",
            "Correct data.reader.",
        )
    samples = [s for file in config.files for s in _READERS[config.reader](Path(file))]
    if unknown := sorted(set(config.kinds) - set(KINDS) - {s.kind for s in samples}):
        raise PhonoscopeError(
            f"There are no structures of kind {', '.join(unknown)}",
            f"the data has {', '.join(sorted({s.kind for s in samples}))}",
            "Correct data.kinds.",
        )
    if config.kinds:
        samples = [s for s in samples if s.kind in {*config.kinds, "atom"}]
    if not config.hessians:
        samples = [replace(s, matrices=None, products=None) for s in samples]
    return samples


@dataclass(frozen=True)
class Split:
    """Disjoint samples; no name is in two of them.

    Attributes
    ----------
    training : what parameters are fitted to.
    validation : what decides when to stop and which parameters are kept.
    atoms : free atoms, for their energies.
    """

    training: list[Sample]
    validation: list[Sample]
    atoms: list[Sample]


def split(samples: Sequence[Sample], config: DataConfig, seed: int) -> Split:
    """Split by name; what is held out is in neither part.

    A name's place depends on nothing but itself and the seed, so that data which grows keeps its
    split.

    Raises
    ------
    PhonoscopeError
        if nothing is left to train on.
    """
    used = [
        s for s in samples if s.kind != "atom" and not s.held_out and s.name not in config.exclude
    ]

    def apart(name: str) -> bool:
        digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") < config.validation * 2**64

    training = [s for s in used if not apart(s.name)]
    if not training:
        raise PhonoscopeError(
            "There is nothing to train on",
            f"of {len(samples)} structures {len(used)} are not held out, and all of these are kept "
            "for validation",
            "Give more data, or lower data.validation.",
        )
    return Split(
        training, [s for s in used if apart(s.name)], [s for s in samples if s.kind == "atom"]
    )


def fingerprint(samples: Sequence[Sample]) -> str:
    """A checksum of structures and energies: the same data, in the same order."""
    digest = hashlib.sha256()
    for s in samples:
        digest.update(f"{s.name} {s.kind} {s.energy_eV!r} {s.matrices is not None}".encode())
        digest.update(s.atoms.numbers.tobytes() + s.atoms.positions.tobytes())
    return digest.hexdigest()
