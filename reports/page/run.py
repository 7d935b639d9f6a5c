"""One run of `gradproof report`: collect, write, and say what came out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import RenderableType
from rich.text import Text

from ...proofs.ledger import Ledger
from ..clocks import Clocks, clocks
from ..errors import printable
from ..runs.collect import collect, planned
from ..runs.pool import Done, Part
from ..writing.console import asked, cell, interrupted, show, table, verdict
from ..writing.counts import WORDS, differing, unsound, verdict_counts
from ..writing.grid import Grid
from ..writing.progress import Progress
from .write import write

PHASES = {
    "activation": "activations certified",
    "depth": "bounds through depth",
    "network": "random networks measured",
    "spectrum": "spectra measured",
    "phase": "critical lines certified",
    "accuracy": "sweeps of frameworks",
    "implementation": "cross-checks",
}
"""The noun and participle for the parts of each section, in the plural."""


class Phases:
    """A line on stderr as each phase of a run ends, with its first results; the bar that counts parts between."""

    def __init__(self, ledgers: Sequence[Ledger], plan: Sequence[Part], progress: Progress) -> None:
        self._titles = {f"ledger {number}": ledger.title for number, ledger in enumerate(ledgers)}
        self._left = Counter(part.section for part in plan)
        self._parts: dict[str, list[Done]] = {section: [] for section in self._left}
        self._progress = progress
        self._started = time.perf_counter()

    def done(self, done: Done) -> None:
        """One more part is done."""
        section = done.part.section
        self._parts[section].append(done)
        self._left[section] -= 1
        if not self._left[section]:
            self._progress.say("")
            seconds = time.perf_counter() - self._started
            if not asked("quiet"):
                click.echo(printable(f"{seconds:5.1f} s  {self._line(section)}"), err=True)
        word = done.data["verdict"] if section in self._titles and done.failure is None else section
        self._progress.step(f"{done.part.name}: {word}")

    def _line(self, section: str) -> str:
        parts = self._parts[section]
        if section not in self._titles:
            return f"{len(parts)} {PHASES[section]}"
        claims = [done.data for done in parts if done.failure is None]
        counts = ", ".join(f"{count} {word}" for word, count in verdict_counts(claims).items() if count)
        return f"{self._titles[section]}: {len(parts)} claims: {counts}"


def run(
    ledgers: Sequence[Ledger], folder: Path, *, seed: int, full: bool, jobs: int, started: Clocks
) -> tuple[dict[str, Any], list[str]]:
    """The report's data, and the pages that could not be made, one line each; `started` is when the command was."""
    plan = planned(ledgers, seed=seed, full=full)
    with Progress(len(plan)) as progress:
        progress.say(f"{len(plan)} parts on {jobs} processes")
        phases = Phases(ledgers, plan, progress)
        data = collect(ledgers, seed=seed, full=full, jobs=jobs, plan=plan, on_done=phases.done)
    failed = write(folder, data)
    rest = "" if full else "; --full cross-checks the implementations and gradproof itself"
    wrote = f"wrote {folder}/index.html, report.json, report.md in {_spent(started)}"
    show(*summary(data), Text(printable(wrote + rest)))
    return data, failed


def _spent(since: Clocks) -> str:
    """The time since then, and the processor time of this process and of those that it started."""
    wall, processor = (now - then for now, then in zip(clocks(), since, strict=True))
    return f"{wall:.0f} s ({processor:.0f} s of processor time)"


def summary(data: Mapping[str, Any]) -> list[RenderableType]:
    """The summary of a run: whether it is all, what is unsound, then ledgers, implementations, and what is missing."""
    claims = [claim for ledger in data["ledgers"] for claim in ledger["claims"]]
    alarms = [
        Text(printable(f"UNSOUND: {each['id']}: {each['says'] or each['statement']}"), "bold white on red")
        for each in [*unsound(claims), *data["contradictions"]]
    ]
    wrong = [
        Text(printable(f"{each['id']}: expected {each['expect']}, got {each['verdict']}"), "bold red")
        for each in differing(claims)
    ]
    missing = [
        Text(printable(f"missing: {each['section']}: {each['name']}: {each['message']}"), "bold red")
        for each in data["failures"]
    ]
    absent = [
        Text(f"{each['name']} is not installed: its implementations were NOT measured", "bold yellow")
        for each in data["implementations"]
        if not each["installed"]
    ]
    kept = "what was done until then was kept, the rest is not in the report"
    cut = [interrupted(kept)] if data["interrupted"] else []
    checked = [each for each in data["implementations"] if each["results"]]
    tables = [_ledgers(data), *([_implementations(checked)] if checked else [])]
    return [*cut, *alarms, *tables, *wrong, *missing, *absent]


def _ledgers(data: Mapping[str, Any]) -> Grid:
    built = table(None, ("ledger", "claims"), right=("claims",))
    for word in WORDS:
        built.add_column(verdict(word), justify="right")
    for ledger in data["ledgers"]:
        counts = verdict_counts(ledger["claims"])
        built.add_row(
            cell(ledger["title"]), cell(len(ledger["claims"])), *(cell(counts[word] or "–") for word in WORDS)
        )
    return built


def _implementations(checked: Sequence[Mapping[str, Any]]) -> Grid:
    numbers = ("cross-checks", "passed", "failed", "findings")
    built = table(None, ("implementation", *numbers), right=numbers)
    for each in checked:
        failed = sum(result["verdict"] == "fail" for result in each["results"])
        findings = sum(len(result["findings"]) for result in each["results"])
        total = len(each["results"])
        built.add_row(cell(each["name"]), *map(cell, (total, total - failed, failed, findings)))
    return built
