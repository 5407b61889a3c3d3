"""The address of the page holds its state: a link that is shared opens the same picture.

Every part of the state that a link carries is offered here by whoever holds it, with how it is
written and read. What is as it was at the start is left out, so that addresses stay short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import param
from jaxtyping import Float

SAFE = ",/:"
"""Signs of values that need no escape in a query, and are easier to read without."""

LARGEST_DENOMINATOR = 400


class Address(param.Parameterized):
    """The parts that are offered, and the query they make together.

    Parameters
    ----------
    asked : what the address said when the page was opened.
    """

    query = param.String(doc="Like ?structure=silicon&mode=4.")

    def __init__(self, asked: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._asked = dict(asked or {})
        self._parts: dict[str, Callable[[], str | None]] = {}
        self.refused: list[str] = []
        """What the address asked for and could not be had, in words."""

    def offer(
        self,
        name: str,
        read: Callable[[str], object],
        write: Callable[[], str | None],
        *watched: tuple[param.Parameterized, Sequence[str]],
    ) -> None:
        """Let the address carry a part of the state; what it asked for is read at once.

        Parameters
        ----------
        read : takes what stands in the address; raises ValueError, with the reason, for nonsense.
        write : what shall stand there; None: nothing, for it is as it was at the start.
        watched : owners and names of the parameters it depends on.
        """
        asked = self._asked.pop(name, None)
        if asked is not None:
            try:
                read(asked)
            except ValueError as error:
                reason = str(error).splitlines()[0]
                self.refused.append(f"{name}={asked}" + (f" ({reason})" if reason else ""))
        self._parts[name] = write
        for owner, names in watched:
            owner.param.watch(lambda *_: self.write(), list(names))
        self.write()

    def follow(self, owner: param.Parameterized, names: Mapping[str, str] | Sequence[str]) -> None:
        """Let the address carry parameters of simple types, such as the viewer's.

        Parameters
        ----------
        names : parameters, by the names that the address has for them if those are others.
            Their present values are those that are left out.
        """
        pairs = names.items() if isinstance(names, Mapping) else zip(names, names, strict=True)
        for part, name in pairs:
            start = getattr(owner, name)

            def read(text: str, name: str = name) -> None:
                setattr(owner, name, value_of(text, owner.param[name]))

            def write(name: str = name, start: object = start) -> str | None:
                value = getattr(owner, name)
                return None if value == start else text_of(value)

            self.offer(part, read, write, (owner, [name]))

    def write(self) -> None:
        """Make the query anew."""
        parts = {name: text for name, write in self._parts.items() if (text := write()) is not None}
        self.query = f"?{urlencode(parts, safe=SAFE, quote_via=quote)}" if parts else ""

    def complaint(self) -> str | None:
        """What of the address could not be used, in words; None if all could."""
        unusable = [*self.refused, *(f"{name}={text}" for name, text in self._asked.items())]
        if not unusable:
            return None
        return f"Part of the link could not be used and was left out: {'; '.join(unusable)}."


def text_of(value: Any) -> str:
    """A value of a parameter as it stands in an address."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ",".join(text_of(part) for part in value)
    return str(value)


def value_of(text: str, parameter: param.Parameter) -> Any:
    """A value of a parameter from an address.

    Raises
    ------
    ValueError
        if it is none that the parameter may have.
    """
    if isinstance(parameter, param.Boolean):
        if text not in ("yes", "no"):
            raise ValueError("yes or no is expected")
        return text == "yes"
    if isinstance(parameter, param.Selector):
        for choice in parameter.objects:
            if text_of(choice) == text:
                return choice
        raise ValueError(f"known are {', '.join(map(text_of, parameter.objects))}")
    if isinstance(parameter, param.Integer):
        return int(text)
    if isinstance(parameter, param.Number):
        return _finite(text)
    if isinstance(parameter, param.Tuple):
        return tuple(_finite(part) for part in text.split(","))
    if isinstance(parameter, param.List):
        return [_finite(part) for part in text.split(",")]
    return text


def _finite(text: str) -> float:
    number = float(text)
    if not np.isfinite(number):
        raise ValueError("a number is expected")
    return number


def text_of_q(q: Float[np.ndarray, "3"]) -> str:
    """A wave vector as short as it stays exact: decimals like 0.375, fractions like 1/3."""
    return ",".join(_component(float(x)) for x in q)


def _component(x: float) -> str:
    short = f"{x + 0.0:.4g}"
    if float(short) == x:
        return short
    fraction = Fraction(x).limit_denominator(LARGEST_DENOMINATOR)
    if abs(float(fraction) - x) < 1e-12:
        return str(fraction)
    return f"{x:.12g}"


def q_of(text: str) -> Float[np.ndarray, "3"]:
    """A wave vector from an address.

    Raises
    ------
    ValueError
        unless it is three numbers, fractions among them.
    """
    try:
        parts = [float(Fraction(part)) for part in text.replace(" ", "").split(",")]
    except (ValueError, ZeroDivisionError, OverflowError):
        parts = []
    if len(parts) != 3 or max(map(abs, parts)) > 100:
        raise ValueError("three numbers are expected, like 0.5,0,1/3")
    return np.array(parts)
