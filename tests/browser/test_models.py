"""A model is downloaded on the page: from a server on this machine, which is in no hurry."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import jax
import numpy as np
import pytest
from playwright.sync_api import expect

from engine.potentials.checkpoints.catalogue import VARIABLE as CATALOGUE_VARIABLE
from engine.potentials.checkpoints.places import VARIABLE as MODELS_VARIABLE
from engine.potentials.nequip import NequIPConfig, initial_parameters
from tests.browser.conftest import served
from tests.browser.page import Dashboard
from tests.browser.test_open import open_tab

CONFIG = NequIPConfig(atomic_numbers=(1, 6), n_layers=2, hidden_irreps="192x0e + 96x1o", lmax=1)
CATALOGUE = """
[[model]]
name = "from-here"
address = "http://127.0.0.1:{port}/from-here.nqx"
sha256 = "{sha256}"
size = {size}
elements = 2
which = "H C"
covers = "hydrocarbons, badly"
training_data = "none"
licence = "CC0"
reference = "random numbers"
"""
PIECE, PAUSE_S = 1 << 15, 0.3


def nequix_file() -> bytes:
    """A network of random weights as nequix writes it (engine.potentials.checkpoints.nequix)."""
    header = {
        "atomic_numbers": CONFIG.atomic_numbers,
        "cutoff": CONFIG.cutoff_A,
        "n_layers": CONFIG.n_layers,
        "hidden_irreps": CONFIG.hidden_irreps,
        "lmax": CONFIG.lmax,
        "radial_basis_size": CONFIG.n_basis,
        "radial_mlp_size": CONFIG.radial_width,
        "radial_mlp_layers": CONFIG.radial_layers,
        "radial_polynomial_p": CONFIG.envelope_p,
        "avg_n_neighbors": CONFIG.average_neighbours,
        "index_weights": CONFIG.skip_per_species,
        "layer_norm": CONFIG.layer_norm,
        "scale": CONFIG.scale_eV,
        "shift": CONFIG.shift_eV,
        "mlp_init_scale": CONFIG.radial_init_scale,
    }
    parameters = initial_parameters(CONFIG, 0)
    weights = [parameters["reference_energies"]]
    for layer in (parameters[f"layer_{i}"] for i in range(CONFIG.n_layers)):
        for part in ("radial", "linear_1", "linear_2", "skip", "norm"):
            for name in layer:
                if name.startswith(part):
                    weights += jax.tree.leaves(layer[name])
    weights += jax.tree.leaves(parameters["readout"])
    file = io.BytesIO()
    file.write(json.dumps(header).encode() + b"\n")
    for weight in weights:
        np.save(file, np.asarray(weight))
    return file.getvalue()


class Shop:
    """Serves one file, slowly until told to hurry; remembers where it was asked to begin."""

    def __init__(self, content: bytes) -> None:
        shop, self.content, self.hurry, self.begun = self, content, Event(), []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.headers.get("Range", "bytes=0-")
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                shop.begun.append(start)
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                try:
                    for at in range(start, len(content), PIECE):
                        self.wfile.write(content[at : at + PIECE])
                        if not shop.hurry.is_set():
                            time.sleep(PAUSE_S)
                except ConnectionError:  # whoever asked has gone
                    return

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    shop = Shop(nequix_file())
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def address_of_customer(shop: Shop, models: Path) -> Iterator[str]:
    """A dashboard whose catalogue lists what the shop has."""
    checksum = hashlib.sha256(shop.content).hexdigest()
    catalogue = models / "catalogue.toml"
    catalogue.write_text(CATALOGUE.format(port=shop.port, sha256=checksum, size=len(shop.content)))
    environment = {CATALOGUE_VARIABLE: str(catalogue), MODELS_VARIABLE: str(models / "kept")}
    with served(models / "log", **environment) as url:
        yield url


def test_a_download_is_given_up_and_taken_up_again(
    quiet_page, address_of_customer, shop, models
) -> None:
    page = Dashboard(quiet_page).open(address_of_customer, "methane").page
    open_tab(page, "Compute")
    page.locator(".models").get_by_role("combobox").click()
    # What the list of a select calls its lines is the component's affair.
    line = page.get_by_role("menuitem", name="from-here")
    line.or_(page.get_by_role("option", name="from-here")).first.click()
    card = page.locator(".card").filter(has_text="hydrocarbons, badly")
    expect(card).to_contain_text("CC0")
    expect(page.get_by_role("button", name="Compute", exact=True)).to_be_disabled()

    page.get_by_role("button", name="Download (0.7 MB)").click()
    bar = page.get_by_role("progressbar").last
    expect(bar).to_be_visible()
    part = models / "kept" / ".downloads"
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Cancel", exact=True).click()
    again = page.get_by_role("button", name="Download (0.7 MB)")
    expect(again).to_be_enabled()
    assert [file.suffix for file in part.rglob("*.nqx*")] == [".part"]
    assert not (models / "kept" / "from-here").exists()

    shop.hurry.set()
    again.click()
    expect(again).to_be_hidden()
    assert shop.begun[0] == 0 and shop.begun[-1] > 0
    assert (models / "kept" / "from-here" / "model.json").is_file() and not part.exists()
    expect(page.get_by_role("button", name="Compute", exact=True)).to_be_enabled()
