"""Programs that read floats from stdin and write them to stdout, and the ways in which they fail."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path

import pytest
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.sweeps.sweep import sweep
from gradproof.crosschecks.targets.foreign import TargetError
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.targets.versions import libraries
from gradproof.crosschecks.workers.worker_process import Worker

from ...thorough import few
from .compiled import compile_c, needs_compiler

PROGRAM = """
import os, sys, time
from array import array

print(len(sys.argv), file=open("starts", "a"))
x = array({"float32": "f", "float64": "d"}[sys.argv[1]], sys.stdin.buffer.read())
how = sys.argv[2:] and sys.argv[2]
y = array(x.typecode, [v if v > 0 else 0.0 * v if v == v and v != -float("inf") else v if v != v else 0.0 for v in x])
if how == "short":
    y.pop()
if how == "noise":
    print("starting", flush=True)
if how == "status":
    sys.exit("no such kernel")
if how == "crash" and min(x) < -5:
    os.kill(os.getpid(), 11)
if how == "hang" and max(x) > 1e30:
    print(os.getpid(), file=open("pid", "w"), flush=True)
    time.sleep(1000)
if how == "chatter":
    print("a line on stderr", file=sys.stderr)
sys.stdout.buffer.write(y.tobytes())
"""
C_PROGRAM = """
#include <stdio.h>
int main(void) {
    float x;
    while (fread(&x, sizeof x, 1, stdin) == 1) {
        float y = x < 0 ? 0 : x;
        fwrite(&y, sizeof y, 1, stdout);
    }
    return 0;
}
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("kernel.py").write_text(PROGRAM)
    return lambda *words: "command:" + shlex.join([sys.executable, "kernel.py", *words])


def failures(target: str, **options) -> list[str]:
    (result,) = check(target, as_="relu", dtypes="float32", **{"examples": 2, "ignore": ["kinks"], **options})
    return [f"{f.property}: {f.got}: {f.message}" for f in result.findings]


@pytest.mark.thorough
def test_a_right_program_passes_in_the_format_it_is_said_to_read(program):
    assert failures(program("float32")) == []
    assert failures(program("float32", "chatter"), at=["0x1p0"]) == []
    (result,) = check(program("float64"), as_="relu", dtypes="float64", at=["0x1p0", "-0x1p-1074"])
    assert (result.dtype, result.verdict) == ("float64", "pass")


def test_float32_unless_another_format_is_asked_for(program):
    (result,) = check(program("float32"), as_="relu", at=["0x1p0"])
    assert result.dtype == "float32"


@pytest.mark.parametrize(
    ("how", "said"),
    few([
        ("short", "call: exception: WrongCount: expected 4 bytes on stdout, as came on stdin, got 0"),
        ("noise", "call: exception: WrongCount: expected 4 bytes on stdout, as came on stdin, got 13"),
        ("status", "call: exception: ProgramFailed: exit status 1: no such kernel"),
        ("crash", "call: crash: the program died of SIGSEGV"),
    ], lambda how, _: how != "crash"),
)
def test_a_failing_program_is_a_finding(program, how, said):
    assert said in failures(program("float32", how))


@pytest.mark.thorough
def test_a_check_starts_a_program_some_forty_times_and_blames_a_crash_once(program):
    assert [f for f in failures(program("float32", "crash"), examples=None) if f.startswith("call")] == [
        "call: crash: the program died of SIGSEGV"
    ]
    Path("starts").unlink()
    assert failures(program("float32"), examples=None) == []
    assert 10 < len(Path("starts").read_text().splitlines()) < 50


@pytest.mark.thorough
def test_a_program_that_hangs_ends_with_its_worker(program):
    (result,) = check(program("float32", "hang"), as_="relu", dtypes="float32", seconds=1.5, at=["0x1p101"])
    assert [f.message for f in result.findings] == ["no answer in 1.5 s"]
    pid = int(Path("pid").read_text())
    for _ in range(50):  # killed, it still has to be collected by whoever inherits it
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return
        time.sleep(0.1)
    raise AssertionError(f"process {pid} is still there")


@pytest.mark.thorough
@needs_compiler
def test_a_compiled_program_is_swept(tmp_path):
    source = tmp_path / "relu.c"
    source.write_text(C_PROGRAM)
    command = compile_c(source, tmp_path / "relu")
    result = sweep(f"command:{command}", fmt="float32", patterns="binade:0", workers=1)
    assert result.finished
    assert (result.max_ulp, result.profile.finite.correctly_rounded) == (0, result.inputs)


def test_a_sweep_depends_on_the_program_and_its_scripts(program):
    with Worker() as worker:
        (found,) = resolve(Request(program("float32"), as_="relu"), worker)
        versions = libraries(found)
        assert versions["kernel.py"].startswith("sha256 ")
        assert versions[sys.executable].startswith("sha256 ")
        Path("kernel.py").write_text(PROGRAM + "\n")
        assert libraries(found)["kernel.py"] != versions["kernel.py"]


def test_a_programs_name_may_speak_of_its_activation():
    with Worker() as worker:
        (found,) = resolve(Request("command:cat identity.txt"), worker)
        assert (found.activation, found.formats) == ("identity", ("float32",))


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("command:nowhere-to-be-found --fast", "there is no program 'nowhere-to-be-found' that can be run"),
        ("command:", "expected a program and its arguments, got nothing"),
        ("command:cat 'open", "No closing quotation"),
        ("command:cat", "'cat' is no activation's name; say which with --as NAME"),
    ],
)
def test_what_cannot_be_run_is_one_line(target, says):
    with Worker() as worker, pytest.raises(TargetError) as error:
        resolve(Request(target, as_=None if target == "command:cat" else "relu"), worker)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
