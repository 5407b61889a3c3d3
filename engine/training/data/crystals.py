"""The work on one crystal: relaxed by a teacher, distorted, and labelled by it."""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import spglib
from ase import Atoms
from jaxtyping import Float
from numpy.random import Generator
from vesin import NeighborList

from engine.derivatives import bloch_products, energy_forces_stress
from engine.neighbours import Layout, neighbour_layout
from engine.potentials import Potential, load_model
from engine.relaxation import relax
from engine.training.data.crystal_list import HELD_OUT_CRYSTALS, Crystal
from engine.training.data.labelled_crystals import (
    LabelledCrystal,
    notes_of,
    read_crystals,
    write_crystals,
)
from engine.training.data.workplace import PartsFolder
from engine.units import frequency_cm1

SINGLE = np.dtype(np.float32)
"""Precision of the products; energies, forces, stresses and the relaxation are in double. It costs
less than 0.01 cm^-1 (docs/data.md)."""
TOGETHER = 3
"""Displacements differentiated together: one number, so that one program serves all of a size."""
LARGE = 8
"""From this many atoms on fewer matrices are computed."""
MATRICES, MATRICES_IF_LARGE = 12, 8
SPECIAL_Q = ((0, 0, 0), (0.5, 0, 0), (0.5, 0.5, 0), (0.5, 0.5, 0.5))
UNSTABLE_CM1 = -15.0
"""Frequencies below this at any q make a crystal unstable; above is what single precision and the
residual force do to acoustic waves."""

STRAINS = (-0.03, -0.015, 0.015, 0.03)
RANDOM_STRAIN = 0.01
RATTLES = (0.008, 0.015, 0.025, 0.04, 0.06)
"""Standard deviations of the displacements, in units of the shortest distance between atoms."""
RATTLES_WITH_PRODUCTS = 3
MATRICES_IF_DECORATED, STRAINS_IF_DECORATED, RATTLES_IF_DECORATED = 6, (-0.02, 0.02), (0.02, 0.03)
"""Many crystals tell more than many structures of a few."""
PRODUCTS_Q = 2
"""Wave vectors a rattled structure, each with TOGETHER displacements."""
MAX_FORCE_EV_A = 1e-3


@dataclass(frozen=True)
class Crystals(PartsFolder[Crystal]):
    """Where parts of crystals are kept, and the teacher that labels them.

    Attributes
    ----------
    teacher : a file of a model.
    layout : how it takes edges; ``roomy`` where very many small crystals are to share programs.
    """

    teacher: Path
    layout: Layout = "auto"

    @cached_property
    def model(self) -> Potential:
        """The teacher's model, read when first needed."""
        return replace(load_model(str(self.teacher)), layout=self.layout)

    def alike_together(self, items: Sequence[Crystal]) -> list[Crystal]:
        """The same crystals, those that the teacher's programs take in the same arrays in a row.

        A program takes half a minute to compile, and a crystal of two atoms a second to label.
        """

        def size(crystal: Crystal) -> tuple[int, int]:
            atoms = crystal.build()
            edges = neighbour_layout(atoms, self.model.cutoff_A, self.layout)
            return len(atoms), len(edges.receivers)

        return sorted(items, key=size)

    def compute(self, item: Crystal, part: str) -> None:
        """Compute one part of a crystal and keep it; raises what the relaxation raises."""
        started = time.process_time()
        if part == "equilibrium":
            crystals, notes = self._equilibrium(item)
        else:
            crystals, notes = self._distorted(item)
        notes["cpu_seconds"] = round(time.process_time() - started, 1)
        write_crystals(self.path(item.name, part), part, crystals, notes)

    def _equilibrium(self, crystal: Crystal) -> tuple[list[LabelledCrystal], dict[str, Any]]:
        start = crystal.build()
        atoms = relax(start, self.model, cell=True, max_force_eV_A=MAX_FORCE_EV_A)
        labelled = self.label(atoms, crystal.name, "equilibrium")
        n = 3 * len(atoms)
        count = MATRICES if len(atoms) < LARGE else MATRICES_IF_LARGE
        if crystal.decorated:
            count = MATRICES_IF_DECORATED
        some = _rng(crystal.name, "equilibrium").uniform(-0.5, 0.5, (count - len(SPECIAL_Q), 3))
        q = np.concatenate([np.array(SPECIAL_Q), some])
        columns = bloch_products(atoms, self.model, q, [np.eye(n)] * count, SINGLE, TOGETHER)
        matrices = np.swapaxes(np.stack(columns), 1, 2)
        lowest = float(min(frequencies_cm1(atoms, phi).min() for phi in matrices))
        notes = {
            "prototype": crystal.prototype.name,
            "held_out": int(crystal.held_out),
            "space_group": _space_group(atoms),
            "space_group_of_prototype": crystal.prototype.space_group,
            "volume_change": atoms.get_volume() / start.get_volume() - 1,
            "largest_force_eV_A": float(np.linalg.norm(labelled.forces_eV_A, axis=1).max()),
            "lowest_frequency_cm1": lowest,
            "unstable": int(lowest < UNSTABLE_CM1),
        }
        return [replace(labelled, matrix_q=q, force_constants_eV_A2=matrices)], notes

    def _distorted(self, crystal: Crystal) -> tuple[list[LabelledCrystal], dict[str, Any]]:
        rest = read_crystals(self.path(crystal.name, "equilibrium"))[0].atoms
        rng = _rng(crystal.name, "distorted")
        found = []
        for strain in STRAINS_IF_DECORATED if crystal.decorated else STRAINS:
            atoms = strained(rest, strain * np.eye(3))
            found.append(self.label(atoms, crystal.name, "strained"))
        for i, size in enumerate(RATTLES_IF_DECORATED if crystal.decorated else RATTLES):
            atoms = rattled(rest, size, rng)
            labelled = self.label(atoms, crystal.name, "rattled")
            if i < RATTLES_WITH_PRODUCTS:
                q = rng.uniform(-0.5, 0.5, (PRODUCTS_Q, 3))
                u = rng.normal(size=(PRODUCTS_Q, TOGETHER, 3 * len(atoms)))
                products = bloch_products(atoms, self.model, q, list(u), SINGLE, TOGETHER)
                labelled = replace(
                    labelled,
                    product_q=np.repeat(q, TOGETHER, axis=0),
                    displacement_A=np.concatenate(list(u)),
                    product_eV_A=np.concatenate(products),
                )
            found.append(labelled)
        return found, {}

    def label(self, atoms: Atoms, name: str, kind: str) -> LabelledCrystal:
        """What the teacher says of a crystal as it is, no second derivatives yet."""
        said, n = energy_forces_stress(atoms, self.model), 3 * len(atoms)
        assert said.stress_eV_A3 is not None
        nothing = np.zeros((0, n))
        return LabelledCrystal(
            name,
            kind,
            atoms,
            said.energy_eV,
            said.forces_eV_A,
            said.stress_eV_A3,
            matrix_q=np.zeros((0, 3)),
            force_constants_eV_A2=np.zeros((0, n, n), complex),
            product_q=np.zeros((0, 3)),
            displacement_A=nothing,
            product_eV_A=nothing + 0j,
        )

    def status(self, items: Sequence[Crystal]) -> str:
        """What is there, in one line for a person."""
        done = [c.name for c in items if self.path(c.name, "equilibrium").exists()]
        full = [name for name in done if self.path(name, "distorted").exists()]
        unstable = sum(
            int(notes_of(self.path(name, "equilibrium"), "equilibrium")["unstable"])
            for name in done
        )
        held_out = sum(c.held_out for c in items)
        failed = len(list(self.folder.glob("*.failed")))
        return (
            f"{len(done)} of {len(items)} crystals ({len(HELD_OUT_CRYSTALS & set(done))} of "
            f"{held_out} held out), {len(full)} with distorted geometries, "
            f"{unstable} dynamically unstable, {failed} parts failed"
        )

    def provenance(self) -> dict[str, Any]:
        """The teacher, and how its labels were computed."""
        return {
            "teacher": self.teacher.name,
            "teacher_sha256": hashlib.sha256(self.teacher.read_bytes()).hexdigest(),
            "precision": "products and matrices float32, everything else float64",
            "strains": STRAINS,
            "rattles": RATTLES,
            "random_strain": RANDOM_STRAIN,
        }


def strained(atoms: Atoms, strain: Float[np.ndarray, "3 3"]) -> Atoms:
    """A copy whose cell and positions are multiplied by 1 + strain."""
    moved = atoms.copy()
    moved.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
    return moved


def rattled(atoms: Atoms, size: float, rng: Generator) -> Atoms:
    """A random symmetric strain, and displacements in units of the shortest distance."""
    random = rng.normal(0, RANDOM_STRAIN, (3, 3))
    moved = strained(atoms, (random + random.T) / 2)
    if len(atoms) > 1:
        moved.positions += rng.normal(0, size * shortest_distance_A(atoms), atoms.positions.shape)
    return moved


def shortest_distance_A(atoms: Atoms) -> float:
    """Between any two atoms of a crystal, images included."""
    search = NeighborList(cutoff=6.0, full_list=False)
    (distances,) = search.compute(atoms.positions, atoms.cell.array, True, "d")
    return float(distances.min())


def frequencies_cm1(atoms: Atoms, phi: np.ndarray) -> Float[np.ndarray, " modes"]:
    """Frequencies of a matrix of force constants, imaginary ones negative."""
    root = np.repeat(np.sqrt(atoms.get_masses()), 3)
    return frequency_cm1(np.linalg.eigvalsh((phi + phi.conj().T) / 2 / np.outer(root, root)))


def _space_group(atoms: Atoms) -> int:
    cell = (atoms.cell.array, atoms.get_scaled_positions(wrap=False), atoms.numbers)
    found = spglib.get_symmetry_dataset(cell, symprec=1e-2)
    return int(found.number) if found is not None else 0


def _rng(name: str, part: str) -> Generator:
    return np.random.default_rng(zlib.crc32(f"{name} {part}".encode()))
