"""Every golden vector against mpmath, with nothing of gradproof: `python tests/numerics/golden_mpmath.py [NAME...]`.

The activations are written down once more, by hand, from the documentation of the frameworks and the papers; values
and derivatives are triples (f, f', f'') propagated by the rules of calculus; rounding is on whole numbers. Digits are
added until two runs agree to 60 and no rounding boundary lies in what they leave open.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import mpmath

mp = mpmath.mp
VECTORS = Path(__file__).resolve().parents[2] / "numerics" / "golden_vectors"
DIGITS = (90, 400, 1700, 4000)
FAR = 700
"""10**FAR stands for an infinite input: what has a limit is there as near to it as any format tells."""
NO_LIMIT = {("sine", n) for n in (0, 1, 2)} | {("snake", n) for n in (1, 2)}
TIE = "exact ties"
LARGER = {"tanhshrink"}
"""x - tanh(x) is larger in size than x - 1, and no affordable number of digits shows it at x = 2**24 + 2."""
SLOW = {"symlog": (-1, 1), "nl_relu": (0, 1)}
"""What grows like a logarithm is still small at 10**FAR: the signs of the limits at -oo and oo."""


# --- formats: width, significant bits, exponents of the smallest normal and of the largest finite binade

FORMATS = {
    "float64": (64, 53, -1022, 1023), "float32": (32, 24, -126, 127), "float16": (16, 11, -14, 15),
    "bfloat16": (16, 8, -126, 127), "float8_e4m3fn": (8, 4, -6, 8), "float8_e5m2": (8, 3, -14, 15),
}  # fmt: skip


def decoded(pattern: int, fmt: str) -> Any:
    """The number with this bit pattern: an exact mpf, an infinity, or NaN."""
    bits, precision, emin, emax = FORMATS[fmt]
    size, sign = pattern & ((1 << (bits - 1)) - 1), -1 if pattern >> (bits - 1) else 1
    field, fraction = size >> (precision - 1), size & ((1 << (precision - 1)) - 1)
    if fmt == "float8_e4m3fn":
        if size == 0x7F:
            return mp.nan
    elif field == emax - emin + 2:
        return mp.nan if fraction else sign * mp.inf
    whole = fraction | (1 << (precision - 1)) if field else fraction
    return mpmath.mpf((0 if sign > 0 else 1, whole, max(field, 1) - 1 + emin - precision + 1, whole.bit_length()))


def encoded(value: Any, fmt: str) -> int | None:
    """The bit pattern of the float nearest to a finite nonzero number, ties to even; None for NaN."""
    bits, precision, emin, emax = FORMATS[fmt]
    sign, mantissa, exponent, length = value._mpf_
    ulp = max(length + exponent - 1, emin) - precision + 1
    shift = ulp - int(exponent)
    if shift <= 0:
        steps = int(mantissa) << -shift if length - shift < 5000 else 1 << precision + 9
    elif shift > length + 2:
        steps = 0
    else:
        steps, rest = divmod(int(mantissa), 1 << shift)
        half = 1 << (shift - 1)
        steps += rest > half or (rest == half and steps % 2)
    if steps >> precision:  # rounded up to the next power of two
        steps, ulp = steps >> 1, ulp + 1
    top = ulp + precision - 1
    field = 0 if steps < 1 << (precision - 1) else top - emin + 1
    size = field << (precision - 1) | steps & ((1 << (precision - 1)) - 1)
    if fmt == "float8_e4m3fn":
        if top > emax or size >= 0x7F:
            return None
    elif top > emax:
        size = (emax - emin + 2) << (precision - 1)
    return sign << (bits - 1) | size


# --- calculus


CANCELLED: set[str] = set()
"""Not empty once terms have cancelled to 0: more digits may show that they do not. Nothing else gives a false 0."""


def total(*terms: Any) -> Any:
    """A sum, on its guard."""
    found = sum(terms)
    if found == 0 and any(terms):
        CANCELLED.add("a sum")
    return found


class Jet:
    """A value with its first and second derivative, and the side from which a kink is approached."""

    def __init__(self, v: Any, d: Any = 0, dd: Any = 0, side: int = 0) -> None:
        self.v, self.d, self.dd, self.side = mp.mpf(v), mp.mpf(d), mp.mpf(dd), side
        self.touched = False

    def of(self, f: Any, f1: Any, f2: Any) -> Jet:
        """F(self) from F, F' and F'' there."""
        if not (f and f1 and f2):
            CANCELLED.add("a function")
        return Jet(f, f1 * self.d, total(f2 * self.d**2, f1 * self.dd))

    def __add__(self, other: Any) -> Jet:
        o = jet(other)
        return Jet(total(self.v, o.v), total(self.d, o.d), total(self.dd, o.dd))

    def __mul__(self, other: Any) -> Jet:
        o = jet(other)
        second = total(self.dd * o.v, 2 * self.d * o.d, self.v * o.dd)
        return Jet(self.v * o.v, total(self.d * o.v, self.v * o.d), second)

    def __neg__(self) -> Jet:
        return Jet(-self.v, -self.d, -self.dd)

    def __sub__(self, other: Any) -> Jet:
        return self + -jet(other)

    def __rsub__(self, other: Any) -> Jet:
        return jet(other) - self

    def __truediv__(self, other: Any) -> Jet:
        u = jet(other)
        return self * u.of(1 / u.v, -1 / u.v**2, 2 / u.v**3)

    __radd__, __rmul__ = __add__, __mul__

    def __gt__(self, bound: Any) -> bool:
        """Above the bound; at the bound itself, approached from above."""
        self.touched |= self.v == bound
        return self.v > bound or (self.v == bound and self.side > 0)

    def __lt__(self, bound: Any) -> bool:
        self.touched |= self.v == bound
        return self.v < bound or (self.v == bound and self.side < 0)


def jet(value: Any) -> Jet:
    return value if isinstance(value, Jet) else Jet(value)


def c(text: str) -> Any:
    """A constant, exact to the digits in force."""
    p, _, q = text.partition("/")
    return mp.mpf(p) / mp.mpf(q or 1)


LARGE, INNER = mpmath.mpf(10) ** 30, mpmath.mpf(10) ** 4


def e(v: Any, top: Any = LARGE) -> Any:
    """exp, its argument moved to +-LARGE from beyond: smaller, or larger, than every float times every power."""
    return mp.exp(max(min(v, top), -LARGE))


def s(v: Any) -> Any:
    return 1 / (1 + e(-v))


def sech2(v: Any) -> Any:
    small = e(-2 * abs(v))
    return 4 * small / (1 + small) ** 2


def tanh_(v: Any) -> Any:
    return mp.tanh(v) if abs(v) < 1 else mp.sign(v) * (1 - 2 * e(-2 * abs(v)) / (1 + e(-2 * abs(v))))


def clamped(v: Any) -> Any:
    return max(min(v, mp.mpf(10) ** 15), -(mp.mpf(10) ** 15))


def bell(v: Any) -> Any:
    return e(-(clamped(v) ** 2) / 2) / mp.sqrt(2 * mp.pi)


def exp(u: Jet, top: Any = LARGE) -> Jet:
    return u.of(*(e(u.v, top),) * 3)


def expm1(u: Jet) -> Jet:
    return u.of(mp.expm1(max(min(u.v, LARGE), -LARGE)), e(u.v), e(u.v))


def log(u: Jet) -> Jet:
    return u.of(mp.log(u.v), 1 / u.v, -1 / u.v**2)


def log1p(u: Jet) -> Jet:
    return u.of(mp.log1p(u.v), 1 / (1 + u.v), -1 / (1 + u.v) ** 2)


def sqrt(u: Jet) -> Jet:
    root = mp.sqrt(u.v)
    return u.of(root, 1 / (2 * root), -1 / (4 * root**3))


def sigmoid(u: Jet) -> Jet:
    up, down = s(u.v), s(-u.v)
    return u.of(up, up * down, up * down * (down - up))


def softplus(u: Jet) -> Jet:
    up, down = s(u.v), s(-u.v)
    return u.of(max(u.v, mp.mpf(0)) + mp.log1p(e(-abs(u.v))), up, up * down)


def tanh(u: Jet) -> Jet:
    return u.of(tanh_(u.v), sech2(u.v), -2 * tanh_(u.v) * sech2(u.v))


def erf(u: Jet) -> Jet:
    slope = 2 * e(-u.v**2) / mp.sqrt(mp.pi)
    return u.of(mp.erf(clamped(u.v)), slope, -2 * u.v * slope)


def normal_cdf(u: Jet) -> Jet:
    return u.of(mp.erfc(-clamped(u.v) / mp.sqrt(2)) / 2, bell(u.v), -u.v * bell(u.v))


def atan(u: Jet) -> Jet:
    return u.of(mp.atan(u.v), 1 / (1 + u.v**2), -2 * u.v / (1 + u.v**2) ** 2)


def sin(u: Jet) -> Jet:
    return u.of(mp.sin(u.v), mp.cos(u.v), -mp.sin(u.v))


# --- the activations


def relu(x: Jet) -> Jet:
    return x if x > 0 else 0 * x


def leaky(slope: str) -> Callable[[Jet], Jet]:
    return lambda x: x if x > 0 else c(slope) * x


def clip(x: Jet, low: Any, high: Any) -> Jet:
    return jet(high) if x > high else jet(low) if x < low else x


def elu(x: Jet) -> Jet:
    return x if x > 0 else expm1(x)


def selu(alpha: str, scale: str) -> Callable[[Jet], Jet]:
    return lambda x: c(scale) * x if x > 0 else c(scale) * c(alpha) * expm1(x)


def gelu(x: Jet) -> Jet:
    return x * normal_cdf(x)


def silu(x: Jet) -> Jet:
    return x * sigmoid(x)


def gelu_tanh(x: Jet) -> Jet:  # (1 + tanh u)/2 is the sigmoid of 2u
    return x * sigmoid(2 * mp.sqrt(2 / mp.pi) * (x + c("0.044715") * x * x * x))


def softsign(x: Jet) -> Jet:
    return x / (1 + x) if x > 0 else x / (1 - x)


def line(x: Jet, slope: str, low: str, high: str) -> Jet:
    """0 up to a point, 1 from another on, and a line through (0, 1/2) between them."""
    return jet(1) if x > c(high) else jet(0) if x < c(low) else c(slope) * x + c("1/2")


def hard_sigmoid(x: Jet) -> Jet:
    return line(x, "1/6", "-3", "3")


def hard_shrink(x: Jet) -> Jet:
    return x if x > c("0.5") or x < c("-0.5") else 0 * x


def sqnl(x: Jet) -> Jet:
    if x > 2:
        return jet(1)
    if x < -2:
        return jet(-1)
    return x - x * x / 4 if x > 0 else x + x * x / 4


def xielu(x: Jet) -> Jet:
    return c("0.8") * x * x + c("0.5") * x if x > 0 else c("0.8") * (expm1(x) - x) + c("0.5") * x


def xielu_transformers(x: Jet) -> Jet:
    if x > 0:
        return xielu(x)
    eps = c("-0.000001")
    held = jet(mp.expm1(eps)) if x > eps else expm1(x)
    return c("0.8") * (held - x) + c("0.5") * x


def hard_elish(x: Jet) -> Jet:
    gate = jet(1) if x > 1 else jet(0) if x < -1 else (x + 1) / 2
    return (x if x > 0 else expm1(x)) * gate


def clipped_gelu(x: Jet) -> Jet:
    return jet(10) if x.v > 11 or gelu(x).v > 10 else gelu(x)  # 11 Phi(11) is more than 10


def logcosh(x: Jet) -> Jet:
    size = abs(x.v)
    return x.of(size + mp.log1p(e(-2 * size)) - mp.log(2), tanh_(x.v), sech2(x.v))


def shrunk(x: Jet, bias: str) -> Jet:
    return x - c(bias) if x > c("0.5") else x + c(bias) if x < c("-0.5") else 0 * x


def isru(x: Jet) -> Jet:
    return x / sqrt(1 + x * x)


ACTIVATIONS: dict[str, Callable[..., Jet]] = {
    "identity": lambda x: x,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky("0.01"),
    "prelu": leaky("0.25"),
    "elu": elu,
    "selu": selu("1.6732632423543772848170429916717", "1.0507009873554804934193349852946"),
    "celu": elu,
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "quick_gelu": lambda x: x * sigmoid(c("1.702") * x),
    "silu": silu,
    "softplus": softplus,
    "mish": lambda x: x * tanh(softplus(x)),
    "softsign": softsign,
    "hard_sigmoid": hard_sigmoid,
    "hard_tanh": lambda x: clip(x, -1, 1),
    "hard_swish": lambda x: x * hard_sigmoid(x),
    "relu6": lambda x: clip(x, 0, 6),
    "log_sigmoid": lambda x: -softplus(-x),
    "tanhshrink": lambda x: x - tanh(x),
    "squareplus": lambda x: (x + sqrt(x * x + 4)) / 2,
    "glu": lambda a, b: a * sigmoid(b),
    "geglu": lambda a, b: gelu(a) * b,
    "swiglu": lambda a, b: silu(a) * b,
    "swish": silu,
    "rrelu": leaky("11/48"),
    "thresholded_relu": lambda x: x if x > 1 else 0 * x,
    "relu_squared": lambda x: relu(x) * relu(x),
    "clipped_relu": lambda x: clip(x, 0, 20),
    "relu1": lambda x: clip(x, 0, 1),
    "hard_shrink": hard_shrink,
    "soft_shrink": lambda x: shrunk(x, "0.5"),
    "shrink": lambda x: shrunk(x, "0"),
    "sparse_plus": lambda x: x if x > 1 else 0 * x if x < -1 else (x + 1) * (x + 1) / 4,
    "sparse_sigmoid": lambda x: line(x, "1/2", "-1", "1"),
    "exponential": exp,
    "log1mexp": lambda x: log1p(-exp(-x)) if x.v > 1 else log(-expm1(-x)),
    "logit": lambda x: log(x) - log1p(-x),
    "softplus_inverse": lambda x: x + log(-expm1(-x)),
    "erf": erf,
    "arctan": atan,
    "sine": sin,
    "sqrt_softplus": lambda x: sqrt(softplus(x)),
    "laplace": lambda x: normal_cdf((x - c("0.707107")) / c("0.282095")),
    "clipped_gelu": clipped_gelu,
    "xielu": xielu,
    "affine": lambda x: x,
    "scaled_tanh": lambda x: c("1.7159") * tanh(c("2/3") * x),
    "parametric_softplus": lambda x: c("0.2") * softplus(5 * x),
    "threshold": lambda x: x if x > 1 else 0 * x,
    "leaky_relu_keras": leaky("0.2"),
    "leaky_relu_keras_layer": leaky("0.3"),
    "selu_onnx": selu("1.67326319217681884765625", "1.05070102214813232421875"),
    "softplus_torch": lambda x: x if x > 20 else softplus(x),
    "hard_sigmoid_onnx": lambda x: line(x, "0.2", "-2.5", "2.5"),
    "hard_sigmoid_paddle": lambda x: line(x, "0.1666667", "-5000000/1666667", "5000000/1666667"),
    "stanh": lambda x: c("1.7159") * tanh(c("0.67") * x),
    "gelu_fast": lambda x: x * sigmoid(2 * c("0.7978845608") * x * (1 + c("0.044715") * x * x)),
    "xielu_transformers": xielu_transformers,
    "gaussian": lambda x: exp(-x * x),
    "snake": lambda x: x + sin(x) * sin(x),
    "lisht": lambda x: x * tanh(x),
    "logcosh": logcosh,
    "bent_identity": lambda x: x + (sqrt(x * x + 1) - 1) / 2,
    "elish": lambda x: (x if x > 0 else expm1(x)) * sigmoid(x),
    "hard_elish": hard_elish,
    "hard_mish": lambda x: x if x > 0 else 0 * x if x < -2 else x * (x + 2) / 2,
    "tanh_exp": lambda x: x * tanh(exp(x, INNER)),
    "serf": lambda x: x * erf(softplus(x)),
    "phish": lambda x: x * tanh(gelu(x)),
    "smish": lambda x: x * tanh(log1p(sigmoid(x))),
    "logish": lambda x: x * log1p(sigmoid(x)),
    "golu": lambda x: x * exp(-exp(-x, INNER)),
    "atlu": lambda x: x * (c("1/2") + atan(x) / mp.pi),
    "dsilu": lambda x: sigmoid(x) * (1 + x * sigmoid(-x)),
    "flatten_t_swish": lambda x: (silu(x) if x > 0 else 0 * x) - c("0.2"),
    "penalized_tanh": lambda x: tanh(x) if x > 0 else tanh(x) / 4,
    "dynamic_tanh": lambda x: tanh(x / 2),
    "isru": isru,
    "isrlu": lambda x: x if x > 0 else isru(x),
    "elliott": lambda x: softsign(x) / 2 + c("1/2"),
    "sqnl": sqnl,
    "cloglog": lambda x: -expm1(-exp(x, INNER)),
    "symlog": lambda x: log1p(x) if x > 0 else -log1p(-x),
    "nl_relu": lambda x: log1p(x) if x > 0 else 0 * x,
    "star_relu": lambda x: c("0.8944") * relu(x) * relu(x) - c("0.4472"),
    "elu_plus_one": lambda x: x + 1 if x > 0 else exp(x),
    "bilinear": lambda a, b: a * b,
    "reglu": lambda a, b: relu(a) * b,
    "gtu": lambda a, b: tanh(a) * sigmoid(b),
    "swiglu_oai": lambda a, b: (
        (jet(7) if a > 7 else a) * sigmoid(c("1.702") * (jet(7) if a > 7 else a)) * (1 + clip(b, -7, 7))
    ),
}  # fmt: skip

DOMAINS: dict[str, tuple[Any, Any]] = {
    "log1mexp": (0, mpmath.inf), "softplus_inverse": (0, mpmath.inf), "logit": (0, 1)
}  # fmt: skip
"""Open intervals outside of which there is no value; elsewhere the whole line."""


# --- one vector


@lru_cache(maxsize=1 << 12)
def derivatives(
    name: str, point: tuple[tuple[str, Any], ...], variable: str, side: int, digits: int
) -> tuple[list[Any], bool, bool]:
    """f, f', f'' in one input, approached from a side; whether formulas meet at the point, and whether terms cancel."""
    with mp.workdps(digits):
        CANCELLED.clear()
        given = {n: Jet(x, n == variable, 0, side if n == variable else 0) for n, x in point}
        result = ACTIVATIONS[name](*given.values())
        return [result.v, result.d, result.dd], given[variable].touched, bool(CANCELLED)


def at_point(name: str, point: dict[str, Any], variable: str, order: int, digits: int) -> tuple[list[Any], bool]:
    """The value alone, or, where there is none, both one-sided ones; and whether terms cancel.

    Of order 0 there always is a value.
    """
    arguments = name, tuple(point.items()), variable
    here, touched, cancelled = derivatives(*arguments, 0, digits)
    if not touched or order == 0:
        return [here[order]], cancelled
    (left, _, _), (right, _, _) = (derivatives(*arguments, side, digits) for side in (-1, 1))
    near = mp.mpf(10) ** -40
    if here[0] == left[0] and all(abs(left[n] - right[n]) <= near * abs(left[n]) for n in range(order + 1)):
        return [here[order]], True
    return [left[order], right[order]], True


def patterns(name: str, point: dict[str, Any], variable: str, order: int, fmt: str) -> tuple[list[int | None], str]:
    """The correctly rounded value, or values, and how they were settled."""
    zero = False
    for digits in DIGITS:
        last = digits == DIGITS[-1]
        if zero and not last:  # what vanishes at 90 digits does so at 400
            continue
        (first, cancelled), (second, _) = (
            at_point(name, point, variable, order, working) for working in (digits, digits + digits // 2 + 10)
        )
        zero = not any(first + second)
        found = [_settled(a, b, digits, fmt, last, not cancelled) for a, b in zip(first, second, strict=True)]
        if last and order == 0 and name in LARGER and found[0][1] == TIE:
            with mp.workdps(100):
                return [encoded(second[0] * (1 + mp.mpf(10) ** -60), fmt)], "beside ties, by hand"
        if all(how for _, how in found):
            return [pattern for pattern, _ in found], max((how for _, how in found), key=len)
    return [], "undecided"


def _settled(a: Any, b: Any, digits: int, fmt: str, last: bool, certain: bool) -> tuple[int | None, str]:
    """The pattern, and how it was settled; no way if more digits are needed."""
    with mp.workdps(2 * digits):
        if a == b == 0:
            return (0, "exactly zero") if last or certain else (None, "")
        if b == 0 or abs(a - b) > abs(b) * mp.mpf(10) ** -60:
            return None, ""
        slack = max(10 * abs(a - b), abs(b) * mp.mpf(10) ** (5 - digits))
        low, high = encoded(b - slack, fmt), encoded(b + slack, fmt)
        if low == high:
            return low, "agree"
        return (encoded(b, fmt), TIE) if last and a == b else (None, "")


def expected(name: str, point: dict[str, Any], variable: str, order: int, fmt: str) -> tuple[list[int | None], str]:
    """The pattern that a vector should have (two at a kink; None for NaN), and how it was settled."""
    if any(mp.isnan(x) for x in point.values()):
        return [None], "undefined"
    x = point[variable]
    low, high = DOMAINS.get(name, (-mp.inf, mp.inf))
    infinite = mp.isinf(x)
    if not (low < x < high or (infinite and x in (low, high))) or (infinite and (name, order) in NO_LIMIT):
        return [None], "undefined"
    if not infinite:
        return patterns(name, point, variable, order, fmt)
    sign = 1 if x > 0 else -1
    with mp.workdps(60):
        far = mp.mpf(10) ** FAR
        if name in SLOW and order == 0:
            grown = SLOW[name][sign > 0]
            return ([encoded(grown * far, fmt)] if grown else [0]), "limits"
        (pattern,), _ = patterns(name, {variable: sign * far}, variable, order, fmt)
    zero = pattern is not None and not pattern << 1 & ((1 << FORMATS[fmt][0]) - 1)
    return [0 if zero else pattern], "limits"


def vectors(document: dict[str, Any], fmt: str) -> Iterator[tuple[str, dict[str, Any], str, int, list[int]]]:
    """Derivative, point, input, order and pattern (or patterns, at a kink) of every vector of a format."""
    part = document["formats"][fmt]
    columns = {n: [decoded(int(p, 16), fmt) for p in text.split()] for n, text in part["inputs"].items()}
    for derivative, text in part["values"].items():
        _, _, by = derivative.partition("_")
        kinks = {k["index"]: [int(k["left"], 16), int(k["right"], 16)] for k in part["kinks"].get(derivative, ())}
        for i, pattern in enumerate(text.split()):
            point = {n: column[i] for n, column in columns.items()}
            got = kinks.get(i, [int(pattern, 16)])
            if i in kinks and not mp.isnan(decoded(int(pattern, 16), fmt)):
                got = []
            yield derivative, point, by[:1] or next(iter(columns)), len(by), got


def check(name: str, every: int = 1, start: int = 0) -> tuple[Counter[str], list[str]]:
    """How many vectors of an activation were settled in which way, and the wrong ones, told."""
    document = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    counts: Counter[str] = Counter()
    wrong = []
    for fmt in FORMATS:
        for i, (derivative, point, variable, order, got) in enumerate(vectors(document, fmt)):
            if i % every != start % every:
                continue
            want, how = expected(name, point, variable, order, fmt)
            if len(want) == 2:  # one-sided zeros have no sign
                want = [0 if w == 1 << (FORMATS[fmt][0] - 1) else w for w in want]
            same = [None if mp.isnan(decoded(g, fmt)) else g for g in got] == want
            counts[how] += 1
            counts["vectors"] += 1
            counts["kinks"] += len(want) == 2
            if not same:
                place = ", ".join(f"{n}={mp.nstr(x, 17)}" for n, x in point.items())
                shown = [None if w is None else hex(w) for w in want]
                wrong.append(f"{name} {derivative} {fmt} at {place}: {list(map(hex, got))}, mpmath: {shown} ({how})")
    return counts, wrong


def main(names: list[str]) -> int:
    """Check all vectors of the activations; 1 if one is wrong."""
    chosen = names or sorted(path.stem for path in VECTORS.glob("*.json"))
    total: Counter[str] = Counter()
    wrong: list[str] = []
    with ProcessPoolExecutor() as pool:
        for name, (counts, found) in zip(chosen, pool.map(check, chosen), strict=True):
            total += counts
            wrong += found
            print("\n".join([f"{name}: {counts['vectors']} vectors, {len(found)} wrong", *found]), flush=True)
    print(f"{len(chosen)} activations, {total.pop('vectors')} vectors, {len(wrong)} wrong")
    print(", ".join(f"{how}: {number}" for how, number in total.most_common()))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
