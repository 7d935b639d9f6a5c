"""A formula in the statement language, shown as MathML in the form in which it was written.

Browsers draw MathML themselves, so the page needs no script and no font for it.
"""

from __future__ import annotations

import ast
from html import escape

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "lambda": "λ", "lambd": "λ",
    "sigma": "σ", "pi": "π", "Phi": "Φ", "oo": "∞",
}  # fmt: skip
COMPARISONS = {ast.Lt: "&lt;", ast.LtE: "≤", ast.Gt: "&gt;", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)
"""The tightness with which an expression binds; an operand that binds less tightly than its place needs parentheses."""

SPACE = '<mspace width="0.4em"></mspace>'

MAX_LENGTH = 4000
"""Longer formulas are unreadable as a picture and are shown as code."""


def mathml(formula: str) -> str:
    """`<math>` for `formula`, or `<code>` where it is too long or no Python expression."""
    try:
        if len(formula) > MAX_LENGTH:
            raise ValueError("too long to draw")
        body = _draw(ast.parse(formula, mode="eval").body)[0]
    except (SyntaxError, ValueError, RecursionError):
        return f"<code>{escape(formula)}</code>"
    return f'<math displaystyle="true">{body}</math>'


def _draw(node: ast.expr) -> tuple[str, int]:
    """The MathML of `node` and how tightly it binds."""
    match node:
        case ast.Constant(value=value):
            return f"<mn>{escape(str(value))}</mn>", ATOM
        case ast.Name(id=name):
            return f"<mi>{escape(GREEK.get(name, name))}</mi>", ATOM
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"<mrow><mo>−</mo>{_place(operand, POWER)}</mrow>", SUM
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return f"<mrow>{_place(left, SUM)}<mo>+</mo>{_place(right, SUM)}</mrow>", SUM
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return f"<mrow>{_place(left, SUM)}<mo>−</mo>{_place(right, PRODUCT)}</mrow>", SUM
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _product(left, right), PRODUCT
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return f"<mfrac>{_draw(left)[0]}{_draw(right)[0]}</mfrac>", ATOM
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"<msup>{_place(left, ATOM)}{_draw(right)[0]}</msup>", POWER
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return _comparison(left, ops, comparators), 0
        case ast.IfExp():
            return _cases(node), ATOM
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, arguments)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords) if all(k.arg for k in keywords):
            return _with_parameters(name, arguments, keywords), ATOM
    raise ValueError(f"no picture for {ast.dump(node)}")


def _place(node: ast.expr, needed: int) -> str:
    body, binds = _draw(node)
    return body if binds >= needed else _parenthesised(body)


def _parenthesised(body: str) -> str:
    return f"<mrow><mo>(</mo>{body}<mo>)</mo></mrow>"


def _product(left: ast.expr, right: ast.expr) -> str:
    first, second = _place(left, PRODUCT), _place(right, SIGN)
    between_numbers = isinstance(right, ast.Constant) or second.startswith("<mrow><mn>")
    sign = "<mo>·</mo>" if between_numbers else '<mspace width="0.17em"></mspace>'
    return f"<mrow>{first}{sign}{second}</mrow>"


def _comparison(left: ast.expr, ops: list[ast.cmpop], comparators: list[ast.expr]) -> str:
    parts = [_place(left, SUM)]
    for op, right in zip(ops, comparators, strict=True):
        if type(op) not in COMPARISONS:
            raise ValueError(f"no picture for {ast.dump(op)}")
        parts.append(f"<mo>{COMPARISONS[type(op)]}</mo>{_place(right, SUM)}")
    return f"<mrow>{''.join(parts)}</mrow>"


def _cases(node: ast.expr) -> str:
    rows = []
    while isinstance(node, ast.IfExp):
        rows.append((_draw(node.body)[0], f"<mrow><mtext>if</mtext>{SPACE}{_draw(node.test)[0]}</mrow>"))
        node = node.orelse
    rows.append((_draw(node)[0], "<mtext>otherwise</mtext>"))
    cells = "".join(f"<mtr><mtd>{value}</mtd><mtd>{when}</mtd></mtr>" for value, when in rows)
    return f'<mtable class="cases">{cells}</mtable>'


def _call(name: str, arguments: list[ast.expr]) -> tuple[str, int]:
    drawn = [_draw(argument)[0] for argument in arguments]
    match name, drawn:
        case "exp", [power]:
            return f"<msup><mi>e</mi>{power}</msup>", POWER
        case "sqrt", [body]:
            return f"<msqrt>{body}</msqrt>", ATOM
        case "abs", [body]:
            return f"<mrow><mo>|</mo>{body}<mo>|</mo></mrow>", ATOM
    return _applied(name, "<mo>,</mo>".join(drawn)), ATOM


def _with_parameters(name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> str:
    """f(x; alpha = 2)."""
    options = [_comparison(ast.Name(str(each.arg)), [ast.Eq()], [each.value]) for each in keywords]
    inside = ["<mo>,</mo>".join(_draw(argument)[0] for argument in arguments), "<mo>,</mo>".join(options)]
    return _applied(name, "<mo>;</mo>".join(inside))


def _applied(name: str, inside: str) -> str:
    return f"<mrow><mi>{escape(GREEK.get(name, name))}</mi>{_parenthesised(inside)}</mrow>"
