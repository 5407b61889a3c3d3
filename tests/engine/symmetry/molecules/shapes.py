"""Molecules and idealised shapes of every point group, made without the engine.

``SHAPES`` maps a name to the atoms and their group. Shapes named like ``ideal D3h`` are orbits of
points in general position, each of its own element, under operations multiplied out from
generators; the others are molecules whose group is known.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.build import molecule
from scipy.spatial.transform import Rotation

# fmt: off
MOLECULES = {
    "C2v": ("H2O", "SH2", "H2CO", "O3", "SO2", "ClF3", "C3H8", "C4H4O", "C4H4S", "C4H4NH", "C5H5N",
            "isobutene", "CH3COCH3", "C3H4_C2v", "cyclobutene", "bicyclobutane", "CH2_s1A1d",
            "methylenecyclopropane", "CH3OCH3", "SiH2_s1A1d", "CH2_s3B1d"),
    "C3v": ("NH3", "PH3", "NF3", "PF3", "CH3Cl", "CH3CN", "C3H4_C3v", "isobutane", "CH3SiH3",
            "HCF3", "HCCl3", "C3H9N"),
    "Td": ("CH4", "SiH4", "CF4", "CCl4", "SiF4", "SiCl4"),
    "D2h": ("C2H4", "C2F4", "C2Cl4"),
    "D6h": ("C6H6",),
    "D3d": ("C2H6", "Si2H6"),
    "D3h": ("BF3", "BCl3", "AlF3", "AlCl3", "C3H6_D3h", "2-butyne", "CH3"),
    "D2d": ("C3H4_D2d", "cyclobutane"),
    "C2h": ("trans-butane", "butadiene", "OCHCHO"),
    "C2": ("H2O2", "N2H4"),
    "Cs": ("CH3OH", "HCOOH", "CH3CHO", "C3H6_Cs", "CH3NO2", "HOCl", "H3CNH2", "CH3SH"),
    "Ih": ("C60",),
    "D∞h": ("N2", "H2", "CO2", "C2H2", "NCCN"),
    "C∞v": ("CO", "HCN", "N2O", "LiF", "OCS"),
}
"""Of the G2 set, as ase.build.molecule has them, and C60."""

IDEAL = (
    "C1", "Ci", "Cs", "C2", "C3", "C4", "C5", "C6", "C7", "C9", "C12",
    "C2v", "C3v", "C4v", "C5v", "C6v", "C8v", "C11v", "C12v",
    "C2h", "C3h", "C4h", "C5h", "C6h", "C7h", "C10h", "C12h",
    "D2", "D3", "D4", "D5", "D6", "D8", "D11", "D12",
    "D2h", "D3h", "D4h", "D5h", "D6h", "D7h", "D10h", "D12h",
    "D2d", "D3d", "D4d", "D5d", "D6d", "D8d", "D9d", "D12d",
    "S4", "S6", "S8", "S10", "S12", "S14", "S16", "S20", "S24",
    "T", "Td", "Th", "O", "Oh", "I", "Ih",
)
# fmt: on

ELEMENTS = ("C", "N", "O", "F")


def turn(n: float, axis: tuple[float, float, float] = (0, 0, 1)) -> np.ndarray:
    """Rotation by 360/n degrees."""
    unit = np.array(axis) / np.linalg.norm(axis)
    return Rotation.from_rotvec(2 * np.pi / n * unit).as_matrix()


def generators(group: str) -> list[np.ndarray]:
    """Textbook generators, principal axis along z, a twofold axis or mirror's normal by x or y."""
    golden = (1 + 5**0.5) / 2
    half_turn, inversion = turn(2, (1, 0, 0)), -np.eye(3)
    level, upright = np.diag([1.0, 1.0, -1.0]), np.diag([1.0, -1.0, 1.0])
    diagonal = turn(3, (1, 1, 1))
    special = {
        "Ci": [inversion],
        "Cs": [level],
        "T": [turn(2), diagonal],
        "Td": [level @ turn(4), diagonal],
        "Th": [turn(2), diagonal, inversion],
        "O": [turn(4), diagonal],
        "Oh": [turn(4), diagonal, inversion],
        "I": [turn(2), diagonal, turn(5, (0, 1, golden))],
        "Ih": [turn(2), diagonal, turn(5, (0, 1, golden)), inversion],
    }
    if group in special:
        return special[group]
    n = int("".join(filter(str.isdigit, group)))
    family = group.replace(str(n), "n")
    return {
        "Cn": [turn(n)],
        "Cnv": [turn(n), upright],
        "Cnh": [turn(n), level],
        "Dn": [turn(n), half_turn],
        "Dnh": [turn(n), half_turn, level],
        "Dnd": [level @ turn(2 * n), half_turn],
        "Sn": [level @ turn(n)],
    }[family]


def operations(group: str) -> np.ndarray:
    """All operations of a group in its standard orientation, shape (order, 3, 3)."""
    found = [np.eye(3)]
    for operation in found:  # grows meanwhile
        for generator in generators(group):
            product = operation @ generator
            if all(np.abs(product - known).max() > 1e-6 for known in found):
                found.append(product)
    return np.array(found)


def ideal(group: str) -> Atoms:
    """Orbits of general points: as many as it takes that nothing else is a symmetry too."""
    carried = operations(group)
    if group[0] in "TOI":
        # Far from every mirror of Oh and Ih, so that T, Th, O and I are far from these.
        octahedral = np.array([[0.215, 0.523, 0.825], [0.824, 0.523, 0.216]]) * [[2.9], [4.3]]
        points = 4.8 * np.array([[0.347, 0.688, 0.637]]) if group[0] == "I" else octahedral
    else:
        n = max(1, int("".join(filter(str.isdigit, group)) or 1) // (2 if group[0] == "S" else 1))
        angle = 2 * np.pi / n * np.array([0.17, 0.31, 0.06, 0.43])
        radius = 0.75 * n + np.array([0.8, 2.4, 3.9, 1.7])
        height = np.array([0.8, 1.7, -1.2, 2.9])
        points = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)
    count = 4 if len(carried) == 1 else 3 if len(carried) <= 4 else 2 if len(carried) < 48 else 1
    positions = np.einsum("gxy,py->pgx", carried, points[:count]).reshape(-1, 3)
    symbols = [element for element in ELEMENTS[:count] for _ in carried]
    return Atoms(symbols, positions=positions)


def arranged(symbols: str, *orbits: list) -> Atoms:
    """Atoms at stacked positions."""
    return Atoms(symbols, positions=np.concatenate([np.atleast_2d(orbit) for orbit in orbits]))


def ring(n: int, radius: float, height: float = 0.0, shift: float = 0.0) -> np.ndarray:
    """Points on a circle; the shift is a fraction of the distance of two."""
    angle = 2 * np.pi / n * (np.arange(n) + shift)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), 0 * angle + height], axis=1)


def named() -> dict[str, tuple[Atoms, str]]:
    """Textbook shapes of inorganic and other molecules, with plausible bond lengths."""
    centre = np.zeros((1, 3))
    axes = np.concatenate([np.eye(3), -np.eye(3)])
    cube = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    poles = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    up = poles[:1]
    tall, wide = 1.63, 1.21
    return {
        "SF6": (arranged("SF6", centre, 1.56 * axes), "Oh"),
        "SF5Cl": (arranged("SClF5", centre, 2.05 * axes[2:3], 1.56 * axes[[0, 1, 3, 4, 5]]), "C4v"),
        "cubane": (arranged("C8H8", 0.785 * cube, 1.42 * cube), "Oh"),
        "P4": (arranged("P4", 0.78 * cube[[0, 3, 5, 6]]), "Td"),
        "XeF4": (arranged("XeF4", centre, ring(4, 1.95)), "D4h"),
        "PF5": (arranged("PF5", centre, ring(3, 1.53), 1.58 * poles), "D3h"),
        "BrF5": (arranged("BrF5", centre, ring(4, 1.77, -0.15), 1.69 * up), "C4v"),
        "IF7": (arranged("IF7", centre, ring(5, 1.86), 1.79 * poles), "D5h"),
        "S8": (arranged("S8", ring(4, 2.35, 0.5), ring(4, 2.35, -0.5, 0.5)), "D4d"),
        "ferrocene, eclipsed": (
            arranged(
                "FeC10H10",
                centre,
                *(ring(5, wide, tall * s) for s in (1, -1)),
                *(ring(5, 2.3, 1.6 * s) for s in (1, -1)),
            ),
            "D5h",
        ),
        "ferrocene, staggered": (
            arranged(
                "FeC10H10",
                centre,
                *(ring(5, wide, tall * s, 0.25 * s) for s in (1, -1)),
                *(ring(5, 2.3, 1.6 * s, 0.25 * s) for s in (1, -1)),
            ),
            "D5d",
        ),
        "ferrocene, turned": (
            arranged(
                "FeC10H10",
                centre,
                *(ring(5, wide, tall * s, 0.12 * s) for s in (1, -1)),
                *(ring(5, 2.3, 1.6 * s, 0.12 * s) for s in (1, -1)),
            ),
            "D5",
        ),
        "cyclopentadienyl": (arranged("C5H5", ring(5, 1.2), ring(5, 2.28)), "D5h"),
        "tropylium": (arranged("C7H7", ring(7, 1.61), ring(7, 2.69)), "D7h"),
        "cyclooctatetraene, flat": (arranged("C8H8", ring(8, 1.83), ring(8, 2.91)), "D8h"),
        "boric acid": (
            arranged("BO3H3", centre, ring(3, 1.36), ring(3, 1.96, 0.0, 0.2)),
            "C3h",
        ),
        "icosahedral B12": (arranged("B12", *_icosahedron(1.0)), "Ih"),
        "corannulene bowl": (arranged("C5H5", ring(5, 1.2, 0.4), ring(5, 2.3)), "C5v"),
        "cyclohexane chair": (
            arranged(
                "C6H6H6",
                ring(3, 1.46, 0.25),
                ring(3, 1.46, -0.25, 0.5),
                ring(3, 1.47, 1.36),
                ring(3, 1.47, -1.36, 0.5),
                ring(3, 2.5, -0.1),
                ring(3, 2.5, 0.1, 0.5),
            ),
            "D3d",
        ),
        "trans-dichloroethene": (
            arranged(
                "C2Cl2H2",
                [[0.55, 0.38, 0], [-0.55, -0.38, 0]],
                [[2.15, -0.35, 0], [-2.15, 0.35, 0]],
                [[0.5, 1.46, 0], [-0.5, -1.46, 0]],
            ),
            "C2h",
        ),
        "CHFClBr": (
            arranged("CHFClBr", centre, *(np.diag([0.63, 0.78, 1.02, 1.12]) @ cube[[0, 3, 5, 6]])),
            "C1",
        ),
        "HC5N": (
            arranged("HC5N", [[0, 0, z] for z in (-1.06, 0, 1.21, 2.57, 3.78, 5.15, 6.31)]),
            "C∞v",
        ),
    }


def _icosahedron(size: float) -> list[np.ndarray]:
    golden = (1 + 5**0.5) / 2
    corners = [[0.0, s, t * golden] for s in (-1, 1) for t in (-1, 1)]
    return [size * np.roll(corners, k, axis=1) for k in range(3)]


SHAPES: dict[str, tuple[Atoms, str]] = {
    **{name: (molecule(name), group) for group, names in MOLECULES.items() for name in names},
    **{f"ideal {group}": (ideal(group), group) for group in IDEAL},
    **named(),
}
"""Atoms and point group by name."""
