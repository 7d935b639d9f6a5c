"""A statement with its numbers computed: names, domains, and truth along one variable.

Numbers like sup(f) and E(f) stand under placeholders in the formula; here they are computed, written out where they
are exact, and the relations that remain become lines that are cut where their truth changes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property

from ..budget import Undecided
from ..cases import case_split, points
from ..cases.answers import Answer
from ..cases.points import connected, truth_of
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.closed_terms import closed_value
from ..functions.landscape import decided_landscape
from ..functions.sign_charts import sign_line, signs_within
from ..functions.step_functions import Line, constant, merge
from ..language.syntax import (
    FALSE,
    TRUE,
    Connective,
    Formula,
    Functional,
    Infinity,
    Leaf,
    Predicate,
    Quantified,
    Relation,
    SetDisplay,
    Statement,
    conjuncts,
    expressions,
    fold,
    is_pointwise,
    relations,
    terms,
)
from ..normal_forms.signs import constant_sign
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact, sign_of
from ..reals.sets import union
from ..vocabulary.numbers import Found
from ..vocabulary.values import closed_real, digits
from ..vocabulary.words import functional
from . import parameters
from .cuts import Known, Premises
from .products import Product, product_set


class Resolution(ABC):
    """The numbers of one statement, and what its relations say along one variable."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.values: dict[str, Real] = {}
        self.products: dict[str, Product] = {}
        self.exact_only = True
        self._signs: dict[Expr, frozenset[int]] = {}

    def resolve(self) -> tuple[str, ...]:
        """Compute the numbers and products that the placeholders stand for; the sentences that say how."""
        notes: list[str] = []
        for placeholder, f in self.statement.functionals.items():
            number = self._computed(placeholder, f)
            self.values[placeholder] = number.value
            notes += number.notes
        notes += [self._product(placeholder).note for placeholder in self.statement.products]
        if self.statement.products:
            self._require_powers()
        return tuple(notes)

    def _require_powers(self) -> None:
        """That the n of a product is an exponent of positive numbers alone.

        Of 0 and below whole n have powers too, which an exponent that stands for any real number has not: a point that
        a reader counts would be outside of the domain. Raises Undecided.
        """
        every = [self.statement.formula, *([] if self.statement.where is None else [self.statement.where])]
        sides = [e for part in every for leaf in relations(part) for e in expressions(leaf)]
        for power in {power for side in sides for power in _powers(side)}:
            base, exponent = power.args
            if not any(map(self.is_count, ex.free_names(exponent))) or base.positive:
                continue
            value = self.number(base) if ex.free_names(base) <= self.values.keys() else None
            if value is None or value.infinite or sign_of(value) <= 0:
                raise Undecided(f"powers of {to_text(base)} that count factors, where it may be 0 or below")

    def _computed(self, placeholder: str, f: Functional) -> Found:
        if f.body.op != "name":  # a product inside is a number like any other, and written out first
            for name in ex.free_names(f.body) & self.statement.products.keys():
                self._product(name)
        body = self.substitute(f.body)
        region = None if f.kind == "limit" else self._region_of(f)
        if f.kind in ("sup", "inf") and (product := self._product_body(f.body)) is not None:
            return _extremum(f, product)
        if f.variable is not None and (ex.free_names(body) - {f.variable}) and f.kind in parameters.KINDS:
            if f.kind != "limit" and f.variable not in ex.free_names(body):  # names came in with another number
                raise Undecided(f"{f.text}: a function of which of {', '.join(sorted(ex.free_names(body)))}?")
            if region is not None:
                raise Undecided(f"{f.text} under a condition on {f.variable}")
            # A limit leaves a condition on its variable.
            anywhere = placeholder in self._moved or f.variable in self.names_in(self.statement.where)
            value = parameters.value(f, body, self.premises(anywhere=anywhere))
            return Found(value, (f"{f.text} = {'oo' if value.exact is None else to_text(value.exact)}",))
        number = functional(f, body, region)
        if number.value.exact is None and (f.kind in ("E", "E2") or not number.value.infinite):
            self.exact_only = False
        return number

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
        return union_of(map(ex.free_names, inside))

    def _region_of(self, f: Functional) -> Line[bool] | None:
        """The truth of the where condition along a variable of a number; None without a condition on one."""
        regions = (self.region(name) for name in sorted(f.bound))
        return next((region for region in regions if region is not None), None)

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

    def substitute(self, e: Expr) -> Expr:
        """Placeholders with exact values written out."""
        exact_values = {k: v.exact for k, v in self.values.items() if v.exact is not None}
        for placeholder in sorted(ex.free_names(e) & self.values.keys()):
            if self.values[placeholder].infinite:
                raise Undecided(
                    f"{self.statement.functionals[placeholder].text} is infinite and cannot be calculated with"
                )
        products = {k: p.expr for k, p in self.products.items() if p.expr is not None}
        return _written_in(e, {**exact_values, **products})

    def written_out(self, e: Expr) -> Expr:
        """Products written out, and numbers that depend on free names."""
        open_ = {k: v.exact for k, v in self.values.items() if v.exact is not None and ex.free_names(v.exact)}
        return _written_in(e, {**{k: p.expr for k, p in self.products.items() if p.expr is not None}, **open_})

    def names(self, leaf: Leaf) -> frozenset[str]:
        """Free names of a relation, or the parameters of a property or a set; placeholders are none."""
        if isinstance(leaf, Quantified):
            return frozenset()
        names = union_of(ex.free_names(self.written_out(e)) - bound for e, bound in terms(leaf)) - self.values.keys()
        return names if is_pointwise(leaf) else names - self.statement.products.keys()

    def names_in(self, formula: Formula | None) -> frozenset[str]:
        """The names of all leaves."""
        return frozenset() if formula is None else union_of(map(self.names, relations(formula)))

    def placeholders(self, leaf: Leaf) -> frozenset[str]:
        """Numbers without exact forms in a relation."""
        return frozenset(name for name in free_names(leaf) & self.values.keys() if self.values[name].exact is None)

    def region(self, variable: str) -> Line[bool] | None:
        """The truth of the where condition along one variable, or None without a condition on it."""
        return self.allowed(variable) if variable in self.names_in(self.statement.where) else None

    def allowed(self, variable: str) -> Line[bool]:
        """Where the where condition holds, which is about this name alone. Raises Undecided for any other."""
        if self.names_in(self.statement.where) - {variable}:
            raise Undecided(f"where {self.statement.where_text!r} relates {variable} to other names")
        return self.condition(variable)

    def domain(self, variable: str) -> Line[bool]:
        """Where the condition holds and the shares of products lie."""
        shares = [product.region for product in self.products.values() if product.variable == variable]
        return merge([self.condition(variable), *shares]).map(all)

    def condition(self, variable: str) -> Line[bool]:
        """Where the where condition holds. A part of a conjunction only matters where the other parts hold."""
        inside: Line[bool] = constant(True)
        if self.statement.where is None:
            return inside
        parts = conjuncts(self.statement.where)
        postponed: list[Formula] = []
        for part in parts:
            try:
                inside = _within(inside, self.truth_line(part, variable, None))
            except Undecided:
                if len(parts) == 1:
                    raise
                postponed.append(part)
        for part in postponed:
            inside = _within(inside, self.truth_line(part, variable, inside))
        return inside

    def truth_line(self, formula: Formula, variable: str, region: Line[bool] | None) -> Line[bool | None]:
        """Truth at every real of the region (or of the line); None where a subterm is undefined."""

        def leaf_line(leaf: Leaf) -> Line[bool | None]:
            if not isinstance(leaf, Relation) or not self.names(leaf):
                return constant(self.closed_truth(leaf).truth)
            assert not self.names(leaf) - {variable}
            if isinstance(leaf.lhs, Infinity) or isinstance(leaf.rhs, Infinity):
                return self._against_infinity(leaf, variable)
            return _relation_line(self.difference(leaf), leaf.op, variable, region)

        return fold(formula, leaf_line, connected)

    def without_closed(self, formula: Formula) -> tuple[Formula, list[str]]:
        """The formula with the truth of its closed parts in their places, and the sentences that show it."""
        notes: list[str] = []

        def known(leaf: Leaf) -> Formula:
            if self.names(leaf):
                return leaf
            answer = self.closed_truth(leaf)
            notes.extend(answer.notes)
            return TRUE if answer.truth else FALSE

        return fold(formula, known, Connective), notes

    def to_zero(self, formula: Formula | None) -> Formula:
        """A formula as relations to 0. Raises Undecided where infinities stand in it."""

        def relation(leaf: Leaf) -> Formula:
            if not is_pointwise(leaf):
                raise Undecided(f"{leaf.text}, as a condition on its parameters")
            assert isinstance(leaf, Relation)
            if isinstance(leaf.lhs, Infinity) or isinstance(leaf.rhs, Infinity):
                raise Undecided("a comparison with oo next to other relations")
            return points.to_zero(self.difference(leaf), leaf.op, leaf.text)

        return TRUE if formula is None else fold(self.without_closed(formula)[0], relation, Connective)

    @abstractmethod
    def run(self) -> Answer:
        """The answer, with the sentences about its numbers. Raises Undecided or Undefined."""

    @abstractmethod
    def closed_truth(self, formula: Formula) -> Answer:
        """The truth of a formula without free names, with a counterexample where it is false."""

    def difference(self, r: Relation) -> Expr:
        """lhs - rhs, written so that terms of the two sides never hide an undefined point."""
        assert isinstance(r.lhs, Expr) and isinstance(r.rhs, Expr)
        return self.substitute(r.lhs) - self.substitute(r.rhs)

    def _against_infinity(self, r: Relation, variable: str) -> Line[bool | None]:
        side = r.lhs if isinstance(r.lhs, Expr) else r.rhs
        infinity = r.rhs if isinstance(r.rhs, Infinity) else r.lhs
        assert isinstance(side, Expr) and isinstance(infinity, Infinity)
        truth = ex.holds(r.op, -infinity.sign if side is r.lhs else infinity.sign)
        return sign_line(self.substitute(side), variable).map(lambda sign: None if sign is None else truth)

    def premises(self, *, anywhere: bool) -> Premises:
        """The condition as it bears on parameters; `anywhere` for those that take values outside of it."""

        def always(relation: Relation, known: Known, assumed: tuple[Formula, ...]) -> bool:
            signs = [points.to_zero(key, "<=>"[sign + 1].replace("=", "==")) for key, sign in known.items()]
            where = TRUE if anywhere else self.to_zero(self.statement.where)
            return case_split.holds(relation, Connective("and", (where, *signs, *assumed)))

        return Premises(_signs_anywhere if anywhere else self.signs_of_parameter, always)

    def signs_of_parameter(self, e: Expr) -> frozenset[int]:
        """The signs of a formula in parameters wherever the condition holds (all three where they are not found)."""
        names = ex.free_names(e)
        try:
            if not names:
                return frozenset((constant_sign(e),))
            if len(names) > 1:
                return self._signs_of_several(e)
            (name,) = names
            inside = merge([self._parts_about(name), sign_line(e, name)])
        except Undecided:
            return frozenset((-1, 0, 1))
        return frozenset(sign for within, sign in (*inside.gaps, *inside.at) if within and sign is not None)

    def _signs_of_several(self, e: Expr) -> frozenset[int]:
        """The signs of a formula in several parameters that the condition does not rule out."""
        if e not in self._signs:
            ways = {1: "<=", 0: "!=", -1: ">="} if self.names_in(self.statement.where) & ex.free_names(e) else {}
            always = self.premises(anywhere=False).always
            excluded = {sign for sign, op in ways.items() if always(points.to_zero(e, op), {}, ())}
            self._signs[e] = frozenset((-1, 0, 1)) - excluded
        return self._signs[e]

    def _parts_about(self, name: str) -> Line[bool]:
        """Where the parts of the condition that are about one name alone hold: no other part adds to that."""
        inside: Line[bool] = constant(True)
        where = self.statement.where
        for part in () if where is None else conjuncts(where):
            if self.names_in(part) == frozenset((name,)):
                inside = _within(inside, self.truth_line(part, name, None))
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


def union_of(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """All names of several sets."""
    return frozenset[str]().union(*sets)


def free_names(leaf: Leaf) -> frozenset[str]:
    """The free names and placeholders of a relation's sides."""
    sides = (leaf.lhs, leaf.rhs) if isinstance(leaf, Relation) else ()
    return union_of(ex.free_names(side) for side in sides if isinstance(side, Expr))


def _powers(e: Expr) -> Iterator[Expr]:
    """The powers in an expression whose exponent is no number."""
    if e.op == "pow" and e.args[1].value is None:
        yield e
    for child in ex.children(e):
        yield from _powers(child)


def _relation_line(e: Expr, op: str, variable: str, region: Line[bool] | None) -> Line[bool | None]:
    """Where `e op 0` holds, None where e is undefined.

    abs(u) <= c is decided as u <= c and -u <= c, so that the zeros of u, many and hard to find where u is an error of
    approximation, need not be known.
    """
    word, cases = _one_sided(e, op) or ("and", ())

    def by_sides() -> Line[bool | None]:
        return connected(word, [_relation_line(case, op, variable, region) for case in cases])

    if last := bool(cases) and not any(_one_sided(case, op) for case in cases):
        with suppress(Undecided):
            return by_sides()
    try:
        return truth_of(signs_within(e, variable, region), op)
    except Undecided:
        if last or not cases:
            raise
    return by_sides()


def _extremum(f: Functional, product: Product) -> Found:
    """The sup or inf of a product."""
    if product.bounds is not None:
        return Found(exact(product.bounds[f.kind == "sup"]), (f"{f.text}: {product.note}",))
    if not product.parts:
        raise Undecided(f"{f.text}, for every n")
    parts = union(product.parts).parts
    value = parts[-1].high if f.kind == "sup" else parts[0].low
    return Found(value, (f"{f.text} = {digits(value)}: {product.note}",))


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


def _within(inside: Line[bool], truth: Line[bool | None]) -> Line[bool]:
    """Where a formula holds inside a region."""
    return merge([inside, truth]).map(lambda pair: pair[0] and pair[1] is True)
