"""Fidelity against rounds, with the fits that give the error rate per round."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..decoders import RoundsFit


class RoundsDisplay:
    """Logical fidelity after each number of rounds on a logarithmic axis, where fits are straight lines.

    Parameters
    ----------
    fits : mapping of str to RoundsFit
        One for each decoder, from `qlearn.decoders.fit_rounds`.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> fit = ql.decoders.fit_rounds([5, 9, 13], [1180, 1952, 2621], 10_000)
    >>> display = ql.plot.RoundsDisplay({"matching": fit}).plot()
    >>> display.ax_.get_legend().get_texts()[0].get_text()
    'matching: 2.84 ± 0.11 % a round'
    """

    def __init__(self, fits: Mapping[str, "RoundsFit"]) -> None:
        self.fits = dict(fits)

    def plot(self, ax: "Axes | None" = None) -> "RoundsDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        RoundsDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        for index, (name, fit) in enumerate(self.fits.items()):
            colour = COLOURS[index % len(COLOURS)]
            percent = f"{100 * fit.rate.value:.2f} ± {100 * fit.rate.std_error:.2f} % a round"
            line = np.linspace(0, fit.rounds.max(), 50)
            self.ax_.plot(line, fit.fidelity(line), color=colour, linewidth=1)
            self.ax_.errorbar(
                fit.rounds, 1 - 2 * fit.error_rates, yerr=2 * fit.std_errors,
                fmt="o", markersize=4, color=colour, label=f"{name}: {percent}",
            )  # fmt: skip
        self.ax_.set_yscale("log")
        self.ax_.set_xlabel("rounds")
        self.ax_.set_ylabel("logical fidelity 1 − 2 E")
        if self.fits:
            self.ax_.legend(frameon=False, fontsize=8)
        return self
