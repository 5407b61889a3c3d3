"""The files that describe the installation agree with one another and name no download address."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DEPENDENCIES = PYPROJECT["project"]["dependencies"]
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
LOCK = json.loads((ROOT / "package-lock.json").read_text())["packages"]


def pins() -> dict[str, str]:
    """Return name -> exact version from constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def test_conda_environment_lists_what_pyproject_lists():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *_, pip = environment["dependencies"]
    constraints, *listed, project = pip["pip"]
    assert (constraints, project) == ("-c constraints.txt", "-e .")
    assert sorted(listed) == sorted(DEPENDENCIES)


@pytest.mark.parametrize(
    "requirement", [*DEPENDENCIES, *(line for extra in EXTRAS.values() for line in extra)]
)
def test_every_direct_dependency_is_pinned(requirement):
    wanted = Requirement(requirement)
    pinned = pins().get(canonicalize_name(wanted.name))
    assert pinned is not None, "run `make pins`"
    assert wanted.specifier.contains(pinned)


def test_build_requirements_are_exact():
    for line in PYPROJECT["build-system"]["requires"]:
        assert [s.operator for s in Requirement(line).specifier] == ["=="]


@pytest.mark.parametrize(
    "name",
    [
        ".npmrc",
        "constraints.txt",
        "environment.yml",
        "package.json",
        "package-lock.json",  # npm also adds `funding` addresses: remove those
        "pyproject.toml",
    ],
)
def test_no_addresses(name):
    assert "http" not in (ROOT / name).read_text()


def test_npm_packages_are_locked_by_hash():
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert {name: LOCK[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    packages = {name: entry for name, entry in LOCK.items() if name}  # "" is Phonoscope itself
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
