"""The report of a search: its front, the baselines beside it, and the exact answer where it can be had."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .candidate import Candidate

__all__ = ["SearchReport"]


@dataclass(frozen=True)
class SearchReport:
    """A table of circuits, all tidied and counted in the same way, state preparation included.

    Attributes
    ----------
    title : str
    cost_name : str
    front : tuple of Candidate
    baselines : tuple of (str, Candidate or None, str)
        Name, circuit (None where it does not apply), and a note.
    exact : float or None
        The lowest cost there is, computed after the search; None where that is too large or not defined.
    notes : tuple of str
    """

    title: str
    cost_name: str
    front: tuple[Candidate, ...]
    baselines: tuple[tuple[str, Candidate | None, str], ...]
    exact: float | None
    notes: tuple[str, ...]

    def __str__(self) -> str:
        error = "above exact" if self.exact is not None else ""
        head = f"{'':24}{self.cost_name:>14}{error:>13}{'2q gates':>10}{'depth':>7}{'params':>8}{'evals':>10}{'s':>8}"
        lines = [self.title, "", head.rstrip(), "front"]
        lines += [self._row("", candidate, "", True) for candidate in self.front]
        lines.append("baselines")
        for name, candidate, note in self.baselines:
            if candidate is None:
                lines.append(f"  {name:<22}  does not apply: {note}")
            else:
                lines.append(self._row(name, candidate, note, False))
        if self.exact is not None:
            lines.append(f"{'exact':<24}{self.exact:>14.8f}")
        return "\n".join([*lines, "", *self.notes])

    def _row(self, name: str, candidate: Candidate, note: str, is_found: bool) -> str:
        error = "" if self.exact is None else f"{candidate.cost - self.exact:.3e}"
        shape = f"{candidate.two_qubit_gates:>10}{candidate.depth:>7}{candidate.n_parameters:>8}"
        end = f"{candidate.evaluations:>10}{candidate.seconds:>8.2f}" if is_found else f"  {note}"
        noisy = candidate.objectives.get(f"noisy_{self.cost_name}")
        under = "" if noisy is None else f"  noisy {noisy:.6f}"
        return f"  {name:<22}{candidate.cost:>14.8f}{error:>13}{shape}{end}{under}".rstrip()

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data, circuits as OpenQASM 3.

        Returns
        -------
        dict
        """

        def entry(candidate: Candidate) -> dict[str, Any]:
            return {**candidate.objectives, "evaluations": candidate.evaluations, "qasm": candidate.circuit.to_qasm(3)}

        return {
            "title": self.title,
            "cost": self.cost_name,
            "exact": self.exact,
            "front": [entry(candidate) for candidate in self.front],
            "baselines": [
                {"name": name, "note": note, **(entry(candidate) if candidate is not None else {})}
                for name, candidate, note in self.baselines
            ],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """Return the report as JSON text.

        Returns
        -------
        str
        """
        return json.dumps(self.to_dict(), indent=2)
