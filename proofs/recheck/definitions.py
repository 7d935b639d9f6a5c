"""The definitions that a certificate may make: the catalogue's, and functions of x under names that mean nothing else.

A name that a stranger may define is neither a word of the language nor one that can stand for a free number. A
function of the catalogue, or an elementary one by its usual name, has to be defined as there: entries are read from the
texts of catalogue/entries.py and catalogue/elementary.py, which are not executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ELEMENTARY = frozenset(
    {"exp", "log", "sqrt", "abs", "sign", "erf", "erfc", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "Phi"}
)
NUMBERS = frozenset({
    "sup", "inf", "lipschitz", "continuity", "E", "Var", "limit", "product",
    "float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2",
})  # fmt: skip
PROPERTIES = frozenset({
    "increasing", "decreasing", "monotone", "convex", "concave", "odd", "even", "bounded", "differentiable", "smooth",
    "positive", "identity_near", "approx", "asymptotic", "exists", "forall",
})  # fmt: skip
SETS = frozenset({"range", "argmax", "argmin", "zeros", "subdifferential", "interval", "open_interval", "reals"})
VECTORS = frozenset({
    "sum", "mean", "norm", "dot", "J", "symmetric", "positive_semidefinite", "row_sums", "column_sums", "trace", "diag",
    "off_diagonal", "spectral_norm", "smallest_eigenvalue", "transpose", "outer", "softmax", "log_softmax", "softmin",
    "logsumexp", "log_sum_exp", "center", "mean_center", "layer_norm", "rms_norm", "l2_normalize",
})  # fmt: skip
UNREAD = frozenset({"asin", "acos", "E2", "iff", "table", "floor", "ceil", "round", "integral", "inverse"})
"""Words that the re-checker has no meaning for: it confirms no statement with one of them."""
WORDS = (
    ELEMENTARY | NUMBERS | PROPERTIES | SETS | VECTORS | UNREAD
    | {"D", "max", "min", "pi", "e", "oo", "true", "false"}
)  # fmt: skip
"""The words of the language; none can be defined, or stand for a free number."""


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Every name and alias of the catalogue, with its definition in the form that certificates use."""
    entries: dict[str, dict[str, Any]] = {}
    for node in _parsed("entries.py"):
        match node:
            case ast.Call(func=ast.Name(id="Activation"), args=[name, formula, *_], keywords=keywords):
                fields = {k.arg: k.value for k in keywords}
                parameters = [[*map(_literal, call.args)] for call in getattr(fields.get("parameters"), "elts", ())]
                definition = {
                    "inputs": [*_literal(fields.get("inputs"))] or ["x"],
                    "parameters": {key: default for key, default, *_ in parameters},
                    "formula": _literal(formula),
                }
                entries |= dict.fromkeys((_literal(name), *_literal(fields.get("aliases"))), definition)
            case _:
                pass
    for node in _parsed("elementary.py"):
        match node:
            case ast.AnnAssign(target=ast.Name(id="NAMED_FORMULAS"), value=formulas):
                for name, formula in _literal(formulas).items():
                    if name not in WORDS and name not in entries:
                        entries[name] = {"inputs": ["x"], "parameters": {}, "formula": formula}
            case _:
                pass
    return entries


def _parsed(file: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse((Path(__file__).parents[1] / "catalogue" / file).read_text("utf-8")))


def _literal(node: Any) -> Any:
    return () if node is None else ast.literal_eval(node)


def own(functions: Mapping[str, Any]) -> dict[str, str]:
    """The formulas of the definitions that are not the catalogue's."""
    return {name: stated["formula"] for name, stated in functions.items() if name not in catalogue()}


def refusal(functions: Mapping[str, Any], trees: list[Any]) -> str | None:
    """Why definitions cannot be accepted for formulas, given as their trees; None when they can."""
    numbers = {"x", "z", *(name for f in catalogue().values() for name in (*f["inputs"], *f["parameters"]))}
    for name, stated in functions.items():
        if name in catalogue():
            if stated != catalogue()[name]:
                return f"{name}: the definition is not the catalogue's"
        elif not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{1,60}", name) or name in WORDS | numbers:
            return f"{name[:40]!r}: not a name that a certificate may define"
        elif stated["inputs"] != ["x"] or stated["parameters"]:
            return f"{name}: expected a function of x without parameters"
    for name in (name for tree in trees for name in _standing_alone(tree)):
        if name in own(functions):
            return f"{name}: without its argument it could be a free number; write {name}(x)"
    return None


def _standing_alone(tree: Any) -> Iterator[str]:
    """The names in a formula that are neither called nor the whole argument of a word that takes a function."""
    as_functions: set[ast.AST | None] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            as_functions.add(node.func)
            if isinstance(node.func, ast.Name) and node.func.id in NUMBERS | PROPERTIES | SETS | {"D"}:
                as_functions.add(node.args[0] if node.args else None)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node not in as_functions:
            yield node.id
