"""Loss by epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._checks import check_array
from ._axes import COLOURS, drawing_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class LearningCurveDisplay:
    """Training and validation losses by epoch, one colour a model.

    Parameters
    ----------
    curves : mapping of str to sequence of float
        Training loss after each epoch, by name.
    validation : mapping of str to sequence of float, optional
        Validation losses, drawn dashed.
    label : str
        Of the loss axis.
    log : bool
        Whether that axis is logarithmic.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where `plot` drew.
    figure_ : matplotlib.figure.Figure
        The figure of `ax_`.

    Examples
    --------
    >>> import qlearn as ql
    >>> display = ql.plot.LearningCurveDisplay({"a": [0.9, 0.5, 0.4]}).plot()
    >>> display.ax_.get_xlabel()
    'epoch'
    """

    def __init__(
        self,
        curves: Mapping[str, Sequence[float]],
        validation: Mapping[str, Sequence[float]] | None = None,
        *,
        label: str = "loss",
        log: bool = False,
    ) -> None:
        self.curves = {name: check_array(name, curve, ("n_epochs",)) for name, curve in curves.items()}
        validation = {} if validation is None else validation
        self.validation = {name: check_array(name, curve, ("n_epochs",)) for name, curve in validation.items()}
        unknown = set(self.validation) - set(self.curves)
        if unknown:
            raise ValueError(f"`validation` names {sorted(unknown)}, which are not among `curves`.")
        self.label, self.log = label, log

    @classmethod
    def from_estimators(cls, estimators: Mapping[str, Any], *, log: bool = False) -> "LearningCurveDisplay":
        """Return the display of fitted estimators, or of results with a `loss_curve`.

        Parameters
        ----------
        estimators : mapping of str to estimator or EnergyResult
        log : bool
            Whether the loss axis is logarithmic.

        Returns
        -------
        LearningCurveDisplay
            Not yet drawn.
        """
        curves, validation = {}, {}
        for name, found in estimators.items():
            curves[name] = found.loss_curve_ if hasattr(found, "loss_curve_") else found.loss_curve
            if getattr(found, "validation_curve_", ()):
                validation[name] = found.validation_curve_
        return cls(curves, validation, log=log)

    def plot(self, ax: "Axes | None" = None) -> "LearningCurveDisplay":
        """Draw, and return the display.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            A new figure by default.

        Returns
        -------
        LearningCurveDisplay
            This one, with `ax_` and `figure_`.
        """
        self.ax_ = drawing_axes(ax)
        self.figure_ = self.ax_.figure
        for i, (name, curve) in enumerate(self.curves.items()):
            colour = COLOURS[i % len(COLOURS)]
            self.ax_.plot(range(1, len(curve) + 1), curve, color=colour, label=name)
            if name in self.validation:
                held = self.validation[name]
                self.ax_.plot(range(1, len(held) + 1), held, "--", color=colour, label=f"{name}, validation")
        if self.log:
            self.ax_.set_yscale("log")
        self.ax_.set_xlabel("epoch")
        self.ax_.set_ylabel(self.label)
        self.ax_.legend(frameon=False)
        return self
