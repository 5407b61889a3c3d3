"""Type, colours and focus of the page; the projector mode makes them large."""

from __future__ import annotations

from typing import Any

from bokeh.themes import Theme

LARGER = 1.4
"""By how much the projector mode enlarges type."""

FOCUS = {"outline": "3px solid #e69f00", "outlineOffset": "2px"}
"""Orange is seen on the blue bar, on white and on black."""

DIALOG: dict[str, Any] = {"& .MuiDialogTitle-root": {"paddingBottom": "8px"}}


def theme_config() -> dict[str, Any]:
    """What Material UI's components look like."""
    return {
        "components": {
            # A tooltip must not catch the click meant for the button beneath it.
            "MuiTooltip": {"defaultProps": {"disableInteractive": True}},
            "MuiButtonBase": {"styleOverrides": {"root": {"&.Mui-focusVisible": FOCUS}}},
            "MuiSlider": {"styleOverrides": {"thumb": {"&.Mui-focusVisible": FOCUS}}},
            "MuiSwitch": {
                "styleOverrides": {"switchBase": {"&.Mui-focusVisible .MuiSwitch-thumb": FOCUS}}
            },
        }
    }


def on_the_bar() -> dict[str, Any]:
    """Style of a button on the bar of the page."""
    return {
        "color": "white",
        "padding": "8px",
        "& .MuiIcon-root, & .material-icons": {"color": "white"},
    }


def plot_theme(projector: bool) -> Theme:
    """Type of the plots."""
    scale = LARGER if projector else 1.0
    return Theme(
        json={
            "attrs": {
                "Axis": {
                    "axis_label_text_font_size": f"{13 * scale:.0f}px",
                    "major_label_text_font_size": f"{11 * scale:.0f}px",
                },
                "Legend": {"label_text_font_size": f"{12 * scale:.0f}px"},
                "Title": {"text_font_size": f"{13 * scale:.0f}px"},
            }
        }
    )
