import numpy as np
import pytest
import spglib

from engine.phonons.irreps import wave_symmetries
from engine.symmetry import space_group
from tests.engine.phonons.crystals import CRYSTALS, random_dynamical_matrix

THIRD = 1 / 3
POINTS = [(0, 0, 0), (0.5, 0, 0), (0.5, 0.5, 0), (0.5, 0.5, 0.5), (THIRD, THIRD, 0), (0.21, 0, 0)]


def symmetry_of(name, q, along=None):
    atoms = CRYSTALS[name]()
    return atoms, wave_symmetries(atoms, space_group(atoms)).at(np.array(q, float), along)


@pytest.mark.parametrize("name", CRYSTALS)
@pytest.mark.parametrize("q", POINTS)
def test_dynamical_matrices_fall_into_blocks(name, q):
    q = np.array(q) * CRYSTALS[name]().pbc
    atoms, symmetry = symmetry_of(name, q)
    matrix = random_dynamical_matrix(atoms)(q)
    values, error = symmetry.levels(q, matrix)
    assert error < 1e-10
    basis = np.concatenate([rows for block in symmetry.blocks for rows in block.rows], axis=1)
    assert np.allclose(basis.conj().T @ basis, np.eye(3 * len(atoms)), atol=1e-10)
    found = np.sort(
        np.concatenate(
            [
                np.repeat(level, block.irrep.dimension)
                for block, level in zip(symmetry.blocks, values, strict=True)
            ]
        )
    )
    plain = np.linalg.eigvalsh(matrix)
    assert np.allclose(found, plain, atol=1e-9 * np.abs(plain).max())
    # Random force constants have no degeneracy but those of symmetry.
    gaps = np.flatnonzero(np.diff(plain) > 1e-7 * np.abs(plain).max())
    degenerate = np.diff(np.concatenate([[-1], gaps, [len(plain) - 1]]))
    dimensions = [b.irrep.dimension for b in symmetry.blocks for _ in range(b.copies)]
    assert sorted(degenerate) == sorted(dimensions)


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("silicon", (0.5, 0, 0.5)),
        ("silicon", (0.21, 0, 0.21)),
        ("wurtzite", (0, 0, 0.5)),
        ("quartz", (THIRD, THIRD, 0)),
        ("quartz", (0.5, 0, 0)),
        ("rutile", (0.5, 0.5, 0.5)),
        ("three screws", (0.5, 0, 0)),
    ],
)
def test_multiplicities_follow_from_characters_alone(name, q):
    """Characters of all displacements from scratch: unmoved atoms, phases and traces."""
    atoms, symmetry = symmetry_of(name, q)
    # In the reduced cell, like the operations of the group.
    q, cell = symmetry.group.q, symmetry.change @ atoms.cell.array
    scaled = atoms.positions @ np.linalg.inv(cell)
    found = spglib.get_symmetry((cell, scaled, atoms.numbers), symprec=1e-3)
    characters = []
    for rotation, translation in zip(
        symmetry.group.rotations, symmetry.group.translations, strict=True
    ):
        assert (found["rotations"] == rotation).all((1, 2)).any()
        arrived = scaled @ rotation.T + translation
        steps = np.rint(arrived - scaled)
        unmoved = np.linalg.norm((arrived - scaled - steps) @ cell, axis=1) < 1e-3
        phases = np.exp(-2j * np.pi * steps @ q)
        cartesian = cell.T @ rotation @ np.linalg.inv(cell.T)
        characters.append(phases[unmoved].sum() * np.trace(cartesian))
    total = 0
    copies = {id(block.irrep): block.copies for block in symmetry.blocks}
    for irrep in symmetry.irreps:
        count = np.vdot(irrep.parts[0], characters) / symmetry.group.order
        expected = copies.get(id(irrep), 0) * (2 if irrep.reversal == "doubled" else 1)
        assert np.isclose(count, expected, atol=1e-6)
        total += copies.get(id(irrep), 0) * irrep.dimension
    assert total == 3 * len(atoms)


def test_a_basis_serves_all_of_a_line():
    along = np.array([0.5, 0, 0.5])
    atoms, symmetry = symmetry_of("silicon", 0.618 * along, along)
    dynamical = random_dynamical_matrix(atoms)
    for t in (0, 0.1, 0.5, 1):
        _, error = symmetry.levels(t * along, dynamical(t * along))
        assert error < 1e-10
    _, error = symmetry.levels(np.array([0.1, 0.2, 0]), dynamical(np.array([0.1, 0.2, 0])))
    assert error > 1e-3  # and nothing else


def test_isotopes_lower_the_symmetry():
    atoms = CRYSTALS["silicon"]()
    atoms.set_masses([28, 30])
    assert wave_symmetries(atoms, space_group(atoms)).at(np.zeros(3)).group.name == "Td"


def test_other_cells_use_their_translations():
    """Two primitive cells: their waves are those of q and of q + K, without labels."""
    atoms = CRYSTALS["silicon"]().repeat((2, 1, 2))
    symmetry = wave_symmetries(atoms, space_group(atoms)).at(np.array([0.1, 0.2, 0.3]))
    assert [block.copies for block in symmetry.blocks] == [6, 6, 6, 6]
    assert {block.label for block in symmetry.blocks} == {None}
    _, error = symmetry.levels(
        np.array([0.1, 0.2, 0.3]), random_dynamical_matrix(atoms)(np.array([0.1, 0.2, 0.3]))
    )
    assert error < 1e-10
