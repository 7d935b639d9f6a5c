"""How mathematics is often typed, and how the statement language writes it: one hint for each habit.

Nothing here is accepted in place of the language's own spelling: a hint ends up in an error line, never in a proof.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_SYMBOLS = {
    "\u2264": "<=", "\u2a7d": "<=", "\u2265": ">=", "\u2a7e": ">=", "\u2260": "!=", "\u2212": "-", "\u2013": "-",
    "\u2014": "-", "\u00d7": "*", "\u00b7": "*", "\u22c5": "*", "\u2217": "*", "\u00f7": "/", "\u221e": "oo",
    "\u03c0": "pi", "\u221a": "sqrt(x)", "\u00b2": "**2", "\u00b3": "**3", "\u03a6": "Phi", "\u03c3": "sigmoid(x)",
    "\u2032": "D(f)", "\u2019": "D(f)", "\u2033": "D(f, 2)", "\u2202": "D(f, x)", "\u2200": "forall(x, ...)",
    "\u2203": "exists(x, ...)", "\u2227": "and", "\u2228": "or", "\u00ac": "not", "\u2208": "0 <= x <= 1",
    "\u2192": "limit(f(x), x, a)", "\u211d": "reals", "\u2205": "{}",
    "\u222b": "integral(f(x), x, 0, 1)", "\u2211": "sum(v)",
}  # fmt: skip
"""Symbols and what is written for them."""

_PATTERNS = (
    (r"^(for (?:all|any|each|every) (?:real )?\w+) *[:,]", "a statement is for all its names: leave out {0!r}"),
    (r"\blambda\b", "a function is written as its formula, as x**2 is"),
    (r"\blim\b|\blimit of\b", "a limit is written limit(f(x), x, oo)"),
    (r"\bE\[", "a mean is written E(f(z))"),
    (r"\bint_", "an integral is written integral(f(x), x, 0, 1)"),
    (r"\bis (\d+)-[Ll]ipschitz", "it is written lipschitz(f) <= {0}"),
    (r"\b[Ll]ipschitz constant", "a Lipschitz constant is written lipschitz(f)"),
    (r"\brange of (\w+)", "a set of values is written range({0}) == interval(a, b)"),
    (r"\b(?:max|min|sup|inf)\w* of|\bhas an? (?:max|min)im",
     "an extremum is written sup(f), inf(f), where it lies argmax(f), argmin(f)"),
    (r"\bis (?:at (?:least|most)|less|greater|larger|smaller|above|below|between|bounded by)\b",
     "comparisons are written -1 <= f(x) < 1"),
    (r"\bequals?\b", "equality is written =="),
    (r"->", "'->' is written limit(f(x), x, oo) (or, for an implication, not A or B)"),
    (r"\bwhere\b", "a condition stands apart: --where, or the field where of a claim"),
    (r"(?<!['\"\w])([A-Za-z_]\w*)''", "a second derivative is written D({0}, 2)"),
    (r"(?<!['\"\w])([A-Za-z_]\w*)'", "a derivative is written D({0})"),
    (r"=<", "'=<' is written <="),
    (r"=>", "'=>' is written >= (or, for an implication, not A or B)"),
    (r"<>", "'<>' is written !="),
    (r"&&|(?<!\|)\|\|(?!\|)(?=[^|]*$)", "conditions are joined by and, or, not"),
    (r"!(?!=)", "'!' is written not"),
    (r"\^", "powers are written **, as in x**2"),
    (r"\|[^|]+\|", "the absolute value is written abs(x)"),
    (r"(?<![\w.])(\d+\.?\d*)(?![eE][-+]?\d)[A-Za-z_(]", "products are written with *, as in {0}*x"),
    (r"\bderivative of (\w+)", "a derivative is written D({0})"),
    (r"\bd/dx\b", "a derivative is written D(f)"),
    (r"\bfor (?:all |every )?[a-z]\w* *[<>=]", "a condition stands apart: --where, or the field where of a claim"),
    (r"^if\b|:", "a condition stands apart: --where; a case is written a if x > 0 else b"),
    (r"\w\)? ~ ?\w", "~ is written asymptotic(f(x), g(x), x, oo), or approx(a, b, digits=2) of numbers"),
    (r"\bapprox (?!\()", "approx is written approx(a, b, digits=2)"),
    (r"\bis (?:of class )?C(\d)\b", "k continuous derivatives are written continuity(f) >= {0}"),
    (r"\bis (?:an? |not |non-|strictly |infinitely )*([a-z]\w+)(?!-)\b", "a property is written {1}"),
    (r"\[[^][()]+,[^][()]+\)|\([^][()]+,[^][()]+\]|[=n] *\[[^][()]+,[^][()]+\]|^\([^][()]+,[^][()]+\)$",
     'an interval is written interval(a, b), open_interval(a, b) or interval(a, b, left="open")'),
    (r"%", "remainders are no part of it"),
    (r"\\[A-Za-z]+", "LaTeX is not read: <=, sqrt(x), sup(f), oo"),
)

_WORDS = {
    "sigma": "sigmoid", "sgn": "sign", "lim": "limit",
    "supremum": "sup", "infimum": "inf", "maximum": "sup", "minimum": "inf", "expectation": "E", "diff": "D",
    "derivative": "D", "grad": "D", "Lip": "lipschitz", "normcdf": "Phi", "ndtr": "Phi",
}  # fmt: skip
"""Functions under names that other languages give them."""

_PROPERTIES = {
    "monotonic": "monotone(f)", "nondecreasing": "D(f)(x) >= 0", "nonincreasing": "D(f)(x) <= 0",
    "continuous": "continuity(f) >= 0", "injective": "increasing(f) or decreasing(f)",
    "invertible": "increasing(f) or decreasing(f)", "nonnegative": "f(x) >= 0", "negative": "f(x) < 0",
    "unbounded": "not bounded(f)", "surjective": "range(f) == reals", "onto": "range(f) == reals",
    "lipschitz": "lipschitz(f) < oo", "analytic": "smooth(f)", "periodic": "f(x + T) == f(x)",
}  # fmt: skip
"""Properties under other names, and how they are written."""
_FORMS = {
    "limit": "limit(f(x), x, oo)", "asymptotic": "asymptotic(f(x), g(x), x, oo)",
    "subdifferential": "subdifferential(f, 0)", "identity_near": "identity_near(f, 0)",
    "product": "product(f, n)", "E2": "E2(f(u)*g(v), c)",
}  # fmt: skip
"""Words with more than one argument, as they are written."""
_INFINITIES = {"infinity", "infty", "inf"}


def hint(text: str) -> str | None:
    """The spelling to use for the first thing in the text that is no part of the language; None where none is known."""
    for character in text:
        if character in _SYMBOLS:
            return f"{character!r} is written {_SYMBOLS[character]}"
    for pattern, sentence in _PATTERNS:
        if match := re.search(pattern, text):
            parts = match.groups()
            return sentence.format(*parts, *(_PROPERTIES.get(part, f"{part}(f)") for part in parts))
    if re.search(r"(?<![<>=!])=(?!=)", _outside_brackets(text)):
        return "equality is written =="
    return None


def _outside_brackets(text: str) -> str:
    """The text without what stands in brackets, where = gives a keyword's value."""
    previous = ""
    while previous != text:
        previous, text = text, re.sub(r"\([^()]*\)", "", text)
    return text


def property_hint(name: str, properties: Iterable[str]) -> str:
    """The end of an error line about a property of this name, with how it is written, if that is known."""
    plain = _plain(name).removeprefix("is").removeprefix("strictly")
    if plain in _PROPERTIES:
        return f"; it is written {_PROPERTIES[plain]}"
    meant = near(plain, properties) or (plain if plain in properties else None)
    return f"; did you mean {meant!r}?" if meant else "; expected one such as odd(f), or a comparison"


def form(word: str) -> str:
    """The end of an error line about the arguments of a word."""
    return f": {_FORMS[word]}" if word in _FORMS else ""


def alone(word: str) -> str:
    """The end of an error line about a word that stands alone."""
    if word == "oo":
        return "; a limit is written limit(f(x), x, oo)"
    return "; infinity is written oo" if word == "inf" else ""


def near(name: str, names: Iterable[str]) -> str | None:
    """The function among these names that a name most likely stands for."""
    names = list(names)
    if name in _WORDS:
        return _WORDS[name]
    if (same := variant(name, names)) is not None:
        return same
    close = difflib.get_close_matches(name, names, 1) or difflib.get_close_matches(name.lower(), names, 1)
    return next((match for match in close if match != name and len(match) > 2), None)


def variant(name: str, names: Iterable[str]) -> str | None:
    """The one of these names that differs from a name in nothing but capitals and underscores: GELU, Leaky_ReLU."""
    plain = _plain(name)
    if plain in _INFINITIES and name != "inf":
        return "oo"
    if len(plain) < 3 and plain != "pi":
        return None
    return next((other for other in names if other != name and _plain(other) == plain), None)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
