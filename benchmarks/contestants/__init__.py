"""The libraries that take part: one file each, told what to do in the plain words of `benchmarks.workloads`.

A contestant is a module with ``REQUIRES`` (what it imports) and a function for every task it knows. A task function
returns a dict from the name of each way to do the task to a `prepare`; ``prepare()`` builds whatever can be kept
between calls and returns ``call``, and ``call()`` does the work and returns numbers that can be compared. The tasks:

- ``gradients(workload, terms, values, threads)``: values (batch,) and gradients (batch, n_angles);
- ``energies(workload, terms, values, threads)``: the expectation value at one row of values;
- ``amplitudes(workload, terms, values, threads)``: the final state, in memory of the library's own;
- ``structures(workloads, terms, values, threads)``: value and gradient of a circuit that is built in the call, the next
  of `workloads` each time;
- ``noisy_energies(workload, terms, values, threads)``: the exact expectation value of a noisy circuit;
- ``trajectories(workload, terms, values, threads, n_trajectories)``: (mean, standard error);
- ``samples(workload, values, threads, n_shots)``: how often each qubit was 1, as `Samples`, from one shot array or
  table of counts per call.
"""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

from ..options import Options
from .remote import RemoteLibrary

Prepare = Callable[[], Callable[[], Any]]
SEPARATE = ("tensorcircuit",)  # in a process of their own always: JAX's thread pools would stay in ours


class Library:
    """A contestant in this process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._module = importlib.import_module(f".{name}", __name__)

    def ways(self, task: str, *arguments: Any) -> dict[str, Prepare]:
        """Return the ways to do a task, none if the library cannot."""
        function = getattr(self._module, task, None)
        return {} if function is None else function(*arguments)


def peers(names: tuple[str, ...], options: Options) -> tuple[list[Any], list[str]]:
    """Return the peers that are installed, and a note for each that is not."""
    found: list[Any] = []
    notes = []
    for name in names:
        try:
            if name in options.peer_python or name in SEPARATE:
                found.append(RemoteLibrary(name, options))
            else:
                found.append(Library(name))
        except ImportError as error:
            notes.append(f"peer {name} is missing and was skipped: {error}")
    return found, notes
