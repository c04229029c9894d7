"""Bytecode and the map from parameters to angles."""

import numpy as np
import pytest

import qlearn as ql
from qlearn.circuits import Program
from qlearn.circuits import opcodes as op
from qlearn.circuits.program import AngleMap


def test_opcodes_know_their_qubits_and_angles():
    for name, code in op.OPCODES.items():
        if name == "pauli_rotation":
            continue
        spec = ql.circuits.GATES[name]
        assert (op.QUBITS[code], op.ANGLES[code]) == (spec.n_qubits, spec.n_angles == 1), name


def test_bytecode_of_a_small_circuit():
    theta = ql.Parameter("t")
    program = Program.from_circuit(ql.Circuit(3).h(2).barrier().rzz(2 * theta, 0, 2).measure(1))
    assert program.bytecode.tolist() == [
        [op.H, 2, -1, -1, -1, -1],
        [op.RZZ, 0, 2, -1, -1, 0],
        [op.CHANNEL, 1, -1, 0, -1, -1],
    ]
    assert program.channels[0].kind == "measure"
    assert program.n_records == 1
    assert not program.bytecode.flags.writeable


def test_programs_are_kept_until_the_circuit_grows():
    circuit = ql.Circuit(1).h(0)
    program = Program.from_circuit(circuit)
    assert Program.from_circuit(circuit) is program
    assert Program.from_circuit(circuit.copy()) is program
    assert Program.from_circuit(circuit.x(0)) is not program


def test_angles_are_polynomials_of_the_parameters(rng):
    w, x, b = ql.Parameter("w"), ql.Parameter("x"), ql.Parameter("b")
    angles = [0.5, w, 2 * x - 1, w * x + b, w * w, 3 * w - 2 * b + 0.1]
    angle_map = AngleMap(angles, (w, x, b))
    values = rng.normal(size=(4, 3))
    expected = np.array(
        [
            [a if isinstance(a, float) else a.evaluate(dict(zip("wxb", row, strict=True))) for row in values]
            for a in angles
        ]
    )
    np.testing.assert_allclose(angle_map.table(values), expected, atol=1e-14)
    assert angle_map.depends.tolist() == [False] + [True] * 5
    gradients = rng.normal(size=(6, 4))
    pulled = angle_map.pull_back(values, gradients)
    step = 1e-6
    for column in range(3):
        shift = step * (np.arange(3) == column)
        slope = (angle_map.table(values + shift) - angle_map.table(values - shift)) / (2 * step)
        np.testing.assert_allclose(pulled[:, column], (slope * gradients).sum(axis=0), atol=1e-8)


def test_identity_maps_need_no_arithmetic(rng):
    values, gradients = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    angle_map = AngleMap.identity(3)
    assert np.array_equal(angle_map.table(values), values.T)
    assert np.array_equal(angle_map.pull_back(values, gradients), gradients.T)


def test_values_may_be_named():
    theta, phi = ql.parameters("theta", 2), ql.Parameter("phi")
    circuit = ql.Circuit(1).rx(phi, 0).ry(theta[1], 0).rz(theta[0], 0)
    angle_map = Program.from_circuit(circuit).angle_map
    assert [parameter.name for parameter in angle_map.parameters] == ["phi", "theta[0]", "theta[1]"]
    values, batched = angle_map.values({theta: [1.0, 2.0], "phi": 3.0})
    assert (values.tolist(), batched) == ([[3.0, 1.0, 2.0]], False)
    values, batched = angle_map.values({theta: [1.0, 2.0], phi: [3.0, 4.0]})
    assert (values.tolist(), batched) == ([[3.0, 1.0, 2.0], [4.0, 1.0, 2.0]], True)
    with pytest.raises(ValueError, match=r"No value for theta\[0\], theta\[1\]"):
        angle_map.values({"phi": 1.0})


@pytest.mark.parametrize(
    ("opcode", "qubits", "angle", "message"),
    [
        ([op.CHANNEL], [[0]], [-1], "`opcode` must name gates"),
        ([99], [[0]], [-1], "`opcode` must name gates"),
        ([op.CX], [[0, 0]], [-1], "Row 0 must name 2 distinct qubits below 2"),
        ([op.H, op.CX], [[0, -1], [0, 2]], [-1, -1], "Row 1 must name 2 distinct qubits below 2"),
        ([op.RX], [[0]], [-1], "Row 0: `angle` must be -1 exactly"),
        ([op.H], [[0]], [0], "Row 0: `angle` must be -1 exactly"),
    ],
)
def test_bad_arrays_are_refused(opcode, qubits, angle, message):
    with pytest.raises(ValueError, match=message):
        Program.from_arrays(2, opcode, qubits, angle)


def test_wide_circuits_are_refused():
    with pytest.raises(ValueError, match="at most 62 qubits, got 63; use the Stabilizer engine"):
        Program.from_circuit(ql.Circuit(63))


def test_a_pickled_program_runs_in_the_same_kernels():
    import pickle

    from qlearn.sim._kernels.drivers import evaluate

    theta = ql.parameters("theta", 2)
    program = Program.from_circuit(ql.Circuit(2).ry(theta[0], 0).rzz(theta[1], 0, 1).cx(0, 1))
    engine, observable = ql.sim.Statevector(), ql.PauliSum("XZ")
    value, gradient = engine.value_and_gradient(program, observable, [0.3, 0.4])
    n_compiled = len(evaluate.signatures)
    copy = pickle.loads(pickle.dumps(program))
    assert not copy.bytecode.flags.writeable
    again = engine.value_and_gradient(copy, observable, [0.3, 0.4])
    assert again[0] == value
    np.testing.assert_array_equal(again[1], gradient)
    assert len(evaluate.signatures) == n_compiled
