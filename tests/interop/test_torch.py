"""The layer and the function for PyTorch: values, gradients, dtypes, copies."""

import copy
import io
import pickle

import numpy as np
import pytest

from qlearn.circuits import Circuit, Parameter, parameters
from qlearn.paulis import PauliSum
from qlearn.sim import Statevector
from tests.naive import simulator

torch = pytest.importorskip("torch")
from qlearn.interop.torch import TorchLayer, expectation_function  # noqa: E402

x, w = parameters("x", 2), parameters("w", 3)
OBSERVABLES = [PauliSum("ZI"), PauliSum("0.3 * X0 X1 - 1.2 * Z1 + 0.5")]


def circuit():
    return Circuit(2).ry(x[1], 0).rx(w[2] * x[0] + w[0], 1).cx(0, 1).rzz(w[1], 0, 1).crx(x[0] - 0.4, 1, 0).ry(w[0], 1)


def naive(values):
    """Return the expectation values; values in the order of the circuit's parameters."""
    state = simulator.statevector(circuit(), values)
    return [simulator.expectation(observable, state).real for observable in OBSERVABLES]


def test_values_are_those_of_the_naive_simulator(rng):
    layer = TorchLayer(circuit(), OBSERVABLES, inputs=x, initial=[0.1, 0.2, 0.3])
    features = rng.normal(size=(4, 2))
    named = {f"w[{i}]": v for i, v in enumerate([0.1, 0.2, 0.3])}
    names = [p.name for p in circuit().parameters]
    expected = [naive([({"x[0]": a, "x[1]": b} | named)[name] for name in names]) for a, b in features]
    found = layer.double()(torch.tensor(features))
    assert np.allclose(found.detach().numpy(), expected, atol=1e-7)  # the weights were stored in single precision


def test_gradients_with_gradcheck(rng):
    values = torch.tensor(rng.normal(size=(3, 5)), requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: expectation_function(circuit(), OBSERVABLES, v), [values], atol=1e-7)
    single = torch.tensor(rng.normal(size=5), requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: expectation_function(circuit(), OBSERVABLES[0], v), [single], atol=1e-7)


@pytest.mark.parametrize("order", [["x[0]", "x[1]"], [x[1], x[0]], x])
def test_layer_gradients_with_gradcheck(order, rng):
    layer = TorchLayer(circuit(), OBSERVABLES, inputs=order).double()
    features = torch.tensor(rng.normal(size=(2, 3, 2)), requires_grad=True)
    weights = layer.weights.detach().clone().requires_grad_()

    def function(inputs, values):
        return torch.func.functional_call(layer, {"weights": values}, (inputs,))

    assert torch.autograd.gradcheck(function, [features, weights], atol=1e-7)
    assert function(features, weights).shape == (2, 3, 2)


def test_order_of_the_inputs_is_that_of_the_columns(rng):
    first = TorchLayer(circuit(), OBSERVABLES, inputs=[x[0], x[1]], initial=[1.0, 2.0, 3.0])
    second = TorchLayer(circuit(), OBSERVABLES, inputs=["x[1]", "x[0]"], initial=[1.0, 2.0, 3.0])
    features = torch.tensor(rng.normal(size=(4, 2)), dtype=torch.float32)
    assert torch.allclose(first(features), second(features.flip(-1)))
    assert not torch.allclose(first(features), second(features))
    assert first.weight_names == ["w[0]", "w[1]", "w[2]"]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_dtype_is_kept(dtype):
    layer = TorchLayer(circuit(), OBSERVABLES, inputs=x).to(dtype)
    features = torch.zeros(3, 2, dtype=dtype, requires_grad=True)
    result = layer(features)
    result.sum().backward()
    assert result.dtype == features.grad.dtype == layer.weights.grad.dtype == dtype


def test_single_precision_outside_is_double_inside():
    values = torch.tensor([1e-4, 0.0, 0.0, 0.0, 0.0], dtype=torch.float32, requires_grad=True)
    turned = Circuit(1).ry(w[0], 0).ry(w[1], 0).ry(w[2], 0).ry(x[0], 0).ry(x[1], 0)
    expectation_function(turned, PauliSum("Z"), values).sum().backward()
    assert abs(values.grad[0].item() + np.sin(np.float64(np.float32(1e-4)))) < 1e-11


def test_integer_features_and_whole_shapes():
    layer = TorchLayer(circuit(), OBSERVABLES, inputs=x)
    assert layer(torch.ones(4, 2, dtype=torch.long)).dtype == torch.float32
    assert layer(torch.ones(2)).shape == (2,)
    assert layer(torch.ones(0, 2)).shape == (0, 2)
    assert layer(torch.ones(2, 0, 2)).shape == (2, 0, 2)
    empty = torch.ones(0, 2, requires_grad=True)
    layer(empty).sum().backward()
    assert empty.grad.shape == (0, 2)


def test_layers_without_inputs_or_without_weights():
    ansatz = TorchLayer(Circuit(1).ry(w[0], 0), PauliSum("Z"), initial=[0.3])
    assert ansatz().item() == pytest.approx(np.cos(0.3))
    ansatz().sum().backward()
    assert ansatz.weights.grad.item() == pytest.approx(-np.sin(0.3))
    encoding = TorchLayer(Circuit(1).ry(x[0], 0), PauliSum("Z"), inputs="x[0]")
    assert encoding(torch.tensor([[0.3]])).item() == pytest.approx(np.cos(0.3))
    constant = TorchLayer(Circuit(1).x(0), PauliSum("Z"))
    assert constant().tolist() == [-1.0]
    assert constant(torch.zeros(3, 0)).tolist() == [[-1.0]] * 3


def test_it_learns_in_a_sequence():
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(2, 2), TorchLayer(circuit(), OBSERVABLES, inputs=x), torch.nn.Linear(2, 1)
    )
    features = torch.rand(32, 2)
    target = (features[:, :1] - features[:, 1:]).sign()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(60):
        optimiser.zero_grad()
        loss = torch.nn.functional.mse_loss(model(features), target)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_second_derivatives_are_refused_not_zero():
    values = torch.tensor([0.1], dtype=torch.float64, requires_grad=True)
    result = expectation_function(Circuit(1).ry(w[0], 0), PauliSum("Z"), values)
    (gradient,) = torch.autograd.grad(result.sum(), values, create_graph=True)
    assert gradient.item() == pytest.approx(-np.sin(0.1))
    with pytest.raises(RuntimeError, match="can be differentiated once; a second derivative was asked for"):
        (gradient.square().sum() + values.sum()).backward()


def test_copies_pickles_and_state(rng):
    layer = TorchLayer(circuit(), OBSERVABLES, inputs=x)
    features = torch.tensor(rng.normal(size=(4, 2)), dtype=torch.float32)
    expected = layer(features)
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert torch.equal(twin(features), expected)
        twin.weights.data.zero_()
    assert torch.equal(layer(features), expected)
    buffer = io.BytesIO()
    torch.save(layer.state_dict(), buffer)
    buffer.seek(0)
    other = TorchLayer(circuit(), OBSERVABLES, inputs=x, initial=[0.0, 0.0, 0.0])
    assert list(layer.state_dict()) == ["weights"]
    other.load_state_dict(torch.load(buffer, weights_only=True))
    assert torch.equal(other(features), expected)


def test_the_circuit_is_copied():
    mine = Circuit(1).ry(w[0], 0)
    layer = TorchLayer(mine, PauliSum("Z"), initial=[0.0])
    mine.x(0)
    assert layer().item() == 1.0


def test_seeds_and_words():
    torch.manual_seed(1)
    first = TorchLayer(circuit(), OBSERVABLES, inputs=x).weights
    torch.manual_seed(1)
    assert torch.equal(first, TorchLayer(circuit(), OBSERVABLES, inputs=x).weights)
    assert "2 inputs, 3 weights, 2 observables, 2 qubits" in repr(TorchLayer(circuit(), OBSERVABLES, inputs=x))


class NoGradient(Statevector):
    """An engine without gradients."""

    vjp = None


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: TorchLayer(circuit(), OBSERVABLES, inputs=["y"]), ValueError, "names 'y', which is no parameter"),
        (lambda: TorchLayer(circuit(), OBSERVABLES, inputs=[x[0], "x[0]"]), ValueError, "names a parameter twice"),
        (lambda: TorchLayer(circuit(), OBSERVABLES, inputs=[3]), TypeError, "objects or names, got 3"),
        (lambda: TorchLayer(circuit(), OBSERVABLES, inputs=x, initial=[1.0]), ValueError, r"`initial` .* \(3,\)"),
        (lambda: TorchLayer(circuit(), OBSERVABLES, engine=NoGradient()), TypeError, "has no vector-Jacobian product"),
        (lambda: TorchLayer(circuit(), PauliSum("Z")), ValueError, "acts on 1 qubits but the circuit has 2"),
        (lambda: TorchLayer(circuit(), OBSERVABLES, inputs=x)(torch.ones(3, 4)), ValueError, r"shape \(..., 2\)"),
        (lambda: TorchLayer(circuit(), OBSERVABLES, inputs=x)(), ValueError, r"shape \(..., 2\)"),
        (lambda: TorchLayer("x", OBSERVABLES), TypeError, "`circuit` must be a Circuit, got str"),
        (lambda: TorchLayer(circuit(), OBSERVABLES, inputs=x)([[1.0, 2.0]]), TypeError, "real numbers, got list"),
        (lambda: TorchLayer(circuit(), OBSERVABLES, inputs=x)(torch.ones(3, 2) * 1j), TypeError, "torch.complex64"),
        (lambda: expectation_function(circuit(), OBSERVABLES, [0.1]), TypeError, "tensor of real floats, got list"),
        (lambda: expectation_function(circuit(), OBSERVABLES, torch.ones(2, 4)), ValueError, r"shape \(..., 5\)"),
        (lambda: expectation_function(circuit(), OBSERVABLES, torch.full((5,), torch.nan)), ValueError, "finite"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_vmap_takes_the_mapped_axis_as_rows(rng):
    layer = TorchLayer(circuit(), OBSERVABLES, inputs=x).double()
    features = torch.tensor(rng.normal(size=(4, 3, 2)))
    assert torch.allclose(torch.func.vmap(layer)(features), layer(features))
    assert torch.allclose(torch.func.vmap(torch.func.vmap(layer, 0), 1)(features), layer(features).transpose(0, 1))
    assert torch.func.vmap(layer)(features[:, :0]).shape == (4, 0, 2)

    def loss(weights, row):
        return torch.func.functional_call(layer, {"weights": weights}, (row,)).square().sum()

    weights = layer.weights.detach()
    each = torch.func.vmap(torch.func.grad(loss), (None, 0))(weights, features[0])
    alone = torch.stack([torch.func.grad(loss)(weights, row) for row in features[0]])
    assert torch.allclose(each, alone)
    values = torch.tensor(rng.normal(size=5))
    jacobian = torch.func.jacrev(lambda v: expectation_function(circuit(), OBSERVABLES, v))(values)
    expected = torch.autograd.functional.jacobian(lambda v: expectation_function(circuit(), OBSERVABLES, v), values)
    assert torch.allclose(jacobian, expected)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_compiled_models_give_the_same():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), TorchLayer(circuit(), OBSERVABLES, inputs=x))
    features = torch.rand(5, 2)
    found = []
    for version in (model, torch.compile(model, backend="aot_eager")):
        model.zero_grad()
        result = version(features)
        result.sum().backward()
        found.append([result, *(parameter.grad.clone() for parameter in model.parameters())])
    assert all(torch.allclose(a, b) for a, b in zip(*found, strict=True))
    with pytest.raises(Exception, match="disable"):
        torch.compile(model, backend="eager", fullgraph=True)(features)


def test_memory_may_come_after_the_layer(rng):
    features = torch.tensor(rng.normal(size=(4, 2)), dtype=torch.float32)
    initial = torch.tensor([0.1, 0.2, 0.3], requires_grad=True)
    expected = TorchLayer(circuit(), OBSERVABLES, inputs=x, initial=initial)
    with torch.device("meta"):
        layer = TorchLayer(circuit(), OBSERVABLES, inputs=x, initial=initial)
    assert layer.weights.is_meta
    layer.to_empty(device="cpu").load_state_dict(expected.state_dict())
    assert torch.equal(layer(features), expected(features))
    with torch.no_grad():
        layer.weights.zero_()
    layer.reset_parameters()
    assert torch.equal(layer.weights, initial)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_tensors_on_a_gpu_stay_there(rng):
    layer = TorchLayer(circuit(), OBSERVABLES, inputs=x)
    features = torch.tensor(rng.normal(size=(4, 2)), dtype=torch.float32)
    expected = layer(features)
    moved = copy.deepcopy(layer).cuda()
    there = features.cuda().requires_grad_()
    result = moved(there)
    result.sum().backward()
    assert result.is_cuda and there.grad.is_cuda and moved.weights.grad.is_cuda
    assert torch.allclose(result.cpu(), expected, atol=1e-6)


def test_a_parameter_may_be_an_input_by_itself():
    a = Parameter("a")
    layer = TorchLayer(Circuit(1).ry(a, 0), PauliSum("Z"), inputs=a)
    assert layer(torch.tensor([0.2])).item() == pytest.approx(np.cos(0.2))
