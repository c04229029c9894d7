"""How a scheme spends its shots: over settings, and over the terms of a sum."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._checks import check_array
from ..paulis import PauliSum
from ..shadows import MeasurementScheme, count_matches
from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class SchemeDisplay:
    """Histograms of how often terms are measured, one step line a scheme, in bins of equal ratio.

    Terms that are never measured are counted in a bar of their own at the left.

    Parameters
    ----------
    names : sequence of str
    matches : sequence of array_like of int, shape (n_terms,)
        Shots that measure each term, one array a scheme.
    weights : array_like of float, shape (n_terms,), optional
        What each term counts for, such as the modulus of its coefficient; 1 by default.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Raises
    ------
    ValueError
        If lengths differ.

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum({"ZZ": 1.0, "XX": 0.5, "YI": 0.2})
    >>> designs = {"groups": ql.shadows.Grouped().design(hamiltonian, n_shots=100)}
    >>> ql.plot.SchemeDisplay.from_schemes(designs, hamiltonian).plot().matches[0].tolist()
    [59.0, 29.0, 12.0]
    """

    def __init__(
        self, names: Sequence[str], matches: Sequence[Sequence[int]], weights: Sequence[float] | None = None
    ) -> None:
        self.names = list(names)
        self.matches = [check_array("matches", row, ("n_terms",)) for row in matches]
        if len(self.matches) != len(self.names):
            raise ValueError(
                f"`matches` must hold {len(self.names)} arrays, one for each name, got {len(self.matches)}."
            )
        n_terms = len(self.matches[0]) if self.matches else 0
        for row in self.matches:
            check_array("matches", row, (n_terms,))
        self.weights = np.ones(n_terms) if weights is None else check_array("weights", weights, (n_terms,))
        self.label = "terms" if weights is None else "sum of moduli"

    @classmethod
    def from_schemes(
        cls, schemes: Mapping[str, MeasurementScheme], hamiltonian: PauliSum, *, weighted: bool = False
    ) -> "SchemeDisplay":
        """Return the display of designs for the terms of a sum.

        Parameters
        ----------
        schemes : mapping of str to MeasurementScheme
        hamiltonian : PauliSum
            The identity is left out.
        weighted : bool
            Count every term by the modulus of its coefficient.

        Returns
        -------
        SchemeDisplay
            Not yet drawn.
        """
        terms = hamiltonian[hamiltonian.weights() > 0]
        matches = [count_matches(scheme, terms) for scheme in schemes.values()]
        return cls(list(schemes), matches, np.abs(terms.coefficients) if weighted else None)

    def plot(self, ax: "Axes | None" = None) -> "SchemeDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        SchemeDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        most = max((row.max(initial=1) for row in self.matches), default=1)
        edges = np.geomspace(1, most + 1, 13)
        width = 0.3 / max(1, len(self.names))
        for index, (name, row) in enumerate(zip(self.names, self.matches, strict=True)):
            colour = COLOURS[index % len(COLOURS)]
            counts, _ = np.histogram(row, edges, weights=self.weights)
            self.ax_.stairs(counts, edges, color=colour, linewidth=1.8, label=name)
            left = 0.4 + index * width
            self.ax_.bar(left, self.weights[row == 0].sum(), width, align="edge", color=colour)
        self.ax_.set_xscale("log")
        ticks = [10.0**power for power in range(int(np.log10(most)) + 1)]
        self.ax_.set_xticks([0.55, *ticks], ["never", *(f"{tick:g}" for tick in ticks)])
        self.ax_.minorticks_off()
        self.ax_.set_xlabel("shots that measure a term")
        self.ax_.set_ylabel(self.label)
        self.ax_.legend(frameon=False)
        return self
