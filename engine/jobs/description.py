"""What a calculation will do, in words, before it runs."""

from __future__ import annotations

from pathlib import Path

from engine.jobs.calculation import Calculation, Question
from engine.phonons.mesh import cost


def describe(question: Question) -> tuple[str, ...]:
    """The steps of a calculation, a sentence each."""
    formula = question.atoms.get_chemical_formula()
    model = Path(question.model).name if "/" in question.model else question.model
    if not isinstance(question, Calculation):
        q = ", ".join(f"{x:.4g}" for x in question.q)
        return (f"Compute the dynamical matrix of {formula} at q = ({q}) exactly, with {model}.",)
    steps = []
    if question.relax == "atoms":
        steps.append(f"Move the atoms of {formula} to rest under {model}, keeping their symmetry.")
    elif question.relax == "cell":
        steps.append(
            f"Bring the atoms and the cell of {formula} to rest under {model}, keeping the "
            "symmetry."
        )
    where = "there" if steps else f"of {formula} as given, with {model}"
    if question.kind == "vibrations":
        steps.append(f"Compute all second derivatives of the energy {where}.")
        steps.append("Find the normal modes and label them by the point group.")
        return tuple(steps)
    if question.points is None:
        steps.append(f"Compute the force constants at q = 0 {where}; no interpolation.")
    else:
        n1, n2, n3 = question.points
        irreducible, _ = cost(question.atoms, question.points)
        rest = f" ({irreducible} of {n1 * n2 * n3}, symmetry gives the rest)"
        steps.append(
            f"Compute the force constants {where}, on a mesh of {n1} × {n2} × {n3} wave vectors"
            f"{rest if irreducible < n1 * n2 * n3 else ''}."
        )
    steps.append("Find the modes at Γ and label them by the space group.")
    return tuple(steps)
