"""The symbolic layer: activations, derivatives, certified landscapes, statements and claim ledgers.

The names below are the public interface, imported on first use so that ``import gradproof.proofs`` is cheap.
Rooms, lowest first, are listed in CONTRIBUTING.md; an import goes to a lower room only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOME = {
    "activation": "catalogue.entries",
    "Activation": "catalogue.entries",
    "Parameter": "catalogue.entries",
    "UnknownActivation": "catalogue.entries",
    "Facts": "datasheets.function",
    "FORMATS": "enclosures.formats",
    "Format": "enclosures.formats",
    "expectation": "functions.expectations",
    "Landscape": "functions.landscape",
    "StatementError": "language.syntax",
    "parse_expression": "catalogue.parse",
    "parse_statement": "catalogue.parse",
    "Claim": "ledger",
    "ClaimResult": "ledger",
    "Ledger": "ledger",
    "LedgerError": "ledger",
    "builtin_ledgers": "ledger",
    "load": "ledger",
    "certificate": "certificates",
    "Unwritten": "certificates",
    "verify": "ledger",
    "prove": "statements",
    "Counterexample": "verdicts",
    "Evidence": "verdicts",
    "Result": "verdicts",
    "Verdict": "verdicts",
}

if TYPE_CHECKING:
    from .catalogue.entries import Activation as Activation
    from .catalogue.entries import Parameter as Parameter
    from .catalogue.entries import UnknownActivation as UnknownActivation
    from .catalogue.entries import activation as activation
    from .catalogue.parse import parse_expression as parse_expression
    from .catalogue.parse import parse_statement as parse_statement
    from .certificates import Unwritten as Unwritten
    from .certificates import certificate as certificate
    from .datasheets.function import Facts as Facts
    from .enclosures.formats import FORMATS as FORMATS
    from .enclosures.formats import Format as Format
    from .functions.expectations import expectation as expectation
    from .functions.landscape import Landscape as Landscape
    from .language.syntax import StatementError as StatementError
    from .ledger import Claim as Claim
    from .ledger import ClaimResult as ClaimResult
    from .ledger import Ledger as Ledger
    from .ledger import LedgerError as LedgerError
    from .ledger import builtin_ledgers as builtin_ledgers
    from .ledger import load as load
    from .ledger import verify as verify
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
