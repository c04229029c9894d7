"""Memory of large states that is used again."""

from __future__ import annotations

import numpy as np

from ._kernels.simd import aligned_empty

_LARGEST_KEPT = 2**28  # bytes


class SpareMemory:
    """The memory of the last large state, for the next: to touch new memory takes as long as a pass over it."""

    def __init__(self) -> None:
        self._kept: list[np.ndarray] = []

    def __reduce__(self) -> tuple[type[SpareMemory], tuple[()]]:
        return type(self), ()

    def take(self, size: int, dtype: np.dtype) -> np.ndarray:
        """Return an aligned array with any contents; no other thread gets the same.

        Parameters
        ----------
        size : int
        dtype : dtype

        Returns
        -------
        ndarray of shape (size,)
        """
        try:
            kept = self._kept.pop()
        except IndexError:
            return aligned_empty(size, dtype)
        return kept if (kept.size, kept.dtype) == (size, dtype) else aligned_empty(size, dtype)

    def give(self, state: np.ndarray) -> None:
        """Keep the memory of a state that nobody needs any more, unless it is large.

        Parameters
        ----------
        state : ndarray
        """
        if state.nbytes <= _LARGEST_KEPT:
            self._kept[:] = [state]
