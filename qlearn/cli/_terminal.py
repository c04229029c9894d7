"""What every command needs of the terminal: seeds in, JSON and bold text out, progress where someone watches."""

import argparse
import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any


def seed(text: str) -> int:
    """Return the seed that an option gives; argparse turns the error into exit code 2."""
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError(f"must be an integer >= 0, got {text!r}")
    return value


def print_json(data: dict[str, Any]) -> None:
    """Print results for machines."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def bold(text: str) -> str:
    """Return the text in bold where stdout is a terminal that can show it."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return f"\033[1m{text}\033[0m" if colour else text


@contextlib.contextmanager
def progress(text: str) -> Iterator[None]:
    """Show a line on stderr while the block runs, if someone is there to see it."""
    if not sys.stderr.isatty():
        yield
        return
    print(f"{text} ...", end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print(f"\r{' ' * (len(text) + 4)}\r", end="", file=sys.stderr, flush=True)


class Timer:
    """The seconds of named steps, and their progress on stderr."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, text: str, work: Callable[[], Any]) -> Any:
        with progress(text):
            start = time.perf_counter()
            result = work()
            self.seconds[name] = time.perf_counter() - start
        return result


def terminal_width() -> int:
    """Return the number of columns, 40 at least."""
    return max(40, shutil.get_terminal_size().columns)
