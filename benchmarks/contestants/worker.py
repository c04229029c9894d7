"""The other side of `remote`: ``python -m benchmarks.contestants.worker NAME`` serves one library over its pipes."""

import os
import sys
from typing import Any

from .. import machine, timing
from ..options import core_count, pin_processors
from . import Library
from .remote import receive, send


def serve(name: str) -> None:
    """Answer requests until the other side closes."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with the answers
    pin_processors(min(int(os.environ.get("OMP_NUM_THREADS", "1")), core_count()))
    try:
        library = Library(name)
    except Exception as error:
        send(answers, ("error", ImportError(f"{type(error).__name__}: {error}")))
        return
    send(answers, ("ok", machine.versions()))
    ways: dict[str, Any] = {}
    calls: dict[str, Any] = {}
    while True:
        try:
            command, *arguments = receive(requests)
        except EOFError:
            return
        try:
            if command == "ways":
                task, task_arguments = arguments
                ways, calls = library.ways(task, *task_arguments), {}
                answer: Any = list(ways)
            elif command == "first":
                calls[arguments[0]], result, seconds = timing.first_call(ways[arguments[0]])
                answer = result, seconds
            elif command == "call":
                answer = calls[arguments[0]]()
            else:
                answer = timing.measure(calls[arguments[0]], arguments[1])
            send(answers, ("ok", answer))
        except Exception as error:
            send(answers, ("error", RuntimeError(f"{name}: {type(error).__name__}: {error}")))


if __name__ == "__main__":
    serve(sys.argv[1])
