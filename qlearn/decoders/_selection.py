"""Which answer to give where matching is unsure: chosen on validation shots, matching itself included."""

from collections.abc import Mapping

import numpy as np

_EQUAL = 1e-9  # by which sums of the same numbers in another order may differ
BASES = ("plain matching", "correlated matching")


def select(
    gap: np.ndarray,
    correlated: np.ndarray,
    tried: Mapping[str, np.ndarray],
    unsure: np.ndarray,
    counts: np.ndarray,
    shares: np.ndarray,
) -> tuple[str, str | None]:
    """Return the better matching, and the model that improves most on it, None where none does.

    Parameters
    ----------
    gap : ndarray
        float (n,), plain complementary gaps, negative where the flipped matching weighs less.
    correlated : ndarray
        bool (n,), answers of correlated matching.
    tried : mapping of str to ndarray
        Each model's log-odds of the unsure shots, in the order of preference.
    unsure : ndarray
        bool (n,), the shots that models answer.
    counts, shares : ndarray
        float (n,), how often each syndrome came, and the share that flipped.
    """

    def errors(answers: np.ndarray) -> float:
        return float((counts * np.where(answers, 1 - shares, shares)).sum())

    base = min(BASES, key=lambda name: errors(base_answers(name, gap, correlated)))
    best, least = None, errors(base_answers(base, gap, correlated))
    for name, odds in tried.items():
        answers = base_answers(base, gap, correlated)
        answers[unsure] = odds > 0
        if errors(answers) < least * (1 - _EQUAL):
            best, least = name, errors(answers)
    return base, best


def base_answers(base: str, gap: np.ndarray, correlated: np.ndarray) -> np.ndarray:
    """Return the answers of either matching, bool (n,), as a new array."""
    return gap < 0 if base == BASES[0] else correlated.copy()


def base_log_odds(base: str, gap: np.ndarray, correlated: np.ndarray) -> np.ndarray:
    """Return the gap in place of log-odds, with the sign of the answer; a zero gap keeps its side."""
    return np.where(base_answers(base, gap, correlated), 1, -1) * np.maximum(np.abs(gap), 1e-9)
