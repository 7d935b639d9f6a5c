"""Jinja's environment of all pages: escaping, filters, and the style and script that a page carries in itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..errors import printable
from ..figures.mathml import mathml
from ..views import datasheet
from ..views import depth as depth_view
from ..writing import numbers

FUNCTIONS = ("f", "f′", "f″")


@cache
def environment() -> Environment:
    """The environment; everything that is no markup of our own is escaped."""
    made = Environment(
        loader=PackageLoader("gradproof.reports.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    made.filters |= {
        "mathml": lambda formula: Markup(mathml(formula)),
        "brief": _typeset(numbers.brief),
        "short": numbers.short,
        "short_hex": numbers.short_hex,
        "short_hexes": numbers.short_hexes,
        "interval": _typeset(numbers.interval),
        "product": _typeset(numbers.product),
        "typeset": numbers.typeset,
        "vanishing": depth_view.vanishing,
        "fact_lines": datasheet.lines,
        "smoothness": datasheet.smoothness,
        "parity": datasheet.parity,
        "subdifferential": _typeset(datasheet.subdifferential),
    }
    script = _text(made, "script.js")
    made.globals |= {
        "style": Markup(_text(made, "style.css")),
        "script": Markup(script),
        "script_hash": "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "primes": FUNCTIONS,
    }
    return made


def _typeset(words: Callable[..., str]) -> Callable[..., str]:
    """A filter whose infinities are printed as mathematics does."""
    return lambda *arguments: numbers.typeset(words(*arguments))


def _text(made: Environment, name: str) -> str:
    assert made.loader is not None
    return made.loader.get_source(made, name)[0]


def _visible(value: object) -> object:
    """Control characters of a stranger's ledger are written out; markup that we made ourselves passes."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value)
