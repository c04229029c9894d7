"""Quantum kernels: transformers that compare encoded rows."""

from .aligned import AlignedKernel
from .base import AbstractQuantumKernel
from .fidelity import FidelityKernel, fidelities
from .machines import QuantumKernelClassifier, QuantumKernelRegressor
from .nystroem import NystroemFeatures
from .projected import ProjectedKernel

__all__ = [
    "AbstractQuantumKernel",
    "AlignedKernel",
    "FidelityKernel",
    "NystroemFeatures",
    "ProjectedKernel",
    "QuantumKernelClassifier",
    "QuantumKernelRegressor",
    "fidelities",
]
