"""A real server and a real browser. A browser that is missing is an error, not a reason to skip."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Route, expect

from tests.browser.ensure_chromium import find_chromium
from tests.browser.probes import FLAGS

ROOT = Path(__file__).parents[2]
# What a driver without a graphics card says of reading pixels back; nothing of ours.
HARMLESS = re.compile(r"GPU stall due to ReadPixels|GroupMarkerNotSet|software WebGL", re.I)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    chromium = find_chromium()
    assert chromium, "There is no Chromium; python tests/browser/ensure_chromium.py installs one."
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": list(FLAGS),
    }


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard, served as ``make dashboard`` does."""
    with served(tmp_path_factory.mktemp("server") / "log") as url:
        yield url


@contextmanager
def served(log: Path, **environment: str) -> Iterator[str]:
    """A server of the dashboard; its log must hold no exception in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "panel", "serve", "dashboard", "--port", str(port)]
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, "--warm"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://localhost:{port}/dashboard"
    try:
        _wait_for(url, server, log)
        yield url
    finally:
        server.terminate()
        server.wait(20)
    assert _errors(log.read_text()) == [], log.read_text()


def _errors(log: str) -> list[str]:
    """Exceptions the server reported, but for browsers that left while it wrote or connected."""
    raised = re.findall(r"^Traceback.*\n((?:[ \t].*\n)+)([\w.]+)", log, re.M)
    closed = ("tornado.iostream.StreamClosedError", "tornado.websocket.WebSocketClosedError")
    gone = "connection.session.notify_connection_lost()"  # Bokeh's, of a session not there yet
    return [name for where, name in raised if name not in closed and gone not in where]


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=30).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"The server did not answer:\n{log.read_text()}")


@pytest.fixture
def quiet_page(page: Page) -> Iterator[Page]:
    """A page whose network ends at this machine, and which must not complain."""
    complaints: list[str] = []
    abroad: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not HARMLESS.search(message.text):
            complaints.append(message.text)

    def unplug(route: Route) -> None:
        if urlsplit(route.request.url).hostname in ("localhost", None):
            route.continue_()
        else:
            abroad.append(route.request.url)
            route.abort()

    page.route("**/*", unplug)
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(30_000)
    expect.set_options(timeout=20_000)
    yield page
    assert abroad == []
    assert complaints == []
