"""Memory circuits: deterministic detectors, numbers of qubits, distances."""

import pytest
import stim

from qlearn.codes import CircuitNoise, circuit_distance, colour_memory, repetition_memory, surface_memory

NOISES = [CircuitNoise.uniform(1e-3), CircuitNoise.si1000(1e-3), CircuitNoise.phenomenological(1e-3)]


@pytest.mark.parametrize("noise", NOISES, ids=["uniform", "si1000", "phenomenological"])
@pytest.mark.parametrize("rotated", [True, False])
@pytest.mark.parametrize("basis", ["X", "Z"])
def test_surface_codes_have_their_distance(noise, rotated, basis):
    circuit = surface_memory(3, 3, basis=basis, rotated=rotated, noise=noise)
    assert circuit_distance(circuit).value == 3
    assert circuit.num_observables == 1
    assert len(circuit.get_detector_coordinates()) == circuit.num_detectors
    n_checks = 8 if rotated else 12
    assert circuit.num_detectors == n_checks * 3


@pytest.mark.parametrize("distance", [2, 5, 7])
def test_repetition_codes_have_their_distance(distance):
    circuit = repetition_memory(distance, 2, noise=CircuitNoise.uniform(0.01))
    assert circuit_distance(circuit) == (distance, True)


def test_code_capacity_has_one_error_a_qubit():
    circuit = surface_memory(3, 1, noise=CircuitNoise.code_capacity(0.03))
    assert circuit_distance(circuit) == (3, True)
    assert str(circuit).count("DEPOLARIZE1(0.03)") == 1


def test_many_hyperedges_make_a_bound(monkeypatch):
    colour = stim.Circuit.generated(
        "color_code:memory_xyz", distance=3, rounds=2, before_round_data_depolarization=0.01
    )
    assert circuit_distance(colour) == (3, True)
    monkeypatch.setattr("qlearn.codes.distance.MOST_MECHANISMS", 5)
    assert circuit_distance(colour) == (3, False)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda noise: surface_memory(1, 3, noise=noise), "`distance` must be at least 2"),
        (lambda noise: surface_memory(3, 0, noise=noise), "`rounds` must be at least 1"),
        (lambda noise: surface_memory(3, 3, basis="Y", noise=noise), "`basis` must be 'X' or 'Z', got 'Y'"),
        (lambda noise: repetition_memory(3, 3, noise=0.01), "`noise` must be a CircuitNoise"),
        (lambda noise: circuit_distance(stim.Circuit("M 0")), "No errors flip an observable unseen"),
    ],
)
def test_bad_requests_are_named(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call(CircuitNoise.uniform(0.01))


def test_colour_circuits_of_stim():
    circuit = colour_memory(3, 2, noise=CircuitNoise.uniform(1e-3))
    circuit.detector_error_model()
    assert circuit_distance(circuit).value <= 3
    with pytest.raises(ValueError, match="`distance` of a colour code must be odd, got 4"):
        colour_memory(4, 2, noise=CircuitNoise.uniform(1e-3))
    with pytest.raises(ValueError, match="`rounds` must be at least 2, got 1"):
        colour_memory(3, 1, noise=CircuitNoise.uniform(1e-3))
