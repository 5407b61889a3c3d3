"""What symmetry says about the vibrations of a molecule, from its geometry alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from jaxtyping import Float

from engine.errors import PhonoscopeError
from engine.symmetry.activity import (
    Components,
    components,
    is_hyper_raman_active,
    is_ir_active,
    is_raman_active,
)
from engine.symmetry.character_table import CharacterTable, character_table
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.labels import representation
from engine.symmetry.molecules.point_group import TOLERANCE_A, point_group
from engine.symmetry.reduction import ClassCharacters, ReductionStep, class_characters, reduction


@dataclass(frozen=True)
class IrrepActivity:
    """One irrep: how often it occurs, and what light does with it.

    Attributes
    ----------
    name : Mulliken symbol; None where it depends on a choice of axes.
    dimension : number of partners, the degeneracy of its levels.
    in_3n, in_trans, in_rot, in_vib : how often it occurs among all displacements, translations,
        rotations and vibrations; the last is its number of different frequencies.
    ir_active, raman_active, hyper_raman_active : what selection rules allow its fundamentals.
    components : Cartesian components it carries, in ``group.axes``.
    """

    name: str | None
    dimension: int
    in_3n: int
    in_trans: int
    in_rot: int
    in_vib: int
    ir_active: bool
    raman_active: bool
    hyper_raman_active: bool
    components: Components

    @property
    def silent(self) -> bool:
        """Whether neither infrared nor Raman shows it."""
        return not (self.ir_active or self.raman_active)


@dataclass(frozen=True)
class VibrationalRepresentation:
    """Point group of a molecule and the symmetry of its vibrations.

    Attributes
    ----------
    atoms : the molecule; its isotopes count.
    tolerance_A : largest distance in angstrom of an atom from exact symmetry that was allowed.
    group : point group, with ``rms_A``, ``next_higher`` and its ``axes``.
    table : character table; None if the group has none here (axes of more than twelve turns), and
        then everything below is empty or None.
    classes : class by class: unmoved atoms and characters.
    reduction : how the irreps of the 3N displacements are counted, one step an irrep.
    irreps : one entry for each irrep, in table order.
    gamma_3n, gamma_trans, gamma_rot, gamma_vib : all displacements, translations, rotations and
        vibrations as sums of irreps, like ``A1+E+2T2``.
    """

    atoms: Atoms
    tolerance_A: float
    group: SymmetryGroup
    table: CharacterTable | None
    classes: tuple[ClassCharacters, ...]
    reduction: tuple[ReductionStep, ...]
    irreps: tuple[IrrepActivity, ...]
    gamma_3n: str | None
    gamma_trans: str | None
    gamma_rot: str | None
    gamma_vib: str | None

    @property
    def vibrations(self) -> int:
        """Number of vibrations, 3N-6 or 3N-5."""
        return 3 * len(self.atoms) - (5 if self.group.linear else 6)

    @property
    def levels(self) -> int:
        """Number of different frequencies, unless some coincide by accident."""
        return sum(irrep.in_vib for irrep in self.irreps)

    @property
    def ir_active(self) -> tuple[IrrepActivity, ...]:
        """Irreps of vibrations that absorb infrared light."""
        return tuple(irrep for irrep in self.irreps if irrep.in_vib and irrep.ir_active)

    @property
    def raman_active(self) -> tuple[IrrepActivity, ...]:
        """Irreps of vibrations that scatter light (Raman)."""
        return tuple(irrep for irrep in self.irreps if irrep.in_vib and irrep.raman_active)

    @property
    def hyper_raman_active(self) -> tuple[IrrepActivity, ...]:
        """Irreps of vibrations seen in hyper-Raman scattering."""
        return tuple(irrep for irrep in self.irreps if irrep.in_vib and irrep.hyper_raman_active)

    @property
    def silent(self) -> tuple[IrrepActivity, ...]:
        """Irreps of vibrations that neither infrared nor Raman shows."""
        return tuple(irrep for irrep in self.irreps if irrep.in_vib and irrep.silent)

    @property
    def selection_rules(self) -> str:
        """What infrared and Raman show, in words."""
        if self.table is None:
            return f"There is no character table of {self.group.name} here."
        words = self._vibrations_in_words()
        shown = f"Infrared shows {_lines(self.ir_active)}, Raman {_lines(self.raman_active)}"
        if not self.silent:
            return f"{words} {shown}; none is silent."
        hyper = tuple(irrep for irrep in self.silent if irrep.hyper_raman_active)
        rest = f", of which hyper-Raman shows {_lines(hyper)}" if hyper else ""
        return f"{words} {shown}; silent in both: {_lines(self.silent)}{rest}."

    def _vibrations_in_words(self) -> str:
        if self.vibrations == 1:
            return f"The one vibration is {self.gamma_vib}."
        different = "frequency" if self.levels == 1 else "frequencies"
        return f"The {self.vibrations} vibrations have {self.levels} different {different}."


def count(irreps: tuple[IrrepActivity, ...]) -> int:
    """Number of levels of these irreps."""
    return sum(irrep.in_vib for irrep in irreps)


def _lines(irreps: tuple[IrrepActivity, ...]) -> str:
    """How many levels, and of which irreps, like ``4 (A1, E, 2T2)``."""
    if not irreps:
        return "none"
    names = [f"{i.in_vib if i.in_vib > 1 else ''}{i.name or '?'}" for i in irreps]
    return f"{count(irreps)} ({', '.join(names)})"


def molecular_representation(
    atoms: Atoms, tolerance_A: float = TOLERANCE_A
) -> VibrationalRepresentation:
    """Point group, character table, reduction and selection rules of a molecule.

    Raises
    ------
    PhonoscopeError
        for a periodic structure, a single atom, atoms that coincide, or a tolerance that makes no
        sense.
    """
    if atoms.pbc.any():
        raise PhonoscopeError(
            "This structure is a crystal, not a molecule",
            f"{atoms.get_chemical_formula()} is periodic",
            "Use engine.vibrational_representation, which takes both.",
        )
    return representation_in(point_group(atoms, tolerance_A), atoms, tolerance_A)


def representation_in(
    group: SymmetryGroup, atoms: Atoms, tolerance_A: float = TOLERANCE_A
) -> VibrationalRepresentation:
    """The same in a point group that is known already, such as ``Vibrations.group``."""
    table = character_table(group)
    if table is None:
        nothing = (None, None, None, None)
        return VibrationalRepresentation(atoms, tolerance_A, group, None, (), (), (), *nothing)
    parts = _characters(group)
    classes = class_characters(group, table)
    gamma_3n, gamma_trans, gamma_rot, gamma_vib = (representation(group, part) for part in parts)
    return VibrationalRepresentation(
        atoms=atoms,
        tolerance_A=tolerance_A,
        group=group,
        table=table,
        classes=classes,
        reduction=reduction(group, table, classes),
        irreps=_irreps(group, table, parts),
        gamma_3n=gamma_3n,
        gamma_trans=gamma_trans,
        gamma_rot=gamma_rot,
        gamma_vib=gamma_vib,
    )


def _irreps(
    group: SymmetryGroup, table: CharacterTable, parts: Float[np.ndarray, "4 order"]
) -> tuple[IrrepActivity, ...]:
    counts = np.rint([table.multiplicities(part) for part in parts]).astype(int)
    carried = components(group, table)
    return tuple(
        IrrepActivity(
            name=table.labels[k],
            dimension=int(table.dimensions[k]),
            in_3n=int(counts[0, k]),
            in_trans=int(counts[1, k]),
            in_rot=int(counts[2, k]),
            in_vib=int(counts[3, k]),
            ir_active=is_ir_active(group, chi),
            raman_active=is_raman_active(group, chi),
            hyper_raman_active=is_hyper_raman_active(group, chi),
            components=carried[k],
        )
        for k, chi in enumerate(table.characters)
    )


def _characters(group: SymmetryGroup) -> Float[np.ndarray, "4 order"]:
    """Of all displacements, translations, rotations and vibrations.

    A linear molecule does not turn about its own line.
    """
    everything = group.displacement_characters()
    translations = np.trace(group.rotations, axis1=1, axis2=2)
    signs = np.linalg.det(group.rotations)
    rotations = signs * translations
    if group.linear:
        line = group.axes[:, 2]
        rotations = rotations - signs * (group.rotations @ line @ line)
    return np.array([everything, translations, rotations, everything - translations - rotations])
