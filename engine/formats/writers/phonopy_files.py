"""Phonons for phonopy, and for the programs that read its files."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from phonopy.phonon.band_structure import BandStructure

from engine.formats.writers.content import Content
from engine.phonons import Bands, Phonons


def phonopy_params(content: Content) -> str:
    """Cells and force constants, with Born charges where there are any (``phonopy.load``)."""
    ph = _phonons(content).phonopy
    settings = {"force_constants": True, "displacements": False, "force_sets": False}
    return _written(content, lambda path: ph.save(path, settings=settings))


def band_yaml(content: Content) -> str:
    """Bands with eigenvectors: phonopy's band.yaml, which phononwebsite animates."""
    ph = _phonons(content).phonopy
    assert content.bands is not None and ph.dynamical_matrix is not None
    paths, labels, connections = pieces(content.bands)
    bands = BandStructure(
        paths,
        ph.dynamical_matrix,
        with_eigenvectors=True,
        path_connections=connections,
        labels=labels,
        factor=ph.unit_conversion_factor,
    )
    return _written(content, lambda path: bands.write_yaml(filename=path))


def pieces(bands: Bands) -> tuple[list[np.ndarray], list[str], list[bool]]:
    """Straight pieces of the path, their names, and whether each is continued by the next."""
    marks = list(bands.labels)
    if marks[0][1] != 0 or marks[-1][1] != len(bands.q) - 1:  # a path of the user's own
        return [bands.q], [], [False]
    paths: list[np.ndarray] = []
    labels: list[str] = []
    connections: list[bool] = []
    for (name, first), (next_name, last) in pairwise(marks):
        if np.isclose(bands.distance[first], bands.distance[last]):  # the path jumps
            if connections:
                connections[-1] = False
            continue
        if not labels or not connections[-1]:
            labels.append(name)
        labels.append(next_name)
        paths.append(bands.q[first : last + 1])
        connections.append(True)
    connections[-1] = False
    return paths, labels, connections


def _phonons(content: Content) -> Phonons:
    assert isinstance(content.result, Phonons)  # the catalogue offers it for these only
    return content.result


def _written(content: Content, write: Callable[[str], object]) -> str:
    """What phonopy writes to a file, with the provenance before it as a comment of YAML."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "phonopy.yaml"
        write(str(path))
        return f"# {content.line}\n{path.read_text()}"
