"""Model files: what is saved comes back, and no damage or malice in a file gets past the loader."""

import json
import os
import random
import re
import struct
import sys
import time
import types

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save as safetensors_bytes

import qlearn as ql
from qlearn import persistence
from qlearn.persistence import FileFormatError, load, save


@pytest.fixture
def path(tmp_path):
    return tmp_path / "object.qlearn"


@pytest.fixture
def saved(path):
    """The bytes of a saved estimate."""
    save(ql.Estimate(np.linspace(-1, 1, 12).reshape(3, 4), np.full((3, 4), 0.1), 1000, "shadows ± groups"), path)
    return path.read_bytes()


def forge(params=None, arrays=None, **header):
    """Return a file with a correct checksum and any contents, as an attacker could write it."""
    params = {"n_shots": 1, "method": ""} if params is None else params
    arrays = {"value": np.array(1.0), "std_error": np.array(0.1)} if arrays is None else arrays
    whole = {"format": 1, "qlearn": "0", "class": "Estimate", "params": params, "complex": [], **header}
    return forge_text(json.dumps(whole)[:-1], arrays)


def forge_text(text, arrays):
    text += ', "sha256":"' + "0" * 64 + '"}'
    data = bytearray(safetensors_bytes(arrays, metadata={"qlearn": text}))
    start = persistence._digest_start(data)
    data[start : start + 64] = persistence._digest(data, start)
    return bytes(data)


ESTIMATES = [
    ql.Estimate(-1.1368, 0.0042, 1000, "shadows"),
    ql.Estimate(0.5, float("nan"), 1),
    ql.Estimate(np.arange(6.0).reshape(2, 3), np.full((2, 3), 0.1), 10),
    ql.Estimate(np.zeros((0, 3)), np.zeros((0, 3)), 0),
    ql.Estimate(np.arange(6.0).reshape(2, 3).T, np.full((3, 2), 0.1), 10, 'a "sha256":"b" \\ \ud800 é {[('),
]


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_estimates_come_back(estimate, path):
    save(estimate, path)
    assert load(path) == estimate
    save(load(path), path)
    assert load(str(path)) == estimate


@pytest.mark.parametrize(
    "terms", [{"ZZII": 0.5, "XIIX": -0.25}, {"XY": 1 + 2j, "ZI": -1e-300}, {"Z" * 100: 1.0, "X" * 100: 2.0}]
)
def test_pauli_sums_come_back(terms, path):
    original = ql.PauliSum(terms)
    save(original, path)
    found = load(path)
    assert type(found) is ql.PauliSum
    assert dict(found.items()) == dict(original.items())
    assert found.coefficients.dtype == original.coefficients.dtype


def test_circuits_come_back(path):
    theta = ql.parameters("theta", 3)
    circuit = ql.Circuit(4).h(0).cx(0, 1).ry(theta[0], 2).rzz(2 * theta[1] * theta[2] - 0.5, 2, 3)
    circuit.pauli_rotation(0.3, "XZY", [0, 1, 3]).unitary(np.diag([1, 1j]), 1).depolarize2(0.01, 0, 1)
    circuit.kraus([np.diag([1, 0]), np.diag([0, 1])], 2).measure([0, 1], key="first").reset(0).measure()
    save(circuit, path)
    assert load(path) == circuit
    assert load(path).parameters == circuit.parameters


def test_the_file_is_plain_safetensors(path, saved):
    with safe_open(path, framework="numpy") as file:
        assert sorted(file.keys()) == ["std_error", "value"]
        header = json.loads(file.metadata()["qlearn"])
    assert header["class"] == "Estimate"
    assert header["qlearn"] == ql.__version__
    assert header["params"] == {"n_shots": 1000, "method": "shadows ± groups"}


def test_saving_twice_gives_the_same_bytes(path, saved):
    save(load(path), path)
    assert path.read_bytes() == saved


def test_every_flipped_bit_is_found(path, saved):
    generator = random.Random(1)
    bits = range(8 * len(saved))
    everywhere_in_the_header = range(8 * (8 + int.from_bytes(saved[:8], "little")))
    for bit in [*generator.choices(bits, k=2000), *everywhere_in_the_header[::3]]:
        damaged = bytearray(saved)
        damaged[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(damaged)
        with pytest.raises(FileFormatError):
            load(path)


def test_every_truncation_is_found(path, saved):
    for length in range(len(saved)):
        path.write_bytes(saved[:length])
        with pytest.raises(FileFormatError, match=re.escape(f"Cannot load {str(path)!r}: it")):
            load(path)
    path.write_bytes(saved + b"\0")
    with pytest.raises(FileFormatError):
        load(path)


@pytest.mark.parametrize("data", [b"", b"{}", b"\x80\x04K\x01.", b"PK\x03\x04" * 20, b"\0" * 100, b"\xff" * 100])
def test_other_files_are_refused(data, path):
    path.write_bytes(data)
    with pytest.raises(FileFormatError):
        load(path)


def test_a_foreign_safetensors_file_is_refused(path):
    path.write_bytes(safetensors_bytes({"a": np.zeros(3)}))
    with pytest.raises(FileFormatError, match="no checksum: it is damaged or no qlearn file"):
        load(path)


HOSTILE = {
    "unknown class": (forge(**{"class": "Popen"}), "it holds 'Popen'; known are .*Estimate, .*PauliSum"),
    "path in the class": (forge(**{"class": "os.system"}), "it holds 'os.system'"),
    "class of another type": (forge(**{"class": ["Estimate"]}), "it holds .*known are"),
    "later format": (forge(format=2, qlearn="9.0"), "format 2 of qlearn '9.0', this version reads format 1; upgrade"),
    "no parameters": (forge(params=[1]), "it has no parameters"),
    "missing parameter": (forge(params={"n_shots": 1}), "its contents make no Estimate: 'method'"),
    "wrong parameter": (forge(params={"n_shots": "1", "method": ""}), "its contents make no Estimate: `n_shots` must"),
    "huge number": (forge_text('{"format": ' + "9" * 100_000, {}), "parameters cannot be read"),
    "NaN": (forge_text('{"format": NaN', {}), "NaN is not JSON"),
    "key given twice": (forge_text('{"format": 1, "format": 1', {}), "a key is given twice"),
    "missing array": (forge(arrays={"value": np.array(1.0)}), "its contents make no Estimate"),
    "array of text": (forge(arrays={"a b": np.array(1.0)}), "its array 'a b' has no known dtype"),
    "array of halves": (forge(arrays={"value": np.ones(2, np.float16)}), "its array 'value' has no known dtype"),
    "false complex array": (forge(complex=["value"]), "its array 'value' holds no complex numbers"),
    "absent complex array": (forge(complex=["nothing"]), "its array 'nothing' holds no complex numbers"),
    "no complex list": (forge(complex=[["value"]]), "its list of complex arrays is none"),
    "infinite coefficient": (
        forge({"n_qubits": 1}, {"coefficients": np.array([np.inf])}, **{"class": "PauliSum"}),
        "array 'coefficients' of a PauliSum must be finite",
    ),
    "deep parameters": (forge_text('{"params": ' + "[" * 100_000, {}), "its parameters nest deeper than the 64"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_contents_are_refused(case, path):
    data, message = HOSTILE[case]
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match=message):
        load(path)


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b'{"__metadata__":' + b'"' + b'\\"' * 1_000_000,
        b'{"__metadata__":' + b'"' + b'\\"' * 1_000_000 + b"\\",
        b"[]" * 500_000,
        b'{"value":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}}',
        b'{"value":{"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,0]}}',
        b"\xff\xfe",
    ],
)
def test_hostile_headers_are_refused_quickly(header, path):
    ending = rb"\"sha256\":\"" + b"0" * 64
    for text in (header, header + ending):
        data = bytearray(struct.pack("<Q", len(text)) + text)
        if ending in data:
            start = persistence._digest_start(data)
            data[start : start + 64] = persistence._digest(data, start)
        path.write_bytes(data)
        begun = time.perf_counter()
        with pytest.raises(FileFormatError):
            load(path)
        assert time.perf_counter() - begun < 5


def test_a_header_that_is_too_long_is_refused_unread(path):
    size = persistence._MAX_HEADER + 1
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", size))
        file.truncate(size + 8)
    with pytest.raises(FileFormatError, match=f"its header has {size} bytes, more than the"):
        load(path)


def test_arrays_that_do_not_fit_the_payload_are_refused(path):
    for old, new in ((rb'"shape":[]', rb'"shape":[9]'), (rb"[0,8]", rb"[8,0]"), (rb"[0,8]", rb"[8,9]")):
        data = bytearray(forge())
        changed = bytes(data).replace(old, new, 1)
        size = int.from_bytes(data[:8], "little") + len(changed) - len(data)
        data = bytearray(struct.pack("<Q", size) + changed[8:])
        start = persistence._digest_start(data)
        data[start : start + 64] = persistence._digest(data, start)
        path.write_bytes(data)
        with pytest.raises(FileFormatError, match="its arrays cannot be read"):
            load(path)


def test_loading_runs_nothing(path):
    """No import, no process, no second file while hostile files are read."""
    load_once = forge()
    path.write_bytes(load_once)
    load(path)  # what is imported lazily is imported now
    seen, watching = [], [True]

    def watch(event, arguments):
        if watching[0] and event in {"import", "exec", "compile", "open", "os.system", "subprocess.Popen"}:
            seen.append((event, str(arguments[0])))

    files = [data for data, _ in HOSTILE.values()]
    sys.addaudithook(watch)
    try:
        for number, data in enumerate(files):
            watching[0] = False
            path.with_suffix(f".{number}").write_bytes(data)
            watching[0] = True
            with pytest.raises(FileFormatError):
                load(path.with_suffix(f".{number}"))
    finally:
        watching[0] = False
    opened = {name for event, name in seen if event == "open"}
    assert opened <= {str(path.with_suffix(f".{number}")) for number in range(len(files))} | {"/proc/meminfo"}
    assert {event for event, _ in seen} <= {"open"}


def test_what_cannot_be_saved_is_named(path):
    for thing in ({"a": 1}, np.zeros(3), "text", ql.Estimate):
        with pytest.raises(TypeError, match="what can be saved: .*Circuit, .*Estimate, .*PauliSum"):
            save(thing, path)
    impostor = type("Estimate", (), {})()
    with pytest.raises(TypeError, match="Cannot save Estimate"):
        save(impostor, path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("params", "arrays", "error", "message"),
    [
        ({"a": object()}, {}, TypeError, "its parameters are not plain data"),
        ({"a": float("nan")}, {}, ValueError, "not JSON compliant"),
        ({}, {"a": np.array([None])}, TypeError, "array 'a' has dtype object, which is not data"),
        ({}, {"a": np.array(["x"])}, TypeError, "array 'a' has dtype <U1"),
        ({}, {"a b": np.zeros(1)}, ValueError, "'a b' is no name for an array"),
        ({}, {"a": np.array([np.nan])}, ValueError, "array 'a' of a PauliSum must be finite"),
        ({"a": "x" * (17 * 2**20)}, {}, ValueError, "Cannot save this PauliSum: its header has"),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(params, arrays, error, message, path, monkeypatch):
    path.write_text("the old file")
    original = ql.PauliSum({"Z": 1.0})
    monkeypatch.setattr(type(original), "_to_data", lambda self: (params, arrays))
    with pytest.raises(error, match=message):
        save(original, path)
    assert path.read_text() == "the old file"
    assert os.listdir(path.parent) == [path.name]


def test_arrays_of_every_kind_come_back(path, monkeypatch):
    big_endian = np.arange(3, dtype=">f8")
    arrays = {
        "plain": np.arange(6.0).reshape(2, 3),
        "reversed": np.arange(6.0)[::-2],
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big_endian": big_endian,
        "complex": np.array([[1 + 2j], [-3j]]),
        "single_complex": np.array([1 + 2j], np.complex64),
        "number": np.array(2 - 1j),
        "empty": np.zeros((0, 4), complex),
        "bits": np.array([True, False]),
        "words": np.array([2**64 - 1], np.uint64),
        "small": np.array([-1], np.int8),
    }
    keeper = types.SimpleNamespace(_from_data=lambda params, found: found)
    monkeypatch.setattr(ql.Estimate, "_to_data", lambda self: ({}, arrays))
    save(ql.Estimate(1.0, 0.1, 1), path)
    monkeypatch.setattr(persistence, "_class", lambda name: keeper)
    found = load(path)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert np.array_equal(found[name], array), name
        assert found[name].dtype == array.dtype.newbyteorder("="), name
        assert found[name].shape == array.shape, name


def test_a_failed_save_leaves_the_old_file(path, saved, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    for function in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, function, fail)
            with pytest.raises(OSError, match="disk full"):
                save(ql.Estimate(2.0, 0.1, 1), path)
        assert path.read_bytes() == saved
        assert os.listdir(path.parent) == [path.name]


def test_saving_follows_links_and_keeps_to_the_umask(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    save(ql.Estimate(2.0, 0.1, 1), link)
    assert link.is_symlink()
    assert load(target) == ql.Estimate(2.0, 0.1, 1)
    umask = os.umask(0)
    os.umask(umask)
    assert target.stat().st_mode & 0o777 == 0o666 & ~umask


def test_only_regular_files_are_read(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "absent")
    with pytest.raises(FileFormatError, match="it is not a regular file"):
        load(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(FileFormatError, match="it is not a regular file"):
            load(tmp_path / "pipe")


def test_files_larger_than_the_memory_are_refused(path, saved, monkeypatch):
    monkeypatch.setenv("QLEARN_MAX_MEMORY", str(2 * len(saved)))
    with pytest.raises(MemoryError, match="Loading .* needs .* available"):
        load(path)


def test_every_class_in_the_table_exists():
    for name in persistence._CODECS:
        cls = persistence._class(name)
        assert callable(cls._to_data)
        assert callable(cls._from_data)
