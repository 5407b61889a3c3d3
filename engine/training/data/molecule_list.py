"""The molecules of the data set: which they are, where they start, and which nobody trains on."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

STAGES = {1: ("equilibrium", "distorted"), 2: ("distorted-more",), 3: ("polarizability",)}
"""Stage -> parts of a molecule's work."""
LARGEST_WITH_FIELDS = 3
"""Heavy atoms: polarizability derivatives take 13 more gradients."""


@dataclass(frozen=True)
class Molecule:
    """A neutral closed-shell molecule.

    Attributes
    ----------
    name : unique, in lower case with hyphens; names its file.
    smiles : says what it is, and gives the geometry to start from where `g2` does not.
    hydrogens : number of hydrogen atoms.
    g2 : its name in ase's G2 collection, whose MP2 geometries are better ones; None elsewhere.
    """

    name: str
    smiles: str
    hydrogens: int
    g2: str | None = None

    def parts(self, stage: int) -> list[str]:
        """Names of the parts of a stage that are computed for this molecule."""
        large = self.heavy_atoms > LARGEST_WITH_FIELDS
        return [part for part in STAGES[stage] if not (large and part == "polarizability")]

    @property
    def heavy_atoms(self) -> int:
        """Number of atoms other than hydrogen, counted in the SMILES."""
        letters = self.smiles.replace("Cl", "L").replace("[H]", "")
        return sum(letter in "CNOFSLcnos" for letter in letters)

    @property
    def cost(self) -> float:
        """CPU seconds of its Hessian, roughly: atoms squared times basis functions squared.

        Of def2-SVP's functions H has 5, C, N, O and F have 14, S and Cl 18.
        """
        orbitals = 5 * self.hydrogens + 14 * self.heavy_atoms
        return 3e-4 * ((self.heavy_atoms + self.hydrogens) * orbitals) ** 2


# fmt: off
HELD_OUT = frozenset(
    {
        "acetaldehyde", "acetonitrile", "acetylene", "acrylonitrile", "allene", "aziridine",
        "butadiene", "carbonyl-fluoride", "cyclopropane", "difluoromethane", "dimethyl-ether",
        "ethane", "formaldehyde", "formamide", "formic-acid", "furan", "glyoxal",
        "hydrogen-cyanide", "ketene", "methyl-formate", "methylamine", "oxirane", "propene",
        "vinyl-fluoride",
        # with sulfur or chlorine
        "chlorocyclopropane", "chlorodifluoromethane", "dichlorodifluoromethane", "ethynethiol",
        "methanedithiol", "methyl-vinyl-sulfide", "propargyl-chloride", "thietane",
    }
)
"""Never trained on, nor used to decide when to stop training: what the errors are measured on."""
# fmt: on

_FIRST_STAGE = """
# inorganic
hydrogen [H][H] 2 H2
water O 2 H2O
ammonia N 3 NH3
hydrogen-fluoride F 1 HF
nitrogen N#N 0 N2
carbon-monoxide [C-]#[O+] 0 CO
carbon-dioxide O=C=O 0 CO2
nitrous-oxide [N-]=[N+]=O 0 N2O
hydrogen-cyanide C#N 1 HCN
hydrogen-peroxide OO 2 H2O2
hydrazine NN 4 N2H4
hydroxylamine NO 3
fluorine FF 0 F2
oxygen-difluoride FOF 0 F2O
ozone [O-][O+]=O 0 O3
diimide N=N 2
nitroxyl N=O 1
isocyanic-acid N=C=O 1
cyanic-acid OC#N 1
hydrazoic-acid N=[N+]=[N-] 1
nitrous-acid ON=O 1
nitric-acid O[N+](=O)[O-] 1
hydrogen-isocyanide [C-]#[NH+] 1
carbonic-acid OC(=O)O 2
hypofluorous-acid OF 1
nitrogen-trifluoride FN(F)F 0 NF3
nitrosyl-fluoride FN=O 0
fluoramine NF 2
carbon-suboxide O=C=C=C=O 0
cyanogen N#CC#N 0 NCCN
cyanamide NC#N 2
# alkanes and rings
methane C 4 CH4
ethane CC 6 C2H6
propane CCC 8 C3H8
butane CCCC 10 trans-butane
isobutane CC(C)C 10 isobutane
pentane CCCCC 12
cyclopropane C1CC1 6 C3H6_D3h
cyclobutane C1CCC1 8 cyclobutane
cyclopentane C1CCCC1 10
methylcyclopropane CC1CC1 8
bicyclobutane C1C2C1C2 6 bicyclobutane
spiropentane C1CC12CC2 8 C5H8
# alkenes and alkynes
ethene C=C 4 C2H4
propene CC=C 6 C3H6_Cs
isobutene CC(C)=C 8 isobutene
trans-2-butene C/C=C/C 8
1-butene C=CCC 8
allene C=C=C 4 C3H4_D2d
butadiene C=CC=C 6 butadiene
butatriene C=C=C=C 4
cyclopropene C1=CC1 4 C3H4_C2v
cyclobutene C1=CCC1 6 cyclobutene
cyclopentadiene C1C=CC=C1 6
methylenecyclopropane C=C1CC1 6 methylenecyclopropane
acetylene C#C 2 C2H2
propyne CC#C 4 C3H4_C3v
2-butyne CC#CC 6 2-butyne
1-butyne CCC#C 6
diacetylene C#CC#C 2
vinylacetylene C=CC#C 4
1-pentyne CCCC#C 8
# alcohols, ethers, peroxides
methanol CO 4 CH3OH
ethanol CCO 6 CH3CH2OH
1-propanol CCCO 8
isopropanol CC(C)O 8 C2H6CHOH
vinyl-alcohol C=CO 4
allyl-alcohol C=CCO 6
propargyl-alcohol C#CCO 4
ethylene-glycol OCCO 6
methanediol OCO 4
dimethyl-ether COC 6 CH3OCH3
ethyl-methyl-ether CCOC 8 CH3CH2OCH3
vinyl-methyl-ether C=COC 6
dimethoxymethane COCOC 8
oxirane C1CO1 4 CH2OCH2
methyloxirane CC1CO1 6
oxetane C1COC1 6
tetrahydrofuran C1CCOC1 8
methyl-hydroperoxide COO 4
dimethyl-peroxide COOC 6
dioxirane C1OO1 2
# aldehydes, ketones, ketenes
formaldehyde C=O 2 H2CO
acetaldehyde CC=O 4 CH3CHO
propanal CCC=O 6
acrolein C=CC=O 4
propynal C#CC=O 2
glycolaldehyde OCC=O 4
glyoxal O=CC=O 2 OCHCHO
methylglyoxal CC(=O)C=O 4
acetone CC(C)=O 6 CH3COCH3
butanone CCC(C)=O 8
methyl-vinyl-ketone CC(=O)C=C 6
cyclopropanone O=C1CC1 4
cyclobutanone O=C1CCC1 6
ketene C=C=O 2 H2CCO
methylketene CC=C=O 4
# acids, esters, anhydrides
formic-acid OC=O 2 HCOOH
acetic-acid CC(O)=O 4 CH3COOH
propanoic-acid CCC(O)=O 6
acrylic-acid C=CC(O)=O 4
glycolic-acid OCC(O)=O 4
performic-acid OOC=O 2
methyl-formate COC=O 4 HCOOCH3
ethyl-formate CCOC=O 6
vinyl-formate C=COC=O 4
methyl-acetate COC(C)=O 6
dimethyl-carbonate COC(=O)OC 6
ethylene-carbonate O=C1OCCO1 4
formic-anhydride O=COC=O 2
propiolactone O=C1CCO1 4
# amides, amines, imines
formamide NC=O 3
acetamide CC(N)=O 5 CH3CONH2
n-methylformamide CNC=O 5
acrylamide C=CC(N)=O 5
urea NC(N)=O 4
carbamic-acid NC(O)=O 3
hydroxyformamide ONC=O 3
methylamine CN 5 H3CNH2
ethylamine CCN 7 CH3CH2NH2
propylamine CCCN 9
isopropylamine CC(C)N 9
vinylamine C=CN 5
allylamine C=CCN 7
dimethylamine CNC 7 C2H6NH
trimethylamine CN(C)C 9 C3H9N
ethanolamine NCCO 7
ethylenediamine NCCN 8
glycine NCC(O)=O 5
aziridine C1CN1 5 CH2NHCH2
azetidine C1CNC1 7
methanimine C=N 3
ethanimine CC=N 5
n-methylmethanimine CN=C 5
formamidine NC=N 4
acetamidine CC(N)=N 6
guanidine NC(N)=N 5
methylhydrazine CNN 6
n-methylhydroxylamine CNO 5
methoxyamine CON 5
# nitriles, isonitriles, cyano compounds
acetonitrile CC#N 3 CH3CN
propionitrile CCC#N 5
acrylonitrile C=CC#N 3 H2CCHCN
cyanoacetylene C#CC#N 1
malononitrile N#CCC#N 2
glycolonitrile OCC#N 3
aminoacetonitrile NCC#N 4
formyl-cyanide O=CC#N 1
methyl-isocyanide C[N+]#[C-] 3
dimethylcyanamide CN(C)C#N 6
methylcyanamide CNC#N 4
# nitro, nitroso, azo, azides, cumulated nitrogen
nitromethane C[N+](=O)[O-] 3 CH3NO2
methyl-nitrite CON=O 3 CH3ONO
nitroethane CC[N+](=O)[O-] 5
nitroethene C=C[N+](=O)[O-] 3
methyl-nitrate CO[N+](=O)[O-] 3
nitramide N[N+](=O)[O-] 2
nitrosomethane CN=O 3
formaldoxime C=NO 3
acetaldoxime CC=NO 5
azomethane C/N=N/C 6
methyl-azide CN=[N+]=[N-] 3
diazomethane C=[N+]=[N-] 2
diazirine C1N=N1 2
methyl-isocyanate CN=C=O 3
methyl-cyanate COC#N 3
fulminic-acid C#[N+][O-] 1
# fluorinated
fluoromethane CF 3
difluoromethane FCF 2 H2CF2
fluoroform FC(F)F 1 HCF3
tetrafluoromethane FC(F)(F)F 0 CF4
fluoroethane CCF 5
1,1-difluoroethane CC(F)F 4
1,2-difluoroethane FCCF 4
1,1,1-trifluoroethane CC(F)(F)F 3
vinyl-fluoride C=CF 3 H2CCHF
1,1-difluoroethene C=C(F)F 2
trans-1,2-difluoroethene F/C=C/F 2
tetrafluoroethene FC(F)=C(F)F 0 C2F4
fluoroacetylene C#CF 1
difluoroacetylene FC#CF 0
carbonyl-fluoride O=C(F)F 0 COF2
formyl-fluoride O=CF 1
acetyl-fluoride CC(=O)F 3 CH3COF
fluoroacetaldehyde O=CCF 3
fluoroacetonitrile FCC#N 2
trifluoroacetonitrile FC(F)(F)C#N 0 CF3CN
cyanogen-fluoride FC#N 0
2-fluoroethanol OCCF 5
trifluoromethanol OC(F)(F)F 1
carbamoyl-fluoride NC(=O)F 2
difluoramine FNF 1
fluorooxirane FC1CO1 3
fluorocyclopropane FC1CC1 5
3-fluoropropene C=CCF 5
2-fluoropropane CC(C)F 7
# heteroaromatic and aromatic rings
benzene c1ccccc1 6 C6H6
pyridine c1ccncc1 5 C5H5N
furan c1ccoc1 4 C4H4O
pyrrole c1cc[nH]c1 5 C4H4NH
pyrazole c1cn[nH]c1 4
imidazole c1c[nH]cn1 4
oxazole c1cocn1 3
isoxazole c1conc1 3
1,2,4-triazole c1nc[nH]n1 3
1,2,5-oxadiazole c1nonc1 2
tetrazole c1nnn[nH]1 2
pyrazine c1cnccn1 4
pyrimidine c1cncnc1 4
triazine c1ncncn1 3
fulvene C=C1C=CC=C1 6
"""

_SULFUR_AND_CHLORINE = """
hydrogen-sulfide S 2 SH2
hydrogen-chloride Cl 1 HCl
chlorine ClCl 0 Cl2
hypochlorous-acid OCl 1 HOCl
chlorine-monofluoride ClF 0 ClF
carbonyl-sulfide O=C=S 0 OCS
carbon-disulfide S=C=S 0 CS2
sulfur-dioxide O=S=O 0 SO2
nitrosyl-chloride ClN=O 0 ClNO
cyanogen-chloride ClC#N 0
isothiocyanic-acid N=C=S 1
chloramine NCl 2
disulfane SS 2
methanethiol CS 4 CH3SH
chloromethane CCl 3 CH3Cl
dichloromethane ClCCl 2 H2CCl2
chloroform ClC(Cl)Cl 1 HCCl3
chlorofluoromethane FCCl 2
thioformaldehyde C=S 2
chloroacetylene C#CCl 1
vinyl-chloride C=CCl 3 H2CCHCl
chloroethane CCCl 5 CH3CH2Cl
ethanethiol CCS 6 CH3CH2SH
dimethyl-sulfide CSC 6 CH3SCH3
dimethyl-disulfide CSSC 6
thiirane C1CS1 4 CH2SCH2
thioketene C=C=S 2
thioacetaldehyde CC=S 4
formyl-chloride O=CCl 1
thiophosgene S=C(Cl)Cl 0
phosgene O=C(Cl)Cl 0
acetyl-chloride CC(=O)Cl 3 CH3COCl
chloroacetonitrile ClCC#N 2
methyl-thiocyanate CSC#N 3
methyl-isothiocyanate CN=C=S 3
thioformamide NC=S 3
thioacetamide CC(N)=S 5
thiophene c1ccsc1 4 C4H4S
thiazole c1cscn1 3
dimethyl-sulfoxide CS(C)=O 6 C2H6SO
methanesulfenic-acid CSO 4
thioacetic-acid CC(=O)S 4
chloroacetaldehyde O=CCCl 3
trans-1,2-dichloroethene Cl/C=C/Cl 2
1-chloropropane CCCCl 7 C3H7Cl
"""

_HELD_OUT_SULFUR_AND_CHLORINE = """
chlorocyclopropane ClC1CC1 5
chlorodifluoromethane FC(F)Cl 1
dichlorodifluoromethane FC(F)(Cl)Cl 0
ethynethiol C#CS 2
methanedithiol SCS 4
methyl-vinyl-sulfide C=CSC 6
propargyl-chloride C#CCCl 3
thietane C1CSC1 6
"""


def _parse(table: str) -> list[Molecule]:
    """Molecules of lines `name SMILES hydrogens [G2 name]`."""
    lines = (line.split() for line in table.strip().splitlines())
    return [
        Molecule(name, smiles, int(hydrogens), *g2)
        for name, smiles, hydrogens, *g2 in (words for words in lines if words[0] != "#")
    ]


def _early_first(molecules: list[Molecule]) -> tuple[Molecule, ...]:
    """Cheap ones first, mixed, so that any beginning of the list has something of every class.

    Those held out come some steps ahead: evaluation needs them from the start.
    """

    def step(molecule: Molecule) -> int:
        return int(math.log2(molecule.cost)) - 2 * (molecule.name in HELD_OUT)

    mixed = sorted(molecules, key=lambda m: zlib.crc32(m.name.encode()))
    return tuple(sorted(mixed, key=step))


MOLECULES = _early_first(_parse(_FIRST_STAGE))
"""H, C, N, O, F; in the order in which they are computed."""

SULFUR_AND_CHLORINE = _early_first(_parse(_SULFUR_AND_CHLORINE))
"""Those with S or Cl, a later stage; all to train on."""

HELD_OUT_SULFUR_AND_CHLORINE = _early_first(_parse(_HELD_OUT_SULFUR_AND_CHLORINE))
"""Those of them that are held out: a list of their own, for the numbers of variations follow from
the one above."""

ISOLATED_ATOMS = {"H": 1, "C": 2, "N": 3, "O": 2, "F": 1, "S": 2, "Cl": 1}
"""Element -> number of unpaired electrons of the free atom's ground state."""
