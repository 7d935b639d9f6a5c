"""torch as a pack and as a target: what it ships, and what it gets wrong."""

from __future__ import annotations

import pytest
from gradproof.crosschecks.checking.check import assert_conforms, check
from gradproof.crosschecks.targets.foreign import TargetError
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.workers.worker_process import Worker
from gradproof.proofs.enclosures.formats import FORMATS

torch = pytest.importorskip("torch", reason="torch is not installed: nothing of it was cross-checked")


@pytest.fixture(scope="module")
def worker():
    with Worker() as it:
        yield it


def test_what_torch_ships_is_found_by_name(worker):
    found = {i.activation: i for i in resolve(Request("torch", orders=(0,)), worker)}
    assert len(found) >= 21
    assert found["hard_swish"].function == "torch.nn.functional:hardswish"
    assert found["gelu_tanh"].keywords == (("approximate", "tanh"),)
    assert "identity" not in found, "torch's linear is no identity"
    assert "glu" in found


def test_order_1_is_autograd_by_each_input(worker):
    found = resolve(Request("torch", as_="glu", orders=(1,)), worker)
    of_halves = (0, "product")
    assert [(i.variable, i.through) for i in found] == [(0, "autograd"), (1, "autograd"), of_halves]


def test_parameters_reach_torch(worker):
    (one,) = resolve(Request("torch", as_="softplus", orders=(0,), parameters={"beta": "2"}), worker)
    assert ("beta", 2.0) in one.keywords
    with pytest.raises(TargetError, match="no parameter 'x0'"):
        resolve(Request("torch", as_="softplus", parameters={"x0": "2"}), worker)
    with pytest.raises(TargetError, match="takes no parameter alpha"):
        resolve(Request("torch", as_="selu", parameters={"alpha": "2"}), worker)


def test_a_torch_callable_is_called_with_tensors(worker):
    value, slope = resolve(Request("torch.nn.functional:hardswish"), worker)
    assert (value.array, value.activation) == ("torch", "hard_swish")
    assert slope.through == "autograd"
    (module,) = resolve(Request("torch.nn:GELU", orders=(0,)), worker)
    assert (module.array, module.activation) == ("torch", "gelu")


def test_float32_gelu_loses_every_digit_near_minus_6():
    (result,) = check("torch", as_="gelu", dtypes=["float32"], orders=(0,), examples=10, survey=False)
    lost = [f for f in result.findings if "returns zero" in f.message or "loses every digit" in f.message]
    assert lost
    for finding in lost:
        x, expected = float(finding.x), float(finding.expected)
        assert -7 < x < -5
        assert float.fromhex(finding.x_hex) == x
        assert abs(float(finding.got) - expected) >= abs(expected) / 2
    assert result.max_ulp_conditioned is not None
    assert result.max_ulp_conditioned > 1e4
    assert result.verdict == "fail"


def test_relu_is_right_in_every_format_torch_takes():
    results = check("torch", as_="relu", orders=(0,), examples=2, survey=False)
    assert [r.dtype for r in results] == [name for name in FORMATS if not name.startswith("float8")]
    for result in results:
        assert not [f for f in result.findings if f.property in ("accuracy", "bounds", "monotone")], str(result)


def test_assert_conforms_takes_torch_functions_and_autograd():
    assert_conforms(torch.nn.functional.leaky_relu, "leaky_relu", dtype="float32", max_ulp=1, examples=2, survey=False)
    assert_conforms(torch.tanh, "tanh", dtype="float64", order=1, max_ulp=8, at=["0x1p-1", "-0x1p-1"])
    with pytest.raises(AssertionError, match="returns zero"):
        assert_conforms(torch.nn.functional.gelu, "gelu", max_ulp=2, at=["-0x1.8p+2"])
