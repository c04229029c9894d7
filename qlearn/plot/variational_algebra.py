"""Dimensions of the Lie algebras of ansätze by the number of qubits."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from .._checks import check_array
from ..paulis import PauliSum
from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class AlgebraDisplay:
    """How fast the algebra of an ansatz grows with width, below the most it can: one line an ansatz, logarithmic.

    Parameters
    ----------
    widths : sequence of int
        Numbers of qubits.
    dimensions : mapping of str to sequence of int
        At each width, by name.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    References
    ----------
    Larocca et al., Quantum 6, 824 (2022): only where it grows like a polynomial are gradients not exponentially small.

    Examples
    --------
    >>> import qlearn as ql
    >>> display = ql.plot.AlgebraDisplay([2, 3], {"universal": [15, 63]}).plot()
    >>> display.ax_.get_yscale()
    'log'
    """

    def __init__(self, widths: Sequence[int], dimensions: Mapping[str, Sequence[int]]) -> None:
        self.widths = check_array("widths", widths, ("n_widths",), dtype=int)
        shape = (len(self.widths),)
        self.dimensions = {name: check_array(name, row, shape, dtype=int) for name, row in dimensions.items()}

    @classmethod
    def from_generators(
        cls, widths: Sequence[int], ansatze: Mapping[str, Callable[[int], Sequence[PauliSum]]]
    ) -> "AlgebraDisplay":
        """Return the display of the algebras that generators span.

        Parameters
        ----------
        widths : sequence of int
            At most five.
        ansatze : mapping of str to callable
            From the number of qubits to the generators of the gates.

        Returns
        -------
        AlgebraDisplay
            Not yet drawn.
        """
        from ..variational import lie_algebra_dimension

        return cls(widths, {name: [lie_algebra_dimension(make(n)) for n in widths] for name, make in ansatze.items()})

    def plot(self, ax: "Axes | None" = None) -> "AlgebraDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        AlgebraDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        for i, (name, row) in enumerate(self.dimensions.items()):
            self.ax_.plot(self.widths, row, "o-", color=COLOURS[i % len(COLOURS)], label=name)
        self.ax_.plot(self.widths, 4.0**self.widths - 1.0, "--", color="0.5", label="all: $4^n - 1$")
        self.ax_.set_yscale("log")
        self.ax_.set_xticks(self.widths)
        self.ax_.set_xlabel("qubits")
        self.ax_.set_ylabel("dimension of the Lie algebra")
        self.ax_.legend(frameon=False)
        return self
