"""Whether a result may be believed: every number that limits it, held against a limit.

A check has two limits. Up to the first the number changes nothing that is seen; beyond the second
the picture itself is doubtful. Between them it is worth a look.
"""

from __future__ import annotations

from engine.domain import Surroundings
from engine.phonons.bands import Bands
from engine.phonons.result import Phonons
from engine.trust import common
from engine.trust.check import Check, Mark, Verdict, held
from engine.trust.crystals import of_crystal
from engine.trust.molecules import of_molecule
from engine.vibrations import Vibrations

__all__ = ["Check", "Mark", "Verdict", "held", "verdict"]


def verdict(
    result: Vibrations | Phonons,
    bands: Bands | None = None,
    surroundings: Surroundings | None = None,
    more: tuple[Check, ...] = (),
) -> Verdict:
    """Every check of a result.

    Parameters
    ----------
    bands : of a crystal; an imaginary frequency along them counts too.
    surroundings : how near the structure is to what the model was trained on; None: not measured.
    more : checks made elsewhere, of which the page tells first.
    """
    checks = of_molecule(result) if isinstance(result, Vibrations) else of_crystal(result, bands)
    return Verdict((*more, *checks, common.domain(surroundings)))
