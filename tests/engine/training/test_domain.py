import numpy as np
import pytest

from engine.domain import features, surroundings
from engine.errors import PhonoscopeError
from engine.formats.stored import result_from_bytes
from engine.jobs import Calculation, surroundings_of
from engine.potentials.checkpoints.native import Card, load_folder, save_model
from engine.potentials.domain import nearest, write_domain
from engine.training.domain import CENTRES, calibrated, features_of, fit_domain
from engine.training.networks import new_network
from tests.engine.training.teacher import MORSE, TINY, molecules


@pytest.fixture(scope="module")
def samples():
    return molecules(distorted=4)


@pytest.fixture(scope="module")
def model(samples):
    network = new_network(TINY, samples, 0, np.dtype(np.float32))
    return network.potential(network.trained, dict.fromkeys(network.elements, 0.0), "tiny", "")


@pytest.fixture(scope="module")
def domain(model, samples):
    return fit_domain(model, samples[::2], samples[1::2])


def test_features_are_the_same_for_one_structure_and_for_many(model, samples):
    for sample, many in zip(samples, features_of(model, samples), strict=True):
        np.testing.assert_allclose(features(sample.atoms, model), many, atol=1e-10)


def test_features_do_not_turn_with_the_molecule(model, samples):
    atoms = samples[0].atoms.copy()
    before = features(atoms, model)
    atoms.rotate(70, (1, 2, 3))
    np.testing.assert_allclose(features(atoms, model), before, atol=1e-10)


def test_what_was_trained_on_is_near_and_a_crushed_molecule_is_far(
    domain, model, samples, tmp_path
):
    save_model(model, tmp_path / "m", Card())
    assert surroundings(samples[0].atoms, load_folder(tmp_path / "m")) is None
    write_domain(domain, tmp_path / "m")
    stored = load_folder(tmp_path / "m")
    at_home = surroundings(samples[0].atoms, stored)
    assert at_home.familiar
    crushed = samples[0].atoms.copy()
    crushed.positions *= 0.6
    far = surroundings(crushed, stored)
    assert not far.familiar
    assert far.distance.max() > 3 * at_home.distance.max()
    assert far.force_error_eV_A >= at_home.force_error_eV_A


def test_a_calculation_keeps_how_near_its_structure_is(domain, model, samples, tmp_path):
    save_model(model, tmp_path / "m", Card())
    write_domain(domain, tmp_path / "m")
    question = Calculation(samples[0].atoms, str(tmp_path / "m"))
    _, notes = result_from_bytes(question.answer())
    kept, measured = (
        surroundings_of(notes),
        surroundings(samples[0].atoms, load_folder(tmp_path / "m")),
    )
    np.testing.assert_array_equal(kept.distance, measured.distance)
    assert kept.force_error_eV_A == measured.force_error_eV_A
    assert surroundings_of({}) is None


def test_an_element_that_was_not_trained_on_is_infinitely_far(domain):
    distance = domain.distance(np.array([1, 79]), np.zeros((2, len(domain.scale))))
    assert np.isfinite(distance[0])
    assert np.isinf(distance[1])


def test_centres_leave_nothing_far_from_all(domain, model, samples):
    for sample, found in zip(samples[::2], features_of(model, samples[::2]), strict=True):
        distances = domain.distance(sample.atoms.numbers, found)
        for z, distance in zip(sample.atoms.numbers, distances, strict=True):
            assert distance < 1e-6 or len(domain.centres[z]) == CENTRES


def test_calibration_finds_where_errors_begin_to_grow():
    rng = np.random.default_rng(0)
    distances = rng.uniform(0, 2, 4000)
    errors = np.where(distances < 1, 0.1, 0.1 + 2 * (distances - 1)) * rng.uniform(0.5, 1.5, 4000)
    points, expected, limit = calibrated(distances, errors)
    assert (np.diff(points) > 0).all()
    assert (np.diff(expected) >= 0).all()
    assert limit == pytest.approx(1.05, abs=0.06)  # where the error is twice 0.1
    assert np.interp(1.5, points, expected) == pytest.approx(1.1, rel=0.15)


def test_nearest_is_a_root_mean_square():
    points, centres = np.array([[1.0, 0.0]]), np.array([[0.0, 0.0], [9.0, 9.0]])
    assert nearest(points, centres) == pytest.approx([0.5**0.5])


def test_what_is_no_network_has_no_domain(samples):
    with pytest.raises(PhonoscopeError, match="no network"):
        fit_domain(MORSE, samples, samples)
