"""Error rates around the threshold: curves of different distances cross there."""

from typing import TYPE_CHECKING

import numpy as np

from ._axes import COLOURS, REFERENCE, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..decoders import ThresholdFit


class ThresholdDisplay:
    """Logical against physical error rate for each distance, with the fit of finite-size scaling.

    Parameters
    ----------
    fit : ThresholdFit
        From `qlearn.decoders.fit_threshold`.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> d, p = (axis.ravel() for axis in np.meshgrid([5, 7], [0.09, 0.1, 0.11]))
    >>> x = (p - 0.1) * d ** (1 / 1.5)
    >>> n_errors = np.round(1e6 * (0.2 + 1.6 * x + x**2)).astype(int)
    >>> fit = ql.decoders.fit_threshold(d, p, n_errors, 10**6, n_bootstrap=10)
    >>> len(ql.plot.ThresholdDisplay(fit).plot().ax_.get_legend().get_texts())
    3
    """

    def __init__(self, fit: "ThresholdFit") -> None:
        self.fit = fit

    def plot(self, ax: "Axes | None" = None) -> "ThresholdDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        ThresholdDisplay
            This one, with `ax_` and `figure_`.
        """
        fit = self.fit
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        value, error = fit.threshold.value, fit.threshold.std_error
        self.ax_.axvspan(value - 2 * error, value + 2 * error, color=REFERENCE, alpha=0.2, linewidth=0)
        self.ax_.axvline(
            value, color=REFERENCE, linestyle="--", linewidth=1, label=f"threshold {value:.4f} ± {error:.4f}"
        )
        line = np.linspace(fit.probabilities.min(), fit.probabilities.max(), 60)
        for index, distance in enumerate(np.unique(fit.distances)):
            here, colour = fit.distances == distance, COLOURS[index % len(COLOURS)]
            self.ax_.plot(line, fit.rate(distance, line), color=colour, linewidth=1)
            self.ax_.errorbar(
                fit.probabilities[here], fit.error_rates[here], yerr=2 * fit.std_errors[here],
                fmt="o", markersize=4, color=colour, capsize=2, label=f"distance {distance}",
            )  # fmt: skip
        self.ax_.set_xlabel("physical error rate")
        self.ax_.set_ylabel("logical error rate per shot")
        self.ax_.legend(frameon=False, fontsize=8)
        return self
