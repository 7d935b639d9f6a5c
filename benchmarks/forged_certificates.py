"""Does the re-checker ever confirm something false? Certificates with one field changed, as a stranger could change it.

Run: python benchmarks/forged_certificates.py [--count 5000] [--seed N] [--ledgers]. Writes certificates of true
statements (of STATEMENTS; with --ledgers of the two built-in ledgers, too, which takes minutes), changes one field of
one of them, recomputes the digest, and asks the re-checker. What it confirms has to be true: it is when statement,
condition and definitions are the old ones; else mpmath looks for a counterexample, and the engine is asked. Prints how
many of each kind were confirmed, rejected and unreadable, and every confirmed one whose statement is new. Exits 1 when
a false one is confirmed, or one takes more than SECONDS or fails with an exception that is not the re-checker's.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import random
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
from gradproof.proofs.certificates import Unwritten, certificate
from gradproof.proofs.ledger import builtin_ledgers
from gradproof.proofs.recheck.reader import Bad
from gradproof.proofs.recheck.signs import Wrong
from gradproof.proofs.recheck.statement import digest, recheck
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Evidence, Result, Verdict

SECONDS = 60
"""Of processor time for one certificate."""

STATEMENTS: tuple[tuple[str, str | None], ...] = (
    ("0 < D(sigmoid)(x) <= 1/4", None),
    ("tanh(x) < 1", None),
    ("relu(x) >= x/2", None),
    ("abs(tanh(x)) <= abs(x)", None),
    ("x**3 - x - 1 != 0 or x > 1", None),
    ("log(x) <= x - 1", None),
    ("sqrt(x)**2 == x", None),
    ("exp(log(x)) == x", None),
    ("D(softplus)(x) == sigmoid(x)", None),
    ("D(log)(x) == 1/x", None),
    ("log(1 + x**2) < sqrt(1 + x**2)", None),
    ("not x < 0 or abs(x) == -x", None),
    ("D(sigmoid)(x) < 1/10", "abs(x) > 3"),
    ("x*exp(-x) <= 1/2", "x > 0"),
    ("x**2 < 4", "-2 < x and x < 2"),
    ("sqrt(1 - x**2) <= 1", "abs(x) <= 1"),
    ("1/x > 0", "x > 0"),
    ("sup(x*exp(-x)) == exp(-1)", None),
    ("sup(x) == 3", "x <= 3"),
    ("inf(exp(x)) == 1", "x > 0"),
    ("inf(x) == -oo and sup(x) == 0", "x < 0"),
    ("sup(D(sigmoid)) == 1/4 and argmax(D(sigmoid)) == 0", None),
    ("range(sigmoid) == open_interval(0, 1)", None),
    ("range(x**2) == interval(0, 4, right=open)", "abs(x) < 2"),
    ("range(sign) == {-1, 0, 1}", None),
    ("argmin(abs(x - 1)) == {1}", None),
    ("lipschitz(tanh) == 1", None),
    ("lipschitz(exp) == 1", "x < 0"),
    ("lipschitz(x**2) == 2", "-1 <= x and x <= 1"),
    ("continuity(elu) == 1 and continuity(relu) == 0", None),
    ("smooth(gelu)", None),
    ("not smooth(abs(x)*x)", None),
    ("differentiable(elu)", None),
    ("increasing(softplus)", None),
    ("monotone(sign)", None),
    ("increasing(x**2)", "x > 0"),
    ("convex(softplus)", None),
    ("odd(tanh) and even(cosh)", None),
    ("even(1/x**2)", None),
    ("bounded(x*exp(-x**2)) and positive(exp)", None),
    ("identity_near(tanh, 0)", None),
    ("subdifferential(relu, 0) == interval(0, 1)", None),
    ("limit(softplus(x) - x, x, oo) == 0", None),
    ("limit(x*log(x), x, oo) == oo", None),
    ("limit((exp(x) - 1)/x, x, 0) == 1", None),
    ("E(z**2) == 1 and E(relu(z)) == 1/sqrt(2*pi)", None),
    ("E(relu(z)**2) == 1/2", None),
    ("approx(sqrt(2), 1.414, digits=4)", None),
    ("approx(exp(1), 2.7, rel=0.01)", None),
    ("float16(1/3) == 0.333251953125", None),
    ("product(D(sigmoid), 3) <= 1/64", None),
    ("product(D(relu), n) <= 1", None),
    ("range(product(D(sigmoid), 2)) == interval(0, 1/16, left=open)", None),
    ("abs(w*D(sigmoid)(x)) <= abs(w)/4", None),
    ("w*x == x*w", None),
    ("x*y <= (x**2 + y**2)/2", None),
    ("w*x > 0", "w > 0 and x > 0"),
    ("D(relu(w*x), w) == x", "w*x > 0"),
    ("elu(x, alpha=2) >= -2", None),
    ("swish == silu", None),
)

POOL = (
    *(statement for statement, _ in STATEMENTS),
    "E(z**2) == 7", "inf(x) == -oo", "sup(x) - sup(x) == 0", "sup(x) == oo", "log(-1) == log(-1)", "log(-1)**0 == 1",
    "sqrt(-1 - x**2) == sqrt(-1 - x**2)", "lipschitz(min(max(10*x, -10), 10)) == 0", "lipschitz(abs) == 0",
    "continuity(abs) == 0", "smooth(abs)", "differentiable(abs)", "differentiable(sign)", "increasing(gelu)",
    "odd(sqrt)", "even(sqrt)", "approx(3.2, 3, digits=0)", "approx(3.2, 3, rel=-1)", "approx(3, 3, foo=1)",
    "approx(3, 3, digits=1000000000)", "sin(exp(1e9)) <= 1", "float32(exp(1e12)) == 0", "x == y", "x/x == 1",
    "limit((2+sqrt(3))**x - 2*(2-sqrt(3))**(-x), x, oo) == oo", "limit(4**x - 2*exp(2*log(2)*x), x, oo) == oo",
    "tanh((2+sqrt(3))**(x**2)*(2-sqrt(3))**(x**2)*exp(x/1000)) < 0.9", "limit(exp(sqrt(log(x)))/x, x, oo) == oo",
    "sqrt(sup(x*exp(-x**2)*erf(x)) - 0.3191758564220740891188) < 1", "oo > x", "E**2 >= 0", "D(x**2, -1) == 2*x",
    "D(x*y**2, y)(3) == 6*y", "interval(1, 0) == interval(1, 0)", "interval(0, 1, x=open) == interval(0, 1)",
    "product(D(sigmoid), -n) <= 1", "exists(x, x > 0)", "softmax(v) == 1", "x > 0", "x >= x", "0 < 1", "1 < 0",
)  # fmt: skip
CONDITIONS = (
    None, "x > 0", "x < 0", "x >= 0", "abs(x) > 1", "x == 0", "x != 0", "x > 0 and x < 0", "x**2 < 0", "1 > 2", "0 < 1",
    "sqrt(x)**2 == x", "log(-x) == log(-x)", "(1 if log(x) > 0 else 2) > 0", "x < 0 or log(x) < 0", "q > 2", "z > 0",
    "w > 0", "y > x", "sup(x) > 0", "smooth(relu)", "x == x", "not x > 0", "x > 1e-30", "x < oo", "relu(x) == 0",
    "log(x)**0 == 1", "n > 3",
)  # fmt: skip
NAMES = ("E", "sup", "x", "z", "w", "y", "n", "pi", "e", "oo", "relu", "tanh", "sigmoid", "D", "exp", "max", "abs",
         "alpha", "weight", "softmax", "interval", "limit", "f", "sigmoid_", "identity", "gelu", "q")  # fmt: skip
FORMULAS = ("7", "x", "0", "x*x", "tanh(x)", "-x", "x + 1", "sup(x)", "exp(x", "f(x)", "1/x", "0*x", "y", "z")
VALUES = (None, 0, 1, -1, 2, True, False, "", "0", "1", "-1", "1/0", "oo", "x", "1e9999", "1/3", "-1e-9999", [], {}, [[]],
          [["0", "1", "0", "1"]], 1e300, 10**40, "9" * 2000, "(" * 500, "\ud800", "é", {"sign": 0}, {"sign": 1},
          {"sign": None}, {"sign": -1, "cells": []}, {"sign": 0, "cases": {}}, {"marks": [], "gaps": [{}]})  # fmt: skip
RELATIONS = ("<", "<=", ">", ">=", "==", "!=")
WORDS = (
    ("sup", "inf"), ("argmax", "argmin"), ("odd", "even"), ("increasing", "decreasing", "monotone"),
    ("convex", "concave"), ("smooth", "differentiable"), ("bounded", "positive"), ("interval", "open_interval"),
    ("tanh", "sigmoid", "erf", "atan"), ("relu", "abs", "elu", "silu", "gelu", "softplus"), ("exp", "cosh", "sinh"),
    ("digits", "rel", "foo"), ("left", "right", "open", "closed"), ("and", "or"), ("x", "y", "z"), ("log", "sqrt"),
    ("lipschitz", "continuity", "sup"), ("oo", "0", "1e6"), ("E", "sup", "inf"),
)  # fmt: skip


# --- changes


@dataclass(frozen=True)
class Forgery:
    """A certificate with one field changed, and what was changed."""

    kind: str
    data: Any


def forgeries(certificates: list[dict[str, Any]], draw: random.Random) -> Iterator[Forgery]:
    """Changed certificates without end."""
    kinds: dict[str, Callable[[dict[str, Any], random.Random], None]] = {
        "statement": _statement, "where": _where, "functions": _functions, "leaf": _leaf, "number": _number,
        "argument": _argument, "mark": _mark, "cells": _cells, "removed": _removed, "field": _field,
    }  # fmt: skip
    weights = [5, 3, 3, 3, 3, 3, 2, 2, 1, 1]
    while True:
        data = copy.deepcopy(draw.choice(certificates))
        kind = draw.choices([*kinds], weights)[0]
        before = json.dumps(data)
        try:
            kinds[kind](data, draw)
        except (IndexError, KeyError, ValueError):
            continue  # nothing of the kind in it
        if json.dumps(data) != before:
            data["digest"] = digest(data)
            yield Forgery(kind, data)


def _statement(data: dict[str, Any], draw: random.Random) -> None:
    if draw.random() < 0.25:
        data["statement"] = draw.choice(POOL)
        if draw.random() < 0.5:
            data["where"] = draw.choice(CONDITIONS)
    else:
        data["statement"] = _text(data["statement"], draw)


def _text(text: str, draw: random.Random) -> str:
    """One token replaced, or the whole negated or extended."""
    tokens = re.findall(r"[A-Za-z_]\w*|[0-9.]+|[<>=!]=|[<>]|\*\*|\S|\s+", text)
    i = draw.choice([i for i, token in enumerate(tokens) if not token.isspace()])
    token = tokens[i]
    if re.fullmatch(r"[0-9.]+", token):
        tokens[i] = draw.choice([
            str(int(token) + draw.choice([1, -1])) if token.isdigit() else token + "1", f"{token}*1.000001",
            f"(-{token})", "0", f"{token}e-9", f"{token}/2", f"({token} + 1e-12)", f"({token} - 1e-12)",
        ])  # fmt: skip
    elif token in RELATIONS:
        tokens[i] = draw.choice(RELATIONS)
    elif token in "+-*/" or token == "**":
        tokens[i] = draw.choice(["+", "-", "*", "/", "**"])
    elif siblings := [word for group in WORDS if token in group for word in group]:
        tokens[i] = draw.choice(siblings)
    else:
        return draw.choice([f"not ({text})", f"{text} and 1 < 2", f"{text} or 1 < 0", f"({text})", f"{text} and x == x"])
    return "".join(tokens)


def _where(data: dict[str, Any], draw: random.Random) -> None:
    if data["where"] is not None and draw.random() < 0.5:
        data["where"] = _text(data["where"], draw)
    else:
        data["where"] = draw.choice(CONDITIONS)


def _functions(data: dict[str, Any], draw: random.Random) -> None:
    functions = data["functions"]
    own = [*functions]
    choice = draw.random()
    if choice < 0.2:
        del functions[draw.choice(own)]
    elif choice < 0.6:
        name = draw.choice(own) if own and draw.random() < 0.4 else draw.choice(NAMES)
        functions[name] = {"inputs": draw.choice([["x"], ["x"], ["z"], [], ["x", "y"], ["pi"]]), "parameters": {},
                           "formula": draw.choice(FORMULAS)}  # fmt: skip
    else:
        f = functions[draw.choice(own)]
        key = draw.choice([*f])
        f[key] = {"formula": draw.choice(FORMULAS), "inputs": draw.choice([[], ["z"], ["x", "x"], ["e"], [3]]),
                  "parameters": draw.choice([{}, {"alpha": "2"}, {"x": "1"}, {"pi": "3"}, {"beta": "z"}])}[key]  # fmt: skip


def _places(data: Any, wanted: Callable[[Any], bool], path: tuple[Any, ...] = ()) -> list[tuple[Any, Any]]:
    """(container, key) of every value that is wanted, wherever it is."""
    found = []
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        if wanted(value):
            found.append((data, key))
        found += _places(value, wanted)
    return found


def _leaf(data: dict[str, Any], draw: random.Random) -> None:
    container, key = draw.choice(_places(data["facts"], lambda value: True))
    others = _places(data["facts"], lambda value: type(value) is type(container[key]))
    other = draw.choice(others)
    container[key] = copy.deepcopy(draw.choice([draw.choice(VALUES), other[0][other[1]]]))


def _number(data: dict[str, Any], draw: random.Random) -> None:
    container, key = draw.choice(_places(data["facts"], lambda v: isinstance(v, str) or (v in (1, 0, -1) and v is not None)))
    value = container[key]
    if isinstance(value, int):
        container[key] = draw.choice([1, 0, -1, None])
    else:
        container[key] = draw.choice([f"-{value}", f"{value}1", f"{value}/7", f"1{value}", f"{value} + 1/7", f"{value}e-3",
                                      f"{value}e3", value[1:], "0"])  # fmt: skip


def _argument(data: dict[str, Any], draw: random.Random) -> None:
    """The whole argument for a sign exchanged."""
    container, key = draw.choice(_places(data["facts"], lambda v: isinstance(v, dict) and "sign" in v))
    argument = container[key]
    container[key] = draw.choice([
        {"sign": 0, "cases": {}}, {"sign": 0, "cases": argument.get("cases", {})}, {"sign": None, "cells": []},
        {**argument, "sign": None}, {**argument, "cells": []}, {**argument, "left": None}, {**argument, "right": None},
        {"sign": argument["sign"], "left": {"start": "1/1000", "terms": 3}, "cells": [], "right": {"start": "1/1000", "terms": 3}},
        {**argument, "sign": -argument["sign"] if argument["sign"] else 1},
    ])  # fmt: skip


def _mark(data: dict[str, Any], draw: random.Random) -> None:
    fact = data["facts"][draw.choice([*data["facts"]])]
    marks, gaps = fact["marks"], fact["gaps"]
    choice = draw.random()
    if choice < 0.4:
        i = draw.randrange(len(marks))
        del marks[i], gaps[draw.choice([i, i + 1])]
    elif choice < 0.7:
        i = draw.randrange(len(marks) + 1)
        marks.insert(i, draw.choice(["0", "1", "-1", "1/2", "100", "-100", ["0.1", "0.2"], "oo", "pi"]))
        gaps.insert(i, copy.deepcopy(gaps[i]))
    else:
        i = draw.randrange(len(marks))
        marks[i] = draw.choice(["0", "1", "-1", "1/7", "oo", "-oo", "sqrt(2)", ["-1", "1"], ["0", "1e-30"], "log(-1)",
                                {"exact": "0", "between": ["-1", "1"]}, {"exact": "0", "between": ["1", "2"]}])  # fmt: skip


def _cells(data: dict[str, Any], draw: random.Random) -> None:
    container, key = draw.choice(_places(data["facts"], lambda v: isinstance(v, dict) and bool(v.get("cells"))))
    cells = container[key]["cells"]
    match draw.randrange(4):
        case 0:
            del cells[draw.randrange(len(cells))]
        case 1:
            container[key]["cells"] = [[cells[0][0], cells[-1][1], *cells[0][2:]]]
        case 2:
            cells.insert(draw.randrange(len(cells)), draw.choice(cells))
        case 3:
            draw.choice(cells)[draw.randrange(4)] = draw.choice(["0", "1", "-1", "1000", "1e-30", "-1e30"])


def _removed(data: dict[str, Any], draw: random.Random) -> None:
    container, key = draw.choice(_places(data["facts"], lambda value: True))
    del container[key]


def _field(data: dict[str, Any], draw: random.Random) -> None:
    key = draw.choice([*data, "other"])
    if draw.random() < 0.3:
        data.pop(key, None)
    else:
        data[key] = draw.choice(VALUES)
    if "digest" not in data:
        raise KeyError


# --- truth, by mpmath


def judge(data: dict[str, Any], originals: Mapping[tuple[str, str | None], Mapping[str, Any]]) -> str:
    """`old`, `true`, `false` or `open` for what a confirmed certificate says."""
    words = set(re.findall(r"[A-Za-z_]\w*", f"{data['statement']} {data['where']}"))
    known = {name: f for original in originals.values() for name, f in original.items()}
    if any(f != known.get(name) for name, f in data["functions"].items() if name in known or name in words):
        return "false"  # it says something else than what a reader takes it for
    if (data["statement"], data["where"]) in originals:
        return "old"
    if counterexample(data["statement"], data["where"]):
        return "false"
    result = prove(data["statement"], where=data["where"], suggest=False)
    if result.verdict is Verdict.REFUTED:
        return "false"
    return "true" if result.verdict is Verdict.PROVED else "open"


def counterexample(statement: str, where: str | None) -> dict[str, Any] | None:
    """A point at which a statement about points fails by 1e-12 or more, by mpmath; None where none was met."""
    draw = random.Random(statement)
    trees = [ast.parse(text, mode="eval").body for text in (statement, where or "0 == 0")]
    names = sorted({n.id for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Name)} & {*"abnqvwxyz"})
    special = [0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 10, -10, 1e-6, -1e-6, 1e3, -1e3, 1e6, -1e6, 1e-9]
    with mpmath.workdps(40):
        for i in range(300):
            point = {name: mpmath.mpf(draw.choice(special) if i % 2 else draw.gauss(0, 3)) for name in names}
            try:
                if _truth(trees[1], point, 0) and _truth(trees[0], point, NEAR) is False:
                    return point
            except (_Beyond, ArithmeticError, ValueError):
                continue
    return None


class _Beyond(Exception):
    """A formula that is not about points, or has no value at one."""


NEAR = 1e-12
"""Where two sides are as near as this, a statement counts as true: it shows nothing."""


def _truth(e: ast.expr, point: Mapping[str, Any], near: float) -> bool | None:
    match e:
        case ast.BoolOp(op=op, values=values):
            truths = [_truth(value, point, near) for value in values]
            decisive = isinstance(op, ast.Or)
            return decisive if decisive in truths else None if None in truths else not decisive
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            truth = _truth(operand, point, near)
            return None if truth is None else not truth
        case ast.Compare(left=left, ops=ops, comparators=rest):
            sides = [_value(side, point) for side in (left, *rest)]
            return all(_related(a, type(op), b, near) for a, op, b in zip(sides, ops, sides[1:], strict=False))
    raise _Beyond


def _related(a: Any, op: type, b: Any, near: float) -> bool:
    """Whether a relation holds, or nearly so."""
    relations = {ast.Lt: a < b, ast.LtE: a <= b, ast.Gt: a > b, ast.GtE: a >= b, ast.Eq: a == b, ast.NotEq: a != b}
    return relations[op] or abs(a - b) < near * (1 + abs(a) + abs(b))


def _value(e: ast.expr, point: Mapping[str, Any]) -> Any:
    """A real number; derivatives by mpmath's differences."""
    match e:
        case ast.Constant(value=int() | float() as value):
            return mpmath.mpf(str(value))
        case ast.Name(id=name) if name in point:
            return point[name]
        case ast.Name(id=name) if name in ("pi", "e"):
            return mpmath.pi if name == "pi" else mpmath.e
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, point)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _value(left, point), _value(right, point)
            match op:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.Div():
                    return a / b
                case ast.Pow():
                    return _real(a**b)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(body if _truth(test, point, 0) else orelse, point)
        case ast.Call(func=ast.Name(id="D"), args=[f, ast.Name(id=name)], keywords=[]):
            return _slope(lambda t: _value(f, {**point, name: t}), point[name])
        case ast.Call(func=ast.Call(func=ast.Name(id="D"), args=[ast.Name(id=f)]), args=[inner]):
            return _slope(lambda t: _real(FUNCTIONS[f](t)), _value(inner, point))
        case ast.Call(func=ast.Name(id=("max" | "min") as name), args=args) if len(args) > 1:
            return (max if name == "max" else min)(_value(a, point) for a in args)
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in FUNCTIONS:
            return _real(FUNCTIONS[name](_value(inner, point)))
    raise _Beyond


def _slope(f: Callable[[Any], Any], t: Any) -> Any:
    """A central difference over a step far shorter than the way from any point that is tried to a kink."""
    h = mpmath.mpf(10) ** -18 * max(1, abs(t))
    return (f(t + h) - f(t - h)) / (2 * h)


def _real(value: Any) -> Any:
    if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
        raise _Beyond
    return value


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    **{name: getattr(mpmath, name) for name in ("exp", "log", "sqrt", "erf", "erfc", "sin", "cos", "tan", "atan", "sinh",
                                               "cosh", "tanh", "sign")},
    "abs": abs, "Phi": mpmath.ncdf, "relu": lambda x: max(x, 0), "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)), "swish": lambda x: x / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * mpmath.ncdf(x), "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
}  # fmt: skip
"""Definitions of our own, so that nothing of gradproof judges what gradproof confirms."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=secrets.randbits(30))
    parser.add_argument("--ledgers", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    statements = [*STATEMENTS]
    if options.ledgers:
        claims = [claim for ledger in builtin_ledgers() for claim in ledger.claims]
        statements += [(c.statement, c.where) for c in claims if c.expect == "proved" and c.statement]
        statements += [(c.nearest, c.nearest_where) for c in claims if c.expect == "qualified" and c.nearest]
    certificates = []
    for statement, where in statements:
        try:
            certificates.append(certificate(Result(statement, where, Verdict.PROVED, Evidence.ENCLOSURE)))
        except Unwritten as reason:
            print(f"left out: {reason}")
    print(f"{len(certificates)} certificates")
    return examine(certificates, options.count, random.Random(options.seed))


def examine(certificates: list[dict[str, Any]], count: int, draw: random.Random) -> int:
    """Forges, asks and judges; the number of faults."""
    originals = {(c["statement"], c["where"]): c["functions"] for c in certificates}
    answers: dict[str, Counter[str]] = {}
    faults, slowest = 0, 0.0
    for _, forgery in zip(range(count), forgeries(certificates, draw), strict=False):
        started = time.process_time()
        data = json.loads(json.dumps(forgery.data))
        try:
            recheck(data)
            answer = "confirmed"
        except Wrong:
            answer = "rejected"
        except Bad:
            answer = "unreadable"
        except Exception as error:
            answer = "crashed"
            print(f"CRASHED {type(error).__name__}: {error}: {json.dumps(data)[:300]}")
        seconds = time.process_time() - started
        slowest = max(slowest, seconds)
        faults += answer == "crashed" or seconds > SECONDS
        if seconds > SECONDS / 4:
            print(f"SLOW {seconds:.1f} s ({forgery.kind}): {json.dumps(data)[:300]}")
        if answer == "confirmed" and (truth := judge(data, originals)) != "old":
            faults += truth == "false"
            answer = f"confirmed, {truth}"
            where = f"  where {data['where']}" if data["where"] is not None else ""
            print(f"{truth}: {data['statement']}{where}")
        answers.setdefault(forgery.kind, Counter())[answer] += 1
    for kind, counter in answers.items():
        print(f"{kind}: " + ", ".join(f"{n} {answer}" for answer, n in sorted(counter.items())))
    total = sum(answers.values(), Counter())
    print(f"{sum(total.values())} forged: " + ", ".join(f"{n} {answer}" for answer, n in sorted(total.items())))
    print(f"the slowest took {slowest:.1f} s; {faults} faults")
    return faults


if __name__ == "__main__":
    sys.exit(bool(main()))
