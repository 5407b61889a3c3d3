"""The work on one molecule, in parts that are kept as soon as they are done."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from ase import Atoms

from engine.errors import PhonoscopeError
from engine.training.data.distortions import (
    distorted,
    normal_modes,
    starting_geometry,
)
from engine.training.data.labelled import LabelledStructure, read_molecules, write_part
from engine.training.data.molecule_list import HELD_OUT, ISOLATED_ATOMS, Molecule
from engine.training.data.quantum import Labeller
from engine.training.data.skeletons import held_out_skeletons, skeleton
from engine.training.data.workplace import PartsFolder

IMAGINARY_CM1 = -10.0  # what the finite integration grid does to free rotors stays above
DOWNHILL_A = 0.2  # how far from a saddle point the next relaxation starts

Distortion = tuple[str, float, bool]
"""Kind, temperature in K or spread in angstrom or factor, and whether its Hessian is computed."""
DISTORTIONS: dict[str, tuple[Distortion, ...]] = {
    "distorted": (
        ("thermal", 300, True),
        ("thermal", 600, False),
        ("classical", 300, False),
        ("classical", 1000, False),
        ("random", 0.04, False),
        ("stretch", 1.15, False),
    ),
    "distorted-more": (
        ("classical", 600, True),
        ("random", 0.03, True),
        ("thermal", 300, False),
        ("thermal", 1000, False),
        ("stretch", 0.92, False),
        ("stretch", 1.3, False),
    ),
}


@dataclass(frozen=True)
class Workplace(PartsFolder[Molecule]):
    """Where parts of molecules are kept, and who computes them."""

    labeller: Labeller

    def equilibrium(self, name: str) -> LabelledStructure:
        """The molecule at the lowest stationary point found; its part must be done."""
        return read_molecules(self.path(name, "equilibrium"))[-1]

    def prepare(self) -> None:
        """Energies of free atoms, one file an element; those that are there stay."""
        for element in ISOLATED_ATOMS:
            path = self.path(element, "atom")
            if not path.exists():
                write_part(path, "atom", [self.labeller.free_atom(element)], {})

    def compute(self, item: Molecule, part: str) -> None:
        """Compute one part of a molecule and keep it; raises what the labeller raises."""
        _compute(self, item, part)

    def status(self, items: Sequence[Molecule]) -> str:
        """What is there, in one line for a person."""
        structures = read_molecules(self.folder) if any(self.folder.glob("*.h5")) else []
        done = {s.name for s in structures if s.kind == "equilibrium"}
        names = {m.name for m in items}
        geometries = sum(s.kind != "atom" for s in structures)
        hessians = sum(s.hessian_eV_A2 is not None for s in structures)
        failed = len(list(self.folder.glob("*.failed")))
        return (
            f"{len(done & names)} of {len(names)} molecules "
            f"({len(done & names & HELD_OUT)} of {len(names & HELD_OUT)} held out), "
            f"{geometries} geometries with "
            f"forces, {hessians} Hessians, {failed} parts failed"
        )


def _compute(workplace: Workplace, molecule: Molecule, part: str) -> None:
    started = time.process_time()
    work: Callable[..., list[LabelledStructure]]
    if part in DISTORTIONS:
        structures = _distorted(workplace, molecule, part)
    else:
        work = {"equilibrium": _stationary_points, "polarizability": _with_polarizability}[part]
        structures = work(workplace, molecule)
    last = structures[-1]
    notes: dict[str, float | str] = {"cpu_seconds": round(time.process_time() - started, 1)}
    notes["largest_force_eV_A"] = float(np.linalg.norm(last.forces_eV_A, axis=1).max())
    if part == "equilibrium":
        assert last.hessian_eV_A2 is not None
        notes["lowest_frequency_cm1"] = lowest_frequency_cm1(last)
        notes["smiles"] = molecule.smiles
        notes["started_from"] = f"ase G2 {molecule.g2}" if molecule.g2 else "RDKit"
    write_part(workplace.path(molecule.name, part), part, structures, notes)


def lowest_frequency_cm1(structure: LabelledStructure) -> float:
    """The softest vibration of a structure with a Hessian; negative if imaginary."""
    assert structure.hessian_eV_A2 is not None
    return float(normal_modes(structure.atoms, structure.hessian_eV_A2).frequency_cm1[0])


def _stationary_points(workplace: Workplace, molecule: Molecule) -> list[LabelledStructure]:
    """The minimum; before it the saddle point, where relaxation first found one."""
    labeller, atoms = workplace.labeller, starting_geometry(molecule)
    found: list[LabelledStructure] = []
    for _ in range(3):
        atoms = labeller.relax(atoms)
        found.append(labeller.label(atoms, molecule.name, "equilibrium", hessian=True))
        hessian = found[-1].hessian_eV_A2
        assert hessian is not None
        modes = normal_modes(atoms, hessian)
        if modes.frequency_cm1[0] > IMAGINARY_CM1:
            break
        found[-1] = replace(found[-1], kind="saddle")
        atoms = atoms.copy()
        atoms.positions += DOWNHILL_A * modes.displacement[0].real
    _refuse_held_out(molecule.name, found[-1].atoms)
    return found


def _refuse_held_out(name: str, atoms: Atoms) -> None:
    """What came to rest must not be a held-out molecule under another name."""
    known = None if name in HELD_OUT else held_out_skeletons().get(skeleton(atoms))
    if known is not None:
        raise PhonoscopeError(
            f"{name} is no molecule of its own",
            f"it came to rest with the bonds of {known}, which no training may see",
            "Leave it out.",
        )


def _distorted(workplace: Workplace, molecule: Molecule, part: str) -> list[LabelledStructure]:
    minimum = workplace.equilibrium(molecule.name)
    assert minimum.hessian_eV_A2 is not None
    modes = normal_modes(minimum.atoms, minimum.hessian_eV_A2)
    rng = np.random.default_rng(zlib.crc32(f"{molecule.name} {part}".encode()))
    structures = []
    for kind, size, hessian in DISTORTIONS[part]:
        atoms = distorted(minimum.atoms, modes, kind, size, rng)
        structures.append(workplace.labeller.label(atoms, molecule.name, kind, hessian))
    return structures


def _with_polarizability(workplace: Workplace, molecule: Molecule) -> list[LabelledStructure]:
    minimum = workplace.equilibrium(molecule.name)
    derivative = workplace.labeller.polarizability_derivative(minimum.atoms)
    return [replace(minimum, polarizability_derivative_A2=derivative)]
