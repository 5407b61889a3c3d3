"""Where the relaxation of a molecule of the library starts: with its symmetry, nearly at rest.

A start that has the symmetry keeps it, and one whose axes lie along x, y and z lets electric fields
share their answers (:func:`engine.reference.kohn_sham.field_derivatives`).
"""

from __future__ import annotations

import itertools

import ase.build
import ase.io
import numpy as np
from ase import Atoms
from ase.collections import g2
from jaxtyping import Float

from engine.errors import PhonoscopeError

# fmt: off
G2_NAME = {
    "acetylene": "C2H2", "allene": "C3H4_D2d", "ammonia": "NH3", "benzene": "C6H6",
    "boron-trifluoride": "BF3", "carbon-dioxide": "CO2", "carbon-monoxide": "CO",
    "ethane": "C2H6", "ethene": "C2H4", "formaldehyde": "H2CO", "hydrogen": "H2",
    "hydrogen-chloride": "HCl", "hydrogen-cyanide": "HCN", "hydrogen-peroxide": "H2O2",
    "methane": "CH4", "methanol": "CH3OH", "nitrogen": "N2", "nitrous-oxide": "N2O",
    "sulfur-dioxide": "SO2", "tetrachloromethane": "CCl4", "tetrafluoromethane": "CF4",
    "water": "H2O",
}
"""Library name -> name in ase's G2 collection, whose geometries have exact symmetry."""
# fmt: on

CENTRE = [(0.0, 0.0, 0.0)]
TETRAHEDRON = np.array([[1, 1, 1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1]])

Points = Float[np.ndarray, "atoms 3"]


def starting_structure(name: str) -> Atoms:
    """The geometry for a library name, a name of ase's G2 collection or an xyz file.

    Raises
    ------
    PhonoscopeError
        if it is none of these, or no closed-shell molecule.
    """
    if name.endswith(".xyz"):
        try:
            atoms = ase.io.read(name)
        except (OSError, ValueError, LookupError) as error:
            raise PhonoscopeError(f"cannot read {name}", str(error), "Mend the file.") from error
        assert isinstance(atoms, Atoms)
    elif name in _BUILT:
        atoms = _BUILT[name]
    elif G2_NAME.get(name, name) in g2.names:
        atoms = ase.build.molecule(G2_NAME.get(name, name))
    else:
        why = "it is no name of the library or of ase's G2 collection and no .xyz file"
        fix = f"Give such a file or one of: {', '.join(sorted([*G2_NAME, *_BUILT]))}."
        raise PhonoscopeError(f"unknown molecule {name!r}", why, fix)
    obstacles = {
        "a single atom has no vibrations": len(atoms) < 2,
        "it is periodic": atoms.pbc.any(),
        "it is an open shell": atoms.numbers.sum() % 2 or any(atoms.get_initial_magnetic_moments()),
        "there is no basis set beyond Rn": max(atoms.numbers, default=0) > 86,
    }
    for why in (why for why, present in obstacles.items() if present):
        fix = "Choose a neutral closed-shell molecule of H to Rn."
        raise PhonoscopeError(f"no reference for {name}", why, fix)
    return atoms.copy()


def origin(name: str) -> str:
    """Where the start comes from, in words for the provenance."""
    if name.endswith(".xyz"):
        return name.rsplit("/", 1)[-1]
    if name == "buckminsterfullerene":
        return "ase, C60"
    if name in _BUILT:
        return "a geometry with the symmetry, from bond lengths and angles"
    return f"ase G2 {G2_NAME.get(name, name)}"


def _ring(n: int, radius: float, height: float = 0.0, turned: float = 0.0) -> Points:
    """Corners of a regular polygon about z; `turned` in parts of a corner."""
    angle = 2 * np.pi * (np.arange(n) + turned) / n
    return np.transpose([radius * np.cos(angle), radius * np.sin(angle), np.full(n, height)])


def _signs(*places: tuple[float, float, float]) -> Points:
    """Places with every combination of signs, each once."""
    signs = np.array(list(itertools.product((1, -1), repeat=3)))
    return np.unique(np.concatenate([signs * place for place in places]) + 0.0, axis=0)


def _octahedron(distance: float) -> Points:
    return np.concatenate([np.eye(3), -np.eye(3)]) * distance


def _cage() -> Points:
    """Adamantane: four CH on the corners of a tetrahedron, six CH2 above its edges."""
    bridges, hydrogens = [], []
    for axis, sign in itertools.product(np.eye(3), (1, -1)):
        one, other = TETRAHEDRON[TETRAHEDRON @ axis == sign]
        aside = 0.62 * np.cross(axis, (one - other) / 2)
        bridges.append(1.78 * sign * axis)
        hydrogens += [2.42 * sign * axis + aside, 2.42 * sign * axis - aside]
    return np.concatenate([0.893 * TETRAHEDRON, bridges, 1.523 * TETRAHEDRON, hydrogens])


def _atoms(symbols: str, *places: Points | list[tuple[float, float, float]]) -> Atoms:
    return Atoms(symbols, positions=np.concatenate([np.reshape(p, (-1, 3)) for p in places]))


_BUILT: dict[str, Atoms] = {
    "phosphorus": _atoms("P4", 0.785 * TETRAHEDRON),
    "sulfur-hexafluoride": _atoms("SF6", CENTRE, _octahedron(1.58)),
    "xenon-tetrafluoride": _atoms("XeF4", CENTRE, _octahedron(1.97)[[0, 3, 1, 4]]),
    "phosphorus-pentafluoride": _atoms(
        "PF5", CENTRE, _ring(3, 1.56), [(0, 0, 1.60), (0, 0, -1.60)]
    ),
    "diborane": _atoms(
        "B2H6",
        _signs((0.0, 0.0, 0.885)),
        _signs((0.975, 0.0, 0.0)),
        _signs((0.0, 1.04, 1.46)),
    ),
    "cis-1,2-dichloroethene": _atoms(
        "C2Cl2H2",
        [(0, 0.667, 0), (0, -0.667, 0)],
        [(1.42, 1.66, 0), (1.42, -1.66, 0)],
        [(-0.94, 1.22, 0), (-0.94, -1.22, 0)],
    ),
    "trans-1,2-dichloroethene": _atoms(
        "C2Cl2H2",
        [(0, 0.665, 0), (0, -0.665, 0)],
        [(1.48, 1.56, 0), (-1.48, -1.56, 0)],
        [(-0.92, 1.25, 0), (0.92, -1.25, 0)],
    ),
    "bromochlorofluoromethane": _atoms(
        "CHFClBr",
        CENTRE,
        np.diag([1.09, 1.36, 1.77, 1.94]) @ TETRAHEDRON / np.sqrt(3),
    ),
    "formamide": _atoms(  # flat
        "CONH3",
        [(0.16, 0.39, 0), (1.20, -0.25, 0), (-1.09, -0.16, 0)],
        [(0.16, 1.50, 0), (-1.94, 0.39, 0), (-1.14, -1.17, 0)],
    ),
    "sulfur-ring": _atoms("S8", _ring(4, 2.35, 0.50), _ring(4, 2.35, -0.50, 0.5)),
    "cubane": _atoms("C8H8", _signs((0.785, 0.785, 0.785)), _signs((1.41, 1.41, 1.41))),
    "cyclohexane": _atoms(  # the chair
        "C6H12",
        *(_ring(3, 1.46, sign * 0.24, (1 - sign) / 4) for sign in (1, -1)),
        *(_ring(3, 1.49, sign * 1.35, (1 - sign) / 4) for sign in (1, -1)),
        *(_ring(3, 2.50, sign * -0.13, (1 - sign) / 4) for sign in (1, -1)),
    ),
    "adamantane": _atoms("C10H16", _cage()),
    "biphenyl": ase.build.molecule("biphenyl"),
    "naphthalene": _atoms(
        "C10H8",
        _signs((0.0, 0.715, 0.0), (2.43, 0.705, 0.0), (1.245, 1.40, 0.0)),
        _signs((3.37, 1.245, 0.0), (1.24, 2.49, 0.0)),
    ),
    "ferrocene": _atoms(  # its rings face each other
        "FeC10H10",
        CENTRE,
        *(_ring(5, 1.215, height) for height in (1.66, -1.66)),
        *(_ring(5, 2.30, height) for height in (1.64, -1.64)),
    ),
    "buckminsterfullerene": ase.build.molecule("C60"),
}
