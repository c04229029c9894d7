"""Quantum circuits trained like neural networks.

The flow of data is always the same. An *encoding* turns rows of features into `inputs` (n_samples, n_inputs), whatever
is not a polynomial in them computed outside the circuit, and appends gates whose angles are those inputs. An *ansatz*
appends gates whose angles are trainable weights. Both together are a `QuantumLayer`: expectation values (n_samples,
n_observables) of one circuit as a differentiable function of inputs and weights, one engine call for a whole batch. An
*execution* says how values and gradients are had: `Adjoint`, or `ParameterShift` with shots, noise, or a device. A
`HybridModel` puts linear maps around the layer and flattens all parameters into one vector; an *objective* is its mean
loss on rows of data, or an energy, and an *optimiser* takes steps on it in one loop (`Loop`) with batches, early
stopping and history. Estimators put these together in `fit`, where the width follows from the data.

All of these but the layer and the models hold plain settings and are `BaseEstimator` objects, so ``get_params`` and
grid search reach into them: ``ansatz__n_layers``.
"""

from .ansatze import (
    MERA,
    QAOA,
    QCNN,
    UCCSD,
    AbstractAnsatz,
    Brickwork,
    Equivariant,
    HamiltonianVariational,
    HardwareEfficient,
    StronglyEntangling,
    TreeTensor,
)
from .comparison import BaselineComparison, compare_baselines, separable_twin
from .cuts import CutResult, maxcut_cost, qaoa
from .diagnostics import (
    entangling_capability,
    expressibility,
    fisher_spectrum,
    gradient_variance,
    lie_algebra_dimension,
)
from .encodings import (
    AbstractEncoding,
    AmplitudeEncoding,
    AngleEncoding,
    BasisEncoding,
    ChebyshevEncoding,
    DenseAngleEncoding,
    HamiltonianEncoding,
    IQPEncoding,
    PatchEncoding,
    ZZEncoding,
)
from .energies import EnergyObjective
from .estimators import (
    DataReuploadingClassifier,
    DataReuploadingRegressor,
    DressedClassifier,
    DressedRegressor,
    VariationalClassifier,
    VariationalRegressor,
)
from .excited_states import ssvqe, vqd
from .execution import Adjoint, ParameterShift
from .ground_states import learn_state, vqe
from .kernels import (
    AbstractQuantumKernel,
    AlignedKernel,
    FidelityKernel,
    NystroemFeatures,
    ProjectedKernel,
    QuantumKernelClassifier,
    QuantumKernelRegressor,
)
from .layer import QuantumLayer, without_entanglers
from .optimizers import ICANS, LBFGS, QNSPSA, SPSA, AbstractOptimizer, Adam, NaturalGradient, Rotosolve
from .runs import EnergyResult

__all__ = [
    "ICANS",
    "LBFGS",
    "MERA",
    "QAOA",
    "QCNN",
    "QNSPSA",
    "SPSA",
    "UCCSD",
    "AbstractAnsatz",
    "AbstractEncoding",
    "AbstractOptimizer",
    "AbstractQuantumKernel",
    "Adam",
    "Adjoint",
    "AlignedKernel",
    "AmplitudeEncoding",
    "AngleEncoding",
    "BaselineComparison",
    "BasisEncoding",
    "Brickwork",
    "ChebyshevEncoding",
    "CutResult",
    "DataReuploadingClassifier",
    "DataReuploadingRegressor",
    "DenseAngleEncoding",
    "DressedClassifier",
    "DressedRegressor",
    "EnergyObjective",
    "EnergyResult",
    "Equivariant",
    "FidelityKernel",
    "HamiltonianEncoding",
    "HamiltonianVariational",
    "HardwareEfficient",
    "IQPEncoding",
    "NaturalGradient",
    "NystroemFeatures",
    "ParameterShift",
    "PatchEncoding",
    "ProjectedKernel",
    "QuantumKernelClassifier",
    "QuantumKernelRegressor",
    "QuantumLayer",
    "Rotosolve",
    "StronglyEntangling",
    "TreeTensor",
    "VariationalClassifier",
    "VariationalRegressor",
    "ZZEncoding",
    "compare_baselines",
    "entangling_capability",
    "expressibility",
    "fisher_spectrum",
    "gradient_variance",
    "learn_state",
    "lie_algebra_dimension",
    "maxcut_cost",
    "qaoa",
    "separable_twin",
    "ssvqe",
    "vqd",
    "vqe",
    "without_entanglers",
]
