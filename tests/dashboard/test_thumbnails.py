"""Drawings of structures: well-formed, within their frame, small, whatever is drawn."""

from xml.etree import ElementTree

import numpy as np
import pytest
from ase import Atoms

from dashboard.thumbnails import SIZE, entry_thumbnail, thumbnail
from engine import library

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", library.names())
def test_every_entry_has_a_drawing_within_its_frame(name):
    atoms = library.entry(name).atoms
    drawing = thumbnail(atoms)
    root = ElementTree.fromstring(drawing)
    balls = [c.attrib for c in root.iter(f"{SVG}circle")]
    assert len(balls) >= 2 * len(atoms) or atoms.pbc.any()
    for ball in balls:
        for at in ("cx", "cy"):
            assert abs(float(ball[at])) + float(ball["r"]) <= SIZE / 2
    assert len(drawing) < 50_000
    assert entry_thumbnail(name).startswith("data:image/svg+xml;base64,")


def test_one_atom_and_none_that_bond_are_drawn_too():
    for atoms in (Atoms("Ar"), Atoms("Ar2", positions=[[0, 0, 0], [0, 0, 9]])):
        assert "<circle" in thumbnail(atoms)


def test_a_flat_molecule_is_seen_from_its_flat_side():
    flat = library.entry("formaldehyde").atoms
    root = ElementTree.fromstring(thumbnail(flat))
    places = np.array(
        [[float(c.attrib[a]) for a in ("cx", "cy")] for c in root.iter(f"{SVG}circle")]
    )
    spread = np.linalg.svd(places - places.mean(0))[1]
    assert spread[1] > 0.4 * spread[0]
