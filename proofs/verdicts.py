"""Verdicts and the evidence behind them: frozen values, the same for a statement and for a claim."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from html import escape
from typing import Any, NoReturn, Protocol, cast, runtime_checkable


class Verdict(StrEnum):
    """The verdict on a statement or claim; equal to its word, so that `verdict == "proved"` holds."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    QUALIFIED = "qualified"
    OUTSIDE = "outside"
    UNSOUND = "unsound"
    ERROR = "error"

    @property
    def sentence(self) -> str:
        """The meaning of the verdict in words, for readers."""
        return _SENTENCES[self]


_SENTENCES = {
    Verdict.PROVED: "true for every real input of its domain, with a proof",
    Verdict.REFUTED: "false, with a counterexample",
    Verdict.UNDECIDED: "neither proved nor refuted; the reason is given",
    Verdict.QUALIFIED: "false as said, but the ledger's nearest statement is proved",
    Verdict.OUTSIDE: "not a mathematical statement",
    Verdict.ERROR: "cannot be read; what was expected is said",
    Verdict.UNSOUND: "proved, yet contradicted by an evaluation of the statement as written: a bug in gradproof",
}


class Evidence(StrEnum):
    """How a verdict was reached. Sampling is not in this list."""

    EXACT = "exact"
    ENCLOSURE = "enclosure"
    EXHAUSTIVE = "exhaustive"
    FORMAL = "formal"


@runtime_checkable
class Documented(Protocol):
    """A value that has a JSON document of its own."""

    def to_json(self) -> dict[str, Any]: ...


def plain(value: Any) -> Any:
    """A value as JSON has it, with the documents of what is in it."""
    if isinstance(value, Documented):
        return value.to_json()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in cast("Sequence[Any]", value)]
    return value


class NoTruthValue:
    """A result that is neither true nor false: `assert prove(...)` would pass whatever the verdict."""

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is neither true nor false: compare its verdict")


@dataclass(frozen=True)
class Counterexample:
    """A point and the two sides there, as exact forms or certified digits."""

    at: dict[str, str]
    lhs: str
    rhs: str

    def to_json(self) -> dict[str, Any]:
        return plain(vars(self))


def sentence(counterexample: Mapping[str, Any]) -> str:
    """A counterexample's document as `x = 0: left 1/4, right 1/4`."""
    at = ", ".join(f"{name} = {value}" for name, value in counterexample["at"].items())
    sides = f"left {counterexample['lhs']}, right {counterexample['rhs']}"
    return f"{at}: {sides}" if at else sides


def lines(result: Mapping[str, Any]) -> list[str]:
    """A result's document for readers: the verdict, the evidence, the counterexample, the nearest true statement."""
    evidence = f" ({result['evidence']})" if result["evidence"] else ""
    where = f"  where {result['where']}" if result["where"] else ""
    claim = f"{result['id']}: " if result["id"] else ""
    text = [f"{claim}{result['verdict']}{evidence}: {result['statement'] or result['says']}{where}"]
    text += [f"  {line}" for line in result["explanation"]]
    if result["counterexample"]:
        text.append(f"  counterexample: {sentence(result['counterexample'])}")
    if result["nearest"]:
        text.append(f"  true: {result['nearest']}")
    text += [f"  tested: {measurement['sentence']}" for measurement in result["tested"]]
    return [*text, f"  {result['seconds']:.2f} s"]


def html_table(rows: Iterable[Sequence[object]], head: Sequence[object] = (), title: object = "") -> str:
    """A table for a notebook; every text in it is escaped."""

    def row(tag: str, cells: Iterable[object]) -> str:
        texts = (escape(str(cell)).replace("\n", "<br>") for cell in cells)
        return "<tr>" + "".join(f"<{tag} style='text-align: left'>{text}</{tag}>" for text in texts) + "</tr>"

    caption = f"<caption>{escape(str(title))}</caption>" if title else ""
    return f"<table>{caption}{row('th', head) if head else ''}{''.join(row('td', cells) for cells in rows)}</table>"


class Decided(NoTruthValue, ABC):
    """A statement's or a claim's verdict, printed as `gradproof prove` prints it."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """The document of `gradproof prove --json` or of one claim in `verify --json`."""

    def __str__(self) -> str:
        return "\n".join(lines(self.to_json()))

    def _repr_html_(self) -> str:
        first, *rest = (line.strip() for line in lines(self.to_json()))
        return html_table([(line,) for line in rest], [first])


@dataclass(frozen=True)
class Result(Decided):
    """A statement decided, or the reason why it is not."""

    statement: str
    where: str | None
    verdict: Verdict
    evidence: Evidence | None = None
    explanation: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    nearest: str | None = None
    seconds: float = field(default=0.0, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The fields of one claim in `verify --json`, plus the explanation."""
        return plain({
            "ledger": None, "id": None, "says": None, "statement": self.statement, "where": self.where,
            "expect": None, "verdict": self.verdict, "evidence": self.evidence, "explanation": self.explanation,
            "counterexample": self.counterexample, "nearest": self.nearest, "tested": [],
            "seconds": round(self.seconds, 6),
        })  # fmt: skip
