"""Questions about approximations: how far off is this stand-in, to ten digits? And is a slightly smaller bound refused?

Piecewise, rational, polynomial and tabulated stand-ins for activation functions and what they are made of, from
hardware papers, handbooks and code. The largest error is found by mpmath from the text, by sampling and refinement;
gradproof is asked whether the supremum lies within 1e-10 of it, relatively, and whether the error is at most the
bracket's lower end, which is false. Each question is decided in a process of its own, without results of earlier runs.

usage: python benchmarks/approximations.py [NAME ...] [--seconds 20]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from time import process_time
from typing import Any

from known_curves import UndefinedHere, decimal, evaluate, mp

PLAN = "(0.25*x + 0.5 if x < 1 else (0.125*x + 0.625 if x < 2.375 else (0.03125*x + 0.84375 if x < 5 else 1)))"
ERF_25 = "1 - (0.3480242*t - 0.0958798*t**2 + 0.7478556*t**3)*exp(-x**2)".replace("t", "(1/(1 + 0.47047*x))")
ERF_26 = "1 - (0.254829592*t - 0.284496736*t**2 + 1.421413741*t**3 - 1.453152027*t**4 + 1.061405429*t**5)*exp(-x**2)"
ERF_27 = "1 - 1/(1 + 0.278393*x + 0.230389*x**2 + 0.000972*x**3 + 0.078108*x**4)**4"
ERF_28 = (
    "1 - 1/(1 + 0.0705230784*x + 0.0422820123*x**2 + 0.0092705272*x**3 + 0.0001520143*x**4 + 0.0002765672*x**5"
    " + 0.0000430638*x**6)**16"
)


def taylor(coefficients: dict[int, str]) -> str:
    return " + ".join(f"({c})*x**{k}" for k, c in coefficients.items())


def tabulated(f: str, low: int, high: int, parts: int, digits: int) -> str:
    """A linear table of rounded values of a function at equidistant rationals."""
    xs = [f"{low * parts + k}/{parts}" for k in range((high - low) * parts + 1)]
    return f"table([{', '.join(f'({x}, {mp.nstr(evaluate(f, x=evaluate(x)), digits)})' for x in xs)}], linear)(x)"


def factorial(n: int) -> str:
    return str(int(mp.factorial(n)))


QUESTIONS: dict[str, tuple[str, str, str, float, float]] = {
    # name: stand-in, function, condition, where the largest error is looked for
    "plan-sigmoid": (PLAN, "sigmoid(x)", "x >= 0", 0, 12),
    "hard-sigmoid-fifth": ("min(max(0.2*x + 0.5, 0), 1)", "sigmoid(x)", "", -12, 12),
    "hard-sigmoid-sixth": ("min(max(x/6 + 0.5, 0), 1)", "sigmoid(x)", "", -12, 12),
    "hard-sigmoid-quarter": ("min(max(0.25*x + 0.5, 0), 1)", "sigmoid(x)", "", -12, 12),
    "quadratic-sigmoid": ("(1 - (1 - x/4)**2/2 if x < 4 else 1)", "sigmoid(x)", "x >= 0", 0, 12),
    "hard-tanh": ("min(max(x, -1), 1)", "tanh(x)", "", -6, 6),
    "softsign-tanh": ("x/(1 + abs(x))", "tanh(x)", "", -12, 12),
    "tanh-lambert-1": ("x*(15 + x**2)/(15 + 6*x**2)", "tanh(x)", "abs(x) <= 2", -2, 2),
    "tanh-lambert-2": ("x*(105 + 10*x**2)/(105 + 45*x**2 + x**4)", "tanh(x)", "abs(x) <= 3", -3, 3),
    "tanh-lambert-3": ("x*(945 + 105*x**2 + x**4)/(945 + 420*x**2 + 15*x**4)", "tanh(x)", "abs(x) <= 3", -3, 3),
    "tanh-lambert-7": ("x*(135135 + 17325*x**2 + 378*x**4 + x**6)/(135135 + 62370*x**2 + 3150*x**4 + 28*x**6)", "tanh(x)", "abs(x) <= 5", -5, 5),
    "tanh-pade-27": ("x*(27 + x**2)/(27 + 9*x**2)", "tanh(x)", "abs(x) <= 3", -3, 3),
    "tanh-taylor-5": ("x - x**3/3 + 2*x**5/15", "tanh(x)", "abs(x) <= 1", -1, 1),
    "exp-pade-1-1": ("(2 + x)/(2 - x)", "exp(x)", "abs(x) <= 1", -1, 1),
    "exp-pade-2-2": ("(12 + 6*x + x**2)/(12 - 6*x + x**2)", "exp(x)", "abs(x) <= 1", -1, 1),
    "exp-pade-3-3": ("(120 + 60*x + 12*x**2 + x**3)/(120 - 60*x + 12*x**2 - x**3)", "exp(x)", "abs(x) <= 1", -1, 1),
    "exp-taylor-5": (taylor({k: f"1/{factorial(k)}" for k in range(6)}), "exp(x)", "abs(x) <= 1", -1, 1),
    "exp-taylor-9": (taylor({k: f"1/{factorial(k)}" for k in range(10)}), "exp(x)", "abs(x) <= 2", -2, 2),
    "exp-limit-256": ("(1 + x/256)**256", "exp(x)", "-1 <= x and x <= 0", -1, 0),
    "sin-taylor-5": ("x - x**3/6 + x**5/120", "sin(x)", "abs(x) <= 1.6", -1.6, 1.6),
    "sin-minimax-5": ("0.9996949*x - 0.1656700*x**3 + 0.0075134*x**5", "sin(x)", "abs(x) <= 1.5707", -1.5707, 1.5707),
    "sin-parabola": ("4/pi*x - 4/pi**2*x*abs(x)", "sin(x)", "abs(x) <= 3", -3, 3),
    "cos-taylor-6": ("1 - x**2/2 + x**4/24 - x**6/720", "cos(x)", "abs(x) <= 1.6", -1.6, 1.6),
    "log1p-taylor-5": ("x - x**2/2 + x**3/3 - x**4/4 + x**5/5", "log(1 + x)", "abs(x) <= 1/2", -0.5, 0.5),
    "log1p-pade-2-2": ("(6*x + 3*x**2)/(6 + 6*x + x**2)", "log(1 + x)", "0 <= x and x <= 1", 0, 1),
    "atan-rational": ("x/(1 + 0.28125*x**2)", "atan(x)", "abs(x) <= 1", -1, 1),
    "atan-quadratic": ("pi/4*x + 0.273*x*(1 - abs(x))", "atan(x)", "abs(x) <= 1", -1, 1),
    "exp2-minimax-3": ("1 + 0.6951786*x + 0.2261697*x**2 + 0.0781455*x**3", "exp(x*log(2))", "0 <= x and x <= 1", 0, 1),
    "exp2-line": ("1 + x", "exp(x*log(2))", "0 <= x and x <= 1", 0, 1),
    "schraudolph-exp2": ("(1 + x - floor(x))*exp(log(2)*floor(x))", "exp(log(2)*x)", "-2 <= x and x < 2", -2, 1.9999999999),
    "erf-7.1.25": (ERF_25, "erf(x)", "x >= 0", 0, 6),
    "erf-7.1.26": (ERF_26.replace("t", "(1/(1 + 0.3275911*x))"), "erf(x)", "x >= 0", 0, 6),
    "erf-7.1.27": (ERF_27, "erf(x)", "x >= 0", 0, 6),
    "erf-7.1.28": (ERF_28, "erf(x)", "x >= 0", 0, 6),
    "erf-winitzki": ("sqrt(1 - exp(-x**2*(4/pi + 0.147*x**2)/(1 + 0.147*x**2)))", "erf(x)", "x > 0", 1e-9, 6),
    "gelu-tanh": ("gelu_tanh(x)", "gelu(x)", "", -8, 8),
    "gelu-sigmoid": ("x*sigmoid(1.702*x)", "gelu(x)", "", -8, 8),
    "phi-logistic": ("sigmoid(1.702*x)", "Phi(x)", "", -8, 8),
    "phi-cubic-logistic": ("sigmoid(0.07056*x**3 + 1.5976*x)", "Phi(x)", "", -8, 8),
    "softplus-relu": ("relu(x)", "softplus(x)", "", -30, 30),
    "silu-hard": ("x*min(max(x/6 + 0.5, 0), 1)", "silu(x)", "", -20, 20),
    "elu-celu-rational": ("(x if x > 0 else x/(1 - x))", "elu(x)", "", -60, 6),
    "sigmoid-table-33": (tabulated("sigmoid(x)", -8, 8, 2, 5), "sigmoid(x)", "abs(x) <= 8", -8, 8),
    "tanh-table-65": (tabulated("tanh(x)", -4, 4, 8, 5), "tanh(x)", "abs(x) <= 4", -4, 4),
    "gelu-table-129": (tabulated("gelu(x)", -4, 4, 16, 6), "gelu(x)", "abs(x) <= 4", -4, 4),
}  # fmt: skip


def error_at(name: str, x: Any) -> Any:
    stand_in, f, *_ = QUESTIONS[name]
    if stand_in.startswith("table("):
        points = eval(stand_in[len("table(") : stand_in.index("]") + 1].replace("/", "*mp.mpf(1)/"), {"mp": mp})
        right = next((i for i, (at, _) in enumerate(points) if x <= at), len(points) - 1) or 1
        (x0, y0), (x1, y1) = ((mp.mpf(a), mp.mpf(str(b))) for a, b in points[right - 1 : right + 1])
        value = y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    else:
        value = evaluate(stand_in, x=x, floor=mp.floor)
    return abs(value - evaluate(f, x=x))


def largest_error(name: str) -> Any:
    """By sampling and golden sections around the best samples; nothing of gradproof takes part."""
    low, high = map(mp.mpf, QUESTIONS[name][3:])
    steps = 1200

    def error(x: Any) -> Any:
        try:
            return error_at(name, x)
        except UndefinedHere:
            return mp.mpf(0)

    with mp.workdps(30):
        xs = [low + (high - low) * k / steps for k in range(steps + 1)]
        values = [error(x) for x in xs]
        best = max(values)
        for k in sorted(range(steps + 1), key=lambda k: -values[k])[:3]:
            a, b = xs[max(k - 1, 0)], xs[min(k + 1, steps)]
            ratio = (mp.sqrt(5) - 1) / 2
            for _ in range(90):
                c, d = b - ratio * (b - a), a + ratio * (b - a)
                if error(c) > error(d):
                    b = d
                else:
                    a = c
            best = max(best, error((a + b) / 2))
        return best


def ask(statement: str, where: str) -> tuple[str, float]:
    from gradproof.proofs.statements import prove

    started = process_time()
    verdict = prove(statement, where=where or None, suggest=False).verdict.value
    return verdict, process_time() - started


def asked(statement: str, where: str, seconds: float) -> tuple[str, float]:
    command = [sys.executable, __file__, "--one", statement, where]
    try:
        done = subprocess.run(command, env={**os.environ, "GRADPROOF_CACHE": "off"}, capture_output=True, text=True,
                              timeout=3 * seconds + 20, check=True)  # fmt: skip
    except subprocess.TimeoutExpired:
        return "out of time", seconds
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def main(arguments: argparse.Namespace) -> int:
    times: list[float] = []
    wrong = 0
    print(f"{'':24}{'largest error':>20}  to 10 digits        smaller bound")
    for name, (stand_in, f, where, *_) in QUESTIONS.items():
        if arguments.names and name not in arguments.names:
            continue
        top = largest_error(name)
        low, high = decimal(top * (1 - mp.mpf(10) ** -10), 24), decimal(top * (1 + mp.mpf(10) ** -10), 24)
        gap = f"abs({stand_in} - {f})"
        proved, first = asked(f"{low} < sup({gap}) < {high}", where, arguments.seconds)
        refuted, second = asked(f"{gap} <= {low}", where, arguments.seconds)
        times += [first, second]
        wrong += (proved != "proved") + (refuted != "refuted")
        print(f"{name:24}{mp.nstr(top, 12):>20}  {proved:10}{first:7.2f} s  {refuted:10}{second:7.2f} s", flush=True)
    print(f"{len(times)} questions, {wrong} not decided as they should be; median {statistics.median(times):.2f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(ask(*given.one)))
        sys.exit(0)
    sys.exit(main(given))
