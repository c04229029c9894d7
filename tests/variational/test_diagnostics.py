"""Diagnostics against closed forms and published numbers."""

import numpy as np
import pytest

import qlearn as ql
from qlearn import variational


def test_gradient_variance_of_one_rotation_is_a_half():
    found = variational.gradient_variance(
        ql.Circuit(1).ry(ql.Parameter("a"), 0), ql.PauliSum("Z"), n_samples=4000, random_state=0
    )
    assert abs(found.value[0] - 0.5) < 4 * found.std_error[0]
    assert 0.003 < found.std_error[0] < 0.01


def test_gradients_of_a_global_observable_vanish_exponentially():
    """Product of RY with Z on all qubits (Cerezo et al. 2021): the variance is 2**-n."""
    theta = ql.parameters("theta", 4)
    for n in (2, 4):
        circuit = ql.Circuit(n)
        for qubit in range(n):
            circuit.ry(theta[qubit], qubit)
        found = variational.gradient_variance(circuit, ql.PauliSum("Z" * n), n_samples=8000, random_state=1)
        assert (np.abs(found.value - 0.5**n) < 4.5 * found.std_error).all()


def test_expressibility_of_the_circuits_of_the_paper():
    """Sim et al. 2019, Fig. 1: idle 4.30, A 0.22, B 0.02, C 0.007 for one qubit, 5,000 pairs and 75 bins."""
    a, b, c = (ql.Parameter(name) for name in "abc")
    idle = variational.expressibility(ql.Circuit(1).i(0) if hasattr(ql.Circuit, "i") else ql.Circuit(1), random_state=0)
    assert idle.value == pytest.approx(4.317, abs=0.02)
    first = variational.expressibility(ql.Circuit(1).h(0).rz(a, 0), n_samples=5000, random_state=0)
    second = variational.expressibility(ql.Circuit(1).h(0).rz(a, 0).rx(b, 0), n_samples=5000, random_state=0)
    haar = variational.expressibility(ql.Circuit(1).u(a, b, c, 0), n_samples=5000, random_state=0)
    assert first.value == pytest.approx(0.22, abs=0.04)
    assert second.value == pytest.approx(0.02, abs=0.02)
    assert haar.value < first.value
    assert 0 < first.std_error < 0.05


def test_haar_random_states_have_no_divergence():
    """A deep circuit: only the bias of the histogram is left."""
    found = variational.expressibility(variational.HardwareEfficient(8), 3, n_samples=4000, random_state=0)
    assert found.value < 3 * 75 / (2 * 4000) + 3 * found.std_error


def test_entangling_capability_of_known_states():
    assert variational.entangling_capability(ql.Circuit(3).h(0).cx(0, 1).cx(1, 2), n_samples=2).value == 1.0
    product = variational.entangling_capability(variational.HardwareEfficient(2, coupling=()), 3, random_state=0)
    assert product.value == pytest.approx(0.0, abs=1e-12)
    deep = variational.entangling_capability(variational.HardwareEfficient(10), 4, n_samples=400, random_state=0)
    assert abs(deep.value - 14 / 17) < 4.5 * deep.std_error


def test_lie_algebras_of_known_models():
    pauli = ql.PauliSum
    assert variational.lie_algebra_dimension([pauli("X"), pauli("Y")]) == 3
    assert variational.lie_algebra_dimension([pauli("X"), pauli("X") * 2.0]) == 1
    # all single-qubit rotations and one coupling generate su(4)
    local = [pauli(label) for label in ("XI", "YI", "IX", "IY", "ZZ")]
    assert variational.lie_algebra_dimension(local) == 15
    # free fermions: X on each site and ZZ on the bonds of an open chain, so(2 n)
    n = 4
    chain = [pauli(f"X{i}", n_qubits=n) for i in range(n)] + [pauli(f"Z{i} Z{i + 1}", n_qubits=n) for i in range(n - 1)]
    assert variational.lie_algebra_dimension(chain) == n * (2 * n - 1)
    # with both sums shared (open chain): n squared
    shared = [ql.datasets.make_ising_chain(n, 1.0, 0.0), ql.datasets.make_ising_chain(n, 0.0, 1.0)]
    assert variational.lie_algebra_dimension(shared) == n * n
    assert variational.lie_algebra_dimension(local, max_dimension=7) == 7
    with pytest.raises(ValueError, match="width of at most 5 qubits"):
        variational.lie_algebra_dimension([pauli("XXXXXX")])
    with pytest.raises(ValueError, match="must be Hermitian"):
        variational.lie_algebra_dimension([pauli({"X": 1j})])


def test_fisher_spectrum_counts_real_directions():
    spectrum = variational.fisher_spectrum(variational.HardwareEfficient(4), 2, n_samples=5, random_state=0)
    assert spectrum.shape == (5, 16)
    assert ((spectrum > 1e-8).sum(axis=1) == 6).all()
    assert (np.diff(spectrum, axis=1) <= 1e-12).all()


def test_faults_are_named():
    with pytest.raises(ValueError, match="An ansatz fits any width: pass `n_qubits`"):
        variational.expressibility(variational.HardwareEfficient())
    with pytest.raises(ValueError, match="The circuit has 1 qubits, asked were 2"):
        variational.entangling_capability(ql.Circuit(1), 2)
