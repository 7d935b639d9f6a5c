"""Every proof of the built-in ledgers has a certificate that re-checks, and what is changed or false does not."""

from __future__ import annotations

import ast
import copy
import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import pytest
from click.testing import CliRunner
from gradproof.proofs import certificates
from gradproof.proofs.ledger import builtin_ledgers
from gradproof.proofs.recheck import statement as recheck
from gradproof.proofs.recheck.evaluation import limit, tail_end
from gradproof.proofs.recheck.intervals import Num, Unclear, number
from gradproof.proofs.recheck.reader import Bad, Node, Reader, tree
from gradproof.proofs.recheck.signs import Wrong
from gradproof.proofs.recheck.tail_models import Tail
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Evidence, Result, Verdict
from gradproof.reports.cli import cli
from gradproof.reports.errors import BadInput

from ...thorough import every, few

CLAIMS = {
    claim.id: (claim.nearest, claim.nearest_where) if claim.expect == "qualified" else (claim.statement, claim.where)
    for ledger in builtin_ledgers()
    for claim in ledger.claims
    if claim.expect in ("proved", "qualified")
}
"""Every proof of the two ledgers: the claim as said, or the nearest statement of a qualified one."""
CHEAP = ("sigmoid-range", "relu-hundred-layers", "leaky-trickle")
"""Claims whose certificates are written in a moment."""


def written(statement: str, where: str | None = None) -> dict[str, Any]:
    """A certificate for a statement, whether or not it is true: the writer is to find out."""
    return certificates.certificate(Result(statement, where, Verdict.PROVED, Evidence.ENCLOSURE))


@cache
def certified(name: str) -> dict[str, Any]:
    """The certificate of a claim, written once for all tests, which leave it as it is."""
    statement, where = CLAIMS[name]
    return written(statement or "", where)


def test_every_proof_of_the_ledgers_is_here() -> None:
    assert len(CLAIMS) >= 36


@pytest.mark.parametrize("text", ["continuity((x if x > 0 else 2*x)) == 0", "sup((-x if x > 0 else 2*x)) == 0"])
def test_a_choice_written_in_place_has_a_certificate(text: str) -> None:
    recheck.recheck(json.loads(json.dumps(written(text))))


@pytest.mark.parametrize("name", few(CLAIMS, lambda name: name in CHEAP))
def test_every_certificate_rechecks(name: str) -> None:
    recheck.recheck(json.loads(json.dumps(certified(name))))


@pytest.mark.parametrize("name", few(CLAIMS, lambda name: name in CHEAP))
def test_any_digit_changed_is_noticed(name: str) -> None:
    draw = random.Random(name)
    text = json.dumps(certified(name))
    spots = [i for i, c in enumerate(text) if c.isdigit()]
    for i in draw.sample(spots, min(5, len(spots))):
        changed = text[:i] + str((int(text[i]) + draw.randint(1, 9)) % 10) + text[i + 1 :]
        with pytest.raises((Wrong, Bad)):
            recheck.recheck(json.loads(changed))
        assert text != changed


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(data, (dict, list)):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, (*path, key))
    else:
        yield path, data


def forged(certificate: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """The certificate changed, with the digest a forger would put in."""
    changed = copy.deepcopy(certificate)
    change(changed)
    changed["digest"] = recheck.digest(changed)
    return changed


def put(path: tuple[Any, ...], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: Any) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("names", "kinds"),
    few(
        [
            (("elu-exponential",), 1),
            (("sigmoid-derivative-bound", "gelu-approximates-relu", "tanh-saturates", "elu-exponential"), 4),
        ],
        lambda names, _: len(names) == 1,
    ),
    ids=["quick", "all"],
)
def test_a_forged_digest_does_not_help(names: tuple[str, ...], kinds: int) -> None:
    """Cells, tails, brackets and signs: changing what carries the proof is noticed by the mathematics."""
    draw = random.Random(2)
    tried: dict[str, int] = {}
    for name in names:
        certificate = certified(name)
        spots = [(path, value) for path, value in leaves(certificate["facts"]) if value is not None]
        for path, value in draw.sample(spots, min(14, len(spots))):
            kind = next((k for k in ("cells", "marks", "start", "sign") if k in path), None)
            if kind is None:
                continue
            if path[-1] == "exact":
                other: Any = f"{value} + 1/7"
            elif kind == "sign":
                other = -value if value else 1
            else:
                enclosure = kind == "cells" and path[-1] in (2, 3)
                if enclosure and not Fraction(value):
                    continue
                other = str(-Fraction(value) if enclosure else Fraction(value) + Fraction(1, 7))
            with pytest.raises((Wrong, Bad)):
                recheck.recheck(forged(certificate, put(("facts", *path), other)))
            tried[kind] = tried.get(kind, 0) + 1
    assert len(tried) >= kinds, tried


@pytest.mark.parametrize(
    ("name", "old", "new"),
    few(
        [
            ("sigmoid-derivative-bound", "<= 1/4", "<= 1/5"),
            ("sigmoid-derivative-bound", "argmax(D(sigmoid)) == 0", "argmax(D(sigmoid)) == 1"),
            ("sigmoid-range", "open_interval", "interval"),
            ("gelu-approximates-relu", "0.169971", "0.169972"),
            ("gelu-derivative-bound", "1.12890414518515478634074444226", "1.12890414518515478634074444227"),
            ("ten-layer-bound", "0.25**10", "0.25**11"),
            ("he-factor", "== 1/2", "== 1/3"),
            ("elu-exponential", "continuity(elu) == 1", "continuity(elu) == 2"),
            ("leaky-trickle", "{0.01, 1}", "{0.02, 1}"),
            ("weights-ignored", "abs(w)/4", "abs(w)/5"),
            ("tanh-saturates", "< 1", "< 0.999"),
            ("relu-derivative", "interval(0, 1)", "interval(0, 2)"),
        ],
        lambda name, *_: name in ("he-factor", "relu-derivative"),
    ),
)
def test_a_changed_statement_is_rejected(name: str, old: str, new: str) -> None:
    certificate = certified(name)
    assert old in certificate["statement"]
    with pytest.raises(Wrong):
        recheck.recheck(forged(certificate, put(("statement",), certificate["statement"].replace(old, new))))


def test_a_wrong_antiderivative_is_rejected() -> None:
    certificate = certified("he-factor")
    paths = [(p, v) for p, v in leaves(certificate["facts"]) if p[-1] == "antiderivative" and v != "0"]
    assert paths
    for path, value in paths:
        with pytest.raises(Wrong):
            recheck.recheck(forged(certificate, put(("facts", *path), f"{value} + z/1000")))


def test_a_missing_mark_is_rejected() -> None:
    def change(data: dict[str, Any]) -> None:
        fact = data["facts"]["shape of abs(gelu - relu) | x"]
        del fact["marks"][1], fact["gaps"][1]

    with pytest.raises(Wrong):
        recheck.recheck(forged(certified("gelu-approximates-relu"), change))


@pytest.mark.parametrize(
    "statement",
    few(
        [
            "D(sigmoid)(x) <= 0.2499999999", "D(sigmoid)(x) < 1/4", "tanh(x) < 0.9999999999", "abs(x) > 0",
            "sign(x)**2 == 1", "(1 if x > 0 else (2 if x == 0 else 1)) == 1", "(1 if x != 1/2 else 2) < 2",
            "range(gelu) == interval(-0.17, oo)", "limit(sign(x), x, 0) == 1", "smooth(relu)", "smooth(abs(x)*x)",
            "continuity(elu) == 2", "bounded(silu)", "positive(tanh)", "E(relu(z)) == 0.4",
            "approx(E(relu(z)), 0.39895, digits=5)", "product(D(sigmoid), 3) < 1/64", "product(D(relu), n) == 1",
            "abs(w*D(sigmoid)(z)) <= abs(w)/5", "w*x >= 0", "x**2 + y**2 > 0", "D(relu(w*a), w) == a",
            "subdifferential(relu, 0) == {0, 1}", "sqrt(x)**2 == -x", "x**3 - x != 0", "gelu(x) > -0.16997",
            "range(atan(x) + atan(1/x)) == {pi/2}", "D(abs)(x)*x != x", "x + sqrt(relu(x)) > 0",
            "not identity_near(tanh, 0)", "approx(0, 0, digits=3)", "log(x) <= x - 1.01", "x**x > 0.693",
            "not odd(tanh)", "increasing(relu)",
            "increasing(x + (0 if x**3 + x - 1 >= 0 else 5))", "convex(gelu)", "lipschitz(tanh) == 0.99", "even(tanh)",
            "float16(0.25**12) == 0",
        ],
        lambda text: "relu" in text or "abs(x)" in text,
    ),
)  # fmt: skip
def test_nothing_false_is_certified(statement: str) -> None:
    with pytest.raises(certificates.Unwritten):
        written(statement)


@pytest.mark.parametrize(
    "data",
    [
        None, [], {"schema": 2}, {"schema": 1, "statement": "0 < 1"},
        {"statement": "__import__('os').system('x') == 0"}, {"statement": "x"}, {"statement": "(" * 5000},
        {"statement": "0 < " + "9" * 5000}, {"statement": "0 < 9**9**9**9"}, {"statement": 3}, {"facts": []},
        {"where": 5}, {"functions": {"f": 1}},
        {"functions": {"f": {"inputs": ["x"], "parameters": {}, "formula": "f(x) + f(x)"}}, "statement": "f(x) > 0"},
        {"facts": {"x > 0 | x": {"marks": ["oo"], "gaps": [{}, {}]}}, "statement": "x > 0"},
        {
            "statement": "x > 0",
            "facts": {"x > 0 | x": {"marks": [], "gaps": [{"x - (0)": {"sign": 1, "cells": [[1], ["0", "1"]]}}]}},
        },
        {"facts": {"x > 0 | x": {"marks": "0", "gaps": 3}}, "statement": "x > 0"},
    ],
)  # fmt: skip
def test_broken_and_hostile_certificates_are_one_line(data: Any, tmp_path: Path) -> None:
    if isinstance(data, dict) and "schema" not in data:
        data = {
            "schema": 1, "statement": "0 < 1", "where": None, "verdict": "proved", "functions": {}, "facts": {},
            **data,
        }  # fmt: skip
        data["digest"] = recheck.digest(data)
    (tmp_path / "bad.json").write_text(json.dumps(data))
    result = CliRunner().invoke(cli, ["recheck", str(tmp_path)], standalone_mode=False)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.return_value in (1, 2)
    assert len(result.stdout.strip().splitlines()) == 2 and len(result.stderr.strip().splitlines()) <= 1


def test_the_command_line_writes_and_rechecks(tmp_path: Path) -> None:
    run = CliRunner().invoke
    folder = str(tmp_path / "c")
    proved = run(cli, ["prove", "silu(x) >= -0.2785", "--certificates", folder], standalone_mode=False)
    assert proved.return_value == 0
    good = run(cli, ["recheck", folder, "--json"], standalone_mode=False)
    assert good.return_value == 0
    assert [c["verdict"] for c in json.loads(good.output)["certificates"]] == ["confirmed"]
    (path,) = Path(folder).iterdir()
    certificate = json.loads(path.read_text())
    certificate["functions"]["silu"]["formula"] = "x*x"
    certificate["digest"] = recheck.digest(certificate)
    path.write_text(json.dumps(certificate))
    forged_definition = run(cli, ["recheck", folder], standalone_mode=False)
    assert forged_definition.return_value == 1
    (tmp_path / "c" / "none.json").write_text("{")
    broken = run(cli, ["recheck", str(tmp_path / "c" / "none.json")], standalone_mode=False)
    assert isinstance(broken.exception, BadInput)


def test_the_rechecker_imports_nothing_of_the_search() -> None:
    folder = Path(recheck.__file__).parent
    files = sorted(folder.glob("*.py"))
    assert len(files) >= 5
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level:
                assert node.level == 1, f"{path.name}: {node.module}"
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                assert not any("flint" in name or "gradproof" in name for name in names), path.name


# --- the re-checker's own arithmetic, against mpmath at 500 bits


def holds(x: Num, value: Any) -> bool:
    low, high = (mpmath.mp.make_mpf(end) for end in x.ball)
    return bool(low <= value <= high)


@pytest.mark.parametrize("op", few(["exp", "log", "sin", "cos", "atan", "erfc"], lambda op: op != "erfc"))
def test_intervals_contain_the_values(op: str) -> None:
    draw = random.Random(op)
    with mpmath.workprec(500):
        for _ in range(300):
            x = Fraction(draw.randint(-(10**6), 10**6), draw.choice([10**5, 40_000, 10**8, 17 * 10**4]))
            x = abs(x) + Fraction(1, 10**9) if op == "log" else x
            found = number(x).inexact().fn(op)
            assert holds(found, getattr(mpmath, op)(mpmath.mpf(x.numerator) / x.denominator)), x


FORMULAS = (
    "1/(1+exp(-x))", "x*Phi(x)", "D(x*Phi(x), x)", "log(1+exp(x))", "x*tanh(log(1+exp(x)))", "tanh(x) - erf(x)",
    "D(x/(1+exp(-x)), 2)", "(x + sqrt(x**2 + 4))/2 - x", "atan(x)*exp(-x**2)", "sin(1/x)*x", "exp(-exp(x))",
)  # fmt: skip


@pytest.mark.parametrize("text", few(FORMULAS, every(4)))
def test_models_contain_the_functions(text: str) -> None:
    """On a tail, at random places, the sum of the model's terms contains the function's value."""
    e = Reader({}, lambda _: None).read(tree(text))
    draw = random.Random(text)
    met = 0
    for end, side in (("oo", -1), ("-oo", 1)):
        for start, terms in ((2, 3), (8, 5)):
            try:
                model = tail_end("x", end, side, Fraction(start), terms).value(e)
            except Unclear:
                continue
            for _ in range(10):
                y = Fraction(start) + Fraction(draw.randint(0, 4000), 997)
                x = y if end == "oo" else -y
                place = Tail(y, terms)
                total = number(0).inexact()
                for m, c in model.terms:
                    total = total + c.inexact() * place.value(m)
                with mpmath.workprec(500):
                    assert holds(total, reference(e, x)), (x, total.ball)
                met += 1
    assert met >= 10


def reference(e: Node, x: Fraction) -> Any:
    """The value by mpmath, derivatives by its numerical differentiation at 500 bits."""

    def at(node: Node, names: dict[str, Any]) -> Any:
        match node.op:
            case "num":
                return mpmath.mpf(node.args[0].numerator) / node.args[0].denominator
            case "name":
                return names[node.args[0]]
            case "add":
                return at(node.args[0], names) + at(node.args[1], names)
            case "mul":
                return at(node.args[0], names) * at(node.args[1], names)
            case "pow":
                a = node.args[1]
                return at(node.args[0], names) ** (mpmath.mpf(a.numerator) / a.denominator)
            case "D":
                body, bound, point = node.args
                return mpmath.diff(lambda t: at(body, {**names, bound: t}), at(point, names))
            case op:
                return getattr(mpmath, op)(at(node.args[0], names))

    return at(e, {"x": mpmath.mpf(x.numerator) / x.denominator})


def test_limits_are_exact() -> None:
    read = Reader({}, lambda _: None).read
    cases = {"x*exp(-x)": "0", "tanh(x)": "1", "(x + sqrt(x**2 + 4))/2 - x": "0", "atan(x)": "pi/2", "x*sin(1/x)": "1"}
    for text, expected in cases.items():
        found = limit(read(tree(text)), "x", "oo", -1)
        assert isinstance(found, Num) and str(found.exact) == expected
    assert limit(read(tree("x - exp(x)")), "x", "oo", -1) == "-oo"
    removable = limit(read(tree("(exp(x) - 1 - x)/x**2")), "x", number(0), 1)
    assert isinstance(removable, Num) and str(removable.exact) == "1/2"


@pytest.mark.parametrize(
    "statement",
    few(
        [
            "increasing(softplus)", "convex(softplus)", "not monotone(gelu)", "odd(softsign)",
            "lipschitz(gelu) <= 1.13", "x*log(x) >= -0.3679", "log(1 + x**2) < sqrt(1 + x**2)", "inf(D(logit)) == 4",
            "D(mish)(x) <= 1.0885", "float32(tanh(1/2)) == float32(0.46211717)",
            "range(hard_swish) == interval(-3/8, oo)", "limit(x*log(x), x, oo) == oo", "gelu_tanh(x) >= -0.17005",
        ],
        lambda text: text in ("increasing(softplus)", "odd(softsign)", "x*log(x) >= -0.3679"),
    ),
)  # fmt: skip
def test_what_is_true_beyond_the_ledgers(statement: str) -> None:
    assert prove(statement).verdict is Verdict.PROVED
    recheck.recheck(json.loads(json.dumps(written(statement))))


def test_a_statement_that_is_not_proved_has_no_certificate(tmp_path: Path) -> None:
    assert certificates.write_proof(tmp_path, "x", prove("tanh(x) < 1/2", suggest=False)) == []
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["0x1E3", "0x1E-3", "1.0x1"])
def test_nothing_beside_a_hexadecimal_number_is_read_into_it(text: str) -> None:
    with pytest.raises(Bad):
        Reader({}, lambda _: None).read(tree(text))
