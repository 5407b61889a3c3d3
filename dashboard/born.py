"""Born charges for what is to be computed: a file is dropped, and what it says is shown."""

from __future__ import annotations

import tempfile
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param
from ase import Atoms
from panel.viewable import Viewable

from dashboard.computing import Computing
from dashboard.facts import DROPPER, STYLE, facts, problem
from engine.errors import PhonoscopeError
from engine.phonons import born_charges
from engine.phonons.polar import BornCharges

TITLE = "Born charges, for LO-TO"
ASK = (
    "phonopy's BORN file: the dielectric tensor and the charges of this cell. The longitudinal "
    "modes of an insulator lie higher by them."
)


class BornChoice(param.Parameterized):
    """The Born charges that go with the structure to be computed."""

    value = param.ClassSelector(class_=BornCharges, doc="None: none are given.")


def born_view(computing: Computing) -> tuple[BornChoice, Viewable]:
    """The choice, and the part of the page where a file is dropped."""
    choice = BornChoice()
    told = pn.pane.HTML(ASK, stylesheets=[STYLE], sizing_mode="stretch_width", margin=(0, 0, 4, 0))
    dropper = pn.widgets.FileDropper(
        multiple=False,
        sizing_mode="stretch_width",
        height=76,
        max_file_size="1MB",
        stylesheets=[DROPPER],
        css_classes=["born-dropper"],
    )
    own = pmui.Accordion(
        (TITLE, pn.Column(told, dropper, sizing_mode="stretch_width")),
        disable_gutters=True,
        elevation=0,
        title_variant="body2",
        sizing_mode="stretch_width",
        margin=(4, 0),
        css_classes=["born"],
    )

    def read(*_: object) -> None:
        choice.value, told.object = None, ASK
        if not dropper.value or computing.draft is None:
            return
        name, content = list(dropper.value.items())[-1]
        try:
            choice.value = charges_in(name, content, computing.draft.atoms)
        except PhonoscopeError as error:
            told.object = problem(error)
        else:
            told.object = in_words(choice.value, computing.draft.atoms)

    def new_structure(*_: object) -> None:
        own.visible = computing.draft is not None and bool(computing.draft.atoms.pbc.all())
        if choice.value is not None or told.object != ASK:  # they were of another crystal
            dropper.value = {}
            choice.value, told.object = None, ASK

    dropper.param.watch(read, "value")
    computing.param.watch(new_structure, "draft")
    new_structure()
    return choice, own


def charges_in(name: str, content: bytes | str, atoms: Atoms) -> BornCharges:
    """What a BORN file says of a crystal.

    Raises
    ------
    PhonoscopeError
        if it cannot be read, or does not belong to the crystal.
    """
    data = content.encode() if isinstance(content, str) else content
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "BORN"
        path.write_bytes(data)
        try:
            return born_charges(path, atoms)
        except PhonoscopeError as error:
            shown = Path(name).name
            raise PhonoscopeError(
                error.what.replace(str(path), shown), error.why.replace(str(path), shown), error.fix
            ) from error


def in_words(born: BornCharges, atoms: Atoms) -> str:
    """Mean charge of each element and mean dielectric constant, in HTML."""
    mean = np.trace(born.charges_e, axis1=1, axis2=2) / 3
    symbols = np.array(atoms.get_chemical_symbols())
    charges: dict[str, Any] = {
        symbol: f"{mean[symbols == symbol].mean():+.2f} e" for symbol in dict.fromkeys(symbols)
    }
    return facts(
        {
            "charges": ", ".join(f"{escape(s)} {value}" for s, value in charges.items()),
            "dielectric": f"{np.trace(born.dielectric) / 3:.2f} (mean)",
            "their sum": f"{born.neutrality_error_e:.3f} e",
        }
    )
