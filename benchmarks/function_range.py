"""Ranges of activations and their derivatives: SymPy's `function_range` beside gradproof's landscape.

Run: python benchmarks/function_range.py [--seconds 60] [--processes 2]. 28 functions, for each the infimum, the
supremum and whether they are attained. The truths are written by hand, or where an extremum has no closed form found
by mpmath from a derivative written by hand; neither program judges itself. Each question gets a process of its own
and a time limit. Exits 1 when gradproof is wrong or leaves one undecided.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty
from typing import Any

import mpmath as mp

TOLERANCE = 1e-12
INF = mp.inf


@dataclass(frozen=True)
class Range:
    """An infimum and a supremum, each with whether it is a value of the function."""

    inf: Any
    inf_attained: bool
    sup: Any
    sup_attained: bool


@dataclass(frozen=True)
class Question:
    """A function in the syntax of both programs, and its range."""

    name: str
    sympy: str
    gradproof: str
    truth: Range


@dataclass(frozen=True)
class Answer:
    """A program's answer, its seconds, and the reason where there is none."""

    found: Range | None
    seconds: float
    note: str = ""


def extremum(f: Callable[[Any], Any], slope: Callable[[Any], Any], near: float) -> Any:
    """The value of f where its hand-written slope vanishes."""
    with mp.workdps(40):
        return f(mp.findroot(slope, near))


def sigma(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def silu_slope(x: Any) -> Any:
    return sigma(x) * (1 + x * (1 - sigma(x)))


def silu_bend(x: Any) -> Any:
    s = sigma(x)
    return s * (1 - s) * (2 + x * (1 - 2 * s))


def mish(x: Any) -> Any:
    return x * mp.tanh(mp.log1p(mp.exp(x)))


def mish_slope(x: Any) -> Any:
    t = mp.tanh(mp.log1p(mp.exp(x)))
    return t + x * sigma(x) * (1 - t**2)


def mish_bend(x: Any) -> Any:
    t, s = mp.tanh(mp.log1p(mp.exp(x))), sigma(x)
    return (1 - t**2) * s * (2 + x * (1 - s) - 2 * x * t * s)


def gelu(x: Any) -> Any:
    return x * mp.ncdf(x)


def gelu_slope(x: Any) -> Any:
    return mp.ncdf(x) + x * mp.npdf(x)


GELU_MIN = extremum(gelu, gelu_slope, -0.75)
SILU_MIN = extremum(lambda x: x * sigma(x), silu_slope, -1.28)
MISH_MIN = extremum(mish, mish_slope, -1.2)
GELU_STEEPEST = mp.erf(1) / 2 + mp.exp(-1) / mp.sqrt(mp.pi) + mp.mpf(1) / 2
SILU_SLOPES = [extremum(silu_slope, silu_bend, near) for near in (-2.4, 2.4)]
MISH_SLOPES = [extremum(mish_slope, mish_bend, near) for near in (-2.2, 1.5)]

ELU = "Piecewise((x, x > 0), (exp(x) - 1, True))"
LEAKY = "Piecewise((x, x >= 0), (x/100, True))"
HARD_SIGMOID = "Piecewise((0, x <= -3), (1, x >= 3), (x/6 + Rational(1, 2), True))"
HARD_SWISH = "Piecewise((0, x <= -3), (x, x >= 3), (x*(x + 3)/6, True))"
HARD_SWISH_SLOPE = "Piecewise((0, x <= -3), (1, x >= 3), (x/3 + Rational(1, 2), True))"

QUESTIONS = (
    Question("sigmoid", "1/(1 + exp(-x))", "sigmoid", Range(0, False, 1, False)),
    Question("sigmoid'", "diff(1/(1 + exp(-x)), x)", "D(sigmoid)", Range(0, False, 0.25, True)),
    Question("tanh", "tanh(x)", "tanh", Range(-1, False, 1, False)),
    Question("tanh'", "1 - tanh(x)**2", "D(tanh)", Range(0, False, 1, True)),
    Question("relu", "Max(0, x)", "relu", Range(0, True, INF, False)),
    Question("relu'", "Piecewise((1, x > 0), (0, True))", "D(relu)", Range(0, True, 1, True)),
    Question("leaky_relu", LEAKY, "leaky_relu", Range(-INF, False, INF, False)),
    Question("leaky_relu'", f"diff({LEAKY}, x)", "D(leaky_relu)", Range(mp.mpf("0.01"), True, 1, True)),
    Question("elu", ELU, "elu", Range(-1, False, INF, False)),
    Question("elu'", f"diff({ELU}, x)", "D(elu)", Range(0, False, 1, True)),
    Question("gelu", "x*(1 + erf(x/sqrt(2)))/2", "gelu", Range(GELU_MIN, True, INF, False)),
    Question("gelu'", "diff(x*(1 + erf(x/sqrt(2)))/2, x)", "D(gelu)",
             Range(1 - GELU_STEEPEST, True, GELU_STEEPEST, True)),
    Question("silu", "x/(1 + exp(-x))", "silu", Range(SILU_MIN, True, INF, False)),
    Question("silu'", "diff(x/(1 + exp(-x)), x)", "D(silu)", Range(SILU_SLOPES[0], True, SILU_SLOPES[1], True)),
    Question("mish", "x*tanh(log(1 + exp(x)))", "mish", Range(MISH_MIN, True, INF, False)),
    Question("mish'", "diff(x*tanh(log(1 + exp(x))), x)", "D(mish)", Range(MISH_SLOPES[0], True, MISH_SLOPES[1], True)),
    Question("softplus", "log(1 + exp(x))", "softplus", Range(0, False, INF, False)),
    Question("softplus'", "diff(log(1 + exp(x)), x)", "D(softplus)", Range(0, False, 1, False)),
    Question("softsign", "x/(1 + Abs(x))", "softsign", Range(-1, False, 1, False)),
    Question("softsign'", "1/(1 + Abs(x))**2", "D(softsign)", Range(0, False, 1, True)),
    Question("hard_sigmoid", HARD_SIGMOID, "hard_sigmoid", Range(0, True, 1, True)),
    Question("hard_sigmoid'", f"diff({HARD_SIGMOID}, x)", "D(hard_sigmoid)", Range(0, True, mp.mpf(1) / 6, True)),
    Question("hard_swish", HARD_SWISH, "hard_swish", Range(-0.375, True, INF, False)),
    Question("hard_swish'", HARD_SWISH_SLOPE, "D(hard_swish)", Range(-0.5, False, 1.5, False)),
    Question("log_sigmoid", "-log(1 + exp(-x))", "log_sigmoid", Range(-INF, False, 0, False)),
    Question("log_sigmoid'", "1/(1 + exp(x))", "D(log_sigmoid)", Range(0, False, 1, False)),
    Question("tanhshrink", "x - tanh(x)", "tanhshrink", Range(-INF, False, INF, False)),
    Question("tanhshrink'", "tanh(x)**2", "D(tanhshrink)", Range(0, True, 1, False)),
)  # fmt: skip


def ask_sympy(text: str) -> Answer:
    """SymPy's range over the reals."""
    import sympy as sp
    from sympy.calculus.util import function_range

    x = sp.Symbol("x", real=True)
    names = {name: getattr(sp, name) for name in (
        "exp", "log", "tanh", "erf", "sqrt", "Max", "Abs", "Piecewise", "Rational", "diff",
    )}  # fmt: skip
    f = eval(text, {"__builtins__": {}}, {**names, "x": x, "True": True})  # the texts above, nobody else's
    started = time.perf_counter()
    try:
        values = function_range(f, x, sp.S.Reals)
    except NotImplementedError:
        return Answer(None, time.perf_counter() - started, "raised NotImplementedError")
    seconds = time.perf_counter() - started
    if not isinstance(values, (sp.Interval, sp.FiniteSet, sp.Union)):
        return Answer(None, seconds, f"left as {type(values).__name__}")
    ends = [values.inf, values.sup]
    attained = [end.is_finite is not False and values.contains(end) is sp.true for end in ends]
    inf, sup = (mp.mpf(sp.N(end, 30)) if end.is_finite else INF if end > 0 else -INF for end in ends)
    return Answer(Range(inf, attained[0], sup, attained[1]), seconds)


def ask_gradproof(text: str) -> Answer:
    """gradproof's certified landscape."""
    from gradproof.proofs.catalogue.parse import parse_expression
    from gradproof.proofs.functions.landscape import decided_landscape

    f = parse_expression(text)
    started = time.perf_counter()
    shape = decided_landscape(f, "x")
    seconds = time.perf_counter() - started
    inf, sup = (
        INF * end.value.infinite if end.value.infinite else mp.mpf(end.value.decimal(30))
        for end in (shape.inf, shape.sup)
    )
    return Answer(Range(inf, shape.inf.attained, sup, shape.sup.attained), seconds)


PROGRAMS: dict[str, Callable[[str], Answer]] = {"sympy": ask_sympy, "gradproof": ask_gradproof}


def _answer_into(queue: Any, program: str, text: str) -> None:
    os.environ["GRADPROOF_CACHE"] = "off"
    try:
        queue.put(PROGRAMS[program](text))
    except Exception as error:  # what a program raises is its answer
        queue.put(Answer(None, 0.0, f"raised {error!r}"))


def ask(program: str, text: str, seconds: float) -> Answer:
    """One question in a process of its own, ended after its time."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_answer_into, args=(queue, program, text))
    started = time.perf_counter()
    process.start()
    try:
        return queue.get(timeout=seconds)
    except Empty:
        return Answer(None, time.perf_counter() - started, f"no answer in {seconds:g} s")
    finally:
        process.kill()
        process.join()


def judge(found: Range | None, truth: Range) -> str:
    """right, wrong (and in what), or undecided."""
    if found is None:
        return "undecided"
    faults: list[str] = []
    for end in ("inf", "sup"):
        value, true = getattr(found, end), getattr(truth, end)
        if not (value == true or abs(value - true) <= TOLERANCE):
            faults.append(f"{end} {mp.nstr(value, 8)}, is {mp.nstr(true, 8)}")
        elif getattr(found, f"{end}_attained") != getattr(truth, f"{end}_attained"):
            faults.append(
                f"{end} {mp.nstr(true, 8)} {'not ' if getattr(truth, f'{end}_attained') else ''}called attained"
            )
    return "wrong: " + "; ".join(faults) if faults else "right"


def main() -> int:
    """The table; the exit status."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--processes", type=int, default=2)
    chosen = options.parse_args()
    counts = {program: {"right": 0, "wrong": 0, "undecided": 0} for program in PROGRAMS}
    times = dict.fromkeys(PROGRAMS, 0.0)
    tasks = [(question, program) for question in QUESTIONS for program in PROGRAMS]
    with ThreadPoolExecutor(chosen.processes) as pool:
        answers = pool.map(lambda task: ask(task[1], getattr(task[0], task[1]), chosen.seconds), tasks)
        for (question, program), answer in zip(tasks, answers, strict=True):
            outcome = judge(answer.found, question.truth)
            counts[program][outcome.split(":")[0]] += 1
            times[program] += answer.seconds
            print(
                f"{question.name:14} {program:10} {answer.seconds:7.2f} s  {outcome} {answer.note}".rstrip(), flush=True
            )
    print(f"\n{'':10} right wrong undecided  seconds")
    for program, count in counts.items():
        print(f"{program:10} {count['right']:5} {count['wrong']:5} {count['undecided']:9}  {times[program]:7.1f}")
    ours = counts["gradproof"]
    return 1 if ours["wrong"] or ours["undecided"] else 0


if __name__ == "__main__":
    sys.exit(main())
