"""The npz files of RandomMeas.jl: measurement groups with a local unitary for every setting and qubit."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from .._checks import check_array
from ..persistence import FileFormatError
from .data import ShadowData
from .npz_files import load_arrays

_ROOT = np.sqrt(0.5)
# What RandomMeas.jl applies before it measures Z, for X, Y and Z.
_UNITARIES = np.array([[[_ROOT, _ROOT], [_ROOT, -_ROOT]], [[_ROOT, -1j * _ROOT], [-1j * _ROOT, _ROOT]], np.eye(2)])
_PAULIS = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def read_randommeas(path: str | os.PathLike[str], *, first_outcome: int | None = None) -> ShadowData:
    """Return the data of an npz file that RandomMeas.jl exported with Pauli settings; its site 1 is qubit 0 here.

    Parameters
    ----------
    path : str or path-like
        Holds ``measurement_results`` (settings, shots, sites) and ``measurement_settings`` (settings, sites, 2, 2), the
        unitaries.
    first_outcome : {0, 1}, optional
        Whether outcomes are written as 0 and 1 or, as in Julia, 1 and 2. By default the file tells; one in which every
        outcome is 1 does not, and is refused.

    Returns
    -------
    ShadowData
        A unitary that turns -P into Z swaps the outcomes of P. Basis probabilities are those of random Paulis, 1/3.

    Raises
    ------
    FileFormatError
        If the file is damaged or ambiguous, or a unitary measures no Pauli (those of the Haar ensemble do not).
    ValueError
        If `first_outcome` is neither 0 nor 1.
    """
    if first_outcome not in {None, 0, 1}:
        raise ValueError(f"`first_outcome` must be 0, 1 or None, got {first_outcome!r}.")
    name = os.fspath(path)
    arrays = load_arrays(path)
    for key in ("measurement_results", "measurement_settings"):
        if key not in arrays:
            raise FileFormatError(f"{name!r} holds no {key}; it holds {', '.join(arrays)[:200]}.")
    try:
        results = check_array("measurement_results", arrays["measurement_results"], ("NU", "NM", "N"), np.int64)
        n_settings, _, n_qubits = results.shape
        shape = (n_settings, n_qubits, 2, 2)
        unitaries = check_array("measurement_settings", arrays["measurement_settings"], shape, complex)
        letters, flips = _letters(unitaries)
        outcomes = (results - _first_outcome(results, first_outcome)).astype(np.uint8) ^ flips[:, None, :]
        return ShadowData(letters, outcomes, basis_probabilities=np.full((n_qubits, 3), 1 / 3))
    except (ValueError, TypeError) as error:
        raise FileFormatError(f"{name!r}: {error}") from error


def _first_outcome(results: NDArray[np.int64], told: int | None) -> int:
    low, high = (int(results.min()), int(results.max())) if results.size else (0, 0)
    if told is None:
        if low == high == 1:
            raise ValueError("every outcome is 1, which can mean either; say `first_outcome`.")
        told = 0 if low == 0 else 1
    if not told <= low <= high <= told + 1:
        raise ValueError(f"`measurement_results` must hold {told} and {told + 1}, got {low} to {high}.")
    return told


def _letters(unitaries: NDArray[np.complex128]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return which Pauli each unitary turns into Z, and whether with a minus sign."""
    measured = unitaries.conj().swapaxes(-1, -2) @ _PAULIS[2] @ unitaries
    overlap = np.einsum("...ij,pji->...p", measured, _PAULIS).real / 2
    letters = np.abs(overlap).argmax(axis=-1)
    best = np.take_along_axis(overlap, letters[..., None], -1)[..., 0]
    if (np.abs(np.abs(best) - 1) > 1e-6).any():
        setting, qubit = np.argwhere(np.abs(np.abs(best) - 1) > 1e-6)[0]
        raise ValueError(
            f"the unitary of setting {setting}, qubit {qubit} (from 0) measures none of X, Y, Z; only Pauli settings "
            "can be read."
        )
    return letters.astype(np.uint8), (best < 0).astype(np.uint8)


def write_randommeas(data: ShadowData, path: str | os.PathLike[str]) -> None:
    """Write data as an npz file that RandomMeas.jl imports as a measurement group, outcomes as 1 and 2.

    Parameters
    ----------
    data : ShadowData
        As many shots in every setting.
    path : str or path-like
        An existing file is replaced.

    Raises
    ------
    ValueError
        If settings differ in their number of shots.
    """
    shots = data.shots_per_setting
    if not len(shots) or (shots != shots[0]).any():
        raise ValueError("RandomMeas.jl needs as many shots in every setting; use `subset` to take those that have.")
    results = data.outcomes.reshape(len(shots), int(shots[0]), data.n_qubits).astype(np.int64) + 1
    with open(path, "wb") as file:
        np.savez(
            file,
            N=data.n_qubits,
            NU=len(shots),
            NM=int(shots[0]),
            measurement_results=results,
            measurement_settings=_UNITARIES[data.bases],
        )
