"""Files of mace-torch: the same numbers, and nothing of the file is ever run."""

from __future__ import annotations

import collections
import io
import json
import lzma
import os
import pickle
import sys
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms

from engine import PhonoscopeError
from engine.derivatives import energy_forces_stress, hessian
from engine.potentials.checkpoints.mace_torch import load_mace_torch, read_mace_torch
from engine.potentials.checkpoints.torch_pickle import read_torch_objects

HERE = Path(__file__).parent / "mace_torch"  # made by make.py there
OWN = json.loads((HERE / "reference.json").read_text())
SHARED = Path(__file__).parents[5] / "shared/reference/mace"
CASES = [(name, head) for name, heads in OWN["models"].items() for head in heads]


def unpacked(name: str, directory: Path) -> Path:
    path = directory / f"{name}.model"
    path.write_bytes(lzma.decompress((HERE / f"{name}.model.xz").read_bytes()))
    return path


def own_atoms() -> Atoms:
    return Atoms(OWN["numbers"], positions=OWN["positions_A"], cell=OWN["cell_A"], pbc=True)


@pytest.mark.parametrize(("name", "head"), CASES)
def test_every_option_gives_the_energies_and_forces_of_mace_torch(name, head, tmp_path):
    expected = OWN["models"][name][head]
    result = energy_forces_stress(own_atoms(), load_mace_torch(unpacked(name, tmp_path), head))
    assert result.energy_eV == pytest.approx(expected["energy_eV"], abs=1e-8)
    if "forces_eV_A" in expected:
        np.testing.assert_allclose(result.forces_eV_A, expected["forces_eV_A"], atol=1e-8)
        np.testing.assert_allclose(result.stress_eV_A3, expected["stress_eV_A3"], atol=1e-8)


@pytest.mark.parametrize("name", ["soft_cutoff_on_weights_zbl", "two_heads_agnesi"])
def test_hessians_are_those_of_mace_torch(name, tmp_path):
    head, expected = next(iter(OWN["models"][name].items()))
    found = hessian(own_atoms(), load_mace_torch(unpacked(name, tmp_path), head))
    np.testing.assert_allclose(found, expected["hessian_eV_A2"], atol=1e-7)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no reference models in {SHARED}")
@pytest.mark.parametrize("name", ["mace-random-residual", "mace-random-density-agnesi-zbl"])
def test_shared_reference_models(name):
    reference = json.loads((SHARED / f"{name}.json").read_text())
    potential = load_mace_torch(SHARED / f"{name}.model")
    for formula, expected in reference["structures"].items():
        atoms = Atoms(
            expected["numbers"],
            positions=expected["positions_A"],
            cell=expected["cell_A"],
            pbc=expected["pbc"],
        )
        result = energy_forces_stress(atoms, potential)
        assert result.energy_eV == pytest.approx(expected["energy_eV"], abs=1e-8)
        np.testing.assert_allclose(result.forces_eV_A, expected["forces_eV_A"], atol=1e-8)
        np.testing.assert_allclose(result.stress_eV_A3, expected["stress_eV_A3"], atol=1e-8)
        if formula == "NaCl":
            found = hessian(atoms, potential)
            np.testing.assert_allclose(found, expected["hessian_eV_A2"], atol=1e-7)


def test_what_the_file_says_of_itself(tmp_path):
    config, parameters, elements, about = read_mace_torch(
        unpacked("two_heads_agnesi", tmp_path), "r2scan"
    )
    assert elements == (8, 14)
    assert about["heads"] == ["pbe", "r2scan"]
    assert about["head"] == "r2scan"
    assert (config.scale, config.shift_eV) == (1.3, -0.2)
    assert parameters["params"]["embedding"].shape == (2, 4)


@pytest.mark.parametrize("head", [None, "lda"])
def test_ambiguous_or_unknown_heads_are_refused_with_the_list(head, tmp_path):
    with pytest.raises(PhonoscopeError, match="pbe, r2scan"):
        read_mace_torch(unpacked("two_heads_agnesi", tmp_path), head)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("refused_nonlinear_interaction", "RealAgnosticResidualNonLinearInteractionBlock"),
        ("refused_so3", "use_so3"),
    ],
)
def test_options_that_are_not_covered_are_refused_by_name(name, what, tmp_path):
    with pytest.raises(PhonoscopeError, match=what):
        read_mace_torch(unpacked(name, tmp_path))


# --- files that are no models --------------------------------------------------------------------


def archive(
    path: Path, program: bytes, storages: dict[str, bytes] | None = None, **options
) -> Path:
    with zipfile.ZipFile(path, "w", **options) as file:
        file.writestr("x/data.pkl", program)
        file.writestr("x/byteorder", "little")
        for key, raw in (storages or {}).items():
            file.writestr(f"x/data/{key}", raw)
    return path


def read(path: Path, classes: tuple[str, ...] = ()):
    return read_torch_objects(path, frozenset(classes), frozenset())


class Payload:
    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("function", [os.system, eval, __import__])
def test_a_malicious_pickle_is_refused_and_not_run(function, tmp_path):
    witness = tmp_path / "witness"
    argument = {
        os.system: f"touch {witness}",
        eval: f"open({str(witness)!r}, 'w')",
        __import__: "antigravity",
    }[function]
    for protocol in (2, 4):
        path = archive(tmp_path / "bad.model", pickle.dumps(Payload(function, argument), protocol))
        with pytest.raises(PhonoscopeError, match=function.__name__):
            read(path)
    assert not witness.exists()
    assert "antigravity" not in sys.modules


def test_allowed_names_stay_inert_and_cannot_be_altered(tmp_path):
    """A pickle may set attributes on what it mentions: that must not outlive the reading."""
    alter = b"ctorch._utils\n_rebuild_tensor_v2\n}X\x0c\x00\x00\x00__defaults__)sb."
    read(archive(tmp_path / "alter.model", b"\x80\x02" + alter))
    again = tensor_program("DoubleStorage", 0, (2,), (1,), 2)
    values = read(archive(tmp_path / "x.model", again, {"0": np.arange(2.0).tobytes()}))
    np.testing.assert_array_equal(values, [0, 1])


def test_unknown_classes_are_refused_by_name(tmp_path):
    path = archive(tmp_path / "x.model", b"\x80\x02cmace.modules.blocks\nNovelBlock\n.")
    with pytest.raises(PhonoscopeError, match=r"mace\.modules\.blocks\.NovelBlock"):
        read_mace_torch(path)


@pytest.mark.parametrize(
    "program",
    [
        b"",
        b"\x80\x02",
        b"not a pickle at all",
        b"\x80\x02]r\xff\xff\xff\x7f.",  # a memo of 2^31 entries
        b"\x80\x02\x82\x01.",  # the extension registry
        pickle.dumps([1, 2, 3], 2),  # a pickle, but of no model
    ],
)
def test_damaged_programs_end_in_our_error(program, tmp_path):
    with pytest.raises(PhonoscopeError):
        read_mace_torch(archive(tmp_path / "x.model", program))


def test_files_that_are_cut_missing_or_something_else_end_in_our_error(tmp_path):
    whole = unpacked("one_layer", tmp_path)
    cut = tmp_path / "cut.model"
    for share in (0.1, 0.6, 0.99):
        cut.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
        with pytest.raises(PhonoscopeError, match="cannot be read"):
            read_mace_torch(cut)
    cut.write_text("[[springs]]")
    with pytest.raises(PhonoscopeError, match="cannot be read"):
        read_mace_torch(cut)
    with pytest.raises(PhonoscopeError, match="no file"):
        read_mace_torch(tmp_path / "absent.model")
    with pytest.raises(PhonoscopeError):
        read_mace_torch(tmp_path)


def test_a_compressed_archive_is_refused_before_it_is_unpacked(tmp_path):
    path = archive(tmp_path / "x.model", b"\x80\x02N.", compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(PhonoscopeError, match="compressed"):
        read(path)


# --- tensors --------------------------------------------------------------------------------------


def tensor_program(storage, offset, size, stride, length, key="0") -> bytes:
    """A pickle of one tensor, written with stand-ins for torch's names."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    kind = type(storage, (), {"__module__": "torch", "__qualname__": storage})
    setattr(torch, storage, kind)

    def rebuild():
        pass

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = rebuild
    handle = object()

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            return ("storage", kind, key, "cpu", length) if item is handle else None

    file = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch", torch)
        patch.setitem(sys.modules, "torch._utils", utils)
        nothing = collections.OrderedDict()
        Pickler(file, 2).dump(Payload(rebuild, handle, offset, size, stride, False, nothing))
    return file.getvalue()


@pytest.mark.parametrize(
    ("storage", "dtype", "expected"),
    [
        ("DoubleStorage", "<f8", np.float64),
        ("FloatStorage", "<f4", np.float32),
        ("HalfStorage", "<f2", np.float16),
        ("LongStorage", "<i8", np.int64),
        ("IntStorage", "<i4", np.int32),
        ("BoolStorage", "?", np.bool_),
    ],
)
def test_tensors_of_every_kind_with_offset_and_strides(storage, dtype, expected, tmp_path):
    numbers = (np.arange(12) % 7).astype(dtype)
    program = tensor_program(storage, 1, (2, 3), (1, 4), 12)
    found = read(archive(tmp_path / "x.model", program, {"0": numbers.tobytes()}))
    assert found.dtype == expected
    np.testing.assert_array_equal(
        found, [[numbers[1 + i + 4 * j] for j in range(3)] for i in (0, 1)]
    )


def test_bfloat16_is_the_upper_half_of_float32(tmp_path):
    exact = np.array([1.0, -2.5, 0.15625], "<f4")  # representable in eight bits of mantissa
    upper = (exact.view("<u4") >> 16).astype("<u2")
    program = tensor_program("BFloat16Storage", 0, (3,), (1,), 3)
    found = read(archive(tmp_path / "x.model", program, {"0": upper.tobytes()}))
    np.testing.assert_array_equal(found, exact)


@pytest.mark.parametrize(
    ("offset", "size", "stride", "length"),
    [
        (0, (4,), (1,), 3),  # beyond the storage
        (2, (2,), (1,), 3),
        (0, (2, 2), (2, 1), 3),
        (-1, (2,), (1,), 3),
        (0, (2,), (-1,), 3),
        (0, (10**12,), (0,), 3),  # one number repeated a million million times
        (0, (3,), (1,), 5),  # a storage that is not as long as it says
        (0, (True,), (1,), 3),
    ],
)
def test_tensors_that_do_not_fit_their_storage_are_refused(offset, size, stride, length, tmp_path):
    program = tensor_program("DoubleStorage", offset, size, stride, length)
    path = archive(tmp_path / "x.model", program, {"0": np.arange(3.0).tobytes()})
    with pytest.raises(PhonoscopeError):
        read(path)


@pytest.mark.parametrize("key", ["../data.pkl", "1", ""])
def test_storages_that_are_not_there_are_refused(key, tmp_path):
    program = tensor_program("DoubleStorage", 0, (3,), (1,), 3, key)
    with pytest.raises(PhonoscopeError):
        read(archive(tmp_path / "x.model", program, {"0": np.arange(3.0).tobytes()}))
