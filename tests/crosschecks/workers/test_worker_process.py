"""A worker answers, or says how the implementation failed; the next call always works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.workers.layouts import LAYOUTS
from gradproof.crosschecks.workers.worker_process import Failed, Returned, Worker

from ...thorough import every, few

X = np.array([-3.0, -0.0, 1.5, 8.0])


def planted(name: str) -> Implementation:
    return Implementation("planted", "relu", 0, f"planted:{name}")


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[1])
    with Worker(seconds=30) as it:
        yield it


def failed(result: Returned | Failed) -> Failed:
    assert isinstance(result, Failed)
    return result


def relu_of(worker: Worker) -> list[float]:
    result = worker.call(planted("relu"), [X])
    assert isinstance(result, Returned)
    return result.values.tolist()


@pytest.mark.parametrize("layout", few(LAYOUTS, every(3)))
def test_results_come_back_in_the_inputs_shape(worker, layout):
    result = worker.call(planted("relu"), [X], layout=layout)
    assert isinstance(result, Returned)
    assert result.values.shape == ((2, 2) if layout in ("matrix", "transposed") else (4,))
    assert result.values.reshape(-1).tolist() == [0.0, 0.0, 1.5, 8.0]
    assert not result.mutated


FORMATS = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"]


@pytest.mark.parametrize("dtype", few(FORMATS, every(3)))
def test_every_format_crosses_over(worker, dtype):
    import ml_dtypes

    x = X.astype(getattr(ml_dtypes, dtype, dtype))
    result = worker.call(planted("relu"), [x])
    assert isinstance(result, Returned)
    assert result.values.dtype == x.dtype
    assert result.values.tolist() == [0.0, 0.0, 1.5, 8.0]


@pytest.mark.parametrize(
    ("name", "how", "says"),
    few([
        ("segfaults", "crash", "SIGSEGV"),
        ("leaves", "crash", "exit status 3"),
        ("exits", "exception", "SystemExit: enough"),
        ("interrupted", "exception", "KeyboardInterrupt"),
        ("raises", "exception", "ValueError: no floats today"),
        ("returns_text", "not an array", "got str"),
        ("returns_objects", "not an array", "object"),
        ("missing", "exception", "no attribute 'missing'"),
    ], lambda name, *_: name in ("segfaults", "raises", "returns_text")),
)
def test_a_failure_is_an_answer_and_the_run_goes_on(worker, name, how, says):
    result = failed(worker.call(planted(name), [X]))
    assert result.how == how
    assert says in result.message
    assert relu_of(worker) == [0.0, 0.0, 1.5, 8.0]


def test_a_hang_ends_with_the_time_limit(worker):
    worker.seconds = 0.3
    result = failed(worker.call(planted("hangs"), [X]))
    assert (result.how, result.message) == ("hang", "no answer in 0.3 s")
    worker.seconds = 30
    assert relu_of(worker) == [0.0, 0.0, 1.5, 8.0]


def test_what_an_implementation_prints_does_not_disturb_the_conversation(worker):
    result = worker.call(planted("prints"), [X])
    assert isinstance(result, Returned)
    assert result.values.tolist() == [0.0, 0.0, 1.5, 8.0]


@pytest.mark.thorough
def test_nonsense_on_the_conversation_itself_is_a_failure(worker):
    assert failed(worker.call(planted("floods"), [X])).how in ("garbage", "crash")
    assert relu_of(worker) == [0.0, 0.0, 1.5, 8.0]


def test_writing_into_the_input_is_told(worker):
    result = worker.call(planted("works_in_place"), [X])
    assert isinstance(result, Returned)
    assert result.mutated


def test_ctrl_c_ends_the_worker(worker):
    relu_of(worker)
    process = worker._process
    assert process is not None
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        worker.call(planted("hangs"), [X])
    timer.join()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.thorough
def test_ctrl_c_of_the_whole_process_group_leaves_no_orphan():
    program = (
        "import os, numpy as np\n"
        "from gradproof.crosschecks.implementation import Implementation\n"
        "from gradproof.crosschecks.workers.worker_process import Worker\n"
        "with Worker(seconds=60) as worker:\n"
        "    worker.call(Implementation('', 'relu', 0, 'planted:relu'), [np.ones(1)])\n"
        "    print(worker._process.pid, flush=True)\n"
        "    worker.call(Implementation('', 'relu', 0, 'planted:hangs'), [np.ones(1)])\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True ) as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        os.killpg(run.pid, signal.SIGINT)
        run.wait(timeout=60)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
