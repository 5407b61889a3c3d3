"""A number that limits a result, held against its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mark = Literal["good", "look", "bad", "unknown"]


@dataclass(frozen=True)
class Check:
    """One number, and what it is held against.

    Attributes
    ----------
    name : what it is, in plain words.
    value : the number, or words; None if it was not measured.
    unit : of the number; ``cm^-1`` for frequencies.
    good_to, bad_from : up to the first all is well, beyond the second the picture is doubtful;
        None where there is no limit.
    mark : ``good``, ``look``, ``bad``, or ``unknown`` if nothing was measured.
    meaning : what the number says, in a sentence.
    advice : what to do about it; empty if nothing.
    """

    name: str
    value: float | str | None
    unit: str
    good_to: float | None
    bad_from: float | None
    mark: Mark
    meaning: str
    advice: str = ""


@dataclass(frozen=True)
class Verdict:
    """All checks of a result, and their sum.

    Attributes
    ----------
    checks : the most telling first.
    """

    checks: tuple[Check, ...]

    @property
    def mark(self) -> Mark:
        """That of the worst check; what was not measured does not count."""
        marks = {check.mark for check in self.checks}
        return "bad" if "bad" in marks else "look" if "look" in marks else "good"

    def marked(self, mark: Mark) -> tuple[Check, ...]:
        """The checks with one mark."""
        return tuple(check for check in self.checks if check.mark == mark)


def held(
    name: str,
    value: float,
    unit: str,
    limits: tuple[float, float],
    meaning: str,
    advice: str,
) -> Check:
    """A number held against its limits; the advice is given where it is not good."""
    mark: Mark = "good" if value <= limits[0] else "look" if value <= limits[1] else "bad"
    return Check(name, value, unit, *limits, mark, meaning, "" if mark == "good" else advice)
