"""PyTorch: expectation values as a differentiable function, and as a layer.

The backward pass is the engine's vector-Jacobian product, one adjoint sweep whatever the number of parameters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .._checks import check_array, missing_extra
from ..circuits import Circuit, Parameter
from ..paulis import PauliSum
from ..sim.engine import check_observables
from ..sim.statevector import Statevector

try:
    import torch
except ImportError:
    raise missing_extra("TorchLayer", "torch", "torch") from None

__all__ = ["TorchLayer", "expectation_function"]


class _Expectation(torch.autograd.Function):
    """Values (batch, n_parameters) to expectation values (batch, n_observables)."""

    @staticmethod
    def forward(values: torch.Tensor, circuit: Circuit, observables: list[PauliSum], engine: Any) -> torch.Tensor:
        """Return the expectation values."""
        if len(values) == 0:
            return values.new_zeros((0, len(observables)))
        result = engine.expectation(circuit, observables, _as_array(values))
        return torch.as_tensor(np.ascontiguousarray(result)).to(values)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: torch.Tensor) -> None:
        """Keep what the backward pass needs."""
        values, ctx.circuit, ctx.observables, ctx.engine = inputs
        ctx.save_for_backward(values)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, None, None, None]:
        """Return the vector-Jacobian product."""
        (values,) = ctx.saved_tensors
        return _Gradient.apply(values, gradient, ctx.circuit, ctx.observables, ctx.engine), None, None, None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], values: torch.Tensor, *rest: Any) -> tuple[torch.Tensor, int]:
        """Take the mapped axis as further rows."""
        rows = _stacked(values, in_dims[0], info.batch_size)
        return _unstacked(_Expectation.apply(rows, *rest), info.batch_size), 0


class _Gradient(torch.autograd.Function):
    """The vector-Jacobian product, as a function whose own derivative is refused, not silently zero."""

    @staticmethod
    def forward(
        values: torch.Tensor, weights: torch.Tensor, circuit: Circuit, observables: list[PauliSum], engine: Any
    ) -> torch.Tensor:
        """Return the gradient of the weighted sum."""
        if len(values) == 0:
            return torch.zeros_like(values)
        _, result = engine.vjp(circuit, observables, _as_array(values), _as_array(weights))
        return torch.as_tensor(np.ascontiguousarray(result)).to(values)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: torch.Tensor) -> None:
        """Nothing is kept."""

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[Any, ...], values: torch.Tensor, weights: torch.Tensor, *rest: Any
    ) -> tuple[torch.Tensor, int]:
        """Take the mapped axis as further rows."""
        rows, by_row = (_stacked(values, in_dims[0], info.batch_size), _stacked(weights, in_dims[1], info.batch_size))
        return _unstacked(_Gradient.apply(rows, by_row, *rest), info.batch_size), 0

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        """Refuse."""
        raise RuntimeError(
            "Expectation values can be differentiated once; a second derivative was asked for. Leave out "
            "`create_graph=True`, or compute Hessians outside PyTorch."
        )


def _as_array(tensor: torch.Tensor) -> np.ndarray:
    # to the CPU first: some devices have no double precision
    return tensor.detach().to("cpu").to(torch.float64).numpy()


def _stacked(tensor: torch.Tensor, axis: int | None, size: int) -> torch.Tensor:
    """Return rows (size * n_rows, n_columns) of a tensor that `vmap` maps over an axis, or over none."""
    rows = tensor.expand(size, *tensor.shape) if axis is None else tensor.movedim(axis, 0)
    return rows.flatten(0, 1)


def _unstacked(rows: torch.Tensor, size: int) -> torch.Tensor:
    """Return what belongs to each entry of the mapped axis, (size, n_rows, n_columns)."""
    return rows.reshape(size, len(rows) // size, rows.shape[-1])


def expectation_function(
    circuit: Circuit, observables: PauliSum | Sequence[PauliSum], values: torch.Tensor, engine: Any = None
) -> torch.Tensor:
    """Return the expectation value of each observable, differentiable once with respect to `values`.

    Parameters
    ----------
    circuit : Circuit
    observables : PauliSum or sequence of PauliSum
        Hermitian.
    values : torch.Tensor
        Real, shape (..., n_parameters), in the order of ``circuit.parameters``. Simulated in double precision on the
        CPU, wherever it lives.
    engine : engine, optional
        One with `vjp`; by default `Statevector()`.

    Returns
    -------
    torch.Tensor
        Shape (..., n_observables), of the dtype and on the device of `values`.

    Raises
    ------
    TypeError
        If the engine has no `vjp`, or `values` is no tensor of real floats.
    ValueError
        If the last axis has another length.
    RuntimeError
        When a second derivative is taken through the result.

    Notes
    -----
    The forward pass costs one simulation a row, the backward pass about four, whatever the number of parameters.
    `torch.func.vmap` takes the mapped axis as further rows. `torch.compile` compiles what comes before and after, so
    ``fullgraph=True`` is refused.

    References
    ----------
    Jones and Gacon, arXiv:2009.02823, Algorithm 1 (the adjoint method).

    Examples
    --------
    >>> import torch
    >>> import qlearn as ql
    >>> theta = ql.parameters("theta", 1)
    >>> values = torch.tensor([0.25, 0.5], dtype=torch.float64).reshape(2, 1).requires_grad_()
    >>> result = ql.interop.torch.expectation_function(ql.Circuit(1).ry(theta[0], 0), ql.PauliSum("Z"), values)
    >>> result.sum().backward()
    >>> values.grad
    tensor([[-0.2474],
            [-0.4794]], dtype=torch.float64)
    """
    if torch.compiler.is_compiling():
        # circuits run in NumPy and Numba: a compiled graph ends before them, and the next begins behind
        return torch.compiler.disable(_expectations)(circuit, observables, values, engine)
    return _expectations(circuit, observables, values, engine)


def _expectations(circuit: Circuit, observables: Any, values: torch.Tensor, engine: Any) -> torch.Tensor:
    engine = _checked_engine(engine)
    sums, _ = check_observables(observables, circuit.n_qubits)
    if not isinstance(values, torch.Tensor) or not values.is_floating_point():
        raise TypeError(f"`values` must be a tensor of real floats, got {_kind(values)}.")
    if values.ndim == 0 or values.shape[-1] != circuit.n_parameters:
        raise ValueError(
            f"`values` must have shape (..., {circuit.n_parameters}), one column for each parameter of the circuit, "
            f"got {tuple(values.shape)}."
        )
    rows = values.reshape(math.prod(values.shape[:-1]), values.shape[-1])
    result = _Expectation.apply(rows, circuit, sums, engine)
    return result.reshape(*values.shape[:-1], len(sums))


def _kind(value: Any) -> str:
    return f"a tensor of {value.dtype}" if isinstance(value, torch.Tensor) else type(value).__name__


def _checked_engine(engine: Any) -> Any:
    engine = Statevector() if engine is None else engine
    if not callable(getattr(engine, "vjp", None)):
        raise TypeError(f"{engine!r} has no vector-Jacobian product; use Statevector, or another engine with `vjp`.")
    return engine


class TorchLayer(torch.nn.Module):
    """A circuit as a layer: features in, expectation values out, with the other parameters as weights.

    Gradients reach the weights and the features; they can be differentiated once. Simulation runs in double precision
    on the CPU; dtype and device outside are kept. The layer can be pickled, copied and put in `nn.Sequential`, mapped
    by `torch.func.vmap`, and compiled by `torch.compile`, with the circuit between two graphs.

    Parameters
    ----------
    circuit : Circuit
        Copied.
    observables : PauliSum or sequence of PauliSum
        Hermitian; one output each.
    inputs : sequence of Parameter or str
        The parameters that take features, in the order of the columns of the input; a ParameterVector, or several in
        a list, count as their elements.
    engine : engine, optional
        One with `vjp`; by default `Statevector()`.
    initial : array_like or torch.Tensor, optional
        First values of the weights, shape (n_weights,), in the order of `weight_names`. By default uniform in
        [0, 2 pi) from PyTorch's generator.

    Raises
    ------
    TypeError
        If `circuit` is no Circuit, or the engine has no `vjp`.
    ValueError
        If an input is no parameter of the circuit or comes twice, or `initial` has another shape.

    Examples
    --------
    >>> import torch
    >>> import qlearn as ql
    >>> x, w = ql.parameters("x", 2), ql.parameters("w", 2)
    >>> circuit = ql.Circuit(2).ry(x[0], 0).ry(x[1], 1).cx(0, 1).rx(w[0], 0).ry(w[1], 1)
    >>> layer = ql.interop.torch.TorchLayer(circuit, [ql.PauliSum("ZI"), ql.PauliSum("IZ")], inputs=x)
    >>> model = torch.nn.Sequential(layer, torch.nn.Linear(2, 1))
    >>> model(torch.rand(5, 2)).shape
    torch.Size([5, 1])
    """

    def __init__(
        self,
        circuit: Circuit,
        observables: PauliSum | Sequence[PauliSum],
        inputs: Iterable[Any] = (),
        engine: Any = None,
        initial: Any = None,
    ) -> None:
        super().__init__()
        if not isinstance(circuit, Circuit):
            raise TypeError(f"`circuit` must be a Circuit, got {type(circuit).__name__}.")
        self.circuit = circuit.copy()
        self.observables, _ = check_observables(observables, circuit.n_qubits)
        self.engine = _checked_engine(engine)
        names = [parameter.name for parameter in circuit.parameters]
        self.input_names = _names(inputs)
        for name in self.input_names:
            if name not in names:
                raise ValueError(f"`inputs` names {name!r}, which is no parameter of the circuit; it has {names}.")
        if len(set(self.input_names)) != len(self.input_names):
            raise ValueError(f"`inputs` names a parameter twice: {self.input_names}.")
        self.weight_names = [name for name in names if name not in set(self.input_names)]
        order = {name: place for place, name in enumerate([*self.input_names, *self.weight_names])}
        # a list, not a buffer: nothing to move, and nothing to lose where memory comes after the layer (`to_empty`)
        self._columns = [order[name] for name in names]
        if initial is not None:
            if isinstance(initial, torch.Tensor):
                initial = _as_array(initial)
            initial = check_array("initial", initial, (len(self.weight_names),)).copy()
        self._initial = initial
        self.weights = torch.nn.Parameter(torch.empty(len(self.weight_names)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weights to their first values, or draw them anew where none were given."""
        with torch.no_grad():
            if self._initial is None:
                self.weights.uniform_(0.0, 2 * math.pi)
            else:
                self.weights.copy_(torch.as_tensor(self._initial))

    def forward(self, features: torch.Tensor | None = None) -> torch.Tensor:
        """Return the expectation values.

        Parameters
        ----------
        features : torch.Tensor
            Shape (..., n_inputs); may be left out if the layer has no inputs.

        Returns
        -------
        torch.Tensor
            Shape (..., n_observables).

        Raises
        ------
        TypeError
            If `features` is no tensor of real numbers.
        ValueError
            If the last axis has another length.
        """
        n_inputs = len(self.input_names)
        if features is None:
            features = self.weights.new_zeros(0)
        if not isinstance(features, torch.Tensor) or features.is_complex():
            raise TypeError(f"`features` must be a tensor of real numbers, got {_kind(features)}.")
        if features.ndim == 0 or features.shape[-1] != n_inputs:
            raise ValueError(
                f"`features` must have shape (..., {n_inputs}), one column for each of {self.input_names}, got "
                f"{tuple(features.shape)}."
            )
        if not features.is_floating_point():
            features = features.to(self.weights.dtype)
        weights = self.weights.expand(*features.shape[:-1], len(self.weight_names))
        values = torch.cat([features, weights], dim=-1)[..., self._columns]
        return expectation_function(self.circuit, self.observables, values, self.engine)

    def extra_repr(self) -> str:
        """Return the sizes, for `print`."""
        return (
            f"{len(self.input_names)} inputs, {len(self.weight_names)} weights, {len(self.observables)} observables, "
            f"{self.circuit.n_qubits} qubits"
        )


def _names(inputs: Iterable[Any]) -> list[str]:
    if isinstance(inputs, (str, Parameter)):
        inputs = [inputs]
    names: list[str] = []
    for item in inputs:
        if isinstance(item, str):
            names.append(item)
        elif isinstance(item, Parameter):
            names.append(item.name)
        elif isinstance(item, Iterable):
            names.extend(_names(item))
        else:
            raise TypeError(f"`inputs` must hold Parameter objects or names, got {item!r}.")
    return names
