"""Hostile and damaged files for every reader: rows B1, B2, B3, B5, B6 and F4."""

import io
import zipfile
from functools import partial

import numpy as np
import stim

import qlearn as ql
from qlearn.persistence import FileFormatError
from tests.reliability import damage
from tests.reliability.outcome import Outcome

SHOT_FORMATS = ("01", "b8", "r8", "ptb64", "dets", "hits")
N_DETECTORS, N_OBSERVABLES = 13, 1


def shot_files(count, rng, folder):
    """B1: files of shots in Stim's formats read as Stim reads them, or are refused."""
    model = folder / "model.dem"
    model.write_text(f"error(0.1) D{N_DETECTORS - 1} L0\n")
    outcome = Outcome()
    for index in range(count):
        name = SHOT_FORMATS[index % len(SHOT_FORMATS)]
        path = folder / f"shots.{name}"
        shots = rng.random((64, N_DETECTORS + N_OBSERVABLES)) < 0.2
        stim.write_shot_data_file(
            data=shots, path=path, format=name, num_detectors=N_DETECTORS, num_observables=N_OBSERVABLES
        )
        if index < len(SHOT_FORMATS):
            outcome.require(np.array_equal(_read_shots(model, path), shots))
        kind = _kind(rng)
        path.write_bytes(kind(path.read_bytes(), rng))
        accepts = partial(_is_as_stim_reads, path, name)
        outcome.attempt(f"{name}, {kind.__name__}", _read_shots, model, path, accepts=accepts)
    return outcome


def _kind(rng):
    return damage.KINDS[int(rng.integers(len(damage.KINDS)))]


def _read_shots(model, path):
    found = ql.decoders.DecodingProblem.from_files(model=model, detectors=path, appended=True).recorded
    return np.hstack([found.detectors, found.observables])


def _is_as_stim_reads(path, name, found):
    try:
        expected = stim.read_shot_data_file(
            path=path, format=name, num_detectors=N_DETECTORS, num_observables=N_OBSERVABLES
        )
    except ValueError:
        return False
    return np.array_equal(found, expected)


def archives(count, rng, folder):
    """B2: npz files with code, bombs and lies in them."""
    path = folder / "data.npz"
    data = ql.shadows.ShadowData(rng.integers(0, 3, (40, 3)), rng.integers(0, 2, (40, 3)))
    ql.shadows.write_npz(data, path)
    good = path.read_bytes()
    outcome = Outcome()
    outcome.require(ql.shadows.read_npz(path) == data)
    for index in range(count):
        special = _SPECIAL_ARCHIVES[index // 2 % len(_SPECIAL_ARCHIVES)] if index % 2 else None
        kind = _kind(rng)
        path.write_bytes(special() if special else kind(good, rng))
        outcome.attempt((special or kind).__name__, ql.shadows.read_npz, path, accepts=data.__eq__)
    return outcome


def _npz(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def _npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def _header(shape, dtype="|u1"):
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def pickled():
    return _npz(bases=_npy(np.array([print, open], dtype=object), allow_pickle=True), outcomes=_npy(np.zeros((2, 3))))


def eight_tebibytes():
    return _npz(bases=_header((2**40, 8)), outcomes=_header((2**40, 8)))


def bomb():
    content = _header((2**28, 1)) + b"\0" * 2**22
    return _npz(bases=content, outcomes=content)


def negative_shape():
    return _npz(bases=_header((-1, 3)), outcomes=_header((-1, 3)))


def other_members():
    return _npz(**{"../../bases": _npy(np.zeros((2, 3), np.uint8)), "outcomes": _npy(np.zeros((2, 3), np.uint8))})


def nothing_in_it():
    return _npz()


def nan_inside():
    return _npz(bases=_npy(np.full((2, 3), np.nan)), outcomes=_npy(np.zeros((2, 3))))


_SPECIAL_ARCHIVES = (pickled, eight_tebibytes, bomb, negative_shape, other_members, nothing_in_it, nan_inside)


def model_files(count, rng, folder):
    """B3 and F4: every flipped bit and every other damage of a saved object is found."""
    path = folder / "circuit.qlearn"
    theta = ql.parameters("theta", 2)
    ql.save(ql.Circuit(3).h(0).ry(theta[0] * theta[1], 1).unitary(np.diag([1, 1j]), 2).measure(), path)
    good = path.read_bytes()
    outcome = Outcome()
    outcome.require(ql.load(path).n_parameters == 2)
    for index in range(count):
        kind = damage.flipped if index % 2 else _kind(rng)
        damaged = kind(good, rng)
        path.write_bytes(damaged)
        outcome.attempt(kind.__name__, _load, path, accepts=lambda _, same=damaged == good: same)
    return outcome


def _load(path):
    try:
        return ql.load(path)
    except FileFormatError:
        raise
    except (ValueError, TypeError) as error:
        raise RuntimeError(f"not a FileFormatError: {error!r}") from error


_QASM = """OPENQASM 2.0;
include "qelib1.inc";
qreg q[3]; creg c[3];
gate pair(t) a, b { rx(t / 2) a; cx a, b; u3(pi ^ 2, -t, 0.5) b; }
h q[0]; pair(0.3) q[0], q[1]; barrier q; measure q -> c;
"""


def qasm_texts(count, rng, folder):
    """B5: damaged OpenQASM is read or refused."""
    outcome = Outcome()
    outcome.require(ql.Circuit.from_qasm(_QASM).n_qubits == 3)
    for _ in range(count):
        kind = _kind(rng)
        text = kind(_QASM.encode(), rng).decode("latin-1")
        accepts = partial(_is_a, ql.Circuit)
        outcome.attempt(f"{kind.__name__} {text[-40:]!r}", ql.Circuit.from_qasm, text, accepts=accepts)
    return outcome


def _is_a(cls, result):
    return isinstance(result, cls)


_STIM_BOMBS = {
    "nested loops": "REPEAT 2 {\n" * 100_000 + "H 0\n" + "}\n" * 100_000,
    "long loops": "REPEAT 1000000000000 {\nREPEAT 1000000000000 {\nM 0\nDETECTOR rec[-1]\n}\n}\n",
    "many detectors": "M 0\nREPEAT 100000000000 {\nDETECTOR rec[-1]\n}\n",
    "a large qubit": "H 4294967295\n",
    "a probability above one": "X_ERROR(1.5) 0\n",
    "not a number": "X_ERROR(nan) 0\n",
    "nothing": "",
    "zeros": "\0" * 1000,
}
_DEM_BOMBS = {
    "nested loops": "repeat 2 {\n" * 100_000 + "error(0.1) D0\n" + "}\n" * 100_000,
    "long loops": "repeat 1000000000000 {\nrepeat 1000000000000 {\nerror(0.1) D0\nshift_detectors 1\n}\n}\n",
    "a large detector": "error(0.1) D10000000000\n",
    "a large observable": "error(0.1) D0 L4000000000\n",
    "a probability above one": "error(1.5) D0\n",
    "not a number": "error(nan) D0\n",
    "a hyperedge": "error(0.1) " + " ".join(f"D{i}" for i in range(100_000)) + "\n",
}


def stim_texts(count, rng, folder):
    """B6: Stim circuits and error models that crash or hang the native parser are refused before they reach it."""
    memory = stim.Circuit.generated("repetition_code:memory", distance=3, rounds=2, after_clifford_depolarization=0.01)
    problem = ql.decoders.DecodingProblem
    readers = {
        "stim": (problem.from_circuit, str(memory), _STIM_BOMBS),
        "dem": (problem.from_dem, str(memory.detector_error_model()), _DEM_BOMBS),
    }
    outcome = Outcome()
    outcome.require(problem.from_circuit(str(memory)).n_detectors == memory.num_detectors)
    for index in range(count):
        suffix = ("stim", "dem")[index % 2]
        read, good, bombs = readers[suffix]
        if index // 2 < len(bombs):
            name, text = list(bombs.items())[index // 2]
        else:
            kind = _kind(rng)
            name, text = kind.__name__, kind(good.encode(), rng).decode("latin-1")
        outcome.attempt(f"{suffix}, {name}", read, text, accepts=partial(_is_a, problem))
    return outcome
