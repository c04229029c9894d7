"""compare(): decoders side by side on identical shots."""

import csv
import io
import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymatching
import stim
from sklearn.base import clone

from .._checks import check_count
from .._random import RandomState
from ..estimates import Estimate
from ._rates import PairedTest, binomial_interval, paired_test
from .base import AbstractDecoder
from .matching import Matching
from .maximum_likelihood import MaximumLikelihood
from .problem import DecodingProblem
from .shots import Shots

__all__ = ["Comparison", "ComparisonRow", "compare"]

_CONFIDENCE = 0.95
_CHUNK = 16384


@dataclass(frozen=True)
class ComparisonRow:
    """One decoder's line.

    Attributes
    ----------
    name : str
        Of the decoder.
    rate : Estimate
        Logical error rate per shot: any observable wrong counts.
    interval : tuple of float
        Of Clopper and Pearson at 95 %.
    n_errors : int
        Wrong shots.
    versus_baseline : PairedTest
        This decoder first, the baseline second.
    gap_closed, gap_closed_error : float or None
        Share of the way from plain matching (0) to maximum likelihood (1) on these shots, and its standard error; None
        unless both are there and the optimum is the better.
    microseconds : float or None
        Per shot in batches, on one thread; None for predictions that came with the data.
    latency : tuple of float or None
        Median and 99th percentile of single shots in microseconds, where it was asked for.
    fit_seconds : float or None
        What fitting took.
    """

    name: str
    rate: Estimate
    interval: tuple[float, float]
    n_errors: int
    versus_baseline: PairedTest
    gap_closed: float | None
    gap_closed_error: float | None
    microseconds: float | None
    latency: tuple[float, float] | None
    fit_seconds: float | None


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Decoders compared on identical shots; printing it shows the table.

    Attributes
    ----------
    rows : list of ComparisonRow
        In the order the decoders were given.
    baseline : str
        Name of the row that paired tests are against.
    n_shots : int
        Shots that every decoder saw.
    wrong : dict of str to ndarray
        Whether each shot was decoded wrongly, bool (n_shots,).
    software : str
        Versions of what samples and matches.
    """

    rows: list[ComparisonRow]
    baseline: str
    n_shots: int
    wrong: dict[str, np.ndarray]
    software: str = f"stim {stim.__version__}, pymatching {pymatching.__version__}"

    def __getitem__(self, name: str) -> ComparisonRow:
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"no decoder {name!r}; there are {', '.join(row.name for row in self.rows)}.")

    def pair(self, first: str, second: str) -> PairedTest:
        """Return McNemar's test of two of the decoders.

        Parameters
        ----------
        first, second : str
            Names of rows.

        Returns
        -------
        PairedTest
            ``only_first``, ``only_second``, ``z`` (negative where the first is better) and ``p_value``.
        """
        return _paired(self.wrong[self[first].name], self.wrong[self[second].name])

    def to_markdown(self) -> str:
        """Return the table in markdown.

        Returns
        -------
        str
        """
        header, *lines = self._cells()
        return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *lines])

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the numbers as comma-separated values, unrounded.

        Parameters
        ----------
        path : path, optional
            Also written there.

        Returns
        -------
        str
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(
            "decoder,shots,errors,rate,std_error,low,high,baseline,only_wrong,only_baseline_wrong,z,p_value,gap_closed,"
            "gap_closed_error,microseconds_per_shot,latency_median,latency_99,fit_seconds".split(",")
        )
        for row in self.rows:
            test, latency = row.versus_baseline, row.latency or (None, None)
            writer.writerow(
                # fmt: off
                (
                    row.name,
                    self.n_shots,
                    row.n_errors,
                    row.rate.value,
                    row.rate.std_error,
                    *row.interval,
                    self.baseline,
                    test.only_first,
                    test.only_second,
                    test.z,
                    test.p_value,
                    row.gap_closed,
                    row.gap_closed_error,
                    row.microseconds,
                    *latency,
                    row.fit_seconds,
                )
                # fmt: on
            )
        if path is not None:
            Path(path).write_text(text.getvalue(), encoding="utf-8")
        return text.getvalue()

    def _cells(self) -> list[list[str]]:
        has_latency = any(row.latency for row in self.rows)
        header = ["decoder", "error rate", "95 % interval", f"z against {self.baseline}", "p", "gap closed", "µs/shot"]
        table = [header + ["single shot, median / 99 % µs"] * has_latency + ["fit s"]]
        for row in self.rows:
            low, high = row.interval
            table.append(
                [row.name, f"{row.rate.value:.6g}", f"{low:.6g} to {high:.6g}"]
                + ([f"{row.versus_baseline.z:+.1f}", f"{row.versus_baseline.p_value:.1g}"])
                + [_shown_gap(row), _shown(row.microseconds, "{:.2f}")]
                + ["{:.0f} / {:.0f}".format(*row.latency) if row.latency else "-"] * has_latency
                + [_shown(row.fit_seconds, "{:.1f}")]
            )
        return table

    def __str__(self) -> str:
        cells = self._cells()
        widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
        lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in cells]
        return "\n".join([*lines, f"{self.n_shots} shots, the same for all; {self.software}"])

    __repr__ = __str__


def compare(
    decoders: Sequence[AbstractDecoder] | Mapping[str, AbstractDecoder],
    problem: DecodingProblem,
    *,
    n_shots: int | None = None,
    shots: Shots | None = None,
    latency_shots: int = 0,
    random_state: RandomState = None,
) -> Comparison:
    """Return error rates, paired tests and speeds of decoders on identical shots.

    Parameters
    ----------
    decoders : sequence of AbstractDecoder, or dict of str to AbstractDecoder
        Those not fitted yet are cloned and fitted with their default budget. Without names they are called as they
        print. The baseline is the first plain `Matching`, else the first of all.
    problem : DecodingProblem
        What is decoded.
    n_shots : int, optional
        Fresh shots, from the test stream. Streamed in blocks, so that memory does not grow with them.
    shots : Shots, optional
        Recorded shots instead, such as ``problem.recorded[1::2]``; predictions that come with them get rows too.
    latency_shots : int
        How many shots to decode one at a time for latency percentiles.
    random_state : None, int, Generator or SeedSequence
        Of the fresh shots. Test shots differ from training shots even for equal seeds.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError, ValueError
        If there are no decoders or no shots, both or neither of `n_shots` and `shots` are given, or widths differ.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0\\nerror(0.1) D0 D1\\nerror(0.1) D1 L0")
    >>> decoders = [ql.decoders.Matching(), ql.decoders.MaximumLikelihood()]
    >>> table = ql.decoders.compare(decoders, problem, n_shots=10_000, random_state=0)
    >>> table["Matching()"].n_errors >= table["MaximumLikelihood()"].n_errors
    True
    """
    contestants = _fitted(_named(decoders), problem)
    blocks = judged_blocks(problem, n_shots, shots, random_state)
    wrong: dict[str, list[np.ndarray]] = {name: [] for name in contestants}
    seconds = dict.fromkeys(contestants, 0.0)
    first = None
    with _one_thread():
        for block in blocks:
            if first is None:
                first = block
                for decoder in contestants.values():
                    decoder.predict(block.detectors[:2])  # compiles and builds what is lazy, off the clock
            for name, decoder in contestants.items():
                start = time.perf_counter()
                predicted = decoder.predict(block.detectors)
                seconds[name] += time.perf_counter() - start
                wrong[name].append((predicted != block.observables).any(axis=1))
            for name, predicted in block.predictions.items():
                wrong.setdefault(f"{name} (shipped)", []).append((predicted != block.observables).any(axis=1))
        latencies = {
            name: _latency(decoder, first.detectors, check_count("latency_shots", latency_shots))
            for name, decoder in contestants.items()
        }
    return _comparison(contestants, {name: np.concatenate(parts) for name, parts in wrong.items()}, seconds, latencies)


def _named(decoders: Sequence[AbstractDecoder] | Mapping[str, AbstractDecoder]) -> dict[str, AbstractDecoder]:
    if not isinstance(decoders, Mapping):
        names = [" ".join(repr(decoder).split()) for decoder in decoders]
        earlier = [names[:index].count(name) for index, name in enumerate(names)]
        unique = [f"{name} #{count + 1}" if count else name for name, count in zip(names, earlier)]
        decoders = dict(zip(unique, decoders))
    if not decoders:
        raise ValueError("`decoders` is empty; give at least one, such as Matching().")
    for name, decoder in decoders.items():
        if not isinstance(decoder, AbstractDecoder):
            raise TypeError(f"`decoders` must hold decoders, got {type(decoder).__name__} as {name!r}.")
    return dict(decoders)


def _fitted(decoders: dict[str, AbstractDecoder], problem: DecodingProblem) -> dict[str, AbstractDecoder]:
    if problem.n_observables == 0:
        raise ValueError("The problem has no observables, so there is nothing to decode.")
    return {
        name: decoder if decoder.__sklearn_is_fitted__() else clone(decoder).fit(problem)
        for name, decoder in decoders.items()
    }


def judged_blocks(
    problem: DecodingProblem, n_shots: int | None, shots: Shots | None, random_state: RandomState
) -> Iterator[Shots]:
    """Return blocks of recorded shots, or of fresh ones from the test stream, once the request is found sound."""
    if (n_shots is None) == (shots is None):
        raise ValueError("Give `n_shots` for fresh shots, or `shots` for recorded ones such as problem.recorded.")
    if shots is not None:
        problem.with_recorded(shots)  # checks the widths
        if len(shots) == 0:
            raise ValueError("`shots` is empty; give at least one shot.")
        return (shots[start : start + _CHUNK] for start in range(0, len(shots), _CHUNK))
    n_shots = check_count("n_shots", n_shots, minimum=1)
    return _cut(problem.blocks(stream="test", random_state=random_state), n_shots)


def _cut(blocks: Iterator[Shots], n_shots: int) -> Iterator[Shots]:
    left = n_shots
    while left > 0:
        block = next(blocks)[:left]
        left -= len(block)
        yield block


def _one_thread() -> object:
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _latency(decoder: AbstractDecoder, detectors: np.ndarray, n_shots: int) -> tuple[float, float] | None:
    """Return the median and the 99th percentile of the microseconds that single shots take."""
    if n_shots == 0:
        return None
    marks = [time.perf_counter()]
    for index in range(n_shots):
        row = index % len(detectors)
        decoder.predict(detectors[row : row + 1])
        marks.append(time.perf_counter())
    median, slow = np.percentile(np.diff(marks), [50, 99]) * 1e6
    return float(median), float(slow)


def _comparison(
    decoders: dict[str, AbstractDecoder],
    wrong: dict[str, np.ndarray],
    seconds: dict[str, float],
    latencies: dict[str, tuple[float, float] | None],
) -> Comparison:
    plain = [name for name, d in decoders.items() if isinstance(d, Matching) and not d.correlated]
    exact = [name for name, decoder in decoders.items() if isinstance(decoder, MaximumLikelihood)]
    baseline = plain[0] if plain else next(iter(wrong))
    ends = (wrong[plain[0]], wrong[exact[0]]) if plain and exact else None
    n_shots = len(wrong[baseline])
    rows = []
    for name, errors in wrong.items():
        n_errors = int(errors.sum())
        rate = n_errors / n_shots
        gap_closed, gap_closed_error = (None, None) if ends is None else _gap_closed(errors, *ends)
        std_error = math.sqrt(rate * (1 - rate) / n_shots)
        rows.append(
            ComparisonRow(
                name=name,
                rate=Estimate(rate, std_error, n_shots, method="errors counted"),
                interval=binomial_interval(n_errors, n_shots, _CONFIDENCE),
                n_errors=n_errors,
                versus_baseline=paired_test(
                    int((errors & ~wrong[baseline]).sum()), int((wrong[baseline] & ~errors).sum())
                ),
                gap_closed=gap_closed,
                gap_closed_error=gap_closed_error,
                microseconds=seconds[name] / n_shots * 1e6 if name in seconds else None,
                latency=latencies.get(name),
                fit_seconds=decoders[name].fit_seconds_ if name in decoders else None,
            )
        )
    return Comparison(rows=rows, baseline=baseline, n_shots=n_shots, wrong=wrong)


def _paired(first: np.ndarray, second: np.ndarray) -> PairedTest:
    return paired_test(int((first & ~second).sum()), int((second & ~first).sum()))


def _gap_closed(errors: np.ndarray, plain: np.ndarray, exact: np.ndarray) -> tuple[float | None, float | None]:
    """Return the share of the gap that is closed and its standard error, that of a ratio of paired differences."""
    closed, whole = plain.astype(float) - errors, plain.astype(float) - exact
    if whole.sum() <= 0:
        return None, None
    share = closed.sum() / whole.sum()
    return float(share), float(np.sqrt(np.square(closed - share * whole).sum()) / whole.sum())


def _shown_gap(row: ComparisonRow) -> str:
    if row.gap_closed is None:
        return "-"
    return f"{row.gap_closed:.0%}" + (f" ± {row.gap_closed_error:.0%}" if row.gap_closed_error else "")


def _shown(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
