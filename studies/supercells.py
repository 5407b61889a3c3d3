"""Supercell data or second derivatives? ``python -m studies.supercells --teacher FILE``.

Phonons of a crystal need forces between atoms that are several cells apart; a primitive cell at
q = 0 shows only their sums. Training data usually has them from displaced supercells. D(q) of the
primitive cell has them as well. Three networks, equal but for their data, learn a family of
crystals from one teacher:

    primitive     energies, forces and stresses of strained and rattled primitive cells
    supercells    the same, and of rattled supercells
    probes        primitive cells, and products of D(q) with random displacements

The error is that of the frequencies over the whole zone, against the teacher. The second panel is
the same question at scale: published models without and with phonons in their training.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk, make_supercell
from matplotlib.figure import Figure
from numpy.random import Generator

from engine.derivatives import bloch_products, dynamical_matrices, energy_forces_stress
from engine.potentials import Potential, load_model
from engine.relaxation import relax
from engine.training.config import (
    BatchConfig,
    DataConfig,
    LossConfig,
    OptimiserConfig,
    TrainingConfig,
)
from engine.training.samples import Products, Sample
from engine.units import frequency_cm1
from studies.common import Results, frequency_errors_cm1, mean_and_error, trained, written

STUDY = "supercells"
FAMILY = {"NaCl": 5.64, "NaF": 4.63, "KCl": 6.29, "KF": 5.35}
VARIANTS = ("primitive", "supercells", "probes")
RATTLED, SUPERCELLS, PROBES = 12, 4, 6
"""Of each crystal: primitive cells; supercells of 2x2x2; products at as many random q."""
ZONE_POINTS = 24
EXPERIMENT_CM1 = {"Si": 519.0, "GaAs": 269.0}
"""Transverse optical frequencies at Γ."""


def main() -> None:
    """Everything, or what is left of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--teacher", type=Path, required=True, help="file of the teacher's model")
    parser.add_argument("--published", type=Path, nargs="*", default=[], help="for panel two")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3000)
    arguments = parser.parse_args()
    teacher, results = load_model(str(arguments.teacher)), Results(STUDY)
    crystals = {
        name: relax(bulk(name, "rocksalt", a=a), teacher, cell=True) for name, a in FAMILY.items()
    }
    zone = reference(crystals, teacher)
    errors: dict[str, list[float]] = {variant: [] for variant in VARIANTS}
    for seed in range(arguments.seeds):
        data = labelled(crystals, teacher, seed)
        for variant in VARIANTS:
            found = results.of(
                f"{variant}-{seed}-{arguments.steps}",
                lambda: measured(variant, data, zone, seed, arguments.steps, results),  # noqa: B023
            )
            errors[variant].append(found["frequency_error_cm1"])
            print(f"{variant}, seed {seed}: {errors[variant][-1]:.1f} cm^-1", flush=True)
    at_scale = {p.stem: published(load_model(str(p))) for p in arguments.published}
    report(errors, at_scale, arguments.steps)


def labelled(crystals: dict[str, Atoms], teacher: Potential, seed: int) -> dict[str, list[Sample]]:
    """Training data by kind: of primitive cells, of supercells, and with products."""
    rng = np.random.default_rng(seed)
    data: dict[str, list[Sample]] = {variant: [] for variant in VARIANTS}
    for name, rest in crystals.items():
        for _ in range(RATTLED):
            sample = _sample(name, _moved(rest, rng), teacher)
            data["primitive"].append(sample)
        data["probes"].append(_with_products(name, rest, teacher, rng))
        for _ in range(SUPERCELLS):
            large = make_supercell(rest, 2 * np.eye(3, dtype=int))
            data["supercells"].append(_sample(name, _moved(large, rng, strain=0.0), teacher))
    return data


def _moved(rest: Atoms, rng: Generator, strain: float = 0.02, size: float = 0.05) -> Atoms:
    atoms = rest.copy()
    deformed = np.eye(3) + rng.normal(scale=strain, size=(3, 3)) if strain else np.eye(3)
    atoms.set_cell(atoms.cell.array @ (deformed + deformed.T) / 2, scale_atoms=True)
    atoms.positions += rng.normal(scale=size, size=atoms.positions.shape)
    return atoms


def _sample(name: str, atoms: Atoms, teacher: Potential) -> Sample:
    state = energy_forces_stress(atoms, teacher)
    return Sample(name, "rattled", atoms, state.energy_eV, state.forces_eV_A, state.stress_eV_A3)


def _with_products(name: str, rest: Atoms, teacher: Potential, rng: Generator) -> Sample:
    q = rng.uniform(-0.5, 0.5, (PROBES, 3))
    u = rng.normal(size=(PROBES, 1, 3 * len(rest)))
    products = np.concatenate(bloch_products(rest, teacher, q, list(u)))
    known = Products(q, u[:, 0] + 0j, products)
    sample = _sample(name, rest, teacher)
    return Sample(**{**sample.__dict__, "kind": "equilibrium", "products": known})


def reference(crystals: dict[str, Atoms], teacher: Potential) -> list[Any]:
    """(structure, q, frequencies of the teacher) over the zone, q never trained on."""
    rng, asked = np.random.default_rng(1234), []
    for atoms in crystals.values():
        q = rng.uniform(-0.5, 0.5, (ZONE_POINTS, 3))
        d = dynamical_matrices(atoms, teacher, q)
        known = frequency_cm1(np.linalg.eigvalsh(d))
        asked += [(atoms, q[i], known[i]) for i in range(ZONE_POINTS)]
    return asked


def measured(
    variant: str,
    data: dict[str, list[Sample]],
    zone: list[Any],
    seed: int,
    steps: int,
    results: Results,
) -> dict[str, Any]:
    """Train one network and compare it with the teacher."""
    samples = data["primitive"] + (data[variant] if variant != "primitive" else [])
    config = TrainingConfig(
        DataConfig(files=("study",)),
        network={
            "architecture": "nequip", "cutoff_A": 5.0, "n_layers": 2, "lmax": 2,
            "hidden_irreps": "16x0e + 8x1o + 4x2e", "radial_width": 32, "radial_layers": 1,
        },
        seed=seed,
        loss=LossConfig(
            stress=((0.0, 100.0),), probes=((0.0, 1.0 if variant == "probes" else 0.0),),
            metric="cartesian",
        ),
        optimiser=OptimiserConfig(learning_rate=5e-3),
        batches=BatchConfig(size=8, probes=PROBES, shapes=2),
    )  # fmt: skip
    model = trained(config, samples, steps, results.folder / f"run-{variant}-{seed}-{steps}")
    errors = np.abs(frequency_errors_cm1(model, zone))
    return {
        "frequency_error_cm1": float(errors.mean()),
        "largest_error_cm1": float(errors.max()),
        "structures": len(samples),
    }


def published(model: Potential) -> dict[str, float]:
    """Highest frequency at Γ of silicon and gallium arsenide, relaxed by the model."""
    found = {}
    for name, kind, a in (("Si", "diamond", 5.43), ("GaAs", "zincblende", 5.65)):
        atoms = relax(bulk(name, kind, a=a), model, cell=True)
        d = dynamical_matrices(atoms, model, np.zeros((1, 3)))[0]
        found[name] = float(frequency_cm1(np.linalg.eigvalsh(d)).max())
    return found


def report(
    errors: dict[str, list[float]], at_scale: dict[str, dict[str, float]], steps: int
) -> None:
    """Figure, numbers and paragraph."""
    told = {variant: mean_and_error(values) for variant, values in errors.items()}
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    means = [told[v][0] for v in VARIANTS]
    left.bar(VARIANTS, means, yerr=[told[v][1] for v in VARIANTS], capsize=4, color="#0072b2")
    left.set(ylabel="frequency error over the zone, cm⁻¹", title="four alkali halides")
    for shift, (name, found) in enumerate(at_scale.items()):
        places = np.arange(len(found)) + 0.3 * shift
        right.bar(places, list(found.values()), 0.28, label=name)
    for i, (name, value) in enumerate(EXPERIMENT_CM1.items()):
        right.hlines(value, i - 0.2, i + 0.6, "k", label="experiment" if i == 0 else None)
        right.text(i, 20, name, ha="center", color="white")
    right.set(ylabel="optical frequency at Γ, cm⁻¹", title="published models", xticks=[])
    right.legend(fontsize=7)
    words = ", ".join(f"{v} {told[v][0]:.1f} ± {told[v][1]:.1f}" for v in VARIANTS)
    paragraph = (
        f"Mean absolute frequency error over the zone in cm^-1, {len(errors['probes'])} runs of "
        f"{steps} steps each: {words}. Beside {RATTLED} rattled primitive cells of each crystal "
        f"there are {SUPERCELLS} rattled supercells of sixteen atoms, or {PROBES} products of D(q) "
        "with a displacement in the primitive cell of two."
    )
    numbers: dict[str, Any] = {
        "steps": steps, "errors_cm1": errors, "published_cm1": at_scale,
        "experiment_cm1": EXPERIMENT_CM1,
    }  # fmt: skip
    written(STUDY, numbers, paragraph, figure)


if __name__ == "__main__":
    main()
