"""The page's words for verdicts, evidence and counterexamples, each in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..writing.numbers import truncated

VERDICTS = {
    "unsound": "something proved that an independent evaluation contradicts: a bug in gradproof, to be reported",
    "error": "the claim cannot be read",
    "refuted": "false: there is a counterexample, given exactly",
    "qualified": "false as said; the nearest statement, which the ledger itself gives, is proved",
    "undecided": "neither proved nor refuted within the work allowed",
    "proved": "true for all real values of its names, without exception",
    "outside": "no statement about real functions: history, taste, or a matter of measurement",
}
"""Verdicts in the order in which a reader wants to meet them, and what each says."""
EVIDENCE = {
    "exact": "symbolic and rational arithmetic",
    "enclosure": "intervals proved to hold every value, over the whole domain, both infinite ends included",
    "exhaustive": "every input of a float format",
    "formal": "checked by a proof assistant",
}
"""How a verdict was reached."""
DIGITS = 8


def side(text: str) -> str:
    """One side of a comparison in little space: its number where the text has both, cut off after some digits."""
    number = text.rsplit(" = ", 1)[-1].rstrip(".")
    try:
        float(number)
    except ValueError:
        return number
    return truncated(number, DIGITS)


def counterexample(blame: Mapping[str, Any]) -> str:
    """`At x = 0 the left side is 1/4, the right side 1/4.`"""
    at = ", ".join(f"{name} = {value}" for name, value in blame["at"].items())
    where = f"At {at} the" if at else "The"
    said = f"{where} left side is {side(blame['lhs'])}, the right side {side(blame['rhs'])}"
    return said if said.endswith("…") else f"{said}."
