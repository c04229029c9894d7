"""Decoding problems from files: what is sampled, where detectors are, and recorded shots that fit both."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import stim

from .._checks import check_count
from ._google import read_google
from ._shot_files import read_shots
from ._stim_text import check_circuit, check_model, read_text
from .shots import Shots

Source = stim.Circuit | stim.DetectorErrorModel
_Path = str | os.PathLike[str]


@dataclass(frozen=True)
class ProblemFiles:
    """What files hold.

    Attributes
    ----------
    source : stim.Circuit or stim.DetectorErrorModel
    coordinates : dict of int to list of float
        Of detectors, where another file gives them.
    recorded : Shots or None
    """

    source: Source
    coordinates: dict[int, list[float]]
    recorded: Shots | None = None


def read_files(
    *,
    circuit: _Path | None,
    model: _Path | None,
    detectors: _Path | None,
    observables: _Path | None,
    formats: tuple[str | None, str | None],
    appended: bool,
    n_shots: int | None,
) -> ProblemFiles:
    """Return what the files of `DecodingProblem.from_files` hold; `formats` are of detectors and observables."""
    if circuit is None and model is None:
        raise ValueError("Give `circuit` (a .stim file) or `model` (a .dem file), or both.")
    read_circuit = None if circuit is None else check_circuit(read_text(circuit))
    source = read_circuit if model is None else check_model(read_text(model))
    coordinates = _coordinates_for(source, read_circuit)
    if detectors is None:
        if observables is not None or appended or n_shots is not None:
            raise ValueError("`observables`, `appended` and `n_shots` describe shots; give `detectors` with them.")
        return ProblemFiles(source, coordinates)
    if (observables is None) != appended:
        raise ValueError("Give the observables once: in a file of their own, or `appended` to the detectors.")
    width, n_observables = source.num_detectors, source.num_observables
    bits = read_shots(detectors, width, n_observables if appended else 0, formats[0])
    if n_shots is not None and len(bits) != check_count("n_shots", n_shots):
        raise ValueError(f"{Path(detectors).name} holds {len(bits)} shots, {n_shots} were asked for.")
    flips = bits[:, width:] if appended else read_shots(observables, 0, n_observables, formats[1])
    if len(flips) != len(bits):
        raise ValueError(
            f"{Path(observables).name} holds {len(flips)} shots, {Path(detectors).name} {len(bits)}; "
            "take files of one run."
        )
    return ProblemFiles(source, coordinates, Shots(bits[:, :width], flips))


def read_experiment(folder: Path, model: str | None) -> ProblemFiles:
    """Return what a folder of `DecodingProblem.from_google` holds."""
    found = read_google(folder, model)
    circuit = check_circuit(found.circuit)
    source = circuit if found.model is None else check_model(found.model)
    coordinates = _coordinates_for(source, circuit)
    detectors = read_shots(found.detectors, source.num_detectors, 0)
    observables = _flips(found.observables, "observables", source, detectors)
    predictions = {name: _flips(path, name, source, detectors) for name, path in found.predictions.items()}
    return ProblemFiles(source, coordinates, Shots(detectors, observables, predictions))


def _flips(path: Path, name: str, source: Source, detectors: np.ndarray) -> np.ndarray:
    bits = read_shots(path, 0, source.num_observables)
    if len(bits) != len(detectors):
        raise ValueError(f"{path.parent.name}: {name} has {len(bits)} shots, the detectors {len(detectors)}.")
    return bits


def given_coordinates(source: Source) -> dict[int, list[float]]:
    """Return the coordinates of the detectors that have any."""
    return {detector: place for detector, place in source.get_detector_coordinates().items() if place}


def _coordinates_for(source: Source, circuit: stim.Circuit | None) -> dict[int, list[float]]:
    """Return the circuit's coordinates for the detectors of `source`, of which there must be as many."""
    if circuit is None or circuit is source:
        return {}
    sizes = (circuit.num_detectors, circuit.num_observables)
    if sizes != (source.num_detectors, source.num_observables):
        raise ValueError(
            f"The circuit has {sizes[0]} detectors and {sizes[1]} observables, the model {source.num_detectors} and "
            f"{source.num_observables}; take files of one experiment."
        )
    return given_coordinates(circuit)
