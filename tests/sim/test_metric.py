"""The Fubini-Study metric against closed forms, fidelities and the dense twin."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.circuits import GATES, Program
from qlearn.circuits import opcodes as op
from qlearn.sim.gradients import fubini_study_metric, natural_gradient
from qlearn.sim.gradients.layers import _COMMUTING, generator, parametrised_layers
from tests.naive import simulator
from tests.random_circuits import GATE_NAMES, every_gate_circuit, random_circuit

ENGINE = ql.sim.Statevector()


def dense_metric(circuit, values, step=1e-3):
    """The definition, with derivatives of the dense state by fourth-order differences."""
    psi = simulator.statevector(circuit, values)
    derivatives = []
    for shift in step * np.eye(len(values)):
        a, b, c, d = (simulator.statevector(circuit, values + m * shift) for m in (1, -1, 2, -2))
        derivatives.append((2 / 3 * (a - b) - (c - d) / 12) / step)
    D = np.array(derivatives).reshape(len(values), len(psi))
    along = D.conj() @ psi
    return (D.conj() @ D.T).real - np.outer(along, along.conj()).real


@pytest.mark.parametrize(("seed", "n_qubits", "n_gates"), [(0, 4, None), (1, 2, 20), (2, 3, 25), (3, 1, 10)])
def test_metric_matches_its_definition_on_random_circuits(seed, n_qubits, n_gates):
    rng = np.random.default_rng(seed)
    theta = ql.parameters("theta", 3)
    if n_gates is None:
        circuit = every_gate_circuit(rng, n_qubits, theta)
    else:
        circuit = random_circuit(rng, n_qubits, n_gates, theta)
    values = rng.uniform(-1, 1, size=(2, circuit.n_parameters))
    found = fubini_study_metric(circuit, values)
    for row, metric in zip(values, found, strict=True):
        assert abs(metric - dense_metric(circuit, row)).max() < 1e-9
        assert np.linalg.eigvalsh(metric).min() > -1e-12
    assert abs(found).max() > 1e-2


def test_metric_is_the_curvature_of_the_fidelity():
    rng = np.random.default_rng(4)
    theta = ql.parameters("theta", 3)
    circuit = every_gate_circuit(rng, 4, theta)
    values = rng.uniform(-1, 1, size=3)
    metric = fubini_study_metric(circuit, values)
    state = ENGINE.run(circuit, values)
    for direction in rng.normal(size=(4, 3)):
        step = 1e-3 * direction
        loss = (
            2 - state.fidelity(ENGINE.run(circuit, values + step)) - state.fidelity(ENGINE.run(circuit, values - step))
        )
        assert loss / 2 == pytest.approx(step @ metric @ step, rel=1e-3)


def test_one_qubit_in_spherical_coordinates():
    theta = ql.parameters("theta", 2)
    circuit = ql.Circuit(1).ry(theta[0], 0).rz(theta[1], 0)
    polar = np.linspace(0.1, 3, 7)
    found = fubini_study_metric(circuit, np.stack([polar, 5 * polar], axis=1))
    want = [np.diag([1, np.sin(angle) ** 2]) / 4 for angle in polar]
    assert abs(found - want).max() < 1e-15
    with_phase = ql.Circuit(1).ry(theta[0], 0).p(theta[1], 0)
    assert abs(fubini_study_metric(with_phase, np.stack([polar, polar], axis=1)) - want).max() < 1e-14


def layered(n_qubits):
    theta = ql.parameters("t", 4 * n_qubits)
    circuit = ql.Circuit(n_qubits)
    for q in range(n_qubits):
        circuit.ry(theta[q], q)
    for q in range(n_qubits):
        circuit.rz(theta[n_qubits + q], q)
    for q in range(n_qubits - 1):
        circuit.cz(q, q + 1).rzz(theta[2 * n_qubits + q], q, q + 1)
    for q in range(n_qubits - 1):
        circuit.cry(theta[3 * n_qubits + q], q, q + 1)
    return circuit


def test_blocks_are_those_of_the_exact_metric():
    circuit = layered(3)
    # in order of angles: RY, then RZ with the CZ and RZZ that commute with them, then each CRY alone
    layers = parametrised_layers(Program.from_circuit(circuit))
    assert [len(layer.rows) for layer in layers] == [3, 5, 1, 1]
    values = np.random.default_rng(0).normal(size=(2, circuit.n_parameters))
    exact = fubini_study_metric(circuit, values)
    owner = np.repeat(np.arange(4), [3, 5, 1, 1])
    mask = owner[:, None] == owner
    blocks = fubini_study_metric(circuit, values, approximation="block_diagonal")
    assert abs(blocks - exact * mask).max() < 1e-13
    assert abs(exact * ~mask).max() > 1e-2
    diagonal = fubini_study_metric(circuit, values, approximation="diagonal")
    assert abs(diagonal - exact * np.eye(10)).max() < 1e-13


@pytest.mark.parametrize("name", sorted(set(GATE_NAMES) - {"unitary", "u", "i"}))
def test_what_commutes_with_a_gate_is_told_by_its_letters(name):
    # a rotation about the letter joins the layer of a rotation before the gate exactly if it commutes with the gate
    n_qubits = 3 if name == "pauli_rotation" else GATES[name].n_qubits
    gate = ql.Circuit(n_qubits)
    qubits = list(range(n_qubits))
    if name == "pauli_rotation":
        gate.pauli_rotation(0.3, "XZY", qubits)
    else:
        getattr(gate, name)(*[0.3] * GATES[name].n_angles, *qubits)
    matrix = simulator.unitary(gate)
    for q in qubits:
        for letter in "XYZ":
            turn = simulator.unitary(ql.Circuit(n_qubits).pauli_rotation(0.7, letter, [q]))
            commutes = abs(matrix @ turn - turn @ matrix).max() < 1e-12
            a = ql.parameters("a", 2)
            circuit = (
                ql.Circuit(n_qubits).pauli_rotation(a[0], letter, [q]).append(gate).pauli_rotation(a[1], letter, [q])
            )
            n_layers = len(parametrised_layers(Program.from_circuit(circuit)))
            assert (n_layers == 1) == commutes, (q, letter)


def test_every_gate_of_the_bytecode_has_its_letters():
    for code, letters in _COMMUTING.items():
        assert len(letters) == op.QUBITS[code]
    assert set(_COMMUTING) == set(op.OPCODES.values()) - {op.PAULI_ROTATION}


@pytest.mark.parametrize("name", [name for name, spec in GATES.items() if spec.n_angles == 1] + ["pauli_rotation"])
def test_generators_generate_their_gates(name):
    angle = ql.Parameter("a")
    if name == "pauli_rotation":
        circuit = ql.Circuit(4).pauli_rotation(angle, "XYZ", [2, 0, 3])
    else:
        circuit = ql.Circuit(4)
        getattr(circuit, name)(angle, *[2, 0, 3, 1][: GATES[name].n_qubits])
    program = Program.from_circuit(circuit)
    G = simulator.pauli_sum_matrix(generator(program, 0))
    step = 1e-3
    a, b, c, d = (simulator.unitary(circuit, [m * step]) for m in (1, -1, 2, -2))
    want = 1j * (2 / 3 * (a - b) - (c - d) / 12) / step
    difference = G - want
    assert abs(difference - difference[0, 0] * np.eye(16)).max() < 1e-10


def test_shared_parameters_add_up():
    a = ql.parameters("a", 2)
    circuit = ql.Circuit(2).ry(a[0], 0).ry(2 * a[0], 1).cx(0, 1).rx(a[1] * a[0], 1)
    values = np.array([0.4, 0.9])
    assert abs(fubini_study_metric(circuit, values) - dense_metric(circuit, values)).max() < 1e-10
    blocks = fubini_study_metric(circuit, values, approximation="block_diagonal")
    # first layer: (1 + 4)/4 for a0; second: X on qubit 1 with variance 1 - <X>**2
    before = ql.Circuit(2).ry(a[0], 0).ry(2 * a[0], 1).cx(0, 1)
    variance = ENGINE.run(before, values[:1]).variance(ql.PauliSum("IX")) / 4
    want = np.diag([5 / 4, 0]) + variance * np.outer([0.9, 0.4], [0.9, 0.4])
    assert abs(blocks - want).max() < 1e-14


def test_natural_gradient_solves_the_regularised_system():
    circuit = layered(2)
    values = np.random.default_rng(1).normal(size=(3, circuit.n_parameters))
    observable = ql.PauliSum({"ZZ": 1.0, "XI": 0.3})
    _, gradient = ENGINE.value_and_gradient(circuit, observable, values)
    for approximation in (None, "block_diagonal", "diagonal"):
        metric = fubini_study_metric(circuit, values, approximation=approximation)
        found = natural_gradient(circuit, observable, values, approximation=approximation, regularisation=0.01)
        residual = np.einsum("bpq,bq->bp", metric, found) + 0.01 * found - gradient
        assert abs(residual).max() < 1e-12
    assert natural_gradient(circuit, observable, values[0]).shape == (circuit.n_parameters,)


def test_without_regularisation_idle_directions_stay_out():
    a = ql.parameters("a", 2)
    circuit = ql.Circuit(1).ry(a[0] + a[1], 0)
    found = natural_gradient(circuit, ql.PauliSum("Z"), [0.5, 0.2], regularisation=0.0)
    assert found == pytest.approx([-2 * np.sin(0.7)] * 2)


def test_a_circuit_without_parameters_has_an_empty_metric():
    assert fubini_study_metric(ql.Circuit(2).h(0)).shape == (0, 0)
    assert fubini_study_metric(ql.Circuit(2).h(0), approximation="diagonal").shape == (0, 0)


def test_bad_arguments_are_refused():
    circuit = ql.Circuit(1).ry(ql.Parameter("a"), 0)
    with pytest.raises(ValueError, match='`approximation` must be None, "block_diagonal" or "diagonal", got \'block\''):
        fubini_study_metric(circuit, [0.1], approximation="block")
    with pytest.raises(ValueError, match="`regularisation` must be finite and not negative, got -1"):
        natural_gradient(circuit, ql.PauliSum("Z"), [0.1], regularisation=-1)
    with pytest.raises(ValueError, match="unitary circuits only"):
        fubini_study_metric(circuit.depolarize1(0.1, 0), [0.1])
