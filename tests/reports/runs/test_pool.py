"""Parts on processes: order, failures, crashes."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from gradproof.reports.runs.pool import Part, run_parts
from gradproof.reports.writing.progress import Progress

# Child processes import by name from the path they inherit.
sys.path.insert(0, str(Path(__file__).parents[1] / "children"))
from parts import crash, double, fail, unsendable  # pyright: ignore[reportMissingImports]


def run(*parts):
    seen = []
    outcome = run_parts(parts, jobs=2, on_done=seen.append)
    assert len(seen) == len(outcome.done)
    return outcome


@pytest.mark.thorough
def test_results_come_in_the_order_asked():
    outcome = run(*(Part("numbers", str(n), double, (n,)) for n in range(9)))
    assert [done.data for done in outcome.done] == [2 * n for n in range(9)]
    assert not outcome.interrupted


def test_a_part_that_fails_loses_only_itself():
    outcome = run(Part("s", "bad", fail, ("no luck",)), Part("s", "good", double, (1,)))
    bad, good = outcome.done
    assert bad.failure is not None
    assert bad.failure.startswith("ValueError: no luck (parts.py:")
    assert (good.data, good.failure) == (2, None)


def test_a_part_that_kills_its_process_is_a_failure_not_the_end():
    outcome = run(Part("s", "dies", crash, (0,)))
    assert outcome.done[0].failure == "a worker process died (out of memory?)"


def test_what_cannot_be_sent_back_is_a_failure():
    outcome = run(Part("s", "unsendable", unsendable))
    assert outcome.done[0].failure is not None


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "speaks"), [(Terminal(), True), (io.StringIO(), False)])
def test_progress_speaks_on_terminals_only(stream, speaks):
    with Progress(3, stream=stream) as progress:
        progress.step("first")
    assert ("[1/3]" in stream.getvalue()) == speaks
    assert bool(stream.getvalue()) == speaks
