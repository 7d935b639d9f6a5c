"""The plugin's tests as pytest sees them: a node for all, one for each target, and a test for each property."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from ...proofs.catalogue.entries import UnknownActivation
from ..properties import OF_CALLS
from ..properties.accuracy import NAME as ACCURACY
from ..properties.kinks import CHOICE
from ..properties.kinks import NAME as KINKS
from ..targets.resolve import TargetError
from .keys import SELECTED, UnmatchedXfail, targets
from .plan import Part, plan_of
from .xfails import Xfail, read_xfails, unmatched


class Violated(Exception):
    """The exception of a test whose property failed; its text is the findings."""


Node = TypeVar("Node", bound="pytest.Collector | pytest.Item")


def node(kind: type[Node], parent: pytest.Collector, **named: Any) -> Node:
    """A node of the tree of tests, made as pytest wants it."""
    return cast("Any", kind).from_parent(parent, **named)


class Root(pytest.Collector):
    """The node of all targets."""

    def collect(self) -> Iterator[Target | Leftover]:
        """The targets, each once."""
        path = self.config.getoption("gradproof_xfails")
        try:
            entries = () if path is None else read_xfails(self.config.invocation_params.dir / path)
        except (OSError, UnicodeDecodeError) as error:
            raise self.CollectError(f"--gradproof-xfails {path}: {getattr(error, 'strerror', None) or error}") from None
        expected = Expected(str(path), entries)
        for name in targets(self.config):
            yield node(Target, self, name=name, expected=expected)
        yield node(Leftover, self, name="xfails", expected=expected)


@dataclass
class Expected:
    """The expected failures of a run, and how far they are matched with tests."""

    file: str
    entries: tuple[Xfail, ...]
    names: list[str] = field(default_factory=list[str])
    """The ids of the tests seen so far."""
    complete: bool = True
    """No target failed to say which tests it has."""

    def mark(self, test: pytest.Item) -> None:
        """Marks a test as expected to fail where an entry says so."""
        self.names.append(test.nodeid)
        reason = next((entry.reason for entry in self.entries if entry.matches(test.nodeid)), None)
        if reason is not None:
            test.add_marker(pytest.mark.xfail(reason=reason, strict=True, raises=Violated))


class Target(pytest.Collector):
    """The node of one target."""

    def __init__(self, *, expected: Expected, **others: Any) -> None:
        super().__init__(**others)
        self.expected = expected

    def collect(self) -> Iterator[Property]:
        """A test for each function, order, format and property; no check runs."""
        selected = self.config.stash[SELECTED]
        try:
            parts = list(plan_of(self.config).parts(self.name))
        except (TargetError, UnknownActivation, ValueError) as error:
            self.expected.complete = False
            raise self.CollectError(f"--gradproof {self.name}: {error}") from None
        for part in parts:
            for name in part.properties:
                test = node(Property, self, name=f"{part.name}-{name.replace(' ', '-')}", part=part, property_=name)
                self.expected.mark(test)
                if not selected or any(_selects(given, test.nodeid) for given in selected):
                    yield test


class Leftover(pytest.Collector):
    """The node that warns of expected failures which match no test of any target."""

    def __init__(self, *, expected: Expected, **others: Any) -> None:
        super().__init__(**others)
        self.expected = expected

    def collect(self) -> Iterator[pytest.Item]:
        """No tests; warns once, in one process of several."""
        expected = self.expected
        first = getattr(self.config, "workerinput", {}).get("workerid", "gw0") == "gw0"
        for entry in unmatched(expected.entries, expected.names) if first and expected.complete else ():
            message = UnmatchedXfail(f"{entry.pattern}: matches no test")
            warnings.warn_explicit(message, UnmatchedXfail, expected.file, entry.line)
        return iter(())


def _selects(name: str, nodeid: str) -> bool:
    """Whether an id on the command line is that of a test or of a node above it."""
    return nodeid == name or nodeid.startswith(f"{name.rstrip(':')}::")


class Property(pytest.Item):
    """The test of one property of one function of a target, at one order in one format."""

    def __init__(self, *, part: Part, property_: str, **others: Any) -> None:
        super().__init__(**others)  # pyright: ignore[reportUnknownMemberType]  # pytest's own signature
        self.part, self.property = part, property_

    def runtest(self) -> None:
        """Reads the outcome of the check. Raises Violated."""
        outcome = plan_of(self.config).outcome(self.part)
        names = [name for name in outcome.failures if self._tells(name)]
        if names:
            raise Violated("\n".join([*(text for name in names for text in outcome.failures[name]), outcome.summary]))
        notes = [text for name, texts in outcome.notes.items() if self._tells(name) for text in texts]
        if notes:
            self.add_report_section("call", "gradproof notes", "\n".join([*notes, outcome.summary]))
        if not outcome.measured and self.property not in OF_CALLS:
            pytest.skip("no call came back that could be judged")

    def _tells(self, name: str) -> bool:
        """Whether findings of a property are told by this test; accuracy also tells those that no other test does."""
        if name == CHOICE:
            return self.property == KINKS
        return self.property == (name if name in self.part.properties else ACCURACY)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The findings alone where the property failed."""
        if isinstance(excinfo.value, Violated):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test is from, for the headlines of reports."""
        return self.path, None, self.nodeid
