"""What the decoders of ldpc share: belief propagation and its settings."""

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from .._checks import check_count
from ._hyperedges import AbstractHyperedgeDecoder


class AbstractLdpcDecoder(AbstractHyperedgeDecoder):
    """Base of decoders that begin with belief propagation: a subclass builds the native one and has the settings."""

    max_iterations: int
    method: str
    scaling: float

    def _checks(self) -> csr_matrix:
        return csr_matrix(self.hyperedges_.check_matrix)

    def _propagation(self) -> dict[str, Any]:
        """Return the arguments of the native decoder that say how beliefs are propagated."""
        return {
            "error_channel": self.hyperedges_.priors.tolist(),
            "max_iter": check_count("max_iterations", self.max_iterations, 1),
            "bp_method": self.method,
            "ms_scaling_factor": self.scaling,
        }

    def _decode(self, syndromes: np.ndarray) -> np.ndarray:
        return self.hyperedges_.flipped(np.array([self._native.decode(row) for row in syndromes.view(np.uint8)]))
