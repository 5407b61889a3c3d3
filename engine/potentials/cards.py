"""What there is to know of a model, in a table, in words, and in one line of a list."""

from __future__ import annotations

import importlib.util
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax
from ase.data import chemical_symbols

from engine.errors import PhonoscopeError
from engine.potentials.checkpoints.architectures import architecture_of
from engine.potentials.checkpoints.catalogue import catalogue, published_with
from engine.potentials.checkpoints.config_json import config_to_json
from engine.potentials.checkpoints.foreign import FORMATS, foreign_card
from engine.potentials.checkpoints.native import DESCRIPTION, Card, read_description
from engine.potentials.checkpoints.places import bundled_models
from engine.potentials.finite_difference import FiniteDifferencePotential
from engine.potentials.potential import Potential
from engine.potentials.registry import load_model, made_here, stored_folders

BUILT_IN = {
    "stillinger-weber": ("formula", "fitted by its authors to crystalline and molten silicon"),
    "gfn2-xtb": ("tight binding", "fitted by its authors to quantum chemistry of molecules"),
}
"""Architecture and training data of the models that are not stored."""

EXTRAS = {"gfn2-xtb": ("tblite", "xtb")}
"""What a model needs beyond the installation: module and extra."""

LICENCES = {"stillinger-weber": "MIT, as Phonoscope", "gfn2-xtb": "LGPL-3.0-or-later (tblite)"}


def model_card(name_or_path: str | Path) -> dict[str, Any]:
    """Everything that is known of a model, in types of JSON; null where nobody said it.

    Raises
    ------
    PhonoscopeError
        if the model cannot be loaded.
    """
    potential, name = load_model(name_or_path), str(name_or_path)
    folder, path = stored_folders().get(name, Path(name)), Path(name)
    card, reference = Card(), potential.reference
    kind, training_data = BUILT_IN.get(name, (None, None))
    if name not in made_here() and (folder / DESCRIPTION).is_file():
        description = read_description(folder)
        card = Card(
            description.get("training_data"),
            description.get("licence"),
            errors=description.get("errors"),
        )
        source = description.get("source")
    else:
        if name not in made_here() and path.suffix in FORMATS:
            card = foreign_card(path)
            assert card.source is not None
            known = published_with(card.source.sha256)
            reference = known.reference if known else reference
        source = asdict(card.source) if card.source else None
    config = getattr(potential.atomic_energies, "config", None)
    return {
        "name": potential.name,
        "architecture": architecture_of(potential) or kind,
        "config": config_to_json(config) if architecture_of(potential) else None,
        "elements": _symbols(potential),
        "cutoff_A": None
        if isinstance(potential, FiniteDifferencePotential)
        else potential.cutoff_A,
        "parameters": _count(potential),
        "training_data": card.training_data or training_data,
        "errors": card.errors,
        "licence": card.licence or LICENCES.get(name),
        "reference": reference,
        "source": source,
        "needs": missing_extra(name),
    }


def card_text(card: dict[str, Any]) -> str:
    """A card in words, a line a fact."""
    elements, source = card["elements"], card["source"]
    rows = {
        "architecture": card["architecture"],
        "form": _form(card["architecture"], card["config"]),
        "elements": "any" if elements is None else f"{len(elements)}: {' '.join(elements)}",
        "cutoff": f"{card['cutoff_A']:g} angstrom" if card["cutoff_A"] else "none",
        "parameters": f"{card['parameters']:,}" if card["parameters"] else None,
        "training data": card["training_data"],
        "errors": card["errors"],
        "licence": card["licence"],
        "reference": card["reference"],
        "source": source and f"{source['file']} ({source['format']}), SHA-256 {source['sha256']}",
        "needs": card["needs"],
    }
    always = ("training data", "licence")
    told = {key: value or "not stated" for key, value in rows.items() if value or key in always}
    return "\n".join([card["name"], *(f"  {key:<14} {value}" for key, value in told.items())])


def model_lines() -> list[str]:
    """Every model that is known or can be fetched: name, where it is, elements, what it is."""
    rows = [(n, "built in" if n in BUILT_IN else "registered", *_built_in(n)) for n in made_here()]
    for name, folder in stored_folders().items():
        place = "bundled" if folder.parent == bundled_models() else "stored"
        rows.append((name, place, *_stored(folder)))
    here = {row[0] for row in rows}
    rows += [
        (
            model.name,
            "to fetch",
            _elements(model.elements),
            f"{model.covers}; {model.size / 1e6:.1f} MB, {model.licence}",
        )
        for model in catalogue()
        if model.name not in here
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return [
        f"{name:<{widths[0]}}  {place:<{widths[1]}}  {elements:>{widths[2]}}  {what}"
        for name, place, elements, what in rows
    ]


def missing_extra(name: str) -> str | None:
    """What to do before a model can be used, or None if it can."""
    if name not in EXTRAS or importlib.util.find_spec(EXTRAS[name][0]) is not None:
        return None
    return f"pip install phonoscope[{EXTRAS[name][1]}]"


def _built_in(name: str) -> tuple[str, str]:
    potential, needs = load_model(name), missing_extra(name)
    number = None if potential.elements is None else len(potential.elements)
    return _elements(number), (f"needs {needs}; " if needs else "") + potential.reference


def _stored(folder: Path) -> tuple[str, str]:
    """Number of elements and reference; what is wrong, if the folder is damaged."""
    try:
        description = read_description(folder)
    except PhonoscopeError as error:
        return "", f"damaged: {error.why}"
    licence = description.get("licence")
    return _elements(len(description["elements"])), description["reference"] + (
        f"; {licence}" if licence else ""
    )


def _elements(number: int | None) -> str:
    if number is None:
        return "any elements"
    return f"{number} element{' ' if number == 1 else 's'}"  # aligned with the others


def _symbols(potential: Potential) -> list[str] | None:
    if potential.elements is None:
        return None
    return [chemical_symbols[number] for number in sorted(potential.elements)]


def _count(potential: Potential) -> int:
    """Learnt numbers; couplings and the like, which MACE keeps apart, are not learnt."""
    tree = potential.parameters
    if architecture_of(potential) == "mace":
        tree = tree["params"]
    return sum(leaf.size for leaf in jax.tree.leaves(tree) if hasattr(leaf, "size"))


def _form(architecture: str | None, config: dict[str, Any] | None) -> str | None:
    """The hyper-parameters that people compare models by."""
    if config is None:
        return None
    if architecture == "nequip":
        layers, lmax = config["n_layers"], config["lmax"]
        radial = f"{config['n_basis']} Bessel functions"
        radial += f", {config['radial_layers']} hidden layers of {config['radial_width']}"
        extra = ["skip weights of each element"] if config["skip_per_species"] else []
        if config["embedding"]:
            extra += [f"elements told by {config['embedding']} numbers"]
    else:
        layers, lmax = config["layers"], config["l_max"]
        widths = ", ".join(map(str, config["radial_mlp"]))
        radial = f"{config['basis_size']} {config['radial_basis']} functions"
        radial += f", hidden layers of {widths}"
        extra = ["products of " + ", ".join(str(n) for n in config["correlation"]) + " neighbours"]
        extra += ["density of neighbours"] if any(config["density"]) else []
        extra += ["ZBL repulsion"] if config["repulsion"] else []
    features = f"{layers} layer{'s' * (layers > 1)} of {config['hidden_irreps']}"
    return "; ".join([features, f"harmonics to l = {lmax}", radial, *extra])
