"""Answers are kept, found again, shared, and make room for newer ones."""

from __future__ import annotations

import os

from engine.jobs.store import Store, cache_folder


def test_what_is_put_is_found_by_another(tmp_path):
    Store(tmp_path).put("abcd", b"content")
    other = Store(tmp_path)
    assert other.get("abcd") == b"content"
    assert other.get("efgh") is None
    other.drop("abcd")
    other.drop("abcd")
    assert Store(tmp_path).get("abcd") is None


def test_those_not_asked_for_longest_make_room(tmp_path):
    store = Store(tmp_path, limit_bytes=1000)
    for i in range(9):
        store.put(f"k{i}", bytes(100))
        os.utime(store._path(f"k{i}"), (i, i))
    assert store.get("k0") is not None  # asked for just now
    store.put("k9", bytes(100))
    store.put("k10", bytes(100))
    kept = [key for key in (f"k{i}" for i in range(11)) if store._path(key).exists()]
    assert kept == ["k0", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "k10"]


def test_a_store_that_cannot_be_written_loses_nothing_else(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file")
    store.put("abcd", b"content")
    store.remember({"model": "x"})
    assert store.get("abcd") is None and store.runs() == []
    assert "not kept" in caplog.text


def test_runs_are_remembered_and_damaged_lines_are_not(tmp_path):
    store = Store(tmp_path)
    store.remember({"model": "a", "seconds": 1})
    with (tmp_path / "runs.jsonl").open("a") as file:
        file.write('{"model": "b", "sec\n17\n')
    store.remember({"model": "c"})
    assert [run["model"] for run in Store(tmp_path).runs()] == ["a", "c"]


def test_the_file_of_runs_does_not_grow_for_ever(tmp_path):
    store = Store(tmp_path)
    for i in range(1500):
        store.remember({"number": i, "text": "x" * 300})
    assert (tmp_path / "runs.jsonl").stat().st_size < 500_000
    assert store.runs()[-1]["number"] == 1499


def test_the_folder_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("PHONOSCOPE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path == Store().folder
