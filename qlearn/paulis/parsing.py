"""From text, labels and numbers to packed Pauli strings, with errors that name the place."""

import re
from collections.abc import Mapping, Sequence
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._memory import require_memory

Bits = NDArray[np.bool_]

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?j?"
_TERM = re.compile(
    rf"\s*(?P<sign>[+-]?)\s*(?P<coefficient>[+-]?{_NUMBER}|[+-]?\([^()]*\))?\s*(?P<star>\*?)\s*"
    r"(?P<label>[A-Za-z][A-Za-z\d]*(?:\s*\*?\s*[A-Za-z][A-Za-z\d]*)*)?\s*"
)
_MAX_DIGITS = 9
# Bits of each letter: 1 marks x, 2 marks z, 4 marks a valid letter.
_LETTER = np.zeros(256, dtype=np.uint8)
for _letter, _code in zip(b"IXZY", (4, 5, 6, 7), strict=True):
    _LETTER[_letter] = _code


def check_number(value: Any, what: str = "A coefficient") -> float | complex:
    """Return a finite number as float, or as complex where its imaginary part is not zero."""
    if not isinstance(value, Number) or isinstance(value, bool):
        raise TypeError(f"{what} must be a number, got {value!r} of type {type(value).__name__}.")
    number = complex(value)
    if not np.isfinite(number):
        raise ValueError(f"{what} must be finite, got {value!r}.")
    return number if number.imag else number.real


def split_text(text: str) -> tuple[list[str], list[float | complex]]:
    """Return the labels and coefficients of a sum such as ``"0.5 * Z0 Z1 - 0.25 * X0 + 1.5"``, in order."""
    text = text.replace("\N{MINUS SIGN}", "-")
    labels: list[str] = []
    coefficients: list[float | complex] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TERM.match(text, position)
        sign, number, star, label = match.group("sign", "coefficient", "star", "label")
        if number is None and label is None or star and (number is None or label is None) or labels and not sign:
            raise _text_error(text, _first_visible(text, position))
        value = 1.0 if number is None else _literal(number, text, match.start("coefficient"))
        labels.append("" if label is None else label.replace("*", " ") if "*" in label else label)
        coefficients.append(-value if sign == "-" else value)
        position = match.end()
    return labels, coefficients


def _first_visible(text: str, position: int) -> int:
    return position + len(text[position:]) - len(text[position:].lstrip())


def _literal(number: str, text: str, position: int) -> float | complex:
    try:
        value = complex(number.replace(" ", "").lstrip("+-"))
    except ValueError:
        raise _text_error(text, position) from None
    value = -value if number.startswith("-") else value
    if not np.isfinite(value):
        raise ValueError(f"Coefficient {number} at position {position} must be finite.")
    return value if value.imag else value.real


def _text_error(text: str, position: int) -> ValueError:
    excerpt = text[position : position + 20]
    return ValueError(
        f"Cannot read {excerpt!r} at position {position}; write terms such as "
        '"0.5 * Z0 Z1 - 0.25 * X0", "(0.5-1j) ZZII" or "1.5", joined by + or -.'
    )


def split_terms(terms: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> tuple[list[str], list[Any]]:
    """Return the labels and coefficients of a dict, or of a sequence of (label, coefficient) pairs."""
    if isinstance(terms, Mapping):
        labels, coefficients = list(terms.keys()), list(terms.values())
    else:
        pairs = list(terms)
        for index, pair in enumerate(pairs):
            if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
                raise TypeError(f"Terms must be (label, coefficient) pairs, got {pair!r} as term {index}.")
        labels, coefficients = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    for index, label in enumerate(labels):
        if not isinstance(label, str):
            raise TypeError(
                f'A Pauli label must be text such as "ZZII" or "Z0 Z3", got {label!r} '
                f"of type {type(label).__name__} as term {index}."
            )
    return [label.strip() for label in labels], coefficients


def check_coefficients(coefficients: Any, n_terms: int, labels: Sequence[str] | None = None) -> NDArray:
    """Return finite coefficients (n_terms,) as a new float64 array, or complex128 where one is not real."""
    try:
        array = np.array(coefficients)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.size == 0 and n_terms == 0:
        return np.zeros(0)
    if array.dtype.kind not in "iufc":
        for index, value in enumerate(coefficients):
            check_number(value, f"The coefficient of term {index}")
        raise TypeError(f"Coefficients must be numbers, got an array of dtype {array.dtype}.")
    if array.shape != (n_terms,):
        raise ValueError(f"`coefficients` must have shape ({n_terms},), got {array.shape}.")
    if not np.isfinite(array).all():
        index = int(np.flatnonzero(~np.isfinite(array))[0])
        name = "" if labels is None else f' ("{labels[index]}")'
        raise ValueError(f"The coefficient of term {index}{name} must be finite, got {array[index]}.")
    if array.dtype.kind != "c":
        return array.astype(np.float64)
    return array.astype(np.complex128) if array.imag.any() else array.real.astype(np.float64)


def labels_to_bits(labels: Sequence[str], n_qubits: int | None) -> tuple[Bits, Bits]:
    """Return x and z, bool (n_terms, n_qubits), of dense ("ZZII"), sparse ("Z0 Z3") and identity ("", "I") labels.

    Without `n_qubits` the width is that of the dense labels, or one more than the largest qubit named.
    """
    dense = [i for i, label in enumerate(labels) if label.isalpha() and label != "I"]
    sparse = [i for i, label in enumerate(labels) if not label.isalpha() and label and not label.isspace()]
    if dense:
        n_qubits = _dense_width(labels, dense, n_qubits)
    codes, where, qubits = _sparse_codes(labels, sparse, n_qubits) if sparse else (None, None, None)
    if n_qubits is None:
        n_qubits = int(qubits.max()) + 1 if sparse else 1 if "I" in labels else None
    if n_qubits is None:
        raise ValueError("`n_qubits` must be given when no label names a qubit.")
    require_memory(4 * len(labels) * n_qubits, f"A PauliSum of {len(labels)} terms on {n_qubits} qubits", "fewer terms")
    letters = np.full((len(labels), n_qubits), 4, dtype=np.uint8)
    if dense:
        rows = _dense_codes(labels, dense, n_qubits)
        if len(dense) == len(labels):
            letters = rows
        else:
            letters[dense] = rows
    if sparse:
        letters[where, qubits] = codes
    return (letters & 1).view(bool), ((letters >> 1) & 1).view(bool)


def _dense_width(labels: Sequence[str], dense: list[int], n_qubits: int | None) -> int:
    first = labels[dense[0]]
    width = len(first) if n_qubits is None else n_qubits
    for index in dense:
        if len(labels[index]) != width:
            label = labels[index]
            if n_qubits is not None:
                raise ValueError(
                    f'Label "{label}" (term {index}) has {len(label)} letters, but n_qubits is {n_qubits}.'
                )
            raise ValueError(
                f'Dense labels must have one length: term {dense[0]} "{first}" has {width} letters, '
                f'term {index} "{label}" has {len(label)}.'
            )
    return width


def _dense_codes(labels: Sequence[str], dense: list[int], n_qubits: int) -> NDArray[np.uint8]:
    joined = "".join(labels if len(dense) == len(labels) else [labels[i] for i in dense])
    # A letter outside Latin-1 becomes "?", which is not a valid one either.
    codes = _LETTER[np.frombuffer(joined.encode("latin-1", "replace"), dtype=np.uint8)]
    if not codes.all():
        term, place = divmod(int(np.flatnonzero(codes == 0)[0]), n_qubits)
        _raise_letter(labels, dense[term], place)
    return codes.reshape(len(dense), n_qubits)


def _raise_letter(labels: Sequence[str], term: int, place: int) -> None:
    label = labels[term]
    raise ValueError(f'Label "{label}" (term {term}) has "{label[place]}" at position {place}; use I, X, Y or Z.')


def _sparse_codes(labels: Sequence[str], sparse: list[int], n_qubits: int | None) -> tuple[NDArray, NDArray, NDArray]:
    """Return letter codes, term numbers and qubits of every factor of the sparse labels, in order."""
    text = np.frombuffer("\n".join([labels[i] for i in sparse]).encode("latin-1", "replace"), dtype=np.uint8)
    is_break = text == ord("\n")
    letter = _LETTER[text] > 0
    digit = (text >= ord("0")) & (text <= ord("9"))
    blank = is_break | (text == ord(" ")) | (text == ord("*")) | (text == ord("\t"))
    before = np.concatenate(([False], (letter | digit)[:-1]))
    after = np.concatenate((digit[1:], [False]))
    line = np.cumsum(is_break)
    if np.count_nonzero(is_break) >= len(sparse):
        term = next(i for i in sparse if "\n" in labels[i])
        raise ValueError(f"Label {labels[term]!r} (term {term}) has a line break; give one label for each term.")
    bad = ~(letter | digit | blank) | (digit & ~before) | (letter & ~after)
    if bad.any():
        _raise_sparse(labels, sparse, text, line, int(np.flatnonzero(bad)[0]))
    where = np.asarray(sparse)[line[letter]]
    qubits = _read_digits(text, digit, np.flatnonzero(letter), labels, where)
    if n_qubits is not None and (qubits >= n_qubits).any():
        factor = int(np.flatnonzero(qubits >= n_qubits)[0])
        raise ValueError(
            f'Label "{labels[where[factor]]}" (term {where[factor]}) names qubit {qubits[factor]}, '
            f"but n_qubits is {n_qubits}."
        )
    _check_repeats(labels, where, qubits)
    return _LETTER[text[letter]], where, qubits


def _raise_sparse(labels: Sequence[str], sparse: list[int], text: NDArray, line: NDArray, place: int) -> None:
    term = sparse[int(line[place])]
    column = place - int(np.searchsorted(line, line[place])) - (1 if line[place] else 0)
    label = labels[term]
    symbol = label[column]
    if _LETTER[text[place]]:
        raise ValueError(
            f'Label "{label}" (term {term}): "{symbol}" at position {column} has no qubit number; '
            'write every factor as in "Z0 Z3", or one letter per qubit as in "ZIIZ".'
        )
    if symbol in "0123456789":
        raise ValueError(f'Label "{label}" (term {term}): the number at position {column} has no letter before it.')
    _raise_letter(labels, term, column)


def _read_digits(
    text: NDArray, digit: NDArray, starts: NDArray, labels: Sequence[str], where: NDArray
) -> NDArray[np.int64]:
    """Return the number after each letter, reading one digit of all of them at a time."""
    padded = np.concatenate((digit, np.zeros(_MAX_DIGITS + 2, dtype=bool)))
    value = np.zeros(len(starts), dtype=np.int64)
    active = np.arange(len(starts))
    for offset in range(1, _MAX_DIGITS + 2):
        active = active[padded[starts[active] + offset]]
        if len(active) == 0:
            return value
        value[active] = 10 * value[active] + text[starts[active] + offset] - ord("0")
    term = int(where[active[0]])
    raise ValueError(f'Label "{labels[term]}" (term {term}) has a qubit number of more than {_MAX_DIGITS} digits.')


def _check_repeats(labels: Sequence[str], where: NDArray, qubits: NDArray) -> None:
    order = np.lexsort((qubits, where))
    same = (where[order][1:] == where[order][:-1]) & (qubits[order][1:] == qubits[order][:-1])
    if same.any():
        factor = order[int(np.flatnonzero(same)[0])]
        raise ValueError(f'Label "{labels[where[factor]]}" (term {where[factor]}) names qubit {qubits[factor]} twice.')
