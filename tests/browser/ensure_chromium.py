"""The Chromium that the browser tests drive: find it, or install it.

``python tests/browser/ensure_chromium.py`` prints its path, after installing one where there is
none. The tests call ``find_chromium``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium that starts: the one named, the system's, or Playwright's."""
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates() -> Iterator[str]:
    if named := os.environ.get("PHONOSCOPE_CHROMIUM"):
        yield named  # and no other: who names one wants that one
        return
    yield from filter(None, map(shutil.which, NAMES))
    # Imported here: Playwright is only asked where the system has no browser.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _starts(path: str) -> bool:
    """Tell a browser from a stub (Ubuntu's chromium without snap) or one that lacks libraries."""
    return _succeeds(path, "--version")


def _installers() -> Iterator[list[list[str]]]:
    """Ways to install Chromium, as commands to be run one after the other; the best first."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if shutil.which("apt-get") and (is_root or _succeeds("sudo", "-n", "true")):
        apt = [] if is_root else ["sudo", "-n"]
        apt += ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]
        yield [
            [*apt, "update"],
            [*apt, "install", "--yes", "--no-install-recommends", "chromium"],
        ]
    yield [[sys.executable, "-m", "playwright", "install", "chromium"]]


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def main() -> None:
    """Print the path of Chromium, installing it first if need be."""
    if found := find_chromium():
        print(f"Chromium: {found}")
        return
    if named := os.environ.get("PHONOSCOPE_CHROMIUM"):
        sys.exit(
            f"The browser tests cannot run with {named}.\n"
            "Why: PHONOSCOPE_CHROMIUM names it, and it does not start.\n"
            "What to do: correct PHONOSCOPE_CHROMIUM, or unset it to have one found or installed."
        )
    print("No Chromium found; installing one for the browser tests.", flush=True)
    for commands in _installers():
        # `all` stops at the first command that fails; then the next way is tried.
        if all(subprocess.run(command, check=False).returncode == 0 for command in commands) and (
            found := find_chromium()
        ):
            print(f"Chromium: {found}")
            return
    sys.exit(
        "The browser tests need Chromium, and there is none.\n"
        "Why: neither apt-get nor `playwright install chromium` could install one (see above).\n"
        "What to do: install Chromium or Chrome, and if it is not on PATH name it in "
        "PHONOSCOPE_CHROMIUM."
    )


if __name__ == "__main__":
    main()
