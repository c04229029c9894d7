"""Error models from shots: exact means, planted probabilities, and Google's own estimate on their data."""

import numpy as np
import pytest

from qlearn.decoders import (
    DecodingProblem,
    Matching,
    MaximumLikelihood,
    Shots,
    estimate_error_model,
    refine_error_model,
)
from qlearn.decoders.error_models import _by_inclusion_and_exclusion
from tests.decoders.conftest import surface_circuit


@pytest.fixture(scope="module")
def device():
    """A model with errors of one to four detectors, two of them alike but for the observable."""
    return DecodingProblem.from_dem(
        """
        error(0.05) D0 D1 D2 D3 L0
        error(0.03) D0 D1 D2
        error(0.08) D1 D2
        error(0.02) D1 D2 L0
        error(0.10) D0 L0
        error(0.04) D3
        error(0.06) D2 D3
        """
    )


@pytest.fixture(scope="module")
def guess(device):
    return DecodingProblem.from_dem(str(device.source).replace("0.0", "0.02"))


def test_inclusion_and_exclusion_inverts_exact_means(device):
    sets = [detectors for detectors, _ in device.mechanisms.components()]
    logs = np.log1p(-2 * device.priors)

    class Exact:
        logs = {
            members: sum(
                log for other, log in zip(sets, np.log1p(-2 * device.priors)) if len({*other} & {*members}) % 2
            )
            for members in [tuple(np.flatnonzero([(n >> i) & 1 for i in range(4)]).tolist()) for n in range(16)]
        }

    distinct = list(dict.fromkeys(sets))
    together = [sum(log for members, log in zip(sets, logs) if members == wanted) for wanted in distinct]
    assert _by_inclusion_and_exclusion(distinct, Exact) == pytest.approx(together, abs=1e-12)


@pytest.mark.parametrize("method", ["correlations", "moments"])
def test_planted_probabilities_are_found(device, guess, method):
    shots = Shots(*device.sample(400_000, random_state=0))
    learnt = estimate_error_model(guess, shots, method=method, prior_width=10.0)
    assert learnt.mechanisms.components() == guess.mechanisms.components()
    alike = [2, 3]  # only what they do together can be seen; their ratio stays the guess's
    others = [0, 1, 4, 5, 6]
    assert learnt.priors[others] == pytest.approx(device.priors[others], abs=4e-3)
    sums = [np.log1p(-2 * problem.priors[alike]).sum() for problem in (learnt, device)]
    assert sums[0] == pytest.approx(sums[1], abs=0.01)
    ratios = [np.divide(*np.log1p(-2 * problem.priors[alike])) for problem in (learnt, guess)]
    assert ratios[0] == pytest.approx(ratios[1])


def test_a_narrow_prior_keeps_the_guess(device, guess):
    shots = Shots(*device.sample(2000, random_state=0))
    learnt = estimate_error_model(guess, shots, prior_width=1e-3)
    assert learnt.priors == pytest.approx(guess.priors, rel=0.05)


def test_the_learnt_model_decodes_like_the_device():
    quiet, loud = (surface_circuit(rounds=2, p=p) for p in (0.004, 0.012))
    device = DecodingProblem.from_circuit(loud + quiet[:0])
    shots = Shots(*device.sample(100_000, random_state=0))
    learnt = estimate_error_model(DecodingProblem.from_circuit(quiet), shots)
    detectors, observables = device.sample(50_000, random_state=1)
    rates = [
        (MaximumLikelihood().fit(problem).predict(detectors) != observables).mean()
        for problem in (device, learnt, DecodingProblem.from_circuit(quiet))
    ]
    assert rates[1] < rates[0] + 0.001


def test_refinement_improves_a_wrong_model():
    circuit = surface_circuit(rounds=2, p=0.01)
    device = DecodingProblem.from_circuit(circuit)
    spoilt = np.random.default_rng(0).uniform(0.05, 4, 10_000)
    lines, errors = [], 0
    for line in str(device.decomposed_model).splitlines():
        if line.startswith("error("):
            probability, _, rest = line[6:].partition(")")
            line = f"error({min(float(probability) * spoilt[errors], 0.3)}){rest}"
            errors += 1
        lines.append(line)
    wrong = DecodingProblem.from_dem("\n".join(lines))
    shots = Shots(*device.sample(25_000, random_state=0))
    refined = refine_error_model(wrong, shots, passes=4, learning_rate=0.05, random_state=0)
    detectors, observables = device.sample(50_000, random_state=1)
    before, after, best = (
        (Matching().fit(problem).predict(detectors) != observables).mean() for problem in (wrong, refined, device)
    )
    assert after < before - 0.5 * (before - best)


def test_matching_with_our_model_is_level_with_googles(sycamore):
    folder = sycamore / "surface_code_bX_d3_r05_center_3_5"
    theirs = DecodingProblem.from_google(folder, model="pij_from_even_for_odd")
    problem = DecodingProblem.from_google(folder)
    odd = problem.recorded[1::2]
    wrong = Matching().fit(theirs).predict(odd.detectors) != odd.observables
    for method in ("correlations", "moments"):
        ours = estimate_error_model(problem, problem.recorded[::2], method=method)
        ours_wrong = Matching().fit(ours).predict(odd.detectors) != odd.observables
        only_ours, only_theirs = (ours_wrong & ~wrong).sum(), (wrong & ~ours_wrong).sum()
        assert (only_ours - only_theirs) / np.sqrt(only_ours + only_theirs) < 2
    assert np.array_equal(ours.coordinates, problem.coordinates)
    assert len(ours.recorded) == 50_000


def test_what_cannot_be_learnt_from_is_refused(device):
    shots = Shots(*device.sample(100, random_state=0))
    with pytest.raises(TypeError, match="must be Shots where the problem has none recorded"):
        estimate_error_model(device)
    with pytest.raises(ValueError, match="two or more of 4 detectors, got 100 of 3"):
        estimate_error_model(device, Shots(shots.detectors[:, :3], shots.observables))
    with pytest.raises(ValueError, match='must be "correlations" or "moments", got \'guess\''):
        estimate_error_model(device, shots, method="guess")
    with pytest.raises(ValueError, match="component of 4 detectors"):
        refine_error_model(device, shots)
    wide = DecodingProblem.from_dem("error(0.1) D0 D1 D2 D3 D4 D5 D6\nerror(0.1) D0")
    with pytest.raises(ValueError, match="An error flips 7 detectors"):
        estimate_error_model(wide, Shots(*wide.sample(100, random_state=0)), method="correlations")
    assert estimate_error_model(wide, Shots(*wide.sample(1000, random_state=0))).priors == pytest.approx(
        [0.1, 0.1], abs=0.05
    )
