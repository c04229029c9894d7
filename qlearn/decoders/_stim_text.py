"""Stim circuits and error models from text and files, behind a guard: native parsing crashes on deep nesting, and
loops can stand for more errors than a machine holds."""

import os
import re
from pathlib import Path
from typing import TypeVar

import stim

MAX_CHARACTERS = 200_000_000
MAX_NESTING = 100
MAX_TARGETS = 50_000_000
MAX_DETECTORS = 10_000_000
MAX_OBSERVABLES = 10_000

_TAG_OR_COMMENT = re.compile(r"\[[^\]\n]*\]|#[^\n]*")
_BRACE = re.compile(r"[{}]")
_Source = TypeVar("_Source", stim.Circuit, stim.DetectorErrorModel)


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the text of a file, refused where it is too large or is no UTF-8."""
    path = Path(path)
    size = path.stat().st_size
    if size > MAX_CHARACTERS:
        raise ValueError(f"{path.name} has {size} bytes, over the limit of {MAX_CHARACTERS}.")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not text; give a .stim or .dem file.") from error


def check_circuit(source: stim.Circuit | str) -> stim.Circuit:
    """Return the circuit, from an object or its text, once it is known to be of a size that can be handled."""
    circuit = _parsed("circuit", source, stim.Circuit)
    _check_sizes("circuit", circuit)
    return circuit


def check_model(source: stim.DetectorErrorModel | str) -> stim.DetectorErrorModel:
    """Return the detector error model, from an object or its text, flattened, once its size is known to be sane."""
    model = _parsed("model", source, stim.DetectorErrorModel)
    _check_sizes("model", model)
    return model.flattened()


def _parsed(name: str, source: _Source | str, kind: type[_Source]) -> _Source:
    if isinstance(source, kind):
        return source
    if not isinstance(source, str):
        raise TypeError(
            f"`{name}` must be a stim.{kind.__name__} or its text, got {type(source).__name__}; "
            "for a file use DecodingProblem.from_files."
        )
    if source.strip().endswith((".stim", ".dem")) and "\n" not in source.strip():
        raise ValueError(f"`{name}` is the name of a file, {source!r}, not its text; use DecodingProblem.from_files.")
    if len(source) > MAX_CHARACTERS:
        raise ValueError(f"`{name}` has {len(source)} characters, over the limit of {MAX_CHARACTERS}.")
    depth = _nesting(source)
    if depth > MAX_NESTING:
        raise ValueError(f"`{name}` nests blocks {depth} deep, over the limit of {MAX_NESTING}.")
    try:
        return kind(source)
    except (ValueError, IndexError) as error:
        raise ValueError(f"`{name}` is no stim.{kind.__name__}: {error}") from error


def _nesting(text: str) -> int:
    depth = deepest = 0
    for brace in _BRACE.findall(_TAG_OR_COMMENT.sub("", text)):
        depth += 1 if brace == "{" else -1
        deepest = max(deepest, depth)
    return deepest


def _check_sizes(name: str, source: stim.Circuit | stim.DetectorErrorModel) -> None:
    # Counted before the rest: the numbers of detectors and observables are then cheap and finite.
    n_targets = _count_targets(name, source, 0)
    sizes = (
        ("unrolled targets", n_targets, MAX_TARGETS),
        ("detectors", source.num_detectors, MAX_DETECTORS),
        ("observables", source.num_observables, MAX_OBSERVABLES),
    )
    for what, number, limit in sizes:
        if number > limit:
            raise ValueError(f"`{name}` has {number} {what}, over the limit of {limit}; take fewer rounds.")


def _count_targets(name: str, block: stim.Circuit | stim.DetectorErrorModel, depth: int) -> int:
    if depth > MAX_NESTING:
        raise ValueError(f"`{name}` nests blocks deeper than {MAX_NESTING}.")
    total = 0
    for part in block:
        if isinstance(part, (stim.CircuitRepeatBlock, stim.DemRepeatBlock)):
            total += part.repeat_count * _count_targets(name, part.body_copy(), depth + 1)
        else:
            total += 1 + len(part.targets_copy())
    return total
