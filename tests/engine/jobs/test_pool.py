"""Worker processes come and go with the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.jobs.pool import VARIABLE, Pool, workers_wanted

SERVER = """
import sys, time
from engine.jobs.pool import Pool
pool = Pool(1)
pool.warm()
while not pool.process_ids:
    time.sleep(0.01)
print(pool.process_ids[0], flush=True)
time.sleep(60)
"""


def alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_ends_with_its_server_however_that_ends(end):
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    worker = int(server.stdout.readline())
    assert alive(worker)
    os.kill(server.pid, end)
    server.wait()
    server.stdout.close()
    deadline = time.monotonic() + 30  # it may still be importing
    while alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(worker)


def test_a_pool_starts_nothing_before_it_is_asked():
    pool = Pool(2)
    assert pool.process_ids == []
    pool.close()


@pytest.mark.parametrize(("said", "meant"), [(None, 1), ("3", 3), ("0", 1), ("many", 1)])
def test_how_many_workers(monkeypatch, said, meant):
    if said is None:
        monkeypatch.delenv(VARIABLE, raising=False)
    else:
        monkeypatch.setenv(VARIABLE, said)
    assert workers_wanted() == meant
    assert Pool().size == meant
