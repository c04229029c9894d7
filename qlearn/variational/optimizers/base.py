"""What an optimiser is, and the loop all of them run in."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from sklearn.base import BaseEstimator

from ..._checks import check_count
from ..._random import seed_sequence, task_generator


class Objective(Protocol):
    """What is minimised: the mean loss over rows of data, or an energy, which has no rows.

    `n_samples` counts the rows, 1 for an energy.
    """

    n_samples: int

    def value(self, parameters: np.ndarray, rows: Any, random: np.random.Generator) -> float:
        """Return the loss on some rows.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        rows : slice or ndarray of int
        random : numpy.random.Generator
            Of shots.

        Returns
        -------
        float
        """
        ...

    def value_and_gradient(
        self, parameters: np.ndarray, rows: Any, random: np.random.Generator
    ) -> tuple[float, np.ndarray]:
        """Return the loss on some rows and its gradient.

        Parameters
        ----------
        parameters : ndarray of shape (n_parameters,)
        rows : slice or ndarray of int
        random : numpy.random.Generator
            Of shots.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_parameters,)
        """
        ...


@dataclass
class TrainingResult:
    """Where training ended, and how it went.

    Attributes
    ----------
    parameters : ndarray of float, shape (n_parameters,)
        The last ones; with validation those of the epoch with the least validation loss.
    loss_curve : list of float
        Mean loss in each epoch, as the optimiser met it.
    validation_curve : list of float
        Validation loss after each epoch, empty without validation.
    message : str
        Why it ended.
    state : dict
        Of the optimiser, to go on from.
    """

    parameters: np.ndarray
    loss_curve: list[float] = field(default_factory=list)
    validation_curve: list[float] = field(default_factory=list)
    message: str = "max_epochs reached"
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def n_epochs(self) -> int:
        """Number of epochs."""
        return len(self.loss_curve)


class Loop:
    """One training: counts epochs, cuts batches, keeps the history and decides when to stop.

    Parameters
    ----------
    max_epochs : int
    batch_size : int or None
        Rows a step; None takes all.
    tolerance : float
        Improvement of the loss that counts.
    patience : int or None
        Epochs without one after which training stops; None never stops.
    validate : callable, optional
        From parameters to the validation loss.
    callback : callable, optional
        ``callback(epoch, loss, parameters)`` after each epoch; a true answer stops.
    random_state : int, Generator, SeedSequence or None
        Of the order of rows, of shots and of perturbations.
    """

    def __init__(
        self,
        *,
        max_epochs: int = 100,
        batch_size: int | None = None,
        tolerance: float = 1e-4,
        patience: int | None = 10,
        validate: Callable[[np.ndarray], float] | None = None,
        callback: Callable[[int, float, np.ndarray], Any] | None = None,
        random_state: Any = None,
    ) -> None:
        self.max_epochs = check_count("max_epochs", max_epochs, minimum=1)
        self.batch_size = None if batch_size is None else check_count("batch_size", batch_size, minimum=1)
        self.patience = None if patience is None else check_count("patience", patience, minimum=1)
        if not 0 <= tolerance < math.inf:
            raise ValueError(f"`tolerance` must be finite and not negative, got {tolerance!r}.")
        if callback is not None and not callable(callback):
            raise TypeError(f"`callback` must be callable as callback(epoch, loss, parameters), got {callback!r}.")
        self.tolerance, self.validate, self.callback = tolerance, validate, callback
        seed = seed_sequence(random_state)
        self.random, self.order = task_generator(seed, 0), task_generator(seed, 1)
        self._least, self._stale = math.inf, 0
        self._least_validation, self._best = math.inf, None

    def batches(self, n_samples: int) -> list[Any]:
        """Return the rows of each step of an epoch, in random order.

        Parameters
        ----------
        n_samples : int

        Returns
        -------
        list of slice or ndarray of int
        """
        if self.batch_size is None or self.batch_size >= n_samples:
            return [slice(None)]
        order = self.order.permutation(n_samples)
        return [order[start : start + self.batch_size] for start in range(0, n_samples, self.batch_size)]

    def record(self, result: TrainingResult, loss: float) -> bool:
        """Note the end of an epoch at ``result.parameters``; return whether to stop.

        Parameters
        ----------
        result : TrainingResult
            Changed.
        loss : float

        Returns
        -------
        bool
        """
        result.loss_curve.append(float(loss))
        watched = loss
        if self.validate is not None:
            watched = self.validate(result.parameters)
            result.validation_curve.append(float(watched))
            if watched < self._least_validation:
                self._least_validation, self._best = watched, result.parameters.copy()
        if not math.isfinite(loss):
            result.message = "the loss is not finite"
            return True
        self._stale = 0 if watched < self._least - self.tolerance else self._stale + 1
        self._least = min(self._least, watched)
        if self.callback is not None and self.callback(len(result.loss_curve) - 1, float(loss), result.parameters):
            result.message = "the callback stopped it"
            return True
        if self.patience is not None and self._stale >= self.patience:
            result.message = f"no improvement in {self.patience} epochs"
            return True
        return len(result.loss_curve) >= self.max_epochs

    def finish(self, result: TrainingResult) -> TrainingResult:
        """Return the result with the parameters that validation liked best.

        Parameters
        ----------
        result : TrainingResult

        Returns
        -------
        TrainingResult
        """
        if self._best is not None:
            result.parameters = self._best
        return result


class AbstractOptimizer(BaseEstimator, ABC):
    """Base of all optimisers: a subclass makes one step on some rows (`_step`)."""

    @abstractmethod
    def _step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        """Return what `step` returns."""

    def step(
        self, objective: Any, parameters: np.ndarray, rows: Any, state: dict[str, Any], random: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        """Return the next parameters, and the loss at the old ones.

        Parameters
        ----------
        objective : Objective
            With what else the optimiser asks for, such as `metric`, `fidelities` or `shot_gradient`.
        parameters : ndarray of shape (n_parameters,)
        rows : slice or ndarray of int
        state : dict
            Empty before the first step; changed.
        random : numpy.random.Generator

        Returns
        -------
        parameters : ndarray of shape (n_parameters,)
        loss : float
            As the optimiser met it: some take the mean of values near the old parameters.
        """
        return self._step(objective, parameters, rows, state, random)

    def run(
        self, objective: Any, parameters: np.ndarray, loop: Loop, state: dict[str, Any] | None = None
    ) -> TrainingResult:
        """Return the result of a training.

        Parameters
        ----------
        objective : Objective
        parameters : ndarray of shape (n_parameters,)
            Where it starts.
        loop : Loop
        state : dict, optional
            Of an earlier training to go on from; changed.

        Returns
        -------
        TrainingResult
        """
        rate = self.get_params().get("learning_rate")
        if rate is not None and not 0 <= rate < math.inf:
            raise ValueError(f"`learning_rate` must be finite and not negative, got {rate!r}.")
        result = TrainingResult(np.array(parameters, dtype=float), state={} if state is None else state)
        while True:
            losses, sizes = [], []
            for rows in loop.batches(objective.n_samples):
                result.parameters, loss = self.step(objective, result.parameters, rows, result.state, loop.random)
                losses.append(loss)
                sizes.append(objective.n_samples if isinstance(rows, slice) else len(rows))
            if loop.record(result, float(np.average(losses, weights=sizes))):
                return loop.finish(result)
