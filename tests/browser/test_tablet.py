"""A tablet: fingers instead of a mouse, on a screen of 1180 by 820."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page import Dashboard


@pytest.fixture
def dashboard(browser: Browser) -> Iterator[Dashboard]:
    context = browser.new_context(viewport={"width": 1180, "height": 820}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield Dashboard(page)
    context.close()


def test_fingers_do_what_a_mouse_does(dashboard, address):
    dashboard.open(address, "silicon")
    page = dashboard.page
    dashboard.rows.first.tap()
    expect(dashboard.caption).to_contain_text("1/6")

    # On the bands, beside Γ.
    x, y = dashboard.place_in_plot(0.0, 500.0)
    page.touchscreen.tap(x + 40, y)
    expect(dashboard.caption).not_to_contain_text("q = Γ ")

    # A point of the zone.
    page.get_by_role("tab", name="Zone").tap()
    page.locator("svg.zone-drawing text.name", has_text=re.compile("^L$")).tap()
    expect(dashboard.caption).to_contain_text("q = L")

    # An entry of the library.
    page.get_by_role("option").filter(has=page.get_by_text("Diamond", exact=True)).tap()
    expect(page.locator(".shown")).to_contain_text("C · Fd-3m")

    # An atom of a structure that rests.
    dashboard.open(address, "methane&playing=no")
    page.touchscreen.tap(*dashboard.place_of_atom(0))
    expect(page.locator(".atom-card")).to_contain_text("C, carbon, atom 1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1180
