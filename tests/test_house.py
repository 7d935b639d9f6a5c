"""The house: layers and their rooms in order, imports that go down only, no circles, and rooms one can take in.

proofs <- numerics <- crosschecks <- reports; inside a layer the rooms of ROOMS, each importing from those before it.
Lazy imports and those for type checkers count like all others.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "proofs": (
        "budget", "verdicts", "expressions", "enclosures", "language", "normal_forms", "reals", "disk_cache",
        "asymptotics", "functions", "means", "cases", "vocabulary", "catalogue", "decide", "vectors", "repair",
        "cross_examination", "statements", "datasheets", "table_files", "ledger", "recheck", "certificate_facts",
        "certificates",
    ),
    "numerics": (
        "floats", "oracle", "vectors", "implementations", "depth", "mean_field", "networks", "training", "experiments",
        "tables",
    ),
    "crosschecks": (
        "documents", "implementation", "gates", "findings", "workers", "packs", "foreign", "inputs", "trials",
        "targets", "properties", "vectors", "causes", "sweeps", "checking", "baselines", "table_files", "tables",
        "soundness",
        "plugin",
    ),
    "reports": (
        "clocks", "errors", "strict_json", "versions", "parameters", "output_files", "writing", "runs", "issues",
        "export", "figures", "views", "page", "commands", "cli",
    ),
}  # fmt: skip
"""Folders and single modules of each layer, the lowest first."""
FOREIGN = {
    "proofs": {"numpy", "ml_dtypes", "hypothesis", "torch", "jax", "pytest", "click", "rich", "jinja2", "matplotlib"},
    "numerics": {"hypothesis", "torch", "jax", "pytest", "click", "rich", "jinja2", "matplotlib"},
    "crosschecks": {"click", "rich", "jinja2", "matplotlib"},
    "reports": {"torch", "jax", "hypothesis", "pytest", "matplotlib"},
}
"""Packages a layer knows nothing of."""
ALONE = "proofs.recheck"
"""The room that imports nothing outside it; of other packages only these."""
ALONE_WITH = {*sys.stdlib_module_names, "mpmath", "sympy"}
MOST_MODULES, MOST_LEVELS = 12, 3

Sources = Mapping[str, str]
"""Modules by their dotted names below gradproof, packages by theirs."""


def house() -> dict[str, str]:
    """Every module of the four layers."""
    found = {}
    for layer in ROOMS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text("utf-8")
    return found


@cache
def _packages(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[0] for name in names)


def is_package(name: str, sources: Sources) -> bool:
    return name in _packages(frozenset(sources))


@cache
def _imports(source: str) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]


def imported(name: str, sources: Sources) -> Iterator[tuple[int, str]]:
    """(line, what is imported) wherever in the module it stands; modules of gradproof by their names in `sources`."""
    package = name.split(".") if is_package(name, sources) else name.split(".")[:-1]
    for node in _imports(sources[name]):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif not node.level:
            yield node.lineno, node.module or ""
        else:
            base = [*package[: len(package) - node.level + 1], *filter(None, [node.module])]
            for alias in node.names:
                inner = ".".join([*base, alias.name])
                yield node.lineno, inner if inner in sources else ".".join(base)


def floor(name: str) -> tuple[int, int]:
    """The layer of a module and its room there; a layer's own `__init__` is its last."""
    layer, _, rest = name.partition(".")
    rooms = ROOMS[layer]
    return [*ROOMS].index(layer), rooms.index(rest.partition(".")[0]) if rest else len(rooms)


def room(name: str) -> str:
    return ".".join(name.split(".")[:2])


def violations(name: str, sources: Sources) -> list[str]:
    """What a module imports that it must not, one line each."""
    wrong = []
    layer = name.partition(".")[0]
    for line, target in imported(name, sources):
        if target.partition(".")[0] == "gradproof":
            wrong.append(f"{name}:{line}: imports inside the house are relative")
        elif target in sources and floor(target) > floor(name):
            wrong.append(f"{name}:{line}: imports {target}, which is above it")
        elif target.partition(".")[0] in FOREIGN[layer]:
            wrong.append(f"{name}:{line}: {layer} imports {target}")
        if room(name) == ALONE and (
            room(target) != ALONE if target in sources else target.partition(".")[0] not in ALONE_WITH
        ):
            wrong.append(f"{name}:{line}: the re-checker imports {target}")
    return wrong


def circle(sources: Sources) -> list[str] | None:
    """Modules that import one another, if there are any; a package stands for its own `__init__`."""
    graph = {name: {t for _, t in imported(name, sources) if t in sources and t != name} for name in sources}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def crowded(sources: Sources) -> list[str]:
    """Folders with too many modules, and modules too deep in the house."""
    counts: dict[str, int] = {}
    for name in sources:
        if not is_package(name, sources):
            folder = name.rpartition(".")[0]
            counts[folder] = counts.get(folder, 0) + 1
    wide = [f"{folder} has {count} modules" for folder, count in counts.items() if count > MOST_MODULES]
    return wide + [f"{name} is too deep" for name in sources if len(name.split(".")) > MOST_LEVELS]


HOUSE = house()


def test_imports_go_down_only():
    wrong = [line for name in HOUSE for line in violations(name, HOUSE)]
    assert not wrong, "\n".join(wrong)


def test_there_are_no_circles():
    assert circle(HOUSE) is None


def test_a_room_can_be_taken_in():
    assert not crowded(HOUSE)


def test_every_module_was_seen():
    assert len(HOUSE) > 200
    assert {(layer, r) for layer, rooms in ROOMS.items() for r in rooms} == {
        (name.split(".")[0], name.split(".")[1]) for name in HOUSE if "." in name
    }


@pytest.mark.parametrize("name", [name for name in HOUSE if "." in name and is_package(name, HOUSE)])
def test_a_room_says_what_it_knows_and_what_it_may_import(name):
    said = ast.get_docstring(ast.parse(HOUSE[name])) or ""
    assert len(said) > 80, f"{name}: a paragraph on what it knows"
    assert "mport" in said, f"{name}: what it may import"


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("proofs.reals.new", "from ..functions import zeros", "above"),
        ("proofs.reals.new", "def f():\n    from ..functions.zeros import chart", "above"),
        ("proofs.reals.new", "if TYPE_CHECKING:\n    from ..statements import prove", "above"),
        ("proofs.reals.new", "from ...numerics.floats.ulp import error", "above"),
        ("proofs.reals.new", "def f():\n    import numpy", "imports numpy"),
        ("numerics.floats.new", "from ... import crosschecks", "above"),
        ("numerics.floats.new", "from ..oracle import reference", "above"),
        ("crosschecks.properties.new", "from ...reports.page import html", "above"),
        ("crosschecks.properties.new", "from gradproof.proofs import prove", "relative"),
        ("reports.commands.new", "import gradproof.proofs", "relative"),
        ("proofs.recheck.new", "from ..expressions.expr import Expr", "re-checker"),
        ("proofs.recheck.new", "import flint", "re-checker"),
    ],
)
def test_an_import_that_is_planted_is_seen(name, source, reason):
    assert not violations(name, {**HOUSE, name: ""})
    assert any(reason in line for line in violations(name, {**HOUSE, name: source}))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("proofs.decide.new", "from ..catalogue.entries import activation"),
        ("numerics.floats.new", "from ...proofs.catalogue.entries import activation"),
        ("crosschecks.properties.new", "from ...numerics.floats.ulp import error"),
        ("reports.commands.new", "from ...crosschecks.checking.check import check"),
    ],
)
def test_good_imports_pass(name, source):
    assert not violations(name, {**HOUSE, name: source})


def test_a_circle_that_is_planted_is_seen():
    planted = {"proofs.reals.one": "def f():\n    from .two import g", "proofs.reals.two": "from . import one"}
    found = circle({**HOUSE, **planted})
    assert found is not None and {*planted} == {*found}


def test_a_thirteenth_module_that_is_planted_is_seen():
    planted = {f"proofs.reals.new{i}": "" for i in range(MOST_MODULES)}
    count = MOST_MODULES + sum(name.startswith("proofs.reals.") for name in HOUSE)
    assert crowded({**HOUSE, **planted}) == [f"proofs.reals has {count} modules"]
    assert crowded({**HOUSE, "proofs.reals.deep.er": ""})
