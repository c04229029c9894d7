"""PennyLane both ways, held to PennyLane's own matrices and wire order."""

import numpy as np
import pytest

from qlearn.circuits import Circuit, Parameter
from qlearn.interop import pennylane as ours
from qlearn.paulis import PauliSum
from qlearn.sim import Statevector
from tests.naive import simulator


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match="a tape or operations of PennyLane are needed, got 3"):
        ours.import_circuit([3])
    with pytest.raises(TypeError, match="Pauli representation is needed, got 3"):
        ours.import_observable(3)


qml = pytest.importorskip("pennylane")


def theirs(tape, n_qubits):
    return qml.matrix(tape, wire_order=range(n_qubits))


@pytest.mark.parametrize("n_qubits", range(1, 6))
def test_x_on_every_qubit(n_qubits):
    for qubit in range(n_qubits):
        tape = ours.export_circuit(Circuit(n_qubits).x(qubit))
        device = qml.device("default.qubit", wires=n_qubits)
        state = qml.execute([qml.tape.QuantumScript(tape.operations, [qml.state()])], device)[0]
        assert np.allclose(state, simulator.statevector(Circuit(n_qubits).x(qubit)))
        others = [qml.Identity(wire) for wire in range(n_qubits)]
        assert ours.import_circuit([qml.PauliX(qubit), *others]) == ours.import_circuit(
            [qml.PauliX(qubit), *others], wires=range(n_qubits)
        )
        assert ours.import_circuit([qml.PauliX(qubit)], wires=range(n_qubits)) == Circuit(n_qubits).x(qubit)
        label = "".join("X" if q == qubit else "I" for q in range(n_qubits))
        assert ours.import_observable(qml.PauliX(qubit), n_qubits=n_qubits) == PauliSum(label)
        assert ours.export_observable(PauliSum(label)).pauli_rep == qml.PauliX(qubit).pauli_rep


@pytest.mark.parametrize("seed", range(25))
def test_random_circuits_both_ways(seed, random_circuit, same_up_to_phase):
    n_qubits = 1 + seed % 5
    circuit = random_circuit(np.random.default_rng(seed), n_qubits)
    tape = ours.export_circuit(circuit)
    unitary = simulator.unitary(circuit)
    same_up_to_phase(unitary, theirs(tape, n_qubits))
    same_up_to_phase(unitary, simulator.unitary(ours.import_circuit(tape, range(n_qubits))))
    same_up_to_phase(unitary, simulator.unitary(ours.import_circuit(tape.operations, range(n_qubits))))


@pytest.mark.slow
@pytest.mark.parametrize("n_qubits", range(1, 9))
def test_the_engine_gives_their_states(n_qubits, random_circuit):
    device = qml.device("default.qubit", wires=n_qubits)
    for seed in range(38):  # 304 circuits in all
        circuit = random_circuit(np.random.default_rng([n_qubits, seed]), n_qubits, n_gates=40)
        operations = ours.export_circuit(circuit).operations
        state = qml.execute([qml.tape.QuantumScript(operations, [qml.state()])], device)[0]
        assert abs(abs(np.vdot(state, Statevector().run(circuit).amplitudes)) - 1) < 1e-10


def test_their_operations(same_up_to_phase):
    operations = [
        qml.Hadamard(0),
        qml.Rot(0.1, 0.2, 0.3, wires=1),
        qml.U1(0.4, wires=2),
        qml.U2(0.1, 0.5, wires=0),
        qml.U3(0.1, 0.2, 0.3, wires=3),
        qml.MultiRZ(0.7, wires=[0, 2, 3]),
        qml.PauliRot(0.3, "XIYZ", wires=[3, 1, 0, 2]),
        qml.adjoint(qml.S(0)),
        qml.adjoint(qml.RX(0.3, 1)),
        qml.ctrl(qml.RX(0.2, wires=2), control=[0, 1], control_values=[1, 0]),
        qml.IsingXY(0.2, wires=[0, 1]),
        qml.CRot(0.1, 0.2, 0.3, wires=[1, 0]),
        qml.QubitUnitary(qml.matrix(qml.CRX(0.3, wires=[0, 1])), wires=[2, 0]),
        qml.SISWAP(wires=[1, 2]),
        qml.PSWAP(0.3, wires=[0, 1]),
        qml.OrbitalRotation(0.3, wires=[0, 1, 2, 3]),
        qml.FermionicSWAP(0.4, wires=[1, 3]),
        qml.MultiControlledX(wires=[0, 1, 2, 3]),
        qml.QFT(wires=[0, 1, 2]),
        qml.DoubleExcitation(0.3, wires=[2, 0, 1, 3]),
        qml.SingleExcitationPlus(0.2, wires=[3, 0]),
        qml.pow(qml.SX(0), 3),
        qml.GlobalPhase(0.3),
        qml.Barrier(wires=[0, 1]),
        qml.ECR(wires=[0, 2]),
        qml.StronglyEntanglingLayers(np.arange(24).reshape(2, 4, 3) / 7, wires=range(4)),
    ]
    tape = qml.tape.QuantumScript(operations, [qml.expval(qml.PauliZ(0))])
    same_up_to_phase(simulator.unitary(ours.import_circuit(tape)), theirs(qml.tape.QuantumScript(operations), 4))


def test_wires_that_are_no_numbers():
    operations = [qml.CNOT(wires=["b", "a"])]
    assert ours.import_circuit(operations) == Circuit(2).cx(0, 1)
    assert ours.import_circuit(operations, ["a", "b"]) == Circuit(2).cx(1, 0)
    tape = ours.export_circuit(Circuit(2).cx(0, 1), ["b", "a"])
    assert ours.import_circuit(tape, ["a", "b"]) == Circuit(2).cx(1, 0)
    assert ours.import_circuit([qml.CNOT(wires=[3, 1])]) == Circuit(4).cx(3, 1)
    with pytest.raises(ValueError, match=r"'a' is not among `wires` \['b'\]"):
        ours.import_circuit(operations, ["b"])


def test_measurements_and_noise():
    circuit = Circuit(2).h(0).measure([1, 0]).reset(1).barrier(0, 1).depolarize1(0.1, 0).kraus([np.eye(2)], 1)
    again = ours.import_circuit(ours.export_circuit(circuit))
    assert [step.name for step in again] == ["h", "measure", "measure", "reset", "barrier", "kraus", "kraus"]
    assert np.allclose(simulator.density_matrix(again), simulator.density_matrix(circuit))
    assert ours.import_circuit([qml.DepolarizingChannel(0.1, wires=0), qml.AmplitudeDamping(0.2, wires=1)]) == Circuit(
        2
    ).depolarize1(0.1, 0).amplitude_damping(0.2, 1)
    noisy = [
        qml.Hadamard(0),
        qml.DepolarizingChannel(0.3, wires=0),
        qml.PhaseDamping(0.2, wires=0),
        qml.BitFlip(0.1, 0),
    ]
    device = qml.device("default.mixed", wires=1)
    rho = qml.execute([qml.tape.QuantumScript(noisy, [qml.density_matrix(0)])], device)[0]
    assert np.allclose(rho, simulator.density_matrix(ours.import_circuit(noisy)))


def test_what_has_no_counterpart_is_refused():
    with pytest.raises(ValueError, match="has the unbound angle a, and PennyLane has no open parameters"):
        ours.export_circuit(Circuit(1).rx(Parameter("a"), 0))
    with pytest.raises(ValueError, match="readout_error on .* has no counterpart in a circuit of PennyLane"):
        ours.export_circuit(Circuit(1).readout_error(0.1, 0.1, 0).measure())
    with pytest.raises(ValueError, match="has an angle of shape"):
        ours.import_circuit([qml.RX(np.array([0.1, 0.2]), wires=0)])
    with pytest.raises(ValueError, match="must be 2 different labels"):
        ours.export_circuit(Circuit(2), ["a"])
    with qml.queuing.AnnotatedQueue() as queue:
        bit = qml.measure(0)
        qml.cond(bit, qml.PauliX)(1)
    with pytest.raises(ValueError, match="is classical control"):
        ours.import_circuit(qml.tape.QuantumScript.from_queue(queue))
    with qml.queuing.AnnotatedQueue() as queue:
        qml.measure(0, postselect=1)
    with pytest.raises(ValueError, match="selects an outcome"):
        ours.import_circuit(qml.tape.QuantumScript.from_queue(queue))


def test_observables(hamiltonian):
    observable, matrix = hamiltonian(3)
    exported = ours.export_observable(observable)
    assert np.allclose(qml.matrix(exported, wire_order=range(3)), matrix)
    assert ours.import_observable(exported, n_qubits=3) == observable
    assert ours.import_observable(0.5 * qml.Z(2) @ qml.X(0) - 3 * qml.Identity(1)) == PauliSum({"XIZ": 0.5, "III": -3})
    named = qml.Hamiltonian([0.5, 2.0], [qml.Z("a") @ qml.X("b"), qml.Y("b")])
    assert ours.import_observable(named, ["b", "a"]) == PauliSum({"XZ": 0.5, "YI": 2.0})
    with pytest.raises(TypeError, match="an operator with a Pauli representation is needed"):
        ours.import_observable(qml.RX(0.1, wires=0))
