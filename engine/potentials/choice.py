"""Which models there are for a structure, and which of them would serve it best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ase import Atoms
from ase.data import atomic_numbers, chemical_symbols

from engine.errors import PhonoscopeError
from engine.potentials.cards import missing_extra
from engine.potentials.checkpoints.catalogue import Published, catalogue
from engine.potentials.checkpoints.native import read_description
from engine.potentials.checkpoints.places import bundled_models
from engine.potentials.registry import load_model, made_here, stored_folders

Place = Literal["built in", "bundled", "stored", "to fetch"]

FIRST = {
    False: ("molecules", "gfn2-xtb"),
    True: ("nequix-oam-1-pft", "crystals"),
}
"""Models that are preferred, for crystals or not, before all others that cover the elements."""

MADE_FOR = {"molecules": False, "crystals": True}
"""The bundled models, and whether they are for crystals: they begin with nothing else."""

CELL_AS_GIVEN = ("crystals",)
"""Models whose lattice constants (docs/models.md) are less good than what a
structure usually comes with: its cell is not relaxed to begin with."""

LAST = ("gfn2-xtb",)
"""Of the others, those that come last."""


@dataclass(frozen=True)
class Choice:
    """A model that can be chosen.

    Attributes
    ----------
    name : for :func:`engine.load_model`.
    place : where it is.
    elements : atomic numbers it covers; None: any, or not known before it is fetched.
    published : its entry in the catalogue, if it is to be fetched.
    problem : why it cannot be used though it is there; None if it can.
    """

    name: str
    place: Place
    elements: frozenset[int] | None
    published: Published | None = None
    problem: str | None = None

    @property
    def ready(self) -> bool:
        """Whether it can be computed with now."""
        return self.place != "to fetch" and self.problem is None

    def lacks(self, atoms: Atoms) -> tuple[str, ...]:
        """Symbols of those elements of a structure that it does not cover."""
        if self.elements is None:
            return ()
        unknown = sorted(set(atoms.numbers.tolist()) - self.elements)
        return tuple(chemical_symbols[number] for number in unknown)

    def suits(self, atoms: Atoms) -> bool:
        """Whether it covers a structure and is made for its kind, molecule or crystal."""
        periodic = bool(atoms.pbc.any())
        return not self.lacks(atoms) and MADE_FOR.get(self.name, periodic) == periodic


def choices() -> tuple[Choice, ...]:
    """All models: built in or registered, bundled, imported or fetched, and to be fetched."""
    found = []
    for name in made_here():
        needs = missing_extra(name)
        problem = f"it is not installed: {needs}" if needs else None
        found.append(Choice(name, "built in", load_model(name).elements, problem=problem))
    for name, folder in stored_folders().items():
        place: Place = "bundled" if folder.parent == bundled_models() else "stored"
        try:
            symbols = read_description(folder)["elements"]
            covered = frozenset(atomic_numbers[symbol] for symbol in symbols)
            found.append(Choice(name, place, covered))
        except PhonoscopeError as error:
            found.append(Choice(name, place, None, problem=f"its folder is damaged: {error.why}"))
    here = {choice.name for choice in found}
    found += [
        Choice(model.name, "to fetch", model.covered, model)
        for model in catalogue()
        if model.name not in here
    ]
    return tuple(found)


def best(among: tuple[Choice, ...], atoms: Atoms) -> Choice | None:
    """The model to begin with; None if none that is here is made for the structure."""
    return _first([choice for choice in among if choice.ready], atoms)


def best_to_fetch(among: tuple[Choice, ...], atoms: Atoms) -> Choice | None:
    """The model to download first; None if none that can be had is made for the structure."""
    return _first([choice for choice in among if choice.place == "to fetch"], atoms)


def better_to_fetch(among: tuple[Choice, ...], chosen: Choice, atoms: Atoms) -> Choice | None:
    """A model to download that is preferred to a bundled one; None if there is none."""
    first = FIRST[bool(atoms.pbc.any())]
    if chosen.place != "bundled" or chosen.name not in first:
        return None
    preferred = first[: first.index(chosen.name)]
    return best_to_fetch(tuple(c for c in among if c.name in preferred), atoms)


def cell_warning(name: str) -> str | None:
    """What to tell of cells relaxed by a model; None if they are as good as any."""
    if name not in CELL_AS_GIVEN:
        return None
    return (
        "Cells relaxed by this model are off by some per cent, a few by far more: relax the atoms "
        "only, if the cell given is a measured one."
    )


def _first(among: list[Choice], atoms: Atoms) -> Choice | None:
    fit = [choice for choice in among if choice.suits(atoms)]
    first = FIRST[bool(atoms.pbc.any())]

    def rank(choice: Choice) -> tuple[int, int]:
        preferred = first.index(choice.name) if choice.name in first else len(first)
        # Learnt models, then formulas; within each in the order of the list.
        other = LAST.index(choice.name) + 2 if choice.name in LAST else choice.place == "built in"
        return preferred, int(other)

    return min(fit, key=rank, default=None)
