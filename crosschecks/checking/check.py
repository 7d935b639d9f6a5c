"""Checking implementations: every property, at every order, in every format they take.

`check` is what the command line and the report call, `assert_conforms` what a test suite calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...proofs.enclosures.formats import format_named
from ..implementation import Implementation
from ..targets.resolve import PACKS, Request, TargetError, at_orders, resolve
from ..trials.trial import Options
from ..workers import invoke
from ..workers.in_process import Here
from ..workers.worker_process import Worker
from .judge import judge, judge_in_parallel
from .results import CheckResult

FEW_EXAMPLES, MANY_EXAMPLES = 8, 60
"""Hypothesis examples for each property, when a whole pack is checked and when one activation is."""
FEW_BINADES, MANY_BINADES = 16, 3
"""The ratios of float64's binades beyond 2^64 to those of them that are drawn from, likewise."""


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
    jobs: int = 1,
) -> Iterator[CheckResult]:
    """Checks what a target names, result by result as they come.

    Args:
        target: a pack (`numpy`, `torch`, …: targets.PACKS), `module:callable`, or a callable, which then runs in
            this process.
        as_: the activation it should compute; found from the callable's name where that is unambiguous.
        parameters: of the activation; given to the callable as floats where it takes them.
        dtypes: formats by name; those the target takes.
        orders: 0 and, where derivatives are to be had, 1.
        implements: the callable itself computes the derivative of this order.
        derivative: a second callable that computes the first derivative.
        array: `numpy`, `torch` or `jax`: the arrays it takes, where that is not found out by itself.
        max_ulp: the largest error that passes, in ULP, divided by 1 + condition number.
        exhaustive: every input of the formats of 16 bits (those of 8 bits always are). Takes a minute each.
        at: hexadecimal inputs, "0x1.8p+0" (two inputs: "0x1p+0,0x1p+1"), instead of a sample: a replay.
        examples: how many examples Hypothesis tries.
        seed: where all chance comes from.
        seconds: how long one call may take.
        jobs: processes that share the work. More than one needs a main module that can be imported.

    Raises TargetError for a target that cannot be found or loaded, UnknownActivation, and ValueError for a format
    or order that is none, and for a format too large to be tested exhaustively.
    """
    chosen = None if orders is None else tuple(dict.fromkeys(orders))
    second = _name(derivative) if derivative else None
    request = Request(_name(target), as_, dict(parameters or {}), chosen, implements, second, array)
    whole = target in PACKS and as_ is None
    options = Options(
        max_ulp,
        examples or (FEW_EXAMPLES if whole else MANY_EXAMPLES),
        FEW_BINADES if whole else MANY_BINADES,
        seed,
        None if dtypes is None else tuple(format_named(name) for name in dtypes),
        tuple(at),
        exhaustive,
    )
    return _checked(request, options, _local_functions(target, derivative), jobs=jobs, seconds=seconds)


def _checked(
    request: Request, options: Options, local: Mapping[str, Callable[..., Any]], *, jobs: int, seconds: float
) -> Iterator[CheckResult]:
    """The results for what a request names; `local` functions are called in this process."""
    orders, implements = request.orders, request.implements
    if not {implements, *(orders or ())} <= {0, 1, 2}:
        raise ValueError(f"{orders=}, {implements=}: expected orders 0, 1 or 2")
    large = [fmt.name for fmt in options.formats or () if fmt.bits > 16]
    if options.exhaustive and large:
        raise ValueError(f"exhaustive=True, dtypes={large!r}: expected formats of at most 16 bits")
    if local:
        yield from judge(_described_here(request, local), Here(local), options)
        return
    with Worker(seconds=seconds) as worker:
        implementations = resolve(request, worker)
        if jobs == 1:
            yield from judge(implementations, worker, options)
    if jobs > 1:
        yield from judge_in_parallel(implementations, options, jobs=jobs, seconds=seconds)


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
    orders = (implements or order,)
    results = checks(
        function, as_=as_, dtypes=names, orders=orders, implements=implements, max_ulp=max_ulp, **options
    )  # fmt: skip
    failed = [result for result in results if result.verdict == "fail"]
    if failed:
        raise AssertionError("\n".join(str(result) for result in failed))


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
    named = [f for f in functions if f is not None]
    local = {_name(f): f for f in named if not isinstance(f, str)}
    if local and len(local) < len(named):
        raise TargetError("target and derivative: expected two names or two callables")
    return local


def _described_here(request: Request, local: Mapping[str, Callable[..., Any]]) -> tuple[Implementation, ...]:
    described = {name: invoke.describe_callable(f) for name, f in local.items()}
    derivative = described[request.derivative] if request.derivative else None
    return at_orders(request, described[request.target], derivative)
