"""Pictures with what a classifier took them for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array
from ._axes import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ImagesDisplay:
    """Grey pictures side by side, each under the class it was given; wrong ones with the right class in brackets.

    Parameters
    ----------
    images : array_like of float, shape (n_images, height, width)
        Large values are dark.
    predictions : sequence, length n_images
        What the classifier says.
    labels : sequence, length n_images, optional
        What is right.
    n_columns : int
        Pictures in a row.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Raises
    ------
    ValueError
        If the lengths differ or there are no pictures.

    Examples
    --------
    >>> import qlearn as ql
    >>> display = ql.plot.ImagesDisplay(np.eye(4)[None], predictions=[3], labels=[8]).plot()
    >>> display.ax_.texts[0].get_text()
    '3 (8)'
    """

    def __init__(
        self,
        images: ArrayLike,
        predictions: Sequence[Any],
        labels: Sequence[Any] | None = None,
        *,
        n_columns: int = 10,
    ) -> None:
        self.images = check_array("images", images, ("n_images", "height", "width"))
        if not len(self.images):
            raise ValueError("`images` is empty; give at least one picture.")
        for name, values in (("predictions", predictions), ("labels", labels)):
            if values is not None and len(values) != len(self.images):
                raise ValueError(f"`{name}` has {len(values)} entries for {len(self.images)} images.")
        self.predictions, self.labels, self.n_columns = list(predictions), labels, n_columns

    def plot(self, ax: "Axes | None" = None) -> "ImagesDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        ImagesDisplay
            This one, with `ax_` and `figure_`.
        """
        n, height, width = self.images.shape
        n_columns = min(n, self.n_columns)
        n_rows = -(-n // n_columns)
        if ax is None:
            from matplotlib import pyplot

            _, ax = pyplot.subplots(figsize=(0.8 * n_columns, 1.1 * n_rows), layout="constrained")
        step_x, step_y = 1.25 * width, 1.55 * height
        for index, image in enumerate(self.images):
            left, top = step_x * (index % n_columns), step_y * (index // n_columns)
            ax.imshow(image, cmap="Greys", extent=(left, left + width, top + height, top), interpolation="nearest")
            text, colour = self._caption(index)
            ax.text(left + width / 2, top - 0.08 * height, text, ha="center", va="bottom", color=colour, fontsize=9)
        ax.set_xlim(-0.1 * width, step_x * n_columns)
        ax.set_ylim(step_y * n_rows - 0.4 * height, -0.4 * height)
        ax.set_axis_off()
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _caption(self, index: int) -> tuple[str, str]:
        prediction = self.predictions[index]
        if self.labels is None or np.all(prediction == self.labels[index]):
            return str(prediction), COLOURS[0]
        return f"{prediction} ({self.labels[index]})", COLOURS[1]
