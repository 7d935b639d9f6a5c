"""Families of statements about depth: means over two normals, means of logarithms.

Importing this module adds them to those of :mod:`generate_statements`.
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

from generate_statements import WEIGHTS, Generated, _small, family
from known_curves import decimal, mp

WEIGHTS.update(correlated_mean=0.3, mean_logarithm=0.3)

_KERNELS = (
    # functions of u and v, and the mean by their correlation c
    ("u*v", "{c}"), ("relu(u)*relu(v)", "(sqrt(1 - ({c})**2) + ({c})*(pi - acos({c})))/(2*pi)"),
    ("D(relu)(u)*D(relu)(v)", "(pi - acos({c}))/(2*pi)"), ("abs(u)*abs(v)", "2*(sqrt(1 - ({c})**2) + ({c})*asin({c}))/pi"),
    ("erf(u)*erf(v)", "2*asin(2*({c})/3)/pi"), ("erf(3*u)*erf(v)", "2*asin(6*({c})/sqrt(57))/pi"),
    ("sign(u)*sign(v)", "2*asin({c})/pi"), ("sign(u)*v", "sqrt(2/pi)*({c})"), ("(u*v)**2", "1 + 2*({c})**2"),
    ("(relu(u) - relu(v))**2", "1 - (sqrt(1 - ({c})**2) + ({c})*(pi - acos({c})))/pi"),
    ("gelu(u)*v", "({c})/2"), ("Phi(u)*Phi(v)", "1/4 + asin(({c})/2)/(2*pi)"),
)  # fmt: skip
_SMOOTH = {"tanh": mp.tanh, "sigmoid": lambda x: 1 / (1 + mp.exp(-x)), "softplus": lambda x: mp.log1p(mp.exp(x))}


@lru_cache(maxsize=64)
def _by_quadrature(f: str, g: str, eighths: int) -> Any:
    """E f(u) g(v) at the correlation eighths/8 by the trapezoidal rule, 5 steps per unit: good to 16 digits here."""
    c = mp.mpf(eighths) / 8
    s, line = mp.sqrt(1 - c * c), [mp.mpf(i) / 5 for i in range(-45, 46)]
    rows = (_SMOOTH[f](u) * mp.npdf(u) * mp.fsum(_SMOOTH[g](c * u + s * w) * mp.npdf(w) for w in line) for u in line)
    return mp.fsum(rows) / 25


@family
def correlated_mean(rng: random.Random, truth: bool) -> Generated | None:
    small, delta = _small(rng)
    if rng.random() < 0.7:
        body, value = rng.choice(_KERNELS)
        c = rng.choice(["c", "1/3", "-1/2", "0.9", "1", "-1", "0", "-0.999"])
        k = rng.randint(1, 9)
        left, right = f"E2({k}*{body}, {c})", f"{k}*({value.format(c=c)})"
        true = [f"{left} == {right}", f"{left} < {right} + {small}"]
        false = [f"{left} == {right} + {small}", f"{left} < {right}", f"{left} != {right}"]
        return Generated("correlated_mean", rng.choice(true if truth else false), None, truth, "a closed form")
    f, g, eighths = rng.choice([*_SMOOTH]), rng.choice([*_SMOOTH]), rng.choice([-4, -2, 1, 3, 4])
    sense, value = rng.choice([1, -1]), _by_quadrature(f, g, eighths)
    bound = decimal(value + (sense if truth else -sense) * max(delta, mp.mpf(10) ** -12), 20)
    text = f"E2({f}(u)*{g}(v), {eighths}/8) {'<' if sense > 0 else '>'} {bound}"
    return Generated("correlated_mean", text, None, truth, f"{decimal(value, 16)} by quadrature")


_LOGARITHMS = (
    # u, and E log abs(u)
    ("z", "-mp.euler/2 - mp.log(2)/2"), ("z**2", "-mp.euler - mp.log(2)"), ("z*exp(z)", "-mp.euler/2 - mp.log(2)/2"),
    ("D(abs)(z)*z", "-mp.euler/2 - mp.log(2)/2"), ("exp(z) - 1", None), ("D(tanh)(z)", None), ("D(gelu)(z)", None), ("z**2 - 1", None),
)  # fmt: skip
_INTEGRANDS = {
    "exp(z) - 1": (lambda x: mp.exp(x) - 1, (0,)), "D(tanh)(z)": (lambda x: mp.sech(x) ** 2, ()),
    "D(gelu)(z)": (lambda x: mp.ncdf(x) + x * mp.npdf(x), ("-0.7517915246935643",)), "z**2 - 1": (lambda x: x * x - 1, (-1, 1)),
}


@lru_cache(maxsize=16)
def _mean_of_log(u: str) -> Any:
    """By the tanh-sinh rule between the zeros, at which it forgives a logarithm."""
    f, zeros = _INTEGRANDS[u]
    with mp.workdps(25):
        ends = [mp.mpf(-13), *map(mp.mpf, zeros), mp.mpf(13)]
        return mp.quad(lambda x: mp.log(abs(f(x))) * mp.npdf(x), ends, method="tanh-sinh")


@family
def mean_logarithm(rng: random.Random, truth: bool) -> Generated | None:
    if rng.random() < 0.3:
        u = rng.choice(["D(relu)(z)", "D(hard_tanh)(z)*z", "relu(z)", "max(z, 1) - 1", "D(relu6)(z)"])
        left, k = f"E(log({rng.randint(1, 9)}*abs({u})))", rng.randint(10, 1000)
        return Generated("mean_logarithm", f"{left} {'==' if truth else '>'} {'-oo' if truth else -k}", None, truth, "0 on an interval")
    u, value = rng.choice(_LOGARITHMS)
    exact = {"-mp.euler/2 - mp.log(2)/2": -(mp.euler + mp.log(2)) / 2, "-mp.euler - mp.log(2)": -mp.euler - mp.log(2)}
    mean = _mean_of_log(u) if value is None else exact[value]
    sense, k = rng.choice([1, -1]), rng.randint(1, 9)
    mean += mp.log(k)
    bound = decimal(mean + (sense if truth else -sense) * mp.mpf(10) ** -rng.randint(4, 11), 18)
    text = f"E(log({k}*abs({u}))) {'<' if sense > 0 else '>'} {bound}"
    return Generated("mean_logarithm", text, None, truth, f"{decimal(mean, 15)}")


_SLOPES = (
    # f, and sup abs f' to 20 digits from below
    ("sigmoid", "0.25"), ("tanh", "1"), ("gelu", "1.1289041451851547863"), ("silu", "1.0998393201288669106"), ("softplus", "1"),
)  # fmt: skip


@family
def power_of_a_bound(rng: random.Random, truth: bool) -> Generated | None:
    f, largest = rng.choice(_SLOPES)
    small = _small(rng)[0]
    bound = f"({largest} {'+' if truth else '-'} {small})"
    k = rng.choice(["1", "2", "1/3", "w", "-w"])
    size = f"({bound}*{'abs(w)' if 'w' in k else k})**n"
    text = rng.choice([f"abs(product({k}*D({f}), n)) < {size}", f"product({k}*D({f}), n) <= {size}"])
    if truth and "abs" not in text and rng.random() < 0.5:
        text = f"product({k}*D({f}), n) > -{size}"
    return Generated("power_of_a_bound", text, "w > 0" if "w" in k and rng.random() < 0.5 and k != "-w" else None if "w" not in k else "w != 0", truth, f"sup abs f' is {largest}")


_RISING = (
    # F, which rises in abs(x) (1) or falls (-1), and its values
    ("tanh({0})**2", 1, lambda x: mp.tanh(x) ** 2), ("D(tanh)({0})", -1, lambda x: mp.sech(x) ** 2), ("softplus({0})", 1, lambda x: mp.log1p(mp.exp(x))),
    ("D(sigmoid)({0})**2", -1, lambda x: (mp.sech(x / 2) ** 2 / 4) ** 2), ("D(gelu)({0})**2", 0, lambda x: (mp.ncdf(x) + x * mp.npdf(x)) ** 2),
)  # fmt: skip


@lru_cache(maxsize=64)
def _mean_at(index: int, halves: int) -> Any:
    """E F(s z) for s in halves by the trapezoidal rule, 16 steps per unit."""
    f, s = _RISING[index][2], mp.mpf(halves) / 2
    return mp.fsum(f(s * i / 16) * mp.npdf(mp.mpf(i) / 16) for i in range(-208, 209)) / 16


@family
def mean_by_parameter(rng: random.Random, truth: bool) -> Generated | None:
    index, sense = rng.randrange(len(_RISING)), rng.choice([1, -1])
    body, rises, _ = _RISING[index]
    low, high = sorted(rng.sample([0, 1, 2, 3], 2))
    values = [_mean_at(index, k) for k in range(low, high + 1)]
    extreme = max(values) if sense > 0 else min(values)
    if not rises:  # between the points tried it may be a little more; a false bound is one that fails at a point
        delta = mp.mpf("0.1") if truth else mp.mpf("0.01")
    else:
        delta = mp.mpf(10) ** -rng.randint(3, 9)
    bound = decimal(extreme + (sense if truth else -sense) * delta, 14)
    where = f"{low}/2 <= s and s <= {high}/2" if rng.random() < 0.6 else f"{low}/2 <= abs(s) <= {high}/2"
    text = f"E({body.format(rng.choice(['s*z', 'z*s']))}) {'<' if sense > 0 else '>'} {bound}"
    return Generated("mean_by_parameter", text, where, truth, f"the extreme is {decimal(extreme, 14)}")
