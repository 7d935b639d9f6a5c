"""Every module and data file of the tree is in the installation, and the other way round."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("proofs", "numerics", "crosschecks", "reports")


def tree() -> set[str]:
    """Files of the layers as `gradproof/…` paths; folders that tools leave behind are not ours."""
    files = [path.relative_to(ROOT) for layer in LAYERS for path in (ROOT / layer).rglob("*") if path.is_file()]
    files += [path.relative_to(ROOT / "api") for path in (ROOT / "api").rglob("*") if path.is_file()]
    return {f"gradproof/{path.as_posix()}" for path in files if not any(map(is_left_behind, path.parts))}


def is_left_behind(part: str) -> bool:
    return part == "__pycache__" or part.startswith(".")


def distribution() -> importlib.metadata.Distribution:
    """The installation itself, not the metadata that a build may have left in the checkout."""
    found = [each for each in importlib.metadata.distributions(name="gradproof") if each.locate_file("") != ROOT]
    assert found, "gradproof is not installed in this environment"
    return found[0]


def installed() -> set[str]:
    """Files of the installation below `gradproof/`."""
    files = distribution().files or []
    return {str(path) for path in files if path.parts[0] == "gradproof" and not any(map(is_left_behind, path.parts))}


def is_editable() -> bool:
    text = distribution().read_text("direct_url.json")
    return bool(text and json.loads(text).get("dir_info", {}).get("editable"))


def test_the_tree_holds_what_it_should():
    files = tree()
    modules = {name for name in files if name.endswith(".py")}
    data = files - modules
    assert len(modules) >= 60, sorted(modules)
    assert {f"gradproof/{layer}/py.typed" for layer in LAYERS} <= data
    assert {name for name in data if name.endswith(".toml")} == {
        "gradproof/proofs/claims/vanishing_gradient.toml",
        "gradproof/proofs/claims/found_in_the_wild.toml",
    }
    assert "gradproof/reports/page/templates/page.html" in data


def test_the_installation_is_the_tree():
    if is_editable():
        pytest.skip("EDITABLE INSTALLATION: its files cannot be compared with the tree; .ci/run makes a normal one")
    missing, left_over = tree() - installed(), installed() - tree()
    assert not missing, f"in the tree, not installed (a package missing in pyproject.toml?): {sorted(missing)}"
    assert not left_over, f"installed, not in the tree (a stale build folder?): {sorted(left_over)}"


def test_every_module_can_be_imported():
    packs = {"torch": ["torch_pack", "torch_arrays"], "jax": ["jax_pack", "jax_arrays"], "onnx": ["onnxruntime_pack"]}
    packs |= {"keras": ["keras_pack"], "transformers": ["transformers_pack"]}
    packs["scipy"] = ["scipy_pack", "formulas", "formulas_pack"]
    packs |= {"keras": ["keras_pack"], "transformers": ["transformers_pack"]}
    optional = {f"gradproof.crosschecks.packs.{module}": needs for needs, them in packs.items() for module in them}
    names = sorted(
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in tree() if name.endswith(".py")
    )
    imported = 0
    for name in names:
        if name in optional and not _has(optional[name]):
            continue
        importlib.import_module(name)
        imported += 1
    assert imported >= len(names) - len(optional)


def _has(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
