"""Noise against Stim's own, and by hand."""

import pytest
import stim

import qlearn as ql
from qlearn.codes import CircuitNoise

TASKS = ["surface_code:rotated_memory_z", "surface_code:rotated_memory_x", "surface_code:unrotated_memory_x",
         "repetition_code:memory"]  # fmt: skip


def priors(circuit):
    mechanisms = ql.decoders.DecodingProblem.from_circuit(circuit).mechanisms
    return dict(zip(mechanisms.components(), mechanisms.priors))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("rounds", [1, 3])
def test_four_knobs_equal_those_of_stim(task, rounds):
    knobs = {
        "after_clifford_depolarization": 0.01,
        "before_round_data_depolarization": 0.02,
        "before_measure_flip_probability": 0.03,
        "after_reset_flip_probability": 0.04,
    }
    theirs = priors(stim.Circuit.generated(task, distance=3, rounds=rounds, **knobs))
    noise = CircuitNoise(one_qubit=0.01, two_qubit=0.01, data=0.02, measure=0.03, reset=0.04)
    ours = priors(noise.apply(stim.Circuit.generated(task, distance=3, rounds=rounds)))
    assert ours.keys() == theirs.keys()
    assert all(ours[effect] == pytest.approx(theirs[effect]) for effect in theirs)
    same = CircuitNoise.circuit_level(0.01)
    assert (same.one_qubit, same.two_qubit, same.data, same.measure, same.reset) == (0.01,) * 5


def test_every_place_by_hand():
    ideal = stim.Circuit("R 0 1 2\nTICK\nH 0\nTICK\nCX 0 1\nTICK\nMX 0\nM 1")
    noise = CircuitNoise(one_qubit=0.1, two_qubit=0.2, reset=0.3, measure=0.4, idle=0.05, waiting=0.15)
    expected = """
        R 0 1 2
        X_ERROR(0.3) 0 1 2
        TICK
        H 0
        DEPOLARIZE1(0.1) 0
        DEPOLARIZE1(0.05) 1 2
        TICK
        CX 0 1
        DEPOLARIZE2(0.2) 0 1
        DEPOLARIZE1(0.05) 2
        TICK
        Z_ERROR(0.4) 0
        MX 0
        X_ERROR(0.4) 1
        M 1
        DEPOLARIZE1(0.05) 2
        DEPOLARIZE1(0.15) 2
    """
    assert noise.apply(ideal) == stim.Circuit(expected)


def test_no_noise_leaves_the_circuit():
    ideal = stim.Circuit.generated("surface_code:rotated_memory_x", distance=3, rounds=3)
    assert CircuitNoise().apply(ideal) == ideal.flattened()


def test_bad_probabilities_are_refused():
    with pytest.raises(ValueError, match="`measure` must be a probability between 0 and 1, got 1.5"):
        CircuitNoise.si1000(0.3)
    with pytest.raises(TypeError, match="`idle` must be a probability, got 'high'"):
        CircuitNoise(idle="high")
