"""Belief propagation with ordered statistics decoding, by ldpc."""

from typing import Any

from .._checks import check_count, missing_extra
from ._ldpc import AbstractLdpcDecoder

__all__ = ["BPOSD"]


class BPOSD(AbstractLdpcDecoder):
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
        checks = self._checks()
        order = check_count("order", self.order)
        spare = checks.shape[1] - int(rank(checks))
        self.order_ = 0 if self.osd_method == "OSD_0" else min(order, spare)
        return BpOsdDecoder(
            checks,
            **self._propagation(),
            osd_method=self.osd_method if self.order_ else "OSD_0",
            osd_order=self.order_,
        )
