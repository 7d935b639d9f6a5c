"""The build backend: setuptools', which would install again what an earlier build left in the checkout.

`build/` and `*.egg-info` are removed before a build, with their modules that are gone from the tree, and after it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


def _clean() -> None:
    for left in (Path("build"), *Path.cwd().glob("*.egg-info")):
        shutil.rmtree(left, ignore_errors=True)


def _in_a_clean_tree(hook: Callable[..., str]) -> Callable[..., str]:
    def cleaned(*arguments: Any, **options: Any) -> str:
        _clean()
        try:
            return hook(*arguments, **options)
        finally:
            _clean()

    return cleaned


build_wheel = _in_a_clean_tree(build_meta.build_wheel)
build_sdist = _in_a_clean_tree(build_meta.build_sdist)
prepare_metadata_for_build_wheel = _in_a_clean_tree(build_meta.prepare_metadata_for_build_wheel)
