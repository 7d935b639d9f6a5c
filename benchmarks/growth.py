"""How does the time of a proof grow with the statement? Beside z3, SymPy and LeanCert, in one run.

Five families of true statements, most of them with equality somewhere: sums of absolute values against their least
value (linear pieces), Chebyshev polynomials written out against 1 (degree), functions nested in themselves (depth), a
square of a sum against the sum of squares (names), and the error of interpolated tables (entries). Each question is
asked of each program in a process of its own, which has TIMEOUT seconds; the time is that of the question, without the
start. A program that decides nothing says `-` (nothing that it has applies), `?` (undecided) or `>` (out of time).

usage: python benchmarks/growth.py [--only FAMILY] [--seconds TIMEOUT]
pip install z3-solver leancert==0.3.2 for the columns beside gradproof's and SymPy's.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from time import perf_counter
from typing import Any

FAMILIES = {
    "pieces": (8, 16, 32, 64, 128, 256, 512, 1024),
    "degree": (8, 16, 32, 64, 128),
    "tanh": tuple(range(1, 9)),
    "sigmoid": tuple(range(1, 9)),
    "silu": tuple(range(1, 9)),
    "names": tuple(range(1, 7)),
    "table": (64, 256, 1024, 4096),
}
PROGRAMS = ("gradproof", "z3", "sympy", "leancert")


def chebyshev(degree: int) -> list[int]:
    """The coefficients of T_n from the constant one on."""
    previous, current = [1], [0, 1]
    for _ in range(degree - 1):
        doubled = [0, *(2 * c for c in current)]
        previous, current = current, [a - b for a, b in zip(doubled, [*previous, *[0] * 9], strict=False)]
    return current


def entries(count: int) -> list[tuple[int, int]]:
    """A table of x^2 at 0, 1, 2, ...: linear interpolation is off by at most 1/4, and by that in every middle."""
    return [(k, k * k) for k in range(count)]


# --- each program's question: True (decided), None (undecided)


def gradproof(family: str, n: int) -> bool | None:
    import gradproof as gp

    where = None
    match family:
        case "pieces":
            statement = " + ".join(f"abs(x - {k})" for k in range(1, n + 1)) + f" >= {n * n // 4}"
        case "degree":
            terms = [f"({c})*x**{k}" for k, c in enumerate(chebyshev(n)) if c]
            statement, where = f"{' + '.join(terms)} <= 1", "abs(x) <= 1"
        case "tanh":
            statement, where = f"{'tanh(' * n}x{')' * n} <= x", "x >= 0"
        case "sigmoid":
            statement = f"0 < {'sigmoid(' * n}x{')' * n} < {'3/4' if n > 1 else '1'}"
        case "silu":
            statement = f"{'silu(' * n}x{')' * n} > -0.2785"
        case "names":
            names = "abcdpq"[:n]
            statement = f"{n}*({' + '.join(f'{a}**2' for a in names)}) >= ({' + '.join(names)})**2"
        case _:
            points = ", ".join(f"({x}, {y})" for x, y in entries(n))
            statement, where = f"table([{points}])(x) - x**2 <= 1/4", f"0 <= x and x <= {n - 1}"
    result = gp.prove(statement, where=where)
    return True if result.verdict.value == "proved" else None


def z3(family: str, n: int) -> bool | None:
    import z3 as smt

    x, solver = smt.Real("x"), smt.Solver()
    match family:
        case "pieces":
            solver.add(smt.Sum([smt.If(x >= k, x - k, k - x) for k in range(1, n + 1)]) < n * n // 4)
        case "degree":
            solver.add(x >= -1, x <= 1, smt.Sum([c * x**k for k, c in enumerate(chebyshev(n)) if c]) > 1)
        case "names":
            names = [smt.Real(a) for a in "abcdpq"[:n]]
            solver.add(n * smt.Sum([a * a for a in names]) < smt.Sum(names) * smt.Sum(names))
        case "table":
            value: Any = smt.RealVal(1)
            for (x0, y0), (x1, y1) in reversed([*pairwise(entries(n))]):
                value = smt.If(x <= x1, y0 + (y1 - y0) * (x - x0), value)
            solver.add(x >= 0, x <= n - 1, value - x * x > smt.Q(1, 4))
        case _:
            raise NotImplementedError
    return True if solver.check() == smt.unsat else None


def sympy(family: str, n: int) -> bool | None:
    import sympy as sp
    from sympy.calculus.util import maximum, minimum

    x = sp.Symbol("x", real=True)
    match family:
        case "pieces":
            return bool(minimum(sum(sp.Abs(x - k) for k in range(1, n + 1)), x, sp.S.Reals) >= sp.Rational(n * n, 4))
        case "degree":
            return bool(maximum(sp.Poly(chebyshev(n)[::-1], x).as_expr(), x, sp.Interval(-1, 1)) <= 1)
        case "tanh" | "sigmoid" | "silu":
            functions = {"tanh": sp.tanh, "sigmoid": lambda u: 1 / (1 + sp.exp(-u)), "silu": lambda u: u / (1 + sp.exp(-u))}
            nest: Any = x
            for _ in range(n):
                nest = functions[family](nest)
            if family == "tanh":
                return bool(maximum(nest - x, x, sp.Interval(0, sp.oo)) <= 0)
            if family == "silu":
                return bool(minimum(nest, x, sp.S.Reals) > -0.2785)
            return bool(maximum(nest, x, sp.S.Reals) < sp.Rational(3, 4) if n > 1 else maximum(nest, x, sp.S.Reals) <= 1)
        case "names":
            names = sp.symbols("a b c d p q", real=True)[:n]
            return True if (n * sum(a**2 for a in names) - sum(names) ** 2).is_nonnegative else None
        case _:
            pieces = [(y0 + (y1 - y0) * (x - x0), x <= x1) for (x0, y0), (x1, y1) in pairwise(entries(n))]
            return bool(maximum(sp.Piecewise(*pieces) - x**2, x, sp.Interval(0, n - 1)) <= sp.Rational(1, 4))


def leancert(family: str, n: int) -> bool | None:
    import leancert as lc

    x = lc.var("x")
    match family:
        case "pieces":
            body: Any = lc.abs(x - 1)
            for k in range(2, n + 1):
                body = body + lc.abs(x - k)
            result = lc.verify_bound(body, {"x": (-n, 2 * n)}, lower=n * n // 4)
        case "degree":
            body = lc.const(0)
            for c in reversed(chebyshev(n)):
                body = body * x + lc.const(c)
            result = lc.verify_bound(body, {"x": (-1, 1)}, upper=1)
        case "tanh" | "sigmoid" | "silu":
            functions = {"tanh": lc.tanh, "sigmoid": lambda u: 1 / (1 + lc.exp(-u)), "silu": lambda u: u / (1 + lc.exp(-u))}[family]
            body = x
            for _ in range(n):
                body = functions[family](body)
            if family == "tanh":
                result = lc.verify_bound(body - x, {"x": (0, 10)}, upper=0)
            elif family == "silu":
                result = lc.verify_bound(body, {"x": (-10, 10)}, lower=-0.2785)
            else:
                result = lc.verify_bound(body, {"x": (-10, 10)}, upper=0.75 if n > 1 else 1)
        case "names":
            names = [lc.var(a) for a in "abcdpq"[:n]]
            body = n * sum((a * a for a in names[1:]), names[0] * names[0]) - sum(names[1:], names[0]) ** 2
            result = lc.verify_bound(body, dict.fromkeys("abcdpq"[:n], (-10, 10)), lower=0)
        case _:
            raise NotImplementedError
    return True if isinstance(result, lc.Verified) else None


ASK: dict[str, Callable[[str, int], bool | None]] = {
    "gradproof": gradproof, "z3": z3, "sympy": sympy, "leancert": leancert,
}  # fmt: skip


def one(program: str, family: str, n: int) -> None:
    """Asks in this process and prints what came of it, as JSON."""
    __import__({"gradproof": "gradproof.proofs.statements"}.get(program, program))
    started = perf_counter()
    try:
        decided = ASK[program](family, n)
        said = "ok" if decided else "?"
    except NotImplementedError:
        said = "-"
    except Exception as error:
        said = "-" if type(error).__name__ in ("UnsupportedExpressionError", "TypeError") else "?"
    print(json.dumps([said, perf_counter() - started]))


def asked(program: str, family: str, n: int, seconds: float) -> tuple[str, float]:
    command = [sys.executable, __file__, "--one", program, family, str(n)]
    environment = {**os.environ, "GRADPROOF_CACHE": "off"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 15, check=False)
        said, taken = json.loads(done.stdout.splitlines()[-1])
        return ("ok" if said == "ok" else said, taken) if taken <= seconds else (">", taken)
    except subprocess.TimeoutExpired:
        return ">", math.inf
    except (IndexError, ValueError):
        return ("-", 0.0) if "ModuleNotFoundError" in done.stderr else ("?", math.inf)


def main(arguments: argparse.Namespace) -> int:
    bad = 0
    print(f"{'':10}{'n':>6}" + "".join(f"{program:>13}" for program in PROGRAMS) + "   (seconds)")
    for family, sizes in FAMILIES.items():
        if arguments.only not in (None, family):
            continue
        times: dict[int, float] = {}
        alive = set(PROGRAMS)
        for n in sizes:
            cells = []
            for program in PROGRAMS:
                said, taken = asked(program, family, n, arguments.seconds) if program in alive else ("", 0.0)
                if said in ("-", ">"):
                    alive.discard(program)  # larger ones would go the same way
                if program == "gradproof":
                    bad += said != "ok"
                    times[n] = taken
                cells.append(f"{taken:.3f}" if said == "ok" else said)
            print(f"{family:10}{n:6}" + "".join(f"{cell:>13}" for cell in cells), flush=True)
        if family in ("pieces", "table"):
            first, last = sizes[len(sizes) // 2], sizes[-1]
            print(f"{'':10}gradproof grows like n^{math.log(times[last] / times[first]) / math.log(last / first):.2f} from {first} on")
    print("-: nothing that it has applies; ?: undecided; >: out of time, and not asked further")
    return 1 if bad else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=FAMILIES)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one[0], given.one[1], int(given.one[2]))
        sys.exit(0)
    sys.exit(main(given))
