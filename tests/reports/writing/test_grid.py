"""Tables fit every width: columns go, or rows become blocks, and no number loses or breaks a digit."""

from __future__ import annotations

from io import StringIO

import pytest
from gradproof.reports.writing.console import cell, hanging, pairs, table
from gradproof.reports.writing.grid import wrap
from gradproof.reports.writing.numbers import compact
from rich.console import Console

NUMBERS = ("-0x1.643678p+6", "4,294,967,296", "1.884e+05", "99.999 %", "-0.00404969409489028357995544430278...")


def drawn(renderable, width):
    file = StringIO()
    Console(width=width, file=file, highlight=False).print(renderable)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def grid(rows=3, **options):
    heads = ("target", "function", "at x", "inputs", "conditioned", "rounded right", "notes")
    built = table("a title", heads, right=("inputs", "conditioned"), **options)
    for k in range(rows):
        built.add_row(*map(cell, ("my_kernels:fast_gelu", f"gelu{k}", *NUMBERS[:4], "")))
    return built


@pytest.mark.parametrize("width", [40, 60, 79, 80, 99, 140])
@pytest.mark.parametrize("rows", [1, 3])
def test_a_table_fits_and_breaks_no_number(width, rows):
    lines = drawn(grid(rows, optional=("notes", "inputs")), width)
    assert max(map(len, lines)) <= width
    text = " ".join(lines)
    assert text.count(NUMBERS[0]) == rows or f"at x: {NUMBERS[0]}" in text
    assert all(number in text for number in (NUMBERS[2], NUMBERS[3]))


def test_columns_that_hold_nothing_or_the_same_go_first():
    lines = drawn(grid(optional=("inputs",)), 80)
    assert "target: my_kernels:fast_gelu" in "\n".join(lines)
    assert not any("notes" in line for line in lines)


def test_what_is_left_out_is_said():
    built = table(None, ("name", "first", "second"), optional=("second",))
    for k in range(3):
        built.add_row(cell(f"name{k}"), cell("1" * 20 + str(k)), cell("2" * 30 + str(k)))
    assert drawn(built, 50)[-1] == "in a wider terminal also: second"
    assert drawn(built, 70)[-1].endswith("2" * 30 + "2")


def test_rows_become_blocks_where_nothing_else_helps():
    assert [line for line in drawn(grid(1), 40) if "conditioned" in line] == ["   conditioned    1.884e+05"]


def test_decimals_are_cut_off_with_an_ellipsis_and_keep_their_exponent():
    built = table(None, ("x", "exact"), digits=("exact",))
    built.add_row(cell("1"), cell("-8.2398357528773530774583425568608372786293797386168e-427"))
    assert drawn(built, 40)[-1].endswith("-8.23983575287735307745834255…e-427")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("exp(beta*x)/beta", 10, ["exp(beta*", "x)/beta"]),
        ("x = -0.0040496940948902, right 1", 22, ["x =", "-0.0040496940948902,", "right 1"]),
        ("at -0x1.643678p+6: 2", 15, ["at", "-0x1.643678p+6:", "2"]),
        ("123456789", 4, ["1234", "5678", "9"]),
        ("", 10, [""]),
    ],
)
def test_lines_break_at_blanks_and_signs(text, width, lines):
    assert wrap(text, width) == lines


def test_names_and_values():
    lines = drawn(pairs("gelu", [("sup", f"erf(1)/2 + exp(-1)/sqrt(pi) = {NUMBERS[4]}")]), 50)
    assert lines == ["gelu", "sup         erf(1)/2 + exp(-1)/sqrt(pi) =", f"            {NUMBERS[4]}"]


def test_a_line_of_a_verdict_goes_on_deeper():
    assert hanging("  one two three", 12) == "  one\n      two\n      three"
    assert hanging("  short", 12) == "  short"


def test_long_powers_of_ten_are_powers():
    assert compact("alpha = " + "1" + "0" * 400) == "alpha = (10**400)"
    assert compact("5" + "0" * 30 + "*exp(x)") == "(5*10**30)*exp(x)"
    assert compact("100000 and 0." + "0" * 40 + "1") == "100000 and 0." + "0" * 40 + "1"
