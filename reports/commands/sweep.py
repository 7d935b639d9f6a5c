"""`gradproof sweep`: an implementation at every input of a set, all 2^32 of float32 if need be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ..errors import FOUND, INTERRUPTED, BadInput, bad_input, describe_os_error, one_line
from ..output_files import writable
from ..parameters import pairs
from . import options


@click.command(
    cls=options.TargetCommand, short_help="Compare an implementation with the truth at every input of a format."
)
@options.target
@click.option("--dtype", "dtypes", multiple=True, metavar="F", shell_complete=options.format_names,
              help="The format; may be repeated.  [default: what it takes, else float32]")
@click.option("--order", metavar="0,1", help="The orders to sweep. Else 0 and, where it has derivatives, 1.")
@click.option("--patterns", default="all", show_default=True, metavar="SPEC",
              help="Which inputs: all, LOW:HIGH, binade:E, subnormal, special, sample:N; several with commas.")
@click.option("--device", metavar="D", help="Where torch's tensors are and stay to be judged: cuda, cuda:1, cpu.")
@options.workers
@click.option("--dask", metavar="ADDRESS", help="Use the Dask cluster whose scheduler is there.")
@click.option("--checkpoint", type=click.Path(path_type=Path), metavar="FILE",
              help="Keeps how far the sweep came; it goes on from there. A folder, for several sweeps.")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="S",
              help="How long it may take for one call, of up to 2^18 inputs, or 2^23 on a device.")  # fmt: skip
@click.option("--max-ulp", type=click.FloatRange(min=0), metavar="N", help="Exit 1 where an error in ULP is larger.")
@click.option("--max-conditioned-ulp", type=click.FloatRange(min=0), metavar="N",
              help="Exit 1 where ULP / (1 + condition number) is larger.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the JSON document to this file.")  # fmt: skip
@options.as_json
def sweep(
    target: str,
    dtypes: tuple[str, ...],
    order: str | None,
    max_ulp: float | None,
    max_conditioned_ulp: float | None,
    output: Path | None,
    as_json: bool,
    checkpoint: Path | None,
    parameters: tuple[str, ...],
    as_: str | None,
    implements: int,
    derivative: str | None,
    array: str | None,
    signature: str | None,
    **spread: Any,
) -> int:
    """Compare TARGET, a callable written as module:callable, an ONNX file or a pack by name (see below), with the truth
    at many inputs.

    \b
    gradproof sweep torch --as gelu --checkpoint gelu.sweep
    gradproof sweep my_kernels:fast_gelu --dtype float16 --patterns=-8:8
    gradproof sweep --library ./libkernels.so:silu

    Ctrl-C keeps what is done. Exits 1 where a limit is given and was exceeded.
    """
    from ...crosschecks.gates import Gates
    from ...crosschecks.inputs.bit_patterns import PatternsError
    from ...crosschecks.sweeps.sweep import SweepOptions
    from ...crosschecks.sweeps.tile_worker import SweepError
    from ...crosschecks.targets.resolve import Request, TargetError
    from ..runs.sweep import run
    from ..views.sweeps import document, exceeded, tables

    writable(output, "-o")
    if checkpoint is not None and not checkpoint.is_dir():
        writable(checkpoint, "--checkpoint")
    request = Request(target, as_, pairs(parameters), options.orders(order), implements, derivative, array, signature)
    with bad_input(TargetError, SweepError, PatternsError), no_file():
        swept = run(request, options.formats(dtypes), SweepOptions(**spread), checkpoint)
    gates = Gates(max_ulp=max_ulp, max_conditioned_ulp=max_conditioned_ulp)
    data = document(swept, gates)
    options.show(data, tables, as_json=as_json)
    for result in swept.results:
        if result.checkpoint_problem:
            click.echo(f"gradproof: {one_line(result.checkpoint_problem)}", err=True)
    if output is not None:
        save(data, output)
    if swept.interrupted:
        return INTERRUPTED
    return FOUND if swept.problems or any(exceeded(result, gates.promised()) for result in data["results"]) else 0


def save(data: Any, output: Path) -> None:
    """Write a document to a file, whole or not at all. Raises BadInput."""
    from ..strict_json import text

    with no_file():
        partial = output.with_name(f".{output.name}.partial")
        partial.write_text(text(data), encoding="utf-8")
        partial.replace(output)


@contextmanager
def no_file() -> Iterator[None]:
    """Turns a file that cannot be read or written into `BadInput`; what was printed before stays."""
    try:
        yield
    except OSError as error:
        raise BadInput(describe_os_error(error)) from error
