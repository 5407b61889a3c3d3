import numpy as np
import pytest

from engine.symmetry.molecules.detection.lines import lines


@pytest.mark.parametrize("kinds", [[8, 6, 8], [8, 6, 16]])
def test_operations_carry_a_line_into_itself(kinds):
    z = np.array([1.0, 2.0, 2.0]) / 3
    along = np.array([-1.2, 0.1, 1.1])
    positions = np.outer(along - along.mean(), z)
    found = lines(np.array(kinds), positions)
    assert [line.name for line in found] == (["D∞h", "C∞v"] if kinds[0] == kinds[2] else ["C∞v"])
    for line in found:
        assert len(line.rotations) == len(line.permutations) == {"D∞h": 32, "C∞v": 16}[line.name]
        carried = line.positions @ line.rotations.transpose(0, 2, 1)
        assert np.allclose(line.positions[line.permutations], carried, atol=1e-12)
        assert np.isclose(abs(line.axes[:, 2] @ z), 1)
        if line.name == "C∞v":  # towards more charge
            assert np.array(kinds) @ line.positions @ line.axes[:, 2] > 0
        traces = np.round(np.trace(line.rotations, axis1=1, axis2=2), 6)
        assert (traces == 3).sum() == 1


def test_tensors_know_no_axis_finer_than_eightfold():
    """Averages of products of up to three matrices are those of all angles, by quadrature."""
    line = lines(np.array([6, 8]), np.array([[0.0, 0.0, -0.6], [0.0, 0.0, 0.6]]))[0]
    turns = line.rotations[:8]
    angles = 2 * np.pi / 400 * np.arange(400)
    fine = np.zeros((400, 3, 3))
    fine[:, 0, 0] = fine[:, 1, 1] = np.cos(angles)
    fine[:, 1, 0], fine[:, 0, 1] = np.sin(angles), -np.sin(angles)
    fine[:, 2, 2] = 1
    for rank in (1, 2, 3):
        product = ",".join(["gab", "gcd", "gef"][:rank]) + "->" + "abcdef"[: 2 * rank]
        means = [np.einsum(product, *[some] * rank) / len(some) for some in (turns, fine)]
        assert np.allclose(*means, atol=1e-12)
