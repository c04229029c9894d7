"""Time evolution of states under Hamiltonians: static, piecewise constant, or given as a function of time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._checks import check_array, check_count
from ..paulis import PauliSum
from .krylov import propagate
from .states import State

Pieces = Sequence[tuple[PauliSum, float]]


def evolve(
    hamiltonian: PauliSum | Pieces | Callable[[float], PauliSum],
    times: ArrayLike | None,
    state: State | ArrayLike,
    *,
    tolerance: float = 1e-10,
    order: int = 4,
    n_steps: int | None = None,
) -> State:
    """Return the state at one or several times: exp(-i H t) psi for a static Hamiltonian, with hbar = 1.

    Parameters
    ----------
    hamiltonian : PauliSum, sequence of (PauliSum, duration), or callable
        Hermitian. A sequence is piecewise constant from time 0 on. A callable takes a time and returns a PauliSum.
    times : float, array_like of float of shape (n_times,), or None
        In units of 1 over those of the Hamiltonian, in any order; negative ones go backwards (not for pieces, whose
        total duration they must not exceed). None means the total duration of the pieces.
    state : State or array_like of complex
        At time 0; a batch only with a single time.
    tolerance : float
        Largest norm of the difference to the exact state, over the whole time; below about 1e-13 rounding rules.
    order : {2, 4}
        Of the steps for a callable: exponential midpoint, or the commutator-free Magnus integrator with two
        exponentials. The error of steps of length h falls as h**order.
    n_steps : int, optional
        Equal steps for a callable between 0 and the first time, and between each time and the next; the tolerance then
        holds for the exponentials only. By default the steps adapt, comparing each with its two halves.

    Returns
    -------
    State
        A batch over `times` if they are an array, else like `state`; double precision.

    Raises
    ------
    ValueError
        If the Hamiltonian is not Hermitian or of another width, or a time, duration or setting is out of range.
    MemoryLimitError
        If the Krylov vectors (10 states at least, 36 at best) do not fit.

    Notes
    -----
    Adaptive steps see a callable at a few times only: give `n_steps` for pulses much shorter than the whole time.

    References
    ----------
    Lanczos propagation with an a posteriori bound: Hochbruck and Lubich, SIAM J. Numer. Anal. 34, 1911 (1997).
    Commutator-free Magnus integrator of order 4: Blanes and Moan, Appl. Numer. Math. 56, 1519 (2006); Alvermann and
    Fehske, J. Comput. Phys. 230, 5930 (2011).

    Examples
    --------
    >>> import numpy as np, qlearn as ql
    >>> times = np.linspace(0, np.pi, 3)
    >>> states = ql.sim.evolve(ql.PauliSum("X"), times, ql.sim.State.basis("0"))
    >>> states.expectation(ql.PauliSum("Z")).round(9) + 0.0
    array([ 1., -1.,  1.])
    """
    initial = state if isinstance(state, State) else State(np.asarray(getattr(state, "amplitudes", state)))
    if not 0 < tolerance < 1:
        raise ValueError(f"`tolerance` must lie between 0 and 1, got {tolerance!r}.")
    if order not in (2, 4):
        raise ValueError(f"`order` must be 2 or 4, got {order!r}.")
    steps = None if n_steps is None else check_count("n_steps", n_steps, minimum=1)
    points, is_single = _check_times(times, hamiltonian)
    if initial.is_batch and not is_single:
        raise ValueError("A batch of states goes with a single time; evolve its members one by one.")
    advance = _propagator(hamiltonian, initial.n_qubits, order, steps)
    rows = np.atleast_2d(initial.amplitudes).astype(complex)
    found = np.concatenate([_at_times(advance, row, points, tolerance) for row in rows])
    return State(found[0] if is_single and not initial.is_batch else found)


# Takes (psi, start, stops, rate): the states at stops, which lie on one side of start in order of distance.
Advance = Callable[[np.ndarray, float, np.ndarray, float], np.ndarray]


def _check_times(times: ArrayLike | None, hamiltonian: Any) -> tuple[np.ndarray, bool]:
    """Return the times as an array, and whether there was just one."""
    if isinstance(hamiltonian, PauliSum) or callable(hamiltonian):
        if times is None:
            raise ValueError("`times` may be None for a piecewise Hamiltonian only; pass a time.")
        low, high = -math.inf, math.inf
    else:
        low, high = 0.0, sum(_piece(entry)[1] for entry in hamiltonian)
        times = high if times is None else times
    array = check_array("times", times)
    if array.ndim > 1 or not array.size:
        raise ValueError(f"`times` must be a number or of shape (n_times,), got shape {array.shape}.")
    if array.min() < low or array.max() > high * (1 + 1e-12):
        raise ValueError(f"`times` must lie between 0 and the total duration {high:g} of the pieces, got {times}.")
    return np.atleast_1d(array), array.ndim == 0


def _piece(entry: Any) -> tuple[PauliSum, float]:
    try:
        hamiltonian, duration = entry
        duration = float(duration)
    except (TypeError, ValueError):
        raise TypeError(
            f"`hamiltonian` must be a PauliSum, a callable or (PauliSum, duration) pairs, got the entry {entry!r}."
        ) from None
    if not 0 <= duration < math.inf:
        raise ValueError(f"A duration must be finite and not negative, got {duration}.")
    return hamiltonian, duration


def _checked(hamiltonian: Any, n_qubits: int) -> PauliSum:
    if not isinstance(hamiltonian, PauliSum):
        raise TypeError(f"`hamiltonian` must give PauliSum objects, got {type(hamiltonian).__name__}.")
    if hamiltonian.n_qubits != n_qubits:
        raise ValueError(f"The Hamiltonian acts on {hamiltonian.n_qubits} qubits but the state has {n_qubits}.")
    if not hamiltonian.is_hermitian():
        raise ValueError("The Hamiltonian is not Hermitian: its coefficients must be real.")
    return hamiltonian


def _propagator(hamiltonian: Any, n_qubits: int, order: int, n_steps: int | None) -> Advance:
    if isinstance(hamiltonian, PauliSum):
        static = _checked(hamiltonian, n_qubits)
        return lambda psi, start, stops, rate: propagate(static, psi, stops - start, rate)
    if callable(hamiltonian):
        return _Driven(hamiltonian, n_qubits, order, n_steps)
    return _Piecewise([(_checked(piece, n_qubits), duration) for piece, duration in map(_piece, hamiltonian)])


def _at_times(advance: Advance, psi: np.ndarray, times: np.ndarray, tolerance: float) -> np.ndarray:
    """Return the states at times in any order and of any sign, from a state at time 0."""
    states = np.empty((len(times), len(psi)), dtype=complex)
    states[times == 0] = psi
    for sign in (1.0, -1.0):
        wanted = np.flatnonzero(sign * times > 0)
        if wanted.size:
            wanted = wanted[np.argsort(sign * times[wanted], kind="stable")]
            rate = tolerance / abs(times[wanted[-1]])
            states[wanted] = advance(psi, 0.0, times[wanted], rate)
    return states


class _Piecewise:
    """Propagates under one Hamiltonian after the other."""

    def __init__(self, pieces: list[tuple[PauliSum, float]]) -> None:
        self.pieces = pieces

    def __call__(self, psi: np.ndarray, start: float, stops: np.ndarray, rate: float) -> np.ndarray:
        states = np.empty((len(stops), len(psi)), dtype=complex)
        done = 0
        for i, (hamiltonian, duration) in enumerate(self.pieces):
            is_last = i == len(self.pieces) - 1
            last = len(stops) if is_last else int(np.searchsorted(stops, start + duration, side="right"))
            inside = stops[done:last] - start
            found = propagate(hamiltonian, psi, inside if is_last else np.append(inside, duration), rate)
            states[done:last] = found[: last - done]
            psi, start, done = found[-1], start + duration, last
            if done == len(stops):
                break
        return states


class _Driven:
    """Propagates under a Hamiltonian that is a function of time, by exponential integrators."""

    def __init__(
        self, hamiltonian: Callable[[float], PauliSum], n_qubits: int, order: int, n_steps: int | None
    ) -> None:
        self.hamiltonian, self.n_qubits, self.order, self.n_steps = hamiltonian, n_qubits, order, n_steps

    def __call__(self, psi: np.ndarray, start: float, stops: np.ndarray, rate: float) -> np.ndarray:
        states = np.empty((len(stops), len(psi)), dtype=complex)
        step = (stops[-1] - start) / 8
        for i, stop in enumerate(stops):
            if stop != start and self.n_steps is None:
                psi, step = self._adaptive(psi, start, stop, step, rate)
            elif stop != start:
                edges = np.linspace(start, stop, self.n_steps + 1)
                for a, b in zip(edges[:-1], edges[1:], strict=True):
                    psi = self._step(psi, a, b - a, rate)
            states[i], start = psi, stop
        return states

    def _step(self, psi: np.ndarray, start: float, step: float, rate: float) -> np.ndarray:
        """Return the state after one step."""
        if self.order == 2:
            return self._exponential([(start + step / 2, 1.0)], psi, step, rate)
        early, late = (start + step * (0.5 + sign * math.sqrt(3) / 6) for sign in (-1, 1))
        more, less = 0.25 + math.sqrt(3) / 6, 0.25 - math.sqrt(3) / 6
        psi = self._exponential([(early, more), (late, less)], psi, step, rate)
        return self._exponential([(early, less), (late, more)], psi, step, rate)

    def _exponential(self, mixture: list[tuple[float, float]], psi: np.ndarray, step: float, rate: float) -> np.ndarray:
        """Return exp(-i step sum_j w_j H(t_j)) psi."""
        parts = [weight * _checked(self.hamiltonian(time), self.n_qubits) for time, weight in mixture]
        return propagate(sum(parts[1:], parts[0]), psi, np.array([step]), 0.1 * rate)[0]

    def _adaptive(
        self, psi: np.ndarray, start: float, stop: float, step: float, rate: float
    ) -> tuple[np.ndarray, float]:
        """Return the state at `stop`, and a length for the step after it."""
        now = start
        while now != stop:
            is_last = abs(step) >= abs(stop - now) * (1 - 1e-12)
            length = stop - now if is_last else step
            coarse = self._step(psi, now, length, rate)
            fine = self._step(self._step(psi, now, length / 2, rate), now + length / 2, length / 2, rate)
            error = float(np.linalg.norm(coarse - fine)) / (2**self.order - 1)
            allowed = max(rate * abs(length), 1e-15)
            if error <= allowed:
                psi, now = fine, stop if is_last else now + length
            growth = 0.9 * (allowed / max(error, 1e-300)) ** (1 / self.order)
            proposed = length * min(4.0, max(0.2, growth))
            # a step cut short by the end says little about the length of the next one
            step = max(step, proposed, key=abs) if is_last and error <= allowed else proposed
        return psi, step
