"""Command-line options that several commands share, and how their text becomes values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from .errors import BadInput

as_json: Callable[..., Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)
certificates: Callable[..., Any] = click.option(
    "--certificates",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a certificate of every proof into DIR, for `gradproof recheck`.",
)
param: Callable[..., Any] = click.option(
    "--param",
    "parameters",
    metavar="K=V",
    multiple=True,
    help="A parameter of the activation, exact as written; may be repeated.",
)


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """`("alpha=2",)` as a dictionary. Raises BadInput for anything else."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (equals and name.strip().isidentifier() and value.strip()):
            raise BadInput(f"--param {text!r}: expected NAME=VALUE, for example alpha=1.5")
        if name.strip() in found:
            raise BadInput(f"--param {text!r}: {name.strip()} is given twice")
        found[name.strip()] = value.strip()
    return found


def numbers(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters, each of which must be a number: no free names. Raises BadInput, and StatementError."""
    from ..proofs.expressions import free_names
    from ..proofs.language import parse_expression

    for name, value in parameters.items():
        if free_names(parse_expression(value, {})):
            raise BadInput(f"--param {name}={value}: expected a number")
    return dict(parameters)


def orders(text: str | None) -> tuple[int, ...] | None:
    """`"0,1"` as numbers. Raises BadInput for anything but orders 0, 1 and 2."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part in {"0", "1", "2"} for part in parts):
        raise BadInput(f"--order {text!r}: expected orders among 0, 1, 2, separated by commas")
    return tuple(dict.fromkeys(int(part) for part in parts))


def inputs(texts: Sequence[str]) -> tuple[str, ...]:
    """`("0x1.8p+0",)`, or `("0x1p+0,0x1p+1",)` for two inputs. Raises BadInput for what is no hexadecimal float."""
    for text in texts:
        for coordinate in text.split(","):
            try:
                float.fromhex(coordinate)
            except (ValueError, OverflowError):
                raise BadInput(f"--at {text!r}: expected floats in hexadecimal, for example 0x1.8p+0") from None
    return tuple(texts)


def formats(texts: Sequence[str]) -> tuple[str, ...] | None:
    """`("float32,float16",)` as names of formats, None for none. Raises BadInput for an unknown one."""
    from ..proofs.formats import FORMATS

    names = [name.strip() for text in texts for name in text.split(",")]
    for name in names:
        if name not in FORMATS:
            raise BadInput(f"--dtype {name!r}: expected one of {', '.join(FORMATS)}")
    return tuple(dict.fromkeys(names)) or None
