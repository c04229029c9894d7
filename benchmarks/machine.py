"""The machine a number was measured on."""

import importlib.metadata
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np

from .options import core_count

PACKAGES = (
    "numpy", "numba", "llvmlite", "pennylane", "pennylane-lightning", "qulacs", "qiskit", "qiskit-aer",
    "tensorcircuit-ng", "jax",
)  # fmt: skip


def describe() -> dict[str, str]:
    """Return the processor, its cores, vector instructions, caches, load, memory and the versions of all packages."""
    info = _cpu_info()
    return {
        "processor": info.get("model name", platform.processor() or platform.machine()),
        "family": f"{info.get('cpu family', '?')} model {info.get('model', '?')}",
        "cores": f"{core_count()} usable of {os.cpu_count()}",
        "vector instructions": _vector_instructions(info.get("flags", "").split()),
        "caches": _caches(),
        "memory": f"{_memory_gib():.1f} GiB",
        "load": ", ".join(f"{load:.1f}" for load in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {version}" for name, version in versions().items()),
        "NUMBA_CPU_NAME": os.environ.get("NUMBA_CPU_NAME", "not set"),
    }


def versions() -> dict[str, str]:
    """Return the installed packages that matter here."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def matrix_product_gflops() -> float:
    """Return the GF/s of a float64 matrix product: what this process can get out of the machine at best."""
    size = 768
    a = np.random.default_rng(0).normal(size=(size, size))
    out = np.empty_like(a)
    best = np.inf
    for _ in range(6):
        start = time.perf_counter()
        np.matmul(a, a, out=out)
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def copy_bandwidth() -> float:
    """Return GB/s read and written by one thread copying an array far larger than the caches."""
    source = np.ones(1 << 24)
    target = np.empty_like(source)
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        np.copyto(target, source)
        best = min(best, time.perf_counter() - start)
    return 2 * source.nbytes / best / 1e9


def available_bytes() -> int:
    """Return the memory that is free for use."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 4 << 30


def _memory_gib() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (ValueError, OSError, AttributeError):
        return float("nan")


def _cpu_info() -> dict[str, str]:
    if not sys.platform.startswith("linux"):
        return {}
    pairs = (
        line.split(":", 1) for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
    )
    return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}


def _vector_instructions(flags: list[str]) -> str:
    if "avx512f" in flags:
        return "AVX-512 (512 bits)"
    if "avx2" in flags:
        return "AVX2" + (" + FMA" if "fma" in flags else "") + " (256 bits)"
    if "asimd" in flags or platform.machine() in ("arm64", "aarch64"):
        return "NEON (128 bits)"
    return "SSE2 (128 bits)" if "sse2" in flags else "unknown"


def _caches() -> str:
    found = []
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            level, kind, size = ((folder / name).read_text().strip() for name in ("level", "type", "size"))
        except OSError:
            continue
        found.append(f"L{level} {kind.lower()} {size}")
    return ", ".join(found) or "unknown"
