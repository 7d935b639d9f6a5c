"""Decides statements about activation functions, follows their gradients, and tests their implementations.

>>> import gradproof
>>> gradproof.prove("D(sigmoid)(x) <= 1/4").verdict
<Verdict.PROVED: 'proved'>
>>> gradproof.prove("increasing(gelu)").nearest
'increasing(gelu) where x > -0.7517915246935644574'
>>> gradproof.describe("x*tanh(exp(x))").orders[1].sup.decimal(20)
'1.0619753087179159692'

prove(statement, where=None)             a statement: proved, refuted at a point, or undecided
verify(ledger)                           every claim of a ledger, a file of statements
describe(function)                       bounds, zeros, smoothness and gain of a function, certified
reference(function, x), table(function)  correctly rounded values
check(target, function)                  an implementation, at inputs worth testing
assert_conforms(callable, function)      the same as an assertion, for a test suite
sweep(target, function)                  an implementation, at every input of a format
check_table(file, function)              expected values in a file, judged row by row
depth(function), gains(function)         products of derivatives through layers; gains of initial weights
mean_field(function)                     layers of infinite width
measure_gradients(Network(function))     random networks
train(function)                          small real trainings
catalogue()                              the functions that have a name

A function is a name such as "gelu", or a formula in x; a target is a callable, "module:callable" or a framework's name.
print() shows a result as its command does, .to_json() gives the command's document. help(gradproof.prove) says more.
"""

# Every name is imported when it is first used. Type checkers read the names from __init__.pyi; a test compares the two.

from __future__ import annotations

from importlib import import_module

_NAMES = {
    "proofs.statements": "prove",
    "proofs.verdicts": "Counterexample Evidence Result Verdict",
    "proofs.budget": "Undecided",
    "proofs.language.syntax": "StatementError",
    "proofs.ledger": "ClaimResult Ledger LedgerError builtin_ledgers load",
    "proofs.catalogue.entries": "Activation UnknownActivation activation catalogue",
    "proofs.reals.reals": "Real",
    "proofs.certificates": "certificate",
    "numerics.oracle.reference": "condition reference",
    "numerics.networks.multilayer": "Network",
    "numerics.networks.gradients": "GradientProfile measure_gradients",
    "numerics.networks.spectra": "Spectrum jacobian_spectrum",
    "crosschecks.checking.check": "assert_conforms check",
    "crosschecks.checking.results": "CheckResult",
    "crosschecks.table_files.entries": "TableError",
    "crosschecks.tables.check_table": "check_table",
    "crosschecks.tables.results": "TableCheck TableRow",
    "_functions": "Datasheet DepthReport Gains MeanField SweepResult Table TrainingResult VectorFacts depth describe "
    "describe_vector expectation gains mean_field recheck sweep table train verify",
}
"""Module: the names it offers here."""
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]  # the stub names them one by one


def __getattr__(name: str) -> object:
    if name == "__version__":
        return import_module("importlib.metadata").version("gradproof")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_HOME[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__", "crosschecks", "numerics", "proofs", "reports"]
