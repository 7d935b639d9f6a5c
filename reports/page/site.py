"""Pages of single functions: one for `describe --html`, and the atlas, a site with a page for each activation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from ...proofs.budget import Undecided
from ...proofs.catalogue.entries import catalogue
from ...proofs.catalogue.parse import definition
from ...proofs.catalogue.vector_entries import vector_activations
from ...proofs.datasheets.function import facts
from .. import strict_json
from ..errors import BadInput
from ..parameters import numbers
from ..runs import sections
from ..runs.collect import activation_document
from ..runs.curves import curves
from ..runs.pool import Part
from ..versions import versions
from . import atlas
from .environment import environment
from .html import activations
from .write import replace

INDEXED = ("name", "formula", "summary", "source", "aliases", "variant_of", "inputs", "parameters")
"""The fields of the catalogue that index.json has of every activation."""


def datasheet_page(function: str, parameters: Mapping[str, str]) -> str:
    """The page of an activation or a formula. Raises BadInput for an unknown name, formula or parameter."""
    if function in vector_activations():
        raise BadInput(f"{function} is a function of vectors; --html is about functions of one input")
    try:
        values: dict[str, Any] = dict(numbers(parameters))
        known, document = definition(function), facts(function, **values).to_json()
        drawn = curves(known.expr(**values), document)
    except (ValueError, Undecided) as error:
        raise BadInput(str(error)) from error
    shown = activation_document(known, {"facts": document, "curves": drawn})
    shown["parameters"] = [{**p, "default": values.get(p["name"], p["default"])} for p in shown["parameters"]]
    data = {"activations": [shown], "depth": {"activations": []}, "accuracy": []}
    [entry] = activations(data, [])
    return environment().get_template("datasheet.html").render(entry=entry, link=None, tail="", versions=versions())


def planned() -> list[Part]:
    """The parts of the atlas: the facts, and the bounds through depth, of every activation of one input."""
    names = [entry.name for entry in catalogue() if len(entry.inputs) == 1]
    facts_of = (Part("activation", name, sections.activation_facts, (name, 0, False)) for name in names)
    return [*chain(facts_of, (Part("depth", name, sections.depth, (name,)) for name in names))]


def write(folder: Path, data: Mapping[str, Any]) -> int:
    """Writes the site of a document (see runs.collect), whose activations have facts; returns how many pages it has.

    Raises OSError.
    """
    pages = 0
    for name, text in _pages(data):
        replace(folder / name, text)
        pages += 1
    replace(folder / "index.json", strict_json.text(index(data)))
    return pages


def index(data: Mapping[str, Any]) -> dict[str, Any]:
    """The document that index.json holds."""
    shown = [entry for entry in data["activations"] if entry["facts"]]
    return {
        "schema": 1,
        "gradproof": data["versions"]["gradproof"],
        "interrupted": data["interrupted"],
        "activations": [
            {
                **{key: entry[key] for key in INDEXED},
                "page": f"{entry['name']}.html",
                **{key: entry["facts"][key] for key in ("continuity", "lipschitz", "parity", "gain", "kinks")},
                "ranges": [order.get("range") for order in entry["facts"]["orders"]],
            }
            for entry in shown
        ],
    }


def _pages(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names of files, and pages."""
    failures = list(data["failures"])
    certified = [entry for entry in data["activations"] if entry["facts"]]
    shown = activations({**data, "activations": certified}, failures)
    common = {"versions": data["versions"], "created": data["created"], "link": "", "tail": ".html"}
    sheet = environment().get_template("datasheet.html")
    for before, entry, after in zip([None, *shown], shown, [*shown[1:], None], strict=False):
        yield f"{entry['name']}.html", sheet.render(entry=entry, before=before, after=after, **common)
    home = environment().get_template("atlas.html")
    yield "index.html", home.render(
        activations=shown, heads=atlas.heads(data), failures=failures, interrupted=data["interrupted"], **common
    )
