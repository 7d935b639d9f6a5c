"""An issue as Markdown, as one would write it to the maintainer of a library."""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from ...crosschecks.causes.formulas import parameter_values
from ...crosschecks.findings import digits_of, in_digits, two_digits
from ...crosschecks.gates import ulp_words
from ...crosschecks.trials.symptoms import SYMPTOMS, symptoms
from ...proofs.catalogue.parse import definition
from ...proofs.enclosures.formats import format_named
from ..versions import system
from ..writing.markdown_cells import grid, plain
from .collect import Case, Issue
from .expected import Expected, expected
from .reproduction import script

_OF = ("", "the derivative of ", "the second derivative of ")


def markdown(issue: Issue) -> str:
    """The report: a paragraph, a script, every format and order with its numbers, a stable form, the versions."""
    first = issue.cases[0]
    exact = _expected(first)
    names = definition(first.result.activation).inputs
    code = script(first.details.implementation, first.result.dtype, first.finding.x_hex, names, exact)
    parts = [
        f"# {_title(issue)}",
        _paragraph(issue, exact),
        "## To reproduce",
        f"```python\n{code}```",
        f"It prints\n\n```text\nobserved {_shown(first, first.finding.got)}\nexpected {exact.digits}\n```",
        "## How far it goes",
        *_extent(issue),
        *_stable(first),
        "## Versions",
        _versions(first),
    ]
    return "\n\n".join(parts) + "\n"


def _title(issue: Issue) -> str:
    dtypes = ", ".join(dict.fromkeys(case.result.dtype for case in issue.cases))
    return f"{_callable(issue.cases[0])} ({dtypes}): {_symptom(issue.cases[0])}"


def _callable(case: Case) -> str:
    """The function under test by the name that its users know."""
    i = case.details.implementation
    name = i.function.replace(":", ".")
    if i.function.startswith("gradproof."):
        name = f"{i.target} {i.activation}"
    if i.through == "autograd":
        return f"gradient of {name}"
    return name if not i.order or "deriv" in name else f"{_OF[i.order]}{name}"


def _symptom(case: Case) -> str:
    """The result in a few words."""
    finding, cause = case.finding, case.details.cause
    if cause is not None and cause.kind not in ("cancellation", "overflow"):
        return cause.title
    if finding.property == "special values":
        return f"returns {_shown(case, finding.got)} at x = {_shown(case, finding.x)}"
    words = finding.property
    if finding.property == "accuracy":
        got, exact = (np.array([float(number)]) for number in (finding.got, finding.expected))
        words = SYMPTOMS[int(symptoms(got, exact, format_named(case.result.dtype))[0])]
    if words == SYMPTOMS[-1] and cause is None and case.details.extent is not None:
        return f"is off by up to {_error(case)}"
    return f"{words} where {cause.title}" if cause is not None else words


def _paragraph(issue: Issue, exact: Expected) -> str:
    case = issue.cases[0]
    finding, cause = case.finding, case.details.cause
    at = f"At x = {_shown(case, finding.x)}" if finding.x_hex else "It"
    sentence = (
        f"{at} `{_callable(case)}` returns {_shown(case, finding.got)} in {case.result.dtype}; "
        f"the exact value is {exact.digits}."
    )
    if finding.property == "special values":
        return f"{sentence.partition(';')[0]}; {finding.message}."
    if finding.property != "accuracy":
        return f"{sentence} {_capital(finding.message)}."
    if cause is None:
        return sentence
    reason = _capital(cause.text)
    if cause.naive is not None and cause.computed:
        reason = reason.replace(cause.naive, f"`{cause.naive}`")
    elif cause.naive is not None:
        head, colon, _ = reason.partition(": the results are those of ")
        reason = f"{head}{colon and ': up to the last digits of the elementary functions, the results are those of'} "
        reason += f"`{cause.naive}`{_with_parameters(case, cause.naive)}"
    return f"{sentence} {reason}."


def _with_parameters(case: Case, formula: str) -> str:
    """The values of the parameters in a formula: " with alpha = 1"."""
    values = parameter_values(case.details.implementation).items()
    listed = [f"{name} = {value:g}" for name, value in values if re.search(rf"\b{name}\b", formula)]
    return f" with {', '.join(listed)}" if listed else ""


def _extent(issue: Issue) -> list[str]:
    """A table with a row for each format and order, and how the inputs were chosen."""
    heads = ("function", "format", "x", "observed", "exact", "largest error", "inputs that fail", "from", "to")
    rows = [_row(case) for case in issue.cases]
    exhaustive = {case.result.coverage == "exhaustive" for case in issue.cases}
    chosen = (
        "special points and their neighbours, every binade of the format, and random draws, densest where the function "
        f"varies (seed {issue.cases[0].result.seed})"
    )
    how = {
        frozenset({True}): "Every number of the format was tested.",
        frozenset({False}): f"The inputs are {chosen}.",
    }.get(frozenset(exhaustive), f"In the formats of 16 bits and fewer every number was tested; else {chosen}.")
    unit = "An ULP is the distance between neighbouring floats at the exact value."
    return [grid(heads, rows), f"{how} {unit}"]


def _row(case: Case) -> tuple[str, ...]:
    finding, extent, dtype = case.finding, case.details.extent, case.result.dtype
    prime = ("", "'", "''")[case.result.order]
    exact = _expected(case)
    share, low, high = str(finding.count), "", ""
    if extent is not None:
        share = f"{extent.count:,} of {extent.tested:,} ({_percent(extent.count, extent.tested)})"
        low, high = (f"{end:.6g}" for end in (extent.low, extent.high))
    error = _error(case)
    row = (case.result.activation + prime, dtype, _shown(case, finding.x), _shown(case, finding.got), exact.digits,
           error, share, low, high)  # fmt: skip
    return tuple(plain(text) for text in row)


def _error(case: Case) -> str:
    if case.finding.property != "accuracy" or case.details.extent is None:
        return "–"
    return ulp_words(case.details.extent.error, format_named(case.result.dtype))


def _percent(count: int, total: int) -> str:
    percent = 100 * count / total
    return "less than 0.01 %" if percent < 0.01 else f"{percent:.2g} %" if percent < 10 else f"{percent:.0f} %"


def _stable(case: Case) -> list[str]:
    cause = case.details.cause
    if cause is None or cause.stable is None or cause.stable_error is None:
        return []
    after = ""
    if cause.stable_conditioned is not None and cause.stable_error > 4:
        after = (
            f" ({two_digits(cause.stable_conditioned)} ULP once the error is divided by 1 + the condition number: the "
            "function is so steep there that the last digit of x alone weighs that much)"
        )
    if cause.computed:
        computed = f"`{cause.stable}` {cause.computed} is off by at most {two_digits(cause.stable_error)} ULP"
        return ["## An arithmetic that keeps the digits", f"{computed} at the inputs that fail{after}."]
    text = (
        f"`{cause.stable}` has no such cancellation: in NumPy's {case.result.dtype}, at the inputs that fail, "
        f"its largest error is {two_digits(cause.stable_error)} ULP{after}."
    )
    return ["## A form that keeps the digits", text]


def _versions(case: Case) -> str:
    home = case.details.implementation.function.partition(":")[0].partition(".")[0]
    i = case.details.implementation
    library = case.result.target if i.function.startswith("gradproof.") else home
    names: list[str] = [library, *([i.array] if i.array in ("torch", "jax") else []), "numpy"]
    listed = [f"{name} {found}" for name in dict.fromkeys(names) if (found := _version(name))]
    return f"{', '.join(listed)}; Python {platform.python_version()} ({sys.implementation.name}), {system()}."


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _expected(case: Case) -> Expected:
    point = tuple(float.fromhex(text) for text in case.finding.x_hex.split(",")) if case.finding.x_hex else ()
    shown = _shown(case, case.finding.expected)
    if case.finding.property != "accuracy" or not point:
        return Expected(shown, None)
    cause = case.details.cause
    return expected(case.details.implementation, point, shown, None if cause is None else cause.stable)


def _shown(case: Case, number: float | str) -> str:
    return in_digits(number, digits_of(case.result.dtype))


def _capital(text: str) -> str:
    """A sentence's first letter as a capital, unless it begins with a formula."""
    word = text.partition(" ")[0]
    return text[0].upper() + text[1:] if word.isalpha() and word != "x" else text
