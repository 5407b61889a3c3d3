"""What a person does with the page, on real results."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import engine
from tests.browser.page import Dashboard


@pytest.fixture
def dashboard(quiet_page: Page) -> Dashboard:
    return Dashboard(quiet_page)


def test_opens_with_methane_already_moving(dashboard, address):
    dashboard.open(address, "")
    expect(dashboard.caption).to_have_text("1/9  ·  T2  ·  1314.3 cm⁻¹  ·  IR · Raman")
    expect(dashboard.rows).to_have_count(4)
    first = dashboard.drawn()
    dashboard.eventually(lambda: np.abs(dashboard.drawn() - first).max() > 0.01)


def test_a_click_on_the_table_changes_the_motion_and_not_the_camera(dashboard, address):
    dashboard.open(address, "methane")
    dashboard.of_viewer("a.viewer.rotate(25, 'z')")  # as a person may have turned it
    camera = dashboard.camera()
    dashboard.rows.filter(has_text="A1").click()
    expect(dashboard.caption).to_contain_text("A1")
    expect(dashboard.rows.nth(2)).to_have_class(
        "tabulator-row tabulator-selectable tabulator-row-odd tabulator-selected"
    )
    dashboard.pause()
    hydrogens = dashboard.places()["positions"][1:]
    outwards = hydrogens / np.linalg.norm(hydrogens, axis=1)[:, None]

    def breathes() -> bool:
        carbon, *others = dashboard.displacements()
        along = np.sum(others * outwards, 1)
        return np.allclose(carbon, 0, atol=1e-4) and np.allclose(np.abs(along), 1, atol=1e-3)

    dashboard.eventually(breathes)
    assert np.allclose(dashboard.camera(), camera)


def test_a_click_on_the_bands_changes_the_motion_and_not_the_camera(dashboard, address):
    silicon = engine.entry("silicon").result()
    bands = silicon.bands()
    dashboard.open(address, "silicon")
    expect(dashboard.caption).to_contain_text("T2g")
    camera = dashboard.camera()
    point, branch = 25, 2  # between Γ and X, the longitudinal branch
    dashboard.click_plot(bands.distance[point], bands.frequencies_cm1[point, branch])
    frequency = f"{bands.frequencies_cm1[point, branch]:.1f} cm⁻¹"
    expect(dashboard.caption).to_contain_text(frequency)
    expect(dashboard.page.locator(".representation")).to_contain_text("Away from Γ")
    assert np.allclose(dashboard.camera(), camera)

    # What is drawn is the wave of the engine: Re[u_j exp(i(2 pi q.R - omega t))].
    dashboard.pause()
    places = dashboard.places()
    source, lattice = places["source"], places["lattice"]
    q = bands.q[point]
    u = silicon.modes(q).displacement[branch]
    u = u / np.linalg.norm(u, axis=1).max()
    for phase in (0.0, 1.0, 2.5):
        wave = (u[source] * np.exp(1j * (2 * np.pi * lattice @ q - phase))[:, None]).real
        dashboard.eventually(
            lambda wave=wave, phase=phase: np.allclose(
                dashboard.displacements(phase), wave, atol=1e-3
            )
        )


def test_at_the_zone_boundary_neighbours_are_drawn_in_antiphase(dashboard, address):
    bands = engine.entry("monatomic-chain").result().bands()
    dashboard.open(address, "monatomic-chain")
    dashboard.click_plot(bands.distance[-1], bands.frequencies_cm1[-1, 2])
    expect(dashboard.caption).to_contain_text("q = X")
    expect(dashboard.caption).to_contain_text("3/3")
    dashboard.pause()
    along = np.argsort(dashboard.places()["positions"][:, 0])

    def in_antiphase() -> bool:
        moved = dashboard.displacements()[along]
        largest = np.allclose(np.abs(moved[:, 0]), 1, atol=1e-3)
        return largest and np.allclose(moved[1:], -moved[:-1], atol=1e-3)

    dashboard.eventually(in_antiphase)


def test_the_cell_moves_as_one_in_an_acoustic_mode_at_gamma(dashboard, address):
    dashboard.open(address, "silicon")
    dashboard.rows.filter(has_text="acoustic").click()
    expect(dashboard.caption).to_contain_text("acoustic")
    dashboard.pause()

    def rigid() -> bool:
        moved = dashboard.displacements()
        together = np.allclose(moved, moved[0], atol=1e-3)
        return together and np.isclose(np.linalg.norm(moved[0]), 1, atol=1e-3)

    dashboard.eventually(rigid)


def test_choosing_another_structure_shows_it_everywhere(dashboard, address):
    dashboard.open(address, "methane")
    dashboard.page.get_by_text("Chain of two masses").click()
    expect(dashboard.caption).to_contain_text("q = Γ")
    expect(dashboard.page.locator(".bands canvas").first).to_be_visible()
    expect(dashboard.page.locator(".spectrum canvas")).to_have_count(0)
    dashboard.eventually(lambda: "Cl" in dashboard.places()["symbols"])
    # And back: one viewer, one canvas, whatever was chosen.
    dashboard.page.get_by_text("Methane", exact=True).click()
    expect(dashboard.page.locator(".spectrum canvas").first).to_be_visible()
    expect(dashboard.page.locator(".phonoscope-viewer")).to_have_count(1)
    assert dashboard.viewer.locator("canvas").count() == 1


def test_a_click_on_the_spectrum_selects_the_nearest_level(dashboard, address):
    dashboard.open(address, "methane")
    dashboard.click_plot(1550, 1)
    expect(dashboard.caption).to_contain_text("1531.9")


def test_the_player(dashboard, address):
    dashboard.open(address, "diatomic-chain")
    page = dashboard.page
    page.get_by_label("Next mode").first.click()
    expect(dashboard.caption).to_contain_text("5/6")
    page.get_by_label("Previous mode").first.click()
    page.get_by_label("Previous mode").first.click()
    expect(dashboard.caption).to_contain_text("3/6")
    dashboard.pause()
    first = dashboard.drawn()
    page.wait_for_timeout(300)
    assert np.array_equal(dashboard.drawn(), first)

    assert dashboard.of_viewer("a.arrowShape !== null")
    page.get_by_label("Arrows").click()
    dashboard.eventually(lambda: dashboard.of_viewer("a.arrowShape === null"))
    motion = page.get_by_role("slider", name="Motion (Å)")
    motion.focus()
    motion.press("Home")
    still = dashboard.places()["positions"]
    dashboard.eventually(lambda: np.allclose(dashboard.drawn(1.0), still, atol=1e-5))


def test_dark_and_light(dashboard, address):
    dashboard.open(address, "silicon")
    page = dashboard.page
    assert not dashboard.of_viewer("a.model.dark")
    page.get_by_label("Toggle theme").click()
    dashboard.eventually(lambda: dashboard.of_viewer("a.model.dark"))
    background = page.evaluate("getComputedStyle(document.querySelector('body')).backgroundColor")
    assert sum(map(int, background.strip("rgba()").split(",")[:3])) < 150
    page.get_by_label("Toggle theme").click()
    dashboard.eventually(lambda: not dashboard.of_viewer("a.model.dark"))


@pytest.mark.parametrize("size", [(1400, 900), (1024, 768)])
@pytest.mark.parametrize("structure", ["methane", "silicon"])
def test_nothing_overlaps_or_is_cut_off(dashboard, address, structure, size):
    width, height = size
    page = dashboard.page
    page.set_viewport_size({"width": width, "height": height})
    dashboard.open(address, structure)
    page.wait_for_timeout(1000)
    plot = ".bands" if structure == "silicon" else ".spectrum"
    boxes = {
        name: page.locator(name).first.bounding_box()
        for name in (".phonoscope-viewer", ".player", plot, ".levels", ".status")
    }
    for name, box in boxes.items():
        assert box["x"] >= 0 and box["y"] >= 0, name
        assert box["x"] + box["width"] <= width, name
        assert box["y"] + box["height"] <= height, name
        assert box["height"] > 10 and box["width"] > 200, name
    names = list(boxes)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            assert not _overlap(boxes[one], boxes[other]), f"{one} and {other}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    # The structure keeps the largest part of the page.
    area = boxes[".phonoscope-viewer"]["width"] * boxes[".phonoscope-viewer"]["height"]
    assert area > boxes[plot]["width"] * boxes[plot]["height"]


def _overlap(a: dict, b: dict) -> bool:
    return (
        min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"]) > 1
        and min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"]) > 1
    )


def test_an_address_that_names_nothing_known_opens_methane(dashboard, address):
    dashboard.open(address, "unobtainium")
    expect(dashboard.caption).to_contain_text("1314.3")
