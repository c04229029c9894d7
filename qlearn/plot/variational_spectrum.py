"""Spectra of the quantum Fisher information."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array
from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST = 1e-12  # eigenvalues below are rounding, drawn at the floor


class FisherSpectrumDisplay:
    """Eigenvalues of the Fisher information by rank, one line an ansatz: where a line drops, parameters are too many.

    Parameters
    ----------
    spectra : mapping of str to array_like of float, shape (n_samples, n_parameters)
        Falling along each row, as `fisher_spectrum` gives them, by name. Lines are medians over the samples, bands go
        from the least to the largest.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> import qlearn as ql
    >>> spectrum = ql.variational.fisher_spectrum(ql.variational.HardwareEfficient(3), 2, n_samples=3, random_state=0)
    >>> display = ql.plot.FisherSpectrumDisplay({"three layers": spectrum}).plot()
    >>> len(display.ax_.lines[0].get_ydata())
    12
    """

    def __init__(self, spectra: Mapping[str, ArrayLike]) -> None:
        self.spectra = {name: check_array(name, rows, ("n_samples", "n_parameters")) for name, rows in spectra.items()}
        for name, rows in self.spectra.items():
            if not rows.size:
                raise ValueError(f"The spectrum {name!r} is empty, of shape {rows.shape}.")

    def plot(self, ax: "Axes | None" = None) -> "FisherSpectrumDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        FisherSpectrumDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        for i, (name, rows) in enumerate(self.spectra.items()):
            ranks, shown = np.arange(1, rows.shape[1] + 1), np.maximum(rows, _LEAST)
            colour = COLOURS[i % len(COLOURS)]
            self.ax_.plot(ranks, np.median(shown, axis=0), "o-", color=colour, markersize=3, label=name)
            self.ax_.fill_between(ranks, shown.min(axis=0), shown.max(axis=0), color=colour, alpha=0.2, linewidth=0)
        self.ax_.set_yscale("log")
        self.ax_.xaxis.get_major_locator().set_params(integer=True)
        self.ax_.set_xlabel("rank")
        self.ax_.set_ylabel("eigenvalue of the Fisher information")
        self.ax_.legend(frameon=False)
        return self
