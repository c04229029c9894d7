"""`PauliSum`: the one observable and Hamiltonian type."""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Number
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import check_count
from .._random import RandomState
from . import parsing, products, words
from .terms import AbstractTerms

if TYPE_CHECKING:
    import scipy.sparse

    from .ground_state import GroundState
    from .grouping import Grouping
    from .tapering import Tapering


class PauliSum(AbstractTerms):
    """Sum of Pauli strings with real or complex coefficients: an observable, a Hamiltonian, any operator on qubits.

    Qubit 0 is the leftmost letter. Immutable. Terms are kept as given, in order, until `simplify` or arithmetic
    merges equal strings; two sums are equal when they are the same operator.

    Parameters
    ----------
    terms : dict, str, sequence of (str, number), number, PauliSum or None
        ``{"ZZII": 0.5}``, ``{"Z0 Z3": 0.5}`` ("" and "I" are the identity), ``"0.5 * Z0 Z1 - (0.5-1j) X0 + 1.5"``,
        ``[("ZZ", 0.5)]``, a multiple of the identity, another sum, or None for no terms.
    n_qubits : int
        Width. None takes it from dense labels, or from the largest qubit named in sparse ones.

    Raises
    ------
    TypeError, ValueError
        If the terms cannot be read, have different widths, name a qubit twice or outside `n_qubits`, or a
        coefficient is not finite; the message names the term and the position.

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum({"ZZII": 0.5, "XIIX": -0.25})
    >>> hamiltonian
    PauliSum("0.5 * ZZII - 0.25 * XIIX")
    >>> hamiltonian == ql.PauliSum("0.5 * Z0 Z1 - 0.25 * X0 X3")
    True
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        terms: Mapping[str, Number] | str | Sequence[tuple[str, Number]] | Number | Self | None = None,
        n_qubits: int | None = None,
    ) -> None:
        width = None if n_qubits is None else check_count("n_qubits", n_qubits)
        if isinstance(terms, PauliSum):
            if width not in (None, terms.n_qubits):
                raise ValueError(f"n_qubits is {width}, but the sum has {terms.n_qubits} qubits; use `extend`.")
            self._store(terms._n_qubits, terms._x_words, terms._z_words, terms._coefficients)
            return
        labels, coefficients = _read(terms)
        if not labels and width is None:
            raise ValueError("`n_qubits` must be given for a sum without terms.")
        x, z = parsing.labels_to_bits(labels, width)
        checked = parsing.check_coefficients(coefficients, len(labels), labels)
        self._store(x.shape[1], words.pack(x), words.pack(z), checked)

    @classmethod
    def zero(cls, n_qubits: int) -> Self:
        """Return the sum of no terms.

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        PauliSum
        """
        return cls(None, n_qubits)

    @classmethod
    def identity(cls, n_qubits: int) -> Self:
        """Return the identity, one term with coefficient 1.

        Parameters
        ----------
        n_qubits : int

        Returns
        -------
        PauliSum
        """
        return cls(1.0, n_qubits)

    @classmethod
    def single(cls, label: str, coefficient: complex = 1.0, n_qubits: int | None = None) -> Self:
        """Return one Pauli string times a number.

        Parameters
        ----------
        label : str
            Dense ("ZIIZ") or sparse ("Z0 Z3").
        coefficient : float or complex
        n_qubits : int
            Width; None takes it from the label.

        Returns
        -------
        PauliSum

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum.single("Z1", n_qubits=3)
        PauliSum("1.0 * IZI")
        """
        return cls([(label, coefficient)], n_qubits)

    @classmethod
    def from_matrix(cls, matrix: ArrayLike, tolerance: float = 1e-12) -> Self:
        """Return the Pauli decomposition of a dense or sparse matrix.

        Parameters
        ----------
        matrix : array_like of float or complex, shape (2**n, 2**n)
            Row and column index with qubit 0 as the most significant bit; a scipy sparse matrix is made dense.
        tolerance : float
            Real and imaginary parts of coefficients up to this modulus become zero.

        Returns
        -------
        PauliSum
            Terms ordered by x bits, then z bits.

        Raises
        ------
        ValueError
            If the matrix is not square with a power of two, or not finite.
        MemoryLimitError
            If the working copies do not fit.

        Notes
        -----
        One Walsh-Hadamard transform along every XOR diagonal: n 4**n additions, not 16**n.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum.from_matrix([[1, 2j], [-2j, 0]])
        PauliSum("0.5 * I + 0.5 * Z - 2.0 * Y")
        """
        from .matrices import decompose

        n_qubits, x_words, z_words, coefficients = decompose(matrix)
        return cls._from_words(n_qubits, x_words, z_words, coefficients).simplify(tolerance)

    def __add__(self, other: Any) -> Self:
        other = self._operand(other)
        if other is NotImplemented:
            return NotImplemented
        x_words = np.concatenate((self._x_words, other._x_words))
        z_words = np.concatenate((self._z_words, other._z_words))
        coefficients = np.concatenate((self._coefficients, other._coefficients))
        return self._finite(*words.merge(x_words, z_words, coefficients))

    def __radd__(self, other: Any) -> Self:
        if isinstance(other, Number) and other == 0:
            return self  # so that the builtin `sum` works
        return self + other

    def __sub__(self, other: Any) -> Self:
        other = self._operand(other)
        return NotImplemented if other is NotImplemented else self + -other

    def __rsub__(self, other: Any) -> Self:
        return -self + other

    def __neg__(self) -> Self:
        return self._scaled(-self._coefficients)

    def __mul__(self, other: Any) -> Self:
        if isinstance(other, PauliSum):
            return self @ other
        if not isinstance(other, Number):
            return NotImplemented
        factor = parsing.check_number(other, "A factor")
        with np.errstate(over="ignore", invalid="ignore"):
            return self._scaled(self._coefficients * factor)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Self:
        if not isinstance(other, Number):
            return NotImplemented
        divisor = parsing.check_number(other, "A divisor")
        if divisor == 0:
            raise ZeroDivisionError("A PauliSum cannot be divided by zero.")
        with np.errstate(over="ignore", invalid="ignore"):
            return self._scaled(self._coefficients / divisor)

    def __matmul__(self, other: Any) -> Self:
        if not isinstance(other, PauliSum):
            return NotImplemented
        return self._product(other, "all")

    def __pow__(self, exponent: int) -> Self:
        exponent = check_count("exponent", exponent)
        result, square = type(self).identity(self._n_qubits), self
        while exponent:
            if exponent & 1:
                result = result @ square
            exponent >>= 1
            square = square @ square if exponent else square
        return result

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PauliSum):
            return NotImplemented
        return self._n_qubits == other._n_qubits and self._canonical() == other._canonical()

    def _canonical(self) -> tuple[bytes, bytes]:
        merged = self.simplify(0.0)
        rows = np.concatenate((merged._x_words, merged._z_words), axis=1)
        order = np.lexsort(rows.T)
        # Adding 0.0 turns -0.0 into 0.0, which are equal numbers but not equal bytes.
        return rows[order].tobytes(), (merged._coefficients[order].astype(complex) + 0.0).tobytes()

    def _scaled(self, coefficients: NDArray) -> Self:
        return self._finite(self._x_words, self._z_words, coefficients)

    def _finite(self, x_words: words.Words, z_words: words.Words, coefficients: NDArray) -> Self:
        if not np.isfinite(coefficients).all():
            raise ValueError("A coefficient would not be finite; scale by smaller numbers.")
        return self._from_words(self._n_qubits, x_words, z_words, coefficients)

    def _operand(self, other: Any) -> Self:
        if isinstance(other, Number):
            return type(self)(parsing.check_number(other, "A summand"), self._n_qubits)
        if not isinstance(other, PauliSum):
            return NotImplemented
        self._check_width(other)
        return other

    def _check_width(self, other: Self) -> None:
        if not isinstance(other, PauliSum):
            raise TypeError(f"Expected a PauliSum, got {other!r} of type {type(other).__name__}.")
        if other._n_qubits != self._n_qubits:
            raise ValueError(
                f"The sums have {self._n_qubits} and {other._n_qubits} qubits; use `extend` or `relabel` first."
            )

    def _product(self, other: Self, pairs: str) -> Self:
        self._check_width(other)
        with np.errstate(over="ignore", invalid="ignore"):
            return self._finite(*products.multiply(self, other, pairs))

    def commutator(self, other: Self) -> Self:
        """Return ``self @ other - other @ self``, from the anticommuting pairs of strings only.

        Parameters
        ----------
        other : PauliSum
            On as many qubits.

        Returns
        -------
        PauliSum

        Raises
        ------
        ValueError
            If the numbers of qubits differ.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.PauliSum("X0").commutator(ql.PauliSum("Y0")))
        (0.0+2.0j) * Z
        """
        return 2 * self._product(other, "anticommuting")

    def anticommutator(self, other: Self) -> Self:
        """Return ``self @ other + other @ self``, from the commuting pairs of strings only.

        Parameters
        ----------
        other : PauliSum
            On as many qubits.

        Returns
        -------
        PauliSum

        Raises
        ------
        ValueError
            If the numbers of qubits differ.
        """
        return 2 * self._product(other, "commuting")

    def tensor(self, other: Self) -> Self:
        """Return the tensor product: this sum on the first qubits, `other` on the ones after.

        Parameters
        ----------
        other : PauliSum

        Returns
        -------
        PauliSum
            On ``self.n_qubits + other.n_qubits`` qubits.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.PauliSum({"XY": 2.0}).tensor(ql.PauliSum({"Z": 0.5})))
        1.0 * XYZ
        """
        if not isinstance(other, PauliSum):
            raise TypeError(f"Expected a PauliSum, got {other!r} of type {type(other).__name__}.")
        width = self._n_qubits + other._n_qubits
        return self.extend(width) @ other.relabel(range(self._n_qubits, width), width)

    def adjoint(self) -> Self:
        """Return the Hermitian conjugate: every coefficient conjugated.

        Returns
        -------
        PauliSum
        """
        return self._scaled(self._coefficients.conj())

    def simplify(self, tolerance: float = 1e-12) -> Self:
        """Return the sum with equal strings merged and small terms dropped.

        Parameters
        ----------
        tolerance : float
            Real and imaginary parts up to this modulus become zero, and terms with both zero go.

        Returns
        -------
        PauliSum
            Strings in order of first appearance.

        Raises
        ------
        ValueError
            If `tolerance` is negative or not finite.

        Notes
        -----
        One sort of 64-bit keys, whatever the number of qubits.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.PauliSum("Z0 + X1 + 0.5 * Z0 - X1").simplify())
        1.5 * ZI
        """
        bound = parsing.check_number(tolerance, "`tolerance`")
        if isinstance(bound, complex) or bound < 0:
            raise ValueError(f"`tolerance` must be a number >= 0, got {tolerance!r}.")
        x_words, z_words, coefficients = words.merge(self._x_words, self._z_words, self._coefficients)
        cleaned = np.where(np.abs(coefficients.real) <= bound, 0.0, coefficients.real)
        if np.iscomplexobj(coefficients):
            cleaned = cleaned + 1j * np.where(np.abs(coefficients.imag) <= bound, 0.0, coefficients.imag)
        keep = cleaned != 0
        return self._from_words(self._n_qubits, x_words[keep], z_words[keep], cleaned[keep])

    def is_close(self, other: Self, tolerance: float = 1e-9) -> bool:
        """Return whether two sums are the same operator up to rounding.

        Parameters
        ----------
        other : PauliSum
        tolerance : float
            Largest allowed difference in the real or imaginary part of a coefficient, absolute.

        Returns
        -------
        bool
            False if the numbers of qubits differ.
        """
        if not isinstance(other, PauliSum):
            raise TypeError(f"Expected a PauliSum, got {other!r} of type {type(other).__name__}.")
        return self._n_qubits == other._n_qubits and (self - other).simplify(tolerance).n_terms == 0

    def is_hermitian(self, tolerance: float = 1e-12) -> bool:
        """Return whether the operator is its own adjoint: merged coefficients are real.

        Parameters
        ----------
        tolerance : float
            Largest imaginary part taken as rounding, absolute.

        Returns
        -------
        bool
        """
        return np.isrealobj(self._coefficients) or np.isrealobj(self.simplify(tolerance)._coefficients)

    def commutes(self, other: Self | None = None, *, qubit_wise: bool = False) -> NDArray[np.bool_]:
        """Return which strings commute with which.

        Parameters
        ----------
        other : PauliSum
            On as many qubits; None compares the terms of this sum with each other.
        qubit_wise : bool
            True asks that the letters commute on every qubit, so that single-qubit measurements serve both.

        Returns
        -------
        ndarray of bool, shape (n_terms, other.n_terms)

        Raises
        ------
        ValueError
            If the numbers of qubits differ.
        MemoryLimitError
            If the matrix does not fit; its working memory is a few megabytes beside it.

        Examples
        --------
        >>> import qlearn as ql
        >>> strings = ql.PauliSum({"XX": 1, "ZZ": 1})
        >>> strings.commutes().tolist(), strings.commutes(qubit_wise=True).tolist()
        ([[True, True], [True, True]], [[True, False], [False, True]])
        """
        from .commutation import commutation_matrix

        other = self if other is None else other
        self._check_width(other)
        return commutation_matrix(self, other, qubit_wise)

    def qubit_wise_groups(self) -> "Grouping":
        """Return groups that single-qubit measurements serve, by sorted insertion.

        Terms are taken by falling modulus of their coefficient (ties in order) and put into the first group with
        which they commute qubit by qubit.

        Returns
        -------
        Grouping
            With `assignment` (n_terms,) and `bases` (n_groups, n_qubits).

        Notes
        -----
        Crawford et al., Quantum 5, 385 (2021), section 3. Each term costs a few operations per 64 groups: 10**5
        random strings on 100 qubits, no two of which fit together, take about 3 seconds. Memory: 32 bytes per qubit
        and 64 groups.

        Examples
        --------
        >>> import qlearn as ql
        >>> groups = ql.PauliSum("Z0 Z1 + 0.5 * X0 + 0.4 * Z0 + 0.3 * X1").qubit_wise_groups()
        >>> groups.assignment.tolist(), groups.bases.tolist()
        ([0, 1, 0, 1], [[2, 2], [0, 0]])
        """
        from .grouping import qubit_wise_groups

        return qubit_wise_groups(self)

    def commuting_groups(self) -> "Grouping":
        """Return groups of mutually commuting terms, by sorted insertion; fewer than the qubit-wise ones.

        Returns
        -------
        Grouping
            With `assignment` (n_terms,); `diagonalise` gives the measurement circuit of each group.

        Notes
        -----
        Crawford et al., Quantum 5, 385 (2021), section 3. A group is compared through at most n_qubits generators,
        64 groups at a time: 10**5 random strings on 100 qubits take about 6 seconds. Memory: at most 24 bytes per
        qubit and term.

        Examples
        --------
        >>> import qlearn as ql
        >>> len(ql.PauliSum("X0 X1 + Y0 Y1 + Z0 Z1").commuting_groups())
        1
        """
        from .grouping import commuting_groups

        return commuting_groups(self)

    def conjugate_by(self, gates: Iterable[tuple[str, tuple[int, ...]]]) -> Self:
        """Return U H U† for a Clifford circuit U: the expectation of H before U equals that of the result after U.

        Parameters
        ----------
        gates : iterable of (str, tuple of int)
            In order of time; names i, x, y, z, h, s, sdg, cx, cz, swap as methods of `Circuit`.

        Returns
        -------
        PauliSum
            As many terms, in the same order.

        Raises
        ------
        ValueError
            If a gate is not known, or its qubits are wrong.

        Examples
        --------
        >>> import qlearn as ql
        >>> print(ql.PauliSum("X0 + Y1", 2).conjugate_by([("h", (0,)), ("cx", (0, 1))]))
        1.0 * ZI + 1.0 * ZY
        """
        from .clifford import conjugate_by

        return conjugate_by(self, gates)

    def diagonalise(self) -> tuple[list[tuple[str, tuple[int, ...]]], Self]:
        """Return a Clifford circuit after which commuting terms are products of Z, and the sum it turns them into.

        Returns
        -------
        gates : list of (str, tuple of int)
            h, s, cx and cz in order of time; at most n_qubits**2 + 2 n_qubits of them.
        diagonal : PauliSum
            The terms in the same order; measuring every qubit after the gates gives all of them.

        Raises
        ------
        ValueError
            If two terms do not commute; the message names them.

        Examples
        --------
        >>> import qlearn as ql
        >>> gates, diagonal = ql.PauliSum("X0 X1 + Z0 Z1").diagonalise()
        >>> gates, diagonal.labels()
        ([('cx', (0, 1)), ('h', (0,))], ['ZI', 'IZ'])
        """
        from .clifford import diagonalise

        return diagonalise(self)

    def taper(self, reference: ArrayLike) -> tuple[Self, "Tapering"]:
        """Return the Hamiltonian of the symmetry sector of a basis state, with one qubit less per symmetry made of Z.

        Parameters
        ----------
        reference : array_like of 0 and 1, shape (n_qubits,)
            Such as the Hartree-Fock occupation.

        Returns
        -------
        tapered : PauliSum
        tapering : Tapering
            Maps bit strings, states and other operators; other sectors and symmetries are found there too.

        Examples
        --------
        >>> import qlearn as ql
        >>> tapered, tapering = ql.PauliSum("Z0 + Z1 + 0.5 * X0 X1").taper([1, 0])
        >>> print(tapered)
        -0.5 * X
        """
        from .tapering import Tapering

        tapering = Tapering.find(self, diagonal_only=True)
        return tapering.taper(self, tapering.sector_of(reference)), tapering

    def to_dense(self) -> NDArray:
        """Return the matrix, row and column index with qubit 0 as the most significant bit.

        Returns
        -------
        ndarray of float64 or complex128, shape (2**n_qubits, 2**n_qubits)
            float64 if every entry is real.

        Raises
        ------
        MemoryLimitError
            If it does not fit.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum("Z0 + 2 * X0").to_dense().tolist()
        [[1.0, 2.0], [2.0, -1.0]]
        """
        from .matrices import to_dense

        return to_dense(self)

    def to_sparse(self) -> "scipy.sparse.csr_array":
        """Return the matrix in compressed sparse row form, sorted and without stored zeros.

        Returns
        -------
        scipy.sparse.csr_array of float64 or complex128, shape (2**n_qubits, 2**n_qubits)

        Raises
        ------
        MemoryLimitError
            If it does not fit: an entry takes 12 to 20 bytes, 48 while it is built.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum("Z0 Z1 + X0").to_sparse().nnz
        8
        """
        from .matrices import to_sparse

        return to_sparse(self)

    def apply(self, state: ArrayLike) -> NDArray:
        """Return the operator applied to amplitudes, without building a matrix.

        Parameters
        ----------
        state : array_like of float or complex, shape (..., 2**n_qubits)
            Amplitudes, or an engine's state. Need not be normalised.

        Returns
        -------
        ndarray, shape of the amplitudes
            In their precision; real if the amplitudes and every matrix entry are.

        Raises
        ------
        ValueError
            If the last axis is not 2**n_qubits.
        MemoryLimitError
            If the result does not fit.

        Notes
        -----
        Time is 2**n times the number of distinct X masks; besides the result it needs a few hundred kilobytes.

        Examples
        --------
        >>> import qlearn as ql
        >>> ql.PauliSum("X0 + 2 * Z1").apply([1.0, 0, 0, 0]).tolist()
        [2.0, 0.0, 1.0, 0.0]
        """
        from .application import apply

        return apply(self, state)

    def expectation(self, state: Any) -> Any:
        """Return the exact expectation value in each state.

        Parameters
        ----------
        state : array_like or engine state
            Normalised amplitudes (2**n,) or (batch, 2**n), a density matrix (2**n, 2**n) or (batch, 2**n, 2**n), or
            an object with `amplitudes` or `matrix`. A square array is told apart by its norm.

        Returns
        -------
        float or complex, or ndarray of shape (batch,)
            Real for a Hermitian sum.

        Raises
        ------
        ValueError
            If the shape does not fit, or a square array is neither normalised states nor a density matrix.

        Examples
        --------
        >>> import qlearn as ql
        >>> float(ql.PauliSum("Z0 + 3 * X0").expectation([0.6, 0.8]).round(12))
        2.6
        """
        from .application import expectation

        return expectation(self, state)

    def variance(self, state: Any) -> Any:
        """Return the variance of the observable in each state: what one shot of a direct measurement would show.

        Parameters
        ----------
        state : array_like or engine state
            As for `expectation`.

        Returns
        -------
        float, or ndarray of shape (batch,)

        Raises
        ------
        ValueError
            If the sum is not Hermitian or the shape does not fit.

        Examples
        --------
        >>> import qlearn as ql
        >>> float(ql.PauliSum("X0").variance([1.0, 0.0]))
        1.0
        """
        from .application import variance

        return variance(self, state)

    def ground_state(self, k: int = 1, random_state: RandomState = 0) -> "GroundState":
        """Return the k lowest energies and their eigenvectors, degenerate ones included.

        Parameters
        ----------
        k : int
            Number of states.
        random_state : None, int, Generator or SeedSequence
            Draws the first Lanczos vector; the default makes the answer reproducible.

        Returns
        -------
        energies : ndarray of float64, shape (k,)
            Ascending, in the unit of the coefficients.
        vectors : ndarray of float64 or complex128, shape (k, 2**n_qubits)
            Orthonormal rows, real for a real Hamiltonian, the largest entry of each real and positive.

        Raises
        ------
        ValueError
            If the sum is not Hermitian, or k exceeds 2**n_qubits.
        MemoryLimitError
            If the Lanczos vectors (about 20 states) do not fit.

        Notes
        -----
        Sorting for diagonal sums, dense diagonalisation to 8 qubits, above that implicitly restarted Lanczos
        (ARPACK) on the matrix-free action, to machine precision.

        Examples
        --------
        >>> import qlearn as ql
        >>> energies, vectors = ql.PauliSum("Z0 Z1 + X0 + X1").ground_state()
        >>> float(energies[0].round(6)), vectors.shape
        (-2.236068, (1, 4))
        """
        from .ground_state import ground_state

        return ground_state(self, k, random_state)


def _read(terms: Any) -> tuple[list[str], Any]:
    if terms is None:
        return [], []
    if isinstance(terms, str):
        return parsing.split_text(terms)
    if isinstance(terms, Number):
        return [""], [parsing.check_number(terms)]
    if isinstance(terms, (Mapping, Sequence)):
        return parsing.split_terms(terms)
    raise TypeError(
        "A PauliSum is made from text, a dict, (label, coefficient) pairs, a number or a PauliSum, "
        f"got {terms!r} of type {type(terms).__name__}."
    )
