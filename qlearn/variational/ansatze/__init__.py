"""Ansätze: trainable circuits on any number of qubits."""

from .base import AbstractAnsatz
from .layered import Brickwork, Equivariant, HardwareEfficient, StronglyEntangling
from .trees import MERA, QCNN, TreeTensor

__all__ = [
    "MERA",
    "QCNN",
    "AbstractAnsatz",
    "Brickwork",
    "Equivariant",
    "HardwareEfficient",
    "StronglyEntangling",
    "TreeTensor",
]
