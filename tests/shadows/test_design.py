"""Designs against brute force, their optimality conditions and exact variances."""

import inspect
import itertools
from contextlib import nullcontext

import numpy as np
import pytest
from scipy.optimize import minimize

import qlearn as ql
from qlearn import shadows
from qlearn.shadows.locally_biased import optimal_letters
from qlearn.shadows.overlapped import optimal_shares, overlapped_bases
from qlearn.shadows.variance import compatible


def all_schemes():
    """Return an object of every scheme of the package, whichever there are."""
    found = []
    for name in shadows.__all__:
        kind = getattr(shadows, name)
        if inspect.isclass(kind) and issubclass(kind, shadows.AbstractScheme) and not inspect.isabstract(kind):
            found.append(kind(**({"random_state": 0} if "random_state" in kind().get_params() else {})))
    return found


DESIGNS = [*all_schemes(), shadows.Grouped(order="degree"), shadows.Uniform(shots_per_setting=20, random_state=1)]
NAMES = [repr(design) for design in DESIGNS]


def random_hamiltonian(rng, n_qubits=4, n_terms=25):
    labels = ["".join(rng.choice(list("IXYZ"), n_qubits)) for _ in range(n_terms)]
    return ql.PauliSum([(label, value) for label, value in zip(labels, rng.normal(size=n_terms), strict=True)])


def measures(basis, label):
    return all(letter in ("I", "XYZ"[code]) for code, letter in zip(basis, label, strict=True))


@pytest.mark.parametrize("design", DESIGNS, ids=NAMES)
def test_every_scheme_keeps_the_contract(design):
    ql.testing.check_protocol(design)


class Forgetful(shadows.AbstractScheme):
    """Breaks the contract in one way."""

    def __init__(self, fault="none"):
        self.fault = fault

    def _design(self, terms, n_shots):
        terms = terms[:-1] if self.fault == "term" and terms.n_terms > 1 else terms
        scheme = shadows.Grouped().design(terms, n_shots)
        shots = scheme.shots_per_setting.copy()
        if self.fault == "unit" and np.abs(terms.coefficients).max() > 1:
            shots[[0, -1]] = shots[[-1, 0]]
        if self.fault == "shots":
            shots[0] += 1
        if self.fault == "random":
            shots = np.random.default_rng().multinomial(n_shots, np.full(len(shots), 1 / len(shots)))
        return shadows.MeasurementScheme(scheme.bases, shots)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("shots", "all of 5000 shots are spent, not 5001"),
        ("random", "clone designs the same"),
        ("term", "every term is measured"),
        ("unit", "unit of the coefficients"),
    ],
)
def test_the_contract_is_checked(fault, message):
    with pytest.warns(UserWarning) if fault == "term" else nullcontext(), pytest.raises(AssertionError, match=message):
        ql.testing.check_protocol(Forgetful(fault))


def test_what_is_no_scheme_is_refused():
    with pytest.raises(TypeError, match="must be an AbstractScheme, got str"):
        ql.testing.check_protocol("Grouped")


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


def test_largest_degree_first(rng):
    """Groups are those of networkx' greedy colouring of the graph of misfits, ties by coefficient."""
    import networkx as nx

    hamiltonian = random_hamiltonian(rng, 4, 60).simplify()
    terms = hamiltonian[np.argsort(-np.abs(hamiltonian.coefficients))]
    terms = terms[terms.weights() > 0]
    graph = nx.Graph()
    labels = terms.labels()
    graph.add_nodes_from(range(terms.n_terms))
    for i, j in itertools.combinations(range(terms.n_terms), 2):
        if any(a != b and "I" not in (a, b) for a, b in zip(labels[i], labels[j], strict=True)):
            graph.add_edge(i, j)
    colours = nx.greedy_color(graph, strategy="largest_first")
    scheme = shadows.Grouped(order="degree").design(terms, 10_000)
    norms = np.bincount([colours[i] for i in range(terms.n_terms)], np.abs(terms.coefficients))
    np.testing.assert_allclose(np.sort(scheme.shots_per_setting / 1e4), np.sort(norms / norms.sum()), atol=2e-3)
    with pytest.raises(ValueError, match="`order` must be one of magnitude, degree, got 'size'"):
        shadows.Grouped(order="size").design(terms, 10)


def test_a_pilot_finds_the_optimal_allocation(rng):
    """Many shots: those of both rounds together follow the standard deviations, the energy is right."""
    hamiltonian, state = random_hamiltonian(rng), ql.sim.State.random(4, random_state=0)
    plan = shadows.Grouped().plan(hamiltonian, 100_000)
    rng = np.random.default_rng(1)
    pilot = plan.pilot.measure(state, random_state=rng)
    assert pilot.n_shots == plan.n_pilot == 20_000
    second = plan.second(pilot)
    assert second.n_shots == 80_000
    best = shadows.Grouped(reference=state).design(hamiltonian, 100_000)
    wanted = dict(zip(best.labels(), best.shots_per_setting, strict=True))
    spent = dict(zip(plan.pilot.labels(), plan.pilot.shots_per_setting, strict=True))
    for label, n in zip(second.labels(), second.shots_per_setting, strict=True):
        assert n + spent[label] == pytest.approx(wanted[label], rel=0.1, abs=100)
    energy = plan.run(lambda scheme: scheme.measure(state, random_state=rng))
    assert abs(energy.value - state.expectation(hamiltonian)) < 5 * energy.std_error
    by_coefficients = shadows.Grouped().design(hamiltonian, 100_000)
    assert energy.std_error < np.sqrt(shadows.scheme_variance(by_coefficients, hamiltonian, state))
    with pytest.raises(ValueError, match="`n_pilot` must lie between 1 and 99, got 100"):
        shadows.Grouped().plan(hamiltonian, 100, n_pilot=100)


def test_few_pilot_shots_leave_no_group_out():
    """Groups that the pilot never measured count with the spread of uncorrelated terms."""
    hamiltonian = ql.PauliSum({"ZZ": 2.0, "XX": 1.0, "YY": 0.5, "XY": 0.25})
    plan = shadows.Grouped().plan(hamiltonian, 100, n_pilot=2)
    pilot = plan.pilot.measure(ql.sim.State.ghz(2), random_state=0)
    assert pilot.n_shots == 2
    assert set(plan.second(pilot).labels()) >= {"YY", "XY"}


def naive_adaptive(labels, coefficients, basis, order):
    """Return the probability with which the letters of a basis are drawn in an order of the qubits."""
    chance, drawn = 1.0, {}
    for qubit in order:
        shares = []
        for letter in "XYZ":
            fits = [
                c**2
                for label, c in zip(labels, coefficients, strict=True)
                if label[qubit] == letter and all(label[q] in ("I", p) for q, p in drawn.items())
            ]
            shares.append(np.sqrt(sum(fits)))
        shares = np.array(shares) if sum(shares) else np.ones(3)
        chance *= shares["XYZ".index(basis[qubit])] / shares.sum()
        drawn[qubit] = basis[qubit]
    return chance


def test_adaptive_letters_have_their_probabilities():
    """All 27 settings of three qubits, orders of the qubits averaged: within 5 standard deviations."""
    labels, coefficients = ["XXI", "IYY", "ZIZ", "ZZZ", "XIX", "IXI"], [1.0, 0.5, 0.7, 0.3, 0.2, 0.4]
    hamiltonian = ql.PauliSum(dict(zip(labels, coefficients, strict=True)))
    n_shots = 100_000
    scheme = shadows.AdaptivePauli(random_state=0).design(hamiltonian, n_shots)
    found = dict(zip(scheme.labels(), scheme.shots_per_setting, strict=True))
    for basis in map("".join, itertools.product("XYZ", repeat=3)):
        orders = list(itertools.permutations(range(3)))
        chance = np.mean([naive_adaptive(labels, coefficients, basis, order) for order in orders])
        assert abs(found.get(basis, 0) - n_shots * chance) <= 5 * np.sqrt(n_shots * chance)


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


def test_biased_letters_of_a_molecule_are_the_optimum():
    """At it, a letter has the share of the cost of the terms that have it. Half steps to it go round in circles."""
    molecule = ql.datasets.load_molecule("LiH", 1.548, unit="angstrom")
    terms = molecule.hamiltonian - molecule.hamiltonian.identity_coefficient()
    terms = terms.simplify()
    letters = optimal_letters(terms)
    chances = np.ones(terms.n_terms)
    has = np.stack((terms.x & ~terms.z, terms.x & terms.z, ~terms.x & terms.z), axis=2)
    for qubit in range(12):
        chances *= np.where(has[:, qubit].any(axis=1), (has[:, qubit] * letters[qubit]).sum(axis=1), 1.0)
    share = np.einsum("t,tqk->qk", terms.coefficients**2 / chances, has)
    np.testing.assert_allclose(share / share.sum(axis=1, keepdims=True), letters, atol=1e-4)


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
