"""The list of Pauli strings and coefficients that a `PauliSum` is: storage, views, selection, printing, persistence."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_array, check_count, check_qubits
from . import printing, words

_REPR_TERMS = 6
_REPR_LABEL = 40


class AbstractTerms(ABC):
    """Immutable Pauli strings with coefficients; the base of `PauliSum`, which gives them their algebra."""

    __slots__ = ("_bits", "_coefficients", "_n_qubits", "_x_words", "_z_words")
    # NumPy scalars and arrays leave `number * sum` to `__rmul__`.
    __array_ufunc__ = None

    @abstractmethod
    def simplify(self, tolerance: float = 1e-12) -> Self:
        """Return the sum with equal strings merged and small terms dropped.

        Parameters
        ----------
        tolerance : float
            Real and imaginary parts up to this modulus become zero.
        """

    @classmethod
    def _from_words(
        cls, n_qubits: int, x_words: words.Words, z_words: words.Words, coefficients: words.Coefficients
    ) -> Self:
        self = object.__new__(cls)
        self._store(n_qubits, x_words, z_words, coefficients)
        return self

    def _store(
        self, n_qubits: int, x_words: words.Words, z_words: words.Words, coefficients: words.Coefficients
    ) -> None:
        self._n_qubits = n_qubits
        self._x_words = _read_only(x_words)
        self._z_words = _read_only(z_words)
        self._coefficients = _read_only(words.real_if_exact(coefficients))
        self._bits: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None

    @classmethod
    def from_arrays(cls, x: ArrayLike, z: ArrayLike, coefficients: ArrayLike) -> Self:
        """Return the sum with the given bits and coefficients, terms kept as they are.

        Parameters
        ----------
        x, z : array_like of bool, shape (n_terms, n_qubits)
            Letter of qubit q in term t: (0, 0) is I, (1, 0) X, (1, 1) Y, (0, 1) Z; no hidden phase.
        coefficients : array_like of float or complex, shape (n_terms,)
            Finite; dimensionless or in the unit of the operator.

        Returns
        -------
        PauliSum

        Raises
        ------
        TypeError, ValueError
            If the shapes differ, the bits are not 0 and 1, or a coefficient is not finite.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.PauliSum.from_arrays([[1, 1], [0, 0]], [[0, 1], [0, 1]], [0.5, -2.0]))
        0.5 * XY - 2.0 * IZ
        """
        from .parsing import check_coefficients

        x = check_array("x", x, ("n_terms", "n_qubits"), bool)
        z = check_array("z", z, x.shape, bool)
        return cls._from_words(x.shape[1], words.pack(x), words.pack(z), check_coefficients(coefficients, len(x)))

    @property
    def n_qubits(self) -> int:
        """Number of qubits the strings are written on, identities included."""
        return self._n_qubits

    @property
    def n_terms(self) -> int:
        """Number of terms, repeated strings counted separately until `simplify` merges them."""
        return len(self._coefficients)

    @property
    def x(self) -> NDArray[np.bool_]:
        """X bits, bool (n_terms, n_qubits), read-only: set where the letter is X or Y."""
        return self._unpacked()[0]

    @property
    def z(self) -> NDArray[np.bool_]:
        """Z bits, bool (n_terms, n_qubits), read-only: set where the letter is Z or Y."""
        return self._unpacked()[1]

    @property
    def coefficients(self) -> NDArray[np.float64] | NDArray[np.complex128]:
        """Coefficients (n_terms,), read-only: float64 if all are real, complex128 otherwise."""
        return self._coefficients

    def _unpacked(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        if self._bits is None:
            x, z = (words.unpack(rows, self._n_qubits) for rows in (self._x_words, self._z_words))
            self._bits = _read_only(x), _read_only(z)
        return self._bits

    def masks(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64], words.Coefficients]:
        """Return the x bits and z bits of each term as integers, and the coefficients.

        Bit ``n_qubits - 1 - q`` is qubit q, so the masks act directly on amplitude indices.

        Returns
        -------
        x_mask : ndarray of uint64, shape (n_terms,)
        z_mask : ndarray of uint64, shape (n_terms,)
        coefficients : ndarray of float64 or complex128, shape (n_terms,)

        Raises
        ------
        ValueError
            If the sum has more than 62 qubits.

        Examples
        --------
        >>> import qlearn as ql
        >>> x_mask, z_mask, coefficients = ql.PauliSum({"XIZ": 0.5}).masks()
        >>> x_mask.tolist(), z_mask.tolist()
        ([4], [1])
        """
        if self._n_qubits > 62:
            raise ValueError(f"Masks hold at most 62 qubits, this sum has {self._n_qubits}; use `x` and `z`.")
        return self._x_words[:, 0], self._z_words[:, 0], self._coefficients

    def labels(self, *, sparse: bool = False) -> list[str]:
        """Return the label of each term.

        Parameters
        ----------
        sparse : bool
            False for one letter per qubit ("ZIIZ"), True for the letters that are not I ("Z0 Z3"; the identity is "I").

        Returns
        -------
        list of str

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum({"ZIIZ": 0.5, "": 1.0}).labels(sparse=True)
        ['Z0 Z3', 'I']
        """
        return (printing.sparse_labels if sparse else printing.dense_labels)(self.x, self.z)

    def items(self) -> Iterator[tuple[str, float | complex]]:
        """Return an iterator over (dense label, coefficient), the coefficient a Python number.

        Returns
        -------
        iterator of (str, float or complex)

        Examples
        --------
        >>> import qlearn as ql
        >>> dict(ql.PauliSum("Z0 Z1 - 0.5 * X0").items())
        {'ZZ': 1.0, 'XI': -0.5}
        """
        return zip(self.labels(), self._coefficients.tolist(), strict=True)

    def to_text(self, *, sparse: bool = False) -> str:
        """Return the sum as text that parses back to the same sum.

        Parameters
        ----------
        sparse : bool
            True writes "Z0 Z3" in place of "ZIIZ"; to parse that back, `n_qubits` must be given beside it.

        Returns
        -------
        str
            Every digit of the coefficients is kept. The sum of no terms is "0.0 * III...".

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum({"ZIIZ": 0.5, "XIII": -0.25}).to_text(sparse=True)
        '0.5 * Z0 Z3 - 0.25 * X0'
        """
        if self.n_terms == 0:
            return "0.0 * I" if sparse else printing.sum_text(["I" * self._n_qubits], [0.0])
        return printing.sum_text(self.labels(sparse=sparse), self._coefficients.tolist())

    def weights(self) -> NDArray[np.int64]:
        """Return the number of qubits each term acts on, int64 (n_terms,).

        Returns
        -------
        ndarray of int64, shape (n_terms,)

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum({"ZIIZ": 0.5, "XIII": 1.0}).weights().tolist()
        [2, 1]
        """
        return words.row_popcount(self._x_words | self._z_words)

    def locality(self) -> int:
        """Return the largest weight of a term; 0 for the sum of no terms.

        Returns
        -------
        int
        """
        return int(self.weights().max(initial=0))

    def support(self) -> tuple[int, ...]:
        """Return the qubits on which some term acts, ascending.

        Returns
        -------
        tuple of int

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum("Z0 Z3 + X3", n_qubits=6).support()
        (0, 3)
        """
        either = np.bitwise_or.reduce(self._x_words | self._z_words, axis=0, initial=0)
        return tuple(np.flatnonzero(words.unpack(np.atleast_2d(either).astype(np.uint64), self._n_qubits)[0]).tolist())

    def norm(self) -> float:
        """Return the l1 norm, the sum of the coefficients' moduli: an upper bound on every expectation's modulus.

        Returns
        -------
        float
            Of the terms as they stand; `simplify` first if strings repeat.
        """
        return float(np.abs(self._coefficients).sum())

    def identity_coefficient(self) -> float | complex:
        """Return the coefficient of the identity: the trace divided by 2**n_qubits.

        Returns
        -------
        float or complex

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum("1.5 + Z0").identity_coefficient()
        1.5
        """
        return self._coefficients[self.weights() == 0].sum().item()

    def relabel(self, qubits: ArrayLike, n_qubits: int | None = None) -> Self:
        """Return the sum with qubit q moved to ``qubits[q]``; other qubits of the result carry identities.

        Parameters
        ----------
        qubits : sequence of int, length n_qubits of this sum
            Distinct targets. A permutation reorders; with `n_qubits` larger it embeds.
        n_qubits : int
            Width of the result; None keeps the width.

        Returns
        -------
        PauliSum

        Raises
        ------
        ValueError
            If the number of targets differs from the number of qubits, or a target is repeated or out of range.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.PauliSum({"XY": 1.0}).relabel([2, 0], n_qubits=3))
        1.0 * YIX
        """
        width = self._n_qubits if n_qubits is None else check_count("n_qubits", n_qubits)
        targets = check_qubits(qubits, width)
        if len(targets) != self._n_qubits:
            raise ValueError(f"`qubits` must name one target for each of {self._n_qubits} qubits, got {len(targets)}.")
        moved = np.zeros((2, self.n_terms, width), dtype=bool)
        moved[0][:, targets] = self.x
        moved[1][:, targets] = self.z
        return self._from_words(width, words.pack(moved[0]), words.pack(moved[1]), self._coefficients)

    def extend(self, n_qubits: int) -> Self:
        """Return the sum on more qubits, identities appended after the last one.

        Parameters
        ----------
        n_qubits : int
            Width of the result, at least that of this sum.

        Returns
        -------
        PauliSum

        Raises
        ------
        ValueError
            If `n_qubits` is smaller than the width of this sum.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.PauliSum({"XY": 1.0}).extend(4))
        1.0 * XYII
        """
        width = check_count("n_qubits", n_qubits, minimum=self._n_qubits)
        return self.relabel(range(self._n_qubits), width)

    def restrict(self, qubits: ArrayLike) -> Self:
        """Return the sum on the given qubits only, in the order given.

        Parameters
        ----------
        qubits : sequence of int
            Distinct; must contain every qubit on which a term acts.

        Returns
        -------
        PauliSum

        Raises
        ------
        ValueError
            If a term acts on a qubit that is not listed; the message names both.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.PauliSum("Z0 Z3 + X3", n_qubits=6).restrict([3, 0]))
        1.0 * ZZ + 1.0 * XI
        """
        kept = check_qubits(qubits, self._n_qubits)
        lost = (self.x | self.z).copy()
        lost[:, kept] = False
        if lost.any():
            term, qubit = np.argwhere(lost)[0].tolist()
            raise ValueError(
                f"Cannot restrict to qubits {list(kept)}: term {term} ({self[term].labels(sparse=True)[0]}) "
                f"acts on qubit {qubit}; add the qubit or select other terms."
            )
        columns = list(kept)
        return self._from_words(
            len(columns), words.pack(self.x[:, columns]), words.pack(self.z[:, columns]), self._coefficients
        )

    def __len__(self) -> int:
        return self.n_terms

    def __getitem__(self, selection: Any) -> Self:
        """Return the chosen terms as a sum: an integer, a slice, integers or a bool mask."""
        if isinstance(selection, (int, np.integer)) and not isinstance(selection, bool):
            index = range(self.n_terms)[selection]
            selection = slice(index, index + 1)
        elif not isinstance(selection, slice):
            selection = np.asarray(selection)
            if selection.size == 0:
                selection = selection.astype(np.int64)
        return self._from_words(
            self._n_qubits, self._x_words[selection], self._z_words[selection], self._coefficients[selection]
        )

    def __iter__(self) -> Iterator[Self]:
        return (self[index] for index in range(self.n_terms))

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        whole = self.n_terms <= _REPR_TERMS and self._n_qubits <= _REPR_LABEL
        shown = self if whole else self[: _REPR_TERMS // 2]
        sparse = self._n_qubits > _REPR_LABEL
        text = shown.to_text(sparse=sparse)
        if len(text) > 4 * _REPR_LABEL:
            text = text[: 4 * _REPR_LABEL] + "..."
        if self.n_terms > shown.n_terms:
            text += " + ..."
        name = type(self).__name__
        return f'{name}("{text}")' if whole else f'{name}("{text}", n_qubits={self._n_qubits}, n_terms={self.n_terms})'

    def __reduce__(self) -> tuple:
        return type(self)._from_words, (self._n_qubits, self._x_words, self._z_words, self._coefficients)

    def _to_data(self) -> tuple[dict[str, Any], dict[str, NDArray]]:
        """Return what `qlearn.persistence` writes: JSON-able parameters and arrays."""
        arrays = {"x": np.packbits(self.x, axis=1), "z": np.packbits(self.z, axis=1), "coefficients": self.coefficients}
        return {"n_qubits": self._n_qubits}, arrays

    @classmethod
    def _from_data(cls, params: dict[str, Any], arrays: dict[str, NDArray]) -> Self:
        """Return the sum that `_to_data` took apart, its shapes checked."""
        n_qubits = check_count("n_qubits", params["n_qubits"])
        n_terms = len(np.atleast_1d(arrays["coefficients"]))
        rows = (check_array(name, arrays[name], (n_terms, -(-n_qubits // 8)), np.uint8) for name in ("x", "z"))
        x, z = (np.unpackbits(packed, axis=1, count=n_qubits).astype(bool) for packed in rows)
        return cls.from_arrays(x, z, arrays["coefficients"])


def _read_only(array: NDArray) -> NDArray:
    view = array.view()
    view.flags.writeable = False
    return view
