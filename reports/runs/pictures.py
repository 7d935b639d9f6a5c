"""The place that a claim is about, as curves for a small plot: its two sides, or the function it names.

A picture shows; it decides nothing. What has no curve over one variable has no picture.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeGuard

from ...proofs.budget import Undecided, budget
from ...proofs.catalogue.entries import known_functions
from ...proofs.catalogue.parse import parse_number
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.expressions.printing import to_text
from ...proofs.functions.pieces import value_at
from ...proofs.language.reading import read_expression, with_functions
from ...proofs.language.source import syntax_tree
from ...proofs.language.syntax import StatementError
from ...proofs.normal_forms.signs import Undefined
from ...proofs.reals.reals import exact
from ...proofs.vocabulary.words import WORDS
from .curves import curves

SPACED = re.compile(r" (\*\*|[*/]) ")
"""Operators that are written without spaces around them."""
STEPS = 2_000
"""Steps of the engine's budget for one picture."""
CLOSE = 0.02
"""Sides that differ by less than this part of the picture's height are drawn as their difference."""
LEVELS = ("sup", "inf", "range", "limit")
"""Words for values of a function: the number beside one is drawn as a level."""
PLACES = ("argmax", "argmin")
SHAPES = (
    "lipschitz", "continuity", "subdifferential", "zeros", "product", "increasing", "decreasing", "monotone", "convex",
    "concave", "odd", "even", "bounded", "differentiable", "smooth", "positive", "identity_near",
)
"""Words about a function, with nothing beside them to be drawn."""


def picture(claim: Mapping[str, Any], functions: Mapping[str, str]) -> dict[str, Any] | None:
    """`{"variable", "held", "window", "curves": [{"name", "height", "pieces"}], "marks": [{"x", "y"}]}`, or None.

    Curves of the first comparison, or of the first function that a word is about, that can be drawn; the others of the
    claim's names are `held` at the values of its counterexample. A mark is at the counterexample, else at the
    statement's own argmax or argmin.
    """
    if not claim["statement"]:
        return None
    try:
        with budget(STEPS):
            return _Picture(claim, functions).drawn()
    except (StatementError, Undecided, Undefined, ValueError, ArithmeticError, RecursionError):
        return None


class _Picture:
    def __init__(self, claim: Mapping[str, Any], functions: Mapping[str, str]) -> None:
        self.known = with_functions(known_functions(), functions, WORDS)
        self.tree = syntax_tree(claim["statement"], "statement")
        self.holds = claim["verdict"] == "proved"
        blame = claim["counterexample"] or {"at": {}}
        self.at = {name: parse_number(text) for name, text in blame["at"].items() if name.isidentifier()}

    def drawn(self) -> dict[str, Any] | None:
        """The first picture that can be made."""
        for sides in self._candidates():
            try:
                if (found := self._picture(sides)) is not None:
                    return found
            except (StatementError, Undefined):
                continue
        return None

    def _candidates(self) -> Iterator[list[ast.expr]]:
        """The sides of each comparison, then the function that each word is about, with the number beside it."""
        comparisons = [node for node in ast.walk(self.tree) if isinstance(node, ast.Compare)]
        sided = [[node.left, *node.comparators] for node in comparisons]
        yield from (sides for sides in sided if any(isinstance(side, ast.Call | ast.BinOp) for side in sides))
        for sides in sided:
            words = [side for side in sides if _is_word(side, LEVELS)]
            yield from ([self._applied(word.args[0]), *(s for s in sides if s is not word)] for word in words)
        for node in ast.walk(self.tree):
            if _is_word(node, (*LEVELS, *PLACES, *SHAPES)):
                yield [self._applied(node.args[0])]

    def _applied(self, node: ast.expr) -> ast.expr:
        """A function, or an expression of functions, at x."""
        return _Applied(self.known).visit(ast.parse(ast.unparse(node), mode="eval").body)

    def _picture(self, sides: list[ast.expr]) -> dict[str, Any] | None:
        texts = [ast.unparse(side) for side in sides]
        exprs = [read_expression(text, self.known, WORDS) for text in texts]
        names = sorted(frozenset[str]().union(*map(ex.free_names, exprs)))
        variable = next((name for name in ("x", "z") if name in names), names[-1] if names else None)
        if variable is None:
            return None
        held = {name: self.at[name] for name in names if name in self.at and name != variable}
        if {*names} - {*held, variable}:
            return None
        exprs = [calculus.substitute(expr, held) for expr in exprs]
        places = [exact(place) for place in self._places(variable)]
        drawn = self._curves(exprs, texts, variable, [float(place) for place in places])
        marked = exprs if self.at else exprs[:1]
        values = [(place, value_at(expr, variable, place)) for place in places for expr in marked]
        return {"variable": variable, "held": {name: to_text(value) for name, value in held.items()}, **drawn,
                "marks": [{"x": float(place), "y": float(value)} for place, value in values]}  # fmt: skip

    def _curves(self, exprs: list[Expr], texts: list[str], variable: str, places: list[float]) -> dict[str, Any]:
        shapes = [curves(expr, variable=variable, places=places) for expr in exprs]
        heights = [shape["orders"][0]["height"] for shape in shapes]
        low, high = min(low for low, _ in heights), max(high for _, high in heights)
        if len(exprs) == 2 and not self.holds:
            apart = curves(exprs[0] - exprs[1], variable=variable, places=places)
            if max(map(abs, apart["orders"][0]["height"])) < CLOSE * (high - low):
                exprs[:] = [exprs[0] - exprs[1]]
                shapes, texts = [apart], [f"{texts[0]} - {texts[1]}"]
        lines = [{key: shape["orders"][0][key] for key in ("height", "pieces")} for shape in shapes]
        named = zip(texts, lines, strict=True)
        return {"window": shapes[0]["window"],
                "curves": [{"name": SPACED.sub(r"\1", text), **line} for text, line in named]}  # fmt: skip

    def _places(self, variable: str) -> list[Expr]:
        """The counterexample's point or points, or where the statement says that the function is extremal."""
        if variable in self.at:
            return [self.at[variable]]
        if pair := [value for name, value in self.at.items() if name.rstrip("0123456789") == variable]:
            return pair
        places = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Compare) and _is_word(node.left, PLACES):
                with suppress(StatementError):
                    places.append(parse_number(ast.unparse(node.comparators[0])))
        return places


def _is_word(node: ast.AST, among: tuple[str, ...]) -> TypeGuard[ast.Call]:
    """Whether it is one of these words, applied to something."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in among and bool(node.args)


class _Applied(ast.NodeTransformer):
    """Writes functions without arguments, `gelu` and `D(gelu)`, as their values at x."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id == "D" and len(node.args) == 1:
            return ast.Call(node, [ast.Name("x")], [])
        if isinstance(node.func, ast.Name) and node.func.id in self.known:
            if not node.args:
                node.args.append(ast.Name("x"))
            return node
        node.args = [self.visit(each) for each in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Call(node, [ast.Name("x")], []) if node.id in self.known else node

