"""Estimates with their error bars, beside the exact values where those are known."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._checks import check_array
from ..estimates import Estimate
from ._axes import COLOURS, REFERENCE, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class EstimatesDisplay:
    """Values with confidence intervals, one row each.

    Parameters
    ----------
    names : sequence of str
        What was estimated, from the top.
    values, low, high : array_like of float, shape (n_estimates,)
        The estimates and the ends of their intervals.
    exact : array_like of float, shape (n_estimates,), optional
        Drawn as a mark in each row; NaN where not known.
    label : str
        Of the value axis.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> import qlearn as ql
    >>> found = {"Z0": ql.Estimate(0.52, 0.03, n_shots=800), "Z1": ql.Estimate(-0.11, 0.03, n_shots=800)}
    >>> display = ql.plot.EstimatesDisplay.from_estimates(found, exact=[0.5, -0.1]).plot()
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['Z0', 'Z1']
    """

    def __init__(
        self,
        names: Sequence[str],
        values: Sequence[float],
        low: Sequence[float],
        high: Sequence[float],
        exact: Sequence[float] | None = None,
        *,
        label: str = "estimate",
    ) -> None:
        self.names = list(names)
        shape = (len(self.names),)
        self.values = check_array("values", values, shape)
        self.low = check_array("low", low, shape, finite=False)
        self.high = check_array("high", high, shape, finite=False)
        self.exact = None if exact is None else check_array("exact", exact, shape, finite=False)
        self.label = label

    @classmethod
    def from_estimates(
        cls,
        estimates: Mapping[str, Estimate],
        exact: Sequence[float] | None = None,
        *,
        confidence: float = 0.95,
        label: str = "estimate",
    ) -> "EstimatesDisplay":
        """Return the display of named estimates.

        Parameters
        ----------
        estimates : mapping of str to Estimate
            Each a single value.
        exact : sequence of float, optional
            In the same order.
        confidence : float
            Of the intervals.
        label : str
            Of the value axis.

        Returns
        -------
        EstimatesDisplay
            Not yet drawn.
        """
        intervals = np.array([estimate.interval(confidence) for estimate in estimates.values()]).reshape(-1, 2)
        values = [float(estimate.value) for estimate in estimates.values()]
        return cls(list(estimates), values, intervals[:, 0], intervals[:, 1], exact, label=label)

    def plot(self, ax: "Axes | None" = None) -> "EstimatesDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        EstimatesDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax, (6.0, 1.2 + 0.3 * len(self.names)))
        self.figure_ = self.ax_.figure
        rows = np.arange(len(self.names))
        errors = np.stack([self.values - self.low, self.high - self.values])
        self.ax_.errorbar(self.values, rows, xerr=errors, fmt="o", color=COLOURS[0], capsize=3, label=self.label)
        if self.exact is not None:
            self.ax_.plot(self.exact, rows, "|", color=REFERENCE, markersize=14, markeredgewidth=2, label="exact")
            self.ax_.legend(frameon=False)
        self.ax_.set_yticks(rows, self.names)
        self.ax_.set_ylim(len(self.names) - 0.5, -0.5)
        self.ax_.set_xlabel(self.label)
        return self
