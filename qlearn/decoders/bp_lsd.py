"""Belief propagation with localised statistics decoding, by ldpc."""

from typing import Any

from .._checks import check_count, missing_extra
from ._ldpc import AbstractLdpcDecoder

__all__ = ["BPLSD"]


class BPLSD(AbstractLdpcDecoder):
    """Belief propagation, then statistics within clusters of mechanisms where it does not converge.

    Parameters
    ----------
    max_iterations : int
        Of belief propagation.
    method : str
        "minimum_sum" or "product_sum".
    scaling : float
        Of messages in the minimum-sum method.
    lsd_method : str
        "LSD_0", "LSD_CS" or "LSD_E".
    order : int
        Of the search in each cluster; at most the number of mechanisms.

    Notes
    -----
    Needs the extra ``decoders`` (ldpc). Hillmann et al., arXiv:2406.18655.

    Examples
    --------
    >>> ql.decoders.BPLSD(lsd_method="LSD_CS", order=2)
    BPLSD(lsd_method='LSD_CS', order=2)
    """

    def __init__(
        self,
        max_iterations: int = 30,
        method: str = "minimum_sum",
        scaling: float = 0.625,
        lsd_method: str = "LSD_0",
        order: int = 0,
    ) -> None:
        self.max_iterations = max_iterations
        self.method = method
        self.scaling = scaling
        self.lsd_method = lsd_method
        self.order = order

    def _build(self) -> Any:
        try:
            from ldpc import BpLsdDecoder
        except ImportError as error:
            raise missing_extra("BPLSD", "ldpc", "decoders") from error
        self.order_ = min(check_count("order", self.order), len(self.hyperedges_.priors))
        return BpLsdDecoder(
            self._checks(),
            **self._propagation(),
            lsd_method=self.lsd_method if self.order_ else "LSD_0",
            lsd_order=self.order_,
        )
