"""Does training with Hessians make molecular dynamics more stable? ``python -m studies.stability``.

The networks of the studies ``hessians`` and ``supercells``, trained with and without second
derivatives, move molecules and crystals: at constant energy (velocity Verlet) and at constant
temperature (Langevin). A run fails when two atoms come closer than half of, or a bond grows longer
than twice, what it was, or a force is not a number. Measured are the time to failure, and the drift
of the energy while nothing fails.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.build import bulk, make_supercell
from ase.md.langevin import Langevin
from ase.md.md import MolecularDynamics
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution, Stationary, ZeroRotation
from ase.md.verlet import VelocityVerlet
from jaxtyping import Float
from matplotlib.figure import Figure

from engine.calculator import calculator
from engine.potentials import Potential, load_model
from engine.training.config import DataConfig
from engine.training.readers import read_samples
from studies.common import KEPT, Results, mean_and_error, written

STUDY = "stability"
TIMESTEP_FS = 0.5
CHECK_EVERY = 20
FRICTION_PER_FS = 0.01
KINDS = {
    "molecules": {"without": "hessians/run-without-", "with": "hessians/run-with-Hessians-"},
    "crystals": {"without": "supercells/run-primitive-", "with": "supercells/run-probes-"},
}


def main() -> None:
    """Everything, or what is left of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="labelled molecules, as for studies.hessians")
    parser.add_argument("--picoseconds", type=float, default=10.0)
    parser.add_argument("--temperatures", type=float, nargs="*", default=[300.0, 1000.0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument(
        "--sizes", type=int, nargs="*", help="only networks of molecules with so many geometries"
    )
    arguments = parser.parse_args()
    results, rows = Results(STUDY), []
    for kind, ways in KINDS.items():
        starts = _molecules(arguments.data) if kind == "molecules" else _crystals()
        for way, prefix in ways.items():
            for folder in sorted(KEPT.glob(f"{prefix}*")):
                if not (folder / "done").is_file() or not _wanted(folder.name, arguments.sizes):
                    continue
                model = load_model(folder / "model")
                for name, atoms in starts.items():
                    for temperature in arguments.temperatures:
                        for ensemble in ("NVE", "NVT"):
                            for seed in range(arguments.seeds):
                                label = f"{folder.name}-{name}-{temperature:g}K-{ensemble}-{seed}"
                                row = results.of(
                                    label,
                                    lambda: dynamics(
                                        atoms, model, temperature, ensemble, seed,  # noqa: B023
                                        arguments.picoseconds,
                                    ),
                                )  # fmt: skip
                                rows.append({"kind": kind, "way": way, "network": folder.name,
                                             "name": name, "temperature_K": temperature,
                                             "ensemble": ensemble, **row})  # fmt: skip
                print(folder.name, flush=True)
    report(rows, arguments.picoseconds)


def _wanted(network: str, sizes: list[int] | None) -> bool:
    """Whether a network was trained on one of these numbers of geometries; crystals always."""
    named = re.search(r"with(?:out|-Hessians)-(\d+)-", network)
    return not sizes or named is None or int(named[1]) in sizes


def _molecules(data: str) -> dict[str, Atoms]:
    wanted = ("methane", "water", "formaldehyde", "methylamine")
    known = read_samples(DataConfig(files=(data,)))
    return {s.name: s.atoms for s in known if s.name in wanted and s.kind == "equilibrium"}


def _crystals() -> dict[str, Atoms]:
    cells = {"NaCl": 5.64, "KF": 5.35}
    large = 2 * np.eye(3, dtype=int)
    return {name: make_supercell(bulk(name, "rocksalt", a=a), large) for name, a in cells.items()}


def dynamics(
    atoms: Atoms, model: Potential, temperature_K: float, ensemble: str, seed: int, ps: float
) -> dict[str, Any]:
    """One run: how long it lasts, and how the total energy drifts.

    Returns
    -------
    ``survived_ps``; ``failed``; ``drift_meV_atom_ps``: slope of the total energy at constant
    energy, None at constant temperature or when there are too few points.
    """
    atoms, rng = atoms.copy(), np.random.default_rng(seed)
    atoms.calc = calculator(model)
    MaxwellBoltzmannDistribution(atoms, temperature_K=temperature_K, rng=rng)
    Stationary(atoms)
    if not atoms.pbc.any():
        ZeroRotation(atoms)
    run: MolecularDynamics
    if ensemble == "NVE":
        run = VelocityVerlet(atoms, TIMESTEP_FS * units.fs)
    else:
        run = Langevin(
            atoms, TIMESTEP_FS * units.fs, temperature_K=temperature_K,
            friction=FRICTION_PER_FS / units.fs, rng=rng,
        )  # fmt: skip
    broken = breaks(atoms)
    steps, energies = round(ps * 1e3 / TIMESTEP_FS), []
    for step in range(0, steps, CHECK_EVERY):
        run.run(CHECK_EVERY)
        energies.append(atoms.get_total_energy() / len(atoms))
        if not np.isfinite(energies[-1]) or broken(atoms):
            return {"survived_ps": step * TIMESTEP_FS / 1e3, "failed": True,
                    "drift_meV_atom_ps": None}  # fmt: skip
    drift = None
    if ensemble == "NVE" and len(energies) > 10:
        times = np.arange(len(energies)) * CHECK_EVERY * TIMESTEP_FS / 1e3
        drift = float(1e3 * np.polyfit(times, energies, 1)[0])
    return {"survived_ps": ps, "failed": False, "drift_meV_atom_ps": drift}


def breaks(start: Atoms) -> Callable[[Atoms], bool]:
    """Whether a structure has come apart or together since."""
    before: Float[np.ndarray, "atoms atoms"] = start.get_all_distances(mic=True)
    pairs = np.triu_indices(len(start), 1)
    shortest = before[pairs].min()
    bonded = before[pairs] < 1.3 * shortest if start.pbc.any() else before[pairs] < 1.7

    def broken(atoms: Atoms) -> bool:
        now = atoms.get_all_distances(mic=True)[pairs]
        return bool(
            not np.isfinite(now).all()
            or (now < 0.5 * np.minimum(before[pairs], 1.5 * shortest)).any()
            or (now[bonded] > 2 * before[pairs][bonded]).any()
        )

    return broken


def report(rows: list[dict[str, Any]], ps: float) -> None:
    """Figure, numbers and paragraph; a network is one sample, its runs are averaged first."""
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    sentences, table = [], {}
    for axis, kind in zip(figure.subplots(1, 2), KINDS, strict=True):
        for shift, way in enumerate(("without", "with")):
            chosen = [r for r in rows if r["kind"] == kind and r["way"] == way]
            networks = sorted({r["network"] for r in chosen})
            lasted = [
                float(np.mean([r["survived_ps"] for r in chosen if r["network"] == n]))
                for n in networks
            ]
            drifts = [abs(r["drift_meV_atom_ps"]) for r in chosen
                      if r["drift_meV_atom_ps"] is not None]  # fmt: skip
            if not lasted:
                continue
            mean, error = mean_and_error(lasted)
            table[f"{kind}, {way}"] = {
                "survived_ps": mean, "standard_error_ps": error, "networks": len(networks),
                "runs": len(chosen), "failed": sum(r["failed"] for r in chosen),
                "median_drift_meV_atom_ps": float(np.median(drifts)) if drifts else None,
            }  # fmt: skip
            axis.bar(shift, mean, yerr=error, capsize=5, color=("#8a8f98", "#0072b2")[shift])
            axis.plot(np.full(len(lasted), shift), lasted, "k.", markersize=4)
            sentences.append(
                f"{kind} {way} second derivatives {mean:.1f} ± {error:.1f} ps "
                f"({table[f'{kind}, {way}']['failed']} of {len(chosen)} runs failed)"
            )
        axis.set(
            title=kind, ylabel=f"time before failure, of {ps:g} ps",
            xticks=[0, 1], xticklabels=["without", "with Hessians"],
        )  # fmt: skip
    paragraph = "Mean time before failure: " + "; ".join(sentences) + "."
    written(STUDY, {"picoseconds": ps, "means": table, "runs": rows}, paragraph, figure)


if __name__ == "__main__":
    main()
