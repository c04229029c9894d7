"""Variances of gradients by the number of qubits."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .._checks import check_array
from ..estimates import Estimate
from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class GradientVarianceDisplay:
    """How fast gradients vanish with width: one line an ansatz, logarithmic.

    Parameters
    ----------
    widths : sequence of int
        Numbers of qubits.
    variances, errors : mapping of str to sequence of float
        Mean variance of a derivative at each width, and its standard error, by name.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> import qlearn as ql
    >>> display = ql.plot.GradientVarianceDisplay([2, 4], {"deep": [0.1, 0.02]}, {"deep": [0.01, 0.002]}).plot()
    >>> display.ax_.get_yscale()
    'log'
    """

    def __init__(
        self, widths: Sequence[int], variances: Mapping[str, Sequence[float]], errors: Mapping[str, Sequence[float]]
    ) -> None:
        self.widths = check_array("widths", widths, ("n_widths",), dtype=int)
        shape = (len(self.widths),)
        self.variances = {name: check_array(name, row, shape) for name, row in variances.items()}
        self.errors = {name: check_array(name, errors[name], shape) for name in self.variances}

    @classmethod
    def from_estimates(
        cls, widths: Sequence[int], found: Mapping[str, Sequence[Estimate]]
    ) -> "GradientVarianceDisplay":
        """Return the display of results of `gradient_variance`, averaged over parameters.

        Parameters
        ----------
        widths : sequence of int
        found : mapping of str to sequence of Estimate
            One of shape (n_parameters,) for each width.

        Returns
        -------
        GradientVarianceDisplay
            Not yet drawn.
        """
        means = {name: [float(estimate.value.mean()) for estimate in row] for name, row in found.items()}
        # derivatives of one circuit are correlated: the mean of the errors bounds the error of the mean
        errors = {name: [float(estimate.std_error.mean()) for estimate in row] for name, row in found.items()}
        return cls(widths, means, errors)

    def plot(self, ax: "Axes | None" = None) -> "GradientVarianceDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        GradientVarianceDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        for i, (name, row) in enumerate(self.variances.items()):
            colour = COLOURS[i % len(COLOURS)]
            self.ax_.errorbar(self.widths, row, self.errors[name], fmt="o-", color=colour, capsize=3, label=name)
        self.ax_.set_yscale("log")
        self.ax_.set_xticks(self.widths)
        self.ax_.set_xlabel("qubits")
        self.ax_.set_ylabel("variance of a derivative")
        self.ax_.legend(frameon=False)
        return self
