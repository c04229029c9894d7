"""Devices as the shell names them: a coupling graph, and a file of noise."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..circuits import NoiseModel

NOISE = """JSON, either {"p1": 0.001, "p2": 0.01, "readout": 0.02}, depolarising after every gate, or the numbers of a
device sheet {"t1": 100, "t2": 80, "gate_times": {"1": 0.03, "2": 0.3, "rz": 0}, "gate_errors": {"1": 0.0005,
"2": {"0-1": 0.008, "1-2": 0.01}, "rz": 0}, "readout_errors": 0.02}: by gate name or number of qubits, then by qubit or
pair"""
_DEPOLARIZING = ("p1", "p2", "readout")
_SHEET = ("t1", "t2", "gate_times", "gate_errors", "readout_errors")
_MAX_BYTES = 2**24


def read_coupling(text: str | None) -> Any:
    """Return the coupling graph of an option: "line", "ring", pairs of qubits, or None.

    Parameters
    ----------
    text : str or None

    Returns
    -------
    str, list of (int, int) or None
    """
    if text is None or text in ("line", "ring"):
        return text
    pairs = [part.split("-") for part in text.split(",")]
    if not all(len(pair) == 2 and all(part.isdigit() for part in pair) for pair in pairs):
        raise ValueError(f'--coupling must be "line", "ring" or pairs such as 0-1,1-2, got {text!r}.')
    return [(int(a), int(b)) for a, b in pairs]


def read_noise(path: Path) -> "NoiseModel":
    """Return the noise model of a file.

    Parameters
    ----------
    path : Path
        In the form of `NOISE`.

    Returns
    -------
    NoiseModel

    Raises
    ------
    ValueError
        If the file is not JSON, or has other fields.
    """
    from ..circuits import NoiseModel

    if not path.is_file():
        raise ValueError(f"--noise: there is no file {path}.")
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"{path} has {path.stat().st_size} bytes, more than the {_MAX_BYTES} that are read.")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from None
    fields = set(data) if isinstance(data, dict) else set()
    if {"p1", "p2"} <= fields <= set(_DEPOLARIZING):
        return NoiseModel.depolarizing(**data)
    if fields and fields <= set(_SHEET):
        return NoiseModel.from_device(**{name: _with_qubits(value) for name, value in data.items()})
    raise ValueError(
        f"{path} must be a JSON object with {', '.join(_DEPOLARIZING)}, or with some of {', '.join(_SHEET)}; "
        f"it has {', '.join(sorted(fields)) or 'no field'}."
    )


def _with_qubits(value: Any) -> Any:
    """Return tables with the keys "3" and "0-1", which JSON has as text, as numbers and pairs."""
    if isinstance(value, dict):
        return {_key(name): _with_qubits(entry) for name, entry in value.items()}
    return tuple(value) if isinstance(value, list) and len(value) == 2 else value


def _key(name: str) -> Any:
    if not re.fullmatch(r"[0-9]+(-[0-9]+)*", name):
        return name
    numbers = tuple(int(part) for part in name.split("-"))
    return numbers[0] if len(numbers) == 1 else numbers
