"""Readers and writers of shot files against Stim's own, and against damaged files."""

import io

import numpy as np
import pytest
import stim

from qlearn.decoders._shot_files import FORMATS, read_shots, shot_bytes, stream_shots


def write(path, bits, format, n_detectors):
    stim.write_shot_data_file(
        data=bits, path=str(path), format=format, num_detectors=n_detectors, num_observables=bits.shape[1] - n_detectors
    )


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("width", "density"), [(1, 0.5), (8, 0.2), (13, 0.02), (255, 0.001), (600, 0.005), (254, 1.0)])
def test_reads_what_stim_writes(tmp_path, rng, format, width, density):
    bits = rng.random((128, width)) < density
    path = tmp_path / f"shots.{format}"
    write(path, bits, format, width)
    assert np.array_equal(read_shots(path, width, 0), bits)
    assert read_shots(path, width, 0).dtype == bool


@pytest.mark.parametrize("format", ["dets", "b8", "r8"])
def test_reads_appended_observables(tmp_path, rng, format):
    bits = rng.random((64, 12)) < 0.3
    path = tmp_path / "shots.bin"
    write(path, bits, format, 10)
    assert np.array_equal(read_shots(path, 10, 2, format), bits)


@pytest.mark.parametrize(
    ("format", "data", "message"),
    [
        ("b8", b"\x01\x02\x03", "3 bytes are not a multiple of the 2 bytes of a shot"),
        ("b8", b"\x01\x80", "padding bits are set"),
        ("01", b"0000000000\n000000000\n", "are not a multiple of the 11 of a line"),
        ("01", b"0000000002\n", "a line is not 10 characters 0 or 1"),
        ("01", b"00000000000\n", "are not a multiple of the 11 of a line"),
        ("01", b"0000000000", "its last line has no end"),
        ("hits", b"2,13\n2,1", "its last line has no end"),
        ("hits", b"2\x0c3\n", "shot 0 has the index '2.x0c3'"),
        ("ptb64", b"\x00" * 79, "79 bytes are not a multiple of 80, 64 shots"),
        ("r8", b"\x05", "add up to 6 bits, no multiple of 11"),
        ("r8", b"\x0b\x09", "a run crosses the end of shot 0"),
        ("r8", b"\xff", "no multiple of 11"),
        ("hits", b"3,10\n", "shot 0 has the index '10', not one of 0 to 9"),
        ("hits", b"1,,2\n", "shot 0 has the index ''"),
        ("hits", b"\xff\n", "not ASCII"),
        ("dets", b"shot D3\nD4\n", "line 2 starts with 'D4', not 'shot'"),
        ("dets", b"shot M3\n", "neither a detector D nor an observable L"),
        ("dets", b"shot D99999999999999999999\n", "shot 0 has the index"),
        ("dets", b"shot D1  D2\n", "shot 0 has ''"),
        ("dets", b"shot D1 D2", "its last line has no end"),
        ("dets", b"shot D10 L0\n", "shot 0 has the index '10', not one of 0 to 9"),
    ],
)
def test_damage_is_named(tmp_path, format, data, message):
    path = tmp_path / f"shots.{format}"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message):
        read_shots(path, 10, 0)


def test_observables_that_stim_writes_unasked_are_dropped(tmp_path):
    """`stim detect` puts them into dets files, and before the detectors."""
    circuit, path = tmp_path / "memory.stim", tmp_path / "events.dets"
    stim.Circuit.generated("repetition_code:memory", distance=3, rounds=2, before_measure_flip_probability=0.3).to_file(
        circuit
    )
    arguments = ["--in", str(circuit), "--shots", "50", "--out", str(path), "--out_format", "dets"]
    assert stim.main(command_line_args=["detect", "--seed", "3", *arguments]) == 0
    assert " L0 D" in path.read_text()
    whole = read_shots(path, 6, 1)
    assert np.array_equal(read_shots(path, 6, 0), whole[:, :6])
    assert np.array_equal(next(stream_shots(io.BytesIO(path.read_bytes()), 6, 0, "dets")), whole[:, :6])
    with pytest.raises(ValueError, match="has the index '.*', not that of an observable"):
        read_shots(path, 0, 1)


def test_empty_files_hold_no_shots(tmp_path):
    for format in FORMATS:
        path = tmp_path / f"shots.{format}"
        path.write_bytes(b"")
        assert read_shots(path, 10, 1).shape == (0, 11)


def test_unknown_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match="shot format 'npy' of shots.npy is unknown; give one of 01, b8"):
        read_shots(tmp_path / "shots.npy", 3, 0)


def test_what_is_named_twice_is_as_stim_has_it(tmp_path):
    """Hits toggle, detections do not."""
    for format, text in (("dets", "shot D1 D1 D2\n"), ("hits", "1,1,2\n")):
        path = tmp_path / f"shots.{format}"
        path.write_text(text)
        expected = stim.read_shot_data_file(path=path, format=format, num_detectors=3)
        assert np.array_equal(read_shots(path, 3, 0), expected)


@pytest.mark.parametrize("format", ["01", "b8", "r8", "dets", "ptb64", "hits"])
@pytest.mark.parametrize("width", [1, 7, 8, 300])
def test_stim_reads_what_we_write(tmp_path, rng, format, width):
    bits = rng.random((128, width)) < 0.01
    path = tmp_path / "shots"
    path.write_bytes(shot_bytes(bits, format, "D"))
    theirs = stim.read_shot_data_file(path=str(path), format=format, num_detectors=width)
    assert np.array_equal(theirs, bits)
    as_flips = shot_bytes(bits, format, "L")
    path.write_bytes(as_flips)
    assert np.array_equal(stim.read_shot_data_file(path=str(path), format=format, num_observables=width), bits)


@pytest.mark.parametrize("format", ["01", "b8", "r8", "dets", "ptb64", "hits"])
def test_streams_are_read_in_blocks(rng, format):
    bits = rng.random((16384 * 2 + 64, 5)) < 0.1
    blocks = list(stream_shots(io.BytesIO(shot_bytes(bits, format, "D")), 5, 0, format))
    assert np.array_equal(np.concatenate(blocks), bits)
    assert len(blocks) == (1 if format == "r8" else 3)
    assert list(stream_shots(io.BytesIO(b""), 5, 0, format)) == []


def test_groups_of_64_are_asked_for():
    with pytest.raises(ValueError, match="ptb64 holds groups of 64 shots, got 3; write b8 instead"):
        shot_bytes(np.zeros((3, 2), bool), "ptb64", "L")
    with pytest.raises(ValueError, match="the input is no b8 file of 3 bits a shot: padding bits are set"):
        list(stream_shots(io.BytesIO(b"\xff"), 3, 0, "b8"))
