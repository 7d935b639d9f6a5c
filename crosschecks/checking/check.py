"""Checking implementations: every property, at every order, in every format they take.

`check` is what the command line and the report call, `assert_conforms` what a test suite calls.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any, ParamSpec, cast

from ...proofs.catalogue.entries import Activation
from ...proofs.enclosures.formats import FORMATS, Format
from ..gates import Gates
from ..implementation import Implementation
from ..inputs.bit_patterns import span_of
from ..properties import ALL_NAMES
from ..targets.foreign import COMMAND
from ..targets.resolve import PACKS, Described, Request, TargetError, at_orders, resolve
from ..trials.trial import FEW_BINADES, FEW_EXAMPLES, Effort, Options
from ..workers import invoke
from ..workers.in_process import Here
from ..workers.scalars import takes_numbers_only
from ..workers.worker_process import Worker
from .formats import FormatNames, formats_of
from .judge import judge, judge_in_parallel
from .results import CheckResult

MANY_EXAMPLES, MANY_BINADES = 60, 3
"""`examples` and `every` where one activation is checked."""
P = ParamSpec("P")
LARGE = 150
"""The most functions of a pack that have a survey and a climb where neither is asked for; in a larger one each has its
sample alone."""


def checks(
    target: str | Callable[..., Any],
    as_: str | Activation | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    dtype: FormatNames | None = None,
    dtypes: FormatNames | None = None,
    orders: int | Iterable[int] | None = None,
    implements: int = 0,
    derivative: str | Callable[..., Any] | None = None,
    array: str | None = None,
    signature: str | None = None,
    max_ulp: float | None = None,
    max_conditioned_ulp: float | None = None,
    max_abs_error: float | None = None,
    max_rel_error: float | None = None,
    strict: str | Iterable[str] = (),
    ignore: str | Iterable[str] = (),
    span: str | None = None,
    exhaustive: bool = False,
    at: str | float | Iterable[str | float] = (),
    examples: int | None = None,
    seed: int = 0,
    seconds: float = 10.0,
    jobs: int = 1,
    survey: bool | None = None,
    rows: bool = True,
    effort: Callable[[Implementation, Format, Options], Effort | None] | None = None,
) -> Iterator[CheckResult]:
    """Checks what a target names, result by result as they come.

    Args:
        target: a pack (`numpy`, `torch`, …: targets.PACKS), `module:callable`, `library:PATH:SYMBOL`,
            `command:PROG ARGS`, `model.onnx`, or a callable, which then runs in this process.
        as_: the activation it should compute, or a formula in x; found from the callable's name where that is
            unambiguous.
        parameters: of the activation or formula; given to the callable as floats where it takes them.
        dtype, dtypes: a format, by name or as NumPy's dtype, or several, under either name; else those it takes.
        orders: 0 and, where derivatives are to be had, 1.
        implements: the callable itself computes the derivative of this order.
        derivative: a second callable that computes the first derivative.
        array: `numpy`, `torch` or `jax`: the arrays it takes, where that is not found out by itself; `scalar`: it
            takes one number.
        signature: of a symbol of a C library, such as `float(float)`, where that is not found out by itself.
        max_ulp: the largest error promised, in ULP.
        max_conditioned_ulp: the largest error promised, in ULP over 1 + the condition number. Where nothing is
            promised, 4 decides, and 1 in formats of at most 16 bits.
        max_abs_error, max_rel_error: the largest absolute and relative error promised. Promises must all hold.
        strict: properties, by name, of which a note is a failure.
        ignore: properties that are left out.
        span: "LOW:HIGH", the only inputs that are tested; functions of a row have none.
        exhaustive: every input of float32, by a sweep (those of 8 bits are always exhausted, those of 16 by a survey).
        at: inputs, numbers, which are rounded to the format, or hexadecimal "0x1.8p+0", which it must hold (two inputs:
            "0x1p+0,0x1p+1"), instead of a sample: a replay.
        examples: how many examples Hypothesis tries; None: as many as a pack of this size leaves time for.
        seed: where all chance comes from.
        seconds: how long one call may take.
        jobs: processes that share the work. More than one needs a main module that can be imported.
        survey: very many inputs besides the sample of some thousand: 2^17 and more. None: but for packs of more than
            LARGE functions.
        rows: of a pack, the functions of a row as well (softmax, layer_norm), and in float64 functions with
            parameters that float32 does not hold.
        effort: says how much is tried for a function in a format, where that is to be as it was at another time:
            a baseline's method `effort` (:mod:`..baselines`).

    Raises TargetError for a target that cannot be found or loaded, UnknownActivation, and ValueError for a format
    or order that is none, an empty list of either, a property that is none, a format too large to be tested
    exhaustively, a span without inputs, and a promise that is no number of 0 or more.
    """
    if not (isinstance(target, str) or callable(target)):
        raise TypeError(f"target={target!r}: expected a name or a callable")
    chosen = None if orders is None else tuple(dict.fromkeys(_listed("orders", orders)))
    second = _name(derivative) if derivative else None
    request = Request(
        _name(target), as_, dict(parameters or {}), chosen, implements, second, array, signature, rows and span is None,
        long_parameters=rows,
    )  # fmt: skip
    tries, every = (FEW_EXAMPLES, FEW_BINADES) if target in PACKS and as_ is None else (MANY_EXAMPLES, MANY_BINADES)
    if request.target.startswith(COMMAND):  # every example starts a program
        tries = FEW_EXAMPLES
    formats = formats_of(dtype, dtypes)
    inputs = tuple(x if isinstance(x, str) else repr(float(x)) for x in (_listed("at", at) if at != () else ()))
    gates = Gates(max_ulp, max_conditioned_ulp, max_abs_error, max_rel_error)
    severe, left_out = (_properties(name, given) for name, given in (("strict", strict), ("ignore", ignore)))
    if span is not None:
        for fmt in formats or (FORMATS["float64"],):
            span_of(span, fmt)  # raises

    def sized(functions: int) -> Options:
        large = functions > LARGE
        climbs = examples if examples is not None else 0 if large else tries
        surveyed = survey if survey is not None else exhaustive or not large
        return Options(
            gates, severe, left_out, span, climbs, every, seed, formats, inputs, exhaustive, surveyed, effort=effort
        )  # fmt: skip

    return _checked(request, sized, _local_functions(target, derivative), jobs=jobs, seconds=seconds)


def _collected(results: Callable[P, Iterator[CheckResult]]) -> Callable[P, tuple[CheckResult, ...]]:
    """The function `check`, with the parameters of another that yields results: it returns them all."""
    signature = inspect.signature(results)

    @wraps(results)
    def check(*arguments: P.args, **options: P.kwargs) -> tuple[CheckResult, ...]:
        try:
            signature.bind(*arguments, **options)
        except TypeError as error:
            raise TypeError(f"check(): {error}") from None
        return tuple(results(*arguments, **options))

    check.__name__ = check.__qualname__ = "check"
    check.__doc__ = (results.__doc__ or "").replace("result by result as they come", "and returns all results", 1)
    vars(check)["__signature__"] = signature.replace(return_annotation="tuple[CheckResult, ...]")
    return check


check = _collected(checks)


def _checked(
    request: Request,
    sized: Callable[[int], Options],
    local: Mapping[str, Callable[..., Any]],
    *,
    jobs: int,
    seconds: float,
) -> Iterator[CheckResult]:
    """The results for what a request names; `sized` gives the options for a number of functions, and `local` functions
    are called in this process."""
    options, orders, implements = sized(1), request.orders, request.implements
    if not {implements, *(orders or ())} <= {0, 1, 2}:
        raise ValueError(f"{orders=}, {implements=}: expected orders 0, 1 or 2")
    large = [fmt.name for fmt in options.formats or () if fmt.bits > 32]
    if options.exhaustive and large:
        raise ValueError(f"exhaustive=True, dtypes={large!r}: expected formats of at most 32 bits")
    if options.exhaustive and options.span:
        raise ValueError(f"exhaustive=True, span={options.span!r}: expected every input or some, not both")
    if local:
        yield from judge(_described_here(request, local), Here(local), options)
        return
    with Worker(seconds=seconds) as worker:
        implementations = resolve(request, worker)
        options = sized(len(implementations))
        if jobs == 1:
            yield from judge(implementations, worker, options)
    if jobs > 1:
        yield from judge_in_parallel(implementations, options, jobs=jobs, seconds=seconds)


def assert_conforms(
    function: str | Callable[..., Any],
    as_: str | Activation,
    *,
    dtype: FormatNames | None = None,
    dtypes: FormatNames | None = None,
    max_ulp: float | None = None,
    order: int = 0,
    implements: int = 0,
    **options: Any,
) -> None:
    """Raises AssertionError, saying what was found and where, unless a callable computes an activation.

    Args:
        function: takes an array of the dtype, or one number, and returns the same; called in this process. Or a
            target as text, which is called in another.
        as_: the activation's name or entry, the usual name of an elementary function, or a formula in x.
        dtype, dtypes: a format, by name or as NumPy's dtype, or several, under either name; else float32.
        max_ulp: the largest error promised, in ULP. Other promises, and what decides without any: :func:`check`.
        order: 1 to test the derivative of a torch function by autograd.
        implements: 1 if the function itself computes the derivative.
        options: any other option of :func:`check`.
    """
    __tracebackhide__ = True
    if unknown := sorted(options.keys() - inspect.signature(checks).parameters.keys()):
        raise TypeError(f"assert_conforms(): got an unexpected keyword argument {unknown[0]!r}")
    orders = (implements or order,)
    names = [fmt.name for fmt in formats_of(dtype, dtypes) or (FORMATS["float32"],)]
    results = checks(
        function, as_, dtypes=names, orders=orders, implements=implements, max_ulp=max_ulp, **options
    )  # fmt: skip
    failed = [result for result in results if result.verdict == "fail"]
    if failed:
        raise AssertionError("\n".join(str(result) for result in failed))


def _listed(name: str, values: Any) -> tuple[Any, ...]:
    """One value or several as a tuple. Raises ValueError for none."""
    if not isinstance(values, Iterable) or isinstance(values, str):
        return (values,)
    listed = tuple(cast("Iterable[Any]", values))
    if not listed:
        raise ValueError(f"{name}={values!r}: expected at least one")
    return listed


def _properties(option: str, names: str | Iterable[str]) -> frozenset[str]:
    """Properties by name, with spaces or hyphens. Raises ValueError."""
    listed = [names] if isinstance(names, str) else list(names)
    known = {name.replace(" ", "-"): name for name in ALL_NAMES}
    for name in listed:
        if name.replace(" ", "-") not in known:
            raise ValueError(f"{option}={name!r}: expected a property: {', '.join(known)}")
    return frozenset(known[name.replace(" ", "-")] for name in listed)


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
    described = {name: _described(name, function) for name, function in local.items()}
    derivative = described[request.derivative] if request.derivative else None
    return at_orders(request, described[request.target], derivative)


def _described(name: str, function: Callable[..., Any]) -> Described:
    described = invoke.describe_callable(function)
    only_numbers = described["array"] == "numpy" and takes_numbers_only(function)
    array = "scalar" if only_numbers else described["array"]
    return Described(name, array, described["keywords"], positional=described["positional"])
