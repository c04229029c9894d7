"""OpenQASM in: what is read, what is refused with line and column, and that no text opens a file or runs long."""

import contextlib
import math
import sys
import time
from typing import ClassVar

import numpy as np
import pytest

from qlearn.circuits import Circuit, Parameter, circuit_matrix
from qlearn.circuits.qasm_gates import HEADERS
from qlearn.circuits.qasm_in import from_qasm
from tests.naive import simulator

V2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
V3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
FORBIDDEN = ("open", "exec", "compile", "import", "os.", "subprocess.", "socket.", "ctypes.", "pickle.", "shutil.")


class Watch:
    """Notes what the interpreter is asked to do while `active`; an audit hook can never be taken out again."""

    active = False
    events: ClassVar[list] = []

    @classmethod
    def hook(cls, event, arguments):
        if cls.active and event.startswith(FORBIDDEN):
            cls.events.append((event, arguments))


@pytest.fixture(scope="module")
def watched():
    """Return a reader that fails if reading opens a file, runs code or imports."""
    sys.addaudithook(Watch.hook)

    def read(text):
        Watch.events.clear()
        Watch.active = True
        try:
            return from_qasm(text)
        finally:
            Watch.active = False
            assert Watch.events == []

    return read


def test_the_watch_sees_files_and_code(watched):
    Watch.active = True
    with contextlib.suppress(OSError):
        open("/no/such/file")
    compile("1", "<made up>", "eval")
    Watch.active = False
    assert {event for event, _ in Watch.events} >= {"open", "compile"}


def names(text):
    return [step.name for step in from_qasm(text)]


def matrix_of(text, prefix=V3):
    return circuit_matrix(from_qasm(prefix + text))


def assert_same_up_to_phase(left, right):
    overlap = np.vdot(left, right) / len(left)
    assert abs(left * overlap - right).max() < 1e-11


def test_registers_in_the_order_of_declaration():
    circuit = from_qasm(V2 + "qreg b[2]; creg x[1]; h b; qreg a[1]; cx b[1], a[0]; measure a[0] -> x[0];")
    assert circuit == Circuit(3).h(0).h(1).cx(1, 2).measure(2, key="x")
    circuit = from_qasm(V3 + "qubit a; qubit[2] b; bit x; bit[2] c; cx a, b; x = measure a; c = measure b;")
    assert circuit == Circuit(3).cx(0, 1).cx(0, 2).measure(0, key="x").measure([1, 2])


def test_both_notations_of_measurement():
    old = from_qasm(V2 + "qreg q[2]; creg c[2]; measure q -> c; measure q[1] -> c[0];")
    new = from_qasm(V3 + "qubit[2] q; bit[2] c = measure q; c[0] = measure q[1];")
    assert old == new == Circuit(2).measure().measure(1)
    assert from_qasm(V3 + "qubit[2] q; measure q; measure q[1];") == Circuit(2).measure().measure(1)


def test_measurements_in_a_row_are_one():
    text = V2 + "qreg q[3]; creg c[3]; creg d[1]; measure q[2] -> c[0]; measure q[0] -> c[1]; measure q[1] -> d[0];"
    assert from_qasm(text) == Circuit(3).measure([2, 0]).measure(1, key="d")
    assert names(V2 + "qreg q[2]; creg c[3]; measure q[0] -> c[0]; h q[1]; measure q[1] -> c[1];").count("measure") == 2
    assert names(V2 + "qreg q[2]; creg c[3]; measure q[0] -> c[0]; measure q[0] -> c[1];").count("measure") == 2
    assert names(V2 + "qreg q[2]; creg c[3]; measure q[0] -> c[1]; measure q[1] -> c[0];").count("measure") == 2


def test_resets_and_barriers():
    circuit = from_qasm(V3 + "qubit[2] a; qubit b; reset a; barrier a[1], b; barrier; barrier a;")
    assert circuit == Circuit(3).reset(0).reset(1).barrier(1, 2).barrier().barrier(0, 1)


def test_broadcasting():
    circuit = from_qasm(V2 + "qreg a[2]; qreg b[2]; qreg d[1]; cx a, b; cx a[0], b; ccx a, b, d[0];")
    expected = Circuit(5).cx(0, 2).cx(1, 3).cx(0, 2).cx(0, 3).ccx(0, 2, 4).ccx(1, 3, 4)
    assert circuit == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1+2*3", 7), ("(1+2)*3", 9), ("-2^2", -4), ("2^3^2", 512), ("2**-1", 0.5), ("1-2-3", -4), ("8/4/2", 1),
        ("pi/2", math.pi / 2), ("-pi", -math.pi), ("--1", 1), ("+1", 1), ("1.5e-3", 0.0015), (".5", 0.5), ("2.", 2),
        ("sin(pi/6)", math.sin(math.pi / 6)), ("cos(0)", 1),
        ("tan(1)", math.tan(1)), ("exp(1)", math.e), ("ln(2)", math.log(2)),
        ("sqrt(2)*sqrt(2)", math.sqrt(2) ** 2), ("1/3", 1 / 3), ("-2*-3", 6), ("2*3^2", 18), ("3-2*2+1", 0),
        ("pi*1/4", math.pi / 4),
        ("2-3*(4-(5-6))", -13), ("-(1+2)", -3), ("4*-1/2", -2),
    ],
)  # fmt: skip
def test_angles(text, value):
    (step,) = from_qasm(f"{V2}qreg q[1]; rx({text}) q[0];")
    assert step.angles == (pytest.approx(value, abs=1e-15),)


def test_version_3_angles():
    (step,) = from_qasm("qubit q; U(π/2, τ, 2**2) q;")
    assert step.angles == (math.pi / 2, math.tau, 4.0)
    (step,) = from_qasm("qubit q; U(arcsin(1), arccos(1), log(2)) q;")
    assert step.angles == (math.pi / 2, 0.0, math.log(2))


def test_inputs_become_parameters():
    circuit = from_qasm(
        V3 + "input float[64] w; input angle x; input angle[32] b__2; qubit q; rx(2*w*x - b__2/4 + pi) q;"
    )
    w, x, b = Parameter("w"), Parameter("x"), Parameter("b[2]")
    assert circuit.instructions[0].angles[0] == 2 * w * x - b / 4 + math.pi
    assert from_qasm(V3 + "input float a; qubit q; gate g(t) r { rz(-t) r; } g(3*a**2) q;") == Circuit(1).rz(
        -3 * Parameter("a") * Parameter("a"), 0
    )


def test_definitions_are_expanded():
    text = (
        V2 + "gate a(t, u) x, y { rx(t/2) y; barrier x, y; cx y, x; ry(-u) x; } gate b(t) x, y, z { "
        "a(t, 2*t) z, x; a(0, t) y, x; }"
    )
    circuit = from_qasm(text + "qreg q[3]; b(0.4) q[2], q[1], q[0];")
    expected = Circuit(3).rx(0.2, 2).cx(2, 0).ry(-0.8, 0).rx(0.0, 2).cx(2, 1).ry(-0.4, 1)
    assert circuit == expected
    assert from_qasm(V2 + "gate nothing x { } qreg q[1]; nothing q[0]; h q[0];") == Circuit(1).h(0)
    assert from_qasm(V2 + "gate none() x { h x; } qreg q[1]; none() q;") == Circuit(1).h(0)


def test_definitions_that_mean_our_gate_become_it_and_others_not():
    right = "gate rzz(t) a, b { cx a, b; rz(t) b; cx a, b; }"
    assert names(V2 + right + "qreg q[2]; rzz(0.3) q[0], q[1];") == ["rzz"]
    for wrong in ("rz(-t) b", "rz(t+0.1) b", "rz(t) a", "rz(t^3/0.49) b", "ry(t) b"):
        body = right.replace("rz(t) b", wrong)
        assert names(V2 + body + "qreg q[2]; rzz(0.3) q[0], q[1];") == ["cx", wrong[:2], "cx"]
    assert names("gate h a { U(pi/2, 0, pi) a; } qubit q; h q;") == ["h"]
    assert names("gate sx a { U(log(-1), 0, pi) a; } gate s a { U(0, 0, pi/2) a; } qubit q; s q;") == ["s"]


def test_bare_text_knows_two_gates():
    assert from_qasm("OPENQASM 2.0; qreg q[2]; U(0.1, 0.2, 0.3) q[0]; CX q[0], q[1];") == Circuit(2).u(
        0.1, 0.2, 0.3, 0
    ).cx(0, 1)


def controlled(matrix, n_controls=1):
    full = np.eye(len(matrix) << n_controls, dtype=complex)
    full[-len(matrix) :, -len(matrix) :] = matrix
    return full


RX = simulator.unitary(Circuit(1).rx(0.7, 0))
U = simulator.unitary(Circuit(1).u(0.3, 0.5, 0.7, 0))
SX = simulator.unitary(Circuit(1).sx(0))
X = simulator.unitary(Circuit(1).x(0))
NOT = np.kron(X, np.eye(2))
NEGATIVE = NOT @ controlled(SX) @ NOT


@pytest.mark.parametrize(
    ("text", "matrix"),
    [
        ("qubit q; inv @ rx(0.7) q;", RX.conj().T),
        ("qubit q; pow(3) @ rx(0.7) q;", RX @ RX @ RX),
        ("qubit q; pow(-2) @ rx(0.7) q;", (RX @ RX).conj().T),
        ("qubit q; pow(0) @ rx(0.7) q;", np.eye(2)),
        ("qubit q; inv @ U(0.3, 0.5, 0.7) q;", U.conj().T),
        ("qubit[2] q; ctrl @ sx q[0], q[1];", controlled(SX)),
        ("qubit[2] q; negctrl @ sx q[0], q[1];", NEGATIVE),
        ("qubit[3] q; ctrl @ ctrl @ x q[0], q[1], q[2];", controlled(X, 2)),
        ("qubit[4] q; ctrl(3) @ rx(0.7) q[0], q[1], q[2], q[3];", controlled(RX, 3)),
        ("qubit[3] q; ctrl @ negctrl @ sx q[0], q[1], q[2];", controlled(NEGATIVE)),
        ("qubit[2] q; ctrl @ inv @ pow(2) @ rx(0.7) q[0], q[1];", controlled((RX @ RX).conj().T)),
        ("qubit[2] q; inv @ ctrl @ sx q[0], q[1];", controlled(SX.conj().T)),
        ("gate my(t) a { rx(t) a; s a; } qubit[2] q; ctrl @ my(0.7) q[0], q[1];", controlled(np.diag([1, 1j]) @ RX)),
        ("gate my(t) a, b { ctrl @ rx(t) a, b; } qubit[2] q; my(0.7) q[0], q[1];", controlled(RX)),
        ("qubit q; gphase(0.4); rx(0.7) q;", RX),
    ],
)
def test_modifiers(text, matrix):
    assert_same_up_to_phase(matrix_of(text), matrix)


@pytest.mark.parametrize(
    ("gate", "matrix"),
    [
        ("csx q[0], q[1]", controlled(SX)),
        ("cu3(0.3, 0.5, 0.7) q[0], q[1]", controlled(U)),
        ("cu(0.3, 0.5, 0.7, 0.2) q[0], q[1]", controlled(U * np.exp(0.2j))),
        ("c3x q[0], q[1], q[2], q[3]", controlled(X, 3)),
        ("c3sqrtx q[0], q[1], q[2], q[3]", controlled(SX, 3)),
        ("c4x q[0], q[1], q[2], q[3], q[4]", controlled(X, 4)),
        ("u2(0.5, 0.7) q[0]", simulator.unitary(Circuit(1).u(math.pi / 2, 0.5, 0.7, 0))),
        ("u0(1) q[0]", np.eye(2)),
        ("rzz(0.3) q[0], q[1]", simulator.unitary(Circuit(2).rzz(0.3, 0, 1))),
        ("cu1(0.3) q[0], q[1]", np.diag([1, 1, 1, np.exp(0.3j)])),
    ],
)
def test_the_longer_gates_of_the_headers(gate, matrix):
    assert_same_up_to_phase(matrix_of(f"qreg q[{len(matrix).bit_length() - 1}]; {gate};", V2), matrix)


def test_everything_in_the_headers_can_be_called():
    for header, version in (("qelib1.inc", "2.0"), ("stdgates.inc", "3.0")):
        reader_text = f'OPENQASM {version}; include "{header}"; qreg q[5]; '
        texts = {name: (gate.n_angles, gate.n_qubits) for name, gate in HEADERS[header][0].items()}
        for name, (n_angles, n_qubits) in texts.items():
            angles = f"({', '.join(['0.5'] * n_angles)})" if n_angles else ""
            circuit = from_qasm(reader_text + f"{name}{angles} {', '.join(f'q[{i}]' for i in range(n_qubits))};")
            assert len(circuit) == 1


def test_later_gates_of_the_header_may_be_defined_by_the_text():
    assert names(V2 + "gate swap a, b { cx a, b; cx b, a; cx a, b; } qreg q[2]; swap q[0], q[1];") == ["swap"]
    assert names(V2 + "gate csx a, b { h a; cx a, b; } qreg q[2]; csx q[0], q[1];") == ["h", "cx"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (V2 + "qreg q[1];\nif (c == 1) x q[0];", "line 4, column 1: 'if' is not read; only circuits without classical"),
        (V3 + "qubit q;\nwhile (true) { x q; }", "line 4, column 1: 'while' is not read"),
        (V3 + "qubit q;\n  for int i in [0:3] { x q; }", "line 4, column 3: 'for' is not read"),
        (V3 + "def f(qubit q) { x q; }", "line 3, column 1: 'def' is not read"),
        (V3 + "const float a = 1;", "'const' is not read"),
        (V2 + "opaque g a;", "'opaque' is not read"),
        ("OPENQASM 4.0; qubit q;", "line 1, column 10: version '4.0' is not read; use 2.0, 3.0 or 3.1"),
        ("OPENQASM 2.0; qreg q[1]; h q[0];", "column 26: there is no gate 'h'; include \"qelib1.inc\" or"),
        (V2 + "qreg q[1]; foo q[0];", "column 12: there is no gate 'foo'."),
        (V2 + "qreg q[2]; rx q[0];", "'rx' takes 1 angles, got 0"),
        (V2 + "qreg q[2]; cx q[0];", "'cx' acts on 2 qubits here, got 1"),
        (V2 + "qreg q[2]; cx q[0], q[0];", "'cx' acts on a qubit twice"),
        (V2 + "qreg q[2]; cx q, q[1];", "'cx' acts on a qubit twice"),
        (V2 + "qreg q[2]; x q[2];", r"line 3, column 16: q\[2\] is beyond the last, 1"),
        (V2 + "qreg q[2]; x q[-1];", "expected a whole number, got '-'"),
        (V2 + "qreg q[2]; x r[0];", "'r' is no register of qubits"),
        (V2 + "qreg q[2]; creg c[2]; x c[0];", "'c' is no register of qubits"),
        (V2 + "qreg q[2]; qreg r[3]; cx q, r;", r"registers of sizes \[2, 3\] cannot go together"),
        (V2 + "qreg q[2]; creg c[1]; measure q -> c;", "2 qubits are measured into 1 bits"),
        (V2 + "qreg q[2]; measure q -> q;", "'q' is no register of bits"),
        (V3 + "qubit[2] q; q = measure q;", "'q' is a register of qubits"),
        (V2 + "qreg q[0];", "a size must be at least 1"),
        (V2 + "qreg q[2]; qreg q[2];", "'q' is already taken"),
        (V2 + "qreg q[1.5];", "expected a whole number, got '1.5'"),
        (V2 + "gate x a { h a; }", "'x' is already defined"),
        (V2 + "gate g a { h b; }", "'b' is no qubit of this gate"),
        (V2 + "gate g(t) a { rx(u) a; }", "'u' is no angle of this gate"),
        (V2 + "gate g a { g a; }", "there is no gate 'g'"),
        (V2 + "gate g a, a { h a; }", "'a' comes twice"),
        (V2 + "gate g a { measure a; }", "'measure' cannot stand in the definition of a gate"),
        (V2 + "gate g a { cx a, a; }", "'cx' acts on a qubit twice"),
        (V2 + "qreg q[1]; rx(1/0) q[0];", "line 3, column 16: division by zero"),
        (V2 + "qreg q[1]; rx(ln(-1)) q[0];", "column 15: "),
        (V2 + "qreg q[1]; rx((-8)^(1/3)) q[0];", "no finite real number"),
        (V2 + "qreg q[1]; rx(9^9^9^9) q[0];", "column 18: the value is too large"),
        (V2 + "qreg q[1]; rx(1e999) q[0];", "the number is too large"),
        (V2 + "qreg q[1]; rx(foo) q[0];", "'foo' is not declared; known here: no name"),
        (V2 + "qreg q[1]; rx(system(1)) q[0];", "there is no function 'system'; use"),
        (V2 + "qreg q[1]; rx() q[0];", "'rx' takes 1 angles, got 0"),
        (V2 + "qreg q[1]; rx(1 2) q[0];", r"expected '\)', got '2'"),
        (V3 + "qubit q; rx(1/2) q;", "1/2 is a quotient of integers"),
        (V3 + "qubit q; rx(2^2) q;", r"'\^' is no power in OpenQASM 3; write '\*\*'"),
        (V3 + "input float a; qubit q; rx(sin(a)) q;", r"sin\(a\) is no polynomial"),
        (V3 + "input float a; qubit q; rx(1/a) q;", "is no polynomial"),
        (V3 + "input float a; qubit q; rx(a*a*a) q;", "has degree 3"),
        (V3 + "input float a; qubit q; rx(a**3) q;", "is no polynomial of degree two"),
        (V3 + "input bool a;", "an input must be of type float or angle, got 'bool'"),
        (V3 + "input float pi;", "'pi' is already taken"),
        (V3 + "qubit[2] q; ctrl @ U(1, 2, 3) q[0], q[1];", "'U' under a control is ambiguous"),
        (V3 + "gate g a { gphase(1); x a; } qubit[2] q; ctrl @ g q[0], q[1];", "'g' under a control is ambiguous"),
        (V3 + "qubit[2] q; pow(0.5) @ x q[0];", "expected a whole number, got '0.5'"),
        (V3 + "qubit[2] q; ctrl(9) @ x q[0];", "9 controls are over the limit of 8"),
        (V3 + "qubit[2] q; ctrl(0) @ x q[0];", r"ctrl\(0\) is out of range"),
        (V3 + "qubit[2] q; ctrl @ x q[0];", "'x' acts on 2 qubits here, got 1"),
        (V3 + "x $0;", r"unexpected character '\$': physical qubits are not read; declare a register"),
        (V3 + "@bind\nqubit q;", "annotations are not read"),
        (V3 + "bit[2] c;", "the text declares no qubits"),
        ("", "line 1, column 1: the text declares no qubits"),
        (V3 + "/* qubit q;", "the comment that starts here has no end"),
        (V3 + 'include "a\n";', "the quoted text that starts here has no end"),
        (V3 + "qubit q; x q", "expected ';', got the end of the text"),
        (V3 + "qubit q; 5;", "expected a statement, got '5'"),
    ],
)  # fmt: skip
def test_errors_say_where_and_what(text, message):
    with pytest.raises(ValueError, match="^OpenQASM, .*" + message):
        from_qasm(text)


BOMB = V2 + "gate g0 a { x a; x a; }" + "".join(f"gate g{i} a {{ g{i - 1} a; g{i - 1} a; }}" for i in range(1, 40))
EMPTY_BOMB = BOMB.replace("{ x a; x a; }", "{ }")
CHAIN = V2 + "gate g0 a { x a; }" + "".join(f"gate g{i} a {{ g{i - 1} a; }}" for i in range(1, 20_000))
HOSTILE = {
    "include of a secret": ('OPENQASM 2.0; include "/etc/passwd"; qreg q[1];', "include of '/etc/passwd' is refused"),
    "include upwards": ('OPENQASM 3; include "../qelib1.inc";', "is refused; only qelib1.inc and stdgates.inc"),
    "many qubits": (V2 + "qreg q[100000000000];", "100000000000 qubits are over the limit of 100000"),
    "many qubits in parts": (V3 + "qubit[60000] a; qubit[60000] b;", "120000 qubits are over the limit"),
    "many bits": (V2 + "creg c[1000001];", "1000001 bits are over the limit"),
    "a number of many digits": (V2 + "qreg q[" + "9" * 100_000 + "];", "the number is too large"),
    "an angle of many digits": (V2 + "qreg q[1]; rx(" + "9" * 1_000_000 + ") q[0];", "over the limit of 400"),
    "definition bomb": (BOMB + "qreg q[1]; g39 q[0];", "expands to over 3000000 steps"),
    "bomb without gates": (EMPTY_BOMB + "qreg q[1]; g39 q[0];", "expands to over 3000000 steps"),
    "power bomb": (V3 + "qubit q; pow(999999999) @ pow(999999999) @ x q;", "expands to over 3000000 steps"),
    "control bomb": (V3 + "gate g a,b,c,d,e,f,h,i,j { ctrl(8) @ x a,b,c,d,e,f,h,i,j; } qubit[17] q; ctrl(8) @ g "
                     + ", ".join(f"q[{i}]" for i in range(17)) + ";", "expands to over 3000000 steps"),
    "barrier bomb": (V2 + "qreg q[100000];" + "barrier q;" * 100, "expands to over 3000000 steps"),
    "parentheses": (V2 + "qreg q[1]; rx(" + "(" * 100_000 + "1" + ")" * 100_000 + ") q[0];", "nested deeper than 100"),
    "signs": (V2 + "qreg q[1]; rx(" + "-" * 100_000 + "1) q[0];", "nested deeper than 100"),
    "powers": (V2 + "qreg q[1]; rx(" + "1^" * 100_000 + "1) q[0];", "nested deeper than 100"),
    "functions": (V2 + "qreg q[1]; rx(" + "sin(" * 100_000 + "1) q[0];", "nested deeper than 100"),
    "a long sum": (V2 + "qreg q[1]; rx(" + "1+" * 100_000 + "1) q[0];", "longer than 10000 steps"),
    "braces": (V2 + "{" * 100_000, "expected a statement, got '{'"),
    "terms": (V3 + "".join(f"input float a{i};" for i in range(9000)) + "qubit q; " + ("rx("
              + "+".join(f"a{i}" for i in range(4000)) + ") q;") , "expands to over 3000000 steps"),
    "inputs": (V3 + "".join(f"input float a{i};" for i in range(10_001)), "more than 10000 inputs"),
    "NUL": (V2 + "qreg q[1];\0", "line 3, column 11: unexpected character '.x00': the file was not decoded as UTF-8"),
    "UTF-16": ((V2 + "qreg q[1];").encode("utf-16").decode("latin-1"), "unexpected character"),
    "a byte order mark": ("\ufeff" + V2 + "qreg q[1];", "line 1, column 1: unexpected .*not decoded as UTF-8"),
    "a long text": (V2 + " " * 5_000_000, "over the limit of 5000000"),
    "unclosed comments": (V2 + "/* " * 1_000_000, "has no end"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_refused_at_once(name, watched):
    text, message = HOSTILE[name]
    start = time.process_time()
    with pytest.raises(ValueError, match=message):
        watched(text)
    assert time.process_time() - start < 1.0


def test_long_but_honest_texts_are_read(watched):
    assert len(watched(CHAIN + "qreg q[1]; g19999 q[0];")) == 1
    text = V2 + "qreg q[50];creg c[50];" + "h q[3];cx q[0],q[1];" * 5_000
    assert len(watched(text)) == 10_000
    measured = watched(V2 + "qreg q[20000];creg c[20000];" + "".join(f"measure q[{i}]->c[{i}];" for i in range(20_000)))
    assert len(measured) == 1


def test_every_truncation_is_read_or_refused(watched):
    body = "gate g(t) a, b { rx(t/2) a; cx a, b; } qreg q[3]; creg c[3]; g(pi^2) q[0], q[1]; barrier q; measure q -> c;"
    modern = "input float a; qubit[2] q; bit[2] c; ctrl @ rx(2*a) q[0], q[1]; reset q; c[1] = measure q[0];"
    for text in (V2 + body, V3 + modern):
        for stop in range(0, len(text), 7):
            try:
                assert watched(text[:stop]).n_qubits in (2, 3)
            except ValueError as error:
                assert str(error).startswith("OpenQASM, line ")


def test_random_damage_is_read_or_refused(rng, watched):
    text = (
        V3
        + "gate g(t) a, b { rx(t/2) a; cx a, b; } qubit[3] q; bit[3] c; g(pi**2) q[0], q[1]; barrier q; c = measure q;"
    )
    alphabet = list("();,{}[]@*/+-^0123456789qcg \"'\n$\\\0é→")
    for _ in range(2_000):
        damaged = list(text)
        for place in rng.integers(0, len(text), 3):
            damaged[place] = alphabet[rng.integers(len(alphabet))]
        try:
            watched("".join(damaged))
        except ValueError as error:
            assert str(error).startswith("OpenQASM, line ")


def test_only_text_is_read():
    with pytest.raises(TypeError, match="OpenQASM must be given as str, got bytes; decode or read the file first"):
        from_qasm(b"OPENQASM 2.0;")
