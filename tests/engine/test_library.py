"""Every entry: what textbooks say of its symmetry and stability, its sums, how fast it opens."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

import engine
from engine import PhonoscopeError, library
from engine.library.shelf import _descriptions
from engine.potentials.theory import Theory
from engine.reference.crystals import BY_DFT

MOLECULES = {  # point group, vibrations
    "hydrogen": ("D∞h", "Σg+"),
    "hydrogen-chloride": ("C∞v", "Σ+"),
    "nitrogen": ("D∞h", "Σg+"),
    "carbon-dioxide": ("D∞h", "Σg++Σu++Πu"),
    "nitrous-oxide": ("C∞v", "2Σ++Π"),
    "hydrogen-cyanide": ("C∞v", "2Σ++Π"),
    "water": ("C2v", "2A1+B2"),
    "sulfur-dioxide": ("C2v", "2A1+B2"),
    "ammonia": ("C3v", "2A1+2E"),
    "boron-trifluoride": ("D3h", "A1'+A2''+2E'"),
    "formaldehyde": ("C2v", "3A1+B1+2B2"),
    "methanol": ("Cs", "8A'+4A''"),
    "formamide": ("Cs", "9A'+3A''"),
    "hydrogen-peroxide": ("C2", "4A+2B"),
    "bromochlorofluoromethane": ("C1", "9A"),
    "methane": ("Td", "A1+E+2T2"),
    "tetrachloromethane": ("Td", "A1+E+2T2"),
    "phosphorus": ("Td", "A1+E+T2"),
    "acetylene": ("D∞h", "2Σg++Σu++Πg+Πu"),
    "ethene": ("D2h", "3Ag+Au+2B1u+B2g+2B2u+2B3g+B3u"),
    "allene": ("D2d", "3A1+B1+3B2+4E"),
    "ethane": ("D3d", "3A1g+A1u+2A2u+3Eg+3Eu"),
    "trans-1,2-dichloroethene": ("C2h", "5Ag+2Au+Bg+4Bu"),
    "cis-1,2-dichloroethene": ("C2v", "5A1+2A2+B1+4B2"),
    "diborane": ("D2h", None),
    "phosphorus-pentafluoride": ("D3h", "2A1'+2A2''+3E'+E''"),
    "xenon-tetrafluoride": ("D4h", None),
    "sulfur-hexafluoride": ("Oh", "A1g+Eg+2T1u+T2g+T2u"),
    "benzene": ("D6h", None),
    "sulfur-ring": ("D4d", None),
    "cyclohexane": ("D3d", None),
    "adamantane": ("Td", None),
    "biphenyl": ("D2", None),
    "cubane": ("Oh", "2A1g+2A2u+2Eg+2Eu+T1g+3T1u+4T2g+2T2u"),
    "naphthalene": ("D2h", "9Ag+4Au+3B1g+8B1u+4B2g+8B2u+8B3g+4B3u"),
    "ferrocene": ("D5h", "4A1'+2A1''+A2'+4A2''+6E1'+5E1''+6E2'+6E2''"),
    "buckminsterfullerene": ("Ih", "2Ag+3T1g+4T2g+6Gg+8Hg+Au+4T1u+5T2u+6Gu+7Hu"),
}
COUNTS = {  # infrared and Raman active levels; where names of irreps depend on axes these do not
    "carbon-dioxide": (2, 1),
    "methane": (2, 4),
    "ethene": (5, 6),
    "diborane": (8, 9),
    "xenon-tetrafluoride": (3, 3),
    "sulfur-hexafluoride": (2, 3),
    "benzene": (4, 7),
    "sulfur-ring": (3, 7),
    "cubane": (3, 8),
    "ferrocene": (10, 15),
    "buckminsterfullerene": (4, 10),
}
CRYSTALS = {  # space group, optical modes at the zone centre, whether all waves are stable
    "monatomic-chain": (None, None, True),
    "diatomic-chain": (None, None, True),
    "simple-cubic": (221, None, True),
    "aluminium": (225, None, True),
    "copper": (225, None, True),
    "tungsten": (229, None, True),
    "magnesium": (194, None, True),
    "silicon": (227, "T2g", True),
    "diamond": (227, "T2g", True),
    "germanium": (227, "T2g", True),
    "gallium-arsenide": (216, "T2", True),
    "boron-arsenide": (216, "T2", True),
    "silicon-carbide": (216, "T2", True),
    "zinc-oxide": (186, "A1+2B1+E1+2E2", True),
    "sodium-chloride": (225, "T1u", True),
    "magnesium-oxide": (225, "T1u", True),
    "lead-telluride": (225, "T1u", True),
    "caesium-chloride": (221, "T1u", True),
    "calcium-fluoride": (225, "T1u+T2g", True),
    "magnesium-diboride": (191, "A2u+B1g+E1u+E2g", True),
    "quartz": (154, "4A1+4A2+8E", True),
    "magnesium-fluoride": (136, "A1g+A2g+A2u+B1g+2B1u+B2g+Eg+3Eu", True),
    "strontium-titanate": (221, "3T1u+T2u", False),
    "barium-titanate": (221, "3T1u+T2u", False),
    "barium-titanate-tetragonal": (99, "3A1+B1+4E", None),
    "graphene": (None, None, True),
    "boron-nitride": (None, None, True),
    "molybdenum-disulfide": (None, None, True),
}
STABLE_CM1 = -3.0
"""Interpolation makes the flat start of a layer's bending wave dip below zero by so little."""


def names(kind):
    return [name for name in library.names() if library.entry(name).kind == kind]


def irreps(text):
    """Irreps with their multiplicities, in any order."""
    return sorted(text.replace("++", "⁺+").replace("+", " ").split())


def test_the_library_is_large_enough_and_in_order():
    assert len(names("molecule")) >= 25 and len(names("crystal")) >= 20
    assert library.names() == tuple(names("molecule") + names("crystal"))


def test_the_list_opens_at_once():
    library.entry.cache_clear()
    _descriptions.cache_clear()
    started = time.process_time()
    assert len(library.entries()) == len(library.names())
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize("name", library.names())
def test_every_entry_says_what_it_is(name):
    entry = library.entry(name)
    assert entry.kind == ("crystal" if entry.atoms.pbc.any() else "molecule")
    assert entry.title and entry.formula and entry.tags and entry.method
    assert 20 < len(entry.teaches) < 180 and entry.teaches.endswith(".")
    record = entry.provenance
    for key in ("name", "command", "date_utc", "method", "programs", "max_force_eV_A"):
        assert record[key] is not None
    assert "/" not in record["command"]  # no one's folders
    # Made exactly symmetric, a molecule feels that the integration grid is not (benzene 1.3e-3).
    assert record["max_force_eV_A"] < 2e-3
    json.dumps(record)


@pytest.mark.parametrize("name", names("molecule"))
def test_molecules_are_what_textbooks_say(name):
    entry = library.entry(name)
    result, (group, gamma) = entry.result(), MOLECULES[name]
    assert result.group.name == group
    if gamma is not None:
        assert irreps(result.gamma_vib) == irreps(gamma)
    assert len(result.modes) == 3 * len(entry.atoms) - (5 if "∞" in group else 6)
    assert result.modes.frequency_cm1.min() > 0  # a minimum
    if name in COUNTS:
        first = [level[0] for level in result.modes.levels()]
        active = (result.modes.ir_active, result.modes.raman_active)
        assert tuple(sum(bool(a[i]) for i in first) for a in active) == COUNTS[name]


@pytest.mark.parametrize("name", names("molecule"))
def test_references_obey_the_sum_rules(name):
    reference, n = library.entry(name).reference, len(library.entry(name).atoms)
    hessian = reference.hessian_eV_A2
    np.testing.assert_array_equal(hessian, hessian.T)
    assert np.abs(hessian.reshape(3 * n, n, 3).sum(1)).max() < 0.01  # by differences
    np.testing.assert_allclose(reference.dipole_derivative_e.sum(1), 0, atol=0.01)
    if reference.polarizability_derivative_A2 is not None:
        alpha = reference.polarizability_derivative_A2
        np.testing.assert_array_equal(alpha, alpha.swapaxes(0, 1))
        np.testing.assert_allclose(alpha.sum(2), 0, atol=0.02)


@pytest.mark.parametrize("name", names("crystal"))
def test_crystals_are_what_textbooks_say(name):
    entry = library.entry(name)
    result, (space_group, optical, stable) = entry.result(), CRYSTALS[name]
    if space_group is not None:
        assert result.space_group.number == space_group
    if optical is not None:
        assert irreps(result.gamma_optical) == irreps(optical)
    assert (result.atoms.positions == entry.atoms.positions).all()
    assert result.trust.acoustic_sum_error < 1e-6
    if stable is not None:
        assert (result.trust.lowest_cm1 > STABLE_CM1) == stable
    by_theory = isinstance(result.potential, Theory)  # some other model computes it again
    assert entry.springs or by_theory or entry.model == result.potential.name
    assert by_theory == (name in BY_DFT)


@pytest.mark.skipif("quartz" not in library.names(), reason="not computed yet")
def test_the_chirality_of_quartz_is_kept():
    assert library.entry("quartz").result().space_group.symbol.startswith("P3_2")


def test_isotopes_of_entries_need_no_model():
    for name in ("hydrogen-chloride", "sodium-chloride"):
        entry = library.entry(name)
        chlorine = 1 + list(entry.atoms.symbols).index("Cl")
        heavy = replace(entry, atoms=engine.with_isotopes(entry.atoms, f"{chlorine}=37Cl"))
        light = entry.result()
        modes, before = (
            (r.modes if entry.kind == "molecule" else r.gamma) for r in (heavy.result(), light)
        )
        assert 0.9 < modes.frequency_cm1[-1] / before.frequency_cm1[-1] < 0.9999


def test_a_tolerance_may_be_chosen():
    for name in ("methane", "silicon"):
        assert library.entry(name).result(tolerance_A=1e-2) is not None


def test_unknown_names_are_told_with_the_known_ones():
    with pytest.raises(PhonoscopeError, match="methane"):
        engine.entry("unobtainium")


def test_reading_gives_a_copy():
    atoms = engine.read("silicon")
    atoms.positions += 1
    assert np.allclose(engine.read("silicon").positions[0], 0)
