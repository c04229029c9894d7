"""The statevector engine against the naive dense twin, in both layouts of its lanes."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.circuits import Program
from qlearn.circuits import opcodes as op
from qlearn.sim.lowering import PauliTables
from tests.naive import simulator as naive
from tests.random_circuits import GATE_NAMES, append_random_gate, every_gate_circuit, random_circuit, random_sum_labels

ENGINE = ql.sim.Statevector()
PARAMETERS = ql.parameters("a", 4)


def named(circuit, row):
    return {parameter.name: value for parameter, value in zip(circuit.parameters, row, strict=True)}


def random_sum(rng, n_qubits, n_terms=4):
    return ql.PauliSum(random_sum_labels(rng, n_qubits, n_terms))


def assert_states_equal(rng, circuit, tolerance=1e-12):
    """One sample lies in the lanes as qubits, a batch as samples: both must give the naive state, phase included."""
    values = rng.normal(size=(6, circuit.n_parameters))
    expected = np.array([naive.statevector(circuit, named(circuit, row)) for row in values])
    np.testing.assert_allclose(ENGINE.run(circuit, values).amplitudes, expected, atol=tolerance, rtol=0)
    np.testing.assert_allclose(ENGINE.run(circuit, values[0]).amplitudes, expected[0], atol=tolerance, rtol=0)


@pytest.mark.parametrize("n_qubits", range(1, 7))
def test_every_gate_equals_the_naive_twin(rng, n_qubits):
    for _ in range(4):
        assert_states_equal(rng, every_gate_circuit(rng, n_qubits, PARAMETERS))


@pytest.mark.parametrize("name", GATE_NAMES)
def test_every_gate_alone_keeps_its_phase(rng, name):
    circuit = ql.Circuit(4)
    for qubit in range(4):
        circuit.u(*rng.uniform(-3, 3, 3).tolist(), qubit)
    append_random_gate(circuit, name, rng, PARAMETERS)
    assert_states_equal(rng, circuit)


@pytest.mark.slow
def test_300_random_circuits_equal_the_naive_twin(rng):
    for _ in range(300):
        n_qubits, n_gates = int(rng.integers(1, 9)), int(rng.integers(1, 50))
        assert_states_equal(rng, random_circuit(rng, n_qubits, n_gates, PARAMETERS))


@pytest.mark.parametrize("n_qubits", [1, 2, 3, 5])
def test_expectations_of_several_observables(rng, n_qubits):
    circuit = every_gate_circuit(rng, n_qubits, PARAMETERS)
    values = rng.normal(size=(5, circuit.n_parameters))
    observables = [random_sum(rng, n_qubits) for _ in range(3)]
    states = [naive.statevector(circuit, named(circuit, row)) for row in values]
    expected = [[naive.expectation(observable, state).real for observable in observables] for state in states]
    np.testing.assert_allclose(ENGINE.expectation(circuit, observables, values), expected, atol=1e-12)
    np.testing.assert_allclose(ENGINE.expectation(circuit, observables, values[0]), expected[0], atol=1e-12)
    np.testing.assert_allclose(
        ENGINE.expectation(circuit, observables[1], values), np.array(expected)[:, 1], atol=1e-12
    )
    assert ENGINE.expectation(circuit, observables[1], values[0]).shape == ()


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("n_qubits", [1, 3, 4, 6])
def test_gradient_equals_central_differences(rng, n_qubits, batch):
    circuit = every_gate_circuit(rng, n_qubits, PARAMETERS)
    observables = [random_sum(rng, n_qubits) for _ in range(2)]
    values, weights = rng.normal(size=(batch, circuit.n_parameters)), rng.normal(size=(batch, 2))
    value, gradient = ENGINE.vjp(circuit, observables, values, weights)
    np.testing.assert_allclose(value, ENGINE.expectation(circuit, observables, values), atol=1e-12)
    step = 1e-5
    for column in range(circuit.n_parameters):
        shift = step * (np.arange(circuit.n_parameters) == column)
        difference = ENGINE.expectation(circuit, observables, values + shift)
        difference = (difference - ENGINE.expectation(circuit, observables, values - shift)) / (2 * step)
        np.testing.assert_allclose(gradient[:, column], (weights * difference).sum(axis=1), atol=1e-7)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(("n_qubits", "batch"), [(3, 1), (4, 21), (6, 3), (15, 2)])
def test_weights_may_be_computed_from_the_values(rng, n_qubits, batch, n_jobs):
    circuit = every_gate_circuit(rng, n_qubits, PARAMETERS)
    observables = [random_sum(rng, n_qubits) for _ in range(2)]
    values, seen = rng.normal(size=(batch, circuit.n_parameters)), []
    engine = ql.sim.Statevector(n_jobs=n_jobs)

    def weights_of(found):
        seen.append(found.copy())
        return np.cos(found)

    result, gradient = engine.vjp(circuit, observables, values, weights_of)
    expected, expected_gradient = ENGINE.vjp(circuit, observables, values, np.cos(result))
    np.testing.assert_allclose(result, expected, atol=1e-12)
    np.testing.assert_allclose(gradient, expected_gradient, atol=1e-12)
    np.testing.assert_allclose(seen, [result], atol=1e-12)
    alone, alone_gradient = engine.vjp(circuit, observables, values[0], weights_of)
    np.testing.assert_allclose(alone, result[0], atol=1e-12)
    np.testing.assert_allclose(alone_gradient, gradient[0], atol=1e-12)


def test_states_too_large_to_keep_are_run_again(rng, monkeypatch):
    circuit = every_gate_circuit(rng, 5, PARAMETERS)
    values, observable = rng.normal(size=(9, circuit.n_parameters)), random_sum(rng, 5)
    kept = ENGINE.vjp(circuit, [observable], values, np.cos)
    monkeypatch.setattr("qlearn.sim.statevector._LARGEST_KEPT", 1000)
    for found, expected in zip(ENGINE.vjp(circuit, [observable], values, np.cos), kept, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_jacobian_stacks_the_gradients(rng):
    circuit = every_gate_circuit(rng, 4, PARAMETERS)
    observables = [random_sum(rng, 4) for _ in range(3)]
    values = rng.normal(size=(2, circuit.n_parameters))
    result, jacobian = ENGINE.jacobian(circuit, observables, values)
    weights = rng.normal(size=3)
    value, gradient = ENGINE.vjp(circuit, observables, values, weights)
    np.testing.assert_allclose(result, value, atol=1e-12)
    np.testing.assert_allclose(np.einsum("o,bop->bp", weights, jacobian), gradient, atol=1e-12)


def test_single_precision_agrees_to_single_precision(rng):
    engine = ql.sim.Statevector("single")
    for n_qubits in (2, 4, 6):
        circuit = every_gate_circuit(rng, n_qubits, PARAMETERS)
        observable = random_sum(rng, n_qubits)
        for batch in (1, 9):
            values = rng.normal(size=(batch, circuit.n_parameters))
            for got, expected in zip(
                engine.value_and_gradient(circuit, observable, values),
                ENGINE.value_and_gradient(circuit, observable, values),
                strict=True,
            ):
                np.testing.assert_allclose(got, expected, atol=3e-4)
        assert engine.run(circuit, values).amplitudes.dtype == np.complex64


def test_results_do_not_depend_on_threads_or_batch(rng):
    circuit = every_gate_circuit(rng, 5, PARAMETERS)
    observable = random_sum(rng, 5)
    values = rng.normal(size=(23, circuit.n_parameters))
    value, gradient = ENGINE.value_and_gradient(circuit, observable, values)
    for n_jobs in (2, 3):
        engine = ql.sim.Statevector(n_jobs=n_jobs)
        again, gradient_again = engine.value_and_gradient(circuit, observable, values)
        assert np.array_equal(value, again)
        assert np.array_equal(gradient, gradient_again)
    samples = ENGINE.sample(circuit, values, n_shots=20, random_state=3)
    assert np.array_equal(ENGINE.sample(circuit, values[:7], n_shots=20, random_state=3), samples[:7])


def test_huge_angles_fall_back_to_exact_trigonometry():
    theta = ql.Parameter("t")
    circuit = ql.Circuit(1).ry(theta, 0)
    for angle in (1e4, 3e5, -7.3e9):
        expected = [np.cos(angle / 2), np.sin(angle / 2)]
        np.testing.assert_allclose(ENGINE.run(circuit, [angle]).amplitudes, expected, atol=1e-11)


def test_a_circuit_that_grows_is_compiled_again():
    circuit = ql.Circuit(1).x(0)
    observable = ql.PauliSum("Z")
    assert ENGINE.expectation(circuit, observable) == pytest.approx(-1)
    assert ENGINE.expectation(circuit.x(0), observable) == pytest.approx(1)


def test_tables_belong_to_their_observable(rng):
    tables = PauliTables(np.dtype(float))
    for _ in range(30):  # ids of dead observables come back; kept tables keep theirs alive
        label = "".join(rng.choice(list("XYZ"), 2))
        groups = tables.of([ql.PauliSum(label)])
        assert groups.x.tolist() == [sum((letter in "XY") << (1 - q) for q, letter in enumerate(label))]


def test_programs_from_arrays_equal_circuits(rng):
    program = Program.from_arrays(3, [op.RY, op.CX, op.RZZ, op.H], [[0, -1], [0, 2], [1, 2], [1, -1]], [0, -1, 1, -1])
    a = ql.parameters("a", 2)
    circuit = ql.Circuit(3).ry(a[0], 0).cx(0, 2).rzz(a[1], 1, 2).h(1)
    values, observable = rng.normal(size=(4, 2)), random_sum(rng, 3)
    for got, expected in zip(
        ENGINE.value_and_gradient(program, observable, values),
        ENGINE.value_and_gradient(circuit, observable, values),
        strict=True,
    ):
        np.testing.assert_allclose(got, expected, atol=1e-14)


def test_shots_estimate_the_exact_value(rng):
    circuit = ql.Circuit(3).ry(0.7, 0).cx(0, 1).rx(0.4, 2).cz(1, 2).h(2)
    observables = [random_sum(rng, 3, 6), ql.PauliSum({"ZII": 1.0, "III": 0.5})]
    exact = ENGINE.expectation(circuit, observables)
    estimates = [ENGINE.expectation(circuit, observables, n_shots=400, random_state=seed) for seed in range(300)]
    values = np.array([estimate.value for estimate in estimates])
    pulls = (values - exact) / np.array([estimate.std_error for estimate in estimates])
    # 300 means of near-normal pulls: |mean| < 5 / sqrt(300) and a variance near one; false alarm about 1e-6
    assert np.abs(pulls.mean(axis=0)).max() < 0.29
    assert np.abs(pulls.var(axis=0) - 1).max() < 0.45
    assert estimates[0].n_shots == 400


def test_shots_of_constants_and_of_nothing():
    observables = [ql.PauliSum({"XYZ": 1.5, "III": -0.25}), ql.PauliSum({"III": 1.5}), ql.PauliSum.zero(3)]
    circuit = ql.Circuit(3).h(0).s(1)
    np.testing.assert_allclose(ENGINE.expectation(circuit, observables), [-0.25, 1.5, 0.0], atol=1e-14)
    estimate = ENGINE.expectation(circuit, observables, n_shots=1000, random_state=1)
    assert estimate.value[1:].tolist() == [1.5, 0.0]
    assert estimate.std_error[1:].tolist() == [0.0, 0.0]
    assert abs(estimate.value[0] + 0.25) < 5 * 1.5 / np.sqrt(1000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c, h: ENGINE.expectation(c, h), "1 unbound parameters"),
        (lambda c, h: ENGINE.expectation(c, h, [0.1, 0.2]), r"shape \(1,\) or \(batch, 1\)"),
        (lambda c, h: ENGINE.expectation(c, h, [np.nan]), "finite"),
        (lambda c, h: ENGINE.expectation(c, ql.PauliSum("ZZZ"), [0.1]), "acts on 3 qubits but the circuit has 2"),
        (lambda c, h: ENGINE.expectation(c, 1j * h, [0.1]), "not Hermitian"),
        (lambda c, h: ENGINE.expectation(c, [], [0.1]), "empty"),
        (lambda c, h: ENGINE.vjp(c, [h], [0.1], [1.0, 2.0]), "`weights`"),
        (lambda c, h: ENGINE.expectation(c.copy().measure(0), h, [0.1]), "use Trajectories or DensityMatrix"),
        (lambda c, h: ENGINE.expectation(c, h, [0.1], n_shots=1), "at least 2"),
        (lambda c, h: ql.sim.Statevector("half"), '"double" or "single"'),
    ],
)
def test_errors_say_what_to_do(call, message):
    circuit = ql.Circuit(2).ry(ql.Parameter("t"), 0).cx(0, 1)
    with pytest.raises(ValueError, match=message):
        call(circuit, ql.PauliSum("ZI"))


def test_too_many_qubits_are_refused_before_allocation(monkeypatch):
    monkeypatch.setenv("QLEARN_MAX_MEMORY", "1e9")
    with pytest.raises(MemoryError, match=r"40 qubits .* use Stabilizer"):
        ENGINE.expectation(ql.Circuit(40).h(0), ql.PauliSum("Z0", n_qubits=40))
