"""Sweeps every float32 input of what the frameworks ship and writes accuracy.json, accuracy.md and the pictures.

Run: python docs/accuracy_page.py [--fresh] [--only PACK] [--as NAME] [--page]. What accuracy.json holds already, from
the same versions, is not swept again, so that an interrupted run goes on; --page writes the page alone. A test
compares the page with what the data gives.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.inputs.bit_patterns import ALL
from gradproof.crosschecks.sweeps.sweep import sweep
from gradproof.crosschecks.sweeps.tile_worker import SweepError
from gradproof.crosschecks.targets.foreign import TargetError
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.targets.versions import libraries
from gradproof.crosschecks.workers.worker_process import Worker
from gradproof.proofs.catalogue.entries import activation
from gradproof.reports import strict_json
from gradproof.reports.figures.accuracy import standalone
from gradproof.reports.runs.accuracy import always_right, quick, ranked, row
from gradproof.reports.views.accuracy import NUMBERS, cells, detail, heads
from gradproof.reports.views.checks import PRIMES, function_name
from gradproof.reports.writing.markdown_cells import plain
from gradproof.reports.writing.numbers import short

HERE = Path(__file__).parent
DATA, PAGE = HERE / "accuracy.json", HERE / "accuracy.md"
FORMAT = "float32"
IMPLEMENTATIONS = ("torch", "jax", "keras", "transformers", "onnxruntime", "scipy", "formulas", "numpy")
SAMPLES = {"keras": "sample:128", "transformers": "sample:128", "numpy": "sample:128"}
"""Packs of which a sample is swept, and the words for it."""
REASONS = {
    "keras": "The functions of Keras on torch, whose own are swept above.",
    "transformers": "The functions of ACT2FN, on torch, whose own are swept above.",
    "numpy": "The functions that gradproof derives from the formulas, which are slow and many.",
}
"""Sentences on the sampled packs, and why not all their inputs are swept."""
WORST, PICTURED = 10, 6
"""The worst functions that are named, and those that are drawn for each implementation."""

INTRODUCTION = """\
Every one of the 2³² inputs of float32, for every function of one input that these libraries ship: each result was \
compared with the certified value of the function, and each number below is a fact about that version of the library \
on that machine, not an estimate from a sample. Where a library computes derivatives itself, f' is its own."""

READING = """\
- **max ULP**: the largest error at a finite input, in units in the last place of the exact result. A correctly \
rounded result is off by at most 1/2. No error is larger, and one is as large but for 2⁻¹⁰ ULP or 2⁻²⁰ of it.
- **at x**: the input where that happens, in decimal and exactly in hexadecimal.
- **conditioned**: the largest error divided by 1 + κ, with κ = abs(x g'(x)/g(x)) the condition number of the function \
g. Near a zero of g, or far in a tail, rounding the input alone moves the exact result by κ/2 ULP; this column is what \
is left to blame the implementation for. The tables are sorted by it, best first.
- **rounded right**: the share of results that are the float nearest to the exact value.
- **turned back**: neighbouring inputs on which the function rises and the results fall, or the other way round.
- **out of bounds**: results beyond the certified bounds of the function, rounded to the format.
- **flushed**: zeros that came back for numbers that round to subnormal ones; they are not in the errors.
- **wrong or none**: wrong answers at NaN and the infinities, and inputs at which no answer came.
- An error of ∞ is a NaN or an infinity in place of a number, or the other way round.

In the pictures the axis is the binade of x, negative inputs on the left; the binades near 1 are drawn wide, those on \
a tint narrow. Upwards stands the largest error of each binade, pale, and the conditioned one, dark, on a logarithmic \
axis that ends where half of the digits are wrong (an orange cap: beyond). Downwards hangs the share of results \
that are not correctly rounded."""


def stored(path: Path = DATA) -> dict[str, Any]:
    """The rows swept so far, and the machine they were swept on."""
    if not path.exists():
        return {"schema": 1, "machines": [], "shipped": {}, "rows": []}
    return json.loads(path.read_text("utf-8"))


def identity(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The subject of a row, as texts; a sweep of the same is not made again."""
    names = ("target", "activation", "order", "dtype", "patterns", "parameters", "versions")
    return tuple(json.dumps(row[name], sort_keys=True) for name in names)


def pack(row: Mapping[str, Any]) -> str:
    """The pack that a row is of: several callables of a pack may compute the same, each a target of its own."""
    return row["target"].partition(":")[0]


def named(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row with its pack as its target, and the name of a further callable beside that of its activation."""
    name = row["target"].partition(":")[2]
    return {**row, "target": pack(row), "activation": f"{row['activation']} ({name})" if name else row["activation"]}


def shipped(target: str) -> list[Implementation]:
    """Every function of one input that a pack ships, at the orders it has. Raises TargetError."""
    with Worker() as worker:
        found = resolve(Request(target, rows=False), worker)
    return [one for one in found if len(activation(one.activation).inputs) == 1]


def asked(one: Implementation) -> tuple[str, ...]:
    """The identity of the row that an implementation will have."""
    said = {"target": one.target, "activation": one.activation, "order": one.order, "dtype": FORMAT}
    parameters = {name: strict_json.plain(value) for name, value in one.parameters}
    words = SAMPLES.get(pack(said), ALL)
    return identity({**said, "patterns": words, "parameters": parameters, "versions": libraries(one)})


def keep(data: Mapping[str, Any]) -> None:
    """Writes the data and what follows from it: however a run ends, they agree."""
    write(data)
    show(stored())


def show(data: Mapping[str, Any]) -> None:
    """Writes the page and the pictures."""
    PAGE.write_text(page(data), encoding="utf-8")
    for name, drawn in pictures(data).items():
        (HERE / name).write_text(drawn, encoding="utf-8")


def write(data: Mapping[str, Any], path: Path = DATA) -> None:
    """One row on a line, so that changes show; the file is replaced as a whole."""
    place = {name: number for number, name in enumerate(IMPLEMENTATIONS)}
    rows = sorted(data["rows"], key=lambda r: (place[pack(r)], r["activation"], r["order"], r["target"]))
    lines = ",\n".join(json.dumps(r, separators=(",", ":"), ensure_ascii=False, allow_nan=False) for r in rows)
    head = json.dumps({name: part for name, part in data.items() if name != "rows"})[:-1]
    partial = path.with_suffix(".partial")
    partial.write_text(f'{head}, "rows": [\n{lines}\n]}}\n', encoding="utf-8")
    partial.replace(path)


def swept(data: dict[str, Any], targets: Iterable[str], name: str | None, *, fresh: bool) -> None:
    """Sweeps what is missing, and keeps every row as soon as it is there."""
    for target in targets:
        try:
            every = shipped(target)
        except TargetError as error:
            print(f"left out: {error}")
            continue
        now = {asked(one) for one in every}  # and not what the pack no longer ships, or ships in another version
        data["rows"] = [r for r in data["rows"] if pack(r) != target or identity(r) in now]
        data["shipped"][target] = len(every)
        keep(data)
        found = [one for one in every if name in (None, one.activation)]
        known = set() if fresh else {identity(r) for r in data["rows"]}
        for number, one in enumerate(found, 1):
            if asked(one) in known:
                continue
            label = f"[{number}/{len(found)}] {target} {one.activation}{PRIMES[one.order]}"
            try:
                made = strict_json.plain(sampled(one, SAMPLES[target]) if target in SAMPLES else exhausted(one))
            except SweepError as error:
                print(f"{label}: {error}", flush=True)
                continue
            made["seconds"] = round(made["seconds"], 1)
            same = (made["target"], made["activation"], made["order"], made["parameters"])
            others = [r for r in data["rows"] if (r["target"], r["activation"], r["order"], r["parameters"]) != same]
            data["rows"] = [*others, made]
            data["machines"] = sorted({*data["machines"], machine()})
            keep(data)
            print(f"{label}: {short(made['max_ulp'])} ULP in {made['seconds']:.0f} s", flush=True)


def exhausted(one: Implementation) -> dict[str, Any]:
    """The row of every input. Raises SweepError, and KeyboardInterrupt where the sweep was cut short."""
    result = sweep(one, fmt=FORMAT)
    if not result.finished:
        raise KeyboardInterrupt
    return row(result)


def sampled(one: Implementation, words: str) -> dict[str, Any]:
    """The row of a sample."""
    (made,) = quick([one], {FORMAT: words})
    return made


def machine() -> str:
    """The processor's features as NumPy reports them: what libraries choose their code by."""
    import os
    import platform

    from numpy import show_config

    found = show_config(mode="dicts")
    features = (found or {}).get("SIMD Extensions", {})
    names = ", ".join([*features.get("baseline", []), *features.get("found", [])])
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores ({names})"


def page(data: Mapping[str, Any]) -> str:
    """The whole page."""
    every = [named(r) for r in data["rows"]]
    rows = [r for r in every if r["target"] not in SAMPLES]
    targets = [name for name in IMPLEMENTATIONS if any(r["target"] == name for r in rows)]
    samples = {name: own for name in SAMPLES if (own := ranked([r for r in every if r["target"] == name]))}
    parts = ["# How accurate activation functions are", INTRODUCTION, *missing(data)]
    parts += [f"The last sections alone are of samples, and say so: {', '.join(samples)}."] if samples else []
    parts += ["## What was found", "\n".join(f"- {line}" for line in findings(rows))]
    parts += ["## How to read the tables", READING]
    parts += ["## Side by side", SIDE, side_by_side(rows, targets)]
    for name in targets:
        own = ranked([r for r in rows if r["target"] == name])
        parts += [f"## {name} {version(own)}".rstrip(), f"![the largest errors](accuracy-{name}.svg)", table(own)]
    for name, own in samples.items():
        parts += [f"## {name}", sample_words(own), table(own)]
    minutes = sum(r["seconds"] for r in rows) / 60
    parts += [
        "## How it was made",
        f"`python docs/accuracy_page.py`, on {'; '.join(data['machines'])}: {len(rows)} sweeps in "
        f"{minutes:.0f} minutes, {sum(r['inputs'] for r in rows):,} results judged. The numbers are in "
        f"[accuracy.json](accuracy.json). One of them: `gradproof sweep {rows[0]['target']} --as "
        f"{rows[0]['activation']} --order {rows[0]['order']}`." if rows else "Nothing was swept yet.",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def sample_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """The sentences above a table of samples: which inputs it is about, and that they are not all."""
    inputs, words = rows[0]["inputs"], rows[0]["patterns"]
    right = len(always_right(rows))
    return (
        f"{REASONS[rows[0]['target']]} Version {version(rows)}. **A sample, not every input:** {inputs:,} of the "
        f"4,294,967,296, as many of every binade and sign (`gradproof sweep {rows[0]['target']} --patterns {words}`). "
        f"The errors are the largest of the sample; there may be larger ones. {right} of {len(rows)} are correctly "
        "rounded at every input of the sample."
    )


def missing(data: Mapping[str, Any]) -> list[str]:
    """A sentence on what was not swept yet, where that is something."""
    counts = Counter(map(pack, data["rows"]))
    said = [f"{counts[t]} of {n} of {t}" for t, n in data["shipped"].items() if counts[t] < n]
    return [f"**Not all were swept yet:** {', '.join(said)}."] if said else []


SIDE = """\
The largest conditioned error of each function, in ULP, with the largest plain one in brackets; bold: the best of \
those that ship it."""


def side_by_side(rows: Sequence[Mapping[str, Any]], targets: Sequence[str]) -> str:
    """The table of the functions that several libraries ship, one column for each library."""
    found: dict[tuple[str, int], dict[str, Mapping[str, Any]]] = {}
    for each in rows:
        if each["judged"]:
            found.setdefault((each["activation"], each["order"]), {}).setdefault(each["target"], each)
    lines = [f"| function | {' | '.join(targets)} |", "|---|" + "---:|" * len(targets)]
    for (name, order), by in sorted(found.items()):
        if len(by) < 2:
            continue
        best = min(float(each["max_ulp_conditioned"]) for each in by.values())
        shown = [_pair(by[target], best) if target in by else "" for target in targets]
        lines.append(f"| {plain(name)}{PRIMES[order]} | {' | '.join(shown)} |")
    return "\n".join(lines)


def _pair(each: Mapping[str, Any], best: float) -> str:
    error = short(each["max_ulp_conditioned"]).replace("inf", "∞")
    bold = "**" if float(each["max_ulp_conditioned"]) == best else ""
    return f"{bold}{error}{bold} ({short(each['max_ulp']).replace('inf', '∞')})"


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """A league table, best first; columns of counts are there where there is something to count."""
    shown = [cells(each) for each in rows]
    columns = heads(shown)
    lines = [f"| {' | '.join(columns)} |", "|" + "".join("---:|" if c in NUMBERS else "---|" for c in columns)]
    lines += [f"| {' | '.join(plain(each[c]) for c in columns)} |" for each in shown]
    return "\n".join(lines)


def version(rows: Sequence[Mapping[str, Any]]) -> str:
    """The versions of the libraries behind some rows."""
    known = {name: number for each in rows for name, number in each["versions"].items() if name != "gradproof"}
    target = rows[0]["target"]
    own = known.pop(target, "")
    others = ", ".join(f"{name} {number}" for name, number in sorted(known.items()))
    return f"{own} (with {others})".strip() if others else own


def findings(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The list of the largest errors and of counts of rows, from the data alone."""
    judged = [r for r in ranked(rows) if r["judged"]]
    failing = [r for r in rows if not r["judged"]]
    infinite = [r for r in judged if float(r["max_ulp"]) == float("inf")]
    close = [r for r in judged if float(r["max_ulp"]) <= 1]
    groups = [
        (always_right(judged), "are correctly rounded at every input"),
        (close, "are never off by more than 1 ULP"),
        (infinite, "give a NaN or an infinity somewhere in place of a number, or the reverse"),
        (_most(judged, "turned_back"), "turn back somewhere where the function is monotone"),
        (_most(judged, "out_of_bounds"), "leave the certified bounds of the function"),
        (_most(judged, "flushed"), "return 0 for numbers that are subnormal"),
        (failing, "gave no answer that could be judged"),
    ]
    said = [f"{len(some)} of {len(rows)} {words}{_names(some)}" for some, words in groups if some]
    finite = [r for r in judged if float(r["max_ulp_conditioned"]) < float("inf")]
    worst = [f"`{r['target']}` {plain(function_name(r))}: {plain(detail(r))}" for r in reversed(finite[-WORST:])]
    return said + (["the largest finite conditioned errors:\n  1. " + "\n  1. ".join(worst)] if worst else [])


def _most(rows: Sequence[Mapping[str, Any]], key: str) -> list[Mapping[str, Any]]:
    return sorted((r for r in rows if r[key]), key=lambda r: -r[key])


def _names(rows: Sequence[Mapping[str, Any]]) -> str:
    names = [f"{each['target']} {plain(function_name(each))}" for each in rows[:WORST]]
    return f": {', '.join(names)}{', …' if len(rows) > WORST else ''}"


def pictures(data: Mapping[str, Any]) -> dict[str, str]:
    """SVG files by name: the functions of each implementation with the largest errors."""
    drawn, rows = {}, [named(r) for r in data["rows"] if pack(r) not in SAMPLES]
    for name in dict.fromkeys(r["target"] for r in rows):
        own = [r for r in ranked([r for r in rows if r["target"] == name]) if r["judged"]]
        worst = list(reversed(own[-PICTURED:]))
        titles = [f"{name} {function_name(r)}: at most {short(r['max_ulp'])} ULP".replace("inf", "∞") for r in worst]
        drawn[f"accuracy-{name}.svg"] = standalone(worst, titles, across=2)
    return drawn


def main() -> None:
    """Sweeps, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="sweep again what was swept")
    parser.add_argument("--only", choices=IMPLEMENTATIONS, help="one pack alone")
    parser.add_argument("--as", dest="name", help="one activation alone")
    parser.add_argument("--page", action="store_true", help="sweep nothing")
    options = parser.parse_args()
    data = stored()
    if not options.page:
        try:
            name = activation(options.name).name if options.name else None
            swept(data, [options.only] if options.only else IMPLEMENTATIONS, name, fresh=options.fresh)
        except KeyboardInterrupt:
            print("interrupted: what was swept is kept")
        data = stored()
    show(data)


if __name__ == "__main__":
    main()
