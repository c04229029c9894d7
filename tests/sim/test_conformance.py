"""Every engine of the package keeps the contract, and the suite finds planted breaches."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import qlearn as ql
from qlearn.sim import AbstractEngine, Statevector
from qlearn.testing import check_engine

SETTINGS = {"Trajectories": {"n_trajectories": 30}}


def engines():
    """Return every concrete engine defined in a module of `qlearn.sim`, by name."""
    found = {}
    for info in pkgutil.walk_packages(ql.sim.__path__, "qlearn.sim."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            is_engine = inspect.isclass(value) and issubclass(value, AbstractEngine) and not inspect.isabstract(value)
            if is_engine and value.__module__ == info.name:
                found[name] = value
    return dict(sorted(found.items()))


@pytest.mark.parametrize("name", engines())
def test_engines_conform(name):
    assert name in ql.sim.__all__, f"add {name} to qlearn/sim/__init__.py"
    check_engine(engines()[name](**SETTINGS.get(name, {})))


@pytest.mark.parametrize(
    "name", [name for name, kind in engines().items() if "precision" in str(inspect.signature(kind))]
)
def test_single_precision_conforms(name):
    check_engine(engines()[name](precision="single", **SETTINGS.get(name, {})), tolerance=1e-5)


def test_all_four_are_found():
    assert {"DensityMatrix", "Stabilizer", "Statevector", "Trajectories"} <= set(engines())


class Wrong(Statevector):
    """An engine with one fault."""

    def __init__(self, fault):
        super().__init__()
        self.fault = fault

    def expectation(self, circuit, observables, values=None, *, n_shots=None, random_state=None):
        if self.fault == "NaN" and isinstance(values, np.ndarray):
            values = np.nan_to_num(values)
        if self.fault == "shots":
            n_shots = None
        result = super().expectation(circuit, observables, values, n_shots=n_shots, random_state=random_state)
        if self.fault == "axis" and n_shots is None:
            return np.atleast_1d(result)
        return result + 1e-6 if self.fault == "value" and n_shots is None else result

    def _sample(self, program, values, n_shots, seed):
        if self.fault == "order":
            return super()._sample(program, values, n_shots, seed)[..., ::-1]
        if self.fault == "dtype":
            return super()._sample(program, values, n_shots, seed).astype(int)
        if self.fault == "seed":
            seed = np.random.SeedSequence(0)
        if self.fault == "jobs" and self.n_jobs == 3:
            seed = np.random.SeedSequence(0)
        bits = super()._sample(program, values, n_shots, seed)
        if self.fault == "rows" and (values == values[0]).all():
            bits = bits.copy()
            bits[:] = bits[:1]
        return bits


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("NaN", "values that are NaN must raise ValueError, nothing was raised"),
        ("shots", "n_shots must give an Estimate"),
        ("axis", "expectation of one PauliSum at one row must have shape"),
        ("value", "expectation of 2 observables at 3 rows must be"),
        ("order", "every sample must be"),
        ("dtype", "samples must be uint8, got int64"),
        ("seed", "another seed must give other samples"),
        ("jobs", "must not depend on n_jobs"),
        ("rows", "rows of values must have streams of their own"),
    ],
)
def test_the_suite_finds(fault, message):
    with pytest.raises(AssertionError, match=message):
        check_engine(Wrong(fault))


def test_only_engines_are_checked():
    with pytest.raises(TypeError, match="`engine` must be an AbstractEngine, got int"):
        check_engine(3)
