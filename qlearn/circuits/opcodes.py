"""Operation codes of `Program` bytecode.

One row of bytecode is ``(opcode, q0, q1, q2, q3, angle)``: unused qubits and angles are -1. Rotations name a column of
the angle table. `PAULI_ROTATION` has in q0 the row of the program's table of Pauli masks; `CHANNEL` (everything that is
not unitary) has its qubits in q0, q1 and its number in the program's list of channels in q2.
"""

import numpy as np

(
    RX,
    RY,
    RZ,
    P,
    X,
    Y,
    Z,
    H,
    S,
    SDG,
    T,
    TDG,
    SX,
    SXDG,
    CX,
    CY,
    CZ,
    CH,
    SWAP,
    ISWAP,
    ISWAPDG,
    CRX,
    CRY,
    CRZ,
    CP,
    RXX,
    RYY,
    RZZ,
    CCX,
    CCZ,
    CSWAP,
    CCRX,
    CCRY,
    CCRZ,
    CCP,
    PAULI_ROTATION,
    SINGLE_EXCITATION,
    DOUBLE_EXCITATION,
    CHANNEL,
) = range(39)

_GATES = {name.lower(): code for name, code in list(globals().items()) if name.isupper() and isinstance(code, int)}
N_COLUMNS = 6
OPCODES = {name: code for name, code in _GATES.items() if code != CHANNEL}

# Qubits and angles of each opcode; CHANNEL and PAULI_ROTATION keep their qubits elsewhere.
QUBITS = np.array([1] * 14 + [2] * 14 + [3] * 7 + [0, 2, 4, 0])
ANGLES = np.zeros(CHANNEL + 1, dtype=bool)
ANGLES[[RX, RY, RZ, P, CRX, CRY, CRZ, CP, RXX, RYY, RZZ, CCRX, CCRY, CCRZ, CCP]] = True
ANGLES[[PAULI_ROTATION, SINGLE_EXCITATION, DOUBLE_EXCITATION]] = True
