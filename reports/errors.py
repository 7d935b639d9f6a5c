"""Failures as one line on stderr and an exit code: 1 a finding, 2 bad input, 3 undecided, 130 interrupted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import click

FOUND = 1
BAD_INPUT = 2
UNDECIDED = 3
INTERRUPTED = 130
CLOSED_PIPE = 141

LONGEST_LINE = 600


class BadInput(click.ClickException):
    """Bad usage or bad input: the message is one line that names what was wrong and what was expected."""

    exit_code = BAD_INPUT


def printable(text: str) -> str:
    """`text` with control and direction-changing characters written out, so that no file can drive the terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _harmless(character) else _escaped(character) for character in text)


def _harmless(character: str) -> bool:
    return character == "\n" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii") if character != "\t" else " "


def one_line(message: str) -> str:
    """`message` on one line of at most `LONGEST_LINE` characters."""
    line = printable(" ".join(message.split()))
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def describe_os_error(error: OSError) -> str:
    """One line for a file that could not be read or written: what failed, and on which path."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


@contextmanager
def bad_input(*kinds: type[Exception]) -> Iterator[None]:
    """Turns the engine's complaints about what it was given, and `kinds`, into `BadInput`; bugs pass through."""
    try:
        yield
    except (*kinds, ValueError) as error:
        if isinstance(error, (*kinds, *_complaints())):
            raise BadInput(str(error)) from error
        raise


def _complaints() -> tuple[type[Exception], ...]:
    from ..proofs.catalogue.entries import UnknownActivation
    from ..proofs.language.syntax import StatementError
    from ..proofs.ledger import LedgerError

    return (UnknownActivation, StatementError, LedgerError)
