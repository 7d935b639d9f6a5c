"""Results judged in torch's tensors give the profile that NumPy gives, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.sweeps.exact_grading import Judge
from gradproof.crosschecks.sweeps.profile import BINS, Profile
from gradproof.crosschecks.sweeps.sweep import sweep
from gradproof.crosschecks.sweeps.tile_worker import SweepError
from gradproof.crosschecks.sweeps.tiles import profile_of, profile_of_results
from gradproof.crosschecks.workers.array_backends import NUMPY, Arrays, arrays_of, arrays_on
from gradproof.numerics.floats.formats import as_float64, from_bits, rounded_from_float64, shifted
from gradproof.numerics.oracle.float32_rows import ROWS
from gradproof.numerics.oracle.taylor_rows import TERMS, powers
from gradproof.proofs.enclosures.formats import FORMATS

torch = pytest.importorskip("torch", reason="torch is not installed: nothing was judged in its tensors")

FLOAT32 = FORMATS["float32"]
PLACES = {
    "silu": (0, 0x3F7FF400, 0xBFA3A000, 0xC2AEA800, 0xC2CF8000),
    "hard_swish": (0x3F7F0000, 0x403FE400, 0xC03FE400, 0xBF800000),
    "gelu": (0x34000000, 0xBF400000, 0xC1628000),
    "softsign": (0x7F7FF000, 0x40000000),
    "leaky_relu": (0x807FF000,),
}
"""First patterns of a few rows: the ends of binades, zeros, kinks, tails, ties, infinities."""
COUNT = 5 * 2048 + 100


@pytest.fixture
def tensors(monkeypatch: pytest.MonkeyPatch) -> Arrays:
    """Tensors that become NumPy's arrays only when asked, as those on a device do."""

    def refused(*_: Any, **__: Any) -> Any:
        raise TypeError("a tensor was taken for an array of NumPy's")

    monkeypatch.setattr(torch.Tensor, "__array__", refused)
    return arrays_on("torch", "cpu")


def implemented(name: str, order: int, device: str | None = None, function: str = "") -> Implementation:
    spelled = {"hard_swish": "hardswish"}.get(name, name)
    through = "autograd" if order else "itself"
    return Implementation("torch", name, order, function or f"torch.nn.functional:{spelled}", "torch", through,
                          device=device)  # fmt: skip


def judged(judge: Judge, first: int, got: np.ndarray, tensors: Arrays) -> Profile:
    """The profile, the same whoever makes it, in strips of two rows or of a device."""
    found = profile_of_results(judge, first, got)
    for strip in (2, ROWS):
        there = profile_of_results(judge, first, torch.from_numpy(got), None, replace(tensors, strip=strip))
        assert there.to_json() == found.to_json(), hex(first)
    return found


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("name", PLACES)
def test_profiles_are_the_same(name: str, order: int, tensors: Arrays) -> None:
    judge, histogram = Judge(name, (), order, FLOAT32), np.zeros(BINS, int)
    for first in PLACES[name]:
        x = from_bits(np.arange(first, first + COUNT), FLOAT32)
        rng = np.random.default_rng(first)
        known = judge.truth(as_float64(np.where(np.isfinite(x), x, 0)))
        with np.errstate(invalid="ignore", over="ignore"):
            right = rounded_from_float64(np.nan_to_num(known.value), FLOAT32)
        got = shifted(right, rng.choice([0, 0, 0, 0, 1, -1, 2, -3], COUNT))
        got[rng.integers(0, COUNT, 3)] = np.array([np.nan, np.inf, 0.0], np.float32)
        profile = judged(judge, first, got, tensors)
        histogram += profile.finite.histogram
        assert profile.finite.inputs + profile.special.inputs == COUNT
    assert np.count_nonzero(histogram) >= 5, histogram


def test_rows_without_values_are_the_same(tensors: Arrays) -> None:
    judge, first = Judge("logit", (), 0, FLOAT32), 0x80800000
    for got in (np.full(COUNT, np.nan, np.float32), np.where(np.arange(COUNT) % 3000, np.nan, 1).astype(np.float32)):
        assert judged(judge, first, got, tensors).finite.histogram[0] > 0


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("name", ["silu", "hard_swish", "gelu"])
def test_torch_keeps_its_own_results(name: str, order: int) -> None:
    both = [implemented(name, order, device) for device in (None, "cpu")]
    assert [arrays_of(one).xp for one in both] == [np, torch]
    for first in (0x3F7FF000, 0xBF400000):
        here, there = (profile_of(one, FLOAT32, first, 1 << 15) for one in both)
        assert here.to_json() == there.to_json()
        assert here.finite.judged == 1 << 15


@pytest.mark.parametrize("fmt", ["float16", "bfloat16"])
def test_the_whole_of_a_narrow_format(fmt: str) -> None:
    here, there = (profile_of(implemented("relu", 1, device), FORMATS[fmt], 0, 1 << 16) for device in (None, "cpu"))
    assert here.to_json() == there.to_json()
    assert here.finite.inputs + here.special.inputs == 1 << 16


@pytest.mark.parametrize("fmt", ["float32", "float16", "bfloat16", "float8_e5m2", "float8_e4m3fn"])
def test_the_same_floats(fmt: str, tensors: Arrays) -> None:
    form = FORMATS[fmt]
    for first in (0, (1 << form.bits) - 32, 0x7F, (1 << (form.bits - 1)) - 16):
        mine, floats = NUMPY.floats(first, 32, form), tensors.floats(first, 32, form)
        assert tensors.to_numpy(floats).tobytes() == mine.tobytes()
        if fmt == "float32":
            assert tensors.as_float64(floats).numpy().tobytes() == as_float64(mine).tobytes()


def test_products_are_within_their_bound(tensors: Arrays) -> None:
    """The bound that the oracle's bars are made with, for terms that cancel."""
    rng = np.random.default_rng(1)
    coefficients = rng.normal(size=(32, TERMS)) * 2.0 ** rng.integers(-40, 40, (32, TERMS))
    zero = torch.zeros(32, 2048)
    value = coefficients.astype(np.longdouble) @ powers().astype(np.longdouble)
    bound = (TERMS + 2) * 2.0**-53 * np.abs(coefficients).sum(axis=1)
    for arrays, got in ((NUMPY, zero.numpy()), (tensors, zero)):
        distance = arrays.to_numpy(arrays.distances(coefficients, got))
        assert (np.abs(distance - np.abs(value)) <= bound[:, None]).all()


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("torch:sum", "expected float32 of shape (64,), got float32 of shape ()"),
        ("torch:isnan", "expected float32 of shape (64,), got bool of shape (64,)"),
        ("torch:numel", "NotAnArray: expected a tensor, got int"),
        ("numpy:asarray", "NotAnArray: expected a tensor, got ndarray: --array numpy says that"),
        ("torch:det", "RuntimeError: "),
    ],
)
def test_failures_are_the_same(function: str, says: str) -> None:
    one, other = (
        profile_of(implemented("relu", 0, device, function), FLOAT32, 0x3F800000, 64) for device in (None, "cpu")
    )
    assert one.to_json() == other.to_json()
    assert one.failures[0].message.startswith(says)


def test_a_sweep_on_a_device() -> None:
    one = implemented("relu", 1)
    there = sweep(one, fmt="bfloat16", patterns="1:1.5", device="cpu", workers=1)
    assert there.profile.to_json() == profile_of(one, FORMATS["bfloat16"], 0x3F80, 65).to_json()
    assert there.inputs == 65
    assert there.to_json()["device"] == "cpu"


def test_devices_that_are_none() -> None:
    with pytest.raises(SweepError, match="device='cpu': numpy takes arrays of numpy, expected torch's tensors"):
        sweep(Implementation("numpy", "relu", 0, ""), fmt="float32", device="cpu")
    with pytest.raises(SweepError, match=r"torch as relu, order 0, in float32: RuntimeError: .*nowhere"):
        sweep(implemented("relu", 0), fmt="float32", patterns="1:1.5", device="nowhere", workers=1)
