"""The rule of the house: proofs <- numerics <- crosschecks <- reports, and imports inside the layers are relative."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("proofs", "numerics", "crosschecks", "reports")
FOREIGN = {
    "proofs": {"numpy", "ml_dtypes", "hypothesis", "torch", "jax", "pytest", "click", "rich", "jinja2", "matplotlib"},
    "numerics": {"hypothesis", "torch", "jax", "pytest", "click", "rich", "jinja2", "matplotlib"},
    "crosschecks": {"click", "rich", "jinja2", "matplotlib"},
    "reports": {"torch", "jax", "hypothesis", "pytest"},
}
"""Packages a layer knows nothing of."""


def modules(layer: str) -> list[Path]:
    return sorted((ROOT / layer).rglob("*.py"))


def imported(path: Path, source: str) -> Iterator[tuple[int, str]]:
    """(line, absolute module) for every import of a module inside a layer, wherever in the file it stands."""
    package = ("gradproof", *path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(source, str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join((*base, *filter(None, [node.module])))
            yield from ((node.lineno, f"{stem}.{alias.name}" if node.level else stem) for alias in node.names)


def violations(path: Path, source: str) -> list[str]:
    """What a module imports that it must not, one line each."""
    layer = path.relative_to(ROOT).parts[0]
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    wrong = []
    for line, name in imported(path, source):
        first, _, rest = name.partition(".")
        below = rest.partition(".")[0]
        if first == "gradproof" and below not in allowed:
            wrong.append(f"{path.relative_to(ROOT)}:{line}: {layer} imports {name}, a lower layer")
        if first in FOREIGN[layer]:
            wrong.append(f"{path.relative_to(ROOT)}:{line}: {layer} imports {name}")
    for node in ast.walk(ast.parse(source)):
        if _names_gradproof(node):
            wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: imports inside a layer are relative")
    return wrong


def _names_gradproof(node: ast.AST) -> TypeGuard[ast.Import | ast.ImportFrom]:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] == "gradproof" for alias in node.names)
    return isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == "gradproof"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_from_the_layers_before_it(layer):
    wrong = [line for path in modules(layer) for line in violations(path, path.read_text())]
    assert not wrong, "\n".join(wrong)


def test_every_layer_was_seen():
    counts = {layer: len(modules(layer)) for layer in LAYERS}
    assert all(count >= 8 for count in counts.values()), counts
    assert sum(counts.values()) >= 60, counts


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("proofs/new.py", "from ..numerics.ulp import error"),
        ("proofs/new.py", "def f():\n    import numpy"),
        ("numerics/new.py", "from .. import crosschecks"),
        ("numerics/new.py", "from ..crosschecks import check"),
        ("crosschecks/properties/new.py", "from ...reports import page"),
        ("crosschecks/properties/new.py", "from gradproof.proofs import prove"),
        ("reports/commands/new.py", "import gradproof.proofs"),
    ],
)
def test_the_rule_sees_violations(place, source):
    assert violations(ROOT / place, source)


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("proofs/new.py", "from .catalogue import activation"),
        ("numerics/new.py", "from ..proofs.catalogue import activation"),
        ("crosschecks/properties/new.py", "from ...numerics.ulp import error"),
        ("reports/commands/new.py", "from ...crosschecks.check import check"),
    ],
)
def test_the_rule_lets_good_imports_pass(place, source):
    assert not violations(ROOT / place, source)
