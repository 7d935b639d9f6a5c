"""`gradproof check`: one implementation, or everything a framework ships, against the truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import FOUND, INTERRUPTED, BadInput, bad_input
from ..output_files import writable, writable_folder
from ..parameters import pairs
from . import options

if TYPE_CHECKING:
    from ...crosschecks.checking.results import CheckResult


@click.command(cls=options.TargetCommand, short_help="Test an implementation: errors in ULP, bounds, special values.")
@options.target
@click.option("--dtype", "dtypes", multiple=True, metavar="F", shell_complete=options.format_names,
              help="A format; may be repeated. Else all it takes.")
@click.option("--order", metavar="0,1", help="The orders to test. Else 0 and, where it has derivatives, 1.")
@click.option("--exhaustive", is_flag=True, help="Every input of float32 too, by a sweep (of 16 and 8 bits always).")
@options.promises
@click.option("--strict", multiple=True, metavar="PROPERTY", help="A note of this property fails; may be repeated.")
@click.option("--ignore", multiple=True, metavar="PROPERTY", help="Leave this property out; may be repeated.")
@click.option("--range", "span", metavar="LOW:HIGH", help="Test these inputs only, for example -8:8.")
@click.option("--at", multiple=True, metavar="X", help="Test this input only, such as 5.1 or 0x1.8p+0: a replay.")
@click.option("--issue-dir", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Write an issue report for each cause of failures into this folder.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Where all chance comes from.")
@options.workers
@options.baselines
@options.as_json
def check(
    target: str,
    as_: str | None,
    dtypes: tuple[str, ...],
    order: str | None,
    at: tuple[str, ...],
    baseline: Path | None,
    save_baseline: Path | None,
    as_json: bool,
    workers: int | None,
    issue_dir: Path | None,
    **given: Any,
) -> int:
    """Test TARGET: a callable written as module:callable, an ONNX file, or everything a pack ships (see below).

    \b
    gradproof check torch --as gelu
    gradproof check my_kernels:fast_gelu --dtype float32 --max-ulp 2
    gradproof check math:erf
    gradproof check my_kernels:bell --as "exp(-a*x*x)" --param a=0.5
    gradproof check --library ./libkernels.so:silu
    gradproof check --library kernel.c:fast_tanh --as tanh
    gradproof check --command "./silu --fast" --as silu --dtype float32
    gradproof check gelu.onnx

    Exits 1 when anything failed; with --baseline, when anything is worse than it was when the baseline was saved.
    """
    from ...crosschecks.targets.resolve import TargetError
    from ..runs.baselines import Files
    from ..runs.check import run
    from ..views.baselines import comparison_lines
    from ..views.checks import document, tables

    writable_folder(issue_dir, "--issue-dir")
    writable(save_baseline, "--save-baseline")
    given["parameters"] = pairs(given["parameters"])
    if given["exhaustive"]:
        _require_few_inputs(options.formats(dtypes) or (), at, given["span"])
    request = {
        "as_": as_,
        "dtypes": options.formats(dtypes),
        "orders": options.orders(order),
        "at": options.inputs(at),
        **given,
    }
    options.span(given["span"], request["dtypes"] or ())
    files = Files(baseline, save_baseline, at=at)
    request["effort"] = files.known.effort
    # what `checks` raises for an input that the format does not hold, and for a property that is none
    wrong = (ValueError,) if at or given["strict"] or given["ignore"] or given["span"] else ()
    with bad_input(TargetError, *wrong):
        results, interrupted = run(target, request, workers)
        beside = files.handle(target, request, results, interrupted=interrupted)
    data = document(results, cut_short=interrupted) | beside
    asked = {"exhaustive": given["exhaustive"], "at": at, "span": given["span"]}
    options.show(data, lambda data: [*tables(data, **asked), *comparison_lines(data)], as_json=as_json)
    if issue_dir is not None:
        _write_issues(results, issue_dir)
    if interrupted:
        return INTERRUPTED
    if baseline is not None:
        files.require_compared(results, beside)
        return FOUND if beside["baseline"]["worse"] else 0
    return FOUND if any(result["verdict"] == "fail" for result in data["results"]) else 0


def _write_issues(results: Sequence[CheckResult], folder: Path) -> None:
    from ..issues.write import write_issues

    paths = write_issues(results, folder)
    reports = f"{len(paths)} issue report{'s' * (len(paths) > 1)} in {folder}"
    click.echo(reports if paths else "no failures to report", err=True)


def _require_few_inputs(formats: Sequence[str], at: Sequence[str], span: str | None) -> None:
    """That `--exhaustive` can mean every input. Raises BadInput."""
    from ...proofs.enclosures.formats import format_named

    if at or span:
        raise BadInput(f"--exhaustive and --{'at' if at else 'range'}: expected every input or some, not both")
    for name in formats:
        if (bits := format_named(name).bits) > 32:
            raise BadInput(f"--exhaustive --dtype {name} ({bits} bits): expected formats of at most 32 bits")
