"""The truth for gates: the oracle's at every point, and none at a kink."""

import numpy as np
import pytest
from gradproof.crosschecks.trials.several_inputs import gated_condition, gated_reference
from gradproof.numerics.floats.formats import exact
from gradproof.numerics.oracle.reference import condition, reference
from gradproof.proofs.catalogue.entries import activation, catalogue
from gradproof.proofs.expressions.calculus import substitute
from gradproof.proofs.expressions.expr import name, rational

from ...thorough import every, few

GATES = [entry for entry in catalogue() if len(entry.inputs) == 2]
A = np.array([-1e300, -30.5, -7.0, -1.25, 1e-310, 0.5, 3.0, 6.5, 41.0, 1e300])
B = np.array([2.0, -1e5, 8.0, -0.75, 5.0, 1e-20, -7.5, 0.1, 700.0, -3.0])


def test_gates_were_seen() -> None:
    assert len(GATES) >= 7


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("variable", [0, 1])
@pytest.mark.parametrize("entry", few(GATES, every(2)), ids=lambda e: e.name)
def test_it_is_what_the_oracle_says_of_one_input_with_the_other_held(entry, variable, order) -> None:
    known, defined = gated_reference(entry, {}, order, variable, [A, B])
    kappa = gated_condition(entry, {}, order, variable, [A, B])
    assert defined.all()
    for index in range(len(A)):
        held = {n: rational(exact(x[index])) for n, x in zip(entry.inputs, (A, B), strict=True)}
        held[entry.inputs[variable]] = name("x")
        section, x = substitute(entry.expr(), held), (A, B)[variable][index : index + 1]
        truth = reference(section, x, order=order)
        assert known.value[index] == truth.value[0]
        assert known.ulp_exponent[index] == truth.ulp_exponent[0]
        assert abs(known.residual[index] - truth.residual[0]) < 2.0**-45
        assert kappa[index] >= condition(section, x, order=order)[0] * (1 - 1e-9)


def test_at_a_kink_only_the_derivative_across_it_has_no_value() -> None:
    a, b = np.array([0.0, 0.0]), np.array([3.0, -2.0])
    entry = activation("reglu")
    assert gated_reference(entry, {}, 0, 0, [a, b])[1].all()
    assert not gated_reference(entry, {}, 1, 0, [a, b])[1].any()
    along, defined = gated_reference(entry, {}, 1, 1, [a, b])
    assert defined.all()
    assert along.value.tolist() == [0, 0]


def test_what_is_not_finite_is_not_judged() -> None:
    known, defined = gated_reference(activation("glu"), {}, 0, 0, [np.array([np.inf, 1.0]), np.array([1.0, np.nan])])
    assert not defined.any()
    assert np.isnan(known.value).all()
