"""A proof that is contradicted is loud on the command line: exit code 1, and both sides on stderr."""

from __future__ import annotations

import json

import pytest
from gradproof.proofs.cross_examination import examine
from gradproof.proofs.verdicts import Counterexample
from gradproof.reports import cli
from gradproof.reports.writing.counts import alarm

BLAME = Counterexample({"x": "3"}, "1.25", "0.75")


@pytest.fixture(autouse=True)
def contradicted(monkeypatch):
    """Every proof is contradicted at one point."""
    monkeypatch.setattr(examine, "contradiction", lambda *question: BLAME)


def run(capsys, *arguments):
    """The command inside this process: exit code, stdout, stderr."""
    return cli.run([*arguments]), *capsys.readouterr()


def test_prove_says_so_with_both_sides(capsys):
    code, out, err = run(capsys, "prove", "x**2 >= 0")
    assert code == 1
    assert out.startswith("unsound")
    assert "UNSOUND, a bug in gradproof" in err
    assert "at x = 3" in err
    assert "1.25 against 0.75" in err


def test_prove_json_carries_the_counterexample(capsys):
    code, out, err = run(capsys, "prove", "x**2 >= 0", "--json")
    assert code == 1
    assert json.loads(out)["verdict"] == "unsound"
    assert json.loads(out)["counterexample"] == BLAME.to_json()
    assert "UNSOUND" in err


def test_verify_says_so_even_where_unsound_is_all_that_is_wrong(capsys, tmp_path):
    path = tmp_path / "ledger.toml"
    path.write_text('[[claim]]\nid = "square"\nsays = "Squares."\nstatement = "x**2 >= 0"\n', "utf-8")
    code, _, err = run(capsys, "verify", str(path), "--workers", "1")
    assert code == 1
    assert "square: x**2 >= 0: 1.25 against 0.75" in err


def test_a_claim_without_a_point_has_an_alarm_too():
    claim = {"id": None, "statement": "1 < 2", "where": None, "counterexample": None}
    assert alarm(claim).endswith("1 < 2: ? against ?")
