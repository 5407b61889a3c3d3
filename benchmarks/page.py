"""From navigation to the first moving frame and to the table, in a browser, of a running dashboard.

``python -m benchmarks.page http://localhost:5006/dashboard``. The first visit of a fresh browser
loads everything; the second has it in its cache. The server should have had one session before.
"""

from __future__ import annotations

import argparse
import json
import time

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.ensure_chromium import find_chromium
from tests.browser.probes import FLAGS

MOVES = """() => {
  const find = (root) => {
    for (const el of root.querySelectorAll("*")) {
      if (el.animation) return el.animation
      const inside = el.shadowRoot && find(el.shadowRoot)
      if (inside) return inside
    }
  }
  const animation = find(document)
  if (!animation?.now) return false
  window.firstSeen ??= [...animation.now]
  return window.firstSeen.some((x, k) => x !== animation.now[k])
}"""
SIZES = """() => performance.getEntriesByType("resource").concat(
  performance.getEntriesByType("navigation")).map((e) => [e.name, e.transferSize, e.duration])"""


def visit(context: BrowserContext, address: str) -> dict[str, float]:
    """Seconds until the document has come, the canvas is there, atoms move, the table shows."""
    page: Page = context.new_page()
    page.set_default_timeout(120_000)
    started = time.perf_counter()
    seconds = {}

    def mark(what: str) -> None:
        seconds[what] = round(time.perf_counter() - started, 2)

    page.goto(address, wait_until="commit")
    mark("first byte")
    page.wait_for_load_state("domcontentloaded")
    mark("document and scripts")
    page.locator(".phonoscope-viewer canvas").first.wait_for()
    mark("canvas")
    page.wait_for_function(MOVES, polling=50)
    mark("moving")
    page.locator(".tabulator-row").first.wait_for()
    mark("table")
    loaded = page.evaluate(SIZES)
    seconds["MB transferred"] = round(sum(size for _, size, _ in loaded) / 1e6, 2)
    seconds["requests"] = len(loaded)
    page.close()
    return seconds


def main() -> None:
    """Print one JSON object a visit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--visits", type=int, default=3)
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        for number in range(asked.visits):
            kind = "browser cold" if number == 0 else "browser warm"
            print(json.dumps({"visit": kind, **visit(context, asked.address)}), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
