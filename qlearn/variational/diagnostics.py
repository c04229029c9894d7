"""What to know about an ansatz before training: gradients, expressibility, entanglement, algebra, Fisher spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._checks import check_count
from .._random import generator
from ..circuits import Circuit
from ..estimates import Estimate
from ..paulis import PauliSum
from ..sim import State, Statevector
from ..sim.gradients import fubini_study_metric
from .ansatze import AbstractAnsatz

__all__ = [
    "entangling_capability",
    "expressibility",
    "fisher_spectrum",
    "gradient_variance",
    "lie_algebra_dimension",
]

_MOST_ALGEBRA = 5  # qubits: the algebra has up to 4**n - 1 dimensions


def gradient_variance(
    ansatz: AbstractAnsatz | Circuit,
    observable: PauliSum,
    *,
    n_samples: int = 500,
    random_state: Any = None,
) -> Estimate:
    """Return the variance of each derivative of an expectation value over random parameters.

    A barren plateau is a variance that falls exponentially with the number of qubits.

    Parameters
    ----------
    ansatz : AbstractAnsatz or Circuit
        On as many qubits as the observable.
    observable : PauliSum
    n_samples : int
        Parameter sets, uniform in [-pi, pi); one engine call.
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    Estimate
        Of shape (n_parameters,), `n_shots` counting samples. Its mean over parameters is the usual summary.

    References
    ----------
    McClean, Boixo, Smelyanskiy, Babbush, Neven, Nat. Commun. 9, 4812 (2018).

    Examples
    --------
    >>> import qlearn as ql
    >>> circuit = ql.Circuit(1).ry(ql.Parameter("a"), 0)
    >>> found = ql.variational.gradient_variance(circuit, ql.PauliSum("Z"), random_state=0)
    >>> bool(abs(found.value[0] - 0.5) < 4 * found.std_error[0])
    True
    """
    circuit = _circuit(ansatz, observable.n_qubits)
    values = _random_values(circuit, n_samples, 2, random_state)
    _, slopes = Statevector().value_and_gradient(circuit, observable, values)
    squares = (slopes - slopes.mean(axis=0)) ** 2
    n = len(values)
    error = squares.std(axis=0, ddof=1) / np.sqrt(n)
    return Estimate(squares.sum(axis=0) / (n - 1), error, n, "sample variance")


def expressibility(
    ansatz: AbstractAnsatz | Circuit,
    n_qubits: int | None = None,
    *,
    n_samples: int = 2000,
    n_bins: int = 75,
    random_state: Any = None,
) -> Estimate:
    """Return how far the fidelities of random states of an ansatz are from those of Haar-random states.

    Parameters
    ----------
    ansatz : AbstractAnsatz or Circuit
    n_qubits : int, optional
        For an ansatz.
    n_samples : int
        Pairs of states.
    n_bins : int
        Of the histogram of fidelities.
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    Estimate
        Kullback-Leibler divergence in nats, 0 for Haar-random states; the standard error is that of a bootstrap over
        pairs. Finite samples add about ``n_bins / (2 * n_samples)``.

    References
    ----------
    Sim, Johnson, Aspuru-Guzik, Adv. Quantum Technol. 2, 1900070 (2019), Eq. (8).

    Examples
    --------
    >>> import qlearn as ql
    >>> idle = ql.variational.expressibility(ql.Circuit(1).rz(ql.Parameter("a"), 0), random_state=0)
    >>> round(idle.value, 3)
    4.317
    """
    circuit = _circuit(ansatz, n_qubits)
    random = generator(random_state)
    values = _random_values(circuit, 2 * check_count("n_samples", n_samples, minimum=2), 2, random)
    states = Statevector().run(circuit, values).amplitudes
    fidelities = np.abs(np.einsum("ij,ij->i", states[:n_samples].conj(), states[n_samples:])) ** 2
    edges = np.linspace(0.0, 1.0, check_count("n_bins", n_bins, minimum=2) + 1)
    # the fidelity with a Haar-random state exceeds F with probability (1 - F)^(N - 1)
    log_haar = _log_haar(edges, 1 << circuit.n_qubits)
    counts, _ = np.histogram(np.clip(fidelities, 0.0, 1.0), edges)

    def divergence(counts: np.ndarray) -> float:
        shares = counts / counts.sum()
        seen = shares > 0
        return float((shares[seen] * (np.log(shares[seen]) - log_haar[seen])).sum())

    drawn = random.multinomial(n_samples, counts / n_samples, size=200)
    error = float(np.std([divergence(row) for row in drawn], ddof=1))
    return Estimate(divergence(counts), error, n_samples, "histogram")


def entangling_capability(
    ansatz: AbstractAnsatz | Circuit, n_qubits: int | None = None, *, n_samples: int = 500, random_state: Any = None
) -> Estimate:
    """Return the mean Meyer-Wallach entanglement of random states of an ansatz.

    Parameters
    ----------
    ansatz : AbstractAnsatz or Circuit
    n_qubits : int, optional
        For an ansatz.
    n_samples : int
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    Estimate
        0 for product states, 1 where every qubit is maximally entangled with the rest; Haar-random states have
        ``(N - 2) / (N + 1)``.

    References
    ----------
    Sim, Johnson, Aspuru-Guzik, Adv. Quantum Technol. 2, 1900070 (2019), Eq. (15).

    Examples
    --------
    >>> import qlearn as ql
    >>> ql.variational.entangling_capability(ql.Circuit(2).h(0).cx(0, 1), n_samples=2).value
    1.0
    """
    circuit = _circuit(ansatz, n_qubits)
    values = _random_values(circuit, n_samples, 2, random_state)
    states = State(Statevector().run(circuit, values).amplitudes)
    purities = [
        np.einsum("bij,bji->b", rho, rho).real for rho in (states.reduced(qubit) for qubit in range(circuit.n_qubits))
    ]
    found = 2.0 * (1.0 - np.mean(purities, axis=0))
    error = float(found.std(ddof=1) / np.sqrt(len(found)))
    return Estimate(round(float(found.mean()), 14), error, len(found), "mean")


def lie_algebra_dimension(generators: Sequence[PauliSum], max_dimension: int | None = None) -> int:
    """Return the dimension of the Lie algebra that generators and their nested commutators span.

    An ansatz whose gates have these generators is free of barren plateaus only if this grows slowly with the qubits.

    Parameters
    ----------
    generators : sequence of PauliSum
        Hermitian, on at most five qubits.
    max_dimension : int, optional
        Stop there.

    Returns
    -------
    int
        At most 4**n - 1 (4**n with the identity among the generators).

    Raises
    ------
    ValueError
        If a generator is not Hermitian, widths differ, or there are more than five qubits.

    Notes
    -----
    Gram-Schmidt on matrices: up to 4**n vectors of 4**n entries.

    References
    ----------
    Larocca et al., Quantum 6, 824 (2022), Algorithm 1; Ragone et al., Nat. Commun. 15, 7172 (2024).

    Examples
    --------
    >>> import qlearn as ql
    >>> couplings = ql.PauliSum("ZZI + IZZ")
    >>> field = ql.PauliSum("XII + IXI + IIX")
    >>> ql.variational.lie_algebra_dimension([couplings, field])
    9
    """
    widths = {operator.n_qubits for operator in generators}
    if len(widths) != 1 or max(widths) > _MOST_ALGEBRA:
        raise ValueError(f"`generators` must share a width of at most {_MOST_ALGEBRA} qubits, got widths {widths}.")
    if not all(operator.is_hermitian() for operator in generators):
        raise ValueError("`generators` must be Hermitian.")
    matrices = [1j * operator.to_dense() for operator in generators]
    size = matrices[0].shape[0]
    most = size * size if max_dimension is None else max_dimension
    basis = np.zeros((size * size, size * size), dtype=complex)
    found: list[np.ndarray] = []

    def add(matrix: np.ndarray) -> None:
        vector = matrix.ravel() / max(np.linalg.norm(matrix), 1e-300)
        known = basis[: len(found)]
        for _ in range(2):  # twice is enough against rounding
            # coefficients are real: the algebra is one over the reals
            vector = vector - (known.conj() @ vector).real @ known
        length = np.linalg.norm(vector)
        if length > 1e-8:
            basis[len(found)] = vector / length
            found.append((vector / length).reshape(size, size))

    for matrix in matrices:
        add(matrix)
    position = 0
    while position < len(found) < most:
        for matrix in matrices:
            commutator = matrix @ found[position] - found[position] @ matrix
            if np.linalg.norm(commutator) > 1e-9 and len(found) < most:
                add(commutator)
        position += 1
    return len(found)


def fisher_spectrum(
    ansatz: AbstractAnsatz | Circuit, n_qubits: int | None = None, *, n_samples: int = 20, random_state: Any = None
) -> np.ndarray:
    """Return the eigenvalues of the quantum Fisher information at random parameters.

    Eigenvalues that vanish everywhere are parameters too many: their number beyond the dimension of the reachable
    states does not change what the circuit can do.

    Parameters
    ----------
    ansatz : AbstractAnsatz or Circuit
    n_qubits : int, optional
        For an ansatz.
    n_samples : int
        Parameter sets.
    random_state : int, Generator, SeedSequence or None

    Returns
    -------
    ndarray of float, shape (n_samples, n_parameters)
        Falling along each row.

    References
    ----------
    Haug, Bharti, Kim, PRX Quantum 2, 040309 (2021).

    Examples
    --------
    >>> import qlearn as ql
    >>> spectrum = ql.variational.fisher_spectrum(ql.variational.HardwareEfficient(3), 2, random_state=0)
    >>> int((spectrum > 1e-8).sum(axis=1).max())  # 2 * (2**2 - 1) real directions
    6
    """
    circuit = _circuit(ansatz, n_qubits)
    values = _random_values(circuit, n_samples, 1, random_state)
    return np.linalg.eigvalsh(4.0 * fubini_study_metric(circuit, values))[:, ::-1]


def _circuit(ansatz: AbstractAnsatz | Circuit, n_qubits: int | None) -> Circuit:
    if isinstance(ansatz, Circuit):
        if n_qubits not in (None, ansatz.n_qubits):
            raise ValueError(f"The circuit has {ansatz.n_qubits} qubits, asked were {n_qubits}.")
        return ansatz
    if n_qubits is None:
        raise ValueError("An ansatz fits any width: pass `n_qubits`.")
    return ansatz.circuit(n_qubits)


def _random_values(circuit: Circuit, n_samples: int, least: int, random_state: Any) -> np.ndarray:
    n_samples = check_count("n_samples", n_samples, minimum=least)
    return generator(random_state).uniform(-np.pi, np.pi, (n_samples, circuit.n_parameters))


def _log_haar(edges: np.ndarray, dimension: int) -> np.ndarray:
    """Return the logarithm of the probability that Haar-random states have a fidelity in each bin."""
    low, high = edges[:-1], edges[1:]
    with np.errstate(divide="ignore"):
        log_above = (dimension - 1) * np.log1p(-low)
        ratio = (dimension - 1) * (np.log1p(-high) - np.log1p(-low))
    return log_above + np.log(-np.expm1(ratio))
