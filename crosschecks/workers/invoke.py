"""Finding and calling a callable, with the arrays it expects: in the worker process, or here for a local function."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, reduce
from types import ModuleType
from typing import Any, cast

import numpy as np

from .layouts import FILLED, LAYOUTS
from .scalars import one_by_one, passing_on, raising

WITH_DERIVATIVES = ("torch", "jax")
"""The libraries of arrays that have derivatives of their own."""
ARRAYS = ("numpy", *WITH_DERIVATIVES, "scalar")
"""The libraries whose arrays a callable may take; `scalar`: it takes numbers, one at a time."""
PACKS = __name__.rpartition(".workers.")[0] + ".packs"
_OF_NUMBERS = {"scalar": one_by_one, "raising": raising, "passing on": passing_on}
"""The ways in which a function of one number is called; the last two say which exceptions it raises."""
_OFFERED = 12
"""The functions of a module that a message lists at most."""
_WHOLE = {"array": "numpy", "parameter_format": "float64", "derivative": None}


class NotAnArray(TypeError):
    """The callable returned something else than an array."""


class Crash(RuntimeError):
    """A process that the callable started for its work died of a signal."""


def processor_time() -> float:
    """The processor time of this process and of its children that have ended, in seconds."""
    return sum(os.times()[:4])


def failure(error: BaseException) -> tuple[str, str]:
    """The kind of a failed call, in the words of :class:`Failed`, and the message."""
    if isinstance(error, NotAnArray):
        return "not an array", str(error)
    if isinstance(error, Crash):
        return "crash", str(error)
    return "exception", f"{type(error).__name__}: {error}"[:500]


@lru_cache(maxsize=256)
def find(function: str) -> Callable[..., Any]:
    """The callable named `module:qualified.name`; a class of modules (`torch.nn:GELU`) is instantiated.

    Behind the name of a framework may stand a name that its pack alone has: `transformers:gelu_new`.
    """
    module_name, _, path = function.partition(":")
    pack = pack_of(module_name)
    names = path.split(".")
    module = importlib.import_module(module_name)
    try:
        target = reduce(getattr, names, module)
    except AttributeError as error:
        if pack is None and not hasattr(module, names[0]) and (functions := _functions_of(module)):
            raise AttributeError(f"{error}; its functions are {functions}") from None
        if pack is None or "." in module_name:
            raise
        target = reduce(getattr, names, pack)
    if inspect.isclass(target):
        target = target()
    if not callable(target):
        raise TypeError(f"{function} is not callable but {target!r}")
    return target


def _functions_of(module: ModuleType) -> str:
    """The public functions of a module's own, the first of them."""
    own = [name for name, value in vars(module).items() if inspect.isfunction(value)
           and value.__module__ == module.__name__ and not name.startswith("_")]  # fmt: skip
    return ", ".join([*own[:_OFFERED], *(["..."] if len(own) > _OFFERED else [])])


def describe(function: str) -> dict[str, Any]:
    """The library of the arrays that the named callable takes, and its keywords (None: any)."""
    described = describe_callable(find(function))
    library = getattr(pack_of(function), "ARRAYS", None)
    if library is not None:
        described["array"] = library  # some of torch's builtins do not tell where they come from
    return described


def pack_of(function: str) -> Any:
    """The pack of the framework that a function or module comes from, or None. It is imported before the framework:
    Keras must be told of its backend."""
    pack = f"{PACKS}.{function.partition(':')[0].partition('.')[0]}_pack"
    return importlib.import_module(pack) if importlib.util.find_spec(pack) is not None else None


def describe_callable(function: Callable[..., Any]) -> dict[str, Any]:
    """The library of the arrays that a callable takes, its keywords (None: any), and how many arrays it needs."""
    return {"array": _array_library(function), "keywords": _keywords(function), "positional": _positional(function)}


def discover(pack: str, wanted: dict[str, list[str]]) -> dict[str, Any]:
    """The activations wanted, {name: [spellings]}, that a framework ships, by the module of packs named after it.

    For each activation: `function`, the callable; `also`, other callables of the framework that compute the same, as
    targets; `array`, whose arrays they take; `keywords` it is called with; `accepts`, keywords it takes beyond those
    its signature tells; `needs`, those to be given though they have defaults in the catalogue; `parameter_format`, the
    floats it holds its parameters in; `derivative`: None, "autograd" or another callable.
    """
    functions = importlib.import_module(f"{PACKS}.{pack}_pack").discover(wanted)
    return {
        name: {**_WHOLE, "keywords": {}, "accepts": [], "needs": [], "also": [], **entry}
        for name, entry in functions.items()
    }


def bridge(array: str) -> Any:
    """The module that takes NumPy's arrays to a library's own and back: its `call` and `direct`."""
    return importlib.import_module(f"{PACKS}.{array}_arrays")


def call(function: Callable[..., Any], how: Mapping[str, Any], arrays: Sequence[np.ndarray]) -> tuple[np.ndarray, bool]:
    """Calls a function on flat arrays, as an Implementation's request says.

    Returns the result and whether the function wrote into its input. Raises NotAnArray, and what the function raises.
    """
    inputs = [LAYOUTS[how["layout"]](a) for a in arrays]
    before = [a.tobytes() for a in inputs]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = _call(function, how, inputs)
    return result, [a.tobytes() for a in inputs] != before


def _call(function: Callable[..., Any], how: Mapping[str, Any], inputs: Sequence[np.ndarray]) -> np.ndarray:
    if how["array"] in WITH_DERIVATIVES:
        arrays = bridge(how["array"])
        return arrays.call(
            function, inputs, how["keywords"], variable=how["variable"], through=how["through"],
            exact=how["layout"] not in FILLED,
        )  # fmt: skip
    if how["through"] == "rows":
        return np.stack([function(row, **how["keywords"]) for row in inputs[0]])
    if how["array"] in _OF_NUMBERS:
        function = _OF_NUMBERS[how["array"]](function)
    returned = function(*inputs, **how["keywords"])
    if not isinstance(returned, np.ndarray | np.generic):
        raise NotAnArray(f"expected an array, got {type(returned).__name__}")
    result: np.ndarray = np.asarray(cast("Any", returned))
    if result.dtype.kind in "OUSMm" or result.dtype.names:
        raise NotAnArray(f"expected an array of floats, got dtype {result.dtype}")
    return result


def _array_library(function: Callable[..., Any]) -> str:
    """`torch` for what comes from torch: its own functions, its modules, and functions of a file that imports it.
    Likewise `jax`."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(function, torch.nn.Module):
        return "torch"
    home = (getattr(function, "__module__", None) or type(function).__module__).split(".")[0]
    names = getattr(inspect.unwrap(function), "__globals__", {})
    used = {v.__name__.split(".")[0] for v in names.values() if isinstance(v, ModuleType)}
    return next((library for library in WITH_DERIVATIVES if home == library or library in used), "numpy")


def _positional(function: Callable[..., Any]) -> int | None:
    """The number of arguments without defaults that are given by place. None: nobody knows."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return None
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty for p in parameters)


def _keywords(function: Callable[..., Any]) -> list[str] | None:
    """The keywords a callable takes. Builtins that tell nobody take none, as far as we know."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return []
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return [p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
