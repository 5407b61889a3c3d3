from ase.build import bulk, molecule

from engine.potentials.choice import Choice, best, better_to_fetch, cell_warning, choices


def test_all_models_are_there_once():
    names = [choice.name for choice in choices()]
    assert len(names) == len(set(names))
    assert {"stillinger-weber", "gfn2-xtb", "nequix-mp-1"} <= set(names)


def test_a_model_to_be_fetched_is_not_ready():
    fetchable = next(choice for choice in choices() if choice.place == "to fetch")
    assert not fetchable.ready and fetchable.published.size > 1e6


def test_what_a_model_lacks():
    silicon = Choice("stillinger-weber", "built in", frozenset([14]))
    assert silicon.lacks(molecule("CH4")) == ("H", "C")
    assert silicon.lacks(bulk("Si")) == ()
    assert Choice("any", "built in", None).lacks(bulk("Si")) == ()


def test_the_best_covers_the_elements_and_is_ready():
    formula = Choice("stillinger-weber", "built in", frozenset([14]))
    general = Choice("gfn2-xtb", "built in", frozenset(range(1, 87)))
    learnt = Choice("mine", "stored", frozenset([14, 8]))
    broken = Choice("crystals", "bundled", None, problem="its folder is damaged")
    every = (formula, general, learnt, broken)
    assert best(every, bulk("Si")) is learnt
    assert best((formula, general), bulk("Si")) is formula
    assert best(every, molecule("CH4")) is general
    assert best((formula, broken), molecule("CH4")) is None


def test_bundled_models_begin_with_what_they_are_made_for():
    everything = frozenset(range(1, 119))
    molecules, crystals, fetched, other = (
        Choice(name, "stored", everything)
        for name in ("molecules", "crystals", "nequix-oam-1-pft", "mine")
    )
    assert best((molecules, crystals), bulk("Si")) is crystals
    assert best((crystals, molecules), molecule("CH4")) is molecules
    assert best((molecules,), bulk("Si")) is None
    assert best((crystals,), molecule("CH4")) is None
    assert best((crystals, fetched, other), bulk("Si")) is fetched
    assert best((crystals, other), bulk("Si")) is crystals


def test_a_better_model_to_download_is_known_beside_a_bundled_one():
    everything = frozenset(range(1, 119))
    crystals = Choice("crystals", "bundled", everything)
    fetchable = Choice("nequix-oam-1-pft", "to fetch", everything)
    fetched = Choice("nequix-oam-1-pft", "stored", everything)
    salt = Choice("nequix-oam-1-pft", "to fetch", frozenset([11, 17]))
    assert better_to_fetch((crystals, fetchable), crystals, bulk("Si")) is fetchable
    assert better_to_fetch((crystals, fetched), crystals, bulk("Si")) is None
    assert better_to_fetch((crystals, salt), crystals, bulk("Si")) is None
    assert better_to_fetch((crystals, fetchable), fetchable, bulk("Si")) is None
    own = Choice("crystals", "stored", everything)
    assert better_to_fetch((own, fetchable), own, bulk("Si")) is None


def test_of_cells_by_the_bundled_model_one_is_warned():
    assert "relax the atoms only" in str(cell_warning("crystals"))
    assert cell_warning("stillinger-weber") is None
