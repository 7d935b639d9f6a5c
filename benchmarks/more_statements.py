"""Families of statements in two names, with parameters, quantifiers, asymptotics, and conditions on whole functions.

Importing this module adds them to those of :mod:`generate_statements`.
"""

from __future__ import annotations

import random
from typing import Any

from generate_statements import WEIGHTS, Generated, _moved, _pick, _sided, _small, family
from known_curves import CURVES, Curve, closed_form, decimal, mp, number, shape

WEIGHTS.update(lipschitz_pair=0.3, monotone_pair=0.4, parameters=0.6)


def _continuous(curve: Curve, order: int) -> bool:
    return curve.smoothness is None or order <= curve.smoothness


def _steepest(curve: Curve) -> tuple[Any, Any, str | None] | None:
    """The Lipschitz constant, a place where the slope is as good as that, and an exact form."""
    if not _continuous(curve, 0):
        return None
    known = shape(curve, 1)
    bound = max(known.sup, known.inf, key=lambda b: abs(b.value))
    return (abs(bound.value), bound.witnesses[0], closed_form(abs(bound.value))) if bound.finite else None


@family
def lipschitz_pair(rng: random.Random, truth: bool) -> Generated | None:
    """abs(f(x) - f(y)) <= L abs(x - y)."""
    curve = rng.choice(CURVES)
    steepest = _steepest(curve)
    if steepest is None:
        return None
    value, place, exact = steepest
    if truth and exact is not None and rng.random() < 0.5:
        text = exact
    elif rng.random() < 0.5:  # a distance that one can see
        text = decimal(value * (mp.mpf("1.125") if truth else mp.mpf("0.875")), 4)
        if (number(text) > value) is not truth:
            return None
    else:
        text, _ = _moved(value, exact, 1 if truth else -1, rng)
    # A place beside a breakpoint is 1e-60 away from it: of the two sides, the steeper one.
    beside = (place + sign * mp.mpf(10) ** -20 for sign in (1, -1))
    f = curve.values[0]
    at = {} if truth else {"x": place, "y": max(beside, key=lambda y: abs(f(y) - f(place)))}
    shown = f"abs({curve.at('x')} - {curve.at('y')}) <= ({text})*abs(x - y)"
    return Generated("lipschitz_pair", shown, None, truth, f"the steepest slope is {decimal(value, 20)}", shown, at)


@family
def monotone_pair(rng: random.Random, truth: bool) -> Generated | None:
    """A function that rises from an edge on keeps the order of two numbers beyond it."""
    curve = rng.choice(CURVES)
    if not _continuous(curve, 0):
        return None
    known = shape(curve, 1)
    if not known.turns:
        if known.first_sign != 1 or not truth:
            return None
        shown = f"x <= y or {curve.at('x')} > {curve.at('y')}"
        return Generated("monotone_pair", shown, None, True, "strictly increasing")
    turn = known.turns[-1]
    if turn.right != 1 or (turn.left == 0 and not truth) or (turn.left > 0):
        return None
    text, moved = _moved(turn.at, closed_form(turn.at), 1 if truth else -1, rng)
    before = max((t.at for t in known.turns[:-1]), default=turn.at - 8)
    if not truth and rng.random() < 0.8:  # a distance that one can see
        text = decimal(turn.at - min(turn.at - before, mp.mpf(2)) * mp.mpf("0.75"), 4)
        moved = number(text)
    shown = rng.choice([f"{curve.at('x')} < {curve.at('y')}", f"{curve.at('x')} <= {curve.at('y')}"])
    at = {} if truth else {"x": moved, "y": (moved + turn.at) / 2}
    return Generated("monotone_pair", shown, f"{text} <= x < y", truth, f"it turns at {decimal(turn.at, 20)}", shown, at)


_PARAMETERS: tuple[tuple[str, str, str | None, str], ...] = (
    # true, false (with a small number), condition, why
    ("elu(x, alpha=a) > -a", "elu(x, alpha=a) > -a + {e}", "a > 0", "the limit at -oo is -a"),
    ("elu(x, alpha=a) >= -a", "elu(x, alpha=a) >= -a*(1 - {e})", "a > 0", "the limit at -oo is -a"),
    ("lipschitz(leaky_relu(negative_slope=a)) == max(1, abs(a))", "lipschitz(leaky_relu(negative_slope=a)) == max(1 + {e}, abs(a))", None, "slopes 1 and a"),
    ("lipschitz(prelu(weight=a)) <= 1", "lipschitz(prelu(weight=a)) <= 1 - {e}", "-1 <= a <= 1", "slopes 1 and a"),
    ("sup(D(tanh(k*x))) == k", "sup(D(tanh(k*x))) == k + {e}", "k > 0", "the chain rule"),
    ("sup(D(sigmoid(k*x))) == k/4", "sup(D(sigmoid(k*x))) == k/(4 + {e})", "k > 0", "the chain rule"),
    ("softplus(x, beta=b) > 0", "softplus(x, beta=b) > {e}", "b > 0", "a positive logarithm"),
    ("softplus(x, beta=b) > x", "softplus(x, beta=b) > x + {e}", "b > 0", "it lies above its asymptote"),
    ("softplus(x, beta=b) <= relu(x) + log(2)/b", "softplus(x, beta=b) <= relu(x) + (log(2) - {e})/b", "b > 0", "equal at 0"),
    ("squareplus(x, b=c) >= relu(x)", "squareplus(x, b=c) >= relu(x) + {e}", "c >= 0", "squares"),
    ("leaky_relu(x, negative_slope=a) >= x", "leaky_relu(x, negative_slope=a) >= x + {e}", "a <= 1", "for x < 0, a x >= x"),
    ("D(leaky_relu(negative_slope=a))(x) <= max(1, a)", "D(leaky_relu(negative_slope=a))(x) <= max(1 - {e}, a)", None, "slopes 1 and a"),
    ("sup(scaled_tanh(alpha=a, beta=2)) == a", "sup(scaled_tanh(alpha=a, beta=2)) == a*(1 + {e})", "a > 0", "the limit"),
    ("D(swish(x, beta=b), x) == sigmoid(b*x) + b*x*sigmoid(b*x)*sigmoid(-b*x)", "D(swish(x, beta=b), x) == sigmoid(b*x) + (b + {e})*x*sigmoid(b*x)*sigmoid(-b*x)", None, "the product rule"),
    ("swish(x, beta=b) - swish(-x, beta=b) == x", "swish(x, beta=b) - swish(-x, beta=b) == x*(1 - {e})", None, "sigmoids of opposite numbers sum to 1"),
    ("celu(x, alpha=a) > -a", "celu(x, alpha=a) > -a*(1 - {e})", "a > 0", "the limit at -oo is -a"),
    ("inf(elu(alpha=a)) == -a", "inf(elu(alpha=a)) == -a - {e}", "a > 0", "the limit at -oo is -a"),
    ("E((a*z)**2) == a**2", "E((a*z)**2) == a**2 + {e}", None, "the variance"),
)  # fmt: skip


@family
def parameters(rng: random.Random, truth: bool) -> Generated | None:
    right, wrong, where, because = rng.choice(_PARAMETERS)
    c = rng.randint(1, 99)
    if "==" not in right and rng.random() < 0.7:  # the same with a factor
        op = next(op for op in (">=", "<=", ">", "<") if op in right)
        right, wrong = (f"{c}*({a.strip()}) {op} {c}*({b.strip()})" for a, b in (t.split(op) for t in (right, wrong)))
    elif "==" in right:
        right, wrong = (f"{c}*({a.strip()}) == {c}*({b.strip()})" for a, b in (t.split("==") for t in (right, wrong)))
    return Generated("parameters", right if truth else wrong.format(e=_small(rng)[0]), where, truth, because)


@family
def quantified(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = _pick(rng)
    bound, sense, op, _ = _sided(rng, curve, order)
    here = curve.derivative_at(order, "x")
    known = shape(curve, order)
    inside, _ = _moved(bound.value, bound.exact, -sense, rng) if bound.finite else (f"{sense}e3", None)
    other = {"<": ">", ">": "<"}[op]
    true = [f"exists(x, {here} {other} {inside})"]
    false = [f"forall(x, {here} {op} {inside})"]
    if _continuous(curve, order) and known.sup.value > known.inf.value:
        true.append(f"exists(x, {here} == {inside})")
    if bound.finite:
        beyond, _ = _moved(bound.value, bound.exact, sense, rng)
        true += [f"forall(x, {here} {op} {beyond})", f"not exists(x, {here} {other}= {beyond})"]
        false += [f"exists(x, {here} {other} {beyond})", f"exists(x, {here} == {beyond})"]
    if bound.exact is not None:
        (true if bound.attained else false).append(f"exists(x, {here} == {bound.exact})")
        (false if bound.attained else true).append(f"forall(x, {here} {op} {bound.exact})")
    return Generated("quantified", rng.choice(true if truth else false), None, truth, f"the bound is {decimal(bound.value, 20)}")


@family
def asymptotics(rng: random.Random, truth: bool) -> Generated | None:
    curve = rng.choice(CURVES)
    side = rng.choice([0, 1])
    end, x = ("-oo", "oo")[side], (2 * side - 1) * mp.mpf(10) ** 30
    slope = closed_form(shape(curve, 1).limits[side])
    if slope is None or number(slope) == 0 or mp.isfinite(shape(curve, 0).limits[side]) or curve.ends is not None:
        return None
    offset = curve.value(0, x) - number(slope) * x
    if abs(offset) > 100:
        return None
    wrong = f"({slope})*(1 + {_small(rng)[0]})*x"
    right = f"({slope})*x"
    true = [f"asymptotic({curve.at('x')}, {right}, x, {end})", f"asymptotic({curve.at('x')}, {right}, x, {end}, rate=1/x)"]
    false = [f"asymptotic({curve.at('x')}, {wrong}, x, {end})", f"asymptotic({curve.at('x')}, {wrong}, x, {end}, rate=1/x)"]
    (false if abs(offset) > mp.mpf(10) ** -20 else true).append(
        f"asymptotic({curve.at('x')}, {right}, x, {end}, rate=1/x**(3/2))" if side else
        f"asymptotic({curve.at('x')}, {right}, x, {end}, rate=1/x**2)"
    )  # fmt: skip
    return Generated("asymptotics", rng.choice(true if truth else false), None, truth, f"the offset is {decimal(offset, 12)}")


@family
def conditions(rng: random.Random, truth: bool) -> Generated | None:
    """lipschitz, zeros and continuity on a part of the line."""
    curve, kind, small = rng.choice(CURVES), rng.choice(["lipschitz", "zeros", "continuity"]), _small(rng)[0]
    n = rng.randint(-40, 32)
    low, high = mp.mpf(n) / 8, mp.mpf(n + rng.randint(2, 8)) / 8
    where = f"{n}/8 < x < {decimal(high, 6)}"
    if any(low - 1 / mp.mpf(16) <= b <= high + 1 / mp.mpf(16) for b in curve.breaks):
        if kind != "continuity" or curve.milder or sum(low < b < high for b in curve.breaks) != 1 or not _continuous(curve, 0):
            return None
        text = f"continuity({curve.function}) == {curve.smoothness if truth else 'oo'}"
        return Generated("conditions", text, where, truth, "a breakpoint inside")
    if kind == "continuity":
        return Generated("conditions", f"continuity({curve.function}) == {'oo' if truth else rng.randint(0, 5)}", where, truth, "no breakpoint")
    if kind == "lipschitz":
        turns = (*shape(curve, 1).turns, *shape(curve, 2).turns)
        if any(low - 1 / mp.mpf(16) < t.at < high + 1 / mp.mpf(16) for t in turns):
            return None
        steep = max((f"{n}/8", decimal(high, 6)), key=lambda p: abs(curve.values[1](number(p))))
        value = f"abs({curve.derivative_at(1, steep)})"
        true = [f"lipschitz({curve.function}) == {value}", f"lipschitz({curve.function}) < {value} + {small}"]
        false = [f"lipschitz({curve.function}) == {value} + {small}", f"lipschitz({curve.function}) < {value}"]
        return Generated("conditions", rng.choice(true if truth else false), where, truth, "the slope is monotone there")
    order = rng.randrange(3)
    turns = shape(curve, order).turns
    if len(turns) != 1 or turns[0].here != 0 or 0 in (turns[0].left, turns[0].right):
        return None
    exact = closed_form(turns[0].at)
    if exact is None or abs(turns[0].at - low) < mp.mpf(10) ** -3 or abs(turns[0].at - high) < mp.mpf(10) ** -3:
        return None
    found = "{" + (exact if low < turns[0].at < high else "") + "}"
    if not truth:
        found = f"{{{exact} + {small}}}" if found != "{}" else f"{{{n}/8 + {small}}}"
    return Generated("conditions", f"zeros({curve.derivative(order)}) == {found}", where, truth, f"the only zero is {exact}")


_OSCILLATING: tuple[tuple[str, str, str | None, str | None], ...] = (
    # true, false, condition, another condition of the false one
    ("sup(sin({k}*x)) == 1", "sup(sin({k}*x)) == 1 - {e}", None, None), ("lipschitz(sin({k}*x)) == {k}", "lipschitz(sin({k}*x)) == {k} - {e}", None, None),
    ("range(cos({k}*x)) == interval(-1, 1)", "range(cos({k}*x)) == interval(-1, 1 + {e})", None, None),
    ("sin({k}*x)**2 + cos({k}*x)**2 == 1", "sin({k}*x)**2 + cos({k}*x)**2 == 1 + {e}", None, None),
    ("zeros(sin({k}*x)) == {{0, pi/{k}}}", "zeros(sin({k}*x)) == {{0}}", "-1/{k} < x < 4/{k}", None),
    ("sup(sin(x)) == 1", "sup(sin(x)) == 1", "0 <= x <= 1.5708", "0 <= x <= 1.5707"), ("sin({k}*x) <= {k}*x", "sin({k}*x) < {k}*x", "0 <= x <= 10/{k}", None),
    ("sin(x) >= x - x**3/6", "sin(x) >= x - x**3/6 + {e}", "0 <= x <= {k}", None), ("cos(x) >= 1 - x**2/2", "cos(x) >= 1 - x**2/2 + {e}", "-{k} <= x <= {k}", None),
    ("increasing(sin(x))", "increasing(sin(x))", "-1.57 < x < 1.5707", "-1.57 < x < 1.5709"), ("argmax(sin(x)) == pi/2", "argmax(sin(x)) == pi/2 + {e}", "0 < x < {k}/2 + 2", None),
    ("inf(D(snake)) == 0", "inf(D(snake)) == {e}", None, None), ("sup(D(snake)) == 2", "sup(D(snake)) == 2 - {e}", None, None),
    ("abs(sine(x)) <= abs(x)", "abs(sine(x)) < abs(x)", "-{k} <= x <= {k}", None), ("snake(x) >= x", "snake(x) > x", None, None),
    ("tanh(x)*sin(x) <= 1", "tanh(x)*sin(x) <= {e}", "-{k} <= x <= {k}", None), ("exp(-x)*sin(x) <= x", "exp(-x)*sin(x) <= x - {e}", "0 <= x <= {k}", None),
    ("sup(sin(x) + cos(x)) == sqrt(2)", "sup(sin(x) + cos(x)) == sqrt(2) + {e}", None, None), ("inf(sin(x)*cos(x)) == -1/2", "inf(sin(x)*cos(x)) == -1/2 + {e}", None, None),
    ("increasing(snake)", "decreasing(snake)", None, None), ("even(cos(x) + x**2)", "odd(cos(x) + x**2)", None, None),
)  # fmt: skip


@family
def oscillating(rng: random.Random, truth: bool) -> Generated | None:
    right, wrong, where, other = rng.choice(_OSCILLATING)
    names = {"k": rng.randint(2, 9), "e": _small(rng)[0]}
    condition = (other or where) if not truth else where
    return Generated("oscillating", (right if truth else wrong).format(**names), condition and condition.format(**names),
                     truth, "textbook trigonometry")  # fmt: skip
