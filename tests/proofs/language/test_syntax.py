"""The fold of truths: Kleene's tables for what is unknown, strict ones for what is undefined at a point."""

from __future__ import annotations

from itertools import product

import pytest
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.language.syntax import Connective, Leaf, Relation, conjuncts, fold, kleene, where_defined

THREE = (True, False, None)


@pytest.mark.parametrize(("a", "b"), list(product(THREE, THREE)))
def test_what_is_unknown_may_be_either(a: bool | None, b: bool | None) -> None:
    for op, connect in (("and", all), ("or", any)):
        completions = {connect(c) for c in product(*((True, False) if t is None else (t,) for t in (a, b)))}
        assert kleene(op, (a, b)) is (completions.pop() if len(completions) == 1 else None)
        assert where_defined(op, (a, b)) is (None if None in (a, b) else connect((a, b)))
    assert kleene("not", (a,)) is where_defined("not", (a,)) is (None if a is None else not a)


def test_a_formula_is_folded_leaf_by_leaf() -> None:
    a, b, c = (Relation("<", ex.name(name), ex.ZERO, name) for name in "abc")
    formula = Connective("and", (a, Connective("or", (b, Connective("not", (c,))))))
    seen: list[str] = []

    def leaf(relation: Leaf) -> bool | None:
        seen.append(relation.text)
        return relation.text == "a"

    assert fold(formula, leaf, kleene) is True and seen == ["a", "b", "c"]
    assert conjuncts(formula) == [a, formula.parts[1]]
    assert kleene("and", ()) is True and kleene("or", ()) is False
