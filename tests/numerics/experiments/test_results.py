"""The results that ship: of every claim that names an experiment, and the same when they are measured anew."""

from pathlib import Path

import pytest
from gradproof.numerics.experiments import results
from gradproof.numerics.experiments.registry import EXPERIMENTS, key_of, run
from gradproof.numerics.experiments.results import FILE, measurements, named, shipped, write
from gradproof.numerics.experiments.trainings import kendall

from ...thorough import few

NAMED = named()
QUICK = "layer_norm_gradients"
TRAINED = {name for name, experiment in EXPERIMENTS.items() if experiment.__module__.endswith("trainings")}


def test_there_is_a_result_for_each_experiment_that_a_built_in_claim_names_and_for_nothing_else() -> None:
    assert len(NAMED) >= 8
    assert {key_of(*pair) for pair in NAMED} == {*shipped()}


@pytest.mark.parametrize(("name", "parameters"), few(NAMED, lambda name, parameters: name == QUICK))
def test_a_result_is_what_is_measured(name: str, parameters: dict) -> None:
    anew, kept = run(name, **parameters), shipped()[key_of(name, parameters)]
    assert (anew.effect, anew.seeds) == (kept.effect, kept.seeds)
    if name in TRAINED:  # hundreds of steps make something of the last digits of another BLAS
        assert anew.interval.low <= kept.interval.high and kept.interval.low <= anew.interval.high
        return
    assert anew.sentence == kept.sentence
    for end in ("mean", "low", "high"):
        assert getattr(anew.interval, end) == pytest.approx(getattr(kept.interval, end), rel=1e-3, abs=1e-6)


def test_what_is_not_among_them_is_left_out_or_measured() -> None:
    brief = {"name": "dead_units", "depth": 1, "width": 2, "trials": 2, "biases": [-50.0]}
    known, left_out = measurements([brief, {"name": QUICK}, {"name": "os"}], measure="none")
    assert [each.name for each in known] == [QUICK]
    assert left_out[0] == "dead_units is not among the results that ship: --measure runs it"
    assert left_out[1].startswith("experiment='os': expected one of")
    known, left_out = measurements([brief], measure="missing")
    assert not left_out and known[0].interval.mean == 1


def test_the_file_is_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / FILE
    write(path, shipped().values())
    assert path.read_text("utf-8") == (Path(results.__file__).parent / FILE).read_text("utf-8")


def test_kendall() -> None:
    assert kendall([1, 2, 3], [4, 5, 6]) == 1
    assert kendall([1, 2, 3], [3, 2, 1]) == -1
    assert kendall([1, 2, 3], [1, 3, 2]) == pytest.approx(1 / 3)
