"""OpenFermion: operators on qubits. Qubit k there is qubit k here, and the most significant bit on both sides is 0."""

from __future__ import annotations

from typing import Any

from .._checks import missing_extra
from ..paulis import PauliSum
from ._common import pauli_sum, placed_letters, plain, width

__all__ = ["export_observable", "import_observable"]


def import_observable(source: Any, n_qubits: int | None = None) -> PauliSum:
    """Return a sum of Pauli strings from an `openfermion.QubitOperator`.

    Parameters
    ----------
    source : QubitOperator
        Any object with its `terms`, a dict of ((qubit, letter), ...) to coefficient, will do.
    n_qubits : int, optional
        Width; by default the largest qubit that is named, plus one.

    Returns
    -------
    PauliSum
        The same terms in the same order.

    Raises
    ------
    TypeError
        If `source` is no such operator; operators of fermions must be transformed first.
    ValueError
        If `n_qubits` is too small.

    Examples
    --------
    >>> import qlearn as ql
    >>> class Operator:
    ...     terms = {((0, "X"), (2, "Z")): 0.5, (): -1.0}
    >>> ql.interop.openfermion.import_observable(Operator())
    PauliSum("0.5 * XIZ - 1.0 * III")
    """
    terms = getattr(source, "terms", None)
    if not isinstance(terms, dict):
        raise TypeError(f"import_observable: a QubitOperator is needed, got {type(source).__name__}.")
    for term in terms:
        for _, letter in term:
            if letter not in ("X", "Y", "Z"):
                raise TypeError(
                    f"import_observable: {type(source).__name__} holds the factor {letter!r}, which is no Pauli "
                    "operator; transform fermions first, for example by openfermion.jordan_wigner."
                )
    places = {qubit: qubit for term in terms for qubit, _ in term}
    return pauli_sum(terms.items(), max(1, width(places, None, n_qubits)))


def export_observable(observable: PauliSum) -> Any:
    """Return an `openfermion.QubitOperator`.

    Parameters
    ----------
    observable : PauliSum
        Equal strings are added up.

    Returns
    -------
    openfermion.QubitOperator

    Raises
    ------
    ImportError
        If OpenFermion is not installed.
    """
    try:
        from openfermion import QubitOperator
    except ImportError:
        raise missing_extra("export_observable", "openfermion", "interop") from None
    result = QubitOperator()
    for label, coefficient in observable.items():
        result += QubitOperator(tuple(placed_letters(label)), plain(coefficient))
    return result
