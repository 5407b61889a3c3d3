"""CIF files as databases write them: what is in them is read, or said to be missing."""

import gzip

import numpy as np
import pytest
import spglib
from ase.build import bulk
from ase.spacegroup import crystal

import engine
from engine import PhonoscopeError
from tests.engine.formats.cifs import FCC, SILICON, cif

ONE = "Si1 Si0+ 0 0 0 1."


@pytest.fixture
def read(tmp_path):
    def read(content, name="a.cif"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return engine.read(tmp_path / name)

    return read


def group_of(atoms):
    primitive = engine.primitive_cell(atoms)
    cell = (primitive.cell.array, primitive.get_scaled_positions(), primitive.numbers)
    return spglib.get_symmetry_dataset(cell, symprec=1e-3).international, len(primitive)


def same_crystal(atoms, expected):
    """Every atom has one of the other crystal in its place; the cells are the same."""
    assert np.allclose(atoms.cell.cellpar(), expected.cell.cellpar(), atol=1e-6)
    offset = atoms.get_scaled_positions()[:, None] - expected.get_scaled_positions()
    near = np.linalg.norm((offset - np.rint(offset)) @ atoms.cell.array, axis=2) < 1e-3
    same = near & (atoms.numbers[:, None] == expected.numbers)
    return len(atoms) == len(expected) and (same.sum(0) == 1).all() and (same.sum(1) == 1).all()


@pytest.mark.parametrize(
    "content",
    [
        cif(operations=FCC),
        cif(operations=tuple(op.upper().replace("1/2", ".5") for op in FCC)),
        cif(ONE, group="'F d -3 m S'"),
        cif(ONE, group="'F d -3 m :1'"),
        cif(ONE, group="F_d_-3_m:1"),
        cif(ONE, group="'F d 3 m :1'"),
        cif("Si1 Si0+ .125 1/8 0.1250(3) ?", group="'F d -3 m Z'"),
        cif(ONE, extra="_symmetry_space_group_name_Hall 'F 4d 2 3 -1d'"),
        cif(
            "Si1 Si .125 .125 .125 1",
            extra="_space_group.IT_number 227\n_chemical_formula_sum Si\n_cell_formula_units_Z 8",
        ),
        cif("Si1 Si 0.003 0.004 -0.005 .9999", group="'F d -3 m :1'"),
        cif(SILICON + "\nSi9 Si 0.5 1.5 0 1\nSi10 Si .001 0 1 1", operations=FCC),
    ],
)
def test_silicon_in_many_hands(content, read):
    atoms, expected = read(content), bulk("Si", a=5.431, cubic=True)
    second = expected.copy()  # with the origin at the centre of inversion
    second.positions -= 5.431 / 8
    assert same_crystal(atoms, expected) or same_crystal(atoms, second)
    assert group_of(atoms) == ("Fd-3m", 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode().replace(b"\n", b"\r\n"),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: ("_journal_name 'Zs. f\xfcr K.\x85'\n" + text).encode("latin-1"),
        lambda text: text.encode("utf-16"),
        lambda text: b"data_global\n_note\n;\nO1' # no comment\ndata_no\n;\n" + text.encode(),
        lambda text: text.replace("_atom_site_", "_Atom_Site.").encode(),
        lambda text: text.replace("Si0+ 0 0", "Si0+ 0\n  # a remark\n  0").encode(),
        lambda text: text.replace("_cell_angle_alpha 90.", "").encode(),
        lambda text: text.replace("5.431(2)", "5.431(").encode(),
    ],
)
def test_the_way_it_is_written_makes_no_difference(change, read):
    assert len(read(change(cif(operations=FCC)))) == 8


def test_compressed(read):
    assert len(read(gzip.compress(cif(operations=FCC).encode()), "a.cif.gz")) == 8


CORUNDUM = "4.7589 4.7589 12.991 90 90 120"
HEXAGONAL = "Al1 Al3+ 0 0 0.35216 1\nO1 O2- .30624 0 .25 1"
RHOMBOHEDRAL = "Al1 Al3+ .35216 .35216 .35216 1\nO1 O2- .55624 .94376 .25 1"


@pytest.mark.parametrize("group", ["'R -3 c H'", "'R -3 c :H'", "'R -3 c'", "R-3c", "'R -3 c HR'"])
def test_hexagonal_axes(group, read):
    expected = crystal(
        ["Al", "O"], [(0, 0, 0.35216), (0.30624, 0, 0.25)], spacegroup=167,
        cellpar=[float(x) for x in CORUNDUM.split()],
    )  # fmt: skip
    atoms = read(cif(HEXAGONAL, CORUNDUM, group))
    assert same_crystal(atoms, expected)
    assert group_of(atoms) == ("R-3c", 10)


@pytest.mark.parametrize("group", ["'R -3 c R'", "'R -3 c :R'", "'R -3 c'"])
def test_rhombohedral_axes(group, read):
    atoms = read(cif(RHOMBOHEDRAL, "5.128 5.128 5.128 55.28 55.28 55.28", group))
    assert group_of(atoms) == ("R-3c", 10) and len(atoms) == 10


@pytest.mark.parametrize(
    ("group", "glide"),
    [
        ("'P 1 21/c 1'", (0, 0.5)), ("'P 21/c'", (0, 0.5)), ("'P 1 21/n 1'", (0.5, 0.5)),
        ("P21/n", (0.5, 0.5)), ("'P 21/a'", (0.5, 0)),
    ],
)  # fmt: skip
def test_monoclinic_cells(group, glide, read):
    """The letter of the glide plane tells the cell: c along c, a along a, n along both."""
    rows = "Zr1 Zr4+ .2754 .0395 .2083 1\nO1 O2- .07 .3317 .3447 1\nO2 O2- .4496 .7569 .4792 1"
    atoms = read(cif(rows, "5.1505 5.2116 5.3173 90 99.23 90", group))
    scaled = atoms.get_scaled_positions()
    moved = [0.2754 + glide[0], 0.5 - 0.0395, 0.2083 + glide[1]]
    offset = scaled[atoms.numbers == 40] - moved
    assert (np.abs(offset - np.rint(offset)).max(1) < 1e-6).sum() == 1
    assert group_of(atoms) == ("P2_1/c", 12)


def test_rounded_thirds_are_special_positions(read):
    rows = "Zn1 Zn2+ 0.3333 0.6667 0 1\nO1 O2- 0.3333 0.6667 0.3819 1"
    atoms = read(cif(rows, "3.25 3.25 5.207 90 90 120", "'P 63 m c'"))
    assert group_of(atoms) == ("P6_3mc", 4)
    assert np.allclose(np.sort(atoms.get_scaled_positions()[:, 0]), [1 / 3] * 2 + [2 / 3] * 2)


def test_all_atoms_without_any_symmetry(read):
    rows = "\n".join(
        f"Si{i} {x} {y} {z}" for i, (x, y, z) in enumerate(bulk("Si", cubic=True).positions / 5.43)
    )
    atoms = read(cif(rows, columns="label fract_x fract_y fract_z"))
    assert group_of(atoms) == ("Fd-3m", 2)


def test_deuterium_is_heavy_hydrogen_and_stays_so_in_the_primitive_cell(read):
    extra = "_chemical_formula_sum 'Li1 D1'"
    atoms = read(cif("Li1 Li1+ 0 0 0 1\nD1 D1- .5 .5 .5 1", "4.07 4.07 4.07 90 90 90",
                     "'F m -3 m'", extra=extra))  # fmt: skip
    primitive = engine.primitive_cell(atoms)
    for structure, n in ((atoms, 4), (primitive, 1)):
        heavy = structure.numbers == 1
        assert heavy.sum() == n and len(structure) == 2 * n
        assert np.allclose(structure.get_masses()[heavy], 2.014, atol=1e-3)


@pytest.mark.parametrize(
    ("label", "formula", "symbol"),
    [("SI1", "", "Si"), ("O1W", "", "O"), ("Ca(2)", "", "Ca"), ("CA1", "'Ca1'", "Ca"),
     ("HO1", "'H1'", "H"), ("OW", "", "O"), ("OH1", "", "O"), ("C1'", "", "C")],
)  # fmt: skip
def test_elements_from_labels(label, formula, symbol, read):
    extra = f"_chemical_formula_sum {formula}" if formula else ""
    if label == "SI1":
        extra = "_chemical_formula_sum Si1"
    text = cif(f"{label} 0 0 0", columns="label fract_x fract_y fract_z", extra=extra)
    assert read(text).get_chemical_symbols() == [symbol]


def test_blocks_without_atoms_are_passed_over(read):
    text = "data_global\n_audit_author_name 'N. N.'\n" + cif(operations=FCC) + "data_end\n_x 1\n"
    assert len(read(text)) == 8


NO_H = "_chemical_formula_sum 'H2 O1'"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (cif("Fe1 Fe 0 0 0 0.5\nNi1 Ni 0 0 0 0.5"), r"Fe1 \(Fe 0.5\), Ni1 \(Ni 0.5\)"),
        (cif("Si1 Si4+ 0 0 0 1\nLi1 Li1+ .5 .5 .5 0.75(2)"), r"not occupied .*: Li1 \(Li 0.75"),
        (cif("Si1 Si 0 0 0 0"), r"Si1 \(Si 0\)"),
        (cif("X1 X 0 0 0 1"), "'X' is a dummy"),
        (cif("Va1 Va 0 0 0 1"), "'Va' is a dummy"),
        (cif("M1 'Fe,Ni' 0 0 0 1"), "'Fe,Ni' is a dummy or no element"),
        (cif("Q1 0 0 0", columns="label fract_x fract_y fract_z"), "no element"),
        (cif("CA1 0 0 0", columns="label fract_x fract_y fract_z"), "may be Ca or C"),
        (cif("O1 OH 0 0 0 1"), "group of atoms, OH"),
        (cif("Wat1 0 0 0", columns="label fract_x fract_y fract_z"), "group of atoms, Wat1"),
        (cif("O1 O2- 0 0 0 1", extra=NO_H), "no site holds H"),
        (cif("O1 O 0 0 0 1\nH1 H .2 0 0 1", extra=NO_H), "make HO|make OH"),
        (cif("O1 O 0 0 0 1\nH1 H ? ? ? 1"), r"H1 \(\?, \?, \?\)"),
        (cif("O1 O 0 0 0 2", columns="label type_symbol fract_x fract_y fract_z "
             "attached_hydrogens"), r"no coordinates, at O1 \(2\)"),
        (cif("Si1 Si 0 0 0 1\nC1 C 0.001 0 0 1"), r"Si1 \(Si\) and C1 \(C\) come within 0.01"),
        (cif("Si1 Si 0 0 0 1\nSi2 Si 0.06 0 0 1"), "within 0.33"),
        (cif("Si1 Si .02 0 0 1", operations=("x,y,z", "-x,y,z")), "images of Si1 .* within 0.22"),
        (cif(ONE, group="'F d -3 m'"), "two choices"),
        (cif(ONE, group="'Q 7'"), "not known: .*calls its group Q 7"),
        (cif(ONE, cell="5 5 6 90 90 90", group="'F m -3 m'"), "does not fit its cell"),
        (cif(ONE, operations=("x,y,z", "y,x+q,z")), r"no operations of a space group: 'y,x\+q,z'"),
        (cif(ONE, operations=("x,y,z",), group="'F m -3 m'"), "1 operations are listed.*has 192"),
        (cif(ONE, cell="0 5 5 90 90 90"), "lengths|makes no sense"),
        (cif(ONE, cell="5 5 ? 90 90 90"), r"are 5, 5, \?"),
        (cif(ONE, cell="5 5 5 30 30 90"), "makes no sense"),
        (cif(ONE, extra="_cell_modulation_dimension 1"), "modulated"),
        (cif() + cif(name="other"), "2 structures: they are in the data blocks test, other"),
        (cif() + cif(), "2 structures"),
        (cif(rows="Si1 Si 0 0 0"), "6 columns but 5 values"),
        (cif(rows=""), "no usable structure"),
        (cif().replace("data_test", "data_test\n_text\n;\nwithout end"), "does not end"),
        ("data_x\n_cell_length_a 3\n", "no atoms were read"),
        ("", "no data block"),
        (b"\x00\x01\xff" * 30, "no data block"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_without_guessing_is_refused_in_words(content, said, read):
    with pytest.raises(PhonoscopeError, match=said) as caught:
        read(content)
    assert len(str(caught.value).splitlines()) == 2
    assert "a.cif" in caught.value.what


def axes(setting):
    """A cell of the crystal system, as text."""
    n, choice = setting.number, setting.choice
    if n <= 2:
        return "18 20 22 80 95 100"
    if n <= 15:
        unique = next(i for i in range(3) if "abc"[i] in choice)
        return "18 20 22 " + " ".join("100" if i == unique else "90" for i in range(3))
    if n <= 74:
        return "18 20 22 90 90 90"
    if n <= 142 or n >= 195:
        return "18 18 22 90 90 90" if n <= 142 else "18 18 18 90 90 90"
    return "18 18 18 70 70 70" if choice == "R" else "18 18 22 90 90 120"


@pytest.mark.parametrize("h", range(2, 531, 13))
def test_names_of_space_groups(h, read):
    """A general position makes a crystal that has exactly the operations of the setting named."""
    setting = spglib.get_spacegroup_type(h)
    tabulated = spglib.get_symmetry_from_database(h)
    quote = '"' if "'" in setting.hall_symbol else "'"
    origin = ":" + setting.choice[0] if setting.choice[:1] in ("1", "2", "H", "R") else ""
    ways = [f"_space_group_name_H-M_alt '{setting.international_full}{origin}'"]
    if quote not in setting.hall_symbol:
        ways.append(f"_space_group_name_Hall {quote}{setting.hall_symbol}{quote}")
    if not origin and h in (2, 349, 430, 523):
        ways.append(f"_space_group_IT_number {setting.number}")
    for way in ways:
        atoms = read(
            cif("Si1 Si .137 .081 .194 1\nC1 C .213 .331 .052 1", axes(setting), extra=way)
        )
        cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
        found = spglib.get_symmetry_dataset(cell, symprec=1e-3)
        assert _set(found.rotations, found.translations) == _set(*tabulated.values())


def _set(rotations, translations):
    return {
        (*r.ravel(), *(np.rint(24 * t).astype(int) % 24))
        for r, t in zip(rotations, translations, strict=True)
    }
