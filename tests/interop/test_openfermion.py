"""OpenFermion operators both ways, held to its own sparse matrices."""

import numpy as np
import pytest

from qlearn.interop import openfermion as ours
from qlearn.paulis import PauliSum


class Operator:
    """The only attribute that is read."""

    def __init__(self, terms):
        self.terms = terms


def test_terms_are_read_by_their_dict():
    source = Operator({((0, "X"), (3, "Z")): 0.5, (): -1.0, ((1, "Y"),): 2j})
    assert ours.import_observable(source) == PauliSum({"XIIZ": 0.5, "IIII": -1.0, "IYII": 2j})
    assert ours.import_observable(source, 5).n_qubits == 5
    assert ours.import_observable(Operator({(): 2.0}), 2) == PauliSum({"II": 2.0})
    assert ours.import_observable(Operator({}), 2) == PauliSum.zero(2)
    assert ours.import_observable(Operator({((1, "Y"),): 2.0})).coefficients.dtype == float


def test_what_is_wrong_is_said():
    with pytest.raises(TypeError, match="a QubitOperator is needed, got list"):
        ours.import_observable([])
    with pytest.raises(TypeError, match="holds the factor 1, which is no Pauli operator; transform fermions first"):
        ours.import_observable(Operator({((0, 1), (2, 0)): 1.0}))
    with pytest.raises(ValueError, match="`n_qubits` is 2, but 4 qubits occur"):
        ours.import_observable(Operator({((3, "X"),): 1.0}), 2)


openfermion = pytest.importorskip("openfermion")


@pytest.mark.parametrize("n_qubits", range(1, 6))
def test_x_on_every_qubit(n_qubits):
    for qubit in range(n_qubits):
        theirs = openfermion.QubitOperator(f"X{qubit}")
        label = "".join("X" if q == qubit else "I" for q in range(n_qubits))
        imported = ours.import_observable(theirs, n_qubits)
        assert imported == PauliSum(label)
        assert ours.export_observable(imported) == theirs
        matrix = openfermion.get_sparse_operator(theirs, n_qubits).toarray()
        assert np.allclose(imported.to_dense(), matrix)


def test_random_sums_both_ways(hamiltonian):
    observable, matrix = hamiltonian(4, 12)
    exported = ours.export_observable(observable)
    assert np.allclose(openfermion.get_sparse_operator(exported, 4).toarray(), matrix)
    assert ours.import_observable(exported, 4) == observable


def test_a_transformed_molecule():
    fermions = openfermion.FermionOperator("2^ 0", 0.3) + openfermion.FermionOperator("0^ 2", 0.3)
    with pytest.raises(TypeError, match="FermionOperator holds the factor 1"):
        ours.import_observable(fermions)
    qubits = openfermion.jordan_wigner(fermions)
    found = ours.import_observable(qubits, 3).to_dense()
    assert np.allclose(found, openfermion.get_sparse_operator(fermions, 3).toarray())
