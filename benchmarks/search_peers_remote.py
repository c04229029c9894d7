"""One peer of `search_peers` on the task in a file, in an environment of its own; prints its runs as a line of JSON.

pennylane: AdaptiveOptimizer on lightning.qubit; qiskit: AdaptVQE on exact statevectors, L-BFGS with the faster of its
gradients; queasars: EVQE with the settings of its own example, expectations without shots.
"""

import json
import sys
import time

import numpy as np


def pennylane(task: dict, target: float, patience: float) -> dict:
    """Return seconds, energy and the number of pool elements scored, until the target or the patience is reached."""
    import pennylane as qml

    n = task["n_qubits"]
    words = [qml.pauli.string_to_pauli_word(label) for label in task["labels"]]
    hamiltonian = qml.Hamiltonian(task["coefficients"], words)
    device = qml.device("lightning.qubit", wires=n)
    bits = np.array(task["bits"])

    @qml.qnode(device, diff_method="adjoint")
    def circuit():
        for wire in np.flatnonzero(bits):
            qml.PauliX(int(wire))
        return qml.expval(hamiltonian)

    kinds = {2: qml.SingleExcitation, 4: qml.DoubleExcitation}
    pool = [kinds[len(qubits)](0.0, wires=qubits) for qubits in task["excitations"]]
    optimizer = qml.optimize.AdaptiveOptimizer()
    start, scored, energy = time.process_time(), 0, np.inf
    while time.process_time() - start < patience and energy > target:
        circuit, _, _ = optimizer.step_and_cost(circuit, pool, drain_pool=False)
        scored += len(pool)
        energy = float(circuit())
    return {"seconds": time.process_time() - start, "energy": energy, "scored": scored}


def qiskit(task: dict, target: float, patience: float) -> dict:
    """Return seconds, energy and pool elements scored."""
    from qiskit.circuit import QuantumCircuit
    from qiskit.circuit.library import EvolvedOperatorAnsatz
    from qiskit.primitives import StatevectorEstimator
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_algorithms import VQE, AdaptVQE
    from qiskit_algorithms.optimizers import L_BFGS_B

    n = task["n_qubits"]
    operator = SparsePauliOp([label[::-1] for label in task["labels"]], task["coefficients"])
    generators = [SparsePauliOp([label[::-1] for label in labels], np.array(c) / 2) for labels, c in task["generators"]]
    reference = QuantumCircuit(n)
    for qubit in np.flatnonzero(task["bits"]):
        reference.x(int(qubit))
    ansatz = EvolvedOperatorAnsatz(generators, initial_state=reference)
    history, start = [], time.process_time()

    def note(count: int, parameters: np.ndarray, value: float, info: dict) -> None:
        history.append(value)
        if value <= target or time.process_time() - start > patience:
            raise StopIteration

    solver = VQE(StatevectorEstimator(), ansatz, L_BFGS_B(), callback=note)
    adapt = AdaptVQE(solver)
    counted = []
    compute = adapt._compute_gradients
    adapt._compute_gradients = lambda *given: counted.append(len(generators)) or compute(*given)
    try:
        adapt.compute_minimum_eigenvalue(operator)
    except StopIteration:
        pass
    return {"seconds": time.process_time() - start, "energy": min(history), "scored": sum(counted)}


def queasars(task: dict, target: float, patience: float) -> dict:
    """Return seconds, energy and the number of circuits whose energy was computed."""
    from concurrent.futures import ThreadPoolExecutor

    from qiskit.primitives import StatevectorEstimator, StatevectorSampler
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_algorithms.optimizers import SPSA
    from queasars.circuit_evaluation.configured_primitives import ConfiguredEstimatorV2, ConfiguredSamplerV2
    from queasars.minimum_eigensolvers.base.termination_criteria import (
        EvolvingAnsatzMinimumEigensolverBaseTerminationCriterion as Criterion,
    )
    from queasars.minimum_eigensolvers.evqe.evqe import EVQEMinimumEigensolver, EVQEMinimumEigensolverConfiguration

    start, seen = time.process_time(), {"energy": np.inf}

    class Reached(Criterion):
        """Ends at the target or when patience is out."""

        def reset_state(self):
            """Forget nothing: there is no state."""

        def check_termination(self, population_evaluation, best_individual, best_expectation_value):
            """Note the best energy, and say whether that is enough."""
            seen["energy"] = min(seen["energy"], best_expectation_value)
            return seen["energy"] <= target or time.process_time() - start > patience

    operator = SparsePauliOp([label[::-1] for label in task["labels"]], task["coefficients"])
    configuration = EVQEMinimumEigensolverConfiguration(
        configured_estimator=ConfiguredEstimatorV2(StatevectorEstimator(), 0.0),
        configured_sampler=ConfiguredSamplerV2(StatevectorSampler(), 100),
        pass_manager=None, optimizer=SPSA(maxiter=33, blocking=True, allowed_increase=0.0, trust_region=True,
                                          last_avg=1, resamplings=1),
        optimizer_n_circuit_evaluations=99, max_generations=None, max_circuit_evaluations=None,
        termination_criterion=Reached(), random_seed=0, population_size=10,
        speciation_genetic_distance_threshold=1, selection_alpha_penalty=0.0, selection_beta_penalty=0.0,
        parameter_search_probability=0.39, topological_search_probability=0.79, layer_removal_probability=0.02,
        use_tournament_selection=True, tournament_size=2, parallel_executor=ThreadPoolExecutor(1),
    )  # fmt: skip
    result = EVQEMinimumEigensolver(configuration).compute_minimum_eigenvalue(operator)
    scored = int(sum(result.circuit_evaluations))
    return {"seconds": time.process_time() - start, "energy": float(seen["energy"]), "scored": scored}


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:
        given = json.load(file)
    runs: list[dict] = []
    while not runs or sum(run["seconds"] for run in runs) < float(sys.argv[5]):
        runs.append(globals()[sys.argv[1]](given, float(sys.argv[3]), float(sys.argv[4])))
    print(json.dumps(runs))
