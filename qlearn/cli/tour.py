"""`qlearn tour`: all jobs on real inputs that travel with the package, ending in one report."""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ._terminal import bold, print_json, progress, seed, terminal_width

if TYPE_CHECKING:
    from ._tour.chapter import Chapter

EXAMPLES = """  qlearn tour                  all jobs on real inputs in minutes, ending in report.html
  qlearn tour simulate --json  one chapter of it, as data
"""
_TITLE = "A tour of qlearn"
_CHAPTERS = ("simulate", "estimate", "decode", "search", "classify")


def add_command(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "tour",
        help="all jobs on real inputs in minutes, ending in one HTML report",
        description="Simulate and optimise a molecule; estimate the energy of H2O from a file of shots; train a "
        "decoder for a surface code and compare it; search circuits for LiH; train a circuit that reads digits. "
        "Results go to the terminal and to one self-contained HTML file. The same seed gives the same numbers. The "
        "first run compiles kernels, which takes up to a minute more.",
        epilog="Exit code 1 says that a known number was missed: the tour also checks the installation.",
    )
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help=f"of {', '.join(_CHAPTERS)} (default all)")
    parser.add_argument("--report", type=Path, default=Path("report.html"), help="the file (default report.html)")
    parser.add_argument("--seed", type=seed, default=0, help="of start values, training and shots (default 0)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.set_defaults(run=_run_tour)


def _run_tour(options: argparse.Namespace) -> int:
    names = list(dict.fromkeys(options.chapters)) or list(_CHAPTERS)
    unknown = [name for name in names if name not in _CHAPTERS]
    if unknown:
        raise ValueError(f"There is no chapter {unknown[0]!r}; there are {', '.join(_CHAPTERS)}.")
    _check_report(options.report)
    from ..report import Report

    report = Report(_TITLE, subtitle=f"qlearn {__version__}, seed {options.seed}")
    results: dict[str, Any] = {"qlearn": __version__, "seed": options.seed}
    if not options.json:
        print(bold(f"{_TITLE} {__version__} (seed {options.seed})"))
    faults = []
    for number, name in enumerate(names, 1):
        start = time.perf_counter()
        with progress(f"chapter {number} of {len(names)}: {name}"):
            chapter = _take(name, options.seed)
        elapsed = time.perf_counter() - start
        results[name] = {**chapter.data, "seconds": round(elapsed, 2)}
        chapter.write(report.section(chapter.title))
        faults += chapter.faults
        if not options.json:
            print(f"\n{bold(f'{number}. {chapter.title}')} ({elapsed:.1f} s)\n\n{chapter.text}", flush=True)
    report.save(options.report)
    if options.json:
        print_json(results)
    else:
        print(f"\nThe report is in {options.report}. Next: the tutorials, or `qlearn info` for this installation.")
    for fault in faults:
        print(f"qlearn: {fault}; please report this with `qlearn info`.", file=sys.stderr)
    return 1 if faults else 0


def _take(name: str, seed: int) -> "Chapter":
    import numpy as np

    from ._tour import classify, decode, estimate, search, simulate

    chapters: dict[str, Callable[..., Chapter]] = {
        "simulate": simulate.take,
        "estimate": estimate.take,
        "decode": decode.take,
        "search": search.take,
        "classify": classify.take,
    }
    # The stream of a chapter is its own, so that it gives the same numbers alone.
    stream = np.random.SeedSequence(seed, spawn_key=(_CHAPTERS.index(name),))
    return chapters[name](stream, min(terminal_width(), 100))


def _check_report(path: Path) -> None:
    """Refuse, before anything is computed, to replace a file that no tour wrote or to write where nothing can be."""
    if path.exists() and (not path.is_file() or f"<title>{_TITLE}</title>" not in path.read_text("utf-8", "replace")):
        raise ValueError(f"{path} is no report of a tour and would be replaced; give another --report FILE.")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"There is no folder {path.absolute().parent} for the report; give another --report FILE.")
