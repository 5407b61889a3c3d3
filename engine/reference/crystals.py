"""The crystals of the library: where their relaxation starts.

Lattice constants to start from are experimental ones in angstrom, rounded: R. W. G. Wyckoff,
Crystal Structures (1963).
"""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.build import graphene, mx2

from engine.errors import PhonoscopeError
from engine.prototypes import PROTOTYPES

VACUUM_A = 15.0
"""Height of the cell of a single layer; nothing depends on it, the layer is not repeated."""

BULK: dict[str, tuple[str, str, tuple[float, ...]]] = {
    "aluminium": ("fcc", "Al", (4.05,)),
    "copper": ("fcc", "Cu", (3.615,)),
    "tungsten": ("bcc", "W", (3.165,)),
    "magnesium": ("hcp", "Mg", (3.209, 5.211)),
    "silicon": ("diamond", "Si", (5.431,)),
    "diamond": ("diamond", "C", (3.567,)),
    "germanium": ("diamond", "Ge", (5.658,)),
    "gallium-arsenide": ("zincblende", "Ga As", (5.653,)),
    "silicon-carbide": ("zincblende", "Si C", (4.360,)),
    "boron-arsenide": ("zincblende", "B As", (4.777,)),
    "zinc-oxide": ("wurtzite", "Zn O", (3.250, 5.207, 0.382)),
    "sodium-chloride": ("rocksalt", "Na Cl", (5.640,)),
    "magnesium-oxide": ("rocksalt", "Mg O", (4.212,)),
    "lead-telluride": ("rocksalt", "Pb Te", (6.462,)),
    "caesium-chloride": ("CsCl", "Cs Cl", (4.123,)),
    "calcium-fluoride": ("fluorite", "Ca F", (5.463,)),
    "magnesium-diboride": ("AlB2", "Mg B", (3.086, 3.524)),
    "quartz": ("quartz", "Si O", (4.913, 5.405)),
    "magnesium-fluoride": ("rutile", "Mg F", (4.621, 3.052, 0.303)),
    "strontium-titanate": ("perovskite", "Sr Ti O", (3.905,)),
    "barium-titanate": ("perovskite", "Ba Ti O", (4.00,)),
    "barium-titanate-tetragonal": ("tetragonal-perovskite", "Ba Ti O", (3.99, 4.10)),
}
"""Name -> structure type of :mod:`engine.prototypes`, elements, lengths and free coordinates."""

DFT: dict[str, str] = {
    "silicon-carbide": "SiC-zincblende",
    "gallium-arsenide": "GaAs-zincblende",
    "zinc-oxide": "ZnO-wurtzite",
    "sodium-chloride": "NaCl-rocksalt",
    "magnesium-oxide": "MgO-rocksalt",
    "calcium-fluoride": "CaF2-fluorite",
    "quartz": "SiO2-quartz",
    "strontium-titanate": "SrTiO3-perovskite",
}
"""Polar ones -> name in the DFT reference, which has their Born charges (engine.reference.dft)."""

BY_DFT: dict[str, str] = {"diamond": "C-diamond"}
"""Where no model at hand is right: name in the DFT reference, by which phonons are computed
(engine.reference.dft_phonons). Elements only: in a polar crystal the matrices hold the field."""


def starting_crystal(name: str) -> Atoms:
    """The primitive cell, or layer, from which the relaxation of a library crystal starts.

    Raises
    ------
    PhonoscopeError
        if the name is not one of these.
    """
    if name in BULK:
        prototype, elements, values = BULK[name]
        return PROTOTYPES[prototype].build(elements.split(), values)
    if name in _LAYERS:
        layer: Atoms = _LAYERS[name]()
        layer.cell[2] = [0, 0, VACUUM_A]
        layer.positions[:, 2] -= layer.positions[:, 2].mean()
        layer.pbc = [True, True, False]
        layer.positions = np.round(layer.positions, 12)
        return layer
    raise PhonoscopeError(
        f"The library knows no crystal '{name}'",
        "only where these start is known",
        f"Choose among {', '.join(crystal_names())}.",
    )


def crystal_names() -> tuple[str, ...]:
    """Names that :func:`starting_crystal` knows."""
    return (*BULK, *_LAYERS)


_LAYERS = {
    "graphene": lambda: graphene("C2", a=2.46),
    "boron-nitride": lambda: graphene("BN", a=2.50),
    "molybdenum-disulfide": lambda: mx2("MoS2", kind="2H", a=3.16, thickness=3.17),
}
"""Single layers."""
