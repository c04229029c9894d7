"""Mini-batches for rows that stand for different numbers of shots."""

from collections.abc import Callable

import numpy as np

from .._parallel import map_threads
from ._network import Adam


def train(
    optimiser: Adam,
    gradient: Callable[[np.ndarray, np.ndarray], np.ndarray],
    counts: np.ndarray,
    *,
    n_steps: int,
    batch_size: int,
    progress: Callable[[float], float],
    random: np.random.Generator,
) -> None:
    """Make `n_steps` steps on rows drawn by the square root of their counts, as evenly as they can be.

    Rows of equal counts all come once before one comes again. `gradient` maps the indices of rows and their weights,
    float32 of sum 1, to the gradient of the weighted loss. Weighted by the square root again, a batch estimates the
    loss over all shots without bias, and neither the frequent nor the rare syndromes rule it. `progress` maps the share
    of these steps that is done to that of the training, which ends at 1.
    """
    weights = np.sqrt(counts).astype(np.float32)
    ladder = np.cumsum(weights, dtype=float)
    places = (random.permutation(n_steps * batch_size) + random.random()) * (ladder[-1] / (n_steps * batch_size))
    for step in range(n_steps):
        done = progress(step / n_steps)
        if done >= 1:
            return
        rows = np.searchsorted(ladder, places[step * batch_size : (step + 1) * batch_size], side="right")
        rows = np.minimum(rows, len(counts) - 1)
        optimiser.step(gradient(rows, weights[rows] / weights[rows].sum()), done)


def split_gradient(
    gradient: Callable[[np.ndarray], np.ndarray], n_rows: int, n_jobs: int | None, chunk: int = 256
) -> np.ndarray:
    """Return the sum of the gradients of chunks of rows, one thread each; `gradient` maps indices of rows to one."""
    chunks = [np.arange(start, min(start + chunk, n_rows)) for start in range(0, n_rows, chunk)]
    total, *others = map_threads(gradient, chunks, n_jobs)
    for other in others:
        total += other
    return total


def outcome_gradient(
    optimiser: Adam, inputs: np.ndarray, shares: np.ndarray
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return the gradient of the cross-entropy of inputs (n, n_inputs) with shares of flips (n, n_outputs)."""
    return lambda rows, weights: optimiser.network.gradient(inputs[rows], shares[rows], weights)
