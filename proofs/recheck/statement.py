"""The re-check of a proof certificate by other means than those that found the proof; imports nothing of the search.

A certificate states a proposition, the definitions it uses, and *facts*: cuts of the line with, for each open gap, why
an expression keeps its sign there. The re-checker reads the proposition with its own reader, works out what has to be
shown, and accepts a gap only when its own interval arithmetic confirms every part of the argument given for it:

- *cells*: on each closed cell an interval or Taylor form excludes 0, or the expression is monotone and has the sign at
  the end where it is least; cells join without gaps;
- *tails*, at an infinity or beside an exact point: the model on the whole tail has the sign;
- *identities* (sign 0): SymPy's algebra reduces the expression to 0 once its case distinctions are settled, each of
  which is a sign on the gap with its own cells and tails;
- *marks* between gaps are exact numbers, or brackets in which the expression changes its sign once, strictly monotone.

From signs of a derivative and one-sided limits follow ranges, suprema and where they are attained; an expectation is a
difference of limits of antiderivatives, each checked by differentiating it; statements in several names are split into
cases by the signs of factors.

A certificate comes from a stranger. Its statement is all that is confirmed, on the domain that its condition leaves,
with the catalogue's definitions and those that it adds; the claim's name, the evidence and the version are notes. Its
work is bounded, and what is not settled within the bounds is rejected.

Trusted: the files of this folder, the text of the catalogue, Python, mpmath's directed rounding (its elementary
functions with a margin of 2^24), and SymPy where its algebra says that an expression is 0 or factors one.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from .cases import Cases
from .domain import Domain
from .functionals import functional, same_set, sign_on_part
from .intervals import Exhausted, Num, Unclear, Undefined, bounded
from .predicates import predicate
from .reader import Bad, Json, Node, num
from .signs import Refuted, SignOf, Stated, Wrong

MAX_BYTES = 5_000_000
SAMPLES = (1, 0, -1, 2, -2, Fraction(1, 2), 8, Fraction(-1, 2), -8, 3, -3, Fraction(1, 10), Fraction(-1, 10), 20, -20,
           Fraction(1, 100), 100, -100, 1000)  # fmt: skip
MAX_POINTS = 3_000
"""Where a point of the domain is looked for, and how many are tried."""


class Recheck(Domain):
    """Shows that a certificate's statement is true."""

    def run(self) -> None:
        """Every part of the statement. Raises Wrong, Unclear or Bad."""
        parts = [*conjuncts(self.statement)]
        self._somewhere(parts)
        for part in parts:
            self.at = part.text
            names = self.names(part)
            if not names:
                truth = self.truth_at(part, {})
                if truth is None:
                    raise Unclear(f"{part.text}: two numbers so close together")
                if not truth:
                    raise Refuted(part)
            elif len(names) == 1 and names <= self.products.keys():
                self.on_parts(part, *names)
            elif len(names | self.confined) == 1:
                self.on_line(part, *names)
            else:
                Cases(self, part).run()
        if strange := self.confined - self.reader.seen:
            raise Bad(f"the condition names {min(strange)}, and the statement does not")

    def _somewhere(self, parts: list[Any]) -> None:
        """Some point satisfies the condition and is in the domain of all parts. Raises Unclear."""
        pointwise = [part for part in parts if self.names(part)]
        names = sorted(self.confined.union(*map(self.names, pointwise)))
        count = int(MAX_POINTS ** (1 / max(len(names), 1)))
        for values in product(*(self._samples(name)[:count] for name in names)):
            point = dict(zip(names, values, strict=True))
            with suppress(Unclear, Undefined):
                if self.where is None or self.truth_at(self.where, point):
                    for part in pointwise:  # whether it holds is another question
                        self.truth_at(part, point)
                    return
        raise Unclear("no point was found in the domain")

    def _samples(self, name: str) -> list[Node]:
        """Simple values for a name; for a product, ends of the intervals that it takes."""
        if name not in self.products:
            return [*map(num, SAMPLES)]
        return [Node("const", end) for p in self.products[name] for end in (p.low, p.high) if isinstance(end, Num)]

    def on_line(self, part: Any, name: str) -> None:
        """One free name: the statement holds on every gap and at every mark where its condition does."""
        gaps, marks = self.cut(f"{part.text} | {name}", name, part)
        for gap in gaps:
            if self.fails(part, partial(self.sign, gap)):
                raise Refuted(part, gap)
        for mark in marks:
            if self.fails(part, partial(self.at_mark, mark)):
                raise Refuted(part, mark)

    def fails(self, part: Any, sign: SignOf) -> bool:
        """Whether a place belongs to the domain and the statement is false there."""
        outside = self.where is not None and self.truth(self.where, sign, strict=True) is not True
        return not outside and self.truth(part, sign) is False

    def on_parts(self, part: Any, name: str) -> None:
        """A product of independent values: the statement holds on every part of the set of its values."""
        for values in self.products[name]:
            for which in ("inside", "low", "high"):
                if values.has(which) and not self.truth(part, partial(sign_on_part, name, values, which)):
                    raise Wrong(f"{part.text}: false for some product")

    def special(self, e: Any) -> Node | str | None:
        """A number computed from whole functions, or a product, as a node."""
        if e.text not in self.cache:
            self.cache[e.text] = functional(self, e)
        return self.cache[e.text]

    def same_set(self, a: Any, b: Any) -> bool:
        return same_set(self, a, b)

    def property(self, kind: str, e: Any) -> bool:
        return predicate(self, kind, e)


def conjuncts(e: Any) -> Iterator[Any]:
    """The parts of a conjunction, each of which is shown by itself."""
    if isinstance(e, ast.BoolOp) and isinstance(e.op, ast.And):
        for part in e.values:
            yield from conjuncts(part)
    else:
        yield e


def digest(certificate: Mapping[str, Any]) -> str:
    """SHA-256 of everything but the digest itself."""
    content = {k: v for k, v in certificate.items() if k != "digest"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def recheck(certificate: Any) -> None:
    """Re-checks one certificate. Raises Bad for what is none, Wrong with fact and reason where it does not hold."""
    _require(certificate)
    try:
        if digest(certificate) != certificate["digest"]:
            raise Wrong("the digest: the certificate was changed after it was written")
        with bounded():
            Recheck(certificate, Stated(certificate["facts"])).run()
    except Exhausted as reason:
        raise Wrong(f"too much work: {reason}") from None
    except Unclear as reason:
        raise Wrong(f"not settled: {reason}") from None
    except Undefined as reason:
        raise Wrong(f"undefined: {reason}") from None
    except (Bad, Wrong):
        raise
    except Exception as error:  # the certificate comes from strangers: whatever it provokes is one line
        raise Bad(f"malformed ({type(error).__name__}: {str(error)[:80]})") from None


def _require(c: Json) -> None:
    """The certificate's outer form. Raises Bad."""
    if not isinstance(c, dict) or c.get("schema") != 1:
        raise Bad("expected a certificate with schema 1")
    kinds = {"statement": str, "where": str | None, "functions": dict, "facts": dict, "digest": str}
    notes = {"gradproof": str | None, "claim": str | None, "evidence": str | None}
    if not kinds.keys() <= c.keys() <= {*kinds, *notes, "schema", "verdict"}:
        raise Bad(f"expected the fields {', '.join(kinds)}, schema and verdict")
    for key, kind in (kinds | notes).items():
        if not isinstance(c.get(key), kind):
            raise Bad(f"the field {key!r} is of the wrong kind")
    if c.get("verdict") != "proved" or len(c["functions"]) > 200:
        raise Bad("expected the verdict 'proved' and at most 200 definitions")
    functions: dict[str, Json] = c["functions"]
    for name, f in functions.items():
        fields = f if isinstance(f, dict) else {}
        if [type(fields.get(key)) for key in ("inputs", "parameters", "formula")] != [list, dict, str]:
            raise Bad(f"{name[:40]!r}: expected inputs, parameters and a formula")


def load(path: Path) -> Json:
    """Reads a certificate's file. Raises Bad."""
    if path.stat().st_size > MAX_BYTES:
        raise Bad(f"more than {MAX_BYTES} bytes")
    try:
        return json.loads(path.read_text("utf-8"), parse_constant=_no_number, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise Bad("not JSON, or a field given twice") from None


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _object(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(fields)
    if len(result) < len(fields):
        raise ValueError("a field given twice")
    return result
