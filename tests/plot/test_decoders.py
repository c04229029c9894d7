"""Pictures of decoders show the numbers they were given."""

import numpy as np
import pytest

import qlearn as ql
from qlearn import plot


@pytest.fixture(scope="module")
def table():
    problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\nerror(0.1) D0 D1\nerror(0.1) D1 L0\nerror(0.3) D1")
    decoders = {"matching": ql.decoders.Matching(), "optimum": ql.decoders.MaximumLikelihood()}
    return ql.decoders.compare(decoders, problem, n_shots=2000, random_state=0)


def points(ax, index=0):
    return np.array(ax.containers[index].lines[0].get_xydata())


def test_comparison_sorts_and_marks_the_ends(table):
    display = plot.ComparisonDisplay.from_comparison(table).plot()
    rates = [row.rate.value for row in sorted(table.rows, key=lambda row: -row.rate.value)]
    assert points(display.ax_)[:, 0] == pytest.approx(rates)
    assert display.baseline == table["matching"].rate.value
    texts = [text.get_text() for text in display.ax_.texts]
    assert all(text.endswith("µs") for text in texts)
    alone = plot.ComparisonDisplay(["a"], [0.1], [0.05], [0.2], [np.nan]).plot()
    assert alone.ax_.texts[0].get_text() == ""
    assert alone.ax_.get_legend() is None
    with pytest.raises(ValueError, match="`high` must have shape"):
        plot.ComparisonDisplay(["a"], [0.1], [0.05], [0.2, 0.3])


def test_rounds_and_suppression_show_points_and_lines():
    fit = ql.decoders.fit_rounds([5, 9, 13], [1180, 1952, 2621], 10_000)
    ax = plot.RoundsDisplay({"a": fit}).plot().ax_
    assert points(ax)[:, 1] == pytest.approx(1 - 2 * np.array([0.118, 0.1952, 0.2621]))
    line = ax.lines[0].get_xydata()
    assert line[0, 1] == pytest.approx(fit.offset.value)
    assert ax.get_yscale() == "log"
    rates = [ql.Estimate(0.03, 0.0006, n_shots=9000), ql.Estimate(0.015, 0.0002, n_shots=9000)]
    fit = ql.decoders.fit_suppression([3, 5], rates)
    ax = plot.SuppressionDisplay({"a": fit}).plot().ax_
    assert points(ax).tolist() == [[3, 0.03], [5, 0.015]]
    assert ax.get_xticks().tolist() == [3, 5]


def test_threshold_shows_a_curve_a_distance():
    d, p = (axis.ravel() for axis in np.meshgrid([5, 7], [0.09, 0.1, 0.11]))
    x = (p - 0.1) * d ** (1 / 1.5)
    fit = ql.decoders.fit_threshold(d, p, np.round(1e6 * (0.2 + 1.6 * x + x**2)).astype(int), 10**6, n_bootstrap=5)
    ax = plot.ThresholdDisplay(fit).plot().ax_
    assert points(ax, 1)[:, 1] == pytest.approx(fit.error_rates[d == 7])
    assert ax.get_legend().get_texts()[0].get_text().startswith("threshold 0.1000")


def test_confidence_curves():
    confidence = np.linspace(0.5, 0.999, 1000)
    wrong = np.random.default_rng(0).random(1000) > confidence
    found = ql.decoders.Confidence(confidence, wrong)
    curve = found.post_selection()
    ax = plot.PostSelectionDisplay({"a": curve}).plot().ax_
    line = ax.lines[0].get_xydata()
    assert line[0].tolist() == [0, wrong.mean()]
    assert len(line) == (curve.rates > 0).sum()
    bins = found.reliability(5)
    ax = plot.ReliabilityDisplay({"a": bins}).plot().ax_
    assert points(ax)[:, 0] == pytest.approx(1 - bins.confidence[bins.correct < 1])


def test_they_draw_into_the_given_axes(table):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert plot.ComparisonDisplay.from_comparison(table).plot(ax).ax_ is ax
    for empty in (plot.RoundsDisplay, plot.SuppressionDisplay, plot.PostSelectionDisplay, plot.ReliabilityDisplay):
        assert empty({}).plot(ax).figure_ is ax.figure


def test_ticks_of_close_rates_do_not_run_into_each_other():
    rates, low = np.array([0.01668, 0.01652, 0.0152, 0.01419]), np.array([0.015895, 0.015739, 0.014451, 0.013466])
    names = ["GapStacking(random_state=0)"] * 4
    lines = {"baseline": 0.01668, "optimum": 0.01419}
    display = plot.ComparisonDisplay(names, rates, low, 2 * rates - low, [1.95, 4.91, 16.29, 0.23], **lines)
    display.plot().figure_.canvas.draw()
    boxes = [label.get_window_extent() for label in display.ax_.get_xticklabels()]
    assert len(boxes) > 2
    assert all(left.x1 + 2 < right.x0 for left, right in zip(boxes, boxes[1:]))
