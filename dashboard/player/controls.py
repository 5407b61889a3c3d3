"""The two lines below the view: the mode, and how it moves."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from dashboard.player.follow import follow_button
from dashboard.player.playback import Playback
from dashboard.player.widgets import SLIDER, SWITCH
from dashboard.theme import LARGER
from dashboard.viewer import STYLES

STYLE_NAMES = dict(zip(("Ball and stick", "Space-filling", "Wireframe"), STYLES, strict=True))


def controls(playback: Playback, more: Viewable) -> Viewable:
    """Player and the most used settings; ``more`` is what the last button opens."""
    state, viewer = playback.state, playback.viewer
    previous = pmui.IconButton(
        icon="skip_previous",
        description="Previous mode",
        on_click=lambda _: state.step(-1),
        margin=0,
    )
    following = pmui.IconButton(
        icon="skip_next", description="Next mode", on_click=lambda _: state.step(1), margin=0
    )
    play = pmui.ToggleIcon.from_param(
        viewer.param.playing,
        icon="play_arrow",
        active_icon="pause",
        name="",
        description="Play or pause",
        margin=0,
    )
    caption = pn.pane.HTML(_caption(playback), css_classes=["caption"], margin=0, align="center")

    def write_caption(*_: object) -> None:
        caption.object = _caption(playback)

    state.param.watch(write_caption, ["modes", "branch", "unit"])
    playback.param.watch(write_caption, "others")

    amplitude = pmui.FloatSlider.from_param(
        playback.param.amplitude_A, name="Motion (Å)", start=0.0, end=1.0, step=0.05, **SLIDER
    )
    temperature = pmui.FloatSlider.from_param(
        playback.param.temperature_K,
        name="Temperature (K)",
        start=0,
        end=2000,
        step=10,
        visible=False,
        **SLIDER,
    )

    def choose_amplitude(*_: object) -> None:
        amplitude.visible, temperature.visible = not playback.thermal, playback.thermal

    playback.param.watch(choose_amplitude, "thermal")
    choose_amplitude()
    speed = pmui.FloatSlider.from_param(
        viewer.param.speed, name="Speed (1/s)", start=0.1, end=2.0, step=0.1, **SLIDER
    )
    style = pmui.Select.from_param(
        viewer.param.style,
        options=STYLE_NAMES,
        name="Style",
        size="small",
        width=160,
        margin=(0, 10),
        description="",
    )
    arrows = pmui.Switch.from_param(viewer.param.arrows, name="Arrows", **SWITCH)
    open_more = pmui.Button(
        label="More", icon="tune", variant="text", size="small", margin=(0, 6),
        on_click=lambda _: setattr(more, "visible", not more.visible),
    )  # fmt: skip
    line = pn.Row(
        previous,
        play,
        following,
        caption,
        follow_button(playback),
        pn.layout.HSpacer(),
        open_more,
        margin=0,
        align="center",
        sizing_mode="stretch_width",
    )
    settings = pn.FlexBox(
        amplitude, temperature, speed, style, arrows, align_items="center", gap="0"
    )
    return pn.Column(
        line, settings, css_classes=["player"], styles=LARGER, sizing_mode="stretch_width"
    )


def _caption(playback: Playback) -> str:
    return f'<span class="mode-caption">{playback.motion_in_words()}</span>'
