"""Files of an entry of the library, written together."""

from __future__ import annotations

import tempfile
from pathlib import Path


def write_files(folder: Path, contents: dict[str, bytes]) -> None:
    """Write files into `folder`, each complete or not at all, none if preparing one fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as staging:
        for name, content in contents.items():
            (Path(staging) / name).write_bytes(content)
        folder.mkdir(exist_ok=True)
        for name in contents:
            (Path(staging) / name).replace(folder / name)
