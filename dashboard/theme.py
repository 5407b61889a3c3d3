"""Type, colours and focus of the page."""

from __future__ import annotations

from typing import Any

FOCUS = {"outline": "3px solid #e69f00", "outlineOffset": "2px"}
"""Orange is seen on the blue bar, on white and on black."""

LARGER: dict[str, str] = {"zoom": "var(--zoom, 1)"}
"""Style of what is larger in the projector mode; browser/large_plots.js says how much. Plots must
not have it: they would mistake where they are clicked."""

AS_LARGE_AS_EVER: dict[str, str] = {"--zoom": "1"}
"""Style of what has menus and is not zoomed."""

LARGER_IF_ROOMY: dict[str, str] = {"zoom": "var(--zoom-if-roomy, 1)"}
"""The same, but only on screens that are high enough."""

DIALOG: dict[str, Any] = {
    # A dialog that a button of the bar opens would have the bar's colours, its variables too.
    "& .MuiDialog-paper": {
        "--mui-palette-background-paper": "var(--panel-surface-color)",
        "--mui-palette-text-primary": "var(--panel-on-surface-color)",
        "--mui-palette-text-secondary": "var(--panel-on-surface-color)",
        "--mui-palette-action-active": "var(--panel-on-surface-color)",
        "backgroundColor": "var(--panel-surface-color)",
        "color": "var(--panel-on-surface-color)",
        **LARGER,
    },
    "& .MuiDialogTitle-root": {"paddingBottom": "8px"},
}


def theme_config() -> dict[str, Any]:
    """What Material UI's components look like."""
    return {
        "components": {
            # A tooltip must not catch the click meant for the button beneath it.
            "MuiTooltip": {
                "defaultProps": {"disableInteractive": True},
                # Else it is as narrow as its button.
                "styleOverrides": {"tooltip": {"width": "max-content", "maxWidth": "260px"}},
            },
            # Where a menu opens is measured on the screen: in what is zoomed it must not be zoomed
            # once more. Its type is larger instead.
            "MuiPopover": {"styleOverrides": {"root": {"zoom": "calc(1 / var(--zoom, 1))"}}},
            "MuiMenuItem": {
                "styleOverrides": {
                    "root": {"&.MuiMenuItem-root": {"fontSize": "calc(0.95rem * var(--zoom, 1))"}}
                }
            },
            # Six tabs fit beside the structure on a small screen.
            "MuiTab": {
                "styleOverrides": {
                    "root": {"minWidth": 0, "padding": "8px 11px", "textTransform": "none"}
                }
            },
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
