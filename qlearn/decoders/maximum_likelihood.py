"""Exact maximum likelihood by a Walsh-Hadamard transform: the ceiling for any decoder, on small problems."""

import numpy as np

from .._memory import require_memory
from ._budget import Budget
from .base import AbstractDecoder
from .problem import DecodingProblem
from .shots import pack

__all__ = ["MaximumLikelihood"]

_MAX_BITS = 28
_LEAST_LOG = -60.0  # stands for log(0) at probability 1/2 without costing digits elsewhere


class MaximumLikelihood(AbstractDecoder):
    """The best possible answer to every syndrome, with the exact logical error rate in ``logical_error_rate_``.

    Errors count once they get any observable wrong, so the answer is the likeliest joint pattern of observables.
    Nothing is sampled: probabilities of all 2**(n_detectors + n_observables) outcomes come from the mechanisms.

    Notes
    -----
    The probabilities are a convolution over mechanisms, hence a product under the Walsh-Hadamard transform:
    with l[m] = log(1 - 2 p_m) at the mask m of each mechanism and W its transform, the spectrum of P is
    exp((sum(l) - W) / 2). Two arrays of that size at the peak: 512 MiB and 5 s for 24 detectors and 1 observable.
    The answers to syndromes rarer than 1e-14 are subject to rounding.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> round(ql.decoders.MaximumLikelihood().fit(problem).logical_error_rate_, 6)
    0.028
    """

    def _fit(self, problem: DecodingProblem, budget: Budget) -> None:
        n_bits = problem.n_detectors + problem.n_observables
        what = f"MaximumLikelihood on {problem.n_detectors} detectors and {problem.n_observables} observables"
        if n_bits > _MAX_BITS:
            raise ValueError(f"{what} needs 2**{n_bits} probabilities, at most 2**{_MAX_BITS} are tried; use Matching.")
        require_memory(17 << n_bits, what, "fewer rounds, or Matching")
        table = outcome_probabilities(problem).reshape(1 << problem.n_observables, -1)
        answers = table.argmax(axis=0)
        self.logical_error_rate_ = float(max(1.0 - table.max(axis=0).sum(), 0.0))
        if problem.n_observables == 1:  # summing the small numbers keeps the digits of a small rate
            self.logical_error_rate_ = float(np.maximum(table.min(axis=0), 0.0).sum())
        self.table_ = answers.astype(np.min_scalar_type((1 << problem.n_observables) - 1))

    def _predict(self, detectors: np.ndarray) -> np.ndarray:
        answers = self.table_[_indices(detectors)]
        return (answers[:, None] >> np.arange(self.n_observables_)).astype(np.uint8) & 1 == 1


def outcome_probabilities(problem: DecodingProblem) -> np.ndarray:
    """Return the probability of every outcome, float (2**(n_detectors + n_observables),).

    Detector i is bit i of the index, observable k is bit n_detectors + k. Unlikely outcomes carry rounding errors near
    1e-17, of either sign.
    """
    from ._walsh import walsh_hadamard

    logs = np.zeros(1 << (problem.n_detectors + problem.n_observables))
    offset = 0
    for prior, (detectors, observables) in zip(problem.priors, problem.mechanisms.components()):
        mask = sum(1 << d for d in detectors) | sum(1 << (problem.n_detectors + o) for o in observables)
        if prior > 0.5:  # fires for certain, and is then undone with a probability below one half
            offset ^= mask
        logs[mask] += max(np.log1p(-2 * min(prior, 1 - prior)), _LEAST_LOG) if prior != 0.5 else _LEAST_LOG
    total = logs.sum()
    walsh_hadamard(logs)
    np.subtract(total, logs, out=logs)
    logs *= 0.5
    spectrum = np.exp(logs, out=logs)
    walsh_hadamard(spectrum)
    spectrum /= len(spectrum)
    return spectrum[np.arange(len(spectrum)) ^ offset] if offset else spectrum


def _indices(detectors: np.ndarray) -> np.ndarray:
    """Return the integer that each row of bits spells, bit 0 least significant."""
    packed = np.zeros((len(detectors), 4), dtype=np.uint8)
    bits = pack(detectors)
    packed[:, : bits.shape[1]] = bits
    return packed.view("<u4")[:, 0]
