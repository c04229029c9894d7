"""How often 95 % intervals hold the truth: purity, calibrated estimates, fidelities, joint intervals.

Each over 1000 repeats with new data; by chance alone the share of an exact interval lies outside 93 to 97 % once in 200
such cases. The schemes have a benchmark of their own.
"""

import numpy as np

import qlearn as ql

from .options import Options
from .results import Result

THREADS = "one"
_FLIPS = np.array([[0.02, 0.1], [0.05, 0.05], [0.0, 0.2]])


def run(options: Options):
    """Yield one result a quantity."""
    n_repeats = 20 if options.quick else 1000
    for name, (covers, title) in _CASES.items():
        if options.wants(title):
            share = np.mean([covers(np.random.default_rng([seed, 77])) for seed in range(n_repeats)])
            metrics = {"coverage": float(share), f"off_95_percent_{name}": abs(float(share) - 0.95)}
            yield Result(title, 1, metrics=metrics, notes=[f"{n_repeats} repeats"])


def _holds(estimate, truth):
    low, high = estimate.interval()
    return bool(low <= truth <= high)


def _purity(n_shots, each):
    state = ql.sim.State.random(3, random_state=1)
    density = state.reduced([0, 1])
    truth = np.trace(density @ density).real

    def covers(rng):
        data = ql.shadows.Uniform(each, random_state=rng).design(ql.PauliSum("ZZZ"), n_shots).measure(state, rng)
        return _holds(ql.shadows.purity(data, [0, 1]), truth)

    return covers


def _third_moment(rng):
    state = ql.sim.State.random(3, random_state=1)
    density = state.reduced([0, 1])
    data = ql.shadows.Uniform(10, random_state=rng).design(ql.PauliSum("ZZZ"), 2000).measure(state, rng)
    return _holds(ql.shadows.moment(data, 3, [0, 1]), np.trace(density @ density @ density).real)


def _calibrated(rng):
    observable, state = ql.PauliSum({"ZZI": 1.0, "IZX": 0.4, "IIZ": 0.5}), ql.sim.State.product("01+")
    data = _misread(ql.shadows.MeasurementScheme(["ZZX", "ZZZ"], [500, 500]).measure(state, rng), rng)
    known = [_misread(ql.shadows.ShadowData(["ZZZ"], np.full((300, 3), bit), [300]), rng) for bit in (0, 1)]
    estimator = ql.shadows.Calibrated(ql.shadows.ReadoutCalibration().fit(*known))
    return _holds(estimator.estimate(data, observable), state.expectation(observable))


def _misread(data, rng):
    chance = np.where(data.outcomes == 0, _FLIPS[:, 0], _FLIPS[:, 1])
    return ql.shadows.ShadowData(
        data.bases, data.outcomes ^ (rng.random(chance.shape) < chance), data.shots_per_setting
    )


def _fidelity(rng):
    state, target = ql.sim.State.random(3, random_state=1), ql.sim.State.random(3, random_state=2)
    data = ql.shadows.Uniform(random_state=rng).design(ql.PauliSum("ZZZ"), 1000).measure(state, rng)
    return _holds(ql.shadows.fidelity(data, target), state.fidelity(target))


def _joint(rng):
    state = ql.sim.State.random(3, random_state=3)
    labels = ("XXI", "IYZ", "ZIX", "YIY", "IXX", "XII", "IIY", "IZI")
    sums = [ql.PauliSum({label: 1.0, "ZZI": 0.7}) for label in labels]
    data = ql.shadows.Uniform(random_state=rng).design(sums[0], 3000).measure(state, rng)
    estimator = ql.shadows.MatchRatio()
    low, high = ql.shadows.joint_interval(estimator.estimate(data, sums), covariance=estimator.covariance(data, sums))
    truth = state.expectation(sums)
    return bool(((low <= truth) & (truth <= high)).all())


_CASES = {
    "purity": (_purity(3000, 20), "purity, 150 settings of 20 shots"),
    "purity_one_shot": (_purity(500, 1), "purity, 500 settings of one shot"),
    "third_moment": (_third_moment, "Tr rho**3, 200 settings of 10 shots"),
    "calibrated": (_calibrated, "confusion matrices from 600 shots"),
    "fidelity": (_fidelity, "fidelity to a pure state, 1000 settings of one shot"),
    "joint": (_joint, "eight sums at once, 3000 settings of one shot"),
}
