"""The 3D view in a headless browser without a graphics card: ``python -m benchmarks.viewer``.

Prints tables: JavaScript per frame and time to draw a scene for pieces of silicon of growing size,
the viewer by itself; then, on the dashboard driven as a person would, time from a click on the
table to the first frame of the new motion, and what fifty changes of structure leave behind.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from ase.build import bulk
from playwright.sync_api import Page, Route, sync_playwright

import engine
from dashboard.viewer import Wave, motion_of, scene_of
from dashboard.viewer.viewer import HERE
from engine.structure import piece
from tests.browser.ensure_chromium import find_chromium
from tests.browser.probes import COUNT, FLAGS

ROOT = Path(__file__).parents[1]
FIND = """
window.findAnimation = (root = document) => {
  for (const el of root.querySelectorAll("*")) {
    if (el.animation) return el.animation
    const found = el.shadowRoot && window.findAnimation(el.shadowRoot)
    if (found) return found
  }
}
"""
START = """async (model) => {
  window.animation?.stop()
  document.querySelector("#host").replaceChildren()
  const $3Dmol = await import("http://viewer/vendor/3Dmol.es6-min.js")
  const { Animation } = await import("http://viewer/animation.js")
  const start = performance.now()
  const a = (window.animation = new Animation($3Dmol, document.querySelector("#host"), model))
  return [(performance.now() - start) / 1000, a.count, a.scene.bonds.length / 2]
}"""
FRAMES = """async () => {
  const times = []
  cancelAnimationFrame(animation.frame)
  for (let k = 0; k < 60; k++) {
    const start = performance.now()
    animation.phase += 0.1
    animation.move()
    times.push(performance.now() - start)
    await new Promise((done) => setTimeout(done, 30)) // let it be painted
  }
  return times
}"""
# The time of a click, and of the first frame whose motion is that of another mode.
CLICK = """() => new Promise((done) => {
  const a = findAnimation(), row = window.rowToClick
  const before = a.model.motion, move = a.move
  const start = performance.now()
  let set = 0
  a.move = function () {
    move.call(a)
    if (a.model.motion !== before && !set) {
      set = performance.now() - start
      a.move = move
      done(set)
    }
  }
  row.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }))
})"""


@contextmanager
def served() -> Iterator[str]:
    """The dashboard at a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "panel", "serve", "dashboard", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--warm"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://localhost:{port}/dashboard"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(url, timeout=60).close()
                break
            except OSError:
                time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait(20)


def opened(page: Page, url: str, structure: str) -> None:
    """Open a structure and wait until it moves."""
    page.goto(f"{url}?structure={structure}")
    page.wait_for_function("window.findAnimation?.()?.times.length > 20", timeout=120_000)


def frames(page: Page, _url: str) -> None:
    """JavaScript per frame, by number of atoms, of the viewer by itself."""

    def serve(route: Route) -> None:
        name = urlsplit(route.request.url).path.lstrip("/")
        if not name:
            page_of_its_own = '<div id="host" style="width:900px;height:650px"></div>'
            route.fulfill(body=page_of_its_own, content_type="text/html")
        else:
            route.fulfill(path=HERE / name, content_type="text/javascript")

    page.route("http://viewer/**", serve)
    page.goto("http://viewer/")
    silicon = bulk("Si", cubic=True)
    modes = engine.entry("silicon").result().gamma
    print("| atoms drawn | bonds | drawn in, s | JavaScript a frame, ms: shortest, median |")
    print("|---|---|---|---|")
    for number in (2, 5, 7, 8):
        scene = scene_of(silicon, piece(silicon, (number,) * 3))
        motion = motion_of(modes, [Wave(3), Wave(4, 0.5, 90)])
        for wave in motion["waves"]:  # of the conventional cell here
            wave["re"], wave["im"] = np.tile(wave["re"], 4), np.tile(wave["im"], 4)
        model = {
            "scene": scene, "motion": motion, "amplitude": 0.3, "speed": 0.7, "arrows": True,
            "style": "ball-and-stick", "cell": True, "axes": True, "trace": False,
            "picked": -1, "dark": False, "playing": True,
        }  # fmt: skip
        seconds, atoms, bonds = page.evaluate(
            START, json.loads(json.dumps(model, default=np.ndarray.tolist))
        )
        times = page.evaluate(FRAMES)
        best, median = min(times), statistics.median(times)
        print(f"| {atoms} | {bonds} | {seconds:.2f} | {best:.1f}, {median:.1f} |", flush=True)


def clicks(page: Page, url: str) -> None:
    """From a click on the table of modes to the first frame of the new motion."""
    print("| structure | atoms drawn | click to new motion, ms (median, slowest of 12) |")
    print("|---|---|---|")
    for structure in ("methane", "silicon"):
        opened(page, url, structure)
        rows = page.locator(".tabulator-row")
        for k in range(2):  # what is selected already would start no new motion
            rows.nth(k).click()
            page.wait_for_timeout(1500)
        times = []
        for k in range(12):
            row = rows.nth(k % 2)
            row.locator(".tabulator-cell").first.evaluate("(el) => { window.rowToClick = el }")
            times.append(page.evaluate(CLICK))
            page.wait_for_timeout(700)
        atoms = page.evaluate("findAnimation().count")
        times = times[1:]
        print(
            f"| {structure} | {atoms} | {statistics.median(times):.0f}, {max(times):.0f} |",
            flush=True,
        )


def growth(page: Page, url: str) -> None:
    """What fifty changes of structure leave behind."""
    opened(page, url, "methane")
    titles = ["Silicon", "Methane"]

    def change(k: int) -> None:
        before = page.evaluate("findAnimation().scene.structure")
        page.get_by_text(titles[k % 2], exact=True).first.click()
        page.wait_for_function(f"findAnimation().scene.structure !== '{before}'", timeout=30_000)

    for k in range(4):
        change(k)
    page.wait_for_timeout(1000)
    first = page.evaluate("({...counted, canvases: 1})")
    for k in range(50):
        change(k)
    page.wait_for_timeout(1000)
    last = page.evaluate("({...counted})")
    print("| | before | after 50 changes of structure |")
    print("|---|---|---|")
    for name, word in (
        ("contexts", "WebGL contexts made"),
        ("buffers", "buffers on the card"),
        ("listeners", "listeners of the window and the document"),
    ):
        print(f"| {word} | {first[name]} | {last[name]} |")


def main() -> None:
    """Measure everything, or what is asked for."""
    parts = {"frames": frames, "clicks": clicks, "growth": growth}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="*", default=list(parts), choices=list(parts))
    parser.add_argument("--url", help="of a dashboard that runs already")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))

        def measure(url: str) -> None:
            for part in asked.parts:
                page = browser.new_page(viewport={"width": 1400, "height": 900})
                page.add_init_script(FIND + COUNT)
                parts[part](page, url)
                page.close()

        if asked.url or asked.parts == ["frames"]:
            measure(asked.url or "")
        else:
            with served() as url:
                measure(url)


if __name__ == "__main__":
    main()
