"""The reduction of the displacements of a molecule, step by step as it is done by hand.

An operation contributes to the character of all 3N displacements only through the atoms that it
leaves in place, each with the trace of its matrix; translations have that trace themselves, and
rotations have it times the determinant. What is left is vibration. The number of times an irrep
occurs is n = (1/h) sum over classes of (number of operations) x (character) x (that of the irrep)
(E. B. Wilson, J. C. Decius, P. C. Cross, Molecular Vibrations, 1955, sections 6-2 to 6-4).

A linear molecule has infinitely many operations, of two kinds (C∞v: rotations about the line,
reflections) or four (D∞h: these times the inversion). Characters are functions a + b cos kφ of the
angle; the mean over the angles of a kind stands for the sum, and the number of kinds for h.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.symmetry.character_table import CharacterTable
from engine.symmetry.group import SymmetryGroup

COSINE = re.compile(r"(-?)(\d*)cos (\d*)φ")


@dataclass(frozen=True)
class Character:
    """A character, or for rotations by any angle φ about a line the function c_0 + c_k cos kφ.

    Attributes
    ----------
    coefficients : c_0, c_1, c_2, c_3.
    """

    coefficients: tuple[float, float, float, float]

    @classmethod
    def of(cls, constant: float, cosine: float = 0.0) -> Character:
        """constant + cosine cos φ."""
        return cls((float(constant), float(cosine), 0.0, 0.0))

    @classmethod
    def parsed(cls, entry: str) -> Character:
        """An entry of a linear group's table, like ``-1`` or ``2cos 2φ``."""
        match = COSINE.fullmatch(entry.replace("−", "-"))
        if match is None:
            return cls.of(float(entry.replace("−", "-")))
        coefficients = [0.0] * 4
        coefficients[int(match[3] or 1)] = float(f"{match[1]}{match[2] or 1}")
        return cls((coefficients[0], coefficients[1], coefficients[2], coefficients[3]))

    def __add__(self, other: Character) -> Character:
        a, b, c, d = (x + y for x, y in zip(self.coefficients, other.coefficients, strict=True))
        return Character((a, b, c, d))

    def __sub__(self, other: Character) -> Character:
        return self + other.scaled(-1)

    def scaled(self, factor: float) -> Character:
        """The character times a number."""
        a, b, c, d = (factor * x for x in self.coefficients)
        return Character((a, b, c, d))

    def mean_product(self, other: Character) -> float:
        """Mean of the product of two characters over all angles."""
        first, second = np.array(self.coefficients), np.array(other.coefficients)
        return float(first @ (second * [1, 0.5, 0.5, 0.5]))

    @property
    def text(self) -> str:
        """As printed: ``-1``, ``1.618``, ``3+6cos φ``."""
        parts = [plain(self.coefficients[0])] if self.coefficients[0] else []
        for k, value in enumerate(self.coefficients[1:], 1):
            if value:
                number = {1.0: "", -1.0: "-"}.get(value, plain(value))
                parts.append(f"{number}cos {k if k > 1 else ''}φ")
        return "+".join(parts).replace("+-", "-") or "0"


def plain(value: float) -> str:
    """A number with at most three decimals and none that are zero."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass(frozen=True)
class ClassCharacters:
    """What one class of operations does to a molecule.

    Attributes
    ----------
    name : as printed above the table, like ``8C3``.
    size : number of operations; None for infinitely many.
    representative : shape (3, 3), Cartesian matrix of one of them; None for a linear molecule's
        rotations, whose angle is left open.
    unmoved_atoms : how many atoms it leaves in place.
    per_atom : what each of these contributes, the trace of the matrix.
    gamma_3n, gamma_trans, gamma_rot, gamma_vib : characters of all displacements, of translations,
        rotations and vibrations.
    irreps : characters of the irreps, in table order.
    """

    name: str
    size: int | None
    representative: Float[np.ndarray, "3 3"] | None
    unmoved_atoms: int
    per_atom: Character
    gamma_3n: Character
    gamma_trans: Character
    gamma_rot: Character
    gamma_vib: Character
    irreps: tuple[Character, ...]


@dataclass(frozen=True)
class ReductionStep:
    """How often one irrep occurs among all 3N displacements, worked out.

    Attributes
    ----------
    irrep : its symbol; None where it depends on a choice of axes.
    factors : for each class that counts: number of operations, character of the displacements,
        character of the irrep; for a linear molecule its name instead of the number.
    terms : their products; for a linear molecule their means over the angle.
    divisor : the order h, 2h for a pair of complex conjugate irreps, which counts twice; for a
        linear molecule the number of kinds of operations.
    multiplicity : sum of the terms over the divisor.
    """

    irrep: str | None
    factors: tuple[tuple[int | str, str, str], ...]
    terms: tuple[float, ...]
    divisor: int
    multiplicity: int

    @property
    def text(self) -> str:
        """The step as one line, like ``(1·15·2 + 8·0·(-1) + ...)/24 = 24/24 = 1``."""
        written = " + ".join(
            f"⟨{_factor(chi)}·{_factor(own)}⟩" if isinstance(number, str)
            else f"{number}·{_factor(chi)}·{_factor(own)}"
            for number, chi, own in self.factors
        )  # fmt: skip
        total = plain(sum(self.terms))
        return f"({written})/{self.divisor} = {total}/{self.divisor} = {self.multiplicity}"


def _factor(text: str) -> str:
    return text if text.replace(".", "").isdigit() else f"({text})"


def class_characters(group: SymmetryGroup, table: CharacterTable) -> tuple[ClassCharacters, ...]:
    """Unmoved atoms and characters, class by class in table order."""
    return tuple(_class_characters(group, table, column) for column in range(len(table.classes)))


def _class_characters(group: SymmetryGroup, table: CharacterTable, column: int) -> ClassCharacters:
    conjugates = table.classes[column]
    open_angle = group.linear and "φ" in conjugates.name
    member = conjugates.members[0] if conjugates.members and not open_angle else None
    rotation = None if member is None else group.rotations[member]
    if group.linear:
        unmoved, per_atom, rotations = _on_a_line(group, conjugates.name)
        irreps = tuple(Character.parsed(row[column]) for row in table.entries)
        size = 1 if conjugates.name in ("E", "i") else None
    else:
        assert member is not None and rotation is not None  # a class of a finite group has members
        unmoved = int((group.permutations[member] == np.arange(group.permutations.shape[1])).sum())
        per_atom = Character.of(np.trace(rotation))
        rotations = per_atom.scaled(np.linalg.det(rotation))
        irreps = tuple(Character.of(value) for value in table.characters[:, member])
        size = len(conjugates.members)
    everything = per_atom.scaled(unmoved)
    return ClassCharacters(
        name=conjugates.name,
        size=size,
        representative=rotation,
        unmoved_atoms=unmoved,
        per_atom=per_atom,
        gamma_3n=everything,
        gamma_trans=per_atom,
        gamma_rot=rotations,
        gamma_vib=everything - per_atom - rotations,
        irreps=irreps,
    )


def _on_a_line(group: SymmetryGroup, name: str) -> tuple[int, Character, Character]:
    """Unmoved atoms, and traces of polar and axial vectors without the turn about the line."""
    atoms = group.permutations.shape[1]
    swaps = [p for p in group.permutations if (p != np.arange(atoms)).any()]
    central = int((swaps[0] == np.arange(atoms)).sum()) if swaps else 0
    kind = name.lstrip("2∞")[0]
    along = kind in "EσC" and name != "∞C2"
    # Trace of the matrix, and what the axial vector along the line contributes to det R tr R.
    polar, determinant, turn = {
        "E": (Character.of(3), 1, 1),
        "σ": (Character.of(1), -1, -1),
        "i": (Character.of(-3), -1, 1),
        "S": (Character.of(-1, 2), -1, 1),
        "C": (Character.of(1, 2), 1, 1) if along else (Character.of(-1), 1, -1),
    }[kind]
    axial = polar.scaled(determinant) - Character.of(turn)
    return atoms if along else central, polar, axial


def reduction(
    group: SymmetryGroup, table: CharacterTable, classes: tuple[ClassCharacters, ...]
) -> tuple[ReductionStep, ...]:
    """The reduction of all 3N displacements, one step for each irrep in table order."""
    return tuple(
        _step(group, table.labels[irrep], irrep, classes) for irrep in range(len(table.names))
    )


def _step(
    group: SymmetryGroup, label: str | None, irrep: int, classes: tuple[ClassCharacters, ...]
) -> ReductionStep:
    # E and i of a linear molecule are rotations by φ = 0, in the mean already.
    counted = [c for c in classes if not group.linear or c.size is None]
    norm = sum((c.size or 1) * c.irreps[irrep].mean_product(c.irreps[irrep]) for c in counted)
    terms = tuple((c.size or 1) * c.gamma_3n.mean_product(c.irreps[irrep]) for c in counted)
    return ReductionStep(
        irrep=label,
        factors=tuple((c.size or c.name, c.gamma_3n.text, c.irreps[irrep].text) for c in counted),
        terms=terms,
        divisor=round(norm),
        multiplicity=round(sum(terms) / norm),
    )
