"""Checking implementations: every property, at every order, in every format they take.

`check` is what the command line and the report call, `assert_conforms` what a test suite calls.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

import numpy as np

from ..numerics.formats import Floats, all_values, dtype_of, from_hex
from ..proofs.catalogue import activation
from ..proofs.facts import Facts, facts
from ..proofs.formats import FORMATS, Format, format_named
from . import calling
from .combine import Judged, combined
from .conventions import conventions
from .here import Caller, Here
from .implementation import Implementation
from .observe import extended, observe
from .points import landmarks, pairs, sample
from .process import Failed, Worker
from .properties import PROPERTIES
from .results import CheckResult
from .search import climb
from .subject import Options
from .targets import Request, TargetError, at_orders, resolve

FEW_EXAMPLES, MANY_EXAMPLES = 8, 60
"""Hypothesis examples for each property, when a whole pack is checked and when one activation is."""


def check(target: str | Callable[..., Any], **options: Any) -> tuple[CheckResult, ...]:
    """Checks what a target names; see :func:`checks` for the options."""
    return tuple(checks(target, **options))


def checks(
    target: str | Callable[..., Any],
    *,
    as_: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    dtypes: Iterable[str] | None = None,
    orders: Iterable[int] | None = None,
    implements: int = 0,
    derivative: str | Callable[..., Any] | None = None,
    array: str | None = None,
    max_ulp: float = 4.0,
    exhaustive: bool = False,
    at: Iterable[str] = (),
    examples: int | None = None,
    seed: int = 0,
    seconds: float = 10.0,
) -> Iterator[CheckResult]:
    """Checks what a target names, result by result as they come.

    Args:
        target: a pack (`numpy`, `torch`), `module:callable`, or a callable, which then runs in this process.
        as_: the activation it should compute; found from the callable's name where that is unambiguous.
        parameters: of the activation; given to the callable as floats where it takes them.
        dtypes: formats by name; those the target takes.
        orders: 0 and, where derivatives are to be had, 1.
        implements: the callable itself computes the derivative of this order.
        derivative: a second callable that computes the first derivative.
        array: `numpy` or `torch`: the arrays it takes, where that is not found out by itself.
        max_ulp: the largest error that passes, in ULP, divided by 1 + condition number.
        exhaustive: every input of the formats of 16 bits (those of 8 bits always are). Takes a minute each.
        at: hexadecimal inputs, "0x1.8p+0" (two inputs: "0x1p+0,0x1p+1"), instead of a sample: a replay.
        examples: how many examples Hypothesis tries.
        seed: where all chance comes from.
        seconds: how long one call may take.

    Raises TargetError for a target that cannot be found or loaded, UnknownActivation, and ValueError for a format
    that is none.
    """
    formats = None if dtypes is None else [format_named(name) for name in dtypes]
    chosen = None if orders is None else tuple(dict.fromkeys(orders))
    local = _local_functions(target, derivative)
    with Worker(seconds=seconds) if not local else nullcontext() as worker:
        request = Request(
            _name(target),
            as_,
            dict(parameters or {}),
            chosen,
            implements,
            _name(derivative) if derivative else None,
            array,
        )
        if worker is None:
            implementations, caller = _described_here(request, local), Here(local)
        else:
            implementations, caller = resolve(request, worker), worker
        few = len({i.activation for i in implementations}) == 1
        wanted = Options(max_ulp, examples or (MANY_EXAMPLES if few else FEW_EXAMPLES), seed)
        for same in _by_activation_and_order(implementations):
            for fmt in formats or _taken(same[0], caller):
                yield _check(same, fmt, caller, wanted, tuple(at), exhaustive)


def assert_conforms(
    function: Callable[..., Any],
    as_: str,
    *,
    dtype: str | Sequence[str] = "float32",
    max_ulp: float = 4.0,
    order: int = 0,
    implements: int = 0,
    **options: Any,
) -> None:
    """Raises AssertionError, saying what was found and where, unless a callable computes an activation.

    Args:
        function: takes an array of the dtype and returns one; called in this process.
        as_: the activation's name.
        dtype: one format's name, or several.
        max_ulp: the largest error that passes, in ULP, divided by 1 + condition number.
        order: 1 to test the derivative of a torch function by autograd.
        implements: 1 if the function itself computes the derivative.
        options: any other option of :func:`checks`.
    """
    names = [dtype] if isinstance(dtype, str) else list(dtype)
    asked = {
        "as_": as_,
        "dtypes": names,
        "orders": (implements or order,),
        "implements": implements,
        "max_ulp": max_ulp,
    }
    failed = [result for result in checks(function, **asked, **options) if result.verdict == "fail"]
    if failed:
        raise AssertionError("\n".join(str(result) for result in failed))


def _check(
    same: Sequence[Implementation], fmt: Format, caller: Caller, options: Options, at: Sequence[str], exhaustive: bool
) -> CheckResult:
    """One result: a function, or the partial derivatives by each of its inputs."""
    entry = activation(same[0].activation)
    known = _facts(entry.name, same[0].parameters) if len(entry.inputs) == 1 else None
    inputs, coverage = _inputs(same[0], fmt, known, options, at, exhaustive)
    return combined(
        [_judge(i, fmt, inputs, caller, known, options, search=not at) for i in same], fmt, coverage, options
    )


def _judge(
    implementation: Implementation,
    fmt: Format,
    inputs: Sequence[Floats],
    caller: Caller,
    known: Facts | None,
    options: Options,
    *,
    search: bool,
) -> Judged:
    observed = observe(implementation, fmt, inputs, caller=caller, facts=known, options=options)
    subject = observed.subject
    if subject is None:
        return Judged(implementation, None, observed.findings, {})
    if search and fmt.bits > 8:
        subject = extended(subject, climb(subject))
    found = [*observed.findings, *(finding for p in PROPERTIES for finding in p.findings(subject))]
    return Judged(implementation, subject, tuple(found), conventions(subject))


def _inputs(
    implementation: Implementation,
    fmt: Format,
    known: Facts | None,
    options: Options,
    at: Sequence[str],
    exhaustive: bool,
) -> tuple[tuple[Floats, ...], str]:
    count = len(activation(implementation.activation).inputs)
    if at:
        columns = zip(*(text.split(",") for text in at), strict=True)
        given = [np.array([from_hex(t, fmt) for t in column], dtype=dtype_of(fmt)) for column in columns]
        if len(given) != count:
            raise ValueError(f"at={list(at)!r}: expected {count} coordinates, separated by commas")
        return tuple(np.tile(a, 65) for a in given), "sampled"  # vector lanes and a scalar tail
    rng = np.random.default_rng([options.seed, zlib.crc32(f"{implementation.activation} {fmt.name}".encode())])
    if known is None:
        return pairs(fmt, rng, count), "sampled"
    if fmt.bits == 8 or (exhaustive and fmt.bits == 16):
        return (all_values(fmt),), "exhaustive"
    return (sample(fmt, landmarks(known), rng),), "sampled"


@lru_cache(maxsize=256)
def _facts(name: str, parameters: tuple[tuple[str, float | str], ...]) -> Facts:
    given: dict[str, Any] = dict(parameters)
    return facts(name, **given)


def _taken(implementation: Implementation, caller: Caller) -> list[Format]:
    """The formats a target takes: those it does not refuse. A target that refuses all is checked in float64."""
    taken = []
    count = len(activation(implementation.activation).inputs)
    for fmt in FORMATS.values():
        probe = np.array([0.5, 1.0]).astype(dtype_of(fmt))
        answer = caller.call(implementation, [probe] * count)
        if not (isinstance(answer, Failed) and answer.how == "exception"):
            taken.append(fmt)
    return taken or [FORMATS["float64"]]


def _by_activation_and_order(implementations: Iterable[Implementation]) -> Iterable[list[Implementation]]:
    groups: dict[tuple[str, int], list[Implementation]] = {}
    for one in implementations:
        groups.setdefault((one.activation, one.order), []).append(one)
    return groups.values()


def _name(function: str | Callable[..., Any]) -> str:
    if isinstance(function, str):
        return function
    name = (
        getattr(function, "__qualname__", type(function).__qualname__)
        .replace("<locals>.", "")
        .replace("<lambda>", "lambda_")
    )
    return f"{getattr(function, '__module__', None) or 'builtins'}:{name}"


def _local_functions(*functions: str | Callable[..., Any] | None) -> dict[str, Callable[..., Any]]:
    given = [f for f in functions if f is not None]
    local = {_name(f): f for f in given if not isinstance(f, str)}
    if local and len(local) < len(given):
        raise TargetError("target and derivative: expected two names or two callables")
    return local


def _described_here(request: Request, local: Mapping[str, Callable[..., Any]]) -> tuple[Implementation, ...]:
    described = {name: calling.describe_callable(f) for name, f in local.items()}
    derivative = described[request.derivative] if request.derivative else None
    return at_orders(request, described[request.target], derivative)
