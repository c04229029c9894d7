"""Circuits as data: everything comes back, and nothing wrong gets in."""

import copy
import json
import math

import numpy as np
import pytest

import qlearn as ql
from qlearn.circuits import Circuit, Parameter, parameters

X, THETA = Parameter("x"), parameters("theta", 2)


def everything():
    circuit = Circuit(4).h(0).rx(2 * X + 1, 1).u(0.1, X, THETA[1], 2).cx(0, 3).ccp(X * THETA[0], 0, 1, 2)
    circuit.double_excitation(0.3, 0, 1, 2, 3).pauli_rotation(X, "XY", [3, 1]).unitary(np.diag([1, 1j]), 2)
    circuit.barrier(0, 2).depolarize1(0.1, 0).depolarize2(0.1, 3, 1).pauli_channel1((0.1, 0.2, 0.0), 1)
    circuit.pauli_channel2([0.01] * 15, 1, 2).amplitude_damping(0.1, 0).phase_damping(0.2, 0).bit_flip(0.1, 1)
    circuit.phase_flip(0.1, 1).thermal_relaxation(1.0, 1.5, 0.0, 2, 0.05).thermal_relaxation(math.inf, 1.5, 0.1, 2)
    circuit.readout_error(0.1, 0.2, 3).kraus([np.diag([1, 0, 1, 0]), np.diag([0, 1, 0, 1])], [3, 0]).reset(1)
    return circuit.measure([3, 0], key="end").measure()


@pytest.mark.parametrize("circuit", [everything(), Circuit(3)], ids=["everything", "empty"])
def test_round_trip(circuit, tmp_path):
    params, arrays = circuit._to_data()
    assert Circuit._from_data(json.loads(json.dumps(params)), arrays) == circuit
    ql.save(circuit, tmp_path / "circuit.qlearn")
    assert ql.load(tmp_path / "circuit.qlearn") == circuit


def test_random_circuits_come_back(rng, random_circuit):
    for _ in range(20):
        circuit = random_circuit(rng)
        assert Circuit._from_data(*circuit._to_data()) == circuit


def spoilt(change):
    params, arrays = everything()._to_data()
    params, arrays = copy.deepcopy(params), {key: array.copy() for key, array in arrays.items()}
    change(params, arrays)
    return params, arrays


def put(key, index, value):
    def change(params, arrays):
        (params if key in params else arrays)[key][index] = value

    return change


def cut(key):
    return lambda params, arrays: arrays.update({key: arrays[key][:-1]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p, a: p.pop("names"), "lacks 'names'"),
        (lambda p, a: p.update(n_qubits=0), "`n_qubits` must be at least 1"),
        (lambda p, a: p.update(n_qubits=3), "does not exist among 3 qubits"),
        (put("names", 0, "__init__"), "unknown instruction '__init__'"),
        (put("names", 0, "append"), "unknown instruction 'append'"),
        (put("names", 0, "cx"), "acts on 2 qubits, got 1"),
        (lambda p, a: p.update(expressions={}), "must be a list"),
        (put("expressions", 0, [[["x", "x", "x"], 1.0]]), "at most two names"),
        (put("expressions", 0, [[["x"], math.nan]]), "must be finite"),
        (put("expressions", 0, [[["x"], "1"]]), "unsupported|can't multiply"),
        (put("expressions", 0, [[[""], 1.0]]), "printable text"),
        (put("expressions", 0, []), "list of terms"),
        (lambda p, a: p.update(texts=[1]), "must be a list of texts"),
        (lambda p, a: a.pop("angles"), "has the arrays"),
        (put("qubits", 0, 99), "Qubit 99 does not exist"),
        (put("qubits", 0, -1), "Qubit -1 does not exist"),
        (put("n_targets", 0, 2), "acts on 1 qubits, got 2|single qubit"),
        (put("name", 0, 99), "outside its own tables"),
        (put("name", 0, -1), "outside its own tables"),
        (put("text", 0, 99), "outside its own tables"),
        (put("expression", 0, 99), "outside its own tables"),
        (put("expression", 0, -2), "outside its own tables"),
        (put("n_angles", 0, -1), "negative count"),
        (put("n_matrices", 0, 2**60), "matrices are missing"),
        (put("angles", slice(None), math.nan), "`angles` must be finite"),
        (put("numbers", slice(None), 7.0), "must be a probability"),
        (put("matrices", slice(None), 7.0), "not unitary"),
        (cut("qubits"), "cut|acts on|at least"),
        (cut("angles"), "different lengths"),
        (cut("numbers"), "cut|must hold"),
        (cut("matrices"), "cut"),
        (cut("name"), "different lengths"),
    ],
)
def test_bad_data_is_refused(change, message):
    params, arrays = spoilt(change)
    with pytest.raises((ValueError, TypeError), match=message):
        Circuit._from_data(params, arrays)
