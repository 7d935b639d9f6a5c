"""gradproof's `check` beside ulpwise (0.3.4), the nearest tool: the largest errors both find, and the time they take.

    pip install ulpwise==0.3.4 torch jax scipy
    python benchmarks/against_ulpwise.py --backends torch,jax,scipy

For every function that both know, in float32 and float64, ulpwise surveys its grid with mpmath, and gradproof checks the
same function. A flush of a subnormal, taken or returned as 0, is in ulpwise's maximum and apart in gradproof's; so the errors
at ulpwise's own inputs are measured again by gradproof's oracle, with flushes apart: this maximum must not be above
`check`'s. It exits with 1 where one is.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import numpy as np
from gradproof.crosschecks.checking.check import check
from gradproof.numerics.floats.formats import as_float64
from gradproof.numerics.floats.ulp import ulp_errors
from gradproof.numerics.oracle.reference import reference
from ulpwise import survey as ulpwise  # pyright: ignore[reportMissingImports]

NAMES = {"exp": "exponential", "sin": "sine", "atan": "arctan", "logsigmoid": "log_sigmoid"}
"""Functions by ulpwise's names, where gradproof's are others."""
UNKNOWN = {"tan", "digamma", "lgamma", "zeta", "sinc", "entr", "ndtri", "log_ndtr", "erfinv"}
FORMATS = {"f32": "float32", "f64": "float64"}


def targets(backend: str, name: str) -> list[str]:
    """The callables of a backend by gradproof's words, the most likely first."""
    places = {
        "torch": ["torch:{}", "torch.nn.functional:{}", "torch.special:{}"],
        "jax": ["jax.numpy:{}", "jax.nn:{}", "jax.scipy.special:{}", "jax.lax:{}"],
        "scipy": ["scipy.special:{}"],
    }[backend]
    spelled = {"sigmoid": ["sigmoid", "expit"], "softplus": ["softplus"], "logsigmoid": ["logsigmoid", "log_sigmoid"]}
    return [place.format(word) for word in spelled.get(name, [name]) for place in places]


def own_maximum(entry: Any, backend: str, dtype: str, as_: str, points: int) -> float:
    """The largest error at ulpwise's inputs, of subnormals not flushed, by gradproof's oracle."""
    x = ulpwise.grid(entry.domain, dtype, points)
    function = ulpwise.backend_callable(backend, entry, dtype)
    with np.errstate(all="ignore"):
        got, at_zero = (np.asarray(function(inputs)).astype(x.dtype) for inputs in (x, np.copysign(x.dtype.type(0), x)))
    exact = reference(as_, x)
    tiny = np.finfo(x.dtype).tiny
    flushed = (got == 0) & (as_float64(exact.value) != 0) & (np.abs(as_float64(exact.value)) < tiny)
    as_zero = (got == at_zero) | (np.isnan(got) & np.isnan(at_zero))
    flushed |= as_zero & (np.abs(x) < tiny) & (x != 0)
    judged = np.isfinite(x) & ~flushed & ~np.isnan(as_float64(exact.value))
    return float(np.where(judged, ulp_errors(got, exact), 0.0).max())


def main() -> int:
    """Prints a line a row, and at the end how often either maximum is larger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backends", default="torch,jax,scipy")
    parser.add_argument("--functions", help="ulpwise's names, with commas; else all that both know")
    parser.add_argument("--points", type=int, default=600)
    options = parser.parse_args()
    chosen = options.functions.split(",") if options.functions else None
    rows = smaller = 0
    seconds = {"ulpwise": 0.0, "gradproof": 0.0}
    print(f"{'function':14} {'backend':7} {'format':8} {'ulpwise':>10} {'its inputs':>10} {'check':>10} {'s':>6} {'s':>6}")
    entries: list[Any] = ulpwise.REGISTRY
    for entry in entries:
        if (chosen and entry.name not in chosen) or entry.name in UNKNOWN:
            continue
        as_ = str(NAMES.get(entry.name, entry.name))
        for backend in options.backends.split(","):
            for dtype, fmt in FORMATS.items():
                started = time.perf_counter()
                theirs = ulpwise.survey([backend], [dtype], options.points, [entry.name])
                spent = time.perf_counter() - started
                if not theirs:
                    continue
                began = time.perf_counter()
                ours = checked(backend, entry.name, as_, fmt)
                took = time.perf_counter() - began
                if ours is None:
                    continue
                again = own_maximum(entry, backend, dtype, as_, options.points)
                rows += 1
                smaller += ours < again * (1 - 2.0**-20)
                seconds["ulpwise"] += spent
                seconds["gradproof"] += took
                mark = "  SMALLER" if ours < again * (1 - 2.0**-20) else ""
                print(
                    f"{entry.name:14} {backend:7} {fmt:8} {theirs[0].max_ulp:10.4g} {again:10.4g} {ours:10.4g} "
                    f"{spent:6.1f} {took:6.1f}{mark}",
                    flush=True,
                )
    print(f"{rows} rows; gradproof's maximum is smaller in {smaller}; seconds: {seconds}")
    return 1 if smaller else 0


def checked(backend: str, name: str, as_: str, fmt: str) -> float | None:
    """The largest error that `check` finds; None where gradproof does not know the function or finds no callable."""
    keywords = {"gelu_tanh": "gelu"}
    try:
        results = check(backend, as_=as_, dtypes=fmt, orders=0)
        return max((r.max_ulp for r in results if r.max_ulp is not None), default=None)
    except ValueError:
        pass
    for target in targets(backend, keywords.get(name, name)):
        try:
            (result,) = check(target, as_=as_, dtypes=fmt, orders=0)
        except ValueError:
            continue
        if result.max_ulp is not None:
            return result.max_ulp
    return None


if __name__ == "__main__":
    sys.exit(main())
