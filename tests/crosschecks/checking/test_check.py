"""Whole checks: coverage, JSON, crashes in the middle, replays, assert_conforms."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gradproof.crosschecks import assert_conforms, checks
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.targets.foreign import TargetError

from ...thorough import few
from ..correct import correctly_rounded

FIELDS = [
    "target", "activation", "parameters", "order", "dtype", "coverage", "inputs", "max_ulp", "worst",
    "max_ulp_conditioned", "max_abs_error", "max_rel_error", "mean_signed_ulp", "flushes_subnormals", "flushed_inputs",
    "flushed_outputs", "gates", "findings", "notes", "verdict",
]  # fmt: skip


@pytest.fixture
def _here(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[1])


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(
    ("name", "how"),
    few(
        [
            ("segfaults", "crash"),
            ("leaves", "crash"),
            ("raises", "exception"),
            ("returns_text", "not an array"),
            ("floods", "garbage"),
        ],
        lambda name, _: name == "raises",
    ),
)
def test_what_does_not_come_back_is_one_finding_and_the_run_goes_on(name, how):
    first, second = check(f"planted:{name}", as_="relu", dtypes=["float32", "float16"], examples=2, survey=False)
    for result in (first, second):
        (finding,) = result.findings
        assert (finding.property, finding.expected) == ("call", "a result")
        assert finding.got in (how, "crash")
        assert (result.max_ulp, result.worst, result.inputs, result.verdict) == (None, None, 0, "fail")
        json.dumps(result.to_json(), allow_nan=False)


@pytest.mark.thorough
@pytest.mark.usefixtures("_here")
def test_a_hang_is_a_finding():
    (result,) = check("planted:hangs", as_="relu", dtypes=["float8_e5m2"], seconds=0.2)
    assert result.findings[0].got == "hang"


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(
    ("name", "culprit"),
    few(
        [("raises_below_minus_2", lambda x: x < -2), ("crashes_above_7", lambda x: x > 7)],
        lambda name, _: name == "raises_below_minus_2",
    ),
)
def test_an_element_that_fails_is_found_and_the_others_are_judged(name, culprit):
    (result,) = check(f"planted:{name}", as_="relu", dtypes=["float8_e4m3fn"])
    finding = result.findings[0]
    assert finding.property == "call"
    assert culprit(float(finding.x))
    if name == "raises_below_minus_2":
        assert result.max_ulp == 0.0
        assert result.inputs > 100


@pytest.mark.thorough
@pytest.mark.usefixtures("_here")
def test_by_default_the_formats_that_a_target_takes_are_checked():
    assert [r.dtype for r in checks("planted:relu", examples=1, survey=False)] == [
        "float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2",
    ]  # fmt: skip
    assert [r.dtype for r in check("planted:raises", as_="relu", examples=1, survey=False)] == ["float64"]


@pytest.mark.thorough
@pytest.mark.usefixtures("_here")
def test_values_and_derivative_of_two_callables():
    results = check("planted:relu", derivative="planted:relu_derivative", dtypes=["float32"], examples=2, survey=False)
    assert [(r.order, r.verdict) for r in results] == [(0, "pass"), (1, "pass")]
    assert results[1].conventions["at the kink 0.0"] == "0.0"


@pytest.mark.thorough
@pytest.mark.usefixtures("_here")
def test_parameters_reach_the_callable_and_the_reference():
    options = {"as_": "leaky_relu", "dtypes": ["float32"], "examples": 2, "survey": False}
    (result,) = check("planted:scaled_relu", parameters={"negative_slope": "-0.3"}, **options)
    assert result.verdict == "pass", str(result)
    assert result.parameters == {"negative_slope": -0.3}
    (result,) = check("planted:relu", parameters={"negative_slope": "0"}, **options)
    assert result.verdict == "pass", str(result)


def test_json_has_the_fields_of_the_design_and_is_strict():
    broken = lambda x: np.where(x > 1, np.inf, x)  # noqa: E731
    (result,) = check(broken, as_="identity", dtypes=["float32"], examples=2, survey=False)
    data = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert list(data) == FIELDS
    assert list(data["worst"]) == ["x", "x_hex", "got", "expected"]
    assert list(data["findings"][0]) == [
        "property", "severity", "cause", "count", "x", "x_hex", "got", "expected", "message", "low", "high",
        "error",
    ]  # fmt: skip
    assert list(data["gates"][0]) == ["name", "limit", "value", "holds"]
    assert data["max_ulp"] == "inf"
    assert data["worst"]["got"] == "inf"
    assert data["coverage"] == "sampled"


@pytest.mark.thorough
def test_sixteen_bits_are_always_exhausted():
    (result,) = check(correctly_rounded("relu"), as_="relu", dtypes=["float16"], examples=1)
    assert (result.coverage, result.verdict) == ("exhaustive", "pass"), str(result)
    assert result.inputs == 1 << 16
    assert "all " in str(result)


def test_a_sample_says_so_and_tells_its_seed():
    (result,) = check(correctly_rounded("relu"), as_="relu", dtypes=["float32"], seed=7, examples=1, survey=False)
    assert "inputs sampled (seed 7)" in str(result)


@pytest.mark.thorough
def test_the_same_seed_finds_the_same():
    broken = lambda x: np.tanh(x * np.float32(1.001))  # noqa: E731
    first, second = (check(broken, as_="tanh", dtypes=["float32"], seed=3, examples=10, survey=False) for _ in range(2))
    assert [r.to_json() for r in first] == [r.to_json() for r in second]


@pytest.mark.usefixtures("_here")
def test_a_finding_is_replayed_by_its_command_line():
    (result,) = check("planted:raises_below_minus_2", as_="relu", dtypes=["float32"], examples=2, survey=False)
    words = shlex.split(result.findings[0].replay)
    assert words[:3] == ["gradproof", "check", "planted:raises_below_minus_2"]
    at = next(w.removeprefix("--at=") for w in words if w.startswith("--at="))
    (again,) = check("planted:raises_below_minus_2", as_="relu", dtypes=["float32"], at=[at])
    assert (again.findings[0].x_hex, again.findings[0].got) == (result.findings[0].x_hex, "exception")


@pytest.mark.thorough
def test_a_replay_says_how_the_target_is_called():
    pytest.importorskip("scipy", reason="SCIPY IS NOT INSTALLED: the formulas, which call it, were not replayed")
    formulas = "gradproof.crosschecks.packs.formulas"
    options = {"examples": 1, "survey": False, "dtypes": "float16"}
    (itself,) = check(f"{formulas}:sigmoid_derivative", as_="sigmoid", implements=1, array="numpy", **options)
    _, second = check(f"{formulas}:sigmoid", as_="sigmoid", derivative=f"{formulas}:sigmoid_derivative", **options)
    for result in (itself, second):
        assert result.findings
        code, text = replayed(result.findings[0].replay)
        assert (code, result.findings[0].property in text) == (1, True)


def replayed(line: str) -> tuple[int, str]:
    """The exit code and the output of a command line as it stands in a finding."""
    words = [sys.executable, "-m", *shlex.split(line)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_a_replay_of_two_inputs():
    from gradproof.crosschecks.packs.numpy_pack import call

    def glu(a, b):
        return call(a, b, activation="glu", order=0, variable=0)

    (result,) = check(glu, as_="glu", dtypes=["float32"], at=["0x1.8p+0,-0x1p+1"])
    assert result.verdict == "pass"
    assert result.worst is not None
    assert (result.worst.x, result.worst.x_hex) == ("1.5, -2.0", "0x1.8000000000000p+0,-0x1.0000000000000p+1")
    with pytest.raises(ValueError, match="expected 2 coordinates"):
        check(glu, as_="glu", dtypes=["float32"], at=["0x1.8p+0"])


def mish_with_a_jump(x):
    """Wrong beyond 5, and wrong enough to be looked at there."""
    seen.append(x.copy())
    with np.errstate(over="ignore"):
        return np.where(x > 5, x / 2, x * np.tanh(np.log1p(np.exp(x)))).astype(x.dtype)


seen: list[np.ndarray] = []


@pytest.mark.parametrize("at", ["5.1", 5.1])
def test_no_input_but_the_one_asked_for_is_tested(at):
    seen.clear()
    (result,) = check(mish_with_a_jump, as_="mish", dtypes="float64", at=at)
    assert set(np.concatenate([x.ravel() for x in seen])) <= {5.1, 0.5, 2.0}  # and probes
    assert result.worst is not None
    assert (result.verdict, result.worst.x, result.findings[0].x) == ("fail", 5.1, 5.1)
    assert "the one input tested" in result.findings[0].message


@pytest.mark.parametrize(
    ("dtype", "span", "low", "high"), few(
        [("float16", "3:7", 3, 7), ("float32", "4.9:5.1", 4.9, 5.1), ("float64", "5.001:6", 5.001, 6),
         ("float8_e5m2", "3:7", 3, 7), ("float32", "3:3.5,4.5:7", 3, 7)],
        lambda dtype, *_: dtype == "float16",
    ),
)  # fmt: skip
def test_no_input_outside_the_range_asked_for_is_tested(dtype, span, low, high):
    seen.clear()
    (result,) = check(mish_with_a_jump, as_="mish", dtypes=dtype, span=span)
    probes, x = {0.5, 2.0, 1.0}, np.concatenate([a.reshape(-1) for a in seen]).astype(np.float64)
    assert {v for v in x.tolist() if not low <= v <= high} <= probes
    assert "," not in span or not ((x > 3.5) & (x < 4.5)).any()
    assert result.verdict == "fail"
    assert result.findings[0].details is not None
    extent = result.findings[0].details.extent
    assert extent is not None
    assert 5 < extent.low <= extent.high <= high
    assert extent.tested <= result.inputs + 5
    assert result.coverage == "sampled"


def test_both_inputs_of_a_gate_are_in_the_range():
    def glu(a, b):
        seen.append(np.concatenate([a.ravel(), b.ravel()]))
        return a / (1 + np.exp(-b))

    seen.clear()
    check(glu, as_="glu", dtypes="float64", span="1:2", examples=2)
    x = np.concatenate(seen)
    assert set(x[(x < 1) | (x > 2)]) <= {0.5}
    with pytest.raises(ValueError, match="softmax is one of rows"):
        check(lambda x: x, as_="softmax", dtypes="float32", span="1:2")


@pytest.mark.thorough
def test_assert_conforms_passes_what_conforms():
    assert_conforms(correctly_rounded("gelu"), "gelu", dtype="float32", max_ulp=1, examples=10, survey=False)


@pytest.mark.thorough
def test_assert_conforms_passes_a_derivative_that_conforms_in_two_formats():
    slope = correctly_rounded("gelu", order=1)
    assert_conforms(slope, "gelu", dtype=["float32", "bfloat16"], implements=1, max_ulp=1, examples=2, survey=False)


def test_assert_conforms_says_what_where_and_how_to_replay():
    def rough(x):
        return np.tanh(x * np.float32(0.99))

    with pytest.raises(AssertionError) as error:
        assert_conforms(rough, "tanh", max_ulp=2, examples=2, survey=False)
    text = str(error.value)
    assert "rough tanh float32" in text
    assert "accuracy at x = " in text
    assert "2 allowed" in text
    assert "replay: gradproof check" in text


def test_what_cannot_be_asked():
    with pytest.raises(ValueError, match="expected one of float64, float32"):
        check(correctly_rounded("relu"), as_="relu", dtypes=["float128"])
    with pytest.raises(ValueError, match="expected orders 0, 1 or 2"):
        check("numpy", orders=(3,))
    with pytest.raises(TargetError, match="two names or two callables"):
        check(correctly_rounded("relu"), as_="relu", derivative="planted:relu_derivative")


@pytest.mark.parametrize("name", few(["gelu", "hard_tanh", "swiglu"], lambda name: name == "hard_tanh"))
def test_gradproofs_own_implementations_pass(name):
    results = check("numpy", as_=name, rows=False, dtypes=["float32", "float8_e4m3fn"], examples=4, survey=False)
    assert [(r.order, r.dtype) for r in results] == [
        (0, "float32"), (0, "float8_e4m3fn"), (1, "float32"), (1, "float8_e4m3fn"),
    ]  # fmt: skip
    assert not [str(r) for r in results if r.verdict == "fail"]
