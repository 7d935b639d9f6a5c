"""The symbolic layer: activations, derivatives, certified landscapes, statements and claim ledgers.

The names below are the public interface, imported on first use so that ``import gradproof.proofs`` is cheap.
Functions named like their module stay there: ``catalogue.catalogue``, ``facts.facts``, ``landscape.landscape``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOME = {
    "activation": "catalogue", "Activation": "catalogue", "Parameter": "catalogue", "UnknownActivation": "catalogue",
    "Facts": "facts", "FORMATS": "formats", "Format": "formats", "expectation": "gaussian", "Landscape": "landscape",
    "StatementError": "language", "parse_expression": "parsing", "parse_statement": "parsing", "Claim": "ledger",
    "ClaimResult": "ledger", "Ledger": "ledger", "LedgerError": "ledger", "builtin_ledgers": "ledger",
    "load": "ledger", "certificate": "certificates", "Unwritten": "certificates", "verify": "ledger",
    "prove": "statements", "Counterexample": "verdicts",
    "Evidence": "verdicts", "Result": "verdicts", "Verdict": "verdicts",
}  # fmt: skip

if TYPE_CHECKING:
    from .catalogue import Activation as Activation
    from .catalogue import Parameter as Parameter
    from .catalogue import UnknownActivation as UnknownActivation
    from .catalogue import activation as activation
    from .certificates import Unwritten as Unwritten
    from .certificates import certificate as certificate
    from .facts import Facts as Facts
    from .formats import FORMATS as FORMATS
    from .formats import Format as Format
    from .gaussian import expectation as expectation
    from .landscape import Landscape as Landscape
    from .language import StatementError as StatementError
    from .ledger import Claim as Claim
    from .ledger import ClaimResult as ClaimResult
    from .ledger import Ledger as Ledger
    from .ledger import LedgerError as LedgerError
    from .ledger import builtin_ledgers as builtin_ledgers
    from .ledger import load as load
    from .ledger import verify as verify
    from .parsing import parse_expression as parse_expression
    from .parsing import parse_statement as parse_statement
    from .statements import prove as prove
    from .verdicts import Counterexample as Counterexample
    from .verdicts import Evidence as Evidence
    from .verdicts import Result as Result
    from .verdicts import Verdict as Verdict


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
