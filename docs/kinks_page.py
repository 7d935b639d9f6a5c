"""Calls the derivative of everything with a kink that the frameworks ship, at its kinks, and writes kinks.md.

Run: python docs/kinks_page.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.targets.versions import libraries
from gradproof.crosschecks.workers.worker_process import Returned, Worker
from gradproof.proofs.catalogue.entries import Activation, catalogue
from gradproof.proofs.datasheets.function import facts
from gradproof.reports.writing.numbers import short

PAGE = Path(__file__).with_name("kinks.md")
FRAMEWORKS = ("torch", "jax", "keras", "transformers")
COPIES = 64

INTRODUCTION = """\
# The derivative at a kink, framework by framework

Made by `python docs/kinks_page.py`.

At a kink a function has no derivative, and every number between the slopes on either side is as good as another: the
Clarke subdifferential. Which one a framework's automatic differentiation returns is its own choice. Here they are side
by side, in float32; **bold** is what lies outside the subdifferential, which is a fault.
"""


def rows(worker: Worker, shipped: dict[str, list[Implementation]]) -> Iterator[list[str]]:
    """A row for each kink: function, place, subdifferential, and what each framework returns there."""
    for entry in catalogue():
        if len(entry.inputs) > 1:
            continue
        found = facts(entry.name)
        for kink in found.kinks:
            at = float(kink.at)
            low, high = (float(end) for end in kink.subdifferential)
            cells = [_cell(entry, worker, shipped[name], at, low, high) for name in FRAMEWORKS]
            if any(cell != "–" for cell in cells):
                yield [entry.name, short(at), f"[{short(low)}, {short(high)}]", *cells]


def _cell(
    entry: Activation, worker: Worker, shipped: list[Implementation], at: float, low: float, high: float
) -> str:
    """The derivative that a framework returns at a place; a dash where it ships none."""
    for one in shipped:
        if one.activation == entry.name and one.target in FRAMEWORKS:
            answer = worker.call(one, [np.full(COPIES, at, np.float32)])
            if isinstance(answer, Returned):
                values = sorted(set(answer.values.astype(np.float64).tolist()))
                text = ", ".join(short(value) for value in values)
                inside = all(np.float32(low) <= value <= np.float32(high) for value in values)
                return text if inside else f"**{text}**"
    return "–"


def page() -> str:
    """The text of the page."""
    with Worker(seconds=60) as worker:
        shipped = {name: list(resolve(Request(name, orders=(1,), rows=False), worker)) for name in FRAMEWORKS}
        versions = {name: libraries(some[0]).get(name, "") for name, some in shipped.items()}
        heads = ["function", "kink at", "subdifferential", *(f"{name} {versions[name]}".strip() for name in FRAMEWORKS)]
        lines = ["| " + " | ".join(line) + " |" for line in (heads, ["---"] * len(heads), *rows(worker, shipped))]
    return INTRODUCTION + "\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
