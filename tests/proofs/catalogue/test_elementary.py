"""Elementary functions by the names that libraries give them, and formulas with parameters."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from gradproof.numerics.oracle.reference import reference
from gradproof.proofs.catalogue.elementary import NAMED_FORMULAS
from gradproof.proofs.catalogue.entries import UnknownActivation, known_functions
from gradproof.proofs.catalogue.parse import definition, parse_expression
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.vocabulary.words import WORDS

NEAR_ZERO = [5e-324, -1e-300, 2.0**-60, -(2.0**-27), 1e-5, -0.3]
NEAR_ONE = [1 + 2.0**-52, 1 + 2.0**-30, 1.5]


@pytest.mark.parametrize("name", NAMED_FORMULAS)
def test_a_name_is_read_as_a_function_of_x(name):
    entry = definition(name)
    assert (entry.name, entry.inputs, entry.parameters) == (name, ("x",), ())
    assert entry.expr() == parse_expression(NAMED_FORMULAS[name])
    known = known_functions().get(name)
    assert known is None if name in WORDS else (known is not None and known.redefinable), "words come first"


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("expm1", NEAR_ZERO), ("log1p", NEAR_ZERO), ("sinh", NEAR_ZERO), ("asinh", NEAR_ZERO), ("asin", NEAR_ZERO),
        ("atanh", NEAR_ZERO), ("log", NEAR_ONE), ("log2", NEAR_ONE), ("acosh", NEAR_ONE), ("asinh", [-1e300, 1e300]),
    ],
)  # fmt: skip
def test_values_keep_every_digit_near_a_zero(name, points):
    x = np.array(points)
    with mpmath.workprec(4000):
        truth = [mpmath.log(t, 2) if name == "log2" else getattr(mpmath, name)(t) for t in map(mpmath.mpf, points)]
    assert reference(name, x).value.tolist() == [float(t) for t in truth]


def test_a_formula_may_have_parameters():
    bell = definition("exp(-a*x*x)")
    assert [(p.name, p.default) for p in bell.parameters] == [("a", "")]
    assert bell.expr(a="0.5") == parse_expression("exp(-x*x/2)")
    with pytest.raises(StatementError, match="a function of x alone, or values for a"):
        bell.expr()
    with pytest.raises(ValueError, match="no parameter 'b'"):
        bell.expr(a=1, b=2)


@pytest.mark.parametrize("name", ["tan", "expm2", "nosuch"])
def test_other_names_are_still_unknown(name):
    with pytest.raises(UnknownActivation):
        definition(name)
