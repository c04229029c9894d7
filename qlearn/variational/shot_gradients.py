"""Gradients from shots, with a number of shots of its own for each weight."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..sim.shots import MeasuredTerms, allocate_shots, with_basis
from .execution import ParameterShift, shifted_points
from .layer import QuantumLayer

TERM_SAMPLING = ("proportional", "random")


def shot_gradient(
    layer: QuantumLayer, inputs: np.ndarray, weights: np.ndarray, upstream: np.ndarray, shots: Sequence[int],
    random: np.random.Generator, term_sampling: str = "proportional",
) -> tuple[np.ndarray, np.ndarray, int]:  # fmt: skip
    """Return the gradient of ``sum(upstream * outputs)`` by the weights, each from its own number of shots.

    Parameters
    ----------
    layer : QuantumLayer
        With `ParameterShift` as its execution, and angles linear in the weights.
    inputs : ndarray of float, shape (batch, n_inputs)
    weights : ndarray of float, shape (n_weights,)
    upstream : ndarray of float, shape (batch, n_outputs)
    shots : sequence of int, shape (n_weights,)
        For each shifted circuit of a weight, at least two.
    random : numpy.random.Generator
    term_sampling : {"proportional", "random"}
        How shots go to groups of commuting terms: in proportion to their coefficients, or drawn with these chances,
        which is unbiased for any number of shots, also for fewer than there are groups.

    Returns
    -------
    gradient : ndarray of shape (n_weights,)
    variance : ndarray of shape (n_weights,)
        Of one shot: the squared standard error times the shots.
    n_shots : int
        Spent in all.
    """
    execution = layer.execution
    if not isinstance(execution, ParameterShift):
        raise TypeError("Shots for each component need execution=ParameterShift(...).")
    if term_sampling not in TERM_SAMPLING:
        raise ValueError(f'`term_sampling` must be "proportional" or "random", got {term_sampling!r}.')
    shots = np.asarray(shots)
    table = layer.angles(inputs, weights)
    jacobians = np.stack([layer.weight_jacobian(sample) for sample in inputs])
    points, owner, coefficients = shifted_points(table, layer.rules())
    of_point = ((jacobians != 0).any(axis=0) * shots).max(axis=1)[owner]
    slopes, variances = np.zeros(table.shape), np.zeros(table.shape)
    for count in np.unique(of_point):
        chosen = np.flatnonzero(of_point == count)
        rows = points[:, chosen].reshape(-1, table.shape[1])
        weighted = np.repeat(upstream, len(chosen), axis=0)
        means, spreads = _weighted_means(layer, rows, weighted, int(count), random, term_sampling)
        place = (slice(None), owner[chosen])
        np.add.at(slopes, place, coefficients[chosen] * means.reshape(len(table), -1))
        np.add.at(variances, place, coefficients[chosen] ** 2 * spreads.reshape(len(table), -1))
    spread = np.einsum("baw,ba->w", jacobians**2, variances) * shots
    return layer.weight_gradient(inputs, weights, slopes), spread, int(of_point.sum()) * len(table)


def _weighted_means(
    layer: QuantumLayer, rows: np.ndarray, weights: np.ndarray, n_shots: int, random: np.random.Generator, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the mean of the weighted outputs and its squared standard error."""
    engine, program = layer.prepared
    if not hasattr(engine, "sample"):
        if kind == "random" or layer.n_outputs > 1:
            raise TypeError(f"{engine!r} cannot sample, which adaptive shots need for several observables.")
        values, errors = layer.execution.estimate(layer.prepared, layer.observables, rows, random, n_shots)
        return (values * weights)[:, 0], (errors * weights**2)[:, 0]
    terms = MeasuredTerms(layer.observables)
    shares = terms.group_weights / terms.group_weights.sum()
    if kind == "random":
        counts = random.multinomial(n_shots, shares, size=len(rows))
    else:
        counts = np.tile(allocate_shots(terms.group_weights, n_shots), (len(rows), 1))
    total, squares, variance = weights @ terms.constants, np.zeros(len(rows)), np.zeros(len(rows))
    for (basis, members), share, count in zip(terms.groups, shares, counts.T, strict=True):
        most = int(count.max())
        if not most:
            continue
        bits = engine.sample(with_basis(program, basis), rows, n_shots=most, random_state=random)
        signs = 1.0 - 2.0 * ((bits @ terms.support[members].T.astype(np.uint8)) & 1)
        outcomes = np.einsum("bst,bt->bs", signs, weights @ terms.coefficients[:, members])
        # rows of fewer shots leave the rest unused
        outcomes = np.where(np.arange(most) < count[:, None], outcomes, 0.0)
        if kind == "random":
            total = total + outcomes.sum(axis=1) / (share * n_shots)
            squares += (outcomes**2).sum(axis=1) / share**2
        else:
            total = total + outcomes.mean(axis=1)
            variance += outcomes.var(axis=1, ddof=1) / most
    if kind == "random":
        centred = total - weights @ terms.constants
        variance = np.maximum(squares / n_shots - centred**2, 0.0) / max(n_shots - 1, 1)
    return total, variance
