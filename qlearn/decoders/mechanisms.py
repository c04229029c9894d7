"""Error mechanisms of a detector error model as sparse matrices and priors, equal mechanisms merged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import stim
from scipy.sparse import csc_array

__all__ = ["Mechanisms"]

Component = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Mechanisms:
    """Independent errors: which detectors and observables each flips, and with what probability.

    Attributes
    ----------
    check_matrix : scipy.sparse.csc_array
        uint8 (n_detectors, n_mechanisms).
    logical_matrix : scipy.sparse.csc_array
        uint8 (n_observables, n_mechanisms).
    priors : ndarray
        float (n_mechanisms,), each above 0, at most 1.

    Examples
    --------
    >>> problem = ql.decoders.DecodingProblem.from_dem("error(0.1) D0 D1\\nerror(0.2) D1 L0\\nerror(0.1) D1 D0")
    >>> problem.mechanisms.check_matrix.toarray()
    array([[1, 0],
           [1, 1]], dtype=uint8)
    >>> problem.mechanisms.priors.round(3)
    array([0.18, 0.2 ])
    """

    check_matrix: csc_array
    logical_matrix: csc_array
    priors: np.ndarray

    def __len__(self) -> int:
        return len(self.priors)

    def components(self) -> list[Component]:
        """Return (detectors, observables) of each mechanism, as sorted tuples of indices."""
        checks, logicals = self.check_matrix, self.logical_matrix
        return [
            (
                tuple(checks.indices[checks.indptr[j] : checks.indptr[j + 1]].tolist()),
                tuple(logicals.indices[logicals.indptr[j] : logicals.indptr[j + 1]].tolist()),
            )
            for j in range(len(self))
        ]


def error_terms(model: stim.DetectorErrorModel) -> Iterator[tuple[float, list[Component]]]:
    """Yield the probability and the suggested components of every error of a flattened model; repeats cancel."""
    # Targets are read from the text, several times faster than one by one; probabilities are not, it rounds them.
    for part, line in zip(model, str(model).splitlines()):
        if part.type == "error":
            groups = (group.split() for group in line.rpartition(")")[2].split("^"))
            yield part.args_copy()[0], [(_odd(group, "D"), _odd(group, "L")) for group in groups]


def mechanisms_of(model: stim.DetectorErrorModel) -> Mechanisms:
    """Return the errors of a flattened model whole: separators are ignored, mechanisms of equal effect merged."""
    return _merged(((probability, _whole(parts)) for probability, parts in error_terms(model)), model)


def edges_of(model: stim.DetectorErrorModel) -> Mechanisms:
    """Return the components of a decomposed model, each with the probability that an odd number of its errors fire."""
    parts = ((probability, part) for probability, parts in error_terms(model) for part in parts)
    return _merged(parts, model)


def _odd(targets: Iterable[str], kind: str) -> tuple[int, ...]:
    """Return the indices of the targets of one kind that occur an odd number of times, sorted."""
    return _symmetric_difference([int(target[1:])] for target in targets if target[0] == kind)


def _whole(parts: list[Component]) -> Component:
    if len(parts) == 1:
        return parts[0]
    return _symmetric_difference(d for d, _ in parts), _symmetric_difference(o for _, o in parts)


def _symmetric_difference(groups: Iterable[Iterable[int]]) -> tuple[int, ...]:
    kept: set[int] = set()
    for group in groups:
        kept.symmetric_difference_update(group)
    return tuple(sorted(kept))


def _merged(terms: Iterable[tuple[float, Component]], model: stim.DetectorErrorModel) -> Mechanisms:
    """Return the mechanisms in order of first appearance; those without effect or of probability 0 are left out."""
    priors: dict[Component, float] = {}
    for probability, effect in terms:
        if probability > 0 and effect != ((), ()):
            before = priors.get(effect, 0.0)
            priors[effect] = before * (1 - probability) + probability * (1 - before)
    return Mechanisms(
        check_matrix=_columns([detectors for detectors, _ in priors], model.num_detectors),
        logical_matrix=_columns([observables for _, observables in priors], model.num_observables),
        priors=np.array(list(priors.values()), dtype=float),
    )


def _columns(rows: list[tuple[int, ...]], n_rows: int) -> csc_array:
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    indices = np.array([index for row in rows for index in row], dtype=np.int64)
    return csc_array((np.ones(len(indices), np.uint8), indices, pointers), shape=(n_rows, len(rows)))
