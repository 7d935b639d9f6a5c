"""A small report made once, and the command line run inside this process or outside it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gradproof.proofs.ledger import load
from gradproof.reports.page.write import write
from gradproof.reports.runs import collect

LEDGER = """
title = "A <b>small</b> ledger"
source = "tests"
[[claim]]
id = "bound"
says = "The derivative of the sigmoid is never above one quarter."
statement = "D(sigmoid)(x) <= 1/4"
expect = "proved"
[[claim]]
id = "strict"
says = "It is always less | than *that*."
statement = "D(sigmoid)(x) < 1/4"
expect = "refuted"
[[claim]]
id = "history"
says = "<script>alert(1)</script> \\u001b[31m"
outside = "history"
"""


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    """A ledger of three claims whose texts try to be markup."""
    path = tmp_path / "small.toml"
    path.write_text(LEDGER)
    return path


@pytest.fixture(scope="session")
def report_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of three claims, three activations, one network and one implementation, made by the real engine."""
    folder = tmp_path_factory.mktemp("report")
    path = folder / "small.toml"
    path.write_text(LEDGER)
    ledgers = (load(path),)
    wanted = {"relu", "elu", "gelu"}
    plan = [
        part
        for part in collect.planned(ledgers, seed=0, full=True)
        if part.section.startswith("ledger")
        or (part.section in {"activation", "depth"} and part.name in wanted)
        or (part.section, part.name) == ("network", "relu")
    ]
    data = collect.collect(ledgers, seed=0, full=True, jobs=1, plan=plan, on_done=lambda done: None)
    data["implementations"] = [
        {
            "name": "numpy",
            "installed": True,
            "results": [RESULT, {**RESULT, "order": 1, "findings": [], "verdict": "pass"}],
        },
        {"name": "torch", "installed": False, "results": []},
    ]
    assert write(folder, data) == []
    return folder


@pytest.fixture(scope="session")
def report_data(report_folder: Path) -> dict[str, Any]:
    """The data of that report, as a reader of report.json gets it."""
    return strict(report_folder.joinpath("report.json").read_text(encoding="utf-8"))


RESULT = {
    "target": "numpy",
    "activation": "gelu",
    "parameters": {},
    "order": 0,
    "dtype": "float32",
    "coverage": "sampled",
    "inputs": 10,
    "max_ulp": "inf",
    "worst": {"x": -5.5, "x_hex": "-0x1.6000000000000p+2", "got": "nan", "expected": -1e-7},
    "max_ulp_conditioned": 3.25,
    "max_abs_error": 1e-7,
    "max_rel_error": "inf",
    "mean_signed_ulp": None,
    "flushes_subnormals": False,
    "flushed_inputs": 0,
    "flushed_outputs": 0,
    "gates": [{"name": "max_conditioned_ulp", "limit": 4.0, "value": 3.25, "holds": True}],
    "notes": [],
    "findings": [
        {
            "property": "accuracy",
            "severity": "failure",
            "cause": None,
            "count": 1,
            "x": -5.5,
            "x_hex": "-0x1.6000000000000p+2",
            "got": "nan",
            "expected": -1e-7,
            "message": "is <i>inaccurate</i>",
        }
    ],
    "verdict": "fail",
}



Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def gradproof(tmp_path: Path) -> Run:
    """Runs the command as a user does, in an empty folder."""

    def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from gradproof.reports.cli import main; main()", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120, **options)

    return run


def strict(text: str) -> Any:
    """JSON in which NaN and Infinity are errors."""

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)
