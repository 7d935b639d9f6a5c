"""The first screen: what was asked, what held, what did not, and what surprised; pure functions of the document."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..figures.svg import power
from ..runs.accuracy import ranked
from ..views.checks import function_name, ulps
from ..writing.numbers import brief, short, typeset
from .implementations import OWN, title

TELLING = 3
"""Things shown in the first and the last list."""
SHOWN = 5
"""Claims that do not hold shown at once; the others unfold."""
HOLDS = ("proved",)
FAILS = ("refuted", "qualified")
SHRINKS = 0.9
"""A gradient that keeps less of its size than this in each layer vanishes."""
GATE = 4.0
"""Conditioned ULP beyond which an error is worth a line."""


def first_screen(data: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything on the first screen, from the document and the claims as the page shows them."""
    held = [claim for claim in claims if claim["verdict"] in HOLDS]
    failed = [claim for claim in claims if claim["verdict"] in FAILS]
    failed.sort(key=lambda claim: FAILS.index(claim["verdict"]))
    return {
        "headline": _headline(len(held), len(failed)),
        "asked": _asked(data, len(claims)),
        "held": sorted(held, key=_telling, reverse=True)[:TELLING],
        "held_count": len(held),
        "failed": failed[:SHOWN],
        "failed_rest": failed[SHOWN:],
        "surprises": [*_errors(data), *_vanishing(data)],
    }


def _headline(held: int, failed: int) -> str:
    if not held + failed:
        return "What is true of activation functions"
    if not failed:
        return f"All {held} claims hold"
    return f"{held} of {held + failed} claims hold, {failed} do{'es' * (failed == 1)} not"


def _asked(data: Mapping[str, Any], claims: int) -> str:
    """The question of the run in a sentence."""
    titles = " and ".join(f"“{ledger['title']}”" for ledger in data["ledgers"])
    parts = [f"{claims} claim{'s' * (claims != 1)} of {titles} decided for all real numbers"] if claims else []
    certified = sum(entry["facts"] is not None for entry in data["activations"])
    parts += [f"{certified} activations certified"] if certified else []
    parts += ["gradients followed through depth"] if data["depth"]["activations"] else []
    parts += [f"{each['name']}’s accuracy measured" for each in data["accuracy"] if each["name"] != OWN]
    return ", ".join(parts)


def _telling(claim: Mapping[str, Any]) -> tuple[bool, bool, float]:
    """A claim with a place to look at tells more than one without, and one that took work more than an identity."""
    picture = claim.get("picture")
    return bool(picture and picture["marks"]), bool(picture), claim["seconds"]


def _errors(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """The worst errors of frameworks, one for each function, in words."""
    rows = [(each["name"], row) for each in data["accuracy"] if each["name"] != OWN
            for row in ranked(each["rows"]) if float(row["max_ulp_conditioned"] or 0) > GATE]  # fmt: skip
    rows.sort(key=lambda named: -float(named[1]["max_ulp_conditioned"]))
    worst = {(name, row["activation"]): (name, row) for name, row in reversed(rows) if row["worst"]}
    return [_error(name, row) for name, row in [*reversed(worst.values())][:TELLING]]


def _error(name: str, row: Mapping[str, Any]) -> dict[str, str]:
    worst = row["worst"]
    return {
        "href": f"accuracy-{name}-{row['dtype']}",
        "title": f"{title(name)}’s {function_name(row)} in {row['dtype']} {_off(ulps(worst['ulp'], row['dtype']))}.",
        "text": f"At x = {short(worst['x'])} it returns {short(worst['got'])}; the exact value rounds to "
                f"{short(worst['expected'])}.",
    }  # fmt: skip


def _off(size: str) -> str:
    """An error in words: of a size in ULP, or with no digit right."""
    return {"infinitely far": "is infinitely far off", "no correct digit": "has no correct digit"}.get(
        size, f"is off by {size} ULP"
    )


def _small(share: float) -> str:
    """A small number by its power of ten."""
    exponent = math.floor(math.log10(share))
    return f"{share / 10.0**exponent:.0f} × {power(exponent)}"


def _vanishing(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Gradients that vanish in random networks though the certified bound allows them to grow."""
    rates = {each["activation"]: each["rate"] for each in data["depth"]["activations"]}
    found = []
    for network in data["depth"]["networks"]:
        name, factor = network["parameters"]["activation"], float(network["interval"]["mean"])
        rate = rates.get(name)
        if rate is None or float(rate["decimal"]) < 1 or not 0 < factor < SHRINKS:
            continue
        layers, kind = network["parameters"]["depth"], network["parameters"]["initialisation"]
        found.append({
            "href": "depth",
            "factor": factor,
            "title": f"Gradients through {name} keep {factor:.0%} of their size a layer.",
            "text": f"|f′| goes up to {typeset(brief(rate, 4))}, so a layer may let them grow or stay; "
                    f"in random networks of {layers} layers ({kind}) {_small(factor**layers)} of their size is left.",
        })  # fmt: skip
    return sorted(found, key=lambda each: each["factor"])[:TELLING]
