"""The nearest true statement to a refuted one: suggested from the landscape, kept only if it is proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from . import expressions as ex
from .effort import Undecided
from .expressions import Expr
from .landscape import decided_landscape
from .lines import Line, constant, merge, sign_line
from .pieces import Undefined
from .reals import Real, exact_rational, round_decimal
from .syntax import Connective, Predicate, Relation, SetFunctional, Statement
from .verdicts import Result, Verdict

DIGITS = 19


def suggest(statement: Statement, functions: Mapping[str, str] | None, prove: Callable[..., Result]) -> str | None:
    """A true statement close to the refuted one, in the form 'STATEMENT' or 'STATEMENT where CONDITION'."""
    try:
        for text, where in _candidates(statement):
            result = prove(text, where=where, functions=functions, suggest=False)
            if result.verdict is Verdict.PROVED:
                return text if where is None else f"{text} where {where}"
    except (Undecided, Undefined, ValueError, ArithmeticError, LookupError, AssertionError, RecursionError):
        return None  # a suggestion that cannot be made must not lose the verdict
    return None


def _candidates(statement: Statement) -> Iterator[tuple[str, str | None]]:
    formula, where = statement.formula, statement.where_text
    if isinstance(formula, Predicate):
        yield from _for_predicate(formula, statement)
        return
    if isinstance(formula, Connective):
        return
    if isinstance(formula.lhs, SetFunctional):
        yield from _for_set(formula, statement)
        return
    if not isinstance(formula.lhs, Expr) or not isinstance(formula.rhs, Expr):
        return
    left, _, right = formula.text.partition(f" {formula.op} ")
    if formula.op in ("<", ">"):
        yield f"{left} {formula.op}= {right}", where
    names = (ex.free_names(formula.lhs) | ex.free_names(formula.rhs)) - statement.functionals.keys()
    if len(names) > 1 and formula.op == "==":
        yield from _for_special_values(formula, sorted(names), where)
    if statement.products:
        return
    if not names:
        yield from _for_numbers(formula, left, statement, prove_where=where)
    if len(names) != 1 or statement.functionals:
        return
    (variable,) = names
    if where is not None:
        yield from _where_it_holds(formula, statement, variable)
    if formula.op in ("==", "!="):
        yield from _for_equality(formula, left, right, variable, where)
    else:
        yield from _tight_bound(formula, left, right, variable, statement)
    if where is None:
        yield from _where_it_holds(formula, statement, variable)


def _region(statement: Statement, variable: str) -> Line[bool] | None:
    if statement.where is None:
        return None
    return _truth(statement.where, variable)


def _truth(formula: object, variable: str) -> Line[bool]:
    """Truth of a condition along its only name (undefined counts as false)."""
    if isinstance(formula, Connective):
        if not formula.parts:
            return constant(formula.op == "and")
        lines = [_truth(part, variable) for part in formula.parts]
        if formula.op == "not":
            return lines[0].map(lambda t: not t)
        return merge(lines).map(all if formula.op == "and" else any)
    assert isinstance(formula, Relation)
    if not isinstance(formula.lhs, Expr) or not isinstance(formula.rhs, Expr):
        raise Undecided("a condition on infinity")
    difference = formula.lhs - formula.rhs
    if ex.free_names(difference) - {variable}:
        raise Undecided("a condition in other names")
    return sign_line(difference, variable).map(lambda s, op=formula.op: s is not None and ex.holds(op, s))


def written(x: Real, up: bool | None = None, digits: int = DIGITS) -> str:
    """A number for a statement: exact where short, else a decimal rounded up or down (or to nearest)."""
    if x.infinite:
        return "oo" if x.infinite > 0 else "-oo"
    if x.rational is not None and len(str(x.rational)) <= 24:
        return str(x.rational)
    if x.exact is not None and len(ex.text(x.exact)) <= 80:
        return ex.text(x.exact)
    return directed(x, up, digits)


def directed(x: Real, up: bool | None, digits: int) -> str:
    """A decimal not below (up) or not above the number, one unit in the last digit away at most."""
    nearest = x.decimal(digits)
    if up is None:
        return nearest
    from flint import fmpq

    mantissa, _, exponent = nearest.partition("e")
    places = len(mantissa.partition(".")[2])
    unit = fmpq(10) ** (int(exponent or 0) - places)
    sign, _, size = ("-" if mantissa.startswith("-") else ""), None, mantissa.lstrip("-")
    whole = fmpq(int(size.replace(".", ""))) * unit
    value = -whole if sign else whole
    ball = x.ball(256)
    low, high = exact_rational(ball.lower()), exact_rational(ball.upper())
    if up and value < high:
        value += unit
    elif not up and value > low:
        value -= unit
    return round_decimal(value, digits + 2)[0]


def _tight_bound(
    r: Relation, left: str, right: str, variable: str, statement: Statement
) -> Iterator[tuple[str, str | None]]:
    assert isinstance(r.lhs, Expr) and isinstance(r.rhs, Expr)
    if variable not in ex.free_names(r.rhs):
        body, upper, pattern = r.lhs, r.op in ("<", "<="), f"{left} {{op}} {{c}}"
    elif variable not in ex.free_names(r.lhs):
        body, upper, pattern = r.rhs, r.op in (">", ">="), f"{{c}} {{op}} {right}"
    else:
        body, upper, pattern = r.lhs - r.rhs, r.op in ("<", "<="), f"({left}) - ({right}) {{op}} {{c}}"
    shape = decided_landscape(body, variable, _region(statement, variable))
    extremum = shape.sup if upper else shape.inf
    if extremum.value.infinite:
        return
    op = r.op[0] + ("=" if extremum.attained else "")
    for bound in dict.fromkeys((written(extremum.value, upper), directed(extremum.value, upper, DIGITS))):
        yield pattern.format(op=op, c=bound), statement.where_text


def _where_it_holds(r: Relation, statement: Statement, variable: str) -> Iterator[tuple[str, str | None]]:
    """The largest part of the domain on which the relation is true."""
    truth = _truth(r, variable)
    region = _region(statement, variable)
    line = truth if region is None else merge([truth, region]).map(all)
    parts: list[str] = []
    i = 0
    while i < len(line.gaps):
        if not line.gaps[i]:
            if i < len(line.at) and line.at[i] and not line.gaps[i + 1]:
                if line.marks[i].exact is not None:
                    parts.append(f"{variable} == {written(line.marks[i])}")
            i += 1
            continue
        start = i
        while i < len(line.at) and line.at[i] and line.gaps[i + 1]:
            i += 1
        parts.append(_interval_text(line, start, i, variable))
        i += 1
    if parts and len(parts) <= 6:
        yield r.text, " or ".join(p for p in parts if p) or None


def _interval_text(line: Line[bool], first: int, last: int, variable: str) -> str:
    low, high = line.ends(first)[0], line.ends(last)[1]
    pieces = []
    if not low.infinite:
        closed = line.at[first - 1]
        exactly = low.exact is not None
        pieces.append(f"{variable} {'>=' if closed and exactly else '>'} {written(low, True)}")
    if not high.infinite:
        closed = line.at[last]
        exactly = high.exact is not None
        pieces.append(f"{variable} {'<=' if closed and exactly else '<'} {written(high, False)}")
    if not pieces:
        return f"{variable} == {variable}"
    return pieces[0] if len(pieces) == 1 else f"({' and '.join(pieces)})"


def _for_equality(
    r: Relation, left: str, right: str, variable: str, where: str | None
) -> Iterator[tuple[str, str | None]]:
    if r.op != "==" or variable not in ex.free_names(r.lhs):
        return
    assert isinstance(r.lhs, Expr) and isinstance(r.rhs, Expr)
    gap = ex.switch("abs", r.lhs - r.rhs)
    sup = decided_landscape(gap, variable).sup
    if not sup.value.infinite:
        op = "<=" if sup.attained else "<"
        yield f"abs({left} - ({right})) {op} {written(sup.value, True)}", where


def _for_special_values(r: Relation, names: list[str], where: str | None) -> Iterator[tuple[str, str | None]]:
    """An identity in several names that holds when one of them is 1 or 0."""
    for name in names:
        for value in (1, 0):
            yield r.text, f"{where} and {name} == {value}" if where else f"{name} == {value}"


def _for_numbers(
    r: Relation, left: str, statement: Statement, prove_where: str | None
) -> Iterator[tuple[str, str | None]]:
    from .statements import Decision

    decision = Decision(statement)
    decision.resolve()
    value = decision.number(r.lhs)
    if value.infinite:
        yield f"{left} == {'oo' if value.infinite > 0 else '-oo'}", prove_where
        return
    exactly = written(value)
    yield f"{left} == {exactly}", prove_where
    yield f"approx({left}, {value.decimal(DIGITS)}, digits={DIGITS})", prove_where
    if r.op in ("<", "<=", ">", ">="):
        flipped = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[r.op]
        yield f"{left} {flipped} {r.text.partition(f' {r.op} ')[2]}", prove_where


def _for_predicate(p: Predicate, statement: Statement) -> Iterator[tuple[str, str | None]]:
    inner = p.text.partition("(")[2][:-1]
    where = statement.where_text
    if p.kind == "approx":
        from .statements import Decision

        decision = Decision(statement)
        decision.resolve()
        assert p.digits is not None
        yield f"approx({p.other_text}, {decision.number(p.body).decimal(p.digits)}, digits={p.digits})", where
        return
    if p.variable is None:
        return
    if p.kind in ("increasing", "decreasing"):
        shape = decided_landscape(p.body, p.variable, _region(statement, p.variable))
        if p.kind == "increasing" and all(run.direction >= 0 for run in shape.runs):
            yield f"monotone({inner})", where
        best = [m for m in shape.monotone if m.direction == p.kind]
        for run in best:
            bounds = []
            if not run.low.infinite:
                bounds.append(f"{p.variable} > {written(run.low, True)}")
            if not run.high.infinite:
                bounds.append(f"{p.variable} < {written(run.high, False)}")
            if bounds:
                yield p.text, " and ".join(bounds)
    elif p.kind in ("smooth", "differentiable"):
        from .facts import continuity, continuity_json

        yield f"continuity({inner}) == {continuity_json(continuity(p.body, p.variable))}", where
    elif p.kind in ("bounded", "positive"):
        shape = decided_landscape(p.body, p.variable, _region(statement, p.variable))
        if p.kind == "bounded":
            yield f"sup({inner}) == {written(shape.sup.value)} and inf({inner}) == {written(shape.inf.value)}", where
        elif not shape.inf.value.infinite:
            yield f"inf({inner}) == {written(shape.inf.value)}", where
            yield f"{inner} >= {written(shape.inf.value, False)}", where
        else:
            yield f"inf({inner}) == -oo", where
    elif p.kind == "identity_near":
        function, _, at = inner.rpartition(", ")
        for quantity, body in (
            (f"D({function})({at})", ex.derivative(p.body, p.variable)),
            (f"({function})({at})", p.body),
        ):
            from .pieces import value_at
            from .values import closed_real

            assert p.other is not None
            yield f"{quantity} == {written(value_at(body, p.variable, closed_real(p.other)))}", where
    else:
        yield f"not {p.text}", where


def _for_set(r: Relation, statement: Statement) -> Iterator[tuple[str, str | None]]:
    s = r.lhs
    assert isinstance(s, SetFunctional)
    if s.variable is None or s.kind not in ("range", "argmax", "argmin", "zeros", "subdifferential"):
        return
    from .values import set_value

    found, _ = set_value(s, s.body, _region(statement, s.variable))
    if len(found.parts) == 1 and not found.parts[0].is_point:
        part = found.parts[0]
        ends = [f"left={'closed' if part.low_closed else 'open'}", f"right={'closed' if part.high_closed else 'open'}"]
        yield (
            f"{s.text} == interval({written(part.low)}, {written(part.high)}, {', '.join(ends)})",
            statement.where_text,
        )
    elif found.parts and all(part.is_point for part in found.parts):
        members = ", ".join(written(part.low) for part in found.parts)
        yield f"{s.text} == {{{members}}}", statement.where_text
