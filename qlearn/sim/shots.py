"""Expectation values from shots: groups of qubit-wise commuting terms, each measured in its own basis."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from .._bits import index_bits
from ..circuits import opcodes
from ..circuits.program import Program
from ..paulis import PauliSum

_OUTCOMES_A_SHOT = 8  # at which counts of all outcomes cost what single shots do


def estimate_from_shots(
    observables: Sequence[PauliSum],
    n_shots: int,
    sample_bases: Callable[[list[np.ndarray], list[int]], Iterable[np.ndarray]],
    probabilities: Callable[[list[np.ndarray]], Iterable[np.ndarray]] | None = None,
    seed: np.random.SeedSequence | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and standard errors, each (batch, n_observables), from `n_shots` shots.

    Where probabilities are at hand and the outcomes are not many more than the shots, only their counts are drawn.

    Parameters
    ----------
    observables : sequence of PauliSum
    n_shots : int
        At least two for every group of qubit-wise commuting terms.
    sample_bases : callable
        Of the basis of each group (codes 0 = X, 1 = Y, 2 = Z) and its shots; gives for each group the measured bits,
        uint8 (batch, shots, n_qubits).
    probabilities : callable, optional
        Of the bases; gives for each group the probabilities of all outcomes as they are read, (batch, 2**n_qubits).
    seed : SeedSequence, optional
        Of the counts.

    Returns
    -------
    means, std_errors : ndarray

    Raises
    ------
    ValueError
        If there are too few shots.
    """
    terms = MeasuredTerms(observables)
    shots = allocate_shots(terms.group_weights, n_shots)
    if not terms.groups:  # constants only: one empty basis tells the size of the batch
        terms.groups, shots = [(np.full(observables[0].n_qubits, 2, dtype=np.uint8), np.empty(0, dtype=int))], [2]
    means: float | np.ndarray = terms.constants
    variances: float | np.ndarray = 0.0
    bases, n = [basis for basis, _ in terms.groups], observables[0].n_qubits
    if probabilities is not None and len(bases) << n <= _OUTCOMES_A_SHOT * n_shots:
        rng, bits = np.random.default_rng(seed), index_bits(np.arange(1 << n), n)
        for (_, members), weights, count in zip(terms.groups, probabilities(bases), shots, strict=True):
            weights = weights.clip(0.0)
            shares = rng.multinomial(count, weights / weights.sum(axis=1, keepdims=True)) / count
            outcomes = terms.outcomes(members, bits)
            mean = shares @ outcomes
            means = means + mean
            variances = variances + (shares @ outcomes**2 - mean**2).clip(0.0) / (count - 1)
        return np.asarray(means), np.sqrt(variances)
    for (_, members), bits, count in zip(terms.groups, sample_bases(bases, shots), shots, strict=True):
        outcomes = terms.outcomes(members, bits)
        means = means + outcomes.mean(axis=1)
        variances = variances + outcomes.var(axis=1, ddof=1) / count
    return np.asarray(means), np.sqrt(variances)


class MeasuredTerms:
    """The distinct Pauli strings of several observables, grouped for measurement.

    Parameters
    ----------
    observables : sequence of PauliSum

    Attributes
    ----------
    constants : ndarray of shape (n_observables,)
        Coefficients of the identity.
    support : ndarray of bool, shape (n_terms, n_qubits)
    coefficients : ndarray of shape (n_observables, n_terms)
    groups : list of (basis, term numbers)
        Basis codes 0 = X, 1 = Y, 2 = Z.
    group_weights : ndarray of shape (n_groups,)
    """

    def __init__(self, observables: Sequence[PauliSum]) -> None:
        n = observables[0].n_qubits
        strings = np.vstack([np.hstack([observable.x, observable.z]) for observable in observables])
        owner = np.repeat(np.arange(len(observables)), [observable.n_terms for observable in observables])
        weights = np.concatenate([np.real(observable.coefficients) for observable in observables])
        acts = strings.any(axis=1)
        self.constants = np.zeros(len(observables))
        np.add.at(self.constants, owner[~acts], weights[~acts])
        distinct, number = np.unique(strings[acts], axis=0, return_inverse=True)
        self.coefficients = np.zeros((len(observables), len(distinct)))
        np.add.at(self.coefficients, (owner[acts], number.reshape(-1)), weights[acts])
        x, z = distinct[:, :n], distinct[:, n:]
        self.support = x | z
        strength = np.abs(self.coefficients).sum(axis=0)
        grouping = PauliSum.from_arrays(x, z, strength).qubit_wise_groups()
        self.groups = list(zip(grouping.bases, grouping.indices, strict=True))
        self.group_weights = np.array([math.sqrt((strength[members] ** 2).sum()) for members in grouping.indices])

    def outcomes(self, members: np.ndarray, bits: np.ndarray) -> np.ndarray:
        """Return what the terms of a group add to each observable where some bits are measured.

        Parameters
        ----------
        members : ndarray of int
            Term numbers.
        bits : ndarray of uint8, shape (..., n_qubits)

        Returns
        -------
        ndarray of shape (..., n_observables)
        """
        signs = 1.0 - 2.0 * ((bits @ self.support[members].T.astype(np.uint8)) & 1)
        return signs @ self.coefficients[:, members].T


def allocate_shots(weights: np.ndarray, n_shots: int) -> list[int]:
    """Return shots per group in proportion to the weights, at least two each, adding up to `n_shots`.

    Parameters
    ----------
    weights : ndarray of shape (n_groups,)
    n_shots : int

    Returns
    -------
    list of int

    Raises
    ------
    ValueError
        If there are fewer than two shots for each group.
    """
    if n_shots < 2 * len(weights):
        raise ValueError(
            f"`n_shots` must be at least {2 * len(weights)}, two for each of {len(weights)} groups of qubit-wise "
            f"commuting terms, got {n_shots}."
        )
    if not len(weights):
        return []
    spare = n_shots - 2 * len(weights)
    ideal = spare * weights / weights.sum() if weights.sum() > 0 else np.full(len(weights), spare / len(weights))
    shots = np.floor(ideal).astype(int)
    shots[np.argsort(shots - ideal, kind="stable")[: spare - shots.sum()]] += 1
    return [int(s) + 2 for s in shots]


def with_basis(program: Program, basis: np.ndarray) -> Program:
    """Return the program followed by the rotations that bring a measurement basis to Z.

    Parameters
    ----------
    program : Program
    basis : ndarray of int, shape (n_qubits,)
        0 = X, 1 = Y, 2 = Z.

    Returns
    -------
    Program
    """
    rows = []
    for qubit, letter in enumerate(basis):
        if letter == 1:
            rows.append((opcodes.SDG, qubit, -1, -1, -1, -1))
        if letter < 2:
            rows.append((opcodes.H, qubit, -1, -1, -1, -1))
    bytecode = np.vstack([program.bytecode, np.array(rows, dtype=np.int32).reshape(-1, opcodes.N_COLUMNS)])
    return Program(
        program.n_qubits, bytecode, program.paulis, program.channels, program.angle_map,
        program.phase, program.phase_coefficients, program.n_records,
    )  # fmt: skip


def rotate_bit(vectors: np.ndarray, bit: int, letter: int) -> np.ndarray:
    """Return vectors with one index bit turned from a Pauli basis to Z.

    Parameters
    ----------
    vectors : ndarray of complex, shape (batch, 2**m)
    bit : int
        0 is the most significant.
    letter : int
        0 = X, 1 = Y, 2 = Z.

    Returns
    -------
    ndarray of shape (batch, 2**m)
        The argument itself for Z.
    """
    if letter == 2:
        return vectors
    parts = vectors.reshape(len(vectors), 1 << bit, 2, -1)
    zero, one = parts[:, :, 0], parts[:, :, 1]
    if letter == 1:
        one = -1j * one
    return (np.stack([zero + one, zero - one], axis=2) * math.sqrt(0.5)).reshape(vectors.shape)


def child_seed(seed: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    """Return the seed of a part of a task.

    Parameters
    ----------
    seed : SeedSequence
    *key : int

    Returns
    -------
    SeedSequence
    """
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *key))
