"""The curves of the rest of the catalogue, composed of a few triples (value, first and second derivative).

Left out: what is not defined on the whole line (`logit`, `log1mexp`, `softplus_inverse`), what oscillates (`sine`,
`snake`), what changes its formula at points without a closed form (`clipped_gelu`), and what comes nearer to 1 than 300
digits tell (`cloglog`).
"""

from __future__ import annotations

from functools import lru_cache

from curve_values import (
    Curve,
    Number,
    Value,
    _bell,
    _celu,
    _elu,
    _hard_tanh,
    _leaky,
    _phi,
    _softplus,
    _swish,
    _zero,
    mp,
    normal_cdf,
    sigmoid,
)

Triple = tuple[Value, Value, Value]


def _kept(f: Triple) -> Triple:
    """The same triple, its last values kept: what is composed asks for them several times."""
    a, b, c = (lru_cache(maxsize=1 << 12)(part) for part in f)
    return a, b, c


def _of(f: Triple, u: Triple) -> Triple:
    """f(u(x)) by the chain rule."""
    u = _kept(u)
    return (
        lambda x: f[0](u[0](x)),
        lambda x: f[1](u[0](x)) * u[1](x),
        lambda x: f[2](u[0](x)) * u[1](x) ** 2 + f[1](u[0](x)) * u[2](x),
    )


def _gated(g: Triple) -> Triple:
    """x g(x) by the product rule."""
    g = _kept(g)
    return lambda x: x * g[0](x), lambda x: g[0](x) + x * g[1](x), lambda x: 2 * g[1](x) + x * g[2](x)


def _scaled(f: Triple, outer: Number, inner: Number, shift: Number = 0, start: Number = 0) -> Triple:
    """outer f(inner x + shift) + start."""
    a, k, c, s = (mp.mpf(n) for n in (outer, inner, shift, start))
    return (
        lambda x: a * f[0](k * x + c) + s, lambda x: a * k * f[1](k * x + c), lambda x: a * k * k * f[2](k * x + c)
    )  # fmt: skip


def _at(point: str, left: Triple, right: Triple, *, closed: str = "left") -> Triple:
    """One triple up to a point, another beyond it."""
    b = mp.mpf(point)

    def joined(f: Value, g: Value) -> Value:
        return lambda x: f(x) if x < b or (x == b and closed == "left") else g(x)

    return joined(left[0], right[0]), joined(left[1], right[1]), joined(left[2], right[2])


def _line(slope: Number, start: Number = 0) -> Triple:
    a, b = mp.mpf(slope), mp.mpf(start)
    return lambda x: a * x + b, lambda _: a, _zero


def _square(a: Number, b: Number, c: Number) -> Triple:
    """a x^2 + b x + c."""
    a, b, c = mp.mpf(a), mp.mpf(b), mp.mpf(c)
    return lambda x: (a * x + b) * x + c, lambda x: 2 * a * x + b, lambda _: 2 * a


def _huge(x: Number) -> bool:
    """Whether exp(x) is beyond what mpmath takes the exponential of."""
    return x > 10**4


def _sech2(x: Number) -> Number:
    return mp.mpf(0) if _huge(abs(x)) and abs(x) > mp.mpf(10) ** 40 else mp.sech(x) ** 2


def _gompertz(x: Number) -> Number:
    """exp(-exp(x))."""
    return mp.mpf(0) if _huge(x) else mp.exp(-mp.exp(x))


def _tanh_of(x: Number) -> Number:
    return mp.sign(x) if abs(x) > mp.mpf(10) ** 40 else mp.tanh(x)


def _bell_slope(x: Number) -> Number:
    return _bell(x) * (sigmoid(-x) - sigmoid(x))


def _erf_slope(x: Number) -> Number:
    return 2 * mp.exp(-x * x) / mp.sqrt(mp.pi)


ZERO, IDENTITY = _line(0), _line(1)
SIGMOID = _kept((sigmoid, _bell, _bell_slope))
TANH: Triple = (_tanh_of, _sech2, lambda x: -2 * _tanh_of(x) * _sech2(x))
ERF: Triple = (mp.erf, _erf_slope, lambda x: -2 * x * _erf_slope(x))
EXP: Triple = (mp.exp, mp.exp, mp.exp)
ATAN: Triple = (mp.atan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2)
SOFTPLUS = _kept((_softplus, sigmoid, _bell))
CDF: Triple = (normal_cdf, _phi, lambda x: -x * _phi(x))
SQRT: Triple = (mp.sqrt, lambda u: 1 / (2 * mp.sqrt(u)), lambda u: -1 / (4 * u * mp.sqrt(u)))
LOG1P: Triple = (mp.log1p, lambda u: 1 / (1 + u), lambda u: -1 / (1 + u) ** 2)
SILU: Triple = tuple(_swish(mp.mpf(1), k) for k in range(3))  # type: ignore[assignment]
GELU = _kept(_gated(CDF))
DSILU: Triple = (
    SILU[1], SILU[2], lambda x: _bell(x) * (3 * (1 - 2 * sigmoid(x)) + x * (1 - 6 * _bell(x))),
)  # fmt: skip
GOMPERTZ: Triple = (
    lambda x: _gompertz(-x),
    lambda x: mp.mpf(0) if _huge(-x) else mp.exp(-x - mp.exp(-x)),
    lambda x: mp.mpf(0) if _huge(-x) else mp.exp(-x - mp.exp(-x)) * mp.expm1(-x),
)  # fmt: skip
TANH_EXP: Triple = (
    lambda x: mp.mpf(1) if _huge(x) else mp.tanh(mp.exp(x)),
    lambda x: mp.mpf(0) if _huge(x) else _sech2(mp.exp(x)) * mp.exp(x),
    lambda x: mp.mpf(0) if _huge(x) else _sech2(mp.exp(x)) * mp.exp(x) * (1 - 2 * _tanh_of(mp.exp(x)) * mp.exp(x)),
)  # fmt: skip
BENT_ROOT: Triple = (
    lambda x: mp.sqrt(1 + x * x), lambda x: x / mp.sqrt(1 + x * x), lambda x: 1 / mp.sqrt(1 + x * x) ** 3,
)  # fmt: skip
ISRU: Triple = (
    lambda x: x / mp.sqrt(1 + x * x), lambda x: 1 / mp.sqrt(1 + x * x) ** 3, lambda x: -3 * x / mp.sqrt(1 + x * x) ** 5,
)  # fmt: skip
SYMLOG: Triple = (
    lambda x: mp.sign(x) * mp.log1p(abs(x)), lambda x: 1 / (1 + abs(x)), lambda x: -mp.sign(x) / (1 + abs(x)) ** 2,
)  # fmt: skip
ELLIOTT: Triple = (
    lambda x: (1 + 2 * x) / (2 * (1 + x)) if x >= 0 else 1 / (2 * (1 - x)),
    lambda x: 1 / (2 * (1 + abs(x)) ** 2),
    lambda x: -mp.sign(x) / (1 + abs(x)) ** 3,
)  # fmt: skip
LOGCOSH: Triple = (
    lambda x: abs(x) + mp.log1p(mp.exp(-2 * abs(x))) - mp.log(2) if abs(x) > 1 else mp.log(mp.cosh(x)),
    mp.tanh, lambda x: mp.sech(x) ** 2,
)  # fmt: skip
EXPM1: Triple = (mp.expm1, mp.exp, mp.exp)


def _product(f: Triple, g: Triple) -> Triple:
    return (
        lambda x: f[0](x) * g[0](x),
        lambda x: f[1](x) * g[0](x) + f[0](x) * g[1](x),
        lambda x: f[2](x) * g[0](x) + 2 * f[1](x) * g[1](x) + f[0](x) * g[2](x),
    )


def _plus(f: Triple, g: Triple) -> Triple:
    return lambda x: f[0](x) + g[0](x), lambda x: f[1](x) + g[1](x), lambda x: f[2](x) + g[2](x)


def _gelu_fast() -> Triple:
    c, root = mp.mpf("0.044715"), mp.mpf("0.7978845608")
    inner = (
        lambda x: 2 * root * x * (1 + c * x * x), lambda x: 2 * root * (1 + 3 * c * x * x), lambda x: 12 * root * c * x
    )  # fmt: skip
    return _gated(_of(SIGMOID, inner))


def _xielu(cut: str) -> Triple:
    """With the exponential held at `cut` from there to 0 (cut 0: nowhere)."""
    a, eps = mp.mpf("0.8"), mp.mpf(cut)
    left = _plus(_scaled(EXPM1, a, 1), _line(mp.mpf("0.5") - a))
    held = _line(mp.mpf("0.5") - a, a * mp.expm1(eps))
    right = _square("0.8", "0.5", 0)
    return _at("0", left if not eps else _at(cut, left, held, closed="left"), right)


def _hard_sigmoid(name: str, arguments: str, slope: str, low: str, high: str) -> Curve:
    a = mp.mpf(slope)
    b, c = mp.mpf(low), mp.mpf(high)
    line = _line(a, mp.mpf("0.5"))
    values = _at(low, ZERO, _at(high, line, _line(0, 1)))
    assert abs(line[0](b)) < mp.mpf(10) ** -200 and abs(line[0](c) - 1) < mp.mpf(10) ** -200
    return Curve(name, arguments, values, ((f"{slope} if {low} < x < {high} else 0",), ("0",)), 0, (low, high))


_BELL = "sigmoid(x)*(1 - sigmoid(x))"

MORE: tuple[Curve, ...] = (
    *(Curve("swish", "" if k == "1" else f"beta={k}", tuple(_swish(mp.mpf(k), n) for n in range(3)),  # type: ignore[arg-type]
            ((f"sigmoid({k}*x) + {k}*x*sigmoid({k}*x)*sigmoid(-{k}*x)",), (f"{k}*sigmoid({k}*x)*sigmoid(-{k}*x)*(2 + {k}*x*(1 - 2*sigmoid({k}*x)))",)))
      for k in ("1", "2", "0.5")),
    _leaky("rrelu", "", "11/48"), _leaky("rrelu", "lower=0, upper=0.5", "0.25"),
    _leaky("leaky_relu_keras", "", "0.2"), _leaky("leaky_relu_keras_layer", "", "0.3"),
    Curve("thresholded_relu", "", _at("1", ZERO, IDENTITY), (("1 if x > 1 else 0",), ("0",)), -1, ("1",)),
    Curve("thresholded_relu", "alpha=2", _at("2", ZERO, IDENTITY), (("0 if x < 2 else 1",), ("0",)), -1, ("2",)),
    Curve("threshold", "threshold=0.1, value=20", _at("0.1", _line(0, 20), IDENTITY), (("1 if x > 1/10 else 0",), ("0",)), -1, ("0.1",)),
    Curve("threshold", "threshold=-1, value=-2", _at("-1", _line(0, -2), IDENTITY), (("0 if x < -1 else 1",), ("0",)), -1, ("-1",)),
    Curve("relu_squared", "", _at("0", ZERO, _square(1, 0, 0)), (("2*relu(x)", "x + abs(x)"), ("2 if x > 0 else 0", "1 + sign(x)")), 1, ("0",)),
    Curve("star_relu", "", _at("0", _line(0, "-0.4472"), _square("0.8944", 0, "-0.4472")),
          (("1.7888*relu(x)",), ("1.7888 if x > 0 else 0",)), 1, ("0",)),
    _hard_tanh("0", "20", "", "clipped_relu"), _hard_tanh("0", "3", "max_val=3", "clipped_relu"), _hard_tanh("0", "1", "", "relu1"),
    Curve("hard_shrink", "", _at("-0.5", IDENTITY, _at("0.5", ZERO, IDENTITY), closed="right"),
          (("1 if abs(x) > 1/2 else 0",), ("0",)), -1, ("-0.5", "0.5"), "odd"),
    Curve("soft_shrink", "", _at("-0.5", _line(1, "0.5"), _at("0.5", ZERO, _line(1, "-0.5"))),
          (("1 if abs(x) > 1/2 else 0",), ("0",)), 0, ("-0.5", "0.5"), "odd"),
    Curve("soft_shrink", "lambd=2", _at("-2", _line(1, 2), _at("2", ZERO, _line(1, -2))),
          (("0 if -2 < x < 2 else 1",), ("0",)), 0, ("-2", "2"), "odd"),
    Curve("shrink", "lambd=1, bias=0.5", _at("-1", _line(1, "0.5"), _at("1", ZERO, _line(1, "-0.5")), closed="right"),
          (("1 if abs(x) > 1 else 0",), ("0",)), -1, ("-1", "1"), "odd"),
    Curve("sparse_plus", "", _at("-1", ZERO, _at("1", _square("0.25", "0.5", "0.25"), IDENTITY)),
          (("sparse_sigmoid(x)", "0 if x < -1 else 1 if x > 1 else (x + 1)/2"), ("1/2 if -1 < x < 1 else 0",)), 1, ("-1", "1")),
    _hard_sigmoid("sparse_sigmoid", "", "0.5", "-1", "1"), _hard_sigmoid("hard_sigmoid_onnx", "", "0.2", "-2.5", "2.5"),
    _hard_sigmoid("hard_sigmoid", "alpha=0.25", "0.25", "-2", "2"),
    _hard_sigmoid("hard_sigmoid_paddle", "", "0.1666667", "-5000000/1666667", "5000000/1666667"),
    Curve("exponential", "", EXP, (("exp(x)",), ("exp(x)", "cosh(x) + sinh(x)"))),
    Curve("erf", "", ERF, (("2*exp(-x**2)/sqrt(pi)",), ("-4*x*exp(-x**2)/sqrt(pi)",)), parity="odd", reach=(-8, 8)),
    Curve("arctan", "", ATAN, (("1/(1 + x**2)",), ("-2*x/(1 + x**2)**2",)), parity="odd"),
    Curve("sqrt_softplus", "", _of(SQRT, SOFTPLUS), (("sigmoid(x)/(2*sqrt(softplus(x)))",), (f"({_BELL} - sigmoid(x)**2/(2*softplus(x)))/(2*sqrt(softplus(x)))",))),
    Curve("laplace", "", _scaled(CDF, 1, 1 / mp.mpf("0.282095"), -mp.mpf("0.707107") / mp.mpf("0.282095")),
          (("exp(-((x - 0.707107)/0.282095)**2/2)/(0.282095*sqrt(2*pi))",), ("-(x - 0.707107)/0.282095**3*exp(-((x - 0.707107)/0.282095)**2/2)/sqrt(2*pi)",)), reach=(-2, 3)),
    Curve("laplace", "mu=1, sigma=2", _scaled(CDF, 1, "0.5", "-0.5"), (("exp(-(x - 1)**2/8)/(2*sqrt(2*pi))",), ("-(x - 1)*exp(-(x - 1)**2/8)/(8*sqrt(2*pi))",)), reach=(-22, 24)),
    Curve("xielu", "", _xielu("0"), (("1.6*x + 0.5 if x > 0 else 0.8*exp(x) - 0.3",), ("1.6 if x > 0 else 0.8*exp(x)",)), 1, ("0",)),
    Curve("xielu_transformers", "", _xielu("-0.000001"),
          (("1.6*x + 0.5 if x > 0 else -0.3 if x > -0.000001 else 0.8*exp(x) - 0.3",), ("1.6 if x > 0 else 0 if x > -0.000001 else 0.8*exp(x)",)),
          -1, ("-0.000001", "0")),
    Curve("affine", "alpha=2, beta=-1", _line(2, -1), (("2",), ("0",))),
    Curve("scaled_tanh", "", _scaled(TANH, "1.7159", mp.mpf(2) / 3), (("1.7159*2/3/cosh(2*x/3)**2",), ("-1.7159*8/9*tanh(2*x/3)/cosh(2*x/3)**2",)), parity="odd"),
    Curve("stanh", "", _scaled(TANH, "1.7159", "0.67"), (("1.7159*0.67*(1 - tanh(0.67*x)**2)",), ("-2*1.7159*0.67**2*tanh(0.67*x)/cosh(0.67*x)**2",)), parity="odd"),
    Curve("dynamic_tanh", "", _scaled(TANH, 1, "0.5"), (("(1 - tanh(x/2)**2)/2", "2*sigmoid(x)*sigmoid(-x)"), ("-tanh(x/2)/(2*cosh(x/2)**2)",)), parity="odd"),
    Curve("parametric_softplus", "", _scaled(SOFTPLUS, "0.2", 5), (("sigmoid(5*x)",), ("5*sigmoid(5*x)*sigmoid(-5*x)",)), reach=(-15, 15)),
    Curve("selu_onnx", "", _at("0", _scaled(EXPM1, mp.mpf("1.67326319217681884765625") * mp.mpf("1.05070102214813232421875"), 1), _line("1.05070102214813232421875")),
          (("1.05070102214813232421875*(1 if x > 0 else 1.67326319217681884765625*exp(x))",),
           ("0 if x > 0 else 1.05070102214813232421875*1.67326319217681884765625*exp(x)",)), 0, ("0",)),
    Curve("softplus_torch", "", _at("20", SOFTPLUS, IDENTITY), (("sigmoid(x) if x < 20 else 1",), ("sigmoid(x)*sigmoid(-x) if x < 20 else 0",)), -1, ("20",)),
    Curve("softplus_torch", "beta=2, threshold=3", _at("1.5", _scaled(SOFTPLUS, "0.5", 2), IDENTITY),
          (("sigmoid(2*x) if 2*x < 3 else 1",), ("2*sigmoid(2*x)*sigmoid(-2*x) if 2*x < 3 else 0",)), -1, ("1.5",)),
    Curve("gelu_fast", "", _gelu_fast(),
          (("sigmoid(1.5957691216*x*(1 + 0.044715*x**2))*(1 + x*1.5957691216*(1 + 0.134145*x**2)*sigmoid(-1.5957691216*x*(1 + 0.044715*x**2)))",), ())),
    Curve("gaussian", "", (lambda x: mp.exp(-x * x), lambda x: -2 * x * mp.exp(-x * x), lambda x: (4 * x * x - 2) * mp.exp(-x * x)),
          (("-2*x*exp(-x**2)",), ("(4*x**2 - 2)*exp(-x**2)",)), parity="even", reach=(-8, 8)),
    Curve("lisht", "", _gated(TANH), (("tanh(x) + x/cosh(x)**2",), ("2*(1 - x*tanh(x))/cosh(x)**2",)), parity="even"),
    Curve("logcosh", "", LOGCOSH, (("tanh(x)",), ("1/cosh(x)**2", "1 - tanh(x)**2")), parity="even"),
    Curve("bent_identity", "", _plus(_line(1, "-0.5"), _scaled(BENT_ROOT, "0.5", 1)), (("1 + x/(2*sqrt(x**2 + 1))",), ("1/(2*sqrt(x**2 + 1)**3)",))),
    Curve("elish", "", _at("0", _product(EXPM1, SIGMOID), SILU, closed="right"),
          ((f"sigmoid(x) + x*{_BELL} if x >= 0 else exp(x)*sigmoid(x) + (exp(x) - 1)*{_BELL}",),
           (f"{_BELL}*(2 + x*(1 - 2*sigmoid(x))) if x >= 0 else exp(x)*sigmoid(x) + 2*exp(x)*{_BELL} + (exp(x) - 1)*{_BELL}*(1 - 2*sigmoid(x))",)),
          1, ("0",)),
    Curve("hard_elish", "", _at("-1", ZERO, _at("0", _product(EXPM1, _line("0.5", "0.5")), _at("1", _square("0.5", "0.5", 0), IDENTITY))),
          (("0 if x < -1 else (x*exp(x) + 2*exp(x) - 1)/2 if x < 0 else x + 1/2 if x < 1 else 1",),
           ("0 if x < -1 else (x*exp(x) + 3*exp(x))/2 if x < 0 else 1 if x < 1 else 0",)), 0, ("-1", "0", "1"), milder=("-1", "0")),
    Curve("hard_mish", "", _at("-2", ZERO, _at("0", _square("0.5", 1, 0), IDENTITY)),
          (("0 if x < -2 else x + 1 if x < 0 else 1",), ("1 if -2 < x < 0 else 0",)), 0, ("-2", "0"), milder=("0",)),
    Curve("tanh_exp", "", _gated(TANH_EXP), (("tanh(exp(x)) + x*exp(x)/cosh(exp(x))**2",), ("exp(x)/cosh(exp(x))**2*(2 + x - 2*x*exp(x)*tanh(exp(x)))",))),
    Curve("serf", "", _gated(_of(ERF, SOFTPLUS)), (("erf(softplus(x)) + 2*x*sigmoid(x)*exp(-softplus(x)**2)/sqrt(pi)",),
          ("2/sqrt(pi)*exp(-softplus(x)**2)*sigmoid(x)*(2 + x*(sigmoid(-x) - 2*softplus(x)*sigmoid(x)))",))),
    Curve("phish", "", _gated(_of(TANH, GELU)), (("tanh(gelu(x)) + x*D(gelu)(x)/cosh(gelu(x))**2",), ())),
    Curve("smish", "", _gated(_of(TANH, _of(LOG1P, SIGMOID))), ((f"tanh(log(1 + sigmoid(x))) + x*{_BELL}/((1 + sigmoid(x))*cosh(log(1 + sigmoid(x)))**2)",), ())),
    Curve("logish", "", _gated(_of(LOG1P, SIGMOID)), ((f"log(1 + sigmoid(x)) + x*{_BELL}/(1 + sigmoid(x))",),
          (f"{_BELL}/(1 + sigmoid(x))*(2 + x*(1 - 2*sigmoid(x) - {_BELL}/(1 + sigmoid(x))))",))),
    Curve("golu", "", _gated(GOMPERTZ), (("exp(-exp(-x))*(1 + x*exp(-x))",), ("exp(-exp(-x))*exp(-x)*(2 - x + x*exp(-x))",))),
    Curve("atlu", "", _gated(_scaled(ATAN, 1 / mp.pi, 1, 0, "0.5")), (("1/2 + atan(x)/pi + x/(pi*(1 + x**2))",), ("2/(pi*(1 + x**2)**2)",))),
    Curve("dsilu", "", DSILU, (("sigmoid(x)*(1 - sigmoid(x))*(2 + x*(1 - 2*sigmoid(x)))", "D(silu, 2)(x)"), (f"{_BELL}*(3*(1 - 2*sigmoid(x)) + x*(1 - 6*{_BELL}))",))),
    Curve("flatten_t_swish", "", _at("0", _line(0, "-0.2"), _plus(SILU, _line(0, "-0.2"))),
          ((f"0 if x < 0 else sigmoid(x) + x*{_BELL}",), (f"0 if x < 0 else {_BELL}*(2 + x*(1 - 2*sigmoid(x)))",)), 0, ("0",)),
    Curve("penalized_tanh", "", _at("0", _scaled(TANH, "0.25", 1), TANH), (("1/cosh(x)**2 if x > 0 else 1/(4*cosh(x)**2)",), ("-2*tanh(x)/cosh(x)**2 if x > 0 else -tanh(x)/(2*cosh(x)**2)",)), 0, ("0",)),
    Curve("isru", "", ISRU, (("1/sqrt(1 + x**2)**3",), ("-3*x/sqrt(1 + x**2)**5",)), parity="odd"),
    Curve("isrlu", "", _at("0", ISRU, IDENTITY), (("1 if x >= 0 else 1/sqrt(1 + x**2)**3",), ("0 if x >= 0 else -3*x/sqrt(1 + x**2)**5",)), 2, ("0",)),
    Curve("elliott", "", ELLIOTT, (("1/(2*(1 + abs(x))**2)",), ("-sign(x)/(1 + abs(x))**3",)), 1, ("0",)),
    Curve("sqnl", "", _at("-2", _line(0, -1), _at("0", _square("0.25", 1, 0), _at("2", _square("-0.25", 1, 0), _line(0, 1)))),
          (("0 if abs(x) > 2 else 1 - abs(x)/2",), ("0 if abs(x) > 2 else -1/2 if x > 0 else 1/2",)), 1, ("-2", "0", "2"), "odd"),
    Curve("symlog", "", SYMLOG, (("1/(1 + abs(x))",), ("-sign(x)/(1 + abs(x))**2",)), 1, ("0",), "odd", ends=("-inf", "inf")),
    Curve("nl_relu", "", _at("0", ZERO, LOG1P), (("0 if x < 0 else 1/(1 + x)",), ("0 if x < 0 else -1/(1 + x)**2",)), 0, ("0",), ends=("0", "inf")),
    Curve("elu_plus_one", "", _plus(_elu("1").values, _line(0, 1)), (("1 if x > 0 else exp(x)", "exp(min(x, 0))"), ("0 if x > 0 else exp(x)",)), 1, ("0",)),
    _celu("3"),
)  # fmt: skip
