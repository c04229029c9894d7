"""The parts of the docstrings that all trained estimators share."""

from __future__ import annotations

from typing import TypeVar

_Class = TypeVar("_Class", bound=type)

_TRAINING = """observables : sequence of PauliSum or callable, optional
        Their expectation values are the features of the last linear map; a callable gets the number of qubits. By
        default Z on each qubit that the ansatz reads out.
    entangled : bool
        False takes out all gates on two and more qubits: the separable twin, to see whether entanglement helps.
    scaling : {"auto", "standard", "minmax", "none"} or float
        Of the features, learnt in `fit`; "auto" is what the encoding asks for.
    optimizer : AbstractOptimizer, optional
        `Adam()` by default.
    max_epochs : int
        Passes over the data.
    batch_size : int or None
        Rows a step; None takes all.
    alpha : float
        Ridge on the classical linear maps.
    tolerance : float
        Improvement of the loss that counts for `patience`.
    patience : int or None
        Epochs without improvement of the training loss (of the validation loss where rows are held out) after which
        training stops; None never stops early.
    validation_fraction : float
        Share of the rows held out to choose the best epoch; 0 holds out none.
    execution : Adjoint or ParameterShift, optional
        Exact by default; shots, noise and devices by `ParameterShift`.
    warm_start : bool
        Whether `fit` goes on from the last parameters.
    callback : callable, optional
        ``callback(epoch, loss, parameters)`` after each epoch; a true answer stops.
    random_state : int, Generator, SeedSequence or None
        Of first parameters, order of rows, validation rows and shots."""

_LEARNT = """Attributes
    ----------
    model_ : HybridModel
        The circuit and its linear maps.
    parameters_ : ndarray of float
        Flat; `model_.parts` splits them.
    loss_curve_, validation_curve_ : list of float
        One entry an epoch.
    stop_reason_ : str
        Why training ended."""


def documented(cls: _Class) -> _Class:
    """Return the class with what all share in its docstring, in place of lines ``{training}`` and ``{learnt}``."""
    cls.__doc__ = (cls.__doc__ or "").replace("{training}", _TRAINING).replace("{learnt}", _LEARNT)
    return cls
