"""A formula in the statement language, shown as MathML in the form in which it was written.

Browsers draw MathML themselves, so the page needs no script and no font for it.
"""

from __future__ import annotations

import ast
import re
from html import escape

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "lambda": "λ", "lambd": "λ",
    "sigma": "σ", "pi": "π", "Phi": "Φ", "oo": "∞",
}  # fmt: skip
LOGIC = {ast.And: "and", ast.Or: "or"}
COMPARISONS = {ast.Lt: "&lt;", ast.LtE: "≤", ast.Gt: "&gt;", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)
OR, AND, NOT, RELATION = range(-3, 1)
"""The tightness with which an expression binds; an operand that binds less tightly than its place needs parentheses."""

TALL = re.compile("<mfrac|<mtable|<munder")
SPACE = '<mspace width="0.4em"></mspace>'

MAX_LENGTH = 4000
"""Longer formulas are unreadable as a picture and are shown as code."""


def mathml(formula: str) -> str:
    """`<math>` for `formula`, or `<code>` where it is too long or no Python expression."""
    try:
        if len(formula) > MAX_LENGTH:
            raise ValueError("too long to draw")
        body = _draw(_parsed(formula))[0]
    except (SyntaxError, ValueError, RecursionError):
        return f"<code>{escape(formula)}</code>"
    return f'<math displaystyle="true">{body}</math>'


def conjuncts(statement: str) -> list[str]:
    """The parts of a statement that its outermost `and` joins, each as text; all of it where there is none."""
    try:
        tree = _parsed(statement)
    except (SyntaxError, ValueError, RecursionError):
        return [statement]
    text = _one_line(statement)
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else []
    return [text[part.col_offset - 1 : (part.end_col_offset or 0) - 1] for part in parts] or [text]


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _parsed(text: str) -> ast.expr:
    """The tree; each number keeps its digits as they are written."""
    tree = ast.parse(source := f"({_one_line(text)})", mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = source[node.col_offset : node.end_col_offset]
    return tree


def _draw(node: ast.expr) -> tuple[str, int]:
    """The MathML of `node` and how tightly it binds."""
    match node:
        case ast.Constant(value=value, kind=digits):
            return f"<mn>{escape(digits or str(value))}</mn>", ATOM
        case ast.Name(id=name):
            return f"<mi>{escape(GREEK.get(name, name))}</mi>", ATOM
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"<mrow><mo>−</mo>{_place(operand, POWER)}</mrow>", SUM
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"<mrow><mtext>not</mtext>{SPACE}{_place(operand, RELATION)}</mrow>", NOT
        case ast.BoolOp(op=op, values=values):
            binds = AND if isinstance(op, ast.And) else OR
            word = f"{SPACE}<mtext>{LOGIC[type(op)]}</mtext>{SPACE}"
            return f"<mrow>{word.join(_place(value, binds + 1) for value in values)}</mrow>", binds
        case ast.Set(elts=members):
            return _listed("{", [_draw(member)[0] for member in members], "}"), ATOM
        case ast.BinOp(left=left, op=op, right=right):
            return _operation(left, op, right)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return _comparison(left, ops, comparators), RELATION
        case ast.IfExp():
            return _cases(node), ATOM
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, arguments)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords) if all(k.arg for k in keywords):
            return _with_parameters(name, arguments, keywords), ATOM
        case ast.Call(func=ast.Call() as function, args=arguments, keywords=[]):
            inside = "<mo>,</mo>".join(_draw(argument)[0] for argument in arguments)
            return f"<mrow>{_place(function, ATOM)}{_parenthesised(inside)}</mrow>", ATOM
    raise ValueError(f"no picture for {ast.dump(node)}")


def _operation(left: ast.expr, op: ast.operator, right: ast.expr) -> tuple[str, int]:
    match op:
        case ast.Add():
            return f"<mrow>{_place(left, SUM)}<mo>+</mo>{_place(right, SUM)}</mrow>", SUM
        case ast.Sub():
            return f"<mrow>{_place(left, SUM)}<mo>−</mo>{_place(right, PRODUCT)}</mrow>", SUM
        case ast.Mult():
            return _product(left, right), PRODUCT
        case ast.Div():
            return f"<mfrac>{_draw(left)[0]}{_draw(right)[0]}</mfrac>", ATOM
        case ast.Pow():
            is_fraction = isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div)
            base = _parenthesised(_draw(left)[0]) if is_fraction else _place(left, ATOM)
            return f"<msup>{base}{_draw(right)[0]}</msup>", POWER
    raise ValueError(f"no picture for {ast.dump(op)}")


def _place(node: ast.expr, needed: int) -> str:
    body, binds = _draw(node)
    return body if binds >= needed else _parenthesised(body)


def _parenthesised(body: str) -> str:
    return f"<mrow>{_fence('(', body)}{body}{_fence(')', body)}</mrow>"


def _fence(sign: str, body: str) -> str:
    """A parenthesis that grows around fractions and tables only."""
    grow = "" if TALL.search(body) else ' stretchy="false"'
    return f"<mo{grow}>{sign}</mo>"


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
        case "D", [function] if isinstance(arguments[0], ast.Name):
            return function.replace("</mi>", "′</mi>"), ATOM
        case "D", [function, order] if isinstance(arguments[1], ast.Constant):
            return f"<msup>{_place(arguments[0], ATOM)}{_parenthesised(order)}</msup>", ATOM
        case "D", [function, variable]:
            slope = f"<mfrac><mo>∂</mo><mrow><mo>∂</mo>{variable}</mrow></mfrac>"
            return f"<mrow>{slope}{_place(arguments[0], ATOM)}</mrow>", PRODUCT
        case "E", [body]:
            return _listed("[", [body], "]", "E"), ATOM
        case "limit", [body, variable, end]:
            under = f"<munder><mi>lim</mi><mrow>{variable}<mo>→</mo>{end}</mrow></munder>"
            return f"<mrow>{under}{SPACE}{_place(arguments[0], SUM)}</mrow>", SUM
        case "interval", [low, high]:
            return _listed("[", [low, high], "]"), ATOM
        case "open_interval", [low, high]:
            return _listed("(", [low, high], ")"), ATOM
    return _applied(name, "<mo>,</mo>".join(drawn)), ATOM


def _listed(left: str, items: list[str], right: str, name: str = "") -> str:
    head, inside = f"<mi>{name}</mi>" if name else "", "<mo>,</mo>".join(items)
    return f"<mrow>{head}{_fence(left, inside)}{inside}{_fence(right, inside)}</mrow>"


def _with_parameters(name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> str:
    """f(x; alpha = 2); f(x; alpha) where the parameter's value bears its name."""
    options = [_option(str(each.arg), each.value) for each in keywords]
    inside = ["<mo>,</mo>".join(_draw(argument)[0] for argument in arguments), "<mo>,</mo>".join(options)]
    return _applied(name, "<mo>;</mo>".join(inside))


def _option(name: str, value: ast.expr) -> str:
    if isinstance(value, ast.Name) and value.id == name:
        return _draw(value)[0]
    return _comparison(ast.Name(name), [ast.Eq()], [value])


def _applied(name: str, inside: str) -> str:
    return f"<mrow><mi>{escape(GREEK.get(name, name))}</mi>{_parenthesised(inside)}</mrow>"
