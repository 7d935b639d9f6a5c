"""The packs beside numpy: what each ships, that it is what the catalogue means, and the direct way of calling it."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.checking.judge import judge
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.packs import summaries
from gradproof.crosschecks.targets.foreign import TargetError
from gradproof.crosschecks.targets.resolve import PACKS, Request, resolve
from gradproof.crosschecks.trials.references import truth_for
from gradproof.crosschecks.trials.trial import Options
from gradproof.crosschecks.workers.invoke import call, discover
from gradproof.crosschecks.workers.unguarded import direct
from gradproof.crosschecks.workers.worker_process import Returned, Worker
from gradproof.numerics.vectors.definitions import row_functions
from gradproof.proofs.enclosures.formats import FORMATS

NEEDS = {
    "torch": "torch", "jax": "jax", "onnxruntime": "onnx", "scipy": "scipy", "formulas": "scipy", "keras": "keras",
    "transformers": "transformers",
}  # fmt: skip
SHIPPED = {
    "torch": (31, 32), "jax": (30, 31), "onnxruntime": (27, 0), "scipy": (4, 0), "formulas": (27, 27),
    "keras": (34, 35), "transformers": (24, 24),
}  # fmt: skip
"""At least so many implementations at orders 0 and 1. A function of two inputs has two derivatives."""
X = np.concatenate([s * np.linspace(0.06, 4.93, 60, dtype=np.float32) for s in (1, -1)])
"""Inputs of ordinary size, none of them a kink or the zero of a function."""


def packs(*names: str) -> pytest.MarkDecorator:
    """Parametrizes a test by packs. What is not installed is skipped, and the skip says so."""
    return pytest.mark.parametrize("pack", [pytest.param(name, marks=_installed(name)) for name in names])


def _installed(pack: str) -> pytest.MarkDecorator:
    missing = importlib.util.find_spec(NEEDS[pack]) is None
    return pytest.mark.skipif(missing, reason=f"{NEEDS[pack]} is not installed: nothing of {pack} was cross-checked")


@pytest.fixture(scope="module")
def worker():
    with Worker(seconds=30) as it:
        yield it


def far_off(implementation: Implementation, values: np.ndarray, inputs: list[np.ndarray]) -> list[float]:
    """The inputs at which the results are not the function: off by more than formulas lose on ordinary inputs."""
    truth = truth_for(implementation, inputs)
    expected = truth.reference.value.astype(np.float64)
    with np.errstate(invalid="ignore"):
        off = np.abs(values - expected) > 1e-3 * np.abs(expected) + 1e-5
    inside = truth.defined & np.isfinite(expected)  # derivatives have values beyond the ends of a domain, too
    assert inside.sum() > 9
    return inputs[0][inside & (off | np.isnan(values))].tolist()


def of(pack: str, name: str, worker: Worker, order: int = 0) -> Implementation:
    return resolve(Request(pack, as_=name, orders=(order,)), worker)[0]


def test_every_pack_is_counted_here():
    assert {"numpy", *SHIPPED} == set(PACKS)


def test_a_pack_says_what_it_is():
    for name, said in summaries().items():
        assert 20 < len(said) < 120, name
        assert "." not in said.replace("formulas.py", ""), name


@packs("keras")
def test_keras_is_called_through_its_backend(pack, worker):
    value, slope = resolve(Request("keras.activations:gelu"), worker)
    assert value.array in ("torch", "jax")
    assert (slope.array, slope.through) == (value.array, "autograd")
    leaky = {i.activation: dict(i.keywords) for i in resolve(Request(pack, orders=(0,)), worker)}
    assert leaky["leaky_relu"] == {"negative_slope": 0.01}
    assert leaky["leaky_relu_keras"] == {}


@packs("transformers")
def test_all_spellings_of_transformers_are_tested_each_as_a_target(pack, worker):
    found = resolve(Request(pack, as_="gelu_tanh", orders=(0,)), worker)
    assert found[0].function == "transformers:gelu_new"
    assert {i.target for i in found} == {pack, *(i.function for i in found[1:])}
    assert len(found) == 4
    (named,) = resolve(Request("transformers:gelu_10", orders=(0,)), worker)
    assert (named.activation, named.array) == ("clipped_gelu", "torch")
    results = check(pack, as_="gelu", dtypes="float32", orders=0, at=["0x1p0"])
    assert [(r.target, r.verdict) for r in results] == [(pack, "pass"), ("transformers:gelu_python", "pass")]
    with pytest.raises(TargetError, match="transformers has no activation 'gelu_newest'"):
        resolve(Request("transformers:gelu_newest", as_="gelu"), worker)


@packs(*SHIPPED)
def test_a_pack_ships_what_the_catalogue_means(pack, worker):
    found = resolve(Request(pack), worker)
    counts = [sum(i.order == order for i in found) for order in (0, 1)]
    assert counts[0] >= SHIPPED[pack][0]
    assert counts[1] >= SHIPPED[pack][1]
    wrong = {}
    for one in found:
        if one.activation in row_functions():
            continue  # tests/crosschecks/vectors
        inputs = [X, X[::-1].copy()][: 1 + (one.activation == "glu")]
        outcome = worker.call(one, inputs)
        assert isinstance(outcome, Returned), (one, outcome)
        assert outcome.values.dtype == np.float32
        if off := far_off(one, outcome.values, inputs):
            wrong[one.activation, one.order, one.variable] = off
    assert not wrong


@packs("jax")
def test_a_wrong_formula_is_far_off(pack, worker):
    silu = of(pack, "silu", worker)
    outcome = worker.call(silu, [X])
    assert isinstance(outcome, Returned)
    assert far_off(replace(silu, activation="gelu"), outcome.values, [X])
    assert far_off(replace(silu, order=1), outcome.values, [X])


@pytest.mark.thorough
@packs("formulas")
def test_a_wrong_formula_is_found(pack):
    quick = {"dtypes": ["float32"], "examples": 2, "survey": False}
    (right,) = check("gradproof.crosschecks.packs.formulas:softplus_logaddexp", **quick)
    assert right.verdict == "pass", str(right)
    (wrong,) = check("gradproof.crosschecks.packs.formulas:silu_derivative", as_="silu", **quick)
    assert wrong.verdict == "fail"
    assert any(f.property == "accuracy" for f in wrong.findings)


@packs("jax")
def test_the_gelu_of_jax_is_the_approximate_one_unless_told(pack):
    (result,) = check("jax.nn:gelu", dtypes=["float32"], orders=(0,), at=["0x1p+0"])
    assert result.verdict == "fail"
    assert result.findings[0].property == "accuracy"
    assert check("jax.nn:gelu", as_="gelu_tanh", dtypes=["float32"], orders=(0,), at=["0x1p+0"])[0].verdict == "pass"


@packs("jax")
def test_a_function_of_a_file_that_imports_jax_gets_its_arrays(pack, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("import jax.numpy as jnp\n\ndef silu(x):\n    return x / (1 + jnp.exp(-x))\n")
    monkeypatch.chdir(tmp_path)
    with Worker(seconds=30) as worker:
        value, slope = resolve(Request("mine:silu"), worker)
        assert (value.array, value.through, slope.through) == ("jax", "itself", "autograd")
        outcome = worker.call(slope, [X])
    assert isinstance(outcome, Returned)
    assert not far_off(slope, outcome.values, [X])


@packs("jax")
def test_float64_is_float64_in_jax_and_other_formats_stay(pack, worker):
    for dtype in ("float64", "float32", "float16"):
        outcome = worker.call(of(pack, "sigmoid", worker, 1), [np.ones(4, dtype)])
        assert isinstance(outcome, Returned)
        assert outcome.values.dtype == dtype


@packs("jax")
def test_jax_compiles_for_one_length_unless_the_exact_one_is_asked_for(pack):
    shapes: list[tuple[int, ...]] = []

    def halved(x):
        shapes.append(x.shape)  # when it is compiled
        return x / 2

    how = {"array": pack, "through": "itself", "variable": 0, "keywords": {}}
    for length in (1, 5, 65, 4096, 10_000):
        x = np.arange(length, dtype=np.float32)
        result, _ = call(halved, {**how, "layout": "contiguous"}, [x])
        assert np.array_equal(result, x / 2)
    rows = np.ones((300, 3), np.float32)
    assert np.array_equal(call(halved, {**how, "layout": "columns"}, [rows])[0], rows / 2)
    assert shapes == [(4096,), (256, 3)]
    for x in (np.ones(5, np.float32), rows):
        result, _ = call(halved, {**how, "layout": "exact"}, [x])
        assert result.shape == x.shape == shapes[-1]


@packs("jax")
def test_a_result_of_another_shape_keeps_it(pack):
    how = {"array": pack, "through": "itself", "variable": 0, "keywords": {}, "layout": "contiguous"}
    assert call(lambda x: x.sum(), how, [np.ones(5, np.float32)])[0] == 5
    assert call(lambda x: x[:, None], how, [np.ones(5, np.float32)])[0].shape == (5, 1)


@packs("onnxruntime")
def test_parameters_of_an_operator_are_float32(pack, worker):
    slope = of(pack, "hard_sigmoid", worker)
    assert dict(slope.parameters) == {"alpha": float(np.float32(1 / 6)), "beta": 0.5}
    assert set(slope.keywords) > set(slope.parameters)
    outcome = worker.call(replace(slope, keywords=(("activation", "hard_sigmoid"),)), [X])
    assert isinstance(outcome, Returned)
    assert far_off(slope, outcome.values, [X]), "the operator's own default is 0.2"
    leaky = resolve(Request(pack, as_="leaky_relu", parameters={"negative_slope": "0.3"}), worker)[0]
    assert leaky.parameters == (("negative_slope", float(np.float32(0.3))),)


@packs("onnxruntime")
def test_a_pack_without_derivatives_says_so(pack, worker):
    assert {i.order for i in resolve(Request(pack), worker)} == {0}
    with pytest.raises(TargetError, match="order=1: onnxruntime has no derivative of gelu"):
        resolve(Request(pack, as_="gelu", orders=(1,)), worker)


@packs("formulas")
def test_names_that_are_no_formulas_are_not_shipped(pack):
    assert list(discover(pack, {name: [name] for name in ("erf", "math", "silu")})) == ["silu"]


def test_a_missing_framework_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "jax.py").write_text("raise ModuleNotFoundError(\"No module named 'jax'\", name='jax')\n")
    monkeypatch.chdir(tmp_path)
    with Worker() as worker, pytest.raises(TargetError) as error:
        resolve(Request("jax"), worker)
    assert str(error.value) == (
        "target='jax' cannot be loaded: ModuleNotFoundError: No module named 'jax'; pip install 'gradproof[jax]'"
    )


@packs(*SHIPPED)
def test_the_direct_way_gives_the_same_bits(pack, worker):
    specials = np.array([0.0, -0.0, 1e-45, -1e-39, 3e38, np.inf, -np.inf, np.nan], np.float32)
    x = np.concatenate([X, specials]).repeat(8)
    found = [i for i in resolve(Request(pack), worker) if i.activation in ("silu", "softplus", "leaky_relu")]
    assert found
    for one in found:
        outcome = worker.call(one, [x])
        assert isinstance(outcome, Returned)
        called = direct(one)
        for tile in (x, x):  # what the first call keeps must not change the second
            assert called(tile).tobytes() == outcome.values.tobytes(), one
        assert called(x[:16].copy()).shape == (16,)


def test_the_direct_way_is_for_one_input(worker):
    with pytest.raises(ValueError, match="'swiglu': expected an activation of one input"):
        direct(of("numpy", "swiglu", worker))
    x = X.astype(np.float64)
    assert np.array_equal(direct(of("numpy", "silu", worker))(x), worker.call(of("numpy", "silu", worker), [x]).values)


@pytest.mark.thorough
@packs("torch")
def test_parameters_that_are_kept_in_float32_are_found_unprompted(pack, worker):
    """The default of celu's alpha, 1, is the same number in float32."""
    found = resolve(Request(pack, orders=(1,), long_parameters=True), worker)
    slopes = [i for i in found if i.activation == "celu"]
    assert not [i for i in resolve(Request(pack, orders=(1,)), worker) if i.formats], "a sweep has other formats"
    assert [i.formats for i in slopes] == [(), ("float64",)]
    (result,) = judge(slopes[1:], worker, Options(examples=2))
    assert (result.dtype, result.parameters) == ("float64", {"alpha": 1.1})
    (finding,) = result.findings
    assert finding.cause is not None
    assert "parameters are rounded to float32 where they divide: alpha = 1.10000002" in finding.cause
    assert not [*judge(slopes[1:], worker, Options(examples=2, formats=(FORMATS["float32"],)))]
