"""Does gradproof ever prove a false statement, or refute a true one? Generated statements, by family.

Run: python benchmarks/soundness.py [--count 2000] [--seed N] [--processes 2] [--seconds 20] [--families NAME,...]. Prints, for each
family, how many were proved, refuted and undecided, with the seconds and the reasons of undecided ones. Exits 1 when a
false statement is proved, a true one is refuted, one with an undefined closed term is either, or fewer than 97 % of the
true ones are proved. A process that dies on a statement (out of memory inside a library) counts as a failure and the
statement is named.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import re
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

import deep_statements  # noqa: F401 (these five add their families)
import depth_statements  # noqa: F401
import edge_statements  # noqa: F401
import more_statements  # noqa: F401
import text_statements  # noqa: F401
from generate_statements import FAMILIES, Generated, generate
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

WANTED = 0.97
SECONDS = 20
"""Of processor time for one statement, unless --seconds says otherwise: what takes longer counts as undecided."""
MEMORY = 4 << 30
"""Bytes of address space a deciding process may take: one that wants more dies and is counted, not the machine."""


@dataclass(frozen=True)
class Decided:
    """A generated statement and what gradproof says."""

    item: Generated
    verdict: str
    seconds: float
    reason: str = ""

    @property
    def unsound(self) -> bool:
        """Whether the verdict contradicts the construction."""
        if not self.item.defined:
            return self.verdict in (Verdict.PROVED.value, Verdict.REFUTED.value)
        return self.verdict == (Verdict.REFUTED if self.item.truth else Verdict.PROVED).value

    @property
    def truth(self) -> str:
        return str(self.item.truth).lower() if self.item.defined else "undefined"

    def __str__(self) -> str:
        where = f", where={self.item.where!r}" if self.item.where else ""
        return f"prove({self.item.text!r}{where})  # {self.verdict}, is {self.truth}: {self.item.because}"


def decide(question: tuple[str, str | None]) -> tuple[str, float, str]:
    """The verdict (or `error`), the seconds, and the reason of an undecided one."""
    text, where = question
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        result = prove(text, where=where, suggest=False)
    except TooLong:
        return Verdict.UNDECIDED.value, time.process_time() - started, f"not decided in {SECONDS} s"
    except Exception as error:  # a crash is a result too: it is counted and named
        return "error", time.process_time() - started, repr(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    reason = result.explanation[-1] if result.verdict is Verdict.UNDECIDED and result.explanation else ""
    return result.verdict.value, time.process_time() - started, reason


class TooLong(BaseException):
    """Raised in the middle of a proof that is over its time."""


def _interrupt(*_: object) -> None:
    raise TooLong


def limits(seconds: int) -> None:
    """For the deciding processes."""
    os.environ["GRADPROOF_CACHE"] = "off"  # no result of an earlier run answers
    global SECONDS
    SECONDS = seconds
    signal.signal(signal.SIGPROF, _interrupt)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def decide_all(items: list[Generated], processes: int, seconds: int) -> list[Decided]:
    """Verdicts in order; Ctrl-C keeps those that are there.

    After a process died, the next few statements get a process each, then the pool goes on.
    """
    context = multiprocessing.get_context("spawn")
    found: list[Decided] = []
    while len(found) < len(items):
        left = [(item.text, item.where) for item in items[len(found) :]]
        with ProcessPoolExecutor(processes, context, limits, (seconds,)) as pool:
            try:
                for answer in pool.map(decide, left):
                    found.append(Decided(items[len(found)], *answer))
                    if len(found) % 200 == 0:
                        print(f"  {len(found)} of {len(items)}", file=sys.stderr, flush=True)
            except BrokenProcessPool:
                pass
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                return found
        for item in items[len(found) : len(found) + 4 * processes]:
            with ProcessPoolExecutor(1, context, limits, (seconds,)) as alone:
                try:
                    answer = alone.submit(decide, (item.text, item.where)).result()
                except BrokenProcessPool:
                    answer = ("error", 0.0, "the process died")
                found.append(Decided(item, *answer))
    return found


BATCH = 400
"""Statements made at a time, from a seed of their own."""


def made(task: tuple[int, bool, str, tuple[str, ...]]) -> tuple[list[Generated], list[str]]:
    """One batch, without the witnesses, and what mpmath contradicts; a generator that fails loses its batch alone."""
    contradicted: list[str] = []
    count, truth, seed, families = task
    try:
        items = generate(count, truth, seed, contradicted, families)
    except (ArithmeticError, AssertionError, ValueError) as error:
        return [], [f"batch {seed}: {error!r}"]
    return [replace(item, at={}, points=()) for item in items], contradicted


def generate_all(count: int, seed: int, processes: int, families: tuple[str, ...] = ()) -> tuple[list[Generated], list[str]]:
    """As many different statements of both truths, in batches."""
    items: dict[tuple[str, str | None], Generated] = {}
    left_out: list[str] = []
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        for truth in (True, False):
            kept: dict[tuple[str, str | None], Generated] = {}
            for attempt in range(4):  # what two batches have in common is made up for
                missing = count - len(kept)
                sizes = [min(BATCH, missing - k) for k in range(0, missing, BATCH)]
                tasks = [(size, truth, f"{seed}.{truth}.{attempt}.{i}", families) for i, size in enumerate(sizes)]
                for found, problems in pool.map(made, tasks):
                    kept |= {(item.text, item.where): item for item in found}
                    left_out += problems
            items |= kept
    return list(items.values()), left_out


def table(decided: list[Decided]) -> str:
    """Counts by family, false and true statements side by side."""
    rows: dict[str, dict[bool, Counter[str]]] = defaultdict(lambda: {True: Counter(), False: Counter()})
    seconds: Counter[str] = Counter()
    for d in decided:
        for key in (d.item.family, "all"):
            rows[key][d.item.truth][d.verdict] += 1
            seconds[key] += d.seconds  # type: ignore[assignment]
    lines = [
        f"{'':<20}|{'true':^31}|{'false':^31}|",
        f"{'family':<20}|" + "proved refuted undecided error |" * 2 + " seconds",
    ]
    for name in [*(name for name in FAMILIES if name in rows), "all"]:
        cells = "".join(
            f"{c['proved']:6d} {c['refuted']:7d} {c['undecided']:9d} {c['error']:5d} |"
            for c in (rows[name][True], rows[name][False])
        )
        lines.append(f"{name:<20}|{cells} {seconds[name]:7.1f}")
    return "\n".join(lines)


def reasons(decided: list[Decided]) -> str:
    """A table of what stayed undecided: by truth, family and reason with its numbers left out, with one example."""
    groups: dict[tuple[str, str, str], list[Decided]] = defaultdict(list)
    for d in decided:
        if d.verdict == "error" or (d.verdict == "undecided" and d.item.defined):
            groups[d.truth, d.item.family, re.sub(r"-?[0-9][0-9.e+-]*", "#", d.reason)[:70]].append(d)
    lines = []
    for (truth, name, _), members in sorted(groups.items(), key=lambda g: -len(g[1])):
        example = members[0]
        lines.append(f"{len(members):4d} {truth:5} {name}: {example.item.text[:120]} "
                     f"{'where ' + example.item.where if example.item.where else ''}\n       {example.reason[:160]}")  # fmt: skip
    return "\n".join(lines)


def main() -> int:
    """The whole run; the exit status."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=2000, help="statements of each truth")
    options.add_argument("--seed", type=int, help="a fresh one by default, printed")
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--seconds", type=int, default=SECONDS, help="of processor time for one statement")
    options.add_argument("--families", default="", help="these alone, by name, with commas between them")
    chosen = options.parse_args()
    seed = random.SystemRandom().randrange(10**9) if chosen.seed is None else chosen.seed
    started = time.perf_counter()
    families = tuple(name for name in chosen.families.split(",") if name)
    items, left_out = generate_all(chosen.count, seed, chosen.processes, families)
    true, undefined = sum(item.truth for item in items), sum(not item.defined for item in items)
    print(f"seed {seed}: {true} true and {len(items) - true} false statements ({undefined} of them undefined) made and confirmed with mpmath "
          f"in {time.perf_counter() - started:.1f} s", flush=True)  # fmt: skip
    for problem in left_out:
        print("LEFT OUT", problem)
    started = time.perf_counter()
    random.Random(seed).shuffle(items)  # so that an interrupted run has seen all families and both truths
    decided = decide_all(items, chosen.processes, chosen.seconds)
    print(table(decided))
    print(f"decided in {time.perf_counter() - started:.1f} s with {chosen.processes} processes; slowest "
          f"{max(decided, key=lambda d: d.seconds).seconds:.1f} s: {max(decided, key=lambda d: d.seconds)}")  # fmt: skip
    print(reasons(decided))
    wrong = [d for d in decided if d.unsound]
    for d in wrong:
        print("UNSOUND", d)
    died = [d for d in decided if d.verdict == "error"]
    for d in died:
        print("ERROR", d)
    share = sum(d.verdict == "proved" for d in decided if d.item.truth) / max(sum(d.item.truth for d in decided), 1)
    print(f"{len(decided)} of {len(items)} decided on: {len(wrong)} unsound, {len(died)} errors, {share:.2%} of the true statements proved")
    return 1 if wrong or died or share < WANTED else 0


if __name__ == "__main__":
    sys.exit(main())
