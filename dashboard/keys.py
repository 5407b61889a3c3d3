"""What the keys of the keyboard do: one list, which the page obeys and its help shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """One key.

    Attributes
    ----------
    names : of KeyboardEvent.key, small letters.
    shown : what stands on it.
    does : in words.
    act : does it.
    """

    names: tuple[str, ...]
    shown: str
    does: str
    act: Callable[[], object]


class Keys:
    """The keys that are offered, by whoever holds what they change."""

    def __init__(self) -> None:
        self.all: list[Key] = []

    def offer(self, name: str, shown: str, does: str, act: Callable[[], object]) -> None:
        """Let a key, or any of several separated by blanks, do something."""
        names = tuple(name.split(" ")) if name.strip() else (name,)
        self.all.append(Key(names, shown, does, act))

    @property
    def actions(self) -> dict[str, Callable[[], object]]:
        """What to do, by name of the key."""
        return {name: key.act for key in self.all for name in key.names}
