"""What a model is known by: its name, and a fingerprint of the files behind it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.native import DESCRIPTION
from engine.potentials.registry import made_here, stored_folders

SMALL_BYTES = 1_000_000
"""Files up to this size are read; of larger ones size and time of change must do."""


def model_identity(model: str) -> str:
    """A text that is the same as long as the model is; the model itself is not loaded.

    Raises
    ------
    PhonoscopeError
        if there is no such name or file.
    """
    if model in made_here():
        return model
    folder = stored_folders().get(model, Path(model))
    # The description of a stored model holds the checksum of its weights.
    file = folder / DESCRIPTION if folder.is_dir() else folder
    try:
        status = file.stat()
        if status.st_size <= SMALL_BYTES:
            fingerprint = hashlib.sha256(file.read_bytes()).hexdigest()
        else:
            fingerprint = f"{status.st_size} {status.st_mtime_ns}"
    except OSError:
        # load_model knows best what to say of it.
        from engine.potentials import load_model

        load_model(model)
        raise PhonoscopeError(
            f"The model {model} cannot be read", f"there is no {file}", "Check its name."
        ) from None
    return f"{file.name if model not in stored_folders() else model} {fingerprint}"
