"""Where proofs and floats meet: implementations under test. Imports proofs and numerics only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checking.check import assert_conforms, checks
    from .checking.results import CheckResult
    from .findings import Finding
    from .targets.resolve import TargetError

__all__ = ["CheckResult", "Finding", "TargetError", "assert_conforms", "checks"]

_HOMES = {
    "assert_conforms": "checking.check",
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
