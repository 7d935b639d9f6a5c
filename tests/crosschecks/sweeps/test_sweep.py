"""A sweep gives one profile, however it is cut, spread over processes, interrupted or hit by crashes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.sweeps import checkpoint as checkpoints
from gradproof.crosschecks.sweeps.schedulers import Chunk, on_dask
from gradproof.crosschecks.sweeps.sweep import sweep
from gradproof.crosschecks.sweeps.tile_worker import SweepError, Task
from gradproof.crosschecks.targets.versions import libraries

from ...thorough import every, few

HERE = Path(__file__).parents[1]


def planted(name: str) -> Implementation:
    module = "planted_judges" if name == "rough_relu" else "planted"
    return Implementation("planted", "relu", 0, f"{module}:{name}")


def swept(name="rough_relu", *, judge="relu_profile", **options):
    """A sweep judged without an oracle, in tiles of 512."""
    return sweep(
        planted(name), **{"fmt": "float16", "tile": 512, "judge": f"planted_judges:{judge}", "workers": 2, **options}
    )


def text(result) -> str:
    return json.dumps(result.profile.to_json())


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Worker processes import by name from the folder they are started in."""
    monkeypatch.chdir(HERE)


@pytest.fixture(scope="module")
def whole() -> str:
    """The profile of everything, by one process."""
    before = os.getcwd()
    os.chdir(HERE)
    try:
        result = swept(workers=1, chunk=1)
    finally:
        os.chdir(before)
    assert result.inputs == result.asked == 1 << 16
    assert result.profile.finite.inputs + result.profile.special.inputs == 1 << 16
    assert len(result.profile.edges) == 2
    assert result.max_ulp == 7
    assert len([n for n in result.profile.finite.histogram if n]) == 5
    return text(result)


@pytest.mark.parametrize(
    "options",
    few([{"chunk": 7}, {"chunk": 1000, "workers": 3}, {"workers": 1}, {"workers": None}], every(4)),
)
def test_neither_chunks_nor_processes_show(whole, options):
    result = swept(**options)
    assert result.finished
    assert text(result) == whole


@pytest.mark.thorough
def test_nor_do_they_with_the_certified_oracle():
    one, other = (
        sweep("numpy", as_="silu", order=1, fmt="float8_e4m3fn", tile=16, chunk=chunk, workers=1) for chunk in (1, 6)
    )
    assert text(one) == text(other)
    assert one.profile.finite.worst is not None
    assert 0 < one.profile.finite.worst.error < 1


@pytest.mark.thorough
def test_disjoint_sets_merge_to_the_whole(whole):
    parts = [swept(patterns=spec).profile for spec in ("-inf:0.7", "0.70001:inf")]
    nans = swept(patterns="special").profile
    both = parts[0] + parts[1]
    assert both.finite == swept(patterns="-inf:inf").profile.finite
    assert json.loads(whole)["cells"]["-1"]["inputs"] == nans.special.inputs == 2048


@pytest.mark.thorough
def test_a_target_by_name():
    one, other = (
        sweep(target, fmt="float8_e5m2", judge="planted_judges:relu_profile", as_=name)
        for target, name in ((planted("relu"), None), ("planted:relu", "relu"))
    )
    assert text(one) == text(other)
    assert other.versions["planted"].startswith("sha256 ")
    with pytest.raises(SweepError, match="glu takes 2 inputs"):
        sweep(Implementation("planted", "glu", 0, "planted:relu"), fmt="float16")


# What may go wrong in the processes.


@pytest.mark.parametrize(
    ("name", "patterns", "says", "failed"),
    few(
        [
            ("crashes_above_7", "1:8", "crash: the process died of SIGSEGV", 9),
            ("segfaults", "1:2", "crash: the process died of SIGSEGV", 5),
            ("leaves", "1:2", "crash: the process ended with exit status 3", 5),
            ("hangs", "1:2", "hang: no answer in 0.3 s", 5),
            ("raises_below_minus_2", "-8:8", "ValueError: below -2", 9),
            ("exits", "-8:8", "SystemExit: enough", 146),
            ("interrupted", "1:2", "KeyboardInterrupt: ", 5),
            ("sums", "1:1.5", "TypeError: float8_e5m2 of shape (1,)", 3),
            ("widens", "1:1.5", "TypeError: float64 of shape (3,)", 3),
            ("returns_text", "1:2", "AttributeError: 'str' object has no attribute 'shape'", 5),
            ("missing", "1:2", "AttributeError: module 'planted' has no attribute 'missing'", 5),
        ],
        lambda name, *_: name == "widens",
    ),
)
def test_what_an_implementation_does_is_a_failure_of_its_tile(name, patterns, says, failed):
    options = {"fmt": "float8_e5m2", "tile": 16, "patterns": patterns, "seconds": 0.3 if name == "hangs" else 60}
    result = swept(name, **options)
    (message,) = {failure.message for failure in result.profile.failures}
    assert message.partition("; its functions are")[0] == says
    assert result.failed_inputs == failed
    assert result.finished
    assert result.inputs == result.asked == failed + result.profile.finite.inputs
    json.dumps(result.to_json(), allow_nan=False)


@pytest.mark.thorough
def test_an_implementation_that_prints_does_not_disturb():
    assert text(swept("prints", fmt="float8_e5m2")) == text(swept("relu", fmt="float8_e5m2"))


@pytest.mark.thorough
@pytest.mark.parametrize("workers", [1, 2])
def test_a_process_killed_from_outside_loses_nothing(whole, workers, tmp_path, monkeypatch):
    monkeypatch.setenv("SEEN", str(tmp_path))
    result = swept(judge="dying_at_random", tile=4096, workers=workers)
    assert len(list(tmp_path.iterdir())) == 5, "killed"
    assert text(result) == whole


@pytest.mark.thorough
def test_a_slow_oracle_is_no_hang():
    result = swept(judge="slow_at_first", fmt="float8_e5m2", tile=128, seconds=0.3)
    assert result.profile.failures == ()
    assert text(result) == text(swept(fmt="float8_e5m2"))


@pytest.mark.thorough
def test_an_oracle_that_cannot_say_ends_the_sweep():
    with pytest.raises(SweepError, match="planted as relu, order 0, in float16: ArithmeticError: no value is known"):
        swept(judge="refuses")
    with pytest.raises(SweepError, match="has no attribute 'missing'"):
        swept(judge="missing")


# Checkpoints.


def interrupted(after: int, path: Path, **options):
    """A sweep that Ctrl-C ends after so many chunks."""
    calls = []

    def tell(done, total, rate):
        calls.append(done)
        if len(calls) == after:
            raise KeyboardInterrupt

    result = swept(checkpoint=path, progress=tell, chunk=3, **options)
    assert not result.finished
    return result


@pytest.mark.thorough
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_keeps_what_is_done_and_the_rest_follows(whole, tmp_path, workers):
    path = tmp_path / "sweep"
    first = interrupted(5, path, workers=workers)
    assert 0 < first.inputs < first.asked
    second = interrupted(3, path, workers=workers)
    assert first.inputs < second.inputs < second.asked
    assert second.seconds > first.seconds
    assert second.profile.finite.inputs + second.profile.special.inputs == second.inputs
    last = swept(checkpoint=path, chunk=5)
    assert last.finished
    assert text(last) == whole
    told: list[int] = []
    again = swept(checkpoint=path, progress=lambda *numbers: told.append(1))
    assert (text(again), told) == (whole, []), "nothing was left to do"


PROGRAM = """
from gradproof.crosschecks.sweeps import checkpoint
from gradproof.crosschecks.sweeps.sweep import sweep
checkpoint.EVERY = checkpoint.SHARE = 0
from gradproof.crosschecks.implementation import Implementation
sweep(Implementation("planted", "relu", 0, "planted_judges:rough_relu"), fmt="float16", tile=512, chunk=1, workers=2,
      judge="planted_judges:relu_profile", checkpoint={path!r}, progress=lambda done, *_: print(done, flush=True))
"""


@pytest.mark.thorough
@pytest.mark.parametrize("lines", [1, 50])
def test_killed_at_any_moment_it_goes_on_to_the_identical_profile(whole, tmp_path, lines):
    path = tmp_path / "sweep"
    command = [sys.executable, "-c", PROGRAM.format(path=str(path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        told = [int(run.stdout.readline()) for _ in range(lines)]
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    done: list[int] = []
    result = swept(checkpoint=path, chunk=1, progress=lambda inputs, *_: done.append(inputs))
    assert text(result) == whole
    assert done[0] >= told[-1], "it went on from where it was"
    assert done[-1] == 1 << 16
    assert [p.name for p in tmp_path.iterdir()] == ["sweep"], "no other file is left"


@pytest.mark.thorough
@pytest.mark.parametrize(
    "damage",
    few(
        [
            lambda good: good[:-1],
            lambda good: good[:20],
            lambda good: b"",
            lambda good: b"{}\n" + good,
            lambda good: good.replace(b'"seconds": ', b'"seconds": 1'),
        ],
        every(3),
    ),
)
def test_a_damaged_checkpoint_is_refused(tmp_path, damage):
    path = tmp_path / "sweep"
    swept(checkpoint=path, patterns="1:1.05")
    good = path.read_bytes()
    assert damage(good) != good
    path.write_bytes(damage(good))
    with pytest.raises(SweepError, match="sweep: damaged, or no checkpoint: expected what a sweep wrote, or no file"):
        swept(checkpoint=path, patterns="1:1.05")
    assert path.read_bytes() == damage(good), "it is left alone"


@pytest.mark.parametrize(
    ("other", "says"),
    few(
        [
            ({"fmt": "bfloat16"}, 'its format is "float16", expected "bfloat16"'),
            ({"patterns": "1:3"}, 'its patterns is "1:2", expected "1:3"'),
            ({"tile": 256}, "its tile is 512, expected 256"),
            ({"name": "widens"}, 'its function is "planted_judges:rough_relu", expected "planted:widens"'),
        ],
        lambda other, _: "tile" in other,
    ),
)
def test_a_checkpoint_of_another_sweep_is_refused(tmp_path, other, says):
    path = tmp_path / "sweep"
    swept(checkpoint=path, patterns="1:2")
    with pytest.raises(SweepError) as caught:
        swept(checkpoint=path, **{"patterns": "1:2", **other})
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_implementation_that_changed_is_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = Implementation("mine", "relu", 0, "mine:relu")
    Path("mine.py").write_text("from gradproof.numerics.floats.formats import as_float64\ndef relu(x): return x\n")
    judge = "gradproof.numerics.floats.ulp:missing"
    options: dict[str, Any] = {"fmt": "float8_e5m2", "judge": judge, "checkpoint": "sweep"}
    with pytest.raises(SweepError, match="missing"):
        sweep(mine, **options)
    Path("mine.py").write_text("def relu(x): return x + 0\n")
    with pytest.raises(SweepError, match=r"its versions is .*mine.*sha256"):
        sweep(mine, **options)


@pytest.mark.thorough
def test_a_disk_that_fails_in_the_middle_loses_no_result(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", 0)
    folder = tmp_path / "disk"
    folder.mkdir()
    result = swept(
        checkpoint=folder / "sweep", progress=lambda *_: folder.exists() and folder.rename(tmp_path / "gone")
    )
    assert text(result) == whole
    assert result.finished
    assert result.checkpoint_problem is not None
    assert result.checkpoint_problem.endswith(
        "disk/sweep: the checkpoint could not be written: No such file or directory"
    )


def test_a_place_that_cannot_be_written_shows_at_once(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        swept("hangs", checkpoint=tmp_path / "none" / "sweep")
    assert caught.value.filename == str(tmp_path / "none" / "sweep")


# On a cluster.


@pytest.mark.skipif(find_spec("distributed") is None, reason="NO distributed: sweeps on a Dask cluster are not tested")
def test_a_dask_cluster_gives_the_identical_profile(whole):
    from distributed import LocalCluster  # pyright: ignore[reportMissingImports]

    separate: dict[str, Any] = {"processes": True, "n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    cluster: Any
    with LocalCluster(**separate) as cluster:
        address = cluster.scheduler_address
        assert text(swept(dask=address, chunk=9)) == whole
        crashing = swept("crashes_above_7", fmt="float8_e5m2", tile=16, patterns="1:8", dask=address)
        assert [f.message for f in crashing.profile.failures] == ["crash: the process died of SIGSEGV"]
        with pytest.raises(SweepError, match="no value is known"):
            swept(judge="refuses", dask=address)
        task, chunk = Task(planted("relu"), "float8_e5m2"), Chunk(0, ((60, 4),))
        with pytest.raises(SweepError, match=r"a worker of the cluster has numpy .*, expected 1\.0"):
            list(on_dask(task, iter([chunk]), address=address, versions={**libraries(planted("relu")), "numpy": "1.0"}))


@pytest.mark.skipif(find_spec("distributed") is None, reason="NO distributed: sweeps on a Dask cluster are not tested")
def test_a_cluster_that_is_not_there_is_one_line(monkeypatch):
    from gradproof.crosschecks.sweeps import schedulers

    monkeypatch.setattr(schedulers, "DASK_SECONDS", 0.2)
    with pytest.raises(SweepError, match=r"dask='tcp://127\.0\.0\.1:9': no scheduler answers there"):
        swept(dask="tcp://127.0.0.1:9")


def test_without_distributed_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SweepError, match=r"pip install 'gradproof\[dask\]'"):
        swept(dask="tcp://127.0.0.1:9")


def test_a_task_is_the_same_when_it_has_been_sent():
    target = Implementation(
        "module:f", "elu", 1, "module:f", parameters=(("alpha", 2.0),), keywords=(("alpha", 2.0),),
        formats=("float32",), asked=("--array", "torch"),
    )  # fmt: skip
    task = Task(target, "float32")
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task
