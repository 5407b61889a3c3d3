"""One line that says where the picture comes from and whether it may be believed."""

from __future__ import annotations

import numpy as np
from panel.viewable import Viewable

from dashboard import palette
from dashboard.live import live_text
from dashboard.state import State
from engine.units import GPA_PER_EV_A3
from engine.vibrations import Vibrations


def status_view(state: State) -> Viewable:
    """Model, residual force, stability."""
    return live_text(
        state,
        ["result"],
        lambda: _line(state),
        css_classes=["status"],
        margin=(2, 10),
        sizing_mode="stretch_width",
    )


def _line(state: State) -> str:
    result = state.result
    if isinstance(result, Vibrations):
        stable = bool((result.modes.frequency_cm1 > 0).all())
        parts = [f"Model: {result.model}", f"largest force {result.max_force_eV_A:.0e} eV/Å"]
    else:
        stable = not state.bands.unstable
        force = np.linalg.norm(result.state.forces_eV_A, axis=1).max()
        parts = [f"Model: {result.potential.name}", f"largest force {force:.0e} eV/Å"]
        if result.state.stress_eV_A3 is not None:
            stress = np.abs(result.state.stress_eV_A3).max() * GPA_PER_EV_A3
            parts.append(f"largest stress {stress:.2g} GPa")
    where = "" if isinstance(result, Vibrations) else " on this path"
    if stable:
        parts.append(f"no imaginary frequency{where}")
    else:
        parts.append(
            f'<b style="color: {palette.UNSTABLE}">UNSTABLE: imaginary frequencies{where}</b>'
        )
    return "  ·  ".join(parts)
