"""Observables under readout errors, against distributions whose bits are flipped one by one."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.sim.readout import as_read, corrected

ERRORS = np.array([[0.02, 0.05], [0.1, 0.1], [0.0, 0.3]])
OBSERVABLE = ql.PauliSum("XZI + 0.5 * YYX - 0.3 * ZII + 0.2 * ZZZ + 0.7 * III")


def mean_of_misread_bits(circuit, label):
    """Return what a Pauli string averages to when the bits measured in its basis are flipped at random."""
    turned = circuit.copy()
    for qubit, letter in enumerate(label):
        if letter == "Y":
            turned.sdg(qubit)
        if letter in "XY":
            turned.h(qubit)
    weights = (np.abs(ql.sim.Statevector().run(turned).amplitudes) ** 2).reshape((2,) * len(label))
    for qubit, (p01, p10) in enumerate(ERRORS):
        confusion = np.array([[1 - p01, p10], [p01, 1 - p10]])
        weights = np.moveaxis(np.tensordot(confusion, weights, axes=(1, qubit)), 0, qubit)
    signs = [np.array([1.0, 1.0 if letter == "I" else -1.0]) for letter in label]
    return np.einsum("abc,a,b,c", weights, *signs)


def test_observables_as_they_are_read():
    circuit = ql.Circuit(3).ry(0.4, 0).cx(0, 1).rx(0.7, 2).cx(2, 1).s(1).ry(-1.1, 1)
    expected = sum(
        coefficient * mean_of_misread_bits(circuit, label)
        for label, coefficient in zip(OBSERVABLE.labels(), OBSERVABLE.coefficients)
    )
    found = ql.sim.Statevector().expectation(circuit, as_read(OBSERVABLE, ERRORS))
    assert found == pytest.approx(expected, abs=1e-12)
    assert abs(found - ql.sim.Statevector().expectation(circuit, OBSERVABLE)) > 0.005


def test_corrections_undo_them():
    undone = (corrected(as_read(OBSERVABLE, ERRORS), ERRORS) - OBSERVABLE).simplify(1e-12)
    assert undone.n_terms == 0
    with pytest.raises(ValueError, match="Qubit 1 is misread with .* tells nothing"):
        corrected(OBSERVABLE, np.array([[0.0, 0.0], [0.5, 0.5], [0.0, 0.0]]))


@pytest.mark.parametrize("outcomes_a_shot", [0, 8])  # shots one by one, or their counts
@pytest.mark.parametrize("n_shots", [20, 200])
@pytest.mark.parametrize("engine", [ql.sim.Statevector(), ql.sim.DensityMatrix()], ids=repr)
def test_counts_and_single_shots_have_the_same_moments(engine, n_shots, outcomes_a_shot, monkeypatch):
    monkeypatch.setattr("qlearn.sim.shots._OUTCOMES_A_SHOT", outcomes_a_shot)
    circuit = ql.Circuit(3).ry(0.4, 0).cx(0, 1).ry(ql.Parameter("a"), 2).cx(2, 1).rx(0.3, 0)
    expected = OBSERVABLE
    if isinstance(engine, ql.sim.DensityMatrix):
        for qubit, (p01, p10) in enumerate(ERRORS.tolist()):
            circuit.readout_error(p01, p10, qubit)
        expected = as_read(OBSERVABLE, ERRORS)
    batch = np.full((4000, 1), 0.9)
    found = engine.expectation(circuit, OBSERVABLE, batch, n_shots=n_shots, random_state=8)
    exact = float(engine.expectation(circuit, expected, batch[0]))
    spread = found.value.std(ddof=1)
    assert abs(found.value.mean() - exact) < 5 * spread / 4000**0.5  # one false alarm in 1.7 million
    assert np.sqrt((found.std_error**2).mean()) == pytest.approx(spread, rel=0.06)
    again = engine.expectation(circuit, OBSERVABLE, batch, n_shots=n_shots, random_state=8)
    assert (again.value == found.value).all()


def test_noisy_executions_read_with_errors_with_and_without_shots():
    noise = ql.NoiseModel.from_device(readout_errors={q: tuple(row) for q, row in enumerate(ERRORS.tolist())})
    circuit = ql.Circuit(3).ry(0.4, 0).cx(0, 1).ry(0.9, 2)
    values = []
    for n_shots in (None, 400_000):
        execution = ql.variational.ParameterShift(n_shots, noise=noise)
        values.append(execution.expectation(execution.prepared(circuit), [OBSERVABLE], np.zeros((1, 0)), 5)[0, 0])
    exact = float(ql.sim.Statevector().expectation(circuit, as_read(OBSERVABLE, ERRORS)))
    assert values[0] == pytest.approx(exact, abs=1e-12)
    assert abs(values[1] - exact) < 0.02
    assert abs(exact - float(ql.sim.Statevector().expectation(circuit, OBSERVABLE))) > 0.04
