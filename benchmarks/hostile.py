"""Does every input get an answer within bounds, whatever a stranger writes? Statements, ledgers and certificates.

Run: python benchmarks/hostile.py [--count 200] [--seed N] [--seconds 60] [--memory 2]. Each input is deep, wide, huge, doubling,
cyclic, truncated or not text at all; `gradproof prove`, `verify` or `recheck` gets it in a process of its own. Prints the
slowest and the largest. Exits 1 where one takes more processor time or memory (GiB) than it may, ends with another
exit code than 0 to 3, or prints a traceback.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FUNCTIONS = (
    "exp", "log", "tanh", "sin", "tan", "erf", "sqrt", "abs", "sigmoid", "gelu", "mish", "silu", "softplus", "D(tanh)",
    "D(gelu)", "sign", "relu",
)  # fmt: skip
RELATIONS = ("<", "<=", "==", ">", ">=", "!=")
HUGE = ("1e9999", "1e-9999", "10**1000", "(10**1000)**10", "9" * 900, "exp(exp(10))", "2**9999", "1/3**9000")
EXIT_CODES = range(4)


# --- statements


def _nested(rng: random.Random, depth: int, inner: str = "x") -> str:
    for _ in range(depth):
        inner = f"{rng.choice(FUNCTIONS)}({inner})"
    return inner


def _sum(rng: random.Random, count: int, term: str) -> str:
    return rng.choice(("+", "-", "*")).join(term.format(i) for i in range(count))


def deep(rng: random.Random) -> str:
    return f"{_nested(rng, rng.randint(2, 17))} {rng.choice(RELATIONS)} {rng.randint(-2, 2)}"


def deep_derivatives(rng: random.Random) -> str:
    order = rng.randint(1, 6)
    body = _nested(rng, rng.randint(1, 4))
    return f"{'D(' * order}{body}{', x)' * order} {rng.choice(RELATIONS)} 1"


def brackets(rng: random.Random) -> str:
    depth = rng.choice((30, 59, 61, 500, 5000))
    return f"{'(' * depth}x{')' * depth} {rng.choice(RELATIONS)} 0"


def wide(rng: random.Random) -> str:
    return f"{_sum(rng, rng.randint(10, 400), rng.choice(('x', 'sin({0}*x)', 'x**{0}', 'tanh(x - {0})')))} > 0"


def many_names(rng: random.Random) -> str:
    term = rng.choice(("x{0}", "x{0}**2", "tanh(x{0})", "abs(x{0})", "exp(x{0})*y{0}"))
    return f"{_sum(rng, rng.randint(5, 200), term)} {rng.choice(RELATIONS)} {rng.choice(('0', 'x0', 'y0*x1'))}"


def extremes(rng: random.Random) -> str:
    names = ", ".join(f"x{i}" for i in range(rng.randint(3, 40)))
    return f"{rng.choice(('max', 'min'))}({names}) {rng.choice(RELATIONS)} x{rng.randint(0, 3)}"


def huge(rng: random.Random) -> str:
    a, b = rng.choice(HUGE), rng.choice(HUGE)
    body = rng.choice(("{a} > {b}", "sin({a}*x) < 1", "x**{n} > {a}", "tanh({a}*x) < {b}", "float16({a}) == {b}",
                       "({a} + x)**40 > {b}", "sup(tanh({a}*x)) < {b}", "gelu({a}) > 0"))  # fmt: skip
    return body.format(a=a, b=b, n=rng.choice((9999, 10001, "(1/64)", "(9999/64)")))


def powers(rng: random.Random) -> str:
    factors = "*".join(f"({rng.choice('xyz')} + {rng.randint(1, 9)})" for _ in range(rng.randint(1, 8)))
    exponent = rng.choice((2, 40, 41, 999, 10_000))
    return f"({factors})**{exponent} {rng.choice(RELATIONS)} ({factors} + {_nested(rng, 2)})**{exponent}"


def oscillating(rng: random.Random) -> str:
    body = f"sin({rng.randint(100, 10**6)}*x)*{_nested(rng, 2)}"
    return f"{rng.choice(('sup', 'inf', 'lipschitz'))}({body}) < {rng.randint(1, 5)}"


def functionals(rng: random.Random) -> str:
    word = rng.choice(("E({})", "limit({}, x, oo)", "range({})", "zeros({})", "argmax({})", "convex({})", "odd({})",
                       "product({}, 9999)", "product({}, n)", "continuity({})", "exists(x, y, {} > y)"))  # fmt: skip
    said = word.format(_nested(rng, rng.randint(2, 5)))
    return said if word.startswith(("convex", "odd", "exists")) else f"{said} {rng.choice(('<', '=='))} 1"


def conditional(rng: random.Random) -> str:
    text = "x"
    for i in range(rng.randint(2, 12)):
        text = f"({text} if {_nested(rng, 1)} < {i} else {_nested(rng, 1)})"
    return f"{text} {rng.choice(RELATIONS)} x"


def vectors(rng: random.Random) -> str:
    body = rng.choice(("sum(softmax({0}*v)) {1} 1", "norm(v + {0}) {1} norm(v)", "max(softmax(v*{0})) {1} {0}"))
    return body.format(rng.choice(HUGE), rng.choice(RELATIONS))


def not_text(rng: random.Random) -> str:
    text = rng.choice((deep, wide, powers))(rng)
    place = rng.randrange(len(text))
    return text[:place] + rng.choice(("\u00e9", "\u221a", "\U0001f600", "\u0660", "'", "__import__", "\\", ";", "\n", "")) + (
        text[place:] if rng.random() < 0.5 else "")  # fmt: skip


STATEMENTS: tuple[Callable[[random.Random], str], ...] = (
    deep, deep_derivatives, brackets, wide, many_names, extremes, huge, powers, oscillating, functionals, conditional,
    vectors, not_text,
)  # fmt: skip


def statement(rng: random.Random) -> str:
    return rng.choice(STATEMENTS)(rng)


# --- ledgers

RULES = (
    "{p}(x)*{p}(x) + x", "{p}({p}(x))", "{p}(x) + {p}(x + 1)", "{p}(x)**2 + 1", "tanh({p}(x)) + {p}(-x)", "max({p}(x), {p}(-x))",
    "({p}(x) if x > {p}(x) else -{p}(x))", "D({p})(x)*x",
)  # fmt: skip


def ledger(rng: random.Random) -> str:
    """Functions that double, go in circles or are many; a few claims about them."""
    count = rng.randint(3, 60)
    rule = rng.choice(RULES)
    functions = {"f0": "x", **{f"f{k}": rule.format(p=f"f{k - 1}") for k in range(1, count)}}
    if rng.random() < 0.2:
        functions["f1"] = f"f{count - 1}(x)"
    said = [f"f{count - 1}(x) {rng.choice(RELATIONS)} {rng.choice(('x', '0', 'tanh(x)'))}", "tanh(x) < 1"]
    said += [statement(rng) for _ in range(rng.randint(0, 1))]
    lines = ['title = "hostile"', "[functions]", *(f"{name} = {json.dumps(f)}" for name, f in functions.items())]
    for i, text in enumerate(said):
        lines += ["[[claim]]", f'id = "claim-{i}"', 'says = "Something."', f"statement = {json.dumps(text)}"]
    text = "\n".join(lines)
    return text if rng.random() < 0.85 else text[: rng.randrange(len(text))]


# --- certificates

PROVED = ("D(sigmoid)(x) <= 1/4", "sup(D(tanh)) == 1", "tanh(x) < 1", "abs(x + y) <= abs(x) + abs(y)", "E(relu(z)) < 1")


def certificates(folder: Path) -> list[dict[str, Any]]:
    """Real certificates, to be spoiled."""
    for text in PROVED:
        subprocess.run([*COMMAND, "prove", text, "--certificates", str(folder)], capture_output=True, check=False)
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


def spoiled(rng: random.Random, certificate: dict[str, Any]) -> str:
    """A certificate with one value replaced and its digest made right again; at times cut short."""
    from gradproof.proofs.recheck.statement import digest

    data = json.loads(json.dumps(certificate))
    if rng.random() < 0.4:
        data["statement"] = statement(rng)
    else:
        holder, key = rng.choice(list(_places(data)))
        old = holder[key]
        new = [*HUGE, "-1e400", "1/0", "x" * 5000, 10**300, -1, [], {}, None, [[old] * 1000], statement(rng), "sin(exp(1e9))"]
        holder[key] = rng.choice(new)
    data["digest"] = digest(data)
    text = json.dumps(data)
    return text if rng.random() < 0.9 else text[: rng.randrange(len(text))]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document as its holder and the key in it."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    for key in keys:
        yield value, key
        yield from _places(value[key])


# --- running them

COMMAND = (sys.executable, "-c", "import sys; from gradproof.reports.cli import main; sys.exit(main())")


@dataclass(frozen=True)
class Run:
    """The cost of one input, and its end."""

    shown: str
    code: int
    seconds: float
    mebibytes: int
    output: str

    def fault(self, seconds: float, memory: float) -> str | None:
        """The fault, if there is one."""
        if "Traceback" in self.output:
            return "a traceback"
        if self.code not in EXIT_CODES:
            return f"exit code {self.code}"
        if self.seconds > seconds:
            return f"more than {seconds:.0f} s"
        return f"more than {memory} GiB" if self.mebibytes > memory * 1024 else None


def run(shown: str, *arguments: str, seconds: float) -> Run:
    """One command with its processor time and its largest memory, those of its own processes included."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*COMMAND, *arguments], stdout=output, stderr=subprocess.STDOUT, env={**os.environ, "GRADPROOF_CACHE": "off"},
            preexec_fn=lambda: _limit(seconds),
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read(1 << 20).decode("utf-8", "replace")
    return Run(shown, process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10, text)


def _limit(seconds: float) -> None:
    """Twice the time allowed, so that what takes longer is seen and the run still ends."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (int(2 * seconds), int(2 * seconds) + 1))


def inputs(count: int, seed: int, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Half statements, a quarter ledgers, a quarter certificates: what to show of each, and the command."""
    rng = random.Random(seed)
    (folder / "real").mkdir()
    real = certificates(folder / "real")
    for i in range(count):
        kind = ("statement", "ledger", "statement", "certificate")[i % 4]
        if kind == "statement":
            text = statement(rng)
            yield text, ["prove", "--", text.replace("\0", "")]
            continue
        path = folder / f"{i}.{'toml' if kind == 'ledger' else 'json'}"
        path.write_text(ledger(rng) if kind == "ledger" else spoiled(rng, rng.choice(real)), "utf-8")
        yield f"{kind} {i}", ["verify" if kind == "ledger" else "recheck", str(path)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--memory", type=float, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for the inputs; else they are deleted")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        runs: list[Run] = []
        for shown, arguments in inputs(options.count, options.seed, folder):
            runs.append(run(shown, *arguments, seconds=options.seconds))
            if fault := runs[-1].fault(options.seconds, options.memory):
                print(f"FAULT: {fault}: {shown[:200]}\n{runs[-1].output[-800:]}", flush=True)
    for title, key in (("slowest", lambda r: r.seconds), ("largest", lambda r: r.mebibytes)):
        print(f"{title}:")
        for r in sorted(runs, key=key, reverse=True)[:5]:
            print(f"  {r.seconds:6.1f} s {r.mebibytes:6d} MiB  exit {r.code}  {r.shown[:100]}")
    codes = {code: sum(r.code == code for r in runs) for code in sorted({r.code for r in runs})}
    faults = sum(r.fault(options.seconds, options.memory) is not None for r in runs)
    print(f"{len(runs)} inputs, seed {options.seed}: {faults} faults; exit codes {codes}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
