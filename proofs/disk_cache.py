"""Results about one expression that are slow to find, kept in a folder between runs.

The folder is `$XDG_CACHE_HOME/gradproof` (else `~/.cache/gradproof`); `GRADPROOF_CACHE=off` keeps away from it. A
result is found again by the expression, the variable, and a digest of the sources of this package and the version of
FLINT, so that another engine never answers for this one; it costs the steps that it took to find, so that a question
does not get further on one budget because another was asked before. Whatever goes wrong with the folder or a file in
it (full, read-only, damaged, written by two processes at once) only means that the result is computed again: a file
counts when the digest that it starts with fits the rest.

Files are pickles, read by an unpickler that knows the few constructors listed below and calls nothing else. The digest
is against accidents: who can write to the user's own folder can plant a false result there.
"""

from __future__ import annotations

import importlib
import io
import os
import pickle
import threading
import time
from collections.abc import Callable
from functools import lru_cache, wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import flint

from .budget import UNBOUNDED, budget, exhausted, spend
from .expressions.expr import Expr
from .expressions.printing import to_text

T = TypeVar("T")

WORTH_SECONDS = 0.004
"""Seconds beyond which a result is kept; one that took less is computed again sooner than it is looked up."""
MAX_EXPRESSION = 4_000
"""Nodes of an expression that is written out to be looked up."""
MAX_FILES = 10_000
KEPT_VERSIONS = 4
"""How many engines' results are kept, the last used ones."""

_CONSTRUCTORS = {
    "expressions.expr": {"_restore"},
    "reals.reals": {"_restored", "Image", "Extreme"},
    "reals.roots": {"_root", "ExactForm"},
    "functions.landscape": {"Landscape", "Run", "Place"},
}
_DIGEST_BYTES = sha256().digest_size
_started = time.time()


def on_disk(compute: Callable[[Expr, str], T]) -> Callable[[Expr, str], T]:
    """Look results of a function of an expression and its variable up in the folder before computing them."""

    @wraps(compute)
    def remembered(e: Expr, variable: str) -> T:
        path = _path(compute.__name__, e, variable)
        if path is None:
            return compute(e, variable)
        entry = _read(path)
        if entry is not None and entry[0] is e and entry[1] == variable:
            spend(entry[3])
            return entry[2]
        started = time.perf_counter()
        with budget(UNBOUNDED) as meter:
            result = compute(e, variable)
        if time.perf_counter() - started > WORTH_SECONDS and not exhausted():
            _write(path, (e, variable, result, meter.spent))
        return result

    return remembered


def _path(kind: str, e: Expr, variable: str) -> Path | None:
    """Where a result belongs; None where nothing is to be kept."""
    if os.environ.get("GRADPROOF_CACHE", "").lower() == "off" or e.size > MAX_EXPRESSION:
        return None
    version = _version()
    if version is None:
        return None
    root = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = Path(root) if os.path.isabs(root) else Path.home() / ".cache"
    except RuntimeError:  # no home
        return None
    key = sha256(f"{kind}\0{variable}\0{to_text(e)}".encode()).hexdigest()
    return folder / "gradproof" / "results" / version / key


@lru_cache(maxsize=1)
def _version() -> str | None:
    """A digest of the engine; None where its sources are not at hand or have changed since they were imported."""
    digest = sha256(f"{flint.__version__} {flint.__FLINT_VERSION__}".encode())
    try:
        sources = sorted(Path(__file__).parent.rglob("*.py"))
        for source in sources:
            if source.stat().st_mtime >= _started:
                return None
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    except OSError:
        return None
    return digest.hexdigest()[:24] if sources else None


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        home = f"{__package__}."
        if not module.startswith(home) or name not in _CONSTRUCTORS.get(module.removeprefix(home), ()):
            raise pickle.UnpicklingError(f"{module}.{name} is not part of a result")
        return getattr(importlib.import_module(module), name)


def _read(path: Path) -> Any:
    """The content of the file, unpickled; None where there is none or anything is wrong with it."""
    try:
        content = path.read_bytes()
        payload = content[_DIGEST_BYTES:]
        if sha256(path.name.encode() + payload).digest() != content[:_DIGEST_BYTES]:
            return None
        return _Unpickler(io.BytesIO(payload)).load()
    except Exception:
        return None


def _write(path: Path, value: Any) -> None:
    """Keep a value, in one step; where that fails, do without."""
    try:
        payload = pickle.dumps(value, protocol=5)
        _prepare(path.parent)
        fresh = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        try:
            fresh.write_bytes(sha256(path.name.encode() + payload).digest() + payload)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except Exception:
        return


def _prepare(folder: Path) -> None:
    """Make the folder of this engine, drop those of engines long unused. Raises OSError where it is full."""
    if folder.is_dir():
        if len(os.listdir(folder)) >= MAX_FILES:
            raise OSError("enough is kept")
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    from shutil import rmtree

    others = sorted(folder.parent.iterdir(), key=lambda other: other.stat().st_mtime, reverse=True)
    for other in others[KEPT_VERSIONS:]:
        rmtree(other, ignore_errors=True)
