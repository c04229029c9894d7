"""Search for circuits: a problem, a gate set, a device and a budget in, the Pareto front of circuits out."""

from .budget import Budget, Spent
from .candidate import Candidate
from .energy import EnergyProblem
from .front import ParetoFront
from .loop import run
from .problem import SearchProblem
from .result import SearchResult, Step
from .store import StudyStore
from .strategy import Found, Outcome, Proposal, Strategy, Task
from .structure import StructureSearch

__all__ = [
    "Budget",
    "Candidate",
    "EnergyProblem",
    "Found",
    "Outcome",
    "ParetoFront",
    "Proposal",
    "SearchProblem",
    "SearchResult",
    "Spent",
    "Step",
    "Strategy",
    "StructureSearch",
    "StudyStore",
    "Task",
    "run",
]
