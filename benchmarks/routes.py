"""One measurement in a process of its own: ``python -m benchmarks.routes ROUTE CRYSTAL MODEL``.

A route prints one line of JSON. Everything is computed once before the clock starts, so that
compilation is not counted; peak memory is that of the whole process.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from unittest import mock

import e3nn_jax as e3nn
import jax
import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.spacegroup import crystal
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms

import engine
from engine.derivatives import bloch_products, energy_forces_stress
from engine.phonons import band_path
from engine.potentials import Potential
from engine.potentials.convolution import sums
from engine.potentials.convolution.paths import channels_last

MESH = (4, 4, 4)
SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)

CRYSTALS: dict[str, Callable[[], Atoms]] = {
    "Si": lambda: bulk("Si", "diamond", a=5.431),
    "NaCl": lambda: bulk("NaCl", "rocksalt", a=5.64),
    "MgO": lambda: bulk("MgO", "rocksalt", a=4.212),
    "ZnS wurtzite": lambda: bulk("ZnS", "wurtzite", a=3.82, c=6.26, u=0.375),
    "SiO2 quartz": lambda: crystal(
        ["Si", "O"],
        [(0.4697, 0, 1 / 3), (0.4133, 0.2672, 0.2145)],
        spacegroup=152,
        cellpar=[4.916, 4.916, 5.4054, 90, 90, 120],
    ),
}


def exact(atoms: Atoms, model: Potential, dtype: np.dtype = SINGLE) -> dict[str, float]:
    """Everything by the engine's own route: D(q) on the mesh, bands, density of states."""

    def run() -> None:
        ph = engine.phonons(atoms, model, mesh=MESH, dtype=dtype)
        ph.bands(n_points=200)
        ph.dos()

    return timed(run, repeats=3)


def displacements(atoms: Atoms, model: Potential) -> dict[str, float]:
    """The same by phonopy's finite displacements in the supercell of the mesh."""
    calculator = engine.calculator(model, dtype=SINGLE)
    path = band_path(atoms, 200)
    supercell = atoms.repeat(MESH)
    supercell.rattle(1e-3)
    supercell.calc = calculator
    supercell.get_forces()  # compiles

    def run() -> int:
        cell = PhonopyAtoms(
            numbers=atoms.numbers,
            cell=atoms.cell.array,
            scaled_positions=atoms.get_scaled_positions(),
        )
        phonon = Phonopy(cell, np.diag(MESH), primitive_matrix=np.eye(3))
        phonon.generate_displacements(distance=0.01)
        forces = []
        for displaced in phonon.supercells_with_displacements:
            copy = Atoms(
                displaced.numbers,
                displaced.positions,
                cell=displaced.cell,
                pbc=True,
                calculator=calculator,
            )
            forces.append(copy.get_forces())
        phonon.forces = np.array(forces)
        phonon.produce_force_constants()
        phonon.run_band_structure([path.q])
        phonon.run_mesh([20, 20, 20])
        phonon.run_total_dos()
        return len(forces)

    count = len(phonopy_displacements(atoms))
    return timed(run, repeats=1) | {"displacements": count}


def phonopy_displacements(atoms: Atoms) -> list:
    """What phonopy would displace."""
    cell = PhonopyAtoms(
        numbers=atoms.numbers, cell=atoms.cell.array, scaled_positions=atoms.get_scaled_positions()
    )
    phonon = Phonopy(cell, np.diag(MESH), primitive_matrix=np.eye(3))
    phonon.generate_displacements(distance=0.01)
    return phonon.dataset["first_atoms"]


def forces(atoms: Atoms, model: Potential) -> dict[str, float]:
    """Forces of the supercell 3x3x3 once, through the engine."""
    supercell = atoms.repeat(3)
    return timed(lambda: energy_forces_stress(supercell, model, SINGLE), repeats=3)


def plain_forces(atoms: Atoms, model: Potential) -> dict[str, float]:
    """The same in the textbook's order: gather, e3nn's tensor product, scatter."""

    def summed_plainly(paths, weights, y, h, graph):  # type: ignore[no-untyped-def]
        irreps = paths.irreps_in
        features = sums.irreps_array(irreps, h)[graph.senders]
        harmonics = e3nn.IrrepsArray(e3nn.s2_irreps(paths.lmax), y)
        keep = [ir for _, ir in paths.irreps_out]
        messages = e3nn.tensor_product(features, harmonics, filter_ir_out=keep) * weights
        summed = e3nn.IrrepsArray(messages.irreps, graph.sum_over_edges(messages.array))
        return channels_last(summed.regroup())

    with mock.patch.object(sums, "summed_by_edges", summed_plainly):
        jax.clear_caches()
        return forces(atoms, model)


def columns(atoms: Atoms, model: Potential, repeats: tuple[int, int, int]) -> dict[str, float]:
    """Twelve columns of Phi(q) of a supercell at one q."""
    supercell = atoms.repeat(repeats)
    q = np.array([[0.11, 0.23, 0.37]])
    u = [np.eye(3 * len(supercell))[: min(12, 3 * len(supercell))]]
    measured = timed(lambda: bloch_products(supercell, model, q, u, SINGLE), repeats=3)
    return measured | {"atoms": len(supercell), "columns": len(u[0])}


def cluster_columns(atoms: Atoms, model: Potential) -> dict[str, float]:
    """The textbook's Hessian of an extended cluster, column by column: the columns of one cell.

    The cluster is a periodic supercell of 4x4x4 cells, which holds far less than the receptive
    field of the network: the textbook's real cost is higher.
    """
    from engine.derivatives.energy import total_energy
    from engine.graph import neighbour_system

    cluster = atoms.repeat(MESH)
    parameters = model.astype(SINGLE).parameters
    system = neighbour_system(cluster, model.cutoff_A, SINGLE, "edges")
    no_strain = np.zeros((3, 3), np.float32)

    @jax.jit
    def column(x, direction):  # type: ignore[no-untyped-def]
        gradient = jax.grad(
            lambda x: total_energy(model.atomic_energies, parameters, system.at(x), no_strain)
        )
        return jax.jvp(gradient, (x,), (direction,))[1]

    one = np.zeros(system.positions.shape, np.float32)
    one[0, 0] = 1.0
    measured = timed(lambda: column(system.positions, one).block_until_ready(), repeats=1)
    measured["seconds"] *= 3 * len(atoms)
    return measured


def accuracy(atoms: Atoms, model: Potential) -> dict[str, float]:
    """Largest difference of frequencies along the path between single and double precision."""
    single, double = (
        engine.phonons(atoms, model, mesh=MESH, dtype=dtype).bands(n_points=200).frequencies_cm1
        for dtype in (SINGLE, DOUBLE)
    )
    return {"difference_cm1": float(np.abs(single - double).max())}


def timed(run: Callable[[], object], repeats: int) -> dict[str, float]:
    """Shortest of several runs after one that compiles."""
    run()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    peak_kB = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": min(seconds), "peak_GB": peak_kB / 1e6}


def main() -> None:
    """Measure one route."""
    route, name, path, *repeats = sys.argv[1:]
    model, atoms = engine.load_model(path), CRYSTALS[name]()
    if route == "columns":
        result = columns(atoms, model, tuple(int(n) for n in repeats))  # type: ignore[arg-type]
    else:
        result = globals()[route](atoms, model)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
