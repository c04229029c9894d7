"""PyMatching behind an object that can be pickled and copied: the native graph is built again from the model's text."""

from typing import Any

import numpy as np
import pymatching
import stim

from .shots import pack


class MatchingGraph:
    """Minimum-weight perfect matching on a decomposed error model.

    PyMatching takes no certain errors, and none above one half where it matches twice: such an error counts as fired,
    and the model has the chance that it did not.
    """

    def __init__(self, model: stim.DetectorErrorModel, *, correlated: bool) -> None:
        self._correlated = correlated
        limit = 0.5 if correlated else np.nextafter(1, 0)
        self._model, self._detectors, self._observables = turned(with_edges_only(model), limit)
        self._is_turned = bool(self._detectors.any() or self._observables.any())
        self._matching = self._build()

    def _build(self) -> pymatching.Matching:
        return pymatching.Matching.from_detector_error_model(self._model, enable_correlations=self._correlated)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_matching"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._matching = self._build()

    def decode(self, detectors: np.ndarray) -> np.ndarray:
        """Return the flipped observables, bool (n_shots, n_observables)."""
        if self._is_turned:
            return self._decode(detectors ^ self._detectors).astype(bool) ^ self._observables
        return self._decode(detectors).astype(bool)

    def decode_packed(self, packed: np.ndarray) -> np.ndarray:
        """Return the flipped observables of packed shots, packed."""
        if self._is_turned:
            bits = np.unpackbits(packed, axis=1, count=len(self._detectors), bitorder="little").view(bool)
            return pack(self.decode(bits))
        return self._decode(packed, bit_packed_shots=True, bit_packed_predictions=True)

    def weights(self, detectors: np.ndarray) -> np.ndarray:
        """Return the weight of the matching of each shot, float (n_shots,), in nats."""
        return self._decode(detectors ^ self._detectors if self._is_turned else detectors, return_weights=True)[1]

    def _decode(self, shots: np.ndarray, **options: bool) -> Any:
        try:
            return self._matching.decode_batch(
                np.ascontiguousarray(shots), enable_correlations=self._correlated, **options
            )
        except ValueError as error:
            raise ValueError(f"A shot cannot come from this error model, no matching explains it: {error}") from error


def with_edges_only(model: stim.DetectorErrorModel) -> stim.DetectorErrorModel:
    """Return the model without components that no detector sees, which matching cannot use."""
    if all(any(target.is_relative_detector_id() for target in group) for group in _groups(model)):
        return model
    kept = stim.DetectorErrorModel()
    for part in model:
        if part.type != "error":
            kept.append(part)
            continue
        groups = [g for g in part.target_groups() if any(target.is_relative_detector_id() for target in g)]
        targets = [target for group in groups for target in (stim.target_separator(), *group)]
        if targets:
            kept.append("error", part.args_copy(), targets[1:])
    # Observables that only such components flip must still count.
    for observable in range(model.num_observables):
        kept.append("logical_observable", [], [stim.target_logical_observable_id(observable)])
    return kept


def turned(model: stim.DetectorErrorModel, limit: float) -> tuple[stim.DetectorErrorModel, np.ndarray, np.ndarray]:
    """Return the model in which errors likelier than `limit` count as fired, and what these flip in every shot.

    That is bool (n_detectors,) and bool (n_observables,).
    """
    detectors, observables = np.zeros(model.num_detectors, bool), np.zeros(model.num_observables, bool)
    if not any(part.type == "error" and part.args_copy()[0] > limit for part in model):
        return model, detectors, observables
    changed = stim.DetectorErrorModel()
    for part in model:
        if part.type != "error" or part.args_copy()[0] <= limit:
            changed.append(part)
            continue
        changed.append("error", 1 - part.args_copy()[0], part.targets_copy())
        for target in part.targets_copy():
            if not target.is_separator():
                flips = detectors if target.is_relative_detector_id() else observables
                flips[target.val] ^= True
    return changed, detectors, observables


def _groups(model: stim.DetectorErrorModel) -> Any:
    return (group for part in model if part.type == "error" for group in part.target_groups())
