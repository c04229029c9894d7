"""The study store: every finished task of a search in one sqlite file, written before the search goes on."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from .strategy import Outcome

__all__ = ["StudyStore"]

_FORMAT = 1


class StudyStore:
    """A file of outcomes by (step, index of the task), and of what search they belong to.

    A search resumes by being run again from the start: what the file has is taken from there, so that it arrives where
    it was, and where it would have come without the break. Data only: nothing in the file can run.

    Parameters
    ----------
    path : str or path-like
        Made if it is not there.
    header : dict
        JSON data that names problem, strategy and seed; must equal that of the file.
    resume : bool
        Whether a file with finished tasks is gone on with; otherwise it is refused.

    Raises
    ------
    ValueError
        If the file belongs to another search, or has tasks and `resume` is False, or is no store.
    """

    def __init__(self, path: str | os.PathLike[str], header: dict[str, Any], *, resume: bool = True) -> None:
        self.path = os.fspath(path)
        try:
            self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            with self._readable():
                self._open(json.dumps(header, sort_keys=True, allow_nan=False), resume)
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        """Say which file it is where one is damaged, or none of ours."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise ValueError(
                f"{self.path!r} is damaged or no study store of qlearn ({error}); choose another file."
            ) from error

    def _open(self, header: str, resume: bool) -> None:
        run = self._connection.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")  # a killed process loses nothing; a crashed machine may lose the last task
        run("CREATE TABLE IF NOT EXISTS study (format INTEGER, header TEXT)")
        run(
            "CREATE TABLE IF NOT EXISTS outcomes "
            "(step INTEGER, task INTEGER, allowed INTEGER, elapsed REAL, data TEXT, PRIMARY KEY (step, task))"
        )
        known = run("SELECT format, header FROM study").fetchone()
        if known is None:
            run("INSERT INTO study VALUES (?, ?)", (_FORMAT, header))
            return
        if known[0] != _FORMAT:
            raise ValueError(f"{self.path!r} has format {known[0]}, this version reads {_FORMAT}; choose another file.")
        if known[1] != header:
            raise ValueError(f"{self.path!r} belongs to another search: it has {known[1]}, this one is {header}.")
        if not resume and run("SELECT COUNT(*) FROM outcomes").fetchone()[0]:
            raise ValueError(f"{self.path!r} holds a search that has begun; resume it, or choose another file.")

    @staticmethod
    def known_seed(path: str | os.PathLike[str]) -> np.random.SeedSequence | None:
        """Return the seed of the search in a file, None where there is none yet.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        numpy.random.SeedSequence or None
        """
        if not os.path.exists(path):
            return None
        try:
            with contextlib.closing(sqlite3.connect(os.fspath(path))) as connection:
                row = connection.execute("SELECT header FROM study").fetchone()
            entropy, spawn_key = json.loads(row[0])["seed"] if row else (None, ())
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError):
            return None  # opening it as a store says what is wrong
        return np.random.SeedSequence(entropy, spawn_key=spawn_key) if row else None

    def get(self, step: int, allowed: list[int]) -> list[tuple[Outcome, float] | None]:
        """Return outcomes of a step with the seconds after which they came, None for what has to be done.

        Parameters
        ----------
        step : int
        allowed : list of int
            Evaluations each task may spend now. An outcome that was cut short by a smaller number is done again.

        Returns
        -------
        list of (Outcome, float) or None
        """
        query = "SELECT task, allowed, elapsed, data FROM outcomes WHERE step = ?"
        found: list[tuple[Outcome, float] | None] = [None] * len(allowed)
        with self._readable():
            rows = self._connection.execute(query, (step,)).fetchall()
        for task, limit, elapsed, data in rows:
            outcome = Outcome.from_data(json.loads(data))
            if task < len(allowed) and (
                limit == allowed[task] or outcome.spent.evaluations < min(limit, allowed[task])
            ):
                found[task] = (outcome, float(elapsed))
        return found

    def put(self, step: int, task: int, allowed: int, elapsed: float, outcome: Outcome) -> None:
        """Write an outcome; it is on file when this returns.

        Parameters
        ----------
        step, task : int
        allowed : int
            Evaluations the task was allowed.
        elapsed : float
            Seconds after the start of the search, breaks not counted.
        outcome : Outcome
        """
        row = (step, task, allowed, elapsed, json.dumps(outcome.to_data(), allow_nan=False))
        with self._readable():
            self._connection.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?)", row)

    def forget_after(self, step: int) -> None:
        """Delete the outcomes of all later steps.

        Parameters
        ----------
        step : int
        """
        self._connection.execute("DELETE FROM outcomes WHERE step > ?", (step,))

    def close(self) -> None:
        """Close the file."""
        if hasattr(self, "_connection"):
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
