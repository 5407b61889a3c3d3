"""Taking it away: links, files, keys, the projector mode, and what is told."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from ase.io import read
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from dashboard import palette
from tests.browser.page import Dashboard


@pytest.fixture
def dashboard(quiet_page: Page) -> Dashboard:
    return Dashboard(quiet_page)


def parts(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def press(dashboard: Dashboard, key: str) -> None:
    """A key while nothing has the focus."""
    dashboard.page.evaluate("document.activeElement?.blur()")
    dashboard.page.keyboard.press(key)


def test_a_link_that_is_copied_opens_the_same_picture(dashboard, address, browser: Browser):
    page = dashboard.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dashboard.open(address, "silicon&q=0.5,0,0.5&cells=2,1,1")
    entries = page.evaluate("history.length")
    assert "camera" not in parts(page)
    press(dashboard, "ArrowRight")
    press(dashboard, "u")
    press(dashboard, "a")
    expect(dashboard.caption).to_contain_text("2/6")
    dashboard.of_viewer("a.viewer.rotate(40, 'z')")  # as a person may have turned it
    dashboard.eventually(lambda: "camera" in parts(page), 30)
    dashboard.eventually(lambda: parts(page).get("arrows") == "no", 30)
    page.get_by_label("Copy a link").click()
    told = page.locator(".MuiAlert-root")
    expect(told).to_contain_text("The link is copied")
    expect(told).to_have_attribute("role", "status")  # nothing to be alarmed about
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    assert page.evaluate("history.length") == entries  # Back leaves the page
    wanted = {"structure": "silicon", "q": "0.5,0,0.5", "mode": "2", "unit": "THz", "arrows": "no"}
    assert wanted.items() <= parts(page).items()
    caption, camera = dashboard.caption.inner_text(), dashboard.camera()
    drawn = dashboard.drawn(1.0)

    other = Dashboard(browser.new_page())
    other.page.set_default_timeout(30_000)
    other.open(link.split("?")[0], link.split("structure=")[1])
    expect(other.caption).to_have_text(caption)
    other.eventually(lambda: np.allclose(other.camera(), camera, rtol=1e-3, atol=2e-3), 30)
    other.eventually(
        lambda: (
            len(other.drawn(1.0)) == len(drawn) and np.allclose(other.drawn(1.0), drawn, atol=1e-3)
        ),
        30,
    )
    assert parts(other.page) == parts(page)
    other.page.close()


def test_a_wrong_link_opens_and_says_what_it_left_out(dashboard, address):
    dashboard.open(address, "methane&mode=99&unit=furlong&q=1,2,3&nonsense=1")
    alert = dashboard.page.locator(".MuiAlert-root")
    expect(alert).to_contain_text("mode=99")
    expect(alert).to_contain_text("nonsense=1")
    expect(dashboard.caption).to_contain_text("1314.3")
    dashboard.page.get_by_label("Close", exact=True).click()
    expect(alert).to_have_count(0)


def test_keys(dashboard, address):
    dashboard.open(address, "methane")
    page = dashboard.page
    press(dashboard, "ArrowRight")
    expect(dashboard.caption).to_contain_text("2/9")
    press(dashboard, "ArrowLeft")
    expect(dashboard.caption).to_contain_text("1/9")
    press(dashboard, " ")
    dashboard.eventually(lambda: not dashboard.of_viewer("a.model.playing"))
    before = dashboard.of_viewer("a.model.amplitude")
    press(dashboard, "ArrowUp")
    dashboard.eventually(lambda: dashboard.of_viewer("a.model.amplitude") > before)
    press(dashboard, "?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("play or pause")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    # A slider that has the focus keeps its own keys.
    page.get_by_role("slider", name="Speed").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    expect(dashboard.caption).to_contain_text("1/9")


def test_files_to_take_away(dashboard, address, tmp_path):
    page = dashboard.page
    dashboard.open(address, "silicon&q=0.5,0,0.5&mode=4")
    page.get_by_label("Take away").first.click()
    dialog = page.get_by_role("dialog")

    def take(text: str) -> str:
        with page.expect_download() as download:
            dialog.get_by_role("button", name=re.compile(text)).first.click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return str(path)

    frames = read(take("^one period of the motion, 24 frames.*extended XYZ"), ":")
    assert len(frames) == 24 and len(frames[0]) == 4
    table = take("^table of the modes")
    assert table.endswith("silicon_modes.csv")
    for picture in (take("^3D view"), take("^plots")):
        with open(picture, "rb") as file:
            content = file.read()
        assert content.startswith(b"\x89PNG") and len(content) > 5_000
    lesson = take("^the running mode")
    page.goto(f"file://{lesson}")
    moves = "document.querySelector('.phonoscope-viewer').animation.now.slice(0, 12)"
    page.wait_for_function("document.querySelector('.phonoscope-viewer')?.animation?.now")
    first = page.evaluate(f"[...{moves}]")
    page.wait_for_function(f"(first) => {moves}.some((x, k) => x !== first[k])", arg=first)


def test_pictures_say_what_they_show(dashboard, address):
    page = dashboard.page
    page.add_init_script(
        """window.written = []
        const { fillText } = CanvasRenderingContext2D.prototype
        CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
          written.push(text)
          fillText.call(this, text, ...at)
        }"""
    )
    dashboard.open(address, "diatomic-chain&unit=THz")
    page.get_by_role("button", name="by element").click()
    expect(page.locator("[data-swatch]")).to_have_count(2)
    page.get_by_label("Take away").first.click()

    def picture_of(what: str) -> tuple[Image.Image, list[str]]:
        page.evaluate("written.length = 0")
        with page.expect_download() as download:
            page.get_by_role("dialog").get_by_role("button", name=re.compile(what)).first.click()
        return Image.open(download.value.path()), page.evaluate("written")

    picture, words = picture_of("^3D view")
    told = " ".join(" ".join(words).split())
    mode = " ".join(dashboard.caption.inner_text().split())
    assert "Chain of two masses · NaCl" in told and mode in told and "THz" in told
    assert "model: " in told
    canvas = dashboard.of_viewer("a.host.querySelector('canvas').height")
    below = np.array(picture.convert("L"))[canvas:]
    assert below.min() < 100 < 250 < below.max()  # ink on paper

    picture, words = picture_of("^plots")
    assert {"Na", "Cl"} <= set(words)
    top = np.array(picture.convert("RGB"))[:48].reshape(-1, 3)
    swatches = page.locator("[data-swatch]").evaluate_all(
        "(all) => all.map((s) => s.dataset.swatch)"
    )
    for color in swatches:
        assert (top == palette.rgb(color)).all(1).any()


def test_projector_mode(dashboard, address):
    page = dashboard.page
    dashboard.open(address, "silicon")
    size = dashboard.caption.bounding_box()["height"]
    height = dashboard.rows.first.bounding_box()["height"]
    type_of_axes = """() => [...Bokeh.documents[0]._all_models.values()]
        .filter((model) => model.type.endsWith("Axis"))
        .map((axis) => axis.axis_label_text_font_size)"""
    before = page.evaluate(type_of_axes)
    press(dashboard, "p")
    dashboard.eventually(lambda: dashboard.caption.bounding_box()["height"] > 1.25 * size)
    dashboard.eventually(lambda: dashboard.rows.first.bounding_box()["height"] > 1.25 * height)
    dashboard.eventually(lambda: page.evaluate(type_of_axes) != before)
    expect(page.get_by_text("Chain of two masses")).not_to_be_in_viewport()
    dashboard.eventually(lambda: parts(page).get("projector") == "yes")
    page.wait_for_timeout(1000)
    width, tall = 1280, 720
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= tall
    press(dashboard, "p")
    dashboard.eventually(lambda: page.evaluate(type_of_axes) == before)
    dashboard.eventually(lambda: "projector" not in parts(page))


def test_for_a_projector_all_type_is_large_and_clicks_hit(dashboard, address):
    page = dashboard.page
    page.set_viewport_size({"width": 1400, "height": 900})
    dashboard.open(address, "silicon&projector=yes&tab=zone")
    page.get_by_role("button", name="by irrep").click()
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("button", name="Reset view")).to_be_visible()
    small = """() => {
      const all = (root) => [...root.querySelectorAll("*")].flatMap((el) =>
        [el, ...(el.shadowRoot ? all(el.shadowRoot) : [])])
      const text = (el) =>
        [...el.childNodes].map((n) => n.nodeType === 3 ? n.data : "").join("")
      return all(document).filter((el) => /\\p{L}/u.test(text(el)) && el.checkVisibility()
          && !["STYLE", "SCRIPT", "TITLE"].includes(el.tagName)
          && el.getBoundingClientRect().width > 1 && !el.closest("[aria-hidden=true]")
          && el.getBoundingClientRect().right > 0
          && parseFloat(getComputedStyle(el).fontSize) * el.currentCSSZoom < 16)
        .map((el) => [text(el), getComputedStyle(el).fontSize, el.currentCSSZoom])
    }"""
    dashboard.eventually(lambda: page.evaluate(small) == [])
    # A menu opens where it was asked for.
    select = page.get_by_role("combobox", name="Style")
    select.click()
    line = page.get_by_role("menuitem", name="Wireframe")
    expect(line).to_be_in_viewport()
    page.wait_for_timeout(500)  # it opens slowly
    assert abs(line.bounding_box()["x"] - select.bounding_box()["x"]) < 30
    line.click()
    expect(select).to_contain_text("Wireframe")
    page.locator("svg.zone-drawing text.name", has_text=re.compile("^X$")).click()
    expect(dashboard.caption).to_contain_text("q = X")
    # In the middle of a piece of the path: the wave vector goes where the pointer is.
    middle = """(line) => {
      const middle = line.getPointAtLength(line.getTotalLength() / 2)
      const { x, y } = middle.matrixTransform(line.getScreenCTM())
      return [x, y]
    }"""
    page.wait_for_timeout(1000)  # the drawing is made anew for the new wave vector
    x, y = page.locator("svg.zone-drawing .reach").last.evaluate(middle)
    page.mouse.click(x, y)
    expect(dashboard.caption).not_to_contain_text("q = X")

    def hits() -> bool:
        box = page.locator("svg.zone-drawing .here").bounding_box()
        if box is None:  # it is being drawn anew
            return False
        off = (box["x"] + box["width"] / 2 - x, box["y"] + box["height"] / 2 - y)
        return bool(np.hypot(*off) < 8)

    dashboard.eventually(hits)
    page.get_by_label("Take away").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    dashboard.eventually(lambda: page.evaluate(small) == [])


def test_who_wants_less_motion_starts_with_none(browser: Browser, address):
    page = browser.new_page(reduced_motion="reduce")
    dashboard = Dashboard(page).open(address, "methane")
    dashboard.eventually(lambda: not dashboard.of_viewer("a.model.playing"))
    # What this browser asks for is nothing that a link should tell others; a pause is.
    press(dashboard, "u")
    dashboard.eventually(lambda: parts(page).get("unit") == "THz")
    assert "playing" not in parts(page)
    press(dashboard, " ")
    dashboard.eventually(lambda: dashboard.of_viewer("a.model.playing"))
    press(dashboard, " ")
    dashboard.eventually(lambda: parts(page).get("playing") == "no")
    page.close()
