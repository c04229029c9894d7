"""Hamiltonians in the files people have."""

import re
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..paulis import PauliSum

FORMATS = """a file that qlearn.save wrote, FCIDUMP (Jordan-Wigner), lines such as "0.5 ZZII" or "-0.25 X0 X3"
(# begins a comment), the text of an OpenFermion operator, Qiskit's JSON {"paulis": ...} or {"ZZII": 0.5, ...}"""
SYMMETRY = """OPERATOR=VALUE, an operator that commutes with the Hamiltonian and the value that the state shall have:
a text such as "Z0 + Z1 + Z2 + Z3", a file, or S2:ORDER, the total spin of electrons whose modes are blocked or
interleaved (S2:ORDER:ENCODING where that is not jordan_wigner)"""
_MAX_BYTES = 2**28
_TERM = re.compile(r"\s*[+-]?[0-9.]+(e[+-]?[0-9]+)?\s+[IXYZ]", re.IGNORECASE)


def read_hamiltonian(path: Path) -> "tuple[PauliSum, str | None]":
    """Return the Hamiltonian in a file, and the bits of its reference state if the file tells; content decides.

    Parameters
    ----------
    path : Path

    Returns
    -------
    hamiltonian : PauliSum
    reference : str or None
        Of an FCIDUMP file: the determinant of the lowest orbitals.

    Raises
    ------
    ValueError
        If it is none of the formats, or holds another thing than one Hamiltonian; the message names the line.
    """
    from ..paulis import PauliSum
    from ..persistence import load

    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"{path} has {path.stat().st_size} bytes, more than the {_MAX_BYTES} that are read.")
    data = path.read_bytes()
    if b"__metadata__" in data[:4096]:
        found = load(path)
        if not isinstance(found, PauliSum):
            raise ValueError(f"{path} holds a {type(found).__name__}, not the Hamiltonian (a PauliSum) that is needed.")
        return found, None
    text = data.decode("utf-8", errors="replace")
    if re.match(r"\s*[&$]FCI\b", text, re.IGNORECASE):
        from ..datasets import load_fcidump

        problem = load_fcidump(path)
        return problem.hamiltonian, problem.reference
    lines = [(number, line.split("#")[0]) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line.strip()]
    if not lines:
        raise ValueError(f"{path} has no term.")
    if any(_TERM.match(line) for _, line in lines):
        return _terms(path, lines), None
    from ..shadows import read_observables

    observables = list(read_observables(path).values())
    if len(observables) != 1:
        raise ValueError(f"{path} holds {len(observables)} observables; a Hamiltonian is one, the sum of its terms.")
    return observables[0], None


def read_symmetry(text: str, n_qubits: int) -> "tuple[PauliSum, float]":
    """Return the operator and the value of a symmetry.

    Parameters
    ----------
    text : str
        In the form of `SYMMETRY`.
    n_qubits : int
        Of the Hamiltonian.

    Returns
    -------
    operator : PauliSum
    value : float
    """
    from ..datasets import make_spin_square
    from ..paulis import PauliSum

    name, _, value = text.rpartition("=")
    try:
        wanted = float(value)
    except ValueError:
        wanted = float("nan")
    if not name or not isfinite(wanted):
        raise ValueError(f"--symmetry must be OPERATOR=VALUE, such as S2:blocked=0 or Z0=1, got {text!r}.")
    kind, *rest = name.split(":")
    if kind == "S2":
        if len(rest) not in (1, 2) or n_qubits % 2:
            raise ValueError(
                f"--symmetry S2 must name the order of the modes, S2:blocked or S2:interleaved, and needs two qubits "
                f"for each orbital; got {text!r} for {n_qubits} qubits."
            )
        encoding = rest[1] if len(rest) == 2 else "jordan_wigner"
        return make_spin_square(n_qubits // 2, encoding=encoding, spin_order=rest[0]), wanted
    if Path(name).is_file():
        return read_hamiltonian(Path(name))[0], wanted
    return PauliSum(name, n_qubits=n_qubits), wanted


def _terms(path: Path, lines: list[tuple[int, str]]) -> "PauliSum":
    """Return the sum of lines of a coefficient and a Pauli string."""
    from ..paulis import PauliSum

    terms = []
    for number, line in lines:
        coefficient, *label = line.split()
        try:
            value = float(coefficient)
        except ValueError:
            raise ValueError(f"Line {number} of {path} must begin with a number, got {coefficient!r}.") from None
        if not label:
            raise ValueError(f"Line {number} of {path} has no Pauli string.")
        terms.append(f"{'-' if value < 0 else '+'} {abs(value)!r} * {' '.join(label)}")
    return PauliSum(" ".join(terms))
