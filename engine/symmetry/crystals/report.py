"""What symmetry alone says about the modes of a crystal at Γ: no model, no forces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from ase import Atoms

from engine.errors import PhonoscopeError
from engine.structure import primitive_cell
from engine.symmetry.activity import (
    Components,
    components,
    is_hyper_raman_active,
    is_ir_active,
    is_raman_active,
)
from engine.symmetry.character_table import CharacterTable, character_table
from engine.symmetry.crystals.parents import ParentGroup, parent_groups
from engine.symmetry.crystals.space_group import (
    TOLERANCE_A,
    SpaceGroup,
    cell_operations,
    space_group,
)
from engine.symmetry.crystals.wyckoff import Site, wyckoff_sites
from engine.symmetry.group import SymmetryGroup
from engine.symmetry.labels import representation
from engine.symmetry.raman_tensors import RamanTensor, raman_tensors
from engine.symmetry.reduction import ClassCharacters, ReductionStep, class_characters, reduction

__all__ = ["CrystalIrrep", "CrystalRepresentation", "crystal_representation"]


@dataclass(frozen=True)
class CrystalIrrep:
    """One irrep of the factor group and what its modes do.

    Attributes
    ----------
    name : Mulliken symbol; None where it depends on a choice of axes.
    dimension : degeneracy of its levels.
    total, acoustic, optical : number of its levels among all modes, the translations, the rest.
    ir_active, raman_active, hyper_raman_active : what selection rules allow.
    components : of a vector, of rotations and of a symmetric tensor, in the axes of the group.
    """

    name: str | None
    dimension: int
    total: int
    acoustic: int
    optical: int
    ir_active: bool
    raman_active: bool
    hyper_raman_active: bool
    components: Components

    @property
    def silent(self) -> bool:
        """Whether neither infrared nor Raman shows it."""
        return not (self.ir_active or self.raman_active)


@dataclass(frozen=True)
class CrystalRepresentation:
    """Symmetry of a crystal and of its modes at Γ.

    Attributes
    ----------
    atoms : the primitive cell, on which everything stands.
    given_cells : number of primitive cells in the cell that was given.
    space_group : its space group; ``space_group.factor_group`` is never None here.
    table : character table of the factor group; None if its operations fit none, and then what
        needs one is empty or None.
    classes : class by class: unmoved atoms, and characters of all modes (``gamma_3n``) and of the
        acoustic ones (``gamma_trans``). Rotations are not free motions of a crystal.
    reduction : how the irreps of all modes are counted, one step an irrep.
    sites : the representation of all modes by Wyckoff position.
    irreps : one entry for each irrep of the table, in its order.
    gamma_total, gamma_acoustic, gamma_optical : all modes at Γ, the three translations and the
        others, like ``A1g+A2g+2A2u``.
    raman_tensors : the form of the tensors of each Raman-active irrep, in the axes of the group.
    """

    atoms: Atoms
    given_cells: int
    space_group: SpaceGroup
    table: CharacterTable | None
    classes: tuple[ClassCharacters, ...]
    reduction: tuple[ReductionStep, ...]
    sites: tuple[Site, ...]
    irreps: tuple[CrystalIrrep, ...]
    gamma_total: str | None
    gamma_acoustic: str | None
    gamma_optical: str | None
    raman_tensors: tuple[RamanTensor, ...]

    @property
    def group(self) -> SymmetryGroup:
        """The factor group."""
        assert self.space_group.factor_group is not None
        return self.space_group.factor_group

    @cached_property
    def parents(self) -> tuple[ParentGroup, ...]:
        """Larger space groups that the structure nearly has, the nearest first."""
        return parent_groups(self.atoms, self.space_group)

    @property
    def ir_active(self) -> tuple[CrystalIrrep, ...]:
        """Irreps of optical modes that absorb infrared light."""
        return tuple(irrep for irrep in self.irreps if irrep.optical and irrep.ir_active)

    @property
    def raman_active(self) -> tuple[CrystalIrrep, ...]:
        """Irreps of optical modes that scatter light (Raman)."""
        return tuple(irrep for irrep in self.irreps if irrep.optical and irrep.raman_active)

    @property
    def hyper_raman_active(self) -> tuple[CrystalIrrep, ...]:
        """Irreps of optical modes seen in hyper-Raman scattering."""
        return tuple(irrep for irrep in self.irreps if irrep.optical and irrep.hyper_raman_active)

    @property
    def silent(self) -> tuple[CrystalIrrep, ...]:
        """Irreps of optical modes that neither infrared nor Raman shows."""
        return tuple(irrep for irrep in self.irreps if irrep.optical and irrep.silent)


def crystal_representation(atoms: Atoms, tolerance_A: float = TOLERANCE_A) -> CrystalRepresentation:
    """Factor group, mechanical representation and selection rules of a crystal, slab or chain.

    A crystal is reduced to its primitive cell first. A slab or chain is not; its group is what
    :func:`engine.symmetry.space_group` keeps of the crystal that its cell makes of it. The turn of
    a chain about itself is counted among the optical modes.

    Parameters
    ----------
    tolerance_A : distance in angstrom within which atoms count as symmetric.

    Raises
    ------
    PhonoscopeError
        for a molecule, where no space group is found, for a slab or chain whose cell is not
        primitive, or a tolerance that makes no sense.
    """
    if not atoms.pbc.any():
        raise PhonoscopeError(
            "This structure is a molecule, not a crystal",
            f"{atoms.get_chemical_formula()} is not periodic",
            "Use engine.vibrational_representation, which takes both.",
        )
    cell, found = atoms, space_group(atoms, tolerance_A)
    if found.primitive_cells > 1:
        cell = primitive_cell(atoms, tolerance_A)
        found = space_group(cell, tolerance_A)
    group, operations = found.factor_group, cell_operations(cell, tolerance_A)
    if group is None or operations is None:
        raise PhonoscopeError(
            "The factor group of this cell cannot be given",
            f"it holds {found.primitive_cells} primitive cells at {tolerance_A} angstrom, or "
            "operations that do not make up a group",
            "Give the primitive cell, or choose another tolerance.",
        )
    table = character_table(group)
    classes = class_characters(group, table) if table else ()
    everything = group.displacement_characters()
    translations = np.trace(group.rotations, axis1=1, axis2=2)
    return CrystalRepresentation(
        atoms=cell,
        given_cells=len(atoms) // len(cell),
        space_group=found,
        table=table,
        classes=classes,
        reduction=reduction(group, table, classes) if table else (),
        sites=wyckoff_sites(cell, operations, group, table),
        irreps=_irreps(group, table) if table else (),
        gamma_total=representation(group, everything),
        gamma_acoustic=representation(group, translations),
        gamma_optical=representation(group, everything - translations),
        raman_tensors=raman_tensors(group, table) if table else (),
    )


def _irreps(group: SymmetryGroup, table: CharacterTable) -> tuple[CrystalIrrep, ...]:
    everything = group.displacement_characters()
    translations = np.trace(group.rotations, axis1=1, axis2=2)
    total, acoustic = (
        np.rint(table.multiplicities(part)).astype(int).tolist()
        for part in (everything, translations)
    )
    carried = components(group, table)
    return tuple(
        CrystalIrrep(
            name=table.labels[i],
            dimension=int(table.dimensions[i]),
            total=total[i],
            acoustic=acoustic[i],
            optical=total[i] - acoustic[i],
            ir_active=is_ir_active(group, chi),
            raman_active=is_raman_active(group, chi),
            hyper_raman_active=is_hyper_raman_active(group, chi),
            components=carried[i],
        )
        for i, chi in enumerate(table.characters)
    )
