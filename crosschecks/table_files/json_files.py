"""Tables in JSON, their numbers read as the text that they are.

A list of objects; an object of columns; a list of pairs; an object from x to value; or any of these under the name
`rows` or `data`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

from .entries import MOST_ROWS, Source, TableError
from .numerals import is_number
from .text_files import from_cells

INSIDE = ("rows", "data", "table", "values", "cases", "tests")
"""Names under which a table may stand in an object."""


def json_table(data: bytes, names: Iterable[str]) -> Source:
    """The table in the bytes of a JSON document; `names` are those of the activation. Raises TableError."""
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TableError(f"line {line} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise TableError(f"line {error.lineno}: {error.msg}; expected JSON") from None
    except RecursionError:
        raise TableError("nested too deeply; expected a list of rows") from None
    rows = _rows(document)
    if not rows:
        raise TableError("no rows")
    if len(rows) > MOST_ROWS:
        raise TableError(f"more than {MOST_ROWS} rows")
    return from_cells(rows, names, place="row")


def _rows(document: Any) -> list[tuple[int, list[str]]]:
    """The rows as cells, numbered from 1; a header, where there is one, is row 0."""
    if isinstance(document, dict):
        return _of_object(cast("dict[str, Any]", document))
    if not isinstance(document, list):
        raise TableError(f"{_kind(document)}; expected a list of rows, or an object of columns")
    items = cast("list[Any]", document)
    if items and all(isinstance(item, dict) for item in items):
        objects = cast("list[dict[str, Any]]", items)
        header = list(dict.fromkeys(name for item in objects for name in item))
        body = [[_text(item.get(name, "")) for name in header] for item in objects]
        return [(0, header), *enumerate(body, 1)]
    if items and all(isinstance(item, list) for item in items):
        lists = cast("list[list[Any]]", items)
        return list(enumerate([list(map(_text, item)) for item in lists], 1))
    if items:
        raise TableError(f"row 1: {_kind(items[0])}; expected every row an object, or every row a list")
    return []


def _of_object(document: dict[str, Any]) -> list[tuple[int, list[str]]]:
    columns = {name: cast("list[Any]", column) for name, column in document.items() if isinstance(column, list)}
    for name in INSIDE:
        if isinstance(document.get(name), dict) or any(isinstance(item, dict | list) for item in columns.get(name, ())):
            return _rows(document[name])
    if len(columns) > 1:
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{name[:40]!r} {length}" for name, length in lengths.items())
            raise TableError(f"columns of different lengths: {listed}")
        body = [list(map(_text, row)) for row in zip(*columns.values(), strict=True)]
        return [(0, list(columns)), *enumerate(body, 1)]
    if document and all(map(is_number, document)):
        return list(enumerate([[x, _text(value)] for x, value in document.items()], 1))
    raise TableError("an object; expected columns such as {\"x\": [...], \"value\": [...]}, or a list of rows")


def _text(cell: Any) -> str:
    """A cell as text; what is no text or number reads as what it is, which is no number."""
    return cell if isinstance(cell, str) else _kind(cell)


def _kind(value: Any) -> str:
    """The kind of a value of JSON, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return repr(value[:40])
        case dict():
            return "an object"
        case _:
            return "a list"
