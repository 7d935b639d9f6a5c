"""The report as Markdown: the same data in plain tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..runs.accuracy import ranked
from ..views import accuracy, datasheet
from ..views import depth as depth_page
from ..views.checks import coverage, function_name
from ..views.verdict import counterexample
from ..writing.counts import differing, unsound, verdict_counts
from ..writing.markdown_cells import code, grid, plain
from ..writing.numbers import brief, interval, short
from .words import VERDICTS


def markdown(data: Mapping[str, Any]) -> str:
    """The whole document."""
    claims = [claim for ledger in data["ledgers"] for claim in ledger["claims"]]
    counts = ", ".join(f"{count} {word}" for word, count in verdict_counts(claims).items() if count)
    blocks = [
        "# gradproof report",
        f"gradproof {data['versions']['gradproof']}, {data['created']}, {data['seconds']:.0f} seconds.",
        *_alarms(data, claims),
        f"{len(claims)} claims: {counts or 'none'}.",
        *(block for ledger in data["ledgers"] for block in _ledger(ledger)),
        *_activations(data["activations"]),
        *_depth(data["depth"]),
        *(block for each in data["implementations"] for block in _implementation(each)),
        *(block for each in data["accuracy"] for block in _accuracy(each)),
        "## Settings",
        *_absent(data["implementations"]),
        ", ".join(f"{name} {value or 'not installed'}" for name, value in data["versions"].items()) + ".",
        f"Seed {data['settings']['seed']}, {data['settings']['jobs']} processes, {data['system']}.",
    ]
    return "\n\n".join(blocks) + "\n"








def _alarms(data: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> list[str]:
    bugs = [*unsound(claims), *data["contradictions"]]
    lines = ["**The run was interrupted: what is missing was not reached.**"] if data["interrupted"] else []
    lines += [f"**UNSOUND** {plain(each['id'])}: {plain(each['says'] or each['statement'])}" for each in bugs]
    lines += [
        f"**Not as expected** {plain(c['id'])}: {plain(c['expect'])}, got {c['verdict']}" for c in differing(claims)
    ]
    lines += [f"**Missing** {plain(f['section'])}, {plain(f['name'])}: {plain(f['message'])}" for f in data["failures"]]
    return lines


def _absent(implementations: Sequence[Mapping[str, Any]]) -> list[str]:
    absent = [each["name"] for each in implementations if not each["installed"]]
    return [f"{name} is not installed and was not measured." for name in absent]


def _ledger(ledger: Mapping[str, Any]) -> list[str]:
    claims = sorted(ledger["claims"], key=lambda claim: [*VERDICTS].index(claim["verdict"]))
    rows = [(f"**{c['verdict']}**", plain(c["id"]), plain(c["says"]), _statement(c), _instead(c)) for c in claims]
    head = ("verdict", "id", "claim", "statement", "counterexample, and what is true")
    return [f"## {plain(ledger['title'])}", grid(head, rows)]


def _statement(claim: Mapping[str, Any]) -> str:
    where = f" where {code(claim['where'])}" if claim["where"] else ""
    return code(claim["statement"]) + where


def _instead(claim: Mapping[str, Any]) -> str:
    parts = [plain(counterexample(claim["counterexample"]))] if claim["counterexample"] else []
    parts += [f"true: {code(claim['nearest'])}"] if claim["nearest"] else []
    return "; ".join(parts)


def _activations(activations: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = []
    for entry in activations:
        facts = entry["facts"]
        ranges = (
            [interval(o["range"]) if "range" in o else "undecided" for o in facts["orders"][:2]] if facts else ["", ""]
        )
        smooth = datasheet.smoothness(facts) if facts else ""
        rows.append((code(entry["name"]), code(entry["formula"]), *map(plain, ranges), plain(smooth)))
    return ["## Activations", grid(("name", "definition", "range of f", "range of f'", "smoothness"), rows)]


def _depth(depth: Mapping[str, Any]) -> list[str]:
    names = [fmt["name"] for fmt in depth["formats"]]
    rows = [
        (
            code(each["activation"]),
            plain(brief(each["rate"])),
            *map(depth_page.vanishing, each["formats"]),
        )
        for each in depth["activations"]
    ]
    title = "First depth at which the bound on the product of derivatives rounds to zero, rounded once / at every step:"
    measured = "\n".join(f"- {plain(each['sentence'])}." for each in depth["networks"])
    return [
        "## Through depth",
        title,
        grid(("activation", "sup abs f'", *names), rows),
        *([measured] if measured else []),
    ]


def _implementation(each: Mapping[str, Any]) -> list[str]:
    if not each["results"]:
        return []
    errors = [
        (code(function_name(r)), r["dtype"], r["verdict"], short(r["max_ulp"]), short(r["max_ulp_conditioned"]))
        for r in each["results"]
    ]
    findings = [
        (code(function_name(r)), r["dtype"], f["property"], code(f["x_hex"]), plain(short(f["got"], 9)),
         plain(short(f["expected"], 9)), plain(f["message"]))
        for r in each["results"] for f in r["findings"]
    ]  # fmt: skip
    blocks = [f"## Implementation: {each['name']}", coverage(each["results"]).capitalize() + "."]
    blocks.append(grid(("function", "format", "verdict", "worst ULP", "conditioned"), errors))
    if findings:
        blocks.append(grid(("function", "format", "property", "x", "got", "expected", "what"), findings))
    return blocks


def _accuracy(each: Mapping[str, Any]) -> list[str]:
    """A league table for each format, best first."""
    blocks = [f"## Accuracy of {plain(each['name'])}"]
    for name in dict.fromkeys(row["dtype"] for row in each["rows"]):
        rows = ranked([row for row in each["rows"] if row["dtype"] == name])
        cells = [accuracy.cells(row) for row in rows]
        heads = accuracy.heads(cells)
        blocks += [
            f"{accuracy.coverage(rows)}.",
            grid(heads, ([plain(one[head]) for head in heads] for one in cells)),
        ]
    return blocks
