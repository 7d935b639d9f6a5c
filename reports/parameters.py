"""Parameters of an activation given as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .errors import BadInput


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """`("alpha=2",)` as a dictionary. Raises BadInput for anything else."""
    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (equals and name.strip().isidentifier() and value.strip()):
            raise BadInput(f"--param {text!r}: expected NAME=VALUE, for example alpha=1.5")
        if name.strip() in values:
            raise BadInput(f"--param {text!r}: {name.strip()} is given twice")
        values[name.strip()] = value.strip()
    return values


def numbers(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters, each of which must be a number: no free names. Raises BadInput, and StatementError."""
    from ..proofs.catalogue.parse import parse_number
    from ..proofs.expressions.expr import free_names

    for name, value in parameters.items():
        if free_names(parse_number(value)):
            raise BadInput(f"--param {name}={value}: expected a number")
    return dict(parameters)
