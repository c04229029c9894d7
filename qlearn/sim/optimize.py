"""Minimise an expectation value over the parameters of a circuit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._checks import check_count
from .._random import seed_sequence, task_generator
from ..circuits.circuit import Circuit
from ..circuits.program import Program
from ..estimates import Estimate
from ..paulis import PauliSum
from .engine import as_program
from .gradients.evaluation import Executor, evaluate
from .gradients.metric import natural_gradient
from .gradients.parameter_shift import parameter_shift
from .statevector import Statevector

_RATES = {"L-BFGS-B": None, "adam": 0.05, "natural": 1.0, "spsa": 0.2}
_EXACT_ONLY = ("L-BFGS-B", "natural")


@dataclass(frozen=True)
class OptimizationResult:
    """Where a minimisation ended, and how it went.

    Attributes
    ----------
    value : float or Estimate
        Expectation value at `values`; an Estimate from fresh shots where there are shots.
    values : ndarray of float, shape (n_parameters,)
        In the order of ``circuit.parameters``: the best point met by exact methods, the last one with shots, where the
        least of many noisy values would be biased.
    history : ndarray of float, shape (n_iterations + 1,)
        Value before the first and after each iteration; for SPSA the mean of the two perturbed values.
    n_evaluations : int
        Points at which expectation values were computed; a value with its adjoint gradient counts as one.
    converged : bool
        Whether the largest entry of the gradient came below the tolerance; never claimed with shots.
    message : str
        Why it ended.
    """

    value: Any
    values: np.ndarray
    history: np.ndarray
    n_evaluations: int
    converged: bool
    message: str


def minimize(
    circuit: Circuit | Program,
    observable: PauliSum,
    initial: Any,
    *,
    engine: Executor | None = None,
    method: str = "L-BFGS-B",
    max_iterations: int = 200,
    tolerance: float = 1e-6,
    learning_rate: float | None = None,
    n_shots: int | None = None,
    random_state: Any = None,
) -> OptimizationResult:
    """Return a local minimum of an expectation value.

    Parameters
    ----------
    circuit : Circuit or Program
    observable : PauliSum
    initial : array_like or mapping
        (n_parameters,), or a dict as engines take it.
    engine : engine or callable, optional
        A Statevector by default. Gradients are adjoint where it has `value_and_gradient` and there are no shots, else
        by `parameter_shift`, which also takes a callable as there.
    method : {"L-BFGS-B", "adam", "natural", "spsa"}
        Quasi-Newton of SciPy; Adam; natural gradient with a backtracking line search (Statevector only); simultaneous
        perturbation, two evaluations an iteration. The first and third need exact values.
    max_iterations : int
    tolerance : float
        On the largest entry of the gradient, in the unit of the observable.
    learning_rate : float, optional
        Step size of Adam (0.05), first step tried by the natural gradient (1), gain of SPSA (0.2).
    n_shots : int, optional
        For each evaluation.
    random_state : int, Generator, SeedSequence or None
        Of shots and perturbations.

    Returns
    -------
    OptimizationResult

    Raises
    ------
    ValueError
        If a setting is out of range, or the method needs exact values and there are shots.

    References
    ----------
    Kingma and Ba, arXiv:1412.6980, Algorithm 1; Spall, IEEE Transactions on Aerospace and Electronic Systems 34, 817
    (1998), for the gains of SPSA.

    Examples
    --------
    >>> import qlearn as ql
    >>> theta = ql.parameters("theta", 2)
    >>> circuit = ql.Circuit(2).ry(theta[0], 0).ry(theta[1], 1)
    >>> result = ql.sim.minimize(circuit, ql.PauliSum("Z0 Z1 + X0"), [0.1, 0.2])
    >>> round(result.value, 6), result.converged
    (-1.414214, True)
    """
    if method not in _RATES:
        raise ValueError(f"`method` must be one of {', '.join(_RATES)}, got {method!r}.")
    if n_shots is not None and method in _EXACT_ONLY:
        raise ValueError(f'method={method!r} needs exact values; with shots use "adam" or "spsa".')
    if not 0 < tolerance < math.inf:
        raise ValueError(f"`tolerance` must be positive and finite, got {tolerance!r}.")
    rate = _RATES[method] if learning_rate is None else learning_rate
    if rate is not None and not 0 < rate < math.inf:
        raise ValueError(f"`learning_rate` must be positive and finite, got {rate!r}.")
    max_iterations = check_count("max_iterations", max_iterations)
    objective = _Objective(circuit, observable, Statevector() if engine is None else engine, n_shots, random_state)
    start, is_batch = objective.program.angle_map.values(initial)
    if is_batch:
        raise ValueError(f"`initial` must be one point of shape ({start.shape[1]},), got {start.shape}.")
    run = {"L-BFGS-B": _quasi_newton, "adam": _adam, "natural": _natural, "spsa": _spsa}[method]
    end = run(objective, start[0], max_iterations, tolerance, rate)
    value = objective.estimate(end.point) if objective.is_noisy else end.value
    return OptimizationResult(
        value, end.point, np.array(end.history), objective.n_evaluations, end.message == _SMALL_GRADIENT, end.message
    )


_SMALL_GRADIENT = "the gradient is below the tolerance"
_OUT_OF_ITERATIONS = "max_iterations reached"


class _Objective:
    """The function to minimise; counts evaluations and gives each its own stream of shots."""

    def __init__(self, circuit: Any, observable: PauliSum, engine: Any, n_shots: int | None, random_state: Any) -> None:
        self.circuit, self.observable, self.engine, self.n_shots = circuit, observable, engine, n_shots
        self.program = as_program(circuit)
        self.seed = seed_sequence(random_state)
        self.is_adjoint = n_shots is None and hasattr(engine, "value_and_gradient")
        self.is_noisy = n_shots is not None
        self.n_evaluations = self.n_calls = 0

    def expectation(
        self, circuit: Any, observables: Any, values: np.ndarray, *, n_shots: int | None, random_state: Any
    ) -> Any:
        """Evaluate and count, as an executor for `parameter_shift`."""
        self.n_evaluations += len(values)
        call = getattr(self.engine, "expectation", self.engine)
        result = call(circuit, observables, values, n_shots=n_shots, random_state=random_state)
        self.is_noisy = self.is_noisy or isinstance(result, Estimate)
        return result

    def stream(self) -> np.random.Generator:
        """Return the generator of the next call."""
        self.n_calls += 1
        return task_generator(self.seed, self.n_calls)

    def values(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return values and squared errors (None if exact) at points (n, n_parameters)."""
        found = evaluate(self, self.circuit, [self.observable], points[None], self.n_shots, self.stream())
        return found.means[0, :, 0], None if found.variances is None else found.variances[0, :, 0]

    def value(self, point: np.ndarray) -> float:
        """Return the value at one point."""
        return float(self.values(point[None])[0][0])

    def estimate(self, point: np.ndarray) -> Estimate:
        """Return the value at one point with its error, from fresh shots."""
        result = self.expectation(
            self.circuit, [self.observable], point[None], n_shots=self.n_shots, random_state=self.stream()
        )
        return Estimate(result.value[0, 0], result.std_error[0, 0], result.n_shots, result.method)

    def slope(self, point: np.ndarray) -> tuple[float, np.ndarray]:
        """Return value and gradient at one point."""
        if self.is_adjoint:
            self.n_evaluations += 1
            value, gradient = self.engine.value_and_gradient(self.circuit, self.observable, point)
            return float(value), gradient
        gradient = parameter_shift(
            self.circuit, self.observable, point, executor=self, n_shots=self.n_shots, random_state=self.stream()
        )
        return self.value(point), np.asarray(gradient.value if isinstance(gradient, Estimate) else gradient)


@dataclass
class _End:
    """Where a method ended."""

    point: np.ndarray
    value: float
    history: list[float]
    message: str


def _quasi_newton(objective: _Objective, point: np.ndarray, max_iterations: int, tolerance: float, rate: None) -> _End:
    from scipy.optimize import OptimizeResult
    from scipy.optimize import minimize as scipy_minimize

    value, gradient = objective.slope(point)
    history = [value]
    is_done = np.abs(gradient).max(initial=0.0) <= tolerance
    if is_done or not max_iterations:
        return _End(point, value, history, _SMALL_GRADIENT if is_done else _OUT_OF_ITERATIONS)

    def note(intermediate_result: OptimizeResult) -> None:
        history.append(float(intermediate_result.fun))

    found = scipy_minimize(
        objective.slope, point, jac=True, method="L-BFGS-B", callback=note,
        options={"maxiter": max_iterations, "gtol": tolerance, "ftol": 0.0, "maxfun": 20 * max_iterations + 20},
    )  # fmt: skip
    if np.abs(found.jac).max() <= tolerance:
        message = _SMALL_GRADIENT
    else:
        message = _OUT_OF_ITERATIONS if found.nit >= max_iterations else str(found.message)
    return _End(found.x, float(found.fun), history, message)


def _descend(
    objective: _Objective, point: np.ndarray, max_iterations: int, tolerance: float,
    advance: Callable[[int, np.ndarray, float, np.ndarray], np.ndarray | None],
) -> _End:  # fmt: skip
    """Follow `advance`, which takes (iteration, point, value, gradient) and returns the next point or None."""
    value, gradient = objective.slope(point)
    best, history, message = (value, point), [value], _OUT_OF_ITERATIONS
    for iteration in range(max_iterations):
        if not objective.is_noisy and np.abs(gradient).max(initial=0.0) <= tolerance:
            message = _SMALL_GRADIENT
            break
        following = advance(iteration, point, value, gradient)
        if following is None:
            message = "no step along the natural gradient lowers the value"
            break
        point = following
        value, gradient = objective.slope(point)
        history.append(value)
        best = min(best, (value, point), key=lambda pair: pair[0])
    else:
        if not objective.is_noisy and np.abs(gradient).max(initial=0.0) <= tolerance:
            message = _SMALL_GRADIENT
    value, point = (value, point) if objective.is_noisy or message == _SMALL_GRADIENT else best
    return _End(point, value, history, message)


def _adam(objective: _Objective, point: np.ndarray, max_iterations: int, tolerance: float, rate: float) -> _End:
    mean, square = np.zeros_like(point), np.zeros_like(point)

    def advance(iteration: int, point: np.ndarray, value: float, gradient: np.ndarray) -> np.ndarray:
        mean[:] = 0.9 * mean + 0.1 * gradient
        square[:] = 0.999 * square + 0.001 * gradient**2
        unbiased = mean / (1 - 0.9 ** (iteration + 1))
        return point - rate * unbiased / (np.sqrt(square / (1 - 0.999 ** (iteration + 1))) + 1e-8)

    return _descend(objective, point, max_iterations, tolerance, advance)


def _natural(objective: _Objective, point: np.ndarray, max_iterations: int, tolerance: float, rate: float) -> _End:
    if not isinstance(objective.engine, Statevector):
        raise ValueError('method="natural" needs the Statevector engine, whose states give the metric.')
    step = rate

    def advance(iteration: int, point: np.ndarray, value: float, gradient: np.ndarray) -> np.ndarray | None:
        nonlocal step
        direction = natural_gradient(objective.circuit, objective.observable, point, engine=objective.engine)
        decrease = float(gradient @ direction)
        while step > 1e-12:
            trial = point - step * direction
            if objective.value(trial) <= value - 1e-4 * step * decrease:
                step *= 2
                return trial
            step /= 2
        return None

    return _descend(objective, point, max_iterations, tolerance, advance)


def _spsa(objective: _Objective, point: np.ndarray, max_iterations: int, tolerance: float, rate: float) -> _End:
    signs = task_generator(objective.seed, 0).integers(2, size=(max_iterations, point.size)) * 2.0 - 1.0
    history = []
    for k, sign in enumerate(signs):
        width = 0.1 / (k + 1) ** 0.101
        (above, below), _ = objective.values(np.stack([point + width * sign, point - width * sign]))
        history.append((above + below) / 2)
        # a tenth of the iterations delays the fall of the gain
        gain = rate / (k + 1 + 0.1 * max_iterations) ** 0.602
        point = point - gain * (above - below) / (2 * width) * sign
    value = objective.value(point)
    return _End(point, value, [*history, value], _OUT_OF_ITERATIONS)
