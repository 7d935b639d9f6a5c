"""`gradproof report`: everything at once, as one page."""

from __future__ import annotations

from pathlib import Path

import click

from ..clocks import clocks
from ..errors import BAD_INPUT, FOUND, INTERRUPTED, bad_input, one_line
from ..output_files import writable_folder
from . import options


@click.command(cls=options.Command, short_help="Verify, measure, cross-check; write one self-contained page.")
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1, type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("gradproof-report"),
    show_default=True,
    help="The folder to write to.",
)
@options.workers
@click.option("--jobs", type=click.IntRange(1, 64), hidden=True, help="The same as --workers.")
@click.option("--full", is_flag=True, help="Cross-check NumPy's and torch's functions, and gradproof itself, too.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Where all chance comes from.")
def report(ledgers: tuple[str, ...], output: Path, workers: int | None, jobs: int | None, full: bool, seed: int) -> int:
    """Verify each LEDGER (the built-in ones without any), certify every activation, follow gradients through
    depth, and measure the accuracy of torch where it is installed; with --full also cross-check the implementations
    of NumPy and torch, and look for contradictions to everything that was proved.

    Writes index.html, report.json and report.md. Exits 1 when a claim's verdict is not the expected one, when
    anything is unsound, or when a part of the report is missing, 2 when a claim cannot be read; what frameworks get
    wrong is shown, not counted.
    """
    started = clocks()  # before the imports, which take a while, and longer after an installation
    from ...crosschecks.workers.pool import available_cores
    from ..page.run import run
    from ..page.write import prepare
    from ..runs.pool import MOST_PROCESSES

    writable_folder(output, "-o")
    with bad_input():
        from ..views.ledgers import load

        chosen = load(ledgers)
    prepare(output)
    jobs = workers or jobs or available_cores(MOST_PROCESSES)
    data, failed = run(chosen, output, seed=seed, full=full, jobs=jobs, started=started)
    unreadable = [one_line(line) for ledger in chosen for line in ledger.errors]
    for line in (*unreadable, *failed):
        click.echo(f"gradproof: {line}", err=True)
    if data["interrupted"]:
        return INTERRUPTED
    if unreadable:
        return BAD_INPUT
    from ..writing.counts import at_fault

    return FOUND if failed or at_fault(data) else 0
