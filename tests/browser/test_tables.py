"""The table of levels, the symmetry behind it, and what may be believed, as a person uses them."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import engine
from tests.browser.page import Dashboard


@pytest.fixture
def dashboard(quiet_page: Page) -> Dashboard:
    return Dashboard(quiet_page)


def open_tab(dashboard: Dashboard, name: str) -> None:
    dashboard.page.get_by_role("tab", name=name).click()


def test_a_filter_shows_only_what_infrared_light_drives(dashboard, address):
    dashboard.open(address, "methane")
    expect(dashboard.rows).to_have_count(4)
    dashboard.page.get_by_role("button", name="IR", exact=True).click()
    expect(dashboard.rows).to_have_count(2)
    expect(dashboard.rows.filter(has_text="IR")).to_have_count(2)
    expect(dashboard.rows.first).to_contain_text("40.6")  # km/mol, all three partners
    # A row of the filtered table is still the level it was.
    dashboard.rows.nth(1).click()
    expect(dashboard.caption).to_contain_text("3153.9")
    dashboard.page.locator("button[value=All]").click()
    expect(dashboard.rows).to_have_count(4)
    expect(dashboard.page.locator(".tabulator-selected")).to_contain_text("3153.9")


@pytest.mark.parametrize("theme", ["", "&dark=yes"])
def test_what_a_column_means_can_be_read(dashboard, address, theme):
    dashboard.open(address, f"methane{theme}")
    dashboard.page.locator(".tabulator-col-title", has_text="irrep").hover()
    told = dashboard.page.locator(".tabulator-tooltip")
    expect(told).to_contain_text("Irreducible representation")
    colours = "(el) => [getComputedStyle(el).color, getComputedStyle(el).backgroundColor]"
    text, behind = told.evaluate(colours)
    assert text != behind


def test_sorting_keeps_the_selection_with_its_level(dashboard, address):
    dashboard.open(address, "methane")
    dashboard.rows.filter(has_text="1531.9").click()
    expect(dashboard.caption).to_contain_text("1531.9")
    heading = dashboard.page.locator(".tabulator-col[tabulator-field=frequency]")
    heading.click()
    heading.click()
    expect(dashboard.rows.first).to_contain_text("3153.9")
    expect(dashboard.page.locator(".tabulator-selected")).to_contain_text("1531.9")
    expect(dashboard.caption).to_contain_text("1531.9")
    dashboard.rows.first.click()
    expect(dashboard.caption).to_contain_text("3153.9")


def test_arrow_keys_move_the_selection(dashboard, address):
    dashboard.open(address, "methane")
    dashboard.rows.first.click()
    for frequency in ("1531.9", "3020.0"):
        dashboard.page.keyboard.press("ArrowDown")
        expect(dashboard.caption).to_contain_text(frequency)
    dashboard.page.keyboard.press("ArrowUp")
    expect(dashboard.caption).to_contain_text("1531.9")
    expect(dashboard.page.locator(".tabulator-selected")).to_contain_text("1531.9")


def test_methane_is_worked_through(dashboard, address):
    dashboard.open(address, "methane")
    open_tab(dashboard, "Symmetry")
    book = dashboard.page.locator(".book")
    expect(book).to_contain_text("24 operations")
    expect(book.locator("table.characters tbody tr")).to_have_count(5)
    expect(book.locator("tr.here")).to_contain_text("T2")
    book.get_by_text("The reduction worked through").click()
    expect(book).to_contain_text("Γvib = A1 + E + 2T2")
    expect(book.locator(".counting tr").last).to_contain_text("72/24 = 3")
    # An operation applied to the mode that moves: the trace is the character of the table.
    book.locator("button", has_text="8C3").click()
    expect(book).to_contain_text("Character 0 + 0 + 0 = 0")
    for before in ("9/9", "8/9", "7/9", "6/9"):
        dashboard.page.get_by_label("Previous mode").first.click()
        expect(dashboard.caption).to_contain_text(before)
    expect(dashboard.caption).to_contain_text("A1")
    expect(book.locator("tr.here")).to_contain_text("A1")
    expect(book).to_contain_text("It comes back as it was. Character 1")


def test_symmetry_follows_the_wave_vector(dashboard, address):
    bands = engine.entry("silicon").result().bands()
    dashboard.open(address, "silicon")
    open_tab(dashboard, "Symmetry")
    book = dashboard.page.locator(".book")
    expect(book).to_contain_text("Fd-3m (No. 227) at Γ: Oh")
    dashboard.click_plot(bands.distance[25], bands.frequencies_cm1[25, 5])
    expect(book).to_contain_text("little co-group C4v")
    expect(book.locator("tr.here")).to_have_count(1)


def test_the_verdict_opens_the_trust_panel(dashboard, address):
    dashboard.open(address, "diatomic-chain")
    verdict = dashboard.page.get_by_role("button", name="Worth a look")
    verdict.click()
    trust = dashboard.page.locator(".trust")
    expect(trust).to_be_visible()
    expect(trust.locator(".check").first).to_contain_text("Long-range field (LO-TO)")
    expect(trust.locator(".check.bad")).to_have_count(0)
    dashboard.page.get_by_role("button", name="THz").click()
    expect(trust).to_contain_text("0.000 THz")
    # It scrolls inside its tab, and the structure stays where it is.
    last = trust.locator(".check").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    expect(dashboard.viewer).to_be_in_viewport()


def test_a_link_to_another_tab_makes_no_table_that_nobody_sees(dashboard, address):
    """One that was never seen failed in the browser when another mode was chosen."""
    dashboard.open(address, "silicon&tab=zone")
    dashboard.page.get_by_label("Next mode").click()
    expect(dashboard.caption).to_contain_text("5/6")
    dashboard.page.wait_for_timeout(1000)
    assert dashboard.rows.count() == 0
    dashboard.page.get_by_role("tab", name="Modes").click()
    expect(dashboard.rows.first).to_be_visible()


def test_the_spectrum_follows_the_unit_and_can_be_reversed(dashboard, address):
    dashboard.open(address, "methane")
    page = dashboard.page
    expect(page.locator(".spectrum canvas").first).to_be_visible()

    def click_until(x: float, told: str) -> None:
        """The plots of the old unit or direction may still be there for a moment."""

        def hits() -> bool:
            dashboard.click_plot(x, 1)
            page.wait_for_timeout(1000)
            return told in dashboard.caption.inner_text()

        dashboard.eventually(hits, 30)

    page.get_by_role("button", name="meV").click()
    click_until(190, "189.93 meV")  # 1531.9 cm^-1
    width = page.get_by_role("slider", name="Width (meV)")
    assert np.isclose(float(width.get_attribute("aria-valuenow")), 20 * 0.12398, atol=1e-3)
    page.get_by_label("reversed").click()
    click_until(391, "391.03 meV")
