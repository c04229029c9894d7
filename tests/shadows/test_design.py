"""Designs against brute force, their optimality conditions and exact variances."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

import qlearn as ql
from qlearn import shadows
from qlearn.shadows.locally_biased import optimal_letters
from qlearn.shadows.overlapped import optimal_shares, overlapped_bases
from qlearn.shadows.variance import compatible

DESIGNS = [
    shadows.Uniform(random_state=0),
    shadows.Grouped(),
    shadows.LocallyBiased(random_state=0),
    shadows.Derandomised(),
    shadows.OverlappedGrouping(),
    shadows.ShadowGrouping(),
]
NAMES = [type(design).__name__ for design in DESIGNS]


def random_hamiltonian(rng, n_qubits=4, n_terms=25):
    labels = ["".join(rng.choice(list("IXYZ"), n_qubits)) for _ in range(n_terms)]
    return ql.PauliSum([(label, value) for label, value in zip(labels, rng.normal(size=n_terms), strict=True)])


def measures(basis, label):
    return all(letter in ("I", "XYZ"[code]) for code, letter in zip(basis, label, strict=True))


@pytest.mark.parametrize("design", DESIGNS, ids=NAMES)
def test_all_shots_are_spent_and_the_mean_is_right(rng, design):
    """30,000 shots: within 5 standard errors of the truth."""
    hamiltonian, state = random_hamiltonian(rng), ql.sim.State.random(4, random_state=0)
    scheme = design.design(hamiltonian, 30_000)
    assert scheme.n_shots == 30_000
    energy = shadows.estimate(scheme.measure(state, random_state=1), hamiltonian)
    assert abs(energy.value - state.expectation(hamiltonian)) < 5 * energy.std_error
    assert energy.std_error == pytest.approx(np.sqrt(shadows.scheme_variance(scheme, hamiltonian, state)), rel=0.1)


@pytest.mark.parametrize("design", DESIGNS, ids=NAMES)
def test_designs_are_estimators_with_parameters(design):
    from sklearn.base import clone

    assert clone(design).get_params() == design.get_params()
    assert design.design(ql.PauliSum({"ZX": 1.0, "II": 3.0}), 1).n_shots == 1


def test_compatible_is_the_letter_rule(rng):
    hamiltonian, bases = random_hamiltonian(rng), rng.integers(0, 3, (30, 4)).astype(np.uint8)
    found = compatible(bases, hamiltonian)
    for basis, row in zip(bases, found, strict=True):
        assert row.tolist() == [measures(basis, label) for label in hamiltonian.labels()]


def test_grouped_shares(rng):
    hamiltonian, state = random_hamiltonian(rng), ql.sim.State.random(4, random_state=0)
    groups = list((hamiltonian - hamiltonian.identity_coefficient()).simplify().qubit_wise_groups())
    scheme = shadows.Grouped(reference=state).design(hamiltonian, 100_000)
    deviations = np.array([np.sqrt(group.variance(state)) for group in groups])
    np.testing.assert_allclose(scheme.shots_per_setting / 1e5, deviations / deviations.sum(), atol=1e-3)
    norms = np.array([np.abs(group.coefficients).sum() for group in groups])
    np.testing.assert_allclose(
        shadows.Grouped().design(hamiltonian, 100_000).shots_per_setting / 1e5, norms / norms.sum(), atol=1e-3
    )
    few = shadows.Grouped().design(hamiltonian, 2).shots_per_setting
    assert set(np.flatnonzero(few)) == set(np.argsort(-norms)[:2])
    just = shadows.Grouped().design(hamiltonian, len(groups) + 1).shots_per_setting
    assert just.min() == 1


def test_scheme_variance_is_that_of_every_setting(rng):
    """Against the dense covariance of what each setting adds to the estimate."""
    hamiltonian, state = random_hamiltonian(rng, 3, 12), ql.sim.State.random(3, random_state=2)
    scheme = shadows.MeasurementScheme(["XXX", "ZZZ", "XYZ", "ZXZ", "YYY"], [3, 5, 2, 1, 4])
    terms = (hamiltonian - hamiltonian.identity_coefficient()).simplify()
    matches = {
        label: sum(n for basis, n in zip(scheme.bases, scheme.shots_per_setting) if measures(basis, label))
        for label in terms.labels()
    }
    total = 0.0
    for basis, n in zip(scheme.bases, scheme.shots_per_setting, strict=True):
        part = {label: c / matches[label] for label, c in terms.items() if measures(basis, label)}
        if part:
            total += n * ql.PauliSum(part).variance(state)
    assert shadows.scheme_variance(scheme, hamiltonian, state) == pytest.approx(total)
    never = {label: c for label, c in terms.items() if matches[label] == 0}
    assert shadows.unmeasured_bias(scheme, hamiltonian) == pytest.approx(sum(map(abs, never.values())))
    exact = -ql.PauliSum(never, n_qubits=3).expectation(state) if never else 0.0
    assert shadows.unmeasured_bias(scheme, hamiltonian, state) == pytest.approx(exact)


def test_one_shot_variance_is_the_sum_over_settings(rng):
    hamiltonian, state = random_hamiltonian(rng, 2, 8), ql.sim.State.random(2, random_state=4)
    probabilities = rng.dirichlet(np.ones(3), 2)
    second = 0.0
    terms = (hamiltonian - hamiltonian.identity_coefficient()).simplify()
    for basis in itertools.product(range(3), repeat=2):
        part = {
            label: c / np.prod([probabilities[q, basis[q]] for q in range(2) if label[q] != "I"])
            for label, c in terms.items()
            if measures(basis, label)
        }
        if part:
            single = ql.PauliSum(part)
            second += probabilities[[0, 1], list(basis)].prod() * (
                single.variance(state) + single.expectation(state) ** 2
            )
    expected = second - terms.expectation(state) ** 2
    assert shadows.one_shot_variance(hamiltonian, state, probabilities) == pytest.approx(expected)
    assert shadows.one_shot_variance(ql.PauliSum("1.0 * XY"), ql.sim.State.ghz(2)) == pytest.approx(9)


def test_biased_letters_are_the_optimum(rng):
    hamiltonian = random_hamiltonian(rng, 3, 20)
    terms = (hamiltonian - hamiltonian.identity_coefficient()).simplify()

    def cost(logits):
        beta = np.exp(logits.reshape(3, 3))
        beta /= beta.sum(axis=1, keepdims=True)
        return sum(
            c**2 / np.prod([beta[q, "XYZ".index(p)] for q, p in enumerate(label) if p != "I"])
            for label, c in terms.items()
        )

    ours = optimal_letters(terms)
    best = minimize(cost, np.zeros(9), tol=1e-12)
    assert cost(np.log(ours)) == pytest.approx(best.fun, rel=1e-7)
    scheme = shadows.LocallyBiased(random_state=0).design(hamiltonian, 50_000)
    for qubit in range(3):
        seen = np.bincount(scheme.bases[:, qubit], minlength=3) / 50_000
        np.testing.assert_allclose(seen, ours[qubit], atol=0.012)


def test_biased_letters_of_a_molecule_are_those_published():
    """One-shot variances of arXiv:2006.15788, whose optimiser stops after four digits."""
    molecule = ql.datasets.load_molecule("LiH", 1.548, unit="angstrom")
    ground = molecule.hamiltonian.ground_state()
    state = ql.sim.State(np.asarray(ground.vectors).reshape(-1))
    letters = optimal_letters(molecule.hamiltonian - molecule.hamiltonian.identity_coefficient())
    assert shadows.one_shot_variance(molecule.hamiltonian, state, letters) == pytest.approx(14.79275, rel=1e-4)
    assert shadows.one_shot_variance(molecule.hamiltonian, state) == pytest.approx(265.6353, rel=1e-5)


def test_letters_that_no_term_has_are_not_measured():
    np.testing.assert_allclose(
        optimal_letters(ql.PauliSum({"XII": 1.0, "ZII": 2.0, "IYI": 1.0})),
        [[1 / 3, 0, 2 / 3], [0, 1, 0], [0, 0, 1]],
        atol=1e-5,
    )


def test_shares_are_the_optimum(rng):
    hamiltonian = random_hamiltonian(rng, 4, 25)
    terms = (hamiltonian - hamiltonian.identity_coefficient()).simplify()
    table, squares = compatible(overlapped_bases(terms), terms), terms.coefficients**2
    assert table.any(axis=0).all()
    shares = optimal_shares(table, squares)
    slope = table @ (squares / (shares @ table) ** 2)
    # Kuhn-Tucker: equal slopes where there are shots, smaller ones elsewhere.
    np.testing.assert_allclose(slope[shares > 1e-6], slope.max(), rtol=1e-3)


def naive_derandomise(labels, coefficients, n_shots, eta):
    """Choose each letter by the full conditional expectation of the cost, as the authors' code does."""
    weights = np.abs(coefficients) / np.abs(coefficients).max()
    matches = np.zeros(len(labels), dtype=int)
    settings = []
    for _ in range(n_shots):
        basis = ""
        for qubit in range(len(labels[0])):
            costs = []
            for letter in "XYZ":
                cost = 0.0
                for label, w, n in zip(labels, weights, matches, strict=True):
                    exponent = eta / 2 * n
                    if all(p in ("I", b) for p, b in zip(label, basis + letter)):
                        left = sum(p != "I" for p in label[qubit + 1 :])
                        exponent -= np.log(1 - (1 - np.exp(-eta / 2)) / 3**left)
                    cost += np.exp(-exponent / w)
                costs.append(cost)
            order = [2, 0, 1]
            basis += "XYZ"[min(order, key=lambda code: (round(costs[code], 13), order.index(code)))]
        settings.append(basis)
        matches += [all(p in ("I", b) for p, b in zip(label, basis)) for label in labels]
    return settings


def test_derandomised_is_the_conditional_expectation(rng):
    labels = ["XXI", "IYY", "ZIZ", "ZZZ", "XIX", "IXI", "YYI"]
    coefficients = rng.uniform(0.3, 1, 7)
    scheme = shadows.Derandomised(eta=0.9).design(ql.PauliSum(dict(zip(labels, coefficients, strict=True))), 12)
    found = dict(zip(scheme.labels(), scheme.shots_per_setting.tolist(), strict=True))
    expected = naive_derandomise(labels, coefficients, 12, 0.9)
    assert found == {label: expected.count(label) for label in expected}
    with pytest.raises(ValueError, match="`eta` must be positive, got 0"):
        shadows.Derandomised(eta=0).design(ql.PauliSum("1.0 * Z"), 1)


def naive_grouping(labels, coefficients, n_shots):
    matches, settings = np.zeros(len(labels), dtype=int), []
    modulus = np.abs(coefficients)
    for _ in range(n_shots):
        gains = [
            c * modulus.max() / modulus.min() if n == 0 else c * (n**-0.5 - (n + 1) ** -0.5)
            for c, n in zip(modulus, matches, strict=True)
        ]
        basis = ["I"] * len(labels[0])
        for term in np.argsort(-np.array(gains)):
            if all(p == "I" or b in ("I", p) for p, b in zip(labels[term], basis, strict=True)):
                basis = [p if p != "I" else b for p, b in zip(labels[term], basis, strict=True)]
        basis = "".join(basis).replace("I", "Z")
        settings.append(basis)
        matches += [all(p in ("I", b) for p, b in zip(label, basis, strict=True)) for label in labels]
    return settings


def test_shadow_grouping_is_the_greedy_rule(rng):
    hamiltonian = random_hamiltonian(rng, 4, 20)
    terms = (hamiltonian - hamiltonian.identity_coefficient()).simplify()
    scheme = shadows.ShadowGrouping().design(terms, 60)
    expected = naive_grouping(terms.labels(), terms.coefficients, 60)
    found = dict(zip(scheme.labels(), scheme.shots_per_setting.tolist(), strict=True))
    assert found == {label: expected.count(label) for label in expected}
