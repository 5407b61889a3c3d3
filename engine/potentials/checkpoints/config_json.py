"""Frozen dataclasses of hyper-parameters to JSON and back, checked field by field.

Tuples become lists, a dataclass inside becomes a table that also says its ``kind`` (the class's
name), and reading builds only classes that the annotations of the fields name.
"""

from __future__ import annotations

import numbers
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Config = TypeVar("Config")


def config_to_json(value: Any) -> Any:
    """Hyper-parameters in types of JSON; numbers keep every bit.

    Raises
    ------
    TypeError
        for a value that JSON has no type for.
    """
    if is_dataclass(value) and not isinstance(value, type):
        table = {field.name: config_to_json(getattr(value, field.name)) for field in fields(value)}
        return {"kind": type(value).__name__, **table}
    if isinstance(value, tuple | list):
        return [config_to_json(item) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    raise TypeError(f"{value!r} has no type of JSON")


def config_from_json(cls: type[Config], table: Any, place: str = "config") -> Config:
    """The dataclass that :func:`config_to_json` made a table of.

    Fields that are not there take their defaults, so that older files stay readable.

    Raises
    ------
    ValueError
        if a field is unknown, missing, or of another type than its annotation says.
    """
    if not isinstance(table, dict):
        raise ValueError(f"{place} is {table!r}, not a table")
    given = {name: value for name, value in table.items() if name != "kind"}
    if table.get("kind", cls.__name__) != cls.__name__:
        raise ValueError(f"{place} is of kind {table['kind']}, not {cls.__name__}")
    known = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
    if unknown := sorted(set(given) - set(known)):
        raise ValueError(f"{place} has {', '.join(unknown)}, which this version does not know")
    missing = [
        name
        for name, field in known.items()
        if name not in given and field.default is MISSING and field.default_factory is MISSING
    ]
    if missing:
        raise ValueError(f"{place} lacks {', '.join(missing)}")
    types = get_type_hints(cls)
    return cls(**{n: _value(types[n], value, f"{place}.{n}") for n, value in given.items()})


def _value(annotation: Any, value: Any, place: str) -> Any:
    """The value as the annotation wants it: bool, int, float, str, tuple, dataclass, a union."""
    if get_origin(annotation) in (Union, UnionType):
        return _member(get_args(annotation), value, place)
    if get_origin(annotation) is tuple:
        item, rest = get_args(annotation)
        assert rest is Ellipsis, f"{place}: only tuples of any length are written"
        if not isinstance(value, list):
            raise ValueError(f"{place} is {value!r}, not a list")
        return tuple(_value(item, one, f"{place}[{i}]") for i, one in enumerate(value))
    if is_dataclass(annotation):
        assert isinstance(annotation, type)
        return config_from_json(annotation, value, place)
    # JSON may write 5.0 as 5, and to Python True is a number: neither is left to chance.
    if annotation is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not annotation:
        raise ValueError(f"{place} is {value!r}, not of type {annotation.__name__}")
    return value


def _member(members: tuple[Any, ...], value: Any, place: str) -> Any:
    """A value of one of several types; of dataclasses, the one that its ``kind`` names."""
    if value is None and NoneType in members:
        return None
    rest = [member for member in members if member is not NoneType]
    if len(rest) == 1:
        return _value(rest[0], value, place)
    kinds = {member.__name__: member for member in rest}
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind not in kinds:
        raise ValueError(f"{place} is of kind {kind!r}; known are {', '.join(kinds)}")
    return config_from_json(kinds[kind], value, place)
