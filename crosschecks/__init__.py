"""Where proofs and floats meet: implementations under test. Imports proofs and numerics only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .baselines.baseline import Baseline
    from .baselines.comparison import compare
    from .baselines.files import read_baseline, write_baseline
    from .checking.check import assert_conforms, check, checks
    from .checking.results import CheckResult
    from .findings import Finding
    from .targets.resolve import TargetError

__all__ = [
    "Baseline", "CheckResult", "Finding", "TargetError", "assert_conforms", "check", "checks", "compare",
    "read_baseline", "write_baseline",
]  # fmt: skip

_HOMES = {
    "Baseline": "baselines.baseline",
    "compare": "baselines.comparison",
    "read_baseline": "baselines.files",
    "write_baseline": "baselines.files",
    "assert_conforms": "checking.check",
    "check": "checking.check",
    "checks": "checking.check",
    "CheckResult": "checking.results",
    "Finding": "findings",
    "TargetError": "targets.resolve",
}


def __getattr__(name: str) -> Any:
    """Loads what is asked for when it is asked for: the pytest plugin of this package loads in every test run."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
