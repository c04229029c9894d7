"""Files of NumPy arrays: whole, or block by block. Damaged files are refused; no code in them can run."""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from .._checks import check_count
from ..persistence import FileFormatError
from .blocks import BLOCK_SHOTS, Block, ShadowBlocks
from .data import ShadowData

_NEEDED = {"bases", "outcomes"}
_KNOWN = _NEEDED | {"shots_per_setting", "basis_probabilities"}
# What NumPy and zipfile raise for damaged archives; RuntimeError stands for encrypted ones.
_FAULTS = (
    ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, LookupError, RuntimeError, ArithmeticError,
    struct.error, SyntaxError,
)  # fmt: skip


@contextlib.contextmanager
def refused(name: str) -> Iterator[None]:
    """Turn what damaged archives raise into FileFormatError; a file that cannot be opened stays an OSError."""
    try:
        yield
    except FileFormatError:
        raise
    except OSError as error:
        if error.errno != errno.EINVAL:  # a seek to a place that a damaged directory names
            raise
        raise FileFormatError(f"{name!r} cannot be read: its directory is damaged.") from error
    except _FAULTS as error:
        raise FileFormatError(f"{name!r} cannot be read: {error}") from error


def read_npz(path: str | os.PathLike[str]) -> ShadowData:
    """Return the data of an npz file with the arrays ``bases`` and ``outcomes``.

    Arrays ``shots_per_setting`` and ``basis_probabilities`` are read if there; all are those of `ShadowData`, with
    qubit 0 in column 0. No code in the file can run.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    ShadowData

    Raises
    ------
    FileFormatError
        If the file is damaged or an array is missing or wrong; the message names the array and the place.
    """
    arrays = load_arrays(path)
    with refused(os.fspath(path)):
        _check_names(os.fspath(path), arrays)
        return ShadowData(**arrays)


def load_arrays(path: str | os.PathLike[str]) -> dict[str, NDArray]:
    """Return the arrays of an npz file, by name."""
    name = os.fspath(path)
    with refused(name):
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            raise FileFormatError(f"{name!r} is no npz file but a single array.")
        with loaded as file:
            return {key: file[key] for key in file.files}


def _check_names(name: str, found: Any) -> None:
    if _NEEDED - set(found) or set(found) - _KNOWN:
        raise FileFormatError(
            f"{name!r} must hold bases and outcomes, and may hold shots_per_setting and "
            f"basis_probabilities; it holds {', '.join(found)[:200]}."
        )


def scan_npz(path: str | os.PathLike[str], *, block_shots: int = BLOCK_SHOTS) -> ShadowBlocks:
    """Return the data of an npz file such as `read_npz` reads, to be read block by block whenever they are needed.

    Parameters
    ----------
    path : str or path-like
        The file must stay where it is.
    block_shots : int
        Most shots in memory at a time.

    Returns
    -------
    ShadowBlocks

    Raises
    ------
    FileFormatError
        If the file is damaged or an array is missing or wrong. Damage further down shows when that block is read.
    """
    check_count("block_shots", block_shots, minimum=1)
    name = os.fspath(path)
    with refused(name):
        with zipfile.ZipFile(path) as archive:
            _check_names(name, [entry.removesuffix(".npy") for entry in archive.namelist()])
            shape = _Rows(archive, "bases").shape
            probabilities = None
            if "basis_probabilities.npy" in archive.namelist():
                rows = _Rows(archive, "basis_probabilities")
                probabilities = rows.read(rows.shape[0])
        if len(shape) != 2:
            raise ValueError(f"`bases` must have two axes, got shape {shape}.")
        return ShadowBlocks(lambda: _npz_blocks(path, block_shots), shape[1], basis_probabilities=probabilities)


def _npz_blocks(path: str | os.PathLike[str], block_shots: int) -> Iterator[Block]:
    with refused(os.fspath(path)), zipfile.ZipFile(path) as archive:
        yield from _blocks_of(archive, block_shots)


def _blocks_of(archive: zipfile.ZipFile, block_shots: int) -> Iterator[Block]:
    bases, outcomes, each = _Rows(archive, "bases"), _Rows(archive, "outcomes"), 1
    if len(outcomes.shape) == 3:
        n_settings, each, n_qubits = outcomes.shape
        if n_settings != bases.shape[0]:
            raise ValueError(f"`outcomes` has {n_settings} settings, `bases` {bases.shape[0]}.")
        outcomes.reshape(n_settings * each, n_qubits)
    counts = _Rows(archive, "shots_per_setting") if "shots_per_setting.npy" in archive.namelist() else None
    while chunk := min(block_shots, bases.left):
        letters = bases.read(chunk)
        shots = np.full(chunk, each) if counts is None else counts.read(chunk)
        yield from _cut(letters, shots, outcomes, block_shots)
    for rows in (outcomes, counts):
        if rows is not None and rows.left:
            raise ValueError(f"{rows.left} rows of `{rows.name}` are left over after the last setting.")


def _cut(letters: NDArray, shots: NDArray, outcomes: _Rows, block_shots: int) -> Iterator[Block]:
    """Yield blocks of no more than `block_shots` shots, cutting settings where needed."""
    if shots.ndim != 1 or (shots < 0).any():
        raise ValueError("`shots_per_setting` must hold numbers of shots that are not negative.")
    ends = np.cumsum(shots)
    total = int(ends[-1])
    for start in range(0, total, block_shots):
        stop = min(start + block_shots, total)
        first, last = np.searchsorted(ends, start, side="right"), np.searchsorted(ends, stop, side="left")
        inside = np.diff(np.clip(ends[first : last + 1], start, stop), prepend=start)
        continues = start > ends[first] - shots[first]
        yield Block(ShadowData(letters[first : last + 1], outcomes.read(stop - start), inside), bool(continues))


class _Rows:
    """The rows of one array of an npz file, read one after the other."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.name = name
        self._file = archive.open(f"{name}.npy")
        version = npy.read_magic(self._file)
        if version not in {(1, 0), (2, 0)}:
            raise ValueError(f"`{name}` has the unknown version {version} of the npy format.")
        header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        self.shape, fortran_order, self._dtype = header(self._file)
        if self._dtype.kind not in "biuf":
            raise ValueError(f"`{name}` must hold numbers, got dtype {self._dtype}.")
        if not self.shape or (fortran_order and len(self.shape) > 1):
            raise ValueError(f"`{name}` must be an array in C order to be read in blocks; read it whole by `read_npz`.")
        self.left = self.shape[0]

    def reshape(self, *shape: int) -> None:
        """Read the array as one of another shape."""
        self.shape, self.left = shape, shape[0]

    def read(self, n_rows: int) -> NDArray:
        """Return the next rows."""
        if n_rows > self.left:
            raise ValueError(f"`{self.name}` has {self.left} rows left where {n_rows} are needed.")
        shape = (n_rows, *self.shape[1:])
        n_bytes = int(np.prod(shape, dtype=object)) * self._dtype.itemsize
        data = self._file.read(n_bytes)
        if len(data) != n_bytes:
            raise ValueError(f"`{self.name}` ends after {len(data)} of {n_bytes} bytes.")
        self.left -= n_rows
        if self.left == 0 and self._file.read(1):
            raise ValueError(f"`{self.name}` has bytes after its last row.")
        return np.frombuffer(data, dtype=self._dtype).reshape(shape)


def write_npz(data: ShadowData, path: str | os.PathLike[str]) -> None:
    """Write data as a compressed npz file that `read_npz` reads.

    Parameters
    ----------
    data : ShadowData
    path : str or path-like
        An existing file is replaced.
    """
    arrays = {"bases": data.bases, "outcomes": data.outcomes, "shots_per_setting": data.shots_per_setting}
    if data.basis_probabilities is not None:
        arrays["basis_probabilities"] = data.basis_probabilities
    with open(path, "wb") as file:
        np.savez_compressed(file, **arrays)
