"""Minimisation against exact ground states, with every method and with shots."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.sim import Statevector
from qlearn.sim.optimize import minimize

HAMILTONIAN = ql.PauliSum("Z0 Z1 + Z1 Z2 + 0.6 * X0 + 0.6 * X1 + 0.6 * X2")


def ansatz():
    theta = ql.parameters("theta", 9)
    circuit = ql.Circuit(3)
    for layer in range(3):
        for q in range(3):
            circuit.ry(theta[3 * layer + q], q)
        circuit.cx(0, 1).cx(1, 2)
    return circuit


START = np.random.default_rng(3).uniform(-1, 1, size=9)
GROUND = float(np.linalg.eigvalsh(HAMILTONIAN.to_dense())[0])


@pytest.mark.parametrize(("method", "iterations"), [("L-BFGS-B", 200), ("adam", 1500), ("natural", 200)])
def test_exact_methods_find_the_ground_state(method, iterations):
    result = minimize(ansatz(), HAMILTONIAN, START, method=method, max_iterations=iterations)
    assert result.converged and result.message == "the gradient is below the tolerance"
    assert result.value == pytest.approx(GROUND, abs=1e-6)
    engine = Statevector()
    assert engine.expectation(ansatz(), HAMILTONIAN, result.values) == pytest.approx(result.value, abs=1e-12)
    _, gradient = engine.value_and_gradient(ansatz(), HAMILTONIAN, result.values)
    assert abs(gradient).max() <= 1e-6
    assert result.history[0] == pytest.approx(float(engine.expectation(ansatz(), HAMILTONIAN, START)))
    assert result.history[-1] == pytest.approx(result.value)
    assert result.n_evaluations >= len(result.history)


def test_the_line_search_never_climbs():
    result = minimize(ansatz(), HAMILTONIAN, START, method="natural", max_iterations=30)
    assert (np.diff(result.history) <= 1e-12).all()


def test_a_callable_is_minimised_by_shifted_evaluations():
    calls = []

    def executor(circuit, observables, values, n_shots, random_state):
        calls.append(len(values))
        return Statevector().expectation(circuit, observables, values)

    adjoint = minimize(ansatz(), HAMILTONIAN, START)
    shifted = minimize(ansatz(), HAMILTONIAN, START, engine=executor)
    assert shifted.value == pytest.approx(adjoint.value, abs=1e-8)
    assert shifted.n_evaluations == sum(calls) == len(calls) // 2 * 19


@pytest.mark.parametrize("method", ["adam", "spsa"])
def test_methods_with_shots_come_close(method):
    arguments = {"method": method, "max_iterations": 150 if method == "adam" else 600, "n_shots": 200}
    result = minimize(ansatz(), HAMILTONIAN, START, random_state=0, **arguments)
    assert isinstance(result.value, ql.Estimate) and result.value.n_shots == 200
    exact = float(Statevector().expectation(ansatz(), HAMILTONIAN, result.values))
    assert abs(result.value.value - exact) < 5 * result.value.std_error
    assert exact < GROUND + 0.25
    assert not result.converged and result.message == "max_iterations reached"
    assert len(result.history) == arguments["max_iterations"] + 1
    again = minimize(ansatz(), HAMILTONIAN, START, random_state=0, **arguments)
    assert np.array_equal(result.values, again.values)


def test_the_first_step_of_adam_has_the_size_of_the_learning_rate():
    _, gradient = Statevector().value_and_gradient(ansatz(), HAMILTONIAN, START)
    result = minimize(ansatz(), HAMILTONIAN, START, method="adam", max_iterations=1, learning_rate=0.01)
    assert result.values == pytest.approx(START - 0.01 * np.sign(gradient), abs=1e-6)


def test_with_shots_every_call_has_its_own_stream_and_the_last_point_counts():
    points, draws = [], []

    def executor(circuit, observables, values, n_shots, random_state):
        draws.append(random_state.random())
        points.append(values)
        exact = Statevector().expectation(circuit, observables, values)
        return ql.Estimate(exact, np.full_like(exact, 0.01), n_shots)

    result = minimize(
        ansatz(), HAMILTONIAN, START, engine=executor, method="adam", learning_rate=2.0, max_iterations=6, n_shots=5
    )
    assert len(set(draws)) == len(draws) == 2 * 7 + 1
    visited = [rows[0] for rows in points if len(rows) == 1]
    assert len(visited) == 7 + 1 and result.history.argmin() != 6
    assert np.array_equal(result.values, visited[6]) and np.array_equal(result.values, visited[7])


def test_spsa_without_shots():
    result = minimize(ansatz(), HAMILTONIAN, START, method="spsa", max_iterations=800, random_state=1)
    assert result.value < GROUND + 0.1
    assert result.n_evaluations == 2 * 800 + 1


def test_running_out_of_iterations_is_told():
    for method in ("L-BFGS-B", "adam", "natural"):
        result = minimize(ansatz(), HAMILTONIAN, START, method=method, max_iterations=2)
        assert not result.converged and result.message == "max_iterations reached"
        assert len(result.history) == 3
        nothing = minimize(ansatz(), HAMILTONIAN, START, method=method, max_iterations=0)
        assert np.array_equal(nothing.values, START) and len(nothing.history) == 1


def test_a_start_at_the_minimum_is_the_end():
    best = minimize(ansatz(), HAMILTONIAN, START, tolerance=1e-8)
    for method in ("L-BFGS-B", "adam", "natural"):
        result = minimize(ansatz(), HAMILTONIAN, best.values, method=method, tolerance=1e-6)
        assert result.converged and np.array_equal(result.values, best.values)


def test_noisy_circuits_are_minimised_by_an_engine_for_them():
    theta = ql.Parameter("a")
    circuit = ql.Circuit(1).ry(theta, 0).depolarize1(0.15, 0)
    result = minimize(circuit, ql.PauliSum("Z"), [0.4], engine=ql.sim.DensityMatrix())
    assert result.value == pytest.approx(-(1 - 4 / 3 * 0.15), abs=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "sgd"}, "`method` must be one of L-BFGS-B, adam, natural, spsa, got 'sgd'"),
        ({"n_shots": 10}, "method='L-BFGS-B' needs exact values"),
        ({"tolerance": 0}, "`tolerance` must be positive"),
        ({"learning_rate": -1, "method": "adam"}, "`learning_rate` must be positive"),
        ({"max_iterations": -1}, "`max_iterations` must be at least 0"),
        ({"initial": np.zeros((2, 9))}, r"one point of shape \(9,\), got \(2, 9\)"),
        ({"method": "natural", "engine": lambda *a, **k: None}, "needs the Statevector engine"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        minimize(ansatz(), HAMILTONIAN, **{"initial": START, **arguments})
