"""The layer on a device that is not the CPU: one that a C++ compiler makes for the test, in the place of a GPU.

Its tensors refuse `numpy` and operations with tensors of the CPU, as those of a GPU do.
"""

import copy
import shutil
import subprocess
import types
from pathlib import Path

import pytest

from qlearn.circuits import Circuit, parameters
from qlearn.paulis import PauliSum

torch = pytest.importorskip("torch")
from qlearn.interop.torch import TorchLayer  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("c++") is None, reason="needs a C++ compiler"),
]
DEVICE = "host"
x, w = parameters("x", 2), parameters("w", 3)


@pytest.fixture(scope="module", autouse=True)
def device(tmp_path_factory):
    """Compile and register the device."""
    from torch.utils.cpp_extension import include_paths, library_paths

    library = tmp_path_factory.mktemp("device") / "host_device.so"
    source = Path(__file__).with_name("host_device.cpp")
    includes = [part for path in include_paths() for part in ("-isystem", path)]
    options = ["-shared", "-fPIC", "-std=c++20", "-O0"]
    links = [f"-L{path}" for path in library_paths()] + ["-lc10", "-ltorch_cpu", "-ltorch"]
    subprocess.run(["c++", *options, *includes, str(source), *links, "-o", str(library)], check=True, timeout=600)
    torch.ops.load_library(library)
    torch.utils.rename_privateuse1_backend(DEVICE)
    module = types.SimpleNamespace(
        is_available=lambda: True, device_count=lambda: 1, current_device=lambda: 0, _is_in_bad_fork=lambda: False,
        manual_seed_all=lambda seed: None,
    )  # fmt: skip
    torch._register_device_module(DEVICE, module)


def network(dtype):
    circuit = Circuit(2).ry(x[1], 0).rx(w[2] * x[0] + w[0], 1).cx(0, 1).rzz(w[1], 0, 1).ry(w[0], 1)
    layer = TorchLayer(circuit, [PauliSum("ZI"), PauliSum("X0 X1")], inputs=x, initial=[0.1, 0.2, 0.3])
    return torch.nn.Sequential(torch.nn.Linear(2, 2), layer, torch.nn.Linear(2, 1)).to(dtype)


def test_the_device_is_none_of_the_cpu():
    tensor = torch.ones(3, device=DEVICE)
    assert tensor.device.type == DEVICE and tensor.cpu().tolist() == [1, 1, 1]
    with pytest.raises(TypeError, match="to numpy"):
        tensor.numpy()
    with pytest.raises(RuntimeError, match="same device"):
        tensor + torch.ones(3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_training_there_is_training_here(dtype):
    torch.manual_seed(0)
    here = network(dtype)
    there = copy.deepcopy(here).to(DEVICE)
    features, targets = torch.rand(2, 5, 2, dtype=dtype)
    targets = targets[:, :1]
    for model, to in ((here, "cpu"), (there, DEVICE)):
        optimiser = torch.optim.Adam(model.parameters(), lr=0.1, foreach=False)
        for _ in range(3):
            optimiser.zero_grad()
            rows = features.clone().to(to).requires_grad_()
            loss = ((model(rows) - targets.to(to)) ** 2).mean()
            loss.backward()
            optimiser.step()
        assert {loss.device.type, rows.grad.device.type, model[1].weights.grad.device.type} == {to}
        assert loss.dtype == model[1].weights.grad.dtype == dtype
    tolerance = 1e-5 if dtype == torch.float32 else 1e-12
    for name, value in there.state_dict().items():
        assert torch.allclose(value.cpu(), here.state_dict()[name], atol=tolerance)
    assert not torch.allclose(here[1].weights, torch.tensor([0.1, 0.2, 0.3], dtype=dtype), atol=0.05)


def test_weights_go_from_device_to_device_by_their_state():
    here, there = network(torch.float64), network(torch.float64).to(DEVICE)
    with torch.no_grad():
        there[1].weights.add_(1.0)
    here.load_state_dict(there.state_dict())
    assert here[1].weights.device.type == "cpu"
    assert torch.allclose(here[1].weights, torch.tensor([1.1, 1.2, 1.3], dtype=torch.float64))
    moved = there.to("cpu")
    features = torch.rand(4, 2, dtype=torch.float64)
    assert torch.equal(moved[1](features), here[1](features))


def test_a_batch_of_no_rows_stays_there():
    layer = network(torch.float64)[1].to(DEVICE)
    result = layer(torch.zeros(0, 2, dtype=torch.float64, device=DEVICE))
    assert result.shape == (0, 2) and result.device.type == DEVICE


def test_rows_of_another_device_than_the_weights_are_refused():
    layer = network(torch.float64)[1].to(DEVICE)
    with pytest.raises(RuntimeError, match="device"):
        layer(torch.rand(4, 2, dtype=torch.float64))
