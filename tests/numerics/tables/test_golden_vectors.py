"""The golden vectors are those of the catalogue as it is, are correctly rounded, and read back as written."""

from __future__ import annotations

import datetime
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradproof.numerics.floats.formats import as_float64, dtype_of, to_bits
from gradproof.numerics.oracle.reference import reference
from gradproof.numerics.oracle.rounding import OneSided
from gradproof.numerics.tables import golden_vectors as built
from gradproof.numerics.tables.golden_inputs import changes, spread
from gradproof.numerics.tables.golden_vectors import GoldenFormat, golden
from gradproof.numerics.tables.hard_cases import hard_cases
from gradproof.proofs.catalogue.entries import UnknownActivation, activation, catalogue
from gradproof.proofs.enclosures.formats import FORMATS

from ...thorough import every, few

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
VECTORS = ROOT / "numerics" / "golden_vectors"
REBUILT = 6
"""How many of the parts (one activation in one format) are built anew each day."""
PARTS = [(entry.name, fmt) for fmt in FORMATS for entry in catalogue()]
EMPTY = {"inputs": {"x": ""}, "values": {}, "kinks": {}}
TODAY = datetime.date.today().toordinal()


def mpmath_check() -> Any:
    spec = importlib.util.spec_from_file_location("golden_mpmath", HERE / "golden_mpmath.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


WITNESS = mpmath_check()


def of_today(number: int) -> list[tuple[str, str]]:
    return [PARTS[(TODAY * number + i) % len(PARTS)] for i in range(number)]


def on_file(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


def test_every_activation_has_vectors_of_its_definition_and_nothing_else_has():
    assert {path.stem for path in VECTORS.iterdir()} == {entry.name for entry in catalogue()}
    for entry in catalogue():
        document = on_file(entry.name)
        assert document["definition"] == built.definition(entry), f"{entry.name}: rebuild the golden vectors"
        assert document["parameters"] == {p.name: p.default for p in entry.parameters}
        assert list(document["formats"]) == list(FORMATS)


@pytest.mark.parametrize(("name", "fmt"), few(of_today(REBUILT), every(6)))
def test_a_part_built_anew_is_the_one_on_file(name: str, fmt: str):
    again = built.format_document(activation(name), FORMATS[fmt])
    assert again == on_file(name)["formats"][fmt], "run python -m gradproof.numerics.tables.golden_vectors"


@pytest.mark.exhaustive
def test_all_files_built_anew_are_the_same_bytes(tmp_path: Path):
    for path in built.write_all(tmp_path):
        assert path.read_bytes() == (VECTORS / path.name).read_bytes(), path.name


@pytest.mark.parametrize("name", few([entry.name for entry in catalogue()], every(6)))
def test_a_sample_of_each_activation_is_what_mpmath_finds(name: str):
    counts, wrong = WITNESS.check(name, every=211, start=TODAY)
    assert not wrong, "\n".join(wrong)
    assert counts["vectors"] >= 10


@pytest.mark.parametrize("fmt", FORMATS)
def test_mpmath_finds_a_value(fmt: str):
    part = golden("gelu").formats[fmt]
    at = int(np.flatnonzero(as_float64(part.inputs["x"]) == 1)[0])
    right = int(to_bits(part.values["f"])[at])
    assert WITNESS.expected("gelu", {"x": WITNESS.mp.mpf(1)}, "x", 0, fmt) == ([right], "agree")


@pytest.mark.parametrize("fmt", FORMATS)
def test_rounding_on_whole_numbers(fmt: str):
    """Floats come back; between two neighbours the middle goes to the even one, and what is nearer to one to it."""
    x = golden("sigmoid").formats[fmt].inputs["x"]
    positive = x[np.isfinite(as_float64(x)) & (as_float64(x) > 0)]
    sign = 1 << (FORMATS[fmt].bits - 1)
    for pattern in to_bits(np.ascontiguousarray(positive)).tolist():
        low, high = WITNESS.decoded(pattern, fmt), WITNESS.decoded(pattern + 1, fmt)
        assert WITNESS.encoded(low, fmt) == pattern
        if not WITNESS.mp.isfinite(high):
            continue
        with WITNESS.mp.workdps(1200):
            assert WITNESS.encoded((low + high) / 2, fmt) == pattern + pattern % 2
            assert WITNESS.encoded(-(low + 2 * high) / 3, fmt) == (pattern + 1) | sign
            assert WITNESS.encoded((2 * low + high) / 3, fmt) == pattern


def test_mpmath_notices_vectors_that_are_one_place_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    document = on_file("sigmoid")
    part = document["formats"]["float32"]
    values = part["values"]["f_x"].split()
    values[100] = f"{int(values[100], 16) + 1:08x}"
    part["values"]["f_x"] = " ".join(values)
    document["formats"] = {fmt: part if fmt == "float32" else EMPTY for fmt in FORMATS}
    (tmp_path / "sigmoid.json").write_text(json.dumps(document), "utf-8")
    monkeypatch.setattr(WITNESS, "VECTORS", tmp_path)
    _, wrong = WITNESS.check("sigmoid")
    assert len(wrong) == 1 and "sigmoid f_x float32" in wrong[0]


def test_the_witness_knows_nothing_of_gradproof():
    text = (HERE / "golden_mpmath.py").read_text("utf-8")
    assert re.findall(r"^(?:from|import) (\S+)", text, re.MULTILINE) and not re.search(r"import.*gradproof", text)
    assert set(WITNESS.ACTIVATIONS) == {entry.name for entry in catalogue()}


def test_reading_gives_arrays_of_the_format():
    for fmt, part in golden("swish").formats.items():
        assert isinstance(part, GoldenFormat)
        assert list(part.inputs) == ["x"] and list(part.values) == ["f", "f_x", "f_xx"]
        columns = [*part.inputs.values(), *part.values.values()]
        assert {column.dtype for column in columns} == {dtype_of(fmt)} and len({len(column) for column in columns}) == 1
        again = reference("swish", part.inputs["x"]).value
        np.testing.assert_array_equal(as_float64(part.values["f"]), as_float64(again))


def test_names_and_aliases():
    assert golden("hardswish").activation == "hard_swish"
    with pytest.raises(UnknownActivation, match="did you mean"):
        golden("gellu")


def test_kinks_have_both_one_sided_values_and_gates_a_value_for_each_input():
    relu = golden("relu").formats["float16"]
    at_zero = np.flatnonzero(as_float64(relu.inputs["x"]) == 0)
    assert relu.kinks["f_x"] == dict.fromkeys(at_zero.tolist(), OneSided(0.0, 1.0))
    assert np.isnan(as_float64(relu.values["f_x"])[at_zero]).all() and "f" not in relu.kinks
    gate = golden("reglu").formats["float32"]
    assert list(gate.values) == ["f", "f_a", "f_aa", "f_b", "f_bb"]
    a, b = gate.inputs["a"], gate.inputs["b"]
    np.testing.assert_array_equal(gate.values["f_b"], np.where(np.isnan(b), b, np.maximum(a, 0)))
    assert all(a[i] == 0 and {0.0, float(b[i])} == {kink.left, kink.right} for i, kink in gate.kinks["f_a"].items())


@pytest.mark.parametrize("fmt", [name for name in FORMATS if FORMATS[name].bits > 8])
def test_inputs_have_what_chance_would_miss(fmt: str):
    f = FORMATS[fmt]
    x = as_float64(golden("sigmoid").formats[fmt].inputs["x"])
    y = as_float64(golden("sigmoid").formats[fmt].values["f"])
    assert {0.0, float(f.min_subnormal), float(f.max_finite), np.inf, -np.inf} <= set(x) and np.isnan(x[-1])
    assert 200 <= len(x) <= 400
    first_one = np.flatnonzero(y == 1)[0]
    step = (x[first_one] - x[first_one - 1]) / x[first_one]
    assert 0 < step <= 2.0 ** (1 - f.precision), "the last input whose value is not 1 and the first whose value is"


def test_changes_of_kind_are_neighbouring_floats():
    found = as_float64(changes(activation("exponential").expr(), 0, spread(FORMATS["float32"])))
    assert {88.72283172607422, 88.7228393554687500} <= set(found), "exp overflows in float32 beyond 88.72283"


@pytest.mark.thorough
def test_hard_cases_are_near_midpoints():
    for fmt, near in (("float64", 1e-5), ("float32", 1e-3), ("float16", 1e-2)):
        expr = activation("gelu").expr()
        for order in range(3):
            x = hard_cases(expr, order, FORMATS[fmt], 10)
            assert len(x) == 10 and (0.5 - np.abs(reference(expr, x, order=order).residual)).max() < near
    assert len(hard_cases(activation("relu").expr(), 0, FORMATS["float32"], 10)) == 0


def test_the_reader_in_the_documentation_runs():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "golden_vectors.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 1
    run = subprocess.run([sys.executable, "-c", blocks[0]], capture_output=True, text=True, check=True)
    assert "0.0 0.5" in run.stdout.splitlines() and "1.0 1.083315" in run.stdout
