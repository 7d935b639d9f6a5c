"""Families about numbers: constants equal only after algebra, equal growth, edges of a domain, infinities.

Importing this module adds them to those of :mod:`generate_statements`. A statement with a closed term that is
undefined (a root of a negative number, a logarithm of 0, an infinity that is calculated with) has no verdict: it is
made as a false one that is not `defined`, and must be neither proved nor refuted.
"""

from __future__ import annotations

import random
import re
from typing import Any

from disguises import disguised, equal_powers
from generate_statements import _EXPECTATIONS, Generated, _pick, _sided, family
from known_curves import CURVES, EQUAL, closed_form, decimal, mp, number, shape

CLOSED: tuple[dict[str, Any], ...] = ({},)


def _tiny(rng: random.Random) -> tuple[str, Any]:
    """1e-6 to 1e-40."""
    k = rng.randint(6, 40)
    return f"1e-{k}", mp.mpf(10) ** -k


def _closed(family: str, shown: str, truth: bool, because: str, pointwise: str | None = None) -> Generated:
    """A statement without free names; it is its own pointwise form where nothing else is said."""
    return Generated(family, shown, None, truth, because, pointwise or shown, points=CLOSED)


def _undefined(family: str, shown: str, because: str, edge: str | None = None, where: str | None = None) -> Generated:
    """A statement with an undefined closed term; the comparison `edge` holds, which makes it so."""
    return Generated(family, shown, where, False, because, edge, defined=False)


def _compared(rng: random.Random, left: str, right: str, truth: bool, small: str) -> str:
    """A comparison of two equal terms, of the wanted truth."""
    true = ["{0} == {1}", "{0} == {1}", "{0} <= {1}", "{0} >= {1}", "{0} < {1} + {e}", "{0} > {1} - {e}", "{0} != {1} + {e}"]
    false = ["{0} != {1}", "{0} < {1}", "{0} > {1}", "{0} == {1} + {e}", "{0} == {1} - {e}", "{0} >= {1} + {e}", "{0} <= {1} - {e}"]
    return rng.choice(true if truth else false).format(left, right, e=small)


# --- constants that agree only after algebra


@family
def hidden_equality(rng: random.Random, truth: bool) -> Generated:
    """Closed terms made of numbers written in two ways."""
    (a, b), (c, d) = disguised(rng), disguised(rng)
    m, n, s = rng.randint(1, 9), rng.randint(2, 9), rng.choice("+-")
    kind = rng.choice(["plain", "sum", "product", "quotient", "difference"])
    left, right = {
        "plain": (a, b), "sum": (f"{m}*({a}) {s} ({c})/{n}", f"{m}*({b}) {s} ({d})/{n}"),
        "product": (f"({a})*({c})", f"({b})*({d})"), "quotient": (f"({a})/({c})", f"({b})/({d})"),
        "difference": (f"({a}) - ({b})", "0"),
    }[kind]  # fmt: skip
    return _closed("hidden_equality", _compared(rng, left, right, truth, _tiny(rng)[0]), truth, "equal by algebra")


_MODERATE = tuple(c for c in CURVES if c.reach[0] <= -20 and c.reach[1] >= 20)


@family
def hidden_argument(rng: random.Random, truth: bool) -> Generated | None:
    """A curve at one number written in two ways."""
    curve, order = rng.choice(_MODERATE), rng.randrange(3)
    a, b = disguised(rng)
    value = number(a)
    if value > 20 or any(abs(value - x) < EQUAL for x in curve.breaks) or abs(curve.value(order, value)) < mp.mpf(10) ** -6:
        return None
    here, right = curve.derivative_at(order, a), curve.derivative_at(order, b)
    left = rng.choice([here, here, here, f"limit({curve.derivative_at(order, 'x')}, x, {a})"])
    shown = _compared(rng, left, right, truth, _tiny(rng)[0])
    return _closed("hidden_argument", shown, truth, "the same argument", shown.replace(left, here))


@family
def hidden_bound(rng: random.Random, truth: bool) -> Generated | None:
    """A tight bound times, or plus, a number written in two ways."""
    curve, order = _pick(rng)
    bound, sense, op, name = _sided(rng, curve, order)
    if bound.exact is None:
        return None
    (a, b), (small, delta) = disguised(rng), _tiny(rng)
    here = curve.derivative_at(order, "x")
    if rng.random() < 0.5:
        left, right, size = f"({a})*{here}", f"({b})*({bound.exact})", number(b)
    else:
        left, right, size = f"{here} + {a}", f"{bound.exact} + {b}", mp.mpf(1)
    if size < mp.mpf(10) ** -3 or size > mp.mpf(10) ** 6:
        return None
    because = f"{name} {bound.exact} is {'attained' if bound.attained else 'not attained'}"
    if rng.random() < 0.5:
        whole = f"{name}({left})"
        shown = rng.choice(
            [f"{whole} == {right}", f"{whole} <= {right}", f"{whole} >= {right}"] if truth else
            [f"{whole} == {right} + {small}", f"{whole} != {right}", f"{whole} {op} {right}", f"{whole} {op}= {right} {'-+'[sense < 0]} {small}"]
        )  # fmt: skip
        return Generated("hidden_bound", shown, None, truth, because)
    tight = f"{left} {op}= {right} {'-+'[sense < 0]} {small}"
    true, false = [f"{left} {op}= {right}", f"{left} {op} {right} {'+-'[sense < 0]} {small}"], []
    if bound.attained or delta > mp.mpf(10) ** -15:
        false.append(tight)
    (false if bound.attained else true).append(f"{left} {op} {right}")
    if not (true if truth else false):
        return None
    shown = rng.choice(true if truth else false)
    return Generated("hidden_bound", shown, None, truth, because, shown, {} if truth else {"x": bound.witnesses[0]})


# --- equal growth


_HELPERS = (
    # text, limits at -oo and oo
    ("tanh(x)", "-1", "1"), ("atan(x)", "-pi/2", "pi/2"), ("exp(-x**2)", "0", "0"), ("sigmoid(x)", "0", "1"), ("x", "-oo", "oo"),
    ("relu(x) - x", "oo", "0"), ("softplus(x) - x", "oo", "0"), ("gelu(x)", "0", "oo"), ("1/x", "0", "0"), ("x/(1 + x**2)", "0", "0"),
    ("softsign(x)", "-1", "1"), ("3/7", "3/7", "3/7"), ("erf(x)", "-1", "1"), ("(2*x + 1)/(x - 3)", "2", "2"), ("sqrt(x**2 + 1)", "oo", "oo"),
    ("elu(x)", "-1", "oo"), ("silu(x)", "0", "oo"), ("-x**3", "oo", "-oo"), ("log(1 + x**2)", "oo", "oo"), ("mish(x) - x", "oo", "0"),
)  # fmt: skip
"""Functions that grow more slowly than the exponentials here."""
_SLOW = ("x", "x**3", "-x**2", "5", "sqrt(x**2 + 1)", "tanh(x)", "log(1 + x**2)", "x*atan(x)", "exp(-x)*exp(x)")


def _other(value: str, rng: random.Random, small: str) -> str:
    """A wrong limit."""
    return rng.choice(["0", "oo" if value == "-oo" else "-oo"]) if "oo" in value else rng.choice([f"{value} + {small}", f"{value} - {small}", "oo", "-oo"])


@family
def equal_growth(rng: random.Random, truth: bool) -> Generated:
    """Limits of sums and quotients of exponentials that grow equally fast."""
    f, g = equal_powers(rng)
    side = rng.choice([0, 1])
    end, x = ("-oo", "oo")[side], ("-x", "x")[side]
    u = rng.choice([x, x, f"2*{x}", f"{x}/3", "x**2", f"{x} + 1", f"3*{x} - 2", "x**2/5"])
    f, g, small = f(u), g(u), _tiny(rng)[0]
    p, q = rng.randint(1, 9), rng.randint(1, 9)
    helper = rng.choice(_HELPERS)
    h, limit_h = helper[0], helper[1 + side]
    slow, slow_too, k = rng.choice(_SLOW), rng.choice(_SLOW), rng.randint(1, 3)
    sign = "0" if p == q else "oo" if p > q else "-oo"
    term, value = rng.choice([
        (f"{p}*({f}) - {q}*({g})", sign), (f"{p}*({f}) - {q}*({g}) + {slow}", sign) if p != q else (f"{f} - {g}", "0"),
        (f"{p}*({f}) - {p}*({g}) + {h}", limit_h), (f"{h} + {g} - ({f})", limit_h),
        (f"{p}*({f})/({q}*({g}))", f"{p}/{q}"), (f"({p}*({f}) + {slow})/({q}*({g}) + {slow_too})", f"{p}/{q}"),
        (f"x**{k}*({f})/({g})", "-oo" if side == 0 and k % 2 else "oo"), (f"({f} + {slow})/({g}) + {h}", "oo" if limit_h == "oo" else "-oo" if limit_h == "-oo" else f"1 + {limit_h}"),
        (f"log({p}*({f})) - log({q}*({g}))", f"log({p}/{q})"), (f"log({f} + {q}*({g})) - log({g})", f"log({1 + q})"),
        (f"tanh({p}*({f}) - {p}*({g}) + {slow}/x**4)", "0"), (f"{h}*({f})/({g})", limit_h),
    ])  # fmt: skip
    right = value if truth else _other(value, rng, small)
    if value not in ("oo", "-oo") and not truth and rng.random() < 0.3:
        return Generated("equal_growth", f"limit({term}, x, {end}) != {value}", None, False, f"the limit is {value}")
    return Generated("equal_growth", f"limit({term}, x, {end}) == {right}", None, truth, f"the limit is {value}")


@family
def equal_leaders(rng: random.Random, truth: bool) -> Generated:
    """The ratio of sums whose first terms grow equally fast."""
    f, g = equal_powers(rng)
    side = rng.choice([0, 1])
    u = rng.choice([("-x", "x")[side], "x**2", f"{('-x', 'x')[side]}/2"])
    f, g, c = f(u), g(u), rng.randint(1, 9)
    slow, end = rng.choice(_SLOW), ("-oo", "oo")[side]
    rate = rng.choice(["", "", f", rate=exp({('x', '-x')[side]}/8)"])
    true = [f"asymptotic({c}*({f}) + {slow}, {c}*({g}), x, {end}{rate})", f"not asymptotic({c}*({f}), {c + 1}*({g}), x, {end})"]
    false = [f"asymptotic({c}*({f}) + {slow}, {c + 1}*({g}), x, {end}{rate})", f"asymptotic({c}*({f}) - {c}*({g}) + x, {g}, x, {end})",
             f"asymptotic(({f})*x, {g}, x, {end})"]  # fmt: skip
    return Generated("equal_leaders", rng.choice(true if truth else false), None, truth, "equal growth")


@family
def cancelled_growth(rng: random.Random, truth: bool) -> Generated | None:
    """Bounds of functions in which exponentials cancel: f(u)/g(u) is 1, f(u) - g(u) is 0."""
    f, g = equal_powers(rng)
    curve, order = rng.choice(_MODERATE), rng.randrange(2)
    bound, sense, op, name = _sided(rng, curve, order)
    here = curve.derivative_at(order, "x")
    u = rng.choice(["x", "-x", "x/2", "x**2", "2*x - 1"])
    kind = rng.choice(["factor", "factor", "term", "tanh", "sign", "sign", "monotone"])
    if kind == "sign":
        u = rng.choice(["x", "-x", "x/2", "2*x"])
        p, q = rng.sample(range(1, 10), 2)
        left, right = f"{p}*({f(u)})", f"{q}*({g(u)})"
        less, more = ("<", ">") if p < q else (">", "<")
        true = [f"{left} {less} {right}", f"{left} != {right}", f"{f(u)} == {g(u)}", f"{f(u)} <= {g(u)}"]
        false = [f"{left} {more} {right}", f"{left} {more}= {right}", f"{left} == {right}", f"{f(u)} < {g(u)}", f"{f(u)} != {g(u)}"]
        shown = rng.choice(true if truth else false)
        return Generated("cancelled_growth", shown, None, truth, "the same exponential", shown, {} if truth else {"x": mp.mpf(1)})
    if kind == "monotone":
        p, q = rng.sample(range(1, 10), 2)
        word = {True: "increasing", False: "decreasing"}[(p > q) is truth]
        return Generated("cancelled_growth", f"{word}({p}*{f('x')} - {q}*({g('x')}))", None, truth, "a multiple of one exponential")
    if kind == "tanh":
        k, c = rng.choice([10, 100, 1000]), rng.choice(["0.9", "0.999", "1 - 1e-6", "1 - 1e-12"])
        left = f"tanh(({f(u)})/({g(u)})*exp(x/{k}))"
        true, false = [f"{left} < 1", f"{left} > 0", f"sup({left}) == 1"], [f"{left} < {c}", f"sup({left}) <= {c}", f"{left} > 1e-6"]
        shown = rng.choice(true if truth else false)
        at = {} if truth else {"x": mp.mpf(20 * k if ">" not in shown else -20 * k)}
        return Generated("cancelled_growth", shown, None, truth, "tanh(exp(x/k))", None if "sup" in shown else shown, at)
    if bound.exact is None or abs(bound.witnesses[0]) > 60:
        return None
    small, delta = _tiny(rng)
    if kind == "term" and u == "x**2":
        u = "x/3"
    left = f"({f(u)})/({g(u)})*{here}" if kind == "factor" else f"{here} + {f(u)} - {g(u)}"
    true, false = [f"{left} {op}= {bound.exact}", f"{left} {op} {bound.exact} {'+-'[sense < 0]} {small}", f"{name}({left}) == {bound.exact}"], []
    if bound.attained or delta > mp.mpf(10) ** -15:
        false += [f"{left} {op}= {bound.exact} {'-+'[sense < 0]} {small}"]
    false.append(f"{name}({left}) == {bound.exact} + {small}")
    (false if bound.attained else true).append(f"{left} {op} {bound.exact}")
    shown = rng.choice(true if truth else false)
    whole = shown.startswith(name)
    return Generated("cancelled_growth", shown, None, truth, f"{name} is {bound.exact}", None if whole else shown,
                     {} if truth or whole else {"x": bound.witnesses[0]})  # fmt: skip


# --- closed terms at the edge of a domain


def _value(rng: random.Random) -> tuple[str, str | None, Any] | None:
    """A closed term with its exact form, where there is one, and its value: bounds, means, limits, their sums."""
    kind = rng.choice(["bound", "bound", "digits", "digits", "sum", "mean", "limit", "constant", "point"])
    curve, order = _pick(rng)
    if kind in ("bound", "digits"):
        bound, _, _, name = _sided(rng, curve, order)
        if not bound.finite or (kind == "digits" and bound.exact is not None):
            return None
        return f"{name}({curve.derivative(order)})", bound.exact, bound.value
    if kind == "sum":
        first, second = _value(rng), _value(rng)
        if first is None or second is None:
            return None
        m, n, sign = rng.randint(1, 9), rng.randint(1, 9), rng.choice([1, -1])
        (a, exact_a, u), (b, exact_b, v) = first, second
        texts = [f"{m}*({p}) {'+-'[sign < 0]} ({q})/{n}" if p and q else None for p, q in ((a, b), (exact_a, exact_b))]
        return texts[0] or "", texts[1], m * u + sign * v / n
    if kind == "mean":
        body, exact = rng.choice(_EXPECTATIONS)
        return f"E({body})", exact, number(exact)
    if kind == "limit":
        side = rng.choice([0, 1])
        value = shape(curve, order).limits[side]
        exact = closed_form(value) if mp.isfinite(value) else None
        return None if exact is None else (f"limit({curve.derivative_at(order, 'x')}, x, {('-oo', 'oo')[side]})", exact, value)
    if kind == "constant":
        a, b = disguised(rng)
        return (a, b, number(a)) if number(a) < 1000 else None
    point = rng.choice(["-1", "1/2", "2", "3"])
    if number(point) in curve.breaks:
        return None
    exact = rng.choice(curve.formulas[0]) if order == 1 else None
    if exact is None or " if " in exact or "x" not in exact or point != "2":
        return None
    value = curve.value(order, number(point))
    return f"D({curve.function})(2)", _at_two(exact), value


def _at_two(formula: str) -> str:
    """The formula with 2 for the name x."""
    return re.sub(r"\bx\b", "2", formula)


_AT_ZERO = (
    # with Z == 0: (true), (false), (undefined, because of it)
    ("sqrt({z}) == 0", "sqrt({z}) <= {e}", "({z})**(3/2) == 0", "abs({z}) == 0", "exp({z}) == 1", "{z} >= 0", "sqrt({z}) + {n} == {n}", "tanh({z}) < {e}"),
    ("sqrt({z}) > 0", "sqrt({z}) != 0", "sqrt({z}) >= {e}", "exp({z}) != 1", "{z} > 0", "abs({z}) > 0", "{n}*({z}) == {e}", "cosh({z}) > 1"),
    ("log({z}) < {n}", "1/({z}) > {n}", "{n}/({z}) < 0", "({z})**(-1/2) > 0", "({z})/({z}) == 1", "0*log({z}) == 0", "exp(log({z})) == 0",
     "atan(1/({z})) < {n}", "1/sqrt({z}) > 0", "tanh(log({z})) == -1", "{n}*log({z}) == -oo", "x**2 > 1/({z}) - {n}", "log(abs({z})) < 0"),
)  # fmt: skip
_BELOW_ZERO = (
    # with Z == -d: true, false, undefined
    ("{z} < 0", "1/({z}) < 0", "abs({z}) > 0", "sqrt(-({z})) > 0", "log(-({z})) < 0", "sqrt(abs({z})) < 1", "({z})**2 > 0", "exp({z}) < 1"),
    ("{z} >= 0", "1/({z}) > 0", "{z} == 0", "sqrt(-({z})) == 0", "log(-({z})) > 0", "sqrt(abs({z})) > 1", "exp({z}) >= 1"),
    ("sqrt({z}) < {n}", "sqrt({z}) == 0", "log({z}) < 0", "({z})**(1/2) < {n}", "sqrt({z}) >= 0", "exp(sqrt({z})) > 1", "max(sqrt({z}), {n}) == {n}",
     "sqrt({z})**2 == {z}", "log({z}) < {n}", "0*sqrt({z}) == 0", "({z})**(3/2) < {n}", "sqrt({z}) != {n}", "tanh(sqrt({z})) < 1",
     "x**2 + {n} > sqrt({z})", "sqrt({z}) - sqrt({z}) == 0", "1/sqrt({z}) > {n}", "log(sqrt({z})) < {n}", "({z})**(-1/2) != {n}"),
)  # fmt: skip
_ABOVE_ZERO = (
    ("{z} > 0", "1/({z}) > {n}", "sqrt({z}) > 0", "sqrt({z}) < {n}", "log({z}) < 0", "({z})**(1/2) != 0", "1/sqrt({z}) > 1", "sqrt({z}) > {z}", "exp({z}) > 1"),
    ("{z} <= 0", "1/({z}) < {n}", "sqrt({z}) == 0", "sqrt({z}) > {n}", "log({z}) > 0", "log({z}) == -oo", "1/sqrt({z}) < 1", "sqrt({z}) < {z}", "exp({z}) <= 1"),
    (),
)  # fmt: skip


@family
def domain_edge(rng: random.Random, truth: bool) -> Generated | None:
    """Roots, logarithms, quotients and powers of a closed term that is 0, or a little below or above it."""
    drawn = _value(rng)
    if drawn is None:
        return None
    text, exact, value = drawn
    if rng.random() < 0.3:
        text, exact, value = f"-({text})", exact and f"-({exact})", -value
    small, delta = _tiny(rng)
    side = rng.choice([-1, -1, 0, 1]) if exact is not None else rng.choice([-1, 1])
    if side == 0:
        assert exact is not None
        z, checked, (true, false, undefined) = f"{text} - ({exact})", "0", _AT_ZERO
        if rng.random() < 0.3:
            z = f"{exact} - ({text})"
    else:
        true, false, undefined = _BELOW_ZERO if side < 0 else _ABOVE_ZERO
        if exact is not None and rng.random() < 0.5:
            z, checked = f"{text} - ({exact}) {'-' if side < 0 else '+'} {small}", f"{'-' if side < 0 else ''}{small}"
        else:
            c = decimal(value - side * delta, 60)
            z, checked = f"{text} - ({c})", f"{decimal(value, 150)} - ({c})"
        gap = number(checked)
        if gap * side <= delta / 2 or gap * side > 2 * delta:
            return None
    undefined_wanted = not truth and undefined and rng.random() < 0.7
    template = rng.choice(undefined if undefined_wanted else true if truth else false)
    names = {"e": small, "n": rng.randint(1, 20)}
    shown = template.format(z=z, **names)
    if undefined_wanted:
        return _undefined("domain_edge", shown, f"the closed term {z} is {decimal(number(checked), 3)}", f"({checked}) {'<' if side else '=='} 0")
    return _closed("domain_edge", shown, truth, f"{z} is {decimal(number(checked), 3)}", template.format(z=f"({checked})", **names))


@family
def domain_boundary(rng: random.Random, truth: bool) -> Generated | None:
    """Terms in x that are defined on one side of a bound, at one point, or nowhere."""
    curve, order = _pick(rng)
    bound, sense, op, _ = _sided(rng, curve, order)
    if bound.exact is None or (not bound.isolated and bound.attained):
        return None
    here, (small, _), n = curve.derivative_at(order, "x"), _tiny(rng), rng.randint(1, 30)
    above = f"({here} - ({bound.exact}))" if sense > 0 else f"({bound.exact} - {here})"  # at most 0
    below = f"({bound.exact} - {here})" if sense > 0 else f"({here} - ({bound.exact}))"
    true = [f"1/{below} > 0", f"sqrt({below}) >= 0", f"sqrt({below} + {small}) > 0", f"log({below} + 1) >= 0", f"sqrt({below})**2 == {below}"]
    false = [f"1/{below} < 0", f"sqrt({below}) < 0", f"1/{below} <= 0", f"log({below} + 1) < 0", f"log({below} + 1) == -{n}"]
    nowhere = [f"sqrt({above} - {small}) >= 0", f"log({above}) < {n}", f"log({above} - {small}) < {n}", f"1/sqrt({above}) > {n}", f"sqrt({above} - {small}) == {n}"]
    if bound.attained:
        true.append(f"sqrt({above}) == 0")
        false += [f"sqrt({above}) > 0", f"sqrt({above}) == {small}"]
    else:
        nowhere.append(f"sqrt({above}) == 0")
    because = f"{here} {op}= {bound.exact}, {'attained' if bound.attained else 'not attained'}"
    if not truth and rng.random() < 0.5:
        return _undefined("domain_boundary", rng.choice(nowhere), because + ": the domain is empty")
    return Generated("domain_boundary", rng.choice(true if truth else false), None, truth, because)


# --- infinities


def _infinite(rng: random.Random) -> tuple[str, int] | None:
    """A closed term that is oo or -oo."""
    curve = rng.choice(CURVES)
    known, k = shape(curve, 0), rng.randint(1, 9)
    f = rng.choice([curve.function, f"{k}*{curve.at('x')}", f"{curve.at('x')} - {k}"])
    choices: list[tuple[str, int]] = [(rng.choice(["sup(x)", "sup(exp)", "limit(x, x, oo)", f"sup(x**{k})", f"limit(x + {k}, x, oo)"]), 1),
                                      (rng.choice(["inf(x)", "limit(x, x, -oo)", "inf(x**3)", f"inf({k} - x)"]), -1)]  # fmt: skip
    for bound, name in ((known.sup, "sup"), (known.inf, "inf")):
        if not bound.finite and curve.ends is None:
            choices += [(f"{name}({f})", 1 if name == "sup" else -1)] * 3
    for side, value in zip(("-oo", "oo"), known.limits, strict=True):
        if not mp.isfinite(value) and curve.ends is None:
            choices += [(f"limit({f if '(x)' in f else curve.at('x')}, x, {side})", int(mp.sign(value)))] * 2
    return rng.choice(choices)


@family
def infinity(rng: random.Random, truth: bool) -> Generated | None:
    """An infinity stands alone, or is calculated with, which is undefined."""
    (i, s), (j, t) = _infinite(rng) or ("", 0), _infinite(rng) or ("", 0)
    own, other = ("oo", "-oo") if s > 0 else ("-oo", "oo")
    n, op, back = rng.randint(-50, 50), ">" if s > 0 else "<", "<" if s > 0 else ">"
    true = [f"{i} == {own}", f"{i} {op} {n}", f"{i} {op}= {n}", f"{i} != {n}", f"{n} {back} {i}", f"{i} != {other}", f"not {i} {back} {n}"]
    false = [f"{i} == {other}", f"{i} {back} {n}", f"{i} == {n}", f"{n} {op} {i}", f"{i} != {own}", f"{i} {back}= {n}", f"not {i} {op} {n}"]
    if s == t:
        true += [f"{i} == {j}", f"{i} >= {j}", f"{i} <= {j}"]
        false += [f"{i} < {j}", f"{i} > {j}", f"{i} != {j}"]
    else:
        true += [f"{i} {op} {j}", f"{i} != {j}"]
        false += [f"{i} == {j}", f"{i} {back} {j}"]
    if truth or rng.random() < 0.3:
        return Generated("infinity", rng.choice(true if truth else false), None, truth, f"{i} is {own}")
    k, m = rng.randint(1, 20), abs(n) + 1
    undefined = [
        f"{i} - {i} == 0", f"{i} - ({i}) == {k}", f"0*{i} == 0", f"{i}/{i} == 1", f"{i}**0 == 1", f"exp({i} - {i}) == 1",
        f"{k}*{i} - {k}*{i} < {m}", f"{i} + {m} - {i} == {m}", f"tanh({i}) <= 1", f"1/{i} == 0", f"{i} + {k} {op} {n}",
        f"max({i}, {k}) >= {k}", f"min({i}, {k}) <= {k}", f"x**2 + {i} - {i} >= 0", f"({i} - {i})*x == 0", f"x + {i} != x",
        f"0*{i} < {k}", f"exp(-{i}**2) == 0", f"sigmoid({i}) <= 1", f"{i}*x - {i}*x == 0", f"abs({i}) > {n}", f"{k}*{i} == {own}",
    ]  # fmt: skip
    if i != j:
        undefined += [f"{i} - {j} == 0" if s == t else f"{i} + {j} == 0", f"{i}/{j} == 1", f"{i}*0 + {j}*0 == 0", f"atan({i}/{j}) > 0",
                      f"{i} + {j} < {m}", f"{i}/({j}) > 0"]  # fmt: skip
    return _undefined("infinity", rng.choice(undefined), f"{i} is {own}, and calculated with")


@family
def bounded_by_condition(rng: random.Random, truth: bool) -> Generated | None:
    """Extrema that are infinite on the line and numbers on a half-line: calculating with these is fine."""
    curve = rng.choice(CURVES)
    known = shape(curve, 0)
    if curve.ends is not None or (curve.smoothness is not None and curve.smoothness < 0):
        return None
    turns = shape(curve, 1).turns
    k = rng.randint(1, 60)
    p = mp.mpf(k) / 4
    side = rng.choice([1, -1])
    end = known.limits[0 if side > 0 else 1]
    beyond = max((abs(t.at) for t in turns), default=mp.mpf(0)) + mp.mpf("0.25")
    if side < 0:
        p = -p
    if abs(p) < beyond or mp.isfinite(known.limits[1 if side > 0 else 0]):
        return None
    value = curve.values[0](p)
    grid = [curve.values[0](side * (abs(p) * mp.mpf(i) / 50)) for i in range(50)] + [curve.values[0](-side * mp.mpf(i) * 2) for i in range(20)]
    rises = known.limits[1 if side > 0 else 0] > 0
    if any((v >= value) if rises else (v <= value) for v in grid) or not (mp.isfinite(end) or (end > 0) is not rises):
        return None
    if mp.isfinite(end) and ((end >= value) if rises else (end <= value)):
        return None
    name, edge = ("sup" if rises else "inf"), f"{int(4 * p)}/4"
    where, f, at = f"x <= {edge}" if side > 0 else f"x >= {edge}", curve.function, curve.at(edge)
    n, small = rng.randint(1, 9), _tiny(rng)[0]
    left, right = rng.choice([(f"{name}({f}) - {at}", "0"), (f"{name}({f})", at), (f"{n}*{name}({f})", f"{n}*{at}"), (f"{name}({f}) - {name}({f})", "0"),
                              (f"0*{name}({f})", "0"), (f"tanh({name}({f}) - {at})", "0")])  # fmt: skip
    return Generated("bounded_by_condition", _compared(rng, left, right, truth, small), where, truth, "an extremum at the end of a half-line")
