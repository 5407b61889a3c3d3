from collections import Counter

import numpy as np
import pytest
from ase.build import bulk

from engine.phonons.gamma import (
    modes_at_gamma,
    optical_representation,
    symmetry_error,
    unlabelled_because,
)
from engine.structure import primitive_cell
from engine.symmetry import space_group
from engine.symmetry.crystals.space_group import cell_operations
from engine.symmetry.group import SymmetryGroup
from tests.engine.symmetry.crystals.crystal_classes import made, report_of

# One a crystal system and more, small enough to be fast.
NUMBERS = [1, 2, 5, 9, 14, 19, 36, 62, 76, 82, 99, 113, 119, 136, 146, 148, 152, 157, 161, 164, 169,
           174, 178, 186, 187, 189, 194, 198, 216]  # fmt: skip


def random_matrix(atoms, symmetry, seed=0):
    """A stable D(0) with the symmetry and the sum rule of the crystal, and nothing else."""
    random = np.random.default_rng(seed).normal(size=(3 * len(atoms),) * 2)
    translations = np.kron(np.sqrt(atoms.get_masses())[:, None], np.eye(3))
    along = translations @ np.linalg.pinv(translations)
    optical = np.eye(len(along)) - along
    return symmetry.factor_group.symmetrize_hessian(optical @ random @ random.T @ optical)


@pytest.mark.parametrize("noise", [0.0, 1e-3])
@pytest.mark.parametrize("number", NUMBERS)
def test_modes_of_a_random_matrix_have_the_irreps_of_the_crystal(number, noise):
    report = report_of(number)
    atoms, symmetry = report.atoms, report.space_group
    matrix = random_matrix(atoms, symmetry)
    rough = np.random.default_rng(1).normal(size=matrix.shape) * noise * np.abs(matrix).max()
    matrix = matrix + rough + rough.T
    modes = modes_at_gamma(matrix, atoms, symmetry.folded_group, symmetry.translations)
    for kind, chosen in (("acoustic", modes.acoustic), ("optical", ~modes.acoustic)):
        found = Counter(np.array(modes.irrep, dtype=object)[chosen])
        expected = {i.name: i.dimension * getattr(i, kind) for i in report.irreps}
        assert found == {name: count for name, count in expected.items() if count}
    assert modes.acoustic.sum() == 3
    for mode in np.flatnonzero(modes.acoustic):
        assert np.allclose(modes.displacement[mode], modes.displacement[mode, 0])
    dimensions = {i.name: i.dimension for i in report.irreps}
    assert modes.degeneracy.tolist() == [dimensions[name] for name in modes.irrep]


def test_acoustic_modes_of_a_tetragonal_crystal_are_two_levels():
    report = report_of(136)
    symmetry = report.space_group
    modes = modes_at_gamma(
        random_matrix(report.atoms, symmetry), report.atoms, symmetry.factor_group
    )
    along_z = {}
    for mode in np.flatnonzero(modes.acoustic):
        along_z.setdefault(modes.irrep[mode], []).append(abs(modes.displacement[mode, 0, 2]))
    assert set(along_z) == {"A2u", "Eu"}
    assert along_z["A2u"][0] > 1e-3
    assert max(along_z["Eu"]) < 1e-12
    assert not any(modes.ir_active[mode] for mode in np.flatnonzero(modes.acoustic))


def test_modes_that_all_primitive_cells_share_are_labelled_in_a_larger_cell():
    primitive, large = bulk("NaCl", "rocksalt", 5.64), bulk("NaCl", "rocksalt", 5.64, cubic=True)
    symmetry = space_group(large)
    size = 3 * len(large)
    random = np.random.default_rng(2).normal(size=(size, size))
    random = random @ random.T
    # Average over all operations of the cell, of which spglib gives four for each rotation.

    operations = cell_operations(large, 1e-3)
    lattice = large.cell.array
    every = SymmetryGroup(
        "Oh",
        lattice.T @ operations.rotations @ np.linalg.inv(lattice.T),
        operations.permutations,
        0.0,
    )
    matrix = every.symmetrize_hessian(random)
    modes = modes_at_gamma(matrix, large, symmetry.folded_group, symmetry.translations)
    labels = Counter(modes.irrep)
    assert labels == {"T1u": 6, None: 18}
    first, second = (np.flatnonzero(large.symbols == symbol)[0] for symbol in ("Na", "Cl"))
    for mode in range(len(modes)):
        shared = modes.irrep[mode] is not None
        moving = modes.displacement[mode]
        same = np.allclose(moving[large.symbols == "Na"], moving[first]) and np.allclose(
            moving[large.symbols == "Cl"], moving[second]
        )
        assert same == shared
    assert np.allclose(
        np.sort(modes.frequency_cm1),
        np.sort(modes_at_gamma(matrix, large, None).frequency_cm1),
        atol=1e-6 * modes.frequency_cm1.max(),
    )
    assert optical_representation(large, symmetry) == "T1u"
    assert optical_representation(primitive, space_group(primitive)) == "T1u"
    assert "4 primitive cells" in unlabelled_because(symmetry)
    assert unlabelled_because(space_group(primitive)) is None


def test_symmetry_error_is_the_part_that_is_forbidden():
    atoms = primitive_cell(made(152))
    symmetry = space_group(atoms)
    matrix = random_matrix(atoms, symmetry)
    assert symmetry_error(matrix, atoms, symmetry) < 1e-14
    rough = np.random.default_rng(3).normal(size=matrix.shape)
    rough += rough.T
    rough -= symmetry.factor_group.symmetrize_hessian(rough)
    rough *= 1e-3 * np.linalg.norm(matrix) / np.linalg.norm(rough)
    assert symmetry_error(matrix + rough, atoms, symmetry) == pytest.approx(1e-3, rel=1e-3)
