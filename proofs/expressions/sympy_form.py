"""Expressions as SymPy objects, for display and for proposals. SymPy proves nothing here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .expr import Expr


@lru_cache(maxsize=4096)
def to_sympy(e: Expr) -> Any:
    """The same expression in SymPy, its names real symbols."""
    import sympy

    match e.op:
        case "rational":
            return sympy.Rational(int(e.args[0].p), int(e.args[0].q))
        case "name":
            return sympy.Symbol(e.args[0], real=True)
        case "pi":
            return sympy.pi
        case "add":
            return sympy.Add(*map(to_sympy, e.args))
        case "mul":
            return sympy.Mul(*map(to_sympy, e.args))
        case "pow":
            return sympy.Pow(to_sympy(e.args[0]), to_sympy(e.args[1]))
        case "abs":
            return sympy.Abs(to_sympy(e.args[0]))
        case "max" | "min":
            return (sympy.Max if e.op == "max" else sympy.Min)(*map(to_sympy, e.args))
        case "if":
            relation, u, a, b = e.args
            relations = {">": sympy.Gt, ">=": sympy.Ge, "<": sympy.Lt, "<=": sympy.Le, "==": sympy.Eq, "!=": sympy.Ne}
            return sympy.Piecewise((to_sympy(a), relations[relation](to_sympy(u), 0)), (to_sympy(b), True))
        case "derivative":
            body, variable, at = e.args
            symbol = sympy.Symbol(variable, real=True)
            return sympy.diff(to_sympy(body), symbol).subs(symbol, to_sympy(at))
        case op:
            return getattr(sympy, op)(to_sympy(e.args[0]))


def latex(e: Expr) -> str:
    """The expression in LaTeX, as a notebook shows it."""
    import sympy

    return sympy.latex(to_sympy(e))
