"""The crystals of the data set: known compounds in the structure types they are known in.

Lattice constants to start from are experimental or close to it, in angstrom, rounded: R. W. G.
Wyckoff, Crystal Structures (1963); P. Villars, L. D. Calvert, Pearson's Handbook (1991). Some are
high-temperature or hypothetical forms that are not stable at zero temperature: their imaginary
modes are data like others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ase import Atoms

from engine.errors import PhonoscopeError
from engine.prototypes import PROTOTYPES, Prototype

# fmt: off
_TABLE = """
fcc: Al 4.05, Cu 3.615, Ag 4.086, Au 4.078, *Ni 3.524, Pd 3.89, Pt 3.924, Rh 3.803, Ir 3.839, \
Pb 4.951, Ca 5.588, Sr 6.085
bcc: Li 3.49, Na 4.225, K 5.328, Rb 5.585, Cs 6.141, Ba 5.028, V 3.03, Nb 3.30, Ta 3.30, \
Mo 3.147, *W 3.165, Fe 2.866
hcp: Be 2.286 3.584, Mg 3.209 5.211, Sc 3.309 5.268, Y 3.647 5.731, Ti 2.951 4.684, \
*Zr 3.232 5.147, Hf 3.196 5.051, Zn 2.665 4.947, Cd 2.979 5.618, Co 2.507 4.069, Ru 2.706 4.281, \
Os 2.734 4.320, Re 2.761 4.458
diamond: C 3.567, Si 5.431, Ge 5.658, Sn 6.489
graphite: C 2.464 6.711
arsenic: As 3.760 10.55 .227, Sb 4.307 11.273 .2336, Bi 4.546 11.862 .2339
selenium: Se 4.366 4.954 .2254, Te 4.457 5.929 .2633
indium: In 3.252 4.946
black-phosphorus: P 3.314 10.478 4.376
rocksalt: Li F 4.026, Na Cl 5.640, Mg O 4.212, K Br 6.598, Ca S 5.695, Pb Te 6.462, Ti N 4.24, \
*Li Br 5.501, Li Cl 5.140, Li I 6.0, Li H 4.084, Na F 4.634, Na Br 5.973, *Na I 6.473, Na H 4.88, \
K F 5.34, *K Cl 6.293, K I 7.066, Rb F 5.652, *Rb Cl 6.581, Rb Br 6.889, Rb I 7.342, Cs F 6.020, \
Ag F 4.936, Ag Cl 5.550, Ag Br 5.775, Ca O 4.811, Sr O 5.160, Ba O 5.539, Mg S 5.200, Sr S 6.024, \
Ba S 6.387, Mg Se 5.46, *Ca Se 5.916, Sr Se 6.236, Ba Se 6.60, *Ca Te 6.356, Sr Te 6.660, \
Ba Te 7.005, Pb S 5.936, Pb Se 6.117, *Sn Te 6.327, Cd O 4.695, Sc N 4.50, Y N 4.89, Ti C 4.328, \
*Zr C 4.698, Zr N 4.585, Hf C 4.638, Hf N 4.525, V C 4.166, V N 4.139, Nb C 4.470, Ta C 4.456, \
La N 5.30, Sc P 5.31, Y P 5.66, Sc As 5.49, La As 6.137, La Sb 6.488, Ni O 4.177, Mn O 4.445, \
Mn S 5.224, Co O 4.26
CsCl: Cs Cl 4.123, Cs Br 4.296, *Cs I 4.568, Tl Cl 3.834, Tl Br 3.986, Ni Al 2.887, Co Al 2.862, \
Fe Al 2.909, Cu Zn 2.954, *Ag Mg 3.311, Au Zn 3.149, Ti Fe 2.976, Ti Co 2.995, Ti Ni 3.015, \
Y Ag 3.617, Y Cu 3.476, Hg Mg 3.449, Ru Al 2.99, Sc Ag 3.412, Be Cu 2.70, Be Pd 2.819, Be Co 2.606
zincblende: B N 3.615, Si C 4.360, Ga As 5.653, Zn S 5.409, Cu Cl 5.416, Al P 5.467, B P 4.538, \
B As 4.777, Al As 5.661, *Al Sb 6.136, Ga P 5.451, *Ga Sb 6.096, In P 5.869, In As 6.058, \
*In Sb 6.479, Be S 4.865, *Be Se 5.139, Be Te 5.626, Zn Se 5.669, Zn Te 6.103, Cd S 5.832, \
Cd Se 6.05, *Cd Te 6.482, Hg Se 6.084, Hg Te 6.461, Cu Br 5.691, *Cu I 6.051, Ga N 4.52, \
In N 4.98, Al N 4.38
wurtzite: Al N 3.112 4.982 .382, Zn O 3.250 5.207 .382, *Ga N 3.189 5.185 .377, \
In N 3.545 5.703 .379, Be O 2.698 4.377 .378, Zn S 3.823 6.261 .375, Cd S 4.136 6.714 .377, \
*Cd Se 4.299 7.010 .376, Si C 3.076 5.048 .375, *Ag I 4.592 7.510 .375, Mg Te 4.53 7.35 .375, \
B N 2.553 4.228 .374
NiAs: Ni As 3.619 5.034, Ni S 3.440 5.351, Ti S 3.299 6.38, Mn Te 4.148 6.711, Mn As 3.72 5.70, \
Ni Sb 3.946 5.148, Pt Sn 4.11 5.428, Au Sn 4.32 5.52, Pt Bi 4.324 5.501, Ni Te 3.98 5.38, \
Co Te 3.89 5.37
WC: W C 2.906 2.837, Mo P 3.222 3.191, Ta N 2.936 2.886
BN: B N 2.504 6.661
CuAu: Cu Au 2.80 3.67, Ti Al 2.83 4.07, Fe Pt 2.72 3.71, Co Pt 2.69 3.70, Zn Pd 2.90 3.34, \
Li Bi 3.361 4.247
litharge: Pb O 3.975 5.023 .237, Sn O 3.80 4.836 .238, Fe Se 3.77 5.52 .733
cooperite: Pt S 3.470 6.110, Pd O 3.043 5.337
cinnabar: Hg S 4.149 9.495
GaS: Ga S 3.587 15.492, Ga Se 3.755 15.95, In Se 4.00 16.64 .157 .598
GeS: Sn S 11.18 3.98 4.33 .119 .120 .851 .479, Ge S 10.47 3.64 4.30 .122 .106 .848 .502, \
Sn Se 11.50 4.153 4.440 .118 .104 .855 .482, Ge Se 10.82 3.833 4.388 .121 .106 .852 .502
TlI: Tl I 4.582 12.92 5.251, In I 4.75 12.76 4.91 .398 .145
fluorite: Ca F 5.463, Ba F 6.200, Ce O 5.411, *Sr F 5.800, Cd F 5.388, Pb F 5.940, Hg F 5.54, \
Zr O 5.09, Hf O 5.08, Sr Cl 6.977, *Ba Cl 7.311, Sc H 4.783, Y H 5.205, Ti H 4.454, Au Al 5.997, \
Pt Al 5.91, Au Ga 6.076, Au In 6.508, Co Si 5.365, Ni Si 5.406
antifluorite: Li O 4.619, Na S 6.539, Mg Si 6.351, Na O 5.550, *K O 6.449, Rb O 6.74, Li S 5.720, \
K S 7.406, *Rb S 7.65, Li Se 6.005, Na Se 6.825, K Se 7.692, Li Te 6.517, *Na Te 7.314, \
K Te 8.152, Be C 4.342, Mg Ge 6.393, *Mg Sn 6.763, Mg Pb 6.836
rutile: Ti O 4.594 2.959 .305, Mg F 4.621 3.052 .303, Sn O 4.737 3.186 .307, \
*Ge O 4.395 2.860 .306, Si O 4.179 2.665 .306, Pb O 4.955 3.383 .307, Mn O 4.398 2.873 .305, \
V O 4.554 2.857 .300, Cr O 4.421 2.917 .301, Ru O 4.492 3.107 .306, Ir O 4.498 3.154 .308, \
Zn F 4.703 3.134 .303, Ni F 4.651 3.084 .302, Co F 4.695 3.180 .304, Mg H 4.517 3.021 .306
anatase: Ti O 3.785 9.514
zirconia: Zr O 3.60 5.18, Hf O 3.58 5.20
quartz: Si O 4.913 5.405, *Ge O 4.985 5.646 .4513 .397 .302 .7576, Be F 4.73 5.18
cristobalite: Si O 7.16
pyrite: Fe S 5.418 .385, Ru S 5.610 .388, *Pt P 5.696 .39, Co S 5.538 .39
marcasite: Fe S 4.443 5.425 3.387 .2 .378, Fe Sb 5.83 6.54 3.20 .188 .356, \
Fe As 5.30 5.98 2.88 .175 .36
CO2: C O 5.624
CdI2: Ti S 3.407 5.695, Cd I 4.244 6.859, Pt Se 3.728 5.081, Ti Se 3.540 6.008, Zr S 3.662 5.813, \
*Zr Se 3.770 6.138, Hf S 3.630 5.854, *Sn S 3.648 5.899, Sn Se 3.811 6.137, Pt S 3.543 5.039, \
Mg Br 3.81 6.26, *Mg I 4.148 6.894, Pb I 4.557 6.979, Ca I 4.48 6.96
CdCl2: Cd Cl 3.846 17.479, Mg Cl 3.636 17.666
MoS2: Mo S 3.161 12.295, *W Se 3.282 12.96, Mo Se 3.289 12.927, W S 3.153 12.323, \
Mo Te 3.519 13.97, Nb S 3.31 11.89 .625, Nb Se 3.444 12.544 .617
AlB2: Mg B 3.086 3.524, Al B 3.006 3.252, Ti B 3.028 3.228, *Zr B 3.168 3.530, Hf B 3.141 3.470, \
Nb B 3.086 3.306, Sc B 3.146 3.517, Cr B 2.969 3.066
cuprite: Cu O 4.270, Ag O 4.718
Laves: Mg Cu 7.05, Ca Al 8.04, Y Al 7.86, *Zr V 7.44, La Al 8.15, Zr W 7.615, Zr Co 6.96
ReO3: Re O 3.748, Sc F 4.011, W O 3.77, N Cu 3.815
Cu3Au: Cu Au 3.75, Ni Al 3.572, *Al Sc 4.103, Al Zr 4.08, In Y 4.592, Sn Ca 4.742, Sn La 4.769, \
Pt Ti 3.898, Co Ti 3.614, Ni Fe 3.55
A15: Nb Sn 5.29, V Si 4.72, *Cr Si 4.555
Li3N: Li N 3.648 3.875
AlF3: Al F 4.931 12.466 .429, Cr F 4.99 13.21 .42
BiI3: Bi I 7.52 20.70
corundum: Al O 4.759 12.993 .352 .306, Cr O 4.959 13.594 .3475 .306, \
*Ga O 4.983 13.433 .3554 .306, Fe O 5.035 13.747 .355 .306, V O 4.952 14.003 .3463 .312
Bi2Te3: Bi Te 4.386 30.497 .400 .2095, *Bi Se 4.143 28.636 .3985 .2115, \
Sb Te 4.264 30.458 .3988 .2128
La2O3: La O 3.937 6.129, Mg Sb 4.568 7.229 .634 .228
CaB6: Ca B 4.151 .202, *Sr B 4.198 .203, La B 4.157 .2, Y B 4.10 .2
perovskite: Sr Ti O 3.905, K Mg F 3.989, Cs Pb Br 5.87, La Al O 3.79, Ba Ti O 4.00, Ca Ti O 3.84, \
Pb Ti O 3.95, *K Nb O 4.00, Na Nb O 3.94, K Ta O 3.989, Na Ta O 3.93, *Ba Zr O 4.193, \
Sr Zr O 4.11, Ba Hf O 4.171, *Ba Sn O 4.117, Sr Hf O 4.07, Y Al O 3.68, K Zn F 4.055, \
K Ni F 4.013, Rb Ca F 4.45, *Cs Ca F 4.52, Cs Cd F 4.47, Na Mg F 3.84, Ba Li F 3.992, \
Ba Li H 4.02, Cs Pb Cl 5.605, *Cs Pb I 6.29, Cs Sn I 6.22, Sr V O 3.842, Sr Mo O 3.975, \
Sn O Ca 4.827, Pb O Ca 4.847, Al N Ti 4.11, Mg C Ni 3.81
tetragonal-perovskite: Pb Ti O 3.904 4.152 .54 .11 .62, *Ba Ti O 3.994 4.034
spinel: Mg Al O 8.083 .2624, Zn Al O 8.086 .264, Zn Ga O 8.335 .2617, *Mg Ga O 8.28 .2615, \
Mg Cr O 8.333 .2612, Li Ti O 8.40 .263, Li Mn O 8.247 .263, Cd In S 10.84 .262, *Mg In S 10.7 .257
half-Heusler: Ti Ni Sn 5.92, Zr Ni Sn 6.11, Hf Ni Sn 6.08, Ti Co Sb 5.88, Nb Fe Sb 5.95, \
Nb Co Sn 5.95, Li P Zn 5.76, Li As Zn 5.94, Li N Mg 4.955, *Li P Mg 6.02, Sc Ni Sb 6.06, \
Y Pt Sb 6.53, La Pt Bi 6.83
Heusler: Fe V Al 5.76, Ni Mn Ga 5.82, Cu Mn Al 5.95, *Ni Ti Sn 6.09, Li Li Bi 6.72, \
Fe Fe Si 5.65, Fe Fe Al 5.79
delafossite: Cu Al O 2.858 16.958, Cu Ga O 2.977 17.171, *Ag Ga O 2.989 18.534, \
Ag In O 3.277 18.881, Pd Co O 2.83 17.743, Cu Y O 3.533 17.136
NaFeO2: Li Co O 2.816 14.05 .2396, Na In O 3.235 16.35, Li Ni O 2.878 14.19 .24, \
*Li Cr O 2.90 14.41 .24, Na Cr S 3.55 19.5, Li V O 2.85 14.7 .24
chalcopyrite: Cu In Se 5.782 11.619 .235, Cu Ga S 5.356 10.43 .254, Cu Al S 5.334 10.44 .27, \
*Cu Ga Se 5.614 11.03 .243, Ag Ga S 5.757 10.304 .291, Ag Ga Se 5.985 10.90 .275, \
Zn Si P 5.399 10.435 .269, *Zn Ge P 5.466 10.722 .258, Cd Ge As 5.945 11.217 .2785
brucite: Mg O H 3.142 4.766, *Ca O H 3.589 4.911 .234 .425
PbFCl: Pb F Cl 4.11 7.23, Ba F Cl 4.394 7.225, *Sr F Cl 4.126 6.958, \
Bi O Cl 3.891 7.369 .171 .645, Bi O I 3.984 9.128 .132 .668
ilmenite: Mg Ti O 5.054 13.898
LiNbO3: Li Nb O 5.148 13.863
calcite: Ca C O 4.990 17.062 .257, Mg C O 4.633 15.013 .278, Zn C O 4.653 15.026 .276, \
Na N O 5.070 16.82 .245
zircon: Zr Si O 6.607 5.982, *Y V O 7.118 6.289 .185 .331
scheelite: Ca W O 5.243 11.376, *Ca Mo O 5.226 11.43, Pb W O 5.46 12.05, Ba W O 5.613 12.72
K2NiF4: K Mg F 3.980 13.179, Sr Ti O 3.886 12.60, Sr Ru O 3.873 12.74, *K Zn F 4.058 13.11
ThCr2Si2: Ba Fe As 3.963 13.017 .3545, *Sr Fe As 3.924 12.36 .36, La Ni Ge 4.187 9.918 .367, \
Ca Ni P 3.92 9.47 .37, Ba Mn As 4.169 13.473 .361
CaAl2Si2: Ca Al Si 4.13 7.145, Ca Zn P 4.038 6.836, *Ca Zn As 4.16 7.03
MAX: Ti Al C 3.051 13.637, Ti Al N 2.989 13.614, Cr Al C 2.857 12.82, Ti Sn C 3.163 13.679
LiBC: Li B C 2.752 7.058
K2PtCl6: K Pt Cl 9.743, Cs Sn I 11.65 .245, *Cs Sn Cl 10.38
elpasolite: K Al Na F 8.12 .219, Cs Bi Ag Br 11.25 .25, *Cs In Ag Cl 10.47 .24, \
Ba W Mg O 8.11 .236
kesterite: Cu Zn Sn S 5.427 10.871
"""
# fmt: on
# "structure type: elements lengths free coordinates, ..."; a star holds the crystal out.


@dataclass(frozen=True)
class Crystal:
    """A compound in a structure type.

    Attributes
    ----------
    elements : symbols, in the order of the structure type's sites.
    structure_type : its name.
    values : lengths of the conventional cell in angstrom, then free coordinates or none.
    held_out : never to be trained on.
    decorated : nobody listed it (engine.training.data.decoration).
    """

    elements: tuple[str, ...]
    structure_type: str
    values: tuple[float, ...]
    held_out: bool
    decorated: bool = False

    @property
    def prototype(self) -> Prototype:
        """The structure type."""
        return PROTOTYPES[self.structure_type]

    @property
    def name(self) -> str:
        """Formula and structure type, like ``SrTiO3-perovskite``."""
        counts = Counter[str]()
        for element, n in zip(self.elements, self.prototype.formula, strict=True):
            counts[element] += n
        formula = "".join(e + (str(n) if n > 1 else "") for e, n in counts.items())
        return f"{formula}-{self.structure_type}"

    def build(self) -> Atoms:
        """The primitive cell to start from."""
        return self.prototype.build(self.elements, self.values)

    def parts(self, stage: int) -> list[str]:
        """Names of the parts of the work on a crystal."""
        return ["equilibrium", "distorted"]


def _parsed(table: str) -> list[list[Crystal]]:
    """The crystals of each structure type."""
    types = []
    for line in table.strip().splitlines():
        structure_type, entries = line.split(":")
        types.append([_crystal(structure_type, entry) for entry in entries.split(",")])
    return types


def _crystal(structure_type: str, entry: str) -> Crystal:
    words = entry.strip().removeprefix("*").split()
    elements = tuple(word for word in words if word[0].isalpha())
    values = tuple(float(word) for word in words[len(elements) :])
    return Crystal(elements, structure_type, values, entry.strip().startswith("*"))


CRYSTALS: tuple[Crystal, ...] = tuple(
    crystal for turn in zip_longest(*_parsed(_TABLE)) for crystal in turn if crystal is not None
)
"""Taking turns among the structure types, so that any first part of the list is varied."""
HELD_OUT_CRYSTALS = frozenset(crystal.name for crystal in CRYSTALS if crystal.held_out)
"""Names of the crystals that no training run sees."""


def made_of(crystals: Sequence[Crystal], elements: Sequence[str]) -> tuple[Crystal, ...]:
    """The crystals that have no elements but these; all of them if none are given.

    Raises
    ------
    PhonoscopeError
        for what is no element of any of them.
    """
    known = {element for crystal in crystals for element in crystal.elements}
    if unknown := sorted(set(elements) - known):
        raise PhonoscopeError(
            f"There are no crystals of {', '.join(unknown)}",
            f"the elements of the list are {', '.join(sorted(known))}",
            "Give some of these.",
        )
    return tuple(c for c in crystals if not elements or set(c.elements) <= set(elements))
