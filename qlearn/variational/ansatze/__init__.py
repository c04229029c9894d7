"""Ansätze: trainable circuits on any number of qubits."""

from .base import AbstractAnsatz
from .chemistry import UCCSD
from .layered import Brickwork, Equivariant, HardwareEfficient, StronglyEntangling
from .problem import QAOA, HamiltonianVariational
from .trees import MERA, QCNN, TreeTensor

__all__ = [
    "MERA",
    "QAOA",
    "QCNN",
    "UCCSD",
    "AbstractAnsatz",
    "Brickwork",
    "Equivariant",
    "HamiltonianVariational",
    "HardwareEfficient",
    "StronglyEntangling",
    "TreeTensor",
]
