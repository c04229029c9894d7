"""Circuits: parameters, gates, noise channels and the builder that holds them."""

from .channels import (
    CHANNEL_NAMES,
    PAULI_CHANNEL_NAMES,
    QUANTUM_CHANNEL_NAMES,
    TWO_QUBIT_PAULIS,
    channel_kraus,
    channel_paulis,
)
from .circuit import Circuit
from .control import controlled
from .decomposition import DEFAULT_BASIS, decompose, decompose_with_phase
from .dense import circuit_matrix
from .drawing import Drawing, draw, draw_text
from .evolution import trotter_circuit
from .gates import GATES, UNITARY_NAMES, GateSpec, gate_matrix
from .instruction import Instruction
from .noise import NoiseModel
from .parameters import (
    Expression,
    Parameter,
    ParameterVector,
    format_terms,
    ordered_parameters,
    parameters,
    value_map,
)
from .program import AngleMap, Channel, Program
from .synthesis import KAK, euler_zyz, kak

__all__ = [
    "CHANNEL_NAMES",
    "DEFAULT_BASIS",
    "GATES",
    "KAK",
    "PAULI_CHANNEL_NAMES",
    "QUANTUM_CHANNEL_NAMES",
    "TWO_QUBIT_PAULIS",
    "UNITARY_NAMES",
    "AngleMap",
    "Channel",
    "Circuit",
    "Drawing",
    "Expression",
    "GateSpec",
    "Instruction",
    "NoiseModel",
    "Parameter",
    "ParameterVector",
    "Program",
    "channel_kraus",
    "channel_paulis",
    "circuit_matrix",
    "controlled",
    "decompose",
    "decompose_with_phase",
    "draw",
    "draw_text",
    "euler_zyz",
    "format_terms",
    "gate_matrix",
    "kak",
    "ordered_parameters",
    "parameters",
    "trotter_circuit",
    "value_map",
]
