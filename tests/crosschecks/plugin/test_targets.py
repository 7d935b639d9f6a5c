"""`pytest --gradproof TARGET` in a sample project: ids, selection, expected failures, reports, several processes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from gradproof.crosschecks.plugin.xfails import read_xfails, unmatched

from .conftest import Pytest

BAD = ("--gradproof", "kernels:bad_relu", "--gradproof-dtype", "float8_e5m2")
PROPERTIES = [
    "call", "dtype", "shape", "no-mutation", "accuracy", "bounds", "monotone", "symmetry", "special-values", "kinks",
    "element-independence", "determinism", "flushed-subnormals", "bias",
]  # fmt: skip


def calls(project: Path) -> Counter[tuple[str, str]]:
    """Formats and processes of the calls since the last time, of arrays larger than a probe."""
    log = project / "calls.log"
    lines = [line.split() for line in log.read_text("utf-8").splitlines()] if log.exists() else []
    log.unlink(missing_ok=True)
    return Counter((dtype, pid) for dtype, size, pid in lines if int(size) > 2)


@pytest.mark.thorough
def test_every_property_is_a_test_with_a_stable_id_and_nothing_is_checked_to_list_them(in_project: Pytest, project):
    calls(project)
    answer = in_project("--gradproof", "kernels:relu", "--collect-only", "-q")
    ids = [line for line in answer.stdout.splitlines() if line.startswith("gradproof::")]
    formats = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"]
    assert ids == [f"gradproof::kernels:relu::relu-order0-{fmt}-{name}" for fmt in formats for name in PROPERTIES]
    assert "tests/test_own.py::test_own" in answer.stdout
    assert not calls(project)


@pytest.mark.thorough
def test_failures_notes_and_expected_failures(in_project: Pytest, project):
    calls(project)
    answer = in_project(
        *BAD, "--gradproof", "kernels:noted_relu", "--gradproof", "kernels:lost_relu", "-rA", "-m", "not own",
        "--gradproof-xfails", "xfails.txt",
    )  # fmt: skip
    out, prefix = answer.stdout, "gradproof::kernels:bad_relu::relu-order0-float8_e5m2"
    assert answer.returncode == 1
    assert f"FAILED {prefix}-accuracy - accuracy at x = 2" in out
    assert "got 0.25, expected 2" in out
    assert "replay: gradproof check kernels:bad_relu --as relu --dtype float8_e5m2" in out
    assert f"XFAIL {prefix}-special-values - NaN at -inf, accepted" in out
    assert f"PASSED {prefix}-shape" in out
    assert "xfails.txt:4: UnmatchedXfail: *-bad_relu-*: matches no test" in out
    assert "Traceback" not in out and "Violated" not in out and "items.py:" not in out.partition("SKIPPED")[0]
    notes = out.partition("= PASSES =")[2]
    assert "gradproof notes" in notes and "note: accuracy at x = 2" in notes
    assert "FAILED gradproof::kernels:lost_relu::relu-order0-float8_e5m2-call - call at x" in out
    assert "no call came back that could be judged" in out
    assert len({pid for _, pid in calls(project)}) == 1  # one worker process, until the last target ends it

    again = in_project(*BAD, "--lf", "-q", "-m", "not own", "--gradproof-xfails", "xfails.txt")
    assert "1 failed, 16 deselected" in again.stdout.splitlines()[-1]


@pytest.mark.exhaustive
def test_k_x_and_ids_choose(in_project: Pytest, project):
    chosen = in_project(*BAD, "-k", "special-values or float8_e5m2-shape", "-v")
    assert "2 deselected" not in chosen.stdout and "1 failed, 1 passed" in chosen.stdout
    one = in_project(*BAD, "gradproof::kernels:bad_relu::relu-order0-float8_e5m2-bounds", "-q")
    assert "1 passed" in one.stdout.splitlines()[-1]
    first = in_project(*BAD, "gradproof::kernels:bad_relu", "-x", "-q")
    assert "1 failed, 4 passed" in first.stdout.splitlines()[-1]


@pytest.mark.thorough
def test_two_processes_share_the_checks(in_project: Pytest, project):
    calls(project)
    answer = in_project(
        "--gradproof", "kernels:bad_relu", "--gradproof-dtype", "float8_e5m2,float8_e4m3fn", "-n", "2", "-q",
        "gradproof::",
    )  # fmt: skip
    assert "3 failed, 25 passed" in answer.stdout.splitlines()[-1], answer.stdout
    assert Counter(dtype for dtype, _ in calls(project)) == {"float8_e5m2": 1, "float8_e4m3fn": 1}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--gradproof", "nope"), "--gradproof nope: target='nope': expected module:callable"),
        (("--gradproof", "kernels:none"), "kernels:none"),
        ((*BAD, "--gradproof-max-ulp", "nan"), "max_ulp=nan: expected a number, 0 or more"),
        ((*BAD, "--gradproof-xfails", "none.txt"), "--gradproof-xfails none.txt: No such file"),
        (("--gradproof", "kernels:relu", "--gradproof-dtype", "float9"), "float9"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
@pytest.mark.thorough
def test_what_cannot_be_collected_is_one_line(in_project: Pytest, arguments, said):
    answer = in_project(*arguments, "-q", "gradproof::")
    assert answer.returncode == 2
    assert said in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


@pytest.mark.thorough
def test_promises_decide(in_project: Pytest):
    options = ("--gradproof", "kernels:noted_relu", "--gradproof-dtype", "float8_e5m2", "gradproof::", "-k", "accuracy")
    assert "1 passed" in in_project(*options, "-q").stdout
    strict = in_project(*options, "-q", "--gradproof-max-ulp", "0.5").stdout
    assert "1 failed" in strict and "0.5 allowed" in strict


def test_assert_conforms_is_one_assertion_without_frames_of_gradproof(in_project: Pytest):
    answer = in_project("-m", "own", "--tb=short")
    assert "1 failed, 1 passed" in answer.stdout
    assert "E   AssertionError: fail: kernels:bad_relu relu float8_e5m2" in answer.stdout
    assert "replay: gradproof check" in answer.stdout
    frames = [line for line in answer.stdout.splitlines() if ".py:" in line]
    assert frames and all("test_own.py" in line for line in frames if "in test_wrong" in line or ": in " in line)
    assert "crosschecks" not in answer.stdout


def test_lines_of_expected_failures(tmp_path):
    (tmp_path / "x.txt").write_text("\n# all\n a-*-b # c # d\n*e\n", "utf-8")
    entries = read_xfails(tmp_path / "x.txt")
    assert [(entry.pattern, entry.reason, entry.line) for entry in entries] == [("a-*-b", "c # d", 3), ("*e", "", 4)]
    assert [entry.pattern for entry in unmatched(entries, ["gradproof::t::a-1-b"])] == ["*e"]
