"""Families of what texts say: polynomials that touch, broken lines, tables, steps, properties with parameters, sums in
several names, products of n factors, two vectors, integrals, inverses, oscillation, limits in a parameter.

Importing this module adds them to those of :mod:`generate_statements`. Their truth is exact: integers, rationals and
textbook facts.
"""

from __future__ import annotations

import random
import re
from fractions import Fraction
from itertools import pairwise

from generate_statements import WEIGHTS, Generated, _small, family

WEIGHTS.update(two_vectors=0.4, weighted_jensen=0.5, touching_polynomial=0.8)


def _said(name: str, rng: random.Random, truth: bool, true: list[str], false: list[str], where: str | None, why: str) -> Generated:
    return Generated(name, rng.choice(true if truth else false), where, truth, why)


def _product(p: list[int], q: list[int]) -> list[int]:
    result = [0] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            result[i + j] += a * b
    return result


def _written(coefficients: list[int]) -> str:
    return " + ".join(f"({c})*x**{k}" for k, c in enumerate(coefficients) if c) or "0"


@family
def touching_polynomial(rng: random.Random, truth: bool) -> Generated:
    """A square, or a square times a positive polynomial, written out: 0 at its roots; a Chebyshev polynomial against 1."""
    small, _ = _small(rng)
    if rng.random() < 0.3:
        previous, current = [1], [0, 1]
        for _ in range(rng.randint(1, 23)):
            previous, current = current, [a - b for a, b in zip([0, *(2 * c for c in current)], [*previous, 0, 0], strict=False)]
        p = _written(current)
        true = [f"{p} <= 1", f"{p} >= -1", f"abs({p}) <= 1", f"{p} < 1 + {small}"]
        false = [f"{p} < 1", f"{p} <= 1 - {small}", f"abs({p}) < 1", f"sup({p}) > 1"]
        return _said("touching_polynomial", rng, truth, true, false, "abs(x) <= 1", "cos(n arccos x)")
    roots = [(rng.randint(-5, 5), rng.randint(1, 4)) for _ in range(rng.randint(1, 4))]
    square = [rng.randint(1, 3)]
    for numerator, denominator in roots:
        square = _product(square, _product([-numerator, denominator], [-numerator, denominator]))
    if rng.random() < 0.5:
        square = _product(square, [rng.randint(2, 5), rng.choice([-2, -1, 1, 2]), rng.randint(1, 3)])  # without real roots
    p = _written(square)
    true = [f"{p} >= 0", f"inf({p}) == 0", f"{p} > -{small}", f"0 <= {p}"]
    false = [f"{p} > 0", f"{p} >= {small}", f"inf({p}) == {small}", f"-({p}) >= 0"]
    return _said("touching_polynomial", rng, truth, true, false, None, f"0 at {roots[0][0]}/{roots[0][1]}, a square")


@family
def broken_line(rng: random.Random, truth: bool) -> Generated:
    """A sum of absolute values with positive weights is least at one of its kinks."""
    small, _ = _small(rng)
    kinks = {Fraction(rng.randint(-30, 30), rng.randint(1, 4)): rng.randint(1, 5) for _ in range(rng.randint(2, 30))}
    slope = Fraction(rng.randint(-2, 2), 3)
    body = " + ".join(f"{w}*abs(x - ({k}))" for k, w in kinks.items()) + f" + ({slope})*x"
    total = sum(kinks.values())
    least = min(sum(w * abs(k - m) for m, w in kinks.items()) + slope * k for k in kinks)
    true = [f"{body} >= {least}", f"inf({body}) == {least}", f"{body} > {least} - {small}", f"convex({body})"]
    false = [f"{body} > {least}", f"{body} >= {least} + {small}", f"inf({body}) == {least} - {small}", f"concave({body})",
             f"lipschitz({body}) == {total + abs(slope)} - {small}"]  # fmt: skip
    if total > abs(slope):
        true.append(f"lipschitz({body}) == {total + abs(slope)}")
        return _said("broken_line", rng, truth, true, false, None, f"least {least}")
    return broken_line(rng, truth)


@family
def table_of_entries(rng: random.Random, truth: bool) -> Generated:
    small, _ = _small(rng)
    size = rng.randint(2, 40)
    xs = sorted(rng.sample(range(-60, 60), size))
    ys = [rng.randint(-20, 20) for _ in xs]
    if rng.random() < 0.4:
        ys = sorted(set(ys))
        xs = xs[: len(ys)]
        if len(xs) < 2:
            return table_of_entries(rng, truth)
    kind = rng.choice(["linear", "step"])
    table = f"table([{', '.join(f'({x}, {y})' for x, y in zip(xs, ys, strict=True))}], {kind})"
    low, high = min(ys), max(ys)
    rises = all(a <= b for a, b in pairwise(ys))
    falls = all(a >= b for a, b in pairwise(ys))
    k = rng.randrange(len(xs))
    true = [f"{table}(x) <= {high}", f"{table}(x) >= {low}", f"sup({table}) == {high}", f"{table}({xs[k]}) == {ys[k]}",
            ("" if rises or falls else "not ") + f"monotone({table})"]  # fmt: skip
    false = [f"{table}(x) < {high}", f"{table}(x) >= {low} + {small}", f"inf({table}) == {low} - {small}",
             f"{table}({xs[k]}) == {ys[k]} + {small}", ("not " if rises or falls else "") + f"monotone({table})"]  # fmt: skip
    if kind == "linear":
        slope = max(abs(Fraction(b - a, q - p)) for (p, a), (q, b) in pairwise(zip(xs, ys, strict=True)))
        true += [f"continuity({table}) >= 0", f"lipschitz({table}) == {slope}"]
        false += [f"lipschitz({table}) == {slope} + {small}"]
    return _said("table_of_entries", rng, truth, true, false, None, f"values {low} to {high}")


@family
def steps(rng: random.Random, truth: bool) -> Generated:
    """floor and ceil of a line on a bounded stretch that holds whole numbers in its inside."""
    small, _ = _small(rng)
    a, b, reach = rng.randint(1, 5), Fraction(rng.randint(-9, 9), 4), rng.randint(2, 6)
    u = f"({a}*x + ({b}))"
    true = [f"floor({u}) <= {u}", f"floor({u}) > {u} - 1", f"ceil({u}) >= {u}", f"ceil({u}) < {u} + 1",
            f"floor({u}) <= ceil({u})", f"ceil({u}) - floor({u}) <= 1", f"floor({u} + 1) == floor({u}) + 1",
            f"monotone(floor({u}))", f"ceil({u}) == -floor(-{u})"]  # fmt: skip
    false = [f"floor({u}) < {u}", f"floor({u}) >= {u} - 1 + {small}", f"ceil({u}) > {u}", f"ceil({u}) <= {u} + 1 - {small}",
             f"floor({u}) < ceil({u})", f"floor({u}) == {u} - {small}", f"ceil({u}) == floor({u}) + 1",
             f"continuity(floor({u})) >= 0", f"increasing(floor({u}))"]  # fmt: skip
    return _said("steps", rng, truth, true, false, f"abs(x) <= {reach}", "u - 1 < floor(u) <= u")


_PROPERTIES = (
    # a property, where it holds, and where it does not
    ("monotone(prelu(weight=a))", "a >= 0", "a >= -{s}"), ("convex(prelu(weight=a))", "a <= 1", "a <= 1 + {s}"),
    ("concave(prelu(weight=a))", "a >= 1", "a >= 1 - {s}"), ("monotone(elu(alpha=a))", "a >= 0", "a >= -{s}"),
    ("increasing(elu(alpha=a))", "a > 0", "a >= 0"), ("convex(elu(alpha=a))", "0 <= a and a <= 1", "0 <= a and a <= 1 + {s}"),
    ("convex(softplus(beta=a))", "a > 0", "a != 0"), ("positive(softplus(beta=a))", "a > 0", "a != 0"),
    ("increasing(softplus(beta=a))", "a > 0", None), ("smooth(swish(beta=a))", None, None), ("odd(a*tanh(x) + c*x)", None, None),
    ("even(a*x**2 + c)", None, None), ("odd(tanh(x) + a)", "a == 0", "abs(a) <= {s}"), ("even(cosh(x) + a*x)", "a == 0", "a >= 0"),
    ("range(celu(alpha=a)) == open_interval(-a, oo)", "a > 0", None), ("range(a*tanh(x)) == open_interval(-a, a)", "a > 0", "a != 0"),
    ("range(a*tanh(x) + {s}) == open_interval(-a, a)", None, "a > 0"), ("lipschitz(squareplus(b=a)) == 1", "a > 0", None),
    ("lipschitz(a*tanh(x)) == abs(a)", None, None), ("lipschitz(a*tanh(x)) == a", "a >= 0", "a >= -{s}"),
    ("bounded(tanh(a*x))", None, None), ("bounded(tanh(x) + a*x)", "a == 0", "a >= 0"), ("monotone(x**3 + a*x)", "a >= 0", "a >= -{s}"),
    ("convex(x**4 + a*x**2)", "a >= 0", "a >= -{s}"), ("convex(exp(a*x))", None, None), ("increasing(exp(a*x))", "a > 0", "a >= 0"),
    ("iff(monotone(prelu(weight=a)), a >= 0)", None, None), ("iff(monotone(prelu(weight=a)), a > 0)", "a != 0", "a <= 1"),
    ("iff(convex(leaky_relu(negative_slope=a)), a <= 1)", None, None), ("iff(convex(leaky_relu(negative_slope=a)), a < 1)", "a != 1", "a > 0"),
)  # fmt: skip


@family
def property_with_parameter(rng: random.Random, truth: bool) -> Generated | None:
    text, holds, fails = rng.choice(_PROPERTIES)
    small, _ = _small(rng)
    name = rng.choice(["a", "k", "s", "t"])

    def named(said: str | None) -> str | None:
        if said is None:
            return None
        return "".join({"a": name}.get(part, part) for part in re.split(r"(\b\w+\b)", said.replace("{s}", small)))

    if (truth and "{s}" in text) or (not truth and fails is None):
        return None
    return Generated("property_with_parameter", named(text) or "", named(holds if truth else fails), truth, "by its slopes")


@family
def limit_in_parameter(rng: random.Random, truth: bool) -> Generated:
    small, _ = _small(rng)
    left, right = rng.choice([
        ("limit(swish(x, beta=b), b, oo)", "relu(x)"), ("limit(softplus(x, beta=b), b, oo)", "relu(x)"),
        ("limit(swish(x, beta=b), b, 0)", "x/2"), ("limit(elu(x, alpha=a), a, 0)", "relu(x)"), ("limit(tanh(k*x), k, oo)", "sign(x)"),
        ("limit(leaky_relu(x, negative_slope=a), a, 1)", "x"), ("limit(prelu(x, weight=a), a, -1)", "abs(x)"),
    ])  # fmt: skip
    k, shift = rng.randint(1, 9), rng.randint(-5, 5)
    true = [f"{k}*{left} + {shift} == {k}*{right} + {shift}", f"{left} >= {right}", f"{left} < {right} + {small}"]
    false = [f"{left} == {right} + {small}", f"{left} > {right}", f"{k + 1}*{left} == {k}*{right}", f"{left} <= {right} - {small}"]
    return _said("limit_in_parameter", rng, truth, true, false, None, "pointwise")


@family
def weighted_jensen(rng: random.Random, truth: bool) -> Generated:
    """A convex function at a weighted mean of three to five numbers; equal where all are."""
    small, _ = _small(rng)
    names = rng.sample(["a", "b", "c", "d", "p", "q"], rng.randint(3, 5))
    weights = [rng.randint(1, 4) for _ in names]
    total = sum(weights)
    f, concave = rng.choice([("exp", False), ("softplus", False), ("abs", False), ("relu", False), ("log_sigmoid", True)])
    inside = " + ".join(f"{w}*{n}" for w, n in zip(weights, names, strict=True))
    outside = " + ".join(f"{w}*{f}({n})" for w, n in zip(weights, names, strict=True))
    low, high = f"{f}(({inside})/{total})", f"({outside})/{total}"
    if concave:
        low, high = high, low
    true = [f"{low} <= {high}", f"{high} >= {low}", f"{low} < {high} + {small}"]
    false = [f"{low} < {high}", f"{low} <= {high} - {small}", f"{low} >= {high}", f"{low} == {high}"]
    return _said("weighted_jensen", rng, truth, true, false, None, "equal where all are; not where they differ across 0")


@family
def product_against_power(rng: random.Random, truth: bool) -> Generated:
    small, _ = _small(rng)
    f, s, low = rng.choice([("sigmoid", "1/4", 0), ("tanh", "1", 0), ("relu", "1", 0), ("softsign", "1", 0), ("arctan", "1", 0)])
    k = rng.randint(1, 9)
    left = f"product({k}*D({f}), n)"
    true = [f"{left} <= ({k}*{s})**n", f"{left} >= 0", f"abs({left}) <= ({k}*{s})**n", f"{left} <= ({k}*{s} + {small})**n",
            f"product(1 + D({f}), n) >= 1", f"product({k} + D({f}), n) <= ({k} + {s})**n"]  # fmt: skip
    false = [f"{left} < ({k}*{s})**n", f"{left} <= ({k}*{s} - {small})**n", f"{left} >= {small}", f"product(1 + D({f}), n) >= 1 + {small}",
             f"product({k} + D({f}), n) < ({k} + {s})**n", f"product(-{k}*D({f}), n) >= 0"]  # fmt: skip
    return _said("product_against_power", rng, truth, true, false, None, f"{s} is attained, {low} is the infimum")


@family
def two_vectors(rng: random.Random, truth: bool) -> Generated:
    small, _ = _small(rng)
    c = rng.randint(1, 5)
    true = [f"norm({c}*softmax(v) - {c}*softmax(w)) <= {c}/2*norm(v - w)", "abs(logsumexp(v) - logsumexp(w)) <= max(abs(v - w))",
            "sum(softmax(v)*log(softmax(v)/softmax(w))) >= 0", f"norm({c}*tanh(v) - {c}*tanh(w)) <= {c}*norm(v - w)",
            f"abs({c}*mean(v) - {c}*mean(w)) <= {c}*max(abs(v - w))", "norm(v + w) <= norm(v) + norm(w)"]  # fmt: skip
    false = [f"norm({c}*softmax(v) - {c}*softmax(w)) <= {c}/4*norm(v - w)", f"abs(logsumexp(v) - logsumexp(w)) <= (1 - {small})*max(abs(v - w))",
             "sum(softmax(v)*log(softmax(v)/softmax(w))) > 0", f"norm({c}*tanh(v) - {c}*tanh(w)) < {c}*norm(v - w)",
             f"abs({c}*mean(v) - {c}*mean(w)) <= ({c} - {small})*max(abs(v - w))", "norm(v + w) < norm(v) + norm(w)",
             f"abs(logsumexp(v) - logsumexp(w)) >= max(abs(v - w)) + {small}"]  # fmt: skip
    return _said("two_vectors", rng, truth, true, false, None, "Lipschitz constants; equal for v == w")


@family
def integral_between(rng: random.Random, truth: bool) -> Generated:
    small, _ = _small(rng)
    n, k, a = rng.randint(1, 6), rng.randint(1, 9), rng.randint(-3, 2)
    b = a + rng.randint(1, 3)
    left, right = rng.choice([
        (f"integral({k}*x**{n}, x, {a}, {b})", str(k * Fraction(b ** (n + 1) - a ** (n + 1), n + 1))),
        (f"integral(exp({k}*x), x, {a}, {b})", f"(exp({k * b}) - exp({k * a}))/{k}"),
        (f"integral({k}*sigmoid(x)*(1 - sigmoid(x)), x, {a}, {b})", f"{k}*(sigmoid({b}) - sigmoid({a}))"),
        (f"integral(abs(x), x, -{k}, {k})", f"{k * k}"), (f"integral({k}*sin(x), x, 0, pi)", f"{2 * k}"),
        (f"integral({k}*x**{n}, x, {b}, {a})", str(-k * Fraction(b ** (n + 1) - a ** (n + 1), n + 1))),
    ])  # fmt: skip
    true = [f"{left} == {right}", f"{left} < {right} + {small}", f"{left} >= {right}"]
    false = [f"{left} == {right} + {small}", f"{left} < {right}", f"{left} > {right} + {small}"]
    return _said("integral_between", rng, truth, true, false, None, "by an antiderivative")


@family
def inverse_of(rng: random.Random, truth: bool) -> Generated:
    small, _ = _small(rng)
    k = rng.randint(2, 9)
    f, g, where = rng.choice([
        ("sigmoid", "log(x/(1 - x))", "0 < x and x < 1"), ("tanh", "log((1 + x)/(1 - x))/2", "-1 < x and x < 1"),
        ("softplus", "log(exp(x) - 1)", "x > 0"), ("exp", "log(x)", "x > 0"), ("sinh", "log(x + sqrt(x**2 + 1))", None),
        (f"{k}*x + 3", f"(x - 3)/{k}", None), (f"x**3 + {k}", None, None),
    ])  # fmt: skip
    true = [f"inverse({f})(x) == {g}", f"inverse({f})(x) < {g} + {small}"] if g else [f"inverse({f})({k}) == 0"]
    false = [f"inverse({f})(x) == {g} + {small}", f"inverse({f})(x) > {g}"] if g else [f"inverse({f})({k}) == {small}"]
    return _said("inverse_of", rng, truth, true, false, where, "solved by hand")


@family
def oscillating_bounds(rng: random.Random, truth: bool) -> Generated:
    small, _ = _small(rng)
    k = rng.randint(1, 7)
    true = [f"sup(sin({k}*x)/({k}*x)) == 1", f"range(x*cos({k}*x)) == reals", f"sup(x*sin({k}*x)) == oo", f"bounded(sin({k}*x)/({k}*x))",
            f"sin({k}*x)/({k}*x) <= 1", f"sup(sin(x)/x + {k}*cos(x)) == {k + 1}", "D(snake, x)(x) >= 0", f"{k}*D(snake)(x) <= {2 * k}"]  # fmt: skip
    false = [f"sup(sin({k}*x)/({k}*x)) == 1 - {small}", f"range(x*cos({k}*x)) == interval(-{10**k}, oo)", f"sup(x*sin({k}*x)) <= {10**k}",
             f"bounded(x*sin({k}*x))", f"sin({k}*x)/({k}*x) <= 1 - {small}", f"sup(sin(x)/x + {k}*cos(x)) == {k}", "D(snake)(x) > 0",
             f"{k}*D(snake)(x) < {2 * k}"]  # fmt: skip
    return _said("oscillating_bounds", rng, truth, true, false, None, "1 near 0; unbounded along multiples of a period")


@family
def ordered_means(rng: random.Random, truth: bool) -> Generated:
    """Means that rise or fall in their deviation and their correlation, with their ends."""
    small, _ = _small(rng)
    k = rng.randint(1, 5)
    f = rng.choice(["tanh", "erf", "softsign", "arctan"])
    s, t, u, v = f"E({f}({k}*s*z)**2)", f"E({f}({k}*t*z)**2)", f"{f}({k}*u)", f"{f}({k}*v)"
    end = {"arctan": "pi**2/4"}.get(f, "1")
    match rng.choice(["order", "limit", "bound", "correlation", "signed"]):
        case "order":
            true, false, where = [f"{s} < {t}", f"{t} >= {s}"], [f"{s} > {t}", f"{t} <= {s}", f"{s} == {t}"], "0 < s < t"
        case "limit":
            at = rng.choice(["oo", "-oo"])
            true = [f"limit({s}, s, {at}) == {end}", f"limit({s}, s, 0) == 0", f"limit({s}, s, {at}) > {end} - {small}"]
            false = [f"limit({s}, s, {at}) == {end} - {small}", f"limit({s}, s, 0) >= {small}", f"limit({s}, s, {at}) < {end}"]
            where = None
        case "bound":
            true, false, where = [f"{s} < {end}", f"{s} >= 0"], [f"{s} > 0", f"{s} <= {small}", f"{s} < {end} - 1/10"], None
        case "signed":
            mean = f"E2({u}*{f}(-{v[len(f) + 1 : -1]}), c)"
            true = [f"{mean} <= 0", f"{mean} >= -{end}"]
            false, where = [f"{mean} >= 0", f"{mean} < 0", f"{mean} <= -{small}"], "0 <= c <= 1"
        case _:
            mean, most = f"E2({u}*{v}, c)", f"E({f}({k}*z)**2)"
            true = [f"{mean} <= {most}", f"{mean} < {most} + {small}", f"{mean} >= -{end}"]
            false, where = [f"{mean} < {most}", f"{mean} <= {most} - {small}", f"{mean} > 0"], None
    return _said("ordered_means", rng, truth, true, false, where, "odd and increasing, so that the mean square rises")
