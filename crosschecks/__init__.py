"""Where proofs and floats meet: implementations under test. Imports proofs and numerics only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .check import assert_conforms, checks
    from .findings import Finding
    from .results import CheckResult
    from .targets import TargetError

__all__ = ["CheckResult", "Finding", "TargetError", "assert_conforms", "checks"]

_HOMES = {
    "assert_conforms": "check",
    "checks": "check",
    "CheckResult": "results",
    "Finding": "findings",
    "TargetError": "targets",
}


def __getattr__(name: str) -> Any:
    """Loads what is asked for when it is asked for: the pytest plugin of this package loads in every test run."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
