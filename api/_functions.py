"""The functions and the table that the front door puts together from several rooms."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gradproof.numerics.depth import products
from gradproof.numerics.tables import tables
from gradproof.proofs import ledger as ledgers
from gradproof.proofs.catalogue.entries import Activation, ParameterValue
from gradproof.proofs.catalogue.parse import definition, parse_expression
from gradproof.proofs.catalogue.vector_entries import vector_activations
from gradproof.proofs.datasheets.function import Facts, facts
from gradproof.proofs.datasheets.vector import VectorFacts, vector_facts
from gradproof.proofs.expressions.expr import Expr, free_names
from gradproof.proofs.functions import expectations
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.ledger import ClaimResult, Ledger
from gradproof.proofs.reals.reals import Real
from gradproof.proofs.recheck import statement


def verify(ledger: Ledger | str | Path | None = None) -> tuple[ClaimResult, ...]:
    """Decide every claim of a ledger, or of the file that holds it; without one, of those that ship with gradproof.

    Returns one result per claim, in the ledger's order; what was to be measured is left out. Raises LedgerError for a
    file that cannot be read; a claim that cannot be is a result with the verdict `error`.
    """
    if ledger is None:
        chosen = ledgers.builtin_ledgers()
    else:
        chosen = (ledger if isinstance(ledger, Ledger) else ledgers.load(ledger),)
    return tuple(ledgers.verify(claim, each) for each in chosen for claim in each.claims)


class Datasheet(Facts):
    """Everything certified about one function; printed as `gradproof describe` prints it."""

    def __str__(self) -> str:
        from gradproof.reports.views.datasheet import tables as shown
        from gradproof.reports.writing.console import plain

        return plain(*shown(self.to_json()))


class DepthReport(products.DepthReport):
    """Products of derivatives through depth; printed as `gradproof depth` prints them."""

    def __str__(self) -> str:
        from gradproof.reports.views.depth import tables as shown
        from gradproof.reports.writing.console import plain

        return plain(*shown(self.to_json()))

    def to_json(self) -> dict[str, Any]:
        """The document that `gradproof depth --json` prints."""
        return {"schema": 1, **super().to_json()}


def describe(function: str | Activation | Expr, *, orders: int = 3, **parameters: ParameterValue) -> Datasheet:
    """The certified facts about a function on the whole line, and about its derivatives of the first orders.

    `function` is an activation's name or entry, a formula in x, or an expression; parameters are exact (a float
    counts with its exact value). A fact that could not be decided is None and listed in `undecided`.
    Raises UnknownActivation, StatementError or ValueError for what is not known.
    """
    if isinstance(function, str) and function in vector_activations():
        raise StatementError(f"{function} is a function of vectors: describe_vector({function!r})")
    return Datasheet(**vars(facts(function, orders=orders, **parameters)))


def describe_vector(name: str, **parameters: str | int | float) -> VectorFacts:
    """The usual statements about an activation of vectors (`softmax`), decided for every number of components.

    Raises UnknownActivation or ValueError for a name or parameter that is not known.
    """
    return vector_facts(name, {key: str(value) for key, value in parameters.items()})


def expectation(function: str | Activation | Expr, variable: str | None = None) -> Real:
    """The mean E[f(z)] of a function of a standard normal z: exact where a closed form is found, else certified.

    `function` is an activation's name or entry, or a formula in one name (`tanh(z)**2`). Raises StatementError for
    a formula in several names, and Undecided.
    """
    if isinstance(function, Activation):
        expr = function.expr()
    elif isinstance(function, str):
        expr = parse_expression(function)
    else:
        expr = function
    names = sorted(free_names(expr)) or ["z"]
    if variable is None and len(names) > 1:
        raise StatementError(f"{function}: expected a function of one name, found {', '.join(names)}")
    return expectations.expectation(expr, variable or names[0])


def depth(
    function: str | Activation | Expr,
    *,
    layers: int = 20,
    weight: str = "1",
    parameters: Mapping[str, ParameterValue] | None = None,
) -> DepthReport:
    """Products of derivatives over a number of layers, each with a weight of at most this size, certified.

    `weight` is text, exact as written. Raises ValueError for layers below 1, a weight that is no positive number or a
    function of several inputs, UnknownActivation or StatementError for a function that is not known, Undecided where
    the range of the derivative was not found.
    """
    target = function if isinstance(function, Expr) else definition(function)
    found = products.depth_report(target, layers=layers, weight=weight, parameters=parameters)
    return DepthReport(**vars(found))


def recheck(certificate: Mapping[str, Any] | str | Path) -> None:
    """Confirm a certificate, or the file that holds it, by other means than those that found the proof.

    Raises `proofs.recheck.reader.Bad` for what is no certificate, `proofs.recheck.signs.Wrong` with the fact and
    the reason where it does not hold; it returns where the statement is confirmed.
    """
    statement.recheck(statement.load(Path(certificate)) if isinstance(certificate, str | Path) else dict(certificate))


class Table(tables.Table):
    """A reference table, and its files as `gradproof table -o` writes them."""

    def __str__(self) -> str:
        from gradproof.reports.export.table_files import sentence

        return f"{sentence(self)}; {len(self)} rows"

    def to_json(self) -> dict[str, Any]:
        """The document that `gradproof table --json` prints."""
        from gradproof.reports.export.table_files import document
        from gradproof.reports.strict_json import text

        return json.loads(text(document(self)))

    def to_csv(self, path: str | Path | None = None) -> str | None:
        """Write the rows as CSV; without a path, return the text."""
        return self._written(".csv", path)

    def to_parquet(self, path: str | Path) -> None:
        """Write the columns as Parquet. Raises BadInput without pyarrow."""
        self._written(".parquet", path)

    def to_pandas(self) -> Any:
        """A DataFrame with the columns of `gradproof table`. Raises ImportError without pandas."""
        from importlib import import_module

        from gradproof.reports.export.table_files import rows

        return import_module("pandas").DataFrame(list(rows(self)))

    def _written(self, suffix: str, path: str | Path | None) -> str | None:
        from gradproof.reports.export.table_files import replacing, writer_for

        target = Path(f"table{suffix}" if path is None else path)
        content = writer_for(target.with_suffix(suffix))(self, target.stem)
        if path is None:
            return io.BytesIO(content).getvalue().decode()
        with replacing(target) as file:
            file.write(content)
        return None


def table(
    function: str | Activation | Expr,
    *,
    order: int = 0,
    fmt: str = "float32",
    points: str = "special",
    parameters: Mapping[str, ParameterValue] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """Correctly rounded values of a derivative at inputs worth testing, as `gradproof table` has them.

    `points` is a SPEC of that command (`special`, `linear:-8:8:100`, ...); `progress` is told the points done and
    all. Raises UnknownActivation, StatementError or ValueError for what is not known, Undecided where a value is not
    found.
    """
    found = tables.table(function, order=order, fmt=fmt, points=points, parameters=parameters, progress=progress)
    return Table(**vars(found))
