"""The reader of the statement language: Python expression syntax, read against a vocabulary and never executed.

Text comes from strangers. It is bounded (length, depth, digits, exponents) before anything expensive happens,
parsed by :mod:`ast`, and translated node by node; what is neither in the reader nor in its vocabulary is refused with
one line. Numbers are exact and come from the literal's source text: ``0.25`` is 1/4.

The result is a tree of frozen nodes: logical connectives over relations and predicates. A number that is
no formula in the free names (``sup(...)``, ``E(...)``, ``float16(...)``) is a :class:`Functional`, held in the
formula under a placeholder name until the engine has computed it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from . import spelling
from .choices import choice, height
from .misreadings import example, foreign, refuse_number
from .placeholders import Placeholders
from .source import MAX_EXPONENT, MAX_ROOT, counted, is_sum, number_from_source, quoted, signed_terms, source_text
from .syntax import (
    Connective,
    DefinedFunction,
    Formula,
    Functional,
    Infinity,
    IntervalDisplay,
    Relation,
    SetDisplay,
    SetFunctional,
    SetValue,
    StatementError,
    Value,
)

MAX_SIZE = 100_000
MAX_HEIGHT = 16
MAX_CHOICES = 48
"""Case distinctions inside one another."""

_COMPARED: dict[type[ast.cmpop], str] = {ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in"}
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="
}  # fmt: skip


# --- vocabularies


@dataclass(frozen=True)
class Word:
    """A word of the language; its class says what it stands for, and `read` makes that of a call."""

    name: str


@dataclass(frozen=True)
class Constant(Word):
    """A word that stands alone for a number, an infinity or a set."""

    value: Expr | Infinity | IntervalDisplay


@dataclass(frozen=True)
class Elementary(Word):
    """A function of one real; alone it is that function of x."""

    apply: Callable[[Expr], Expr]


@dataclass(frozen=True)
class Number(Word):
    """A call that stands for a number; `alone` reads the word without a call, where it can stand so."""

    read: Callable[[Reader, ast.Call], Expr]
    alone: Callable[[Reader], Expr] | None = None


@dataclass(frozen=True)
class Set(Word):
    """A call that stands for a set of numbers."""

    read: Callable[[Reader, ast.Call], SetValue]


@dataclass(frozen=True)
class FunctionSet(Set):
    """A call that stands for a set taken from a function; where a number is needed it is the set's only member."""

    read: Callable[[Reader, ast.Call], SetFunctional]


@dataclass(frozen=True)
class Truth(Word):
    """A call that stands for something true or false."""

    read: Callable[[Reader, ast.Call], Formula]


Words: TypeAlias = Mapping[str, Word]


def table(*words: Word) -> dict[str, Word]:
    """Words by their names."""
    return {word.name: word for word in words}


@dataclass(frozen=True)
class Vocabulary:
    """The words of a reader; how it reads syntax that is not the language's own, and what it makes of the rest."""

    words: Words
    """The words that are reserved: no other thing has such a name, and misspelt ones are recognised."""
    local: Words = field(default_factory=dict[str, Word])
    """Words that go before those, in these statements only."""
    syntax: Callable[[Reader, ast.expr], Expr | None] = lambda _reader, _node: None
    """An expression in syntax of its own; None for what is read as usual."""
    called: Callable[[ast.Call, Expr], Expr] = lambda _node, value: value
    """The value of a call, looked at once more."""
    compared: Callable[[list[ast.expr], Formula], Formula] = lambda _operands, formula: formula
    """A comparison, looked at once more."""
    comparison: Callable[[Reader, ast.Compare], Formula | None] = lambda _reader, _node: None
    """A comparison of what is no value; None for one that is read as usual."""

    def get(self, name: str) -> Word | None:
        """The word of that name."""
        return self.local.get(name) or self.words.get(name)


def _phrase(word: Word) -> str:
    """The kind of thing that a word stands for, in words; it is not a number."""
    match word:
        case Set() | Constant(value=IntervalDisplay()):
            return "a set"
        case Truth():
            return "something true or false"
        case _:
            return f"the word {word.name!r}"


# --- the reader


class Reader:
    """Translates a validated tree, collecting the numbers that are to be computed as it goes."""

    def __init__(
        self, functions: Mapping[str, DefinedFunction], vocabulary: Vocabulary, values: Mapping[str, Expr] | None = None
    ) -> None:
        self.functions = functions
        self.vocabulary = vocabulary
        self.values = values or {}
        """The expressions that names stand for, where not for themselves."""
        self.held = Placeholders()

    def is_taken(self, name: str) -> bool:
        """Whether a name is a function or a word, and so no variable."""
        return name in self.vocabulary.words or name in self.functions

    # --- logic

    def formula(self, node: ast.expr) -> Formula:
        """Something true or false."""
        match node:
            case ast.BoolOp(op=op, values=values):
                return Connective("and" if isinstance(op, ast.And) else "or", tuple(map(self.formula, values)))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Connective("not", (self.formula(operand),))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                own = self.vocabulary.comparison(self, node)
                return self._chain([left, *comparators], ops) if own is None else own
            case ast.Call(func=ast.Name(id=name)) if isinstance(word := self.vocabulary.get(name), Truth):
                return word.read(self, node)
            case ast.Constant(value=bool(truth)):
                return Connective("and" if truth else "or", ())
            case _:
                raise self.no_truth(node)

    def _chain(self, operands: list[ast.expr], ops: list[ast.cmpop]) -> Formula:
        for i, op in enumerate(ops):
            if type(op) not in _OPERATORS:
                word = _COMPARED[type(op)]
                said = spelling.hint(f"{source_text(operands[i])} {word} {source_text(operands[i + 1])}")
                said = "membership is written 0 <= x <= 1" if isinstance(op, ast.In | ast.NotIn) else said
                hint = f"; {said}" if said else ""
                raise StatementError(f"comparison {word!r}: expected one of < <= > >= == !={hint}")
        if truth := next(filter(self._is_truth, operands), None):
            raise StatementError(f"{quoted(truth)}: what is true or false is compared by iff(p, q)")
        values = [self.value(operand) for operand in operands]
        links: list[Formula] = []
        for i, op in enumerate(ops):
            symbol = _OPERATORS[type(op)]
            left, right = source_text(operands[i]), source_text(operands[i + 1])
            shown = f"{left} {symbol} {right}"
            lhs, rhs = values[i], values[i + 1]
            if symbol not in ("==", "!="):  # a set of one equals its number
                lhs, rhs = (self._only_member(side, operands[place]) for side, place in ((lhs, i), (rhs, i + 1)))
                if isinstance(lhs, SetValue) or isinstance(rhs, SetValue):
                    raise StatementError(f"{shown!r}: sets are compared with == and != only")
            links.append(Relation(symbol, lhs, rhs, shown, left, right))
        return self.vocabulary.compared(operands, links[0] if len(links) == 1 else Connective("and", tuple(links)))

    def _is_truth(self, node: ast.expr) -> bool:
        """Whether a side of a comparison is something true or false."""
        match node:
            case ast.Call(func=ast.Name(id=name)):
                return isinstance(self.vocabulary.get(name), Truth)
            case _:
                return isinstance(node, ast.Compare | ast.BoolOp) or isinstance(getattr(node, "op", None), ast.Not)

    def _only_member(self, side: Value, node: ast.expr) -> Value:
        """A set of a function as the number that it should contain; anything else as it is."""
        return self.expression(node) if isinstance(side, SetFunctional) else side

    def no_truth(self, node: ast.expr) -> StatementError:
        """The error of a formula that is none."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not self.is_taken(name := node.func.id):
            properties = [word.name for word in self.vocabulary.words.values() if isinstance(word, Truth)]
            hint = spelling.property_hint(name, properties)
            return StatementError(f"{quoted(node)}: unknown property {name!r}{hint}")
        wanted = "expected something true or false, such as 'tanh(x) < 1', got a number or set"
        return StatementError(f"{quoted(node)}: {wanted}")

    # --- values

    def value(self, node: ast.expr) -> Value:
        """A number, an infinity or a set."""
        match node:
            case ast.Set(elts=elements):
                return SetDisplay(tuple(map(self.expression, elements)))
            case ast.Dict(keys=[]):  # {} is the empty set here
                return SetDisplay(())
            case ast.Name(id=name) if isinstance(word := self.vocabulary.get(name), Constant):
                return word.value
            case ast.Call(func=ast.Name(id=name)) if isinstance(word := self.vocabulary.get(name), Set):
                return word.read(self, node)
            case _:
                return self.extended(node)

    def extended(self, node: ast.expr) -> Expr | Infinity:
        """A number, oo or -oo."""
        match node:
            case ast.Name(id="oo"):
                return Infinity(1)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="oo")):
                return Infinity(-1)
            case _:
                return self.expression(node)

    def expression(self, node: ast.expr) -> Expr:
        """A real expression in the free names."""
        own = self.vocabulary.syntax(self, node)
        result = self._expression(node) if own is None else own
        if height(result) > MAX_HEIGHT:
            raise StatementError(f"{quoted(node)}: functions nested more than {MAX_HEIGHT} deep")
        if height(result, ex.SWITCHES) > MAX_CHOICES:
            raise StatementError(f"{quoted(node)}: cases nested more than {MAX_CHOICES} deep")
        if result.size > MAX_SIZE:
            raise StatementError(f"{quoted(node)}: too large once its functions are written out")
        return result

    def _expression(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return ex.rational(number_from_source(source_text(node)))
            case ast.Name(id=name):
                return self.name(name)
            case ast.BinOp() if is_sum(node):
                return ex.add(*(sign * self.expression(term) for sign, term in signed_terms(node)))
            case ast.BinOp(left=left, op=op, right=right):
                return _arithmetic(self.expression(left), op, self.expression(right), node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.expression(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return choice(self.formula(test), self.expression(body), self.expression(orelse), node)
            case ast.Call():
                return self.vocabulary.called(node, self._call(node))
            case _:
                raise foreign(node)

    def name(self, name: str) -> Expr:
        """A name that stands alone: a constant, a function of its inputs, or a free name."""
        if name in self.values:
            return self.values[name]
        if name in self.functions:
            return self._apply(self.functions[name], [], {})
        match self.vocabulary.get(name):
            case Constant(value=Expr() as value):
                return value
            case Elementary(apply=apply):
                return apply(ex.name("x"))
            case Number(alone=alone) if alone is not None:
                return alone(self)
            case Word():
                hint = spelling.alone(name)
                raise StatementError(f"{name!r} cannot stand alone as a number here{hint}")
            case None:
                pass
        if name.startswith("_") or len(name) > 60:
            raise StatementError(f"name {name!r}: expected a letter, then letters, digits and underscores")
        if (near := spelling.variant(name, [*self.functions, *self.vocabulary.words])) is not None:
            raise StatementError(f"unknown name {name!r}; did you mean {near!r}?")
        return ex.name(name)

    def _call(self, node: ast.Call) -> Expr:
        match node.func:
            case ast.Name(id=name) if name in self.functions:
                keywords = self.keywords(node)
                return self._apply(self.functions[name], list(map(self.expression, node.args)), keywords)
            case ast.Name(id=name):
                return self._call_of_word(node, name)
            case ast.Call() | ast.BinOp():
                self.arguments(node, "a function expression", 1)
                refuse_number(node.func, self.functions)
                body = self.expression(node.func)
                variable = body.args[1] if body.op == "derivative" else self.variable(body, node)
                if body.op != "derivative" and variable in self.held.inside_numbers(body):
                    raise StatementError(f"{quoted(node)}: {variable} also stands inside a number such as sup(...)")
                return calculus.substitute(body, {variable: self.expression(node.args[0])})
            case _:
                raise foreign(node, node.func)

    def _call_of_word(self, node: ast.Call, name: str) -> Expr:
        match self.vocabulary.get(name):
            case Number(read=read):
                return read(self, node)
            case FunctionSet(read=read_set):
                s = read_set(self, node)
                return self.held.functional(Functional(s.kind, s.body, s.text, s.variable, s.at))
            case Elementary(apply=apply):
                return apply(self.argument(node, name))
            case Word() as word if name in self.vocabulary.words:
                raise StatementError(f"{quoted(node)}: expected a number, got {_phrase(word)}")
            case _:
                near = spelling.near(name, [*self.functions, *self.vocabulary.words])
                hint = f"; did you mean {near!r}?" if near else ""
                raise StatementError(f"unknown function {name!r}{hint}")

    def _apply(self, f: DefinedFunction, args: list[Expr], keywords: Mapping[str, Expr]) -> Expr:
        if not args:
            args = [ex.name(i) for i in f.inputs]
        if len(args) != len(f.inputs):
            takes = f"{counted(len(f.inputs), 'input')} ({', '.join(f.inputs)})"
            named = f"; parameters have names: {example(f)}" if f.defaults and len(args) > len(f.inputs) else ""
            raise StatementError(f"{f.name} takes {takes}, got {len(args)}{named}")
        require_parameters(f.name, keywords, f.defaults)
        values = dict(zip(f.inputs, args, strict=True)) | {**f.defaults, **keywords}
        return calculus.substitute(f.body, values)

    # --- arguments of words

    def arguments(self, node: ast.Call, name: str, count: int, options: tuple[str, ...] = ()) -> dict[str, ast.expr]:
        """The keywords of a call that takes `count` arguments and these options."""
        if len(node.args) != count or any(isinstance(a, ast.Starred) for a in node.args):
            takes = f"{name} takes {counted(count, 'argument')}, got {len(node.args)}{spelling.form(name)}"
            raise StatementError(f"{quoted(node)}: {takes}")
        keywords = {str(k.arg): k.value for k in node.keywords}
        if unknown := [k for k in keywords if k not in options]:
            raise StatementError(f"{quoted(node)}: {name} has no option {unknown[0]!r}")
        return keywords

    def argument(self, node: ast.Call, name: str) -> Expr:
        """The argument of a call that takes one."""
        self.arguments(node, name, 1)
        return self.expression(node.args[0])

    def keywords(self, node: ast.Call) -> dict[str, Expr]:
        """The keywords of a call of a function, as numbers."""
        return {str(k.arg): self.expression(k.value) for k in node.keywords}

    def variable(self, body: Expr, node: ast.expr, preferred: str = "x", *, of_product: bool = False) -> str:
        """The name a function is a function of: the preferred one if it occurs, else the only one.

        A product of independent factors alone is a function of its factor's variable, where the word is one of those
        that take such a product.
        """
        self._refuse_misspelt(node)
        if of_product and body.op == "name" and body.args[0] in self.held.products:
            return self.held.products[body.args[0]][2]
        free = {n for n in ex.free_names(body) if "#" not in n}
        if not free and (inner := self.held.inside_numbers(body)):
            raise StatementError(f"{quoted(node)}: a number that depends on {', '.join(sorted(inner))} is no function")
        if not free and self.held.products_in(body):
            raise StatementError(f"{quoted(node)}: a product of independent factors is no function")
        if len(free) > 1 and preferred not in free:
            names = ", ".join(sorted(free))
            raise StatementError(f"{quoted(node)}: a function of which of {names}? use {preferred!r} for it")
        variable = preferred if preferred in free or not free else free.pop()
        self.refuse_product(body, variable, node)
        return variable

    def bound_name(self, node: ast.expr, whole: ast.expr) -> str:
        """A name that a word binds, such as x in exists(x, ...)."""
        if isinstance(node, ast.Name) and not self.is_taken(node.id):
            self.name(node.id)
            return node.id
        raise StatementError(f"{quoted(whole)}: {quoted(node)} is not a name that can be bound")

    def refuse_product(self, body: Expr, variable: str, node: ast.expr) -> None:
        """A product of n factors is known for every whole n, and is no function of n."""
        for name in self.held.products_in(body):
            if variable in ex.free_names(self.held.products[name][1]):
                raise StatementError(f"{quoted(node)}: {self.held.product_texts[name]} is no function of {variable}")

    def _refuse_misspelt(self, node: ast.expr) -> None:
        """A name that stands alone for a function and is almost a known one would be read as the identity."""
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Name):
            name = node.args[0].id
            if self.is_taken(name) or len(name) <= 2:
                return
            elementary = [word.name for word in self.vocabulary.words.values() if isinstance(word, Elementary)]
            if near := spelling.near(name, [*self.functions, *elementary]):
                raise StatementError(f"{quoted(node)}: unknown function {name!r}; did you mean {near!r}?")


def require_parameters(name: str, keywords: Iterable[str], defaults: Mapping[str, object]) -> None:
    """That a function is called with its own parameters."""
    for keyword in keywords:
        if keyword not in defaults:
            own = ", ".join(defaults) or "none"
            raise StatementError(f"{name} has no parameter {keyword!r}; its parameters: {own}")


def _arithmetic(a: Expr, op: ast.operator, b: Expr, node: ast.expr) -> Expr:
    match op:
        case ast.Mult():
            return a * b
        case ast.Div():
            return a / b
        case ast.Pow():
            exponent = b.value
            if exponent is not None and abs(exponent) > MAX_EXPONENT:
                raise StatementError(f"{quoted(node)}: exponents up to {MAX_EXPONENT} are read")
            if exponent is not None and exponent.q > MAX_ROOT:
                written = f"exponents are read up to the denominator {MAX_ROOT}, not {exponent}"
                raise StatementError(f"{quoted(node)}: {written}; of a positive base, write exp({exponent}*log(base))")
            return a**b
        case _:
            raise foreign(node)
