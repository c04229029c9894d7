"""Memory circuits of any code: deterministic, of the right distance, and equal to Stim's where Stim has them."""

import numpy as np
import pytest
import stim

import qlearn as ql
from qlearn.codes import CircuitNoise, StabilizerCode, circuit_distance, memory_circuit

CODES = {
    "repetition": ql.codes.repetition_code(3),
    "surface": ql.codes.surface_code(3),
    "unrotated": ql.codes.surface_code(3, rotated=False),
    "toric": ql.codes.toric_code(3),
    "xzzx": ql.codes.xzzx_code(3),
    "colour": ql.codes.colour_code(3),
    "bicycle": ql.codes.bivariate_bicycle_code(6, 6),
    "five": StabilizerCode(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"]),
}
NOISES = {
    "uniform": CircuitNoise.uniform(1e-3),
    "si1000": CircuitNoise.si1000(1e-3),
    "biased": CircuitNoise.biased(1e-3, 100),
    "phenomenological": CircuitNoise.phenomenological(1e-3),
    "code capacity": CircuitNoise.code_capacity(1e-3),
}
FOUR_KNOBS = CircuitNoise(two_qubit=0.01, data=0.02, measure=0.03, reset=0.04)


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("basis", ["X", "Z"])
def test_detectors_are_deterministic(name, basis):
    ideal = memory_circuit(CODES[name], 3, basis=basis, noise=CircuitNoise())
    assert not ideal.compile_detector_sampler(seed=1).sample(64, append_observables=True).any()
    assert len(ideal.get_detector_coordinates()) == ideal.num_detectors
    assert ideal.num_observables == CODES[name].n_logical
    for noise in NOISES.values():
        model = memory_circuit(CODES[name], 2, basis=basis, noise=noise).detector_error_model(
            approximate_disjoint_errors=True
        )
        assert model.num_errors > 0


def named_mechanisms(circuit):
    """Return the probability of each effect, with detectors named by their coordinates."""
    problem = ql.decoders.DecodingProblem.from_circuit(circuit)
    names = [tuple(place) for place in problem.coordinates[:, :3]]
    return {
        (frozenset(names[d] for d in detectors), observables): prior
        for (detectors, observables), prior in zip(problem.mechanisms.components(), problem.priors)
    }


@pytest.mark.parametrize("basis", ["X", "Z"])
@pytest.mark.parametrize("rotated", [True, False])
def test_surface_codes_are_those_of_stim(basis, rotated):
    """Without noise on H, which ours lack, the error models are equal: layout, order of gates, observable."""
    ours = memory_circuit(ql.codes.surface_code(3, rotated=rotated), 3, basis=basis, noise=FOUR_KNOBS)
    theirs = ql.codes.surface_memory(3, 3, basis=basis, rotated=rotated, noise=FOUR_KNOBS)
    ours, theirs = named_mechanisms(ours), named_mechanisms(theirs)
    assert ours.keys() == theirs.keys()
    assert all(ours[effect] == pytest.approx(theirs[effect]) for effect in theirs)


@pytest.mark.parametrize("name", ["surface", "unrotated", "toric", "xzzx"])
@pytest.mark.parametrize("basis", ["X", "Z"])
def test_schedules_keep_the_distance(name, basis):
    assert circuit_distance(memory_circuit(CODES[name], 3, basis=basis, noise=NOISES["uniform"])).value == 3


@pytest.mark.parametrize("name", ["surface", "toric", "xzzx", "colour"])
def test_phenomenological_noise_keeps_the_distance(name):
    assert circuit_distance(memory_circuit(CODES[name], 3, noise=NOISES["phenomenological"])).value == 3


def test_a_wrong_order_loses_distance():
    code = ql.codes.surface_code(3)
    swapped = ql.codes.CSSCode(code.x_checks, code.z_checks, schedule=code.schedule[:, [0, 2, 1, 3]])
    assert circuit_distance(memory_circuit(swapped, 3, noise=NOISES["uniform"])).value == 2


def test_colouring_loses_distance_and_says_so():
    circuit = memory_circuit(CODES["colour"], 3, noise=NOISES["uniform"])
    assert circuit_distance(circuit) == (2, True)


@pytest.mark.parametrize("name", ["surface", "xzzx", "unrotated", "colour"])
def test_distances_with_hyperedges_are_those_of_all_small_sets(name):
    """Against every set of mechanisms of a short experiment, by hand."""
    circuit = memory_circuit(CODES[name], 1, noise=NOISES["uniform"])
    mechanisms = {
        (frozenset(detectors), frozenset(observables))
        for detectors, observables in ql.decoders.DecodingProblem.from_circuit(circuit).mechanisms.components()
    }
    sums, weight = {(frozenset(), frozenset())}, 0
    while not any(not detectors and observables for detectors, observables in sums):
        sums = {(d ^ e, o ^ f) for d, o in sums for e, f in mechanisms}
        weight += 1
        assert weight < 4
    assert circuit_distance(circuit) == (weight, True)


@pytest.mark.parametrize("noise", ["code capacity", "phenomenological"])
def test_distances_of_bicycle_codes_are_bounded(noise):
    """Where errors do not decompose, Stim's search finds nothing, or does not end."""
    circuit = memory_circuit(ql.codes.bivariate_bicycle_code(6, 6), 2, noise=NOISES[noise])
    assert circuit_distance(circuit) == (6, False)


def test_xzzx_is_a_surface_code_in_other_letters():
    """Under depolarising noise on data qubits letters do not matter."""
    surface, xzzx = (memory_circuit(CODES[name], 3, noise=NOISES["phenomenological"]) for name in ("surface", "xzzx"))
    assert named_mechanisms(surface) == pytest.approx(named_mechanisms(xzzx))


def test_bicycle_codes_have_the_detectors_of_published_circuits():
    """Tesseract's [[72,12,6]] circuits over 6 rounds: 432 detectors, 12 observables."""
    circuit = memory_circuit(CODES["bicycle"], 6, basis="X", noise=NOISES["uniform"])
    assert (circuit.num_detectors, circuit.num_observables) == (432, 12)
    moments = memory_circuit(CODES["bicycle"], 1, noise=CircuitNoise()).num_ticks
    assert moments == 7 + 1


def test_unscheduled_checks_take_as_few_moments_as_they_can():
    code = ql.codes.bivariate_bicycle_code(6, 6)
    plain = ql.codes.CSSCode(code.x_checks, code.z_checks)
    assert memory_circuit(plain, 1, noise=CircuitNoise()).num_ticks == 6 + 6 + 1


def test_letters_for_each_qubit():
    """Any letters keep as many observables as there are logical qubits."""
    for name, letters in (("five", "YYYYY"), ("five", "XYZZY"), ("surface", "XYZXYZXYZ"), ("toric", "XZY" * 6)):
        circuit = memory_circuit(CODES[name], 2, basis=letters, noise=CircuitNoise())
        assert circuit.num_observables == CODES[name].n_logical
        assert not circuit.compile_detector_sampler(seed=0).sample(32, append_observables=True).any()


def test_ambiguous_first_rounds_have_fewer_detectors():
    circuit = memory_circuit(ql.codes.surface_code(3), 3, basis="X", noise=CircuitNoise())
    rounds = np.array([place[2] for place in circuit.get_detector_coordinates().values()])
    assert [int((rounds == turn).sum()) for turn in range(4)] == [4, 8, 8, 4]


def test_biased_channels_by_hand():
    ideal = stim.Circuit("R 0 1\nTICK\nH 0\nTICK\nCX 0 1\nTICK\nM 0 1")
    text = str(CircuitNoise(one_qubit=0.3, two_qubit=0.3, bias=2).apply(ideal))
    assert "PAULI_CHANNEL_1(0.05, 0.05, 0.2) 0" in text
    numbers = [float(n) for n in text.partition("PAULI_CHANNEL_2(")[2].partition(")")[0].split(",")]
    assert sum(numbers) == pytest.approx(0.3)
    phases = [numbers[i] for i in (2, 11, 14)]  # IZ, ZI, ZZ
    assert phases == pytest.approx([0.2 / 3] * 3)
    assert "PAULI_CHANNEL_1(0, 0, 0.3)" in str(CircuitNoise(one_qubit=0.3, bias=float("inf")).apply(ideal))
    same = CircuitNoise(one_qubit=0.3, bias=0.5).apply(ideal)
    assert "PAULI_CHANNEL_1(0.1, 0.1, 0.1)" in str(same)
    with pytest.raises(ValueError, match="`bias` must be a number from 0 to infinity, got -1"):
        CircuitNoise.biased(0.1, -1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"code": "surface"}, "`code` must be a code such as surface_code"),
        ({"noise": 0.01}, "`noise` must be a CircuitNoise"),
        ({"rounds": 0}, "`rounds` must be at least 1"),
        ({"basis": "ZZ"}, "`basis` must be 'X', 'Z' or 9 letters X, Y or Z, got 'ZZ'"),
        ({"code": StabilizerCode(["XX", "ZZ"])}, "The code has no logical qubit to keep"),
    ],
)
def test_bad_requests_are_named(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        memory_circuit(**{"code": CODES["surface"], "rounds": 2, "noise": CircuitNoise(), **arguments})
