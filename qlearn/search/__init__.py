"""Search for circuits: a problem, a gate set, a device and a budget in, the Pareto front of circuits out.

A `SearchProblem` says what is searched for (a cost of circuits), with which gates, on which pairs of qubits, from
which reference, under which noise, and along which objectives. A `Strategy` is asked for `Task` objects and told
their `Outcome`; a task needs nothing but itself, so it runs in any thread or process, and an outcome is plain data:
structures with their angles, costs, and what was spent. `run` is the one loop: it owns the `Budget` (energies, a
gradient counting as three, and seconds), seeds (each task derives its own), workers, the store and progress. What a
strategy finds becomes a circuit, passes one clean-up pass (`tidy`), is measured anew by the engines of `qlearn.sim`,
and is offered to the `ParetoFront` as a `Candidate`: a strategy cannot report what is not true. The `SearchResult`
has the front, the history, and a report that sets simple baselines beside it. Nothing here sees an exact answer but
the report, after the search.

A store holds the outcomes of finished tasks by (step, task). To resume is to run again with those taken from the
file, so a strategy's state must follow from the problem, the seed and what it was told; that is also why equal seeds
give equal results for any number of workers.

`StructureSearch`, the default, works on skeletons (edges and angles) in compiled code, see `_engine`; all other
strategies build circuits from blocks or pools and share one evaluator. A new strategy is one file with `_start`,
`_ask`, `_tell` and `proposal`, held to the contract by `qlearn.testing.check_strategy`.
"""

from .adapt import Adapt
from .annealing import SimulatedAnnealing
from .ansatz import CircuitAnsatz
from .budget import Budget, Spent
from .candidate import Candidate
from .custom import CustomProblem
from .data import ClassificationProblem, RegressionProblem
from .device_training import train_on_device
from .energy import EnergyProblem
from .estimators import AnsatzSearchCV
from .evolution import Evolution
from .extrapolation import ZeroNoiseExtrapolation
from .first_order import first_order_energy
from .front import ParetoFront
from .linear_readout import LinearReadoutProblem
from .loop import run
from .maxcut import MaxCutProblem
from .pools import make_pool
from .problem import SearchProblem
from .random_search import RandomSearch
from .refine import remeasure, retrain
from .report import SearchReport
from .result import SearchResult, Step
from .rotoselect import Rotoselect
from .store import StudyStore
from .strategy import Found, Outcome, Proposal, Strategy, Task
from .structure import StructureSearch
from .targets import StatePreparation, UnitarySynthesis
from .trainability import most_trainable
from .tree_search import TreeSearch

__all__ = [
    "Adapt",
    "AnsatzSearchCV",
    "Budget",
    "Candidate",
    "CircuitAnsatz",
    "ClassificationProblem",
    "CustomProblem",
    "EnergyProblem",
    "Evolution",
    "Found",
    "LinearReadoutProblem",
    "MaxCutProblem",
    "Outcome",
    "ParetoFront",
    "Proposal",
    "RandomSearch",
    "RegressionProblem",
    "Rotoselect",
    "SearchProblem",
    "SearchReport",
    "SearchResult",
    "SimulatedAnnealing",
    "Spent",
    "StatePreparation",
    "Step",
    "Strategy",
    "StructureSearch",
    "StudyStore",
    "Task",
    "TreeSearch",
    "UnitarySynthesis",
    "ZeroNoiseExtrapolation",
    "first_order_energy",
    "make_pool",
    "most_trainable",
    "remeasure",
    "retrain",
    "run",
    "train_on_device",
]
