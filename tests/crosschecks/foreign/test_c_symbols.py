"""Symbols of C libraries: every signature, the ways in which they fail, and one line for what cannot be called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import assert_conforms, check
from gradproof.crosschecks.foreign.c_symbols import call, signature
from gradproof.crosschecks.sweeps.sweep import sweep
from gradproof.crosschecks.targets.foreign import TargetError
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.targets.versions import libraries
from gradproof.crosschecks.workers.worker_process import Worker

from ...thorough import every, few
from .compiled import SOURCE, compile_c, needs_compiler

pytestmark = needs_compiler

FLOAT, DOUBLE = "float(float)", "double(double)"
FLOATS, DOUBLES = "void(const float*, float*, size_t)", "void(const double*, double*, size_t)"
FEW = {"examples": 2, "seconds": 5.0}


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return compile_c(SOURCE, tmp_path_factory.mktemp("c") / "kernels.so", "-shared", "-fPIC")


@pytest.fixture(scope="module")
def worker():
    with Worker(seconds=10) as it:
        yield it


def findings(library: str, symbol: str, **options) -> dict[str, list[str]]:
    """What is wrong with a symbol, by property."""
    (result,) = check(f"library:{library}:{symbol}", as_="silu", **{**FEW, **options})
    said: dict[str, list[str]] = {}
    for finding in result.findings:
        said.setdefault(finding.property, []).append(f"{finding.x}: {finding.got}: {finding.message}")
    return said


@pytest.mark.parametrize(
    ("symbol", "form", "dtype"),
    few([
        ("silu", FLOAT, "float32"), ("silu_of_doubles", DOUBLE, "float64"), ("silu_of_arrays", FLOATS, "float32"),
        ("silu_of_double_arrays", DOUBLES, "float64"), ("siluf", FLOAT, "float32"),
    ], lambda _, form, __: form == FLOAT),
)  # fmt: skip
def test_the_signature_is_found_out(library, worker, symbol, form, dtype):
    (found,) = resolve(Request(f"library:{library}:{symbol}", as_="silu"), worker)
    assert dict(found.keywords) == {"path": library, "symbol": symbol, "signature": form}
    assert (found.order, found.array, found.formats) == (0, "numpy", (dtype,))


@pytest.mark.thorough
def test_a_signature_that_cannot_be_told_is_asked_for(library, worker):
    with pytest.raises(TargetError, match=r"both fit; give its signature, for example --signature"):
        resolve(Request(f"library:{library}:identity"), worker)
    (found,) = resolve(Request(f"library:{library}:identity", signature="float f(float)"), worker)
    assert dict(found.keywords)["signature"] == FLOAT
    with pytest.raises(TargetError, match=r"silu as relu: none of .* gives anything near it"):
        resolve(Request(f"library:{library}:silu", as_="relu"), worker)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("float f(float x)", FLOAT), ("double(double)", DOUBLE), ("void f(const float *x, float* y, int n)", FLOATS),
        ("void silu_double(double*, double*, size_t)", DOUBLES),
    ],
)  # fmt: skip
def test_a_signature_is_a_c_declaration(text, form):
    assert signature(text) == form


@pytest.mark.parametrize("text", ["int(int)", "float(double)", "float(float, float)", "void(float*, size_t)", ""])
def test_other_signatures_are_told_which_there_are(text):
    with pytest.raises(ValueError, match=r"expected one of 'float\(float\)', 'double\(double\)'"):
        signature(text)


def test_a_function_of_one_number_is_called_for_each(library):
    x = np.linspace(-9, 9, 10_001, dtype=np.float32).reshape(73, 137)
    by_number = call(x.T, path=library, symbol="silu", signature=FLOAT)
    assert by_number.shape == x.T.shape
    assert by_number.tobytes() == call(x.T, path=library, symbol="silu_of_arrays", signature=FLOATS).tobytes()
    with pytest.raises(TypeError, match="silu takes float32, not float64"):
        call(x.astype(np.float64), path=library, symbol="silu", signature=FLOAT)


@pytest.mark.thorough
def test_the_systems_own_library_is_found(worker):
    for symbol, activation, form in (("tanhf", "tanh", FLOAT), ("erf", "erf", DOUBLE), ("expm1f", "expm1", FLOAT)):
        (found,) = resolve(Request(f"library:libm.so.6:{symbol}"), worker)
        assert (found.activation, dict(found.keywords)["signature"]) == (activation, form)
        assert libraries(found)[dict(found.keywords)["path"].rpartition("/")[2]].startswith("sha256 ")


RIGHT = ["silu_of_arrays", "silu", "silu_of_doubles", "silu_of_double_arrays"]


@pytest.mark.thorough
@pytest.mark.parametrize("symbol", few(RIGHT, every(4)))
def test_right_kernels_pass(library, symbol):
    assert findings(library, symbol) == {}


@pytest.mark.thorough
def test_wrong_kernels_fail(library):
    assert any("88" in said for said in findings(library, "silu_saturated", span="80:100")["accuracy"])
    of_arrays = {"signature": FLOATS, "span": "0:2"}
    assert any("other elements" in said for said in findings(library, "silu_of_lanes", **of_arrays)["accuracy"])
    assert any("NaN" in said for said in findings(library, "silu_short", **of_arrays)["accuracy"])
    assert "silu_beyond was given room" in findings(library, "silu_beyond", **of_arrays)["call"][0]
    assert findings(library, "silu_in_place", **of_arrays)["no mutation"]


@pytest.mark.thorough
def test_a_crash_is_narrowed_down_and_the_rest_is_judged(library):
    (result,) = check(f"library:{library}:silu_crashing", as_="silu", signature=FLOAT, span="-4:4", **FEW)
    calls = [f for f in result.findings if f.property == "call"]
    assert (calls[0].got, calls[0].message) == ("crash", "the process died of SIGSEGV")
    assert -4 <= float(calls[0].x) < -3
    assert result.inputs > 500


def test_a_hang_ends_with_the_time_limit(library):
    said = findings(library, "silu_hanging", signature=FLOAT, span="49:51", seconds=0.5)
    assert any("no answer in 0.5 s" in message for message in said["call"])


@pytest.mark.thorough
def test_a_second_symbol_computes_the_derivative(library, worker):
    target, second = (f"library:{library}:{symbol}" for symbol in ("silu_of_doubles", "dsilu"))
    value, slope = resolve(Request(target, as_="silu", derivative=second), worker)
    assert [(i.order, dict(i.keywords)["symbol"]) for i in (value, slope)] == [(0, "silu_of_doubles"), (1, "dsilu")]


@pytest.mark.thorough
def test_a_source_file_is_compiled(worker, monkeypatch, tmp_path):
    (found,) = resolve(Request(f"library:{SOURCE}:silu"), worker)
    assert dict(found.keywords)["path"] == str(SOURCE)
    assert set(libraries(found)) == {"gradproof", "numpy", "kernels.c"}
    assert check(f"library:{SOURCE}:silu", at=["0x1p0"])[0].verdict == "pass"
    broken = tmp_path / "broken.c"
    broken.write_text("float silu(float x) { return x * sigmoid; }\n")
    with pytest.raises(TargetError, match=r"broken\.c does not compile: .*sigmoid"):
        resolve(Request(f"library:{broken}:silu"), worker)


@pytest.mark.thorough
def test_a_sweep_depends_on_the_library_itself(library, tmp_path):
    copy = tmp_path / "kernels.so"
    copy.write_bytes(Path(library).read_bytes())
    result = sweep(
        f"library:{copy}:silu", fmt="float32", signature=FLOAT, patterns="binade:2", workers=1,
        checkpoint=tmp_path / "silu.sweep",
    )  # fmt: skip
    assert result.finished
    assert result.max_ulp is not None and result.max_ulp < 4
    copy.write_bytes(Path(library).read_bytes() + b"\0")
    with pytest.raises(ValueError, match="a checkpoint of another sweep: its versions"):
        sweep(
            f"library:{copy}:silu", fmt="float32", signature=FLOAT, patterns="binade:2", workers=1,
            checkpoint=tmp_path / "silu.sweep",
        )  # fmt: skip


@pytest.mark.exhaustive
def test_a_crash_in_a_sweep_is_a_failure_of_its_inputs(library):
    target = f"library:{library}:silu_crashing"
    result = sweep(target, as_="silu", fmt="float32", signature=FLOAT, patterns="-3.5:-2.5", workers=1, tile=1 << 18)
    assert result.finished
    assert 0 < result.failed_inputs < result.inputs
    assert {failure.message for failure in result.profile.failures} == {"crash: the process died of SIGSEGV"}


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("library:nowhere.so:silu", "nowhere.so: cannot open shared object file"),
        ("library:libm.so.6:nothing", "there is no symbol 'nothing' in libm.so.6"),
        (f"library:{__file__}:silu", "invalid ELF header"),
        ("library:nowhere.c:silu", "nowhere.c: no such file"),
        ("library:kernels.so:", "expected PATH:SYMBOL"),
    ],
)
def test_what_cannot_be_called_is_one_line(worker, target, says):
    with pytest.raises(TargetError) as error:
        resolve(Request(target, as_="silu"), worker)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_signatures_are_of_symbols_alone(worker):
    with pytest.raises(TargetError, match="symbols of C libraries alone have signatures"):
        resolve(Request("numpy:tanh", signature=FLOAT), worker)


@pytest.mark.thorough
def test_assert_conforms_takes_a_target(library):
    assert_conforms(f"library:{library}:siluf", "silu", at=["0x1p0"])
    with pytest.raises(AssertionError, match="siluf relu float32"):
        assert_conforms(f"library:{library}:siluf", "relu", signature=FLOAT, at=["-0x1p0"])
