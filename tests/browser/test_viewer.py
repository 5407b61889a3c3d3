"""The 3D view and its player, as a person uses them; what is drawn is compared with the engine."""

from __future__ import annotations

from urllib.parse import unquote

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import engine
import engine.amplitude
from engine.structure import commensurate_supercell
from tests.browser.page import Dashboard
from tests.browser.probes import COUNT


@pytest.fixture
def dashboard(quiet_page: Page) -> Dashboard:
    return Dashboard(quiet_page)


def waves(dashboard: Dashboard, modes, parts, phase: float) -> np.ndarray:
    """Sum of Re[w u exp(i phi) exp(i(2 pi q.R - omega t))], first wave at ``phase``."""
    places = dashboard.places()
    first = modes.frequency_cm1[parts[0][0]]
    total = 0.0
    for branch, weight, degrees in parts:
        u = modes.displacement[branch]
        u = weight * u / np.linalg.norm(u, axis=1).max()
        turn = phase * modes.frequency_cm1[branch] / first - np.deg2rad(degrees)
        cells = 2 * np.pi * places["lattice"] @ modes.q - turn
        total = total + (u[places["source"]] * np.exp(1j * cells)[:, None]).real
    return total


def go_to(dashboard: Dashboard, structure: str, point: int, branch: int):
    """Click a point of the bands; return the modes there."""
    result = engine.entry(structure).result()
    bands = result.bands()
    dashboard.click_plot(bands.distance[point], bands.frequencies_cm1[point, branch])
    expect(dashboard.caption).to_contain_text(f"{branch + 1}/{len(bands.frequencies_cm1[0])}")
    return result.modes(bands.q[point])


def open_more(dashboard: Dashboard) -> None:
    dashboard.page.get_by_role("button", name="More").click()
    expect(dashboard.page.get_by_role("button", name="Reset view")).to_be_visible()


def is_drawn(dashboard: Dashboard, modes, parts) -> bool:
    """Whether the drawn geometry follows these waves at several phases."""
    return all(
        np.allclose(
            dashboard.displacements(phase), waves(dashboard, modes, parts, phase), atol=2e-3
        )
        for phase in (0.0, 1.0, 4.1)
    )


def test_a_superposition_at_complex_q_moves_as_the_engine_says(dashboard, address):
    dashboard.open(address, "diatomic-chain")
    modes = go_to(dashboard, "diatomic-chain", 20, 5)
    dashboard.pause()
    dashboard.eventually(lambda: is_drawn(dashboard, modes, [(5, 1, 0)]))
    # Another mode of the same q, of another frequency: the two drift apart as they truly do.
    open_more(dashboard)
    dashboard.page.get_by_label("Add a mode").click()
    dashboard.page.get_by_role("menuitem", name="3:").click()
    dashboard.eventually(lambda: is_drawn(dashboard, modes, [(5, 1, 0), (2, 1, 0)]))
    phase = dashboard.page.get_by_role("slider", name="Phase of 3")
    phase.focus()
    for _ in range(3):
        phase.press("ArrowRight")
    dashboard.eventually(lambda: is_drawn(dashboard, modes, [(5, 1, 0), (2, 1, 45)]))
    expect(dashboard.caption).to_contain_text("+ 3")
    dashboard.page.get_by_label("Remove mode 3").click()
    dashboard.eventually(lambda: is_drawn(dashboard, modes, [(5, 1, 0)]))


def test_partners_join_to_circular_motion_and_leave_their_traces(dashboard, address):
    dashboard.open(address, "monatomic-chain")
    modes = go_to(dashboard, "monatomic-chain", 30, 0)  # transverse, with a partner
    dashboard.pause()
    open_more(dashboard)
    assert dashboard.of_viewer("a.traceShape === null")
    dashboard.page.get_by_label("Paths").click()
    dashboard.eventually(lambda: dashboard.of_viewer("a.traceShape !== null"))
    dashboard.page.get_by_role("button", name="Circular").click()
    pair = [int(k) for k in np.flatnonzero(modes.degeneracy == 2)]
    selected = int(dashboard.caption.inner_text().split("·")[1].split("/")[0]) - 1
    other = next(k for k in pair if k != selected)
    dashboard.eventually(lambda: is_drawn(dashboard, modes, [(selected, 1, 0), (other, 1, 90)]))
    radii = [
        np.linalg.norm(dashboard.displacements(phase), axis=1) for phase in np.linspace(0, 6, 7)
    ]
    assert np.allclose(radii, radii[0][0], atol=3e-3)  # round, every atom


def test_what_is_left_out_of_the_picture_is_told(dashboard, address):
    dashboard.open(address, "silicon&cells=8,8,8&trace=yes&playing=no")
    count, note = dashboard.of_viewer("a.count"), dashboard.viewer.locator(".note")
    assert count > 1000
    paths = f"paths of 1000 of {count} atoms drawn"
    expect(note).to_have_text(f"400 of {count} arrows drawn, the longest; {paths}")
    dashboard.page.get_by_label("Arrows").click()
    expect(note).to_have_text(paths)
    open_more(dashboard)
    dashboard.page.get_by_label("Paths").click()
    expect(note).to_have_text("")


def test_the_whole_wave(dashboard, address):
    silicon = engine.entry("silicon").result()
    bands = silicon.bands()
    dashboard.open(address, "silicon")
    open_more(dashboard)
    dashboard.page.get_by_label("Whole wave").click()
    expect(dashboard.page.locator(".piece-note")).to_contain_text("1 primitive cell")
    point = next(p for name, p in bands.labels if name == "L")
    modes = go_to(dashboard, "silicon", point, 3)
    expect(dashboard.page.locator(".piece-note")).to_contain_text("2 primitive cells: 4 atoms")
    vectors = commensurate_supercell(silicon.atoms, modes.q)
    dashboard.pause()
    dashboard.eventually(lambda: is_drawn(dashboard, modes, [(3, 1, 0)]))
    # Atoms a supercell apart are drawn alike.
    places, moved = dashboard.places(), dashboard.displacements(1.0)
    within = np.linalg.solve(vectors.T, places["lattice"].T).T
    for i, j in zip(*np.triu_indices(len(within), 1), strict=True):
        apart = within[i] - within[j]
        if places["source"][i] == places["source"][j] and np.allclose(apart, np.rint(apart)):
            assert np.allclose(moved[i], moved[j], atol=1e-3)


def test_bonds_end_at_their_atoms_or_half_way_to_those_outside(dashboard, address):
    dashboard.open(address, "silicon")
    modes = go_to(dashboard, "silicon", 25, 3)
    dashboard.pause()
    dashboard.eventually(lambda: is_drawn(dashboard, modes, [(3, 1, 0)]))
    dashboard.of_viewer("(a.phase = 0.7, a.move())")
    ends = dashboard.of_viewer(
        """[...a.scene.open].map((atom, k) => {
          const outer = a.count + k
          for (const { balls, second, values } of a.arrays) {
            const quad = balls ? -1 : second.indexOf(3 * outer)
            if (quad >= 0) return [...values.slice(12 * quad, 12 * quad + 3)]
          }
        })"""
    )
    scene = dashboard.of_viewer(
        """(({ open, source, lattice, positions }) => ({ open: [...open], source: [...source],
        lattice: [...lattice], positions: [...positions] }))(a.scene)"""
    )
    amplitude = dashboard.of_viewer("a.model.amplitude")
    source, lattice = np.array(scene["source"]), np.array(scene["lattice"]).reshape(-1, 3)
    u = modes.displacement[3] / np.linalg.norm(modes.displacement[3], axis=1).max()
    moved = (u[source] * np.exp(1j * (2 * np.pi * lattice @ modes.q - 0.7))[:, None]).real
    now = np.array(scene["positions"]).reshape(-1, 3) + amplitude * moved
    inner, outer = np.array(scene["open"]), np.arange(len(scene["open"])) - len(scene["open"])
    assert len(inner) > 50
    assert np.allclose(ends, (now[inner] + now[outer]) / 2, atol=1e-3)


def test_true_speeds_are_explained_in_the_unit_of_the_page(dashboard, address):
    dashboard.open(address, "methane&true-speed=yes&unit=THz")
    open_more(dashboard)
    expect(dashboard.page.get_by_text("goes through as many cycles")).to_contain_text("29.98 THz")
    dashboard.page.get_by_role("button", name="cm⁻¹").click()
    expect(dashboard.page.get_by_text("goes through as many cycles")).to_contain_text("1000 cm⁻¹")


def test_thermal_amplitude_and_its_words(dashboard, address):
    dashboard.open(address, "methane")
    modes = engine.entry("methane").result().modes
    open_more(dashboard)
    dashboard.page.get_by_label("Thermal amplitude").click()
    note = dashboard.page.locator(".amplitude-note")
    rms = engine.amplitude.rms_displacement_A(modes, 0, 300.0).max()
    expect(note).to_contain_text(f"{rms:.3f} Å (rms)")
    dashboard.eventually(
        lambda: np.isclose(dashboard.of_viewer("a.model.amplitude"), np.sqrt(2) * rms, atol=1e-6)
    )
    dashboard.page.get_by_role("slider", name="Exaggeration").press("ArrowRight")
    expect(note).to_contain_text("Exaggerated × 2")


def test_styles_axes_views_and_phase_by_hand(dashboard, address):
    dashboard.open(address, "silicon")
    page = dashboard.page
    dashboard.pause()
    open_more(dashboard)
    before = dashboard.camera()
    page.get_by_label("Style").click()
    page.get_by_role("menuitem", name="Space-filling").click()
    dashboard.eventually(lambda: dashboard.of_viewer("a.arrays.every((of) => of.balls)"))
    assert np.allclose(dashboard.camera(), before)
    expect(dashboard.viewer.locator(".legend")).to_have_text("Si")
    page.get_by_role("button", name="Look along b").click()
    dashboard.eventually(lambda: not np.allclose(dashboard.camera()[4:], before[4:], atol=1e-2))
    x, y, z, w = dashboard.camera()[4:]  # b points at the eye: R(q) y = z
    towards = [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)]
    assert np.allclose(towards, [0, 0, 1], atol=1e-3)
    page.get_by_role("button", name="Reset view").click()
    dashboard.eventually(lambda: np.allclose(dashboard.camera()[4:], before[4:], atol=1e-2))
    page.get_by_role("slider", name="Phase by hand").press("End")
    dashboard.eventually(lambda: np.isclose(dashboard.of_viewer("a.phase"), 2 * np.pi))
    assert dashboard.of_viewer("a.boxShape !== null")
    page.get_by_label("Cell", exact=True).click()
    dashboard.eventually(lambda: dashboard.of_viewer("a.boxShape === null"))
    count = dashboard.of_viewer("a.count")
    page.get_by_role("combobox", name="along c").click()
    page.get_by_role("menuitem", name="1", exact=True).click()
    dashboard.eventually(lambda: dashboard.of_viewer("a.count") < count)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save picture").click()
    assert download.value.suggested_filename.startswith("silicon-Γ-T2g-")
    assert download.value.path().read_bytes()[:4] == b"\x89PNG"


def test_an_atom_tells_what_it_is_and_how_it_moves(dashboard, address):
    dashboard.open(address, "methane")
    dashboard.pause()
    dashboard.page.mouse.click(*dashboard.place_of_atom(0))
    card = dashboard.page.locator(".atom-card")
    expect(card).to_contain_text("C, carbon, atom 1")
    expect(card).to_contain_text("swings ±")
    assert dashboard.of_viewer("a.painted") == 0
    dashboard.page.get_by_label("Close the card of this atom").click()
    expect(card).to_be_hidden()
    dashboard.eventually(lambda: dashboard.of_viewer("a.painted") == -1)


def test_an_isotope_is_chosen_with_the_keyboard_and_the_link_keeps_it(dashboard, address):
    dashboard.open(address, "methane")
    page = dashboard.page
    card = page.locator(".atom-card")
    for atom in ("C, carbon, atom 1", "H, hydrogen, atom 2"):
        page.keyboard.press("i")
        expect(card).to_contain_text(atom)
    card.get_by_role("combobox", name="Isotope").click()
    page.get_by_role("menuitem", name="²H").or_(page.get_by_role("option", name="²H")).click()
    expect(page.locator(".shown")).to_contain_text("C3v")
    expect(dashboard.rows).to_have_count(6)  # A1 three times, and E
    told = [dashboard.rows.nth(k).inner_text() for k in range(3)]
    dashboard.eventually(lambda: "isotopes=2:2H" in unquote(page.url))
    dashboard.open(address, page.url.split("structure=")[1])
    expect(page.locator(".shown")).to_contain_text("C3v")
    assert [dashboard.rows.nth(k).inner_text() for k in range(3)] == told


def test_motion_and_speed_change_without_a_jump(dashboard, address):
    """The largest step between frames stays that of the motion itself."""
    dashboard.open(address, "methane")
    jump = dashboard.viewer.evaluate(
        """async (el) => {
          const a = el.animation, move = a.move
          a.settle()
          let largest = 0, before = null, last = performance.now()
          a.move = function () {
            move.call(a)
            const now = performance.now()
            if (before) for (let k = 0; k < a.now.length; k++) {
              // amplitude times 2 pi times cycles, or the way to another motion, in this time
              const seconds = Math.min(0.1, (now - last) / 1000) + 0.05
              largest = Math.max(largest, Math.abs(a.now[k] - before[k]) / seconds)
            }
            before = a.now.slice()
            last = now
          }
          const wait = (ms) => new Promise((done) => setTimeout(done, ms))
          await wait(500)
          a.model.speed = 1.3
          await wait(500)
          a.model.amplitude = 0.15
          await wait(500)
          a.move = move
          return largest
        }"""
    )
    assert jump < 0.3 * 2 * np.pi * 1.3 * 1.3


@pytest.mark.parametrize("changes", [50])
def test_changing_the_structure_leaves_nothing_behind(dashboard, address, changes):
    dashboard.page.add_init_script(COUNT)
    dashboard.open(address, "methane")

    def change(k: int) -> None:
        before = dashboard.of_viewer("a.scene.structure")
        title = ["Chain of two masses", "Methane"][k % 2]
        dashboard.page.get_by_text(title, exact=True).first.click()
        dashboard.eventually(lambda: dashboard.of_viewer("a.scene.structure") != before)

    def count() -> dict:
        dashboard.page.wait_for_timeout(1000)
        return dashboard.page.evaluate("({...counted})")

    for k in range(4):
        change(k)
    first = count()
    for k in range(changes):
        change(k)
    last = count()
    assert dashboard.viewer.locator("canvas").count() == 1
    assert last["contexts"] == first["contexts"]
    assert last["listeners"] <= first["listeners"] + 4
    assert last["buffers"] <= first["buffers"] + 20
