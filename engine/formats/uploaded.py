"""Stored results that somebody gave: they may be anything, and are checked before they are used."""

from __future__ import annotations

import io
import math
import zipfile
from typing import Any

import numpy as np

from engine.errors import PhonoscopeError
from engine.formats.stored import refuse, result_from_bytes, unpack
from engine.formats.structures import LARGEST_BYTES
from engine.formats.understanding import MOST_ATOMS
from engine.phonons import Phonons
from engine.vibrations import Vibrations

ENDING = ".npz"
LARGEST_UNPACKED_BYTES = 10 * LARGEST_BYTES
"""Real force constants hardly shrink when packed: what swells more is no result."""


def result_of_upload(name: str, content: bytes) -> tuple[Vibrations | Phonons, dict[str, Any]]:
    """A result and its notes from the content of a file of :func:`engine.save_result`.

    Nothing in it is executed, and no model is loaded.

    Parameters
    ----------
    name : what its owner calls it.

    Raises
    ------
    PhonoscopeError
        if it holds no result, or one that makes no sense or is too large.
    """
    try:
        _check_size(name, content)
        header, arrays = unpack(content, name)
        _check(name, header, arrays)
        result, notes = result_from_bytes(content, name=name)
    except PhonoscopeError:
        raise
    except Exception as error:  # of a file made to be wrong, whatever a reader trips over
        refuse(name, f"{type(error).__name__}: {error}", error)
    return result, notes if isinstance(notes, dict) else {}


def _check_size(name: str, content: bytes) -> None:
    """Before anything is unpacked: a small file can hold very many zeros."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        size = sum(part.file_size for part in file.infolist())
    if max(size, len(content)) > LARGEST_UNPACKED_BYTES:
        refuse(name, f"unpacked it has {size / 1e6:.0f} MB, more than is read")


def _check(name: str, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    n = len(arrays["numbers"])
    if not 1 <= n <= MOST_ATOMS:
        refuse(name, f"it has {n} atoms, where 1 to {MOST_ATOMS} are expected")
    if not isinstance(header["model"], str):
        refuse(name, "it does not say what it was computed with")
    if any(a.dtype.kind in "fc" and not np.isfinite(a).all() for a in arrays.values()):
        refuse(name, "some of its values are not numbers")
    if not (arrays["masses_amu"] > 0).all():
        refuse(name, "some of its atoms have no mass")
    mesh = header.get("mesh") or [1]
    whole = 16 * (3 * n) ** 2 * math.prod(map(int, mesh))  # complex matrices of all points
    if min(map(int, mesh)) < 1 or whole > 2 * LARGEST_UNPACKED_BYTES:
        refuse(name, f"its mesh {mesh} makes no sense, or is too fine to be held")
