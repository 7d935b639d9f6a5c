"""Two ways of writing one number, or one exponential: equal by algebra, not by their looks.

Everything here is text in the statement language; :mod:`edge_statements` makes statements of it and mpmath confirms
them at 300 digits.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Pair = tuple[str, str]


def _squares(rng: random.Random) -> Pair:
    a, b = rng.sample(range(2, 40), 2)
    return f"(sqrt({a}) + sqrt({b}))**2", f"{a + b} + 2*sqrt({a * b})"


def _nested_root(rng: random.Random) -> Pair:
    b, a = sorted(rng.sample(range(1, 30), 2))
    sign = rng.choice("+-")
    return f"sqrt({a + b} {sign} 2*sqrt({a * b}))", f"sqrt({a}) {sign} sqrt({b})"


def _expanded(p: int, q: int, d: int, n: int) -> tuple[int, int]:
    """P and Q with (p + q sqrt(d))**n == P + Q sqrt(d)."""
    whole, surd = 1, 0
    for _ in range(n):
        whole, surd = whole * p + surd * q * d, whole * q + surd * p
    return whole, surd


def _binomial(rng: random.Random) -> Pair:
    p, q, d, n = rng.randint(1, 9), rng.randint(1, 9), rng.choice([2, 3, 5, 6, 7, 10, 11, 13]), rng.randint(2, 5)
    whole, surd = _expanded(p, q, d, n)
    return f"({p} + {q}*sqrt({d}))**{n}", f"{whole} + {surd}*sqrt({d})"


def _higher_root(rng: random.Random) -> Pair:
    p, q, d, n = rng.randint(1, 5), rng.randint(1, 4), rng.choice([2, 3, 5, 6, 7]), rng.randint(3, 4)
    whole, surd = _expanded(p, q, d, n)
    return f"({whole} + {surd}*sqrt({d}))**(1/{n})", f"{p} + {q}*sqrt({d})"


def _conjugate(rng: random.Random) -> Pair:
    b, a = sorted(rng.sample(range(1, 40), 2))
    return f"{a - b}/(sqrt({a}) - sqrt({b}))", f"sqrt({a}) + sqrt({b})"


def _unit_logarithm(rng: random.Random) -> Pair:
    p, q = rng.randint(2, 30), rng.randint(1, 4)
    p += q
    root = f"sqrt({p * p - q * q})"
    return f"log(({p} + {root})/{q})", f"-log(({p} - {root})/{q})"


def _logarithms(rng: random.Random) -> Pair:
    a, b = rng.sample([2, 3, 5, 7, 11, 13], 2)
    m, n = rng.randint(1, 5), rng.randint(1, 4)
    if rng.random() < 0.5:
        return f"log({a**m * b**n})", f"{m}*log({a}) + {n}*log({b})"
    return f"log({a**m}/{b**n})", f"{m}*log({a}) - {n}*log({b})"


def _exponential(rng: random.Random) -> Pair:
    a, m, n = rng.randint(2, 30), rng.randint(1, 5), rng.randint(1, 6)
    return f"exp({m}*log({a})/{n})", f"{a}**({m}/{n})"


def _crossed_powers(rng: random.Random) -> Pair:
    a, b = rng.sample(range(2, 20), 2)
    return f"{a}**log({b})", f"{b}**log({a})"


def _hyperbolic(rng: random.Random) -> Pair:
    p, q = rng.randint(2, 60), rng.randint(1, 30)
    name, value = rng.choice([
        ("tanh(log({p}/{q}))", "({s} - {t})/({s} + {t})"), ("sinh(log({p}/{q}))", "({s} - {t})/(2*{p}*{q})"),
        ("cosh(log({p}/{q}))", "({s} + {t})/(2*{p}*{q})"), ("tanh(log({p}/{q})/2)", "({p} - {q})/({p} + {q})"),
        ("sigmoid(log({p}/{q}))", "{p}/({p} + {q})"), ("softplus(log({p}/{q}))", "log({p} + {q}) - log({q})"),
        ("silu(log({p}/{q}))", "{p}*log({p}/{q})/({p} + {q})"), ("D(sigmoid)(log({p}/{q}))", "{p}*{q}/({p} + {q})**2"),
        ("log_sigmoid(log({p}/{q}))", "log({p}) - log({p} + {q})"), ("exp(softplus(log({p}/{q})))", "({p} + {q})/{q}"),
    ])  # fmt: skip
    p, q = max(p, q + 1), q
    names = {"p": p, "q": q, "s": p * p, "t": q * q}
    return name.format(**names), value.format(**names)


def _gaussian(rng: random.Random) -> Pair:
    c = f"{rng.randint(1, 40)}/{rng.randint(1, 20)}"
    return rng.choice([
        (f"erf({c})", f"1 - erfc({c})"), (f"Phi({c})", f"1 - Phi(-{c})"), (f"2*Phi({c}) - 1", f"erf({c}/sqrt(2))"),
        (f"gelu({c})", f"({c})*(1 + erf({c}/sqrt(2)))/2"), (f"gelu({c}) - gelu(-{c})", c),
    ])  # fmt: skip


def _identity(rng: random.Random) -> Pair:
    c = f"{rng.randint(1, 40)}/{rng.randint(1, 20)}"
    return rng.choice([
        (f"cosh({c})**2", f"1 + sinh({c})**2"), (f"sin({c})**2", f"1 - cos({c})**2"),
        (f"tanh({c})", f"2*sigmoid(2*({c})) - 1"), (f"sigmoid({c})", f"1 - sigmoid(-{c})"),
        (f"softplus({c})", f"{c} + softplus(-{c})"), (f"exp({c})", f"cosh({c}) + sinh({c})"),
        (f"tanh({c})", f"2*tanh({c}/2)/(1 + tanh({c}/2)**2)"), (f"sqrt(exp(2*({c})))", f"exp({c})"),
        (f"log(exp({c}))", c), (f"D(tanh)({c})", f"1/cosh({c})**2"),
    ])  # fmt: skip


def _angles(rng: random.Random) -> Pair:
    """Sums of arctangents, special angles and doubled ones."""
    p, q = sorted(rng.sample(range(1, 20), 2))
    return rng.choice([
        (f"atan({p}/{q}) + atan({q}/{p})", "pi/2"), (f"atan({p}/{q}) + atan({q - p}/{q + p})", "pi/4"),
        ("2*atan(1/3) + atan(1/7)", "pi/4"), ("4*atan(1/5) - atan(1/239)", "pi/4"), ("cos(pi/5)", "(1 + sqrt(5))/4"),
        ("sin(pi/12)", "(sqrt(6) - sqrt(2))/4"), ("cos(pi/8)", "sqrt(2 + sqrt(2))/2"), ("sin(pi/6)", "1/2"),
        (f"cos(2*{p}/{q})", f"2*cos({p}/{q})**2 - 1"), (f"sin(2*{p}/{q})", f"2*sin({p}/{q})*cos({p}/{q})"),
    ])  # fmt: skip


_KINDS: dict[Callable[[random.Random], Pair], float] = {
    _squares: 1, _nested_root: 0.7, _binomial: 1, _higher_root: 0.4, _conjugate: 1, _unit_logarithm: 1.5,
    _logarithms: 1, _exponential: 1, _crossed_powers: 0.5, _hyperbolic: 1.5, _gaussian: 1, _identity: 1, _angles: 0.15,
}  # fmt: skip


def disguised(rng: random.Random) -> Pair:
    """Two texts of one positive number, either way round."""
    a, b = rng.choices(list(_KINDS), list(_KINDS.values()))[0](rng)
    return (a, b) if rng.random() < 0.5 else (b, a)


# --- exponentials of one growth


def _unit_powers(rng: random.Random, u: str) -> list[str]:
    p = rng.randint(2, 9)
    m = p * p - 1
    return [f"({p} + sqrt({m}))**({u})", f"({p} - sqrt({m}))**(-({u}))", f"exp(log({p} + sqrt({m}))*({u}))",
            f"exp(-log({p} - sqrt({m}))*({u}))", f"({2 * p * p - 1} + {2 * p}*sqrt({m}))**(({u})/2)"]  # fmt: skip


def _whole_powers(rng: random.Random, u: str) -> list[str]:
    a, b = rng.sample([2, 3, 5, 7], 2)
    return [f"{a * b}**({u})", f"{a}**({u})*{b}**({u})", f"exp(log({a * b})*({u}))", f"exp((log({a}) + log({b}))*({u}))",
            f"(1/{a})**(-({u}))*{b}**({u})"]  # fmt: skip


def _surd_powers(rng: random.Random, u: str) -> list[str]:
    a, b = rng.sample([2, 3, 5, 7, 11], 2)
    return [f"({a + b} + 2*sqrt({a * b}))**({u})", f"(sqrt({a}) + sqrt({b}))**(2*({u}))", f"exp(2*log(sqrt({a}) + sqrt({b}))*({u}))"]


def _same_base(rng: random.Random, u: str) -> list[str]:
    a = rng.choice([2, 3, 5])
    return [f"{a * a}**({u})", f"{a}**(2*({u}))", f"sqrt({a})**(4*({u}))", f"{a**3}**(2*({u})/3)", f"exp(2*log({a})*({u}))",
            f"exp(log({a**4})*({u})/2)"]  # fmt: skip


def _golden(rng: random.Random, u: str) -> list[str]:
    return [f"((1 + sqrt(5))/2)**({u})", f"((sqrt(5) - 1)/2)**(-({u}))", f"((3 + sqrt(5))/2)**(({u})/2)", f"exp(log((1 + sqrt(5))/2)*({u}))"]


def _surd_rates(rng: random.Random, u: str) -> list[str]:
    a, b = rng.choice([(2, 1), (3, 1), (3, 2), (5, 2)])
    return [f"exp(sqrt({a + b} + 2*sqrt({a * b}))*({u}))", f"exp((sqrt({a}) + sqrt({b}))*({u}))", f"exp(sqrt({a})*({u}))*exp(sqrt({b})*({u}))"]


_POWERS = {_unit_powers: 3, _whole_powers: 1.5, _surd_powers: 1, _same_base: 1, _golden: 0.7, _surd_rates: 0.5}


def equal_powers(rng: random.Random) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Two different forms of exp(r u), r between 1/3 and 5, as functions of the text of u."""
    kind = rng.choices(list(_POWERS), list(_POWERS.values()))[0]
    seed = rng.random()
    count = len(kind(random.Random(seed), "x"))
    i, j = rng.sample(range(count), 2)
    return (lambda u: kind(random.Random(seed), u)[i]), (lambda u: kind(random.Random(seed), u)[j])
