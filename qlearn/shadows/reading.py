"""Reading data of any known file format."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from .. import persistence
from ..persistence import FileFormatError
from .blocks import BLOCK_SHOTS, ShadowBlocks, as_blocks
from .counts_files import read_counts
from .csv_files import scan_csv
from .data import ShadowData
from .npz_files import scan_npz
from .randommeas_files import read_randommeas
from .text_files import scan_text

_TEXTS = {".csv", ".json"}
_SUFFIXES = ".csv, .json (counts), .npz (ours or RandomMeas.jl's), .txt (Huang et al.) or .qlearn (saved here)"


def read_data(path: str | os.PathLike[str], *, qubit_0: str | None = None) -> ShadowData:
    """Return measurement data from a file, its format told by its suffix.

    Parameters
    ----------
    path : str or path-like
        .csv (see `read_csv`), .json (`read_counts`), .npz (`read_npz` or `read_randommeas`), .txt (`read_text`) or
        .qlearn (`qlearn.save`).
    qubit_0 : {"left", "right"}, optional
        Which end of the texts in .csv and .json files is qubit 0; the other formats say so themselves.

    Returns
    -------
    ShadowData

    Raises
    ------
    FileFormatError
        If the file is damaged, or of no known kind.
    ValueError
        If `qubit_0` is missing where it is needed, or given where the format tells.

    Examples
    --------
    >>> import os, tempfile
    >>> import qlearn as ql
    >>> path = os.path.join(tempfile.mkdtemp(), "data.csv")
    >>> with open(path, "w") as file:
    ...     _ = file.write("basis,outcome\\nZZ,00\\nXX,01\\n")
    >>> ql.shadows.read_data(path, qubit_0="left")
    <ShadowData: 2 qubits, 2 settings, 2 shots>
    """
    return scan_data(path, qubit_0=qubit_0).load()


def scan_data(
    path: str | os.PathLike[str], *, qubit_0: str | None = None, block_shots: int = BLOCK_SHOTS
) -> ShadowBlocks:
    """Return measurement data from a file as `read_data` does, read block by block where the format allows it.

    Parameters
    ----------
    path : str or path-like
    qubit_0 : {"left", "right"}, optional
        See `read_data`.
    block_shots : int
        Most shots in memory at a time. Files .json and .qlearn, and those of RandomMeas.jl, are read whole.

    Returns
    -------
    ShadowBlocks

    Raises
    ------
    FileFormatError
        If the file is damaged, or of no known kind.
    ValueError
        If `qubit_0` is missing where it is needed, or given where the format tells.
    """
    suffix = Path(path).suffix.lower()
    if suffix in _TEXTS and qubit_0 is None:
        raise ValueError(
            f'Which end of the texts in {os.fspath(path)!r} is qubit 0? Say qubit_0="left", or "right" for texts of '
            "Qiskit."
        )
    if suffix not in _TEXTS and qubit_0 is not None:
        raise ValueError(f"{suffix or 'Such'} files tell the order of qubits themselves; leave `qubit_0` out.")
    if suffix == ".csv":
        return scan_csv(path, qubit_0=str(qubit_0), block_shots=block_shots)
    if suffix == ".json":
        return as_blocks(read_counts(path, qubit_0=str(qubit_0)))
    if suffix == ".txt":
        return scan_text(path, block_shots=block_shots)
    if suffix == ".npz":
        is_group = _holds(path, "measurement_results.npy")
        return as_blocks(read_randommeas(path)) if is_group else scan_npz(path, block_shots=block_shots)
    if suffix == ".qlearn":
        loaded = persistence.load(path)
        if not isinstance(loaded, ShadowData):
            raise FileFormatError(f"{os.fspath(path)!r} holds {type(loaded).__name__}, not ShadowData.")
        return as_blocks(loaded)
    raise FileFormatError(f"{os.fspath(path)!r}: the suffix must be {_SUFFIXES}, got {suffix!r}.")


def _holds(path: str | os.PathLike[str], name: str) -> bool:
    if not zipfile.is_zipfile(path):
        with open(path, "rb"):  # a file that is not there is another error
            return False
    with zipfile.ZipFile(path) as archive:
        return name in archive.namelist()
