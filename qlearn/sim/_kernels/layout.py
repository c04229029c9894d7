"""Columns of the operation table that the kernels interpret, and what each kind of operation means.

A lowered program is a table of operations on *virtual qubits*. A virtual qubit is a pair of commuting-with-all-else
Pauli operators on the index bits of the state: its X is ``(-1)**sign X^v Z^s`` and its Z is ``Z^r`` (v, s, r are bit
masks; ``X^v`` flips the index bits in v). CX and CZ only change the masks; they move no data.

An index of 62 bits splits into a row (high bits) and a lane (the low ``lane_bits`` bits). In a batch, lanes are samples
and ``lane_bits`` is zero; for one state, lanes are the low qubits.
"""

from typing import NamedTuple

import numpy as np

KIND, V, R, S, SIGN, CHAIN_START, CHAIN_STOP, C1, C2, C3, WANT, FLAGS, AUX = range(13)
N_COLUMNS = 13

PAIR, DIAGONAL, PHASE, CHANNEL = range(4)
# PAIR:      the 2x2 unitary given by the chain of rotations start:stop, on the virtual qubit
# DIAGONAL:  the same when the chain has rotations about Z only
# PHASE:     exp(i angle) where every condition holds; the chain has one entry
# CHANNEL:   anything that is not unitary; AUX is the instruction's number in the program
# Unconditional DIAGONAL operations next to each other may form a group that one pass applies: AUX of its first and its
# last row is their number, and V of each is the dual of its R: parity(row(V_i) & row(R_j)) is 1 exactly for i = j.
# Conditions: parity(index & Ci) must equal bit i-1 of WANT; C1 = 0 means unconditional.

TRAINABLE, CONJUGATE, GROUPED, TURN_X, TURN_Y = 1, 2, 4, 8, 16  # flags; a PAIR that turns has one axis in its chain
MOST_GROUPED = 14

N_CONSTANTS = 5  # angles appended after a program's own: pi, pi/2, -pi/2, pi/4, -pi/4
PI, HALF, MINUS_HALF, QUARTER, MINUS_QUARTER = range(N_CONSTANTS)


class Lowered(NamedTuple):
    """A lowered program as the kernels take it."""

    table: np.ndarray  # int64 (n_operations, N_COLUMNS)
    chain: np.ndarray  # int64 (n_rotations, 2): axis (0 X, 1 Y, 2 Z) and row of the angle table
    n_start: int  # leading operations that make a product state of |0...0>
    n_bits: int
    lane_bits: int


class Order(NamedTuple):
    """Where standard basis states lie in the buffer of a lowered program, and their signs."""

    index: np.ndarray  # int64 (2**n,)
    sign: np.ndarray  # float64 (2**n,)


class Groups(NamedTuple):
    """Pauli sums by groups of equal X mask: <q|O|q ^ x> = re[q] + i im[q]."""

    x: np.ndarray  # int64 (n_groups,)
    owner: np.ndarray  # int64 (n_groups,): the observable a group belongs to
    is_complex: np.ndarray  # bool (n_groups,)
    re: np.ndarray  # (n_groups, 2**n)
    im: np.ndarray


class Work(NamedTuple):
    """Buffers of one thread. States are flat ``[row][re | im][lane]``; the rest holds one vector per entry."""

    ket: np.ndarray
    bra: np.ndarray
    standard: np.ndarray  # ket and bra in standard order (one state only)
    standard_bra: np.ndarray
    angles: np.ndarray  # float64
    half: np.ndarray  # cosines, then sines, of half the angles
    coefficients: np.ndarray
    entries: np.ndarray
    patterns: np.ndarray
    places: np.ndarray  # int64
    products: np.ndarray
    gradients: np.ndarray
    values: np.ndarray
    weights: np.ndarray


class BlockGroup(NamedTuple):
    """Operations that run together on blocks of a large state, see `blocks`."""

    table: np.ndarray
    chain: np.ndarray
    offset: np.ndarray  # int64 (block rows,): row of each block row relative to the block's base
    source: np.ndarray  # int64 (block rows,): buffer row that becomes block row t
    sign: np.ndarray  # int64 (block rows,): number of the lane-sign pattern of block row t
    signed: bool
    outer: np.ndarray  # int64: row bits outside the block, ascending
    direct: bool  # apply to the whole state in place: an instruction wider than a block


class Terms(NamedTuple):
    """Pauli terms sorted by observable and X mask."""

    x: np.ndarray  # int64 masks on index bits
    z: np.ndarray
    re: np.ndarray  # coefficient times (-i)**(number of Y)
    im: np.ndarray
    owner: np.ndarray  # the observable
    start: np.ndarray  # int64: where each group of equal owner and X mask begins, and the end
    imaginary: np.ndarray  # bool per group: its first term has an odd number of Y
