"""The first screen in words, findings by cause, and the lines on stderr while a report is made."""

from __future__ import annotations

import copy

import pytest
from gradproof.proofs.ledger import load
from gradproof.reports.page import claims, words
from gradproof.reports.page.implementations import implementation
from gradproof.reports.page.run import Phases
from gradproof.reports.page.summary import first_screen
from gradproof.reports.runs.pool import Done, Part
from gradproof.reports.writing.progress import Progress

from ..conftest import LEDGER, RESULT


def shown(data):
    every = [claim for ledger in claims.ledgers(data) for claim in ledger["claims"]]
    return first_screen(data, every)


def test_what_was_asked_what_held_what_did_not(report_data):
    first = shown(report_data)
    assert first["headline"] == "1 of 2 claims hold, 1 does not"
    assert first["asked"].startswith("3 claims of “A <b>small</b> ledger” decided for all real numbers, 3 activations")
    assert [claim["id"] for claim in first["held"]] == ["bound"]
    [failed] = first["failed"]
    assert failed["why"] == "At x = 0 the left side is 1/4, the right side 1/4."
    assert failed["instead"]["text"] == "D(sigmoid)(x) <= 1/4"


ROW = {
    "activation": "gelu", "order": 1, "parameters": {}, "dtype": "float32", "judged": 10, "correctly_rounded": 5,
    "max_ulp": 2.0, "max_ulp_conditioned": 9.0,
    "worst": {"x": -8.0, "x_hex": "-0x1p+3", "got": 0.0, "expected": -4e-14, "ulp": 40.0},
}  # fmt: skip


def test_a_framework_s_worst_errors_surprise_and_ours_do_not(report_data):
    small = {**ROW, "max_ulp_conditioned": 1.0, "activation": "elu"}
    rows = [{"name": name, "rows": [small, ROW]} for name in ("torch", "numpy")]
    [error, *_] = shown({**report_data, "accuracy": rows})["surprises"]
    assert error["title"] == "torch’s gelu' in float32 is off by 40 ULP."
    assert error["text"] == "At x = -8 it returns 0; the exact value rounds to -4e-14."
    assert sum("torch" in each["title"] for each in shown({**report_data, "accuracy": rows})["surprises"]) == 1


def test_a_gradient_that_vanishes_where_the_bound_allows_growth_surprises(report_data):
    data = copy.deepcopy(report_data)
    [network] = data["depth"]["networks"]
    network["interval"]["mean"] = 0.5
    [said] = shown(data)["surprises"]
    assert said["title"] == "Gradients through relu keep 50% of their size a layer."
    assert said["text"].endswith("networks of 50 layers (he) 9 × 10⁻¹⁶ of their size is left.")
    network["interval"]["mean"] = 0.99
    assert shown(data)["surprises"] == []


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("1/4", "1/4"),
        ("2*sqrt(5)/5 = 0.894427190999915878563669467493", "0.89442719…"),
        ("1.59253741972283142777043884601...", "1.5925374…"),
        ("sqrt(2)", "sqrt(2)"),
    ],
)
def test_a_side_in_little_space(text, side):
    assert words.side(text) == side


def test_findings_of_one_cause_stand_together_the_worst_first():
    finding = RESULT["findings"][0]
    results = [
        {**RESULT, "order": order, "max_ulp_conditioned": size,
         "findings": [{**finding, "cause": cause}], "notes": [{**finding, "severity": "note"}]}
        for order, size, cause in ((0, 9.0, "cancellation"), (1, "inf", None), (2, 11.0, "cancellation"))
    ]  # fmt: skip
    made = implementation({"name": "numpy", "installed": True, "results": results})
    assert made["title"] == "gradproof’s own NumPy functions"
    assert [(cause["cause"], cause["count"]) for cause in made["causes"]] == [("accuracy", 1), ("cancellation", 2)]
    assert made["causes"][1]["functions"] == ["gelu''", "gelu"]
    assert [note["count"] for note in made["notes"]] == [3]


def test_a_line_says_how_each_phase_ended(tmp_path, capsys):
    path = tmp_path / "small.toml"
    path.write_text(LEDGER)
    plan = [Part("ledger 0", "a", len), Part("ledger 0", "b", len), Part("depth", "relu", len)]
    phases = Phases([load(path)], plan, Progress(3))
    phases.done(Done(plan[0], {"verdict": "proved"}))
    assert capsys.readouterr().err == ""
    phases.done(Done(plan[1], {"verdict": "refuted"}))
    phases.done(Done(plan[2], {}))
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith(" s  A <b>small</b> ledger: 2 claims: 1 proved, 1 refuted")
    assert second.endswith(" s  1 bounds through depth")
