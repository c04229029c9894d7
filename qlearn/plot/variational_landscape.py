"""A loss or an energy over a plane of parameters."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._checks import check_array, check_count
from ._axes import drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class LandscapeDisplay:
    """Values over two directions in the space of parameters.

    Parameters
    ----------
    x, y : array_like of float, shape (n_columns,) and (n_rows,)
        Steps along the two directions, in radians.
    values : array_like of float, shape (n_rows, n_columns)
    path : array_like of float, shape (n_steps, 2), optional
        A training in these coordinates.
    directions : tuple of str
        Names of the axes.
    label : str
        Of the colours.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> import qlearn as ql
    >>> display = ql.plot.LandscapeDisplay([0, 1], [0, 1], [[0.0, 0.5], [0.5, 1.0]]).plot()
    >>> display.ax_.get_ylabel()
    'direction 1'
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        values: Any,
        path: Any = None,
        *,
        directions: tuple[str, str] = ("direction 0", "direction 1"),
        label: str = "energy",
    ) -> None:
        self.x = check_array("x", x, ("n_columns",))
        self.y = check_array("y", y, ("n_rows",))
        self.values = check_array("values", values, (len(self.y), len(self.x)))
        self.path = None if path is None else check_array("path", path, ("n_steps", 2))
        self.directions, self.label = directions, label

    @classmethod
    def from_function(
        cls,
        function: Callable[[np.ndarray], Any],
        centre: Sequence[float],
        *,
        directions: tuple[int, int] = (0, 1),
        reach: float = np.pi,
        n_points: int = 41,
        path: Any = None,
        label: str = "energy",
    ) -> "LandscapeDisplay":
        """Return the display of a function of parameters around a point.

        Parameters
        ----------
        function : callable
            From points (n_points, n_parameters) to values (n_points,), such as `EnergyObjective.values`.
        centre : sequence of float
            The parameters in the middle.
        directions : tuple of int
            The two parameters that vary.
        reach : float
            On both sides of the centre, radians.
        n_points : int
            Of the grid along each direction.
        path : array_like of float, shape (n_steps, n_parameters), optional
            Points of a training; only their two coordinates are drawn.
        label : str
            Of the colours.

        Returns
        -------
        LandscapeDisplay
            Not yet drawn.
        """
        point = check_array("centre", centre, ("n_parameters",))
        n_points = check_count("n_points", n_points, minimum=2)
        first, second = (check_count("directions", k, maximum=len(point) - 1) for k in directions)
        x, y = (np.linspace(point[k] - reach, point[k] + reach, n_points) for k in directions)
        grid = np.repeat(point[None], n_points * n_points, axis=0)
        across, up = np.meshgrid(x, y)
        grid[:, first], grid[:, second] = across.ravel(), up.ravel()
        values = np.asarray(function(grid), dtype=float).reshape(n_points, n_points)
        steps = None if path is None else np.asarray(path, dtype=float)[:, [first, second]]
        names = (f"parameter {first}", f"parameter {second}")
        return cls(x, y, values, steps, directions=names, label=label)

    def plot(self, ax: "Axes | None" = None) -> "LandscapeDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        LandscapeDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax, (5.5, 4.5))
        self.figure_ = self.ax_.figure
        filled = self.ax_.contourf(self.x, self.y, self.values, levels=24, cmap="viridis")
        self.figure_.colorbar(filled, ax=self.ax_, label=self.label)
        if self.path is not None:
            self.ax_.plot(*self.path.T, "o-", color="white", markersize=3, linewidth=1)
            self.ax_.plot(*self.path[-1], "*", color="white", markersize=12)
            # a path that leaves the plane is cut off, since nothing would be seen of it beyond
            self.ax_.set(xlim=(self.x[0], self.x[-1]), ylim=(self.y[0], self.y[-1]))
        self.ax_.set_xlabel(self.directions[0])
        self.ax_.set_ylabel(self.directions[1])
        return self
