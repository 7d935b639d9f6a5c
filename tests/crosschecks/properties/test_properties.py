"""Each property catches the fault planted for it, and lets a correctly rounded implementation pass."""

from __future__ import annotations

import itertools
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest
from gradproof.crosschecks import properties
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.checking.joining import ALSO, OF_ANOTHER
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.properties import PROPERTIES, independence
from gradproof.crosschecks.trials.trial import FEW_EXAMPLES, Options
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.enclosures.formats import FORMATS

from ...thorough import every, few
from ..correct import correctly_rounded


def properties_found(function, as_, **options) -> set[str]:
    """The properties of all failures, those that joined one included, and of all notes with "note: " before them."""
    (result,) = check(function, as_=as_, examples=5, survey=False, **options)
    assert result.verdict == ("fail" if result.findings else "pass")
    joined = {name for f in result.findings for name, words in (ALSO | OF_ANOTHER).items() if words in f.message}
    return joined | {f.property for f in result.findings} | {f"note: {f.property}" for f in result.notes}


def changed(name: str, change, **options):
    """The correct implementation, with its results changed by a function of input and results."""
    correct = correctly_rounded(name, **options)

    def implementation(x):
        with np.errstate(all="ignore"):
            return np.asarray(change(x, correct(x))).astype(x.dtype)

    return implementation


def test_every_property_is_in_the_list_and_named_once():
    there = {module.name for module in iter_modules(properties.__path__)}
    if not there:  # an editable installation hides them
        there = {p.stem for p in (Path(__file__).parents[3] / "crosschecks/properties").glob("[a-z]*.py")}
    assert there == {vars(p)["__name__"].rpartition(".")[2] for p in PROPERTIES}
    assert len({p.NAME for p in PROPERTIES}) == len(PROPERTIES) == 10


@pytest.mark.parametrize(
    ("name", "order", "dtype"),
    few(
        [
            (name, order, dtype)
            for name, order in (("gelu", 0), ("gelu", 1), ("tanh", 0), ("hard_swish", 1), ("elu", 0))
            for dtype in FORMATS
        ],
        lambda name, order, dtype: dtype == "float8_e5m2" and name in ("gelu", "elu"),
    ),
)
def test_a_correctly_rounded_implementation_passes(name, order, dtype):
    slope = correctly_rounded(name, order=order)
    (result,) = check(slope, as_=name, implements=order, dtypes=[dtype], examples=5, survey=False)
    assert not result.findings, str(result)
    assert {f.property for f in result.notes} <= {"kink choice"}, str(result)
    assert result.max_ulp is not None
    assert result.max_ulp <= 0.5
    assert not result.flushes_subnormals
    assert result.coverage == ("exhaustive" if dtype.startswith("float8") else "sampled")


@pytest.mark.parametrize(
    ("symptom", "change"),
    few(
        [
            ("returns NaN", lambda x, y: np.where(x > 3, np.nan, y)),
            ("returns an infinity", lambda x, y: np.where(x > 3, np.inf, y)),
            ("returns zero for a normal number", lambda x, y: np.where(x > 3, 0, y)),
            ("loses every digit", lambda x, y: np.where(x > 3, 2 * y, y)),
            ("is inaccurate", lambda x, y: np.where(x > 3, y * np.float32(1.0001), y)),
        ],
        lambda symptom, _: symptom == "returns NaN",
    ),
)
def test_accuracy_tells_symptoms_apart_and_shrinks(symptom, change):
    (result,) = check(changed("sigmoid", change), as_="sigmoid", dtypes=["float32"], examples=5, survey=False)
    found = [f for f in result.findings if f.property == "accuracy"]
    assert found[0].message.startswith(f"{symptom};")
    assert found[0].details is not None
    assert found[0].details.extent is not None
    simplest = float.fromhex(found[0].details.extent.simplest_hex)
    assert 3 < simplest <= 4
    assert (8 * simplest).is_integer(), "cut to a few bits"
    x = float(found[0].x)
    assert float.fromhex(found[0].x_hex) == x
    assert float(found[0].expected) == float(np.float32(1 / (1 + np.exp(-x))))
    assert "inputs tested, 3" in found[0].message


def test_accuracy_is_conditioned():
    def off_by_half_an_ulp_of_its_input(x):
        with np.errstate(all="ignore"):
            return np.exp(-np.logaddexp(np.float32(0), -x * np.float32(1 + 2**-23)), dtype=np.float32)

    (result,) = check(off_by_half_an_ulp_of_its_input, as_="sigmoid", dtypes=["float32"], examples=5, survey=False)
    assert result.max_ulp is not None
    assert result.max_ulp_conditioned is not None
    assert result.max_ulp > 20
    assert result.max_ulp_conditioned < 4
    assert not result.findings
    (note,) = [f for f in result.notes if f.property == "accuracy"]
    assert note.severity == "note"
    assert "where the function is steep" in note.message


@pytest.mark.thorough
def test_flushed_subnormals_are_counted_apart():
    flushing = changed("silu", lambda x, y: np.where(np.abs(y) < np.finfo(np.float32).tiny, 0, y))
    (result,) = check(flushing, as_="silu", dtypes=["float32"], examples=5, survey=False)
    assert result.flushes_subnormals
    assert result.flushed_outputs > 0
    assert result.flushed_inputs > 0
    assert {f.property for f in result.notes} >= {"flushed subnormals"}
    assert result.verdict == "pass", str(result)
    assert result.max_ulp is not None
    assert result.max_ulp < 1  # of what rounds to the least subnormal


@pytest.mark.thorough
def test_bounds_are_passed_by_more_than_the_gates_allow_or_it_is_a_note():
    above_one = changed("tanh", lambda x, y: np.where(x > 20, np.nextafter(np.float32(1), np.float32(2)), y))
    assert "note: bounds" in properties_found(above_one, "tanh", dtypes=["float32"])
    far = changed("tanh", lambda x, y: np.where(x > 20, np.float32(1.001), y))
    assert "bounds" in properties_found(far, "tanh", dtypes=["float32"])


@pytest.mark.thorough
def test_bounds_at_a_single_point_may_be_off_like_any_value():
    def nudged(x, y):
        return np.where(np.abs(x) < 1e-3, np.nextafter(y, np.float32(1)), y)

    assert "bounds" not in properties_found(
        changed("sigmoid", nudged, order=1), "sigmoid", implements=1, dtypes=["float32"]
    )
    doubled = changed("sigmoid", lambda x, y: np.where(np.abs(x) < 1e-3, 0.3, y), order=1)
    assert "bounds" in properties_found(doubled, "sigmoid", implements=1, dtypes=["float32"])


def test_monotone_functions_do_not_turn_back():
    step_back = changed("sigmoid", lambda x, y: np.where((x > 1) & (x < 2), np.float32(0.7), y))
    assert "monotone" in properties_found(step_back, "sigmoid", dtypes=["float32"])


@pytest.mark.thorough
def test_symmetric_functions_are_symmetric_to_the_last_bit():
    crooked = changed("tanh", lambda x, y: np.where((x < -0.5) & (x > -9), np.nextafter(y, np.float32(0)), y))
    assert properties_found(crooked, "tanh", dtypes=["float32"]) == {"note: symmetry"}
    crooked = changed("tanh", lambda x, y: np.where((x < -0.5) & (x > -9), np.nextafter(y, np.float32(0)), y), order=1)
    assert "note: symmetry" in properties_found(crooked, "tanh", implements=1, dtypes=["float32"])
    assert "symmetry" in properties_found(crooked, "tanh", implements=1, dtypes=["float32"], strict="symmetry")


@pytest.mark.parametrize(
    "change",
    few(
        [
            lambda x, y: np.where(np.isnan(x), 0, y),
            lambda x, y: np.where(x == np.inf, np.nan, y),
            lambda x, y: np.where(x == -np.inf, np.nan, y),
        ],
        every(3),
    ),
    ids=["nan", "inf", "-inf"],
)
def test_special_values(change):
    assert properties_found(changed("silu", change), "silu", dtypes=["float32"]) == {"special values"}


@pytest.mark.thorough
def test_a_limit_may_be_off_like_any_value_and_a_derivative_may_ignore_nan():
    near = changed("selu", lambda x, y: np.where(x == -np.inf, np.nextafter(y, np.float32(0)), y))
    assert properties_found(near, "selu", dtypes=["float32"]) == set()
    far = changed("selu", lambda x, y: np.where(x == -np.inf, y * np.float32(0.999), y))
    assert properties_found(far, "selu", dtypes=["float32"]) == {"special values"}
    ignores = changed("relu", lambda x, y: np.where(np.isnan(x), 1, y), order=1)
    (result,) = check(ignores, as_="relu", implements=1, dtypes=["float32"], examples=2, survey=False)
    assert result.verdict == "pass", str(result)
    assert result.conventions["f(nan)"] == "1.0"


@pytest.mark.parametrize(("value", "passes"), [(0.0, True), (0.5, True), (1.0, True), (-0.125, False), (np.nan, False)])
def test_the_derivative_at_a_kink_is_in_the_subdifferential(value, passes):
    slope = correctly_rounded("relu", order=1, at_kinks=value)
    (result,) = check(slope, as_="relu", implements=1, dtypes=["float16"], examples=5, survey=False)
    assert ("kinks" in {f.property for f in result.findings}) == (not passes)
    assert (result.verdict == "pass") == passes
    assert result.conventions["at the kink 0.0"] == str(value)


@pytest.mark.thorough
def test_an_element_does_not_depend_on_its_array():
    def tail_differs(x):
        y = correctly_rounded("sigmoid")(x)
        if y.ndim == 1 and len(y) % 8:
            y[-1:] = np.nextafter(y[-1:], np.float32(0.5))
        return y

    def layout_differs(x):
        y = correctly_rounded("sigmoid")(x)
        return y if x.flags.c_contiguous else np.nextafter(y, np.float32(0.5))

    for broken in (tail_differs, layout_differs):
        assert "note: element independence" in properties_found(broken, "sigmoid", dtypes=["float32"])
        assert "element independence" in properties_found(broken, "sigmoid", dtypes=["float32"], max_ulp=0.5)


def test_where_lengths_are_compiled_the_results_of_a_pack_share_all_of_them():
    lengths: set[int] = set()
    layouts: set[str] = set()
    rng = np.random.default_rng(0)
    for entry in catalogue()[:20]:
        for fmt in FORMATS.values():
            i = Implementation("jax", entry.name, 0, "f", array="jax")
            length, layout, part = independence.tried(i, fmt, Options(examples=FEW_EXAMPLES), rng)
            assert (len(layout), part in independence.LENGTHS) == (1, True)
            assert length == (() if fmt.bits <= 16 and layout[0] in ("matrix", "transposed") else (part,))
            lengths.update(length)
            layouts.update(layout)
    assert lengths == set(independence.LENGTHS)
    assert layouts == {"offset", "strided", "matrix", "transposed", "reversed"}


@pytest.mark.thorough
def test_results_are_repeatable():
    calls = itertools.count()

    def drifts(x):
        y = correctly_rounded("sigmoid")(x)
        return np.nextafter(y, np.float32(0.5)) if next(calls) > 8 else y

    assert "note: determinism" in properties_found(drifts, "sigmoid", dtypes=["float32"])


def test_the_input_is_not_written_to():
    def in_place(x):
        np.copyto(x, correctly_rounded("relu")(x))
        return x

    assert "no mutation" in properties_found(in_place, "relu", dtypes=["float32"])


def test_dtype_and_shape_are_kept():
    relu = correctly_rounded("relu")
    assert properties_found(lambda x: relu(x).astype(np.float64), "relu", dtypes=["float32"]) == {"dtype"}
    assert properties_found(lambda x: relu(x).reshape(1, -1), "relu", dtypes=["float32"]) == {"shape"}


def test_matrices_keep_their_size_too():
    def first_row(x):
        return correctly_rounded("relu")(x if x.ndim == 1 else x[0])

    (result,) = check(first_row, as_="relu", dtypes=["float32"], examples=5, survey=False)
    assert {f.property for f in result.findings} == {"element independence"}
    assert "17 results" in result.findings[0].message


@pytest.mark.thorough
def test_a_jump_between_two_floats_is_no_step_back():
    given = {"threshold": "0.1", "value": "20"}
    for order in (0, 1):
        exact = correctly_rounded("threshold", order=order, threshold="0.1", value="20")
        assert properties_found(exact, "threshold", parameters=given, implements=order, dtypes=["float64"]) == set()


@pytest.mark.thorough
def test_at_an_end_of_the_domain_a_pole_may_give_an_infinity_but_beyond_it_nothing_does():
    poles = changed("logit", lambda x, y: np.where(x == 0, -np.inf, np.where(x == 1, np.inf, y)))
    assert properties_found(poles, "logit", dtypes=["float32"]) == set()
    too_far = changed("logit", lambda x, y: np.where(x > 2, 0.0, y))
    assert "accuracy" in properties_found(too_far, "logit", dtypes=["float32"])
