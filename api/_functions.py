"""The functions and the table that the front door puts together from several rooms."""

from __future__ import annotations

import io
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.sweeps import result
from gradproof.numerics.depth import gains as gains_of_layers
from gradproof.numerics.depth import products
from gradproof.numerics.experiments import results as experiments
from gradproof.numerics.experiments.registry import Tested
from gradproof.numerics.mean_field import phase
from gradproof.numerics.oracle.reference import whole
from gradproof.numerics.tables import tables
from gradproof.numerics.training import trainings
from gradproof.proofs import ledger as ledgers
from gradproof.proofs.catalogue.entries import Activation
from gradproof.proofs.catalogue.parameters import ParameterValue
from gradproof.proofs.catalogue.parse import definition, parse_expression
from gradproof.proofs.catalogue.vector_entries import vector_activations
from gradproof.proofs.datasheets import vector
from gradproof.proofs.datasheets.function import Facts, facts
from gradproof.proofs.expressions.expr import Expr, free_names
from gradproof.proofs.expressions.sympy_form import latex
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.ledger import Claim, ClaimResult, Ledger
from gradproof.proofs.means import expectations
from gradproof.proofs.reals.reals import Real
from gradproof.proofs.recheck import statement
from gradproof.proofs.verdicts import html_table

if TYPE_CHECKING:
    from gradproof.crosschecks.checking.formats import FormatNames
    from numpy.typing import ArrayLike
    from rich.console import RenderableType


def verify(ledger: Ledger | str | Path | None = None, *, measure: bool = False) -> tuple[ClaimResult, ...]:
    """Decide every claim of a ledger, or of the file that holds it; without one, of those that ship with gradproof.

    Returns one result per claim, in the ledger's order. `tested` holds the results of the experiments that a claim
    names: those that ship with gradproof, or with `measure` all of them measured now, which takes minutes. Raises
    LedgerError for a file that cannot be read; a claim that cannot be is a result with the verdict `error`.
    """
    if ledger is None:
        chosen = ledgers.builtin_ledgers()
    else:
        chosen = (ledger if isinstance(ledger, Ledger) else ledgers.load(ledger),)
    return tuple(ledgers.verify(claim, each, _tested(claim, measure)) for each in chosen for claim in each.claims)


def _tested(claim: Claim, measure: bool) -> tuple[Tested, ...]:
    return experiments.measurements(claim.experiments, measure="all" if measure else "none")[0]


class _Viewed(ABC):
    """A result that a command shows as tables: `str` is that text, and a notebook has the same tables."""

    @abstractmethod
    def _view(self) -> Iterable[RenderableType]:
        """The tables."""

    def __str__(self) -> str:
        from gradproof.reports.writing.console import plain

        return plain(*self._view())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self).partition(chr(10))[0].strip()}>"

    def _repr_html_(self) -> str:
        return "".join(map(_html, self._view()))


def _html(shown: RenderableType) -> str:
    """A table of the command line, or a line of text, as HTML."""
    from gradproof.reports.writing.console import Pairs
    from gradproof.reports.writing.grid import Grid

    if not isinstance(shown, (Grid, Pairs)):
        return html_table([(shown,)])
    return html_table(shown.rows, shown.heads, shown.title or "")


class Datasheet(_Viewed, Facts):
    """Everything certified about one function; printed as `gradproof describe` prints it."""

    def _view(self) -> Iterable[RenderableType]:
        from gradproof.reports.views.datasheet import tables as shown

        return shown(self.to_json())

    def _repr_latex_(self) -> str:
        return f"${latex(self.expr)}$"


class VectorFacts(_Viewed, vector.VectorFacts):
    """Everything certified about one activation of vectors; printed as `gradproof describe` prints it."""

    def _view(self) -> Iterable[RenderableType]:
        from gradproof.reports.views.vector_datasheet import tables as shown

        return shown(self.to_json())


class SweepResult(_Viewed, result.SweepResult):
    """The result of a sweep, finished or not; printed as `gradproof sweep` prints it."""

    def _view(self) -> Iterable[RenderableType]:
        from gradproof.reports.views.sweeps import GATES
        from gradproof.reports.views.sweeps import tables as shown

        parts: dict[str, Any] = {"left_out": [], "problems": [], "asked": 1, **dict.fromkeys(GATES)}
        return shown({**parts, "results": [self.to_json()], "interrupted": not self.finished})


class DepthReport(_Viewed, products.DepthReport):
    """Products of derivatives through depth; printed as `gradproof depth` prints them."""

    def _view(self) -> Iterable[RenderableType]:
        from gradproof.reports.views.depth import tables as shown

        return shown(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """The document that `gradproof depth --json` prints."""
        return {"schema": 1, **super().to_json()}


class Gains(_Viewed, gains_of_layers.Gains):
    """The gains of one function; printed as `gradproof gains` prints them."""

    def _view(self) -> Iterable[RenderableType]:
        from gradproof.reports.views.depth import gains_tables as shown

        return shown(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """The document that `gradproof gains --json` prints."""
        return {"schema": 1, "rows": [super().to_json()]}


class MeanField(_Viewed, phase.MeanField):
    """The mean field of one function; printed as `gradproof meanfield` prints it."""

    def _view(self) -> Iterable[RenderableType]:
        from gradproof.reports.views.depth import mean_field_tables as shown

        return shown(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """The document that `gradproof meanfield --json` prints."""
        return {"schema": 1, **super().to_json()}


def describe(function: str | Activation | Expr, *, orders: int = 3, **parameters: ParameterValue) -> Datasheet:
    """The certified facts about a function on the whole line, and about its derivatives of the first orders.

    `function` is an activation's name or entry, a formula in x, or an expression; parameters are exact (a float
    counts with its exact value). A fact that could not be decided is None and listed in `undecided`.
    Raises UnknownActivation, StatementError or ValueError for what is not known.
    """
    whole("orders", orders, 0)
    if isinstance(function, str) and function in vector_activations():
        raise StatementError(f"{function} is a function of vectors: describe_vector({function!r})")
    return Datasheet(**vars(facts(function, orders=orders, **parameters)))


def describe_vector(name: str, **parameters: str | int | float) -> VectorFacts:
    """The usual statements about an activation of vectors (`softmax`), decided for every number of components.

    Raises UnknownActivation or ValueError for a name or parameter that is not known.
    """
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # for who does not check types
        raise TypeError(f"expected the name of an activation of vectors, got {name!r}")
    facts = vector.vector_facts(name, {key: str(value) for key, value in parameters.items()})
    return VectorFacts(**vars(facts))


def expectation(function: str | Activation | Expr, variable: str | None = None) -> Real:
    """The mean E[f(z)] of a function of a standard normal z: exact where a closed form is found, else certified.

    `function` is an activation's name or entry, or a formula in one name (`tanh(z)**2`), which `variable` may name
    again. Raises UnknownActivation for a word that is no activation, StatementError for a formula in other or several
    names, and Undecided.
    """
    if isinstance(function, str) and not (function.isidentifier() and len(function) > 1):
        expr = parse_expression(function)
    else:
        expr = function if isinstance(function, Expr) else definition(function).expr()
    names = sorted(free_names(expr)) or [variable or "z"]
    if names != [variable or names[0]]:
        raise StatementError(f"{function}: expected a function of {variable or 'one name'}, found {', '.join(names)}")
    return expectations.expectation(expr, names[0])


def depth(
    function: str | Activation | Expr,
    *,
    layers: int = 20,
    weight: str | int | float | Fraction | Real = "1",
    parameters: Mapping[str, ParameterValue] | None = None,
) -> DepthReport:
    """Products of derivatives over a number of layers, each with a weight of at most this size, certified.

    `weight` is a number, or one as text, exact as written. Raises ValueError for layers below 1 or beyond 10000, a
    weight that is no positive number or a function of several inputs that is no product of functions of one each,
    UnknownActivation or StatementError for a function that is not known, Undecided where the range of the derivative
    was not found.
    """
    whole("layers", layers, 1, 10_000)
    target = function if isinstance(function, Expr) else definition(function)
    return DepthReport(**vars(products.depth_report(target, layers=layers, weight=weight, parameters=parameters)))


def gains(
    function: str | Activation | Expr, *, parameters: Mapping[str, ParameterValue] | None = None
) -> Gains:
    """The gains of a function: 1/sqrt(E[f(z)^2]) and 1/sqrt(E[f'(z)^2]), z standard normal, certified.

    Weights of variance gain^2/width keep the size of a signal with the former and that of its gradient with the latter
    (He et al. 2015). `function` is an activation's name or entry, a gate's too, a formula in x, or an expression. A
    gain that is not found is None and listed in `undecided`. Raises UnknownActivation, StatementError or ValueError
    for what is not known, and for a function of several inputs that is no product of functions of one each.
    """
    target = function if isinstance(function, Expr) else definition(function)
    return Gains(**vars(gains_of_layers.gains(target, parameters=parameters)))


def mean_field(
    function: str | Activation | Expr,
    sigma_w: str | int | float | Fraction | None = None,
    sigma_b: str | int | float | Fraction | None = None,
    *,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> MeanField:
    """The mean field of a layer of infinite width, certified: fixed point, chi, phase, depth scales; or, without
    sigmas, points of the critical line (Poole et al. 2016, Schoenholz et al. 2017).

    `function` is an activation's name or entry, a formula in x, or an expression. Weights have variance
    sigma_w^2/width, biases sigma_b^2: numbers, or texts of exact ones (`"sqrt(2)"`); sigma_b is 0 and sigma_w 1 where
    only the other is given. What is not found is None, and `notes` says why. Raises UnknownActivation, StatementError
    or ValueError for what is not known, a negative sigma, and a function of several inputs.
    """
    target = function if isinstance(function, Expr) else definition(function)
    sigmas = (None if s is None else s if isinstance(s, str) else str(Fraction(s)) for s in (sigma_w, sigma_b))
    return MeanField(**vars(phase.mean_field(target, *sigmas, parameters=parameters)))


class TrainingResult(_Viewed, trainings.TrainingResult):
    """The results of some runs; printed as `gradproof train` prints them."""

    def _view(self) -> Iterable[RenderableType]:
        from gradproof.reports.views.depth import train_tables as shown

        return shown(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """The document that `gradproof train --json` prints."""
        return {"schema": 1, "trainings": [super().to_json()]}


def train(
    function: str | Activation | Expr,
    *,
    depth: int = 20,
    width: int = 32,
    initialisation: str | None = None,
    learning_rate: float = 0.1,
    batch_norm: bool = False,
    steps: int = 300,
    target: float = 0.3,
    data: str = "teacher",
    seeds: int = 4,
    seed: int = 0,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> TrainingResult:
    """Train deep networks of one activation by stochastic gradient descent on generated data of two classes.

    One network for each of `seeds` runs, with `depth` hidden layers; `initialisation` is `xavier`, `he`, `lecun`, or
    None for the usual one; `target` is the logistic loss whose first step is looked for; `data` is `teacher` (the
    classes of a random network) or `spirals` (Lang and Witbrock 1988). The same seed gives the same runs, but for the
    last digits of a BLAS. Raises UnknownActivation, StatementError or ValueError for what is not known, fewer than two
    runs, or a function of several inputs.
    """
    training = trainings.Training(
        function, depth=depth, width=width, initialisation=initialisation, learning_rate=learning_rate,
        batch_norm=batch_norm, steps=steps, target=target, data=data, seeds=seeds, seed=seed,
    )  # fmt: skip
    return TrainingResult(**vars(trainings.train(training, parameters=parameters)))


def recheck(certificate: Mapping[str, Any] | str | Path) -> None:
    """Confirm a certificate, or the file that holds it, by other means than those that found the proof.

    Raises `proofs.recheck.reader.Bad` for what is no certificate, `proofs.recheck.signs.Wrong` with the fact and
    the reason where it does not hold, OSError for a file that cannot be read; it returns where the statement is
    confirmed.
    """
    if not isinstance(certificate, Mapping | str | Path):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"expected a certificate or the path of one, got {certificate!r}")
    statement.recheck(statement.load(Path(certificate)) if isinstance(certificate, str | Path) else dict(certificate))


class Table(_Viewed, tables.Table):
    """A reference table, printed as `gradproof table` prints it, and its files as `gradproof table -o` writes them."""

    def _view(self) -> Iterable[RenderableType]:
        from gradproof.reports.views.tables import tables as shown

        return shown(self)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries, with the columns of the files."""
        from gradproof.reports.export.table_files import rows

        return list(rows(self))

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

        return import_module("pandas").DataFrame(self.rows)

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
    points: str | ArrayLike = "special",
    parameters: Mapping[str, ParameterValue] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """Correctly rounded values of a derivative (order 0 to 2) at inputs worth testing, as `gradproof table` has them.

    `points` is a SPEC of that command (`special`, `-8:8:100`, ...), or numbers, each rounded to the format; `progress`
    is told the points done and all. Raises UnknownActivation, StatementError or ValueError for what is not known,
    Undecided where a value is not found.
    """
    whole("order", order, 0, 2)
    rows = tables.table(function, order=order, fmt=fmt, points=points, parameters=parameters, progress=progress)
    return Table(**vars(rows))


def sweep(
    implementation: Implementation | str,
    as_: str | Activation | None = None,
    *,
    fmt: str = "float32",
    dtype: FormatNames | None = None,
    dtypes: FormatNames | None = None,
    order: int = 0,
    parameters: Mapping[str, Any] | None = None,
    signature: str | None = None,
    patterns: str = "all",
    device: str | None = None,
    workers: int | None = None,
    dask: str | None = None,
    checkpoint: str | Path | None = None,
    progress: Callable[[int, int, float], object] | None = None,
    seconds: float = 60.0,
) -> SweepResult:
    """The errors of an implementation at every input of a format, or at those that `patterns` names (`sample:1000`).

    `implementation` is a target such as `torch` or `module:callable`; `as_` is the activation it computes, with
    `parameters`; `fmt`, or `dtype`, or `dtypes`, is one format. The other options, and the errors raised, are those of
    `crosschecks.sweeps.sweep.sweep`.
    """
    from gradproof.crosschecks.checking.formats import formats_of
    from gradproof.crosschecks.sweeps.sweep import sweep as swept

    whole("order", order, 0, 2)
    if (formats := formats_of(dtype, dtypes)) is not None:
        if len(formats) != 1:
            raise ValueError(f"dtype={[each.name for each in formats]}: expected one format")
        fmt = formats[0].name
    done = swept(
        implementation, fmt=fmt, as_=as_, order=order, parameters=parameters, signature=signature, patterns=patterns,
        device=device, workers=workers, dask=dask, checkpoint=checkpoint, progress=progress, seconds=seconds,
    )  # fmt: skip
    return SweepResult(**vars(done))
