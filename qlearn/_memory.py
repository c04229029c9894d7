"""The memory guard: compare what an allocation needs with what there is, before the system kills the process."""

import os
import sys
from pathlib import Path

__all__ = ["MemoryLimitError", "available_bytes", "require_memory"]

_RESERVE = 0.1
_NEVER_REFUSED = 16 * 2**20
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


class MemoryLimitError(MemoryError):
    """A piece of work was refused because it needs more memory than is available."""


def available_bytes() -> int:
    """Return how many bytes this process may still allocate.

    The least of: free memory of the machine and what the control group (a container) and the address-space limit
    leave, less a tenth in reserve; and the user's cap in the environment variable ``QLEARN_MAX_MEMORY`` (bytes).

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If ``QLEARN_MAX_MEMORY`` is not a number of bytes.
    """
    left = min(_machine_bytes(), _control_group_bytes(), _address_space_bytes())
    return max(0, min(int((1 - _RESERVE) * left), _user_cap()))


def require_memory(n_bytes: int, what: str, instead: str) -> None:
    """Return if `n_bytes` can be allocated, raise with advice otherwise.

    Asks under 16 MiB cost a microsecond: only the user's cap can refuse them.

    Parameters
    ----------
    n_bytes : int
        Bytes at the peak, all working copies counted.
    what : str
        What needs them, such as "Statevector with 34 qubits (2**34 amplitudes)".
    instead : str
        What to use, such as "Stabilizer or a smaller batch".

    Raises
    ------
    MemoryLimitError
        If less is available: "... needs 256 GiB, 20 GiB available; use ...".
    """
    if n_bytes <= _NEVER_REFUSED and n_bytes <= _user_cap():
        return
    available = available_bytes()
    if n_bytes > available:
        raise MemoryLimitError(f"{what} needs {_readable(n_bytes)}, {_readable(available)} available; use {instead}.")


def _readable(n_bytes: int) -> str:
    """Return the size in the largest unit of which it has one: 256 GiB."""
    size, unit = float(n_bytes), 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.3g} {_UNITS[unit]}" if size < 1000 else f"{size:.0f} {_UNITS[unit]}"


def _user_cap() -> int:
    text = os.environ.get("QLEARN_MAX_MEMORY")
    if not text:
        return sys.maxsize
    try:
        return int(float(text))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"QLEARN_MAX_MEMORY must be a number of bytes such as 8e9, got {text!r}.") from error


def _machine_bytes(meminfo: Path = Path("/proc/meminfo")) -> int:
    try:
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return sys.maxsize


def _control_group_bytes(root: Path = Path("/sys/fs/cgroup"), membership: Path = Path("/proc/self/cgroup")) -> int:
    """Return what the tightest control group, version 1 or 2, of this process leaves."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return sys.maxsize
    left = sys.maxsize
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base, names = root, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            base, names = root / "memory", ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        group = Path(path.lstrip("/"))
        for ancestor in (group, *group.parents):
            left = min(left, _group_bytes(base / ancestor, *names))
    return left


def _group_bytes(folder: Path, limit: str, usage: str, reclaimable: str) -> int:
    try:
        # The usage counts cached file pages, which the kernel gives back before it refuses anything.
        statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        used = int((folder / usage).read_text()) - int(statistics.get(reclaimable, 0))
        return int((folder / limit).read_text()) - used
    except (OSError, ValueError):
        return sys.maxsize


def _address_space_bytes() -> int:
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return sys.maxsize
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (ImportError, OSError, ValueError):
        return sys.maxsize
    return limit - pages * resource.getpagesize()
