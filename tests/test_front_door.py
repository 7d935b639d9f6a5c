"""`import gradproof`: the names its stub has, at no cost, and the programs of docs/python.md."""

from __future__ import annotations

import ast
import doctest
import inspect
import json
import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import gradproof
import numpy as np
import pytest
from click.testing import CliRunner
from gradproof.proofs.budget import Undecided
from gradproof.proofs.certificates import Unwritten
from gradproof.proofs.expressions.expr import rational
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.recheck.signs import Wrong
from gradproof.reports import strict_json
from gradproof.reports.cli import cli

from .thorough import few

ROOT = Path(__file__).parents[1]
PROGRAMS = re.findall(r"## ([^\n]*)\n\n```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.S)


def test_the_stub_names_what_is_there_and_where_it_lives():
    stub = ast.parse((ROOT / "api" / "__init__.pyi").read_text("utf-8"))
    froms = [node for node in ast.walk(stub) if isinstance(node, ast.ImportFrom)]
    said = {(str(n.module).removeprefix("gradproof."), str(a.asname)) for n in froms for a in n.names}
    assert said == {(home, name) for name, home in gradproof._HOME.items()}  # type: ignore[attr-defined]
    assert len(said) >= 25
    for _, name in said:
        assert getattr(gradproof, name).__doc__, f"{name} has no docstring"
        assert name in dir(gradproof)
    with pytest.raises(AttributeError, match="has no attribute 'proof'"):
        gradproof.proof  # type: ignore[attr-defined]  # noqa: B018
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", gradproof.__version__)


def test_its_help_begins_with_examples_that_hold_and_functions_that_are_there():
    assert doctest.testmod(gradproof, raise_on_error=True).attempted == 4
    _, functions, _ = (gradproof.__doc__ or "").split("\n\n", 3)[1:]
    names = re.findall(r"(\w+)\(", functions)
    assert len(names) == 16
    assert set(names) <= set(dir(gradproof))
    assert len((gradproof.__doc__ or "").splitlines()) <= 30


def test_importing_it_imports_no_engine():
    heavy = "{'sympy', 'flint', 'numpy', 'hypothesis', 'rich', 'click'}"
    code = f"import sys; old = {{*sys.modules}}; import gradproof; print(sorted({heavy} & {{*sys.modules}} - old))"
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_python_m_gradproof_is_the_command_line():
    run = subprocess.run([sys.executable, "-P", "-m", "gradproof", "prove", "1 < 2"], capture_output=True, text=True)
    assert run.returncode == 0
    assert run.stdout.startswith("proved (exact): 1 < 2")


@pytest.mark.parametrize("statement", ["D(gelu)(x) <= 1.13", "tanh(x) > 0", "exp(x) > x + a"])
def test_a_result_prints_what_the_command_prints(statement):
    printed = CliRunner().invoke(cli, ["prove", statement], standalone_mode=False).output
    times = re.compile(r"\d+\.\d\d s")
    assert times.sub("", str(gradproof.prove(statement)) + "\n") == times.sub("", printed)


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (("describe", "elu", "--param", "alpha=2"), lambda: gradproof.describe("elu", alpha=2)),
        (("describe", "leaky_relu_keras"), lambda: gradproof.describe("leaky_relu_keras")),
        (("depth", "tanh", "--layers", "3"), lambda: gradproof.depth("tanh", layers=3)),
        (("depth", "x*exp(-x**2)"), lambda: gradproof.depth("x*exp(-x**2)")),
        (("gains", "x*exp(-x**2)"), lambda: gradproof.gains("x*exp(-x**2)")),
        (("meanfield", "tanh", "--sigma-w", "0.9"), lambda: gradproof.mean_field("tanh", Fraction(9, 10))),
    ],
)
def test_values_print_and_give_what_the_command_does(arguments, value):
    printed = CliRunner().invoke(cli, arguments, standalone_mode=False).output
    assert str(value()) + "\n" == printed
    document = CliRunner().invoke(cli, [*arguments, "--json"], standalone_mode=False).output
    assert strict_json.text(value().to_json()) == document


@pytest.mark.parametrize(
    ("title", "program"),
    few(PROGRAMS, lambda title, _: "formula, to 30" in title or title == "The gain of a formula"),
    ids=[title for title, _ in PROGRAMS],
)
def test_the_programs_of_the_page_run(title, program, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(program, title, "exec"), {"__name__": "program"})
    said = capsys.readouterr().out
    match title:
        case "The largest slope of a formula, to 30 digits":
            assert said.startswith("1.08849816125172")
        case "The gain of a formula":
            assert said.startswith("1.5925374197228")
        case "A CSV of gelu'":
            rows = (tmp_path / "gelu_prime.csv").read_text("utf-8").splitlines()
            assert rows[1].startswith("x,x_hex,value")
            assert len(rows) > 50
        case "Gradients through 50 layers, measured":
            sigmoid, relu = (float(re.findall(r"input (-?[\d.]+)", line)[0]) for line in said.splitlines())
            assert sigmoid < -60 < relu


def test_there_are_five_programs():
    assert len(PROGRAMS) == 5


def test_a_certified_number_is_compared_and_converted():
    third, root = exact(rational("1/3")), gradproof.describe("exp(x)*x").orders[0].inf
    assert third > 0.333 and third < Fraction(34, 100) and third <= third and not third >= 1
    assert root < 0 and root > float("-inf") and -1 < root < 1
    assert float(third) == 1 / 3
    low, high = root.interval
    assert low < high and abs(float(low) - float(root)) < 1e-15 and str(root.exact) == "-exp(-1)"
    with pytest.raises(ValueError, match="nan"):
        assert root < float("nan")
    with pytest.raises(TypeError, match="expected a number"):
        assert root < "1"  # type: ignore[operator]
    with pytest.raises(Undecided):
        _ = gradproof.describe("x").orders[0].sup.interval


def test_a_certified_number_equals_a_number_where_that_is_proved():
    third = exact(rational("1/3"))
    assert third.equals(Fraction(1, 3)) and not third.equals(1 / 3) and third.equals(exact(rational("1/3")))
    sup = gradproof.describe("sigmoid").orders[1].sup
    assert sup.equals(0.25) and not sup.equals(float("inf")) and sup != 0.25
    with pytest.raises(ValueError, match="nan"):
        sup.equals(float("nan"))


def test_numbers_and_definitions_are_formulas_in_a_notebook():
    sheet = gradproof.describe("exp(x)*x").orders[0]
    assert sheet.inf._repr_latex_() == r"$- \frac{1}{e}$" and sheet.sup._repr_latex_() == r"$\infty$"
    assert gradproof.describe("mish").orders[1].sup._repr_latex_() is None
    entries = gradproof.catalogue()
    assert all(e._repr_latex_().strip("$") for e in entries) and len(entries) > 60
    assert gradproof.describe("sigmoid")._repr_latex_() == gradproof.activation("sigmoid")._repr_latex_()
    assert gradproof.activation("sigmoid")._repr_latex_() == r"$\frac{1}{1 + e^{- x}}$"


@pytest.mark.parametrize(
    "function",
    few(["tanh", gradproof.activation("tanh"), "tanh(x)"], lambda function: function == "tanh(x)"),
    ids=["name", "entry", "formula"],
)
def test_functions_are_names_entries_or_formulas(function):
    gain = gradproof.describe(function).gain
    assert gain is not None and gain.decimal(12) == "1.59253741972"
    assert gradproof.reference(function, [0, 0.5], order=1).value.tolist()[0] == 1
    assert len(gradproof.table(function)) > 20
    assert str(gradproof.depth(function, layers=3).rate) == "1"


def test_each_question_takes_functions_in_its_way():
    assert float(gradproof.reference("x**2", 3).value) == 9
    assert gradproof.reference("tanh", np.float32(0.5)).value.dtype == np.float32
    assert str(gradproof.expectation("relu(z)**2")) == "1/2"
    with pytest.raises(gradproof.StatementError, match="describe_vector"):
        gradproof.describe("softmax")
    with pytest.raises(gradproof.StatementError, match="one name"):
        gradproof.expectation("a*z")
    with pytest.raises(gradproof.UnknownActivation, match="did you mean"):
        gradproof.depth("sigmoidd")


@pytest.mark.thorough
def test_functions_of_vectors_have_a_datasheet_of_their_own():
    assert gradproof.describe_vector("softmax").to_json()["vector"]


def tanh16(x):
    return np.tanh(x.astype(np.float64)).astype(x.dtype)


def hostile():
    """The verdict on a claim whose texts are markup."""
    claim = replace(
        gradproof.builtin_ledgers()[0].claims[0], id="<b>", says="<script>", statement=None, outside="<i>"
    )
    return gradproof.verify(gradproof.Ledger("own", "", "own", (claim,)))[0]


RESULTS = {
    "prove": lambda: gradproof.prove("x < 1"),
    "verify": hostile,
    "describe": lambda: gradproof.describe("relu"),
    "describe_vector": lambda: gradproof.describe_vector("softmax"),
    "depth": lambda: gradproof.depth("relu", layers=2),
    "gains": lambda: gradproof.gains("gelu"),
    "mean_field": lambda: gradproof.mean_field("relu", "sqrt(2)"),
    "table": lambda: gradproof.table("relu", points=[0.5, float("nan")]),
    "measure_gradients": lambda: gradproof.measure_gradients(gradproof.Network("relu", depth=2, width=4), trials=2),
    "train": lambda: gradproof.train("relu", depth=2, width=4, steps=10, seeds=2),
    "check": lambda: gradproof.check(tanh16, as_="tanh", dtypes="float16", orders=0, examples=1)[0],
    "sweep": lambda: gradproof.sweep("numpy", as_="tanh", fmt="float16", patterns="1:2", workers=1),
}


@pytest.mark.parametrize("name", few(RESULTS, lambda name: name not in ("describe_vector", "check", "sweep")))
def test_a_result_is_a_table_in_a_notebook_with_all_text_escaped(name):
    result = RESULTS[name]()
    html, text = result._repr_html_(), str(result)
    assert html.startswith("<table>") and html.endswith("</table>") and html.count("<tr>") == html.count("</tr>")
    tags = {*re.findall(r"</?(\w+)", html)}
    assert tags <= {"table", "caption", "tr", "th", "td", "br"}
    words = {word for word in re.findall(r"[\w.]+", text) if len(word) > 3}
    assert words and words <= {*re.findall(r"[\w.]+", unescape(html))}
    assert json.dumps(result.to_json(), allow_nan=False)
    if name == "verify":
        assert "&lt;script&gt;" in html and "<script>" in text


def test_arrays_are_lists_or_numbers():
    for x in (0.5, [0.5], (0.5,), [[0.5]], np.float32(0.5), np.array([0.5], np.float16), 1, [1, 0], range(3)):
        assert np.shape(gradproof.reference("tanh", x).value) == np.shape(gradproof.condition("tanh", x)) == np.shape(x)
        assert gradproof.table("tanh", points=x).x.tolist() == np.ravel(x).tolist()
    assert gradproof.reference("tanh", []).value.shape == (0,)
    for weight in ("1/2", 0.5, Fraction(1, 2), gradproof.depth("tanh", weight="1/2").weight):
        assert gradproof.depth("tanh", layers=2, weight=weight).rate.equals(0.5)
    (one,) = gradproof.check(tanh16, as_="tanh", dtypes=["float16"], orders=[0], at=[0.5, "0x1p+0"], max_ulp=1)
    (same,) = gradproof.check(tanh16, as_="tanh", dtypes="float16", orders=0, at=("0x1p-1", 1.0), max_ulp=1)
    assert one == same and one.verdict == "pass"
    by_entry, by_name = (
        gradproof.measure_gradients(gradproof.Network(tanh, depth=2, width=4), trials=2).to_json()
        for tanh in (gradproof.activation("tanh"), "tanh")
    )
    assert by_entry == by_name


DOOR: Any = gradproof  # called with what its types refuse
NAN, RELU = float("nan"), gradproof.Network("relu")
WRONG = [
    (lambda: DOOR.describe(3), TypeError, "expected an activation's name, its entry or a formula in x, got 3"),
    (lambda: DOOR.describe([]), TypeError, r"got \[\]"),
    (lambda: DOOR.describe("tanh", orders=-1), ValueError, "orders=-1: expected a whole number, 0 or more"),
    (lambda: DOOR.describe("elu", alpha=[1]), TypeError, r"alpha=\[1\]: expected a number"),
    (lambda: DOOR.describe("elu", alpha=NAN), ValueError, "alpha=nan: expected a finite number"),
    (lambda: DOOR.describe("elu", alpha="x"), ValueError, "alpha='x': expected a number, found the free name 'x'"),
    (lambda: DOOR.describe_vector([]), TypeError, r"activation of vectors, got \[\]"),
    (lambda: DOOR.activation(None), TypeError, "got None"),
    (lambda: DOOR.certificate("x < 1"), TypeError, "expected the result of prove, got 'x < 1'"),
    (lambda: DOOR.certificate(gradproof.prove("x < 1")), Unwritten, "x < 1: refuted, not proved"),
    (lambda: DOOR.recheck(3), TypeError, "expected a certificate or the path of one, got 3"),
    (lambda: DOOR.recheck("nosuch.json"), OSError, "No such file.*nosuch.json"),
    (lambda: DOOR.expectation(None), TypeError, "got None"),
    (lambda: DOOR.expectation("sigmoidd"), gradproof.UnknownActivation, "did you mean sigmoid"),
    (lambda: DOOR.expectation("tanh(z)", "y"), gradproof.StatementError, "expected a function of y, found z"),
    (lambda: DOOR.expectation("tanh(z)", 3), gradproof.StatementError, "expected a function of 3, found z"),
    (lambda: DOOR.reference(None, 1), TypeError, "got None"),
    (lambda: DOOR.reference("tanh", "a"), TypeError, "expected numbers, lists of them or an array of .* got str"),
    (lambda: DOOR.reference("tanh", [None]), TypeError, "got object"),
    (lambda: DOOR.condition("tanh", np.longdouble(1)), TypeError, "got float128|got longdouble"),
    (lambda: DOOR.reference("tanh", 1, order="1"), ValueError, "order='1': expected a whole number, 0 or more"),
    (lambda: DOOR.condition("tanh", 1, order=1.5), ValueError, "order=1.5"),
    (lambda: DOOR.table("tanh", order=-1), ValueError, "order=-1: expected a whole number, from 0 to 2"),
    (lambda: DOOR.table("tanh", points=None), TypeError, "got object"),
    (lambda: DOOR.table("tanh", points=[]), ValueError, "expected 1 to 1000000 numbers, got 0"),
    (lambda: DOOR.table("tanh", points=[1e300]), ValueError, "beyond the range of float32"),
    (lambda: DOOR.table("tanh", fmt=None), ValueError, "format=None: expected one of float64"),
    (lambda: DOOR.depth("tanh", layers=1.5), ValueError, "layers=1.5: expected a whole number, from 1 to 10000"),
    (lambda: DOOR.depth("tanh", weight=NAN), ValueError, "weight=nan: expected a positive number"),
    (lambda: DOOR.depth("tanh", weight=[1]), ValueError, r"weight=\[1\]: expected a positive number"),
    (lambda: DOOR.depth("tanh", weight=float("inf")), ValueError, "weight=inf: expected a positive number"),
    (lambda: DOOR.depth("tanh", weight="1 +"), gradproof.StatementError, "not in the statement language"),
    (lambda: DOOR.Network("tanh", depth=NAN), ValueError, "depth=nan: expected a whole number, 1 or more"),
    (lambda: DOOR.Network("tanh", bias=NAN), ValueError, "bias=nan: expected a finite number"),
    (lambda: DOOR.Network("tanh", scale="a"), ValueError, "scale='a': expected a finite number"),
    (lambda: DOOR.train("tanh", depth=NAN), ValueError, "depth=nan: expected a whole number, 1 or more"),
    (lambda: DOOR.train("tanh", learning_rate=NAN), ValueError, "learning_rate=nan: expected a positive number"),
    (lambda: DOOR.train("swiglu", steps=1), ValueError, "expected a function of one input, not of a, b"),
    (lambda: DOOR.measure_gradients("tanh"), TypeError, "expected a Network, got 'tanh'"),
    (lambda: DOOR.measure_gradients(DOOR.Network(None)), TypeError, "got None"),
    (lambda: DOOR.measure_gradients(RELU, trials=2.5), ValueError, "trials=2.5: expected a whole number"),
    (lambda: DOOR.measure_gradients(RELU, seed=-1), ValueError, "seed=-1: expected a whole number"),
    (lambda: DOOR.check(3), TypeError, "target=3: expected a name or a callable"),
    (lambda: DOOR.check(tanh16, as_="tanh", dtypes=[]), ValueError, r"dtypes=\[\]: expected at least one"),
    (lambda: DOOR.check(tanh16, as_="tanh", orders=()), ValueError, r"orders=\(\): expected at least one"),
    (lambda: DOOR.assert_conforms(tanh16, 3), TypeError, "got 3"),
    (lambda: DOOR.assert_conforms(tanh16, "tanh", dtype=[]), ValueError, r"dtype=\[\]: expected at least one"),
    (lambda: DOOR.check(tanh16, "tanh", dtype="float16", dtypes="float16"), ValueError, "expected one of the two"),
    (lambda: DOOR.check(tanh16, "tanh", dtype=np.int8), ValueError, "format='int8': expected one of float64"),
    (lambda: DOOR.check(tanh16, "tanh", dtypes=[None]), TypeError, "dtypes=None: expected a format's name or a dtype"),
    (lambda: DOOR.check(tanh16, "tanh", tolerance=1), TypeError, r"check\(\): .*unexpected keyword argument"),
    (lambda: DOOR.assert_conforms(tanh16, "tanh", rtol=1), TypeError, r"assert_conforms\(\): .*unexpected .*rtol"),
    (lambda: DOOR.sweep("numpy", "tanh", dtype=["float16", "float32"]), ValueError, "expected one format"),
    (lambda: DOOR.assert_conforms(tanh16, "tanh", max_ulp=NAN), ValueError, "max_ulp=nan: expected a number"),
    (lambda: DOOR.assert_conforms(tanh16, "tanh", max_ulp="a"), ValueError, "max_ulp='a': expected a number"),
    (lambda: DOOR.sweep(3), TypeError, "target=3: expected an implementation"),
    (lambda: DOOR.sweep("numpy", fmt=None, as_="tanh"), ValueError, "format=None: expected one of"),
    (lambda: DOOR.sweep("numpy", as_="tanh", order=7), ValueError, "order=7: expected a whole number"),
    (lambda: DOOR.prove(None), gradproof.StatementError, "statement: expected text, got NoneType"),
    (lambda: DOOR.prove("x < 1", where=["x > 0"]), gradproof.StatementError, "where: expected text, got list"),
    (lambda: DOOR.verify("nosuch.toml"), gradproof.LedgerError, "cannot be read"),
    (lambda: DOOR.describe("tanh").gain.decimal(0), ValueError, "digits=0: expected a whole number, 1 or more"),
]


@pytest.mark.parametrize(("call", "kind", "message"), WRONG)
def test_what_is_wrong_is_said_on_one_line(call, kind, message):
    with pytest.raises(kind, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.thorough
def test_a_certificate_is_confirmed(tmp_path):
    certificate = gradproof.certificate(gradproof.prove("D(sigmoid)(x) <= 1/4"))
    gradproof.recheck(certificate)
    with pytest.raises(Wrong, match="digest"):
        gradproof.recheck({**certificate, "statement": "D(sigmoid)(x) <= 1/5"})
    (tmp_path / "own.toml").write_text('title = "own"\n[[claim]]\nid = "one"\nsays = "s"\nstatement = "tanh(x) < 1"\n')
    (result,) = gradproof.verify(tmp_path / "own.toml")
    assert result.verdict == "proved"


def test_a_table_is_written_as_the_command_writes_it(tmp_path):
    table = gradproof.table("relu", order=1)
    text = table.to_csv()
    table.to_csv(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8") == text
    assert table.to_json()["table"]["function"] == "relu"
    assert len(table.to_json()["rows"]) == len(table)


def test_calls_that_test_take_the_same_words():
    """The function second, and formats as `dtype` or `dtypes`, by name or as NumPy's."""
    at: dict[str, Any] = {"at": 0.5, "orders": 0}
    for_check: list[dict[str, Any]] = [
        {"dtypes": "float16"}, {"dtype": ["float16"]}, {"dtypes": (np.dtype("f2"), "float16")}
    ]  # fmt: skip
    for_sweep: list[dict[str, Any]] = [{"fmt": "float16"}, {"dtype": np.float16}, {"dtypes": ["float16"]}]
    (result,) = gradproof.check(tanh16, "tanh", dtype=np.float16, max_ulp=1, **at)
    for formats in for_check:
        assert gradproof.check(tanh16, "tanh", max_ulp=1, **at, **formats) == (result,)
        gradproof.assert_conforms(tanh16, "tanh", max_ulp=1, at=0.5, **formats)
    swept = [gradproof.sweep("numpy", "tanh", patterns="1:1.01", workers=1, **how) for how in for_sweep]
    assert {each.format for each in swept} == {"float16"}
    assert len({repr(each.profile) for each in swept}) == 1


def test_signatures_say_what_is_taken():
    for function in (gradproof.check, gradproof.sweep):
        parameters = inspect.signature(function).parameters
        assert {"as_", "dtype", "dtypes", "parameters"} <= parameters.keys()
        assert all(p.kind is not p.VAR_KEYWORD and p.annotation for p in parameters.values())
    assert gradproof.check.__name__ == "check"
    assert "and returns all results" in (gradproof.check.__doc__ or "")


@pytest.mark.parametrize("name", ["describe", "gains", "table", "check"])
def test_results_are_short_where_python_shows_them(name):
    result = RESULTS[name]()
    assert len(repr(result)) < 200 and "\n" not in repr(result)
    assert type(result).__name__ in repr(result)
    if name == "table":
        assert next(row["x"] for row in result.rows) == 0.5
