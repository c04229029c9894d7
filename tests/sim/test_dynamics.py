"""Time evolution against dense exponentials, conservation laws and orders of convergence."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

import qlearn as ql
from qlearn.sim import State
from qlearn.sim.dynamics import evolve
from qlearn.sim.krylov import propagate
from tests.random_circuits import random_sum_labels


def make_hamiltonian(seed, n_qubits, n_terms=20):
    return ql.PauliSum(random_sum_labels(np.random.default_rng(seed), n_qubits, n_terms))


def ising(n_qubits, field=0.7):
    bonds = {f"Z{i} Z{(i + 1) % n_qubits}": 1.0 for i in range(n_qubits)}
    return ql.PauliSum({**bonds, **{f"X{i}": field for i in range(n_qubits)}}, n_qubits)


def exact(hamiltonian, time, state):
    return expm(-1j * time * hamiltonian.to_dense()) @ state.amplitudes


@pytest.mark.parametrize("n_qubits", [1, 2, 4, 6])
@pytest.mark.parametrize("time", [0.0, 0.1, 3.0, -2.5, 60.0])
def test_evolution_matches_the_matrix_exponential(n_qubits, time):
    hamiltonian, state = make_hamiltonian(n_qubits, n_qubits), State.random(n_qubits, 1)
    found = evolve(hamiltonian, time, state).amplitudes
    assert np.linalg.norm(found - exact(hamiltonian, time, state)) < 1e-10


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-9, 1e-12])
def test_errors_keep_to_the_tolerance(tolerance):
    hamiltonian, state = ising(6), State.random(6, 2)
    errors = []
    for time in (0.5, 5.0, 20.0):
        found = evolve(hamiltonian, time, state, tolerance=tolerance).amplitudes
        errors.append(np.linalg.norm(found - exact(hamiltonian, time, state)))
    assert max(errors) < tolerance
    # and the work is not wasted on much smaller ones
    assert max(errors) > 1e-6 * tolerance


def test_states_with_few_eigenvectors_stay_accurate():
    # the Krylov space closes, or nearly so: where short recursions lose their orthogonality
    hamiltonian = ising(5)
    energies, modes = np.linalg.eigh(hamiltonian.to_dense())
    for weights in ([1.0], [1, 1e-6], [1, 1, 1e-9], [1, 1, 1]):
        psi = modes[:, : 7 * len(weights) : 7] @ np.array(weights) / np.linalg.norm(weights)
        found = evolve(hamiltonian, 80.0, psi, tolerance=1e-12).amplitudes
        want = modes @ (np.exp(-80j * energies) * (modes.T @ psi))
        assert np.linalg.norm(found - want) < 1e-12
        assert np.linalg.norm(found) == pytest.approx(1, abs=1e-13)


def test_eigenstates_only_turn_their_phase():
    hamiltonian = ql.PauliSum({"ZZ": 1.0, "IZ": 0.5})
    found = evolve(hamiltonian, 2.0, State.basis("01"))
    assert found.amplitudes == pytest.approx([0, np.exp(3j), 0, 0])
    assert evolve(ql.PauliSum.zero(2), 2.0, State.ghz(2)).fidelity(State.ghz(2)) == pytest.approx(1)


def test_energy_and_norm_are_conserved():
    hamiltonian, state = ising(8), State.product("0+r-01l+")
    states = evolve(hamiltonian, np.linspace(0, 30, 16), state)
    assert np.ptp(states.expectation(hamiltonian)) < 1e-9
    assert abs(np.linalg.norm(states.amplitudes, axis=1) - 1).max() < 1e-12
    assert np.ptp(states.expectation(ql.PauliSum("Z0", 8))) > 0.1


def test_many_times_share_their_krylov_spaces(monkeypatch):
    hamiltonian, state = ising(6), State.random(6, 3)
    times = np.random.default_rng(0).uniform(-40, 40, size=101)
    times[7] = 0.0
    actions = []
    call = propagate.__globals__["Action"].__call__
    monkeypatch.setattr(propagate.__globals__["Action"], "__call__", lambda s, rows: actions.append(1) or call(s, rows))
    states = evolve(hamiltonian, times, state)
    assert states.is_batch and len(states) == 101
    assert len(actions) < 1000
    energies, modes = np.linalg.eigh(hamiltonian.to_dense())
    want = (np.exp(-1j * np.multiply.outer(times, energies)) * (modes.T @ state.amplitudes)) @ modes.T
    assert np.linalg.norm(states.amplitudes - want, axis=1).max() < 1e-10


def test_a_batch_of_states_evolves_row_by_row():
    hamiltonian, states = make_hamiltonian(5, 3), State.random(3, 4, batch=3)
    found = evolve(hamiltonian, 1.3, states)
    for row, state in zip(found.amplitudes, states.amplitudes, strict=True):
        assert np.linalg.norm(row - exact(hamiltonian, 1.3, State(state))) < 1e-10
    assert evolve(hamiltonian, [1.3], states[0]).amplitudes.shape == (1, 8)


def test_evolution_agrees_with_the_circuit_of_commuting_rotations():
    hamiltonian = ql.PauliSum({"ZZI": 0.7, "IZZ": -0.3, "ZIZ": 0.2})
    circuit = ql.Circuit(3).h(0).h(1).h(2).rzz(1.4, 0, 1).rzz(-0.6, 1, 2).rzz(0.4, 0, 2)
    found = evolve(hamiltonian, 1.0, State.product("+++"))
    assert found.fidelity(ql.sim.Statevector().run(circuit)) == pytest.approx(1)


def test_pieces_follow_each_other():
    a, b, state = make_hamiltonian(0, 3), make_hamiltonian(1, 3), State.random(3, 5)
    pieces = [(a, 0.5), (b, 1.25), (a, 0.0), (a, 0.25)]

    def want(time):
        psi = state.amplitudes
        for hamiltonian, duration in pieces:
            psi = expm(-1j * min(duration, time) * hamiltonian.to_dense()) @ psi
            time -= min(duration, time)
        return psi

    assert np.linalg.norm(evolve(pieces, None, state).amplitudes - want(2.0)) < 1e-10
    times = [1.0, 0.0, 0.5, 2.0, 0.2, 1.75, 1.9]
    for time, found in zip(times, evolve(pieces, times, state).amplitudes, strict=True):
        assert np.linalg.norm(found - want(time)) < 1e-10


def drive(time):
    return ql.PauliSum({"ZZ": 1.0, "XI": np.cos(2 * time), "IY": 0.5 * time})


def solved(time, state):
    """An independent integrator of ordinary differential equations."""
    return solve_ivp(
        lambda t, psi: -1j * (drive(t).to_dense() @ psi),
        (0, time), state.amplitudes, method="DOP853", rtol=1e-12, atol=1e-13,
    ).y[:, -1]  # fmt: skip


@pytest.mark.parametrize("order", [2, 4])
def test_driven_evolution_converges_at_its_order(order):
    state = State.random(2, 6)
    want = solved(2.0, state)
    errors = [np.linalg.norm(evolve(drive, 2.0, state, order=order, n_steps=n).amplitudes - want) for n in (8, 16, 32)]
    slopes = np.diff(np.log2(errors))
    assert abs(slopes + order).max() < 0.3


def test_adaptive_steps_keep_to_the_tolerance():
    state = State.random(2, 6)
    times = [0.7, -0.4, 2.0, 0.0]
    for order, tolerance in ((2, 1e-4), (4, 1e-8)):
        states = evolve(drive, times, state, order=order, tolerance=tolerance)
        for time, found in zip(times, states.amplitudes, strict=True):
            want = state.amplitudes if time == 0 else solved(time, state)
            assert np.linalg.norm(found - want) < tolerance


def test_a_constant_callable_is_the_static_evolution():
    hamiltonian, state = make_hamiltonian(2, 3), State.random(3, 7)
    found = evolve(lambda time: hamiltonian, 1.0, state, n_steps=1)
    assert np.linalg.norm(found.amplitudes - exact(hamiltonian, 1.0, state)) < 1e-10


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"hamiltonian": ql.PauliSum({"XX": 1j})}, ValueError, "not Hermitian"),
        ({"hamiltonian": ql.PauliSum("X")}, ValueError, "acts on 1 qubits but the state has 2"),
        ({"hamiltonian": lambda time: 3.0}, TypeError, "must give PauliSum objects, got float"),
        (
            {"hamiltonian": [(ql.PauliSum("XX"), -1.0)], "times": None},
            ValueError,
            "duration must be finite and not neg",
        ),
        ({"hamiltonian": [ql.PauliSum("XX")], "times": None}, TypeError, r"\(PauliSum, duration\) pairs"),
        ({"hamiltonian": [(ql.PauliSum("XX"), 1.0)], "times": 2.0}, ValueError, "between 0 and the total duration 1"),
        ({"times": None}, ValueError, "may be None for a piecewise Hamiltonian only"),
        ({"times": [[1.0]]}, ValueError, r"got shape \(1, 1\)"),
        ({"times": np.nan}, ValueError, "`times` must be finite"),
        ({"tolerance": 0.0}, ValueError, "`tolerance` must lie between 0 and 1, got 0.0"),
        ({"order": 3}, ValueError, "`order` must be 2 or 4, got 3"),
        ({"n_steps": 0}, ValueError, "`n_steps` must be at least 1"),
        ({"state": State.random(2, 0, batch=2), "times": [1.0, 2.0]}, ValueError, "batch of states goes with a single"),
        ({"state": [1.0, 1.0, 0, 0]}, ValueError, "must be normalised"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    given = {"hamiltonian": ql.PauliSum("XX"), "times": 1.0, "state": State.ghz(2), **arguments}
    with pytest.raises(error, match=message):
        evolve(**given)
