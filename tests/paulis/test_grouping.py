"""Commutation, groups, Clifford conjugation and diagonalisation against matrices and a slow twin."""

import numpy as np
import pytest

from qlearn.paulis import PauliSum


def commute(left, right):
    return sum("I" not in (p, q) and p != q for p, q in zip(left, right, strict=True)) % 2 == 0


def commute_qubit_wise(left, right):
    return all("I" in (p, q) or p == q for p, q in zip(left, right, strict=True))


def sorted_insertion(terms, fits):
    """Return the group of each term: the textbook loop over whole groups."""
    order = sorted(range(len(terms)), key=lambda i: -abs(terms[i][1]))
    groups, assignment = [], [None] * len(terms)
    for i in order:
        open_groups = [n for n, group in enumerate(groups) if all(fits(terms[i][0], terms[j][0]) for j in group)]
        assignment[i] = min(open_groups, default=len(groups))
        if not open_groups:
            groups.append([])
        groups[assignment[i]].append(i)
    return assignment


@pytest.mark.parametrize("n_qubits", [1, 3, 64, 70])
def test_commutation_matrices_agree_with_counting_letters(n_qubits, random_terms):
    rng = np.random.default_rng(n_qubits)
    left, right = (PauliSum(random_terms(rng, size, n_qubits)) for size in (30, 20))
    for rule, qubit_wise in ((commute, False), (commute_qubit_wise, True)):
        expected = [[rule(p, q) for q in right.labels()] for p in left.labels()]
        assert left.commutes(right, qubit_wise=qubit_wise).tolist() == expected
        assert left.commutes(qubit_wise=qubit_wise).diagonal().all()


def test_commutation_of_wide_and_large_sums_runs_in_blocks():
    rng = np.random.default_rng(0)
    x, z = rng.random((2, 1500, 130)) < 0.5
    large = PauliSum.from_arrays(x, z, np.ones(1500))
    overlap = x.astype(int) @ z.T.astype(int)
    np.testing.assert_array_equal(large.commutes(), (overlap + overlap.T) % 2 == 0)
    with pytest.raises(ValueError, match=r"The sums have 130 and 2 qubits"):
        large.commutes(PauliSum("Z0 Z1"))


def test_commutation_matrices_beyond_memory_are_refused(monkeypatch):
    many = PauliSum.from_arrays(np.zeros((200_000, 1)), np.zeros((200_000, 1)), np.ones(200_000))
    monkeypatch.setenv("QLEARN_MAX_MEMORY", "1e9")
    with pytest.raises(MemoryError, match=r"A commutation matrix of 200000 x 200000 terms needs"):
        many.commutes()


@pytest.mark.parametrize("n_qubits", [1, 2, 5, 66])
@pytest.mark.parametrize("letters", ["IIIIXYZ", "IXYZ", "XYZ"])
def test_groups_equal_those_of_the_textbook_loop(n_qubits, letters):
    rng = np.random.default_rng(n_qubits)
    labels = ["".join(rng.choice(list(letters), size=n_qubits)) for _ in range(150)]
    # Small integers make many ties, so the order among equals is tested too.
    terms = list(zip(labels, rng.integers(-4, 5, size=150).tolist(), strict=True))
    ours = PauliSum(terms)
    assert ours.qubit_wise_groups().assignment.tolist() == sorted_insertion(terms, commute_qubit_wise)
    assert ours.commuting_groups().assignment.tolist() == sorted_insertion(terms, commute)


def test_bases_measure_every_term_of_their_group(random_terms):
    rng = np.random.default_rng(3)
    ours = PauliSum([(label, value) for label, value in random_terms(rng, 100, 6)])
    groups = ours.qubit_wise_groups()
    assert groups.bases.shape == (len(groups), 6)
    for index, basis, part in zip(groups.indices, groups.bases, groups, strict=True):
        assert part.labels() == [ours.labels()[i] for i in index]
        for label in part.labels():
            assert all(letter == "I" or "XYZ"[code] == letter for letter, code in zip(label, basis, strict=True))
    assert sorted(np.concatenate(groups.indices).tolist()) == list(range(100))
    assert sum(groups, PauliSum.zero(6)).is_close(ours)


def test_free_qubits_are_measured_in_z_and_edges():
    assert PauliSum("X0", 3).qubit_wise_groups().bases.tolist() == [[0, 2, 2]]
    nothing = PauliSum.zero(3)
    assert len(nothing.qubit_wise_groups()) == len(nothing.commuting_groups()) == 0
    assert nothing.qubit_wise_groups().indices == []
    assert nothing.qubit_wise_groups().bases.shape == (0, 3)
    assert PauliSum("1j X0 + 2 Y0").commuting_groups().assignment.tolist() == [1, 0]
    assert PauliSum("X0").commuting_groups().bases is None


def test_hundred_thousand_terms_are_grouped():
    rng = np.random.default_rng(4)
    x, z = np.zeros((2, 100_000, 100), dtype=bool)
    rows = np.arange(100_000)[:, None]
    qubits = rng.integers(0, 100, size=(100_000, 4))
    x[rows, qubits], z[rows, qubits] = rng.random((2, 100_000, 4)) < 0.5
    large = PauliSum.from_arrays(x, z, rng.normal(size=100_000))
    fine, coarse = large.qubit_wise_groups(), large.commuting_groups()
    assert fine.assignment.min() == 0
    assert len(fine.bases) == len(fine) < 600
    for index in fine.indices[:3] + fine.indices[-3:]:
        assert large[index].commutes(qubit_wise=True).all()
    for index in coarse.indices[:3] + coarse.indices[-3:]:
        assert large[index].commutes().all()


GATES = {
    "i": np.eye(2),
    "x": np.array([[0, 1], [1, 0]]),
    "y": np.array([[0, -1j], [1j, 0]]),
    "z": np.diag([1, -1]),
    "h": np.array([[1, 1], [1, -1]]) / np.sqrt(2),
    "s": np.diag([1, 1j]),
    "sdg": np.diag([1, -1j]),
    "cx": np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]),
    "cz": np.diag([1, 1, 1, -1]),
    "swap": np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]),
}


@pytest.mark.parametrize("name", sorted(GATES))
def test_every_gate_conjugates_every_string_with_its_sign(name, kron):
    gate = GATES[name]
    arity = 2 if gate.shape[0] == 4 else 1
    for label in [p + q for p in "IXYZ" for q in "IXYZ"] if arity == 2 else "IXYZ":
        expected = gate @ kron([(label, 1)], arity) @ gate.conj().T
        image = PauliSum({label: 1}).conjugate_by([(name, tuple(range(arity)))])
        np.testing.assert_allclose(image.to_dense(), expected, atol=1e-14)
    if arity == 2:
        flipped = PauliSum({"XY": 1, "ZX": 2}).conjugate_by([(name, (1, 0))])
        assert flipped.relabel([1, 0]) == PauliSum({"YX": 1, "XZ": 2}).conjugate_by([(name, (0, 1))])


def test_stim_conjugates_the_same_way():
    stim = pytest.importorskip("stim")
    rng = np.random.default_rng(7)
    ours = PauliSum({"".join(rng.choice(list("IXYZ"), size=7)): 1.0 for _ in range(20)})
    gates, circuit = [], stim.Circuit()
    for _ in range(100):
        name = str(rng.choice([g for g in GATES if g != "i"]))
        qubits = tuple(rng.choice(7, size=2 if len(GATES[name]) == 4 else 1, replace=False).tolist())
        gates.append((name, qubits))
        circuit.append({"sdg": "S_DAG"}.get(name, name.upper()), qubits)
    image = ours.conjugate_by(gates)
    for label, (after, value) in zip(ours.labels(), image.items(), strict=True):
        theirs = stim.PauliString(label).after(circuit)
        assert str(theirs).replace("_", "I") == ("+" if value > 0 else "-") + after


@pytest.mark.parametrize("n_qubits", [1, 2, 4, 6])
def test_commuting_groups_become_diagonal(n_qubits, random_terms):
    rng = np.random.default_rng(n_qubits)
    ours = PauliSum(random_terms(rng, 60, n_qubits))
    for part in ours.commuting_groups():
        gates, diagonal = part.diagonalise()
        assert not diagonal.x.any()
        assert len(gates) <= n_qubits**2 + 2 * n_qubits
        assert part.conjugate_by(gates).labels() == diagonal.labels()
        if n_qubits <= 4:
            spectra = [np.linalg.eigvalsh(h.to_dense()) for h in (part, diagonal)]
            np.testing.assert_allclose(spectra[0], spectra[1], atol=1e-12)


def test_wide_groups_become_diagonal():
    rng = np.random.default_rng(8)
    x, z = rng.random((2, 2000, 100)) < 0.5
    largest = max(PauliSum.from_arrays(x, z, np.ones(2000)).commuting_groups(), key=len)
    gates, diagonal = largest.diagonalise()
    assert len(largest) > 3
    assert not diagonal.x.any()
    assert {name for name, _ in gates} <= {"h", "s", "cx", "cz"}


def test_clifford_errors():
    ours = PauliSum("X0 + Z0 + Z1")
    with pytest.raises(
        ValueError, match=r"Only commuting terms have a common diagonal form; X0 and Z0 do not commute\."
    ):
        ours.diagonalise()
    with pytest.raises(ValueError, match=r"Gate 't' is not one of the Clifford gates i, x, y"):
        ours.conjugate_by([("t", (0,))])
    with pytest.raises(ValueError, match=r"Gate 'cx' acts on 2 qubits, got \(0,\)\."):
        ours.conjugate_by([("cx", (0,))])
    with pytest.raises(ValueError, match=r"Qubit 2 does not exist among 2 qubits"):
        ours.conjugate_by([("h", (2,))])
    with pytest.raises(ValueError, match=r"Qubit 1 is named twice"):
        ours.conjugate_by([("cx", (1, 1))])
