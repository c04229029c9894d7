"""Training that can be interrupted: a file of numbers from which it goes on as if nothing had happened."""

import json
import os
import time
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from .. import persistence
from ._budget import Budget
from .problem import DecodingProblem

_EVERY_SECONDS = 60.0


class Checkpoint:
    """Where a training stands.

    Parameters
    ----------
    identity : str
        What is trained, on what, with which settings and seed: a training goes on from its own file only.
    params : dict
        JSON values.
    arrays : dict of str to ndarray
        Parameters, averages, moments, tables.
    """

    def __init__(self, identity: str, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self.identity, self.params, self.arrays = identity, params, arrays

    def _to_data(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        return {"identity": self.identity, "state": self.params}, self.arrays

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Checkpoint":
        if not isinstance(params["identity"], str) or not isinstance(params["state"], dict):
            raise ValueError("a checkpoint has a text `identity` and a table `state`.")
        return cls(params["identity"], params["state"], arrays)


class CheckpointFile:
    """The file of one training, or none: then nothing is read or written."""

    def __init__(self, path: str | os.PathLike[str] | None, identity: dict[str, Any]) -> None:
        self.path = path
        self.identity = json.dumps(identity, sort_keys=True, default=str)
        self._written = time.perf_counter()

    @classmethod
    def of(cls, decoder: BaseEstimator, problem: DecodingProblem, budget: Budget) -> "CheckpointFile":
        """Return the file that a decoder's `checkpoint` names; ValueError if no folder is there to take it, before a
        minute is lost, or the decoder's seed would not come again."""
        settings = decoder.get_params(deep=False)
        path = settings.pop("checkpoint")
        if path is not None and not isinstance(settings["random_state"], int | np.integer):
            raise ValueError(
                f"A fit with a checkpoint needs an integer `random_state` to go on from, got {decoder.random_state!r}."
            )
        if path is not None and not os.path.isdir(folder := os.path.dirname(os.path.abspath(path))):
            raise ValueError(f"The checkpoint is to be in {folder!r}, which is no folder; make it first.")
        settings.pop("n_jobs", None)
        identity = {"class": type(decoder).__name__, "problem": problem.fingerprint, "settings": settings}
        return cls(path, identity | {"n_shots": budget.n_shots, "seconds": budget.seconds})

    def read(self) -> Checkpoint | None:
        """Return where the training stood, None where it has not begun; ValueError if the file is another's."""
        if self.path is None or not os.path.exists(self.path):
            return None
        found = persistence.load(self.path)
        if not isinstance(found, Checkpoint) or found.identity != self.identity:
            raise ValueError(
                f"{os.fspath(self.path)!r} is not a checkpoint of this training (decoder, settings, problem, budget, "
                "seed must agree); give another path, or delete it to begin again."
            )
        return found

    def write(self, params: dict[str, Any], arrays: dict[str, np.ndarray], *, at_once: bool = False) -> None:
        """Write where the training stands, unless that was done within the last minute."""
        if self.path is None or not (at_once or time.perf_counter() - self._written >= _EVERY_SECONDS):
            return
        persistence.save(Checkpoint(self.identity, params, arrays), self.path)
        self._written = time.perf_counter()


def prefixed(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return arrays under longer names."""
    return {f"{prefix}.{name}": array for name, array in arrays.items()}


def without_prefix(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays whose names `prefixed` made, under their own."""
    return {name.removeprefix(f"{prefix}."): a for name, a in arrays.items() if name.startswith(f"{prefix}.")}
