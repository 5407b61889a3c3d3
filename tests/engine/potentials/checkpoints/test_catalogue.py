"""Downloads, from a file server on this machine."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from threading import Event
from time import monotonic
from urllib.parse import urlsplit

import pytest

from engine import PhonoscopeError, load_model
from engine.potentials.checkpoints.catalogue import catalogue, published, published_with
from engine.potentials.checkpoints.download import TIMEOUT_S, download, downloaded_bytes, fetch
from engine.potentials.checkpoints.native import read_description
from tests.engine.potentials.checkpoints.serving import serving, tiny_nequix, write_catalogue

SHARED = Path(__file__).parents[5] / "shared/reference/nequix"
CONTENT = tiny_nequix()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server(tmp_path, monkeypatch):
    with serving(CONTENT) as server:
        address = f"{server.address}/models/tiny.nqx"
        path = write_catalogue(tmp_path / "catalogue.toml", address, SHA256, len(CONTENT))
        monkeypatch.setenv("PHONOSCOPE_CATALOGUE", str(path))
        monkeypatch.setenv("PHONOSCOPE_MODELS", str(tmp_path / "models"))
        yield server


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_a_fetched_model_is_known_by_name(server, tmp_path, capsys):
    folder, potential, is_new = fetch("tiny")
    assert (folder, is_new) == (tmp_path / "models" / "tiny", True)
    assert names(tmp_path / "models") == ["tiny"]  # and nothing of the download is left
    assert (potential.name, potential.reference) == ("tiny", "nobody (2026)")
    assert load_model("tiny").elements == {11, 17}
    description = read_description(folder)
    assert (description["licence"], description["training_data"]) == ("CC0", "made up")
    assert description["source"] == {"file": "tiny.nqx", "sha256": SHA256, "format": "nequix"}
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")  # no bar where there is no terminal


def test_what_is_there_is_not_fetched_again(server):
    fetch("tiny")
    requests = len(server.asked)
    folder, potential, is_new = fetch("tiny")
    assert (potential.name, folder.name, is_new) == ("tiny", "tiny", False)
    assert len(server.asked) == requests


def test_another_folder(server, tmp_path):
    folder, _, is_new = fetch("tiny", tmp_path / "elsewhere")
    assert (folder, is_new) == (tmp_path / "elsewhere" / "tiny", True)
    assert not (tmp_path / "models").exists()
    assert load_model(folder).name == "tiny"


def test_a_broken_download_goes_on_where_it_stopped(server):
    half = len(CONTENT) // 2
    server.stop_after = half
    with pytest.raises(PhonoscopeError, match=f"broke after {half} of {len(CONTENT)} bytes"):
        fetch("tiny")
    server.stop_after = None
    _, potential, _ = fetch("tiny")
    assert potential.name == "tiny"
    assert server.asked == [None, f"bytes={half}-"]


def test_a_download_that_is_given_up_goes_on_later(server):
    with pytest.raises(PhonoscopeError, match="given up"):
        fetch("tiny", stop=lambda: True)
    _, _, downloaded = fetch("tiny", stop=lambda: False)
    assert downloaded


def test_giving_up_does_not_wait_for_a_server_that_fell_silent(server, tmp_path):
    """What had come is kept; a server that says nothing at all is left as soon."""
    place, server.stop_after, server.stall = tmp_path / "models", 100, Event()
    model = published("tiny")

    def has_come() -> bool:
        return downloaded_bytes(model, place) == 100

    start = monotonic()
    with pytest.raises(PhonoscopeError, match="given up"):
        fetch("tiny", place, stop=has_come)
    assert monotonic() - start < TIMEOUT_S / 3
    server.stall.set()
    server.stop_after = server.stall = None
    assert fetch("tiny", place)[2]
    assert server.asked == [None, "bytes=100-"]


def test_a_server_without_ranges_starts_anew(server):
    server.stop_after, server.ranges = 100, False
    with pytest.raises(PhonoscopeError, match="broke after 100"):
        fetch("tiny")
    server.stop_after = None
    assert fetch("tiny")[2]
    assert server.asked == [None, "bytes=100-"]


def test_a_download_goes_on_at_another_server(server, tmp_path, monkeypatch):
    """What came is known by the checksum that is wanted, not by the address."""
    server.stop_after = 100
    with pytest.raises(PhonoscopeError):
        fetch("tiny")
    with serving(CONTENT) as other:
        path = write_catalogue(
            tmp_path / "other.toml", f"{other.address}/tiny.nqx", SHA256, len(CONTENT)
        )
        monkeypatch.setenv("PHONOSCOPE_CATALOGUE", str(path))
        assert fetch("tiny")[2]
        assert other.asked == ["bytes=100-"]


def test_another_file_is_removed(server, tmp_path):
    server.content = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    with pytest.raises(PhonoscopeError, match=r"not the one that was published(.|\n)*removed"):
        fetch("tiny")
    left = [path for path in (tmp_path / "models").rglob("*") if path.is_file()]
    assert left == []
    server.content = CONTENT
    assert fetch("tiny")[2]


def test_a_wrong_beginning_is_found_out(server):
    """A part that belongs to another file does not spoil the next attempt."""
    server.content, server.stop_after = bytes(len(CONTENT)), 100
    with pytest.raises(PhonoscopeError, match="broke after"):
        fetch("tiny")
    server.content, server.stop_after = CONTENT, None
    with pytest.raises(PhonoscopeError, match="removed"):
        fetch("tiny")
    assert fetch("tiny")[2]


def test_errors_of_the_server_are_told(server):
    server.status = 404
    with pytest.raises(PhonoscopeError, match="the server answers 404") as caught:
        fetch("tiny")
    assert f"{server.address}/models/tiny.nqx" in caught.value.why
    assert "by hand" in caught.value.fix


def test_offline_is_told_with_the_address(tmp_path, monkeypatch):
    with serving(CONTENT) as gone:
        address = f"{gone.address}/tiny.nqx"
    path = write_catalogue(tmp_path / "catalogue.toml", address, SHA256, len(CONTENT))
    monkeypatch.setenv("PHONOSCOPE_CATALOGUE", str(path))
    with pytest.raises(PhonoscopeError, match="could not be downloaded") as caught:
        download(published("tiny"), tmp_path / "downloads")
    assert address in caught.value.why
    assert "Errno" in caught.value.why or "refused" in caught.value.why
    assert "models import" in caught.value.fix


def test_a_file_that_cannot_be_read_is_kept_for_another_attempt(server, tmp_path, monkeypatch):
    nonsense = b"{}\n"
    server.content = nonsense
    path = write_catalogue(
        tmp_path / "nonsense.toml",
        f"{server.address}/tiny.nqx",
        hashlib.sha256(nonsense).hexdigest(),
        len(nonsense),
    )
    monkeypatch.setenv("PHONOSCOPE_CATALOGUE", str(path))
    for _ in range(2):
        with pytest.raises(PhonoscopeError, match="nequix checkpoint"):
            fetch("tiny")
    assert len(server.asked) == 1
    assert not (tmp_path / "models" / "tiny").exists()


def test_another_model_of_that_name_is_left_alone(server, tmp_path, monkeypatch):
    fetch("tiny")
    path = write_catalogue(tmp_path / "newer.toml", f"{server.address}/t.nqx", "0" * 64, 10)
    monkeypatch.setenv("PHONOSCOPE_CATALOGUE", str(path))
    with pytest.raises(PhonoscopeError, match="another model of that name"):
        fetch("tiny")


def test_unknown_names_are_told():
    with pytest.raises(PhonoscopeError, match=r"did you mean .*nequix-oam-1-pft"):
        published("nequix-oam-1")
    with pytest.raises(PhonoscopeError, match=r"it lists nequix-mp-1, "):
        published("xyzzy")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[model]\n", "line 1"),
        ('[[model]]\nname = "x"\n', "model 1 lacks address"),
        ("[[model]]\nname = 3\n", "model 1 lacks"),
        ("model = 3\n", "cannot be read"),
        (None, "No such file"),
    ],
)
def test_wrong_catalogues_are_told(text, said, tmp_path, monkeypatch):
    path = tmp_path / "catalogue.toml"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("PHONOSCOPE_CATALOGUE", str(path))
    with pytest.raises(PhonoscopeError, match=said):
        catalogue()


def test_the_catalogue_that_ships_is_complete(monkeypatch):
    monkeypatch.delenv("PHONOSCOPE_CATALOGUE", raising=False)
    models = catalogue()
    assert len({model.name for model in models}) == len({m.sha256 for m in models}) == len(models)
    for model in models:
        assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
        assert urlsplit(model.address).scheme == "https"
        assert Path(model.file).suffix in (".nqx", ".model")
        assert model.size > 1e6
        assert model.covered is not None
        assert len(model.covered) == model.elements
        # A branch may move; a commit or a release does not.
        assert re.search(r"/raw/[0-9a-f]{40}/|/releases/download/", model.address)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no reference models in {SHARED}")
@pytest.mark.parametrize("name", ["nequix-mp-1", "nequix-mp-1-pft", "nequix-oam-1-pft"])
def test_checksums_are_those_of_the_published_files(name, monkeypatch):
    monkeypatch.delenv("PHONOSCOPE_CATALOGUE", raising=False)
    content = (SHARED / f"{name}.nqx").read_bytes()
    model = published_with(hashlib.sha256(content).hexdigest())
    assert model is not None
    assert (model.name, model.file, model.size) == (name, f"{name}.nqx", len(content))
    assert model.covered == set(json.loads(content.split(b"\n", 1)[0])["atomic_numbers"])
