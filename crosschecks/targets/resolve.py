"""The targets that a user names, `torch` or `my_kernels:fast_gelu`, turned into implementations."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from ...numerics.vectors.definitions import HALVES, RowFunction, row_functions
from ...proofs.catalogue.elementary import NAMED_FORMULAS
from ...proofs.catalogue.entries import Activation, UnknownActivation, catalogue
from ...proofs.catalogue.parse import definition
from ..implementation import Implementation
from ..packs import summaries
from ..workers.invoke import WITH_DERIVATIVES
from ..workers.worker_process import Failed, Worker
from .foreign import Foreign, TargetError, as_given, foreign, signature_of

PACKS = tuple(summaries())
"""Frameworks known by name, one module each: everything they ship of the catalogue, values and, where they have them,
derivatives."""
LONGER = 1.1
"""A factor that makes numbers of few bits ones that float32 does not hold."""


@dataclass(frozen=True)
class Request:
    """A request to test a target. `implements=1`: the callable itself computes the derivative; `derivative` names a
    second callable that does. `orders=None`: 0 and, where derivatives are to be had, 1."""

    target: str
    as_: str | Activation | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    orders: tuple[int, ...] | None = None
    implements: int = 0
    derivative: str | None = None
    array: str | None = None
    signature: str | None = None
    """Of a symbol of a C library, such as `float(float)`; None: it is found out."""
    rows: bool = True
    """Of a pack, the functions of a row as well."""
    long_parameters: bool = False
    """Of a whole pack, functions in float64 with parameters that float32 does not hold as well."""

    @property
    def words(self) -> tuple[str, ...]:
        """How the target is called, as options of a command line; what is found out is no part of it."""
        options = {
            "--implements": self.implements or None, "--derivative": self.derivative, "--array": self.array,
            "--signature": self.signature,
        }  # fmt: skip
        return tuple(word for name, value in options.items() if value is not None for word in (name, str(value)))


@dataclass(frozen=True)
class Described:
    """A callable as the worker finds it."""

    function: str
    """As in :class:`Implementation`."""
    array: str
    accepts: list[str] | None
    """The keywords it takes; None: any."""
    keywords: tuple[tuple[str, Any], ...] = ()
    """Those it must be called with."""
    formats: tuple[str, ...] = ()
    positional: int | None = None
    """The arrays it takes, where its signature says."""
    flat: bool = False
    """It knows of no axes: of rows it is given one at a time."""


def resolve(request: Request, worker: Worker) -> tuple[Implementation, ...]:
    """Every implementation a request names, at every order. Raises TargetError and UnknownActivation."""
    if request.target in PACKS:
        implementations = tuple(_from_pack(request, worker))
        if not implementations:
            raise TargetError(f"target={request.target!r} ships no {request.as_ or 'activation of the catalogue'}")
        return implementations
    described = _described(request.target, request, request.implements, worker)
    second = request.derivative
    return at_orders(request, described, None if second is None else _described(second, request, 1, worker))


def at_orders(
    request: Request, described: Described, derivative: Described | None = None
) -> tuple[Implementation, ...]:
    """A described callable (and perhaps the one that computes its derivative) as implementations, one per order."""
    implements = request.implements
    entry = _entry(request, halves=described.positional == 1 and not implements)
    array = request.array or described.array
    has_derivative = derivative is not None or (array in WITH_DERIVATIVES and implements == 0)
    orders = request.orders or ((implements,) if implements else (0, 1) if has_derivative else (0,))
    target = Implementation(request.target, entry.name, order=0, function="", asked=request.words)
    base = _called(described, entry, request, target)
    implementations: list[Implementation] = []
    for order in orders:
        if order == implements:
            implementations.append(replace(base, order=order))
        elif order == 1 and derivative is not None:
            implementations.append(replace(_called(derivative, entry, request, target), order=1))
        elif order == 1 and has_derivative:
            through = "product" if isinstance(entry, RowFunction) else "autograd"
            implementations += _by_each_input(replace(base, order=1, through=through), entry)
        else:
            raise TargetError(
                f"{as_given(request.target)} has no order {order}: name a callable that computes it (--derivative), "
                "or say that this one does (--implements)"
            )
    return tuple(implementations)


def _called(
    described: Described, entry: Activation | RowFunction, request: Request, target: Implementation
) -> Implementation:
    """The implementation that a described callable is, with parameters."""
    target = replace(
        target,
        function=described.function,
        array=request.array or described.array,
        formats=described.formats or (("float64",) if "scalar" in (request.array, described.array) else ()),
    )
    target = _with_parameters(entry, request, described.accepts, target)
    if isinstance(entry, RowFunction) and described.flat:
        target = replace(target, through="rows")
    return replace(target, keywords=(*described.keywords, *target.keywords))


def _from_pack(request: Request, worker: Worker) -> Iterable[Implementation]:
    entries = _entries(request.as_, rows=request.rows)
    orders = request.orders or (0, 1)
    if request.target == "numpy":
        shipped: Mapping[str, Any] = {e.name: {} for e in entries}
    else:
        names = {e.name: [e.name, *e.aliases] for e in entries}
        shipped = _asked({"do": "discover", "pack": request.target, "wanted": names}, worker, request.target)["found"]
    for entry in entries:
        if entry.name not in shipped:
            continue
        for order in orders:
            base = Implementation(request.target, entry.name, order, function="")
            if request.target == "numpy":
                yield from _numpy(entry, request, base)
            else:
                for spelled, callable_ in _spellings(base, shipped[entry.name]):
                    yield from _shipped(entry, request, spelled, callable_, worker)
                if request.long_parameters and request.as_ is None and not request.parameters:
                    yield from _with_long_parameters(entry, request, base, shipped[entry.name], worker)


def _with_long_parameters(
    entry: Activation | RowFunction, request: Request, base: Implementation, shipped: Mapping[str, Any], worker: Worker
) -> Iterable[Implementation]:
    """A function in float64 with parameters that float32 does not hold, where it holds the defaults: else nothing
    would show that a library keeps parameters in float32."""
    if isinstance(entry, RowFunction) or not entry.parameters or shipped["parameter_format"] != "float64":
        return
    taken = {*shipped["accepts"], *(_keywords(shipped["function"], worker) or [])}
    defaults = {p.name: _as_number(p.default) for p in entry.parameters if p.name in taken}
    longer = {name: LONGER * value for name, value in defaults.items() if _is_long(LONGER * value)}
    if longer and not any(map(_is_long, defaults.values())):
        for implementation in _shipped(entry, replace(request, parameters=longer), base, shipped, worker):
            yield replace(implementation, formats=("float64",))


def _as_number(default: object) -> float:
    """A default as a float; NaN where it is a formula."""
    try:
        return float(Fraction(str(default)))
    except ValueError:
        return math.nan


def _is_long(value: float) -> bool:
    return float(np.float32(value)) != value


def _spellings(base: Implementation, shipped: Mapping[str, Any]) -> Iterable[tuple[Implementation, Mapping[str, Any]]]:
    """A callable that a pack ships, and the others of its framework that compute the same, each a target of its own."""
    yield base, shipped
    for other in shipped["also"]:
        yield replace(base, target=other), {**shipped, "function": other}


def _entries(as_: str | Activation | None, *, rows: bool) -> list[Activation | RowFunction]:
    """The functions that a pack is asked for: a gate also by the halves of a row."""
    if as_ is None:
        return [*catalogue(), *(dict.fromkeys(row_functions().values()) if rows else ())]
    if function := of_rows(as_, halves=False):
        return [function]
    halves = of_rows(as_, halves=True) if rows else None
    return [definition(as_), *([halves] if halves else [])]


def of_rows(named: str | Activation, *, halves: bool) -> RowFunction | None:
    """The function of a row by its name; with `halves` a gate's name is that of the gate on the halves of a row."""
    name, functions = named.name if isinstance(named, Activation) else str(named), row_functions()
    return functions.get(name) or (functions.get(name + HALVES) if halves else None)


def _numpy(entry: Activation | RowFunction, request: Request, base: Implementation) -> Iterable[Implementation]:
    accepted = [p.name for p in entry.parameters]
    base = replace(base, function="gradproof.crosschecks.packs.numpy_pack:call")
    for implementation in _by_each_input(_with_parameters(entry, request, accepted, base), entry):
        how = (("activation", entry.name), ("order", implementation.order), ("variable", implementation.variable))
        yield replace(implementation, keywords=(*how, *implementation.keywords))


def _shipped(
    entry: Activation | RowFunction, request: Request, base: Implementation, shipped: Mapping[str, Any], worker: Worker
) -> Iterable[Implementation]:
    if base.order > 1:
        raise TargetError(f"order={base.order}: {request.target} is tested at orders 0 and 1")
    if base.order and shipped["derivative"] is None:
        if request.orders:
            raise TargetError(f"order=1: {request.target} has no derivative of {entry.name}")
        return
    accepted = shipped["accepts"] + shipped["needs"]
    if request.parameters:
        accepted = accepted + (_keywords(shipped["function"], worker) or [])
    by_autograd = base.order == 1 and shipped["derivative"] == "autograd"
    function = shipped["derivative"] if base.order and not by_autograd else shipped["function"]
    automatic = "product" if isinstance(entry, RowFunction) else "autograd"
    through = automatic if by_autograd else "itself"
    base = replace(base, function=function, array=shipped["array"], through=through)
    parameters = {p.name: p.default for p in entry.parameters if p.name in shipped["needs"]} | dict(request.parameters)
    if shipped["parameter_format"] == "float32":
        parameters = {name: float(np.float32(_as_float(name, value))) for name, value in parameters.items()}
    base = _with_parameters(entry, replace(request, parameters=parameters), accepted, base)
    missing = set(request.parameters) - {name for name, _ in base.keywords}
    if missing:
        raise TargetError(f"{request.target}'s {entry.name} takes no parameter {', '.join(sorted(missing))}")
    yield from _by_each_input(replace(base, keywords=(*base.keywords, *shipped["keywords"].items())), entry)


def _by_each_input(base: Implementation, entry: Activation | RowFunction) -> list[Implementation]:
    """At order 1, one for each input that the derivative can be taken by."""
    return [replace(base, variable=k) for k in range(len(entry.inputs) if base.order else 1)]


def _with_parameters(
    entry: Activation | RowFunction, request: Request, accepted: list[str] | None, base: Implementation
) -> Implementation:
    """Parameters go to the callable as floats where it takes them, and the reference then uses the float's exact
    value. Where it does not, they only say what it computes, and are exact."""
    parameters: dict[str, float | str] = {}
    keywords: dict[str, float] = {}
    for name, value in request.parameters.items():
        if accepted is None or name in accepted:
            parameters[name] = keywords[name] = _as_float(name, value)
        else:
            parameters[name] = value if isinstance(value, float) else str(value)
    try:
        entry.parameter_values(**parameters)
    except UnknownActivation:
        raise
    except ValueError as error:
        raise TargetError(str(error)) from None
    return replace(base, parameters=tuple(parameters.items()), keywords=tuple(keywords.items()))


def _as_float(name: str, value: Any) -> float:
    try:
        return float(value if isinstance(value, float) else Fraction(str(value)))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise TargetError(f"parameter {name}={value!r}: expected a number") from None


def _keywords(function: str, worker: Worker) -> list[str] | None:
    return _asked({"do": "describe", "function": function}, worker, function)["keywords"]


def _described(target: str, request: Request, order: int, worker: Worker) -> Described:
    """The callable, or whatever is no Python, that a target names. Raises TargetError."""
    kind = foreign(target, request.signature)
    if kind is not None:
        return _foreign(kind, target, request, order, worker)
    if not re.fullmatch(r"[\w.]+:[\w.]+", target):
        raise TargetError(
            f"target={target!r}: expected module:callable, a file model.onnx, or one of the packs {', '.join(PACKS)}"
        )
    described = _asked({"do": "describe", "function": target}, worker, target)
    array = described["array"]
    if array == "numpy" and request.array is None:
        answer = worker.ask({"do": "takes numbers only", "function": target}, worker.seconds)
        if not isinstance(answer, Failed) and answer["only"]:  # what fails, fails again where it is a finding
            array = "scalar"
    return Described(target, array, described["keywords"], positional=described["positional"])


def _foreign(kind: Foreign, target: str, request: Request, order: int, worker: Worker) -> Described:
    keywords = dict(kind.keywords)
    answer = _asked({"do": "serve", "service": kind.service, **keywords}, worker, target)
    entry = _entry(request)
    if "signatures" in answer:
        keywords["path"], signatures = answer["path"], answer["signatures"]
        if len(signatures) > 1:
            if isinstance(entry, RowFunction):
                raise TargetError(f"{as_given(target)}: {entry.name} is a function of a row: say its --signature")
            parameters = _with_parameters(entry, request, [], Implementation("", entry.name, 0, "")).parameters
            signatures = [signature_of(keywords, signatures, entry, dict(parameters), order, worker)]
        keywords["signature"] = signatures[0]
        formats: tuple[str, ...] = ("float64" if "double" in signatures[0] else "float32",)
    else:
        formats = tuple(answer.get("formats", ("float32",)))
    if not answer.get("of_any_rows", True) and isinstance(entry, RowFunction):
        raise TargetError(f"target={target!r}: expected a model that takes rows of any length, [batch, n]")
    flat = "of_any_rows" not in answer
    return Described(kind.function, "numpy", [], tuple(keywords.items()), formats, flat=flat)


def _asked(question: dict[str, Any], worker: Worker, target: str) -> dict[str, Any]:
    answer = worker.ask(question)
    if isinstance(answer, Failed):
        absent = re.search(r"No module named '([\w.]+)", answer.message)
        pack = absent and (target if target in PACKS else absent[1].partition(".")[0])
        remedy = f"; pip install 'gradproof[{pack}]'" if pack in PACKS else ""
        reason = answer.message
        if absent and not remedy and target.startswith(absent[1]):
            reason += f"; it was looked for in {os.getcwd()} and among the packages installed"
            if re.search(r"\.(c|cc|cpp|so|dylib|dll):", target):
                reason = f"a C file or library is given as --library {target}"
        if foreign(target) is not None and answer.how == "exception":
            reason = reason.partition(": ")[2]  # which says it all without the exception's name
        raise TargetError(f"{as_given(target)} cannot be loaded: {reason}{remedy}")
    return answer


def _entry(request: Request, *, halves: bool = False) -> Activation | RowFunction:
    """The function that a request says, or the target's name does; `halves` as for :func:`of_rows`.

    Raises TargetError and UnknownActivation.
    """
    named = request.as_ or _named_like(request.target)
    return of_rows(named, halves=halves) or definition(named)


def _named_like(target: str) -> str:
    """The function a callable's name speaks of: `fast_gelu_tanh` is gelu_tanh, `my_expm1` the elementary function.

    Raises TargetError if unclear.
    """
    kind = foreign(target)
    text = target.rpartition(":")[2].rpartition(".")[2] if kind is None else kind.speaks
    name = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)).lower()
    names = _spoken(name)
    if not names and kind is not None and name.endswith("f"):  # of float, as C has it
        names = _spoken(name.removesuffix("f"))
    if len(names) != 1:
        said = f"could be {' or '.join(sorted(names))}" if names else "is no activation's name"
        which = "say which with --as NAME (as_= in Python), or a formula in x"
        raise TargetError(f"{as_given(target)}: {name!r} {said}; {which}")
    return names.pop()


def _spoken(name: str) -> set[str]:
    """The functions of which a name speaks, word by word, else the elementary function that it ends in."""
    names = {s: e.name for e in catalogue() for s in (e.name, *e.aliases)}
    names |= {s: function.name for s, function in row_functions().items()}
    spoken = {s: n for s, n in names.items() if re.search(rf"(?<![^_]){s}(?![^_])", name)}
    longest = {n for s, n in spoken.items() if not any(s != t and s in t for t in spoken)}
    return longest or {s for s in NAMED_FORMULAS if name == s or name.endswith(f"_{s}")}
