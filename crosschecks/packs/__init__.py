"""Packs: what a framework ships of the catalogue, one module per framework, and how its arrays are called.

Imported by name in worker processes, where the framework is installed. A pack is one file here, `NAME_pack.py`, and
nothing else: it is found by its name, and the first sentence of its docstring is what the help says of it. Imports
:mod:`workers`, and the layers below.
"""

from __future__ import annotations

import ast
from pathlib import Path


def summaries() -> dict[str, str]:
    """The packs by name, in the order of their names, each with the first sentence of its module. Imports none."""
    modules = {path.name.removesuffix("_pack.py"): path for path in sorted(Path(__file__).parent.glob("*_pack.py"))}
    return {name: _first_sentence(path.read_text(encoding="utf-8")) for name, path in modules.items()}


def _first_sentence(source: str) -> str:
    said = ast.get_docstring(ast.parse(source)) or ""
    return " ".join(said.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")
