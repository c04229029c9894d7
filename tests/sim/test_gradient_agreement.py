"""Adjoint, parameter shift and finite differences agree to 1e-8 on random circuits with every gate."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.circuits import GATES, Program
from qlearn.sim.gradients import finite_difference, hessian, parameter_shift
from tests.naive import simulator
from tests.random_circuits import GATE_NAMES, every_gate_circuit, random_circuit, random_sum_labels

ENGINE = ql.sim.Statevector()
ROTATIONS = tuple(name for name in GATE_NAMES if name == "pauli_rotation" or name in GATES and GATES[name].n_angles)


def make_problem(seed, n_qubits, n_gates=None):
    rng = np.random.default_rng(seed)
    theta = ql.parameters("theta", 4)
    make = every_gate_circuit if n_gates is None else random_circuit
    circuit = make(rng, n_qubits, *([] if n_gates is None else [n_gates]), parameters=theta)
    observables = [ql.PauliSum(random_sum_labels(rng, n_qubits, 4)) for _ in range(2)]
    return circuit, observables, rng.uniform(-1, 1, size=(2, circuit.n_parameters))


@pytest.mark.parametrize(("seed", "n_qubits", "n_gates"), [(0, 4, None), (1, 5, None), (2, 1, 12), (3, 2, 20)])
def test_three_gradients_agree_on_random_circuits(seed, n_qubits, n_gates):
    circuit, observables, values = make_problem(seed, n_qubits, n_gates)
    _, adjoint = ENGINE.jacobian(circuit, observables, values)
    shift = parameter_shift(circuit, observables, values, executor=ENGINE)
    difference = finite_difference(circuit, observables, values, executor=ENGINE, step=2e-4)
    assert adjoint.shape == shift.shape == difference.shape == (2, 2, circuit.n_parameters)
    assert abs(adjoint).max() > 1e-2
    assert abs(shift - adjoint).max() < 1e-10
    assert abs(difference - adjoint).max() < 1e-8


def test_a_program_gives_the_gradient_of_its_circuit():
    circuit, observables, values = make_problem(5, 4)
    program = Program.from_circuit(circuit)
    want = parameter_shift(circuit, observables, values, executor=ENGINE)
    assert abs(parameter_shift(program, observables, values, executor=ENGINE) - want).max() < 1e-12


def test_an_independent_simulator_gets_the_same_gradient():
    # the executor is the dense twin: nothing of the package evaluates anything
    def executor(circuit, observables, values, n_shots, random_state):
        matrices = [simulator.pauli_sum_matrix(observable) for observable in observables]
        states = [simulator.statevector(circuit, row) for row in values]
        return np.array([[np.vdot(state, matrix @ state).real for matrix in matrices] for state in states])

    rng = np.random.default_rng(6)
    theta = ql.parameters("theta", 3)
    circuit = random_circuit(rng, 3, 12, theta)
    observables = [ql.PauliSum(random_sum_labels(rng, 3, 3))]
    values = rng.normal(size=circuit.n_parameters)
    _, adjoint = ENGINE.jacobian(circuit, observables, values)
    assert abs(parameter_shift(circuit, observables, values, executor=executor) - adjoint).max() < 1e-12


@pytest.mark.parametrize("names", [ROTATIONS, ("single_excitation", "crx", "rx", "u", "h"), ("p", "rzz", "h", "ry")])
def test_the_hessian_is_the_jacobian_of_the_gradient(names):
    rng = np.random.default_rng(7)
    circuit = every_gate_circuit(rng, 4, ql.parameters("theta", 3), names)
    observables = [ql.PauliSum(random_sum_labels(rng, 4, 4)) for _ in range(2)]
    values = rng.uniform(-1, 1, size=(2, circuit.n_parameters))
    found = hessian(circuit, observables, values, executor=ENGINE)
    step = 1e-3
    for p in range(circuit.n_parameters):
        shift = step * np.eye(circuit.n_parameters)[p]
        slopes = [ENGINE.jacobian(circuit, observables, values + m * shift)[1] for m in (1, -1, 2, -2)]
        want = (2 / 3 * (slopes[0] - slopes[1]) - (slopes[2] - slopes[3]) / 12) / step
        assert abs(found[:, :, p] - want).max() < 1e-8
    assert abs(found - found.swapaxes(-1, -2)).max() < 1e-12
    assert abs(found).max() > 1e-2
