"""The dashboard as a test uses it: what a person does, and what the viewer really draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

PLACE_IN_PLOT = """([x, y]) => {
  const figures = [...Bokeh.documents[0]._all_models.values()].filter((m) => m.type == "Figure")
  for (const figure of figures) {
    const view = Bokeh.index.find_one(figure)
    const box = view?.el.getBoundingClientRect()
    if (!box?.width) continue
    const { x_scale, y_scale } = view.frame
    return [box.left + x_scale.compute(x), box.top + y_scale.compute(y)]
  }
}"""


@dataclass
class Dashboard:
    """One open page."""

    page: Page

    def open(self, address: str, structure: str) -> Dashboard:
        self.page.goto(f"{address}?structure={structure}", timeout=90_000)
        self.page.wait_for_function(
            "Bokeh?.documents?.length > 0 && !!window.Bokeh.documents[0].roots().length"
        )
        expect(self.viewer.locator("canvas").first).to_be_visible(timeout=60_000)
        self.page.wait_for_function(
            """() => {
              const find = (root) => {
                for (const el of root.querySelectorAll("*")) {
                  if (el.animation?.arrays) return true
                  if (el.shadowRoot && find(el.shadowRoot)) return true
                }
              }
              return find(document)
            }""",
            timeout=60_000,
        )
        # Plots and tables come last, and what is clicked before the page is drawn whole is lost.
        expect(self.page.locator(".plot canvas").first).to_be_visible(timeout=60_000)
        self.page.wait_for_function("Bokeh.documents[0].is_idle", timeout=60_000)
        return self

    @property
    def viewer(self) -> Locator:
        return self.page.locator(".phonoscope-viewer")

    @property
    def caption(self) -> Locator:
        return self.page.locator(".mode-caption")

    @property
    def rows(self) -> Locator:
        return self.page.locator(".tabulator-row")

    def of_viewer(self, expression: str) -> Any:
        """Evaluate with ``a``, the animation inside the viewer."""
        return self.viewer.evaluate(f"(el) => {{ const a = el.animation; return {expression} }}")

    def camera(self) -> np.ndarray:
        return np.array(self.of_viewer("a.viewer.getView()"), float)

    def drawn(self, phase: float | None = None) -> np.ndarray:
        """Positions that stand in the drawn geometry, at this moment or at a phase of the cycle."""
        at = "" if phase is None else f"a.phase = {phase}; a.move();"
        return np.array(
            self.viewer.evaluate(
                f"(el) => {{ const a = el.animation; {at} return a.drawnPositions() }}"
            )
        )

    def displacements(self, phase: float = 0.0) -> np.ndarray:
        """Drawn positions less the equilibrium ones, per unit of amplitude."""
        return (self.drawn(phase) - self.places()["positions"]) / self.of_viewer(
            "a.model.amplitude"
        )

    def places(self) -> dict[str, Any]:
        """The drawn atoms at rest: symbols, positions, source and lattice."""
        found = self.of_viewer("a.places()")
        return {name: np.array(values) for name, values in found.items()}

    def eventually(self, holds: Callable[[], bool], seconds: float = 15.0) -> None:
        """Wait until something holds: what a click changes arrives in several messages."""
        for _ in range(int(seconds / 0.25)):
            if holds():
                return
            self.page.wait_for_timeout(250)
        assert holds()

    def pause(self) -> None:
        self.page.get_by_label("Play or pause").first.click()
        self.page.wait_for_function(
            """() => {
              const find = (root) => [...root.querySelectorAll("*")].some(
                (el) => el.animation ? !el.animation.model.playing
                                     : el.shadowRoot && find(el.shadowRoot))
              return find(document)
            }"""
        )

    def click_plot(self, x: float, y: float) -> None:
        self.page.mouse.click(*self.place_in_plot(x, y))

    def place_in_plot(self, x: float, y: float) -> list[float]:
        """Where a point of the bands stands on the screen."""
        return self.settled(lambda: self.page.evaluate(PLACE_IN_PLOT, [x, y]))

    def place_of_atom(self, k: int) -> list[float]:
        """Where an atom, resting, stands on the screen."""
        at = ", ".join(f"{axis}: a.now[{3 * k + i}]" for i, axis in enumerate("xyz"))
        return self.settled(
            lambda: self.of_viewer(f"(({{x, y}}) => [x, y])(a.viewer.modelToScreen({{{at}}}))")
        )

    def settled(self, place: Callable[[], list[float] | None]) -> list[float]:
        """A place once it is laid out and stands still; parts of the page come one by one."""
        now = None
        for _ in range(40):
            before, now = now, place()
            if now is not None and now == before:
                return now
            self.page.wait_for_timeout(400)
        raise AssertionError(f"still moving, now at {now}")
