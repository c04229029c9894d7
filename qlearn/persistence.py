"""Save and load: one file of data, checked to the last bit, from which no code can run.

The file is a safetensors file. Its arrays are the payload; its metadata holds, under the key ``qlearn``, a JSON header
``{"format", "qlearn", "class", "params", "complex", "sha256"}``. The checksum covers the whole file with its own 64
digits read as zeros. A class takes part by offering ``_to_data() -> (params, arrays)``, JSON values and numeric arrays,
and the class method ``_from_data(params, arrays)``, which checks what it is given as it would a user's input; and by a
line in the table below. The class is looked up in that table: a name in a file never leads to an import.

The checksum finds damage, not malice: whoever writes a file can write its checksum. Against malice stand the caps on
size and depth, the fixed table, and the checks in ``_from_data``.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import stat
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from . import __version__
from ._memory import require_memory

__all__ = ["FileFormatError", "load", "save"]


class _Codec(NamedTuple):
    """Where a class that can be saved lives, and whether NaN and infinity in its arrays are a fault."""

    module: str
    finite: bool


_CODECS = {
    "Calibrated": _Codec(".decoders", finite=True),
    "Checkpoint": _Codec(".decoders._checkpoint", finite=True),
    "Circuit": _Codec(".circuits", finite=True),
    "CliffordData": _Codec(".shadows", finite=True),
    "GapStacking": _Codec(".decoders", finite=True),
    "Lookup": _Codec(".decoders", finite=True),
    "MLPDecoder": _Codec(".decoders", finite=True),
    "NeuralReweighting": _Codec(".decoders", finite=True),
    "Estimate": _Codec(".estimates", finite=False),  # the error of a single shot is NaN
    "MeasurementScheme": _Codec(".shadows", finite=True),
    "PauliSum": _Codec(".paulis", finite=True),
    "ShadowData": _Codec(".shadows", finite=True),
    "DataReuploadingClassifier": _Codec(".variational", finite=True),
    "DataReuploadingRegressor": _Codec(".variational", finite=True),
    "DressedClassifier": _Codec(".variational", finite=True),
    "DressedRegressor": _Codec(".variational", finite=True),
    "AlignedKernel": _Codec(".variational", finite=True),
    "FidelityKernel": _Codec(".variational", finite=True),
    "NystroemFeatures": _Codec(".variational", finite=True),
    "ProjectedKernel": _Codec(".variational", finite=True),
    "QuantumKernelClassifier": _Codec(".variational", finite=True),
    "QuantumKernelRegressor": _Codec(".variational", finite=True),
    "VariationalClassifier": _Codec(".variational", finite=True),
    "VariationalRegressor": _Codec(".variational", finite=True),
}

_FORMAT = 1
_MAX_HEADER = 16 * 2**20
_MAX_DEPTH = 64
_ARRAY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_DTYPES = {"BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64", "F32", "F64", "C64"}
_SAVED_KINDS = {"b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8", "c8", "c16"}
# A text that is not closed reaches to the end, so that the search stays linear.
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_DIGEST_KEY = rb"\"sha256\":\""  # quotes are escaped: the header is JSON inside a JSON string
_BLANK = b"0" * 64


class FileFormatError(ValueError):
    """A file is damaged, or is no qlearn file, or holds what this version cannot read."""


def save(object: Any, path: str | os.PathLike[str]) -> None:
    """Write `object` to one file, whole or not at all.

    The bytes go to a temporary file in the same folder, are flushed to the disk and then renamed over `path`: an
    interrupted or failed save leaves the old file as it was.

    Parameters
    ----------
    object : Estimate, PauliSum, Circuit, ShadowData, fitted estimator or trained decoder
        What to save; the error of another class lists what can be saved.
    path : str or path-like
        Any suffix; an existing file is replaced.

    Raises
    ------
    TypeError
        If objects of this class cannot be saved, or this one holds what is not data.
    ValueError
        If it holds a number that is not finite where it must be, or more than a file may hold.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import os, tempfile
    >>> import qlearn as ql
    >>> path = os.path.join(tempfile.mkdtemp(), "energy.qlearn")
    >>> ql.save(ql.Estimate(-1.1368, 0.0042, n_shots=1000), path)
    >>> ql.load(path)
    -1.137 ± 0.004 (1000 shots)
    """
    name = type(object).__name__
    if name not in _CODECS or type(object) is not _class(name):
        raise TypeError(f"Cannot save {name}; what can be saved: {', '.join(sorted(_CODECS))}.")
    params, arrays = object._to_data()
    write_atomically(os.path.realpath(path), _encode(name, params, arrays))


def load(path: str | os.PathLike[str]) -> Any:
    """Return the object that `save` wrote to `path`.

    Parameters
    ----------
    path : str or path-like
        Of a file that may come from anywhere: no code in it can run.

    Returns
    -------
    object
        Of the class that was saved.

    Raises
    ------
    FileFormatError
        If the file is damaged (a single flipped bit is found), or is none of ours, or holds an unknown class or
        contents the class refuses.
    MemoryLimitError
        If the file is larger than the available memory.
    OSError
        If it cannot be read.
    """
    try:
        name, params, arrays = _decode(_read(path))
        cls = _class(name)
        try:
            return cls._from_data(params, arrays)
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
            raise FileFormatError(f"its contents make no {name}: {error}") from error
    except FileFormatError as error:
        raise FileFormatError(f"Cannot load {os.fspath(path)!r}: {error}") from error.__cause__


def _class(name: str) -> type:
    return getattr(import_module(_CODECS[name].module, __package__), name)


def _encode(name: str, params: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """Return the bytes of the file."""
    from safetensors.numpy import save as safetensors_bytes

    header = {
        "format": _FORMAT,
        "qlearn": __version__,
        "class": name,
        "params": params,
        "complex": sorted(key for key, array in arrays.items() if array.dtype == np.complex128),
        "sha256": _BLANK.decode(),
    }
    try:
        text = json.dumps(header, allow_nan=False, separators=(",", ":"))
    except TypeError as error:
        raise TypeError(f"Cannot save this {name}: its parameters are not plain data ({error}).") from error
    try:
        payload = {key: _saved_array(name, key, array) for key, array in arrays.items()}
        data = bytearray(safetensors_bytes(payload, metadata={"qlearn": text}))
        _outer_header(data)
        start = _digest_start(data)
        _parse_json(text, "parameters")
    except FileFormatError as error:
        raise ValueError(f"Cannot save this {name}: {error}") from error
    data[start : start + 64] = _digest(data, start)
    return bytes(data)


def _saved_array(name: str, key: str, array: np.ndarray) -> np.ndarray:
    """Return the array as safetensors can hold it: contiguous, native, complex128 as pairs of floats."""
    if not _ARRAY_NAME.fullmatch(key):
        raise FileFormatError(f"{key!r} is no name for an array.")
    if array.dtype.kind + str(array.dtype.itemsize) not in _SAVED_KINDS:
        raise TypeError(f"Cannot save this {name}: array {key!r} has dtype {array.dtype}, which is not data.")
    _check_finite(name, key, array)
    # ascontiguousarray would turn a single number into an array of one.
    array = array.astype(array.dtype.newbyteorder("="), order="C")
    if array.dtype == np.complex128:
        return np.stack([array.real, array.imag], axis=-1)
    return array


def _check_finite(name: str, key: str, array: np.ndarray) -> None:
    if _CODECS[name].finite and array.dtype.kind in "fc" and not np.isfinite(array).all():
        raise FileFormatError(f"array {key!r} of a {name} must be finite, and holds NaN or infinity.")


def _decode(data: bytes) -> tuple[str, dict[str, Any], dict[str, np.ndarray]]:
    """Return the class, parameters and arrays of a file, all checked but for their meaning."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as safetensors_arrays

    outer = _outer_header(data)
    start = _digest_start(data)
    if data[start : start + 64] != _digest(data, start):
        raise FileFormatError("its checksum does not match, the file is damaged; take another copy.")
    header = _inner_header(outer)
    _check_tensors(outer)
    try:
        arrays = safetensors_arrays(data)
    except (SafetensorError, ValueError, KeyError, OverflowError) as error:
        raise FileFormatError(f"its arrays cannot be read ({error}).") from error
    for key in header["complex"]:
        pairs = arrays.get(key)
        if pairs is None or pairs.dtype != np.float64 or pairs.ndim == 0 or pairs.shape[-1] != 2:
            raise FileFormatError(f"its array {key!r} holds no complex numbers.")
        arrays[key] = pairs.view(np.complex128)[..., 0]
    for key, array in arrays.items():
        _check_finite(header["class"], key, array)
    return header["class"], header["params"], arrays


def _outer_header(data: bytes | bytearray) -> dict[str, Any]:
    """Return the safetensors header, still unchecked but for its size, syntax and depth."""
    if len(data) < 8:
        raise FileFormatError(f"it has {len(data)} bytes, too few for a qlearn file.")
    size = int.from_bytes(data[:8], "little")
    if size > len(data) - 8:
        raise FileFormatError("it is no qlearn file, or is cut off within its header.")
    if size > _MAX_HEADER:
        raise FileFormatError(f"its header has {size} bytes, more than the {_MAX_HEADER} allowed.")
    try:
        text = bytes(data[8 : 8 + size]).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileFormatError("its header is not text: it is damaged or no qlearn file.") from error
    return _parse_json(text, "header")


def _inner_header(outer: dict[str, Any]) -> dict[str, Any]:
    metadata = outer.get("__metadata__")
    text = metadata.get("qlearn") if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise FileFormatError("it is a safetensors file, but not one that qlearn wrote.")
    header = _parse_json(text, "parameters")
    if header.get("format") != _FORMAT:
        found = f"format {header.get('format')!r} of qlearn {header.get('qlearn')!r}"
        raise FileFormatError(f"it has {found}, this version reads format {_FORMAT}; upgrade qlearn.")
    if not isinstance(header.get("class"), str) or header["class"] not in _CODECS:
        raise FileFormatError(f"it holds {header.get('class')!r}; known are {', '.join(sorted(_CODECS))}.")
    names = header.get("complex")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise FileFormatError("its list of complex arrays is none.")
    if not isinstance(header.get("params"), dict):
        raise FileFormatError("it has no parameters.")
    return header


def _check_tensors(outer: dict[str, Any]) -> None:
    for key, entry in outer.items():
        if key == "__metadata__":
            continue
        if not _ARRAY_NAME.fullmatch(key) or not isinstance(entry, dict) or entry.get("dtype") not in _DTYPES:
            raise FileFormatError(f"its array {key[:100]!r} has no known dtype.")


def _parse_json(text: str, part: str) -> dict[str, Any]:
    """Return the JSON object in `text`: of bounded depth, without repeated keys, without NaN."""
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", _JSON_TEXT.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > _MAX_DEPTH:
            raise FileFormatError(f"its {part} nest deeper than the {_MAX_DEPTH} levels allowed.")
    try:
        parsed = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except ValueError as error:
        raise FileFormatError(f"its {part} cannot be read ({error}).") from error
    if not isinstance(parsed, dict):
        raise FileFormatError(f"its {part} are no JSON object.")
    return parsed


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def _digest_start(data: bytes | bytearray) -> int:
    """Return where the 64 digits of the checksum begin: behind the last key of that name in the header."""
    end = 8 + int.from_bytes(data[:8], "little")
    key = data.rfind(_DIGEST_KEY, 8, end)
    start = key + len(_DIGEST_KEY)
    if key < 0 or start + 64 > end:
        raise FileFormatError("it has no checksum: it is damaged or no qlearn file.")
    return start


def _digest(data: bytes | bytearray, start: int) -> bytes:
    view = memoryview(data)
    digest = hashlib.sha256(view[:start])
    digest.update(_BLANK)
    digest.update(view[start + 64 :])
    return digest.hexdigest().encode()


def _read(path: str | os.PathLike[str]) -> bytes:
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):  # a pipe would block, a device never end
        raise FileFormatError("it is not a regular file.")
    require_memory(3 * status.st_size, f"Loading {os.fspath(path)!r}", "a machine with more memory")
    with open(path, "rb") as file:
        return file.read(status.st_size)


def write_atomically(path: str, data: bytes) -> None:
    """Write a file whole or not at all: an interrupted write leaves the old file as it was."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Make the rename itself durable, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
