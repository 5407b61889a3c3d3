"""What this is, and which keys it has."""

from __future__ import annotations

from html import escape

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.browser import Keyboard, Names
from dashboard.state import State
from dashboard.theme import DIALOG, on_the_bar

STYLE = """
table { border-collapse: collapse; }
td { padding: 3px 18px 3px 0; }
kbd { display: inline-block; min-width: 1.4em; text-align: center; padding: 1px 7px;
  border: 1px solid currentcolor; border-radius: 5px; font: inherit; }
p { margin: 0 0 10px; max-width: 62ch; }
h2 { font-size: 1.1em; margin: 16px 0 6px; }
"""

ABOUT = """
<p>Phonoscope shows how molecules and crystals vibrate. Click a line of the spectrum, a branch of
the bands or a row of the table: the structure moves that way.</p>
<p>A label like T<sub>2</sub> is the symmetry of the motion. <b>IR</b> and <b>Raman</b> say what
light may do with it; both follow from symmetry alone, and say nothing of how strong it is.</p>
"""

SOURCES = """
<p>Which model or calculation a result rests on stands in the last line of the page, and in every
file that is taken away. Programs: JAX, phonopy, spglib, ASE, 3Dmol.js, Panel, Bokeh.
Phonoscope is free software under the MIT licence.</p>
"""


def help_view(state: State) -> Viewable:
    """A button and its dialog, and the keys themselves: those that were offered before."""

    def show() -> None:
        state.dialog = None if state.dialog == "help" else "help"

    state.keys.offer("?", "?", "this list", show)
    rows = "".join(
        f"<tr><td><kbd>{escape(k.shown)}</kbd></td><td>{k.does}</td></tr>" for k in state.keys.all
    )
    text = pn.pane.HTML(
        f"{ABOUT}<h2>Keys</h2><table>{rows}</table><h2>Where it comes from</h2>{SOURCES}",
        stylesheets=[STYLE],
        css_classes=["help"],
    )
    dialog = pmui.Dialog(
        text,
        title="Phonoscope",
        title_variant="h5",
        open=state.dialog == "help",
        close_on_click=True,
        show_close_button=True,
        width_option="sm",
        sx=DIALOG,
    )
    button = pmui.IconButton(
        icon="help_outline",
        description="Help and keys",
        on_click=lambda _: show(),
        sx=on_the_bar(),
        margin=0,
    )
    state.follow_dialog(dialog, "help")
    return pn.Row(button, dialog, Keyboard(state.keys.actions), Names(), margin=0, width=40)
