"""StructureSearch: an archive of skeletons per number of edges, improved by rotation moves and one-edge moves."""

from __future__ import annotations

import numpy as np

from .._checks import check_count
from .._random import task_generator
from ._engine.archive import Archive, Entry
from ._engine.archives import Archives
from ._engine.entering import SAME
from ._engine.moves import GROWING, MOVES
from ._engine.skeleton import Skeleton, ordered
from ._engine.starts import layer, start_bits
from ._engine.tasks import LayeredStart, Move, Start, Trim
from .export import skeleton_circuit
from .strategy import Found, Outcome, Proposal, Strategy, Task

__all__ = ["StructureSearch"]

_NEW_BEST, _NEW_ENTRY, _DECAY, _FLOOR = 20.0, 1.0, 0.97, 0.05
_GROWN, _GROWTH = 9, 0.4  # qubits from which circuits grow whole, and its least share; fewer reach the front without
_LAYERED = 7  # qubits from which sparse Hamiltonians get a start with layers; fewer get further without
_WORTH, _WORTH_GROWN = 1e-4, 1e-3  # of all that was won: less is not worth more edges


class StructureSearch(Strategy):
    """Search the front of energy against two-qubit gates with compiled skeletons; the default strategy.

    Circuits are lists of undirected edges with free rotations between them. For each number of edges an archive keeps
    the best few distinct ones; moves put in the Pauli rotation with the best predicted drop per edge and prune what
    it makes superfluous, or insert, replace and delete edges with inherited angles; angles that a quarter turn can
    replace are taken out of what reaches the front. On nine qubits and more, where moves are dear, circuits of the
    front also grow by whole rotations. Every start (the reference, the basis states of lowest energy in the sectors of
    the Hamiltonian's Z2 symmetries, random product states) has archives of its own, so that a search leaves a bad
    basin; archives that arrive at the same circuit become one. Where few pairs of qubits interact, as in chains and
    lattices of seven qubits and more, one more archive starts from layers of these pairs and stays apart, and the best
    circuits of every size have their edges replaced and deleted first. Moves are chosen by their reward per evaluation.

    Takes problems with a Hamiltonian: energies, states, unitaries, cuts.

    Parameters
    ----------
    max_two_qubit_gates : int, optional
        Edges at most; by default half the square of the number of qubits, and three times that number at least.
    n_kept : int
        Energies kept for each number of edges in each archive, each with up to three different circuits.
    n_starts : int
        Archives at most, one start each.
    batch : int
        Moves that are chosen at a time, and may run in parallel; the result depends on it, not on the workers.

    Notes
    -----
    On LiH with six qubits it beats random search at 400,000 evaluations, a second or two of work. At 40,000, which one
    move alone may spend, it is not told apart from it there, on LiH with four qubits and on the critical Ising chain
    with six (``python -m benchmarks search_strategies``).

    References
    ----------
    The moves by Pauli rotations use the gradient criterion of Grimsley et al., Nature Communications 10, 3007 (2019).

    Examples
    --------
    >>> import qlearn as ql
    >>> chain = ql.datasets.make_ising_chain(4)
    >>> problem = ql.search.EnergyProblem(chain, gates=("ry", "cz"))
    >>> budget = ql.search.Budget(evaluations=60_000)
    >>> result = ql.search.run(problem, ql.search.StructureSearch(), budget=budget, random_state=0)
    >>> result.front[0].two_qubit_gates, round(result.best.cost, 2)
    (0, -4.76)
    """

    def __init__(
        self, max_two_qubit_gates: int | None = None, n_kept: int = 12, n_starts: int = 3, batch: int = 2
    ) -> None:
        self.max_two_qubit_gates, self.n_kept = max_two_qubit_gates, n_kept
        self.n_starts, self.batch = n_starts, batch

    def _start(self) -> None:
        check_count("n_kept", self.n_kept, minimum=1)
        check_count("n_starts", self.n_starts, minimum=1)
        check_count("batch", self.batch, minimum=1)
        self.landscape_ = self.problem_.landscape()
        most = self.max_two_qubit_gates
        n = self.landscape_.n_qubits
        most = max(3 * n, n * n // 2) if most is None else check_count("max_two_qubit_gates", most)
        self.width_ = SAME * self.landscape_.scale
        starts = start_bits(self.problem_.hamiltonian, self.problem_.reference_bits, self.n_starts - 1)
        self.starts_: list[tuple[int, ...] | None] = [*starts, None]
        worth = _WORTH_GROWN if n >= _GROWN else _WORTH
        pairs = layer(self.problem_.hamiltonian, self.landscape_.edges) if n >= _LAYERED else ()
        self.layer_ = pairs if len(pairs) <= most else ()
        members = [Archive(self.n_kept, most, self.width_, worth) for _ in self.starts_]
        if self.layer_:
            members.append(Archive(self.n_kept, most, self.width_, worth, stays_apart=True))
        self.archives_ = Archives(members, most, self.width_)
        names = [name for name in MOVES if name != "grow" or n >= _GROWN]
        self.rewards_ = {name: [1.0, 1.0] for name in names}  # reward and evaluations, both decaying
        self.untrimmed_: dict[int, tuple[Skeleton, float]] = {}
        self.moves_ = {name: [0, 0] for name in names}
        self.asked_: list[Task] = []

    def _ask(self) -> list[Task]:
        if self.n_asked_ == 0:
            self.asked_ = [Start(self.landscape_, (self.seed_, 0, i), bits) for i, bits in enumerate(self.starts_)]
            if self.layer_:
                seed, most = (self.seed_, 0, len(self.starts_)), len(self.archives_.best) - 1
                self.asked_.append(LayeredStart(self.landscape_, seed, self.layer_, most))
        else:
            rng = task_generator(self.seed_, 1, self.n_asked_)
            self.asked_ = self._growth(rng) or self._moves(rng)
        return self.asked_

    def _growth(self, rng: np.random.Generator) -> list[Task]:
        """Let circuits of the fronts of some archives grow, as often as that earns it, and a least share of the rounds.

        Larger circuits show what is to be won; what is won at some size is handed on to the larger ones.
        """
        if "grow" not in self.rewards_:
            return []
        share = max(_GROWTH, _chances(list(self.rewards_.values()), _FLOOR)[list(self.rewards_).index("grow")])
        ungrown = [archive.ungrown for archive in self.archives_.members]
        is_open = np.array([len(entries) > 0 for entries in ungrown])
        if rng.random() >= share or not is_open.any():
            return []
        weights = self.archives_.shares() * is_open
        chosen = rng.choice(len(weights), min(self.batch, is_open.sum()), replace=False, p=weights / weights.sum())
        ends = [ungrown[k][-int(rng.integers(2))] for k in chosen]  # the smallest or the largest
        return [self._task("grow", int(k), entry, i) for i, (k, entry) in enumerate(zip(chosen, ends))]

    def _task(self, name: str, archive: int, entry: Entry, index: int) -> Task:
        entry.moved.add(name)
        seed = (self.seed_, 2 + self.n_asked_, index)
        level = self.archives_.members[archive].level()
        return Move(self.landscape_, seed, name, archive, entry.skeleton, entry.energy, level)

    def _moves(self, rng: np.random.Generator) -> list[Task]:
        tasks: list[Task] = [self._move(rng, i) for i in range(self.batch)]
        if self.untrimmed_:
            tasks.append(Trim(self.landscape_, (self.seed_,), *self.untrimmed_.pop(min(self.untrimmed_))))
        if self.layer_ and (lacking := self.archives_.unpolished()):
            archive, entry, name = lacking[int(rng.integers(len(lacking)))]
            tasks.append(self._task(name, archive, entry, self.batch))
        return tasks

    def _move(self, rng: np.random.Generator, index: int) -> Task:
        """Choose an archive, its next number of edges, a move, and the best elite that has not had it."""
        archive_index = int(rng.choice(len(self.archives_.members), p=self.archives_.shares()))
        n_edges = self.archives_.next_size(archive_index, rng)
        row = self.archives_.members[archive_index].elites(n_edges)
        choices = {}
        for name in self.rewards_:
            elites = row if name == "large" else [entry for entry in row if name not in entry.moved]
            if elites and (n_edges or name in GROWING):
                choices[name] = elites[int(rng.integers(len(elites)))] if name == "large" else elites[0]
        if not choices:
            choices = {"insert": row[int(rng.integers(len(row)))]}
        names = list(choices)
        name = names[int(rng.choice(len(names), p=_chances([self.rewards_[name] for name in names], _FLOOR)))]
        return self._task(name, archive_index, choices[name], index)

    def _tell(self, outcomes: list[Outcome]) -> list[Found]:
        news, best = [], self.archives_.best
        for i, (task, outcome) in enumerate(zip(self.asked_, outcomes)):
            if isinstance(task, Trim):
                news += outcome.found
                continue
            archive = self.archives_.members[task.archive if isinstance(task, Move) else i]
            entries = bests = records = 0
            for found in sorted(outcome.found, key=lambda item: item.cost):
                skeleton = ordered(Skeleton(tuple(map(tuple, found.structure)), found.values))
                n_edges = len(skeleton.edges)
                lowest = min((row[0].energy for row in archive.rows[: n_edges + 1] if row), default=np.inf)
                records += found.cost < lowest - self.width_
                entries += archive.add(skeleton, found.cost)
                if found.cost < best[: n_edges + 1].min() - self.width_:
                    bests += 1
                if found.cost < best[: n_edges + 1].min():
                    best[n_edges] = found.cost
                    self.untrimmed_[n_edges] = (skeleton, found.cost)
                    news.append(found)
            if isinstance(task, Move):
                cost = outcome.spent.evaluations / 1000.0
                self.moves_[task.name][0] += bests > 0
                self.moves_[task.name][1] += 1
                _note(self.rewards_[task.name], _NEW_BEST * bests + _NEW_ENTRY * entries, cost)
                _note(archive.progress, records, cost)
        self.archives_.merge()
        return news

    def known(self) -> list[Found]:
        """Return the circuits in its archives.

        Returns
        -------
        list of Found
        """
        rows = (row for archive in self.archives_.members for row in archive.rows)
        return [Found(entry.energy, list(entry.skeleton.edges), entry.skeleton.angles) for row in rows for entry in row]

    def notes(self) -> list[str]:
        """Return what each move was worth, and from where the front came.

        Returns
        -------
        list of str
        """
        moves = ", ".join(f"{name} {n_bests} of {n}" for name, (n_bests, n) in self.moves_.items())
        return [f"Moves that made front points, of all tried: {moves}."]

    def proposal(self, found: Found) -> Proposal:
        """Return the circuit of a skeleton in the gate set of the problem.

        Parameters
        ----------
        found : Found

        Returns
        -------
        Proposal
        """
        skeleton = Skeleton(tuple(map(tuple, found.structure)), found.values)
        return Proposal(skeleton_circuit(skeleton, self.problem_), np.zeros(0))


def _note(tally: list[float], reward: float, cost: float) -> None:
    tally[0] = _DECAY * tally[0] + reward
    tally[1] = _DECAY * tally[1] + cost


def _chances(tallies: list[list[float]], floor: float) -> np.ndarray:
    """Return probabilities that grow with the reward per evaluation."""
    rates = np.array([reward / max(cost, 1e-9) for reward, cost in tallies])
    weights = floor + rates / max(rates.sum(), 1e-300)
    return weights / weights.sum()
