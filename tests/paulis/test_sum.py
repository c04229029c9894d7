"""The algebra of Pauli sums against Kronecker products and exact identities."""

import copy
import pickle

import numpy as np
import pytest

from qlearn.paulis import PauliSum


@pytest.fixture
def pair(random_terms):
    """Return two complex sums on three qubits, repeated strings included, and their terms."""
    rng = np.random.default_rng(10)
    return [random_terms(rng, 30, 3, is_complex=True) for _ in range(2)]


def test_letters_are_the_pauli_matrices_and_qubit_zero_is_leftmost(kron):
    for letter in "IXYZ":
        np.testing.assert_array_equal(PauliSum({letter: 1}).to_dense(), kron([(letter, 1)], 1))
    np.testing.assert_array_equal(PauliSum("Z0", 2).to_dense(), np.diag([1.0, 1.0, -1.0, -1.0]))


def test_arithmetic_matches_matrices(pair, kron):
    a, b = (PauliSum(terms) for terms in pair)
    A, B = (kron(terms, 3) for terms in pair)
    for ours, theirs in [
        (a + b, A + B),
        (a - b, A - B),
        (-a, -A),
        (2.5 * a, 2.5 * A),
        (a * (1 - 2j), (1 - 2j) * A),
        (a / 4, A / 4),
        (a @ b, A @ B),
        (a * b, A @ B),
        (a**3, A @ A @ A),
        (a**0, np.eye(8)),
        (a + 1.5, A + 1.5 * np.eye(8)),
        (1.5 - a, 1.5 * np.eye(8) - A),
        (np.float64(2) * a, 2 * A),
        (a.commutator(b), A @ B - B @ A),
        (a.anticommutator(b), A @ B + B @ A),
        (a.adjoint(), A.conj().T),
        (sum([a, b]), A + B),
    ]:
        np.testing.assert_allclose(ours.to_dense(), theirs, atol=1e-12)


def test_products_of_every_pair_of_two_qubit_strings_have_the_exact_phase(kron):
    labels = [p + q for p in "IXYZ" for q in "IXYZ"]
    for left in labels:
        for right in labels:
            product = PauliSum({left: 1}) @ PauliSum({right: 1})
            assert product.n_terms == 1
            np.testing.assert_array_equal(product.to_dense(), kron([(left, 1)], 2) @ kron([(right, 1)], 2))


def test_products_on_many_qubits_agree_with_openfermion_style_letter_tables(random_terms):
    phase = {"XY": 1j, "YZ": 1j, "ZX": 1j, "YX": -1j, "ZY": -1j, "XZ": -1j}
    third = {frozenset("XY"): "Z", frozenset("YZ"): "X", frozenset("XZ"): "Y"}

    def multiply(left, right):
        value, letters = 1, []
        for p, q in zip(left, right, strict=True):
            value *= phase.get(p + q, 1)
            letters.append(q if p == "I" else p if q == "I" else "I" if p == q else third[frozenset(p + q)])
        return "".join(letters), value

    rng = np.random.default_rng(11)
    for n_qubits in (5, 63, 64, 65, 150):
        left, right = random_terms(rng, 12, n_qubits, True), random_terms(rng, 9, n_qubits, True)
        expected = {}
        for p, c in left:
            for q, d in right:
                label, value = multiply(p, q)
                expected[label] = expected.get(label, 0) + c * d * value
        assert (PauliSum(left) @ PauliSum(right)).is_close(PauliSum(expected), 1e-12)


@pytest.mark.parametrize("block", [1, 100, 2**18])
@pytest.mark.parametrize("n_qubits", [4, 70])
def test_products_in_blocks_of_any_size_equal_those_of_single_terms(block, n_qubits, random_terms, monkeypatch):
    from qlearn.paulis import products

    monkeypatch.setattr(products, "_BLOCK_PAIRS", block)
    rng = np.random.default_rng(12)
    left, right = (PauliSum(random_terms(rng, size, n_qubits)) for size in (90, 40))
    expected = {}
    for first in left:
        for label, value in (first @ right).items():
            expected[label] = expected.get(label, 0) + value
    assert (left @ right).is_close(PauliSum(expected), 1e-11)
    assert (left @ left).is_hermitian(1e-10)


def test_a_million_products_are_merged():
    rng = np.random.default_rng(13)
    x, z = rng.random((2, 1000, 40)) < 0.5
    large = PauliSum.from_arrays(x, z, rng.normal(size=1000))
    square = large @ large
    assert square.is_hermitian(1e-9)
    assert square.identity_coefficient() == pytest.approx((large.coefficients**2).sum())


def test_commutators_of_conserved_quantities_vanish_exactly():
    n = 6
    heisenberg = sum(PauliSum(f"{p}{q} {p}{q + 1}", n) for p in "XYZ" for q in range(n - 1))
    total_z = sum(PauliSum(f"Z{q}", n) for q in range(n))
    assert heisenberg.commutator(total_z).n_terms == 0
    assert heisenberg.commutator(PauliSum("Z0", n)).n_terms > 0


def test_simplify_merges_repeats_and_drops_small_parts():
    given = PauliSum([("ZI", 1.0), ("XX", 0.5), ("ZI", 2.0), ("XX", -0.5), ("YY", 1e-13 + 1j), ("II", 1e-14)])
    assert list(given.simplify().items()) == [("ZI", 3.0), ("YY", 1j)]
    assert given.simplify(0.0).n_terms == 3
    assert given.simplify(1.5).labels() == ["ZI"]
    with pytest.raises(ValueError, match=r"`tolerance` must be a number >= 0, got -1\."):
        given.simplify(-1)


@pytest.mark.parametrize("n_qubits", [1, 2, 32, 64, 65, 200])
def test_simplify_agrees_with_a_dictionary(n_qubits):
    rng = np.random.default_rng(n_qubits)
    pool = rng.random((2, 40, n_qubits)) < 0.5
    picks = rng.integers(0, 40, size=500)
    given = PauliSum.from_arrays(pool[0][picks], pool[1][picks], rng.integers(-3, 4, size=500))
    expected = {}
    for label, value in given.items():
        expected[label] = expected.get(label, 0) + value
    assert list(given.simplify().items()) == [(label, value) for label, value in expected.items() if value]


def test_strings_whose_hashes_collide_are_still_told_apart(monkeypatch):
    from qlearn.paulis import words

    monkeypatch.setattr(words, "_row_hash", lambda rows: rows[:, 0] % np.uint64(3))
    rng = np.random.default_rng(5)
    picks = rng.integers(0, 2, size=(60, 4)).astype(bool)
    given = PauliSum.from_arrays(picks, picks[:, ::-1], np.ones(60))
    expected = {}
    for label, value in given.items():
        expected[label] = expected.get(label, 0) + value
    assert dict(given.simplify().items()) == expected


def test_equality_is_of_operators():
    assert PauliSum("Z0 + X1") == PauliSum("X1 + Z0")
    assert PauliSum("Z0 + Z0", 2) == PauliSum("2 Z0", 2)
    assert PauliSum({"Z": -0.0}) == PauliSum.zero(1)
    assert PauliSum("Z0", 2) != PauliSum("Z0", 3)
    assert PauliSum("Z0") != PauliSum("Z0") * (1 + 1e-15)
    assert PauliSum("Z0") != "Z0"
    assert PauliSum("Z0").is_close(PauliSum("Z0") * (1 + 1e-15))
    assert not PauliSum("Z0").is_close(PauliSum("X0"))
    assert not PauliSum("Z0", 2).is_close(PauliSum("Z0", 3))
    with pytest.raises(TypeError, match="unhashable"):
        hash(PauliSum("Z0"))


def test_hermiticity():
    assert PauliSum("Z0 + 2 Y1").is_hermitian()
    assert not PauliSum("1j Z0").is_hermitian()
    assert PauliSum("1j Z0 - 1j Z0").is_hermitian()
    assert PauliSum("(1+1e-14j) Z0").is_hermitian()
    assert PauliSum.zero(2).is_hermitian()


def test_tensor_relabel_extend_restrict(kron):
    a, b = PauliSum({"XY": 0.5, "ZI": 2}), PauliSum({"Z": 1j, "Y": 1})
    np.testing.assert_allclose(a.tensor(b).to_dense(), np.kron(a.to_dense(), b.to_dense()))
    assert a.relabel([1, 0]).labels() == ["YX", "IZ"]
    assert a.relabel([3, 1], n_qubits=4).labels() == ["IYIX", "IIIZ"]
    assert a.extend(3).labels() == ["XYI", "ZII"]
    assert a.relabel([3, 1], 4).restrict([3, 1]) == a
    assert a.relabel([1, 0]).relabel([1, 0]) == a
    with pytest.raises(ValueError, match=r"Cannot restrict to qubits \[0\]: term 0 \(X0 Y1\) acts on qubit 1"):
        a.restrict([0])
    with pytest.raises(ValueError, match=r"one target for each of 2 qubits, got 1\."):
        a.relabel([0])
    with pytest.raises(ValueError, match=r"Qubit 1 is named twice"):
        a.relabel([1, 1])
    with pytest.raises(ValueError, match=r"Qubit 2 does not exist among 2 qubits"):
        a.relabel([0, 2])
    with pytest.raises(ValueError, match=r"`n_qubits` must be at least 2, got 1\."):
        a.extend(1)


def test_selection_by_index_slice_mask_and_list():
    a = PauliSum([("XY", 1), ("ZI", 2), ("II", 3)])
    assert a[1].labels() == ["ZI"]
    assert a[-1].labels() == ["II"]
    assert a[1:].labels() == ["ZI", "II"]
    assert a[[2, 0]].labels() == ["II", "XY"]
    assert a[a.weights() > 0].labels() == ["XY", "ZI"]
    assert a[[]].n_terms == 0
    assert [term.labels()[0] for term in a] == a.labels()
    assert len(a) == 3
    with pytest.raises(IndexError):
        a[3]


def test_small_facts():
    a = PauliSum("0.5 * X0 Y1 Z5 - 2 * Z0 + 1.5", n_qubits=7)
    assert a.weights().tolist() == [3, 1, 0]
    assert a.locality() == 3
    assert a.support() == (0, 1, 5)
    assert a.norm() == 4.0
    assert a.identity_coefficient() == 1.5
    assert PauliSum.zero(2).locality() == 0
    assert PauliSum.zero(2).support() == ()
    assert PauliSum.zero(2).identity_coefficient() == 0
    assert PauliSum("Z99").support() == (99,)


def test_masks_act_on_amplitude_indices(kron):
    a = PauliSum({"XIZ": 0.5, "YYI": 2})
    x_mask, z_mask, coefficients = a.masks()
    assert x_mask.dtype == z_mask.dtype == np.uint64
    assert (x_mask.tolist(), z_mask.tolist(), coefficients.tolist()) == ([4, 6], [1, 6], [0.5, 2.0])
    assert PauliSum("X0", 62).masks()[0].tolist() == [2**61]
    with pytest.raises(ValueError, match=r"Masks hold at most 62 qubits, this sum has 63"):
        PauliSum("Z0", 63).masks()


def test_arrays_are_read_only_and_round_trip():
    a = PauliSum({"XIZ": 0.5, "YYI": 2})
    again = PauliSum.from_arrays(a.x, a.z, a.coefficients)
    assert again.labels() == a.labels()
    assert a.x.dtype == a.z.dtype == bool
    for array in (a.x, a.z, a.coefficients, a.masks()[0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    assert a.coefficients.dtype == np.float64
    assert (1j * a).coefficients.dtype == np.complex128
    assert (1j * (1j * a)).coefficients.dtype == np.float64


def test_from_arrays_copies_what_it_is_given():
    x, c = np.array([[True]]), np.array([1.0])
    a = PauliSum.from_arrays(x, x, c)
    x[0, 0], c[0] = False, 5.0
    assert list(a.items()) == [("Y", 1.0)]


def test_from_arrays_errors():
    with pytest.raises(ValueError, match=r"`z` must have shape \(1, 2\), got \(1, 3\)\."):
        PauliSum.from_arrays([[0, 1]], [[0, 1, 0]], [1])
    with pytest.raises(ValueError, match=r"`coefficients` must have shape \(1,\), got \(2,\)\."):
        PauliSum.from_arrays([[0, 1]], [[0, 1]], [1, 2])
    with pytest.raises(ValueError, match=r"The coefficient of term 0 must be finite, got nan\."):
        PauliSum.from_arrays([[0, 1]], [[0, 1]], [np.nan])
    with pytest.raises(TypeError, match=r"`x` must hold 0 or 1"):
        PauliSum.from_arrays([[0, 2]], [[0, 1]], [1])


def test_arithmetic_errors():
    a = PauliSum("Z0 + X1")
    for combine in (lambda: a + PauliSum("Z2"), lambda: a @ PauliSum("Z2"), lambda: a.commutator(PauliSum("Z2"))):
        with pytest.raises(ValueError, match=r"The sums have 2 and 3 qubits; use `extend` or `relabel` first\."):
            combine()
    with pytest.raises(TypeError, match=r"Expected a PauliSum, got 'Z0' of type str\."):
        a.commutator("Z0")
    with pytest.raises(ValueError, match=r"A factor must be finite, got nan\."):
        a * float("nan")
    with pytest.raises(ZeroDivisionError, match=r"A PauliSum cannot be divided by zero\."):
        a / 0
    with pytest.raises(ValueError, match=r"`exponent` must be at least 0, got -1\."):
        a**-1
    with pytest.raises(TypeError):
        a + "Z0"
    with pytest.raises(TypeError):
        a @ np.eye(4)
    with pytest.raises(TypeError):
        np.eye(4) @ a


def test_overflow_is_an_error_not_infinity():
    large = PauliSum({"Z": 1.5e308})
    for combine in (lambda: 1e300 * large, lambda: large / 1e-300, lambda: large + large, lambda: large @ large):
        with pytest.raises(ValueError, match="A coefficient would not be finite; scale by smaller numbers"):
            combine()


def test_persistence_pickle_and_copies(random_terms):
    rng = np.random.default_rng(6)
    for n_qubits in (1, 8, 9, 70):
        a = PauliSum(random_terms(rng, 10, n_qubits, True))
        params, arrays = a._to_data()
        assert params == {"n_qubits": n_qubits}
        for again in (PauliSum._from_data(params, arrays), pickle.loads(pickle.dumps(a)), copy.deepcopy(a)):
            assert again.labels() == a.labels()
            np.testing.assert_array_equal(again.coefficients, a.coefficients)
    with pytest.raises(ValueError, match=r"`x` must have shape \(10, 1\), got \(10, 9\)"):
        PauliSum._from_data({"n_qubits": 5}, arrays)
    nothing = PauliSum._from_data(*PauliSum.zero(3)._to_data())
    assert nothing == PauliSum.zero(3)


def test_zero_qubits_is_a_number():
    number = PauliSum.from_arrays(np.zeros((2, 0)), np.zeros((2, 0)), [1.5, 2])
    assert number.labels() == ["", ""]
    assert number.simplify().coefficients.tolist() == [3.5]
    np.testing.assert_array_equal(number.to_dense(), [[3.5]])
