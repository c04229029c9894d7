"""Dense and sparse matrices and the matrix-free action against Kronecker products."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from qlearn.paulis import PauliSum


@pytest.mark.parametrize("n_qubits", [1, 2, 4, 6])
@pytest.mark.parametrize("is_complex", [False, True])
def test_dense_sparse_and_action_match_kronecker_products(n_qubits, is_complex, kron, random_terms):
    rng = np.random.default_rng(n_qubits)
    for n_terms in (1, 5, 60):
        terms = random_terms(rng, n_terms, n_qubits, is_complex)
        expected = kron(terms, n_qubits)
        ours = PauliSum(terms)
        np.testing.assert_allclose(ours.to_dense(), expected, atol=1e-12)
        np.testing.assert_allclose(ours.to_sparse().toarray(), expected, atol=1e-12)
        states = rng.normal(size=(3, 2**n_qubits)) + 1j * rng.normal(size=(3, 2**n_qubits))
        np.testing.assert_allclose(ours.apply(states), states @ expected.T, atol=1e-12)
        np.testing.assert_allclose(ours.apply(states.real), states.real @ expected.T, atol=1e-12)
        assert PauliSum.from_matrix(expected).is_close(ours, 1e-12)


@pytest.mark.parametrize("n_qubits", [7, 8, 10])
@pytest.mark.parametrize("letters", ["IZ", "IX", "IXZ", "IXYZ"])
def test_action_over_several_tiles_matches_the_sparse_matrix(n_qubits, letters):
    rng = np.random.default_rng(n_qubits)
    labels = {"".join(rng.choice(list(letters), size=n_qubits)): rng.normal() for _ in range(50)}
    ours = PauliSum(labels)
    matrix = sum(value * sparse_kron(label) for label, value in labels.items())
    states = rng.normal(size=(2, 2, 2**n_qubits)) + 1j * rng.normal(size=(2, 2, 2**n_qubits))
    expected = np.array([[matrix @ state for state in row] for row in states])
    np.testing.assert_allclose(ours.apply(states), expected, atol=1e-11)
    np.testing.assert_allclose(ours.apply(states.astype(np.complex64)), expected, rtol=1e-4, atol=1e-4)
    assert ours.apply(states.astype(np.complex64)).dtype == np.complex64
    assert abs(ours.to_sparse() - matrix).max() < 1e-12


def sparse_kron(label):
    matrices = {
        "I": sparse.eye_array(2),
        "X": sparse.csr_array([[0, 1], [1, 0]]),
        "Y": sparse.csr_array([[0, -1j], [1j, 0]]),
        "Z": sparse.csr_array([[1, 0], [0, -1]]),
    }
    total = sparse.eye_array(1)
    for letter in label:
        total = sparse.kron(total, matrices[letter], format="csr")
    return total


def test_a_numpy_twin_of_the_action_through_its_python_code():
    from qlearn.paulis import application

    ours = PauliSum({"XYZ": 0.5, "ZZI": 1.0, "YII": -2.0})
    action = application.Action(ours)
    state = np.random.default_rng(0).normal(size=(2, 8)) + 0j
    out = np.zeros_like(state)
    signs = application._sign_table(3)
    application._accumulate(out, state, action.x_masks, action.starts, action.z_masks, action.values, signs)
    twin = sum(
        c * (-1.0) ** np.bitwise_count(np.arange(8) & z) * state[:, np.arange(8) ^ x]
        for x, z, c in zip(
            np.repeat(action.x_masks, np.diff(action.starts)), action.z_masks, action.values, strict=True
        )
    )
    np.testing.assert_allclose(out, twin, atol=1e-14)


def test_real_matrices_are_real_and_sparse_ones_store_no_zeros():
    real = PauliSum("X0 X1 + Y0 Y1 + Z0")
    assert real.to_dense().dtype == np.float64
    assert real.apply(np.ones(4)).dtype == np.float64
    matrix = real.to_sparse()
    assert (matrix.data != 0).all()
    assert matrix.nnz == 6
    assert matrix.has_sorted_indices
    assert PauliSum("Y0").to_dense().dtype == np.complex128
    assert PauliSum("Y0").apply(np.ones(2)).dtype == np.complex128


def test_the_sum_of_no_terms_acts_as_zero():
    nothing = PauliSum.zero(3)
    assert not nothing.to_dense().any()
    assert nothing.to_sparse().nnz == 0
    assert not nothing.apply(np.ones(8)).any()
    assert nothing.expectation(np.ones(8) / 8**0.5) == 0


def test_from_matrix_reads_sparse_and_drops_small_coefficients():
    ours = PauliSum("0.5 * X0 Y1 + 1e-13 * Z0 + 2 * Z1")
    assert PauliSum.from_matrix(ours.to_sparse()).labels() == ["IZ", "XY"]
    assert PauliSum.from_matrix(ours.to_dense(), tolerance=0.6).labels() == ["IZ"]
    assert PauliSum.from_matrix([[3.0]]).identity_coefficient() == 3.0


@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        (np.eye(3), ValueError, r"`matrix` must have shape \(2\*\*n, 2\*\*n\), got \(3, 3\)\."),
        (np.ones((2, 4)), ValueError, r"got \(2, 4\)\."),
        (np.ones(4), ValueError, r"got \(4,\)\."),
        ([[np.nan, 0], [0, 1]], ValueError, r"`matrix` must be finite\."),
        ([["a", "b"], ["c", "d"]], TypeError, r"`matrix` must hold numbers"),
    ],
)
def test_from_matrix_errors(matrix, error, message):
    with pytest.raises(error, match=message):
        PauliSum.from_matrix(matrix)


def test_expectation_and_variance_of_states_and_density_matrices(kron, random_terms):
    rng = np.random.default_rng(20)
    terms = random_terms(rng, 20, 3)
    ours, matrix = PauliSum(terms), kron(terms, 3)
    states = rng.normal(size=(5, 8)) + 1j * rng.normal(size=(5, 8))
    states /= np.linalg.norm(states, axis=1, keepdims=True)
    mean = np.array([(s.conj() @ matrix @ s).real for s in states])
    spread = np.array([(s.conj() @ matrix @ matrix @ s).real for s in states]) - mean**2
    np.testing.assert_allclose(ours.expectation(states), mean, atol=1e-12)
    np.testing.assert_allclose(ours.variance(states), spread, atol=1e-12)
    assert np.ndim(ours.expectation(states[0])) == 0
    assert np.isrealobj(ours.expectation(states[0]))
    density = np.einsum("k,ki,kj->ij", [0.1, 0.2, 0.3, 0.25, 0.15], states, states.conj())
    mixed = np.trace(density @ matrix).real
    assert ours.expectation(density) == pytest.approx(mixed, abs=1e-12)
    assert ours.variance(density) == pytest.approx(np.trace(density @ matrix @ matrix).real - mixed**2, abs=1e-12)
    pure = np.einsum("ki,kj->kij", states, states.conj())
    np.testing.assert_allclose(ours.expectation(pure), mean, atol=1e-12)
    np.testing.assert_allclose(ours.variance(pure), spread, atol=1e-12)
    # <H**2> - <H>**2 would keep four digits at most of a variance beside an offset of a million.
    for state in (states, pure, density):
        np.testing.assert_allclose((ours + 1e6).variance(state), ours.variance(state), atol=1e-8)
    # A basis state of Z has no variance, where <H**2> - <H>**2 would leave rounding noise.
    assert (1e6 * PauliSum("Z0 + 1")).variance([1.0, 0.0]) == 0.0


def test_objects_with_amplitudes_or_a_matrix_are_read():
    ours = PauliSum("Z0 + X1")
    state = np.array([1, 1, 0, 0]) / np.sqrt(2)
    assert ours.expectation(SimpleNamespace(amplitudes=state)) == pytest.approx(2.0)
    assert ours.expectation(SimpleNamespace(matrix=np.outer(state, state))) == pytest.approx(2.0)
    assert ours.variance(SimpleNamespace(amplitudes=state)) == pytest.approx(0.0, abs=1e-15)


def test_a_square_batch_of_states_is_not_taken_for_a_density_matrix():
    ours = PauliSum("Z0", 2)
    np.testing.assert_allclose(ours.expectation(np.eye(4)), [1, 1, -1, -1])
    assert ours.expectation(np.eye(4) / 4) == pytest.approx(0.0)
    assert ours.expectation(np.diag([1.0, 0, 0, 0])) == pytest.approx(1.0)
    with pytest.raises(ValueError, match=r"neither a density matrix nor 4 normalised states"):
        ours.expectation(2 * np.eye(4))
    with pytest.raises(ValueError, match=r"`state.matrix` must have shape"):
        ours.expectation(SimpleNamespace(matrix=np.ones(4)))


def test_non_hermitian_expectations_are_complex():
    assert PauliSum("1j Z0").expectation([1, 0]) == 1j
    with pytest.raises(ValueError, match=r"The variance needs a Hermitian sum"):
        PauliSum("1j Z0").variance([1, 0])


def test_state_errors():
    ours = PauliSum("Z0 + X1")
    for act in (ours.apply, ours.expectation, ours.variance):
        with pytest.raises(ValueError, match=r"`state` must have shape \(..., 4\) for 2 qubits, got \(8,\)\."):
            act(np.ones(8))
        with pytest.raises(TypeError, match=r"`state` must hold amplitudes, got list"):
            act(["a", "b"])


def test_sizes_beyond_memory_are_refused():
    wide = PauliSum("Z0 + X1", 40)
    for act in (wide.to_dense, wide.to_sparse, wide.ground_state):
        with pytest.raises(MemoryError, match=r"for 40 qubits needs .* available; use "):
            act()
    with pytest.raises(ValueError, match=r"A sparse matrix .* for 100 qubits has no array form; use `apply`"):
        PauliSum("Z99").to_sparse()


@pytest.fixture
def lanczos(monkeypatch):
    """Send sums of more than three qubits to Lanczos, so that its tests stay small."""
    from qlearn.paulis import ground_state

    monkeypatch.setattr(ground_state, "_DENSE_QUBITS", 3)


def test_ground_states_of_every_size_match_dense_diagonalisation(lanczos):
    rng = np.random.default_rng(30)
    for n_qubits in (1, 2, 3, 5, 7):
        for letters in ("IXYZ", "IXZ"):
            labels = {"".join(rng.choice(list(letters), size=n_qubits)): rng.normal() for _ in range(30)}
            ours = PauliSum(labels)
            expected = np.linalg.eigvalsh(ours.to_dense())
            k = min(3, 2**n_qubits)
            energies, vectors = ours.ground_state(k)
            np.testing.assert_allclose(energies, expected[:k], atol=1e-10)
            assert vectors.shape == (k, 2**n_qubits)
            np.testing.assert_allclose(vectors.conj() @ vectors.T, np.eye(k), atol=1e-9)
            np.testing.assert_allclose(ours.apply(vectors), energies[:, None] * vectors, atol=1e-8)
            largest = vectors[np.arange(k), np.argmax(np.abs(vectors), axis=1)]
            np.testing.assert_allclose(largest, np.abs(largest), atol=1e-12)
            np.testing.assert_allclose(ours.variance(vectors), 0, atol=1e-15 * ours.norm() ** 2 + 1e-14)


def test_transverse_ising_chain_reaches_its_closed_form():
    n = 10
    chain = sum((PauliSum(f"-1 Z{q} Z{q + 1}", n) for q in range(n - 1)), PauliSum.zero(n))
    chain = chain - sum(PauliSum(f"X{q}", n) for q in range(n))
    # Free fermions at the critical point: E = 1 - 1 / sin(pi / (4 n + 2)).
    energies, vectors = chain.ground_state()
    assert energies[0] == pytest.approx(1 - 1 / np.sin(np.pi / (4 * n + 2)), abs=1e-11)
    assert vectors.dtype == np.float64


@pytest.mark.parametrize("n_qubits", [2, 5, 6, 7])
def test_degenerate_levels_are_all_found(n_qubits, lanczos):
    total = sum(PauliSum(f"{p}{q} {p}{q + 1}", n_qubits) for p in "XYZ" for q in range(n_qubits - 1))
    k = 4
    expected = np.linalg.eigvalsh(total.to_dense())[:k]
    energies, vectors = total.ground_state(k)
    np.testing.assert_allclose(energies, expected, atol=1e-10)
    np.testing.assert_allclose(vectors.conj() @ vectors.T, np.eye(k), atol=1e-9)
    # Ferromagnet: ground space of dimension n + 1.
    energies, _ = (-total).ground_state(k)
    np.testing.assert_allclose(energies, np.linalg.eigvalsh(-total.to_dense())[:k], atol=1e-10)


def test_levels_that_the_first_search_skips_are_found_by_the_next(lanczos, monkeypatch):
    from qlearn.paulis import ground_state

    search, calls = ground_state._lowest, []

    def skipping(action, k, above, shift, rng):
        calls.append(len(above))
        if len(above):
            return search(action, k, above, shift, rng)
        energies, vectors = search(action, k + 2, above, shift, rng)
        chosen = [0, *range(3, k + 2)]
        return energies[chosen], vectors[chosen]

    monkeypatch.setattr(ground_state, "_lowest", skipping)
    chain = sum(PauliSum(f"{p}{q} {p}{q + 1}", 6) for p in "XYZ" for q in range(5))
    energies, vectors = chain.ground_state(4)
    np.testing.assert_allclose(energies, np.linalg.eigvalsh(chain.to_dense())[:4], atol=1e-10)
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(4), atol=1e-9)
    assert calls == [0, 4, 5, 6]


def test_diagonal_and_trivial_sums():
    ising = PauliSum("Z0 Z1 + Z1 Z2 + 0.5", n_qubits=3)
    energies, vectors = ising.ground_state(3)
    assert energies.tolist() == [-1.5, -1.5, 0.5]
    assert np.argmax(vectors, axis=1).tolist() == [2, 5, 1]
    assert PauliSum.zero(2).ground_state(4).energies.tolist() == [0, 0, 0, 0]
    assert PauliSum.zero(1).ground_state().vectors.shape == (1, 2)


def test_the_same_seed_gives_the_same_vectors(lanczos):
    chain = sum(PauliSum(f"X{q} X{q + 1} + 0.3 Y{q} Z{q + 1}", 6) for q in range(5))
    first, second = chain.ground_state(2, random_state=5), chain.ground_state(2, random_state=5)
    np.testing.assert_array_equal(first.vectors, second.vectors)


def test_ground_state_errors():
    with pytest.raises(ValueError, match=r"The ground state needs a Hermitian sum"):
        PauliSum("1j X0").ground_state()
    with pytest.raises(ValueError, match=r"`k` must lie between 1 and 2, got 3\."):
        PauliSum("X0").ground_state(3)


def load(path):
    with np.load(path) as data:
        return {name: data[name] for name in data.files}


def test_published_molecules_and_chains(data_folder):
    files = sorted((data_folder / "search" / "tensorrl_qas_mol_data").glob("*.npz"))
    rebuilt = 0
    for path in files:
        data = load(path)
        matrix = data["hamiltonian"]
        ours = PauliSum.from_matrix(matrix, tolerance=1e-7)
        np.testing.assert_allclose(ours.to_dense(), matrix, atol=1e-6)
        lowest = float(np.min(data["eigvals"].real))
        assert ours.ground_state().energies[0] == pytest.approx(lowest, abs=1e-5)
        if "paulis" in data:
            rebuilt += 1
            listed = PauliSum(list(zip(data["paulis"].tolist(), data["weights"], strict=True)))
            np.testing.assert_allclose(listed.to_dense(), matrix, atol=1e-9)
            assert listed.is_close(ours, 1e-6)
    assert rebuilt >= 4
