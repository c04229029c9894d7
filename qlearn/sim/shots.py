"""Expectation values from shots: groups of qubit-wise commuting terms, each measured in its own basis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..circuits import opcodes
from ..circuits.program import Program
from ..paulis import PauliSum

if TYPE_CHECKING:
    from .engine import AbstractEngine


def estimate_from_shots(
    engine: AbstractEngine,
    program: Program,
    observables: Sequence[PauliSum],
    values: np.ndarray,
    n_shots: int,
    seed: np.random.SeedSequence,
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and standard errors, each (batch, n_observables), from `n_shots` shots for every row of values.

    Parameters
    ----------
    engine : AbstractEngine
        Its `_sample` draws the shots.
    program : Program
        Without measurements.
    observables : sequence of PauliSum
    values : ndarray of shape (batch, n_parameters)
    n_shots : int
        At least two for every group of qubit-wise commuting terms.
    seed : SeedSequence

    Returns
    -------
    means, std_errors : ndarray

    Raises
    ------
    ValueError
        If there are too few shots, or the program has measurements.
    """
    if program.n_records:
        raise ValueError("The circuit measures already; an expectation value from shots adds measurements of its own.")
    terms = _Terms(observables)
    means = np.tile(terms.constants, (len(values), 1))
    variances = np.zeros_like(means)
    shots = _allocate(terms.group_weights, n_shots)
    for g, (basis, members) in enumerate(terms.groups):
        measured = _with_basis(program, basis)
        bits = engine._sample(measured, values, shots[g], _child(seed, g))
        signs = 1.0 - 2.0 * ((bits @ terms.support[members].T.astype(np.uint8)) & 1)
        outcomes = np.einsum("bst,ot->bso", signs, terms.coefficients[:, members])
        means += outcomes.mean(axis=1)
        variances += outcomes.var(axis=1, ddof=1) / shots[g]
    return means, np.sqrt(variances)


class _Terms:
    """The distinct Pauli strings of several observables, grouped for measurement."""

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


def _allocate(weights: np.ndarray, n_shots: int) -> list[int]:
    """Return shots per group in proportion to the weights, at least two each, adding up to `n_shots`."""
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


def _with_basis(program: Program, basis: np.ndarray) -> Program:
    """Return the program followed by the rotations that bring a measurement basis (0 X, 1 Y, 2 Z) to Z."""
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


def _child(seed: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *key))
