"""The datasheet of one vector activation: its Jacobian as a formula, and the usual statements, decided when asked.

The statements are the same for every activation of a kind; which of them are true comes from the prover.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..budget import Undecided
from ..catalogue.entries import Parameter, UnknownActivation
from ..catalogue.parse import parse_number
from ..catalogue.vector_entries import VectorActivation, vector_activations
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..language.syntax import Relation
from ..statements import prove
from ..vectors import naming
from ..vectors.algebra import Vectors, is_vector
from ..vectors.normal_form import Sums, canonical, readable
from ..vectors.reader import parse_vector_statement
from ..verdicts import Result

OF_VECTORS: tuple[tuple[str, str | None], ...] = (
    ("sum({f}) == 1", None), ("mean({f}) == 0", None), ("mean({f}**2) == 1", None), ("norm({f}) == 1", None),
    ("{f} >= 0", None), ("{f} <= 0", None), ("{f} <= 1", None), ("{f} < 1", "n >= 2"), ("{f}**2 <= n", None),
    ("{f(v + c)} == {f}", None), ("{f(a*v)} == {f}", "a > 0"), ("{f(-v)} == -{f}", None), ("{f(f)} == {f}", None),
    ("row_sums(J({f})) == 0", None), ("column_sums(J({f})) == 0", None), ("dot(J({f}), v) == 0", None),
    ("symmetric(J({f}))", None), ("positive_semidefinite(J({f}))", None),
    ("spectral_norm(J({f})) <= 1/2", None), ("spectral_norm(J({f})) <= 1", None),
)  # fmt: skip
OF_NUMBERS: tuple[tuple[str, str | None], ...] = (
    ("max(v) <= {f}", None), ("{f} <= max(v) + log(n)", None), ("mean(v) <= {f}", None), ("{f} >= 0", None),
    ("{f(v + c)} == {f} + c", None), ("{f(a*v)} == a*{f}", "a > 0"), ("sum(J({f})) == 1", None),
    ("J({f}) >= 0", None), ("convex({f})", None), ("symmetric(J(J({f})))", None),
)  # fmt: skip


@dataclass(frozen=True)
class VectorFacts:
    """Everything certified about one vector activation."""

    entry: VectorActivation
    parameters: Mapping[str, str]
    jacobian: Mapping[str, str]
    """J[i, k] as `diagonal` and `off_diagonal`, both times `scale` if given; or the `gradient` of a number."""
    statements: tuple[Result, ...]

    def to_json(self) -> dict[str, Any]:
        """The document that `gradproof describe --json` prints for a vector activation."""
        return {
            "schema": 1, "name": self.entry.name, "formula": self.entry.formula, "vector": True,
            "parameters": dict(self.parameters), "jacobian": dict(self.jacobian),
            "statements": [
                {
                    "statement": result.statement, "where": result.where, "verdict": result.verdict.value,
                    "counterexample": result.counterexample.to_json() if result.counterexample else None,
                }
                for result in self.statements
            ],
        }  # fmt: skip


def vector_facts(name: str, parameters: Mapping[str, str] | None = None) -> VectorFacts:
    """Decide the usual statements about a vector activation. Raises ValueError for a name or parameter not known."""
    if name not in vector_activations():
        raise UnknownActivation(f"unknown vector activation {name!r}")
    entry = vector_activations()[name]
    values = _parameters(entry, parameters or {})

    def call(argument: str) -> str:
        given = "".join(f", {key}={value}" for key, value in values.items())
        return f"{entry.name}({argument}{given})"

    body, sums = _body(call("v"))
    f = call("v")
    written = {"{f}": f, "{f(v + c)}": call("v + c"), "{f(a*v)}": call("a*v"), "{f(-v)}": call("-v"), "{f(f)}": call(f)}
    results = []
    for template, where in OF_VECTORS if is_vector(body) else OF_NUMBERS:
        text = template
        for placeholder, formula in written.items():
            text = text.replace(placeholder, formula)
        results.append(prove(text, where=where, suggest=False))
    return VectorFacts(entry, values, _jacobian(body, sums), tuple(results))


def _parameters(entry: VectorActivation, given: Mapping[str, str]) -> dict[str, str]:
    known: dict[str, Parameter] = {p.name: p for p in entry.parameters}
    if unknown := sorted(given.keys() - known.keys()):
        raise ValueError(f"{entry.name} has no parameter {unknown[0]!r}; its parameters: {', '.join(known) or 'none'}")
    for key, value in given.items():
        if names := sorted(ex.free_names(parse_number(value))):
            raise ValueError(f"{key}={value!r}: expected a number, found the free name {names[0]!r}")
    return {key: given.get(key, p.default) for key, p in known.items()}


def _body(call: str) -> tuple[Expr, Sums]:
    """The activation as an expression in v[i], and the sums in it."""
    statement = parse_vector_statement(f"{call} == 0")
    assert isinstance(statement.formula, Relation) and isinstance(statement.formula.lhs, Expr)
    return statement.formula.lhs, Sums(statement.vectors)


def _jacobian(body: Expr, sums: Sums) -> dict[str, str]:
    """The derivatives as text: of f in v[i] where f is a number, else J[i, k], written in f[i] and f[k] if possible."""
    vectors = sums.vectors
    try:
        if not is_vector(body):
            return {"gradient": _shown(sums.normal(vectors.gradient(body, "v")))}
        matrix = vectors.jacobian(body, "v")
        own = sums.normal(body)
        component, scale = _solved(own)
        ends = [(naming.row("v"), naming.row("f")), (naming.column("v"), naming.column("f"))]
        values = {v: calculus.substitute(component, {_F: ex.name(f)}) for v, f in ends}
        entries = {"diagonal": matrix.on_diagonal(), "off_diagonal": matrix.off_diagonal()}
        shown = {k: _shown(canonical(calculus.substitute(sums.normal(e) / scale, values))) for k, e in entries.items()}
        if ex.free_names(scale):
            shown["scale"] = to_text(_written(matrix.diagonal, vectors))
        return shown
    except Undecided as reason:
        return {"undecided": str(reason)}


_F = "f"


def _solved(own: Expr) -> tuple[Expr, Expr]:
    """v[i] as a function of f[i], and a common factor of the Jacobian: where f is affine in v[i] or in exp(c v[i])."""
    row = naming.row("v")
    slope = canonical(calculus.differentiate(own, row))
    f = ex.name(_F)
    if row not in ex.free_names(slope):
        return (f - canonical(own - slope * ex.name(row))) / slope, slope
    rate = canonical(slope / own)
    if rate.value is not None:
        return ex.log(f / canonical(own / ex.exp(rate * ex.name(row)))) / rate, ex.ONE
    return ex.name(row), ex.ONE


def _written(e: Expr, vectors: Vectors) -> Expr:
    """An expression with its sums written out."""
    sums = {
        name: ex.name(f"sum({naming.without_index(to_text(_written(vectors.aggregates[name].body, vectors)))})")  # type: ignore[arg-type]
        for name in ex.free_names(e) & vectors.aggregates.keys()
    }
    return calculus.substitute(e, sums)


def _shown(e: Expr) -> str:
    return to_text(readable(e))
