"""Claims decided on several processes: the same verdicts in the same order, whatever ends early."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from gradproof.crosschecks.workers.pool import DIED, interrupts_held
from gradproof.proofs import ledger as proofs_ledger
from gradproof.proofs.ledger import builtin_ledgers, parse
from gradproof.reports import cli
from gradproof.reports.runs import pool, sections
from gradproof.reports.runs.pool import Part, run_few, run_parts
from gradproof.reports.views.ledgers import verified
from gradproof.reports.writing.progress import Progress

# Child processes import by name from the path they inherit.
sys.path.insert(0, str(Path(__file__).parents[1] / "children"))
from parts import crash, double, process, verdict_or_death  # pyright: ignore[reportMissingImports]


def ledger(*ids, statement="x == x"):
    """A ledger with one quick claim for each id."""
    entries = [f"[[claim]]\nid = '{name}'\nsays = 's'\nstatement = '{statement}'\n" for name in ids]
    return "title = 't'\n" + "".join(entries)


MIXED = """
title = "mixed"
[functions]
mine = "x*tanh(exp(x))"
[[claim]]
id = "proved"
says = "s"
statement = "D(sigmoid)(x) <= 1/4"
expect = "proved"
[[claim]]
id = "refuted"
says = "s"
statement = "D(sigmoid)(x) < 1/4"
[[claim]]
id = "own-function"
says = "s"
statement = "mine(0) == 0"
[[claim]]
id = "outside"
says = "s"
outside = "history"
[[claim]]
id = "qualified"
says = "s"
statement = "relu(x) > 0"
nearest = "relu(x) >= 0"
"""


def timeless(data):
    return [{key: value for key, value in claim.items() if key != "seconds"} for claim in data["claims"]]


def test_the_same_verdicts_in_the_same_order_on_one_process_and_on_two():
    ledgers = (parse(MIXED, "mixed.toml"), parse(ledger("a", "b"), "t.toml"))
    one, failed_one = verified(ledgers, 1)
    two, failed_two = verified(ledgers, 2)
    assert timeless(one) == timeless(two)
    assert [claim["verdict"] for claim in one["claims"]] == [
        "proved", "refuted", "proved", "outside", "qualified", "proved", "proved"
    ]  # fmt: skip
    assert failed_one == failed_two == []
    assert not one["interrupted"]
    assert not two["interrupted"]


def test_quick_parts_stay_here_and_slow_ones_are_shared(monkeypatch):
    parts = [Part("s", str(n), process, (n,)) for n in range(4)]
    monkeypatch.setattr(pool, "available_cores", lambda most: 2)

    def processes(**options):
        return [done.data for done in run_few(parts, on_done=lambda done: None, **options).done]

    here = os.getpid()
    monkeypatch.setattr(pool, "PATIENCE", float("inf"))
    assert processes(jobs=None) == [here] * 4
    assert processes(jobs=1) == [here] * 4
    assert here not in processes(jobs=2)
    monkeypatch.setattr(pool, "PATIENCE", 0.0)
    assert here not in processes(jobs=None)[:3]
    monkeypatch.setattr(pool, "available_cores", lambda most: 1)
    assert processes(jobs=None) == [here] * 4


@pytest.mark.thorough
def test_a_process_that_dies_loses_its_own_part_alone():
    parts = [Part("s", str(n), crash if n in (2, 7) else double, (n,)) for n in range(12)]
    seen = []
    outcome = run_parts(parts, jobs=2, on_done=seen.append)
    assert [done.data for done in outcome.done] == [None if n in (2, 7) else 2 * n for n in range(12)]
    assert [done.failure for done in outcome.done if done.failure] == [DIED, DIED]
    assert len(seen) == 12
    assert not outcome.interrupted


@pytest.mark.parametrize("workers", [1, 2])
def test_a_claim_that_fails_is_undecided_and_said_so(monkeypatch, capsys, tmp_path, workers):
    monkeypatch.setattr(sections, "verdict", verdict_or_death)
    bad = "deadly" if workers == 2 else "buggy"
    path = tmp_path / "ledger.toml"
    path.write_text(ledger("first", bad, "last"))
    code = cli.run(["verify", "--json", "--workers", str(workers), str(path)])
    out, err = capsys.readouterr()
    claims = json.loads(out)["claims"]
    assert [(claim["id"], claim["verdict"]) for claim in claims] == [
        ("first", "proved"), (bad, "undecided"), ("last", "proved")
    ]  # fmt: skip
    (reason,) = claims[1]["explanation"]
    assert reason.startswith(DIED if workers == 2 else "TypeError: a bug (parts.py:")
    assert err == f"gradproof: {bad}: {reason}\n"
    assert code == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_keeps_what_is_done(monkeypatch, workers):
    def interrupt(self, what):
        raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "step", interrupt)
    data, failed = verified((parse(ledger("a", "b", "c"), "t.toml"),), workers)
    assert data["interrupted"]
    assert data["asked"] == 3
    assert failed == []
    assert [claim["verdict"] for claim in data["claims"]] == ["proved"]


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="NO process groups: Ctrl-C on all of them is not tested")
def test_ctrl_c_on_the_whole_group_is_one_exit_code_and_no_tracebacks(tmp_path):
    path = tmp_path / "ledger.toml"
    path.write_text(ledger(*(f"claim-{n}" for n in range(6))))
    code = (
        "import os, signal\n"
        "from gradproof.reports import cli\nfrom gradproof.reports.views import ledgers as ledger_page\n"
        "real = ledger_page.Progress.step\n"
        "def step(self, what):\n"
        "    real(self, what)\n"
        "    os.killpg(0, signal.SIGINT)\n"
        "ledger_page.Progress.step = step\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "verify", "--json", "--workers", "2", str(path)],
        capture_output=True, text=True, timeout=120, start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 130
    kept = json.loads(done.stdout)["claims"]
    assert 1 <= len(kept) <= 6
    assert all(claim["verdict"] == "proved" for claim in kept)
    assert done.stderr == ""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="NO signal masks: held Ctrl-C is not tested")
def test_processes_start_with_ctrl_c_held():
    code = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
    command = [sys.executable, "-c", code]
    with interrupts_held():
        held = subprocess.run(command, capture_output=True, text=True, check=True)
    free = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (held.stdout, free.stdout) == ("True\n", "False\n")


def test_a_process_with_threads_is_not_copied():
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert pool.quickest_start() == "spawn"
    finally:
        done.set()
        thread.join()


def test_builtin_ledgers_are_all_files_the_first_one_first():
    folder = Path(proofs_ledger.__file__).parent / "claims"
    names = [each.path for each in builtin_ledgers()]
    assert sorted(names) == sorted(path.name for path in folder.glob("*.toml"))
    assert names[0] == "vanishing_gradient.toml"
    assert names[1:] == sorted(names[1:])
