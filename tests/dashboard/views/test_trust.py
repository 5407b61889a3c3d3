from ase import Atoms

import engine
from dashboard.state import State
from dashboard.subject import subject_of
from dashboard.views import trust
from engine.potentials.springs import springs
from engine.trust import verdict

BOND = [{"between": ["O", "O"], "within_A": [1, 2], "rest_length_A": 1.2, "stiffness_eV_A2": 70.0}]


def test_a_structure_off_its_minimum_is_red_with_what_to_do_first():
    stretched = Atoms("O2", [[0, 0, 0], [0, 0, 1.3]])
    subject = subject_of("Oxygen", engine.vibrations(stretched, springs(BOND)))
    page = trust._page(subject.verdict, "cm⁻¹")
    assert "Not reliable" in page and "Relax the structure first" in page
    assert page.index('class="check bad"') < page.index('class="check good"')
    assert "7 eV/Å" in page and "fine to 0.01 eV/Å" in page


def test_frequencies_are_in_the_unit_of_the_page():
    state = State(entry_name="methane")
    assert "1314.3 cm⁻¹" in trust._page(state.subject.verdict, "cm⁻¹")
    assert "39.403 THz" in trust._page(state.subject.verdict, "THz")


def test_what_is_not_measured_says_so_and_does_not_count():
    found = verdict(engine.entry("methane").result())
    page = trust._page(found, "cm⁻¹")
    assert "unknown" in page and "not measured" in page and "Trustworthy" in page


def test_where_stored_numbers_come_from_is_told():
    told = trust._origin(State(entry_name="quartz").subject.provenance)
    assert "8 × 8 × 8" in told and "nequix-oam-1-pft" in told and "again with" in told
    assert "PySCF" in trust._origin(State(entry_name="methane").subject.provenance)
    own = subject_of(
        "Oxygen", engine.vibrations(Atoms("O2", [[0, 0, 0], [0, 0, 1.2]]), springs(BOND))
    )
    assert trust._origin(own.provenance) == ""
