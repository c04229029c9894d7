"""Shift rules against derivatives of trigonometric polynomials; gradients through noise, shots and any executor."""

import numpy as np
import pytest
from scipy import stats

import qlearn as ql
from qlearn.circuits import GATES
from qlearn.circuits import opcodes as op
from qlearn.sim.gradients import (
    finite_difference,
    gate_frequencies,
    hessian,
    parameter_shift,
    shift_rule,
    spsa_gradient,
)
from tests.naive import simulator

ENGINE = ql.sim.Statevector()


class Recorder:
    """An executor that notes how it was called."""

    def __init__(self):
        self.calls = []

    def expectation(self, circuit, observables, values, *, n_shots, random_state):
        self.calls.append((circuit, len(observables), values.shape, n_shots, random_state))
        return ENGINE.expectation(circuit, observables, values, n_shots=n_shots, random_state=random_state)


def noisy(sigma):
    """Return an executor with normal errors of a known size for each observable, as a device would return them."""
    rng = np.random.default_rng(17)

    def executor(circuit, observables, values, n_shots, random_state):
        exact = ENGINE.expectation(circuit, observables, values)
        errors = np.broadcast_to(sigma, exact.shape)
        return ql.Estimate(exact + errors * rng.standard_normal(exact.shape), errors, n_shots)

    return executor


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    "frequencies",
    [
        [1.0],
        [0.5],
        [0.5, 1.0],
        [1, 2, 3],
        [1, 2, 3, 4, 5],
        [1.0, 1.7],
        [0.3, 1.0, 2.9],
        [2, 3],
        [1, 8],
        [1, 1 + 1e-6, 2],
    ],
)
def test_rules_differentiate_trigonometric_polynomials(frequencies, order):
    rng = np.random.default_rng(0)
    a, b, omega = rng.normal(size=len(frequencies)), rng.normal(size=len(frequencies)), np.array(frequencies, float)
    rule = shift_rule(frequencies, order)

    def f(x):
        return 0.7 + np.cos(np.multiply.outer(x, omega)) @ a + np.sin(np.multiply.outer(x, omega)) @ b

    first = (omega * (b * np.cos(0.4 * omega) - a * np.sin(0.4 * omega))).sum()
    second = -(omega**2 * (a * np.cos(0.4 * omega) + b * np.sin(0.4 * omega))).sum()
    assert rule.coefficients @ f(0.4 + rule.shifts) == pytest.approx(first if order == 1 else second, rel=1e-9)
    equidistant = np.allclose(omega, omega[0] * np.arange(1, len(omega) + 1))
    assert len(rule.shifts) == 2 * len(omega) + (order == 2 and not equidistant)


def test_known_rules():
    two = shift_rule([1.0])
    assert np.allclose(two.shifts, [np.pi / 2, -np.pi / 2]) and np.allclose(two.coefficients, [0.5, -0.5])
    # the four-term rule of Anselmetti et al.: (sqrt(2) +- 1) / (4 sqrt(2)) at pi/2 and 3 pi/2
    four = shift_rule([0.5, 1.0])
    near, far = (np.sqrt(2) + 1) / (4 * np.sqrt(2)), (np.sqrt(2) - 1) / (4 * np.sqrt(2))
    assert np.allclose(sorted(four.shifts), np.pi * np.array([-1.5, -0.5, 0.5, 1.5]))
    assert np.allclose(four.coefficients[np.argsort(four.shifts)], [far, -near, near, -far])
    diagonal = shift_rule([1.0], order=2)
    assert np.allclose(diagonal.shifts, [0, np.pi]) and np.allclose(diagonal.coefficients, [-0.5, 0.5])


def test_frequencies_of_gates():
    two_terms = {"rx", "ry", "rz", "p", "u", "rxx", "ryy", "rzz", "cp", "ccp"}
    four_terms = {"crx", "cry", "crz", "ccrx", "ccry", "ccrz", "single_excitation", "double_excitation"}
    assert two_terms | four_terms == {name for name, spec in GATES.items() if spec.n_angles}
    for name in two_terms | four_terms:
        for angle in range(GATES[name].n_angles):
            assert gate_frequencies(name, angle) == ((1.0,) if name in two_terms else (0.5, 1.0))


def test_one_call_with_two_or_four_points_an_angle():
    theta = ql.parameters("t", 3)
    # two angles of two frequencies, two of one; the constant and the gate without parameters cost nothing
    circuit = ql.Circuit(2).ry(theta[0], 0).crx(theta[0] * theta[1], 0, 1).rz(0.3, 0).single_excitation(theta[2], 0, 1)
    circuit.rzz(2 * theta[1], 0, 1).h(0)
    recorder = Recorder()
    values = np.random.default_rng(0).normal(size=(5, 3))
    gradient = parameter_shift(circuit, ql.PauliSum("XX"), values, executor=recorder, random_state=3)
    ((asked, n_observables, shape, n_shots, random_state),) = recorder.calls
    assert isinstance(asked, ql.Circuit) and asked.n_parameters == 4 and len(asked) == len(circuit)
    assert (n_observables, shape, n_shots, random_state) == (1, (5 * 12, 4), None, 3)
    assert gradient.shape == (5, 3)


@pytest.mark.parametrize("function", [parameter_shift, finite_difference, spsa_gradient, hessian])
def test_axes_follow_the_arguments(function):
    theta = ql.parameters("t", 2)
    circuit = ql.Circuit(1).ry(theta[0], 0).rz(theta[1], 0)
    z = ql.PauliSum("Z")
    tail = (2, 2) if function is hessian else (2,)

    def shape(observables, values):
        found = function(circuit, observables, values, executor=ENGINE)
        return np.shape(getattr(found, "value", found))

    assert shape(z, [0.1, 0.2]) == tail
    assert shape([z], [0.1, 0.2]) == (1, *tail)
    assert shape(z, np.zeros((3, 2))) == (3, *tail)
    assert shape([z, 2 * z], np.zeros((3, 2))) == (3, 2, *tail)
    assert shape(z, {theta: [0.1, 0.2]}) == tail


@pytest.mark.parametrize("function", [parameter_shift, finite_difference, hessian])
def test_no_parameters_no_gradient(function):
    found = function(ql.Circuit(1).h(0), ql.PauliSum("Z"), executor=ENGINE)
    assert found.shape in {(0,), (0, 0)}


def test_gradients_through_noise_match_the_density_matrix():
    def density_executor(circuit, observables, values, n_shots, random_state):
        matrices = [simulator.pauli_sum_matrix(observable) for observable in observables]
        states = [simulator.density_matrix(circuit, row) for row in values]
        return np.array([[np.trace(state @ matrix).real for matrix in matrices] for state in states])

    theta = ql.parameters("t", 3)
    circuit = ql.Circuit(2).h(0).crx(theta[0], 0, 1).depolarize2(0.1, 0, 1).amplitude_damping(0.2, 1)
    circuit.ry(theta[1] - theta[0], 1).single_excitation(theta[2], 0, 1).phase_damping(0.1, 0)
    circuit.u(theta[2], 0.1, theta[1], 0)
    observables = [ql.PauliSum({"ZX": 1.0, "YI": 0.5}), ql.PauliSum("IZ")]
    values = np.array([0.4, -0.8, 1.1])
    shift = parameter_shift(circuit, observables, values, executor=density_executor)
    difference = finite_difference(circuit, observables, values, executor=density_executor)
    assert abs(shift - difference).max() < 1e-10
    assert abs(shift).min() > 1e-3


def test_parameters_with_known_frequencies_are_shifted_as_a_whole():
    gamma, beta = ql.Parameter("gamma"), ql.Parameter("beta")
    edges = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)]
    circuit = ql.Circuit(4)
    for q in range(4):
        circuit.h(q)
    for a, b in edges:
        circuit.rzz(gamma, a, b)
    for q in range(4):
        circuit.rx(2 * beta, q)
    circuit.ry(gamma * gamma, 0)
    cost = ql.PauliSum(" + ".join(f"Z{a} Z{b}" for a, b in edges))
    values = np.array([[0.3, 0.7], [-1.0, 0.2]])
    want = ENGINE.value_and_gradient(circuit, cost, values)[1]
    recorder = Recorder()
    found = parameter_shift(circuit, cost, values, executor=recorder, frequencies={beta: 2.0 * np.arange(1, 5)})
    assert abs(found - want).max() < 1e-12
    # eight points for beta instead of eight for its gates, two for each gate with gamma
    assert recorder.calls[0][2] == (2 * (8 + 12), 10)
    # the mixer is the last layer but one, so the cost only sees pairs of its turns
    fewer = parameter_shift(circuit, cost, values, executor=ENGINE, frequencies={"beta": [2.0, 4.0]})
    assert abs(fewer - want).max() < 1e-12


def test_an_angle_may_hold_a_parameter_shifted_as_a_whole_and_another():
    a, b = ql.Parameter("a"), ql.Parameter("b")
    circuit = ql.Circuit(2).ry(a + b, 0).cx(0, 1).rx(a * b, 1).rz(2 * a, 0).ry(b, 0)
    observables = [ql.PauliSum("ZZ"), ql.PauliSum("XY")]
    values = np.array([0.4, 0.9])
    frequencies = {"b": [1, 2, 0.4, 0.6, 1.4, 1.6, 2.4]}  # sums and differences of 1, 1 and a
    found = parameter_shift(circuit, observables, values, executor=ENGINE, frequencies=frequencies)
    assert abs(found - ENGINE.jacobian(circuit, observables, values)[1]).max() < 1e-10


def test_gates_of_a_program_may_share_an_angle():
    program = ql.circuits.Program.from_arrays(
        2, [op.RY, op.CRX, op.RX], [[0, -1], [0, 1], [1, -1]], [0, 0, 1]
    )  # fmt: skip
    observable = ql.PauliSum("ZZ")
    want = ENGINE.value_and_gradient(program, observable, [0.4, 0.9])[1]
    assert abs(parameter_shift(program, observable, [0.4, 0.9], executor=ENGINE) - want).max() < 1e-12


def test_shots_give_estimates_that_cover_the_gradient():
    theta = ql.parameters("t", 2)
    circuit = ql.Circuit(2).ry(theta[0], 0).crx(2 * theta[1], 0, 1).rx(theta[0] + theta[1], 1)
    observables = [ql.PauliSum("ZZ"), ql.PauliSum({"XI": 0.5, "IZ": 1.0})]
    values = np.tile([0.4, 0.9], (400, 1))
    found = parameter_shift(circuit, observables, values, executor=ENGINE, n_shots=200, random_state=0)
    exact = ENGINE.jacobian(circuit, observables, [0.4, 0.9])[1]
    assert found.n_shots == 200 * 8
    errors = (found.value - exact) / found.std_error
    assert stats.kstest(errors.reshape(400, -1)[:, 0], "norm").pvalue > 1e-4
    assert np.allclose(errors.std(axis=0), 1, atol=0.15)
    assert abs(errors.mean(axis=0)).max() < 4 / np.sqrt(400)


@pytest.mark.parametrize("function", [parameter_shift, finite_difference, hessian])
def test_std_errors_are_those_of_many_repetitions(function):
    # two gates share a parameter, so entries mix evaluations; angles are not linear
    theta = ql.parameters("t", 2)
    circuit = ql.Circuit(2).ry(theta[0] * theta[1], 0).crx(theta[0], 0, 1).rx(theta[1] - 0.5 * theta[0], 1)
    observables = [ql.PauliSum("ZZ"), ql.PauliSum("XI")]
    found = function(circuit, observables, np.tile([0.4, 0.9], (3000, 1)), executor=noisy([0.01, 0.02]), n_shots=10)
    spread = found.value.std(axis=0, ddof=1)
    # the sample standard deviation of 3000 has relative error 1.3 percent
    assert np.allclose(found.std_error, spread, rtol=0.065)
    exact = function(circuit, observables, [0.4, 0.9], executor=ENGINE)
    assert (abs(found.value.mean(axis=0) - exact) < 5 * spread / np.sqrt(3000)).all()


def test_spsa_is_unbiased_up_to_its_step():
    theta = ql.parameters("t", 3)
    circuit = ql.Circuit(2).ry(theta[0], 0).cx(0, 1).rx(theta[1], 1).rz(theta[2], 0).rx(theta[0], 0)
    observables = [ql.PauliSum("ZZ"), ql.PauliSum("XY")]
    values = [0.4, 0.9, -0.3]
    found = spsa_gradient(circuit, observables, values, executor=ENGINE, step=1e-3, n_directions=4000, random_state=2)
    exact = ENGINE.jacobian(circuit, observables, values)[1]
    assert (abs(found.value - exact) < 5 * found.std_error + 1e-5).all()
    assert found.std_error.max() < 0.05
    again = spsa_gradient(circuit, observables, values, executor=ENGINE, step=1e-3, n_directions=4000, random_state=2)
    assert np.array_equal(found.value, again.value)
    single = spsa_gradient(circuit, observables, values, executor=ENGINE, random_state=0)
    assert np.isnan(single.std_error).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"executor": 3}, TypeError, "`executor` must be callable or have `expectation`, got int"),
        ({"executor": lambda *a, **k: np.zeros(3)}, ValueError, r"must return shape \(2, 1\), .* got \(3,\)"),
        ({"executor": ENGINE, "frequencies": {"b": [1]}}, ValueError, "names 'b', which is no parameter"),
        ({"executor": ENGINE, "frequencies": {"a": [0, 1]}}, ValueError, "positive and distinct"),
        ({"executor": ENGINE, "values": [1, 2]}, ValueError, r"must have shape \(1,\)"),
        ({"executor": ENGINE, "n_shots": 0}, ValueError, "`n_shots` must be at least 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    circuit = ql.Circuit(1).ry(ql.Parameter("a"), 0)
    with pytest.raises(error, match=message):
        parameter_shift(circuit, ql.PauliSum("Z"), **{"values": [0.1], **arguments})


def test_bad_steps_and_orders_are_refused():
    circuit = ql.Circuit(1).ry(ql.Parameter("a"), 0)
    for function in (finite_difference, spsa_gradient):
        with pytest.raises(ValueError, match="`step` must be positive and finite, got 0"):
            function(circuit, ql.PauliSum("Z"), [0.1], executor=ENGINE, step=0)
    with pytest.raises(ValueError, match="`accuracy` must be 2 or 4, got 3"):
        finite_difference(circuit, ql.PauliSum("Z"), [0.1], executor=ENGINE, accuracy=3)
    with pytest.raises(ValueError, match="`order` must lie between 1 and 2, got 3"):
        shift_rule([1.0], 3)
    with pytest.raises(ValueError, match="got 'h' with 0 angles"):
        gate_frequencies("h")
