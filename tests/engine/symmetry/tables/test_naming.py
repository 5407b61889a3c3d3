"""Names of classes and text of characters, as textbooks print them."""

import pytest

from engine.symmetry.tables import standard_table

# F. A. Cotton, Chemical Applications of Group Theory, appendix; P. W. Atkins, M. S. Child,
# C. S. G. Phillips, Tables for Group Theory (1970).
CLASSES = {
    "Cs": "E σh",
    "C6": "E C6 C3 C2 C3² C6⁵",
    "C2v": "E C2 σv(xz) σv'(yz)",
    "C3v": "E 2C3 3σv",
    "C4v": "E 2C4 C2 2σv 2σd",
    "C6v": "E 2C6 2C3 C2 3σv 3σd",
    "C2h": "E C2 i σh",
    "C3h": "E C3 C3² σh S3 S3⁵",
    "C4h": "E C4 C2 C4³ i S4³ σh S4",
    "C6h": "E C6 C3 C2 C3² C6⁵ i S3⁵ S6⁵ σh S6 S3",
    "D2": "E C2(z) C2(y) C2(x)",
    "D3": "E 2C3 3C2",
    "D6": "E 2C6 2C3 C2 3C2' 3C2''",
    "D2h": "E C2(z) C2(y) C2(x) i σ(xy) σ(xz) σ(yz)",
    "D3h": "E 2C3 3C2 σh 2S3 3σv",
    "D4h": "E 2C4 C2 2C2' 2C2'' i 2S4 σh 2σv 2σd",
    "D5h": "E 2C5 2C5² 5C2 σh 2S5 2S5³ 5σv",
    "D6h": "E 2C6 2C3 C2 3C2' 3C2'' i 2S3 2S6 σh 3σd 3σv",
    "D2d": "E 2S4 C2 2C2' 2σd",
    "D3d": "E 2C3 3C2 i 2S6 3σd",
    "D4d": "E 2S8 2C4 2S8³ C2 4C2' 4σd",
    "D5d": "E 2C5 2C5² 5C2 i 2S10³ 2S10 5σd",
    "D6d": "E 2S12 2C6 2S4 2C3 2S12⁵ C2 6C2' 6σd",
    "S4": "E S4 C2 S4³",
    "S6": "E C3 C3² i S6⁵ S6",
    "S8": "E S8 C4 S8³ C2 S8⁵ C4³ S8⁷",
    "Td": "E 8C3 3C2 6S4 6σd",
    "C∞v": "E 2C∞(φ) ∞σv",
    "D∞h": "E 2C∞(φ) ∞σv i 2S∞(φ) ∞C2",
}

ROWS = {
    ("C5v", "E1"): "2 | 2cos 72° | 2cos 144° | 0",
    ("D4d", "E1"): "2 | √2 | 0 | -√2 | -2 | 0 | 0",
    ("D6h", "B1g"): "1 | -1 | 1 | -1 | 1 | -1 | 1 | -1 | 1 | -1 | 1 | -1",
    ("D7", "E1"): "2 | 2cos 2π/7 | 2cos 4π/7 | 2cos 6π/7 | 0",
    ("D∞h", "Σu+"): "1 | 1 | 1 | -1 | -1 | -1",
    ("D∞h", "Σg-"): "1 | 1 | -1 | 1 | 1 | -1",
    ("D∞h", "Πg"): "2 | 2cos φ | 0 | 2 | -2cos φ | 0",
    ("D∞h", "Δu"): "2 | 2cos 2φ | 0 | -2 | -2cos 2φ | 0",
}


@pytest.mark.parametrize("group", CLASSES)
def test_classes_are_named_and_ordered_as_in_textbooks(group):
    assert " ".join(c.name for c in standard_table(group).classes) == CLASSES[group]


@pytest.mark.parametrize(("group", "irrep"), ROWS)
def test_characters_are_printed_readably(group, irrep):
    table = standard_table(group)
    assert " | ".join(table.entries[table.irreps.index(irrep)]) == ROWS[group, irrep]
