"""Symmetries and tapering against full spectra."""

import numpy as np
import pytest

from qlearn.paulis import PauliSum, Tapering
from qlearn.paulis.symmetries import kernel, reduce_rows, solve_gf2
from qlearn.paulis.words import pack, unpack


def spectrum(hamiltonian):
    return np.linalg.eigvalsh(hamiltonian.to_dense())


def symmetric_sum(rng, n_qubits, symmetries, n_terms=25):
    """Return random terms that commute with the given strings."""
    x, z = rng.random((2, 40 * n_terms, n_qubits)) < 0.5
    candidates = PauliSum.from_arrays(x, z, rng.normal(size=40 * n_terms))
    keep = candidates.commutes(PauliSum([(label, 1) for label in symmetries])).all(axis=1)
    return candidates[keep][:n_terms]


CASES = [
    (4, ["ZZII", "IIZZ"]),
    (4, ["XXXX"]),
    (4, ["YZXI"]),
    (4, ["XXXX", "ZZZZ"]),
    (5, ["ZIIIZ", "IXXII", "IIIYI"]),
    (5, ["ZZZZZ"]),
    (3, ["IXX", "YYY"]),  # the image of YYY carries a minus sign
    (3, ["XII", "IYI", "IIZ"]),
]


@pytest.mark.parametrize(("n_qubits", "strings"), CASES)
def test_the_union_of_the_sectors_is_the_full_spectrum(n_qubits, strings):
    rng = np.random.default_rng(n_qubits)
    hamiltonian = symmetric_sum(rng, n_qubits, strings)
    tapering = Tapering.find(hamiltonian)
    k = tapering.symmetries.n_terms
    assert k >= len(strings)
    assert tapering.n_qubits == n_qubits - k
    assert hamiltonian.commutes(tapering.symmetries).all()
    union = np.concatenate([spectrum(tapering.taper(hamiltonian, sector)) for sector in tapering.sectors()])
    np.testing.assert_allclose(np.sort(union), spectrum(hamiltonian), atol=1e-10)


@pytest.mark.parametrize(("n_qubits", "strings"), CASES)
def test_given_symmetries_have_the_eigenvalues_of_their_sector(n_qubits, strings):
    rng = np.random.default_rng(n_qubits + 1)
    hamiltonian = symmetric_sum(rng, n_qubits, strings)
    tapering = Tapering(PauliSum([(label, 1) for label in strings]))
    for sector in tapering.sectors():
        reduced = tapering.taper(hamiltonian, sector)
        energies, vectors = np.linalg.eigh(reduced.to_dense())
        full = tapering.expand_state(vectors.T, sector)
        np.testing.assert_allclose(hamiltonian.apply(full), energies[:, None] * full, atol=1e-10)
        for index, bit in enumerate(sector):
            np.testing.assert_allclose(tapering.symmetries[index].apply(full), (-1.0) ** bit * full, atol=1e-12)
            np.testing.assert_allclose(
                tapering.taper(tapering.symmetries[index], sector).to_dense(),
                (-1.0) ** bit * np.eye(2**tapering.n_qubits),
                atol=1e-14,
            )
        back = tapering.taper_state(full, sector)
        np.testing.assert_allclose(back, vectors.T, atol=1e-12)


def test_bit_strings_of_a_sector_map_back_and_forth():
    tapering = Tapering(PauliSum([("ZZZII", 1), ("IIZZI", 1), ("IIIIZ", 1)]))
    for index in range(32):
        bits = [index >> (4 - q) & 1 for q in range(5)]
        sector = tapering.sector_of(bits)
        short = tapering.taper_bits(bits)
        np.testing.assert_array_equal(tapering.expand_bits(short, sector), bits)
        full = np.zeros(32)
        full[index] = 1
        reduced = tapering.taper_state(full, sector)
        place = int("".join(map(str, short)), 2)
        assert abs(reduced[place]) == pytest.approx(1.0)
    every = np.array([[index >> (4 - q) & 1 for q in range(5)] for index in range(32)])
    inside = every[(tapering.sector_of(every) == [1, 0, 1]).all(axis=1)]
    assert len(inside) == 4
    np.testing.assert_array_equal(tapering.expand_bits(tapering.taper_bits(inside), [1, 0, 1]), inside)


def test_taper_from_a_reference_keeps_its_energy_and_ground_state():
    rng = np.random.default_rng(5)
    hamiltonian = symmetric_sum(rng, 6, ["ZIZIZI", "IZIZIZ"], 40)
    reference = [1, 0, 0, 1, 0, 0]
    tapered, tapering = hamiltonian.taper(reference)
    assert tapered.n_qubits == 4
    assert not tapering.symmetries.x.any()
    place = int("".join(map(str, tapering.taper_bits(reference))), 2)
    index = int("".join(map(str, reference)), 2)
    assert tapered.to_dense()[place, place].real == pytest.approx(hamiltonian.to_dense()[index, index].real)


def test_published_water_tapers_to_its_ground_energy(data_folder):
    path = next((data_folder / "search" / "tensorrl_qas_mol_data").glob("H2O_8q*.npz"))
    with np.load(path) as data:
        hamiltonian = PauliSum(list(zip(data["paulis"].tolist(), data["weights"], strict=True)))
        exact = data["eigvals"]
    tapering = Tapering.find(hamiltonian, diagonal_only=True)
    assert tapering.symmetries.n_terms >= 2
    union = np.concatenate([spectrum(tapering.taper(hamiltonian, sector)) for sector in tapering.sectors()])
    np.testing.assert_allclose(np.sort(union), np.sort(exact), atol=1e-8)


def test_the_ising_chain_has_its_parity_and_a_fully_commuting_sum_is_solved():
    chain = PauliSum("Z0 Z1 + Z1 Z2 + 0.7 X0 + 0.7 X1 + 0.7 X2")
    assert Tapering.find(chain).symmetries.labels() == ["XXX"]
    assert Tapering.find(chain, diagonal_only=True).symmetries.n_terms == 0
    # What commutes with X0 and Z0 X1 is generated by X1 and X0 Z1, which do not commute: only one of them is taken.
    assert Tapering.find(PauliSum("X0 + Z0 X1")).symmetries.n_terms == 1
    stabilizers = PauliSum("X0 X1 X2 X3 + Z0 Z1 + Z1 Z2 + Z2 Z3")
    tapering = Tapering.find(stabilizers)
    assert tapering.n_qubits == 0
    numbers = sorted(tapering.taper(stabilizers, s).identity_coefficient() for s in tapering.sectors())
    np.testing.assert_allclose(numbers, spectrum(stabilizers), atol=1e-12)


def test_many_terms_on_many_qubits():
    rng = np.random.default_rng(9)
    x, z = rng.random((2, 100_000, 100)) < 0.5
    x[:, 3] = x[:, 7]
    x[:, 50] = x[:, 51] ^ x[:, 99]
    large = PauliSum.from_arrays(x, z, rng.normal(size=100_000))
    tapering = Tapering.find(large, diagonal_only=True)
    assert set(tapering.symmetries.labels(sparse=True)) == {"Z3 Z7", "Z50 Z51 Z99"}
    tapered = tapering.taper(large, [0, 1])
    assert tapered.n_qubits == 98
    assert tapered.norm() <= large.norm()


def test_errors():
    with pytest.raises(ValueError, match=r"The symmetries must commute with each other\."):
        Tapering(PauliSum([("X", 1), ("Z", 1)]))
    with pytest.raises(ValueError, match=r"Symmetry 2 \(ZIZ\) is a product of those before it\."):
        Tapering(PauliSum([("ZZI", 1), ("IZZ", 1), ("ZIZ", 1)]))
    with pytest.raises(ValueError, match=r"Symmetry 0 \(II\) is a product"):
        Tapering(PauliSum([("II", 1)]))
    tapering = Tapering(PauliSum([("ZZI", 1), ("IZZ", 1)]))
    with pytest.raises(ValueError, match=r"Term 1 \(X0\) does not commute with symmetry 0 \(Z0 Z1\)"):
        tapering.taper(PauliSum("Z0 + X0", 3), [0, 0])
    with pytest.raises(ValueError, match=r"The operator has 2 qubits, the symmetries have 3\."):
        tapering.taper(PauliSum("Z0 + Z1"), [0, 0])
    with pytest.raises(ValueError, match=r"`sector` must have shape \(2,\), got \(1,\)\."):
        tapering.taper(PauliSum("Z0", 3), [0])
    with pytest.raises(ValueError, match=r"`bits` must have shape \(..., 3\), got \(2,\)\."):
        tapering.sector_of([0, 1])
    with pytest.raises(ValueError, match=r"The state has weight outside the sector"):
        tapering.taper_state(np.ones(8) / 8**0.5, [0, 0])
    with pytest.raises(ValueError, match=r"`state` must have shape \(..., 2\), got \(4,\)\."):
        tapering.expand_state(np.ones(4), [0, 0])
    with pytest.raises(
        ValueError, match=r"Basis states have no sector of symmetry 0 \(X0 X1\), which is not made of Z"
    ):
        Tapering(PauliSum("X0 X1")).sector_of([0, 0])


def test_linear_algebra_over_two_elements():
    rng = np.random.default_rng(12)
    for n_rows, n_columns in [(5, 3), (3, 70), (40, 64), (0, 4), (200, 130)]:
        matrix = rng.random((n_rows, n_columns)) < 0.3
        reduced, pivots = reduce_rows(pack(matrix), n_columns)
        basis = kernel(pack(matrix), n_columns)
        assert len(pivots) + len(basis) == n_columns
        assert not (matrix.astype(int) @ basis.T % 2).any()
        np.testing.assert_array_equal(unpack(reduced, n_columns)[:, pivots], np.eye(len(pivots), dtype=bool))
    square = np.triu(rng.random((9, 9)) < 0.5, 1) | np.eye(9, dtype=bool)
    right = rng.random((9, 4)) < 0.5
    np.testing.assert_array_equal(square.astype(int) @ solve_gf2(square, right) % 2, right)
