"""Symmetry operations of a CIF file, and the atoms of the whole cell that they make of its sites.

Operations that are listed count, whatever the group is called. Otherwise they are those that spglib
tabulates for the name or number of the group, in the setting that fits the cell.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from jaxtyping import Float, Int

from engine.errors import PhonoscopeError
from engine.formats.cif_expansion import Operations, expanded
from engine.formats.cif_sites import Site, count, few, fraction, number
from engine.formats.cif_spacegroups import named_settings

OPERATIONS = (
    "_space_group_symop_operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
    "_space_group_symop_as_xyz",
)
TERM = re.compile(r"([+-]?)(\d+\.?\d*(?:/\d+)?|\.\d+)?\*?([xyz])?")

METRIC_TOLERANCE = 0.02
"""How far, relative, an operation may stretch the cell: cells of databases are rounded."""


def operations(
    tags: dict[str, list[str]],
    cell: Float[np.ndarray, "3 3"],
    sites: list[Site],
    file: str,
) -> Operations:
    """Rotations and translations of a data block, each once, in units of the cell's vectors.

    Without any word of symmetry all atoms are taken to be listed.

    Raises
    ------
    PhonoscopeError
        if they do not fit the cell, or the group's name leaves open what is meant.
    """
    listed = _listed(tags, file)
    named = named_settings(tags)
    # Of the axes a name can mean, the first that fit the cell are taken; origins stay open.
    fitting = next((origins for origins in named or [] if _fits(origins[0][0], cell)), [])
    if listed is not None:
        if not _fits(listed[0], cell):
            raise _unfit(file, f"{len(listed[0])} operations are listed, of which some")
        orders = {len(ops[0]) for ops in fitting}
        if orders and len(listed[0]) not in orders and not _agrees(tags, listed, cell, sites, file):
            raise PhonoscopeError(
                f"The symmetry of {file} contradicts itself",
                f"{len(listed[0])} operations are listed, but the space group it names has "
                f"{min(orders)}",
                "List all operations or none; call the group P 1 if all atoms are listed.",
            )
        return listed
    if named is None:
        if "_space_group_symop_magn_operation_xyz" in tags:
            raise PhonoscopeError(
                f"The symmetry of {file} is not understood",
                "it lists the operations of a magnetic group only",
                "Use a CIF with ordinary symmetry operations.",
            )
        return np.eye(3, dtype=int)[None], np.zeros((1, 3))
    if not named:
        raise PhonoscopeError(
            f"The space group of {file} is not known",
            f"it has no symmetry operations, and calls its group {_name(tags)}",
            "List the operations in a loop of _space_group_symop_operation_xyz.",
        )
    if not fitting:
        raise _unfit(file, f"the operations of the space group {_name(tags)}")
    if len(fitting) > 1:
        agreeing = [ops for ops in fitting if _agrees(tags, ops, cell, sites, file)]
        if len(agreeing) != 1:
            raise PhonoscopeError(
                f"The origin of the space group in {file} is not known",
                f"{_name(tags)} has two choices, and neither operations nor the formula with "
                "_cell_formula_units_Z decide",
                "Write :1 or :2 behind the name of the group, or list its operations.",
            )
        return agreeing[0]
    return fitting[0]


def _listed(tags: dict[str, list[str]], file: str) -> Operations | None:
    texts = next((tags[name] for name in OPERATIONS if tags.get(name)), [])
    texts = [text for text in texts if text not in ("?", ".")]
    if not texts:
        return None
    parsed = [_operation(text) for text in texts]
    wrong = [text for text, op in zip(texts, parsed, strict=True) if op is None]
    if wrong:
        raise PhonoscopeError(
            f"The symmetry of {file} is not understood",
            f"these are no operations of a space group: {few(map(repr, wrong), 3)}",
            "Write them like x, -y, z+1/2.",
        )
    unique: dict[tuple[int, ...], tuple[np.ndarray, np.ndarray]] = {}
    for rotation, translation in filter(None, parsed):
        # Translations a lattice vector apart are the same operation.
        turned = np.round(translation * 1e4).astype(int) % 10000
        unique.setdefault((*rotation.ravel(), *turned), (rotation, translation))
    rotations, translations = zip(*unique.values(), strict=True)
    return np.array(rotations), np.array(translations)


def _operation(text: str) -> tuple[Int[np.ndarray, "3 3"], Float[np.ndarray, "3"]] | None:
    """Rotation and translation of a text like ``-y, x-y, z+1/3``; None if it is none."""
    parts = re.sub(r"\s", "", text.lower().strip("'\"")).split(",")
    rotation, translation = np.zeros((3, 3), int), np.zeros(3)
    if len(parts) != 3:
        return None
    for row, part in enumerate(parts):
        end = 0
        while end < len(part):
            match = TERM.match(part, end)
            if match is None or match.end() == end or not (match[2] or match[3]):
                return None
            end = match.end()
            sign = -1 if match[1] == "-" else 1
            value = fraction(match[2]) if match[2] else 1.0
            if value is None:
                return None
            if not match[3]:
                translation[row] += sign * value
            elif value == 1:
                rotation[row, "xyz".index(match[3])] += sign
            else:
                return None
    # Thirds and sixths are often rounded; those of space groups are multiples of 1/24.
    exact = np.rint(translation * 24) / 24
    translation = np.where(np.abs(exact - translation) < 2e-3, exact, translation)
    return (rotation, translation % 1) if abs(np.linalg.det(rotation)) > 0.5 else None


def _fits(rotations: Int[np.ndarray, "n 3 3"], cell: Float[np.ndarray, "3 3"]) -> bool:
    metric = cell @ cell.T
    lengths = np.sqrt(np.diag(metric))
    turned = np.swapaxes(rotations, 1, 2) @ metric @ rotations
    return bool((np.abs(turned - metric) < METRIC_TOLERANCE * np.outer(lengths, lengths)).all())


def _agrees(
    tags: dict[str, list[str]],
    ops: Operations,
    cell: Float[np.ndarray, "3 3"],
    sites: list[Site],
    file: str,
) -> bool:
    """Whether the atoms that operations make are those of the formula, and as many if Z is said."""
    formula = count(tags.get("_chemical_formula_sum", [""])[0])
    try:
        _, source = expanded(*ops, cell, sites, file)
    except PhonoscopeError:  # atoms at no distance from each other: this is not what is meant
        return False
    found = Counter(sites[i].symbol for i in source)
    units = number(tags.get("_cell_formula_units_z", ["?"])[0])
    if not formula or set(formula) != set(found):
        return False
    ratios = np.array([found[symbol] / n for symbol, n in formula.items()])
    return bool(np.allclose(ratios, units or ratios[0], rtol=0.01))


def _name(tags: dict[str, list[str]]) -> str:
    names = [
        value[0]
        for tag, value in tags.items()
        if re.match(r"_(symmetry_)?space_group_(name|it_number)|_symmetry_int_tables", tag)
        and value
        and value[0] not in ("?", ".")
    ]
    return " or ".join(dict.fromkeys(names)) or "nothing"


def _unfit(file: str, what: str) -> PhonoscopeError:
    return PhonoscopeError(
        f"The symmetry of {file} does not fit its cell",
        f"{what} change its lengths or angles",
        "Check the cell, and the setting of the space group.",
    )
