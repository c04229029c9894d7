"""Strict readers of Stim's six shot formats, where every size, padding bit and count is checked, and their writers."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .._memory import require_memory

FORMATS = ("01", "b8", "dets", "hits", "ptb64", "r8")
_BLOCK = 16384


def format_of(path: str | os.PathLike[str], given: str | None = None) -> str:
    """Return the shot format: the one given, else the suffix of the file."""
    name = given if given is not None else Path(path).suffix.lstrip(".")
    if name not in FORMATS:
        raise ValueError(f"The shot format {name!r} of {Path(path).name} is unknown; give one of {', '.join(FORMATS)}.")
    return name


def read_shots(
    path: str | os.PathLike[str], n_detectors: int, n_observables: int, format: str | None = None
) -> np.ndarray:
    """Return the shots in a file, bool (n_shots, n_detectors + n_observables), observables last.

    Layouts are those of Stim's ``doc/result_formats.md``; the cost is linear in the result.
    """
    name, width = format_of(path, format), n_detectors + n_observables
    if width == 0:
        raise ValueError(f"{Path(path).name}: a shot of no bits has no layout; give detectors or observables.")
    return parse_shots(Path(path).read_bytes(), name, n_detectors, n_observables, Path(path).name)


def parse_shots(data: bytes, format: str, n_detectors: int, n_observables: int, where: str) -> np.ndarray:
    """Return the shots in some bytes; errors say where these came from."""
    width = n_detectors + n_observables
    try:
        if format == "dets":
            return _read_dets(data, n_detectors, n_observables)
        return _READERS[format](data, width)
    except ValueError as error:
        raise ValueError(f"{where} is no {format} file of {width} bits a shot: {error}") from error


def _reserve(n_shots: int, width: int) -> None:
    require_memory(2 * n_shots * width, f"Reading {n_shots} shots of {width} bits", "a shorter file")


def _read_b8(data: bytes, width: int) -> np.ndarray:
    stride = -(-width // 8)
    if len(data) % stride:
        raise ValueError(f"{len(data)} bytes are not a multiple of the {stride} bytes of a shot.")
    packed = np.frombuffer(data, np.uint8).reshape(-1, stride)
    if width % 8 and (packed[:, -1] >> (width % 8)).any():
        raise ValueError("padding bits are set, so the shots have another width.")
    _reserve(len(packed), width)
    return np.unpackbits(packed, axis=1, count=width, bitorder="little").view(bool)


def _read_01(data: bytes, width: int) -> np.ndarray:
    data = _whole_lines(data)
    if len(data) % (width + 1):
        raise ValueError(f"{len(data)} characters are not a multiple of the {width + 1} of a line.")
    _reserve(len(data) // (width + 1), width)
    lines = np.frombuffer(data, np.uint8).reshape(-1, width + 1)
    bits = lines[:, :-1] - ord("0")
    if (lines[:, -1] != ord("\n")).any() or (bits > 1).any():
        raise ValueError(f"a line is not {width} characters 0 or 1.")
    return bits.view(bool)


def _read_ptb64(data: bytes, width: int) -> np.ndarray:
    if len(data) % (8 * width):
        raise ValueError(f"{len(data)} bytes are not a multiple of {8 * width}, 64 shots.")
    _reserve(len(data) // width * 8, width)
    packed = np.frombuffer(data, np.uint8).reshape(-1, width, 8)
    bits = np.unpackbits(packed, axis=2, bitorder="little")
    return np.ascontiguousarray(bits.transpose(0, 2, 1)).reshape(-1, width).view(bool)


def _read_r8(data: bytes, width: int) -> np.ndarray:
    """Each byte is a run of zeros, closed by a one unless it is 255; a shot is closed by a one just past its end."""
    runs = np.frombuffer(data, np.uint8).astype(np.int64)
    closed = runs < 255
    ends = np.cumsum(runs + closed)
    length = int(ends[-1]) if len(ends) else 0
    if length % (width + 1) or (len(closed) and not closed[-1]):
        raise ValueError(f"its runs add up to {length} bits, no multiple of {width + 1} (a shot and its end).")
    _reserve(length // (width + 1), width + 1)
    bits = np.zeros(length, dtype=bool)
    bits[ends[closed] - 1] = True
    bits = bits.reshape(-1, width + 1)
    if not bits[:, -1].all():
        raise ValueError(f"a run crosses the end of shot {int(np.argmin(bits[:, -1]))}.")
    return np.ascontiguousarray(bits[:, :-1])


def _whole_lines(data: bytes) -> bytes:
    """Return the lines with their ends as Unix writes them; a last line without an end may have lost digits."""
    if data and not data.endswith(b"\n"):
        raise ValueError("its last line has no end, so the file is cut off.")
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


def _lines(data: bytes) -> list[str]:
    try:
        text = _whole_lines(data).decode("ascii")
    except UnicodeDecodeError as error:
        raise ValueError("it holds bytes that are not ASCII.") from error
    return text.split("\n")[:-1]


def _read_hits(data: bytes, width: int) -> np.ndarray:
    lines = _lines(data)
    _reserve(len(lines), width)
    bits = np.zeros((len(lines), width), dtype=bool)
    for shot, line in enumerate(lines):
        for word in line.split(",") if line else ():
            bits[shot, _index(word, width, shot)] ^= True
    return bits


def _read_dets(data: bytes, n_detectors: int, n_observables: int) -> np.ndarray:
    lines = [line for line in _lines(data) if line]
    _reserve(len(lines), n_detectors + n_observables)
    bits = np.zeros((len(lines), n_detectors + n_observables), dtype=bool)
    ranges = {"D": (0, n_detectors), "L": (n_detectors, n_observables)}
    for shot, line in enumerate(lines):
        head, *words = line.split(" ")
        if head != "shot":
            raise ValueError(f"line {shot + 1} starts with {head[:20]!r}, not 'shot'.")
        for word in words:
            if word[:1] not in ranges:
                raise ValueError(f"shot {shot} has {word[:20]!r}, neither a detector D nor an observable L.")
            offset, size = ranges[word[0]]
            if word[0] == "L" and size == 0:  # `stim detect` writes them unasked
                continue
            bits[shot, offset + _index(word[1:], size, shot)] = True
    return bits


def _index(word: str, size: int, shot: int) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 12) or int(word) >= size:
        known = f"one of 0 to {size - 1}" if size else "that of an observable"
        raise ValueError(f"shot {shot} has the index {word[:20]!r}, not {known}.")
    return int(word)


_READERS = {"b8": _read_b8, "01": _read_01, "ptb64": _read_ptb64, "r8": _read_r8, "hits": _read_hits}


def stream_shots(stream: BinaryIO, n_detectors: int, n_observables: int, format: str) -> Iterator[np.ndarray]:
    """Yield blocks of the shots in a stream, bool (n_block, n_detectors + n_observables); r8 is read whole."""
    name, width = format_of("stream", format), n_detectors + n_observables
    sizes = {"b8": -(-width // 8) * _BLOCK, "01": (width + 1) * _BLOCK, "ptb64": width * _BLOCK // 8}
    while True:
        if name in sizes:
            data = stream.read(sizes[name])
        elif name == "r8":
            data = stream.read()
        else:
            data = b"".join(islice(stream, _BLOCK))
        if not data:
            return
        yield parse_shots(data, name, n_detectors, n_observables, "the input")


def shot_bytes(bits: np.ndarray, format: str, kind: str) -> bytes:
    """Return shots, bool (n_shots, width), in a format; in dets they are called by the letter `kind`, D or L."""
    name = format_of("output", format)
    if name == "b8":
        return np.packbits(bits, axis=1, bitorder="little").tobytes()
    if name == "01":
        lines = np.full((bits.shape[0], bits.shape[1] + 1), ord("\n"), np.uint8)
        lines[:, :-1] = bits.view(np.uint8) + ord("0")
        return lines.tobytes()
    if name == "ptb64":
        if len(bits) % 64:
            raise ValueError(f"The format ptb64 holds groups of 64 shots, got {len(bits)}; write b8 instead.")
        groups = np.ascontiguousarray(bits.reshape(-1, 64, bits.shape[1]).transpose(0, 2, 1))
        return np.packbits(groups, axis=2, bitorder="little").tobytes()
    hits = (np.flatnonzero(row).tolist() for row in bits)
    if name == "hits":
        return "".join(",".join(map(str, row)) + "\n" for row in hits).encode()
    if name == "dets":
        return "".join("".join(["shot", *(f" {kind}{index}" for index in row)]) + "\n" for row in hits).encode()
    return b"".join(_runs([*row, bits.shape[1]]) for row in hits)


def _runs(ones: list[int]) -> bytes:
    """Return the r8 bytes of one shot, given where its ones are, the one past its end included."""
    runs = np.diff([-1, *ones]) - 1
    return b"".join(b"\xff" * (run // 255) + bytes([run % 255]) for run in runs.tolist())
