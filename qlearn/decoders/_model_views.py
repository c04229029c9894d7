"""The error models of a circuit: its own, one of merged mechanisms, one of edges."""

import numpy as np
import stim

from .mechanisms import Mechanisms, error_terms


def circuit_model(circuit: stim.Circuit, *, decompose: bool) -> stim.DetectorErrorModel:
    """Return the error model of a circuit, flat; ValueError where there is none, or errors do not decompose."""
    try:
        return circuit.detector_error_model(
            decompose_errors=decompose, flatten_loops=True, approximate_disjoint_errors=True
        )
    except ValueError as error:
        if decompose:
            raise ValueError(
                "Errors of this circuit do not decompose into edges, so it is no matching problem; take a decoder of "
                "hyperedges, such as BPOSD or Tesseract, or MLPDecoder on few detectors. "
                f"Stim says: {str(error).splitlines()[0]}"
            ) from error
        raise ValueError(f"The circuit gives no error model: {error}") from error


def merged_model(mechanisms: Mechanisms, coordinates: np.ndarray) -> stim.DetectorErrorModel:
    """Return the model of mechanisms, and of detectors at coordinates, float (n_detectors, any), or NaN."""
    model = stim.DetectorErrorModel()
    for prior, (detectors, observables) in zip(mechanisms.priors, mechanisms.components()):
        targets = [stim.target_relative_detector_id(d) for d in detectors]
        model.append("error", prior, targets + [stim.target_logical_observable_id(o) for o in observables])
    # Declared, so that indices no mechanism reaches still count.
    for detector, position in enumerate(coordinates):
        model.append("detector", position[~np.isnan(position)], [stim.target_relative_detector_id(detector)])
    for observable in range(mechanisms.logical_matrix.shape[0]):
        model.append("logical_observable", [], [stim.target_logical_observable_id(observable)])
    return model


def checked_edges(model: stim.DetectorErrorModel) -> stim.DetectorErrorModel:
    """Return the model if its components have at most two detectors, as matching needs; else raise ValueError."""
    widest = max((len(d) for _, parts in error_terms(model) for d, _ in parts), default=0)
    if widest > 2:
        raise ValueError(
            f"The model has a component of {widest} detectors, so it is no matching graph; decompose it "
            "(in Stim: decompose_errors=True) or take a decoder of hyperedges, such as BPOSD or Tesseract, or "
            "MLPDecoder on few detectors."
        )
    return model
