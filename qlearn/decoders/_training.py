"""Mini-batches for rows that stand for different numbers of shots."""

from collections.abc import Callable

import numpy as np

from ._network import Adam


def train(
    optimiser: Adam,
    inputs: np.ndarray,
    shares: np.ndarray,
    counts: np.ndarray,
    *,
    n_steps: int,
    batch_size: int,
    progress: Callable[[float], float],
    random: np.random.Generator,
) -> None:
    """Make `n_steps` steps on rows drawn by the square root of their counts.

    Weighted by the square root again, a batch estimates the loss over all shots without bias, and neither the frequent
    nor the rare syndromes rule it. `progress` maps the share of these steps that is done to that of the training,
    which ends at 1.
    """
    weights = np.sqrt(counts).astype(np.float32)
    ladder = np.cumsum(weights, dtype=float)
    for step in range(n_steps):
        done = progress(step / n_steps)
        if done >= 1:
            return
        rows = np.searchsorted(ladder, random.random(batch_size) * ladder[-1], side="right")
        rows = np.minimum(rows, len(counts) - 1)
        optimiser.step(inputs[rows], shares[rows], weights[rows], done)
