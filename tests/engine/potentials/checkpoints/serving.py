"""A file server on this machine that can be slow to the end: it breaks off where it is told to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread


class Server:
    """Serves one content at every address.

    Attributes
    ----------
    content : what is served.
    stop_after : how many bytes of the content leave the server before it hangs up; None: all.
    stall : it falls silent there instead, until this is set.
    ranges : whether it honours the header Range.
    status : what it answers, if not 200 or 206.
    asked : the Range of each request, None where it asks for the whole.
    address : where it is.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.stop_after: int | None = None
        self.stall: Event | None = None
        self.ranges = True
        self.status: int | None = None
        self.asked: list[str | None] = []
        self.address = ""


@contextmanager
def serving(content: bytes) -> Iterator[Server]:
    """A server on a free port of this machine, stopped at the end."""
    state = Server(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            state.asked.append(asked)
            if state.status is not None:
                self.send_error(state.status)
                return
            match = re.fullmatch(r"bytes=(\d+)-", asked or "") if state.ranges else None
            start = int(match[1]) if match else 0
            self.send_response(206 if match else 200)
            if match:
                size = len(state.content)
                self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
            self.send_header("Content-Length", str(len(state.content) - start))
            self.end_headers()
            self.wfile.write(state.content[start : state.stop_after])
            if state.stall is not None:
                self.wfile.flush()
                state.stall.wait()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write_catalogue(path: Path, address: str, sha256: str, size: int, name: str = "tiny") -> Path:
    """A catalogue of one model."""
    path.write_text(
        f'[[model]]\nname = "{name}"\naddress = "{address}"\nsha256 = "{sha256}"\nsize = {size}\n'
        'elements = 2\ncovers = "salt"\ntraining_data = "made up"\nlicence = "CC0"\n'
        'reference = "nobody (2026)"\n',
        encoding="utf-8",
    )
    return path


def tiny_nequix() -> bytes:
    """A nequix checkpoint of two elements with random weights."""
    import io
    import json

    import numpy as np

    config = {
        "atomic_numbers": [11, 17], "cutoff": 4.0, "n_layers": 1, "hidden_irreps": "4x0e",
        "lmax": 0, "radial_basis_size": 4, "radial_mlp_size": 4, "radial_mlp_layers": 1,
        "radial_polynomial_p": 6.0, "avg_n_neighbors": 6.0, "index_weights": False,
        "layer_norm": True, "scale": 1.0, "shift": 0.0, "mlp_init_scale": 4.0,
    }  # fmt: skip
    file = io.BytesIO()
    file.write(json.dumps(config).encode() + b"\n")
    rng = np.random.default_rng(0)
    # In the order of the file: reference energies; radial network, linear 1 and 2, skip, norm of
    # the layer; readout.
    for shape in [(2,), (4, 4), (4, 2), (2, 2), (2, 4), (2, 4), (4,), (4, 1)]:
        np.save(file, rng.normal(size=shape).astype(np.float32))
    return file.getvalue()
