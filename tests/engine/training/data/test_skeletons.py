"""Bonds, and held-out molecules under other names."""

from __future__ import annotations

import ase.build
import numpy as np
import pytest

from engine.errors import PhonoscopeError
from engine.training.data.molecule_list import HELD_OUT, Molecule
from engine.training.data.molecules import Workplace
from engine.training.data.semiempirical import Xtb
from engine.training.data.skeletons import held_out_skeletons, skeleton, skeleton_of

pytest.importorskip("rdkit")


@pytest.mark.parametrize(
    ("g2", "smiles"),
    [("C3H4_C2v", "C1=CC1"), ("C3H4_D2d", "C=C=C"), ("H2CO", "C=O"), ("C4H4O", "c1ccoc1")],
)
def test_a_geometry_and_its_smiles_have_one_skeleton(g2: str, smiles: str) -> None:
    atoms = ase.build.molecule(g2)
    order = np.random.default_rng(1).permutation(len(atoms))
    assert skeleton(atoms) == skeleton(atoms[order]) == skeleton_of(smiles)


def test_isomers_have_others() -> None:
    assert skeleton_of("C=C=C") != skeleton_of("CC#C") != skeleton_of("C1=CC1")
    assert skeleton_of("N#C") != skeleton_of("[C-]#[NH+]")


def test_every_held_out_molecule_has_its_own() -> None:
    assert set(held_out_skeletons().values()) == HELD_OUT


def test_what_rearranges_into_a_held_out_molecule_is_refused(tmp_path) -> None:
    pytest.importorskip("tblite")
    hidden = Molecule("small-0000", "C=O", 2, "H2CO")
    with pytest.raises(PhonoscopeError, match="bonds of formaldehyde"):
        Workplace(tmp_path, Xtb()).compute(hidden, "equilibrium")
    assert not list(tmp_path.glob("*.h5"))
