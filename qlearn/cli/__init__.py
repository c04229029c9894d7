"""The command `qlearn`: results go to stdout, progress to stderr, and only where that is a terminal.

Exit codes: 0 done, 1 failed (the reason is on stderr), 2 not understood. Everything heavy is imported by the command
that needs it, so that ``qlearn --help`` answers at once. A command is one file in this folder, found by its place: it
has ``add_command(commands)``, which adds a parser whose default ``run`` takes the options and returns the exit code,
and the text ``EXAMPLES``, lines for the help of the program.
"""

import argparse
import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module

from .. import __version__

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the name of the program; those of the process by default.

    Returns
    -------
    int
        0 if all went well, 1 if the command failed; argparse leaves with 2 by itself.

    Examples
    --------
    >>> from qlearn.cli import main
    >>> main(["info", "--json"])  # doctest: +ELLIPSIS
    {
      "qlearn": ...
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Greek letters shows question marks
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("qlearn: interrupted", file=sys.stderr)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; the interpreter must not complain when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, TypeError, OSError, ImportError, MemoryError, RuntimeError) as error:
        print(f"qlearn: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    found = sorted(name for _, name, _ in pkgutil.iter_modules(__path__) if not name.startswith("_"))
    modules = [import_module(f".{name}", __name__) for name in found]
    parser = argparse.ArgumentParser(
        prog="qlearn",
        description="Classical learners that learn about quantum systems.",
        epilog="examples:\n" + "".join(module.EXAMPLES for module in modules),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"qlearn {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in modules:
        module.add_command(commands)
    return parser
