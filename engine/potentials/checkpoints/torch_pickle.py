"""What torch.save wrote, without torch and without running anything.

The file is a zip: ``data.pkl``, a pickle of nested objects, and one uncompressed entry of raw
numbers for each storage. A pickle is a program. Here it runs against a list of names it may
mention, and every name stands for something inert: a class becomes a :class:`Record` that only
keeps what it is given, a function a plain name, and the few functions that must give a value
(tensors, numpy scalars) are written below. Nothing is imported, nothing from the file is called,
and a name that is not on the list ends the reading.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import PhonoscopeError

MAX_PICKLE_BYTES = 256 * 2**20
"""Of the object structure alone; that of a model with 89 elements has a few megabytes."""

_STORAGES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "<u2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "?",
}
_SCALARS = {"f8": "<f8", "f4": "<f4", "i8": "<i8", "i4": "<i4"}
# What a pickle of plain objects is made of; no opcode that reaches the extension registry, out of
# band buffers, or classes by another way than GLOBAL.
_OPCODES = frozenset(
    opcode
    for line in (
        "PROTO FRAME STOP MARK POP POP_MARK DUP BINGET LONG_BINGET BINPUT LONG_BINPUT MEMOIZE",
        "NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 BINFLOAT BINUNICODE SHORT_BINUNICODE",
        "BINUNICODE8 SHORT_BINSTRING BINSTRING SHORT_BINBYTES BINBYTES BINBYTES8",
        "EMPTY_LIST APPEND APPENDS LIST EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_DICT DICT",
        "SETITEM SETITEMS EMPTY_SET ADDITEMS FROZENSET",
        "GLOBAL STACK_GLOBAL REDUCE BUILD NEWOBJ BINPERSID",
    )
    for opcode in line.split()
)


class Record:
    """An object of the file: the name of its class, how it was made, and its attributes."""

    kind = ""
    args: tuple[Any, ...]
    state: dict[str, Any]

    def __new__(cls, *args: Any) -> Record:
        """Keep the arguments; nothing is checked before somebody asks."""
        # Not __init__: a pickle makes most objects without calling it.
        self = super().__new__(cls)
        self.args, self.state = args, {}
        return self

    def __setstate__(self, state: Any) -> None:
        self.state = state if isinstance(state, dict) else {"state": state}


class Named:
    """A function or constant of the file: its name only."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


def read_torch_objects(
    path: str | Path, classes: frozenset[str], names: frozenset[str], ignored: tuple[str, ...] = ()
) -> Any:
    """The object in a file of torch.save, its tensors as numpy arrays.

    Parameters
    ----------
    classes : full names of the classes that become records.
    names : full names of the functions and constants that become names.
    ignored : beginnings of names whose objects become records without being listed.

    Raises
    ------
    PhonoscopeError
        if the file is not of this format or is damaged, if it mentions anything else, or if its
        tensors do not fit their storages.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            root = _check_archive(path, archive)
            program = archive.read(f"{root}/data.pkl")
            _check_opcodes(path, program)
            return _Reader(path, archive, root, program, classes, names, ignored).load()
    except PhonoscopeError:
        raise
    except FileNotFoundError as error:
        raise PhonoscopeError(
            f"There is no file {path}", "nothing stands there", "Check the path."
        ) from error
    # A damaged pickle can fail in nearly any way; none of them is worth another message.
    except Exception as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error


def _damaged(path: Path, why: str) -> PhonoscopeError:
    return PhonoscopeError(
        f"The file {path} cannot be read as a torch checkpoint",
        why,
        "Give the file as torch.save wrote it (a zip with data.pkl); fetch it again if it was cut.",
    )


def _check_archive(path: Path, archive: zipfile.ZipFile) -> str:
    """The name of the folder inside the zip, after bounding all that will be read."""
    entries = archive.infolist()
    pickles = [entry for entry in entries if entry.filename.endswith("/data.pkl")]
    if len(pickles) != 1 or pickles[0].filename.count("/") != 1:
        raise _damaged(path, f"it holds {len(pickles)} entries data.pkl, expected one")
    root = pickles[0].filename.split("/")[0]
    if any(entry.filename.startswith(f"{root}/code/") for entry in entries):
        raise _damaged(path, "it is a compiled TorchScript archive, which is code and not weights")
    # torch never compresses, so that entries larger than the file are a bomb, not a model.
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise _damaged(path, "its entries are compressed, which torch.save never does")
    if sum(entry.file_size for entry in entries) > path.stat().st_size:
        raise _damaged(path, "its entries are larger than the file")
    if pickles[0].file_size > MAX_PICKLE_BYTES:
        raise _damaged(path, f"its structure takes {pickles[0].file_size} bytes")
    order = f"{root}/byteorder"
    if order in archive.namelist() and archive.read(order) != b"little":
        raise _damaged(path, "its numbers are not little-endian")
    return root


def _check_opcodes(path: Path, program: bytes) -> None:
    """Refuse unusual opcodes, and memo indices that would make the memo itself absurdly large."""
    for opcode, argument, _ in pickletools.genops(program):
        if opcode.name not in _OPCODES:
            raise _damaged(path, f"its pickle uses the opcode {opcode.name}")
        if opcode.name == "LONG_BINPUT" and int(argument or 0) > len(program):
            raise _damaged(path, f"its pickle has the memo index {argument}")


class _Reader(pickle.Unpickler):
    def __init__(
        self,
        path: Path,
        archive: zipfile.ZipFile,
        root: str,
        program: bytes,
        classes: frozenset[str],
        names: frozenset[str],
        ignored: tuple[str, ...],
    ) -> None:
        super().__init__(io.BytesIO(program))
        self._path, self._archive, self._root = path, archive, root
        self._classes, self._names, self._ignored = classes, names, ignored
        self._storages: dict[str, np.ndarray] = {}
        self._made: dict[str, Any] = {}

    def find_class(self, module: str, name: str) -> Any:
        kind = f"{module}.{name}"
        if kind not in self._made:
            self._made[kind] = self._make(module, name)
        return self._made[kind]

    def _make(self, module: str, name: str) -> Any:
        kind = f"{module}.{name}"
        if module == "torch" and name in _STORAGES:
            return Named(name)
        if kind in _REBUILD:
            # A new function for each file: the pickle could set attributes on what it is given.
            rebuild = _REBUILD[kind]
            return lambda *args: rebuild(*args)
        if kind in ("builtins.set", "__builtin__.set"):
            return set
        if kind == "collections.OrderedDict":
            return dict
        if kind in self._names:
            return Named(kind)
        if kind in self._classes or kind.startswith(self._ignored):
            return type(name, (Record,), {"kind": kind})
        raise PhonoscopeError(
            f"The file {self._path} uses {kind}",
            "it is not among the parts of a model that are understood here, and computing "
            "something else in its place would give wrong numbers",
            "Use a model without it. If it belongs to the published model, please report the name.",
        )

    def persistent_load(self, pid: Any) -> np.ndarray:
        """The storage that a tensor refers to."""
        marker, storage, key, _, length = pid
        if marker != "storage" or not (isinstance(key, str) and key.isalnum()):
            raise _damaged(self._path, f"it refers to {marker!r} {key!r}")
        if key not in self._storages:
            raw = self._archive.read(f"{self._root}/data/{key}")
            values = np.frombuffer(raw, np.dtype(_STORAGES[storage.kind]))
            if len(values) != length:
                raise _damaged(self._path, f"storage {key} has {len(values)} numbers, not {length}")
            if storage.kind == "BFloat16Storage":  # the upper half of a float32
                values = (values.astype(np.uint32) << 16).view(np.float32)
            self._storages[key] = values
        return self._storages[key]


def _tensor(
    storage: np.ndarray, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> np.ndarray:
    """torch._utils._rebuild_tensor_v2: a strided view of a storage, copied."""
    numbers = [offset, *size, *stride]
    if len(size) != len(stride) or not all(type(n) is int and n >= 0 for n in numbers):
        raise ValueError(f"a tensor of shape {size}, strides {stride}, offset {offset}")
    count = math.prod(size)
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    # More elements than the storage would be a tensor repeated in place, which no weight is.
    if count > len(storage) or (count and last >= len(storage)):
        raise ValueError(f"a tensor of shape {size} reaches beyond its {len(storage)} numbers")
    if count == 0:
        return np.zeros(size, storage.dtype)
    steps = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps).copy()


def _parameter(data: np.ndarray, *_: Any) -> np.ndarray:
    return data


def _bytes(text: str, encoding: str) -> bytes:
    """_codecs.encode, with which pickles before protocol 3 write bytes."""
    if encoding != "latin1":
        raise ValueError(f"bytes encoded as {encoding!r}")
    return text.encode("latin1")


def _scalar(dtype: Record, raw: bytes) -> float | int:
    """numpy.core.multiarray.scalar: a Python number."""
    value: float | int = np.frombuffer(raw, np.dtype(_SCALARS[dtype.args[0]]), count=1)[0].item()
    return value


_REBUILD: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "_codecs.encode": _bytes,
    "numpy.core.multiarray.scalar": _scalar,
    "numpy._core.multiarray.scalar": _scalar,
}
