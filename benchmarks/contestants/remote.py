"""A library in another process, because its environment or its threads must be apart; it times itself on request."""

import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO

from ..options import Options, pinned_environment

_LENGTH = struct.Struct("<Q")
ROOT = Path(__file__).resolve().parents[2]


def send(stream: BinaryIO, message: Any) -> None:
    """Write one message."""
    data = pickle.dumps(message)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message.

    Raises
    ------
    EOFError
        If the other side has ended.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError("the other process has ended")
    return pickle.loads(stream.read(_LENGTH.unpack(head)[0]))


class RemoteLibrary:
    """A contestant in a process of its own.

    Parameters
    ----------
    name : str
    options : Options
        `peer_python` names its interpreter; without an entry it is this one.

    Raises
    ------
    ImportError
        If it cannot be imported there.
    """

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        python = options.peer_python.get(name, sys.executable)
        environment = pinned_environment(options.threads)
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        try:
            self._process = subprocess.Popen(
                [python, "-m", "benchmarks.contestants.worker", name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=ROOT,
            )  # fmt: skip
        except OSError as error:
            raise ImportError(f"cannot start {python}: {error}") from error
        self.versions = self._ask()

    def _ask(self, *message: Any) -> Any:
        if message:
            send(self._process.stdin, message)
        try:
            kind, answer = receive(self._process.stdout)
        except EOFError:
            raise RuntimeError(f"The process of {self.name} ended; was there enough memory?") from None
        if kind == "error":
            raise answer
        return answer

    def ways(self, task: str, *arguments: Any) -> dict[str, "RemotePrepare"]:
        """Return the ways to do a task, none if the library cannot."""
        return {name: RemotePrepare(self, name) for name in self._ask("ways", task, arguments)}

    def __del__(self) -> None:
        process = getattr(self, "_process", None)
        if process is not None:
            process.stdin.close()
            process.wait(timeout=60)
            process.stdout.close()


class RemotePrepare:
    """One way to do a task."""

    def __init__(self, library: RemoteLibrary, name: str) -> None:
        self._library, self._name = library, name

    def first(self) -> tuple["RemoteCall", Any, float]:
        """Return the call, its first result, and the seconds of preparing and calling it (compilation included)."""
        result, seconds = self._library._ask("first", self._name)
        return RemoteCall(self._library, self._name), result, seconds

    def __call__(self) -> "RemoteCall":
        return self.first()[0]


class RemoteCall:
    """A prepared call, made and timed over there."""

    def __init__(self, library: RemoteLibrary, name: str) -> None:
        self._library, self._name = library, name

    def __call__(self) -> Any:
        return self._library._ask("call", self._name)

    def measure(self, loops: int) -> float:
        """Return seconds a call over `loops` calls."""
        return self._library._ask("measure", self._name, loops)
