"""Noise models: which channels appear where, and that a device's gates get the stated infidelity."""

import math

import networkx as nx
import numpy as np
import pytest

from qlearn.circuits import GATES, Circuit, Instruction, NoiseModel, channel_kraus, gate_matrix
from qlearn.circuits._device import depolarizing_probability
from tests.naive import simulator as naive


def names(circuit):
    return [(step.name, step.qubits) for step in circuit]


def average_infidelity(noisy, ideal):
    """1 - average fidelity over input states, from the entanglement fidelity on a doubled register."""
    n = noisy.n_qubits
    superoperator = np.eye(4**n, dtype=complex)
    for step in noisy:
        kraus = [gate_matrix(step)] if step.name in GATES else channel_kraus(step)
        full = [naive.embed(k, step.qubits, n) for k in kraus]
        superoperator = sum(np.kron(k, k.conj()) for k in full) @ superoperator
    target = naive.unitary(ideal)
    d = 2**n
    entanglement = np.trace(np.kron(target, target.conj()).conj().T @ superoperator).real / d**2
    return 1 - (d * entanglement + 1) / (d + 1)


def test_depolarizing():
    noise = NoiseModel.depolarizing(0.001, 0.01, readout=0.02)
    noisy = noise.apply(Circuit(2).h(0).cx(1, 0).barrier().reset(0).measure([1, 0]))
    assert noisy == (
        Circuit(2).h(0).depolarize1(0.001, 0).cx(1, 0).depolarize2(0.01, 1, 0).barrier().reset(0)
        .readout_error(0.02, 0.02, 1).readout_error(0.02, 0.02, 0).measure([1, 0])
    )  # fmt: skip
    assert NoiseModel.depolarizing(0.001, 0).apply(Circuit(2).cx(0, 1)) == Circuit(2).cx(0, 1)
    with pytest.raises(ValueError, match=r"gates on at most 2 qubits, the circuit has ccx on \(0, 1, 2\); decompose"):
        noise.apply(Circuit(3).ccx(0, 1, 2))
    with pytest.raises(ValueError, match="`p2` must be a probability between 0 and 1"):
        NoiseModel.depolarizing(0.1, 1.1)


def test_the_circuit_itself_is_unchanged():
    circuit = Circuit(2).h(0).cx(0, 1)
    NoiseModel.depolarizing(0.1, 0.1).apply(circuit)
    assert circuit == Circuit(2).h(0).cx(0, 1)


def test_the_most_specific_rule_wins():
    def flip(p):
        return Circuit(1).bit_flip(p, 0)

    noise = NoiseModel().after(flip(0.1)).after(flip(0.2), gates="x").after(flip(0.3), qubits=1)
    noise.after(flip(0.4), gates=["x", "y"], qubits=[1])
    circuit = Circuit(3).h(0).x(0).h(1).x(1).cx(0, 2).reset(0)
    found = [(step.qubits, step.data[0]) for step in noise.apply(circuit) if step.name == "bit_flip"]
    assert found == [((0,), 0.1), ((0,), 0.2), ((1,), 0.3), ((1,), 0.4), ((0,), 0.1), ((2,), 0.1)]
    noise.after(flip(0.5), gates="x")
    assert noise.apply(Circuit(1).x(0)) == Circuit(1).x(0).bit_flip(0.5, 0)
    noise.after(flip(0.6), gates="reset")
    assert noise.apply(Circuit(1).reset(0)) == Circuit(1).reset(0).bit_flip(0.6, 0)


def test_rules_by_edge_fit_both_directions():
    biased = Circuit(2).bit_flip(0.1, 0).phase_flip(0.2, 1)
    noise = NoiseModel().after(biased, gates="cx", qubits=(2, 0))
    assert noise.apply(Circuit(3).cx(0, 2)) == Circuit(3).cx(0, 2).bit_flip(0.1, 2).phase_flip(0.2, 0)
    assert noise.apply(Circuit(3).cx(0, 1)) == Circuit(3).cx(0, 1)
    noise.after(Circuit(2).phase_flip(0.3, 0), gates="cx", qubits=(0, 2))
    assert noise.apply(Circuit(3).cx(0, 2)) == Circuit(3).cx(0, 2).phase_flip(0.3, 0)


def test_idle_noise_by_layer():
    noise = NoiseModel().while_idle(Circuit(1).phase_flip(0.1, 0)).while_idle(Circuit(1).phase_flip(0.2, 0), qubits=2)
    circuit = Circuit(3).h(0).h(1).h(2).h(1).h(1).cx(1, 2).cx(0, 1)
    assert names(noise.apply(circuit)) == [
        *[("h", (q,)) for q in (0, 1, 2, 1, 1)],
        *[("phase_flip", (2,))] * 2,
        ("cx", (1, 2)),
        *[("phase_flip", (0,))] * 3,
        ("cx", (0, 1)),
    ]


def test_nothing_waits_before_its_first_instruction():
    noise = NoiseModel().while_idle(Circuit(1).phase_flip(0.1, 0))
    assert not noise.apply(Circuit(2).h(0).h(0).cx(0, 1)).has_noise


SHEET = {
    "t1": {0: 100.0, 1: 60.0, 2: 80.0},
    "t2": [80.0, 110.0, 50.0],
    "gate_times": {1: 0.05, 2: {(0, 1): 0.4, (1, 2): 0.6}, "rz": 0.0, "measure": 2.0},
    "gate_errors": {1: {0: 0.001, 1: 0.002, 2: 0.0015}, 2: {(1, 0): 0.012, (1, 2): 0.02}, "rz": 0.0},
    "readout_errors": {0: (0.01, 0.03), 1: 0.02, 2: (0.0, 0.1)},
}


@pytest.mark.parametrize(
    ("build", "error"),
    [
        (lambda: Circuit(1).h(0), 0.001),
        (lambda: Circuit(1).sx(0), 0.001),
        (lambda: Circuit(2).cx(0, 1), 0.012),
        (lambda: Circuit(2).cz(1, 0), 0.012),
        (lambda: Circuit(1).rz(0.3, 0), 0.0),
    ],
)
def test_gates_have_the_infidelity_of_the_sheet(build, error):
    circuit = build()
    noisy = NoiseModel.from_device(**SHEET).apply(circuit)
    assert average_infidelity(noisy, circuit) == pytest.approx(error, abs=1e-13)


def test_relaxation_alone_where_the_sheet_contradicts_itself():
    noise = NoiseModel.from_device(t1=10.0, t2=10.0, gate_times=1.0, gate_errors=1e-4)
    assert noise.apply(Circuit(1).x(0)) == Circuit(1).x(0).thermal_relaxation(10.0, 10.0, 1.0, 0)
    assert depolarizing_probability(1e-4, 1.0, [(10.0, 10.0)]) == 0.0


def test_waiting_costs_time():
    noisy = NoiseModel.from_device(**SHEET).apply(Circuit(3).h(0).h(1).cx(1, 2).cx(0, 1).measure())
    waits = [s for s in noisy if s.name == "thermal_relaxation" and s.qubits == (0,)]
    # Qubit 0: its own gate, the 0.6 of the gate on (1, 2), and the gate on (0, 1).
    assert [s.data[2] for s in waits] == pytest.approx([0.05, 0.6, 0.4])
    assert all(s.data[:2] == (100.0, 80.0) for s in waits)
    assert [s.data for s in noisy if s.name == "readout_error"] == [(0.01, 0.03), (0.02, 0.02), (0.0, 0.1)]


def test_measurement_time_counts_for_others():
    noisy = NoiseModel.from_device(**SHEET).apply(Circuit(2).h(0).h(1).measure(0).cx(0, 1))
    waits = [s.data[2] for s in noisy if s.name == "thermal_relaxation" and s.qubits == (1,)]
    assert waits == pytest.approx([0.05, 2.0, 0.4])


def test_coupling():
    noise = NoiseModel.from_device(nx.path_graph(3), **SHEET)
    with pytest.raises(
        ValueError, match=r"cx on qubits \(0, 2\): they are not coupled, qubit 0 has the neighbours \[1\]"
    ):
        noise.apply(Circuit(3).cx(0, 2))
    with pytest.raises(ValueError, match="qubit 3 is not a node of the coupling graph"):
        noise.apply(Circuit(4).h(3))
    with pytest.raises(ValueError, match=r"no entry for 'cx' on the edge \(0, 2\)"):
        noise.apply(Circuit(3).cx(0, 2), check_coupling=False)
    assert NoiseModel(nx.DiGraph([(0, 1)])).apply(Circuit(2).cx(1, 0)) == Circuit(2).cx(1, 0)
    with pytest.raises(ValueError, match="`t1` has no entry for qubit 3"):
        NoiseModel.from_device(nx.path_graph(4), **SHEET)


def test_existing_noise_stays():
    circuit = Circuit(1).bit_flip(0.1, 0).h(0)
    assert NoiseModel.depolarizing(0.2, 0.2).apply(circuit) == Circuit(1).bit_flip(0.1, 0).h(0).depolarize1(0.2, 0)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: NoiseModel.from_device(t1=-1.0), "t1 of qubit 0 must be a positive time, got -1.0"),
        (lambda: NoiseModel.from_device(t1=1.0, t2=2.5), r"must be at most 2 \* t1"),
        (lambda: NoiseModel.from_device(gate_errors={3: 0.1}), "Keys of `gate_errors` must be gate names, 1 or 2"),
        (lambda: NoiseModel.from_device(readout_errors=1.2), "readout_error: `p01` must be a probability"),
        (
            lambda: NoiseModel.from_device(gate_errors={2: 0.1}).apply(Circuit(1).h(0)),
            "no entry for 'h' and none for 1",
        ),
        (lambda: NoiseModel.from_device(gate_errors=0.95).apply(Circuit(1).h(0)), "more than depolarising can cause"),
        (lambda: NoiseModel.from_device(gate_errors=math.nan).apply(Circuit(1).h(0)), "must be a probability"),
        (lambda: NoiseModel.from_device(gate_times=-1.0).apply(Circuit(1).h(0)), "must be a finite number"),
        (lambda: NoiseModel.from_device(gate_errors=0.1).apply(Circuit(3).ccx(0, 1, 2)), "decompose it first"),
        (lambda: NoiseModel().after(Circuit(1).h(0)), "noise channels only, got h"),
        (lambda: NoiseModel().after(Circuit(1).readout_error(0.1, 0.1, 0)), "use `before_measurement`"),
        (lambda: NoiseModel().after(Circuit(1), gates="cnot"), "'cnot', which is no gate"),
        (lambda: NoiseModel().after(Circuit(2), gates="h"), "act on 2 qubits, h acts on 1"),
        (lambda: NoiseModel().after(Circuit(2), qubits=[0, 1, 2]), "act on 2 qubits, the rule is for 3"),
        (lambda: NoiseModel().before_measurement(Circuit(2)), "on one qubit, got 2"),
    ],
)
def test_bad_models(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_bad_types():
    with pytest.raises(TypeError, match=r"must be a networkx\.Graph"):
        NoiseModel([(0, 1)])
    with pytest.raises(TypeError, match="must be a Circuit of noise channels"):
        NoiseModel().after(Instruction("bit_flip", (0,), (), (0.1,)))
    with pytest.raises(TypeError, match="must be a number or a mapping"):
        NoiseModel.from_device(gate_errors=[0.1])


def test_a_final_measurement_is_noisy_too():
    noise = NoiseModel.from_device(readout_errors={0: (0.1, 0.2), 1: 0.3})
    circuit = Circuit(2).h(0).cx(0, 1)
    assert noise.apply(circuit) == circuit
    expected = circuit.copy().readout_error(0.1, 0.2, 0).readout_error(0.3, 0.3, 1)
    assert noise.apply(circuit, final_measurement=True) == expected
    measured = circuit.copy().measure(0)
    assert noise.apply(measured, final_measurement=True) == noise.apply(measured)
