import json

import numpy as np
import pytest

import engine
from engine.formats import modes_document, phonons_document


@pytest.fixture(scope="module")
def chain():
    ph = engine.entry("diatomic-chain").result()
    return phonons_document(ph, ph.bands(n_points=10))


def test_documents_are_plain_json(chain):
    for document in (chain, modes_document(engine.entry("methane").result())):
        assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_what_is_not_known_is_null(chain):
    for field in ("mesh", "dos", "thermal", "max_stress_GPa"):
        assert chain[field] is None
    assert chain["bands"]["irreps"] is None


def test_displacements_are_real_and_normalised_at_gamma(chain):
    u = np.array([mode["displacement"] for mode in chain["gamma"]["modes"]])
    assert u.shape == (6, 2, 3)
    assert np.allclose(np.linalg.norm(u, axis=(1, 2)), 1)
