"""How often a decoder is right, against how sure it says it is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ._axes import COLOURS, REFERENCE, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..decoders import Reliability


class ReliabilityDisplay:
    """Share of shots decoded wrongly against the probability the decoder gave that, on logarithmic axes.

    Parameters
    ----------
    bins : mapping of str to Reliability
        One for each decoder, from ``Confidence.reliability``.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> found = ql.decoders.Confidence(np.repeat([0.6, 0.9], 50), np.arange(100) % 3 == 0)
    >>> ql.plot.ReliabilityDisplay({"gap": found.reliability(2)}).plot().ax_.get_ylabel()
    'wrong, of the shots in a bin'
    """

    def __init__(self, bins: Mapping[str, "Reliability"]) -> None:
        self.bins = dict(bins)

    def plot(self, ax: "Axes | None" = None) -> "ReliabilityDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        ReliabilityDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax, (4.5, 4.0))
        self.figure_ = self.ax_.figure
        least = 0.5
        for index, (name, bins) in enumerate(self.bins.items()):
            said, wrong = 1 - bins.confidence, 1 - bins.correct
            seen = (said > 0) & (wrong > 0)
            if not seen.any():
                continue
            errors = np.stack([bins.high - bins.correct, bins.correct - bins.low])[:, seen]
            least = min(least, said[seen].min(), wrong[seen].min())
            self.ax_.errorbar(
                said[seen], wrong[seen], yerr=np.minimum(errors, [wrong[seen] * 0.999, np.inf * wrong[seen]]),
                fmt="o", markersize=4, color=COLOURS[index % len(COLOURS)], capsize=2, label=name,
            )  # fmt: skip
        self.ax_.plot([least, 0.5], [least, 0.5], color=REFERENCE, linestyle="--", linewidth=1, label="as said")
        self.ax_.set_xscale("log")
        self.ax_.set_yscale("log")
        self.ax_.set_xlabel("probability of an error, by the decoder")
        self.ax_.set_ylabel("wrong, of the shots in a bin")
        self.ax_.legend(frameon=False, fontsize=8)
        return self
