"""`qlearn search --symmetry --noise`: what the state must have, and the device that it will run on."""

import json

import pytest

import qlearn as ql
from qlearn.cli import main
from qlearn.cli._device import read_noise
from qlearn.cli._hamiltonian import read_symmetry

SHEET = {
    "t1": 100, "t2": {"0": 80, "1": 70, "2": 60}, "gate_times": {"1": 0.03, "2": 0.3, "rz": 0},
    "gate_errors": {"1": 0.0005, "2": {"0-1": 0.008, "1-2": 0.01}, "rz": 0}, "readout_errors": [0.01, 0.03],
}  # fmt: skip


def written(path, data):
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def test_the_numbers_of_a_sheet_arrive(tmp_path):
    circuit = ql.Circuit(3).h(0).rz(0.2, 1).cx(1, 0).cx(1, 2).measure()
    wanted = ql.NoiseModel.from_device(
        t1=100, t2={0: 80, 1: 70, 2: 60}, gate_times={1: 0.03, 2: 0.3, "rz": 0},
        gate_errors={1: 0.0005, 2: {(0, 1): 0.008, (1, 2): 0.01}, "rz": 0}, readout_errors=(0.01, 0.03),
    )  # fmt: skip
    found = read_noise(written(tmp_path / "device.json", SHEET))
    assert found.apply(circuit).instructions == wanted.apply(circuit).instructions
    found = read_noise(written(tmp_path / "simple.json", {"p1": 0.001, "p2": 0.01}))
    assert found.apply(circuit).instructions == ql.NoiseModel.depolarizing(0.001, 0.01).apply(circuit).instructions


def test_circuits_are_chosen_by_their_energy_under_noise(tmp_path, capsys):
    device = written(tmp_path / "device.json", {"p1": 0.001, "p2": 0.05})
    arguments = ["search", "ising:3", "--budget", "4000", "--json", "--no-baselines", "--gates", "ry,cx"]
    fronts = []
    for options in ([], ["--noise", str(device)]):
        assert main([*arguments, *options, "--output", str(tmp_path / "circuits")]) == 0
        fronts.append(json.loads(capsys.readouterr().out)["front"])
    chain, noise = ql.datasets.make_ising_chain(3), ql.NoiseModel.depolarizing(0.001, 0.05)
    for row in fronts[1]:
        circuit = ql.Circuit.from_qasm((tmp_path / "circuits" / f"{row['two_qubit_gates']:03}.qasm").read_text())
        noisy = ql.sim.DensityMatrix().expectation(noise.apply(circuit), chain)
        assert row["noisy_energy"] == pytest.approx(float(noisy), abs=1e-9)
    assert max(row["two_qubit_gates"] for row in fronts[1]) < max(row["two_qubit_gates"] for row in fronts[0])


@pytest.mark.parametrize("name", ["S2:blocked", "Z0 + Z1 + Z2 + Z3 + Z4 + Z5", "file"])
def test_a_symmetry_is_kept(name, tmp_path, capsys):
    """Where LiH is stretched, basis states of other spins and numbers of electrons lie near."""
    operator = written(tmp_path / "operator.txt", "".join(f"1 Z{q}\n" for q in range(6)))
    name = str(operator) if name == "file" else name
    value = 0.0 if name.startswith("S2") else 2.0
    arguments = ["search", "LiH:3.4:angstrom", "--budget", "20000", "--json", "--no-baselines", "--gates", "ry,cx"]
    circuits = tmp_path / "circuits"
    assert main([*arguments, "--symmetry", f"{name}={value}", "--penalty", "1.0", "--output", str(circuits)]) == 0
    last = json.loads(capsys.readouterr().out)["front"][-1]
    circuit = ql.Circuit.from_qasm(sorted(circuits.glob("*.qasm"))[-1].read_text())
    operator = read_symmetry(f"{name}=0", 6)[0]
    assert ql.sim.Statevector().expectation(circuit, operator) == pytest.approx(value, abs=0.02)
    assert last["energy"] < -7.6701  # that of the reference


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--symmetry", "S2:blocked"], "must be OPERATOR=VALUE"),
        (["--symmetry", "S2=0"], "must name the order of the modes"),
        (["--symmetry", "Z0=inf"], "must be OPERATOR=VALUE"),
        (["--symmetry", "Z0=1"], "does not commute with the Hamiltonian"),
        (["--symmetry", "Z9=1"], "4"),
        (["--noise", "none.json"], "there is no file none.json"),
    ],
)
def test_wrong_options_leave_with_1(options, message, capsys):
    assert main(["search", "ising:4", "--budget", "100", *options]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "message"),
    [("no json", "is not JSON"), ({"p1": 0.1}, "it has p1"), ([1], "it has no field"), ({"p1": 2, "p2": 0}, "`p1`"),
     ({"t1": 1, "speed": 2}, "it has speed, t1")],
)  # fmt: skip
def test_wrong_files_of_noise_leave_with_1(data, message, tmp_path, capsys):
    path = written(tmp_path / "device.json", data)
    assert main(["search", "ising:3", "--budget", "100", "--noise", str(path)]) == 1
    assert message in capsys.readouterr().err
