"""Symmetry classes and pilot + least squares: against dense algebra, exact values and repeated experiments."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.shadows import Conserved, PilotLeastSquares, find_conserved, symmetry_classes
from qlearn.shadows.candidates import candidate_bases
from qlearn.shadows.layout import lay_out
from qlearn.shadows.least_squares import build_pool, moments, optimal_shots, row_weights, slopes, solve
from qlearn.shadows.symmetry import unknowns_of_terms
from qlearn.shadows.variance import string_covariance, string_means

# Conserves the parities of the qubit pairs (0, 2) and (1, 3).
HAMILTONIAN = ql.PauliSum(
    {
        "IIII": -0.3, "ZIII": 0.4, "IZII": -0.3, "IIZI": 0.5, "IIIZ": -0.2, "ZZII": 0.17, "ZIZI": 0.16, "IZIZ": 0.12,
        "XIXI": 0.15, "YIYI": 0.1, "IXIX": -0.12, "IYIY": -0.09, "XXXX": 0.08, "YYXX": 0.05, "XZXI": 0.06, "YIYZ": 0.04,
    }
)  # fmt: skip
SECTOR = "1101"


@pytest.fixture(scope="module")
def state():
    """The lowest state of the sector."""
    bits = (np.arange(16)[:, None] >> np.arange(3, -1, -1)) & 1
    inside = ((bits[:, 0] ^ bits[:, 2]) == 1) & ((bits[:, 1] ^ bits[:, 3]) == 0)
    dense = HAMILTONIAN.to_dense()[np.ix_(inside, inside)]
    amplitudes = np.zeros(16, dtype=complex)
    amplitudes[inside] = np.linalg.eigh(dense)[1][:, 0]
    return ql.sim.State(amplitudes)


def measures(basis, label):
    return all(letter in ("I", "XYZ"[code]) for code, letter in zip(basis, label, strict=True))


def run(plan, state, seed):
    rng = np.random.default_rng(seed)
    return plan.run(lambda scheme: scheme.measure(state, random_state=rng))


def test_members_of_a_class_share_their_value(state):
    classes = symmetry_classes(HAMILTONIAN, SECTOR)
    assert len(classes.coefficients) < HAMILTONIAN.n_terms - 4
    values = classes.strings.coefficients * string_means(classes.strings, state)
    theta = values[classes.starts[:-1]]
    np.testing.assert_allclose(values, theta[classes.unknown], atol=1e-12)
    energy = classes.constant + classes.coefficients @ theta
    assert energy == pytest.approx(state.expectation(HAMILTONIAN), abs=1e-12)


def test_classes_of_any_state_of_the_sector(rng):
    """Not only of eigenstates: every projected random state will do."""
    bits = (np.arange(16)[:, None] >> np.arange(3, -1, -1)) & 1
    classes = symmetry_classes(HAMILTONIAN, "0010")
    inside = ((bits[:, 0] ^ bits[:, 2]) == 1) & ((bits[:, 1] ^ bits[:, 3]) == 0)
    amplitudes = rng.normal(size=16) * inside + 1j * rng.normal(size=16) * inside
    state = ql.sim.State(amplitudes / np.linalg.norm(amplitudes))
    values = classes.strings.coefficients * string_means(classes.strings, state)
    energy = classes.constant + classes.coefficients @ values[classes.starts[:-1]]
    assert energy == pytest.approx(state.expectation(HAMILTONIAN), abs=1e-12)


ENCODINGS = ["jordan_wigner", "parity", "bravyi_kitaev"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_numbers_of_electrons_are_found(encoding):
    """In every encoding: two numbers that commute, and classes that agree in the ground state of their sector."""
    molecule = ql.datasets.load_molecule("LiH", 2.2, unit="angstrom", encoding=encoding)
    hamiltonian = molecule.hamiltonian
    found = find_conserved(hamiltonian)
    assert len(found.numbers) == 2
    for number in found.numbers:
        assert (hamiltonian.commutator(number)).simplify(1e-9).n_terms == 0
    bits = np.array([[int(bit) for bit in molecule.hartree_fock]], dtype=np.uint8)
    # One electron of each spin in three orbitals: 2 N - 3 is -1, of either sign by convention.
    assert np.abs(found.values(bits)[0, len(found.generators) :]).tolist() == [1, 1]
    state = ql.sim.State(np.asarray(hamiltonian.ground_state().vectors).reshape(-1))
    classes = symmetry_classes(hamiltonian, molecule.hartree_fock)
    assert len(classes.coefficients) < len(symmetry_classes(hamiltonian, molecule.hartree_fock, conserved=Conserved(
        found.generators, ())).coefficients)  # fmt: skip
    values = classes.strings.coefficients * string_means(classes.strings, state)
    theta = values[classes.starts[:-1]]
    np.testing.assert_allclose(values, theta[classes.unknown], atol=1e-9)
    assert classes.constant + classes.coefficients @ theta == pytest.approx(molecule.exact_energy, abs=1e-9)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("name", "distance", "basis", "n_classes"),
    [("H2", 0.7462, "6-31g", 55), ("LiH", 1.548, "sto-3g", 238), ("BeH2", 1.3038, "sto-3g", 258),
     ("H2O", 1.0285, "sto-3g", 429)],
)  # fmt: skip
def test_classes_of_molecules_are_as_many_as_measured_elsewhere(name, distance, basis, n_classes, encoding):
    """Numbers of classes with the sector written down by hand in each encoding."""
    molecule = ql.datasets.load_molecule(name, distance, unit="angstrom", basis=basis, encoding=encoding)
    classes = symmetry_classes(molecule.hamiltonian, molecule.hartree_fock)
    assert len(classes.without_zeros().coefficients) == n_classes


def test_a_class_that_equals_minus_itself_is_zero():
    """The number says <XX> = <YY>, the parity of |00> and |11> says <XX> = -<YY>."""
    hamiltonian = ql.PauliSum({"XX": 1.0, "YY": -1.0, "ZI": 0.5, "IZ": 0.5})
    conserved = Conserved(np.array([[True, True]]), (ql.PauliSum({"ZI": 1.0, "IZ": 1.0}),))
    classes = symmetry_classes(hamiltonian, "11", conserved=conserved)
    assert classes.coefficients.tolist() == [1.0]


def test_the_magnetisation_of_a_chain_is_found():
    (number,) = find_conserved(ql.datasets.make_heisenberg_chain(5, (1.0, 1.0, 0.5))).numbers
    assert number == ql.PauliSum("Z0 + Z1 + Z2 + Z3 + Z4")
    assert find_conserved(ql.datasets.make_heisenberg_chain(5, (1.0, 0.9, 0.5))).numbers == ()
    assert find_conserved(ql.datasets.make_ising_chain(4)).numbers == ()


@pytest.mark.parametrize(("sector", "message"), [("11", r"shape \(4,\), got \(2,\)"), ("11a1", "zeros and ones")])
def test_wrong_sectors_are_refused(sector, message):
    with pytest.raises(ValueError, match=message):
        symmetry_classes(HAMILTONIAN, sector)


@pytest.mark.parametrize("with_sector", [False, True])
def test_least_squares_is_the_dense_solution(state, with_sector):
    """Information, weights, slopes and variance against dense matrices, covariances from exact probabilities."""
    unknowns = symmetry_classes(HAMILTONIAN, SECTOR) if with_sector else unknowns_of_terms(HAMILTONIAN)
    bases = np.array(
        [[2, 2, 2, 2], [0, 0, 0, 0], [1, 1, 0, 0], [1, 2, 1, 2], [2, 1, 2, 1], [0, 2, 0, 2]], dtype=np.uint8
    )
    outcomes = state.sample(4000, random_state=0)
    layout = lay_out(unknowns, bases)
    pool = build_pool(unknowns, layout, moments(unknowns, outcomes), regularisation=0.05)
    shots = np.array([5.0, 3.0, 2.0, 4.0, 1.0, 2.0])
    size = len(unknowns.coefficients)
    information = 1e-2 * np.eye(size)
    signs = (-1.0) ** ((outcomes.astype(int) @ unknowns.strings.z.T) & 1)
    inverses, incidences = [], []
    for s in range(6):
        rows = layout.strings[layout.starts[s] : layout.starts[s + 1]]
        measured = [measures(bases[s], label) for label in unknowns.strings.labels()]
        assert set(unknowns.coset[rows]) == set(unknowns.coset[measured])
        assert len(set(unknowns.coset[rows])) == len(rows)
        x, sign = unknowns.strings.x[rows], unknowns.strings.coefficients[rows]
        covariance = np.zeros((len(rows), len(rows)))
        for i in range(len(rows)):
            for j in range(len(rows)):
                if (x[i] == x[j]).all():
                    covariance[i, j] = sign[i] * sign[j] * (signs[:, rows[i]] * signs[:, rows[j]]).mean()
                    if not x[i].any():
                        covariance[i, j] -= sign[i] * sign[j] * signs[:, rows[i]].mean() * signs[:, rows[j]].mean()
        covariance = 0.95 * covariance + 0.05 * np.eye(len(rows))
        incidence = np.zeros((len(rows), size))
        incidence[np.arange(len(rows)), unknowns.unknown[rows]] = 1
        inverses.append(np.linalg.inv(covariance))
        incidences.append(incidence)
        information += shots[s] * incidence.T @ inverses[-1] @ incidence
    adjoint = np.linalg.solve(information, unknowns.coefficients)
    solution = solve(pool, shots, unknowns.coefficients)
    np.testing.assert_allclose(solution.adjoint, adjoint, rtol=1e-8)
    assert solution.variance == pytest.approx(unknowns.coefficients @ adjoint)
    for s in range(6):
        weights = inverses[s] @ incidences[s] @ adjoint
        np.testing.assert_allclose(
            row_weights(pool, adjoint)[layout.starts[s] : layout.starts[s + 1]], weights, atol=1e-9
        )
        slope = weights @ incidences[s] @ adjoint
        assert slopes(pool, adjoint)[s] == pytest.approx(slope)


def test_slopes_are_derivatives_and_shots_are_optimal(state):
    unknowns = unknowns_of_terms(HAMILTONIAN)
    bases = candidate_bases(unknowns, 1000, np.random.default_rng(0))
    assert (bases[0] == 2).all()
    pool = build_pool(unknowns, lay_out(unknowns, bases), moments(unknowns, state.sample(200, random_state=1)))
    spent = np.zeros(len(bases))
    spent[0] = 100
    shots = np.full(len(bases), 10.0)
    step = np.zeros_like(shots)
    step[1] = 1e-3
    ahead, behind = (solve(pool, shots + sign * step, unknowns.coefficients).variance for sign in (1, -1))
    slope = slopes(pool, solve(pool, shots, unknowns.coefficients).adjoint)
    assert -(ahead - behind) / 2e-3 == pytest.approx(slope[1], rel=1e-5)
    best = optimal_shots(pool, unknowns.coefficients, 900, spent, n_steps=200)
    slope = slopes(pool, solve(pool, best + spent, unknowns.coefficients).adjoint)
    # Kuhn-Tucker: settings in use have one slope, the others no larger one.
    np.testing.assert_allclose(slope[best > 5], slope.max(), rtol=0.02)
    assert best.sum() == pytest.approx(900)


@pytest.mark.parametrize("sector", [None, SECTOR])
def test_many_shots_find_the_energy(state, sector):
    """Within 5 errors; the model error, which leaves covariances out, is within a factor of two."""
    plan = PilotLeastSquares(sector=sector, random_state=0).plan(HAMILTONIAN, 200_000)
    energy = run(plan, state, 0)
    assert energy.estimate.n_shots == 200_000
    assert abs(energy.estimate.value - state.expectation(HAMILTONIAN)) < 5 * energy.estimate.std_error
    assert energy.estimate.std_error == pytest.approx(energy.model_error, rel=0.5)
    assert (energy.n_unmeasured, energy.unmeasured_modulus) == (0, 0.0)
    assert energy.violation_rate == (None if sector is None else 0.0)


def test_states_outside_the_sector_fall_back(state):
    """The data of a state that leaves its sector are used without it, and give the right energy."""
    plan = PilotLeastSquares(sector="0101", random_state=0).plan(HAMILTONIAN, 20_000)
    energy = run(plan, state, 0)
    assert (energy.violation_rate, energy.sector_used) == (1.0, False)
    assert abs(energy.estimate.value - state.expectation(HAMILTONIAN)) < 5 * energy.estimate.std_error
    mixed = ql.sim.State.product("0+00")
    half = run(PilotLeastSquares(sector="0000", random_state=0).plan(HAMILTONIAN, 400), mixed, 0)
    assert 0.2 < half.violation_rate < 0.8
    assert not half.sector_used
    forced = PilotLeastSquares(sector="0000", max_violation=1.0, random_state=0).plan(HAMILTONIAN, 400)
    assert run(forced, mixed, 0).sector_used


def test_noise_is_noticed(state):
    """A tenth of the shots are replaced by random bits: the sector is not used, and the noisy energy comes out."""
    noisy = 0.9 * np.outer(state.amplitudes, state.amplitudes.conj()) + 0.1 * np.eye(16) / 16
    density = ql.sim.DensityState(noisy)
    plan = PilotLeastSquares(sector=SECTOR, random_state=0).plan(HAMILTONIAN, 20_000)
    energy = run(plan, density, 2)
    # Three quarters of random bits are outside the sector.
    assert energy.violation_rate == pytest.approx(0.075, abs=0.02)
    assert not energy.sector_used
    assert abs(energy.estimate.value - density.expectation(HAMILTONIAN)) < 5 * energy.estimate.std_error
    used = PilotLeastSquares(sector=SECTOR, max_violation=0.2, random_state=0).plan(HAMILTONIAN, 300_000)
    biased = run(used, density, 2)
    assert biased.sector_used
    # Towards the energy of the pure state.
    assert biased.estimate.value < density.expectation(HAMILTONIAN) - 3 * biased.estimate.std_error


def test_the_pilot_tells_the_sector(state):
    found = run(PilotLeastSquares(sector="pilot", random_state=0).plan(HAMILTONIAN, 1000), state, 3)
    given = run(PilotLeastSquares(sector=SECTOR, random_state=0).plan(HAMILTONIAN, 1000), state, 3)
    assert found.estimate == given.estimate
    assert (found.violation_rate, found.sector_used) == (0.0, True)
    random = ql.sim.State.random(4, random_state=0)
    assert not run(PilotLeastSquares(sector="pilot", random_state=0).plan(HAMILTONIAN, 400), random, 0).sector_used


def test_settings_can_be_limited(state):
    free = PilotLeastSquares(random_state=0).plan(HAMILTONIAN, 1000)
    plan = PilotLeastSquares(max_settings=4, random_state=0).plan(HAMILTONIAN, 1000)
    pilot = plan.pilot.measure(state, random_state=0)
    assert free.second(pilot).n_settings > 4
    second = plan.second(pilot)
    assert (second.n_settings <= 4, second.n_shots) == (True, 900)


def test_shrinkage_is_beside_the_unbiased_value(state):
    """A wide prior changes nothing, a narrow one pulls the terms with X and Y to zero."""
    unbiased = run(PilotLeastSquares(random_state=0).plan(HAMILTONIAN, 1000), state, 1)
    assert unbiased.shrunk is None
    wide, narrow = (
        run(PilotLeastSquares(prior_width=width, random_state=0).plan(HAMILTONIAN, 1000), state, 1)
        for width in (10.0, 1e-4)
    )
    assert wide.shrunk.value == pytest.approx(unbiased.estimate.value, abs=1e-9)
    assert wide.shrunk.std_error == pytest.approx(unbiased.model_error)
    assert narrow.estimate == unbiased.estimate
    diagonal = HAMILTONIAN[~HAMILTONIAN.x.any(axis=1)].expectation(state)
    assert abs(narrow.shrunk.value - diagonal) < 5 * narrow.shrunk.std_error
    assert narrow.shrunk.std_error < unbiased.estimate.std_error


def test_stages_spend_the_shots(state):
    plan = PilotLeastSquares(random_state=0).plan(HAMILTONIAN, 1000)
    assert plan.pilot.labels() == ["ZZZZ"]
    pilot = plan.pilot.measure(state, random_state=0)
    assert (pilot.n_shots, plan.second(pilot).n_shots) == (100, 900)
    assert PilotLeastSquares(random_state=0).plan(HAMILTONIAN, 60).n_pilot == 30
    again = PilotLeastSquares(random_state=0).plan(HAMILTONIAN, 1000)
    np.testing.assert_array_equal(plan.second(pilot).bases, again.second(pilot).bases)


def test_unmeasured_terms_are_bounded(state):
    plan = PilotLeastSquares(random_state=0).plan(HAMILTONIAN, 100)
    energy = plan.estimate(plan.pilot.measure(state, random_state=0))
    off_diagonal = HAMILTONIAN[HAMILTONIAN.x.any(axis=1)]
    assert energy.n_unmeasured == off_diagonal.n_terms
    assert energy.unmeasured_modulus == pytest.approx(np.abs(off_diagonal.coefficients).sum())
    with pytest.raises(ValueError, match="no shot in the all-Z basis"):
        plan.estimate(ql.shadows.MeasurementScheme(["XXXX"], [5]).measure(state, random_state=0))


@pytest.mark.parametrize(
    ("arguments", "hamiltonian", "message"),
    [
        ({"regularisation": 0.0}, HAMILTONIAN, "`regularisation` must lie between 0"),
        ({"max_violation": 1.5}, HAMILTONIAN, "`max_violation` must lie between 0 and 1, got 1.5"),
        ({"prior_width": 0.0}, HAMILTONIAN, "`prior_width` must be positive or None, got 0.0"),
        ({"max_settings": 0}, HAMILTONIAN, "`max_settings` must be at least 1, got 0"),
        ({"sector": "01"}, HAMILTONIAN, r"shape \(4,\), got \(2,\)"),
        ({"n_pilot": 100}, HAMILTONIAN, "`n_pilot` must lie between 1 and 99, got 100"),
        ({}, ql.PauliSum({"IIII": 1.0}), "nothing to measure"),
        ({}, ql.PauliSum({"ZZZZ": 1j}), "must be Hermitian"),
        ({}, "ZZZZ", "must be a PauliSum"),
    ],
)
def test_wrong_questions_are_refused(arguments, hamiltonian, message):
    with pytest.raises((ValueError, TypeError), match=message):
        PilotLeastSquares(**arguments).plan(hamiltonian, 100)


@pytest.mark.statistical
@pytest.mark.parametrize("sector", [None, SECTOR])
def test_coverage_and_gain(state, sector):
    """1000 repeats: 95 % intervals cover 92 to 98 %; the error is below that of ShadowGrouping."""
    plan = PilotLeastSquares(sector=sector, random_state=0).plan(HAMILTONIAN, 600)
    truth = state.expectation(HAMILTONIAN)
    results = [run(plan, state, seed).estimate for seed in range(1000)]
    errors = np.array([result.value for result in results]) - truth
    bars = np.array([result.std_error for result in results])
    assert 0.92 <= (np.abs(errors) < 1.96 * bars).mean() <= 0.98
    scheme = ql.shadows.ShadowGrouping().design(HAMILTONIAN, 600)
    plain = np.sqrt(ql.shadows.scheme_variance(scheme, HAMILTONIAN, state))
    assert np.sqrt((errors**2).mean()) < 0.9 * plain
    assert abs(errors.mean()) < 0.35 * errors.std()


def test_covariance_model_is_exact_for_equal_x_parts(state):
    """What the pilot estimates is the true covariance of strings whose product is a Z string."""
    unknowns = unknowns_of_terms(HAMILTONIAN)
    true = string_covariance(unknowns.strings, state)
    outcomes = state.sample(200_000, random_state=3)
    pilot = moments(unknowns, outcomes)
    layout = lay_out(unknowns, np.full((1, 4), 2, dtype=np.uint8))
    pool = build_pool(unknowns, layout, pilot, regularisation=1e-6)
    rows = layout.strings
    model = np.linalg.inv(pool.inverses.reshape(len(rows), len(rows)))
    np.testing.assert_allclose(model, true[np.ix_(rows, rows)], atol=0.02)
