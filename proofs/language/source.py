"""Text to Python syntax trees that remember their source; and how much of it is read.

Text comes from strangers: it is bounded (length, depth, digits, nodes) before anything expensive happens.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import TypeGuard, TypeVar

from ..budget import spend
from . import spelling
from .syntax import StatementError

T = TypeVar("T")

MAX_LENGTH = 100_000
MAX_FORMULA = 1_000_000
"""Characters of a formula, which may be a table of thousands of entries."""
MAX_DEPTH = 60
MAX_DIGITS = 1_000
MAX_EXPONENT = 10_000
MAX_ROOT = 64
"""The largest denominator of an exponent."""
MAX_NODES = 40_000
_EXAMPLES = {
    "statement": "D(tanh)(x) <= 1 and increasing(gelu) are",
    "where": "x > 0 is",
    "formula": "x*tanh(exp(x)) is",
}
"""An example of each kind of text, and its verb."""


def syntax_tree(text: str, what: str) -> ast.expr:
    """Bounded parsing to a Python expression tree."""
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # not every caller has a type checker
        raise StatementError(f"{what}: expected text, got {type(text).__name__}")
    shown = text if len(text) <= 80 else text[:77] + "..."
    most = MAX_FORMULA if what == "formula" else MAX_LENGTH
    if len(text) > most:
        raise StatementError(f"{what} of {len(text)} characters: at most {most} are read")
    if not text.strip():
        raise StatementError(f"{what} is empty")
    if not text.isascii() or any(c in text for c in "\\\0\"'`#;@"):
        reason = spelling.hint(text) or "expected plain ASCII without quotes, backslashes or comments"
        raise StatementError(f"{what} {shown!r}: {reason}")
    if any(len(run) > MAX_DIGITS for run in re.findall(r"[0-9_.eE]+", text)):
        raise StatementError(f"{what} {shown!r}: a number may have at most {MAX_DIGITS} digits")
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise StatementError(f"{what} {shown!r}: nested {deepest} deep, at most {MAX_DEPTH} levels are read")
    flat = re.sub(HEXADECIMAL, _decimal, " ".join(text.split()))
    try:
        tree = ast.parse(flat, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reason = getattr(error, "msg", None) or "too deeply nested"
        foreign = f"not in the statement language ({reason}); {_EXAMPLES.get(what, _EXAMPLES['statement'])}"
        said = spelling.hint(flat) or foreign
        if what == "formula" and (definition := re.fullmatch(r"\w+\(x\) *=(?!=) *(.+)", flat)):
            said = f"a formula stands alone: {definition[1]}"
        raise StatementError(f"{what} {shown!r}: {said}") from None
    level: list[tuple[ast.AST, int]] = [(tree, 1)]
    count = 0
    while level:
        node, depth = level.pop()
        count += 1
        if depth > 4 * MAX_DEPTH or count > (MAX_FORMULA // 16 if what == "formula" else MAX_NODES):
            raise StatementError(f"{what} {shown!r}: too deeply nested or too long")
        if isinstance(node, ast.expr):
            setattr(node, _SOURCE, flat[node.col_offset : node.end_col_offset])
        inner = node.left if is_sum(node) else None
        level.extend((child, depth + (child is not inner)) for child in ast.iter_child_nodes(node))
    spend(count // 10)
    return tree


@lru_cache(maxsize=512)
def formula_tree(text: str) -> ast.expr:
    """A formula's tree: that of a ledger's table is long, and read for each statement."""
    return syntax_tree(text, "formula")


def is_sum(node: ast.AST) -> TypeGuard[ast.BinOp]:
    """Whether a node adds or subtracts: a long sum is no deep one, and is read term by term."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def signed_terms(node: ast.expr) -> list[tuple[int, ast.expr]]:
    """The terms of a sum in their order, each with its sign."""
    terms: list[tuple[int, ast.expr]] = []
    while is_sum(node):
        terms.append((1 if isinstance(node.op, ast.Add) else -1, node.right))
        node = node.left
    return [(1, node), *reversed(terms)]


def in_pairs(parts: list[T], combine: Callable[[T, T], T]) -> T:
    """All parts combined, neighbours first, so that many are not nested deep."""
    while len(parts) > 1:
        last = parts[-1:] if len(parts) % 2 else []
        parts = [combine(a, b) for a, b in zip(parts[::2], parts[1::2], strict=False)] + last
    return parts[0]


HEXADECIMAL = r"(?<![\w.])0x([0-9a-f]+)\.?([0-9a-f]*)(?:p([+-]?[0-9]{1,4}))?(?![\w.])"
"""A number as C and Python's float.hex() write it, 0x1.8p+0: a whole part, a fraction and a power of 2.
What stands beside it is never read into it: 0x1E3 and 1.0x1 are no numbers."""


def _decimal(number: re.Match[str]) -> str:
    """The same number in the language's own spelling."""
    whole, fraction, exponent = number.groups()
    power = int(exponent or 0) - 4 * len(fraction)
    return f"({int(whole + fraction, 16)}*2**({power}))" if power else str(int(whole + fraction, 16))


_SOURCE = "gradproof_source"


def source_text(node: ast.AST) -> str:
    """The text a node was read from: `ast` itself keeps only the nearest float of a decimal."""
    text = getattr(node, _SOURCE, "")
    return f"({text})" if isinstance(node, ast.IfExp) else text


def quoted(node: ast.AST) -> str:
    """The node's text, short enough for an error line."""
    text = source_text(node)
    return repr(text if len(text) <= 80 else text[:77] + "...")


def counted(number: int, noun: str) -> str:
    """`1 argument`, `2 arguments`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def number_from_source(source: str) -> Fraction:
    """The exact value of a numeric literal."""
    if not re.fullmatch(r"[0-9]*\.?[0-9]*([eE][+-]?[0-9]{1,9})?", source) or not re.search(r"[0-9]", source):
        raise StatementError(f"number {source!r}: expected decimal digits, such as 0.25 or 1e-6")
    exponent = re.search(r"[eE]([+-]?[0-9]+)$", source)
    if exponent and abs(int(exponent[1])) > MAX_EXPONENT:
        raise StatementError(f"number {source!r}: exponents up to {MAX_EXPONENT} are read")
    return Fraction(source)
