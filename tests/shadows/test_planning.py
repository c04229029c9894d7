"""Bounds, shot plans and advice: against brute force, exact variances and simulated errors."""

import numpy as np
import pytest

import qlearn as ql
from qlearn import shadows
from qlearn.shadows.variance import compatible

HAMILTONIAN = ql.PauliSum({"ZZI": 0.6, "IZZ": -0.5, "XXI": 0.4, "IYY": 0.3, "ZXZ": 0.2, "III": 5.0})


def test_bounds_are_those_of_the_formulas():
    """Every shot written out; the confidence is one for which some terms have too few matches."""
    scheme = shadows.MeasurementScheme(["ZZZ", "XXZ", "YYY", "ZXZ"], [300, 200, 50, 90])
    bound = shadows.error_bound(scheme, HAMILTONIAN, confidence=0.9)
    terms = {label: c for label, c in HAMILTONIAN.items() if label != "III"}
    matches = dict.fromkeys(terms, 0)
    shots = [basis for basis, n in zip(scheme.labels(), scheme.shots_per_setting, strict=True) for _ in range(n)]

    def fits(basis, label):
        return all(p in ("I", b) for p, b in zip(label, basis, strict=True))

    for basis in shots:
        for label in terms:
            matches[label] += fits(basis, label)
    ranges = [sum(abs(c) / matches[label] for label, c in terms.items() if fits(basis, label)) for basis in shots]
    assert bound.hoeffding == pytest.approx(np.sqrt(2 * np.log(20) * np.sum(np.square(ranges))))
    factor = 1 + 2 * np.sqrt(np.log(10))
    statistical = sum(
        2 * factor * abs(c) / np.sqrt(matches[label]) if matches[label] >= 4 * factor**2 else abs(c)
        for label, c in terms.items()
    )
    assert bound.bernstein == pytest.approx(statistical)
    assert (bound.unmeasured, bound.value) == (0.0, min(bound.hoeffding, bound.bernstein))
    only = shadows.error_bound(shadows.MeasurementScheme(["ZZZ"], [100]), HAMILTONIAN)
    assert only.unmeasured == pytest.approx(0.9)
    assert min(only.hoeffding, only.bernstein) > 0.9
    with pytest.raises(ValueError, match="`confidence` must lie between 0 and 1, got 1"):
        shadows.error_bound(scheme, HAMILTONIAN, confidence=1)


@pytest.mark.parametrize("seed", range(3))
def test_bounds_hold(seed):
    """Random states, 300 repeats each: a bound of confidence 0.5 is broken in fewer than half of them."""
    state = ql.sim.State.random(3, random_state=seed)
    scheme = shadows.ShadowGrouping().design(HAMILTONIAN, 200)
    bound = shadows.error_bound(scheme, HAMILTONIAN, confidence=0.5).value
    truth = state.expectation(HAMILTONIAN)
    errors = [
        abs(shadows.estimate(scheme.measure(state, random_state=repeat), HAMILTONIAN).value - truth)
        for repeat in range(300)
    ]
    assert np.mean(np.array(errors) > bound) < 0.5


@pytest.mark.parametrize("scheme", [shadows.Grouped(), shadows.ShadowGrouping(), shadows.Uniform(random_state=0)])
def test_planned_shots_are_enough_and_not_many_more(scheme):
    state = ql.sim.State.random(3, random_state=0)
    plan = shadows.plan_shots(scheme, HAMILTONIAN, 0.05, state=state, max_shots=10**6)
    for factor, reached in ((1.0, True), (0.8, False)):
        n_shots = int(factor * plan.n_shots)
        deviation = np.sqrt(shadows.scheme_variance(scheme.design(HAMILTONIAN, n_shots), HAMILTONIAN, state))
        assert (1.959964 * deviation <= 0.05) == reached
        design = scheme.design(HAMILTONIAN, int(factor * plan.n_shots_bound))
        assert (shadows.error_bound(design, HAMILTONIAN).value <= 0.05) == reached
    assert plan.n_shots_bound > 2 * plan.n_shots


def test_plans_without_a_state_are_for_the_mixed_one():
    mixed = ql.sim.DensityState(np.eye(8) / 8)
    n_shots = shadows.plan_shots(shadows.Grouped(), HAMILTONIAN, 0.05).n_shots
    design = shadows.Grouped().design(HAMILTONIAN, n_shots)
    deviation, unmeasured = shadows.predicted_error(design, HAMILTONIAN)
    found = [shadows.estimate(design.measure(mixed, random_state=seed), HAMILTONIAN).value - 5.0 for seed in range(400)]
    assert np.std(found) == pytest.approx(deviation, rel=0.15)
    assert (unmeasured, 1.96 * deviation <= 0.0501) == (0.0, True)


def test_plans_that_cannot_be_met_say_so():
    plan = shadows.plan_shots(shadows.Grouped(), HAMILTONIAN, 1e-4, max_shots=1000)
    assert (plan.n_shots, plan.n_shots_bound) == (None, None)
    exact = ql.PauliSum({"ZII": 1.0})
    assert shadows.plan_shots(shadows.Grouped(), exact, 2.0, state=ql.sim.State.basis("000")).n_shots == 1
    for arguments, message in (((0.0,), "`error` must be positive, got 0.0"), ((np.nan,), "`error` must be finite")):
        with pytest.raises(ValueError, match=message):
            shadows.plan_shots(shadows.Grouped(), HAMILTONIAN, *arguments)
    with pytest.raises(ValueError, match="`confidence` must lie"):
        shadows.plan_shots(shadows.Grouped(), HAMILTONIAN, 0.1, confidence=0.0)


def test_advice_prefers_groups_for_one_sum():
    advice = shadows.advise(HAMILTONIAN, 1000)
    assert {rating.name for rating in advice.ratings} >= {"Grouped", "Uniform", "LocallyBiased", "AdaptivePauli"}
    errors = [rating.error for rating in advice.ratings]
    assert errors == sorted(errors)
    assert not advice.best.random
    grouped = next(rating for rating in advice.ratings if rating.name == "Grouped")
    design = shadows.Grouped().design(HAMILTONIAN, 1000)
    assert grouped.error == pytest.approx(shadows.predicted_error(design, HAMILTONIAN)[0])
    assert f"{advice.best.name} needs" in str(advice)
    assert "times fewer shots than classical shadows" in str(advice)


def test_advice_counts_what_is_never_measured():
    """All strings of weight 4 and nine shots: groups miss terms, which counts against them."""
    labels = [a + b + c + d for a in "XYZ" for b in "XYZ" for c in "XYZ" for d in "XYZ"]
    every = [ql.PauliSum({label: 1.0}) for label in labels]
    advice = shadows.advise(every, 9, schemes=[shadows.Grouped()])
    grouped = next(rating for rating in advice.ratings if rating.name == "Grouped")
    assert (grouped.unmeasured, grouped.error) == (1.0, pytest.approx(np.sqrt((9 + 72) / 81)))


def test_advice_finds_shadows_as_good_where_all_strings_are_wanted():
    """All pairs of letters of two qubits, equally weighted: nine settings, which is what shadows draw."""
    every = [ql.PauliSum({a + b: 1.0}) for a in "XYZ" for b in "XYZ"]
    advice = shadows.advise(every, 90_000, schemes=[shadows.Grouped()])
    assert advice.ratings[1].error == pytest.approx(advice.ratings[0].error, rel=0.02)
    with pytest.raises(ValueError, match="at least one PauliSum"):
        shadows.advise([], 10)


def test_advice_on_a_state_uses_its_variances():
    state = ql.sim.State.ghz(3)
    advice = shadows.advise(HAMILTONIAN, 1000, schemes=[shadows.Grouped()], state=state)
    grouped = next(rating for rating in advice.ratings if rating.name == "Grouped")
    variance = shadows.scheme_variance(shadows.Grouped().design(HAMILTONIAN, 1000), HAMILTONIAN, state)
    assert grouped.error == pytest.approx(np.sqrt(variance))
    assert compatible(shadows.Grouped().design(HAMILTONIAN, 1000).bases, HAMILTONIAN).any(axis=0).all()
