"""Encodings against closed forms of the states they should prepare."""

import numpy as np
import pytest
from scipy.linalg import expm

import qlearn as ql
from qlearn.variational import encodings
from tests.naive.matrices import pauli_matrix
from tests.naive.simulator import statevector

ALL = [getattr(encodings, name) for name in encodings.__all__ if not name.startswith("Abstract")]


def states(encoding, X):
    """Return the states of the rows by the slow twin."""
    circuit = encoding.circuit(X.shape[1])
    return np.stack([statevector(circuit, row) for row in encoding.inputs(X)])


def same_up_to_phase(found, expected):
    overlaps = np.abs(np.sum(found.conj() * expected, axis=-1))
    return np.allclose(overlaps, 1.0, atol=1e-12)


@pytest.mark.parametrize("n_features", [1, 2, 3, 5, 8, 13])
def test_amplitudes_are_the_features(n_features, rng):
    X = rng.normal(size=(3, n_features))
    X[0, 0] = -2.0
    encoding = encodings.AmplitudeEncoding()
    found = ql.sim.Statevector().run(encoding.circuit(n_features), encoding.inputs(X)).amplitudes
    expected = X / np.linalg.norm(X, axis=1, keepdims=True)
    assert np.allclose(found[:, :n_features], expected, atol=1e-13)
    assert np.allclose(found[:, n_features:], 0, atol=1e-13)


def test_a_row_of_zeros_is_the_zero_state_and_width_can_be_larger():
    encoding = encodings.AmplitudeEncoding(n_qubits=3)
    assert np.allclose(states(encoding, np.zeros((1, 2)))[0], np.eye(8)[0])
    with pytest.raises(ValueError, match="`n_qubits` must be at least 4, got 3"):
        encoding.width(9)


def test_angles_are_products_of_rotated_qubits():
    encoding = encodings.AngleEncoding(n_qubits=2)
    x = np.array([[0.3, 1.1, -0.7]])

    def turned(y, z):
        rotation = expm(-0.5j * z * np.diag([1, -1]))
        return rotation @ [np.cos(y / 2), np.sin(y / 2)]

    assert np.allclose(states(encoding, x)[0], np.kron(turned(0.3, -0.7), turned(1.1, 0.0)))
    repeated = encodings.AngleEncoding(min_qubits=2)
    assert np.allclose(states(repeated, x[:, :1])[0], np.kron(turned(0.3, 0.0), turned(0.3, 0.0)))
    dense = encodings.DenseAngleEncoding()
    assert np.allclose(states(dense, x)[0], np.kron(turned(0.3, 1.1), turned(-0.7, 0.0)))


def test_angles_repeat_with_a_tilt_between():
    pauli_x, pauli_y = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]])
    layer = expm(-0.5j * 0.3 * pauli_y) @ expm(-0.5j * 0.7 * pauli_x)
    tilted = encodings.AngleEncoding(axes="y", n_repeats=3, tilt=0.7)
    assert np.allclose(states(tilted, np.array([[0.3]]))[0], np.linalg.matrix_power(layer, 3)[:, 0])
    with pytest.raises(ValueError, match="`n_repeats` must be at least 1, got 0"):
        encodings.AngleEncoding(n_repeats=0).circuit(1)


def test_patches_go_to_their_qubits():
    encoding = encodings.PatchEncoding(shape=(2, 4), patch=(2, 2))
    picture = np.zeros((2, 4))
    picture[1, 2] = np.pi
    z = [ql.PauliSum("ZI"), ql.PauliSum("IZ")]
    values = ql.sim.Statevector().expectation(encoding.circuit(8), z, encoding.inputs(picture.reshape(1, 8)))
    # pixel (1, 2) is the third of the second patch: about Y
    assert np.allclose(values, [[1.0, -1.0]])
    with pytest.raises(ValueError, match=r"`shape` \(2, 4\) must have the 9 pixels"):
        encoding.width(9)


def test_iqp_is_hadamards_and_a_diagonal():
    x = np.array([[0.4, -1.2, 0.9]])
    z = [pauli_matrix(label) for label in ("ZII", "IZI", "IIZ")]
    diagonal = sum(x[0, i] * z[i] for i in range(3)) / 2
    diagonal = diagonal + sum(x[0, i] * x[0, j] * z[i] @ z[j] for i in range(3) for j in range(i)) / 2
    plus = np.full(8, 8**-0.5)
    hadamard = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    h = np.kron(np.kron(hadamard, hadamard), hadamard)
    expected = expm(-1j * diagonal) @ h @ expm(-1j * diagonal) @ plus
    assert np.allclose(states(encodings.IQPEncoding(), x)[0], expected)
    neighbours = encodings.IQPEncoding(pairs="neighbours")
    assert neighbours.n_inputs(4) == 7
    with pytest.raises(ValueError, match='`pairs` must be "all" or "neighbours", got \'some\''):
        encodings.IQPEncoding(pairs="some").n_inputs(2)


def test_zz_is_the_published_feature_map():
    """Phases P(2 x) and P(2 (pi - x)(pi - y)) between CX, as diagonal matrices."""
    x, y = 0.7, -0.4
    phases = np.array([0.0, 2 * y, 2 * x, 2 * x + 2 * y])
    parity = np.array([0, 1, 1, 0]) * 2 * (np.pi - x) * (np.pi - y)
    hadamard = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    layer = np.diag(np.exp(1j * (phases + parity))) @ np.kron(hadamard, hadamard)
    expected = layer @ layer @ np.eye(4)[0]
    assert same_up_to_phase(states(encodings.ZZEncoding(), np.array([[x, y]])), expected[None])


def test_chebyshev_values_are_polynomials():
    x = np.array([[0.3], [-0.8], [7.0]])
    encoding = encodings.ChebyshevEncoding(order=2)
    z = [ql.PauliSum("ZI"), ql.PauliSum("IZ")]
    found = ql.sim.Statevector().expectation(encoding.circuit(1), z, encoding.inputs(x))
    clipped = np.clip(x[:, 0], -1, 1)
    assert np.allclose(found[:, 0], 2 * clipped**2 - 1)
    assert np.allclose(found[:, 1], 8 * clipped**4 - 8 * clipped**2 + 1)


def test_hamiltonian_evolution_converges_to_the_exponential():
    x = np.array([[0.5, -0.8]])
    terms = [["XXI", "YYI", "ZZI"], ["IXX", "IYY", "IZZ"]]
    H = sum(x[0, i] * sum(pauli_matrix(label) for label in terms[i]) for i in range(2)) / 2
    start = states(encodings.HamiltonianEncoding(), np.zeros((1, 2)))[0]
    expected = expm(-1j * 2.0 * H) @ start
    errors = [
        1 - abs(np.vdot(states(encodings.HamiltonianEncoding(n_steps=n), x)[0], expected)) ** 2 for n in (4, 8, 64)
    ]
    assert errors[2] < 1e-3
    assert errors[1] < errors[0] / 2


@pytest.mark.parametrize("cls", ALL)
def test_every_encoding_says_what_it_needs(cls):
    encoding = cls(shape=(2, 3), patch=(1, 3)) if cls is encodings.PatchEncoding else cls()
    circuit = encoding.circuit(6)
    assert circuit.n_qubits == encoding.width(6)
    assert circuit.n_parameters == encoding.n_inputs(6) == encoding.inputs(np.ones((2, 6))).shape[1]
    with pytest.raises(ValueError, match="puts 6 features on"):
        encoding.append(ql.Circuit(circuit.n_qubits + 1), circuit.parameters, 6)


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match='An axis must be "x", "y" or "z", got \'q\''):
        encodings.AngleEncoding(axes="q").circuit(1)
    with pytest.raises(ValueError, match="`axes` must name at least one"):
        encodings.AngleEncoding(axes="").circuit(1)


def test_a_ring_joins_the_rounds_of_an_angle_encoding():
    ring = encodings.AngleEncoding("y", n_qubits=3, ring=True)
    assert [step.name for step in ring.circuit(5)] == ["ry"] * 3 + ["cx"] * 3 + ["ry"] * 2
    assert [step.name for step in ring.circuit(2)] == ["ry"] * 3
    assert encodings.AngleEncoding("y", n_qubits=1, ring=True).circuit(2).counts() == {"ry": 2}
