"""Slow, obvious twins of the estimators, and random data to compare them on."""

import numpy as np
import pytest

import qlearn as ql


def code_of(letter):
    return "XYZ".index(letter)


def naive_outcomes(data, label):
    """Return (shot numbers, +1/-1) of the shots that measured every letter of a label."""
    measured = data.bases[data.setting_of_shot]
    shots, values = [], []
    for shot in range(data.n_shots):
        value = 1
        for qubit, letter in enumerate(label):
            if letter == "I":
                continue
            if measured[shot, qubit] != code_of(letter):
                break
            value *= 1 - 2 * int(data.outcomes[shot, qubit])
        else:
            shots.append(shot)
            values.append(value)
    return np.array(shots, dtype=int), np.array(values)


@pytest.fixture
def make_data():
    def make(rng, n_qubits=3, n_settings=40, shots=None):
        shots = np.ones(n_settings, dtype=int) if shots is None else np.broadcast_to(shots, n_settings)
        bases = rng.integers(0, 3, (n_settings, n_qubits))
        return ql.shadows.ShadowData(bases, rng.integers(0, 2, (shots.sum(), n_qubits)), shots)

    return make


@pytest.fixture
def outcomes_of():
    return naive_outcomes
