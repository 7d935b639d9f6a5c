"""The catalogue: every entry usable, variants that differ where frameworks do, names that do not get in the way."""

import pytest
from gradproof.proofs.catalogue.entries import activation, catalogue, known_functions
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.datasheets.function import facts
from gradproof.proofs.functions.landscape import landscape
from gradproof.proofs.reals.reals import Real
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

ENTRIES = catalogue()
SHIPPED = {
    "torch": """
        threshold relu hardtanh hardswish relu6 elu selu celu leaky_relu prelu rrelu glu gelu logsigmoid
        hardshrink tanhshrink softsign softplus softshrink tanh sigmoid hardsigmoid silu mish
    """,
    "jax": """
        relu relu6 sigmoid softplus sparse_plus sparse_sigmoid soft_sign silu swish log_sigmoid leaky_relu
        hard_sigmoid hard_silu hard_swish hard_tanh elu celu selu gelu glu squareplus mish identity log1mexp
    """,
    "keras": """
        celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear
        log_sigmoid mish relu relu6 selu sigmoid silu soft_shrink softplus softsign sparse_plus
        sparse_sigmoid squareplus tanh tanh_shrink threshold
    """,
    "transformers": """
        gelu gelu_10 gelu_fast gelu_new gelu_python gelu_pytorch_tanh gelu_accurate laplace leaky_relu
        linear mish quick_gelu relu relu2 relu6 sigmoid silu sqrtsoftplus swish tanh prelu xielu
    """,
    "onnx": """
        affine celu elu erf gelu hard_sigmoid hard_swish leaky_relu mish prelu relu scaled_tanh selu shrink
        sigmoid softplus softsign swish tanh thresholded_relu
    """,
}
"""What each ships that is elementwise, in its own spelling."""


def test_what_the_frameworks_ship_is_there() -> None:
    assert len(ENTRIES) >= 90
    assert len(SHIPPED) == 5
    for framework, names in SHIPPED.items():
        assert set(names.split()) <= known_functions().keys(), framework


def test_an_entry_and_a_call_of_it_are_one_expression() -> None:
    assert all(entry.template is known_functions()[entry.name].body for entry in ENTRIES)


def test_variants_name_an_entry_and_take_its_place_in_no_statement() -> None:
    variants = [entry for entry in ENTRIES if entry.variant_of is not None]
    assert len(variants) >= 9
    for entry in variants:
        assert activation(entry.variant_of or "").expr() is not entry.expr(), entry.name


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("leaky_relu_keras(x) == leaky_relu(x, negative_slope=0.2)", Verdict.PROVED),
        ("leaky_relu_keras(x) == leaky_relu(x)", Verdict.REFUTED),
        ("softplus_torch(x) == softplus(x)", Verdict.REFUTED),
        ("sup(abs(softplus_torch - softplus)) == log(1 + exp(-20))", Verdict.PROVED),
        ("continuity(softplus_torch) == -1", Verdict.PROVED),
        ("abs(selu_onnx(x) - selu(x)) <= 1e-7*(1 + abs(x))", Verdict.PROVED),
        ("gelu_jax(x) == gelu_tanh(x)", Verdict.PROVED),
        ("gelu_fast(1) == gelu_tanh(1)", Verdict.REFUTED),
        ("swish(x) == silu(x)", Verdict.PROVED),
        ("swish(x, beta=1.702) == quick_gelu(x)", Verdict.PROVED),
        ("hard_sigmoid_onnx(x) == hard_sigmoid(x)", Verdict.REFUTED),
        ("hard_sigmoid_paddle(1) > hard_sigmoid(1)", Verdict.PROVED),
        ("increasing(xielu) or decreasing(xielu)", Verdict.REFUTED),
        ("D(xielu_transformers)(-1e-7) == -0.3", Verdict.PROVED),
        ("D(sparse_plus)(x) == sparse_sigmoid(x)", Verdict.PROVED),
        pytest.param("D(silu)(x) == dsilu(x)", Verdict.PROVED, marks=pytest.mark.thorough),
        pytest.param("D(logcosh)(x) == tanh(x)", Verdict.PROVED, marks=pytest.mark.thorough),
        ("softplus(softplus_inverse(x)) == x", Verdict.PROVED),
        ("range(clipped_relu) == interval(0, 20)", Verdict.PROVED),
        ("sup(clipped_gelu) == 10", Verdict.PROVED),
    ],
)
def test_what_is_true_of_them(statement: str, verdict: Verdict) -> None:
    assert prove(statement).verdict is verdict


def test_a_parameter_may_share_its_name_with_an_activation() -> None:
    assert prove("threshold(x, threshold=0, value=0) == relu(x)").verdict is Verdict.PROVED
    assert prove("softplus_torch(x, threshold=0) >= relu(x)").verdict is Verdict.PROVED


@pytest.mark.thorough
def test_a_zero_of_a_sum_that_balls_do_not_settle_is_shown_as_zero() -> None:
    (zero,) = facts("bent_identity").orders[0].landscape.zeros
    assert isinstance(zero, Real) and zero.to_json()["decimal"] == "0"


def test_the_value_where_an_expression_meets_a_bound_is_that_bound() -> None:
    clipped = landscape(parse_expression("min(3*x*Phi(x), 7)"))
    assert clipped.sup.value.rational == 7
