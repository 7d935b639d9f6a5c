"""League tables and pictures of accuracy, and the page in docs/: what the numbers are, they show."""

from __future__ import annotations

import json
import math
import re
import runpy
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.sweeps.profile import BINS, Cell, Extreme, Profile
from gradproof.crosschecks.sweeps.result import SweepResult
from gradproof.proofs.enclosures.formats import FORMATS, format_named
from gradproof.reports import strict_json
from gradproof.reports.figures import accuracy as accuracy_plots
from gradproof.reports.page.html import html
from gradproof.reports.page.markdown import markdown
from gradproof.reports.runs.accuracy import always_right, binades, quick, ranked, row
from gradproof.reports.views import accuracy

DOCS = Path(__file__).parents[3] / "docs"
BUDGET = 6000
"""Bytes that both pictures of one row may take."""


def cell(error: float, conditioned: float, *, right: int = 90, inputs: int = 100, **more: Any) -> Cell:
    """A cell of so many inputs with the same error."""
    histogram = [0] * BINS
    histogram[0 if error == 0 else -1 if math.isinf(error) else 3] = inputs
    worst = None if error < 0 else Extreme(error, 0x3F800000, 0x3F3504F3)
    return Cell(inputs, tuple(histogram), right, worst, worst and Extreme(conditioned, worst.x, worst.got), **more)


def result(profile: Profile, name: str = "gelu", *, patterns: str = "all", order: int = 0) -> SweepResult:
    """A sweep that found a profile."""
    one = Implementation("torch", name, order, "torch:gelu")
    return SweepResult(one, profile.format, patterns, 100, 100, profile, 1.0, True, {"torch": "2.13.0"})


def made(cells: dict[int, Cell], **options: Any) -> dict[str, Any]:
    """The row of a league table, as it comes back from JSON."""
    return json.loads(strict_json.text(row(result(Profile("float32", cells), **options))))


def filled(path: str) -> list[int]:
    """The heights that a path of steps encloses, column by column: what a browser fills."""
    found = [0] * (2 * accuracy_plots.SIDE)
    x = y = 0
    for command, first, second in re.findall(r"([MhvV])(-?\d+)(?: (-?\d+))?", path):
        match command:
            case "M":
                x, y = int(first), int(second)
            case "h":
                found[x : x + int(first)] = [y] * int(first)
                x += int(first)
            case "v":
                y += int(first)
            case _:
                y = int(first)
    return found


def test_binades_that_have_the_same_are_one_run():
    cells = {k: cell(0.5, 0.25) for k in (10, 11, 12)} | {
        13: cell(1.5, 0.5),
        20: cell(1.5, 0.5),
        21: Cell(5, unjudged=5),
    }
    found = binades(Profile("float32", cells))
    assert found == [[10, 12, 0.5, 0.25, 100], [13, 13, 1.5, 0.5, 100], [20, 20, 1.5, 0.5, 100]]


def test_what_is_kept_is_rounded_up_and_never_to_nothing():
    [[*_, error, conditioned, share]] = binades(
        Profile("float32", {9: cell(1234.5, 1.2341, right=99999, inputs=10**5)})
    )
    assert (error, conditioned, share) == (1240.0, 1.24, 1)
    # Graded on its own the conditioned error may be a grade above the plain one, which it never is.
    assert binades(Profile("float32", {9: cell(0.5, 0.501)}))[0][2:4] == [0.5, 0.5]
    assert binades(Profile("float32", {9: cell(math.inf, math.inf)}))[0][2:4] == ["inf", "inf"]
    assert binades(Profile("float32", {9: cell(0, 0, right=100)}))[0][2:] == [0, 0, 0]


def test_flushed_results_count_as_not_correctly_rounded():
    assert binades(Profile("float32", {0: Cell(4, flushed=4)})) == [[0, 0, 0, 0, 1000]]


def test_the_best_come_first_and_what_failed_last():
    rows = [
        made({9: cell(math.inf, math.inf)}, name="relu"),
        made({9: cell(3, 1)}, name="tanh"),
        made({9: cell(2, 1)}, name="silu"),
        made({}, name="elu"),
        made({9: cell(0, 0, right=100)}, name="mish"),
    ]
    assert [each["activation"] for each in ranked(rows)] == ["mish", "silu", "tanh", "relu", "elu"]
    assert [each["activation"] for each in always_right(rows)] == ["mish"]


def test_the_cells_of_a_row():
    counted = cell(2.0, 1.0, turned_back=1234, out_of_bounds=5, flushed=6)
    shown = accuracy.cells(made({127: counted}, order=1))
    assert shown == {
        "function": "gelu'", "format": "float32", "max ULP": "2", "at x": "1 (0x1p+0)", "conditioned": "1",
        "rounded right": "90.000 %", "turned back": "1,234", "out of bounds": "5", "flushed": "6", "wrong or none": "",
    }  # fmt: skip
    assert accuracy.heads([shown])[-3:] == ["turned back", "out of bounds", "flushed"]
    assert accuracy.heads([accuracy.cells(made({127: cell(2.0, 1.0)}))])[-1] == "rounded right"


def test_the_coverage_is_said():
    assert accuracy.coverage([made({9: cell(1, 1)})]) == "float32: exhaustive, every one of 100 inputs"
    rows = [made({9: cell(1, 1)}), made({9: cell(1, 1)}, patterns="sample:3")]
    assert accuracy.coverage(rows) == "float32: sampled, not exhaustive, 100 inputs"


def test_a_quick_sweep_is_one():
    one = Implementation("here", "relu", 0, "gradproof.crosschecks.packs.numpy_pack:call")
    [found] = quick([one_with(one)], {"float8_e5m2": "all"})
    assert (found["coverage"], found["inputs"], found["correctly_rounded"]) == ("exhaustive", 256, found["judged"])
    assert found["max_ulp"] == 0


def one_with(one: Implementation) -> Implementation:
    keywords = (("activation", "relu"), ("order", 0), ("variable", 0))
    return Implementation(one.target, one.activation, one.order, one.function, keywords=keywords)


@pytest.mark.parametrize("name", FORMATS)
def test_every_binade_has_its_place(name):
    fmt = format_named(name)
    signs = 1 << (fmt.bits - fmt.precision)
    keys = [0, *range(1, fmt.emax - fmt.emin + 2)]
    spans = [accuracy_plots._columns(key, fmt) for key in keys]
    assert spans[0][0] == accuracy_plots.SIDE and spans[-1][1] == 2 * accuracy_plots.SIDE
    assert all(low < high for low, high in spans)
    assert all(later[0] <= high <= max(later[0], later[1]) for (_, high), later in pairwise(spans))
    mirrored = [accuracy_plots._columns(key + signs, fmt) for key in keys]
    assert mirrored == [(2 * accuracy_plots.SIDE - high, 2 * accuracy_plots.SIDE - low) for low, high in spans]


@pytest.mark.parametrize(("rows", "path"), [([0, 0], ""), ([3, 3, 1, 0, 2], "M0 0v-3h2v2h1V0M4 0v-2h1V0")])
def test_steps_are_drawn_as_they_are(rows, path):
    assert accuracy_plots.steps(rows, -1) == path
    assert filled(path)[: len(rows)] == [-each for each in rows]


def test_the_picture_shows_where_the_errors_are():
    fmt = format_named("float32")
    key = 127 + 3  # 8 to 16
    drawn = accuracy_plots.shapes([[key, key, 64.0, 2.0, 500], [key + 256, key + 256, "inf", 0, 0]], fmt)
    paths = dict(re.findall(r'class="(\w)" d="([^"]*)"', drawn))
    low, high = accuracy_plots._columns(key, fmt)
    errors = filled(paths["e"])
    assert set(errors[low:high]) == {-accuracy_plots.height(64.0, fmt)}
    assert set(filled(paths["c"])[low:high]) == {-accuracy_plots.height(2.0, fmt)}
    assert set(filled(paths["n"])[low:high]) == {accuracy_plots.DOWN // 2}
    assert {*errors[accuracy_plots.SIDE : low], *errors[high:]} == {0}
    mirrored = 2 * accuracy_plots.SIDE - high
    assert errors[mirrored] == -accuracy_plots.UP
    assert re.fullmatch(rf"M{mirrored} -{accuracy_plots.UP}h{high - low}v\d+h-{high - low}", paths["o"])


def test_heights_grow_with_the_error_to_the_end_of_the_axis():
    fmt = format_named("float32")
    heights = [accuracy_plots.height(2.0**k, fmt) for k in range(-3, 14)]
    assert heights == sorted(heights)
    assert heights[:3] == [accuracy_plots.LEAST] * 3
    assert heights[-2:] == [accuracy_plots.UP] * 2
    assert accuracy_plots.height(math.inf, fmt) == accuracy_plots.UP


@pytest.mark.parametrize("name", FORMATS)
def test_the_pictures_of_a_row_keep_to_their_budget(name):
    """Every binade unlike its neighbours."""
    fmt = format_named(name)
    many = 2 * (1 << (fmt.bits - fmt.precision))
    runs = [[k, k, [0.5, 900.0, 3.0][k % 3], [0.5, 2.0][k % 2], 977 * k % 1000] for k in range(many)]
    top = fmt.emax - fmt.emin + 1
    runs = [run for run in runs if run[0] % (many // 2) <= top]
    drawn = accuracy_plots.spark(runs, name, key="k", label="l")
    assert len(drawn) + len(accuracy_plots.large(name, "k")) < BUDGET
    ElementTree.fromstring(drawn)
    ElementTree.fromstring(accuracy_plots.definitions([name]))


@pytest.mark.thorough
def test_the_section_of_the_report(report_data):
    rows = [made({127: cell(2.0, 1.0, turned_back=7)}), made({}, name="elu")]
    data = {**report_data, "accuracy": [{"name": "torch", "rows": rows}]}
    shown = html(data)
    assert "| gelu | 2 | 1 (0x1p+0) | 1 | 90.000 % | 7 |" in markdown(data)
    assert 'href="#accuracy"' in shown
    assert shown.count('class="spark"') == shown.count('class="errors"') == 2
    assert shown.index('<th scope="row">gelu</th>') < shown.index('<th scope="row">elu</th>')
    assert '<td class="right" data-key="7">7</td>' in shown
    used = set(re.findall(r'<use href="#((?:axes|base|e\d)-[^"]+)"', shown))
    assert len(used) == 4
    assert used <= set(re.findall(r'<g id="([^"]+)"', shown))
    assert 'href="#accuracy"' not in html({**report_data, "accuracy": []})


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(DOCS / "accuracy_page.py"))


@pytest.mark.thorough
def test_the_page_and_the_pictures_are_fresh(script):
    """Regenerate with `python docs/accuracy_page.py --page`."""
    data = script["stored"]()
    assert script["page"](data) == (DOCS / "accuracy.md").read_text("utf-8")
    for name, drawn in script["pictures"](data).items():
        assert drawn == (DOCS / name).read_text("utf-8")
        ElementTree.fromstring(drawn)


def test_the_data_is_of_all_implementations_and_exhaustive_but_for_samples(script):
    rows = script["stored"]()["rows"]
    swept = {script["pack"](each) for each in rows}
    assert swept == set(script["IMPLEMENTATIONS"])
    sampled = [each for each in rows if script["pack"](each) in script["SAMPLES"]]
    exhausted = [each for each in rows if script["pack"](each) not in script["SAMPLES"]]
    assert {(r["coverage"], r["inputs"], r["dtype"]) for r in exhausted} == {("exhaustive", 2**32, "float32")}
    assert all(each["coverage"] == "sampled" for each in sampled)
    assert len({script["identity"](each) for each in rows}) == len(rows)
    assert (DOCS / "accuracy.json").stat().st_size < 2_000_000


def test_the_page_says_what_the_data_says(script):
    rows = [
        {**made({9: cell(0, 0, right=100)}, name="relu"), "target": "torch"},
        {**made({9: cell(9.0, 8.0, turned_back=2)}), "target": "torch"},
        {**made({9: cell(3.0, 2.0)}), "target": "jax"},
    ]
    text = script["page"]({"schema": 1, "machines": ["M"], "shipped": {"torch": 2, "jax": 5}, "rows": rows})
    assert "- 1 of 3 are correctly rounded at every input: torch relu\n" in text
    assert "- 1 of 3 turn back somewhere where the function is monotone: torch gelu\n" in text
    assert "**Not all were swept yet:** 1 of 5 of jax.\n" in text
    assert "| gelu | 8 (9) | **2** (3) |" in text
    assert text.index("| relu | 0 |") < text.index("| gelu | 9 | 1 (0x1p+0) | 8 |")


def test_a_sample_is_called_one_and_is_in_no_count_of_sweeps(script):
    rows = [
        {**made({9: cell(9.0, 8.0)}), "target": "torch"},
        {**made({9: cell(2.0, 1.0)}), "target": "jax"},
        {**made({9: cell(3.0, 2.0)}), "target": "jax:gelu_python"},
        {**made({9: cell(0, 0, right=100)}, patterns="sample:128"), "target": "numpy", "versions": {"numpy": "2.0"}},
    ]
    shipped = {"torch": 1, "jax": 2, "numpy": 1}
    text = script["page"]({"schema": 1, "machines": ["M"], "shipped": shipped, "rows": rows})
    assert "Not all were swept yet" not in text
    assert "- 3 of 3 turn" not in text and "of 4" not in text
    assert "| gelu | 8 (9) | **1** (2) |" in text, "the other spelling and the sample stand beside nothing"
    assert "| gelu (gelu\\_python) | 3 |" in text
    section = text[text.index("## numpy") :]
    assert "**A sample, not every input:** 100 of the 4,294,967,296" in section
    assert "Version 2.0." in section and "1 of 1 are correctly rounded at every input of the sample" in section
    assert set(script["pictures"]({"rows": rows})) == {"accuracy-torch.svg", "accuracy-jax.svg"}


def test_what_was_swept_is_not_swept_again(script, tmp_path, monkeypatch):
    """Nor is what another run kept lost where one is swept."""
    names = script["swept"].__globals__
    ones = [Implementation("torch", name, 0, "torch:x") for name in ("relu", "gelu")]
    swept: list[str] = []

    def sweep(one: Implementation, *, fmt: str) -> SweepResult:
        swept.append(one.activation)
        return result(Profile(fmt, {127: cell(1.0, 1.0)}), one.activation)

    versions = {"torch": "2.13.0"}
    kept: list[int] = []
    for name, value in (
        ("shipped", lambda target: ones),
        ("sweep", sweep),
        ("libraries", lambda one: versions),
        ("keep", lambda data: kept.append(len(data["rows"]))),
    ):
        monkeypatch.setitem(names, name, value)
    data = {"schema": 1, "machines": [], "shipped": {}, "rows": []}
    script["swept"](data, ["torch"], None, fresh=False)
    script["swept"](data, ["torch"], None, fresh=False)
    assert (swept, kept) == (["relu", "gelu"], [0, 1, 2, 2])
    script["swept"](data, ["torch"], None, fresh=True)
    assert (len(swept), len(data["rows"])) == (4, 2)
    ones.pop()
    versions["torch"] = "2.14.0"
    script["swept"](data, ["torch"], None, fresh=False)
    assert swept[4:] == ["relu"], "another version is another sweep, and what is no longer shipped is gone"
    assert [each["activation"] for each in data["rows"]] == ["relu"]
