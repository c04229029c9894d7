"""The memory guard: it refuses in time, in words, and reads every limit there is."""

import subprocess
import sys
import time

import pytest

from qlearn import _memory
from qlearn._memory import MemoryLimitError, available_bytes, require_memory


@pytest.fixture(autouse=True)
def no_user_cap(monkeypatch):
    monkeypatch.delenv("QLEARN_MAX_MEMORY", raising=False)


def test_too_much_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(_memory, "available_bytes", lambda: 20 * 2**30)
    expected = r"^Statevector with 34 qubits needs 256 GiB, 20 GiB available; use Stabilizer\.$"
    with pytest.raises(MemoryLimitError, match=expected):
        require_memory(2**38, "Statevector with 34 qubits", "Stabilizer")
    require_memory(20 * 2**30, "This", "that")
    with pytest.raises(MemoryError):
        require_memory(20 * 2**30 + 1, "This", "that")


def test_huge_needs_are_refused_quickly():
    start = time.perf_counter()
    with pytest.raises(MemoryLimitError, match="needs 1024 EiB"):
        require_memory(2**70, "A density matrix", "Trajectories")
    assert time.perf_counter() - start < 0.1


def test_the_user_sets_a_cap(monkeypatch):
    monkeypatch.setenv("QLEARN_MAX_MEMORY", "1e6")
    assert available_bytes() == 1_000_000
    require_memory(1_000_000, "This", "that")
    with pytest.raises(MemoryLimitError, match="needs 977 KiB, 977 KiB available"):
        require_memory(1_000_001, "This", "that")
    for bad in ("8 GB", "inf", "nan"):
        monkeypatch.setenv("QLEARN_MAX_MEMORY", bad)
        with pytest.raises(ValueError, match="QLEARN_MAX_MEMORY must be a number of bytes such as 8e9, got "):
            require_memory(1, "This", "that")


def test_what_is_available_lies_below_the_machine():
    assert 0 < available_bytes() <= 0.91 * _memory._machine_bytes()


def test_machine_memory_is_read(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  100 kB\nMemAvailable:   64 kB\n")
    assert _memory._machine_bytes(meminfo) == 64 * 1024
    assert _memory._machine_bytes(tmp_path / "absent") > 2**20


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_control_groups_of_version_2_are_read_up_to_the_root(tmp_path):
    membership = tmp_path / "cgroup"
    membership.write_text("0::/user/job\n")
    root = tmp_path / "fs"
    job = {"memory__max": "max\n", "memory__current": "10\n", "memory__stat": "anon 1\ninactive_file 0\n"}
    write(root / "user" / "job", **job)
    assert _memory._control_group_bytes(root, membership) == sys.maxsize
    parent = {"memory__max": "1000\n", "memory__current": "400\n", "memory__stat": "anon 1\ninactive_file 150\n"}
    write(root / "user", **parent)
    assert _memory._control_group_bytes(root, membership) == 750
    write(root / "user" / "job", memory__max="200\n")
    assert _memory._control_group_bytes(root, membership) == 190


def test_control_groups_of_version_1_are_read(tmp_path):
    membership = tmp_path / "cgroup"
    membership.write_text("9:cpu,cpuacct:/box\n5:memory:/box\n")
    files = {"limit_in_bytes": "500", "usage_in_bytes": "300", "stat": "total_inactive_file 100\n"}
    write(tmp_path / "fs" / "memory" / "box", **{f"memory__{name}": text for name, text in files.items()})
    assert _memory._control_group_bytes(tmp_path / "fs", membership) == 300
    assert _memory._control_group_bytes(tmp_path / "fs", tmp_path / "absent") == sys.maxsize


@pytest.mark.skipif(sys.platform != "linux", reason="the address-space limit is read on Linux")
def test_the_address_space_limit_is_read():
    script = (
        "import resource; from qlearn._memory import available_bytes, _address_space_bytes\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**29, resource.RLIM_INFINITY))\n"
        "print(_address_space_bytes(), available_bytes())"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    space, available = map(int, printed.split())
    assert 0 < available <= space < 2**29
