"""What a classifier says everywhere in a plane."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .._checks import check_array, check_count
from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class BoundaryDisplay:
    """Predicted classes over a grid of two features, with the data on top.

    Parameters
    ----------
    x, y : array_like of float, shape (n_columns,) and (n_rows,)
        Values of the two features.
    classes : array_like of int, shape (n_rows, n_columns)
        Number of the predicted class at each point.
    names : sequence
        Of the classes.
    points : array_like of float, shape (n_samples, 2), optional
        Data.
    labels : array_like of int, shape (n_samples,), optional
        Numbers of their classes.
    features : tuple of str
        Names of the axes.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> import qlearn as ql
    >>> display = ql.plot.BoundaryDisplay([0, 1], [0, 1], [[0, 1], [0, 1]], ["low", "high"]).plot()
    >>> display.ax_.get_xlabel()
    'feature 0'
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        classes: Any,
        names: Any,
        points: Any = None,
        labels: Any = None,
        *,
        features: tuple[str, str] = ("feature 0", "feature 1"),
    ) -> None:
        self.x = check_array("x", x, ("n_columns",))
        self.y = check_array("y", y, ("n_rows",))
        self.classes = check_array("classes", classes, (len(self.y), len(self.x)), dtype=int)
        self.names = [str(name) for name in names]
        self.points = None if points is None else check_array("points", points, ("n_samples", 2))
        n_points = 0 if self.points is None else len(self.points)
        self.labels = None if labels is None else check_array("labels", labels, (n_points,), dtype=int)
        if (self.points is None) != (self.labels is None):
            raise ValueError("`points` and `labels` come together.")
        self.features = features

    @classmethod
    def from_estimator(
        cls, model: Any, X: Any, y: Any, *, n_points: int = 60, margin: float = 0.3
    ) -> "BoundaryDisplay":
        """Return the display of a fitted classifier of two features.

        Parameters
        ----------
        model : classifier
            Fitted, with `predict` and `classes_`.
        X : array_like of float, shape (n_samples, 2)
        y : array_like, shape (n_samples,)
        n_points : int
            Of the grid along each feature.
        margin : float
            Around the data, in units of the features.

        Returns
        -------
        BoundaryDisplay
            Not yet drawn.

        Raises
        ------
        TypeError
            If the model has no `classes_`: it is not fitted, or no classifier.
        ValueError
            If X has not two columns, or y holds a class that the model does not know.
        """
        if not hasattr(model, "classes_"):
            raise TypeError(f"`model` must be a fitted classifier; this {type(model).__name__} has no `classes_`.")
        data = check_array("X", X, ("n_samples", 2))
        n_points = check_count("n_points", n_points, minimum=2)
        low, high = data.min(axis=0) - margin, data.max(axis=0) + margin
        across, up = (np.linspace(low[i], high[i], n_points) for i in (0, 1))
        grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
        order, labels = np.asarray(model.classes_), np.asarray(y)
        unknown = np.setdiff1d(labels, order)
        if len(unknown):
            raise ValueError(f"`y` has classes {unknown.tolist()} that the model does not know, {order.tolist()}.")
        if hasattr(X, "columns"):  # a model that learnt the names of columns wants them again
            grid = type(X)(grid, columns=X.columns)
        found = np.searchsorted(order, model.predict(grid)).reshape(n_points, n_points)
        names = getattr(model, "feature_names_in_", ("feature 0", "feature 1"))
        return cls(across, up, found, order, data, np.searchsorted(order, labels), features=tuple(names))

    def plot(self, ax: "Axes | None" = None) -> "BoundaryDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        BoundaryDisplay
            This one, with `ax_` and `figure_`.
        """
        from matplotlib.colors import ListedColormap

        self.ax_ = drawing_axes(ax, (5.0, 4.5))
        self.figure_ = self.ax_.figure
        n = len(self.names)
        colours = [COLOURS[i % len(COLOURS)] for i in range(n)]
        self.ax_.pcolormesh(
            self.x, self.y, self.classes, cmap=ListedColormap(colours), vmin=-0.5, vmax=n - 0.5, alpha=0.25,
            shading="nearest", linewidth=0, rasterized=True,
        )  # fmt: skip
        if self.points is not None:
            for i, name in enumerate(self.names):
                members = self.points[self.labels == i]
                self.ax_.plot(*members.T, "o", color=colours[i], markersize=4, markeredgecolor="white", label=name)
            self.ax_.legend(frameon=False, title="class")
        self.ax_.set_xlabel(self.features[0])
        self.ax_.set_ylabel(self.features[1])
        return self
