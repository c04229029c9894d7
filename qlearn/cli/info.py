"""`qlearn info`: what is installed and how it runs here."""

import argparse
import os
import platform
import re
from pathlib import Path
from typing import Any

from .. import __version__
from ._terminal import bold, print_json

EXAMPLES = """  qlearn info                  versions, processor, compiled kernels, extras
"""
_INNER = {"test", "dev", "bench"}  # extras that users do not need


def add_command(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("info", help="versions, processor, compiled kernels, extras, memory")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=_run_info)


def _run_info(options: argparse.Namespace) -> int:
    data = _info_data()
    if options.json:
        print_json(data)
        return 0
    kernels, memory = data["kernels"], data["memory"]
    versions = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    limit = "QLEARN_MAX_MEMORY not set" if memory["limit"] is None else f"QLEARN_MAX_MEMORY={memory['limit']}"
    compiled = f"{kernels['n_cached']} compiled" if kernels["n_cached"] else "none compiled yet (the first use does)"
    rows = [
        ("qlearn", f"{data['qlearn']} in {data['location']}"),
        ("python", f"{data['python']} on {data['platform']}"),
        ("needs", versions),
        ("processor", f"{data['processor']}, {data['cores']} cores, SIMD {' '.join(data['simd']) or 'unknown'}"),
        ("kernels", f"{compiled}, cache in {kernels['folder']}"),
        ("memory", f"{memory['available'] / 2**30:.1f} GiB may be used ({limit})"),
        *((f"[{name}]", _extra_text(name, missing)) for name, missing in data["extras"].items() if name not in _INNER),
    ]
    for name, text in rows:
        print(f"{bold(name.ljust(12))}{text}")
    return 0


def _extra_text(name: str, missing: list[str]) -> str:
    if not missing:
        return "installed"
    return f'without {", ".join(missing)}: pip install "qlearn[{name}]"'


def _info_data() -> dict[str, Any]:
    import llvmlite.binding

    from .._memory import available_bytes
    from .._parallel import thread_count
    from ..sim._kernels.drivers import evaluate
    from ..sim._kernels.simd import host_features

    folder = Path(evaluate.stats.cache_path)
    shown = ("sse2", "avx", "avx2", "fma", "avx512f", "neon", "sve")
    return {
        "qlearn": __version__,
        "location": str(Path(__file__).parents[1]),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "versions": {name: _version(name) for name in ("numpy", "scipy", "numba", "scikit-learn", "stim")},
        "processor": llvmlite.binding.get_host_cpu_name(),
        "cores": thread_count(-1),
        "simd": [name for name in shown if name in host_features()],
        "kernels": {"folder": str(folder), "n_cached": len(list(folder.glob("*.nbi")))},
        "memory": {"available": available_bytes(), "limit": os.environ.get("QLEARN_MAX_MEMORY")},
        "extras": _extras(),
    }


def _version(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _extras() -> dict[str, list[str]]:
    """Return what is missing for each extra, as the metadata of the installed distribution lists them."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = requires("qlearn") or []
    except PackageNotFoundError:
        return {}  # run from a source tree
    missing: dict[str, list[str]] = {}
    for line in lines:
        found = re.match(r"([A-Za-z0-9._-]+).*extra == ['\"](\w+)['\"]", line)
        if found and found[1] != "qlearn":
            absent = missing.setdefault(found[2], [])
            if _version(found[1]) is None:
                absent.append(found[1])
    return missing
