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
    """The parameters, each of which must be a finite number: no free names. Raises BadInput, and StatementError."""
    from ..proofs.budget import Undecided
    from ..proofs.catalogue.parse import parse_number
    from ..proofs.normal_forms.signs import Undefined
    from ..proofs.vocabulary.values import closed_real

    for name, value in parameters.items():
        number = parse_number(value)
        try:
            closed_real(number)
        except (Undecided, Undefined) as error:
            raise BadInput(f"--param {name}={value}: expected a number, for example 0.5 or 1/3") from error
    return dict(parameters)
