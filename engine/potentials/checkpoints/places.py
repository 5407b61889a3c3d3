"""Where stored models are kept: those that ship with the product, and the user's own."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from engine.potentials.checkpoints.native import DESCRIPTION

VARIABLE = "PHONOSCOPE_MODELS"
"""Environment variable that names another folder for the user's models."""


def bundled_models() -> Path:
    """The folder of models inside the installed package, or beside it in a checkout."""
    engine = Path(__file__).parents[2]
    installed = engine / "assets"
    return (installed if installed.is_dir() else engine.parent / "assets") / "models"


def user_models() -> Path:
    """The folder of models that were imported or fetched by name; need not exist."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_data_path("phonoscope") / "models"


def stored_models(place: Path) -> dict[str, Path]:
    """Name and folder of each model kept in a place, by name."""
    found = sorted(place.glob(f"*/{DESCRIPTION}"))
    return {path.parent.name: path.parent for path in found if path.parent.name[0] != "."}
