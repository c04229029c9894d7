"""Most likely error by a pruned A* search, by tesseract."""

from typing import Any

import numpy as np

from .._checks import check_count, missing_extra
from ._hyperedges import AbstractHyperedgeDecoder

__all__ = ["Tesseract"]


class Tesseract(AbstractHyperedgeDecoder):
    """A* search for the most likely set of mechanisms, pruned to a beam: accurate on any code, and slow.

    Parameters
    ----------
    beam : int
        How many more detection events a state may leave than the best so far.
    queue_limit : int
        States after which the search gives up.

    Notes
    -----
    Needs the extra ``decoders`` (tesseract-decoder). Some 0.5 ms a shot at distance 3, tens of ms at distance 5 for
    hard shots. A shot given up counts as it was answered. Beni, Higgott and Shutty, arXiv:2503.10988.

    Examples
    --------
    >>> ql.decoders.Tesseract(beam=15)
    Tesseract(beam=15)
    """

    def __init__(self, beam: int = 5, queue_limit: int = 20_000) -> None:
        self.beam = beam
        self.queue_limit = queue_limit

    def _build(self) -> Any:
        try:
            from tesseract_decoder import tesseract
        except ImportError as error:
            raise missing_extra("Tesseract", "tesseract-decoder", "decoders") from error
        config = tesseract.TesseractConfig(
            dem=self.hyperedges_.model(),
            det_beam=check_count("beam", self.beam),
            pqlimit=check_count("queue_limit", self.queue_limit, 1),
        )
        return tesseract.TesseractDecoder(config)

    def _decode(self, syndromes: np.ndarray) -> np.ndarray:
        return np.asarray(self._native.decode_batch(syndromes), dtype=bool)
