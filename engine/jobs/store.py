"""Results kept between runs of the program, found by the key of the question they answer.

A result is a file under the user's cache directory. Servers share it without speaking to one
another: a file appears whole, the same key means the same content, and any file may vanish.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from threading import Lock
from typing import Any

from platformdirs import user_cache_path

from engine.formats.stored import write_whole

VARIABLE = "PHONOSCOPE_CACHE"
"""Environment variable that names another folder for the cache."""

LIMIT_BYTES = 2_000_000_000
"""What the results may take together; beyond it those go that were not asked for longest."""

KEPT_RUNS = 1000
"""Runs remembered for estimates of time."""

log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """The folder of everything that can be computed again; need not exist."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_cache_path("phonoscope")


class Store:
    """Results by key, and how long past runs took.

    A store that cannot be written keeps nothing, and says so in the log: no result is lost by it.

    Parameters
    ----------
    folder : where; None: :func:`cache_folder`.
    limit_bytes : size of all results together.
    """

    def __init__(self, folder: Path | None = None, limit_bytes: int = LIMIT_BYTES) -> None:
        self.folder = folder or cache_folder()
        self.limit_bytes = limit_bytes
        self._lock = Lock()
        self._size_bytes: int | None = None  # of all results, as far as this process knows

    def get(self, key: str) -> bytes | None:
        """The content kept under a key."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)  # the time of last use, by which the oldest are known
        except OSError:
            return None
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep a content."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            log.warning("The result is not kept: %s", error)
            return
        with self._lock:
            if self._size_bytes is None:
                self._size_bytes = sum(size for _, size, _ in self._files())
            else:
                self._size_bytes += len(content)
            if self._size_bytes > self.limit_bytes:
                self._make_room()

    def drop(self, key: str) -> None:
        """Forget a key, whose content is damaged."""
        self._path(key).unlink(missing_ok=True)

    def remember(self, run: dict[str, Any]) -> None:
        """Note how long a run took, for :mod:`engine.jobs.estimate`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._runs.open("a", encoding="utf-8") as file:
                file.write(json.dumps(run) + "\n")  # one write, so that lines do not mix
            if self._runs.stat().st_size > 400 * KEPT_RUNS:
                lines = self._runs.read_text(encoding="utf-8").splitlines(keepends=True)
                write_whole(self._runs, "".join(lines[-KEPT_RUNS:]).encode())
        except OSError as error:
            log.warning("The time of the run is not kept: %s", error)

    def runs(self) -> list[dict[str, Any]]:
        """The runs remembered, oldest first."""
        try:
            lines = self._runs.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return []
        found = []
        for line in lines:
            try:
                run = json.loads(line)
            except ValueError:
                continue
            if isinstance(run, dict):
                found.append(run)
        return found[-KEPT_RUNS:]

    @property
    def _runs(self) -> Path:
        return self.folder / "runs.jsonl"

    def _path(self, key: str) -> Path:
        return self.folder / "results" / key[:2] / f"{key}.npz"

    def _files(self) -> list[tuple[float, int, Path]]:
        """Time of last use, size and path of every result."""
        found = []
        for path in (self.folder / "results").glob("*/*.npz"):
            try:
                status = path.stat()
            except OSError:  # another server has removed it
                continue
            found.append((status.st_mtime, status.st_size, path))
        return found

    def _make_room(self) -> None:
        """Remove the oldest until a tenth of the limit is free."""
        files = sorted(self._files())
        size = sum(size for _, size, _ in files)
        for _, bytes_, path in files:
            if size <= 0.9 * self.limit_bytes:
                break
            path.unlink(missing_ok=True)
            size -= bytes_
        self._size_bytes = size
