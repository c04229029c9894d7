"""Errors of estimates against the number of shots, beside what theory says."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._checks import check_array, check_count
from ..paulis import PauliSum
from ..shadows import AbstractScheme, count_matches, estimate, scheme_variance, unmeasured_bias
from ..sim import State
from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ShotErrorDisplay:
    """Root-mean-square errors over repeats at several numbers of shots, one curve a scheme.

    Parameters
    ----------
    names : sequence of str
    n_shots : array_like of int, shape (n_numbers,)
    errors : array_like of float, shape (n_schemes, n_numbers)
        Root-mean-square errors that were measured; NaN where none was.
    n_repeats : int
        Repeats behind each: bars show plus and minus one standard error.
    theory : array_like of float, shape (n_schemes, n_numbers), optional
        Exact ones, drawn as dashed lines.
    label : str
        Of the axis of errors.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Raises
    ------
    ValueError
        If shapes differ.

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian, state = ql.PauliSum({"ZZ": 1.0, "XX": 0.5, "YI": 0.2}), ql.sim.State.ghz(2)
    >>> schemes = {"groups": ql.shadows.Grouped(), "uniform": ql.shadows.Uniform(random_state=0)}
    >>> display = ql.plot.ShotErrorDisplay.from_schemes(schemes, hamiltonian, state, [100, 400], n_repeats=5).plot()
    >>> display.ax_.get_xscale(), display.errors.shape
    ('log', (2, 2))
    """

    def __init__(
        self,
        names: Sequence[str],
        n_shots: Sequence[int],
        errors: Sequence[Sequence[float]],
        n_repeats: int,
        theory: Sequence[Sequence[float]] | None = None,
        *,
        label: str = "root-mean-square error",
    ) -> None:
        self.names = list(names)
        self.n_shots = check_array("n_shots", n_shots, ("n_numbers",))
        shape = (len(self.names), len(self.n_shots))
        self.errors = check_array("errors", errors, shape, finite=False)
        self.n_repeats = check_count("n_repeats", n_repeats, minimum=1)
        self.theory = None if theory is None else check_array("theory", theory, shape, finite=False)
        self.label = label

    @classmethod
    def from_schemes(
        cls,
        schemes: Mapping[str, AbstractScheme],
        hamiltonian: PauliSum,
        state: State,
        n_shots: Sequence[int],
        *,
        n_repeats: int = 100,
        random_state: int = 0,
        label: str = "root-mean-square error",
    ) -> "ShotErrorDisplay":
        """Return the display of simulated experiments with the match-ratio estimate, and of their exact errors.

        Terms that a design never measures count as zero, in both. Cost: one design, one exact variance and `n_repeats`
        simulations for each scheme and number of shots.

        Parameters
        ----------
        schemes : mapping of str to AbstractScheme
        hamiltonian : PauliSum
        state : State
        n_shots : sequence of int
        n_repeats : int
        random_state : int
            Of the outcomes; every repeat has a seed of its own.
        label : str
            Of the axis of errors.

        Returns
        -------
        ShotErrorDisplay
            Not yet drawn.
        """
        truth = float(state.expectation(hamiltonian))
        errors, theory = np.empty((len(schemes), len(n_shots))), np.empty((len(schemes), len(n_shots)))
        for row, scheme in enumerate(schemes.values()):
            for column, number in enumerate(n_shots):
                design = scheme.design(hamiltonian, number)
                measured = hamiltonian[(count_matches(design, hamiltonian) > 0) | (hamiltonian.weights() == 0)]
                rng = np.random.default_rng((random_state, row, column))
                found = [
                    estimate(design.measure(state, random_state=rng), measured).value - truth for _ in range(n_repeats)
                ]
                errors[row, column] = np.sqrt(np.mean(np.square(found)))
                bias = unmeasured_bias(design, hamiltonian, state)
                theory[row, column] = np.sqrt(scheme_variance(design, hamiltonian, state) + bias**2)
        return cls(list(schemes), n_shots, errors, n_repeats, theory, label=label)

    def plot(self, ax: "Axes | None" = None) -> "ShotErrorDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        ShotErrorDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        for row, name in enumerate(self.names):
            colour = COLOURS[row % len(COLOURS)]
            bars = self.errors[row] / np.sqrt(2 * self.n_repeats)
            self.ax_.errorbar(self.n_shots, self.errors[row], bars, fmt="o", color=colour, capsize=3, label=name)
            if self.theory is not None:
                self.ax_.plot(self.n_shots, self.theory[row], "--", color=colour)
        self.ax_.set_xscale("log")
        self.ax_.set_yscale("log")
        self.ax_.set_xticks(self.n_shots, [f"{number:g}" for number in self.n_shots])
        self.ax_.minorticks_off()
        _label_decades(self.ax_, self.errors if self.theory is None else np.stack((self.errors, self.theory)))
        self.ax_.set_xlabel("shots")
        self.ax_.set_ylabel(self.label)
        self.ax_.legend(frameon=False, title=None if self.theory is None else "dashed: exact")
        return self


def _label_decades(ax: "Axes", values: np.ndarray) -> None:
    """Put ticks at 1, 2 and 5 times powers of ten that the values span, one below and one above."""
    powers = np.log10([np.nanmin(values), np.nanmax(values)])
    ticks = [
        digit * 10.0**power
        for power in range(int(np.floor(powers[0])) - 1, int(np.ceil(powers[1])) + 1)
        for digit in (1, 2, 5)
    ]
    low = max((tick for tick in ticks if tick <= np.nanmin(values)), default=ticks[0])
    high = min((tick for tick in ticks if tick >= np.nanmax(values)), default=ticks[-1])
    kept = [tick for tick in ticks if low <= tick <= high]
    ax.set_yticks(kept, [f"{tick:g}" for tick in kept])
