"""ShadowData: shapes, faults, joining, selecting, saving."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.shadows import ShadowData


def made_up(rng, shots=(3, 1, 0, 2), n_qubits=11, probabilities=None):
    bases = rng.integers(0, 3, (len(shots), n_qubits))
    return ShadowData(bases, rng.integers(0, 2, (sum(shots), n_qubits)), shots, basis_probabilities=probabilities)


def test_text_and_codes_agree():
    text = ShadowData(["XYZ", "ZZX"], [[0, 1, 0], [1, 1, 1]])
    codes = ShadowData([[0, 1, 2], [2, 2, 0]], [[0, 1, 0], [1, 1, 1]])
    assert text == codes
    assert text.bases.tolist() == [[0, 1, 2], [2, 2, 0]]
    assert text.shots_per_setting.tolist() == [1, 1]
    assert text != codes.subset([1, 0])


def test_three_axes_share_settings():
    data = ShadowData(["XX", "ZZ"], np.zeros((2, 5, 2), dtype=int))
    assert (data.n_settings, data.n_shots, len(data)) == (2, 10, 10)
    assert data.setting_of_shot.tolist() == [0] * 5 + [1] * 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["XYQ"], [[0, 0, 0]]), "got the letter 'Q' in setting 0"),
        ((["XY", "XYZ"], [[0, 0]]), "got 3 letters after 2 in setting 1"),
        (([[0, 3]], [[0, 0]]), r"got 3 in setting 0, qubit 1"),
        (([[0, 1], [1, 1]], [[0, 0], [0, 2]]), r"got 2 in shot 1, qubit 1"),
        (([[0, 1]], [[0, -1]]), "integers that fit uint8"),
        (([[0, 1]], [[0, 0], [0, 0]]), "`outcomes` has 2 shots, `shots_per_setting` asks for 1 in 1 settings"),
        (([[0, 1]], [[0, 0], [0, 0]], [3]), "asks for 3"),
        (([[0, 1]], [[0, 0, 0]]), r"must have shape \(n_shots, 2\), got \(1, 3\)"),
        (([[0.5, 1]], [[0, 0]]), "integers that fit uint8"),
        ((np.zeros((1, 0)), np.zeros((1, 0))), "at least one qubit"),
    ],
)
def test_faults_are_named(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ShadowData(*arguments)


def test_probabilities_must_sum_to_one():
    with pytest.raises(ValueError, match="sum to 1"):
        ShadowData(["X"], [[0]], basis_probabilities=[[0.5, 0.5, 0.5]])


def test_append_and_merge_equal_the_whole(rng):
    parts = [made_up(rng) for _ in range(4)]
    merged = ShadowData.merge(parts)
    grown = parts[0].subset(slice(None))
    for part in parts[1:]:
        assert grown.append(part) is grown
    assert merged == grown
    assert merged.n_shots == sum(part.n_shots for part in parts)
    np.testing.assert_array_equal(merged.outcomes, np.concatenate([part.outcomes for part in parts]))
    assert parts[0].n_settings == 4
    twice = parts[1].subset(slice(None))
    twice.append(twice)
    assert twice == ShadowData.merge([parts[1], parts[1]])


def test_append_refreshes_the_planes(rng):
    data = made_up(rng)
    assert data.planes.n_shots == 6
    assert data.append(made_up(rng)).planes.n_shots == 12


def test_unlike_data_are_not_joined(rng):
    with pytest.raises(ValueError, match="on 11 and on 3 qubits"):
        made_up(rng).append(made_up(rng, n_qubits=3))
    with pytest.raises(ValueError, match="drawn differently"):
        made_up(rng).append(made_up(rng, probabilities=np.full((11, 3), 1 / 3)))
    with pytest.raises(TypeError, match="got int"):
        made_up(rng).append(3)
    with pytest.raises(ValueError, match="nothing to merge"):
        ShadowData.merge([])


def test_subset_keeps_the_shots_of_its_settings(rng):
    data = made_up(rng)
    part = data.subset([3, 0])
    np.testing.assert_array_equal(part.outcomes, data.outcomes[[4, 5, 0, 1, 2]])
    assert data.subset(np.array([True, False, False, True])).n_shots == 5
    assert data.subset(2).n_shots == 0


def test_restrict_reorders_qubits(rng):
    data = made_up(rng, probabilities=rng.dirichlet(np.ones(3), 11))
    part = data.restrict([5, 2])
    np.testing.assert_array_equal(part.outcomes, data.outcomes[:, [5, 2]])
    np.testing.assert_array_equal(part.basis_probabilities, data.basis_probabilities[[5, 2]])
    with pytest.raises(ValueError, match="Qubit 11 does not exist"):
        data.restrict(11)


def test_arrays_are_read_only(rng):
    with pytest.raises(ValueError, match="read-only"):
        made_up(rng).outcomes[0, 0] = 1


@pytest.mark.parametrize("probabilities", [None, np.full((11, 3), 1 / 3)])
def test_save_and_load(rng, tmp_path, probabilities):
    data = made_up(rng, probabilities=probabilities)
    ql.save(data, tmp_path / "data.qlearn")
    assert ql.load(tmp_path / "data.qlearn") == data


def test_planes_hold_the_data(rng):
    data = made_up(rng, shots=tuple(rng.integers(0, 5, 60)), n_qubits=4)
    planes = data.planes

    def bits(words):
        return np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")

    measured = data.bases[data.setting_of_shot]
    for qubit in range(4):
        np.testing.assert_array_equal(bits(planes.signs)[qubit, : data.n_shots], data.outcomes[:, qubit])
        for code in range(3):
            np.testing.assert_array_equal(
                bits(planes.letters)[3 * qubit + code, : data.n_shots], measured[:, qubit] == code
            )
    assert bits(planes.letters)[:, data.n_shots :].sum() == 0
    assert bits(planes.letters)[-1].sum() == data.n_shots


def test_planes_are_packed_in_blocks(rng):
    n_shots = 2**16 + 77
    data = ShadowData(rng.integers(0, 3, (n_shots, 2)), rng.integers(0, 2, (n_shots, 2)))
    bits = np.unpackbits(data.planes.signs.view(np.uint8), axis=1, bitorder="little")
    np.testing.assert_array_equal(bits[:2, :n_shots].T, data.outcomes)
