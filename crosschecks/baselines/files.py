"""Baselines as files: strict JSON with a line for each row, sorted, so that a change is a few lines of a diff."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from ...proofs.enclosures.formats import FORMATS
from ..documents import plain
from ..gates import NAMES
from ..trials.survey import Seen
from ..trials.symptoms import SYMPTOMS
from ..trials.trial import Effort
from .baseline import Baseline
from .rows import Key, Pairs, Row, Violated
from .settings import Setting

SCHEMA = 1
LARGEST = 1 << 26
"""Bytes of a file."""


class BaselineError(ValueError):
    """The error for a file that is no baseline; the message is one line that names the file and the place."""


def write_baseline(path: str | Path, baseline: Baseline) -> None:
    """Writes a baseline's file; where writing fails, the file that was there stays. Raises OSError."""
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text_of(baseline))
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def text_of(baseline: Baseline) -> str:
    """The content of a baseline's file."""
    settings = sorted(baseline.rows, key=lambda setting: (setting.platform, setting.versions))
    blocks: list[str] = []
    for setting in settings:
        head = _line({"platform": setting.platform, "versions": dict(setting.versions)})[:-1]
        lines = sorted(((_order(key), _line(_document(row))) for key, row in baseline.rows[setting].items()))
        blocks.append(f'{head}, "rows": [\n' + ",\n".join(line for _, line in lines) + "\n]}")
    return f'{{"schema": {SCHEMA}, "kind": "gradproof baseline", "settings": [\n' + ",\n".join(blocks) + "\n]}\n"


def read_baseline(path: str | Path) -> Baseline:
    """The baseline in a file. Raises BaselineError, and OSError for a file that cannot be read."""
    path = Path(path)
    if path.stat().st_size > LARGEST:
        raise BaselineError(f"{path}: more than {LARGEST >> 20} MiB: no baseline of gradproof")
    try:
        data: Any = json.loads(path.read_bytes().decode("utf-8"), parse_constant=_no_number)
    except json.JSONDecodeError as error:
        message = "empty" if not path.stat().st_size else f"line {error.lineno}: {error.msg}"
        raise BaselineError(f"{path}: {message}: no baseline of gradproof, or not all of it") from None
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{path}: no baseline of gradproof: {error}") from None
    document = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if document.get("kind") != "gradproof baseline":
        raise BaselineError(f"{path}: no baseline of gradproof: those are written by check --save-baseline")
    if document.get("schema") != SCHEMA:
        raise BaselineError(f"{path}: schema {document.get('schema')!r}: this gradproof reads {SCHEMA}")
    rows: dict[Setting, dict[Key, Row]] = {}
    for number, (setting, entry) in enumerate(_entries(path, document), 1):
        try:
            row = _row(entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            said = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise BaselineError(f"{path}: row {number}: {said}") from None
        if row.key in rows.setdefault(setting, {}):
            raise BaselineError(f"{path}: row {number}: {row.key} is there twice")
        rows[setting][row.key] = row
    return Baseline(rows)


def _entries(path: Path, data: Mapping[str, Any]) -> Iterator[tuple[Setting, Any]]:
    """The rows in the order of the file, each with its setting."""
    try:
        for block in data["settings"]:
            versions = tuple(sorted((str(name), _text(number)) for name, number in block["versions"].items()))
            setting = Setting(_text(block["platform"]), versions)
            yield from ((setting, entry) for entry in block["rows"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BaselineError(f"{path}: expected settings with platform, versions and rows") from None


def _document(row: Row) -> dict[str, Any]:
    key = row.key
    document: dict[str, Any] = {
        "target": key.target, "activation": key.activation, "parameters": dict(key.parameters), "order": key.order,
        "dtype": key.dtype, "asked": dict(key.asked), "effort": vars(row.effort), "verdict": row.verdict,
        "inputs": row.inputs, "errors": {name: row.errors[name] for name in NAMES if name in row.errors},
        "gates": row.gates,
        "failing": {s: [seen.count, seen.low, seen.high] for s in SYMPTOMS if (seen := row.failing.get(s)) is not None},
        "violated": {name: [v.count, v.at] for name, v in sorted(row.violated.items())},
    }  # fmt: skip
    return document if row.tolerance == 1 else document | {"tolerance": row.tolerance}


def _row(entry: Mapping[str, Any]) -> Row:
    """Raises KeyError, TypeError or ValueError for what is no row."""
    key = Key(
        _text(entry["target"]), _text(entry["activation"]), _pairs(entry["parameters"]), _whole(entry["order"]),
        _text(entry["dtype"]), _pairs(entry["asked"]),
    )  # fmt: skip
    if key.dtype not in FORMATS or key.order not in (0, 1, 2):
        raise ValueError(f"order {key.order}, dtype {key.dtype!r}: expected 0 to 2, and one of {', '.join(FORMATS)}")
    effort = entry["effort"]
    return Row(
        key,
        Effort(_whole(effort["examples"]), _whole(effort["every"]), _flag(effort["survey"]), _flag(effort["large"])),
        _text(entry["verdict"]),
        _whole(entry["inputs"]),
        {_text(name): _number(error) for name, error in entry["errors"].items()},
        tuple(_text(name) for name in entry["gates"]),
        {_text(s): Seen(_whole(count), _number(low), _number(high)) for s, (count, low, high) in
         entry["failing"].items()},
        {_text(name): Violated(_whole(count), tuple((_text(x), got) for x, got in at))
         for name, (count, at) in entry["violated"].items()},
        _number(entry.get("tolerance", 1.0)),
    )  # fmt: skip


def _pairs(values: Mapping[str, Any]) -> Pairs:
    listed = ((name, tuple(cast("list[Any]", v)) if isinstance(v, list) else v) for name, v in values.items())
    return tuple(sorted(listed))


def _order(key: Key) -> tuple[str, ...]:
    return (key.target, key.activation, repr(key.parameters), str(key.order), key.dtype, repr(key.asked))


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(plain(document), ensure_ascii=False, allow_nan=False)


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {value!r}")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"expected a whole number, got {value!r}")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, got {value!r}")
    return value


def _number(value: Any) -> float:
    """A number, which may be infinite as "inf"."""
    if isinstance(value, bool) or not (isinstance(value, int | float) or value in ("inf", "-inf")):
        raise TypeError(f'expected a number or "inf", got {value!r}')
    return float(value)
