"""Error rates against distance, with the fits that give Lambda."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..decoders import SuppressionFit


class SuppressionDisplay:
    """Logical error rates at each distance on a logarithmic axis, where suppression is a straight line.

    Parameters
    ----------
    fits : mapping of str to SuppressionFit
        One for each decoder, from `qlearn.decoders.fit_suppression`.
    label : str
        Of the rate axis.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> rates = [ql.Estimate(0.03, 0.0006, n_shots=9000), ql.Estimate(0.015, 0.0002, n_shots=9000)]
    >>> fit = ql.decoders.fit_suppression([3, 5], rates)
    >>> ql.plot.SuppressionDisplay({"matching": fit}).plot().ax_.get_legend().get_texts()[0].get_text()
    'matching: Λ = 2.00 ± 0.05'
    """

    def __init__(self, fits: Mapping[str, "SuppressionFit"], *, label: str = "logical error rate per round") -> None:
        self.fits = dict(fits)
        self.label = label

    def plot(self, ax: "Axes | None" = None) -> "SuppressionDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        SuppressionDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax, (5.0, 4.0))
        self.figure_ = self.ax_.figure
        distances: set[int] = set()
        for index, (name, fit) in enumerate(self.fits.items()):
            colour = COLOURS[index % len(COLOURS)]
            distances |= set(fit.distances.tolist())
            line = np.linspace(fit.distances.min() - 0.4, fit.distances.max() + 0.4, 30)
            self.ax_.plot(line, fit.rate(line), color=colour, linewidth=1)
            value = f"Λ = {fit.factor.value:.2f} ± {fit.factor.std_error:.2f}"
            self.ax_.errorbar(
                fit.distances, fit.rates, yerr=2 * fit.std_errors,
                fmt="o", markersize=4, color=colour, capsize=2, label=f"{name}: {value}",
            )  # fmt: skip
        self.ax_.set_yscale("log")
        self.ax_.set_xticks(sorted(distances))
        self.ax_.set_xlabel("distance")
        self.ax_.set_ylabel(self.label)
        if self.fits:
            self.ax_.legend(frameon=False, fontsize=8)
        return self
