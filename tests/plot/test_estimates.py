"""The picture of estimates shows the numbers it was given."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.plot import EstimatesDisplay


def test_it_shows_values_intervals_and_exact_values():
    found = {"a": ql.Estimate(1.0, 0.1, n_shots=50), "b": ql.Estimate(-2.0, 0.2, n_shots=50)}
    display = EstimatesDisplay.from_estimates(found, [1.1, -2.5], confidence=0.95, label="energy").plot()
    points, marks = (line.get_xdata() for line in (display.ax_.lines[0], display.ax_.lines[-1]))
    np.testing.assert_allclose(points, [1.0, -2.0])
    np.testing.assert_allclose(marks, [1.1, -2.5])
    (bars,) = display.ax_.collections
    half = [abs(segment[1, 0] - segment[0, 0]) / 2 for segment in bars.get_segments()]
    low, high = found["a"].interval(0.95)
    np.testing.assert_allclose(half, [(high - low) / 2, (high - low)])
    assert display.ax_.get_xlabel() == "energy"


def test_it_draws_into_the_given_axes():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    display = EstimatesDisplay(["a"], [0.0], [-1.0], [1.0]).plot(ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_legend() is None


def test_it_refuses_unequal_lengths():
    with pytest.raises(ValueError, match="values"):
        EstimatesDisplay(["a", "b"], [0.0], [-1.0], [1.0])
