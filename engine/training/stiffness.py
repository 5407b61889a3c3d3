"""How stiff crystals are: what turns an error of stress into one of the cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.training.samples import Sample

ISOTROPIC = ("equilibrium", "strained")
"""Kinds of one crystal that differ by a factor of all lengths."""
LEAST_EV_A3 = 0.01
"""Of softer crystals: 1.6 GPa. Fits of unstable ones go wrong."""


def with_bulk_moduli(samples: Sequence[Sample]) -> list[Sample]:
    """The same samples with the bulk moduli that structures strained isotropically tell.

    K = d(tr stress / 3) / d ln V, by least squares over the structures of a name; atoms move with
    the cell. Where there are fewer than two volumes it stays unknown.
    """
    points: dict[str, dict[float, float]] = {}
    for s in samples:
        if s.kind in ISOTROPIC and s.stress_eV_A3 is not None:
            tension = float(np.trace(s.stress_eV_A3)) / 3
            points.setdefault(s.name, {})[np.log(s.atoms.get_volume())] = tension
    moduli = {
        name: max(LEAST_EV_A3, float(np.polyfit(list(of), list(of.values()), 1)[0]))
        for name, of in points.items()
        if len(of) > 1
    }
    return [replace(s, bulk_modulus_eV_A3=moduli.get(s.name)) for s in samples]
