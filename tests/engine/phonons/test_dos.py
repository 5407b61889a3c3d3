import numpy as np
import pytest
from ase.build import bulk

import engine
from engine import PhonoscopeError
from tests.engine.phonons.test_mesh import pairs, wurtzite


def states(dos, part):
    return np.sum(part, axis=-1) * np.diff(dos.frequency_cm1)[0]


@pytest.fixture(scope="module")
def ph(silicon, stillinger_weber):
    return engine.phonons(silicon, stillinger_weber)


@pytest.mark.parametrize("smearing_cm1", [None, 4.0])
def test_every_mode_is_counted_and_shared_out(smearing_cm1):
    atoms = wurtzite()
    dos = engine.phonons(atoms, pairs("Al", "N", within=2.8), (2, 2, 2)).dos(
        mesh=(8, 8, 6), smearing_cm1=smearing_cm1
    )
    assert dos.method == ("tetrahedron" if smearing_cm1 is None else "smearing")
    assert dos.mesh == (8, 8, 6)
    assert np.isclose(states(dos, dos.total), 12)
    assert np.allclose(states(dos, dos.by_atom), 3)
    assert np.allclose(dos.by_element["Al"] + dos.by_element["N"], dos.total)
    assert np.allclose(dos.by_atom[0], dos.by_atom[2], atol=1e-9)  # equivalent by symmetry
    assert dos.by_element["N"][-60:].sum() > dos.by_element["Al"][-60:].sum()  # the lighter one


def test_irreducible_points_stand_for_all(silicon, stillinger_weber):
    """A hair's breadth of strain takes the symmetry away, not the density of states."""
    bent = silicon.copy()
    bent.set_cell(silicon.cell.array @ (np.eye(3) + 2e-3 * np.triu(np.ones((3, 3)), 1)), True)
    mesh = (14, 14, 14)
    symmetric = engine.phonons(silicon, stillinger_weber, (3, 3, 3)).dos(60, mesh, 15.0)
    plain = engine.phonons(bent, stillinger_weber, (3, 3, 3)).dos(60, mesh, 15.0)
    at = np.linspace(50, 550, 20)
    one, other = (np.interp(at, d.frequency_cm1, d.total) for d in (symmetric, plain))
    assert np.abs(one - other).max() < 0.05 * one.max()


def test_isotopes_break_the_equivalence_of_atoms(stillinger_weber):
    atoms = bulk("Si", a=5.431)
    atoms.set_masses([10.0, 40.0])
    dos = engine.phonons(atoms, stillinger_weber, (2, 2, 2)).dos(mesh=(6, 6, 6))
    middle = (dos.frequency_cm1 * dos.by_atom).sum(1) / dos.by_atom.sum(1)
    assert middle[0] > 1.3 * middle[1]


def test_debye_square_law_at_low_frequencies(ph):
    dos = ph.dos()
    low = (dos.frequency_cm1 > 50) & (dos.frequency_cm1 < 110)
    slope = np.polyfit(np.log(dos.frequency_cm1[low]), np.log(dos.total[low]), 1)[0]
    assert np.isclose(slope, 2, atol=0.25)


def test_chain_has_the_density_of_a_chain():
    """g = 2 / (pi sqrt(w_max^2 - w^2)) for the longitudinal branch of equal masses."""
    ph = engine.phonons(engine.read("monatomic-chain"), engine.entry("monatomic-chain").potential())
    top = ph.bands(n_points=10).frequencies_cm1[-1, -1]
    dos = ph.dos(n_points=200)
    assert np.isclose(states(dos, dos.total), 3)
    above = ph.bands(n_points=10).frequencies_cm1[-1, 1]  # of the transverse branches
    f = dos.frequency_cm1
    some = (f > above + 0.03 * top) & (f < 0.95 * top)
    if some.any():
        assert np.allclose(dos.total[some], 2 / np.pi / np.sqrt(top**2 - f[some] ** 2), rtol=0.02)


def test_imaginary_modes_are_counted_at_negative_frequencies():
    pushed = engine.phonons(bulk("Na", "sc", a=3.0), pairs("Na", within=3.1))
    squeezed = engine.phonons(bulk("Na", "sc", a=1.6), pairs("Na", within=2.0))
    assert states(pushed.dos(), pushed.dos().total) == pytest.approx(3)
    dos = squeezed.dos()
    assert squeezed.trust.unstable and not pushed.trust.unstable
    assert states(dos, dos.total[dos.frequency_cm1 < 0]) > 0.3
    assert states(dos, dos.total) == pytest.approx(3)


def test_what_cannot_be_drawn_is_told(ph, silicon, stillinger_weber):
    for wrong in ({"n_points": 1}, {"smearing_cm1": -1.0}, {"smearing_cm1": np.nan}):
        with pytest.raises(PhonoscopeError, match="cannot be drawn"):
            ph.dos(**wrong)
    exact = engine.phonons(silicon, stillinger_weber, mesh=None)
    for use in (exact.dos, exact.thermal, lambda: exact.group_velocities(np.zeros(3))):
        with pytest.raises(PhonoscopeError, match="mesh"):
            use()
