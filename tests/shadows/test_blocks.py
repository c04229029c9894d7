"""Data read block by block give what data in memory give, wherever the cuts fall, and need memory for one block."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import qlearn as ql
from qlearn.persistence import FileFormatError
from qlearn.shadows import (
    Block,
    InverseProbability,
    MatchRatio,
    MedianOfMeans,
    ShadowBlocks,
    ShadowData,
    estimate_terms,
    scan_csv,
    scan_npz,
    write_csv,
    write_npz,
)

STRINGS = ql.PauliSum({"XYI": 0.5, "ZZI": -0.7, "IZX": 0.4, "YII": 0.3, "IIZ": 1.0, "III": 2.0})
ESTIMATORS = [MatchRatio(), InverseProbability(), MedianOfMeans(n_groups=7)]


def same_settings(first, second):
    """Whether two data sets hold the same settings, the shots of each in any order."""
    ends, others = np.cumsum(first.shots_per_setting), np.cumsum(second.shots_per_setting)
    return (
        np.array_equal(first.bases, second.bases)
        and np.array_equal(ends, others)
        and all(
            sorted(a.tolist()) == sorted(b.tolist())
            for a, b in zip(np.split(first.outcomes, ends), np.split(second.outcomes, ends), strict=True)
        )
    )


@pytest.fixture
def data(rng, make_data):
    return make_data(rng, n_settings=60, shots=rng.integers(1, 9, 60))


@pytest.mark.parametrize("block_shots", [1, 2, 5, 64, 100_000])
@pytest.mark.parametrize("scan", ["npz", "csv"])
def test_wherever_a_file_is_cut_the_data_are_the_same(data, tmp_path, scan, block_shots):
    if scan == "npz":
        write_npz(data, tmp_path / "a")
        blocks = scan_npz(tmp_path / "a", block_shots=block_shots)
        assert blocks.load() == data
    else:
        write_csv(data, tmp_path / "a")
        blocks = scan_csv(tmp_path / "a", qubit_0="left", block_shots=block_shots)
        assert same_settings(blocks.load(), data)
    assert max(block.data.n_shots for block in blocks) <= block_shots
    assert blocks.n_qubits == 3
    for estimator in ESTIMATORS:
        whole, cut = (
            estimator.estimate(data, [STRINGS, STRINGS[:2]]),
            estimator.estimate(blocks, [STRINGS, STRINGS[:2]]),
        )
        np.testing.assert_allclose(cut.value, whole.value, rtol=1e-12)
        np.testing.assert_allclose(cut.std_error, whole.std_error, rtol=1e-12)
        assert cut.n_shots == whole.n_shots == data.n_shots


@pytest.mark.parametrize("estimator", [MatchRatio(), InverseProbability()])
def test_terms_and_covariance_from_blocks(data, tmp_path, estimator):
    write_npz(data, tmp_path / "a")
    blocks = scan_npz(tmp_path / "a", block_shots=10)
    whole, cut = estimate_terms(data, STRINGS, estimator), estimate_terms(blocks, STRINGS, estimator)
    np.testing.assert_allclose(cut.estimate.std_error, whole.estimate.std_error, rtol=1e-12)
    np.testing.assert_array_equal(cut.n_matches, whole.n_matches)
    sums = [STRINGS, STRINGS[:3]]
    np.testing.assert_allclose(estimator.covariance(blocks, sums), estimator.covariance(data, sums), rtol=1e-12)
    pairs = ql.shadows.correlators(blocks, estimator).pairs
    np.testing.assert_allclose(pairs.value, ql.shadows.correlators(data, estimator).pairs.value)


def test_three_dimensional_outcomes_are_cut_too(rng, tmp_path):
    bases, outcomes = rng.integers(0, 3, (5, 2)), rng.integers(0, 2, (5, 4, 2))
    np.savez(tmp_path / "a.npz", bases=bases, outcomes=outcomes, basis_probabilities=np.full((2, 3), 1 / 3))
    blocks = scan_npz(tmp_path / "a.npz", block_shots=3)
    assert blocks.load() == ShadowData(bases, outcomes, basis_probabilities=np.full((2, 3), 1 / 3))


def test_a_list_of_data_is_a_stream(data):
    days = [data.subset(slice(0, 20)), data.subset(slice(20, 60))]
    stream = ShadowBlocks(lambda: iter(days), 3)
    assert stream.load() == data
    assert repr(stream) == "<ShadowBlocks: 3 qubits>"
    with pytest.raises(ValueError, match="A block has 3 qubits, 2 are expected"):
        ShadowBlocks(lambda: iter(days), 2).load()
    with pytest.raises(ValueError, match="holds no shot"):
        ql.shadows.estimate(ShadowBlocks(lambda: iter([]), 3), STRINGS)


def test_a_setting_in_three_blocks_is_one_setting(data):
    one = data.subset([int(np.argmax(data.shots_per_setting))])
    parts = [ShadowData(one.bases, one.outcomes[[k]], [1]) for k in range(3)]
    blocks = ShadowBlocks(lambda: iter(Block(part, k > 0) for k, part in enumerate(parts)), 3)
    assert blocks.load().shots_per_setting.tolist() == [3]


def write_large(path, n_shots=400_000, n_qubits=20):
    rng = np.random.default_rng(0)
    np.savez(
        path,
        bases=rng.integers(0, 3, (n_shots, n_qubits), dtype=np.uint8),
        outcomes=rng.integers(0, 2, (n_shots, n_qubits), dtype=np.uint8),
    )


def test_the_peak_of_memory_is_one_block(tmp_path):
    """16 MB of data in blocks of 160 kB: the peak of both passes stays under 2 MB."""
    write_large(tmp_path / "a.npz")
    observable = ql.PauliSum({"ZZ" + 18 * "I": 1.0, "X" + 19 * "I": 0.5})
    blocks = scan_npz(tmp_path / "a.npz", block_shots=4096)
    tracemalloc.start()
    found = ql.shadows.estimate(blocks, observable)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.n_shots == 400_000
    assert peak < 2 * 2**20


LIMITED = """
import resource, sys
import qlearn as ql
observable = ql.PauliSum({"ZZ" + 18 * "I": 1.0})
small = ql.shadows.ShadowData([[0] * 20], [[0] * 20] * 100, [100])
ql.shadows.estimate(small, ql.PauliSum({"X" + 19 * "I": 1.0}))
now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 24 * 2**20, resource.RLIM_INFINITY))
print(ql.shadows.estimate(ql.shadows.scan_npz(sys.argv[1], block_shots=2**13), observable).n_shots)
try:
    ql.shadows.read_npz(sys.argv[1])
except MemoryError:
    print("too large")
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the address space is limited by Linux means")
def test_a_file_larger_than_the_memory(tmp_path):
    """With 24 MiB left to allocate, 64 MB of data are estimated in blocks, and cannot be read whole."""
    write_large(tmp_path / "a.npz", n_shots=1_600_000)
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "a.npz")]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.split("\n")[:2] == ["1600000", "too large"]


def test_damage_is_found_when_its_block_is_read(data, tmp_path):
    write_csv(data, tmp_path / "a.csv")
    with open(tmp_path / "a.csv", "a") as file:
        file.write("60,XYZ,01,1\n")
    blocks = scan_csv(tmp_path / "a.csv", qubit_0="left")
    with pytest.raises(FileFormatError, match="the outcome must be 3 zeros and ones"):
        ql.shadows.estimate(blocks, STRINGS)


@pytest.mark.parametrize("step", [11])
def test_every_truncation_of_an_npz_is_refused(data, tmp_path, step):
    write_npz(data, tmp_path / "a.npz")
    whole = (tmp_path / "a.npz").read_bytes()
    for length in range(0, len(whole), step):
        (tmp_path / "b.npz").write_bytes(whole[:length])
        with pytest.raises(FileFormatError):
            scan_npz(tmp_path / "b.npz").load()


def test_a_flipped_bit_of_an_npz_is_refused(data, tmp_path):
    write_npz(data, tmp_path / "a.npz")
    whole = bytearray((tmp_path / "a.npz").read_bytes())
    start = whole.index(b"outcomes.npy") + 80
    whole[start] ^= 1
    (tmp_path / "a.npz").write_bytes(whole)
    with pytest.raises(FileFormatError):
        scan_npz(tmp_path / "a.npz").load()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"bases": [[0]]}, "must hold bases and outcomes"),
        ({"bases": [[0]], "outcomes": [[7]]}, "got 7 in shot 0, qubit 0"),
        ({"bases": [[0]], "outcomes": [[0], [1]]}, "1 rows of `outcomes` are left over"),
        ({"bases": [[0], [1]], "outcomes": [[0]]}, "has 1 rows left where 2 are needed"),
        ({"bases": [[0]], "outcomes": [[0]], "shots_per_setting": [-1]}, "not negative"),
        ({"bases": [[0]], "outcomes": [[[0]], [[0]]]}, "`outcomes` has 2 settings, `bases` 1"),
        ({"bases": [0], "outcomes": [[0]]}, "must have two axes"),
        ({"bases": np.array([["Z"]]), "outcomes": [[0]]}, "must hold numbers, got dtype <U1"),
        ({"bases": np.zeros((3, 2), int, order="F"), "outcomes": np.zeros((3, 2), int)}, "C order"),
    ],
)
def test_npz_faults_are_named(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(FileFormatError, match=message):
        scan_npz(tmp_path / "a.npz").load()


@pytest.mark.parametrize("seed", range(3))
def test_damaged_archives_are_refused_or_read(data, tmp_path, seed):
    """200 archives with random bytes replaced: never another error than that of the format."""
    write_npz(data, tmp_path / "a.npz")
    whole, rng = np.frombuffer((tmp_path / "a.npz").read_bytes(), dtype=np.uint8), np.random.default_rng(seed)
    refused = 0
    for _ in range(200):
        damaged = whole.copy()
        damaged[rng.integers(len(whole), size=rng.integers(1, 4))] = rng.integers(256)
        (tmp_path / "b.npz").write_bytes(damaged.tobytes())
        for read in (ql.shadows.read_npz, lambda path: scan_npz(path, block_shots=50).load()):
            try:
                read(tmp_path / "b.npz")
            except FileFormatError:
                refused += 1
    assert refused > 100


def test_block_sizes_are_checked(data, tmp_path):
    write_npz(data, tmp_path / "a.npz")
    with pytest.raises(ValueError, match="`block_shots` must be at least 1, got 0"):
        scan_npz(tmp_path / "a.npz", block_shots=0)
