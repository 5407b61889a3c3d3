"""Download published models: checked by SHA-256, and taken up again where it was broken off."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future, wait
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from threading import Thread
from typing import TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tqdm import tqdm  # type: ignore[import-untyped]

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.catalogue import Published, published
from engine.potentials.checkpoints.foreign import import_model
from engine.potentials.checkpoints.native import load_folder, read_description
from engine.potentials.checkpoints.places import user_models
from engine.potentials.potential import Potential

T = TypeVar("T")

CHUNK = 1 << 16
TIMEOUT_S = 30
"""Of silence, until the connection counts as broken."""
POLL_S = 0.2
"""How often it is asked whether to give up."""
DOWNLOADS = ".downloads"
"""Folder of unfinished files, beside the models."""


def fetch(
    name: str, place: Path | None = None, stop: Callable[[], bool] | None = None
) -> tuple[Path, Potential, bool]:
    """Download a published model and keep it in the own format.

    The file is read at once and written as a model folder, so that everything that is kept is
    alike, and a file that cannot be read is found out now and not when it is needed.

    Parameters
    ----------
    place : the folder in which the model's folder is; default: where models are known by name.
    stop : asked again and again whether to give up; what has come is kept for the next time.

    Returns
    -------
    the model's folder, the model, and whether it had to be downloaded.

    Raises
    ------
    PhonoscopeError
        if the catalogue does not list it, another model of that name is there, it is given up, or
        it cannot be downloaded, verified, read or written.
    """
    model, place = published(name), place or user_models()
    folder = place / name
    if folder.exists():
        if ((read_description(folder).get("source")) or {}).get("sha256") != model.sha256:
            raise PhonoscopeError(
                f"The model {name} is not fetched",
                f"another model of that name is in {folder}",
                "Remove or rename that folder, or fetch to another with --to.",
            )
        return folder, load_folder(folder), False
    file = download(model, place / DOWNLOADS, stop)
    potential = import_model(file, folder)
    shutil.rmtree(file.parent)
    with contextlib.suppress(OSError):  # what is left of other downloads stays
        (place / DOWNLOADS).rmdir()
    return folder, potential, True


def download(model: Published, folder: Path, stop: Callable[[], bool] | None = None) -> Path:
    """The verified file of a published model, in a folder of its own inside ``folder``.

    Parameters
    ----------
    stop : see :func:`fetch`.

    Raises
    ------
    PhonoscopeError
        if it is given up or cannot be downloaded (what came is kept, and the next call goes on
        from there), or is not the published file (it is removed).
    """
    # Here, for importing it takes time that only downloads need.
    import pooch  # type: ignore[import-untyped]

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    folder = folder / model.sha256[:16]
    try:
        path: str = pooch.retrieve(
            model.address,
            f"sha256:{model.sha256}",
            model.file,
            folder,
            downloader=_Resuming(model, _part(model, folder), stop),
        )
    except PhonoscopeError:  # given up
        raise
    except (OSError, HTTPException) as error:
        raise PhonoscopeError(
            f"The model {model.name} could not be downloaded",
            f"{model.address}: {_words(error)}",
            "Check the connection and repeat the command, which goes on where it stopped; or "
            f"download {model.file} from there by hand and use phonoscope models import.",
        ) from error
    except ValueError as error:  # pooch's word for another checksum; it has removed the file
        raise PhonoscopeError(
            f"The file of the model {model.name} is not the one that was published",
            f"{model.address}: its SHA-256 is not {model.sha256}",
            "It has been removed. Repeat the command; if it happens again, the address serves "
            "another file: update Phonoscope.",
        ) from error
    finally:
        logger.setLevel(level)
    return Path(path)


def downloaded_bytes(model: Published, place: Path | None = None) -> int:
    """How much of a model's file has come so far.

    Parameters
    ----------
    place : see :func:`fetch`.
    """
    return _size(_part(model, (place or user_models()) / DOWNLOADS / model.sha256[:16]))


def _part(model: Published, folder: Path) -> Path:
    """Where the bytes of a file are collected until all have come."""
    return folder / f"{model.file}.part"


def _size(file: Path) -> int:
    """In bytes; 0 of a file that is not there."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


class _Resuming:
    """A downloader for pooch that begins where an earlier one stopped.

    pooch gives each attempt a temporary file of its own and removes it afterwards, so the bytes
    are collected beside it. Bytes of another file than expected are found out by the checksum.
    """

    def __init__(self, model: Published, part: Path, stop: Callable[[], bool] | None) -> None:
        self.model, self.part, self.stop = model, part, stop

    def __call__(
        self, url: str, output_file: str, pooch: object, check_only: bool = False
    ) -> bool | None:
        """Download ``url``, then move the complete file to ``output_file``."""
        have = _size(self.part)
        if have > self.model.size:  # of no use
            have = 0
        if have < self.model.size:
            self._receive(url, have)
        os.replace(self.part, output_file)
        return None

    def _receive(self, url: str, have: int) -> None:
        request = Request(url, headers={"User-Agent": "phonoscope"})
        if have:
            request.add_header("Range", f"bytes={have}-")
        answer = self._unless_given_up(
            lambda: urlopen(request, timeout=TIMEOUT_S), lambda late: late.close()
        )
        if answer.status != HTTPStatus.PARTIAL_CONTENT:
            have = 0  # the server sends the whole file
        expected = have + int(answer.headers.get("Content-Length", self.model.size - have))
        with (
            self.part.open("ab" if have else "wb") as file,
            tqdm(
                total=expected,
                initial=have,
                desc=self.model.name,
                unit="B",
                unit_scale=True,
                disable=None,  # shown on a terminal only
            ) as bar,
        ):
            while chunk := self._next(answer):
                file.write(chunk)
                file.flush()  # counted by who looks on, and kept whatever happens
                bar.update(len(chunk))
        # An answer that ends early is not an error to urllib.
        if (size := _size(self.part)) < expected:
            raise ConnectionError(f"the connection broke after {size} of {expected} bytes")

    def _next(self, answer: HTTPResponse) -> bytes:
        """The bytes that are there, or those that come next; none at the end."""
        return self._unless_given_up(lambda: answer.read1(CHUNK), lambda _: answer.close())

    def _unless_given_up(self, work: Callable[[], T], late: Callable[[T], None]) -> T:
        """What a call returns that may wait for the server.

        Giving up waits for no server: the call is left to a thread that ends with the program, and
        what it returns to `late`.
        """
        if self.stop is None:
            return work()
        result: Future[T] = Future()
        Thread(target=_fulfil, args=(result, work), daemon=True).start()
        while not self.stop():
            if wait([result], POLL_S).done:
                return result.result()
        result.add_done_callback(lambda done: None if done.exception() else late(done.result()))
        raise PhonoscopeError(
            f"The download of {self.model.name} was given up",
            f"{_size(self.part) / 1e6:.1f} MB had come",
            "Start it again: it goes on from there.",
        )


def _fulfil(result: Future[T], work: Callable[[], T]) -> None:
    try:
        result.set_result(work())
    except BaseException as error:
        result.set_exception(error)


def _words(error: Exception) -> str:
    """What happened, without the name of an exception."""
    if isinstance(error, HTTPError):
        return f"the server answers {error.code} {error.reason}"
    return str(getattr(error, "reason", None) or error) or type(error).__name__
