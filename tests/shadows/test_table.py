"""Joint intervals against closed forms, and tables."""

import csv
import io

import numpy as np
import pytest
from scipy import stats

import qlearn as ql
from qlearn.shadows import InverseProbability, MatchRatio, ShadowData, joint_interval, tabulate

ONES = ql.Estimate(np.zeros(5), np.ones(5), n_shots=10)


def test_the_union_bound():
    low, high = joint_interval(ONES, 0.9)
    np.testing.assert_allclose(high, stats.norm.ppf(1 - 0.1 / 10))
    np.testing.assert_allclose(low, -high)


def test_independent_and_equal_estimates():
    """Independent: the fifth root of the confidence each; all equal: the interval of one."""
    np.testing.assert_allclose(
        joint_interval(ONES, 0.9, covariance=np.eye(5))[1], stats.norm.ppf((1 + 0.9**0.2) / 2), rtol=0.01
    )
    np.testing.assert_allclose(
        joint_interval(ONES, 0.9, covariance=np.ones((5, 5)))[1], stats.norm.ppf(0.95), rtol=0.01
    )


def test_unknown_values_take_no_part():
    partly = ql.Estimate([0.0, np.nan], [1.0, np.nan], n_shots=10)
    for covariance in (None, [[1.0, np.nan], [np.nan, np.nan]]):
        low, high = joint_interval(partly, covariance=covariance)
        assert high[0] == pytest.approx(1.96, rel=0.01)
        assert np.isnan(low[1])
    with pytest.raises(ValueError, match="between 0 and 1, got 1"):
        joint_interval(partly, 1)
    with pytest.raises(ValueError, match="`covariance` must have shape"):
        joint_interval(partly, covariance=np.eye(3))


@pytest.mark.statistical
def test_joint_coverage():
    """1000 repeats of 12 sums from the same shots: all intervals hold in 93 to 97 %."""
    state = ql.sim.State.random(3, random_state=3)
    rng = np.random.default_rng(0)
    labels = ["".join(row) for row in rng.choice(list("IXYZ"), (12, 3))]
    sums = [ql.PauliSum({label: 1.0, "ZZI": 0.7}) for label in labels if label not in ("III", "ZZI")]
    truth, hits = state.expectation(sums), 0
    for seed in range(1000):
        data = ql.shadows.Uniform(random_state=seed).design(sums[0], 3000).measure(state, random_state=seed + 10**6)
        estimator = MatchRatio()
        low, high = joint_interval(estimator.estimate(data, sums), covariance=estimator.covariance(data, sums))
        hits += bool(((low <= truth) & (truth <= high)).all())
    assert 0.93 <= hits / 1000 <= 0.97


def test_thrifty_errors_follow_the_formula():
    """U settings of M shots: the variance is ``(3**k (t**2 + (1 - t**2) / M) - t**2) / U``; the iid one is far off."""
    n_settings, shots = 20_000, 20
    state = ql.sim.State.product("00")
    strings = ql.PauliSum({"ZZ": 1.0, "ZX": 1.0})
    scheme = ql.shadows.Uniform(shots, random_state=0).design(strings, n_settings * shots)
    found = ql.shadows.estimate_terms(scheme.measure(state, random_state=1), strings, InverseProbability())
    for error, t in zip(found.estimate.std_error, (1.0, 0.0), strict=True):
        assert error**2 == pytest.approx((9 * (t**2 + (1 - t**2) / shots) - t**2) / n_settings, rel=0.05)
    iid = (9 - 1) / (n_settings * shots)
    assert found.estimate.std_error[0] ** 2 > 15 * iid


DATA = ShadowData(["ZZ", "ZX"], [[[0, 0], [1, 1], [0, 0]], [[0, 1], [0, 0], [1, 0]]])
OBSERVABLES = {"a": ql.PauliSum("ZZ + 2 * ZI"), "b": ql.PauliSum("XX + ZI"), "c": ql.PauliSum("2.0 * II")}


def test_table():
    with pytest.warns(UserWarning, match="No shot measured 1 of the terms"):
        table = tabulate(DATA, OBSERVABLES)
    assert table.names == ("a", "b", "c")
    alone = ql.shadows.estimate(DATA, OBSERVABLES["a"])
    row = table.rows()[0]
    assert (row["value"], row["std_error"], row["n_matches"], row["n_unmeasured"]) == (
        alone.value, alone.std_error, 3, 0,
    )  # fmt: skip
    assert np.isnan(table.estimate.value[1])
    assert (table.n_unmeasured.tolist(), table.n_matches.tolist()) == ([0, 1, 0], [3, 0, 6])
    assert str(table).splitlines()[0].split()[-2:] == ["matches", "unmeasured"]
    assert [line.split()[0] for line in str(table).splitlines()] == ["observable", "a", "b", "c"]
    read = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert float(read[0]["value"]) == alone.value
    assert read[1]["value"] == "nan"
    assert "unmeasured" not in str(tabulate(DATA, {"a": OBSERVABLES["a"]}))


def test_no_observable_at_all():
    assert ql.shadows.estimate(DATA, []).value.shape == (0,)
    assert MatchRatio().covariance(DATA, []).shape == (0, 0)
    assert InverseProbability().covariance(DATA, []).shape == (0, 0)
    assert ql.shadows.estimate_terms(DATA, ql.PauliSum.zero(2)).n_matches.shape == (0,)
    assert str(tabulate(DATA, {})).split() == ["observable", "value", "joint", "95", "%", "interval", "matches"]
