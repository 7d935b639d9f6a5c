"""A statement with its numbers computed: names, domains, and truth along one variable.

Numbers like sup(f) and E(f) stand under placeholders in the formula; here they are computed, written out where they
are exact, and the relations that remain become lines that are cut where their truth changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.closed_terms import closed_value
from ..functions.landscape import decided_landscape
from ..functions.sign_charts import Line, constant, merge, sign_line, signs_within
from ..language.syntax import (
    Connective,
    Formula,
    Infinity,
    Leaf,
    Predicate,
    Quantified,
    Relation,
    SetDisplay,
    SetValue,
    Statement,
    relations,
)
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, constant_sign, exact
from ..reals.sets import union
from ..verdicts import Counterexample
from ..vocabulary.values import closed_real, digits
from ..vocabulary.words import functional
from . import parameters
from .products import Product, product_set


class Resolution:
    """The numbers of one statement, and what its relations say along one variable."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.notes: list[str] = []
        self.values: dict[str, Real] = {}
        self.exact_only = True
        self.products: dict[str, Product] = {}

    def resolve(self) -> None:
        """Compute the numbers and products that the placeholders stand for."""
        self._resolve_functionals()
        self._resolve_products()

    def _resolve_functionals(self) -> None:
        for placeholder, f in self.statement.functionals.items():
            if f.body.op != "name":  # a product inside is a number like any other, and written out first
                for name in ex.free_names(f.body) & self.statement.products.keys():
                    self._product(name)
            body = self.substitute(f.body)
            region = self.region(f.variable) if f.kind != "limit" and f.variable else None
            if f.kind in ("sup", "inf") and (product := self._product_body(f.body)) is not None:
                if product.bounds is not None:
                    self.values[placeholder] = exact(product.bounds[f.kind == "sup"])
                    self.notes.append(f"{f.text}: {product.note}")
                    continue
                if not product.parts:
                    raise Undecided(f"{f.text}, for every n")
                span = union(product.parts)
                part = span.parts[-1 if f.kind == "sup" else 0]
                self.values[placeholder] = part.high if f.kind == "sup" else part.low
                self.notes.append(f"{f.text} = {digits(self.values[placeholder])}: {product.note}")
                continue
            if f.variable is not None and (ex.free_names(body) - {f.variable}) and f.kind in parameters.KINDS:
                if f.kind != "limit" and f.variable not in ex.free_names(body):  # names came in with another number
                    raise Undecided(f"{f.text}: a function of which of {', '.join(sorted(ex.free_names(body)))}?")
                if region is not None:
                    raise Undecided(f"{f.text} under a condition on {f.variable}")
                moves = placeholder in self._moved
                found = parameters.value(f, body, _signs_anywhere if moves else self.signs_of_parameter)
                self.values[placeholder] = found
                self.notes.append(f"{f.text} = {'oo' if found.exact is None else to_text(found.exact)}")
                continue
            found = functional(f, body, region)
            self.values[placeholder] = found.value
            self.notes += found.notes
            if found.value.exact is None and (f.kind == "E" or not found.value.infinite):
                self.exact_only = False

    @cached_property
    def _moved(self) -> frozenset[str]:
        """Numbers under a derivative or inside another number, set or property: there the names that they depend on
        take values outside the condition, as a does in D(sup(a*tanh(x)), a)(-a).
        """
        inside: list[Expr] = [f.body for f in self.statement.functionals.values()]
        inside += [factor for factor, _, _ in self.statement.products.values()]
        for leaf in _leaves(self.statement.formula):
            for side in (leaf.lhs, leaf.rhs) if isinstance(leaf, Relation) else (leaf,):
                inside += _differentiated(side) if isinstance(side, Expr) else _expressions(side)
        return frozenset().union(*map(ex.free_names, inside))

    def _product_body(self, body: Expr) -> Product | None:
        if body.op != "name" or body.args[0] not in self.statement.products:
            return None
        return self._product(body.args[0])

    def _product(self, placeholder: str) -> Product:
        if placeholder not in self.products:
            factor, count, variable = self.statement.products[placeholder]
            factor = self.substitute(factor)
            if extra := ex.free_names(factor) - {variable}:
                raise Undecided(f"a product of factors that depend on {', '.join(sorted(extra))}")
            shape = decided_landscape(factor, variable, self.region(variable))
            self.products[placeholder] = product_set(shape, count, placeholder)
        return self.products[placeholder]

    def _resolve_products(self) -> None:
        for placeholder in self.statement.products:
            product = self._product(placeholder)
            self.notes.append(product.note)

    def substitute(self, e: Expr) -> Expr:
        """Placeholders with exact values written out."""
        exact_values = {k: v.exact for k, v in self.values.items() if v.exact is not None}
        names = ex.free_names(e)
        for placeholder in names & self.values.keys():
            if self.values[placeholder].infinite:
                raise Undecided(
                    f"{self.statement.functionals[placeholder].text} is infinite and cannot be calculated with"
                )
        products = {k: p.expr for k, p in self.products.items() if p.expr is not None}
        return _written_in(e, {**exact_values, **products})

    def written_out(self, e: Expr) -> Expr:
        """Products written out, and numbers that depend on free names."""
        known = {k: p.expr for k, p in self.products.items() if p.expr is not None}
        open_ = {k: v.exact for k, v in self.values.items() if v.exact is not None and ex.free_names(v.exact)}
        return _written_in(e, {**known, **open_})

    def names(self, leaf: Leaf) -> frozenset[str]:
        """Free names of a pointwise relation; sets, predicates and placeholders have none."""
        if not isinstance(leaf, Relation) or isinstance(leaf.lhs, SetValue) or isinstance(leaf.rhs, SetValue):
            return frozenset()
        names: frozenset[str] = frozenset()
        for side in (leaf.lhs, leaf.rhs):
            if isinstance(side, Expr):
                names |= ex.free_names(self.written_out(side))
        return names - self.values.keys()

    def placeholders(self, leaf: Leaf) -> set[str]:
        """Numbers without exact forms in a relation."""
        if not isinstance(leaf, Relation):
            return set()
        found: set[str] = set()
        for side in (leaf.lhs, leaf.rhs):
            if isinstance(side, Expr):
                found |= {n for n in ex.free_names(side) & self.values.keys() if self.values[n].exact is None}
        return found

    def region(self, variable: str) -> Line[bool] | None:
        """The truth of the where condition along one variable, or None without a condition on it."""
        where = self.statement.where
        if where is None:
            return None
        names = set().union(*(self.names(r) for r in relations(where)))
        if variable not in names:
            return None
        if names != {variable}:
            raise Undecided(f"where {self.statement.where_text!r} relates {variable} to other names")
        return self.condition(variable)

    def domain(self, variable: str) -> Line[bool]:
        region: Line[bool] = constant(True)
        if self.statement.where is not None:
            region = self.condition(variable)
        for product in self.products.values():
            if product.variable == variable:
                both = merge([region, product.region])
                region = both.map(lambda pair: pair[0] is True and pair[1] is True)
        return region

    def condition(self, variable: str) -> Line[bool]:
        """Where the where condition holds. A part of a conjunction only matters where the other parts hold."""
        where = self.statement.where
        assert where is not None
        parts = where.parts if isinstance(where, Connective) and where.op == "and" else (where,)
        inside: Line[bool] = constant(True)
        postponed: list[Formula] = []
        for part in parts:
            try:
                inside = both(inside, self.truth_line(part, variable, None))
            except Undecided:
                if len(parts) == 1:
                    raise
                postponed.append(part)
        for part in postponed:
            inside = both(inside, self.truth_line(part, variable, inside))
        return inside

    def truth_line(self, formula: Formula, variable: str, region: Line[bool] | None) -> Line[bool | None]:
        """Truth at every real of the region (or of the line); None where a subterm is undefined."""
        if isinstance(formula, Relation) and self.names(formula) <= {variable}:
            if not self.names(formula):
                return constant(self.closed_truth(formula)[0])
            if isinstance(formula.lhs, Infinity) or isinstance(formula.rhs, Infinity):
                return self._against_infinity(formula, variable)
            return _relation_line(self.difference(formula), formula.op, variable, region)
        if isinstance(formula, (Predicate, Quantified)):
            return constant(self.closed_truth(formula)[0])
        assert isinstance(formula, Connective)
        if not formula.parts:
            return constant(formula.op == "and")
        lines = [self.truth_line(part, variable, region) for part in formula.parts]
        return merge(lines).map(lambda values, op=formula.op: connect(op, values))

    def closed_truth(self, formula: Formula) -> tuple[bool, Counterexample | None]:
        """The truth of a formula without free names, with a counterexample where it is false."""
        raise NotImplementedError

    def difference(self, r: Relation) -> Expr:
        """lhs - rhs, written so that terms of the two sides never hide an undefined point."""
        assert isinstance(r.lhs, Expr) and isinstance(r.rhs, Expr)
        return self.substitute(r.lhs) - self.substitute(r.rhs)

    def _against_infinity(self, r: Relation, variable: str) -> Line[bool | None]:
        side = r.lhs if isinstance(r.lhs, Expr) else r.rhs
        infinity = r.rhs if isinstance(r.rhs, Infinity) else r.lhs
        assert isinstance(side, Expr) and isinstance(infinity, Infinity)
        order = -infinity.sign if side is r.lhs else infinity.sign
        defined = sign_line(self.substitute(side), variable)
        return defined.map(lambda s: None if s is None else ex.holds(r.op, order))

    def signs_of_parameter(self, e: Expr) -> frozenset[int]:
        """The signs of a formula in parameters wherever the condition holds (all three where they are not found)."""
        names = ex.free_names(e)
        try:
            if not names:
                return frozenset((constant_sign(e),))
            if len(names) > 1:
                return frozenset((-1, 0, 1))
            (name,) = names
            inside = merge([self._parts_about(name), sign_line(e, name)])
        except Undecided:
            return frozenset((-1, 0, 1))
        return frozenset(sign for within, sign in (*inside.gaps, *inside.at) if within and sign is not None)

    def _parts_about(self, name: str) -> Line[bool]:
        """Where the parts of the condition that are about one name alone hold: no other part adds to that."""
        inside: Line[bool] = constant(True)
        where = self.statement.where
        for part in where.parts if isinstance(where, Connective) and where.op == "and" else (where,):
            if part is not None and set().union(*(self.names(r) for r in relations(part))) == {name}:
                inside = both(inside, self.truth_line(part, name, None))
        return inside

    def number(self, side: object) -> Real:
        """One side of a closed relation as a certified number or infinity."""
        if isinstance(side, Infinity):
            return PLUS_INFINITY if side.sign > 0 else MINUS_INFINITY
        assert isinstance(side, Expr)
        if side.op == "name" and side.args[0] in self.values:
            return self.values[side.args[0]]
        e = self.substitute(side)
        pending = ex.free_names(e) & self.values.keys()
        if not pending or ex.free_names(e) - pending:
            return closed_real(e)
        return closed_value(e, {name: self.values[name] for name in pending})

    def finite_number(self, side: Expr) -> Real:
        """A number that calculations and sets may hold. Raises Undecided for an infinity, which stands only alone."""
        number = self.number(side)
        if number.infinite:
            raise Undecided(f"{self.statement.functionals[side.args[0]].text} is infinite and no member of a set")
        return number

    def is_count(self, name: str) -> bool:
        """Whether a name counts the factors of a product, and so stands for whole numbers from 1."""
        return any(name in ex.free_names(count) for _, count, _ in self.statement.products.values())


def _relation_line(e: Expr, op: str, variable: str, region: Line[bool] | None) -> Line[bool | None]:
    """Where `e op 0` holds, None where e is undefined.

    Where the zeros of a u in abs(u) are not found, abs(u) <= c is still decided as u <= c and -u <= c.
    """
    try:
        signs = signs_within(e, variable, region)
    except Undecided:
        if (sides := _one_sided(e, op)) is None:
            raise
        word, cases = sides
        lines = [_relation_line(case, op, variable, region) for case in cases]
        return merge(lines).map(lambda values: connect(word, values))
    return signs.map(lambda s: None if s is None else ex.holds(op, s))


def _one_sided(e: Expr, op: str) -> tuple[str, tuple[Expr, Expr]] | None:
    """`e op 0` as two relations without one of its abs, max or min, joined by and or or: max(u, v) + w <= 0 says
    u + w <= 0 and v + w <= 0. Both are undefined where e is, or one of them is, and then so is their connection."""
    if op not in ("<", "<=", ">", ">="):
        return None
    terms = e.args if e.op == "add" else (e,)
    for i, term in enumerate(terms):
        factor, part = ex.split_coefficient(term)
        if part.op not in ("abs", "max", "min"):
            continue
        choices = (part.args[0], -part.args[0]) if part.op == "abs" else part.args
        largest = (factor > 0) == (part.op != "min")
        rest = ex.add(*terms[:i], *terms[i + 1 :])
        first, second = (rest + factor * choice for choice in choices)
        return ("and" if largest == op.startswith("<") else "or"), (first, second)
    return None


def _leaves(formula: Formula) -> Iterator[Relation | Predicate]:
    """The relations and properties of a formula, those under quantifiers among them."""
    for leaf in relations(formula):
        if isinstance(leaf, Quantified):
            yield from _leaves(leaf.body)
        else:
            yield leaf


def _differentiated(e: Expr) -> list[Expr]:
    """The expressions that derivatives are taken of."""
    if e.op == "derivative":
        return [e.args[0], *_differentiated(e.args[2])]
    return [body for child in ex.children(e) for body in _differentiated(child)] if e.switching else []


def _expressions(part: object) -> list[Expr]:
    """The expressions that a set or a property is made of."""
    if isinstance(part, SetDisplay):
        return [*part.members]
    fields = (getattr(part, name, None) for name in ("body", "other", "at", "rate", "low", "high"))
    return [field for field in fields if isinstance(field, Expr)]


def _signs_anywhere(e: Expr) -> frozenset[int]:
    """The signs of a formula whose names are under no condition."""
    return frozenset((-1, 0, 1)) if ex.free_names(e) else frozenset((constant_sign(e),))


def _written_in(e: Expr, values: Mapping[str, Expr]) -> Expr:
    """Placeholders replaced by what they stand for; a derivative in t moves the t inside them too."""
    present = {k: v for k, v in values.items() if k in ex.free_names(e)}
    if not e.switching or not any(map(ex.free_names, present.values())):
        return calculus.substitute(e, present)
    for placeholder, value in present.items():
        e = calculus.substitute_node(e, ex.name(placeholder), value)
    return e


def both(inside: Line[bool], truth: Line[bool | None]) -> Line[bool]:
    return merge([inside, truth]).map(lambda pair: pair[0] and pair[1] is True)


def connect(op: str, values: tuple[bool | None, ...]) -> bool | None:
    if None in values:
        return None
    if op == "not":
        return not values[0]
    return all(values) if op == "and" else any(values)
