"""Cirq both ways, held to Cirq's own unitaries and orders."""

import numpy as np
import pytest

from qlearn.circuits import Circuit, Parameter, parameters
from qlearn.interop import cirq as ours
from qlearn.paulis import PauliSum
from tests.naive import simulator


def test_other_objects_are_refused():
    for function, name in ((ours.import_circuit, "cirq.Circuit"), (ours.import_observable, "PauliString")):
        with pytest.raises(TypeError, match=f"{name} is needed, got"):
            function(3 if name == "cirq.Circuit" else {})
    with pytest.raises(TypeError, match=r"cirq.Result is needed, got dict"):
        ours.import_bits({})


class Result:
    """What a simulator returns."""

    measurements = {"a": np.array([[0, 1], [1, 1]]), "b": np.array([[0], [1]])}


def test_bits_in_the_order_of_the_keys():
    assert ours.import_bits(Result()).tolist() == [[0, 1, 0], [1, 1, 1]]
    assert ours.import_bits(Result(), ["b", "a"]).tolist() == [[0, 0, 1], [1, 1, 1]]
    with pytest.raises(ValueError, match=r"no measurement 'c'; the result has \['a', 'b'\]"):
        ours.import_bits(Result(), ["c"])


cirq = pytest.importorskip("cirq")
sympy = pytest.importorskip("sympy")


def theirs(circuit, n_qubits):
    return circuit.unitary(
        qubit_order=cirq.LineQubit.range(n_qubits), qubits_that_should_be_present=cirq.LineQubit.range(n_qubits)
    )


@pytest.mark.parametrize("n_qubits", range(1, 6))
def test_x_on_every_qubit(n_qubits):
    line = cirq.LineQubit.range(n_qubits)
    for qubit in range(n_qubits):
        bits = [int(q == qubit) for q in range(n_qubits)]
        exported = ours.export_circuit(Circuit(n_qubits).x(qubit).measure(key="m"))
        assert ours.import_bits(cirq.Simulator(seed=0).run(exported)).tolist() == [bits]
        made = cirq.Circuit(cirq.X(line[qubit]))
        imported = ours.import_circuit(made, line)
        assert imported == Circuit(n_qubits).x(qubit)
        vector = cirq.final_state_vector(made, qubit_order=line, dtype=np.complex128)
        assert np.allclose(vector, simulator.statevector(imported))
        label = "".join("X" if bit else "I" for bit in bits)
        assert ours.import_observable(cirq.X(line[qubit]) * 1.0, line) == PauliSum(label)
        assert ours.export_observable(PauliSum(label)) == cirq.PauliSum() + cirq.X(line[qubit])


@pytest.mark.parametrize("seed", range(25))
def test_random_circuits_both_ways(seed, random_circuit, same_up_to_phase):
    n_qubits = 1 + seed % 5
    circuit = random_circuit(np.random.default_rng(seed), n_qubits)
    exported = ours.export_circuit(circuit)
    unitary = simulator.unitary(circuit)
    same_up_to_phase(unitary, theirs(exported, n_qubits))
    same_up_to_phase(unitary, simulator.unitary(ours.import_circuit(exported)))


@pytest.mark.parametrize("seed", range(15))
def test_their_random_circuits(seed, same_up_to_phase):
    line = cirq.LineQubit.range(4)
    domain = {
        cirq.X**0.3: 1,
        cirq.Y**-0.7: 1,
        cirq.Z**0.2: 1,
        cirq.H: 1,
        cirq.H**0.3: 1,
        cirq.T**-1: 1,
        cirq.rx(0.4): 1,
        cirq.rz(-5.0): 1,
        cirq.PhasedXZGate(x_exponent=0.2, z_exponent=0.1, axis_phase_exponent=0.3): 1,
        cirq.CNOT**0.3: 2,
        cirq.CNOT: 2,
        cirq.CZ**-0.4: 2,
        cirq.SWAP**0.5: 2,
        cirq.ISWAP**0.3: 2,
        cirq.ISWAP: 2,
        cirq.XX**0.3: 2,
        cirq.YY**0.7: 2,
        cirq.ZZ**-0.2: 2,
        cirq.FSimGate(0.3, 0.2): 2,
        cirq.TOFFOLI: 3,
        cirq.TOFFOLI**0.3: 3,
        cirq.CCZ**0.4: 3,
        cirq.CSWAP: 3,
        cirq.ControlledGate(cirq.Y**0.3, num_controls=2, control_values=[0, 1]): 3,
        cirq.QuantumFourierTransformGate(3): 3,
    }
    circuit = cirq.testing.random_circuit(line, 15, 0.9, gate_domain=domain, random_state=seed)
    same_up_to_phase(simulator.unitary(ours.import_circuit(circuit, line)), theirs(circuit, 4))


def test_symbols_both_ways(same_up_to_phase):
    theta, x = parameters("theta", 2), Parameter("x")
    circuit = Circuit(3).rx(2 * theta[1] * x - 0.5, 0).ry(x * x, 1).rz(-theta[0], 2).p(x, 0).cp(theta[0], 0, 1)
    circuit.crx(x, 1, 2).ryy(theta[1] / 3, 0, 2).ccrz(x - 1, 0, 1, 2).cry(-x, 2, 0)
    exported = ours.export_circuit(circuit)
    assert cirq.parameter_names(exported) == {"theta[0]", "theta[1]", "x"}
    values = {"theta[0]": 0.3, "theta[1]": -1.1, "x": 0.7}
    resolved = cirq.resolve_parameters(exported, values)
    same_up_to_phase(simulator.unitary(circuit, values), theirs(resolved, 3))
    again = ours.import_circuit(exported)
    assert {p.name for p in again.parameters} == set(values)
    same_up_to_phase(simulator.unitary(again, values), simulator.unitary(circuit, values))


def test_their_symbols(same_up_to_phase):
    a, b = sympy.symbols("a b")
    line = cirq.LineQubit.range(3)
    circuit = cirq.Circuit(
        cirq.X(line[0]) ** (a * b + 1),
        cirq.CNOT(line[0], line[1]) ** a,
        cirq.CCX(*line) ** b,
        cirq.CZ(line[1], line[2]) ** (a / 2),
        cirq.ISWAP(line[0], line[1]) ** b,
        cirq.ry(a)(line[2]),
        cirq.ZZ(line[0], line[2]) ** a,
        cirq.ControlledGate(cirq.rx(b))(line[2], line[0]),
        cirq.PhasedXPowGate(phase_exponent=a, exponent=b)(line[1]),
    )
    values = {"a": 0.37, "b": -0.81}
    found = simulator.unitary(ours.import_circuit(circuit), values)
    same_up_to_phase(found, theirs(cirq.resolve_parameters(circuit, values), 3))
    with pytest.raises(ValueError, match="is no polynomial in its symbols"):
        ours.import_circuit(cirq.Circuit(cirq.X(line[0]) ** sympy.sin(a)))


def test_rotations_keep_their_names_and_unused_qubits_their_place(same_up_to_phase):
    line = cirq.LineQubit.range(2)
    turned = cirq.Circuit(cirq.rx(0.3)(line[0]), cirq.rz(0.5)(line[0]), cirq.ry(0.4)(line[0]), cirq.Z(line[0]) ** 0.7)
    assert [step.name for step in ours.import_circuit(turned)] == ["rx", "rz", "ry", "p"]
    assert ours.import_circuit(ours.export_circuit(Circuit(3).x(1))).n_qubits == 3
    on_zero = cirq.Circuit(cirq.ControlledGate(cirq.rx(0.3), control_values=[0])(*line))
    same_up_to_phase(simulator.unitary(ours.import_circuit(on_zero)), theirs(on_zero, 2))


def test_other_kinds_of_qubits_are_sorted_or_listed():
    first, second = cirq.NamedQubit("z"), cirq.NamedQubit("a")
    circuit = cirq.Circuit(cirq.CNOT(first, second))
    assert ours.import_circuit(circuit) == Circuit(2).cx(1, 0)
    assert ours.import_circuit(circuit, [first, second]) == Circuit(2).cx(0, 1)
    assert ours.import_circuit(ours.export_circuit(Circuit(2).cx(0, 1), [first, second]), [first, second]) == Circuit(
        2
    ).cx(0, 1)
    with pytest.raises(ValueError, match="is not among `qubits`"):
        ours.import_circuit(circuit, [first])
    with pytest.raises(ValueError, match="must be 2 different qubits"):
        ours.export_circuit(Circuit(2), [first, first])


def test_noise_and_measurements(same_up_to_phase):
    circuit = Circuit(2).h(0).cx(0, 1).depolarize1(0.1, 0).bit_flip(0.2, 1).phase_flip(0.3, 0).amplitude_damping(0.2, 1)
    circuit.phase_damping(0.3, 0).depolarize2(0.2, 1, 0).pauli_channel1((0.1, 0.2, 0.05), 1).thermal_relaxation(
        2.0, 1.5, 0.4, 0
    )
    exported = ours.export_circuit(circuit)
    rho = cirq.DensityMatrixSimulator(dtype=np.complex128).simulate(exported).final_density_matrix
    assert np.allclose(rho, simulator.density_matrix(circuit), atol=1e-7)
    again = ours.import_circuit(exported)
    assert np.allclose(simulator.density_matrix(again), simulator.density_matrix(circuit), atol=1e-7)
    assert [step.name for step in again][:8] == [step.name for step in circuit][:8]
    measured = Circuit(2).x(1).measure([1, 0], key="k").reset(1).measure(1)
    assert ours.import_circuit(ours.export_circuit(measured)) == Circuit(2).x(1).measure([1, 0], key="k").reset(
        1
    ).measure(1, key="m0")


def test_what_has_no_counterpart_is_refused():
    q = cirq.LineQubit(0)
    with pytest.raises(ValueError, match="readout_error on .* has no counterpart in a circuit of Cirq"):
        ours.export_circuit(Circuit(1).readout_error(0.1, 0.1, 0).measure())
    with pytest.raises(ValueError, match="is classical control"):
        ours.import_circuit(cirq.Circuit(cirq.measure(q, key="a"), cirq.X(q).with_classical_controls("a")))
    with pytest.raises(ValueError, match="inverted or confused"):
        ours.import_circuit(cirq.Circuit(cirq.measure(q, key="a", invert_mask=(True,))))
    with pytest.raises(ValueError, match="has 3 levels"):
        ours.import_circuit(cirq.Circuit(cirq.IdentityGate(qid_shape=(3,))(cirq.LineQid(0, 3))))
    with pytest.raises(ValueError, match="no qubits"):
        ours.import_circuit(cirq.Circuit())


def test_observables(hamiltonian):
    observable, matrix = hamiltonian(3)
    line = cirq.LineQubit.range(3)
    exported = ours.export_observable(observable)
    assert np.allclose(exported.matrix(line), matrix)
    assert ours.import_observable(exported, line) == observable
    assert ours.import_observable(cirq.Z(line[2]) * cirq.X(line[0]) * 0.5) == PauliSum({"XZ": 0.5})
