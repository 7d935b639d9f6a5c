"""What a stranger may put into a certificate: nothing false is confirmed, and nothing takes long."""

from __future__ import annotations

import copy
import importlib
import json
import random
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from gradproof.proofs import certificates
from gradproof.proofs.catalogue.vector_entries import vector_activations
from gradproof.proofs.certificates import Contradicted, Unwritten, certificate
from gradproof.proofs.ledger import load
from gradproof.proofs.recheck import definitions as recheck_definitions
from gradproof.proofs.recheck import statement as recheck
from gradproof.proofs.recheck.evaluation import limit
from gradproof.proofs.recheck.intervals import Exhausted, Num, Unclear, bounded, number
from gradproof.proofs.recheck.reader import Bad, Reader, tree
from gradproof.proofs.recheck.signs import Wrong
from gradproof.proofs.recheck.tail_models import Mono, Y, merged
from gradproof.proofs.statements import prove
from gradproof.proofs.vectors import words as vector_words
from gradproof.proofs.verdicts import Evidence, Result, Verdict
from gradproof.proofs.vocabulary.words import WORDS
from gradproof.reports.cli import cli

from ...thorough import every, few


@pytest.fixture(scope="module")
def forging() -> Any:
    """The forger and the judge, which are not packaged."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
    try:
        return importlib.import_module("forged_certificates")
    finally:
        sys.path.pop(0)


def written(statement: str, where: str | None = None) -> dict[str, Any]:
    """The certificate of a statement, which the writer does not ask the engine about."""
    return certificate(Result(statement, where, Verdict.PROVED, Evidence.ENCLOSURE))


def forged(data: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The certificate with fields exchanged and the digest that belongs to them."""
    changed = copy.deepcopy(data) | fields
    return changed | {"digest": recheck.digest(changed)}


def stated(statement: str, where: str | None = None, **fields: Any) -> dict[str, Any]:
    """A certificate without facts."""
    empty = {"schema": 1, "verdict": "proved", "statement": statement, "where": where, "functions": {}, "facts": {}}
    return forged(empty, **fields)


def on_line(statement: str, key: str, argument: dict[str, Any]) -> dict[str, Any]:
    """A certificate with one gap and one argument."""
    return stated(statement, facts={f"{statement} | x": {"marks": [], "gaps": [{key: argument}]}})


@pytest.fixture(scope="module")
def forgeable() -> list[dict[str, Any]]:
    """Certificates that are written in a moment, of statements of every kind."""
    quick = [
        "relu(x) >= x/2", "sqrt(x)**2 == x", "not x < 0 or abs(x) == -x", "log(x) <= x - 1", "E(z**2) == 1",
        "smooth(gelu)", "odd(tanh)", "monotone(sign)", "limit(softplus(x) - x, x, oo) == 0", "w*x == x*w",
        "approx(sqrt(2), 1.414, digits=4)", "float16(1/3) == 0.333251953125", "x*y <= (x**2 + y**2)/2",
        "subdifferential(relu, 0) == interval(0, 1)", "continuity(elu) == 1", "elu(x, alpha=2) >= -2", "swish == silu",
        "product(D(relu), n) <= 1", "range(sign) == {-1, 0, 1}",
    ]  # fmt: skip
    confined = [("sup(x) == 3", "x <= 3"), ("lipschitz(exp) == 1", "x < 0"), ("w*x > 0", "w > 0 and x > 0"),
                ("inf(x) == -oo and sup(x) == 0", "x < 0"), ("x**2 < 4", "-2 < x and x < 2")]  # fmt: skip
    return [*(written(statement) for statement in quick), *(written(*pair) for pair in confined)]


@pytest.mark.parametrize(("step", "count"), few([(6, 20), (1, 300)], lambda step, _: step > 1), ids=["quick", "all"])
def test_of_300_forgeries_none_is_confirmed_that_is_false(
    step: int, count: int, forgeable: list[dict[str, Any]], forging: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(recheck, "bounded", lambda: bounded(seconds=4))
    assert len(forgeable) == 24
    for data in forgeable[::step]:
        recheck.recheck(json.loads(json.dumps(data)))
    assert forging.examine(forgeable[::step], count, random.Random(20261128)) == 0


def test_the_judge_of_forgeries_sees_what_is_false(forging: Any) -> None:
    originals: dict[Any, Any] = {("x > 0", None): {}}
    for statement, where in (("x > 0", "x > -1"), ("D(x**2, x) == x", None), ("sup(tanh) == 2", None)):
        assert forging.judge(stated(statement, where), originals) == "false"
    redefined = {"x": {"inputs": ["x"], "parameters": {}, "formula": "7"}}
    assert forging.judge(stated("x > 0", functions=redefined), originals) == "false"
    assert forging.judge(stated("x > 0"), originals) == "old"


@pytest.mark.parametrize(
    ("statement", "where"),
    few([
        # a condition holds in every functional
        ("lipschitz(min(max(10*x,-10),10)) == 0", "abs(x) > 1"), ("lipschitz(relu) == 1", "x != 0"),
        ("continuity(abs) == 0", "x > 1"), ("smooth(abs(x))", "abs(x) > 1"), ("differentiable(sign)", "x != 0"),
        ("continuity(relu) == 0", "x < 0"), ("E(z**2) == 1", "z > 0"), ("odd(tanh)", "x > 0"),
        ("identity_near(tanh, 0)", "x > 3"), ("subdifferential(relu, 0) == interval(0, 1)", "x > 0"),
        ("0 < 1", "q > 2"), ("tanh(x) < 1", "q > 2"), ("tanh(x) < 1", "x > 0 and x < 0"), ("0 < 1", "2 < 1"),
        ("sup(x) == oo", "sup(x) > 0"), ("sup(x) == oo", "x < oo"), ("x < oo", None),
        # the domain: terms without a value
        ("inf(x) == -oo", "sqrt(x)**2 == x"), ("sup(x) == oo", "log(-x) == log(-x)"),
        ("inf(x) == -1", "(1 if log(x) > 0 else 2) > 0"), ("inf(x) == -oo", "x < 0 or log(x) < 0"),
        ("sup(x) == oo", "log(-x)**0 == 1"), ("log(-1) == log(-1)", None), ("log(-1)**0 == 1", None),
        ("sqrt(-1 - x**2) == sqrt(-1 - x**2)", None), ("sqrt(x) >= 0 and sqrt(-1 - x) >= 0", None),
        ("odd(x + 0*sqrt(x + 1))", None), ("even(sqrt)", None), ("D(abs(relu(x))) == 0", None),
        ("sqrt(sup(x*exp(-x**2)*erf(x)) - 0.3191758564220740891188) < 1", None),
        ("x/x > 0", "x == 0"), ("argmin(x/x*x**2) == 0", None),
        # infinities
        ("sup(x) - sup(x) == 0", None), ("max(sup(x), 1) == 1", None), ("oo**2 >= 0", None), ("x < oo + 1", None),
        # words, options and orders
        ("approx(3.2, 3, digits=0)", None), ("approx(3.2, 3, digits=1.5)", None), ("approx(3, 3, foo=1)", None),
        ("interval(0, 1, x=open) == interval(0, 1)", None), ("interval(1, 0) == interval(1, 0)", None),
        ("increasing(tanh, strict=1)", None), ("range(tanh, left=open) == open_interval(-1, 1)", None),
        ("D(x**2, -1) == 2*x", None), ("limit(x, 3, 3) == 3", None), ("E**2 >= 0", None),
        ("D(x*y**2, y)(3) == 6*y", None), ("product(D(relu), -n) <= 1", None), ("product(D(relu), n/2) <= 1", None),
        # products of a number of factors that is left open, and of several numbers
        ("sup(product(D(sigmoid), n)) == 1", None), ("range(product(D(relu), n)) == {1}", None),
        ("range(product(D(sigmoid), n)) == interval(0, 1, left=open)", None),
        ("product(D(sigmoid), 2)**2 == product(D(sigmoid), 4)", None),
        ("subdifferential(sqrt(abs(x)), 0) != reals", None),
    ], every(8)),
)  # fmt: skip
def test_the_rechecker_follows_no_false_or_meaningless_statement(statement: str, where: str | None) -> None:
    """The writer is the re-checker with the engine at hand: what it does not settle has no certificate."""
    with pytest.raises(Unwritten):
        written(statement, where)


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("lipschitz(x**2) == 2", "-1 <= x and x <= 1"), ("convex(x**3)", "x > 0"), ("exp(log(x)) == x", None),
        ("inf(x) == 0", "sqrt(x)**2 == x"), ("even(1/x**2)", None), ("x/x == 1", None), ("x**0 == 1", None),
        ("D(x*y**2, y)(3) == 6*x", None), ("sup(x) == 0", "log(-x) == log(-x)"),
        pytest.param("D(softplus)(2*x) == sigmoid(2*x)", None, marks=pytest.mark.thorough),
        ("limit(4**x - 2*exp(2*log(2)*x), x, oo) == -oo", None),
    ],
)  # fmt: skip
def test_the_true_neighbours_are_confirmed(statement: str, where: str | None) -> None:
    recheck.recheck(json.loads(json.dumps(written(statement, where))))


# --- definitions


def test_the_catalogue_is_read_from_its_text() -> None:
    assert recheck_definitions.catalogue() == certificates.definitions()
    assert len(recheck_definitions.catalogue()) > 100
    own = {*vector_words.NUMBERS, *vector_words.TRUTHS, *vector_words.MATRICES, *vector_activations()}
    assert WORDS.keys() | own <= recheck_definitions.WORDS


@pytest.mark.parametrize("name", ["E", "z", "D", "sup", "pi", "e", "oo", "exp", "softmax", "x", "alpha", "a b", ""])
def test_no_word_and_no_number_can_be_defined(name: str) -> None:
    seven = {name: {"inputs": ["x"], "parameters": {}, "formula": "x + 7"}}
    with pytest.raises((Wrong, Bad)):
        recheck.recheck(forged(written("E(z**2) == 1"), functions=seven))


@pytest.mark.parametrize(
    ("statement", "functions"),
    [
        ("weight >= weight - 1", {"weight": "x*x"}), ("sup(abs(scale*tanh)) == 1", {"scale": "1 + 0*x"}),
        ("double(x) == 7", {"double": "7"}), ("double(x) == double(x)", {"double": "x*y"}),
        ("double(x) == double(x)", {"double": "sup(x)*x"}), ("double(x) == double(x)", {"double": "double(x)"}),
        ("increasing(gelu)", {}), ("increasing(gelu**3)", {}), ("relu(x) == relu(x)", {"relu": "x"}),
        ("asinh(x) == asinh(x)", {"asinh": "x"}),
    ],
)  # fmt: skip
def test_a_definition_is_a_function_of_x_that_nothing_else_can_be_taken_for(
    statement: str, functions: dict[str, str]
) -> None:
    definitions = {name: {"inputs": ["x"], "parameters": {}, "formula": f} for name, f in functions.items()}
    facts = {
        f"{statement} | x": {"marks": [], "gaps": [{}]},
        "shape of gelu | gelu": {"marks": [], "gaps": [{"slope": {"sign": 0}}]},
    }
    with pytest.raises((Wrong, Bad)):
        recheck.recheck(stated(statement, functions=definitions, facts=facts))


def test_a_confirmation_names_the_definitions_it_rests_on(tmp_path: Path) -> None:
    result = Result("bent(x) == x*tanh(x)", None, Verdict.PROVED, Evidence.EXACT)
    certificates.write(tmp_path, "bent", certificate(result, {"bent": "tanh(x)*x"}))
    answer = CliRunner().invoke(cli, ["recheck", str(tmp_path)], standalone_mode=False)
    assert answer.return_value == 0
    assert "confirmed" in answer.output and "with bent(x) = tanh(x)*x" in answer.output


def test_a_field_given_twice_is_no_certificate(tmp_path: Path) -> None:
    text = json.dumps(written("smooth(gelu)")).replace('"where"', '"statement": "smooth(relu)", "where"')
    (tmp_path / "twice.json").write_text(text)
    assert CliRunner().invoke(cli, ["recheck", str(tmp_path)], standalone_mode=False).return_value == 2


# --- growth


def test_monomials_of_equal_growth_are_one_term() -> None:
    """4^y - 2 e^(2 y log 2) is -4^y, and (2 + sqrt 3)^(y^2) (2 - sqrt 3)^(y^2) is 1."""
    read = Reader({}, lambda _: None).read
    power = limit(read(tree("4**x - 2*exp(2*log(2)*x)")), "x", "oo", -1)
    assert power == "-oo"
    assert limit(read(tree("exp(4**x - 2*exp(2*log(2)*x))")), "x", "oo", -1) == number(0)
    constant = limit(read(tree("exp(log(8)*x**2)*exp(-3*log(2)*x**2) + exp(-x)")), "x", "oo", -1)
    assert isinstance(constant, Num) and constant.exact == 1
    log2, half = number(2).fn("log"), number(4).fn("log") * number(1).fn("pow")
    same = [(Mono(exponent=((log2 * 2, Y),)), number(3)), (Mono(exponent=((half, Y),)), number(-3))]
    assert merged(same) == []


def test_an_exponential_that_powers_outweigh_is_not_followed() -> None:
    """exp(sqrt(log x))/x tends to 0: exponents count as large only when they outweigh every power."""
    with pytest.raises(Unclear):
        limit(Reader({}, lambda _: None).read(tree("exp(sqrt(log(x)))/x")), "x", "oo", -1)


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("limit((2+sqrt(3))**x - 2*(2-sqrt(3))**(-x), x, oo) == oo", None),
        pytest.param(
            "tanh((2+sqrt(3))**(x**2)*(2-sqrt(3))**(x**2)*exp(x/1000)) < 0.9", None, marks=pytest.mark.thorough
        ),
        ("limit((3+sqrt(8))**x - 3*(3-sqrt(8))**(-x), x, oo) == oo", None),
        ("limit(exp(sqrt(log(x)))/x, x, oo) == oo", None),
    ],
)  # fmt: skip
def test_growth_that_agrees_only_after_algebra_is_certified_by_nobody(
    statement: str, where: str | None, monkeypatch: Any
) -> None:
    monkeypatch.setattr(certificates, "MAX_SECONDS", 5)
    with pytest.raises(Unwritten):
        written(statement, where)


# --- work


@pytest.mark.parametrize(
    "data",
    few([
        stated("sin(exp(1e9)) <= 1"), stated("cos(exp(exp(20)))**2 <= 1"), stated("float32(exp(1e12)) == 0"),
        stated("float32(exp(-1e12)) == 1"), stated("(((10**1000)**20)**2000)**2000 > 0"),
        stated("approx(exp(1e9), 3, digits=1000)"), stated("product(sign, 1000000000) <= 1"),
        on_line("((x+1)**2000+(x+2)**2000)**1999 == 1", "((x+1)**2000+(x+2)**2000)**1999 - (1)", {"sign": 0}),
        stated("fun29(x) >= 0", functions={
            f"fun{k}": {"inputs": ["x"], "parameters": {}, "formula": f"fun{k - 1}(x)*fun{k - 1}(x) + x" if k else "x"}
            for k in range(30)
        }),
        stated("fun9(x) >= 0", functions={
            f"fun{k}": {"inputs": ["x"], "parameters": {}, "formula": f"fun{k - 1}(fun{k - 1}(x))" if k else "x*x + x"}
            for k in range(10)
        }),
        stated("(x+y+z+w)**60 + (x-y)**50*(z-w)**40 >= x*y"),
        stated("+".join(f"x{i}" for i in range(25)) + " > 0", " and ".join(f"x{i} > {i}" for i in range(25))),
    ], lambda data: "fun29" not in str(data)),
)  # fmt: skip
def test_large_numbers_and_formulas_are_refused_in_few_steps(data: dict[str, Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(recheck, "bounded", lambda: bounded(20_000, 60))
    with pytest.raises((Wrong, Bad)) as refusal:
        recheck.recheck(data)
    assert "too much work" not in str(refusal.value)


@pytest.mark.thorough
def test_what_costs_more_than_its_share_is_rejected(monkeypatch: Any) -> None:
    expensive = "D(D(tanh(tanh(tanh(tanh(x)))), 6), 6)"
    data = on_line(f"{expensive} >= 0", f"{expensive} - (0)", {"sign": 1, "cells": [["-1", "1", "-1", "1"]]})
    monkeypatch.setattr(recheck, "bounded", lambda: bounded(5_000, 60))
    with pytest.raises(Wrong, match="too much work"):
        recheck.recheck(data)


# --- the writer's alarm


@pytest.mark.parametrize(
    ("statement", "where", "at"),
    [
        ("tanh(x) < 0.9", None, "x"), ("abs(x) > 0", None, "x"), ("x**3 - x - 1 != 0", None, "x"),
        ("x**2 >= 1", "abs(x) < 1/2", "x"), ("sup(tanh) == 2", None, None), ("E(z**2) == 7", None, None),
        ("smooth(relu)", None, None), ("limit(4**x - 2*exp(2*log(2)*x), x, oo) == oo", None, None),
    ],
)  # fmt: skip
def test_the_writer_says_when_a_proof_is_false(statement: str, where: str | None, at: str | None) -> None:
    with pytest.raises(Contradicted) as alarm:
        written(statement, where)
    blame = alarm.value.counterexample
    assert [*blame.at] == ([at] if at else [])
    assert blame.lhs and blame.rhs


@pytest.mark.parametrize("statement", ["log(x) < x and x > 0", "x*y >= 0", "n >= 1 and product(sigmoid, n) <= 1"])
def test_what_the_writer_cannot_show_false_is_no_alarm(statement: str) -> None:
    """Split into parts, a true conjunction has parts that are false outside the domain of the others."""
    with pytest.raises(Unwritten) as reason:
        written(statement)
    assert not isinstance(reason.value, Contradicted)


def test_the_ledger_command_says_unsound(tmp_path: Path) -> None:
    ledger = tmp_path / "wrong.toml"
    ledger.write_text(
        'title = "w"\nsource = "s"\n[[claim]]\nid = "c"\nsays = "."\nstatement = "tanh(x) < 0.9"\nexpect = "proved"\n'
    )
    entry: dict[str, Any] = {"ledger": "w", "id": "c", "verdict": "proved", "evidence": "exact"}
    lines = certificates.write_proofs(tmp_path / "out", [load(ledger)], [entry])
    assert entry["verdict"] == "unsound" and entry["counterexample"]["rhs"] == "0.9"
    assert len(lines) == 1 and "UNSOUND" in lines[0]


def test_the_command_says_unsound(tmp_path: Path, monkeypatch: Any) -> None:
    wrong = Result("tanh(x) < 0.9", None, Verdict.PROVED, Evidence.EXACT)
    monkeypatch.setattr("gradproof.proofs.statements.prove", lambda *args, **options: wrong)
    arguments = ["prove", "tanh(x) < 0.9", "--certificates", str(tmp_path)]
    answer = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert answer.return_value == 1
    assert answer.output.startswith("unsound") and "right 0.9" in answer.output
    assert "UNSOUND" in answer.stderr
    data = json.loads(CliRunner().invoke(cli, [*arguments, "--json"], standalone_mode=False).stdout)
    assert data["verdict"] == "unsound" and data["counterexample"]["rhs"] == "0.9"
    assert not [*tmp_path.iterdir()]


def test_an_honest_proof_raises_no_alarm(tmp_path: Path) -> None:
    assert certificates.write_proof(tmp_path, "x", prove("tanh(x) < 1")) == []
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]


def test_time_that_runs_out_while_a_weak_reference_dies_runs_out_all_the_same() -> None:
    class Mortal:
        pass

    def burn() -> None:
        table: weakref.WeakValueDictionary[int, Mortal] = weakref.WeakValueDictionary()
        while True:
            table[0] = Mortal()

    for _ in range(8):
        with pytest.raises(Exhausted, match="processor time"), bounded(10, 0.001):
            burn()
