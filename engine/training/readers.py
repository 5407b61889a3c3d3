"""Data sets of any kind as samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import chemical_symbols
from ase.io import read
from ase.stress import voigt_6_to_full_3x3_stress

from engine.errors import PhonoscopeError
from engine.training.config import DataConfig
from engine.training.data.crystal_list import HELD_OUT_CRYSTALS
from engine.training.data.labelled import KINDS, LabelledStructure, read_molecules
from engine.training.data.labelled_crystals import CRYSTAL_KINDS, LabelledCrystal, read_crystals
from engine.training.data.molecule_list import HELD_OUT
from engine.training.samples import Matrices, Products, Sample
from engine.training.stiffness import with_compliances

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
            products=_molecular_products(s),
            held_out=s.name in HELD_OUT,
        )
        for s in read_molecules(path)
    ]


def _molecular_products(molecule: LabelledStructure) -> Products | None:
    u, product = molecule.displacement_A, molecule.product_eV_A
    if u is None or product is None:
        return None
    return Products(np.zeros((len(u), 3)), u + 0j, product + 0j)


def crystal_samples(path: Path) -> list[Sample]:
    """What ``make_data crystals`` wrote."""
    return [
        Sample(
            name=c.name,
            kind=c.kind,
            atoms=c.atoms,
            energy_eV=c.energy_eV,
            forces_eV_A=c.forces_eV_A,
            stress_eV_A3=c.stress_eV_A3,
            matrices=Matrices(c.matrix_q, c.force_constants_eV_A2) if len(c.matrix_q) else None,
            products=_products(c),
            held_out=c.name in HELD_OUT_CRYSTALS,
        )
        for c in read_crystals(path)
    ]


def _products(crystal: LabelledCrystal) -> Products | None:
    if not len(crystal.product_q):
        return None
    return Products(crystal.product_q, crystal.displacement_A + 0j, crystal.product_eV_A)


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


_READERS: dict[str, Reader] = {
    "molecules": molecule_samples,
    "crystals": crystal_samples,
    "structures": structure_samples,
}


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
    reader = _READERS[config.reader]
    repeats = config.repeats or (1,) * len(config.files)
    samples = with_compliances(
        [
            s
            for file, times in zip(config.files, repeats, strict=True)
            for s in reader(Path(file)) * times
        ]
    )
    if unknown := sorted(set(config.kinds) - {*KINDS, *CRYSTAL_KINDS} - {s.kind for s in samples}):
        raise PhonoscopeError(
            f"There are no structures of kind {', '.join(unknown)}",
            f"the data has {', '.join(sorted({s.kind for s in samples}))}",
            "Correct data.kinds.",
        )
    if config.kinds:
        samples = [s for s in samples if s.kind in {*config.kinds, "atom"}]
    if unknown := sorted(set(config.elements) - set(chemical_symbols[1:])):
        raise PhonoscopeError(
            f"There are no elements {', '.join(unknown)}",
            "they stand in data.elements",
            "Give symbols, like H and C.",
        )
    if config.elements:
        samples = [s for s in samples if set(s.atoms.symbols) <= set(config.elements)]
    if config.most_atoms:
        samples = [s for s in samples if len(s.atoms) <= config.most_atoms]
    if not config.sparse:
        samples = [s for s in samples if s.matrices or s.products or s.kind == "atom"]
    if not config.hessians:
        samples = [replace(s, matrices=None, products=None) for s in samples]
    return samples
