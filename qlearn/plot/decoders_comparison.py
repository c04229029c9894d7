"""Decoders side by side: error rates with intervals, and what they cost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._checks import check_array
from ._axes import COLOURS, REFERENCE, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..decoders import Comparison


class ComparisonDisplay:
    """Logical error rates of decoders on identical shots, one row each, best last.

    Parameters
    ----------
    names : sequence of str
        Of the decoders, from the top.
    rates, low, high : array_like of float, shape (n_decoders,)
        Logical error rates per shot and the ends of their intervals.
    microseconds : array_like of float, shape (n_decoders,), optional
        Per shot in batches; NaN where not known. Written beside the rows.
    baseline, optimum : float, optional
        Rates drawn as lines, such as those of plain matching and of maximum likelihood.

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
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoders = {"matching": ql.decoders.Matching(), "optimum": ql.decoders.MaximumLikelihood()}
    >>> table = ql.decoders.compare(decoders, problem, n_shots=2000, random_state=0)
    >>> ql.plot.ComparisonDisplay.from_comparison(table).plot().ax_.get_xlabel()
    'logical error rate per shot'
    """

    def __init__(
        self,
        names: Sequence[str],
        rates: Sequence[float],
        low: Sequence[float],
        high: Sequence[float],
        microseconds: Sequence[float] | None = None,
        *,
        baseline: float | None = None,
        optimum: float | None = None,
    ) -> None:
        self.names = list(names)
        shape = (len(self.names),)
        self.rates = check_array("rates", rates, shape)
        self.low = check_array("low", low, shape)
        self.high = check_array("high", high, shape)
        self.microseconds = None if microseconds is None else check_array(
            "microseconds", microseconds, shape, finite=False
        )  # fmt: skip
        self.baseline = baseline
        self.optimum = optimum

    @classmethod
    def from_comparison(cls, comparison: "Comparison") -> "ComparisonDisplay":
        """Return the display of a table.

        Parameters
        ----------
        comparison : Comparison
            From `qlearn.decoders.compare`.

        Returns
        -------
        ComparisonDisplay
            Sorted by rate, not yet drawn. Where maximum likelihood is among the decoders its rate becomes a line.
        """
        rows = sorted(comparison.rows, key=lambda row: -row.rate.value)
        exact = [row.rate.value for row in rows if row.gap_closed == 1 and row.name != comparison.baseline]
        return cls(
            [row.name for row in rows],
            [row.rate.value for row in rows],
            [row.interval[0] for row in rows],
            [row.interval[1] for row in rows],
            [np.nan if row.microseconds is None else row.microseconds for row in rows],
            baseline=comparison[comparison.baseline].rate.value,
            optimum=exact[0] if exact else None,
        )

    def plot(self, ax: "Axes | None" = None) -> "ComparisonDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        ComparisonDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax, (7.0, 1.3 + 0.35 * len(self.names)))
        self.figure_ = self.ax_.figure
        rows = np.arange(len(self.names))
        for value, text, style in ((self.baseline, "baseline", "--"), (self.optimum, "optimum", ":")):
            if value is not None:
                self.ax_.axvline(value, color=REFERENCE, linestyle=style, linewidth=1, label=text)
        errors = np.stack([self.rates - self.low, self.high - self.rates])
        self.ax_.errorbar(self.rates, rows, xerr=errors, fmt="o", color=COLOURS[0], capsize=3)
        self.ax_.set_yticks(rows, self.names)
        self.ax_.set_ylim(len(self.names) - 0.5, -0.5)
        self.ax_.locator_params(axis="x", nbins=6)  # more would run into each other where rates are close
        self.ax_.set_xlabel("logical error rate per shot")
        if self.microseconds is not None:
            for row, cost in zip(rows, self.microseconds):
                text = "" if np.isnan(cost) else f"{cost:.3g} µs"
                self.ax_.annotate(text, (1.01, row), xycoords=("axes fraction", "data"), va="center", fontsize=8)
        if self.baseline is not None or self.optimum is not None:
            self.ax_.legend(frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
        return self
