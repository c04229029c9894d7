"""Error models refined by gradients: the probabilities with which matching would best predict the observables."""

import numpy as np
from scipy.sparse import csr_array

from .._checks import check_count
from .._random import RandomState, generator
from ._network import Adam, sigmoid
from ._observable_graph import ObservableGraph
from .error_models import checked_shots, with_probabilities
from .mechanisms import error_terms
from .problem import DecodingProblem
from .shots import Shots

__all__ = ["refine_error_model"]

_BATCH = 512


def refine_error_model(
    problem: DecodingProblem,
    shots: Shots | None = None,
    *,
    passes: int = 5,
    learning_rate: float = 0.01,
    random_state: RandomState = None,
) -> DecodingProblem:
    """Return the problem with probabilities of its errors that make the observables of the shots likeliest.

    The likelihood is that of all matchings together, flipping an observable against not, so its gradient is exact; the
    logarithm of each error's 1 - 2 p is scaled. What predicts observables best need not predict detectors best.

    Parameters
    ----------
    problem : DecodingProblem
        To begin with; it must decompose into edges. `estimate_error_model` gives a good start.
    shots : Shots, optional
        By default those recorded with the problem.
    passes : int
        How often they are gone through; a device's few shots are soon learnt by heart.
    learning_rate : float
        Peak of the schedule, for the logarithms of the scales.
    random_state : None, int, Generator or SeedSequence
        Of the order.

    Returns
    -------
    DecodingProblem
        With the same recorded shots. Fit any decoder to it.

    Raises
    ------
    TypeError, ValueError
        If there are no shots, or of other widths, or the problem is no matching problem.

    Notes
    -----
    Judge it on other shots. Cost: some 20 µs a shot and pass at distance 3. Averaged over the last steps by Adam.
    That error models fitted to logical outcomes decode better: Arms et al., arXiv:2512.10814.

    Examples
    --------
    >>> device = ql.decoders.DecodingProblem.from_dem("error(0.2) D0 L0\\nerror(0.1) D0 D1\\nerror(0.05) D1")
    >>> shots = ql.decoders.Shots(*device.sample(5000, random_state=0))
    >>> guess = ql.decoders.DecodingProblem.from_dem("error(0.01) D0 L0\\nerror(0.1) D0 D1\\nerror(0.2) D1")
    >>> refined = ql.decoders.refine_error_model(guess, shots, passes=20, learning_rate=0.05, random_state=0)
    >>> ql.decoders.Matching().fit(guess).predict([[True, False]]).tolist()
    [[False]]
    >>> ql.decoders.Matching().fit(refined).predict([[True, False]]).tolist()
    [[True]]
    """
    shots = checked_shots(problem, shots)
    random = generator(random_state)
    scales = _Scales(problem)
    optimiser = Adam(scales, learning_rate, decay=0.0, averaging=0.99)
    n_steps = max(check_count("passes", passes, minimum=1) * len(shots) // _BATCH, 1)
    for step in range(n_steps):
        rows = random.integers(0, len(shots), _BATCH)
        optimiser.step(scales.gradient(shots.detectors[rows], shots.observables[rows]), step / n_steps)
    return optimiser.averaged().problem()


class _Scales:
    """Logarithms of the factors on log(1 - 2 p) of all errors, as parameters to train."""

    def __init__(self, problem: DecodingProblem, parameters: np.ndarray | None = None) -> None:
        self.source = problem
        terms = list(error_terms(problem.decomposed_model))
        self.logs = np.log1p(-2 * np.clip([probability for probability, _ in terms], 1e-9, 0.499))
        self.parameters = np.zeros(len(terms), np.float32) if parameters is None else parameters
        edges = {component: edge for edge, component in enumerate(problem.edges.components())}
        pairs = [(edges[part], error) for error, (_, parts) in enumerate(terms) for part in parts if part in edges]
        rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
        self.members = csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(edges), len(terms)))
        self.graphs = [ObservableGraph.of(problem, k) for k in range(problem.n_observables)]

    def with_parameters(self, parameters: np.ndarray) -> "_Scales":
        return _Scales(self.source, parameters)

    def gradient(self, detectors: np.ndarray, observables: np.ndarray) -> np.ndarray:
        """Return the gradient of the mean cross-entropy of the observables, summed over them."""
        scaled = self.logs * np.exp(self.parameters.astype(float))
        logs = np.minimum(self.members @ scaled, -1e-9)
        by_log = np.zeros(len(logs))
        for k, graph in enumerate(self.graphs):
            own = logs[graph.edges]
            probabilities = -np.expm1(own) / 2
            logits = np.log(probabilities) - np.log1p(-probabilities)
            odds, slopes = graph.path_sum().gradient(detectors[:, graph.detectors], logits[None])
            flipped = observables[:, k] ^ graph.flips(detectors)
            by_logit = (sigmoid(odds) - flipped) @ slopes / len(detectors)
            by_log[graph.edges] -= by_logit * np.exp(own) / (2 * probabilities * (1 - probabilities))
        return ((self.members.T @ by_log) * scaled).astype(np.float32)

    def problem(self) -> DecodingProblem:
        probabilities = -np.expm1(self.logs * np.exp(self.parameters.astype(float))) / 2
        return with_probabilities(self.source, self.source.decomposed_model, probabilities)
