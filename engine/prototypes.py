"""Structure types of crystals: space group, and where the elements stand in it.

Coordinates follow the International Tables for Crystallography A in the origin choice given, and
R. W. G. Wyckoff, Crystal Structures (1963); rhombohedral crystals are given in hexagonal axes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ase import Atoms
from ase.spacegroup import crystal

from engine.structure import primitive_cell

Site = tuple[int, float, float, float]
"""Number of the element, and one position of its orbit in units of the conventional cell."""


@dataclass(frozen=True)
class Prototype:
    """A structure type.

    Attributes
    ----------
    name : of the mineral or compound it is named after.
    formula : how many atoms of each element, in the order of their numbers in `sites`.
    space_group : 1 to 230.
    lattice : which lengths the cell needs: a, a and c, or a, b and c; the angles follow from the
        space group.
    sites : one position of every orbit, given the free coordinates.
    free : values of the free coordinates where a crystal does not say its own.
    origin : choice 1 or 2.
    """

    name: str
    formula: tuple[int, ...]
    space_group: int
    lattice: Literal["a", "a c", "a b c"]
    sites: Callable[..., Sequence[Site]]
    free: tuple[float, ...] = ()
    origin: int = 1

    @property
    def n_lengths(self) -> int:
        """How many lengths the cell needs."""
        return len(self.lattice.split())

    def build(self, elements: Sequence[str], values: Sequence[float]) -> Atoms:
        """The primitive cell.

        Parameters
        ----------
        elements : symbols in the order of the numbers in `sites`.
        values : lengths of the conventional cell in angstrom, then free coordinates or none.
        """
        n = self.n_lengths
        lengths, free = list(values[:n]), tuple(values[n:]) or self.free
        a, b, c = {1: lengths * 3, 2: [lengths[0], *lengths], 3: lengths}[n]
        hexagonal = 143 <= self.space_group <= 194
        sites = self.sites(*free)
        conventional = crystal(
            [elements[number] for number, *_ in sites],
            [position for _, *position in sites],
            spacegroup=self.space_group,
            setting=self.origin,
            cellpar=[a, b, c, 90, 90, 120 if hexagonal else 90],
        )
        plain = Atoms(
            conventional.numbers,
            cell=conventional.cell,
            positions=conventional.positions,
            pbc=True,
        )
        return primitive_cell(plain)


def _fixed(*sites: Site) -> Callable[..., Sequence[Site]]:
    return lambda: sites


# fmt: off
_P = Prototype
_T, _U, _H, _Q, _E = 1 / 3, 2 / 3, 1 / 2, 1 / 4, 1 / 8
_LIST = [
    # elements
    _P("fcc", (1,), 225, "a", _fixed((0, 0, 0, 0))),
    _P("bcc", (1,), 229, "a", _fixed((0, 0, 0, 0))),
    _P("hcp", (1,), 194, "a c", _fixed((0, _T, _U, _Q))),
    _P("diamond", (1,), 227, "a", _fixed((0, 0, 0, 0))),
    _P("graphite", (1,), 194, "a c", _fixed((0, 0, 0, _Q), (0, _T, _U, _Q))),
    _P("arsenic", (1,), 166, "a c", lambda z: [(0, 0, 0, z)], (.23,)),
    _P("selenium", (1,), 152, "a c", lambda x: [(0, x, 0, _T)], (.23,)),
    _P("indium", (1,), 139, "a c", _fixed((0, 0, 0, 0))),
    _P("black-phosphorus", (1,), 64, "a b c", lambda y, z: [(0, 0, y, z)], (.1017, .0806)),
    # AB
    _P("rocksalt", (1, 1), 225, "a", _fixed((0, 0, 0, 0), (1, _H, _H, _H))),
    _P("CsCl", (1, 1), 221, "a", _fixed((0, 0, 0, 0), (1, _H, _H, _H))),
    _P("zincblende", (1, 1), 216, "a", _fixed((0, 0, 0, 0), (1, _Q, _Q, _Q))),
    _P("wurtzite", (1, 1), 186, "a c", lambda u: [(0, _T, _U, 0), (1, _T, _U, u)], (.377,)),
    _P("NiAs", (1, 1), 194, "a c", _fixed((0, 0, 0, 0), (1, _T, _U, _Q))),
    _P("WC", (1, 1), 187, "a c", _fixed((0, 0, 0, 0), (1, _T, _U, _H))),
    _P("BN", (1, 1), 194, "a c", _fixed((0, _T, _U, _Q), (1, _T, _U, .75))),
    _P("CuAu", (1, 1), 123, "a c", _fixed((0, 0, 0, 0), (1, _H, _H, _H))),
    _P("litharge", (1, 1), 129, "a c", lambda z: [(0, 0, _H, z), (1, 0, 0, 0)], (.24,)),
    _P("cooperite", (1, 1), 131, "a c", _fixed((0, 0, _H, 0), (1, 0, 0, _Q))),
    _P("cinnabar", (1, 1), 152, "a c", lambda x, y: [(0, x, 0, _T), (1, y, 0, 5 / 6)], (.72, .49)),
    _P("GaS", (1, 1), 194, "a c", lambda z, w: [(0, _T, _U, z), (1, _T, _U, w)], (.171, .602)),
    _P("GeS", (1, 1), 62, "a b c", lambda x, z, u, w: [(0, x, _Q, z), (1, u, _Q, w)],
       (.12, .11, .85, .49)),
    _P("TlI", (1, 1), 63, "a b c", lambda y, v: [(0, 0, y, _Q), (1, 0, v, _Q)], (.392, .133)),
    # AB2, A2B
    _P("fluorite", (1, 2), 225, "a", _fixed((0, 0, 0, 0), (1, _Q, _Q, _Q))),
    _P("antifluorite", (2, 1), 225, "a", _fixed((0, _Q, _Q, _Q), (1, 0, 0, 0))),
    _P("rutile", (1, 2), 136, "a c", lambda u: [(0, 0, 0, 0), (1, u, u, 0)], (.305,)),
    _P("anatase", (1, 2), 141, "a c", lambda u: [(0, 0, 0, 0), (1, 0, 0, u)], (.208,)),
    _P("zirconia", (1, 2), 137, "a c", lambda z: [(0, 0, 0, 0), (1, 0, _H, z)], (.2,)),
    _P("quartz", (1, 2), 154, "a c", lambda u, x, y, z: [(0, u, 0, _U), (1, x, y, z)],
       (.4697, .4135, .2669, .7858)),
    _P("cristobalite", (1, 2), 227, "a", _fixed((0, _E, _E, _E), (1, 0, 0, 0)), origin=2),
    _P("pyrite", (1, 2), 205, "a", lambda u: [(0, 0, 0, 0), (1, u, u, u)], (.385,)),
    _P("marcasite", (1, 2), 58, "a b c", lambda x, y: [(0, 0, 0, 0), (1, x, y, 0)], (.2, .37)),
    _P("CO2", (1, 2), 205, "a", lambda u: [(0, 0, 0, 0), (1, u, u, u)], (.118,)),
    _P("CdI2", (1, 2), 164, "a c", lambda z: [(0, 0, 0, 0), (1, _T, _U, z)], (.25,)),
    _P("CdCl2", (1, 2), 166, "a c", lambda z: [(0, 0, 0, 0), (1, 0, 0, z)], (.255,)),
    _P("MoS2", (1, 2), 194, "a c", lambda z: [(0, _T, _U, _Q), (1, _T, _U, z)], (.621,)),
    _P("AlB2", (1, 2), 191, "a c", _fixed((0, 0, 0, 0), (1, _T, _U, _H))),
    _P("cuprite", (2, 1), 224, "a", _fixed((0, _Q, _Q, _Q), (1, 0, 0, 0))),
    _P("Laves", (1, 2), 227, "a", _fixed((0, _E, _E, _E), (1, _H, _H, _H)), origin=2),
    # AB3, A2B3, AB6
    _P("ReO3", (1, 3), 221, "a", _fixed((0, 0, 0, 0), (1, _H, 0, 0))),
    _P("Cu3Au", (3, 1), 221, "a", _fixed((0, 0, _H, _H), (1, 0, 0, 0))),
    _P("A15", (3, 1), 223, "a", _fixed((0, _Q, 0, _H), (1, 0, 0, 0))),
    _P("Li3N", (3, 1), 191, "a c", _fixed((0, 0, 0, _H), (0, _T, _U, 0), (1, 0, 0, 0))),
    _P("AlF3", (1, 3), 167, "a c", lambda x: [(0, 0, 0, 0), (1, x, 0, _Q)], (.43,)),
    _P("BiI3", (1, 3), 148, "a c", lambda z, x, y, w: [(0, 0, 0, z), (1, x, y, w)],
       (.1667, .3415, .3395, .0805)),
    _P("corundum", (2, 3), 167, "a c", lambda z, x: [(0, 0, 0, z), (1, x, 0, _Q)], (.352, .306)),
    _P("Bi2Te3", (2, 3), 166, "a c", lambda z, w: [(0, 0, 0, z), (1, 0, 0, 0), (1, 0, 0, w)],
       (.4, .21)),
    _P("La2O3", (2, 3), 164, "a c", lambda z, w: [(0, _T, _U, z), (1, 0, 0, 0), (1, _T, _U, w)],
       (.245, .645)),
    _P("CaB6", (1, 6), 221, "a", lambda u: [(0, 0, 0, 0), (1, u, _H, _H)], (.205,)),
    # three elements
    _P("perovskite", (1, 1, 3), 221, "a", _fixed((0, 0, 0, 0), (1, _H, _H, _H), (2, _H, _H, 0))),
    _P("tetragonal-perovskite", (1, 1, 3), 99, "a c",
       lambda z, x, y: [(0, 0, 0, 0), (1, _H, _H, z), (2, _H, _H, x), (2, _H, 0, y)],
       (.52, -.02, .49)),
    _P("spinel", (1, 2, 4), 227, "a", lambda u: [(0, _E, _E, _E), (1, _H, _H, _H), (2, u, u, u)],
       (.2625,), origin=2),
    _P("half-Heusler", (1, 1, 1), 216, "a", _fixed((0, 0, 0, 0), (1, _Q, _Q, _Q), (2, _H, _H, _H))),
    _P("Heusler", (2, 1, 1), 225, "a", _fixed((0, _Q, _Q, _Q), (1, 0, 0, 0), (2, _H, _H, _H))),
    _P("delafossite", (1, 1, 2), 166, "a c", lambda z: [(0, 0, 0, 0), (1, 0, 0, _H), (2, 0, 0, z)],
       (.11,)),
    _P("NaFeO2", (1, 1, 2), 166, "a c", lambda z: [(0, 0, 0, 0), (1, 0, 0, _H), (2, 0, 0, z)],
       (.235,)),
    _P("chalcopyrite", (1, 1, 2), 122, "a c",
       lambda x: [(0, 0, 0, 0), (1, 0, 0, _H), (2, x, _Q, _E)], (.25,)),
    _P("brucite", (1, 2, 2), 164, "a c",
       lambda z, w: [(0, 0, 0, 0), (1, _T, _U, z), (2, _T, _U, w)],
       (.22, .43)),
    _P("PbFCl", (1, 1, 1), 129, "a c", lambda z, w: [(0, 0, _H, z), (1, 0, 0, 0), (2, 0, _H, w)],
       (.2, .65)),
    _P("ilmenite", (1, 1, 3), 148, "a c",
       lambda z, w, x, y, t: [(0, 0, 0, z), (1, 0, 0, w), (2, x, y, t)],
       (.355, .145, .315, .021, .246)),
    _P("LiNbO3", (1, 1, 3), 161, "a c",
       lambda z, x, y, w: [(0, 0, 0, z), (1, 0, 0, 0), (2, x, y, w)],
       (.279, .048, .343, .063)),
    _P("calcite", (1, 1, 3), 167, "a c", lambda x: [(0, 0, 0, 0), (1, 0, 0, _Q), (2, x, 0, _Q)],
       (.257,)),
    _P("zircon", (1, 1, 4), 141, "a c", lambda y, z: [(0, 0, 0, 0), (1, 0, 0, _H), (2, 0, y, z)],
       (.184, .320)),
    _P("scheelite", (1, 1, 4), 88, "a c",
       lambda x, y, z: [(0, 0, 0, _H), (1, 0, 0, 0), (2, x, y, z)],
       (.2415, .1504, .0861)),
    _P("K2NiF4", (2, 1, 4), 139, "a c",
       lambda z, w: [(0, 0, 0, z), (1, 0, 0, 0), (2, 0, _H, 0), (2, 0, 0, w)], (.354, .153)),
    _P("ThCr2Si2", (1, 2, 2), 139, "a c", lambda z: [(0, 0, 0, 0), (1, 0, _H, _Q), (2, 0, 0, z)],
       (.36,)),
    _P("CaAl2Si2", (1, 2, 2), 164, "a c",
       lambda z, w: [(0, 0, 0, 0), (1, _T, _U, z), (2, _T, _U, w)],
       (.63, .27)),
    _P("MAX", (2, 1, 1), 194, "a c", lambda z: [(0, _T, _U, z), (1, _T, _U, .75), (2, 0, 0, 0)],
       (.086,)),
    _P("LiBC", (1, 1, 1), 194, "a c", _fixed((0, 0, 0, 0), (1, _T, _U, _Q), (2, _T, _U, .75))),
    _P("K2PtCl6", (2, 1, 6), 225, "a", lambda u: [(0, _Q, _Q, _Q), (1, 0, 0, 0), (2, u, 0, 0)],
       (.24,)),
    # four elements
    _P("elpasolite", (2, 1, 1, 6), 225, "a",
       lambda u: [(0, _Q, _Q, _Q), (1, 0, 0, 0), (2, _H, _H, _H), (3, u, 0, 0)], (.23,)),
    _P("kesterite", (2, 1, 1, 4), 82, "a c",
       lambda x, y, z: [(0, 0, 0, 0), (0, 0, _H, _Q), (1, _H, 0, _Q), (2, 0, 0, _H), (3, x, y, z)],
       (.756, .757, .872)),
]
# fmt: on
PROTOTYPES = {prototype.name: prototype for prototype in _LIST}
"""Name -> structure type."""
