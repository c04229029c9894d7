"""ParetoFront: the candidates that no other beats in every objective."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .._checks import check_array
from .candidate import Candidate

__all__ = ["ParetoFront"]


class ParetoFront(Sequence[Candidate]):
    """The candidates that no other equals or beats in every objective, sorted by size, then by cost.

    Parameters
    ----------
    objectives : sequence of str
        Names of objectives, all to be made small; the first is the cost.
    candidates : iterable of Candidate
        Those that are beaten are left out.
    resolution : float
        Gains in cost up to this do not count: a larger circuit must be better by more.

    Examples
    --------
    >>> import qlearn as ql
    >>> problem = ql.search.EnergyProblem(ql.PauliSum("XX + ZZ"), gates=("ry", "cx"))
    >>> result = ql.search.run(problem, budget=ql.search.Budget(evaluations=2000), random_state=0)
    >>> [(c.two_qubit_gates, round(c.cost, 6)) for c in result.front]
    [(0, -1.0), (1, -2.0)]
    """

    def __init__(
        self, objectives: Sequence[str], candidates: Iterable[Candidate] = (), *, resolution: float = 1e-9
    ) -> None:
        self.objectives = tuple(objectives)
        self.resolution = float(resolution)
        self._members: list[Candidate] = []
        for candidate in candidates:
            self.add(candidate)

    def point(self, candidate: Candidate) -> tuple[float, ...]:
        """Return the objectives of a candidate in the order of the front.

        Parameters
        ----------
        candidate : Candidate

        Returns
        -------
        tuple of float
        """
        return tuple(candidate.objectives[name] for name in self.objectives)

    def add(self, candidate: Candidate) -> bool:
        """Take a candidate in, if none here equals or beats it, and return whether; those that it beats leave.

        Of two that are equal within the resolution the one with fewer parameters stays.

        Parameters
        ----------
        candidate : Candidate

        Returns
        -------
        bool
        """
        new = self.point(candidate)
        covering = [m for m in self._members if self._covers(self.point(m), new, self.resolution)]
        is_simpler = [
            self._covers(new, self.point(m), self.resolution) and _size(candidate) < _size(m) for m in covering
        ]
        if not all(is_simpler):
            return False
        self._members = [m for m in self._members if m not in covering]
        self._members = [m for m in self._members if not self._covers(new, self.point(m), self.resolution)]
        self._members.append(candidate)
        self._members.sort(key=lambda member: (self.point(member)[1:], self.point(member)[0]))
        return True

    @staticmethod
    def _covers(one: tuple[float, ...], other: tuple[float, ...], resolution: float) -> bool:
        return one[0] <= other[0] + resolution and all(a <= b for a, b in zip(one[1:], other[1:]))

    def hypervolume(self, reference: Sequence[float]) -> float:
        """Return the volume that the front beats, up to a reference point: larger is better.

        Parameters
        ----------
        reference : sequence of float
            One number an objective; what lies beyond it does not count.

        Returns
        -------
        float
            In the product of the units of the objectives. Cost O(n log n) for two objectives, exponential in their
            number.
        """
        corner = check_array("reference", reference, (len(self.objectives),))
        points = np.array([self.point(member) for member in self._members]).reshape(-1, len(corner))
        return _volume(points[(points < corner).all(axis=1)], corner)

    def best(self, **limits: float) -> Candidate:
        """Return the candidate of lowest first objective within limits.

        Parameters
        ----------
        **limits : float
            Such as ``two_qubit_gates=6``: the largest value allowed of an objective.

        Returns
        -------
        Candidate

        Raises
        ------
        ValueError
            If there is none, or no such objective.
        """
        for name in limits:
            if any(name not in member.objectives for member in self._members):
                raise ValueError(f"There is no objective {name!r}; there are {', '.join(self._members[0].objectives)}.")
        fitting = [m for m in self._members if all(m.objectives[name] <= limit for name, limit in limits.items())]
        if not fitting:
            raise ValueError(f"No circuit of the front keeps the limits {limits}.")
        return min(fitting, key=self.point)

    def plot(
        self,
        ax: Any = None,
        *,
        against: str | None = None,
        baseline: float | None = None,
        baseline_name: str = "baseline",
    ) -> Any:
        """Draw the cost against another objective, and return the matplotlib Axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            New ones if not given.
        against : str, optional
            Objective of the horizontal axis, the second of the front by default.
        baseline : float, optional
            A cost to subtract, such as a known ground-state energy; the vertical axis is then logarithmic.
        baseline_name : str
            What the axis calls it.

        Returns
        -------
        matplotlib.axes.Axes
        """
        if ax is None:
            import matplotlib.pyplot as plt

            ax = plt.subplots()[1]
        name = against or self.objectives[min(1, len(self.objectives) - 1)]
        cost = self.objectives[0]
        steps = sorted({(m.objectives[name], m.objectives[cost]) for m in self._members})
        best = np.minimum.accumulate([y for _, y in steps]) if steps else np.zeros(0)
        xs, ys = np.array([x for x, _ in steps]), best - (baseline or 0.0)
        if baseline is not None:
            ax.set_yscale("log")
            ys = np.maximum(ys, 1e-9)
        ax.plot(xs, ys, drawstyle="steps-post", color="C0", linewidth=1)
        ax.plot(xs, ys, "o", color="C0", markersize=5)
        ax.set_xlabel(name.replace("two_qubit", "two-qubit").replace("_", " "))
        ax.set_ylabel(cost.replace("_", " ") + ("" if baseline is None else f" above {baseline_name}"))
        return ax

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, index: Any) -> Any:
        return self._members[index]

    def __iter__(self) -> Iterator[Candidate]:
        return iter(tuple(self._members))

    def __repr__(self) -> str:
        return f"<ParetoFront: {len(self)} circuits, {' against '.join(self.objectives)}>"


def _size(candidate: Candidate) -> tuple[int, int]:
    """Return what decides between circuits that are equal in the objectives: parameters, then depth."""
    return candidate.n_parameters, candidate.depth


def _volume(points: np.ndarray, corner: np.ndarray) -> float:
    """Return the volume between points and corner, sliced along the last objective."""
    if not len(points):
        return 0.0
    if len(corner) == 1:
        return float(corner[0] - points.min())
    order = np.argsort(points[:, -1], kind="stable")
    points = points[order]
    edges = np.append(points[:, -1], corner[-1])
    total = 0.0
    for i in range(len(points)):
        if edges[i + 1] > edges[i]:
            total += (edges[i + 1] - edges[i]) * _volume(points[: i + 1, :-1], corner[:-1])
    return float(total)
