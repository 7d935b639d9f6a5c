"""Syntax trees printed as text: parentheses where the operations need them, and what was typed as it was typed."""

from __future__ import annotations

import ast
import random

import pytest
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.repair.constants import with_simple_constants
from gradproof.proofs.repair.trees import parse, substituted, unparsed
from gradproof.proofs.repair.wording import at_point, both, difference, scaled, shifted

from ...thorough import few


def _number(rng: random.Random, depth: int) -> ast.expr:
    if depth == 0:
        return rng.choice([ast.Name(id="x"), ast.Constant(value=2)])
    match rng.randrange(5):
        case 0:
            return ast.UnaryOp(op=ast.USub(), operand=_number(rng, depth - 1))
        case 1:
            return ast.IfExp(test=_truth(rng, depth - 1), body=_number(rng, depth - 1), orelse=_number(rng, depth - 1))
        case 2:
            option = ast.keyword(arg="a", value=_number(rng, depth - 1))
            return ast.Call(func=ast.Name(id="f"), args=[_number(rng, depth - 1)], keywords=[option])
        case _:
            op = rng.choice([ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow])()
            return ast.BinOp(left=_number(rng, depth - 1), op=op, right=_number(rng, depth - 1))


def _truth(rng: random.Random, depth: int) -> ast.expr:
    if depth == 0 or rng.random() < 0.4:
        return ast.Compare(left=_number(rng, depth), ops=[ast.LtE()], comparators=[_number(rng, depth)])
    if rng.random() < 0.3:
        return ast.UnaryOp(op=ast.Not(), operand=_truth(rng, depth - 1))
    op = rng.choice([ast.And, ast.Or])()
    return ast.BoolOp(op=op, values=[_truth(rng, depth - 1), _truth(rng, depth - 1)])


@pytest.mark.parametrize("seed", few(range(20), lambda seed: seed < 3))
def test_a_tree_that_is_printed_and_read_is_the_same(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(50):
        tree = _truth(rng, 4)
        read = ast.parse(ast.unparse(ast.fix_missing_locations(tree)), mode="eval").body
        assert _flat(ast.parse(unparsed(tree), mode="eval").body) == _flat(read), unparsed(tree)


def _flat(tree: ast.expr) -> str:
    """The tree with a and (b and c) as a and b and c."""

    class Flattened(ast.NodeTransformer):
        def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
            self.generic_visit(node)
            values: list[ast.expr] = []
            for value in node.values:
                match value:
                    case ast.BoolOp(op=op, values=inner) if type(op) is type(node.op):
                        values += inner
                    case _:
                        values.append(value)
            return ast.BoolOp(op=node.op, values=values)

    return ast.dump(Flattened().visit(tree))


def test_what_is_left_alone_keeps_its_digits_and_spaces() -> None:
    text = "0.3333333333333333333333333333*x + f( x,a = 1 )"
    assert unparsed(parse(text)) == text
    assert unparsed(substituted(parse(text), {"y": parse("2")})) == text
    assert unparsed(substituted(parse(f"{text} <= y*2"), {"y": parse("1 - a")})) == f"{text} <= (1 - a)*2"


def test_terms_are_put_together_with_the_parentheses_they_need() -> None:
    assert difference("x", "y - 1") == "x - (y - 1)" and difference("-x", "-y") == "-x - (-y)"
    assert both("x > 0 or x < -1", "x < 5") == "(x > 0 or x < -1) and x < 5"
    assert shifted("x - 1/3", exact(2), True) == "x - 1/3 + 2" and shifted("x - 1", exact(1), True) == "x"
    assert scaled("x**2 + 1", 2) == "2*(x**2 + 1)" and scaled("(x + y)/4", 2) == "2*(x + y)/4"
    assert at_point("D(tanh)", "x", "-1") == "D(tanh)(-1)" and at_point("x**2", "x", "-1") == "((-1)**2)"
    assert with_simple_constants("0.33333333333*x <= 2*(1 + 1e-15)", parameters=False) == "(1/3)*x <= 2"
