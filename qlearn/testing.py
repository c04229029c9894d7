"""Conformance suites: what a class must do to take part, checked on an object of it.

`check_engine` holds an engine to the contract of `qlearn.sim.AbstractEngine`, `check_decoder` a decoder to that of
`qlearn.decoders.AbstractDecoder`, `check_protocol` a way to choose measurements to that of
`qlearn.shadows.AbstractScheme`; classes from outside too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .circuits import Circuit, parameters
from .decoders import AbstractDecoder, AbstractSoftDecoder, DecodingProblem
from .estimates import Estimate
from .paulis import PauliSum
from .search._conformance import check_strategy
from .shadows import AbstractScheme, estimate, scheme_variance
from .sim import AbstractEngine, State

__all__ = ["check_decoder", "check_engine", "check_protocol", "check_strategy"]

_STANDARD_ERRORS = 6.0  # 1e-9 per comparison that a correct stochastic engine fails
_HALF = np.pi / 2


def check_engine(engine: AbstractEngine, tolerance: float = 1e-9) -> None:
    """Return if an engine keeps the contract of `AbstractEngine`, raise where it does not.

    Circuits are Clifford, with angles that are multiples of pi/2, so that every engine can take part. An exact engine
    must be right to `tolerance`; one whose expectation values are an `Estimate`, within six of its standard errors.
    Shapes with and without batch axis and list of observables, values as dict, qubit order, empty circuits, one qubit,
    seeds, shots, samples and the messages of errors are checked. Speed and more than five qubits are not.

    Parameters
    ----------
    engine : AbstractEngine
        Of small settings: some thirty circuits are run.
    tolerance : float
        Largest error of an exact value; 1e-5 for single precision.

    Raises
    ------
    AssertionError
        At the first breach, with what was expected and what came.
    TypeError
        If it is no engine.

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.testing.check_engine(ql.sim.Statevector())
    """
    if not isinstance(engine, AbstractEngine):
        raise TypeError(f"`engine` must be an AbstractEngine, got {type(engine).__name__}.")
    for check in (
        _check_shapes,
        _check_values,
        _check_qubit_order,
        _check_edges,
        _check_sample_shapes,
        _check_samples,
        _check_shots,
        _check_seeds,
        _check_refusals,
        _check_other_angles,
    ):
        check(engine, tolerance)


def _require(condition: Any, engine: AbstractEngine, what: str) -> None:
    if not condition:
        raise AssertionError(f"{engine!r}: {what}")


def _numbers(result: Any) -> np.ndarray:
    return np.asarray(result.value if isinstance(result, Estimate) else result)


def _require_values(engine: AbstractEngine, result: Any, expected: Any, tolerance: float, what: str) -> None:
    found, allowed = _numbers(result), tolerance
    if isinstance(result, Estimate):
        allowed = tolerance + _STANDARD_ERRORS * np.nan_to_num(np.asarray(result.std_error))
    _require(
        found.shape == np.shape(expected), engine, f"{what} must have shape {np.shape(expected)}, got {found.shape}."
    )
    _require(
        (np.abs(found - np.asarray(expected)) <= allowed).all(), engine, f"{what} must be {expected}, got {result}."
    )


def _ansatz() -> tuple[Circuit, list[PauliSum], np.ndarray, np.ndarray]:
    """Return a circuit, observables, values (3, 2) and the closed form of the expectation values, (3, 2)."""
    theta = parameters("theta", 2)
    circuit = Circuit(2).ry(theta[0], 0).cx(0, 1).ry(2.0 * theta[1], 1)
    observables = [PauliSum("ZI"), PauliSum({"ZZ": 1.0, "II": 0.5})]
    values = np.array([[0.0, 0.0], [2.0, 1.0], [-4.0, 3.0]]) * _HALF
    first, second = np.cos(values[:, 0]), np.cos(2.0 * values[:, 1])
    return circuit, observables, values, np.stack([first, second + 0.5], axis=1)


def _check_shapes(engine: AbstractEngine, tolerance: float) -> None:
    circuit, observables, values, expected = _ansatz()
    cases = [
        (observables, values, expected, "expectation of 2 observables at 3 rows"),
        (observables[1], values, expected[:, 1], "expectation of one PauliSum at 3 rows"),
        (observables[:1], values[1], expected[1, :1], "expectation of a list of one at one row"),
        (observables[0], values[2], expected[2, 0], "expectation of one PauliSum at one row"),
        (observables, values[:1], expected[:1], "expectation of 2 observables in a batch of one"),
    ]
    for asked, rows, exact, what in cases:
        _require_values(engine, engine.expectation(circuit, asked, rows), exact, tolerance, what)


def _check_values(engine: AbstractEngine, tolerance: float) -> None:
    circuit, observables, values, expected = _ansatz()
    vector = parameters("theta", 2)
    for named in (
        {"theta[0]": values[:, 0], "theta[1]": values[:, 1]},
        {vector[0]: values[:, 0], vector[1]: values[:, 1]},
        {vector: values},
    ):
        result = engine.expectation(circuit, observables, named)
        _require_values(engine, result, expected, tolerance, f"expectation at values {list(named)}")
    mixed = {"theta[0]": values[:, 0], "theta[1]": 0.0}
    exact = np.stack([expected[:, 0], np.full(3, 1.5)], axis=1)
    result = engine.expectation(circuit, observables, mixed)
    _require_values(engine, result, exact, tolerance, "expectation where one value of two has a batch axis")
    transposed = engine.expectation(circuit, observables, np.asfortranarray(values))
    _require_values(engine, transposed, expected, tolerance, "expectation at values in Fortran order")


def _check_qubit_order(engine: AbstractEngine, tolerance: float) -> None:
    n_qubits = 5
    zs = [PauliSum.single(f"Z{qubit}", n_qubits=n_qubits) for qubit in range(n_qubits)]
    for qubit in range(n_qubits):
        circuit = Circuit(n_qubits).x(qubit)
        bits = np.eye(n_qubits, dtype=int)[qubit]
        what = f"after x({qubit}) on {n_qubits} qubits, "
        _require_values(engine, engine.expectation(circuit, zs), 1 - 2 * bits, tolerance, what + "Z of each qubit")
        sampled = engine.sample(circuit, n_shots=3, random_state=0)
        _require((sampled == bits).all(), engine, what + f"every sample must be {bits}, got {sampled.tolist()}.")


def _check_edges(engine: AbstractEngine, tolerance: float) -> None:
    for n_qubits in (1, 3):
        observables = [PauliSum("Z" * n_qubits), PauliSum("X" * n_qubits), PauliSum.identity(n_qubits)]
        result = engine.expectation(Circuit(n_qubits), observables)
        _require_values(
            engine, result, [1.0, 0.0, 1.0], tolerance, f"ZZ.., XX.., II.. of an empty {n_qubits}-qubit circuit"
        )
    rotated = Circuit(1).rx(parameters("t", 1)[0], 0)
    rows = np.arange(-4, 5)[:, None] * _HALF
    result = engine.expectation(rotated, [PauliSum("Z"), PauliSum("Y")], rows)
    exact = np.concatenate([np.cos(rows), -np.sin(rows)], axis=1)
    _require_values(engine, result, exact, tolerance, "Z and Y of one rotated qubit")


def _check_sample_shapes(engine: AbstractEngine, tolerance: float) -> None:
    circuit, _, values, _ = _ansatz()
    for rows, n_shots, shape in ((values, 4, (3, 4, 2)), (values[0], 4, (4, 2)), (values[:1], 0, (1, 0, 2))):
        bits = engine.sample(circuit, rows, n_shots=n_shots, random_state=1)
        _require(bits.dtype == np.uint8, engine, f"samples must be uint8, got {bits.dtype}.")
        _require(bits.shape == shape, engine, f"samples must have shape {shape}, got {bits.shape}.")


def _check_samples(engine: AbstractEngine, tolerance: float) -> None:
    n_shots = 400
    pair = engine.sample(Circuit(3).h(0).cx(0, 2), n_shots=n_shots, random_state=7)
    _require((pair[:, 0] == pair[:, 2]).all(), engine, "the two qubits of a Bell pair must be read equal.")
    _require(not pair[:, 1].any(), engine, "an untouched qubit must be read as 0.")
    deviation = abs(pair[:, 0].mean() - 0.5) * 2 * np.sqrt(n_shots)
    _require(
        deviation < _STANDARD_ERRORS,
        engine,
        f"half of the Bell pairs must read 1, got a fraction of {pair[:, 0].mean()}.",
    )


def _check_shots(engine: AbstractEngine, tolerance: float) -> None:
    circuit, observables, values, expected = _ansatz()
    result = engine.expectation(circuit, observables, values, n_shots=200, random_state=3)
    _require(isinstance(result, Estimate), engine, f"n_shots must give an Estimate, got {type(result).__name__}.")
    _require(result.n_shots == 200, engine, f"the Estimate must say 200 shots, got {result.n_shots}.")
    _require_values(engine, result, expected, 1e-9, "expectation from shots")
    turned = Circuit(2).h(0).cx(0, 1)
    result = engine.expectation(turned, PauliSum({"XX": 1.0, "YY": 0.5, "ZI": 2.0}), n_shots=3000, random_state=4)
    _require_values(engine, result, 0.5, 1e-9, "XX + YY/2 + 2 ZI of a Bell pair from shots")
    _require(0 < float(result.std_error) < 0.2, engine, f"the standard error cannot be {result.std_error}.")


def _check_seeds(engine: AbstractEngine, tolerance: float) -> None:
    circuit = Circuit(4).h(0).h(1).h(2).h(3)

    def draw(seed: Any) -> np.ndarray:
        return engine.sample(circuit, n_shots=50, random_state=seed)

    first = draw(11)
    _require(np.array_equal(first, draw(11)), engine, "the same seed must give the same samples.")
    _require(not np.array_equal(first, draw(12)), engine, "another seed must give other samples.")
    fresh = np.random.default_rng(5)
    _require(not np.array_equal(draw(fresh), draw(fresh)), engine, "a Generator must move on between calls.")
    rows = engine.sample(Circuit(1).rx(parameters("t", 1)[0], 0), [[_HALF]] * 2, n_shots=60, random_state=1)
    _require(not np.array_equal(rows[0], rows[1]), engine, "rows of values must have streams of their own.")
    if not hasattr(engine, "n_jobs"):
        return
    theta = parameters("t", 1)[0]
    bell, values = Circuit(2).rx(theta, 0).cx(0, 1), np.full((9, 1), _HALF)
    kept, results = engine.n_jobs, []
    try:
        for n_jobs in (1, 3):
            engine.n_jobs = n_jobs
            estimate = engine.expectation(bell, PauliSum("ZZ"), values, n_shots=20, random_state=2)
            results.append((engine.sample(bell, values, n_shots=20, random_state=2), estimate.value))
    finally:
        engine.n_jobs = kept
    same = all(np.array_equal(one, other) for one, other in zip(*results, strict=True))
    _require(same, engine, "results of one seed must not depend on n_jobs.")


def _check_refusals(engine: AbstractEngine, tolerance: float) -> None:
    circuit, observables, values, _ = _ansatz()
    z = observables[0]
    broken = values.copy()
    broken[1, 1] = np.nan
    not_hermitian = PauliSum({"ZI": 1.0 + 1.0j})
    cases: list[tuple[str, type[Exception], str, Callable[[], Any]]] = [
        ("unbound parameters", ValueError, "theta[0]", lambda: engine.expectation(circuit, z)),
        ("values of the wrong width", ValueError, "(5,)", lambda: engine.expectation(circuit, z, np.zeros(5))),
        ("values that are NaN", ValueError, "values", lambda: engine.expectation(circuit, z, broken)),
        ("a missing name", ValueError, "theta[1]", lambda: engine.expectation(circuit, z, {"theta[0]": 0.0})),
        ("an observable that is not Hermitian", ValueError, "Hermitian",
         lambda: engine.expectation(circuit, not_hermitian, values)),
        ("an observable on 3 qubits", ValueError, "3", lambda: engine.expectation(circuit, PauliSum("ZII"), values)),
        ("no observable", ValueError, "observables", lambda: engine.expectation(circuit, [], values)),
        ("text for an observable", TypeError, "PauliSum", lambda: engine.expectation(circuit, ["ZI"], values)),
        ("text for a circuit", TypeError, "circuit", lambda: engine.expectation("h 0", z)),
        ("no shots", ValueError, "n_shots", lambda: engine.expectation(circuit, z, values, n_shots=0)),
        ("negative shots", ValueError, "n_shots", lambda: engine.sample(circuit, values, n_shots=-1)),
        ("text for a seed", TypeError, "random_state",
         lambda: engine.sample(circuit, values, n_shots=1, random_state="a")),
    ]  # fmt: skip
    for what, kind, word, call in cases:
        _require_refusal(engine, what, kind, word, call)


def _require_refusal(engine: Any, what: str, kind: type[Exception], word: str, call: Callable[[], Any]) -> None:
    try:
        call()
    except kind as error:
        _require(word in str(error), engine, f"the error on {what} must mention {word!r}, it says: {error}")
        return
    except Exception as error:
        raise AssertionError(f"{engine!r}: {what} must raise {kind.__name__}, got {error!r}.") from error
    raise AssertionError(f"{engine!r}: {what} must raise {kind.__name__}, nothing was raised.")


def _check_other_angles(engine: AbstractEngine, tolerance: float) -> None:
    """What an engine cannot do it must refuse, naming one that can."""
    circuit = Circuit(2).ry(0.3, 0).t(0).cx(0, 1)
    noisy = Circuit(1).amplitude_damping(0.25, 0)
    measured = Circuit(2).x(1).measure([1])
    for what, call, expected in (
        ("Z after a rotation by 0.3", lambda: engine.expectation(circuit, PauliSum("IZ")), np.cos(0.3)),
        ("Z of a damped |0>", lambda: engine.expectation(noisy, PauliSum("Z")), 1.0),
        ("the record of a measurement", lambda: engine.sample(measured, n_shots=2, random_state=0), [[1], [1]]),
    ):
        try:
            result = call()
        except (ValueError, NotImplementedError) as error:
            names = ("Statevector", "DensityMatrix", "Trajectories", "Stabilizer")
            named = any(name in str(error) for name in names if name != type(engine).__name__)
            _require(named, engine, f"a refusal must name an engine that can, it says: {error}")
        else:
            _require_values(engine, result, expected, tolerance, what)


_SMALL_MODEL = "error(0.1) D0 L0\nerror(0.12) D0 D1 L1\nerror(0.08) D1 D2\nerror(0.06) D2 L0 L1\nerror(0.05) L1"


def check_decoder(decoder: AbstractDecoder, n_shots: int = 20_000) -> None:
    """Return if a decoder keeps the contract of `AbstractDecoder`, raise where it does not.

    Cloning, pickling, shapes, dtypes, packed bits, independence of shots, the empty batch, seeds and the messages of
    errors are checked, on three detectors and two observables. Quality is not, beyond never being worse than to predict
    no flip.

    Parameters
    ----------
    decoder : AbstractDecoder
        Not fitted; if it learns from shots, with a fixed `random_state`.
    n_shots : int
        Training shots, for one that learns.

    Raises
    ------
    AssertionError
        At the first breach, with what was expected.
    TypeError
        If it is no decoder.

    Examples
    --------
    >>> ql.testing.check_decoder(ql.decoders.Matching())
    """
    from sklearn.base import clone

    if not isinstance(decoder, AbstractDecoder):
        raise TypeError(f"`decoder` must be an AbstractDecoder, got {type(decoder).__name__}.")
    problem = DecodingProblem.from_dem(_SMALL_MODEL)
    detectors, observables = problem.sample(2000, random_state=1)
    budget = {} if decoder.default_shots is None else {"n_shots": n_shots}
    fitted, again = clone(decoder), clone(decoder)
    before = repr(fitted.get_params())
    _require_not_fitted(fitted, detectors)
    _expect(fitted.fit(problem, **budget) is fitted, decoder, "fit returns the decoder")
    _expect(repr(fitted.get_params()) == before, decoder, "fit leaves the parameters of the constructor alone")
    predicted = fitted.predict(detectors)
    _expect(predicted.dtype == bool, decoder, f"predictions are bool, not {predicted.dtype}")
    _expect(predicted.shape == observables.shape, decoder, "one prediction a shot and observable")
    wrong = (predicted != observables).any(axis=1).mean()
    _expect(wrong <= observables.any(axis=1).mean() + 0.02, decoder, "it does not lose to predicting no flip")
    _check_decoder_batches(fitted, detectors, predicted)
    _expect(np.array_equal(again.fit(problem, **budget).predict(detectors), predicted), decoder, "seeds fix the result")
    if isinstance(decoder, AbstractSoftDecoder):
        probability = fitted.predict_probability(detectors)
        _expect(np.array_equal(probability > 0.5, predicted), decoder, "probabilities agree with predictions")


def _check_decoder_batches(decoder: AbstractDecoder, detectors: np.ndarray, predicted: np.ndarray) -> None:
    import pickle

    n_observables = predicted.shape[1]
    _expect(np.array_equal(decoder.predict(detectors[::-1])[::-1], predicted), decoder, "shots are independent")
    single = np.vstack([decoder.predict(detectors[shot : shot + 1]) for shot in range(20)])
    _expect(np.array_equal(single, predicted[:20]), decoder, "a shot alone is decoded as in a batch")
    packed = decoder.predict_packed(np.packbits(detectors, axis=1, bitorder="little"))
    wanted = np.packbits(predicted, axis=1, bitorder="little")
    _expect(packed.dtype == np.uint8 and np.array_equal(packed, wanted), decoder, "packed predictions are the same")
    _expect(decoder.predict(detectors[:0]).shape == (0, n_observables), decoder, "no shots give no predictions")
    copy = pickle.loads(pickle.dumps(decoder))
    _expect(np.array_equal(copy.predict(detectors), predicted), decoder, "it can be pickled")
    try:
        decoder.predict(detectors[:, :-1])
    except ValueError as error:
        _expect("detectors" in str(error), decoder, "the error for a wrong width names `detectors`")
    else:
        _expect(False, decoder, "a wrong number of detectors is refused")


def _require_not_fitted(decoder: AbstractDecoder, detectors: np.ndarray) -> None:
    from sklearn.exceptions import NotFittedError

    try:
        decoder.predict(detectors)
    except NotFittedError:
        return
    _expect(False, decoder, "predict before fit raises NotFittedError")


def _expect(condition: Any, checked: Any, what: str) -> None:
    if not condition:
        raise AssertionError(f"{type(checked).__name__}: expected that {what}.")


_SMALL_SUM = {"III": 0.7, "ZII": 0.5, "IZZ": -0.4, "XXI": 0.3, "IYY": 0.25, "ZXZ": 0.2, "YIX": -0.15}


def check_protocol(scheme: AbstractScheme, n_shots: int = 5_000) -> None:
    """Return if a way to choose settings keeps the contract of `AbstractScheme`, raise where it does not.

    Cloning, pickling, seeds, the number of shots, the codes of letters, independence of the unit and of the identity,
    one shot, one term, one qubit, the messages of errors, and an estimate within six standard errors of the truth that
    varies as `scheme_variance` says are checked, on three qubits. Quality is not.

    Parameters
    ----------
    scheme : AbstractScheme
        If it draws settings at random, with a fixed `random_state`.
    n_shots : int
        Shots of the estimate; enough for every term to be measured.

    Raises
    ------
    AssertionError
        At the first breach, with what was expected.
    TypeError
        If it is no scheme.

    Examples
    --------
    >>> ql.testing.check_protocol(ql.shadows.ShadowGrouping())
    """
    import pickle

    from sklearn.base import clone

    if not isinstance(scheme, AbstractScheme):
        raise TypeError(f"`scheme` must be an AbstractScheme, got {type(scheme).__name__}.")
    hamiltonian = PauliSum(_SMALL_SUM)
    before = repr(scheme.get_params())
    design = scheme.design(hamiltonian, n_shots)
    _expect(repr(scheme.get_params()) == before, scheme, "design leaves the parameters of the constructor alone")
    _expect(repr(clone(scheme).get_params()) == before, scheme, "a clone has the same parameters")
    for other, what in (
        (clone(scheme).design(hamiltonian, n_shots), "a clone designs the same"),
        (pickle.loads(pickle.dumps(scheme)).design(hamiltonian, n_shots), "it can be pickled"),
        (scheme.design(hamiltonian, n_shots), "designing twice gives the same: fix `random_state`"),
        (scheme.design(4 * hamiltonian, n_shots), "the unit of the coefficients does not matter"),
        (scheme.design(hamiltonian + 9.0, n_shots), "the identity does not matter"),
    ):
        same = design.labels() == other.labels()
        _expect(same and (design.shots_per_setting == other.shots_per_setting).all(), scheme, what)
    _check_design(scheme, design, n_shots)
    for few, small in ((1, hamiltonian), (7, PauliSum({"XYZ": -2.0})), (5, PauliSum({"Y": 1.0, "Z": 0.5}))):
        tiny = scheme.design(small, few)
        _expect((tiny.n_shots, tiny.n_qubits) == (few, small.n_qubits), scheme, f"all of {few} shots are spent")
    for what, kind, word, call in (
        ("a text for a sum", TypeError, "PauliSum", lambda: scheme.design("ZZ", 10)),
        ("a sum that is not Hermitian", ValueError, "Hermitian", lambda: scheme.design(PauliSum({"ZZ": 1j}), 10)),
        ("a constant", ValueError, "nothing to measure", lambda: scheme.design(PauliSum({"II": 1.0}), 10)),
        ("no shots", ValueError, "n_shots", lambda: scheme.design(hamiltonian, 0)),
    ):
        _require_refusal(scheme, what, kind, word, call)


def _check_design(scheme: AbstractScheme, design: Any, n_shots: int) -> None:
    hamiltonian, state = PauliSum(_SMALL_SUM), State.random(3, random_state=5)
    _expect(design.n_shots == n_shots, scheme, f"all of {n_shots} shots are spent, not {design.n_shots}")
    _expect(design.bases.shape == (design.n_settings, 3), scheme, "there is one letter for each qubit")
    _expect((design.shots_per_setting > 0).all(), scheme, "no setting is listed without shots")
    chances = design.basis_probabilities
    if chances is not None:
        seen = np.stack([design.shots_per_setting @ (design.bases == code) for code in range(3)], axis=1) / n_shots
        spread = np.sqrt(chances * (1 - chances) / design.n_settings)
        _expect((np.abs(seen - chances) <= _STANDARD_ERRORS * spread + 1e-9).all(), scheme, "letters come as stated")
    found = estimate(design.measure(state, random_state=3), hamiltonian)
    error = abs(found.value - state.expectation(hamiltonian))
    _expect(np.isfinite(found.value), scheme, "every term is measured")
    _expect(error < _STANDARD_ERRORS * found.std_error, scheme, "the estimate is within six standard errors")
    ratio = found.std_error**2 / scheme_variance(design, hamiltonian, state)
    _expect(0.7 < ratio < 1.4, scheme, f"errors are those of `scheme_variance`; the ratio of variances is {ratio:.2f}")
    _expect(len(design.circuits()) == design.n_settings, scheme, "there is one circuit for each setting")
