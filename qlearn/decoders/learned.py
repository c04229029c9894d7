"""What learned decoders share: they can be saved as data, and those made of networks go on learning from new shots."""

from abc import abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import stim

from .._checks import check_array, check_count
from .._random import RandomState
from ._local_network import LocalNetwork
from ._names import decoder_classes, decoder_name
from ._network import Network
from ._settings import check_positive
from .base import AbstractDecoder, AbstractSoftDecoder
from .problem import DecodingProblem
from .shots import Shots

__all__ = ["AbstractLearnedDecoder", "AbstractNeuralDecoder"]

LEAST_TUNING_STEPS = 100
Data = tuple[dict[str, Any], dict[str, np.ndarray]]


class AbstractLearnedDecoder(AbstractDecoder):
    """Base of decoders that `qlearn.save` can write: a subclass also writes `_state` and `_restore`.

    A file holds the settings, the error model, and what was learnt. `_fit` stores the problem under ``_problem``.
    """

    _problem: DecodingProblem
    _fitted_parts: ClassVar[tuple[str, ...]] = ()  # settings that `_state` holds, with what they learnt

    @abstractmethod
    def _state(self) -> Data:
        """Return what was learnt: JSON values, and arrays."""

    @abstractmethod
    def _restore(self, problem: DecodingProblem, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        """Take what `_state` gave, checked like a user's input."""

    def _to_data(self) -> Data:
        self._check_fitted()
        params, arrays = self._state()
        problem, source = _problem_data(self._problem)
        given = self.get_params(deep=False).items()
        settings = {name: saved_setting(value) for name, value in given if name not in self._fitted_parts}
        header = {"settings": settings, "problem": problem, "fit_seconds": self.fit_seconds_, "state": params}
        return header, {**arrays, **source}

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> Self:
        settings = params["settings"]
        if not isinstance(settings, dict) or settings.keys() != cls().get_params(deep=False).keys() - cls._fitted_parts:
            raise ValueError(f"its settings are not those of {cls.__name__}.")
        decoder = cls(**{name: restored_setting(name, value) for name, value in settings.items()})
        problem = _problem_of(params["problem"], arrays)
        decoder._restore(problem, params["state"], arrays)
        decoder._problem = problem
        decoder.n_detectors_, decoder.n_observables_ = problem.n_detectors, problem.n_observables
        decoder.fingerprint_, decoder.fit_seconds_ = problem.fingerprint, float(params["fit_seconds"])
        return decoder


class AbstractNeuralDecoder(AbstractLearnedDecoder, AbstractSoftDecoder):
    """Base of decoders made of networks: a subclass also writes `_network`, `_network_inputs` and `_fine_tune`."""

    def fine_tune(
        self, shots: Shots, *, passes: int = 1, learning_rate: float = 1e-4, random_state: RandomState = None
    ) -> Self:
        """Return the decoder, adapted to shots of a device or of another noise.

        Parameters
        ----------
        shots : Shots
            With the observables that were flipped; of these the last fifth is held out where a choice is made.
        passes : int
            How often they are gone through; at least 100 steps are made.
        learning_rate : float
            Peak of the schedule, small beside that of `fit`: a device gives few shots.
        random_state : None, int, Generator or SeedSequence
            Of the order of training.

        Returns
        -------
        AbstractNeuralDecoder
            The same object.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError, ValueError
            If the shots have other widths, or are fewer than ten, or a setting is not positive.
        """
        self._check_fitted()
        if not isinstance(shots, Shots):
            raise TypeError(f"`shots` must be Shots, such as `problem.recorded[::2]`, got {type(shots).__name__}.")
        widths, own = (shots.detectors.shape[1], shots.observables.shape[1]), (self.n_detectors_, self.n_observables_)
        if widths != own or len(shots) < 10:
            raise ValueError(
                f"`shots` must be ten or more, of {own[0]} detectors and {own[1]} observables; got {len(shots)} of "
                f"{widths[0]} and {widths[1]}."
            )
        rate = check_positive("learning_rate", learning_rate)
        self._fine_tune(shots, check_count("passes", passes, minimum=1), rate, random_state)
        return self

    @abstractmethod
    def _network(self, observable: int) -> Network | LocalNetwork:
        """Return the network that answers an observable, maybe among others."""

    @abstractmethod
    def _network_inputs(self, detectors: np.ndarray, observable: int) -> np.ndarray:
        """Return what that network sees of shots, float32 (n_shots, n_inputs)."""

    @abstractmethod
    def _fine_tune(self, shots: Shots, passes: int, learning_rate: float, random_state: RandomState) -> None:
        """Go on learning from shots of the right widths."""


def network_parameters(name: str, arrays: dict[str, np.ndarray], size: int) -> np.ndarray:
    """Return the parameters of a network from a file, float32 (size,)."""
    return check_array(name, arrays[name], (size,), dtype=np.float32)


def _problem_data(problem: DecodingProblem) -> Data:
    """Return the text of a problem, and the probabilities of an error model beside it: texts of models round them."""
    source = problem.source
    own = source.get_detector_coordinates()
    extra = [
        [detector, place[~np.isnan(place)].tolist()]
        for detector, place in enumerate(problem.coordinates)
        if not own.get(detector) and not np.isnan(place).all()
    ]
    arrays = {"source": np.frombuffer(str(source).encode(), np.uint8)}
    if isinstance(source, stim.DetectorErrorModel):
        arrays["probabilities"] = np.array([part.args_copy()[0] for part in source if part.type == "error"])
    return {"coordinates": extra}, arrays


def _problem_of(params: dict[str, Any], arrays: dict[str, np.ndarray]) -> DecodingProblem:
    text = check_array("source", arrays["source"], ("n_bytes",), dtype=np.uint8).tobytes().decode()
    places = {check_count("detector", d): [float(x) for x in place] for d, place in params["coordinates"]}
    if "probabilities" not in arrays:
        return DecodingProblem(DecodingProblem.from_circuit(text).source, coordinates=places)
    rounded = DecodingProblem.from_dem(text).source
    n_errors = sum(part.type == "error" for part in rounded)
    exact = iter(check_array("probabilities", arrays["probabilities"], (n_errors,)).tolist())
    model = stim.DetectorErrorModel()
    for part in rounded:
        model.append(part.type, next(exact) if part.type == "error" else part.args_copy(), part.targets_copy())
    return DecodingProblem(model, coordinates=places)


def saved_setting(value: Any) -> Any:
    """Return a constructor's argument as JSON; what cannot be kept, a path or a generator, is left out."""
    if isinstance(value, tuple | list):
        return [saved_setting(entry) for entry in value]
    if isinstance(value, AbstractDecoder):
        if value.default_shots is not None:
            raise ValueError(f"{value!r} learns from shots, so a decoder made on it cannot be saved.")
        given = value.get_params(deep=False).items()
        settings = {name: entry if isinstance(entry, str) else saved_setting(entry) for name, entry in given}
        return {"decoder": decoder_name(type(value)), "settings": settings}
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, bool | int | float) else None


def restored_setting(name: str, value: Any) -> Any:
    """Return a constructor's argument from JSON, checked."""
    if isinstance(value, list):
        return tuple(check_count(name, entry, minimum=1) for entry in value)
    if isinstance(value, dict):
        cls = decoder_classes().get(value["decoder"])
        if cls is None or cls.default_shots is not None or not isinstance(value["settings"], dict):
            raise ValueError(f"its setting {name!r} is no decoder that learns nothing: {value!r}.")
        given = value["settings"].items()
        return cls(**{key: entry if isinstance(entry, str) else restored_setting(key, entry) for key, entry in given})
    if value is not None and not isinstance(value, bool | int | float):
        raise ValueError(f"its setting {name!r} is {value!r}.")
    return value
