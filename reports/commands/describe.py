"""`gradproof describe` and `atlas`: the datasheet of an activation or of a formula, and of every activation."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import FOUND, INTERRUPTED, BadInput
from ..output_files import writable, writable_folder
from ..parameters import pairs
from . import options


@click.command(cls=options.FormulaCommand, short_help="The datasheet of an activation or a formula.")
@click.argument("activation", metavar="ACTIVATION|FORMULA", shell_complete=options.activations)
@options.param
@click.option("--order", metavar="0,1,2", help="Only f, f' or f'', or some of them. Else all.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Also as a page.")
@options.as_json
def describe(
    activation: str, parameters: tuple[str, ...], order: str | None, html: Path | None, as_json: bool
) -> None:
    """Print what is certain about an activation, or about a formula in x, on the whole real line. Infinity is written
    oo, as in a statement.

    \b
    gradproof describe gelu
    gradproof describe elu --param alpha=2
    gradproof describe gelu --order 1
    gradproof describe softmax
    gradproof describe "x*tanh(exp(x))" --html mine.html
    """
    from ..views import datasheet, vector_datasheet
    from ..writing.console import say

    writable(html, "--html")
    page = vector_datasheet if vector_datasheet.covers(activation) else datasheet
    chosen = options.orders(order)
    if chosen is not None and page is vector_datasheet:
        raise BadInput(f"--order {order}: expected a function of one input, {activation} is one of vectors")
    data = page.document(activation, pairs(parameters))
    if html is not None:
        from ..page.site import datasheet_page
        from ..page.write import replace

        replace(html, datasheet_page(activation, pairs(parameters)))
    if chosen is not None:
        data["orders"] = [each for each in data["orders"] if each["order"] in chosen]
    options.show(data, page.tables, as_json=as_json)
    if html is not None and not as_json:
        say(f"{html}: the page of {activation}")


@click.command(cls=options.Command, short_help="A static site, one page for each activation.")
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path("gradproof-atlas"),
    show_default=True, help="The folder to write to.",
)  # fmt: skip
@options.workers
def atlas(output: Path, workers: int | None) -> int:
    """Write a page for each activation, with its plots and all that is certain about it; index.html, whose table can
    be sorted by every number; and index.json. The pages ask for nothing, and can be put on any server.
    """
    from ...crosschecks.workers.pool import available_cores
    from ..page import site
    from ..page.write import prepare
    from ..runs.collect import collect
    from ..runs.pool import MOST_PROCESSES
    from ..writing.progress import Progress

    writable_folder(output, "-o")
    prepare(output)
    plan = site.planned()
    with Progress(len(plan)) as progress:
        data = collect(
            (), seed=0, full=False, jobs=workers or available_cores(MOST_PROCESSES), plan=plan,
            on_done=lambda done: progress.step(f"{done.part.section}: {done.part.name}"),
        )  # fmt: skip
    for each in data["failures"]:
        click.echo(f"gradproof: {each['name']}: {each['message']}", err=True)
    cut = "interrupted: " if data["interrupted"] else ""
    click.echo(f"{cut}wrote {site.write(output, data)} pages to {output}/index.html in {data['seconds']:.0f} s")
    return INTERRUPTED if data["interrupted"] else FOUND if data["failures"] else 0
