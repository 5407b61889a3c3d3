"""How the structure is shown and how its motion is played: settings, and the controls for them."""

from dashboard.player.atom_card import atom_card
from dashboard.player.controls import controls
from dashboard.player.more import more
from dashboard.player.playback import Playback

__all__ = ["Playback", "atom_card", "controls", "more"]
