"""Figures are drawn without a screen and closed after each test."""

import matplotlib
import pytest

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def closed_figures():
    """Close what a test leaves open."""
    yield
    from matplotlib import pyplot

    pyplot.close("all")
