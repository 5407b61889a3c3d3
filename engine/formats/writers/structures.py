"""Structures, still or moving, in formats of other programs, by ase's writers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import atomic_masses
from ase.io import write

from engine.formats.writers.content import Content
from engine.formats.writers.motion import FRAMES, Motion, motion_of


def structure_xyz(content: Content) -> str:
    """The structure at rest, as extended XYZ."""
    return _extended_xyz([_described(content.atoms, content, mode=False)])


def poscar(content: Content) -> str:
    """The structure at rest, for VASP; isotopes are not part of the format."""
    text = _by_ase(content.atoms, "vasp", direct=True)
    return "\n".join([content.line, *text.splitlines()[1:], ""])


def cif(content: Content) -> str:
    """The structure at rest, all atoms of the cell and no symmetry."""
    return f"# {content.line}\n{_by_ase(content.atoms, 'cif')}"


def mode_xyz(content: Content) -> str:
    """The structure with the displacement of every atom, as extended XYZ.

    The column ``displacement`` holds it at its largest, times the amplitude, in angstrom; where
    the wave travels, ``displacement_quarter`` a quarter of a period later. Of crystals it is the
    smallest supercell that repeats the wave.
    """
    motion = motion_of(content)
    atoms = _described(motion.atoms, content)
    u = motion.amplitude_A * motion.displacement
    atoms.arrays["displacement"] = u.real.copy()
    if not motion.stands:
        atoms.arrays["displacement_quarter"] = u.imag.copy()
    return _extended_xyz([atoms])


def displaced_xyz(content: Content) -> str:
    """The structure displaced along the mode by the amplitude, as extended XYZ."""
    return _extended_xyz([_described(motion_of(content).at(0.0), content)])


def displaced_poscar(content: Content) -> str:
    """The structure displaced along the mode by the amplitude, for VASP."""
    text = _by_ase(motion_of(content).at(0.0), "vasp", direct=True)
    line = f"{content.line}; amplitude_A: {content.amplitude_A:.3g}"
    return "\n".join([line, *text.splitlines()[1:], ""])


def trajectory_xyz(content: Content, frames: int = FRAMES) -> str:
    """One period of the motion, as extended XYZ."""
    motion = motion_of(content)
    pictures = [_described(atoms, content) for atoms in motion.frames(frames)]
    for number, picture in enumerate(pictures):
        picture.info["phase"] = round(2 * np.pi * number / frames, 6)
        if motion.period_fs is not None:
            picture.info["time_fs"] = round(motion.period_fs * number / frames, 6)
    return _extended_xyz(pictures)


def trajectory_xsf(content: Content, frames: int = FRAMES) -> str:
    """One period of the motion, as animated XSF (AXSF), for XCrySDen and VESTA."""
    motion = motion_of(content)
    pictures = [_along_first(motion, atoms) for atoms in motion.frames(frames)]
    return f"# {content.line}\n{_by_ase(pictures, 'xsf')}"


def _along_first(motion: Motion, atoms: Atoms) -> Atoms:
    """Chains and slabs with their lattice along the first axes, as XSF wants it."""
    order = np.argsort(~motion.atoms.pbc, kind="stable")
    atoms.set_cell(atoms.cell.complete()[order])
    atoms.pbc = atoms.pbc[order]
    return atoms


def _described(atoms: Atoms, content: Content, mode: bool = True) -> Atoms:
    """A copy that says what it is; masses are kept where they are not the usual ones."""
    described = Atoms(atoms.numbers, atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
    if not np.allclose(atoms.get_masses(), atomic_masses[atoms.numbers], atol=1e-6):
        described.set_masses(atoms.get_masses())
    described.info = {**content.provenance}
    if mode:
        described.info |= {**content.mode, "amplitude_A": round(content.amplitude_A, 6)}
    return described


def _extended_xyz(frames: Sequence[Atoms]) -> str:
    return _by_ase(list(frames), "extxyz")


def _by_ase(atoms: Atoms | list[Atoms], form: str, **options: Any) -> str:
    if form == "cif":
        binary = io.BytesIO()
        write(binary, atoms, format=form, **options)
        return binary.getvalue().decode()
    file = io.StringIO()
    write(file, atoms, format=form, **options)
    return file.getvalue()
