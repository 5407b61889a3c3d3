import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from engine.symmetry.group import schoenflies
from engine.symmetry.molecules.detection.groups import Fits
from engine.symmetry.molecules.detection.operations import near_operations
from tests.engine.symmetry.molecules.shapes import SHAPES


def fits_of(name: str, noise_A: float) -> Fits:
    atoms = SHAPES[name][0]
    rng = np.random.default_rng(3)
    positions = atoms.positions + noise_A * rng.normal(size=atoms.positions.shape)
    positions -= positions.mean(0)
    return Fits(near_operations(atoms.numbers, positions, 0.7), positions)


@pytest.mark.parametrize("name", ["C6H6", "CH4", "ideal D5d", "ideal C4h", "NH3"])
def test_no_orientation_is_nearer(name):
    """The rms distance against a numerical search over all orientations of the group."""
    fits = fits_of(name, 0.03)
    group = fits.highest(0.3)
    images = fits.positions[fits.near.permutations[list(group.members)][:, :-2]]

    def rms_A(turned: np.ndarray) -> float:
        turn = Rotation.from_rotvec(turned).as_matrix()
        rotations = turn @ group.rotations @ turn.T
        symmetric = np.einsum("gix,gxy->iy", images, rotations) / len(rotations)
        return float(np.sqrt(np.mean(np.sum((symmetric - fits.positions) ** 2, axis=1))))

    assert schoenflies(group.rotations) == SHAPES[name][1]
    assert rms_A(np.zeros(3)) == pytest.approx(group.rms_A, abs=1e-12)
    best = minimize(rms_A, [0.02, -0.01, 0.03], method="Nelder-Mead", options={"xatol": 1e-8})
    assert best.fun >= group.rms_A - 1e-8
    assert group.rms_A > 0.005


@pytest.mark.parametrize("name", ["C6H6", "SF6", "cubane", "ideal D6"])
def test_subgroups_are_nearer(name):
    """What the search from below, and with it the order of groups by tolerance, relies on."""
    fits = fits_of(name, 0.03)
    groups = [fits.generated([a, b]) for a in range(12) for b in range(a)]
    some = [group for group in groups if group is not None]
    assert len({group.members for group in some}) > 5
    for group in some:
        for larger in some:
            if set(group.members) < set(larger.members):
                assert group.rms_A <= larger.rms_A + 1e-9
        for member in group.members:
            assert fits.near.missed_rms_A[member] <= 2 * group.rms_A + 1e-9
