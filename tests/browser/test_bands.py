"""Bands, density of states, zone and heat as a person uses them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import engine
from engine.phonons.path import special_points
from tests.browser.page import PLACE_IN_PLOT, Dashboard

FIGURE = """[...Bokeh.documents[0]._all_models.values()].find(
  (m) => m.type == "Figure" && m.below[0].axis_label == "wave vector q")"""


@pytest.fixture
def dashboard(quiet_page: Page) -> Dashboard:
    return Dashboard(quiet_page)


def marker(page: Page) -> list[float]:
    """Where the marker stands: along the path in 1/angstrom, and in cm^-1."""
    return page.evaluate(
        f"""() => {{
          const ring = {FIGURE}.renderers.find((r) => r.glyph.type == "Scatter")
          return [ring.data_source.data.x[0] ?? -1, ring.data_source.data.y[0] ?? -1]
        }}"""
    )


def y_axis(page: Page) -> str:
    return page.evaluate(f"{FIGURE}.left[0].axis_label")


def test_hover_click_and_units(dashboard, address):
    silicon = engine.entry("silicon").result()
    bands = silicon.bands()
    dashboard.open(address, "silicon")
    page = dashboard.page
    point, branch = 20, 2  # between Γ and X, the longitudinal branch
    at = [bands.distance[point], bands.frequencies_cm1[point, branch]]
    dashboard.click_plot(*at)
    expect(dashboard.caption).to_contain_text(f"{at[1]:.1f} cm⁻¹")
    dashboard.eventually(lambda: np.allclose(marker(page), at, rtol=1e-6))

    page.mouse.move(*page.evaluate(PLACE_IN_PLOT, [at[0], at[1] + 150]))
    page.mouse.move(*page.evaluate(PLACE_IN_PLOT, at))
    tooltip = page.locator(".bk-Tooltip")
    expect(tooltip).to_contain_text(f"{at[1]:.1f} cm⁻¹")
    expect(tooltip).to_contain_text("A₁")
    q = ", ".join(f"{x + 0.0:.3f}".rstrip("0").rstrip(".") for x in bands.q[point].round(9))
    expect(tooltip).to_contain_text(f"q = ({q})")

    page.get_by_role("button", name="THz").click()
    dashboard.eventually(lambda: y_axis(page) == "frequency (THz)")
    assert np.allclose(marker(page), at, rtol=1e-6)
    page.mouse.move(*page.evaluate(PLACE_IN_PLOT, [at[0], at[1] + 150]))
    page.mouse.move(*page.evaluate(PLACE_IN_PLOT, at))
    expect(tooltip).to_contain_text(f"{at[1] * 0.0299792458:.3f} THz")


def test_at_a_special_point_the_irrep_of_the_point_is_told(dashboard, address):
    bands = engine.entry("silicon").result().bands()
    dashboard.open(address, "silicon")
    page = dashboard.page
    page.wait_for_timeout(500)
    page.mouse.move(*page.evaluate(PLACE_IN_PLOT, [0, 400]))
    page.mouse.move(*page.evaluate(PLACE_IN_PLOT, [0, bands.frequencies_cm1[0, -1]]))
    expect(page.locator(".bk-Tooltip")).to_contain_text("T₂g, threefold")
    expect(page.locator(".bk-Tooltip")).to_contain_text("q = Γ = (0, 0, 0)")


def test_colours_and_their_legend(dashboard, address):
    dashboard.open(address, "diatomic-chain")
    page = dashboard.page
    page.get_by_role("button", name="by irrep").click()
    legend = page.locator(".bk-panel-models-markup-HTML.legend")
    expect(legend).to_have_text("A1 E")
    colors = f"""{FIGURE}.renderers.filter((r) => r.glyph.type == "MultiLine")[0]
      .data_source.data.color"""
    dashboard.eventually(lambda: len(set(page.evaluate(f"[...{colors}]"))) == 2)
    page.get_by_role("button", name="by element").click()
    expect(legend).to_have_text("Na Cl")
    page.get_by_role("button", name="plain").click()
    expect(legend).not_to_be_visible()


def test_another_path(dashboard, address):
    dashboard.open(address, "silicon")
    page = dashboard.page
    page.get_by_role("tab", name="Zone").click()
    field = page.get_by_label("Path", exact=True)
    field.fill("L-G,K-X")
    field.press("Enter")
    names = f"[...Object.values({FIGURE}.below[0].major_label_overrides)]"
    values = f"[...{FIGURE}.below[0].major_label_overrides.values()]"
    shown = f"{FIGURE}.below[0].major_label_overrides instanceof Map ? {values} : {names}"
    dashboard.eventually(lambda: page.evaluate(shown) == ["L", "Γ|K", "X"])
    field.fill("Γ-Q")
    field.press("Enter")
    expect(page.locator(".complaint").first).to_contain_text("labelled points are")
    assert page.evaluate(shown) == ["L", "Γ|K", "X"]
    page.get_by_label("Standard path").click()
    dashboard.eventually(lambda: len(page.evaluate(shown)) == 7)


def test_a_click_in_the_zone_selects_q(dashboard, address):
    x = special_points(engine.read("simple-cubic"))["X"]
    dashboard.open(address, "simple-cubic")
    page = dashboard.page
    page.get_by_role("tab", name="Zone").click()
    page.locator("svg.zone-drawing text.name", has_text=re.compile("^X$")).click()
    expect(dashboard.caption).to_contain_text("q = X")
    field = page.get_by_label("q in b₁, b₂, b₃")
    expect(field).to_have_value(", ".join(f"{component:g}" for component in x))
    field.fill("0.1, 0.2, 0.3")
    field.press("Enter")
    expect(dashboard.caption).to_contain_text("q = (0.1, 0.2, 0.3)")
    dashboard.eventually(lambda: marker(page)[0] == -1)  # it is not on the path

    page.get_by_role("button", name="Exact at this q").click()
    expect(page.locator(".exact")).to_contain_text("Interpolated")

    # Anywhere in the zone, and deeper after a turn; beside it nothing happens.
    drawing, here = page.locator("svg.zone-drawing"), page.locator("svg.zone-drawing .here")

    def is_there(x: float, y: float) -> bool:
        box = here.bounding_box()
        if box is None:  # it is being drawn anew
            return False
        return abs(box["x"] + box["width"] / 2 - x) + abs(box["y"] + box["height"] / 2 - y) < 6

    box = drawing.bounding_box()
    x, y = box["x"] + box["width"] / 2 + 17, box["y"] + box["height"] / 2 + 23
    for _ in range(2):
        before = field.input_value()
        page.mouse.click(x, y)
        # After the turn the mark of before is close by, but what is there lies at another depth.
        dashboard.eventually(lambda before=before: is_there(x, y) and field.input_value() != before)
        drawing.press("ArrowLeft")
    q = field.input_value()
    page.mouse.click(box["x"] + 3, box["y"] + 3)
    page.wait_for_timeout(500)
    assert field.input_value() == q

    # By the keyboard alone: the drawing turns.
    before = drawing.inner_html()
    drawing.focus()
    drawing.press("ArrowLeft")
    assert drawing.inner_html() != before


def test_heat(dashboard, address):
    thermal = engine.entry("silicon").result().thermal([300.0, 305.0])
    dashboard.open(address, "silicon")
    page = dashboard.page
    page.get_by_role("tab", name="Heat").click()
    words = page.locator(".thermal")
    expect(words).to_contain_text(f"{thermal.heat_capacity_J_mol_K[0] / 2:.2f} J/(mol K)")
    slider = page.get_by_role("slider", name="Temperature (K)")
    slider.focus()
    slider.press("ArrowRight")
    expect(words).to_contain_text("at 305 K")
    expect(words).to_contain_text(f"{thermal.entropy_J_mol_K[1] / 2:.2f} J/(mol K)")
