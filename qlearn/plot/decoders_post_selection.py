"""Error rates of the surest shots."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..decoders import PostSelection


class PostSelectionDisplay:
    """Logical error rate against the share of shots discarded, with intervals.

    Parameters
    ----------
    curves : mapping of str to PostSelection
        One for each decoder, from ``Confidence.post_selection``.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> found = ql.decoders.Confidence(np.linspace(0.5, 1, 100), np.arange(100) < 10)
    >>> display = ql.plot.PostSelectionDisplay({"gap": found.post_selection()}).plot()
    >>> display.ax_.get_xlabel()
    'shots discarded (%)'
    """

    def __init__(self, curves: Mapping[str, "PostSelection"]) -> None:
        self.curves = dict(curves)

    def plot(self, ax: "Axes | None" = None) -> "PostSelectionDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        PostSelectionDisplay
            This one, with `ax_` and `figure_`. Where no error is left only the upper end of the interval shows.
        """
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        for index, (name, curve) in enumerate(self.curves.items()):
            colour, discarded = COLOURS[index % len(COLOURS)], 100 * (1 - curve.kept)
            seen = curve.rates > 0
            least = curve.low[seen].min(initial=curve.high.min())
            self.ax_.fill_between(discarded, curve.low.clip(least), curve.high, color=colour, alpha=0.2, linewidth=0)
            self.ax_.plot(discarded[seen], curve.rates[seen], color=colour, label=name)
        self.ax_.set_yscale("log")
        self.ax_.set_xlabel("shots discarded (%)")
        self.ax_.set_ylabel("logical error rate of the others")
        if self.curves:
            self.ax_.legend(frameon=False, fontsize=8)
        return self
