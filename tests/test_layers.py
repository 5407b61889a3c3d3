"""Data flows one way: nothing imports what stands above it (the order of docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the ground up; a module may import those of its own layer's package and those below.
LAYERS = [
    ["engine.errors", "engine.units", "engine.runtime", "engine.progress"],
    ["engine.neighbours"],
    ["engine.graph"],
    ["engine.potentials"],
    ["engine.derivatives"],
    ["engine.finite_differences", "engine.isotopes", "engine.domain"],
    ["engine.calculator"],
    ["engine.checks"],
    ["engine.symmetry", "engine.structure", "engine.movement"],
    ["engine.prototypes"],
    ["engine.relaxation"],
    ["engine.modes"],
    ["engine.vibrations", "engine.amplitude"],
    ["engine.phonons"],
    ["engine.isotopologues", "engine.spectra", "engine.trust"],
    ["engine.formats"],
    ["engine.experiment"],
    ["engine.library", "engine.reference"],
    ["engine.reading"],
    ["engine.jobs"],
    ["engine.training"],
    ["engine"],
    ["engine.cli", "engine.__main__"],
    ["dashboard"],
]


def layer(module: str) -> int:
    """The layer of the longest listed name that the module belongs to."""
    fits = [
        (len(name), level)
        for level, names in enumerate(LAYERS)
        for name in names
        if module == name or (module.startswith(name + ".") and name != "engine")
    ]
    assert fits, f"{module} has no place in the house: add it to LAYERS"
    return max(fits)[1]


def modules():
    for path in sorted([*ROOT.glob("engine/**/*.py"), *ROOT.glob("dashboard/**/*.py")]):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


@pytest.mark.parametrize(("module", "path"), modules())
def test_nothing_imports_what_stands_above_it(module, path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            # `from engine import library` is an import of engine.library.
            imported = [
                f"{node.module}.{a.name}" if _is_module(f"{node.module}.{a.name}") else node.module
                for a in node.names
            ]
        elif isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        else:
            continue
        for name in imported:
            if name.split(".")[0] in ("engine", "dashboard"):
                assert layer(name) <= layer(module), f"{module} imports {name}"


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()
