"""Workers that share jobs: what ends, fails, dies or is stopped is one job's, and nothing is left running."""

from __future__ import annotations

import math
import os
import threading
import time
from contextlib import closing

import pytest
from gradproof.crosschecks.workers.pool import Died, Process, Stopped, in_order, served


def run(process: Process, job):
    function, *arguments = job
    return process.call(function, *arguments)


def test_every_job_is_served_once_and_jobs_after_the_last_are_none():
    assert list(served([], [Process()], run)) == []
    results = dict(served([(math.sqrt, float(n * n)) for n in range(9)], [Process(), Process()], run))
    assert sorted(results.values()) == list(range(9))


def test_what_a_job_raises_ends_the_others():
    with pytest.raises(ValueError, match="math domain error") as caught:
        list(served([(time.sleep, 60.0), (math.sqrt, -1.0)], [Process(), Process()], run))
    assert "in a worker process: Traceback" in caught.value.__notes__[0]


def test_a_process_that_dies_loses_one_call():
    with Process() as process:
        first = process.call(os.getpid)
        with pytest.raises(Died, match="a worker process died"):
            process.call(os._exit, 3)
        assert process.call(os.getpid) not in (first, os.getpid())


def test_what_cannot_be_sent_loses_nothing():
    with Process() as process:
        first = process.call(os.getpid)
        for function in (lambda: 1, threading.Lock):  # neither there nor back
            with pytest.raises(Exception, match="pickle"):
                process.call(function)
        assert process.call(os.getpid) == first


def test_a_process_that_is_stopped_starts_no_more():
    with Process() as process:
        threading.Timer(0.2, process.stop).start()
        with pytest.raises(Stopped):
            process.call(time.sleep, 60.0)
        with pytest.raises(Stopped):
            process.call(os.getpid)


def test_closing_early_leaves_no_process_and_no_thread():
    others = {*threading.enumerate()}
    crew = [Process(), Process()]
    with closing(served([(os.getpid,), (time.sleep, 60.0)], crew, run)) as results:
        _, pid = next(results)
    assert {*threading.enumerate()} <= others
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_results_wait_for_those_before_them():
    results = [((2, "c"), 20), ((0, "a"), 0), ((1, "b"), 10)]
    assert list(in_order(results)) == [0, 10, 20]
