"""How numbers, formulas, control characters and JSON are shown."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.reports import strict_json
from gradproof.reports.commands.options import orders
from gradproof.reports.errors import BadInput, one_line, printable
from gradproof.reports.figures.mathml import mathml
from gradproof.reports.parameters import pairs
from gradproof.reports.views.verdict import lines
from gradproof.reports.writing import numbers
from gradproof.reports.writing.markdown_cells import code

from ..conftest import strict

THIRD = {"decimal": "0.333333333333333333333333333333", "exact": None, "radius": "5e-31"}
QUARTER = {"decimal": "0.25", "exact": "1/4", "radius": "0"}
ROOT = {"decimal": "1.41421356237309504880168872421", "exact": "sqrt(2)", "radius": "5e-30"}
INFINITY = {"decimal": "inf", "exact": "oo", "radius": "0"}


@pytest.mark.parametrize(
    ("number", "brief", "full"),
    [
        (THIRD, "0.33333333…", "0.333333333333333333333333333333 ± 5e-31"),
        (QUARTER, "1/4", "1/4 = 0.25"),
        (ROOT, "sqrt(2)", "sqrt(2) = 1.41421356237309504880168872421 ± 5e-30"),
        (INFINITY, "oo", "oo"),
        (None, "–", "–"),
    ],
)
def test_certified_numbers(number, brief, full):
    assert numbers.brief(number) == brief
    assert numbers.full(number) == full


@pytest.mark.parametrize(
    ("decimal", "shown"),
    [
        ("0.25", "0.25"),
        ("-0.00123456789", "-0.001234567…"),
        ("123456.789", "123456.7…"),
        ("-406561177535215236", "-4.065611…e+17"),
        ("9.5367431640625e-07", "9.536743…e-07"),
        ("1000000", "1000000"),
    ],
)
def test_truncated_never_hides_the_size(decimal, shown):
    assert numbers.truncated(decimal, 7) == shown


def test_a_range_shows_which_ends_are_attained():
    ends = {"inf": QUARTER, "sup": INFINITY, "inf_attained": True, "sup_attained": False, "set": "[1/4, oo)"}
    assert numbers.interval(ends) == "[1/4, oo)"
    assert numbers.interval({**ends, "set": "{0, 1}"}) == "{0, 1}"


def test_a_page_prints_infinities_as_mathematics_does():
    assert numbers.typeset("decreasing on (-oo, 1); smooth, too; oo") == "decreasing on (−∞, 1); smooth, too; ∞"


def test_hexadecimal_without_zeros():
    assert numbers.short_hex("-0x1.6400000000000p+2") == "-0x1.64p+2"
    assert numbers.short_hex("0x1.0000000000000p+10") == "0x1p+10"
    assert numbers.short_hex("-inf") == "-inf"


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.name)
def test_every_definition_can_be_drawn(entry):
    drawn = mathml(entry.formula)
    assert drawn.startswith("<math"), drawn
    ET.fromstring(drawn)


def test_definitions_were_seen():
    assert len(catalogue()) >= 90


@pytest.mark.parametrize("formula", ["f.g(x)", "x <", "<b>", "x + " * 3000 + "x", "(" * 500 + "x" + ")" * 500])
def test_what_cannot_be_drawn_is_code(formula):
    drawn = mathml(formula)
    assert drawn.startswith("<code>")
    assert "<b>" not in drawn


def test_precedence_is_kept():
    assert mathml("a - (b - c)").count(">(</mo>") == 1
    assert mathml("(a - b) - c").count(">(</mo>") == 0
    assert mathml("(-x)**2").count(">(</mo>") == 1
    assert mathml("2*(x + 1)").count(">(</mo>") == 1


def test_strict_json_has_no_infinities():
    data = strict(strict_json.text({"a": math.inf, "b": [-math.inf, math.nan], "c": (1, None, True)}))
    assert data == {"a": "inf", "b": ["-inf", "nan"], "c": [1, None, True]}


def test_strict_json_refuses_what_is_no_data():
    with pytest.raises(TypeError, match="expected JSON data, got <object object"):
        strict_json.text({"a": object()})


def test_control_characters_are_written_out():
    assert printable("a\x1b[31m\u202eb\x07") == "a\\x1b[31m\\u202eb\\x07"
    assert printable("σ ≤ 1") == "σ ≤ 1"


def test_one_line_is_one_short_line():
    line = one_line("a\nb\r\n" + "c" * 10_000)
    assert line.startswith("a b c")
    assert len(line) <= 600


@pytest.mark.parametrize("text", ["alpha", "=1", "alpha=", "1=2", "a b=1"])
def test_parameters_must_be_pairs(text):
    with pytest.raises(BadInput, match="expected NAME=VALUE"):
        pairs([text])


def test_orders():
    assert orders("0,1") == (0, 1)
    assert orders(None) is None
    with pytest.raises(BadInput, match="expected orders among 0, 1, 2"):
        orders("0;1")


def test_code_in_a_markdown_table():
    assert code("a | b ` c\nd") == "`a \\| b ' c d`"


def test_a_verdict_as_lines():
    result = {
        "id": None, "says": None, "verdict": "refuted", "evidence": "exact", "statement": "x > 0", "where": "x != 1",
        "explanation": ["tried 0"], "counterexample": {"at": {"x": "0"}, "lhs": "0", "rhs": "0"}, "nearest": "x >= x",
        "tested": [], "seconds": 0.125,
    }  # fmt: skip
    assert lines(result) == [
        "refuted (exact): x > 0  where x != 1",
        "  tried 0",
        "  counterexample: x = 0: left 0, right 0",
        "  true: x >= x",
        "  0.12 s",
    ]
