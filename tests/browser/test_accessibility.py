"""Everything can be reached with the keyboard, has a name, shows the focus, and can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page import Dashboard

AUDIT = (Path(__file__).parent / "audit.js").read_text()


@pytest.fixture
def dashboard(quiet_page: Page) -> Dashboard:
    return Dashboard(quiet_page)


@pytest.mark.parametrize("theme", ["", "&dark=yes"])
@pytest.mark.parametrize("structure", ["methane", "silicon"])
def test_every_control_has_a_name_and_every_text_can_be_read(dashboard, address, structure, theme):
    dashboard.open(address, structure + theme)
    dashboard.page.wait_for_timeout(1500)
    assert dashboard.page.evaluate(AUDIT, "controls") > 10
    assert dashboard.page.evaluate(AUDIT, "withoutName") == []
    dashboard.eventually(lambda: dashboard.page.evaluate(AUDIT, "lettered") == [])
    # A dark theme reaches the last control some time after the page is drawn.
    dashboard.eventually(lambda: dashboard.page.evaluate(AUDIT, "pale") == [])


def test_a_screen_reader_is_told_what_changes(dashboard, address):
    """Of a live region only changes are read: the status must stay while its words are others."""
    dashboard.open(address, "methane&nonsense=1")
    page = dashboard.page
    expect(page.get_by_role("alert")).to_contain_text("nonsense=1")
    status = page.get_by_role("status").filter(has_text="Model:")
    expect(status).to_contain_text("B3LYP")
    same = status.element_handle()
    page.get_by_text("Chain of two masses", exact=True).first.click()
    expect(status).to_contain_text("springs")
    assert same.evaluate("(el) => el.isConnected && el.textContent.includes('springs')")


def test_tab_reaches_the_controls_and_shows_where_it_is(dashboard, address):
    dashboard.open(address, "silicon")
    page = dashboard.page
    page.wait_for_timeout(1000)
    visited = []
    for _ in range(60):
        page.keyboard.press("Tab")
        page.wait_for_timeout(60)
        focused = page.evaluate(AUDIT, "focused")
        if focused is None:
            break
        visited.append(focused)
    names = " | ".join(name for name, *_ in visited)
    for control in (
        "cm⁻¹",
        "Projector",
        "Copy a link",
        "Take away",
        "Help",
        "Play or pause",
        "Next mode",
    ):
        assert control in names, names
    for name, tag, marked, html in visited:
        assert name, html
        assert marked, f"{name}: {tag} {html}"
