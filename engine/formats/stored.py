"""Results in a file: what cannot be computed again in a moment, and nothing else.

One ``.npz`` file without pickled objects. Kept are the structure, energy, forces and stress, and
the second derivatives in double precision: a molecule's Hessian, or Phi(q) of a crystal at the
irreducible points of its mesh and at the check points. Symmetry, modes, labels and trust follow
from these and are computed on loading, so that a file written today is read with the conventions
of tomorrow. The model's parameters are not kept, only its name.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from ase import Atoms
from jaxtyping import Complex, Float

from engine.derivatives import EnergyResult
from engine.errors import PhonoscopeError
from engine.formats.named_model import model_by_name
from engine.phonons import BornCharges, Phonons, phonons_from_force_constants
from engine.phonons.mesh import irreducible_matrices, sample_of
from engine.potentials import Potential
from engine.potentials.finite_difference import FiniteDifferencePotential
from engine.potentials.theory import Theory, theory
from engine.vibrations import Vibrations, vibrations_from_hessian

FORMAT, VERSION = "phonoscope-result", 1
HEADER = "header"
"""Name of the array that holds everything that is no array, as JSON text."""

Arrays = dict[str, np.ndarray]


def save_result(
    result: Vibrations | Phonons, path: str | Path, notes: Mapping[str, Any] | None = None
) -> None:
    """Write a result to a ``.npz`` file; it is there complete or not at all.

    Parameters
    ----------
    notes : anything that JSON can say, such as the provenance; :func:`load_result` returns it.

    Raises
    ------
    PhonoscopeError
        if the file cannot be written.
    """
    content, path = result_to_bytes(result, notes), Path(path)
    try:
        write_whole(path, content)
    except OSError as error:
        raise PhonoscopeError(
            f"The file {path} cannot be written", str(error), "Choose a writable place."
        ) from error


def load_result(
    path: str | Path, model: Potential | str | None = None
) -> tuple[Vibrations | Phonons, dict[str, Any]]:
    """A result and its notes from a file of :func:`save_result`.

    Parameters
    ----------
    model : what gives exact matrices of a crystal off the mesh: a potential, or its name or path.
        None: the model of the name in the file. It is loaded when it is first needed, so that a
        result can be seen on a machine without its model.

    Raises
    ------
    PhonoscopeError
        if the file cannot be read, or holds no result.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise PhonoscopeError(
            f"The file {path} cannot be read", error.strerror or str(error), "Check its name."
        ) from error
    return result_from_bytes(content, model, str(path))


def result_to_bytes(result: Vibrations | Phonons, notes: Mapping[str, Any] | None = None) -> bytes:
    """The content of a file of :func:`save_result`; equal results give equal bytes."""
    if isinstance(result, Vibrations):
        words, arrays = _of_molecule(result)
    else:
        words, arrays = _of_crystal(result)
    atoms = result.atoms
    arrays |= {
        "numbers": atoms.numbers,
        "positions_A": atoms.positions,
        "masses_amu": atoms.get_masses(),
        "cell_A": atoms.cell.array,
        "pbc": atoms.pbc,
    }
    return pack({**words, "notes": dict(notes or {})}, arrays)


def result_from_bytes(
    content: bytes, model: Potential | str | None = None, name: str = "stored result"
) -> tuple[Vibrations | Phonons, dict[str, Any]]:
    """A result and its notes from the content of a file.

    Parameters
    ----------
    model : see :func:`load_result`.
    name : what an error calls the file.

    Raises
    ------
    PhonoscopeError
        if it holds no result.
    """
    header, arrays = unpack(content, name)
    try:
        atoms = Atoms(
            arrays["numbers"],
            positions=arrays["positions_A"],
            cell=arrays["cell_A"],
            pbc=arrays["pbc"],
            masses=arrays["masses_amu"],
        )
        if header["kind"] == "molecule":
            return _molecule(atoms, header, arrays), header["notes"]
        return _crystal(atoms, header, arrays, model), header["notes"]
    except (KeyError, ValueError, IndexError, TypeError) as error:
        if isinstance(error, PhonoscopeError):
            refuse(name, f"{error.what}: {error.why}", error)
        refuse(name, f"{type(error).__name__}: {error}", error)


def pack(words: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """The content of a file with these words, as JSON, and arrays."""
    header = {"format": FORMAT, "version": VERSION, **words}
    text = np.array(json.dumps(header, ensure_ascii=False, allow_nan=False))
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **{HEADER: text, **arrays})
    return file.getvalue()


def notes_from_bytes(content: bytes, name: str = "stored result") -> dict[str, Any]:
    """The notes alone; the errors of :func:`result_from_bytes`, which makes the result as well."""
    notes: dict[str, Any] = unpack(content, name)[0].get("notes", {})
    return notes


def unpack(content: bytes, name: str) -> tuple[dict[str, Any], Arrays]:
    """Words and arrays from the content of a file.

    Parameters
    ----------
    name : what an error calls it.

    Raises
    ------
    PhonoscopeError
        if it is damaged, or of another format.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        header = json.loads(str(arrays[HEADER]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        refuse(name, str(error) or type(error).__name__, error)
    if header.get("format") != FORMAT or header.get("version") != VERSION:
        found = f"{header.get('format')} {header.get('version')}"
        refuse(name, f"it is {found}, where {FORMAT} {VERSION} was expected")
    return header, arrays


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it.

    Raises
    ------
    OSError
        if it cannot be written.
    """
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(part, 0o644)  # mkstemp keeps a file to its owner
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _of_molecule(result: Vibrations) -> tuple[dict[str, Any], Arrays]:
    words = {
        "kind": "molecule",
        "model": result.model,
        "derivatives": result.derivatives,
        "energy_eV": result.energy_eV,
        "tolerance_A": result.tolerance_A,
    }
    return words, {"hessian_eV_A2": result.hessian_eV_A2, "forces_eV_A": result.forces_eV_A}


def _molecule(atoms: Atoms, header: dict[str, Any], arrays: Arrays) -> Vibrations:
    return vibrations_from_hessian(
        atoms,
        arrays["hessian_eV_A2"],
        header["model"],
        header["energy_eV"],
        arrays["forces_eV_A"],
        header["derivatives"],
        header["tolerance_A"],
    )


def _of_crystal(result: Phonons) -> tuple[dict[str, Any], Arrays]:
    potential, state, sample = result.potential, result.state, result.sample
    differences = isinstance(potential, FiniteDifferencePotential)
    words: dict[str, Any] = {
        "kind": "crystal",
        "model": potential.name,
        "step_A": potential.step_A if isinstance(potential, FiniteDifferencePotential) else None,
        "theory": potential.derivatives if isinstance(potential, Theory) else None,
        "dtype": np.dtype(result.dtype).name,
        "energy_eV": state.energy_eV,
        "tolerance_A": result.space_group.tolerance_A,
    }
    arrays = {"forces_eV_A": state.forces_eV_A}
    if state.stress_eV_A3 is not None:
        arrays["stress_eV_A3"] = state.stress_eV_A3
    if result.born is not None:
        words["neutrality_error_e"] = result.born.neutrality_error_e
        arrays |= {"born_charges_e": result.born.charges_e, "dielectric": result.born.dielectric}
    if sample is None or differences:
        arrays["gamma_eV_A2"] = result.gamma_force_constants
    if sample is not None:
        points, matrices = irreducible_matrices(result.atoms, sample)
        words |= {"mesh": sample.mesh, "symmetry_error": sample.symmetry_error}
        arrays |= {
            "points": points,
            "columns": sample.columns,
            "phi_eV_A2": _packed(matrices),
            "check_q": sample.check_q,
            "check_phi_eV_A2": _packed(sample.check_force_constants),
        }
    return words, arrays


def _crystal(
    atoms: Atoms, header: dict[str, Any], arrays: Arrays, model: Potential | str | None
) -> Phonons:
    name, step_A = header["model"], header["step_A"]
    if model is None and header.get("theory"):
        model = theory(name, header["theory"])
    elif not isinstance(model, Potential):
        # A file may come from anybody: what is a path in it leads nowhere on this machine.
        model = model_by_name(name, model or (name if Path(name).name == name else None), step_A)
    potential = model
    sample, born = None, None
    if "mesh" in header:
        n1, n2, n3 = header["mesh"]
        sample = sample_of(
            atoms,
            (n1, n2, n3),
            arrays["points"],
            _unpacked(arrays["phi_eV_A2"]),
            arrays["columns"],
            arrays["check_q"],
            _unpacked(arrays["check_phi_eV_A2"]),
            header["symmetry_error"],
        )
    if "born_charges_e" in arrays:
        born = BornCharges(
            arrays["born_charges_e"], arrays["dielectric"], header["neutrality_error_e"]
        )
    return phonons_from_force_constants(
        atoms,
        potential,
        EnergyResult(header["energy_eV"], arrays["forces_eV_A"], arrays.get("stress_eV_A3")),
        sample,
        born,
        np.dtype(header["dtype"]),
        header["tolerance_A"],
        arrays.get("gamma_eV_A2"),
    )


def _packed(
    hermitian: Complex[np.ndarray, "n size size"],
) -> Float[np.ndarray, "n size size"]:
    """Hermitian matrices as real ones: real parts on and above the diagonal, imaginary below."""
    return np.triu(hermitian.real) + np.tril(hermitian.imag, -1)


def _unpacked(packed: Float[np.ndarray, "n size size"]) -> Complex[np.ndarray, "n size size"]:
    above, below = np.triu(packed, 1), np.tril(packed, -1)
    diagonal = packed - above - below
    return diagonal + above + above.swapaxes(1, 2) + 1j * (below - below.swapaxes(1, 2))


def refuse(name: str, why: str, error: Exception | None = None) -> NoReturn:
    """Say that a stored result cannot be read."""
    raise PhonoscopeError(
        f"{name} holds no result that can be read", why, "Compute it again, or get the file again."
    ) from error
