"""Statements true or false by construction: no false one is proved, no true one refuted, nearly all are decided.

The generator lives in benchmarks/, where benchmarks/soundness.py runs it on thousands.
"""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path

import pytest
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SEED = 2024
COUNT = 75


@pytest.fixture(scope="module")
def generator():
    """The generator, which is not packaged."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        importlib.import_module("deep_statements")  # these four add their families
        importlib.import_module("depth_statements")
        importlib.import_module("more_statements")
        importlib.import_module("text_statements")
        return importlib.import_module("generate_statements")
    finally:
        sys.path.remove(str(BENCHMARKS))


def decided(items):
    return [(item, prove(item.text, where=item.where, suggest=False)) for item in items]


def told(pairs) -> str:
    lines = [f"seed {SEED}"]
    for item, result in pairs:
        lines.append(f"{item.family}: {item.text!r} where {item.where!r}: {result.verdict.value}, {item.because}")
    return "\n".join(lines)


@pytest.mark.thorough
def test_no_false_statement_is_proved(generator):
    print(f"seed {SEED}")
    pairs = decided(generator.generate(COUNT, False, SEED))
    assert {item.family for item, _ in pairs} >= set(generator.FAMILIES) - set(generator.WEIGHTS)
    wrong = [pair for pair in pairs if pair[1].verdict is Verdict.PROVED]
    assert not wrong, told(wrong)
    undefined = [pair for pair in pairs if not pair[0].defined]
    assert undefined
    verdicts = {result.verdict for _, result in undefined}
    assert verdicts == {Verdict.UNDECIDED}, told(pair for pair in undefined if pair[1].verdict is not Verdict.UNDECIDED)
    left = [pair for pair in pairs if pair[0].defined and pair[1].verdict is not Verdict.REFUTED]
    assert len(left) <= 0.07 * COUNT, told(left)


@pytest.mark.thorough
def test_true_statements_are_proved(generator):
    print(f"seed {SEED}")
    pairs = decided(generator.generate(COUNT, True, SEED))
    assert {item.family for item, _ in pairs} >= set(generator.FAMILIES) - set(generator.WEIGHTS)
    counts = Counter(result.verdict for _, result in pairs)
    assert not counts[Verdict.REFUTED], told(pair for pair in pairs if pair[1].verdict is Verdict.REFUTED)
    assert counts[Verdict.PROVED] >= 0.95 * COUNT, told(pair for pair in pairs if pair[1].verdict is not Verdict.PROVED)


def test_the_generator_covers_the_catalogue(generator):
    from gradproof.proofs.catalogue.entries import catalogue

    known = {curve.name for curve in generator.CURVES}
    assert known <= {entry.name for entry in catalogue() if len(entry.inputs) == 1}
    assert len(known) >= 75  # a new activation needs no second table; the hand-written one may follow later


def test_the_generator_is_contradicted_by_mpmath_when_it_is_wrong(generator):
    planted = generator.Generated("bound_moved", "sigmoid(x) <= 0.9", None, True, "planted", "sigmoid(x) <= 0.9")
    assert "fails at" in generator.confirm(planted)
    unwitnessed = generator.Generated(
        "bound_moved", "sigmoid(x) <= 1", None, False, "planted", "sigmoid(x) <= 1", {"x": generator.mp.mpf(3)}
    )
    assert "holds at" in generator.confirm(unwitnessed)


def test_what_is_called_undefined_has_to_be(generator):
    planted = generator.Generated("domain_edge", "sqrt(1/2) > 2", None, False, "planted", "1/2 < 0", defined=False)
    assert "does not hold" in generator.confirm(planted)


@pytest.mark.thorough
def test_formulas_and_values_agree(generator):
    """Two hand-written versions of each derivative, and a numeric one, at points away from the breakpoints."""
    mp = generator.mp
    seen = 0
    for curve in generator.CURVES:
        for order in (1, 2):
            for x in (mp.mpf("-7.3"), mp.mpf("-0.3"), mp.mpf("0.4"), mp.mpf("5.5")):
                value = curve.value(order, x)
                assert abs(mp.diff(curve.values[order - 1], x) - value) < mp.mpf(10) ** -25, curve.function
                for formula in curve.formulas[order - 1]:
                    assert abs(generator.evaluate(formula, x=x) - value) < mp.mpf(10) ** -60, formula
                    seen += 1
    assert seen > 300
