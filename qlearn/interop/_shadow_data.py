"""What the importers of measurement data share: bases in any form, and one data set from the bits of each setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from ..shadows import ShadowData


def gather(
    bits: Sequence[np.ndarray],
    bases: Any,
    *,
    qubit_0: str | None,
    qubits: Sequence[int] | None,
    basis_probabilities: ArrayLike | None,
) -> ShadowData:
    """Return the data of settings.

    Parameters
    ----------
    bits : sequence of ndarray, shape (n_shots, n_bits)
        One for each setting.
    bases : MeasurementScheme, array_like of int or sequence of str
    qubit_0 : {"left", "right"}, optional
        Which end of the texts in `bases` is qubit 0.
    qubits : sequence of int, optional
        Qubit of each bit; in order by default.
    basis_probabilities : array_like of float, optional

    Raises
    ------
    ValueError
        If the numbers of settings or of qubits differ, or `qubit_0` is missing or not needed.
    """
    from ..shadows import MeasurementScheme, ShadowData

    if isinstance(bases, MeasurementScheme):
        codes, basis_probabilities = bases.bases, bases.basis_probabilities
        needs_order = False
    else:
        if isinstance(bases, str):
            bases = [bases]
        needs_order = isinstance(bases, (list, tuple)) and bool(bases) and isinstance(bases[0], str)
        codes = MeasurementScheme(bases, np.zeros(len(bases), dtype=np.int64)).bases
    if needs_order and qubit_0 not in ("left", "right"):
        raise ValueError(
            f'Which end of the texts in `bases` is qubit 0? Say qubit_0="left" or "right" (as in labels of Qiskit); '
            f"got {qubit_0!r}."
        )
    if not needs_order and qubit_0 is not None:
        raise ValueError("`qubit_0` is for bases given as texts; column k of an array is qubit k.")
    if needs_order and qubit_0 == "right":
        codes = codes[:, ::-1]
    if len(bits) != len(codes):
        raise ValueError(f"There are results of {len(bits)} settings, and {len(codes)} bases; one each is needed.")
    n_qubits = codes.shape[1]
    order = list(range(n_qubits)) if qubits is None else [int(qubit) for qubit in qubits]
    if sorted(order) != list(range(n_qubits)):
        raise ValueError(f"`qubits` must name each of {n_qubits} qubits once, got {order}.")
    for setting, found in enumerate(bits):
        if found.shape[1] != n_qubits:
            raise ValueError(f"Setting {setting} has {found.shape[1]} bits, its basis {n_qubits} qubits.")
    joined = np.concatenate(bits) if bits else np.empty((0, n_qubits), dtype=np.uint8)
    outcomes = np.empty_like(joined)
    outcomes[:, order] = joined
    return ShadowData(codes, outcomes, [len(found) for found in bits], basis_probabilities=basis_probabilities)


def counted(data: ShadowData) -> list[tuple[str, dict[str, int]]]:
    """Return the basis and the counts of every setting as texts, qubit 0 on the left."""
    from ..shadows.data import LETTERS

    pairs = []
    ends = np.cumsum(data.shots_per_setting)
    for basis, end, shots in zip(data.bases, ends, data.shots_per_setting, strict=True):
        rows, counts = np.unique(data.outcomes[end - shots : end], axis=0, return_counts=True)
        texts = ["".join(map(str, row)) for row in rows.tolist()]
        pairs.append(("".join(LETTERS[code] for code in basis), dict(zip(texts, counts.tolist(), strict=True))))
    return pairs
