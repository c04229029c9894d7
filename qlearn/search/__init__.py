"""Search for circuits: a problem, a gate set, a device and a budget in, the Pareto front of circuits out."""

from .adapt import Adapt
from .annealing import SimulatedAnnealing
from .budget import Budget, Spent
from .candidate import Candidate
from .energy import EnergyProblem
from .evolution import Evolution
from .front import ParetoFront
from .loop import run
from .pools import make_pool
from .problem import SearchProblem
from .random_search import RandomSearch
from .report import SearchReport
from .result import SearchResult, Step
from .rotoselect import Rotoselect
from .store import StudyStore
from .strategy import Found, Outcome, Proposal, Strategy, Task
from .structure import StructureSearch
from .tree_search import TreeSearch

__all__ = [
    "Adapt",
    "Budget",
    "Candidate",
    "EnergyProblem",
    "Evolution",
    "Found",
    "Outcome",
    "ParetoFront",
    "Proposal",
    "RandomSearch",
    "Rotoselect",
    "SearchProblem",
    "SearchReport",
    "SearchResult",
    "SimulatedAnnealing",
    "Spent",
    "Step",
    "Strategy",
    "StructureSearch",
    "StudyStore",
    "Task",
    "TreeSearch",
    "make_pool",
    "run",
]
