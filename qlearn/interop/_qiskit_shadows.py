"""Measurement data from and to Qiskit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ._shadow_data import counted, gather

if TYPE_CHECKING:
    from ..shadows import ShadowData


def settings_of(source: Any, n_bits: int, register: str | None, import_bits: Callable[..., np.ndarray]) -> list[Any]:
    """Return the bits of every setting, (n_shots, n_bits) each, from any result of Qiskit."""
    if hasattr(source, "to_bool_array"):  # a BitArray, which may be an array of them
        bits = np.asarray(source.to_bool_array(order="little"), dtype=np.uint8)
        return list(bits.reshape(-1, *bits.shape[-2:]))
    if isinstance(source, Mapping):
        return [import_bits(source, n_bits if any(str(key).startswith("0x") for key in source) or not source else None)]
    if hasattr(source, "get_counts"):
        found = source.get_counts()
        return settings_of([found] if isinstance(found, Mapping) else found, n_bits, register, import_bits)
    if hasattr(source, "data") and not isinstance(source, np.ndarray):
        return settings_of(_register(source.data, register), n_bits, register, import_bits)
    if isinstance(source, Iterable) and not isinstance(source, (str, bytes, np.ndarray)):
        return [bits for item in source for bits in settings_of(item, n_bits, register, import_bits)]
    raise TypeError(
        f"shadow_data: counts, a BitArray or the result of a sampler are needed, or a list of them, got "
        f"{type(source).__name__}."
    )


def _register(data: Any, register: str | None) -> Any:
    """Return the bit array of a register of one publication's data."""
    arrays = {name: value for name, value in data.items() if hasattr(value, "to_bool_array")}
    if register is None and len(arrays) == 1:
        return next(iter(arrays.values()))
    if register not in arrays:
        raise ValueError(f"shadow_data: say which `register` holds the outcomes, of {list(arrays)}; got {register!r}.")
    return arrays[register]


def shadow_data(
    source: Any,
    bases: Any,
    *,
    qubit_0: str | None,
    register: str | None,
    qubits: Sequence[int] | None,
    basis_probabilities: ArrayLike | None,
    import_bits: Callable[..., np.ndarray],
) -> ShadowData:
    """See `qlearn.interop.qiskit.shadow_data`."""
    width = getattr(bases, "n_qubits", None) or len(np.atleast_1d(bases)[0])
    bits = settings_of(source, width, register, import_bits)
    return gather(bits, bases, qubit_0=qubit_0, qubits=qubits, basis_probabilities=basis_probabilities)


def export_shadow_data(data: ShadowData) -> list[tuple[str, dict[str, int]]]:
    """See `qlearn.interop.qiskit.export_shadow_data`."""
    return [(basis[::-1], {text[::-1]: count for text, count in counts.items()}) for basis, counts in counted(data)]
