"""Operator pools of ADAPT: each element is an anti-Hermitian generator, given by the Hermitian G of exp(-i t G / 2).

Sources: fermionic, Grimsley et al., Nat. Commun. 10, 3007 (2019); qubit and minimal complete, Tang et al., PRX Quantum
2, 020310 (2021), section II; qubit excitations, Yordanov et al., Commun. Phys. 4, 228 (2021); coupled exchange, Ramoa
et al., npj Quantum Inf. 11, 86 (2025); QAOA, Zhu et al., Phys. Rev. Research 4, 033029 (2022).
"""

from __future__ import annotations

import itertools

from ..paulis import PauliSum

__all__ = ["POOLS", "make_pool"]


def make_pool(name: str, n_qubits: int) -> list[PauliSum]:
    """Return the generators of a pool.

    Parameters
    ----------
    name : {"fermionic", "qubit_excitation", "qubit", "minimal", "coupled_exchange", "qaoa"}
        "fermionic": generalised singles and doubles of Jordan-Wigner modes; "qubit_excitation": those without strings
        of Z; "qubit": each Pauli string of those by itself; "minimal": 2n - 2 strings that reach every real state;
        "coupled_exchange": sums and differences of qubit excitations on the same qubits; "qaoa": mixers of one and two
        qubits.
    n_qubits : int

    Returns
    -------
    list of PauliSum
        Hermitian, each a sum of commuting strings.

    Raises
    ------
    ValueError
        If there is no such pool.

    Examples
    --------
    >>> from qlearn.search import make_pool
    >>> [str(generator) for generator in make_pool("minimal", 3)]
    ['1.0 * YZZ', '1.0 * IYZ', '1.0 * IIY', '1.0 * IYI']
    """
    if name not in POOLS:
        raise ValueError(f"`pool` must be one of {', '.join(POOLS)} or a list of PauliSum, got {name!r}.")
    return POOLS[name](n_qubits)


def _ladder(mode: int, n_qubits: int, with_strings: bool) -> PauliSum:
    """Return the annihilator of a mode, or that of a qubit."""
    head = ("Z" if with_strings else "I") * mode
    tail = "I" * (n_qubits - mode - 1)
    return PauliSum({head + "X" + tail: 0.5, head + "Y" + tail: 0.5j})


def _generator(raising: PauliSum) -> PauliSum | None:
    """Return the Hermitian G with exp(-i t G / 2) = exp(t (T - T+)), None where T - T+ vanishes."""
    difference = (2j * (raising - raising.adjoint())).simplify()
    if not difference.n_terms:
        return None
    return PauliSum.from_arrays(difference.x, difference.z, difference.coefficients.real)


def _excitations(n_qubits: int, with_strings: bool) -> list[PauliSum]:
    lower = [_ladder(mode, n_qubits, with_strings) for mode in range(n_qubits)]
    found = [_generator(lower[p].adjoint() @ lower[q]) for q, p in itertools.combinations(range(n_qubits), 2)]
    for group in itertools.combinations(range(n_qubits), 4):
        found += [_double(lower, pair, group) for pair in _halves(group)]
    return [generator for generator in found if generator is not None]


def _halves(group: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the three ways to split four modes into two pairs, by the pair that holds the first mode."""
    return [(group[0], other) for other in group[1:]]


def _double(lower: list[PauliSum], pair: tuple[int, int], group: tuple[int, ...]) -> PauliSum | None:
    r, s = (mode for mode in group if mode not in pair)
    p, q = pair
    return _generator(lower[p].adjoint() @ lower[q].adjoint() @ lower[s] @ lower[r])


def _fermionic(n_qubits: int) -> list[PauliSum]:
    return _excitations(n_qubits, True)


def _qubit_excitation(n_qubits: int) -> list[PauliSum]:
    return _excitations(n_qubits, False)


def _qubit(n_qubits: int) -> list[PauliSum]:
    labels = {label for generator in _excitations(n_qubits, False) for label in _labels(generator)}
    return [PauliSum(label) for label in sorted(labels)]


def _labels(generator: PauliSum) -> list[str]:
    letters = {(0, 0): "I", (1, 0): "X", (0, 1): "Z", (1, 1): "Y"}
    return ["".join(letters[int(x), int(z)] for x, z in zip(*row)) for row in zip(generator.x, generator.z)]


def _minimal(n_qubits: int) -> list[PauliSum]:
    """Return the pool V of Tang et al.: Y Z ... Z and its parts, grown qubit by qubit."""
    labels = ["Y"] if n_qubits == 1 else ["YZ", "IY"]
    for n in range(3, n_qubits + 1):
        labels = [*(label + "Z" for label in labels), "I" * (n - 1) + "Y", "I" * (n - 2) + "YI"]
    return [PauliSum(label) for label in labels]


def _coupled_exchange(n_qubits: int) -> list[PauliSum]:
    lower = [_ladder(mode, n_qubits, False) for mode in range(n_qubits)]
    found = [_generator(lower[p].adjoint() @ lower[q]) for q, p in itertools.combinations(range(n_qubits), 2)]
    for group in itertools.combinations(range(n_qubits), 4):
        doubles = [double for pair in _halves(group) if (double := _double(lower, pair, group)) is not None]
        for one, other in itertools.combinations(doubles, 2):
            found += [(one + other).simplify(), (one - other).simplify()]
    return [generator for generator in found if generator is not None and generator.n_terms]


def _qaoa(n_qubits: int) -> list[PauliSum]:
    def label(letters: dict[int, str]) -> str:
        return "".join(letters.get(q, "I") for q in range(n_qubits))

    total = PauliSum({label({q: "X"}): 1.0 for q in range(n_qubits)})
    found = [total, *(PauliSum(label({q: letter})) for q in range(n_qubits) for letter in "XY")]
    for a, b in itertools.combinations(range(n_qubits), 2):
        for left, right in ("XX", "YY", "XY", "YX", "YZ", "ZY"):
            found.append(PauliSum(label({a: left, b: right})))
    return found


POOLS = {
    "fermionic": _fermionic,
    "qubit_excitation": _qubit_excitation,
    "qubit": _qubit,
    "minimal": _minimal,
    "coupled_exchange": _coupled_exchange,
    "qaoa": _qaoa,
}
