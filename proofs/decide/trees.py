"""A line cut into pieces by cases: which pieces there are depends on the signs of formulas in parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..budget import Undecided
from ..expressions.expr import Expr
from ..functions.pieces import primitive

SIGNS = (1, 0, -1)
End: TypeAlias = "Expr | int"
"""A finite end as a formula in the parameters, or the sign of an infinity."""


@dataclass(frozen=True)
class Interval:
    """One smooth formula on an open interval, under assumptions on the parameters."""

    low: End
    high: End
    formula: Expr
    known: Mapping[Expr, int]


@dataclass(frozen=True)
class Branch:
    """Three cases by the sign of a formula in the parameters."""

    key: Expr
    cases: tuple[Tree, Tree, Tree]
    """For the signs 1, 0 and -1."""

    def map(self, f: Callable[[Tree, int], Tree]) -> Branch:
        """The branch with each case changed, of which the sign is told too."""
        up, zero, down = self.cases
        return Branch(self.key, (f(up, 1), f(zero, 0), f(down, -1)))


Tree: TypeAlias = "Branch | tuple[Interval, ...] | None"
"""None: the function is undefined for these parameters."""


def joined(left: Tree, right: Tree) -> Tree:
    """Two neighbouring parts of the line, each with its own cases."""
    if isinstance(left, Branch):
        return left.map(lambda case, sign: joined(case, _assuming(right, left.key, sign)))
    if isinstance(right, Branch):
        return right.map(lambda case, _: joined(left, case))
    if left is None and right is None:
        return None
    if left is None or right is None:
        raise Undecided("a function with parameters that is undefined on a part of the line")
    return (*left, *right)


def _assuming(tree: Tree, key: Expr, sign: int) -> Tree:
    """The cases that are left where the sign of a key is known."""
    if not isinstance(tree, Branch):
        return tree
    (flip, same), (other_flip, other) = primitive(key), primitive(tree.key)
    if same is other:
        return _assuming(tree.cases[SIGNS.index(sign * flip * other_flip)], key, sign)
    return tree.map(lambda case, _: _assuming(case, key, sign))
