"""The crystals with a DFT reference, and how each part of it is computed.

Lattice constants to start from are experimental ones, R. W. G. Wyckoff, Crystal Structures (1963).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.spacegroup import crystal
from jaxtyping import Complex, Float

from engine.derivatives import EnergyResult
from engine.errors import PhonoscopeError
from engine.reference.abinit.ddb import SecondDerivatives, read_ddb
from engine.reference.abinit.inputs import (
    GROUND,
    RELAX,
    Mesh,
    Pseudopotentials,
    crystal_input,
    field_input,
    phonon_input,
)
from engine.reference.abinit.run import (
    OUTPUT,
    energy_eV,
    final_structure,
    forces_eV_A,
    frequencies_cm1,
    pressure_GPa,
    run_abinit,
    stress_eV_A3,
)

NEUTRAL_E = 0.02
"""What the Born charges may add up to."""
DENSER_MESHES = 2
"""How often the mesh is made denser to reach that."""

# fmt: off
ZONE_BOUNDARY: dict[str, dict[str, tuple[float, float, float]]] = {
    "fcc": {"X": (.5, 0, .5), "L": (.5, .5, .5)},
    "cubic": {"X": (0, .5, 0), "R": (.5, .5, .5)},
    "tetragonal": {"X": (0, .5, 0), "Z": (0, 0, .5)},
    "hexagonal": {"M": (.5, 0, 0), "A": (0, 0, .5)},
}
"""Two points on the surface of the zone of each lattice, in units of the reciprocal vectors."""
# fmt: on


@dataclass(frozen=True)
class ReferenceCrystal:
    """A crystal to be computed.

    Attributes
    ----------
    name : formula and prototype, like ``MgO-rocksalt``.
    start : primitive cell to relax from.
    lattice : key of ZONE_BOUNDARY.
    mesh : points k of the relaxation and of the phonons at the zone boundary; Born charges may ask
        for more.
    """

    name: str
    start: Atoms
    lattice: str
    mesh: Mesh

    def parts(self, stage: int) -> list[str]:
        """Names of the parts: the relaxed crystal first, which all others need."""
        return ["relaxed", "gamma", *ZONE_BOUNDARY[self.lattice]]


def _fcc(name: str, structure: str, a: float, n: int) -> ReferenceCrystal:
    formula = name.split("-")[0]
    return ReferenceCrystal(name, bulk(formula, structure, a), "fcc", Mesh((n, n, n), "fcc"))


def _from_sites(
    name: str,
    elements: str,
    sites: list[tuple[float, float, float]],
    group: int,
    cell: tuple[float, float],
    lattice: str,
    divisions: tuple[int, int, int],
) -> ReferenceCrystal:
    a, c = cell
    angles = [90, 90, 120 if lattice == "hexagonal" else 90]
    atoms = crystal(elements.split(), sites, spacegroup=group, cellpar=[a, a, c, *angles])
    plain = Atoms(atoms.numbers, cell=atoms.cell, positions=atoms.positions, pbc=True)
    shift = "hexagonal" if lattice == "hexagonal" else "primitive"
    return ReferenceCrystal(name, plain, lattice, Mesh(divisions, shift))


# fmt: off
_WURTZITE, _HALF = [(1/3, 2/3, 0.), (1/3, 2/3, .382)], .5
REFERENCE_CRYSTALS: tuple[ReferenceCrystal, ...] = (
    _fcc("Si-diamond", "diamond", 5.431, 6),
    _fcc("MgO-rocksalt", "rocksalt", 4.212, 4),
    _fcc("C-diamond", "diamond", 3.567, 6),
    _fcc("NaCl-rocksalt", "rocksalt", 5.640, 4),
    _fcc("BN-zincblende", "zincblende", 3.615, 6),
    _fcc("AlAs-zincblende", "zincblende", 5.661, 6),
    _fcc("LiF-rocksalt", "rocksalt", 4.026, 4),
    _fcc("CaF2-fluorite", "fluorite", 5.463, 4),
    _fcc("LiH-rocksalt", "rocksalt", 4.084, 4),
    _fcc("BP-zincblende", "zincblende", 4.538, 6),
    _fcc("ZnS-zincblende", "zincblende", 5.409, 4),
    _fcc("SiC-zincblende", "zincblende", 4.360, 6),
    _fcc("GaAs-zincblende", "zincblende", 5.653, 6),
    _from_sites("AlN-wurtzite", "Al N", _WURTZITE, 186, (3.112, 4.982), "hexagonal", (6, 6, 4)),
    _from_sites("SrTiO3-perovskite", "Sr Ti O", [(0, 0, 0), (_HALF,) * 3, (_HALF, _HALF, 0)],
                221, (3.905, 3.905), "cubic", (6, 6, 6)),
    _from_sites("TiO2-rutile", "Ti O", [(0, 0, 0), (.305, .305, 0)],
                136, (4.594, 2.959), "tetragonal", (4, 4, 6)),
    _from_sites("SiO2-quartz", "Si O", [(.4697, 0, 2/3), (.4135, .2669, .7858)],
                154, (4.913, 5.405), "hexagonal", (4, 4, 4)),
    _fcc("CaO-rocksalt", "rocksalt", 4.811, 4),
    _fcc("KCl-rocksalt", "rocksalt", 6.293, 4),
    _fcc("AlP-zincblende", "zincblende", 5.467, 6),
    _from_sites("ZnO-wurtzite", "Zn O", _WURTZITE, 186, (3.250, 5.207), "hexagonal", (6, 6, 4)),
)
# fmt: on
"""The quick ones first."""


@dataclass(frozen=True)
class Abinit:
    """Computes parts in folders under `scratch`, where what is complete stays."""

    scratch: Path
    pseudopotentials: Pseudopotentials

    def at_rest(self, crystal: ReferenceCrystal) -> tuple[Atoms, EnergyResult]:
        """The crystal at rest, its energy, and what forces and stress are left."""
        said = self._relaxation(crystal)
        state = EnergyResult(energy_eV(said), forces_eV_A(said), stress_eV_A3(said))
        return final_structure(said, crystal.start), state

    def relaxed(self, crystal: ReferenceCrystal) -> dict[str, Any]:
        """The crystal at rest and its energy, as a part to keep."""
        said = self._relaxation(crystal)
        atoms = final_structure(said, crystal.start)
        return {
            **_structure(atoms),
            "energy_eV": energy_eV(said),
            "pressure_GPa": pressure_GPa(said),
            "ecut_Ha": self.pseudopotentials.cutoff_Ha(atoms),
            "bands": self.pseudopotentials.occupied_bands(atoms),
            "k_mesh": crystal.mesh.divisions,
            "k_shifts": crystal.mesh.lattice,
        }

    def gamma(self, crystal: ReferenceCrystal, atoms: Atoms) -> dict[str, Any]:
        """Phonons at q = 0, Born charges and dielectric tensor, on a mesh dense enough."""
        mesh = crystal.mesh
        for _ in range(DENSER_MESHES + 1):
            folder = self._with_ground_state(crystal, atoms, mesh)
            text = crystal_input(atoms, mesh, self.pseudopotentials) + field_input(len(atoms))
            run_abinit(folder / "gamma", text)
            (found,) = read_ddb(folder / "gamma" / "runo_DS2_DDB")
            said, used = (folder / "gamma" / OUTPUT).read_text(), mesh
            for waves in (folder / "gamma").glob("*1WF*"):  # large, and not needed any more
                waves.unlink()
            if found.neutrality_error_e < NEUTRAL_E:
                break
            mesh = mesh.denser()
        assert found.born_charges_e is not None and found.dielectric is not None
        return {
            **_phonons(found, said),
            "born_charges_e": found.born_charges_e.tolist(),
            "dielectric": found.dielectric.tolist(),
            "neutrality_error_e": found.neutrality_error_e,
            "k_mesh": used.divisions,
        }

    def phonons(self, crystal: ReferenceCrystal, atoms: Atoms, point: str) -> dict[str, Any]:
        """Phonons at a named point of the zone boundary."""
        q = np.array(ZONE_BOUNDARY[crystal.lattice][point])
        found, said = self._response(crystal, atoms, crystal.mesh, q, point)
        return {**_phonons(found, said), "k_mesh": crystal.mesh.divisions}

    def force_constants(
        self, crystal: ReferenceCrystal, atoms: Atoms, mesh: Mesh, q: Float[np.ndarray, "3"]
    ) -> Complex[np.ndarray, "3*atoms 3*atoms"]:
        """Phi(q) in eV/angstrom^2, of a q that joins points of the mesh of k."""
        name = "q" + "".join(f"_{x:.5f}" for x in q)
        return self._response(crystal, atoms, mesh, q, name)[0].force_constants_eV_A2

    def _relaxation(self, crystal: ReferenceCrystal) -> str:
        text = crystal_input(crystal.start, crystal.mesh, self.pseudopotentials)
        output = run_abinit(self.scratch / crystal.name / "relax", f"{text}\n{RELAX}\n")
        return output.read_text()

    def _response(
        self,
        crystal: ReferenceCrystal,
        atoms: Atoms,
        mesh: Mesh,
        q: Float[np.ndarray, "3"],
        name: str,
    ) -> tuple[SecondDerivatives, str]:
        """Second derivatives at q, and ABINIT's main output."""
        folder = self._with_ground_state(crystal, atoms, mesh)
        text = crystal_input(atoms, mesh, self.pseudopotentials)
        output = run_abinit(folder / name, text + phonon_input(len(atoms), q))
        (found,) = read_ddb(folder / name / "runo_DDB")
        return found, output.read_text()

    def _with_ground_state(self, crystal: ReferenceCrystal, atoms: Atoms, mesh: Mesh) -> Path:
        folder = self.scratch / crystal.name / "x".join(map(str, mesh.divisions))
        text = crystal_input(atoms, mesh, self.pseudopotentials)
        run_abinit(folder / "ground", f"{text}\n{GROUND}\n")
        return folder


def _structure(atoms: Atoms) -> dict[str, Any]:
    return {
        "numbers": atoms.numbers.tolist(),
        "cell_A": atoms.cell.array.tolist(),
        "scaled_positions": atoms.get_scaled_positions(wrap=False).tolist(),
    }


def structure_of(relaxed: dict[str, Any]) -> Atoms:
    """The crystal of a part `relaxed`."""
    return Atoms(
        relaxed["numbers"],
        cell=relaxed["cell_A"],
        scaled_positions=relaxed["scaled_positions"],
        pbc=True,
    )


def _phonons(found: SecondDerivatives, said: str) -> dict[str, Any]:
    phi = found.force_constants_eV_A2
    printed = frequencies_cm1(said)
    if not printed:
        fix = "Read its main output."
        raise PhonoscopeError("no frequencies", "ABINIT's output has no table of them", fix)
    return {
        "q": found.q.tolist(),
        "force_constants_eV_A2": [phi.real.round(8).tolist(), phi.imag.round(8).tolist()],
        "abinit_frequencies_cm1": printed[0].tolist(),
    }
