"""`check_table`: a file of expected values, judged row by row."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ...numerics.oracle.reference import check_request, oracle, whole
from ...proofs.catalogue.entries import Activation
from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.catalogue.parse import definition
from ...proofs.catalogue.vector_entries import vector_activations
from ...proofs.enclosures.formats import FORMATS, Format, format_named
from ...proofs.expressions.expr import Expr
from ...proofs.expressions.printing import to_text
from ..table_files.entries import Entry, Source
from ..table_files.read import source
from .bulk import settled
from .causes import cause
from .judge import FLOAT64, PRIMES, Judge, Widest
from .results import TableCheck, TableRow

PAUSE = 256
"""Rows between two reports of progress."""
MOST_TRIED = 1000
"""Wrong values that the other format is tried on."""
NEXT_TO_RIGHT = 16.0
"""ULP below which a value is a float that was not correctly rounded."""
NARROWER = "float32"
"""The format tried where a table without one does not agree with float64."""


def check_table(
    path: str | os.PathLike[str],
    function: str | Activation,
    *,
    parameters: Mapping[str, ParameterValue] | None = None,
    order: int = 0,
    fmt: str | None = None,
    max_ulp: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> TableCheck:
    """Judge the expected values in a csv, json or npz file: right, rounded to the digits that they have, or wrong.

    `function` is an activation's name, its entry, or a formula in x; `order` that of the values where the file does
    not say it. A decimal is judged by its own digits, x is exact as written; a full float is right where it is the
    correctly rounded one of `fmt` (else that of an array in the file, else float64 or, where most of the table is,
    float32), or within `max_ulp` ULP. `progress` is told the rows done and all.
    Raises TableError for a file that cannot be judged; UnknownActivation, StatementError or ValueError for what is
    not known; Undecided where the function's pieces are not found.
    """
    whole("order", order, 0, 2)
    if max_ulp is not None and not 0 <= max_ulp < float("inf"):
        raise ValueError(f"max_ulp={max_ulp!r}: expected a number, 0 or more")
    if isinstance(function, str) and function in vector_activations():
        raise ValueError(f"{function} is a function of vectors; tables are of functions of one input")
    entry = definition(function)
    expr = entry.expr(**(parameters or {}))
    if entry.inputs != ("x",):
        raise ValueError(f"{entry.name} has inputs {', '.join(entry.inputs)}; tables are of functions of one input")
    check_request(expr, order)
    file = source(path, (entry.name, *entry.aliases))
    task = _Task(entry, expr, file, order, max_ulp, progress)
    chosen = format_named(fmt or file.dtype or FLOAT64.name)
    rows, finished = task.judged(chosen)
    if finished and not (fmt or file.dtype):
        chosen, rows, finished = task.in_its_own_format(rows)
    return TableCheck(
        file=os.fspath(path),
        activation=entry.name,
        parameters={name: to_text(value) for name, value in entry.parameter_values(**(parameters or {})).items()},
        dtype=chosen.name,
        rows=tuple(rows),
        causes=task.causes(rows, chosen) if finished else (),
        place=file.place,
        interrupted=not finished,
    )


class _Task:
    """The entries of a file and what they are to be values of."""

    def __init__(
        self, activation: Activation, expr: Expr, file: Source, order: int, max_ulp: float | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:  # fmt: skip
        self._activation, self._expr, self._max_ulp, self._progress = activation, expr, max_ulp, progress
        self._entries = [e if e.order is not None else replace(e, order=order) for e in file.entries]
        self._by_order: dict[int, list[int]] = defaultdict(list)
        for i, entry in enumerate(self._entries):
            if entry.numerals is not None:
                self._by_order[entry.order or 0].append(i)

    def judged(self, fmt: Format) -> tuple[list[TableRow], bool]:
        """The rows in the file's order, and whether all were judged before an interruption."""
        rows: dict[int, TableRow] = {
            i: _unreadable(entry) for i, entry in enumerate(self._entries) if entry.numerals is None
        }
        finished = True
        try:
            for order, places in self._by_order.items():
                judge = self._judge(order, fmt)
                in_bulk = settled(judge, [self._entries[i] for i in places])
                for k, i in enumerate(places):
                    if self._progress is not None and len(rows) % PAUSE == 0:
                        self._progress(len(rows), len(self._entries))
                    rows[i] = in_bulk[k] if k in in_bulk else judge.row(self._entries[i])
        except KeyboardInterrupt:
            finished = False
        return [rows[i] for i in sorted(rows)], finished

    def in_its_own_format(self, rows: list[TableRow]) -> tuple[Format, list[TableRow], bool]:
        """float32 and its rows, where at least half of the values that are not right in float64 as it is are right in
        it; else float64 and `rows`."""
        narrow = FORMATS[NARROWER]
        wrong = [i for i, row in enumerate(rows) if row.verdict == "wrong"]
        tried = wrong[:: 1 + len(wrong) // MOST_TRIED]
        judges = {order: replace(self._judge(order, narrow), max_ulp=None) for order in self._by_order}
        rescued = sum(judges[rows[i].order].fits(self._entries[i]) for i in tried)
        right = sum(row.verdict == "right" for row in rows)
        if not rescued or 2 * rescued < len(tried) or 2 * rescued * len(wrong) < right * len(tried):
            return FLOAT64, rows, True
        return narrow, *self.judged(narrow)

    def causes(self, rows: Sequence[TableRow], fmt: Format) -> tuple[str, ...]:
        """The causes that explain the wrong rows, by order."""
        sentences: list[str] = []
        for order, places in self._by_order.items():
            wrong = [self._entries[i] for i in places if rows[i].verdict == "wrong"]
            if not wrong:
                continue
            count = f"all {len(wrong)} wrong rows are" if len(wrong) > 1 else "the wrong row is"
            farthest = max(_error(rows[i]) for i in places if rows[i].verdict == "wrong")
            narrower = replace(self._judge(order, FORMATS[NARROWER]), max_ulp=None)
            if farthest < NEXT_TO_RIGHT:
                sentences.append(f"{count} within {farthest:.3g} ULP: --max-ulp {math.ceil(farthest)} allows that")
            elif fmt == FLOAT64 and all(narrower.fits(entry) for entry in wrong):
                sentences.append(f"{count} right in float32: --dtype float32 judges by that")
            elif sentence := cause(self._judge(order, fmt), wrong, self._activation, self._expr):
                sentences.append(sentence)
        return tuple(sentences)

    def _judge(self, order: int, fmt: Format) -> Judge:
        pairs = [self._entries[i].numerals for i in self._by_order[order]]
        values = [pair[1] for pair in pairs if pair is not None]
        printed = [value for value in values if value.special is None and value.binary is None]
        widest = Widest(
            max((value.digits for value in printed), default=0), max((-value.exponent for value in printed), default=0)
        )
        return Judge(oracle(self._expr, order), f"{self._activation.name}{PRIMES[order]}", fmt, widest, self._max_ulp)


def _error(row: TableRow) -> float:
    return math.inf if row.ulp is None else row.ulp


def _unreadable(entry: Entry) -> TableRow:
    return TableRow(
        line=entry.line, x=entry.x, order=entry.order or 0, value=entry.value, verdict="unreadable",
        message=entry.problem, is_fault=True,
    )  # fmt: skip
