import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, graphene, mx2
from ase.spacegroup import crystal
from scipy.spatial.transform import Rotation

from engine.errors import PhonoscopeError
from engine.symmetry.crystals.report import crystal_representation
from engine.symmetry.crystals.text import as_text
from tests.engine.symmetry.crystals.crystal_classes import SPACE_GROUPS, characters, made, report_of


@pytest.mark.parametrize("number", SPACE_GROUPS)
def test_irreps_of_all_classes_add_up_to_characters_counted_independently(number):
    atoms = made(number)
    report = report_of(number)
    assert report.space_group.number == number
    group, table = report.group, report.table
    counts = np.array([irrep.total for irrep in report.irreps])
    found = counts @ table.characters
    expected = characters(number, atoms)
    assert len(expected) == group.order
    for rotation, character in expected:
        g = np.abs(group.rotations - rotation).max((1, 2)).argmin()
        assert np.allclose(group.rotations[g], rotation, atol=1e-9)
        assert found[g] == pytest.approx(character, abs=1e-9)
    assert None not in [irrep.name for irrep in report.irreps]


@pytest.mark.parametrize("number", SPACE_GROUPS)
def test_sites_add_up_to_the_whole(number):
    report = report_of(number)
    counts = np.sum([site.counts for site in report.sites], axis=0)
    assert counts.tolist() == [irrep.total for irrep in report.irreps]
    assert sorted(n for site in report.sites for n in site.atoms) == list(range(len(report.atoms)))
    modes = sum(irrep.dimension * irrep.total for irrep in report.irreps)
    assert modes == 3 * len(report.atoms)
    for kind, size in (("acoustic", 3), ("optical", modes - 3)):
        assert sum(i.dimension * getattr(i, kind) for i in report.irreps) == size


def test_sites_have_the_multiplicity_of_the_conventional_cell():
    spinel = KNOWN["spinel"][0]
    report = crystal_representation(spinel)
    assert len(report.atoms) == 14
    named = [(f"{s.multiplicity}{s.letter}", s.element, s.symmetry) for s in report.sites]
    # 8a and 16d, or 8b and 16c: the origin may stand on either kind of centre.
    a, d = ("8a", "16d") if ("8a", "Mg", "-43m") in named else ("8b", "16c")
    assert named == sorted([(d, "Al", ".-3m"), (a, "Mg", "-43m"), ("32e", "O", ".3m")], key=letter)
    assert report.given_cells == 4


def letter(entry):
    return entry[0][-1]


def test_sites_of_rutile():
    """D. L. Rousseau, R. P. Bauman, S. P. S. Porto, J. Raman Spectrosc. 10, 253 (1981)."""
    sites = crystal_representation(KNOWN["rutile"][0]).sites
    assert terms(sites[0].gamma) == terms("A2u+B1u+2Eu")
    assert terms(sites[1].gamma) == terms("A1g+A2g+B1g+B2g+Eg+A2u+B1u+2Eu")


def terms(text):
    return sorted(text.split("+")) if text else []


def quartz():
    return crystal(
        ["Si", "O"], [(0.4697, 0, 1 / 3), (0.4135, 0.2669, 0.7858)], spacegroup=152,
        cellpar=[4.916, 4.916, 5.405, 90, 90, 120],
    )  # fmt: skip


def tetragonal(names, places, number, a, c):
    return crystal(names, places, spacegroup=number, cellpar=[a, a, c, 90, 90, 90])


def hexagonal(names, places, number, a, c):
    return crystal(names, places, spacegroup=number, cellpar=[a, a, c, 90, 90, 120])


def cubic(names, places, number, a):
    return crystal(names, places, spacegroup=number, cellpar=[a, a, a, 90, 90, 90])


BARIUM_TITANATE = Atoms(
    "BaTiO3", cell=[3.994, 3.994, 4.038], pbc=True,
    scaled_positions=[(0, 0, 0), (0.5, 0.5, 0.5224), (0.5, 0.5, -0.0244), (0.5, 0, 0.4895),
                      (0, 0.5, 0.4895)],
)  # fmt: skip

# Optical modes at Γ as the literature has them. Of the hexagonal crystals of class D6h, MoS2 and
# graphite are mostly given with B2g (and B1u) where our C2' along [100] makes it B1g (and B2u).
KNOWN = {
    "diamond": (bulk("C", "diamond", 3.57), "T2g"),
    "rock salt": (bulk("NaCl", "rocksalt", 5.64), "T1u"),
    "zincblende": (bulk("GaAs", "zincblende", 5.65), "T2"),
    "fluorite": (bulk("CaF2", "fluorite", 5.46), "T1u+T2g"),
    "perovskite": (
        cubic(["Sr", "Ti", "O"], [(0, 0, 0), (0.5, 0.5, 0.5), (0.5, 0.5, 0)], 221, 3.905),
        "3T1u+T2u",
    ),
    "spinel": (
        crystal(["Mg", "Al", "O"], [(1 / 8,) * 3, (1 / 2,) * 3, (0.2624,) * 3], spacegroup=227,
                setting=2, cellpar=[8.08, 8.08, 8.08, 90, 90, 90]),
        "A1g+Eg+T1g+3T2g+2A2u+2Eu+4T1u+2T2u",
    ),
    "pyrite": (cubic(["Fe", "S"], [(0, 0, 0), (0.385, 0.385, 0.385)], 205, 5.42),
               "Ag+Eg+3Tg+2Au+2Eu+5Tu"),
    "rutile": (tetragonal(["Ti", "O"], [(0, 0, 0), (0.305, 0.305, 0)], 136, 4.594, 2.959),
               "A1g+A2g+A2u+B1g+2B1u+B2g+Eg+3Eu"),
    "anatase": (
        crystal(["Ti", "O"], [(0, 0, 0), (0, 0, 0.208)], spacegroup=141, setting=1,
                cellpar=[3.785, 3.785, 9.514, 90, 90, 90]),
        "A1g+A2u+2B1g+B2u+3Eg+2Eu",
    ),
    "barium titanate": (BARIUM_TITANATE, "3A1+B1+4E"),
    "chalcopyrite": (
        tetragonal(["Cu", "Fe", "S"], [(0, 0, 0), (0, 0, 0.5), (0.2575, 0.25, 0.125)], 122, 5.29,
                   10.42),
        "A1+2A2+3B1+3B2+6E",
    ),
    "scheelite": (
        crystal(["Ca", "W", "O"], [(0, 0.25, 0.625), (0, 0.25, 0.125), (0.1504, 0.0085, 0.2111)],
                spacegroup=88, setting=2, cellpar=[5.243, 5.243, 11.376, 90, 90, 90]),
        "3Ag+5Bg+5Eg+4Au+3Bu+4Eu",
    ),
    "quartz": (quartz(), "4A1+4A2+8E"),
    "corundum": (hexagonal(["Al", "O"], [(0, 0, 0.3522), (0.3063, 0, 0.25)], 167, 4.76, 12.99),
                 "2A1g+2A1u+3A2g+2A2u+5Eg+4Eu"),
    "calcite": (
        hexagonal(["Ca", "C", "O"], [(0, 0, 0), (0, 0, 0.25), (0.257, 0, 0.25)], 167, 4.99, 17.06),
        "A1g+2A1u+3A2g+3A2u+4Eg+5Eu",
    ),
    "lithium niobate": (
        hexagonal(["Li", "Nb", "O"], [(0, 0, 0.2787), (0, 0, 0), (0.0492, 0.3446, 0.0833)], 161,
                  5.148, 13.863),
        "4A1+5A2+9E",
    ),
    "bismuth telluride": (
        hexagonal(["Bi", "Te", "Te"], [(0, 0, 0.4), (0, 0, 0), (0, 0, 0.2095)], 166, 4.38, 30.5),
        "2A1g+2Eg+2A2u+2Eu",
    ),
    "wurtzite": (
        hexagonal(["Zn", "O"], [(1 / 3, 2 / 3, 0), (1 / 3, 2 / 3, 0.382)], 186, 3.25, 5.2),
        "A1+2B1+E1+2E2",
    ),
    "magnesium diboride": (
        hexagonal(["Mg", "B"], [(0, 0, 0), (1 / 3, 2 / 3, 0.5)], 191, 3.086, 3.524),
        "B1g+E2g+A2u+E1u",
    ),
    "molybdenite": (
        hexagonal(["Mo", "S"], [(1 / 3, 2 / 3, 0.25), (1 / 3, 2 / 3, 0.621)], 194, 3.16, 12.29),
        "A1g+A2u+2B1g+B2u+E1g+E1u+2E2g+E2u",
    ),
    "graphite": (
        hexagonal(["C", "C"], [(0, 0, 0.25), (1 / 3, 2 / 3, 0.25)], 194, 2.46, 6.7),
        "A2u+2B1g+E1u+2E2g",
    ),
    "baddeleyite": (
        crystal(["Zr", "O", "O"], [(0.2754, 0.0395, 0.2083), (0.07, 0.3317, 0.3447),
                                   (0.4496, 0.7569, 0.4792)],
                spacegroup=14, cellpar=[5.15, 5.21, 5.32, 90, 99.23, 90]),
        "9Ag+9Bg+8Au+7Bu",
    ),
    "orthorhombic perovskite": (
        crystal(["Ca", "Ti", "O", "O"],
                [(0.036, 0.25, -0.007), (0, 0, 0.5), (0.484, 0.25, 0.071), (0.289, 0.037, -0.288)],
                spacegroup=62, cellpar=[5.44, 7.64, 5.38, 90, 90, 90]),
        "7Ag+5B1g+7B2g+5B3g+8Au+9B1u+7B2u+9B3u",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("atoms", "optical"), KNOWN.values(), ids=KNOWN)
def test_known_optical_modes(atoms, optical):
    assert terms(crystal_representation(atoms).gamma_optical) == terms(optical)


# Active in the infrared, in Raman scattering, and silent in both (textbooks, and the papers on
# each: rutile Porto 1967, quartz Scott & Porto 1967, perovskite, wurtzite Arguello 1969).
ACTIVITY = {
    "rutile": ({"A2u", "Eu"}, {"A1g", "B1g", "B2g", "Eg"}),
    "quartz": ({"A2", "E"}, {"A1", "E"}),
    "perovskite": ({"T1u"}, set()),
    "wurtzite": ({"A1", "E1"}, {"A1", "E1", "E2"}),
    "barium titanate": ({"A1", "E"}, {"A1", "B1", "E"}),
    "lithium niobate": ({"A1", "E"}, {"A1", "E"}),
    "corundum": ({"A2u", "Eu"}, {"A1g", "Eg"}),
    "spinel": ({"T1u"}, {"A1g", "Eg", "T2g"}),
    "chalcopyrite": ({"B2", "E"}, {"A1", "B1", "B2", "E"}),
    "molybdenite": ({"A2u", "E1u"}, {"A1g", "E1g", "E2g"}),
    "pyrite": ({"Tu"}, {"Ag", "Eg", "Tg"}),
}


@pytest.mark.parametrize("name", ACTIVITY)
def test_known_activity(name):
    infrared, raman = ACTIVITY[name]
    present = [irrep for irrep in crystal_representation(KNOWN[name][0]).irreps if irrep.optical]
    assert {i.name for i in present if i.ir_active} == infrared
    assert {i.name for i in present if i.raman_active} == raman


def test_silent_modes_show_in_hyper_raman_scattering():
    """T2u of perovskites (V. N. Denisov, Phys. Rep. 151, 1 (1987)); A2 of quartz is infrared."""
    irreps = {i.name: i for i in crystal_representation(KNOWN["perovskite"][0]).irreps}
    assert irreps["T2u"].hyper_raman_active
    assert irreps["T2u"].silent
    assert not irreps["A1u"].hyper_raman_active
    assert irreps["T1u"].hyper_raman_active


def test_b2g_of_rutile_stretches_bonds_and_b1g_turns_them():
    """B2g at 826 and B1g at 143 cm-1: S. P. S. Porto et al., Phys. Rev. 154, 522 (1967)."""
    report = crystal_representation(KNOWN["rutile"][0])
    oxygens = np.array(report.sites[1].atoms)
    offsets = report.atoms.get_scaled_positions()[oxygens]
    in_first = np.abs(offsets[:, 2]) < 0.1  # the layer z = 0, where bonds lie along [110]
    along = np.where(in_first[:, None], [1.0, 1, 0], [1.0, -1, 0])
    outward = np.sign((offsets - np.where(in_first, 0, 0.5)[:, None] + 0.5) % 1 - 0.5)
    stretch = np.abs(along) * outward
    turn = np.cross([0, 0, 1], stretch)
    patterns = {
        "A1g": stretch,
        "B2g": stretch * np.where(in_first, 1, -1)[:, None],
        "A2g": turn,
        "B1g": turn * np.where(in_first, 1, -1)[:, None],
    }
    names = report.table.names
    for name, pattern in patterns.items():
        mode = np.zeros((1, len(report.atoms), 3))
        mode[0, oxygens] = pattern / np.linalg.norm(pattern)
        chi = report.group.characters(mode)
        assert np.allclose(chi, report.table.characters[names.index(name)]), name


@pytest.mark.parametrize("name", ["rutile", "wurtzite", "quartz", "anatase", "barium titanate"])
def test_labels_do_not_depend_on_orientation_cell_or_order(name):
    atoms, expected = KNOWN[name]
    rng = np.random.default_rng(5)
    other = atoms[rng.permutation(len(atoms))]
    skew = np.array([[1, 0, 0], [1, 1, 0], [-1, 2, 1]])
    turned = Rotation.random(rng=rng).as_matrix()
    other.set_cell(skew @ other.cell.array)
    other.set_cell(other.cell.array @ turned.T, scale_atoms=True)
    other.positions += rng.normal(size=3)
    assert terms(crystal_representation(other).gamma_optical) == terms(expected)


@pytest.mark.parametrize("name", ["rutile", "quartz", "wurtzite", "barium titanate", "rock salt"])
def test_labels_survive_noise_within_the_tolerance(name):
    atoms, expected = KNOWN[name]
    atoms = atoms.copy()
    atoms.rattle(0.01, seed=4)
    atoms.set_cell(atoms.cell.array * [[1.0005], [0.9995], [1]], scale_atoms=True)
    report = crystal_representation(atoms, 0.1)
    assert terms(report.gamma_optical) == terms(expected)
    assert 0 < report.group.rms_A < 0.05


def test_a_supercell_is_reduced_first():
    report = crystal_representation(bulk("NaCl", "rocksalt", 5.64, cubic=True).repeat((1, 2, 1)))
    assert (report.gamma_optical, len(report.atoms), report.given_cells) == ("T1u", 2, 8)


def test_isotopes_lower_the_group():
    silicon = bulk("Si")
    silicon.set_masses([27.977, 28.976])
    report = crystal_representation(silicon)
    assert (report.space_group.symbol, report.gamma_optical) == ("F-43m", "T2")
    assert [site.mass_amu for site in report.sites] == [27.977, 28.976]


def test_slabs_have_the_point_group_of_their_layer():
    layer = mx2("MoS2", a=3.18)
    layer.center(6, axis=2)
    report = crystal_representation(layer)
    assert report.space_group.layer_group == "p-6m2"
    assert terms(report.gamma_optical) == terms("A1'+A2''+E'+E''")
    assert [(s.letter, s.symmetry) for s in report.sites] == [(None, "-6m2"), (None, "3m")]
    sheet = graphene(vacuum=6)
    assert terms(crystal_representation(sheet).gamma_optical) == terms("B1g+E2g")


def test_operations_across_the_vacuum_are_left_out():
    """A slab in a cubic cell is not cubic, and one in two halves does not repeat."""
    slab = Atoms("Na", cell=[4, 4, 4], pbc=[True, True, False])
    assert crystal_representation(slab).space_group.point_group == "D4h"
    pair = Atoms("Na2", positions=[(0, 0, 0), (0, 0, 4)], cell=[4, 4, 8], pbc=[True, True, False])
    report = crystal_representation(pair)
    assert (report.space_group.point_group, len(report.atoms)) == ("D4h", 2)
    assert terms(report.gamma_optical) == terms("A1g+Eg")
    chain = Atoms("Na", cell=[2.5, 10, 10], pbc=[True, False, False])
    axes = crystal_representation(chain).group.axes
    assert np.abs(axes[:, 2]).tolist() == pytest.approx([1, 0, 0])


def test_a_molecule_is_refused():
    with pytest.raises(PhonoscopeError, match="not a crystal"):
        crystal_representation(Atoms("H2", positions=[(0, 0, 0), (0, 0, 0.74)]))


def test_a_slab_that_is_not_primitive_is_refused():
    slab = Atoms("Na2", positions=[(0, 0, 0), (4, 0, 0)], cell=[8, 4, 9], pbc=[True, True, False])
    with pytest.raises(PhonoscopeError, match="factor group"):
        crystal_representation(slab)


@pytest.mark.parametrize("tolerance", [0, -0.1, np.nan, np.inf])
def test_a_tolerance_must_be_a_distance(tolerance):
    with pytest.raises(PhonoscopeError, match="not a tolerance"):
        crystal_representation(bulk("Si"), tolerance)


def test_atoms_that_coincide_are_refused():
    atoms = Atoms("Na2", positions=[(0, 0, 0), (0, 0, 1e-6)], cell=[3, 3, 3], pbc=True)
    with pytest.raises(PhonoscopeError, match="space group"):
        crystal_representation(atoms)


def test_one_atom_has_no_optical_modes():
    report = crystal_representation(bulk("Cu"))
    assert (report.gamma_total, report.gamma_optical) == ("T1u", "")
    assert "no optical modes" in as_text(report)


def test_report_as_text():
    text = as_text(crystal_representation(KNOWN["quartz"][0]))
    for expected in (
        "space group P3_121 (No. 152), class 32 (D3)",
        "Γ(optical)   = 4A1+4A2+8E",
        "6c        1              O      3A1+3A2+6E",
        "unmoved atoms   9    0    1",
        "c   ·   ·     ·  -c  -d",
    ):
        assert expected in text
    assert "Nearly Pm-3m" in as_text(crystal_representation(BARIUM_TITANATE))
