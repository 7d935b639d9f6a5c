"""One run of `gradproof report`: collect, write, and say what came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ...proofs.ledger import Ledger
from ..errors import printable
from ..runs.collect import collect, planned
from ..writing.console import cell, interrupted, show, table, verdict
from ..writing.counts import WORDS, differing, unsound, verdict_counts
from ..writing.progress import Progress
from .write import write


def run(
    ledgers: Sequence[Ledger], folder: Path, *, seed: int, full: bool, jobs: int
) -> tuple[dict[str, Any], list[str]]:
    """The report's data, and the pages that could not be made, one line each."""
    plan = planned(ledgers, seed=seed, full=full)
    with Progress(len(plan)) as progress:
        progress.say(f"{len(plan)} parts on {jobs} processes")
        data = collect(
            ledgers,
            seed=seed,
            full=full,
            jobs=jobs,
            plan=plan,
            on_done=lambda done: progress.step(f"{done.part.section}: {done.part.name}"),
        )
    failed = write(folder, data)
    wrote = f"wrote {folder}/index.html, report.json, report.md in {data['seconds']:.0f} s"
    rest = "" if full else "; --full cross-checks the implementations and gradproof itself"
    show(*summary(data), Text(wrote + rest))
    return data, failed


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


def _ledgers(data: Mapping[str, Any]) -> Table:
    built = table(None, ("ledger", "claims"), right=("claims",))
    for word in WORDS:
        built.add_column(verdict(word), justify="right")
    for ledger in data["ledgers"]:
        counts = verdict_counts(ledger["claims"])
        built.add_row(
            cell(ledger["title"]), cell(len(ledger["claims"])), *(cell(counts[word] or "–") for word in WORDS)
        )
    return built


def _implementations(checked: Sequence[Mapping[str, Any]]) -> Table:
    numbers = ("cross-checks", "passed", "failed", "findings")
    built = table(None, ("implementation", *numbers), right=numbers)
    for each in checked:
        failed = sum(result["verdict"] == "fail" for result in each["results"])
        findings = sum(len(result["findings"]) for result in each["results"])
        total = len(each["results"])
        built.add_row(cell(each["name"]), *map(cell, (total, total - failed, failed, findings)))
    return built
