"""Where things are in the folders of Google's Sycamore and Willow surface-code releases."""

from dataclasses import dataclass
from pathlib import Path

from ._stim_text import read_text

_CIRCUITS = ("circuit_noisy.stim", "circuit_noisy_si1000.stim")
_CIRCUIT_MODEL = "circuit_detector_error_model"
_PREDICTED = "obs_flips_predicted_by_"


@dataclass(frozen=True)
class GoogleFolder:
    """What one experiment holds.

    Attributes
    ----------
    circuit : str
        Text of the noisy circuit.
    model : str or None
        Text of the chosen error model; None for that of the circuit.
    detectors, observables : Path
        Shot files.
    predictions : dict of str to Path
        Shot files of shipped predictions.
    """

    circuit: str
    model: str | None
    detectors: Path
    observables: Path
    predictions: dict[str, Path]


def read_google(folder: Path, model: str | None) -> GoogleFolder:
    """Return what an experiment's folder holds, with the error model of the given name."""
    circuit = _first(folder, _CIRCUITS)
    models = {path.stem: path for path in sorted(folder.glob("*.dem"))}
    models |= {path.parent.name: path for path in sorted(folder.glob("decoding_results/*/error_model.dem"))}
    if model is not None and model not in models:
        raise ValueError(f"{folder.name} has no error model {model!r}; it has {', '.join(models) or 'none'}.")
    chosen = models.get(_CIRCUIT_MODEL if model is None else model)
    predictions = {path.stem.removeprefix(_PREDICTED): path for path in sorted(folder.glob(f"{_PREDICTED}*.01"))}
    predictions |= {path.parent.name: path for path in sorted(folder.glob("decoding_results/*/obs_flips_predicted.b8"))}
    return GoogleFolder(
        circuit=read_text(circuit),
        model=None if chosen is None else read_text(chosen),
        detectors=_first(folder, ("detection_events.b8",)),
        observables=_first(folder, ("obs_flips_actual.01", "obs_flips_actual.b8")),
        predictions=predictions,
    )


def _first(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ValueError(f"{folder} is no experiment of Google's layouts: it lacks {' and '.join(names)}.")
