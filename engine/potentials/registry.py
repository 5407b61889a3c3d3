"""Models by name or file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from engine.errors import PhonoscopeError
from engine.potentials.potential import Potential
from engine.potentials.springs import springs
from engine.potentials.stillinger_weber import stillinger_weber
from engine.potentials.xtb import gfn2_xtb

_MODELS: dict[str, Callable[[], Potential]] = {
    "stillinger-weber": stillinger_weber,
    "gfn2-xtb": gfn2_xtb,
}


def register_model(name: str, make: Callable[[], Potential]) -> None:
    """Make a potential of one's own known by name, for :func:`load_model` and the dashboard.

    Raises
    ------
    PhonoscopeError
        if the name is taken.
    """
    if name in _MODELS:
        raise PhonoscopeError(
            f"The model name '{name}' is taken", "names are unique", "Choose another name."
        )
    _MODELS[name] = make


def model_names() -> tuple[str, ...]:
    """Names that :func:`load_model` knows."""
    return tuple(_MODELS)


def load_model(name_or_path: str | Path) -> Potential:
    """A potential by name, or a mass-spring model from a TOML file with a table ``springs``.

    Raises
    ------
    PhonoscopeError
        if there is no such name or file, or the file does not describe a model.
    """
    name = str(name_or_path)
    if name in _MODELS:
        return _MODELS[name]()
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        return _springs_from_file(path)
    raise PhonoscopeError(
        f"There is no model '{name}'",
        "it is neither a model's name nor a file that describes one",
        f"Known models: {', '.join(_MODELS)}; or give a .toml file with [[springs]].",
    )


def _springs_from_file(path: Path) -> Potential:
    try:
        table = tomllib.loads(path.read_text()).get("springs")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PhonoscopeError(
            f"The model file {path} cannot be read", str(error), "Correct the TOML syntax."
        ) from error
    if not table:
        raise PhonoscopeError(
            f"The file {path} describes no model",
            "it has no table [[springs]]",
            "Add one for each kind of spring; assets/structures/ holds examples.",
        )
    return springs(table, name=path.stem)
