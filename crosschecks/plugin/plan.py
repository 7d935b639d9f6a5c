"""The checks behind the plugin's tests: found without running them, each run once when its first test asks.

With pytest-xdist the processes of a run share results through files, so that a check runs once there too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ...proofs.enclosures.formats import Format, format_named
from ..checking.check import MANY_BINADES, MANY_EXAMPLES
from ..checking.judge import by_activation_and_order, formats_taken, judge
from ..checking.results import CheckResult
from ..gates import Gates
from ..implementation import Implementation
from ..properties import OF_CALLS, PROPERTIES
from ..targets.resolve import PACKS, Request, resolve
from ..trials.trial import FEW_BINADES, FEW_EXAMPLES, Options
from ..vectors.judge import PROPERTIES as OF_ROWS
from ..vectors.judge import is_of_rows
from ..workers.worker_process import Worker
from .keys import SHARED

GATES = ("max_ulp", "max_conditioned_ulp", "max_abs_error", "max_rel_error")


@dataclass(frozen=True)
class Part:
    """One function of a target in one format: a check."""

    target: str
    """As it was asked for."""
    implementations: tuple[Implementation, ...]
    format: Format

    @property
    def name(self) -> str:
        """The beginning of the names of its tests: `gelu-order0-float32`; behind a target of its own, if it has one."""
        first = self.implementations[0]
        own = "" if first.target == self.target else f"{first.target}-"
        given = ",".join(f"{name}={value}" for name, value in first.parameters) if first.formats else ""
        return f"{own}{first.activation}{f'({given})' if given else ''}-order{first.order}-{self.format.name}"

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that are judged; the value chosen at a kink belongs to kinks."""
        judged = OF_ROWS if is_of_rows(self.implementations[0]) else PROPERTIES
        return (*OF_CALLS, *(property_.NAME for property_ in judged))


@dataclass(frozen=True)
class Outcome:
    """The result of a check, as its tests need it."""

    measured: bool
    """Something came back that could be judged."""
    summary: str
    failures: dict[str, list[str]]
    """Texts of findings by property."""
    notes: dict[str, list[str]]


class Plan:
    """The checks of a pytest run, in a worker process that lives as long as the run."""

    def __init__(self, config: pytest.Config) -> None:
        self.worker = Worker()
        self.as_: str | None = config.getoption("gradproof_as")
        texts: list[str] = config.getoption("gradproof_dtype") or []
        names = [name.strip() for text in texts for name in text.split(",")]
        self.formats = tuple(format_named(name) for name in dict.fromkeys(names)) or None
        self.gates = Gates(**{gate: config.getoption(f"gradproof_{gate}") for gate in GATES})
        folder = getattr(config, "workerinput", {}).get(SHARED)
        self.shared = None if folder is None else Path(folder)
        self._outcomes: dict[str, Outcome] = {}

    def parts(self, target: str) -> Iterator[Part]:
        """The checks of a target, none of them run. Raises TargetError and UnknownActivation."""
        for same in by_activation_and_order(resolve(Request(target, self.as_, long_parameters=True), self.worker)):
            formats = self.formats or formats_taken(same[0], self.worker)
            yield from (Part(target, tuple(same), fmt) for fmt in formats)

    def outcome(self, part: Part) -> Outcome:
        """The outcome of a check, which runs now if it did not before."""
        name = f"{part.target}::{part.name}"
        if name not in self._outcomes:
            with _once(self.shared, name) as file:
                if file is not None and file.exists():
                    self._outcomes[name] = Outcome(**json.loads(file.read_text("utf-8")))
                else:
                    self._outcomes[name] = _outcome(self._result(part))
                    if file is not None:
                        file.write_text(json.dumps(vars(self._outcomes[name])), "utf-8")
        return self._outcomes[name]

    def _result(self, part: Part) -> CheckResult:
        whole_pack = part.target in PACKS and self.as_ is None
        examples, every = (FEW_EXAMPLES, FEW_BINADES) if whole_pack else (MANY_EXAMPLES, MANY_BINADES)
        options = Options(gates=self.gates, examples=examples, every=every, formats=(part.format,))
        (result,) = judge(part.implementations, self.worker, options)
        return result


def _outcome(result: CheckResult) -> Outcome:
    failures: dict[str, list[str]] = {}
    notes: dict[str, list[str]] = {}
    for findings, texts in ((result.findings, failures), (result.notes, notes)):
        for finding in findings:
            texts.setdefault(finding.property, []).append(f"{finding}\nreplay: {finding.replay}")
    return Outcome(result.worst is not None, str(result).splitlines()[0], failures, notes)


_PLAN = pytest.StashKey[Plan]()


def plan_of(config: pytest.Config) -> Plan:
    """The plan of a run. Raises ValueError for an unknown format, and a promise that is no number of 0 or more."""
    if _PLAN not in config.stash:
        config.stash[_PLAN] = Plan(config)
    return config.stash[_PLAN]


def close(config: pytest.Config) -> None:
    """Ends the worker process."""
    if _PLAN in config.stash:
        config.stash[_PLAN].worker.close()


@contextmanager
def _once(folder: Path | None, name: str) -> Generator[Path | None]:
    """The file that holds the outcome of a check for all processes of a run, while no other process has it."""
    if folder is None:
        yield None
        return
    import fcntl  # not on Windows, and needed with pytest-xdist alone

    file = folder / hashlib.sha256(name.encode()).hexdigest()
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield file
