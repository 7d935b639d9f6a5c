"""Faults planted in a copy of the proof engine, one at a time: do the tests notice each?

    python benchmarks/mutants.py [NAME...] [--processes N]

The copy is made in a temporary folder; the repository is not touched. For each fault the test files meant for it run
first, then, where they pass, the tests of whole functions and statements. Prints fault, test, seconds; exits 1 when a fault is not noticed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("proofs", "numerics", "crosschecks", "reports")

BALLS, TAILS, ROOTS, REALS = "enclosures/test_jets", "asymptotics/test_tail_models", "functions/test_root_refinement", "reals/test_reals"
LINES, INTEGRALS, GROWTH = "functions/test_sign_charts_and_sets", "means/test_integrals", "asymptotics/test_equal_growth"
WIDER = ("asymptotics/test_tails", "functions/test_zeros", "functions/test_pieces", "means/test_expectations", "functions/test_landscape", "normal_forms/test_normal_form", "test_statements")
"""The tests that run where those meant for a fault all pass."""


@dataclass(frozen=True)
class Mutant:
    """One fault: a text of a module that occurs once, what stands there instead, and the tests meant for it."""

    name: str
    module: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied(self, source: str) -> str:
        """The module with the fault. Raises ValueError where the old text does not occur exactly once."""
        if (count := source.count(self.old)) != 1:
            raise ValueError(f"{self.name}: the text to replace occurs {count} times in {self.module}.py: {self.old!r}")
        return source.replace(self.old, self.new)


MUTANTS = tuple(
    Mutant(name, module, old, new, tests)
    for module, tests, faults in (
        ("enclosures/jets", (BALLS,), (
            ("a series keeps the coefficients of its ends", "    return [result[k] if k < valid else NAN for k in range(length)]",
             "    return [result[k].mid() for k in range(length)]"),
            ("constants keep the precision they were first seen at", "self._constants.get(ctx.prec)",
             "next(iter(self._constants.values()), None)"),
        )),
        ("enclosures/operations", (BALLS,), (
            ("an even power looks at the upper end alone", "arb(0).union(abs(u).upper() ** n)", "arb(0).union(u.upper() ** n)"),
            ("a power loses its lower end", "        return low.union(high)\n    return u**n", "        return high\n    return u**n"),
            ("a monotone function loses its lower end", "f(u.lower()).union(f(u.upper()))", "f(u.upper())"),
            ("cosh forgets its minimum", "ends if excludes_zero(u) else ends.union(arb(1))", "ends"),
            ("a root around 0 loses 0", "return arb(0).union((exponent.p * top.log() / exponent.q).exp())",
             "return (exponent.p * top.log() / exponent.q).exp()"),
            ("a root of a negative ball is that of its upper end", "if not (head.is_finite() and top > 0):\n            return NAN",
             "if not (head.is_finite() and top > 0):\n            return arb(0)"),
            ("a wrong slope of tanh", "partial(_sech_power, 2)", "partial(_sech_power, 1)"),
        )),
        ("enclosures/balls", (BALLS,), (
            ("precision not restored", "            ctx.prec, ctx.cap = saved\n", "            pass\n"),
            ("precision shared by threads", "    with _lock:\n        saved", "    if _lock:\n        saved"),
            ("the sign of a ball is that of its middle", "    if value > 0:\n        return 1", "    if value.mid() > 0:\n        return 1"),
        )),
        ("expressions/calculus", (LINES, BALLS), (
            ("log(0) is defined", 'return e.args[0], (1,), "the logarithm', 'return e.args[0], (1, 0), "the logarithm'),
        )),
        ("expressions/expr", (LINES, BALLS), (
            (">= is >", '">=": (0, 1)', '">=": (1,)'),
            ("< is <=", '"<": (-1,)', '"<": (-1, 0)'),
            ("sqrt(x)*sqrt(x) is x", "mergeable = old * exponent > 0 and (old.q == exponent.q == 1 or (old + exponent).q != 1)",
             "mergeable = old * exponent > 0"),
            ("a sum is positive where one term is", "return all(is_nonnegative(a) for a in args) and any(a.positive for a in args)",
             "return any(a.positive for a in args)"),
            ("every logarithm is defined everywhere", "return args[0].total and args[0].positive", "return args[0].total"),
        )),
        ("asymptotics/tail_models", (TAILS,), (
            ("exp loses its remainder", "self.compose(eps, coefficients, bound / arb(factorial(self.terms)))", "self.compose(eps, coefficients, arb(0))"),
            ("a power's remainder is taken at 0", "remainder = arb(binomial) * (arb(a - n) * base.log()).exp()", "remainder = arb(binomial)"),
            ("a logarithm's remainder is taken at 0", "* (-n * base.log()).exp()", ""),
            ("erfc loses its remainder", "envelope = arb(0).union(arb(term))", "envelope = arb(0)"),
            ("erfc's remainder is its bound", "envelope = arb(0).union(arb(term))", "envelope = arb(term)"),
            ("Taylor's remainder is taken at the limit", "around = ball(limit) + self.values.range_of(eps)", "around = ball(limit)"),
            ("what is truncated is lost", "total += ball(d) * self.values.range_from(times(other, inverse(m)), self.start)", "pass"),
            ("a ball is an exact coefficient", "elif not isinstance(c, Expr):\n                raise Undecided(\"the growth of an exponent",
             "elif False:\n                raise Undecided(\"the growth of an exponent"),
        )),
        ("asymptotics/limits", (TAILS,), (
            ("the tail starts before it is asked to", "        start = max(start, fmpq(at_least))\n", ""),
            ("infinite limits have the other sign", "return PLUS_INFINITY if leading_sign(c) > 0 else MINUS_INFINITY",
             "return MINUS_INFINITY if leading_sign(c) > 0 else PLUS_INFINITY"),
            ("the sides of a point are exchanged", "ex.rational(self.side))]", "ex.rational(-self.side))]"),
        )),
        ("asymptotics/tail_values", (TAILS,), (
            ("every monomial falls", "return self.sign(self._log_derivative(m), start) == -1", "return True"),
            ("log(y)/y falls from the start", "return bool(arb(m.k) + arb(m.l) / arb(start).log() < 0)", "return bool(m.k < 0)"),
            ("a vanishing monomial keeps its first value", "return arb(0).union(value(m, arb(start)))", "return value(m, arb(start))"),
            ("most of the way to the turn is skipped", "        for _ in range(16):\n            result = result.union(",
             "        for _ in range(2):\n            result = result.union("),
            ("the beginning of the tail is skipped", "cells += [(2 * low + 1, None), (low, 2 * low + 1)]", "cells += [(2 * low + 1, None)]"),
            ("the right half of a cell is skipped", "                cells += [(low, middle), (middle, high)]\n", "                cells += [(low, middle)]\n"),
            ("a cell's sign is that of its middle", "if known_sign(total) == expected:", "if known_sign(total.mid()) == expected:"),
        )),
        ("asymptotics/monomials", (TAILS, GROWTH), (
            ("a vanishing power grows", "return 1 if m.k > 0 else -1", "return 1"),
            ("terms are ordered the wrong way", "(order := larger(m, result[position - 1][0])) > 0", "(order := larger(m, result[position - 1][0])) < 0"),
            ("terms of equal growth stay apart", "if position and order == 0:", "if False:"),
            ("a hidden 0 stays in an exponent", "return ex.ZERO if _sign(normal) == 0 else normal", "return normal"),
            ("what is not decided is positive", "        raise Undecided(f\"whether {shorten(to_text(e))} is 0\")\n", "        return 1\n"),
            ("an exponential outweighs every power", "if m.q and not (m.k and larger(LOG_Y, m.q[0][1]) > 0):", "if m.q:"),
            ("an undefined coefficient has a value", "        require_defined(e)\n", "        pass\n"),
        )),
        ("normal_forms/algebraic", (GROWTH,), (
            ("the degree does not count", "return (_degree(e) - 1) * upper + lower", "return upper + lower"),
            ("a negative number has a root", "if any(sign(node.args[0]) not in (0, 1) for node in roots):", "if False:"),
            ("a small number is 0", "if bits > separation and abs(value) < arb(2) ** -separation:", "if abs(value) < arb(2) ** -64:"),
        )),
        ("normal_forms/constants", (GROWTH,), (
            ("digits prove a relation", "return multiples if proof(multiples, members) else ()", "return multiples"),
        )),
        ("functions/zeros", (ROOTS, "functions/test_zeros"), (
            ("a cell's Taylor polynomial loses its remainder", "total = comb(top, order) * wide[top] * _power(offset, top - order)", "total = arb(0)"),
            ("even and odd powers of an offset are alike", "return arb(0).union(top) if n % 2 == 0 else (-top).union(top)", "return arb(0).union(top)"),
            ("half of a cell is skipped", "stack += [(middle, b, depth + 1), (a, middle, depth + 1)]", "stack += [(middle, b, depth + 1)]"),
            ("a zero at a border is lost", "            if values[0] == 0 or values[-1] == 0:\n", "            if False:\n"),
            ("a bracket is not checked", "        if signs != [left, right]:\n", "        if False:\n"),
            ("a double zero by enclosure", "return constant_sign(calculus.substitute(self._derivative(order), {self.variable: point.exact}))", "return 0"),
            ("cells that disagree are joined", "if signs and signs[-1] != cell_signs[0]:", "if False:"),
            ("a zero of odd order at an end keeps its sign", "sign = sign if side > 0 or order % 2 == 0 else -sign", "sign = sign"),
            ("a neighbourhood reaches past the other end", "                reach = reach.min(abs(other.ball(self.bits) - at)).lower()\n", "                pass\n"),
            ("an affine zero at the end counts as inside", "Chart((), (slope if compare(root, low) <= 0 else -slope,)", "Chart((), (slope if compare(root, low) < 0 else -slope,)"),
        )),
        ("reals/roots", (ROOTS, "functions/test_zeros"), (
            ("bisection keeps the wrong half", "elif sign == self.rising:", "elif sign == -self.rising:"),
            ("an exact form only has to look right", "if ball.overlaps(enclose(candidate, prec=384)) and normal_form.is_zero(value):", "if ball.overlaps(enclose(candidate, prec=384)):"),
        )),
        ("reals/reals", (REALS,), (
            ("roots of one function are equal", "a.vanishes is b.vanishes and in_bracket(a.ball(bits), b)", "a.vanishes is b.vanishes"),
            ("the larger of two is the first", "return a.max(b) if self.sense > 0 else a.min(b)", "return a"),
            ("digits are those of the middle",
             "low, high = (round_decimal(exact_rational(end), digits, direction)[0] for end in ends)",
             "low, high = (round_decimal(exact_rational(ball.mid()), digits, direction)[0] for end in ends)"),
            ("an infinity is like any number", "return (a.infinite > b.infinite) - (a.infinite < b.infinite)", "return 0"),
        )),
        ("reals/decimals", (REALS,), (
            ("digits are cut off", "whole = int((2 * scaled.p + scaled.q) // (2 * scaled.q))", "whole = int(scaled.p // scaled.q)"),
            ("bounds are rounded inwards", "outwards = (direction > 0) == (value > 0)",
             "outwards = (direction > 0) != (value > 0)"),
        )),
        ("normal_forms/signs", (REALS,), (
            ("0/0 is 0", "        require_defined(e)\n", "        pass\n"),
        )),
        ("functions/sign_charts", (LINES,), (
            ("undefined is 0", "    except Undefined:\n        return None\n", "    except Undefined:\n        return 0\n"),
        )),
        ("functions/step_functions", (LINES,), (
            ("equal marks stay two", "            i += order <= 0\n", "            i += order < 0\n"),
            ("a mark belongs to the gap before it", "            at.append(line.at[position])\n", "            at.append(line.gaps[position])\n"),
        )),
        ("reals/sets", (LINES,), (
            ("open ends that touch are joined", "gap == 0 and not (part.low_closed or last.high_closed)", "False"),
            ("a closed end is lost", "elif further == 0 and part.high_closed and not last.high_closed:", "elif False:"),
            ("open and closed are equal", "        and (p.low_closed, p.high_closed) == (q.low_closed, q.high_closed)\n", ""),
        )),
        ("functions/pieces", (LINES, "functions/test_pieces"), (
            ("a piece is skipped", "pending.extend(reversed(parts))", "pending.extend(reversed(parts[1:]))"),
            ("a domain is not checked", "if not (u.positive and u.total) and self.sign(u, bound) not in allowed:", "if False:"),
            ("max is min", 'return a if (sign >= 0) == (e.op == "max") else b', 'return a if (sign >= 0) != (e.op == "max") else b'),
            ("a kink has a slope", "if left.infinite or right.infinite or compare(left, right) != 0:", "if left.infinite or right.infinite:"),
            ("a jump has a slope", "    if not _continuous(body, bound, place):\n", "    if False:\n"),
        )),
        ("functions/landscape", ("functions/test_landscape", "functions/test_extrema"), (
            ("every function is even", "    if parity == 1:\n", "    if True:\n"),
            ("every bound is attained", "bool(at or on), at, on)", "True, at, on)"),
            ("a falling function ends at its top", "candidates.append((run.end if run.direction == sense else run.start, None))",
             "candidates.append((run.end, None))"),
            ("parity by one sample", "        if all(s == 0 for s in (*line.gaps, *(a for a in line.at if a is not None))):\n", "        if True:\n"),
        )),
        ("means/taylor_integral", (INTEGRALS,), (
            ("a cell's error is lost", "        total += (-bound).union(bound)\n", ""),
            ("half of a cell is skipped (integral)", "cells += [(middle, b), (a, middle)]", "cells += [(middle, b)]"),
        )),
        ("means/expectations", (INTEGRALS,), (
            ("the tails are lost", "total = (-tail).union(tail) * 2", "total = arb(0)"),
            ("one tail is lost", "total = (-tail).union(tail) * 2", "total = (-tail).union(tail)"),
            ("a function is bounded from one side", "        for sign in (1, -1):\n            tail = tail_sign(bound", "        for sign in (1,):\n            tail = tail_sign(bound"),
            ("the integral ends before the bound begins", "reach = max(fmpq(ceil(2 * (0.7 * bits) ** 0.5) + 2), self.start)", "reach = fmpq(ceil(2 * (0.7 * bits) ** 0.5) + 2)"),
        )),
        ("cases/bounds", (LINES,), (
            ("products ignore a factor 0", "ends.append((_multiply(x, y), zero or (x_closed and y_closed)))", "ends.append((_multiply(x, y), x_closed and y_closed))"),
            ("an end of a sum is attained with either part's", "a.high_closed and b.high_closed", "a.high_closed or b.high_closed"),
            ("a corner of a product is skipped", "    for end in ends[1:]:\n", "    for end in ends[2:]:\n"),
        )),
        ("cases/case_split", (LINES,), (
            ("the case = 0 is skipped", "for sign in (1, 0, -1)]", "for sign in (1, -1)]"),
            ("an open end is closed", "    if high == 0 and not span.high_closed:\n", "    if high == 0:\n"),
            ("terms are positive", "    return sign > 0\n\n\ndef _span_signs", "    return True\n\n\ndef _span_signs"),
        )),
        ("language/syntax", ("language/test_syntax",), (
            ("`or` confines like `and`", 'formula.op == "and":\n        return [leaf for part', 'formula.op in ("and", "or"):\n        return [leaf for part'),
            ("what is unknown is true", "return None if None in truths else not decisive", "return not decisive"),
            ("what is undefined is unknown", "return None if None in truths else kleene(op, truths)", "return kleene(op, truths)"),
        )),
        ("cases/fourier_motzkin", (LINES,), (
            ("a strict sum of inequalities is not strict", "low[2] or high[2]", "low[2] and high[2]"),
            ("0 > 0", "constant > 0 or (constant == 0 and not strict)", "constant >= 0"),
        )),
        ("vocabulary/shapes", ("test_statements",), (
            ("a least bound of 0 is positive", "if sign > 0 or (sign == 0 and not inf.attained):", "if sign >= 0:"),
            ("constant is increasing", '{"increasing": [{1}], ', '{"increasing": [{0, 1}], '),
        )),
        ("budget", (BALLS,), (
            ("an inner budget grants more", "else min(outer.left, steps)", "else steps"),
            ("what is spent inside is free", "outer.spent += inner.spent", "outer.spent += 0"),
        )),
    )
    for name, old, new in faults
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """Which test noticed a fault (None: none did), and how long it took."""

    mutant: Mutant
    noticed: str | None
    seconds: float


class Copy:
    """The four layers and the tests of proofs/ in a folder of their own, with or without a fault."""

    def __init__(self, folder: Path, mutant: Mutant | None) -> None:
        self.folder = folder
        package = folder / "gradproof"
        package.mkdir()
        for layer in LAYERS:
            if layer == "proofs":
                shutil.copytree(ROOT / layer, package / layer, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (package / layer).symlink_to(ROOT / layer)
        shutil.copytree(ROOT / "tests" / "proofs", folder / "tests" / "proofs", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "tests" / "thorough.py", folder / "tests")
        shutil.copytree(ROOT / "benchmarks", folder / "benchmarks", ignore=shutil.ignore_patterns("__pycache__"))
        if mutant is not None:
            target = package / "proofs" / f"{mutant.module}.py"
            target.write_text(mutant.applied(target.read_text()))

    def run(self, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """pytest on files of the copy, up to the first failure."""
        files = [str(self.folder / "tests" / "proofs" / f"{name}.py") for name in tests]
        environment = os.environ | {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", "GRADPROOF_CACHE": "off"}
        arguments = ["-x", "-q", "--no-header", "--tb=no", "-rfE", "-c", os.devnull, "--rootdir", str(self.folder),
                     "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:gradproof"]  # fmt: skip
        return subprocess.run(
            [sys.executable, "-m", "pytest", *arguments, *files], cwd=self.folder, env=environment,
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip


def noticed_by(result: subprocess.CompletedProcess[str]) -> str | None:
    """The first test that failed, or None."""
    if result.returncode == 0:
        return None
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", result.stdout, re.MULTILINE)
    return re.sub(r".*?(\w+)\.py::", r"\1::", found.group(1)) if found else (result.stdout + result.stderr)[-300:]


def try_mutant(mutant: Mutant) -> Outcome:
    """Plant one fault and run the tests."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder), mutant)
        try:
            noticed = noticed_by(copy.run(mutant.tests)) or noticed_by(copy.run(WIDER))
        except subprocess.TimeoutExpired:
            noticed = "no test ends"
    return Outcome(mutant, noticed, time.perf_counter() - started)


def sound_copy() -> str | None:
    """The problem with the copy without a fault, if any: it must be what is imported, and pass its tests."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder), None)
        probe = copy.folder / "tests" / "proofs" / "test_probe.py"
        probe.write_text(
            "def test_probe():\n    import gradproof.proofs.asymptotics.tail_models as m\n    assert m.__file__.startswith("
            f"{str(copy.folder)!r}), m.__file__\n"
        )
        files = ("test_probe", *dict.fromkeys([*(t for m in MUTANTS for t in m.tests), *WIDER]))
        return noticed_by(copy.run(files))


def main() -> int:
    """The table; the exit status."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", metavar="NAME", help="a module, or part of a fault's name; all by default")
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    chosen = options.parse_args()
    mutants = [m for m in MUTANTS if not chosen.names or any(n == m.module or n in m.name for n in chosen.names)]
    if wrong := sound_copy():
        print(f"without a fault: {wrong}")
        return 1
    started = time.perf_counter()
    survivors = 0
    print(f"{'module':<28}{'fault':<55}{'seconds':>8}  noticed by")
    with ThreadPoolExecutor(chosen.processes) as pool:
        for outcome in pool.map(try_mutant, mutants):
            m = outcome.mutant
            survivors += outcome.noticed is None
            print(f"{m.module:<28}{m.name:<55}{outcome.seconds:>8.1f}  {outcome.noticed or 'NOTHING'}", flush=True)
    print(f"{len(mutants)} faults, {survivors} not noticed, {time.perf_counter() - started:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
