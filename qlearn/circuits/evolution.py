"""Time evolution under a Hamiltonian as circuits: product formulas."""

from __future__ import annotations

from typing import Any

from .._checks import check_count
from ..paulis import PauliSum
from ._builder import checked_angle
from .circuit import Circuit
from .parameters import Expression


def trotter_circuit(hamiltonian: PauliSum, time: float | Expression, n_steps: int, order: int = 2) -> Circuit:
    """Return a circuit for exp(-i time H) by a product formula.

    Terms act in the order in which the PauliSum holds them, which is the order of `hamiltonian.labels()`; a symmetric
    step (order 2) runs through them and back. The order of terms changes the error, not its power.

    Parameters
    ----------
    hamiltonian : PauliSum
        Hermitian, in units of 1 / `time`. A term proportional to the identity is a global phase and is left out.
    time : float or Expression
        Total time, dimensionless with the Hamiltonian; may be negative.
    n_steps : int
        Number of steps, at least 1.
    order : int
        1 (Lie-Trotter), 2 (Strang, symmetric) or 4 (Suzuki's recursion of five symmetric steps).

    Returns
    -------
    Circuit
        Pauli rotations only (`rx`, `ry`, `rz` for single letters), with neighbours of the same string merged.

    Raises
    ------
    ValueError
        If the Hamiltonian is not Hermitian, or the order is not 1, 2 or 4.

    Notes
    -----
    For fixed time the error in operator norm falls as `n_steps ** -order`. A step takes n_terms rotations at order 1,
    about twice as many at order 2 and ten times as many at order 4.

    References
    ----------
    Suzuki, J. Math. Phys. 32, 400 (1991), for the recursion; Childs et al., Phys. Rev. X 11, 011020 (2021), theorem 6,
    for the scaling of the error.

    Examples
    --------
    >>> import qlearn as ql
    >>> hamiltonian = ql.PauliSum({"ZZ": 1.0, "XI": 0.5, "IX": 0.5})
    >>> circuit = ql.circuits.trotter_circuit(hamiltonian, ql.Parameter("t"), n_steps=2, order=1)
    >>> circuit.counts()
    {'rx': 4, 'pauli_rotation': 2}
    """
    if not isinstance(hamiltonian, PauliSum):
        raise TypeError(f"`hamiltonian` must be a PauliSum, got {type(hamiltonian).__name__}.")
    if not hamiltonian.is_hermitian():
        raise ValueError("`hamiltonian` must be Hermitian, got complex coefficients.")
    if order not in (1, 2, 4):
        raise ValueError(f"`order` must be 1, 2 or 4, got {order!r}.")
    total = checked_angle("trotter_circuit", time)
    steps = check_count("n_steps", n_steps, minimum=1)
    terms = _terms(hamiltonian)
    merged: list[list[Any]] = []
    # A number stands for the fraction of the time, so that merging adds numbers, not expressions.
    for index, fraction in _fractions(len(terms), order) * steps:
        if merged and merged[-1][0] == index:
            merged[-1][1] += fraction
        else:
            merged.append([index, fraction])
    circuit = Circuit(hamiltonian.n_qubits)
    for index, fraction in merged:
        pauli, qubits, coefficient = terms[index]
        _rotate(circuit, total * (2.0 * coefficient * fraction / steps), pauli, qubits)
    return circuit


def _terms(hamiltonian: PauliSum) -> list[tuple[str, tuple[int, ...], float]]:
    """Pauli text without I, its qubits and the coefficient of every term but the identity."""
    terms = []
    for label, coefficient in zip(hamiltonian.labels(), hamiltonian.coefficients.real.tolist(), strict=True):
        places = [(letter, qubit) for qubit, letter in enumerate(label) if letter != "I"]
        if places and coefficient:
            terms.append(("".join(p[0] for p in places), tuple(p[1] for p in places), coefficient))
    return terms


def _fractions(n_terms: int, order: int) -> list[tuple[int, float]]:
    """One step as (term, fraction of the step), in order of action."""
    if order == 1:
        return [(index, 1.0) for index in range(n_terms)]
    if order == 2:
        forward = [(index, 0.5) for index in range(n_terms)]
        return forward + forward[::-1]
    outer = 1.0 / (4.0 - 4.0 ** (1.0 / 3.0))
    symmetric = _fractions(n_terms, 2)
    weights = (outer, outer, 1.0 - 4.0 * outer, outer, outer)
    return [(index, fraction * weight) for weight in weights for index, fraction in symmetric]


def _rotate(circuit: Circuit, angle: Any, pauli: str, qubits: tuple[int, ...]) -> None:
    if len(pauli) == 1:
        getattr(circuit, "r" + pauli.lower())(angle, qubits[0])
    else:
        circuit.pauli_rotation(angle, pauli, qubits)
