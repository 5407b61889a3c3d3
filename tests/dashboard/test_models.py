"""Which model stands in the list, and that none takes another's place unasked."""

from ase.build import bulk, molecule

from dashboard.models import ModelChoice
from engine.potentials.checkpoints.catalogue import published
from engine.potentials.choice import Choice

EVERYTHING = frozenset(range(1, 90))


def test_the_model_of_an_entry_stays_chosen_until_it_is_downloaded():
    there = Choice("gfn2-xtb", "built in", EVERYTHING)
    wanted = Choice("nequix-oam-1-pft", "to fetch", None)
    choice = ModelChoice(models=(there, wanted))
    atoms = bulk("MgO", "rocksalt", a=4.21)
    choice.fit(atoms, "nequix-oam-1-pft")
    assert choice.value == "nequix-oam-1-pft"
    assert "download it first" in choice.obstacle(atoms)


def test_what_a_model_does_not_cover_is_told_before_it_is_downloaded():
    fluorides = Choice("mace-off23-small", "to fetch", frozenset({1, 6, 9}))
    choice = ModelChoice(models=(fluorides,), value=fluorides.name)
    assert "does not cover O, Mg" in choice.obstacle(bulk("MgO", "rocksalt", a=4.21))


def test_one_that_cannot_be_had_gives_way():
    broken = Choice("gfn2-xtb", "built in", EVERYTHING, problem="it is not installed")
    there = Choice("molecules", "bundled", EVERYTHING)
    choice = ModelChoice(models=(broken, there))
    choice.fit(molecule("SiH4"), "gfn2-xtb")
    assert choice.value == "molecules"


def test_what_is_made_for_molecules_is_not_taken_for_a_crystal():
    molecules = Choice("molecules", "bundled", EVERYTHING)
    others = [Choice(name, "to fetch", EVERYTHING) for name in ("mace-x", "nequix-oam-1-pft")]
    choice = ModelChoice(models=(molecules, *others))
    choice.fit(molecule("CH4"))
    assert choice.value == "molecules"
    choice.fit(bulk("C"), "molecules of another day")
    assert choice.value == "nequix-oam-1-pft"
    assert "download it first" in choice.obstacle(bulk("C"))


def test_beside_the_bundled_model_the_better_one_is_named():
    crystals = Choice("crystals", "bundled", EVERYTHING)
    better = published("nequix-oam-1-pft")
    fetchable = Choice(better.name, "to fetch", better.covered, better)
    choice = ModelChoice(models=(crystals, fetchable))
    choice.fit(bulk("Si"))
    assert choice.value == "crystals" and choice.obstacle(bulk("Si")) == ""
    assert "nequix-oam-1-pft is more accurate" in choice.better(bulk("Si"))
    choice.value = ""
    assert choice.better(bulk("Si")) == ""
