"""EstimateTable: named observables with values, errors, intervals and how often their terms were measured."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..estimates import Estimate
from ..paulis import PauliSum
from .blocks import ShadowBlocks, as_blocks
from .data import ShadowData
from .estimator import AbstractEstimator, as_sums, split_identity, tally
from .intervals import joint_interval
from .match_ratio import MatchRatio

_COLUMNS = ("observable", "value", "std_error", "low", "high", "n_matches", "n_unmeasured")


@dataclass(frozen=True, eq=False)
class EstimateTable:
    """Estimates of named observables from the same data; as a text, a table.

    Attributes
    ----------
    names : tuple of str
    estimate : Estimate
        Arrays of shape (n_observables,).
    low, high : ndarray of float, shape (n_observables,)
        Ends of the intervals that hold all true values at once.
    confidence : float
        Probability of that.
    n_matches : ndarray of int64, shape (n_observables,)
        Shots that measured the term of the observable that was measured least.
    n_unmeasured : ndarray of int64, shape (n_observables,)
        Terms that no shot measured.
    """

    names: tuple[str, ...]
    estimate: Estimate
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    confidence: float
    n_matches: NDArray[np.int64]
    n_unmeasured: NDArray[np.int64]

    def rows(self) -> list[dict[str, Any]]:
        """Return one dict for each observable: name, value, error, ends of the joint interval, counts.

        Returns
        -------
        list of dict
        """
        columns = (
            self.names,
            np.atleast_1d(self.estimate.value).tolist(),
            np.atleast_1d(self.estimate.std_error).tolist(),
            self.low.tolist(),
            self.high.tolist(),
            self.n_matches.tolist(),
            self.n_unmeasured.tolist(),
        )
        return [dict(zip(_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]

    def to_csv(self) -> str:
        """Return the table as CSV text with a header.

        Returns
        -------
        str
        """
        text = io.StringIO()
        writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows())
        return text.getvalue()

    def __str__(self) -> str:
        texts = [
            (
                row["observable"],
                repr(Estimate(row["value"], row["std_error"], 1)).removesuffix(" (1 shot)"),
                f"{row['low']:.4g} to {row['high']:.4g}",
                str(row["n_matches"]),
                str(row["n_unmeasured"]),
            )
            for row in self.rows()
        ]
        head = ("observable", "value", f"joint {100 * self.confidence:g} % interval", "matches", "unmeasured")
        if not self.n_unmeasured.any():
            head, texts = head[:-1], [row[:-1] for row in texts]
        widths = [max(len(row[column]) for row in (head, *texts)) for column in range(len(head))]
        lines = ["  ".join(text.ljust(size) for text, size in zip(row, widths, strict=True)) for row in (head, *texts)]
        return "\n".join(line.rstrip() for line in lines)


def tabulate(
    data: ShadowData | ShadowBlocks,
    observables: Mapping[str, PauliSum],
    estimator: AbstractEstimator | None = None,
    *,
    confidence: float = 0.95,
    unmeasured: str = "nan",
) -> EstimateTable:
    """Return a table of the expectation values of named observables, with errors and joint intervals.

    Parameters
    ----------
    data : ShadowData or ShadowBlocks
        Blocks are read three times.
    observables : mapping of str to PauliSum
        Such as `read_observables` gives.
    estimator : AbstractEstimator, optional
        `MatchRatio` by default.
    confidence : float
        Probability that all true values lie in their intervals.
    unmeasured : {"nan", "zero"}
        What a term counts that no shot measured, see `AbstractEstimator.estimate`.

    Returns
    -------
    EstimateTable
        An observable with terms that no shot measured is NaN, with a warning.

    Examples
    --------
    >>> import qlearn as ql
    >>> data = ql.shadows.ShadowData(["ZZ", "XX"], [[[0, 0], [1, 1]] * 50, [[0, 0], [1, 0]] * 50])
    >>> print(ql.shadows.tabulate(data, {"parity": ql.PauliSum("ZZ"), "sum": ql.PauliSum("XI + 0.5 * IX")}))
    observable  value          joint 95 % interval  matches
    parity      1.000 ± 0.020  0.9558 to 1.044      100
    sum         0.50 ± 0.10    0.2737 to 0.7263     100
    """
    blocks, names = as_blocks(data), tuple(observables)
    _, sums = as_sums(list(observables.values()), blocks)
    _, found = tally(blocks, [split_identity(observable)[1] for observable in sums])
    estimate = (MatchRatio() if estimator is None else estimator).estimate(blocks, sums, unmeasured=unmeasured)
    low, high = joint_interval(estimate, confidence)
    fewest = [int(counts.matches.min()) if len(counts.matches) else estimate.n_shots for counts in found]
    never = [int((counts.matches == 0).sum()) for counts in found]
    return EstimateTable(
        names, estimate, low, high, confidence, np.array(fewest, dtype=np.int64), np.array(never, dtype=np.int64)
    )
