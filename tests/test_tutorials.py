"""Every tutorial runs as a program and shows what its text claims; every example of the README prints what it says."""

import doctest
import os
import re
import subprocess
import sys
import time
import tokenize
import tomllib

import pytest

import qlearn
from tests import house

FOLDER = house.ROOT.parent / "tutorials"
TUTORIALS = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
NUMBER = r"([-+]?\d*\.?\d+(?:e[-+]?\d+)?)"

# For each tutorial, lines that its output must have, and a range for every number in them.
CLAIMS = {
    "01_simulation": [
        (r"X on qubit 0 gives index 2", []),
        (rf"entropy of qubit 0: {NUMBER}, log 2 = 0\.693147", [(0.693146, 0.693148)]),
        (rf"fidelity of values by order, by name and bound: {NUMBER} {NUMBER}", [(1 - 1e-11, 1 + 1e-11)] * 2),
        (r"commutes with the sum of Z: False\ncommutes with X X X: +True", []),
        (rf"energy of the circuit {NUMBER}, never below -3\.124885", [(-3.124885, 3.13)]),
        (rf"shape \(2000, 2\) largest difference {NUMBER}", [(0, 1e-13)]),
        (r"the same with two threads, to the last bit: True", []),
        (rf"parameter shift  .* off by {NUMBER}\n", [(0, 1e-12)]),
        (rf"finite differences .* off by {NUMBER}\n", [(0, 1e-8)]),
        (rf"parameter shift, shots .* off by {NUMBER} errors", [(0, 4.5)]),
        (rf"SPSA, 400 directions .* off by {NUMBER} errors", [(0, 4.5)]),
        (rf"Hessian: asymmetry {NUMBER}", [(0, 1e-12)]),
        (rf"metric: eigenvalues \[{NUMBER} ", [(0, 1)]),
        # 300 runs: a share of 0.68 has the standard error 0.027.
        (rf"holds the truth in {NUMBER} % of 300 runs; spread {NUMBER}, stated {NUMBER}",
         [(58, 78), (0.05, 0.07), (0.05, 0.07)]),
        (r"the same seed gives the same estimate: True", []),
        (rf"trajectories .*: off by {NUMBER} errors", [(0, 4.5)]),
        (rf"is read as 1 in {NUMBER} % of shots; 92 % was asked for", [(91, 93)]),
        (rf"the energy is conserved to {NUMBER}", [(0, 1e-8)]),
        (rf"order 1: .*: power {NUMBER}\norder 2: .*: power {NUMBER}\norder 4: .*: power {NUMBER}\n",
         [(0.9, 1.1), (1.9, 2.1), (3.8, 4.2)]),
        (rf"1\.2 A +15\.083 mHa +{NUMBER} mHa", [(0, 0.001)]),
        (rf"2\.2 A +36\.885 mHa +{NUMBER} mHa", [(0, 0.001)]),
        (rf"3\.4 A +119\.029 mHa +{NUMBER} mHa", [(0, 0.001)]),
        (rf"at 3\.4 A, from 100000 shots: {NUMBER} ± {NUMBER} .*; exact -7\.789089",
         [(-7.804, -7.774), (0.0016, 0.005)]),
        (rf"energy of the circuit read back differs by {NUMBER} Hartree", [(0, 1e-12)]),
        (r"saved and loaded, the circuit is the same: True", []),
    ],
    "02_estimating": [
        (rf"ZZ: \+1\.000 \+- {NUMBER} from 500 shots", [(0.003, 0.005)]),
        (r"XY: \+nan \+- nan from 0 shots", []),
        (rf"12 qubits, 631 terms, ground-state energy {NUMBER} Hartree", [(-7.8829, -7.8827)]),
        (rf"Hartree-Fock energy: error {NUMBER} Hartree", [(0.0196, 0.0198)]),
        (rf"all-Z basis only: error {NUMBER} Hartree", [(0.0397, 0.0399)]),
        (rf"needs {NUMBER} times fewer shots than classical shadows", [(2, 8)]),
        (rf"ShadowGrouping +error {NUMBER}: standard deviation {NUMBER}, bias \+0\.0000",
         [(0.031, 0.034), (0.031, 0.034)]),
        # 10 experiments each: a spread is known to a quarter of itself.
        (rf"sector None: .*\n  10 experiments: error {NUMBER}, error bar {NUMBER}", [(0.01, 0.04), (0.019, 0.026)]),
        (rf"sector pilot: .*, violation rate 0\.0\n  10 experiments: error {NUMBER}, error bar {NUMBER}",
         [(0.005, 0.022), (0.01, 0.014)]),
        (rf"{NUMBER} ± {NUMBER} .*; the Hartree-Fock energy is -1\.1170", [(-1.17, -1.06), (0.003, 0.02)]),
        (rf"{NUMBER} shots by the central limit theorem, {NUMBER} by the bound", [(500, 900), (5000, 20000)]),
    ],
    "03_entanglement": [
        (rf"fidelity of the prepared state to the planned one: {NUMBER}", [(0.98, 0.99)]),
        (rf"purity of all ten qubits: {NUMBER} ± {NUMBER} .* with themselves {NUMBER}",
         [(0.6, 1.5), (0.05, 0.2), (7, 9)]),
        (rf"the prior shrinks the error {NUMBER} times", [(1.5, 20)]),
        (rf"first 1: {NUMBER} ± {NUMBER} .*, exact 0\.352", [(0.31, 0.39), (0.003, 0.02)]),
        (rf"first 5: {NUMBER} ± {NUMBER} .*, exact 0\.318", [(0.22, 0.42), (0.01, 0.04)]),
        (rf"order 4: {NUMBER} ± {NUMBER} .*, exact 0\.417", [(0.2, 0.6), (0.01, 0.1)]),
        (r"spins 0, 1: .*: entangled", []),
        (r"spins 0, 9: .*: not shown to be entangled", []),
        (rf"fidelity to the plan: {NUMBER} ± {NUMBER} .*, exact 0\.985", [(0.9, 1.07), (0.005, 0.05)]),
    ],
    "06_searching": [
        (rf" 0 CX,  0 parameters: +{NUMBER} mHa", [(36.88, 36.89)]),
        (rf" 3 CX,  3 parameters: +{NUMBER} mHa", [(12.3, 12.31)]),
        (rf" 8 CX, .* parameters: +{NUMBER} mHa", [(0, 0.3)]),
        (rf"read back, the energy differs by {NUMBER}\n", [(0, 1e-9)]),
        (rf"reference +-1\.11668439 +{NUMBER}", [(0.0205, 0.0206)]),
        (rf"CI-guided doubles, 1 +-1\.13727017 +{NUMBER}", [(-1e-12, 1e-9)]),
        (rf"3 CX: +{NUMBER} mHa above exact under noise, +{NUMBER} mHa without", [(1, 12), (-1e-6, 1e-3)]),
        (rf"on fresh shots: .*; {NUMBER} standard errors", [(0, 4.5)]),
        (r"coupled pairs used: \[\(0, 1\), \(1, 2\), \(1, 3\)\]; gates: \['cx', 'rz', 'sx'\]", []),
        (rf"StructureSearch +best {NUMBER} with", [(-4.7588, -4.74)]),
        (rf"the W state on a line: infidelity {NUMBER} with [23] CX", [(-1e-12, 1e-9)]),
    ],
    "11_noisy_device": [
        (rf" 1 x better: 0 CX, +{NUMBER} mHa above exact, {NUMBER} without", [(20.6, 23), (20.58, 20.59)]),
        (rf" 3 x better: 3 CX, +{NUMBER} mHa above exact, +{NUMBER} without", [(5, 12), (-1e-6, 1e-3)]),
        (rf"10 x better: 3 CX, +{NUMBER} mHa above exact, +{NUMBER} without", [(1, 5), (-1e-6, 1e-3)]),
        (rf"from noisy shots +{NUMBER} mHa", [(-1e-6, 2)]),
        (rf"on fresh shots .* {NUMBER} standard errors", [(0, 4.5)]),
        (rf"LiH on a line: {NUMBER} CX, {NUMBER} mHa", [(3, 16), (0, 15)]),
        (rf"noise costs {NUMBER} mHa to first order, {NUMBER} in all", [(0.05, 2), (0.05, 2)]),
        (r"OPENQASM 3\.0;", []),
    ],
    "07_classifying_images": [
        (rf"6 qubits, 288 weights, trained in .*\ntest accuracy {NUMBER}", [(0.945, 0.98)]),
        (rf"no circuit, linear map alone: +{NUMBER}", [(0.85, 0.925)]),
        (rf"circuit at its random start: +{NUMBER}", [(0.85, 0.925)]),
        (rf"separable twin: +{NUMBER}", [(0.2, 0.7)]),
        (rf"logistic regression of pixels: {NUMBER}", [(0.95, 0.98)]),
        (rf"10000 shots an image: {NUMBER}", [(0.9, 1.0)]),
        (rf"two-qubit errors of 0\.001, 10000 shots: {NUMBER}", [(0.85, 1.0)]),
        (rf"16 components +test accuracy {NUMBER}", [(0.85, 0.95)]),
        (rf"0 or 1, trained with shots and noise: {NUMBER}", [(0.9, 1.0)]),
        (rf"QCNN: 49 weights, .* test accuracy {NUMBER}\n.*pixels: test accuracy {NUMBER}", [(0.95, 1.0), (0.4, 0.62)]),
    ],
    "08_kernels": [
        (rf"SVC +accuracy {NUMBER}", [(0.96, 0.99)]),
        (rf"quantum kernel +accuracy {NUMBER}", [(0.93, 0.98)]),
        (rf"bandwidth 0\.3 +accuracy {NUMBER}", [(0.92, 0.98)]),
        (rf"bandwidth 3\.0 +accuracy {NUMBER}", [(0.5, 0.8)]),
        (rf"separable twin: {NUMBER}", [(0.9, 0.98)]),
        (rf"alignment with the labels: {NUMBER} -> {NUMBER}", [(0.0, 0.2), (0.2, 0.6)]),
        (rf"shots 10 +accuracy {NUMBER}", [(0.88, 0.98)]),
        (rf"20000 rows: accuracy {NUMBER}", [(0.8, 0.95)]),
    ],
    "09_vqe_qaoa": [
        (rf"Hartree-Fock is {NUMBER} mHa above", [(36.8, 36.9)]),
        (rf"UCCSD is {NUMBER} mHa away", [(0, 0.01)]),
        (rf"iCANS +energy {NUMBER} ± {NUMBER} \(2000 shots\), exact -4\.759", [(-4.95, -4.5), (0.05, 0.09)]),
        (rf"state 2: {NUMBER}, exact -0\.70000", [(-0.7001, -0.6999)]),
        (rf"5 layers: expected cut {NUMBER} with fixed angles, {NUMBER} trained, best sample 19 of 19",
         [(17.4, 17.8), (17.6, 18.5)]),
        (rf"8 qubits, 8 layers: mean variance {NUMBER}", [(0.001, 0.003)]),
        (r"4 qubits: the algebra of the Ising ansatz has dimension 16 of 255", []),
    ],
    "04_decoding": [
        (r"\[\[9,1,3\]\]", []),
        (r"24 detectors, 1 observable", []),
        (r"the circuit has distance 3\n", []),
        (rf"the optimum is wrong in {NUMBER} of the shots", [(0.0144425, 0.0144435)]),
        (rf"\nmatching +{NUMBER} .* 0% ", [(0.0163, 0.0180)]),
        (
            rf"\ngap stacking +{NUMBER} +\S+ to \S+ +{NUMBER} .* {NUMBER}% ± {NUMBER}% ",
            [(0.0143, 0.0164), (-30, -4), (40, 100), (2, 12)],
        ),
        (rf"\noptimum +{NUMBER} .* 100% ", [(0.0136, 0.0153)]),
        (rf"error rate of all shots {NUMBER}, of the surest 90%: {NUMBER}", [(0.0143, 0.0170), (0.001, 0.006)]),
        (rf"expected calibration error {NUMBER}", [(0, 0.004)]),
        (rf"distance 3: {NUMBER} .*\ndistance 5: {NUMBER} ", [(0.43, 0.59), (0.26, 0.37)]),
        (rf"Lambda {NUMBER}", [(1.2, 2.0)]),
        (r"sinter gets the same answers: True", []),
    ],
    "10_your_own_data": [
        (r"Z on qubits 0, 1, 2: \[-1\.0, 1\.0, 1\.0\]", []),
        (rf"fidelity with a Bell state: {NUMBER} ± {NUMBER}", [(0.99, 1.01), (1e-4, 0.01)]),
        (rf"XXX: .* off by {NUMBER} errors", [(0, 4.5)]),
        (rf"IIZ: .* off by {NUMBER} errors", [(0, 4.5)]),
        (r"Z on qubit 1: 0\.848353, by hand 0\.848353; slope -0\.717356", []),
        (r"ground state -1\.1373 Hartree; in the data sets of qlearn -1\.1373", []),
        (rf"{NUMBER} two-qubit gates, {NUMBER} mHa above", [(1, 3), (-1e-4, 1e-3)]),
        (rf"wrong on {NUMBER} of 20000 recorded shots; doing nothing on {NUMBER}", [(1, 60), (2000, 2800)]),
    ],
    "05_google_data": [
        (r"40 detectors in 6 rounds, 1 observable, 445 mechanisms, 50000 recorded shots", []),
        (rf"{NUMBER} belief matching, as published\n{NUMBER} correlated ", [(0.1306, 0.1307), (0.1442, 0.1443)]),
        (rf"{NUMBER} plain, {NUMBER} correlated matching with Google", [(0.155, 0.1552), (0.142, 0.1426)]),
        (rf"{NUMBER} plain, {NUMBER} correlated matching with our corr", [(0.1535, 0.1551), (0.141, 0.1426)]),
        (rf"{NUMBER} plain, {NUMBER} correlated matching with our mom", [(0.152, 0.1537), (0.142, 0.144)]),
        (rf"{NUMBER} edge reweighting, trained on the model", [(0.129, 0.138)]),
        (rf"{NUMBER} edge reweighting, tuned on the device", [(0.126, 0.134)]),
        (rf"{NUMBER} on the 90% of shots that are clearest", [(0.09, 0.101)]),
    ],
}  # fmt: skip


def run(path, folder):
    """Return the finished process of a tutorial, started in an empty folder as a user would."""
    places = [str(FOLDER.parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": os.pathsep.join(filter(None, places))}
    return subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
        timeout=250,
    )


def check_claims(output, claims):
    """Return one line for every claim that the output does not show."""
    faults = []
    for pattern, ranges in claims:
        found = re.search(pattern, output)
        if found is None:
            faults.append(f"not shown: {pattern}")
            continue
        for text, (low, high) in zip(found.groups(), ranges, strict=True):
            if not low <= float(text) <= high:
                faults.append(f"{found[0]!r}: {text} is not between {low} and {high}")
    return faults


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorial_runs_and_shows_what_it_claims(path, tmp_path):
    done = run(path, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    if "QLEARN_DATA_DIR is not set" in done.stdout:
        pytest.skip(done.stdout.strip())
    assert check_claims(done.stdout, CLAIMS[path.stem]) == []
    assert list(tmp_path.iterdir()) == [], "a tutorial leaves no files behind"


@pytest.mark.bench
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorial_takes_less_than_a_minute(path, tmp_path):
    start = time.perf_counter()
    run(path, tmp_path)
    assert time.perf_counter() - start < 60


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorial_reads_as_text(path):
    """Markdown cells hold comments only and come before code; the first is a title."""
    with tokenize.open(path) as file:
        cells = re.split(r"(?m)^(?=# %%)", file.read())
    assert cells[0] == ""
    assert cells[1].startswith("# %% [markdown]\n# # ")
    is_text = [cell.startswith("# %% [markdown]\n") for cell in cells[1:]]
    for cell in (cell for cell, text in zip(cells[1:], is_text, strict=True) if text):
        assert [line for line in cell.splitlines() if line and not line.startswith("#")] == []
    assert sum(is_text) >= 0.4 * len(is_text)


def test_claims_can_fail():
    assert check_claims("error 3e-9 Ha", [(rf"error {NUMBER} Ha", [(0, 1e-8)])]) == []
    assert len(check_claims("error 3e-7 Ha", [(rf"error {NUMBER} Ha", [(0, 1e-8)])])) == 1
    assert check_claims("nothing", [("error", [])]) == ["not shown: error"]
    assert set(CLAIMS) == {path.stem for path in TUTORIALS}


README = (house.ROOT.parent / "README.md").read_text(encoding="utf-8")


def fenced(language):
    """Return the blocks of the README in a language; plain ones for ""."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", README)


def test_readme_examples_print_what_they_say():
    """As one session: later blocks use the names of earlier ones."""
    blocks = "\n".join(fenced("python"))
    test = doctest.DocTestParser().get_doctest(blocks, {}, "README.md", "README.md", 0)
    assert len(test.examples) >= 15
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_readme_shows_the_layers_of_the_package():
    assert qlearn.__doc__.split("\n\n")[1] + "\n" in fenced("")


def test_readme_commands_are_those_of_the_project():
    project = tomllib.loads((house.ROOT.parent / "pyproject.toml").read_text())
    install, check = (block.strip() for block in fenced("sh"))
    assert install == "python -m pip install . && qlearn tour"
    assert project["project"]["scripts"]["qlearn"] == "qlearn.cli:main"
    extras = re.search(r'pip install "\.\[([a-z,]+)\]"', check)[1].split(",")
    assert set(extras) <= set(project["project"]["optional-dependencies"])
    ci = (house.ROOT.parent / ".ci" / "run").read_text()
    selection = re.search(r'-m "(not [^"]+)"', check)[0]
    assert selection in ci
    assert f'".[{",".join(extras)}]"' in ci


def test_readme_names_files_that_exist():
    named = re.findall(r"`((?:qlearn|tests|tutorials|datasets|benchmarks|\.ci)/[\w./]*)`", README)
    assert len(named) >= 6
    assert [name for name in named if not (house.ROOT.parent / name).exists()] == []


def test_readme_names_the_version():
    assert f"Version {qlearn.__version__}" in README
