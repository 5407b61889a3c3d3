import json

import numpy as np
import pytest
from ase.build import bulk

import engine
from engine.formats import modes_document, phonons_document
from tests.engine.phonons.test_mesh import pairs


@pytest.fixture(scope="module")
def chain():
    ph = engine.entry("diatomic-chain").result()
    return phonons_document(ph, ph.bands(n_points=10))


@pytest.fixture(scope="module")
def mgo():
    atoms = bulk("MgO", "rocksalt", a=4.21)
    charges = np.array([1.9 * np.eye(3), -1.9 * np.eye(3)])
    ph = engine.phonons(
        atoms, pairs("Mg", "O", within=2.5), mesh=(2, 2, 2), born=(charges, 3 * np.eye(3))
    )
    return phonons_document(ph, ph.bands(n_points=10))


def test_documents_are_plain_json(chain, mgo):
    for document in (chain, mgo, modes_document(engine.entry("methane").result())):
        assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_what_needs_force_constants_is_null_without_a_mesh():
    entry = engine.entry("diatomic-chain")
    ph = engine.phonons(entry.atoms, entry.potential(), mesh=None)
    document = phonons_document(ph, ph.bands(n_points=10))
    for field in ("mesh", "dos", "thermal", "max_stress_GPa"):
        assert document[field] is None
    assert document["trust"]["interpolation_error_cm1"] is None
    assert document["bands"]["exact"] is True


def test_force_constants_give_densities_and_thermal_properties(chain):
    assert chain["mesh"] == [4, 1, 1]
    dos, thermal = chain["dos"], chain["thermal"]
    assert set(dos["by_element"]) == {"Na", "Cl"}
    assert len(dos["frequency_cm1"]) == len(dos["total"]) == len(dos["by_element"]["Na"])
    assert 300.0 in thermal["temperature_K"]
    for field in ("heat_capacity_J_mol_K", "entropy_J_mol_K", "free_energy_kJ_mol"):
        assert len(thermal[field]) == len(thermal["temperature_K"])
    assert [len(row) for row in chain["bands"]["irreps"]] == [6] * len(chain["bands"]["q"])
    assert all(relation["obeyed"] for relation in chain["bands"]["compatibility"])
    assert chain["gamma"]["nac"] is False and chain["gamma"]["approached"] is None


def test_polar_crystals_tell_their_longitudinal_modes(mgo):
    assert mgo["gamma"]["nac"] is True
    transverse = mgo["gamma"]["modes"][-1]["frequency_cm1"]
    for axis in mgo["gamma"]["approached"]:
        assert axis["frequencies_cm1"][-1] > transverse + 100
    assert mgo["trust"]["neutrality_error_e"] == 0
    assert mgo["trust"]["lowest_cm1"] <= min(map(min, mgo["bands"]["frequencies_cm1"]))


def test_displacements_are_real_and_normalised_at_gamma(chain):
    u = np.array([mode["displacement"] for mode in chain["gamma"]["modes"]])
    assert u.shape == (6, 2, 3)
    assert np.allclose(np.linalg.norm(u, axis=(1, 2)), 1)
