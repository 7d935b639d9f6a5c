"""Sweeps everything a target ships, one implementation and format after the other, with progress."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from ..crosschecks.guarded import SweepError
from ..crosschecks.implementation import Implementation
from ..crosschecks.patterns import patterns as patterns_named
from ..crosschecks.process import Worker
from ..crosschecks.sweep import sweep
from ..crosschecks.sweep_result import SweepResult
from ..crosschecks.targets import Request, resolve
from ..proofs.catalogue import activation
from ..proofs.formats import format_named
from .progress import Progress

_ASKED = ("as_", "parameters", "orders", "implements", "derivative", "array")


@dataclass
class Swept:
    """The results, and what there are none of."""

    results: list[SweepResult] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Activations of several inputs, which cannot be swept."""
    problems: list[str] = field(default_factory=list)
    """Sweeps that could not be made, one line each."""
    interrupted: bool = False


def run(target: str, formats: Sequence[str], given: Mapping[str, Any]) -> Swept:
    """`given` holds the options of the target, of which checks.py says more, and those of `sweep`.

    Raises what `sweep` raises where there is only one to make.
    """
    for name in formats:
        patterns_named(given["patterns"], format_named(name))
    with Worker() as worker:
        found = resolve(Request(target, **{name: given[name] for name in _ASKED}), worker)
    swept = Swept()
    one_input = [i for i in found if len(activation(i.activation).inputs) == 1]
    swept.left_out = list(dict.fromkeys(i.activation for i in found if i not in one_input))
    if not one_input:
        raise SweepError(f"{', '.join(swept.left_out)}: of several inputs, and a sweep goes through those of one")
    wanted = list(product(one_input, formats))
    options = {name: given[name] for name in ("patterns", "workers", "dask", "seconds")}
    if (folder := given["checkpoint"]) is not None and len(wanted) > 1:
        if folder.exists() and not folder.is_dir():
            raise SweepError(f"{folder}: expected a folder for the checkpoints of {len(wanted)} sweeps")
        folder.mkdir(exist_ok=True)
    for number, (one, fmt) in enumerate(wanted):
        shown = Shown(one.activation + "'" * one.order + f" {fmt}", number, len(wanted))
        file = _checkpoint(given["checkpoint"], one, fmt, alone=len(wanted) == 1)
        try:
            result = sweep(one, fmt=fmt, checkpoint=file, progress=shown, **options)
        except SweepError as error:
            if len(wanted) == 1:
                raise
            swept.problems.append(str(error))
            continue
        except KeyboardInterrupt:
            swept.interrupted = True
            break
        finally:
            shown.close()
        swept.results.append(result)
        if not result.finished:
            swept.interrupted = True
            break
    return swept


def _checkpoint(path: Path | None, one: Implementation, fmt: str, *, alone: bool) -> Path | None:
    if path is None or alone:
        return path
    return path / f"{one.activation}-{one.order}-{fmt}.sweep"


class Shown:
    """One line on a terminal: how far, how fast, how long still."""

    def __init__(self, name: str, number: int, total: int) -> None:
        self._name = f"[{number + 1}/{total}] {name}" if total > 1 else name
        self._line = Progress(None)
        self._line.say(self._name)
        self._next = 0.0

    def __call__(self, done: int, total: int, rate: float) -> None:
        """Tells how much is done, at most ten times a second."""
        if time.perf_counter() >= self._next:
            self._next = time.perf_counter() + 0.1
            self._line.say(f"{self._name}: {sentence(done, total, rate)}")

    def close(self) -> None:
        """Leaves the terminal's line empty."""
        self._line.close()


def sentence(done: int, total: int, rate: float) -> str:
    """`43.0 %, 81.2 million inputs/s, 2 min 31 s left`; the first part only, as long as no more is known."""
    if not rate:
        return f"{100 * done / total:.1f} %"
    speed = f"{rate / 1e6:.1f} million" if rate >= 1e6 else f"{rate:.0f}"
    return f"{100 * done / total:.1f} %, {speed} inputs/s, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """A time in its two largest units."""
    whole = round(seconds)
    for unit, size, lower in (("d", 86400, "h"), ("h", 3600, "min"), ("min", 60, "s")):
        if whole >= size:
            part = {"h": 3600, "min": 60, "s": 1}[lower]
            return f"{whole // size} {unit} {whole % size // part} {lower}"
    return f"{whole} s"
