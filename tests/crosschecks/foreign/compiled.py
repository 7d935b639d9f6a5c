"""The kernels of kernels.c as a C library, compiled once for each run of the tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("kernels.c")
COMPILER = shutil.which("cc") or shutil.which("gcc")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler: no C library or C program was tested")


def compile_c(source: Path, result: Path, *flags: str) -> str:
    """Compile a C file to a program, or with flags to something else; the path of the result."""
    assert COMPILER is not None
    subprocess.run([COMPILER, "-O2", *flags, "-o", str(result), str(source), "-lm"], check=True)
    return str(result)
