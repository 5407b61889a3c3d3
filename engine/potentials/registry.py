"""Models by name or file."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.catalogue import catalogue
from engine.potentials.checkpoints.foreign import FORMATS, read_foreign
from engine.potentials.checkpoints.native import DESCRIPTION, load_folder
from engine.potentials.checkpoints.places import bundled_models, stored_models, user_models
from engine.potentials.potential import Potential
from engine.potentials.springs import springs
from engine.potentials.stillinger_weber import stillinger_weber
from engine.potentials.xtb import gfn2_xtb

_MODELS: dict[str, Callable[[], Potential]] = {
    "stillinger-weber": stillinger_weber,
    "gfn2-xtb": gfn2_xtb,
}

KINDS = f"a model folder (with {DESCRIPTION}), {', '.join(FORMATS)}, or .toml with [[springs]]"
"""What a path to a model can be."""


def register_model(name: str, make: Callable[[], Potential]) -> None:
    """Make a potential of one's own known by name, for :func:`load_model` and the dashboard.

    Raises
    ------
    PhonoscopeError
        if the name is taken.
    """
    if name in model_names():
        raise PhonoscopeError(
            f"The model name '{name}' is taken", "names are unique", "Choose another name."
        )
    _MODELS[name] = make


def made_here() -> tuple[str, ...]:
    """Names of the models that are made by a function: built in, or registered."""
    return tuple(_MODELS)


def stored_folders() -> dict[str, Path]:
    """Name and folder of the models that are stored: bundled, then imported and fetched.

    A name that is taken further up (built in, bundled) does not reach the model below.
    """
    folders = {**stored_models(user_models()), **stored_models(bundled_models())}
    return {name: folders[name] for name in sorted(folders) if name not in _MODELS}


def model_names() -> tuple[str, ...]:
    """Names that :func:`load_model` knows."""
    return (*_MODELS, *stored_folders())


def folder_for(name: str) -> Path:
    """The folder in which a model that is to be known by this name is to be stored.

    Raises
    ------
    PhonoscopeError
        if the name is taken, or cannot be one.
    """
    if re.fullmatch(r"\w[\w.+-]*", name) is None:
        raise PhonoscopeError(
            f"'{name}' cannot be the name of a model",
            "a name has letters, digits and . + - _ and begins with one of the first three kinds",
            "Choose another with --name.",
        )
    if name in model_names():
        raise PhonoscopeError(
            f"The model name '{name}' is taken",
            f"it is {stored_folders().get(name, 'built in')}",
            "Choose another with --name, or a folder with --out.",
        )
    return user_models() / name


def load_model(name_or_path: str | Path) -> Potential:
    """A potential by name, or from a file or folder.

    Names are those of :func:`model_names`. A path leads to a model folder (:mod:`~engine.potentials
    .checkpoints.native`), a ``.nqx`` file of nequix, a ``.model`` file of mace-torch, or a TOML
    file with a table ``springs``.

    Raises
    ------
    PhonoscopeError
        if there is no such name or path, or what is there does not describe a model.
    """
    name = str(name_or_path)
    if name in _MODELS:
        return _MODELS[name]()
    if folder := stored_folders().get(name):
        return load_folder(folder)
    path = Path(name)
    if (path / DESCRIPTION).is_file():
        return load_folder(path)
    if path.suffix in FORMATS and path.is_file():
        return read_foreign(path)
    if path.suffix == ".toml" and path.is_file():
        return _springs_from_file(path)
    raise _unknown(name)


def _unknown(name: str) -> PhonoscopeError:
    if Path(name).exists():
        return PhonoscopeError(
            f"{name} is not a model", "it is of no known kind", f"Known kinds: {KINDS}."
        )
    known, fetchable = model_names(), [model.name for model in catalogue()]
    if name in fetchable:
        return PhonoscopeError(
            f"The model '{name}' is not on this machine",
            "it is one of those that can be downloaded",
            f"Run: phonoscope models fetch {name}",
        )
    close = difflib.get_close_matches(name, [*known, *fetchable], n=3)
    return PhonoscopeError(
        f"There is no model '{name}'",
        "it is neither a model's name nor a path to one"
        + (f"; did you mean {' or '.join(close)}?" if close else ""),
        f"Known models: {', '.join(known)}; or give {KINDS}.",
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
