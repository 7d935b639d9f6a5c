"""Several processes give what one gives, in the same order."""

from __future__ import annotations

from gradproof.crosschecks.checking.judge import judge, judge_in_parallel
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.trials.trial import Options
from gradproof.crosschecks.workers.worker_process import Worker
from gradproof.proofs.enclosures.formats import FORMATS


def test_two_processes_give_the_results_of_one():
    options = Options(examples=1, formats=(FORMATS["float8_e5m2"], FORMATS["float16"]))
    with Worker() as worker:
        parts = [i for name in ("relu", "softsign", "elu") for i in resolve(Request("numpy", as_=name), worker)]
        one = [result.to_json() for result in judge(parts, worker, options)]
    two = [result.to_json() for result in judge_in_parallel(parts, options, jobs=2, seconds=60)]
    assert len(one) == 3 * 2 * 2
    assert two == one
