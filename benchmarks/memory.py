"""Peak memory of one task in a process of its own: ``python -m benchmarks.memory`` reads the task from its input."""

import ctypes
import gc
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

from .options import pin_processors, pinned_environment

_STATUS = Path("/proc/self/status")


def peak_bytes(library: str, task: str, trial: tuple[Any, ...], arguments: tuple[Any, ...], threads: int) -> float:
    """Return the most bytes a task takes above what the process had after a small trial of the same task.

    NaN where the system does not tell (needs /proc). The trial compiles and imports whatever there is to compile and
    import. Preparing, two calls and the result are counted.
    """
    if not _STATUS.exists():
        return float("nan")
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory"],
        input=pickle.dumps((library, task, trial, arguments, threads)),
        stdout=subprocess.PIPE,
        env=pinned_environment(threads),
        check=True,
    )
    return float(finished.stdout.split()[-1])


def _status(field: str) -> int:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def _return_freed_memory() -> None:
    """Hand memory that the trial freed back to the system, or the task would find it there and seem smaller."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _main() -> None:
    from .contestants import Library

    name, task, trial, arguments, threads = pickle.load(sys.stdin.buffer)
    pin_processors(threads)
    library = Library(name)
    for prepare in library.ways(task, *trial).values():
        call = prepare()
        call()
        del call
    gc.collect()
    _return_freed_memory()
    before = _status("VmRSS")
    # 5 resets the high-water mark; VmHWM belongs to this program image, unlike ru_maxrss, which a child inherits
    with open("/proc/self/clear_refs", "w", encoding="ascii") as stream:
        stream.write("5")
    prepare = next(iter(library.ways(task, *arguments).values()))
    call = prepare()
    call()
    call()
    print(_status("VmHWM") - before, file=sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # nothing here is worth an orderly end


if __name__ == "__main__":
    _main()
