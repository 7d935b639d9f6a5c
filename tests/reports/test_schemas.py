"""Every JSON document that the program writes fits the schema that ships for it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from gradproof.reports import cli
from gradproof.reports.page import site

from ..thorough import few
from .conftest import strict

jsonschema = pytest.importorskip("jsonschema", reason="JSONSCHEMA IS NOT INSTALLED: no document is validated")

FOLDER = files("gradproof.reports") / "schemas"
SCHEMAS = {
    path.name.removesuffix(".json"): json.loads(path.read_text("utf-8"))
    for path in FOLDER.iterdir()
    if path.name.endswith(".json")
}
KERNELS = """
import numpy as np

def silu(x):
    return x / (1 + np.exp(-x))
"""
LEDGER = """
title = "All kinds"
[[claim]]
id = "unreadable"
says = "s"
statement = "x <"
[[claim]]
id = "qualified"
says = "s"
statement = "increasing(gelu)"
nearest = "increasing(gelu)"
nearest_where = "x > 0"
expect = "qualified"
[[claim]]
id = "outside"
says = "s"
outside = "history"
"""
DOCUMENTS = [
    ("prove", ["prove", "D(sigmoid)(x) <= 1/4"]),
    ("prove", ["prove", "increasing(gelu)", "--where", "x > -3"]),
    ("prove", ["prove", "D(relu)(0) == 0"]),
    ("verify", ["verify", "ledger.toml"]),
    ("describe", ["describe", "elu", "--param", "alpha=2"]),
    ("describe", ["describe", "sine"]),
    ("describe", ["describe", "log(-1 - x**2)"]),
    ("describe", ["describe", "1 if x > 0 else 0"]),
    ("describe", ["describe", "gelu", "--order", "1"]),
    ("describe_vector", ["describe", "logsumexp"]),
    ("list", ["list"]),
    ("list", ["list", "softmax"]),
    ("table", ["table", "relu", "--order", "1", "--points", "-1,0,inf"]),
    ("depth", ["depth", "gaussian"]),
    ("depth", ["depth", "reglu", "--layers", "3"]),
    ("depth", ["depth", "relu", "--layers", "3", "--width", "8", "--norm", "batch", "--measure"]),
    ("depth", ["depth", "relu", "--layers", "3", "--width", "8", "--init", "critical"]),
    ("gains", ["gains", "swiglu", "logit", "relu"]),
    ("meanfield", ["meanfield", "relu"]),
    ("meanfield", ["meanfield", "relu", "--sigma-w", "1"]),
    ("train", ["train", "relu", "--depth", "2", "--steps", "5", "--seeds", "2"]),
    ("check", ["check", "kernels:silu", "--dtype", "float8_e5m2", "--save-baseline", "baseline.json"]),
    ("check", ["check", "kernels:silu", "--dtype", "float8_e5m2", "--baseline", "baseline.json"]),
    ("check", ["check", "numpy", "--as", "softmax", "--dtype", "float16"]),
    ("sweep", ["sweep", "kernels:silu", "--dtype", "float8_e5m2", "--max-ulp", "4"]),
    ("check_table", ["check-table", "table.csv", "--as", "relu", "--order", "1"]),
    ("recheck", ["recheck", "certificates"]),
]
SLOW = (["check", "numpy"], ["describe", "logsumexp"], ["sweep", "kernels:silu"], ["depth", "gaussian"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    folder.joinpath("kernels.py").write_text(KERNELS)
    folder.joinpath("ledger.toml").write_text(LEDGER)
    folder.joinpath("table.csv").write_text("x,value\n-1,0\n0,0.3\n1,2\n2,x\n")
    cli.run(["-q", "prove", "sup(D(sigmoid)) == 1/4", "--certificates", str(folder / "certificates")])
    (one,) = folder.joinpath("certificates").iterdir()
    folder.joinpath("certificates", "rejected.json").write_text(one.read_text().replace("1/4", "1/5"))
    folder.joinpath("certificates", "unreadable.json").write_text("{}")
    baseline = folder / "baseline.json"
    baseline.write_text('{"schema": 1, "kind": "gradproof baseline", "settings": []}')
    return folder


def validate(name: str, document: object) -> None:
    from referencing import Registry, Resource

    registry = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in SCHEMAS.values())
    problems = jsonschema.Draft202012Validator(SCHEMAS[name], registry=registry).iter_errors(document)
    lines = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in problems]
    assert not lines, "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "arguments"), few(DOCUMENTS, lambda _, arguments: arguments[:2] not in SLOW)
)  # fmt: skip
def test_a_document_fits_its_schema(capsys, monkeypatch, folder, name, arguments):
    monkeypatch.chdir(folder)
    cli.run([*arguments, "--json"])
    validate(name, strict(capsys.readouterr().out))


def test_files_fit_their_schemas(folder, report_data):
    certificates = [json.loads(path.read_text()) for path in folder.joinpath("certificates").glob("[s]*.json")]
    assert certificates
    for certificate in certificates:
        validate("certificate", certificate)
    validate("report", report_data)
    validate("atlas", site.index(report_data))


def test_a_baseline_fits_its_schema(capsys, monkeypatch, folder):
    monkeypatch.chdir(folder)
    cli.run(["-q", "check", "kernels:silu", "--dtype", "float8_e5m2", "--save-baseline", "new.json"])
    validate("baseline", json.loads(Path("new.json").read_text()))


def test_every_command_with_json_has_a_schema_and_every_schema_is_one():
    with_json = {name for name, each in cli.cli.commands.items() if any(p.name == "as_json" for p in each.params)}
    assert with_json == {name.replace("_", "-") for name, _ in DOCUMENTS} - {"describe-vector"}
    assert {name for name, _ in DOCUMENTS} | {"common", "certificate", "baseline", "report", "atlas"} == set(SCHEMAS)
    for schema in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_what_is_no_such_document_is_refused():
    with pytest.raises(AssertionError, match="verdict"):
        validate("prove", {"verdict": "certain"})
