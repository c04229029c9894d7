"""OpenQASM out, and back in: exact angles, the same unitary, the same records."""

import math

import numpy as np
import pytest

from qlearn.circuits import GATES, Circuit, Parameter, parameters
from qlearn.circuits.qasm_in import from_qasm
from qlearn.circuits.qasm_out import NAMES, angle_text, to_qasm
from tests.naive import simulator


def assert_same_up_to_phase(left, right, tolerance=1e-12):
    overlap = np.vdot(left, right) / len(left)
    assert abs(abs(overlap) - 1) < tolerance
    assert abs(left * overlap - right).max() < 10 * tolerance


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("seed", range(20))
def test_random_circuits_come_back(seed, version, random_circuit):
    circuit = random_circuit(np.random.default_rng(seed), 4, 25)
    text = to_qasm(circuit, version)
    again = from_qasm(text)
    assert again.n_qubits == 4
    assert_same_up_to_phase(simulator.unitary(circuit), simulator.unitary(again))
    assert to_qasm(again, version) == text


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("name", sorted(GATES))
def test_every_gate_comes_back_as_itself(name, version):
    spec = GATES[name]
    circuit = Circuit(5)
    getattr(circuit, name)(*[0.3, -1.1, 2.7][: spec.n_angles], *[3, 0, 4, 1][: spec.n_qubits])
    assert from_qasm(to_qasm(circuit, version)) == circuit


@pytest.mark.parametrize("name", sorted(set(GATES) - set(NAMES[3])))
def test_definitions_mean_what_the_gate_does(name):
    """Under another name the reader expands them."""
    spec = GATES[name]
    circuit = Circuit(spec.n_qubits)
    getattr(circuit, name)(*[0.3][: spec.n_angles], *reversed(range(spec.n_qubits)))
    expanded = from_qasm(to_qasm(circuit).replace(f"{name}", "other"))
    assert name not in expanded.counts()
    assert_same_up_to_phase(simulator.unitary(circuit), simulator.unitary(expanded))


def test_open_parameters_come_back_in_version_3():
    theta, x, odd = parameters("theta", 3), Parameter("x"), Parameter("größe 1")
    circuit = Circuit(3).rx(2 * theta[2] * theta[0] - math.pi / 2, 0).ccp(theta[1], 0, 1, 2).u(x, -x, x * x + 0.1, 1)
    circuit.ryy(odd, 2, 0).pauli_rotation(theta[0] / 3, "XYZ", (2, 1, 0))
    again = from_qasm(to_qasm(circuit))
    assert [p.name for p in again.parameters] == ["theta[0]", "theta[1]", "theta[2]", "x", "gr__e_1"]
    values = {"theta[0]": 0.3, "theta[1]": -0.7, "theta[2]": 1.9, "x": 0.4, "größe 1": 2.2, "gr__e_1": 2.2}
    left = simulator.unitary(circuit, {p: values[p.name] for p in circuit.parameters})
    right = simulator.unitary(again, {p: values[p.name] for p in again.parameters})
    assert_same_up_to_phase(left, right)


def test_names_of_parameters_never_clash():
    names = ["a_b", "a b", "a__1", "a[1]", "rx", "q", "c", "theta", "_", "pi", "input", "2x", "x_", "x"]
    circuit = Circuit(1)
    for name in names:
        circuit.rx(Parameter(name), 0)
    again = from_qasm(to_qasm(circuit))
    assert len(again) == again.n_parameters == len(names)
    kept = ["a_b", "a[1]", "rx", "q", "c", "theta", "_", "pi", "input", "x_", "x"]
    assert set(kept) <= {parameter.name for parameter in again.parameters}


def test_measurements_resets_and_barriers_come_back():
    circuit = Circuit(3).h(0).measure([2, 0], key="mid").reset(1).barrier(0, 1).measure(1).barrier().measure(key="mid")
    circuit.x(0).measure(0, key="Late key!").measure([0, 1]).measure([1])
    for version in (2, 3):
        again = from_qasm(to_qasm(circuit, version))
        expected = circuit.copy()
        late = "p_Late_key_" if version == 2 else "Late_key_"
        steps = [step._replace(data=late) if step.data == "Late key!" else step for step in expected]
        assert list(again) == steps


def test_whole_registers_are_measured_in_one_line():
    assert "c = measure q;" in to_qasm(Circuit(2).measure())
    assert "measure q -> end;" in to_qasm(Circuit(2).measure(key="end"), 2).replace("end_", "end")
    assert "c[1] = measure q[0];" in to_qasm(Circuit(2).measure([1, 0]))
    assert "c[3] = measure q[1];" in to_qasm(Circuit(2).measure().measure())


def test_the_text_itself():
    theta = Parameter("t")
    text = to_qasm(Circuit(2).sxdg(0).u(0.1, math.pi / 2, -3 * math.pi / 4, 1).rz(1 - 2.5 * theta, 0).measure(1))
    assert text == (
        'OPENQASM 3.0;\ninclude "stdgates.inc";\ninput float[64] t_;\ngate sxdg a { rx(-pi/2) a; }\nqubit[2] q;\n'
        "bit[1] c;\nsxdg q[0];\nU(0.1, pi/2, -3*pi/4) q[1];\nrz(-2.5*t_ + 1.0) q[0];\nc[0] = measure q[1];\n"
    )
    text = to_qasm(Circuit(2).sxdg(0).p(1e-5, 1), 2)
    assert text.splitlines()[2:] == ["gate sxdg a { rx(-pi/2) a; }", "qreg q[2];", "sxdg q[0];", "u1(1.0e-05) q[1];"]


@pytest.mark.parametrize("value", [math.pi, -math.pi / 2, 0.75 * math.pi, math.pi / 3, 1e-300, 1e22, -0.1, 4.0, 0.0])
def test_angles_are_exact(value):
    (step,) = from_qasm(f"qubit q; U({angle_text(value, {})}, 0, 0) q;")
    assert step.angles[0] == value


def test_random_angles_are_exact(rng):
    for value in [*rng.normal(size=200), *(rng.integers(-64, 65, 200) * math.pi / rng.integers(1, 65, 200))]:
        (step,) = from_qasm(f"qubit q; U({angle_text(float(value), {})}, 0, 0) q;")
        assert step.angles[0] == value


def test_what_cannot_be_written_is_refused():
    with pytest.raises(ValueError, match=r"instruction 1, depolarize1 on \(0,\), is noise"):
        to_qasm(Circuit(1).h(0).depolarize1(0.1, 0))
    with pytest.raises(ValueError, match=r"instruction 0, readout_error on \(0,\), is noise"):
        Circuit(1).readout_error(0.1, 0.1, 0).measure().to_qasm()
    with pytest.raises(
        ValueError, match=r"rx on \(1,\), has the unbound angle 2\*a, .*call `bind` first, or use version 3"
    ):
        to_qasm(Circuit(2).rx(2 * Parameter("a"), 1), 2)
    with pytest.raises(ValueError, match="`version` must lie between 2 and 3, got 4"):
        to_qasm(Circuit(1), 4)


def test_methods_of_the_circuit():
    circuit = Circuit(2).h(0).cx(0, 1)
    assert Circuit.from_qasm(circuit.to_qasm()) == circuit
    assert Circuit.from_qasm(circuit.to_qasm(2)) == circuit
