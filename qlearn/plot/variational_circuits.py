"""Ansätze compared by how much of the space they reach and how much they entangle."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..estimates import Estimate
from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ExpressibilityDisplay:
    """Expressibility against entangling capability, one point an ansatz, with standard errors.

    Parameters
    ----------
    expressibility : mapping of str to Estimate
        Divergence from random states, by name: small is expressive. From `qlearn.variational.expressibility`.
    entanglement : mapping of str to Estimate
        From `qlearn.variational.entangling_capability`, between 0 and 1, with the same names.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Raises
    ------
    ValueError
        If the names differ or there are none.

    Examples
    --------
    >>> import qlearn as ql
    >>> estimate = ql.Estimate(0.2, 0.01, 1000)
    >>> display = ql.plot.ExpressibilityDisplay({"a": estimate}, {"a": estimate}).plot()
    >>> display.ax_.get_xlabel()
    'entangling capability'

    References
    ----------
    Sim, Johnson, Aspuru-Guzik, Adv. Quantum Technol. 2, 1900070 (2019).
    """

    def __init__(self, expressibility: Mapping[str, Estimate], entanglement: Mapping[str, Estimate]) -> None:
        if not expressibility or set(expressibility) != set(entanglement):
            raise ValueError(
                f"Both mappings must have the same names, got {list(expressibility)} and {list(entanglement)}."
            )
        self.expressibility, self.entanglement = dict(expressibility), dict(entanglement)

    def plot(self, ax: "Axes | None" = None) -> "ExpressibilityDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        ExpressibilityDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        for i, (name, reach) in enumerate(self.expressibility.items()):
            entangled = self.entanglement[name]
            self.ax_.errorbar(
                entangled.value, reach.value, reach.std_error, entangled.std_error, fmt="o", capsize=3,
                color=COLOURS[i % len(COLOURS)], label=name,
            )  # fmt: skip
        self.ax_.set_yscale("log")
        self.ax_.set_xlim(-0.05, 1.05)
        self.ax_.set_xlabel("entangling capability")
        self.ax_.set_ylabel("divergence from random states")
        self.ax_.legend(frameon=False)
        return self
