"""A structure of one's own, from the file to its result on the page; and the library's list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ase.build import bulk, molecule
from ase.io import write
from playwright.sync_api import Page, expect
from rdkit import Chem
from rdkit.Chem import AllChem

import engine
from engine.formats.stored import result_to_bytes
from tests.browser.page import Dashboard

PATIENCE_MS = 120_000
"""A worker process imports everything before its first answer, on a machine that is busy."""


@pytest.fixture
def dashboard(quiet_page: Page) -> Dashboard:
    return Dashboard(quiet_page)


@pytest.fixture
def shown(dashboard: Dashboard, address: str) -> Page:
    dashboard.open(address, "methane")
    return dashboard.page


def understood(page: Page):
    return page.locator(".understood")


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def give_text(page: Page, text: str) -> None:
    page.get_by_label("SMILES, or the content of a file").fill(text)
    page.get_by_role("button", name="Read it").click()


def upload(page: Page, path: Path) -> None:
    page.locator(".dropper input[type=file]").set_input_files(path)


def test_the_library_is_searched_and_walked_with_the_keyboard(shown):
    page = shown
    search = page.get_by_label("Search the library")
    search.fill("linear")
    items = page.get_by_role("option")
    carbon_dioxide = items.filter(has=page.get_by_text("Carbon dioxide", exact=True))
    expect(carbon_dioxide).to_be_visible()
    search.fill("co2")
    search.press("Enter")
    expect(page.get_by_text("CO₂ · D∞h")).to_be_visible(timeout=PATIENCE_MS)
    search.fill("")
    page.get_by_role("button", name="Crystals").click()
    expect(items.filter(has=page.get_by_text("Silicon", exact=True))).to_be_visible()
    expect(items.filter(has=page.get_by_text("Methane", exact=True))).to_be_hidden()
    search.fill("no such thing")
    expect(page.get_by_text("Nothing in the library fits")).to_be_visible()
    search.press("Escape")
    page.get_by_role("group", name="Show").get_by_role("button", name="All").click()
    expect(carbon_dioxide).to_have_attribute("aria-selected", "true")
    search.press("ArrowDown")
    search.press("Enter")
    expect(carbon_dioxide).to_have_attribute("aria-selected", "false")


def test_a_crystal_from_a_file_is_understood_computed_and_shown(dashboard, shown, tmp_path):
    page = shown
    write(tmp_path / "mine.cif", bulk("Si", cubic=True))
    open_tab(page, "Open")
    upload(page, tmp_path / "mine.cif")
    expect(understood(page)).to_contain_text("Fd-3m (227)", timeout=PATIENCE_MS)
    expect(understood(page)).to_contain_text("8 atoms given, the primitive cell has 2")
    expect(understood(page)).to_contain_text("2.351 Å (Si–Si)")
    page.get_by_role("button", name="Choose a model and compute").click()
    plan = page.locator(".plan")
    expect(plan).to_contain_text("What will be done", timeout=PATIENCE_MS)
    expect(plan).to_contain_text("crystals")
    expect(plan).to_contain_text("nequix-oam-1-pft is more accurate")
    page.get_by_role("button", name="Compute", exact=True).click()
    jobs = page.locator(".jobs")
    expect(jobs).to_contain_text("mine.cif")
    expect(jobs).to_contain_text("relaxed: atoms did not move", timeout=PATIENCE_MS)
    expect(page.get_by_text("Si · Fd-3m (227)")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".status-line")).to_contain_text("crystals")
    expect(dashboard.caption).to_contain_text("T2g")

    # The same question again is answered at once.
    page.get_by_role("button", name="Compute", exact=True).click()
    expect(jobs.get_by_text("known already")).to_be_visible()


def test_a_smiles_is_computed_by_the_bundled_model_which_says_how_well_it_knows_it(shown):
    page = shown
    open_tab(page, "Open")
    give_text(page, "CO")
    expect(understood(page)).to_contain_text("CH₄O", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Choose a model and compute").click()
    expect(page.locator(".plan")).to_contain_text("molecules", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Compute", exact=True).click()
    expect(page.locator(".status")).to_contain_text("Model: molecules", timeout=PATIENCE_MS)
    expect(page.locator(".tabulator-row")).to_have_count(12)
    open_tab(page, "Trust")
    check = page.locator(".trust .check", has_text="Distance from what the model has learnt")
    expect(check).to_contain_text("Of the strangest atom")


def test_an_unstable_mode_is_followed_to_the_structure_it_leads_to(shown):
    """Planar ammonia goes through its umbrella to the pyramid."""
    page = shown
    open_tab(page, "Open")
    give_text(page, "4\n\nN 0 0 0\nH 1.0 0 0\nH -0.5 0.866 0\nH -0.5 -0.866 0\n")
    expect(understood(page)).to_contain_text("D3h", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Choose a model and compute").click()
    page.get_by_role("button", name="Compute", exact=True).click()
    expect(page.locator(".shown")).to_contain_text("D3h", timeout=PATIENCE_MS)
    page.locator(".tabulator-row").first.click()
    expect(page.locator(".mode-caption")).to_contain_text("unstable")
    page.get_by_role("button", name="Follow").click()
    expect(page.locator(".compute-panel")).to_contain_text("Displaced by up to 0.30 Å")
    page.get_by_role("button", name="Compute", exact=True).click()
    expect(page.locator(".shown")).to_contain_text("C3v", timeout=PATIENCE_MS)
    expect(page.locator(".status-line")).to_contain_text("no imaginary frequency")


def test_files_of_molecules_are_understood(shown, tmp_path):
    page = shown
    ethanol = Chem.AddHs(Chem.MolFromSmiles("CCO"))
    AllChem.EmbedMolecule(ethanol, randomSeed=1)
    Chem.MolToMolFile(ethanol, str(tmp_path / "ethanol.mol"))
    Chem.MolToPDBFile(ethanol, str(tmp_path / "alcohol.pdb"))
    with Chem.SDWriter(str(tmp_path / "many.sdf")) as file:
        file.write(ethanol)
    open_tab(page, "Open")
    for name in ("ethanol.mol", "alcohol.pdb", "many.sdf"):
        upload(page, tmp_path / name)
        expect(understood(page)).to_contain_text(name, timeout=PATIENCE_MS)
        expect(understood(page)).to_contain_text("C₂H₆O")
        expect(understood(page).get_by_role("alert")).to_have_count(0)


def test_a_link_to_a_result_of_ones_own_opens_it_again(dashboard, address, shown, tmp_path):
    page = shown
    stored = result_to_bytes(engine.entry("diatomic-chain").result())
    (tmp_path / "chain.npz").write_bytes(stored)
    open_tab(page, "Open")
    upload(page, tmp_path / "chain.npz")
    expect(understood(page)).to_contain_text("is shown", timeout=PATIENCE_MS)
    dashboard.eventually(lambda: "result=" in page.url)
    caption = dashboard.caption.inner_text()
    link = page.url
    dashboard.open(address, "methane")
    page.goto(link)
    expect(dashboard.caption).to_have_text(caption, timeout=PATIENCE_MS)
    page.goto(re.sub("result=.{4}", "result=0000", link))
    alert = page.locator(".MuiAlert-root")
    expect(alert).to_contain_text("The result is not on this server", timeout=PATIENCE_MS)


def test_what_is_wrong_is_told_in_place_and_the_page_goes_on(shown, tmp_path):
    page = shown
    open_tab(page, "Open")
    (tmp_path / "wrong.cif").write_text("this is no crystal")
    upload(page, tmp_path / "wrong.cif")
    expect(understood(page).get_by_role("alert")).to_contain_text("wrong.cif", timeout=PATIENCE_MS)
    give_text(page, "C(C")
    expect(understood(page).get_by_role("alert")).to_contain_text("has no counterpart")
    give_text(page, "CCO")
    expect(understood(page)).to_contain_text("C₂H₆O")
    expect(understood(page)).to_contain_text("MMFF94")
    give_text(page, "3\n\nO 0 0 0.12\nH 0 0.76 -0.48\nH 0 -0.76 -0.48\n")
    expect(understood(page)).to_contain_text("H₂O")
    expect(understood(page)).to_contain_text("C2v")


def test_a_model_that_does_not_cover_the_elements_says_so(shown):
    page = shown
    open_tab(page, "Compute")
    expect(page.locator(".plan")).to_contain_text("What will be done", timeout=PATIENCE_MS)
    page.locator(".models").get_by_role("combobox").click()
    # What the list of a select calls its lines is the component's affair.
    line = page.get_by_role("menuitem", name="stillinger-weber")
    line.or_(page.get_by_role("option", name="stillinger-weber")).first.click()
    expect(page.locator(".plan")).to_contain_text("does not cover H, C")
    expect(page.get_by_role("button", name="Compute", exact=True)).to_be_disabled()


def test_a_running_job_is_cancelled(shown, tmp_path):
    page = shown
    atoms = molecule("C6H6")
    write(tmp_path / "many.xyz", atoms)
    open_tab(page, "Open")
    upload(page, tmp_path / "many.xyz")
    expect(understood(page)).to_contain_text("D6h", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Choose a model and compute").click()
    expect(page.locator(".plan")).to_contain_text("What will be done", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Compute", exact=True).click()
    jobs = page.locator(".jobs")
    jobs.get_by_role("button", name="Cancel").click()
    expect(jobs).to_contain_text("cancelled")
    expect(jobs.get_by_role("button", name="Cancel")).to_be_hidden()
    jobs.get_by_label("Take many.xyz off the list").click()
    expect(jobs).to_be_hidden()
