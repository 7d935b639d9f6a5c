"""Several processes give what one gives, in the same order."""

from __future__ import annotations

import pytest
from gradproof.crosschecks.checking.judge import judge, judge_in_parallel
from gradproof.crosschecks.targets.resolve import Request, resolve
from gradproof.crosschecks.trials.trial import Options
from gradproof.crosschecks.workers.worker_process import Worker
from gradproof.proofs.enclosures.formats import FORMATS

from ...thorough import few


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("names", "formats"),
    few(
        [(("relu", "elu"), ("float8_e5m2",)), (("relu", "softsign", "elu"), ("float8_e5m2", "float16"))],
        lambda names, _: len(names) == 2,
    ),
    ids=["quick", "all"],
)
def test_two_processes_give_the_results_of_one(names, formats):
    options = Options(examples=1, formats=tuple(FORMATS[name] for name in formats))
    with Worker() as worker:
        parts = [i for name in names for i in resolve(Request("numpy", as_=name), worker)]
        one = [result.to_json() for result in judge(parts, worker, options)]
    two = [result.to_json() for result in judge_in_parallel(parts, options, jobs=2, seconds=60)]
    assert len(one) == len(names) * len(formats) * 2
    for in_parallel, alone in zip(two, one, strict=True):
        assert in_parallel == alone
