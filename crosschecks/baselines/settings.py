"""The setting of a row of a baseline: the machine's kind, and the versions of gradproof and of the frameworks."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..targets.resolve import PACKS

GRADPROOF = "gradproof"
VECTORS = ("avx512f", "avx2")
"""Instructions of x86 that frameworks have code of its own for, with results of its own."""


@dataclass(frozen=True)
class Setting:
    """The circumstances that results depend on, besides the code under test."""

    platform: str
    """Operating system, machine and vector instructions: "Linux x86_64 avx2"."""
    versions: tuple[tuple[str, str], ...]
    """gradproof and the frameworks, sorted by name."""

    @property
    def frameworks(self) -> tuple[tuple[str, str], ...]:
        """The versions without gradproof's own."""
        return tuple(pair for pair in self.versions if pair[0] != GRADPROOF)

    def distance(self, other: Setting) -> tuple[int, ...]:
        """How far another setting is from this one, the weightiest difference first; all 0 where they are equal."""
        machine, others = (s.platform.split()[:2] for s in (self, other))
        return (
            int(machine != others), int(self.platform != other.platform),
            len({*self.frameworks} ^ {*other.frameworks}), int(self.versions != other.versions),
        )  # fmt: skip

    def __str__(self) -> str:
        return ", ".join([self.platform, *(f"{name} {number}" for name, number in self.versions)])


def setting_of(target: str, libraries: Mapping[str, str]) -> Setting:
    """The setting of this machine for a target whose code is from these libraries.

    The version of the target itself is none of it where it is no framework: its changes are to be compared.
    """
    names = {GRADPROOF, *libraries, target.partition(":")[0]} & {GRADPROOF, *PACKS}
    versions = {name: number for name in sorted(names) if (number := _version(name)) is not None}
    return Setting(_this_platform(), tuple(versions.items()))


@lru_cache(maxsize=1)
def _this_platform() -> str:
    cpu = Path("/proc/cpuinfo")
    flags = set(cpu.read_text("utf-8", "replace").split()) if cpu.is_file() else set[str]()
    vectors = next((name for name in VECTORS if name in flags), "")
    return f"{platform.system()} {platform.machine()} {vectors}".strip()


@lru_cache(maxsize=64)
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
