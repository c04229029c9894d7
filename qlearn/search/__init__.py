"""Search for circuits: a problem, a gate set, a device and a budget in, the Pareto front of circuits out."""

from .adapt import Adapt
from .annealing import SimulatedAnnealing
from .budget import Budget, Spent
from .candidate import Candidate
from .custom import CustomProblem
from .data import ClassificationProblem, RegressionProblem
from .energy import EnergyProblem
from .evolution import Evolution
from .front import ParetoFront
from .loop import run
from .maxcut import MaxCutProblem
from .pools import make_pool
from .problem import SearchProblem
from .random_search import RandomSearch
from .report import SearchReport
from .result import SearchResult, Step
from .rotoselect import Rotoselect
from .store import StudyStore
from .strategy import Found, Outcome, Proposal, Strategy, Task
from .structure import StructureSearch
from .targets import StatePreparation, UnitarySynthesis
from .tree_search import TreeSearch

__all__ = [
    "Adapt",
    "Budget",
    "Candidate",
    "ClassificationProblem",
    "CustomProblem",
    "EnergyProblem",
    "Evolution",
    "Found",
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
    "make_pool",
    "run",
]
