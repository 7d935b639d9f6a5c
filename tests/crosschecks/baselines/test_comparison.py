"""What is worse than a baseline is named, by how much; an unchanged target never differs from its own."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from gradproof.crosschecks.baselines.baseline import Baseline, Scope
from gradproof.crosschecks.baselines.comparison import compare, nothing_compared
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.checking.results import CheckResult
from gradproof.crosschecks.trials.trial import Effort


def tanh_with(wrong=None):
    """tanh, as well as float64 knows it, then changed."""

    def tanh(x):
        y = np.tanh(x.astype(float)).astype(x.dtype)
        with np.errstate(invalid="ignore"):
            return y if wrong is None else wrong(x, y)

    return tanh


def results(wrong=None, **options) -> list[CheckResult]:
    options = {"dtypes": ["float8_e4m3fn"], "examples": 2, **options}
    return list(check(tanh_with(wrong), as_="tanh", **options))


def worse_than(before: list[CheckResult], now: list[CheckResult]) -> list[str]:
    comparison = compare(now, Baseline().updated(before))
    assert comparison.compared == len(now)
    return [change.what for change in comparison.worse]


def better_than(before: list[CheckResult], now: list[CheckResult]) -> list[str]:
    return [change.what for change in compare(now, Baseline().updated(before)).better]


def nan_at(*points):
    return lambda x, y: np.where(np.isin(x.astype(float), points), np.nan, y.astype(float)).astype(x.dtype)


def shifted_by(ulps, where=lambda x: x > 0.25):
    step = lambda x, y: np.where(where(x.astype(float)), y.view(np.uint8) - np.uint8(ulps), y.view(np.uint8))  # noqa: E731
    return lambda x, y: step(x, y).astype(np.uint8).view(x.dtype)


def writing(x, y):
    x[:1] = 1
    return y


def too_wide(x, y):
    return np.where(np.abs(x.astype(float)) > 2, np.sign(x.astype(float)) * 2, y.astype(float)).astype(x.dtype)


RIGHT = results()


def test_nothing_differs_from_itself():
    for each in (RIGHT, results(nan_at(1.0)), results(shifted_by(3)), results(too_wide)):
        comparison = compare(each, Baseline().updated(each))
        assert (comparison.compared, comparison.worse, comparison.better, comparison.remarks) == (1, (), (), ())


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (None, nan_at(1.0), "returns NaN: 0 → 1 inputs"),
        (nan_at(1.0), nan_at(1.0, 1.25), "returns NaN: 1 → 2 inputs"),
        (None, shifted_by(3), "is inaccurate: 0 → "),
        (None, shifted_by(3), "conditioned ULP 0.3712 → 3 (8.08 times)"),
        (shifted_by(3), shifted_by(4), "times)"),
        (shifted_by(3), shifted_by(3, where=lambda x: x > 0.125), "is inaccurate: 84 → 91 inputs"),
        (None, too_wide, "loses every digit: 0 → 124 inputs"),
        (None, writing, "fails no mutation, which held at "),
        (shifted_by(3), lambda x, y: nan_at(1.0)(x, shifted_by(3)(x, y)), "returns NaN: 0 → 1 inputs"),
    ],
)
def test_what_is_worse_is_named_and_what_was_so_before_is_not(before, now, said):
    old, new = results(before), results(now)
    assert any(said in what for what in worse_than(old, new)), worse_than(old, new)
    assert better_than(new, old)
    assert not worse_than(new, old)


def test_as_many_failures_elsewhere_are_worse():
    assert "returns NaN at -0.5, which was right" in worse_than(results(nan_at(1.0)), results(nan_at(-0.5)))
    assert "returns NaN at 1, which was right" in worse_than(results(nan_at(-0.5)), results(nan_at(1.0)))


def test_an_accepted_failure_is_no_news_and_its_end_is_good_news():
    old = results(nan_at(1.0))
    assert old[0].verdict == "fail"
    assert worse_than(old, results(nan_at(1.0))) == []
    assert better_than(old, RIGHT)[1] == "returns NaN: 1 → 0 inputs"
    assert worse_than(old, RIGHT) == []


def test_an_error_within_the_gates_that_grows_is_worse():
    gentle = results(shifted_by(1), max_ulp=2)
    assert gentle[0].verdict == "pass"
    (said,) = worse_than(results(max_ulp=2), gentle)
    assert said.startswith("ULP 0.4") and "→ 1.4" in said and said.endswith("times)")


def test_special_values_that_were_right_are_named():
    old, new = (results(nan_at(*points), dtypes=["float8_e5m2"]) for points in ([-np.inf], [np.inf]))
    assert "special values: got nan at inf, which was right" in worse_than(old, new)
    assert worse_than(old, old) == []


def test_rows_that_are_gone_are_named_within_the_scope():
    both = results(dtypes=["float8_e4m3fn", "float8_e5m2"])
    baseline = Baseline().updated(both)
    (gone,) = compare(both[:1], baseline).worse
    assert str(gone) == f"{both[0].target} tanh float8_e5m2: is gone"
    assert not compare(both[:1], baseline, Scope(dtypes=["float8_e4m3fn"])).worse
    assert not compare(both[:1], baseline, Scope({"gelu"})).worse
    assert not compare(both[:1], baseline, None).worse
    assert [row.dtype for rows in baseline.updated(both[:1]).rows.values() for row in rows] == ["float8_e4m3fn"]
    assert len(next(iter(baseline.updated(both[:1], Scope(dtypes=["float8_e4m3fn"])).rows.values()))) == 2


def test_a_row_that_is_new_is_said_and_one_that_fails_is_worse():
    baseline = Baseline().updated(RIGHT)
    both = results(dtypes=["float8_e4m3fn", "float8_e5m2"])
    comparison = compare(both, baseline)
    assert comparison.compared == 1 and not comparison.worse
    assert "1 row not in the baseline" in comparison.remarks[0]
    failing = compare(results(too_wide, dtypes=["float8_e4m3fn", "float8_e5m2"]), baseline)
    assert "fails, and has no row to be compared with" in str(failing.worse)


def test_other_options_are_not_compared():
    baseline = Baseline().updated(results(max_ulp=2))
    comparison = compare(RIGHT, baseline)
    assert comparison.compared == 0
    assert "max_ulp 2" in comparison.remarks[0]
    assert "nothing could be compared" in nothing_compared(RIGHT, baseline)
    assert compare(results(max_ulp=2), baseline.updated(RIGHT)).compared == 1
    assert compare(RIGHT, baseline.updated(RIGHT)).compared == 1


def moved(baseline: Baseline, **changes) -> Baseline:
    """The same rows in another setting."""
    return Baseline({replace(setting, **changes): rows for setting, rows in baseline.rows.items()})


def test_the_nearest_setting_is_compared_and_said():
    baseline = Baseline().updated(RIGHT)
    (here,) = baseline.rows
    older = moved(baseline, versions=(("gradproof", "0.0.9"), ("numpy", "2.0.0")))
    comparison = compare(RIGHT, older)
    assert (comparison.compared, comparison.worse) == (1, ())
    assert "gradproof 0.0.9, numpy 2.0.0" in comparison.remarks[0] and str(here) in comparison.remarks[0]
    foreign = moved(baseline, platform="Plan9 riscv64")
    assert "compared with Plan9 riscv64" in compare(RIGHT, foreign).remarks[0]
    both = Baseline({**foreign.rows, **older.rows})
    assert "numpy 2.0.0" in compare(RIGHT, both).remarks[0]
    assert compare(RIGHT, Baseline({**both.rows, **baseline.rows})).remarks == ()


def test_saving_keeps_other_platforms_and_frameworks_and_renews_its_own():
    baseline = Baseline().updated(RIGHT)
    (here,) = baseline.rows
    others = Baseline({**moved(baseline, platform="Plan9 riscv64").rows,
                       **moved(baseline, versions=(("gradproof", "0.0.9"), *here.frameworks)).rows})  # fmt: skip
    assert [setting.platform for setting in others.updated(RIGHT).rows] == ["Plan9 riscv64", here.platform]
    assert here in others.updated(RIGHT).rows


def test_the_effort_of_a_row_is_what_it_was_made_with():
    first = results(dtypes=["float32"], effort=lambda *_: Effort(1, 16, True, False))
    baseline = Baseline().updated(first)
    again = results(dtypes=["float32"], examples=50, effort=baseline.effort)
    assert again[0].inputs == first[0].inputs < 200_000
    assert compare(again, baseline).compared == 1
    other = compare(results(dtypes=["float32"], survey=False), baseline)
    assert other.compared == 0 and "other inputs" in other.remarks[0]


@pytest.mark.thorough
@pytest.mark.parametrize("runs", [2, pytest.param(20, marks=pytest.mark.thorough)])
def test_an_unchanged_target_never_differs(runs):
    flawed = lambda x, y: np.where(x.astype(float) > 3, y * y.dtype.type(0.99), y)  # noqa: E731
    options = {"dtypes": ["float8_e5m2", "float32"]}
    first = results(flawed, **options, effort=lambda *_: Effort(20, 16, True, False))
    baseline = Baseline().updated(first)
    assert "fail" in {result.verdict for result in first}
    for _ in range(runs):
        comparison = compare(results(flawed, **options, effort=baseline.effort), baseline)
        assert (comparison.compared, comparison.worse, comparison.better, comparison.remarks) == (2, (), (), ())


@pytest.mark.thorough
@pytest.mark.parametrize("runs", [3, pytest.param(8, marks=pytest.mark.thorough)])
def test_what_differs_from_call_to_call_has_a_tolerance(runs):
    rng = np.random.default_rng()

    def noisy(x, y):
        return (y.astype(float) * (1 + rng.uniform(-0.5, 0.5, y.shape))).astype(x.dtype)

    saved = [result for _ in range(5) for result in results(noisy)]
    baseline = Baseline().updated(saved)
    assert [row.tolerance for rows in baseline.rows.values() for row in rows.values()] == [2.0]
    for _ in range(runs):
        assert worse_than(saved, results(noisy)) == []
    assert worse_than(saved, results(lambda x, y: np.full_like(y, np.nan)))


def test_a_baseline_goes_to_other_processes():
    baseline = Baseline().updated(results())
    assert pickle.loads(pickle.dumps(baseline)) == baseline
    assert baseline.rows
