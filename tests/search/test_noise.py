"""Noise in a search: three ways to the energy, fresh shots, and angles trained from shots."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.search import (
    Budget,
    EnergyProblem,
    ZeroNoiseExtrapolation,
    first_order_energy,
    most_trainable,
    remeasure,
    retrain,
    run,
    train_on_device,
)
from qlearn.variational import SPSA, NaturalGradient, ParameterShift, Rotosolve

HYDROGEN = ql.datasets.load_molecule("H2", distance=0.7414, unit="angstrom")


def device(strength, readout=None):
    """Return a noise model with damping, which is no mixture of Pauli strings."""
    times = {"t1": 60.0 / strength, "t2": 50.0 / strength, "gate_times": {1: 0.05, 2: 0.4}}
    errors = {1: 5e-4 * strength, 2: 6e-3 * strength}
    return ql.NoiseModel.from_device(**times, gate_errors=errors, readout_errors=readout)


def hydrogen(noise, **options):
    gates = {"gates": ("ry", "rz", "cx"), "reference": HYDROGEN.hartree_fock}
    return EnergyProblem(HYDROGEN.hamiltonian, noise=noise, **gates, **options)


@pytest.fixture(scope="module")
def winner():
    """The exact circuit of three CX, found without noise."""
    return run(
        hydrogen(None), budget=Budget(evaluations=8000, target=HYDROGEN.exact_energy + 1e-8), random_state=0
    ).best


def test_the_first_order_leaves_an_error_of_second_order(winner):
    errors = []
    for strength in (1.0, 0.1):
        noisy = device(strength).apply(winner.circuit)
        exact = float(ql.sim.DensityMatrix().expectation(noisy, HYDROGEN.hamiltonian))
        errors.append(abs(first_order_energy(noisy, HYDROGEN.hamiltonian) - exact))
        assert errors[-1] < 0.05 * abs(exact - winner.cost)
    assert errors[1] < 0.02 * errors[0]  # a hundredth for a tenth of the noise
    assert first_order_energy(winner.circuit, HYDROGEN.hamiltonian) == pytest.approx(winner.cost, abs=1e-12)


def test_one_channel_is_exact_to_first_order():
    circuit = ql.Circuit(2).ry(0.4, 0).cx(0, 1).amplitude_damping(0.3, 1).barrier().ry(0.2, 1).cx(1, 0)
    terms = ql.PauliSum("XZ + 0.5 * YY - 0.3 * ZI")
    exact = float(ql.sim.DensityMatrix().expectation(circuit, terms))
    assert first_order_energy(circuit, terms) == pytest.approx(exact, abs=1e-12)


def test_three_ways_agree(winner):
    found = {
        method: hydrogen(device(1.0), noise_method=method).noisy_cost(winner.ansatz, winner.values)
        for method in ("density_matrix", "first_order", "trajectories")
    }
    loss = found["density_matrix"] - winner.cost
    assert loss > 0.003
    assert found["first_order"] == pytest.approx(found["density_matrix"], abs=0.05 * loss)
    assert found["trajectories"] == pytest.approx(found["density_matrix"], abs=0.3 * loss)
    one, other = (hydrogen(device(1.0), noise_method=name) for name in ("density_matrix", "first_order"))
    assert one.fingerprint() != other.fingerprint()
    with pytest.raises(ValueError, match="`noise_method` must be one of density_matrix"):
        hydrogen(None, noise_method="magic")


@pytest.mark.parametrize(
    "noise", [None, device(1.0), device(1.0, (0.02, 0.1))], ids=["shots", "shots and noise", "readout errors too"]
)
def test_winners_are_measured_on_fresh_shots(winner, noise):
    problem = hydrogen(noise)
    exact = problem.measure(winner.ansatz, winner.values)["energy" if noise is None else "noisy_energy"]
    fresh = remeasure(problem, winner, n_shots=20_000, random_state=3)
    assert 0 < fresh.std_error < 0.02
    assert abs(fresh.value - exact) < 4.5 * fresh.std_error  # one false alarm in 150,000
    other = remeasure(problem, winner, n_shots=20_000, random_state=4)
    assert other.value != fresh.value


@pytest.mark.parametrize("optimizer", [None, NaturalGradient(), Rotosolve()], ids=str)
def test_angles_are_found_again(winner, optimizer):
    again = retrain(hydrogen(None), winner, optimizer=optimizer, initial=winner.values + 0.2, max_epochs=100)
    assert again.cost == pytest.approx(HYDROGEN.exact_energy, abs=1e-5)
    assert again.two_qubit_gates == winner.two_qubit_gates


def test_angles_are_found_from_noisy_shots(winner):
    noise = device(0.3)
    problem = hydrogen(noise)
    far = winner.values + 0.5
    start = problem.cost(winner.ansatz, far)
    execution = ParameterShift(n_shots=2000, noise=noise)
    again = retrain(problem, winner, optimizer=SPSA(), execution=execution, initial=far, max_epochs=150, random_state=0)
    assert again.cost - HYDROGEN.exact_energy < 0.15 * (start - HYDROGEN.exact_energy)
    assert again.objectives["noisy_energy"] > again.cost
    with pytest.raises(TypeError, match="must be an EnergyProblem"):
        retrain(ql.search.CustomProblem(lambda circuit, values: 0.0, 2), winner)


def test_extrapolation_takes_out_the_first_orders(winner):
    errors = {}
    for factors in ((1,), (1, 3), (1, 3, 5)):
        for strength in (0.5, 0.25):
            noise = ql.NoiseModel.depolarizing(0.0, 0.04 * strength)
            engine = ZeroNoiseExtrapolation(noise, factors)
            found = float(engine.expectation(winner.ansatz, HYDROGEN.hamiltonian, winner.values))
            errors[len(factors), strength] = abs(found - winner.cost)
    ratios = [errors[order, 0.5] / errors[order, 0.25] for order in (1, 2, 3)]
    assert ratios == pytest.approx([2.0, 4.0, 8.0], rel=0.15)
    assert errors[1, 0.25] > 10 * errors[2, 0.25] > 100 * errors[3, 0.25]


def test_extrapolated_shots_are_estimates(winner):
    engine = ZeroNoiseExtrapolation(device(1.0))
    batch = winner.values + np.zeros((2000, 1))
    found = engine.expectation(winner.ansatz, HYDROGEN.hamiltonian, batch, n_shots=400, random_state=0)
    exact = float(engine.expectation(winner.ansatz, HYDROGEN.hamiltonian, winner.values))
    assert found.value.std() == pytest.approx(found.std_error.mean(), rel=0.1)
    assert found.value.mean() == pytest.approx(exact, abs=4 * found.value.std() / 2000**0.5)

    def on_device(circuit, observables, values=None, **options):
        return ql.sim.DensityMatrix().expectation(device(1.0).apply(circuit), observables, values, **options)

    own = ZeroNoiseExtrapolation(engine=on_device)
    assert float(own.expectation(winner.ansatz, HYDROGEN.hamiltonian, winner.values)) == pytest.approx(exact, abs=1e-12)


def test_readout_errors_cost_shots_and_no_energy(winner):
    clean, misreading = (ZeroNoiseExtrapolation(device(1.0, readout)) for readout in (None, (0.02, 0.1)))
    exact = float(clean.expectation(winner.ansatz, HYDROGEN.hamiltonian, winner.values))
    found = [
        engine.expectation(winner.ansatz, [HYDROGEN.hamiltonian], winner.values, n_shots=400_000, random_state=1)
        for engine in (clean, misreading)
    ]
    assert abs(found[1].value[0] - exact) < 4.5 * found[1].std_error[0]  # one false alarm in 150,000
    assert found[1].std_error[0] > 1.1 * found[0].std_error[0]
    noisy = hydrogen(device(1.0, 0.2), noise_method="first_order").noisy_cost(winner.ansatz, winner.values)
    same = hydrogen(device(1.0), noise_method="first_order").noisy_cost(winner.ansatz, winner.values)
    assert noisy == same


@pytest.mark.parametrize("factors", [(), (1, 1), (1, 2), (-1, 1)])
def test_extrapolation_wants_odd_numbers(winner, factors):
    with pytest.raises(ValueError, match=r"`factors` must be different odd numbers such as \(1, 3\), got"):
        ZeroNoiseExtrapolation(device(1.0), factors).expectation(winner.ansatz, HYDROGEN.hamiltonian, winner.values)


def test_a_device_finds_angles_and_the_better_circuit_from_shots_alone(winner):
    noisy = hydrogen(device(1.0))
    product = run(noisy, budget=Budget(evaluations=2000), random_state=0).front[0]
    options = {"n_starts": 2, "n_shots": 100, "max_epochs": 25, "random_state": 0}
    trained = train_on_device(noisy, [product, winner], **options)
    assert trained.ansatz == winner.ansatz
    assert abs(trained.cost - HYDROGEN.exact_energy) < 0.004
    assert trained.objectives["noisy_energy"] > trained.cost
    again = train_on_device(noisy, [product, winner], **options)
    assert (again.values == trained.values).all()
    with pytest.raises(ValueError, match="`candidates` must hold at least one circuit"):
        train_on_device(noisy, [])


def test_circuits_on_a_plateau_are_told_from_those_that_train(winner):
    problem = hydrogen(None)
    dead = ql.Circuit(4)
    for step in winner.ansatz:
        dead.append(step._replace(angles=tuple(0.0 for _ in step.angles)))
    dead.ry(ql.Parameter("a"), 0)  # at half turns of this one angle no energy is won
    stuck = ql.search.Candidate(dead, np.zeros(1), problem.measure(dead, np.zeros(1)), "energy")
    assert most_trainable(problem, [stuck, winner], n_kept=1, n_starts=4, random_state=0) == [winner]
    assert most_trainable(problem, [stuck, winner], n_starts=8, random_state=0) == [winner, stuck]
    with pytest.raises(ValueError, match="`candidates` must hold at least one circuit"):
        most_trainable(problem, [])
    with pytest.raises(ValueError, match="`n_starts` must be at least 1"):
        most_trainable(problem, [winner], n_starts=0)


def test_a_search_knows_more_good_circuits_than_its_front():
    problem = hydrogen(None)
    result = run(problem, budget=Budget(evaluations=8000), random_state=0)
    near = result.near_best(1e-3)
    assert len(near) > 3
    assert near[0] in list(result.front)
    assert all(c.cost <= result.best.cost + 1e-3 for c in near)
    shapes = [tuple((step.name, step.qubits) for step in c.ansatz) for c in near]
    assert len(set(shapes)) == len(shapes)
    for candidate in near:
        energy = float(ql.sim.Statevector().expectation(candidate.circuit, HYDROGEN.hamiltonian))
        assert candidate.cost == pytest.approx(energy, abs=1e-10)
    only = run(problem, ql.search.RandomSearch(), budget=Budget(evaluations=2000), random_state=0)
    assert only.near_best(0.0) == [only.best]
    with pytest.raises(ValueError, match="`within` must be finite and not negative"):
        result.near_best(-1.0)
