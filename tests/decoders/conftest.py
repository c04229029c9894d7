"""Circuits and problems that the decoder tests share."""

import pytest
import stim

import qlearn as ql


def surface_circuit(distance=3, rounds=3, p=0.005, basis="z"):
    """Return a rotated surface-code memory with all four of Stim's noise knobs at `p`."""
    return stim.Circuit.generated(
        f"surface_code:rotated_memory_{basis}",
        distance=distance,
        rounds=rounds,
        after_clifford_depolarization=p,
        before_round_data_depolarization=p,
        before_measure_flip_probability=p,
        after_reset_flip_probability=p,
    )


@pytest.fixture(scope="session")
def surface_problem():
    """The rotated surface code of distance 3 over 3 rounds at p = 0.005: 24 detectors."""
    return ql.decoders.DecodingProblem.from_circuit(surface_circuit())


@pytest.fixture(scope="session")
def small_problem():
    """The same over one round at p = 0.02: 8 detectors, small enough to enumerate."""
    return ql.decoders.DecodingProblem.from_circuit(surface_circuit(rounds=1, p=0.02))


@pytest.fixture(scope="session")
def sycamore(data_dir):
    """Google's Sycamore experiments."""
    return data_dir / "decoders" / "sycamore_qec3v5"
