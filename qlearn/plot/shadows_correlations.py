"""The correlations of all pairs of qubits as a coloured matrix."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._checks import check_array
from ..shadows import Correlators
from ._axes import drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LETTERS = "XYZ"


class CorrelationDisplay:
    """A symmetric matrix of correlations between -1 and 1; pairs that nothing is known of stay grey.

    Parameters
    ----------
    matrix : array_like of float, shape (n_qubits, n_qubits)
        NaN where not known.
    label : str
        Of the colour bar.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Raises
    ------
    ValueError
        If the matrix is not square.

    Examples
    --------
    >>> import qlearn as ql
    >>> scheme = ql.shadows.Uniform(random_state=0).design(ql.PauliSum("ZZZ"), n_shots=500)
    >>> found = ql.shadows.correlators(scheme.measure(ql.sim.State.ghz(3), random_state=1))
    >>> ql.plot.CorrelationDisplay.from_correlators(found, "ZZ").plot().matrix.round(1)
    array([[1., 1., 1.],
           [1., 1., 1.],
           [1., 1., 1.]])
    """

    def __init__(self, matrix: Sequence[Sequence[float]], *, label: str = "correlation") -> None:
        self.matrix = check_array("matrix", matrix, ("n_qubits", "n_qubits"), finite=False)
        self.label = label

    @classmethod
    def from_correlators(
        cls, correlators: Correlators, letters: str, *, connected: bool = False
    ) -> "CorrelationDisplay":
        """Return the display of one pair of letters.

        Parameters
        ----------
        correlators : Correlators
        letters : str
            Two of X, Y, Z: of the row and of the column.
        connected : bool
            Take the product of the two single expectation values off.

        Returns
        -------
        CorrelationDisplay
            Not yet drawn.

        Raises
        ------
        ValueError
            If `letters` are not two of X, Y, Z.
        """
        if len(letters) != 2 or set(letters) - set(_LETTERS):
            raise ValueError(f'`letters` must be two of X, Y, Z, such as "ZZ", got {letters!r}.')
        first, second = (_LETTERS.index(letter) for letter in letters)
        matrix = correlators.pairs.value[:, :, first, second].copy()
        text = rf"$\langle {letters[0]}_i {letters[1]}_j\rangle$"
        if connected:
            singles = correlators.singles.value
            matrix -= np.outer(singles[:, first], singles[:, second])
            text += rf"$-\langle {letters[0]}_i\rangle\langle {letters[1]}_j\rangle$"
        return cls(matrix, label=text)

    def plot(self, ax: "Axes | None" = None) -> "CorrelationDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        CorrelationDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax, (5.0, 4.2))
        self.figure_ = self.ax_.figure
        self.ax_.set_facecolor("0.8")
        image = self.ax_.imshow(self.matrix, cmap="RdBu_r", vmin=-1, vmax=1)
        self.figure_.colorbar(image, ax=self.ax_, label=self.label)
        self.ax_.set_xlabel("qubit")
        self.ax_.set_ylabel("qubit")
        return self
