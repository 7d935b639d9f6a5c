"""Inequalities between sums over n components, read as inequalities between a few real numbers.

The new numbers keep what is known of the sums: a component enters through its share of a sum of exponentials, above 0
and at most 1; the largest component through a gap that is at least 0 and at most log(n); a sum of squares through a
variance, at least 0. An inequality proved for all these numbers holds for all vectors, never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ..cases.sign_rules import ALL, NOT_NEGATIVE, NOT_POSITIVE, ZERO, Signs, product_signs, sign_of_number
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..language.syntax import Relation
from ..normal_forms import normal_form
from . import naming
from .algebra import at_column, is_vector
from .normal_form import LOG_N, N, canonical, extreme, positive_number, readable


@dataclass
class Reading:
    """An expression on its way into new numbers, what is known of them, and what they stand for."""

    expr: Expr
    bodies: Mapping[str, Expr]
    """The body of each sum, by its name."""
    least: int = 1
    """There are at least this many components."""
    conditions: list[Relation] = field(default_factory=list[Relation])
    notes: list[str] = field(default_factory=list[str])
    substitutions: list[dict[str, Expr]] = field(default_factory=list[dict[str, Expr]])
    shares: list[Expr] = field(default_factory=list[Expr])
    """The names that stand for n times a share of the component."""

    def read(self, *, relative: bool = False) -> Reading:
        """Introduce the new numbers; with `relative`, shares are measured against 1/n. Raises Undecided."""
        for name in sorted(self.bodies):
            if self.mentions(naming.log(name)):
                self._shares(name, relative)
        self._logarithms()
        for name in sorted(self.bodies):
            if self.mentions(name):
                self._spread(name)
        for name in sorted(self.bodies):
            if self.mentions(name):
                self._cosine(name)
        for row in sorted({*naming.rows(self.expr), *self._averaged()}):
            self._extremes(row)
        for name, body in self.bodies.items():
            if self.mentions(name) and ex.is_nonnegative(body):
                self._rest(name)
        if self.mentions(LOG_N.args[0]):
            self.know(LOG_N - ex.log(ex.rational(self.least)))
        return self

    def mentions(self, name: str) -> bool:
        return name in ex.free_names(self.expr)

    def replace(self, values: dict[str, Expr]) -> None:
        """Write the expression in other numbers; :meth:`rewritten` writes further ones the same way."""
        self.expr = canonical(calculus.substitute(self.expr, values))
        self.substitutions.append(values)
        self.conditions = [
            Relation(c.op, canonical(calculus.substitute(c.lhs, values)), c.rhs, c.text)
            for c in self.conditions
            if isinstance(c.lhs, Expr)
        ]

    def rewritten(self, e: Expr) -> Expr:
        """Another expression in the same numbers."""
        for values in self.substitutions:
            e = canonical(calculus.substitute(e, values))
        return e

    def know(self, e: Expr, op: str = ">=") -> None:
        """Note that `e op 0` holds at every vector."""
        self.conditions.append(Relation(op, e, ex.ZERO, f"{to_text(e)} {op} 0"))

    def _shares(self, name: str, relative: bool) -> None:
        """Components as shares of a sum of exponentials: exp(r v[i]) = p sum, 0 < p <= 1."""
        body = self.bodies[name]
        rows = naming.rows(body)
        if body.op != "exp" or len(rows) != 1:
            return
        (row,) = rows
        rate = canonical(calculus.differentiate(body.args[0], row))
        if is_vector(rate) or canonical(body.args[0] - rate * ex.name(row)) is not ex.ZERO:
            return
        total = ex.name(naming.log(name))
        direction = 1 if rate.positive else -1 if canonical(-rate).positive else 0
        if not direction:
            self._share_of_unknown_rate(name, row, rate, relative)
            return
        column = naming.at_column(row)
        low, high = (extreme(kind, row).args[0] for kind in (("min", "max") if direction > 0 else ("max", "min")))
        sum_name = f"sum({naming.vector_of(row)})"
        values: dict[str, Expr] = {}
        gap = ex.name(f"log({name}) - {to_text(readable(rate * ex.name(high)))}")
        if self.mentions(high):
            values[high] = (total - gap) / rate
            self.know(gap, ">" if self.least > 1 else ">=")
            self.notes.append(f"0 <= {gap.args[0]} <= log(n): the largest term is at most the sum, n times it at least")
        for entry in (row, column):
            if not self.mentions(entry):
                continue
            if high in values and entry == row:
                below = ex.name(f"({to_text(readable(rate * (ex.name(high) - ex.name(row))))})")
                values[row] = values[high] - below / rate
                self.know(below)
                continue
            at_entry = calculus.substitute(body, {row: ex.name(entry)})
            p = self._share(to_text(readable(at_entry.args[0])), name, relative)
            values[entry] = (ex.log(p) + total) / rate
        if column in values and row in values:
            self.know(1 - ex.exp(rate * values[row] - total) - ex.exp(rate * values[column] - total))
            self.notes.append("two different components have a sum of shares of at most 1")
        if self.mentions(low):
            rest = ex.name(f"log({name}/n) - {to_text(readable(rate * ex.name(low)))}")
            values[low] = (total - rest - LOG_N) / rate
            self.know(rest)
            self.notes.append(f"{rest.args[0]} >= 0: n times the smallest term is at most the sum")
        if self.mentions(sum_name):
            convex = ex.name(f"log({name}/n) - {to_text(readable(rate * ex.name(sum_name) / N))}")
            values[sum_name] = N * (total - LOG_N - convex) / rate
            self.know(convex)
            self.notes.append(f"{convex.args[0]} >= 0, because exp is convex")
        if values:
            self.replace(values)
        if high in values and self.mentions(LOG_N.args[0]):
            room = ex.name(f"log(n) - ({gap.args[0]})")
            self.know(room)
            self.replace({LOG_N.args[0]: gap + room})

    def _share(self, argument: str, total: str, relative: bool) -> Expr:
        """A share p of a sum of positive terms, as p or as r/n."""
        below = "<" if self.least > 1 else "<="
        share = ex.name(f"{'r' if relative else 'p'}({argument})")
        of = f"{share.args[0]} = {'n*' if relative else ''}exp({argument})/{total}"
        self.notes.append(f"{of}: 0 < {share.args[0]} {below} {'n' if relative else 1}")
        self.shares += [share] if relative else []
        self.know(share, ">")
        self.know((N if relative else 1) - share, ">" if self.least > 1 else ">=")
        return share / N if relative else share

    def _share_of_unknown_rate(self, name: str, row: str, rate: Expr, relative: bool) -> None:
        """exp(k r v[i]) = (p sum)^k where r may have any sign; v[i] elsewhere stays as it is."""
        argument = rate * ex.name(row)
        exponents: dict[Expr, Expr] = {}
        for e in _exponentials(self.expr):
            multiple = canonical(e.args[0] / argument).value
            if multiple is not None:
                exponents[e] = ex.rational(multiple)
        if not exponents:
            return
        p = self._share(to_text(readable(argument)), name, relative)

        def visit(e: Expr) -> Expr:
            if e in exponents:
                return ex.power(p * positive_number(name), exponents[e])
            return calculus.rebuild(e, visit)

        self.expr = canonical(visit(self.expr))

    def _logarithms(self) -> None:
        """Logarithms of sums of positive terms: sum(f g)^2 <= sum(f^2) sum(g^2), and sum(f^2) <= sum(f)^2."""
        for name in sorted(self.bodies):
            others = [n for n in sorted(self.bodies) if n != name and self.mentions(naming.log(n))]
            if not self.mentions(naming.log(name)):
                continue
            square, log = canonical(self.bodies[name] ** 2), ex.name(naming.log(name))
            for a, b in combinations(others, 2):
                if canonical(square - self.bodies[a] * self.bodies[b]) is ex.ZERO:
                    mean = (ex.name(naming.log(a)) + ex.name(naming.log(b))) / 2
                    self._below(log, mean, f"{name}**2 <= {a}*{b} (Cauchy-Schwarz)")
                    break
            else:
                for a in others:
                    if canonical(square - self.bodies[a]) is ex.ZERO:
                        self._below(ex.name(naming.log(a)), 2 * log, f"{a} <= {name}**2: all terms are positive")

    def _below(self, log: Expr, bound: Expr, note: str) -> None:
        """Write a logarithm as its upper bound less a number that is not negative."""
        gap = ex.name(f"({to_text(readable(bound))} - {log.args[0]})")
        self.know(gap)
        self.notes.append(note)
        self.replace({log.args[0]: bound - gap})

    def _spread(self, name: str) -> None:
        """A sum and the sum of squares as mean m and variance V: sum = n m, sum of squares = n (V + m^2)."""
        body = self.bodies[name]
        square = next((n for n, b in self.bodies.items() if canonical(b - body**2) is ex.ZERO), None)
        if square is None or not self.mentions(square):
            return
        inner = naming.without_index(to_text(readable(body)))
        mean, variance = ex.name(f"mean({inner})"), ex.name(f"variance({inner})")
        self.know(variance)
        self.notes.append(f"variance({inner}) = mean of the squares - mean({inner})**2 >= 0")
        self.replace({name: N * mean, square: N * (variance + mean**2)})
        if self.least > 1 and body.op == "name" and self.mentions(body.args[0]):
            deviation, rest = ex.name(f"({body.args[0]} - mean({inner}))"), ex.name(f"(other deviations of {inner})")
            self.know(rest)
            self.notes.append(f"(n - 1)*variance({inner}) >= {deviation.args[0]}**2: the other deviations balance it")
            self.replace({body.args[0]: mean + deviation, variance.args[0]: (deviation**2 + rest) / (N - 1)})

    def _cosine(self, name: str) -> None:
        """A sum of products f g beside the sums of f^2 and g^2: at most the root of their product in size."""
        square = canonical(self.bodies[name] ** 2)
        others = [n for n in sorted(self.bodies) if n != name and self.mentions(n)]
        for a in others:
            for b in others:
                f, g = self.bodies[a], self.bodies[b]
                if a < b and ex.is_nonnegative(f) and ex.is_nonnegative(g) and canonical(square - f * g) is ex.ZERO:
                    cosine = ex.name(f"{name}/(sqrt({a})*sqrt({b}))")
                    self.know(1 - cosine)
                    self.know(1 + cosine)
                    self.notes.append(f"-1 <= {cosine.args[0]} <= 1 (Cauchy-Schwarz)")
                    self.replace({name: cosine * ex.sqrt(ex.name(a)) * ex.sqrt(ex.name(b))})
                    return

    def _rest(self, name: str) -> None:
        """A sum of terms that are not negative: at least 0, and at least the term of the component at hand."""
        body = self.bodies[name]
        if not ex.free_names(body) & ex.free_names(self.expr):
            self.know(ex.name(name))
            return
        terms = body
        if any(self.mentions(naming.at_column(row)) for row in naming.rows(body)):
            terms += at_column(body)  # the other component is another term
        rest = ex.name(f"({name} - {to_text(readable(terms))})")
        self.know(rest)
        self.notes.append(f"{rest.args[0]} >= 0: no term of the sum is negative")
        self.replace({name: terms + rest})

    def _averaged(self) -> set[str]:
        """The vectors whose mean and extremes meet in the expression."""
        return {body.args[0] for name, body in self.bodies.items() if body.op == "name" and self.mentions(name)}

    def _extremes(self, row: str) -> None:
        """The smallest and the largest component beside a component and the mean."""
        for kind, sign in (("max", 1), ("min", -1)):
            bound = extreme(kind, row)
            total = f"sum({naming.vector_of(row)})"
            if not self.mentions(bound.args[0]):
                continue
            if self.mentions(total):
                gap = ex.name(f"{'max - mean' if sign > 0 else 'mean - min'} of {naming.vector_of(row)}")
                self.know(gap)
                self.notes.append(f"{gap.args[0]} >= 0")
                self.replace({bound.args[0]: ex.name(total) / N + sign * gap})
            elif self.mentions(row):
                below = ex.name(f"({bound.args[0]} - {row})" if sign > 0 else f"({row} - {bound.args[0]})")
                self.know(below)
                self.replace({row: bound - sign * below})


def _exponentials(e: Expr) -> Iterator[Expr]:
    if e.op == "exp":
        yield e
    for child in ex.children(e):
        yield from _exponentials(child)


def visible_signs(e: Expr, conditions: Sequence[Relation], least: int) -> Signs:
    """The signs that an expression can have, where its factors tell whether it is never below or never above 0.

    An expression known not to be negative is written abs(x) or log(1 + abs(x)), whichever shows the sign.
    """
    relations = [(c.lhs, c.op) for c in conditions if isinstance(c.lhs, Expr) and c.op in (">", ">=")]
    positive = {low for low, op in relations if low.op == "name" and op == ">"}
    for logarithmic in (False, True):
        values: dict[str, Expr] = {LOG_N.args[0]: ex.log(least + ex.switch("abs", LOG_N))}
        for low, op in relations:
            size = ex.exp(low) if op == ">" else ex.switch("abs", low)
            if low.op == "name":
                values.setdefault(low.args[0], ex.log(1 + size) if logarithmic else size)
            elif (high := canonical(1 - low)) in positive:
                values[high.args[0]] = 1 / (1 + (ex.exp(high) if op == ">" else ex.switch("abs", high)))
        signs = _signs_by_factors(calculus.substitute(e, values))
        if signs <= NOT_NEGATIVE or signs <= NOT_POSITIVE:
            return signs
    return ALL


def _signs_by_factors(e: Expr) -> Signs:
    try:
        constant, upper, lower = normal_form.numerator_factors(e)
    except normal_form.TooComplex:
        return ALL
    signs = sign_of_number(constant)
    for factor, power in upper:
        signs = product_signs(signs, _factor_signs(factor), power)
    for factor, power in lower:
        signs = product_signs(signs, _factor_signs(factor) - ZERO, power)
    return signs


def _factor_signs(factor: Expr) -> Signs:
    for sign, signs in ((1, NOT_NEGATIVE), (-1, NOT_POSITIVE)):
        e = canonical(sign * factor)
        if e.positive or ex.is_nonnegative(e):
            return signs - ZERO if e.positive else signs
    return ALL


def term_by_term(normal: Expr, bodies: Mapping[str, Expr], least: int) -> Iterator[Reading]:
    """Readings of the terms of sums that are the expression: where all terms have a sign, so has the expression.

    The part free of the sums is spread over the components with weights of sum 1: equal ones, or the shares of a sum of
    exponentials. There, a multiple of p - 1/n, whose sum is 0, makes the term touch 0 where all shares are equal.
    """
    if is_vector(normal):
        return  # the component that is already there is none of those that are summed over
    present = {name for name in bodies if name in ex.free_names(normal) or naming.log(name) in ex.free_names(normal)}
    weights = [name for name in sorted(present) if bodies[name].op == "exp"]
    choices = [(weight, present - {weight}) for weight in [*weights, None]]
    if len(weights) > 1:
        choices += [(weight, present.difference(weights)) for weight in weights]
    constants = ex.free_names(normal) | ex.free_names(N)
    for weight, summed in choices:
        absorbed = sorted(summed)
        plain = canonical(calculus.substitute(normal, {naming.log(name): ex.log(ex.name(name)) for name in absorbed}))
        if plain.switching:
            continue
        slopes = {name: canonical(calculus.differentiate(plain, name)) for name in absorbed}
        if any(ex.free_names(slope) & set(absorbed) for slope in slopes.values()):
            continue
        rest = canonical(calculus.substitute(plain, dict.fromkeys(absorbed, ex.ZERO)))
        share = 1 / N if weight is None else bodies[weight] / positive_number(weight)
        terms = canonical(ex.add(rest * share, *(slope * bodies[name] for name, slope in slopes.items())))
        yield Reading(terms, bodies, least, notes=["the difference is a sum over the components, term by term:"]).read()
        if weight is not None:
            yield from _level(Reading(terms, bodies, least).read(relative=True), constants)


def _level(reading: Reading, constants: frozenset[str]) -> Iterator[Reading]:
    """A term less multiples of p - 1/n, each of sum 0, so that it is level where all shares p are 1/n."""
    if not reading.shares or any(r.op != "name" for r in reading.shares):
        return
    equal = {r.args[0]: ex.ONE for r in reading.shares}
    slopes = [calculus.substitute(calculus.differentiate(reading.expr, r.args[0]), equal) for r in reading.shares]
    if all(ex.free_names(slope) <= constants for slope in slopes):
        tilt = ex.add(*(slope * (r - 1) for slope, r in zip(slopes, reading.shares, strict=True)))
        reading.expr = canonical(reading.expr - tilt)
        reading.notes.append("the difference is a sum over the components, up to multiples of p - 1/n:")
        yield reading
