"""Belief propagation with ordered statistics decoding, by ldpc."""

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from .._checks import check_count, missing_extra
from ._hyperedges import AbstractHyperedgeDecoder

__all__ = ["BPOSD"]


class BPOSD(AbstractHyperedgeDecoder):
    """Belief propagation, then ordered statistics where it does not converge: a baseline for any code.

    Parameters
    ----------
    max_iterations : int
        Of belief propagation.
    method : str
        "minimum_sum" or "product_sum".
    scaling : float
        Of messages in the minimum-sum method.
    osd_method : str
        "OSD_0", "OSD_CS" (combination sweep) or "OSD_E" (exhaustive).
    order : int
        Of the search; clamped to the number of columns less the rank, past which the library corrupts memory.

    Notes
    -----
    Needs the extra ``decoders`` (ldpc). Some 50 to 100 µs a shot at distance 3, far more on larger codes. Roffe, White,
    Burton and Campbell, Phys. Rev. Research 2, 043423 (2020).

    Examples
    --------
    >>> ql.decoders.BPOSD(order=10)
    BPOSD(order=10)
    """

    def __init__(
        self,
        max_iterations: int = 30,
        method: str = "minimum_sum",
        scaling: float = 0.625,
        osd_method: str = "OSD_CS",
        order: int = 7,
    ) -> None:
        self.max_iterations = max_iterations
        self.method = method
        self.scaling = scaling
        self.osd_method = osd_method
        self.order = order

    def _build(self) -> Any:
        try:
            from ldpc import BpOsdDecoder
            from ldpc.mod2 import rank
        except ImportError as error:
            raise missing_extra("BPOSD", "ldpc", "decoders") from error
        checks = csr_matrix(self.hyperedges_.check_matrix)
        order = check_count("order", self.order)
        spare = checks.shape[1] - int(rank(checks))
        self.order_ = 0 if self.osd_method == "OSD_0" else min(order, spare)
        return BpOsdDecoder(
            checks,
            error_channel=self.hyperedges_.priors.tolist(),
            max_iter=check_count("max_iterations", self.max_iterations, 1),
            bp_method=self.method,
            ms_scaling_factor=self.scaling,
            osd_method=self.osd_method if self.order_ else "OSD_0",
            osd_order=self.order_,
        )

    def _decode(self, syndromes: np.ndarray) -> np.ndarray:
        return self.hyperedges_.flipped(np.array([self._native.decode(row) for row in syndromes.view(np.uint8)]))
