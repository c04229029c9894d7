"""Comparisons: identical shots, intervals, paired tests, gap, tables."""

import csv
import io
import math

import numpy as np
import pytest
from scipy import stats

import qlearn as ql
from qlearn.decoders import AbstractDecoder, DecodingProblem, Lookup, Matching, MaximumLikelihood, compare
from qlearn.decoders._rates import binomial_interval, paired_test


class Never(AbstractDecoder):
    """Never predicts a flip."""

    def _fit(self, problem, budget):
        pass

    def _predict(self, detectors):
        return np.zeros((len(detectors), self.n_observables_), bool)


@pytest.fixture(scope="module")
def table(small_problem):
    decoders = [Matching(), MaximumLikelihood(), Lookup(random_state=0), Never(), Never()]
    return compare(decoders, small_problem, n_shots=40_000, random_state=7, latency_shots=20)


def test_rows_count_errors_on_the_test_stream(table, small_problem):
    detectors, observables = small_problem.sample(40_000, random_state=7)
    assert [row.name for row in table.rows] == [
        "Matching()", "MaximumLikelihood()", "Lookup(random_state=0)", "Never()", "Never() #2",
    ]  # fmt: skip
    assert np.array_equal(table.wrong["Never()"], observables[:, 0])
    matching = Matching().fit(small_problem).predict(detectors)
    row = table["Matching()"]
    assert row.n_errors == (matching != observables).sum()
    assert row.rate.value == row.n_errors / 40_000
    assert row.rate.std_error == pytest.approx(math.sqrt(row.rate.value * (1 - row.rate.value) / 40_000))
    assert row.interval[0] < row.rate.value < row.interval[1]
    assert row.microseconds > 0
    assert row.latency[0] <= row.latency[1]


def test_gap_and_pairs(table):
    assert table.baseline == "Matching()"
    assert table["Matching()"].gap_closed == 0
    assert table["MaximumLikelihood()"].gap_closed == 1
    assert 0.5 < table["Lookup(random_state=0)"].gap_closed <= 1
    assert table["Never()"].gap_closed < 0
    pair = table.pair("MaximumLikelihood()", "Never()")
    assert pair.only_first - pair.only_second == table["MaximumLikelihood()"].n_errors - table["Never()"].n_errors
    assert pair.z < -10
    assert pair.p_value < 1e-20
    assert table.pair("Never()", "Never() #2").p_value == 1
    assert table["Matching()"].versus_baseline.z == 0
    with pytest.raises(KeyError, match="no decoder 'mwpm'; there are Matching"):
        table.pair("mwpm", "Never()")


def test_tables_hold_the_numbers(table, tmp_path):
    rows = list(csv.DictReader(io.StringIO(table.to_csv(tmp_path / "table.csv"))))
    assert (tmp_path / "table.csv").read_text() == table.to_csv()
    assert [int(row["errors"]) for row in rows] == [row.n_errors for row in table.rows]
    assert float(rows[1]["gap_closed"]) == 1
    markdown = table.to_markdown().splitlines()
    assert len(markdown) == 7
    assert {line.count("|") for line in markdown} == {10}
    assert str(table).splitlines()[-1].startswith("40000 shots, the same for all; stim ")
    assert "single shot" in str(table)


def test_recorded_shots_bring_their_predictions(small_problem):
    detectors, observables = small_problem.sample(1000, random_state=3)
    shots = ql.decoders.Shots(detectors, observables, {"other": ~observables})
    table = compare({"never": Never()}, small_problem, shots=shots[::2])
    assert (table.baseline, table.n_shots) == ("never", 500)
    assert table["other (shipped)"].n_errors == 500
    assert table["other (shipped)"].microseconds is None
    assert table["never"].gap_closed is None
    assert table["never"].n_errors == observables[::2].sum()


def test_a_decoder_that_is_fitted_is_used_as_it_is(small_problem):
    decoder = Matching()
    compare([decoder], small_problem, n_shots=10)
    assert not decoder.__sklearn_is_fitted__()
    other = DecodingProblem.from_dem("error(0.1) D7 L0")
    assert compare([Matching().fit(other)], small_problem, shots=ql.decoders.Shots(np.eye(8, dtype=bool)[7:], [[1]]))


def test_any_wrong_observable_is_an_error():
    problem = DecodingProblem.from_dem("error(0.3) D0 L0\nerror(0.3) L1\nerror(0.3) D1")
    _, observables = problem.sample(500, random_state=0)
    assert compare([Never()], problem, n_shots=500, random_state=0).rows[0].n_errors == observables.any(axis=1).sum()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Give `n_shots` for fresh shots, or `shots`"),
        ({"n_shots": 0}, "`n_shots` must be at least 1"),
        ({"decoders": [], "n_shots": 5}, "`decoders` is empty"),
        ({"decoders": [Never], "n_shots": 5}, "`decoders` must hold decoders, got ABCMeta"),
        ({"shots": ql.decoders.Shots(np.zeros((2, 3), bool), np.zeros((2, 1), bool))}, "must have 8 detectors"),
        ({"shots": ql.decoders.Shots(np.zeros((0, 8), bool), np.zeros((0, 1), bool))}, "`shots` is empty"),
    ],
)
def test_what_cannot_be_compared_is_refused(small_problem, arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        compare(problem=small_problem, **{"decoders": [Never()], **arguments})


def test_intervals_cover():
    """Clopper and Pearson's interval covers at least as often as it says, for every rate: summed exactly."""
    n_shots = 60
    ends = np.array([binomial_interval(k, n_shots, 0.95) for k in range(n_shots + 1)])
    for rate in (0.0, 0.01, 0.2, 0.5, 1.0):
        weight = stats.binom.pmf(np.arange(n_shots + 1), n_shots, rate)
        covered = weight[(ends[:, 0] <= rate) & (rate <= ends[:, 1])].sum()
        assert covered >= 0.95
    for n_errors in (0, 1, 7, 59, 60):
        exact = stats.binomtest(n_errors, n_shots).proportion_ci(0.95, method="exact")
        assert binomial_interval(n_errors, n_shots, 0.95) == pytest.approx((exact.low, exact.high))
    assert binomial_interval(0, 100, 0.95)[1] == pytest.approx(1 - 0.025 ** (1 / 100))


def test_paired_test_by_hand():
    test = paired_test(1, 4)
    assert test.z == pytest.approx(-3 / math.sqrt(5))
    assert test.p_value == pytest.approx(2 * (1 + 5) / 32)
    assert paired_test(0, 0).p_value == 1


def test_real_data_beside_shipped_predictions(sycamore):
    problem = DecodingProblem.from_google(sycamore / "surface_code_bX_d3_r05_center_3_5")
    table = compare([Matching(), Matching(correlated=True)], problem, shots=problem.recorded[1::2])
    assert table["Matching()"].rate.value == table["pymatching (shipped)"].rate.value == pytest.approx(0.15740)
    assert table["belief_matching (shipped)"].rate.value == pytest.approx(0.13064)
    assert table.pair("belief_matching (shipped)", "Matching()").z < -10


def test_the_share_of_the_gap_has_an_error(small_problem):
    """That of resampling the shots, which all decoders share."""
    lookup = Lookup(random_state=0).fit(small_problem, n_shots=3000)
    table = compare([Matching(), MaximumLikelihood(), lookup], small_problem, n_shots=200_000, random_state=0)
    row = table.rows[2]
    outcomes = np.stack([table.wrong[r.name] for r in (table.rows[0], table.rows[1], row)], axis=1)
    kinds, counts = np.unique(outcomes, axis=0, return_counts=True)
    drawn = np.random.default_rng(0).multinomial(len(outcomes), counts / counts.sum(), 2000)
    plain, exact, errors = (drawn @ kinds).T
    assert row.gap_closed_error == pytest.approx(np.std((plain - errors) / (plain - exact)), rel=0.1)
    assert f"{row.gap_closed:.0%} ± {row.gap_closed_error:.0%}" in str(table)
    assert table.rows[0].gap_closed_error == table.rows[1].gap_closed_error == 0
    assert float(next(csv.DictReader(io.StringIO(table.to_csv())))["gap_closed_error"]) == 0
