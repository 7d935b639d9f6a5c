"""Every input of float32: a sweep, whose worst inputs join the sample of a check."""

from __future__ import annotations

import numpy as np

from ...numerics.floats.formats import as_float64, from_bits
from ..sweeps.profile import SPECIAL, Profile
from ..sweeps.sweep import sweep
from ..trials.survey import Survey
from ..trials.trial import Subject
from ..workers.worker_process import Worker


def by_sweep(subject: Subject) -> Survey:
    """The survey of all inputs, by other processes. Raises ValueError for a callable of this one."""
    if not isinstance(subject.caller, Worker):
        raise ValueError("exhaustive=True: expected a target by name, which other processes can find")
    result = sweep(subject.implementation, fmt=subject.format, seconds=max(subject.caller.seconds, 60.0))
    if not result.finished:
        raise KeyboardInterrupt
    survey = Survey(whole=True, inputs=result.inputs)
    _keep_worst(survey, result.profile, subject)
    return survey


def _keep_worst(survey: Survey, profile: Profile, subject: Subject) -> None:
    """The worst inputs of every binade, and the first of every tile that failed."""
    for key, cell in profile.cells.items():
        survey.flushed_results += cell.flushed
        for extreme in (cell.worst, cell.worst_conditioned):
            if key != SPECIAL and extreme is not None:
                x = from_bits(np.array([extreme.x], np.uint32), subject.format)
                survey.keep(f"binade {key}", np.array([extreme.error]), x)
    for failure in profile.failures:
        x = from_bits(np.array([failure.first], np.uint32), subject.format)
        survey.keep("failed", -np.abs(as_float64(x)), x)
