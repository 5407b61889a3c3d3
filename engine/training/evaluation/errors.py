"""Compare a model with labelled structures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase.data import chemical_symbols

from engine.errors import PhonoscopeError
from engine.potentials import Potential
from engine.training.evaluation.answers import Answer, answers
from engine.training.evaluation.cells import cell_ratios
from engine.training.evaluation.frequencies import element_shares, frequencies, relaxed
from engine.training.evaluation.report import Evaluation, Pairs, pairs
from engine.training.references import least_squares_energies
from engine.training.samples import Sample
from engine.units import GPA_PER_EV_A3

Rows = list[tuple[int, np.ndarray, np.ndarray, dict[str, np.ndarray]]]


def evaluate(
    model: Potential, samples: Sequence[Sample], relax: bool = True, cells: bool = False
) -> Evaluation:
    """Errors of energies, forces, stresses and frequencies.

    Free atoms are left out. Frequencies are those of all whole matrices of force constants;
    with ``relax`` also of molecules where the model has its own minimum, for the equilibrium
    structures of the data; with ``cells`` crystals that rest in the data are relaxed, too, atoms
    and cell.

    Raises
    ------
    PhonoscopeError
        if there is nothing to compare, or the model does not cover an element.
    """
    used = [s for s in samples if s.kind != "atom"]
    if not used:
        raise PhonoscopeError(
            "There is nothing to compare the model with",
            "the data has no structures of this choice",
            "Give other data, or choose other structures.",
        )
    first = [None if s.matrices is None else s.matrices.q[0] for s in used]
    told = answers(model, [(s.atoms, q) for s, q in zip(used, first, strict=True)])
    stressed = [i for i, s in enumerate(used) if s.stress_eV_A3 is not None]
    stresses = answers(model, [(used[i].atoms, None) for i in stressed])

    n = np.array([len(s.atoms) for s in used])
    data = np.array([s.energy_eV for s in used])
    said = np.array([answer.energy_eV for answer in told])
    offsets = least_squares_energies(used, data - said)
    shift = np.array([sum(offsets[int(z)] for z in s.atoms.numbers) for s in used])
    stress: Rows = [
        (i, _stress(used[i].stress_eV_A3), _stress(answer.stress_eV_A3), {})
        for i, answer in zip(stressed, stresses, strict=True)
    ]
    quantities: dict[str, Pairs | None] = {
        "energy": pairs("meV/atom", _each(1e3 * data / n, 1e3 * said / n)),
        "energy_aligned": pairs("meV/atom", _each(1e3 * data / n, 1e3 * (said + shift) / n)),
        "forces": pairs("meV/angstrom", [_forces(i, used[i], told[i]) for i in range(len(used))]),
        "stress": pairs("GPa", stress),
        "frequencies_at_reference": pairs("cm^-1", _at_reference(model, used, told)),
    }
    imaginary: dict[str, int] = {}
    not_relaxed: list[str] = []
    if relax:
        rows: Rows = []
        still = [
            i
            for i, s in enumerate(used)
            if s.kind == "equilibrium" and s.matrices is not None and not s.atoms.pbc.any()
        ]
        for i, (atoms, answer, done) in zip(
            still, relaxed(model, [used[i].atoms for i in still]), strict=True
        ):
            if not done:
                not_relaxed.append(used[i].name)
                continue
            row = _frequencies(i, used[i], 0, answer.force_constants_eV_A2, atoms)
            rows.append(row)
            if (row[2] < 0).any() and not (row[1] < 0).any():
                imaginary[used[i].name] = int((row[2] < 0).sum())
        quantities["frequencies_relaxed"] = pairs("cm^-1", rows)
    if cells:
        still = [i for i, s in enumerate(used) if s.kind == "equilibrium" and s.atoms.pbc.all()]
        ratios = cell_ratios(model, [used[i].atoms for i in still])
        not_relaxed += [used[i].name for i, r in zip(still, ratios, strict=True) if r is None]
        quantities["lattice_constants"] = pairs("%", _percent(still, ratios))
    return Evaluation(
        model.name,
        [(s.name, s.kind) for s in used],
        {name: found for name, found in quantities.items() if found is not None},
        imaginary,
        not_relaxed,
    )


def _each(data: np.ndarray, said: np.ndarray) -> Rows:
    return [(i, data[i : i + 1], said[i : i + 1], {}) for i in range(len(data))]


def _percent(which: Sequence[int], ratios: Sequence[float | None]) -> Rows:
    """Of the data's lattice constant, which is 100 %."""
    known = [(i, r) for i, r in zip(which, ratios, strict=True) if r is not None]
    return [(i, np.array([100.0]), np.array([100.0 * r]), {}) for i, r in known]


def _stress(stress_eV_A3: np.ndarray | None) -> np.ndarray:
    assert stress_eV_A3 is not None
    return GPA_PER_EV_A3 * stress_eV_A3[np.triu_indices(3)]


def _forces(
    i: int, sample: Sample, answer: Answer
) -> tuple[int, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    numbers = np.repeat(sample.atoms.numbers, 3)
    weights = {chemical_symbols[z]: (numbers == z) * 1.0 for z in np.unique(numbers)}
    return i, 1e3 * sample.forces_eV_A.ravel(), 1e3 * answer.forces_eV_A.ravel(), weights


def _at_reference(model: Potential, used: Sequence[Sample], told: Sequence[Answer]) -> Rows:
    """Of every matrix; the first of each structure is among the answers already."""
    rows: Rows = []
    further: list[tuple[int, int]] = []
    for i, (sample, answer) in enumerate(zip(used, told, strict=True)):
        if sample.matrices is not None and answer.force_constants_eV_A2 is not None:
            rows.append(_frequencies(i, sample, 0, answer.force_constants_eV_A2, sample.atoms))
            further += [(i, k) for k in range(1, len(sample.matrices.q))]
    asked: list[Any] = [(used[i].atoms, used[i].matrices.q[k]) for i, k in further]  # type: ignore[union-attr]
    for (i, k), answer in zip(further, answers(model, asked), strict=True):
        if answer.force_constants_eV_A2 is not None:
            rows.append(_frequencies(i, used[i], k, answer.force_constants_eV_A2, used[i].atoms))
    return rows


def _frequencies(
    i: int, sample: Sample, which: int, phi: np.ndarray | None, atoms: Any
) -> tuple[int, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Of the data at its geometry and of the model at ``atoms``, both ascending."""
    assert sample.matrices is not None and phi is not None
    reference, modes = frequencies(sample.atoms, sample.matrices.force_constants_eV_A2[which])
    said, _ = frequencies(atoms, phi)
    shares = element_shares(sample.atoms, modes)
    return i, reference, said, {chemical_symbols[z]: share for z, share in shares.items()}
