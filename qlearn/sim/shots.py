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
        stacked = {}
        self.constants = np.zeros(len(observables))
        for o, observable in enumerate(observables):
            for x, z, coefficient in zip(observable.x, observable.z, observable.coefficients, strict=True):
                if not (x.any() or z.any()):
                    self.constants[o] += float(np.real(coefficient))
                    continue
                column = stacked.setdefault((x.tobytes(), z.tobytes()), np.zeros(len(observables)))
                column[o] += float(np.real(coefficient))
        n = observables[0].n_qubits
        x = np.array([np.frombuffer(key[0], dtype=bool) for key in stacked]).reshape(-1, n)
        z = np.array([np.frombuffer(key[1], dtype=bool) for key in stacked]).reshape(-1, n)
        self.support = x | z
        self.coefficients = np.array(list(stacked.values())).reshape(-1, len(observables)).T
        strength = np.abs(self.coefficients).sum(axis=0)
        self.groups = _qubit_wise_groups(x, z, np.argsort(-strength, kind="stable"))
        self.group_weights = np.array([math.sqrt((strength[members] ** 2).sum()) for _, members in self.groups])


def _qubit_wise_groups(x: np.ndarray, z: np.ndarray, order: np.ndarray) -> list[tuple[np.ndarray, list[int]]]:
    """Return (letters, term numbers) of groups by sorted insertion; letters 0 free, 1 X, 2 Z, 3 Y per qubit."""
    letters = x.astype(np.uint8) + 2 * z.astype(np.uint8)
    bases = np.zeros((0, x.shape[1]), dtype=np.uint8)
    members: list[list[int]] = []
    for term in order:
        clash = (bases != letters[term]) & (bases != 0) & (letters[term] != 0)
        fits = np.flatnonzero(~clash.any(axis=1))
        if fits.size:
            g = int(fits[0])
            bases[g] |= letters[term]
            members[g].append(int(term))
        else:
            bases = np.vstack([bases, letters[term]])
            members.append([int(term)])
    return list(zip(bases, members, strict=True))


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
    """Return the program followed by the rotations that bring a measurement basis to Z."""
    rows = []
    for qubit, letter in enumerate(basis):
        if letter == 3:
            rows.append((opcodes.SDG, qubit, -1, -1, -1, -1))
        if letter in (1, 3):
            rows.append((opcodes.H, qubit, -1, -1, -1, -1))
    bytecode = np.vstack([program.bytecode, np.array(rows, dtype=np.int32).reshape(-1, opcodes.N_COLUMNS)])
    return Program(
        program.n_qubits, bytecode, program.paulis, program.channels, program.angle_map,
        program.phase, program.phase_coefficients, program.n_records,
    )  # fmt: skip


def _child(seed: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *key))
