"""`gradproof table`: correctly rounded reference values, as a table or a file."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import BadInput
from ..output_files import writable
from ..parameters import pairs
from . import options


@click.command(cls=options.FormulaCommand, short_help="Reference values: correctly rounded, with 50 digits each.")
@click.argument("activation", metavar="ACTIVATION|FORMULA", shell_complete=options.activations)
@click.option("--order", type=click.IntRange(0, 2), default=0, show_default=True, help="0 for f, 1 for f', 2 for f''.")
@click.option("--dtype", metavar="F", default="float32", show_default=True, shell_complete=options.format_names,
              help="The format of inputs and values.")  # fmt: skip
@click.option("--points", metavar="SPEC", default="special", show_default=True, help="Where; see below.")
@options.param
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a file: .csv, .json, .npz, .parquet, .md, .tex or .h.",
)
@click.option("--rows", type=click.IntRange(min=1), metavar="N", help="How many rows are printed at most; else 40.")
@options.as_json
def table(
    activation: str,
    order: int,
    dtype: str,
    points: str,
    parameters: tuple[str, ...],
    output: Path | None,
    rows: int | None,
    as_json: bool,
) -> None:
    """Print reference values of an activation or one of its derivatives at floats of a format.

    Each value is correctly rounded, and stands beside 50 significant digits of the exact value, all of them
    certain (fewer: the value is exact), and the distance of the exact value from the nearest rounding boundary
    in ULP. At a kink of a derivative both one-sided values are given. Where there are more rows than fit a screen,
    some of each kind are printed; a file and --json have them all.

    \b
    gradproof table gelu
    gradproof table gelu --order 1 --dtype float16 --points all -o gelu.csv
    gradproof table elu --param alpha=2 --points 0,0.5,-0x1.8p+1 -o elu.h

    \b
    SPEC is one of
      special          kinks, zeros, extrema, inflection points, where values overflow
                       or underflow, each with its neighbours; special values of the
                       format; hard cases; a spread over all binades
      all              every float of a format of 8 or 16 bits
      hard:N           up to N hard cases: the exact value is nearest to the midpoint
                       of two floats. Among all floats of formats of 8 and 16 bits, else
                       among stretches of floats; the table says how many were searched
      A:B:N            N floats from A to B, evenly spaced
      log:A:B:N        N floats from A to B at equal ratios
      0,0.5,-0x1.8p+1  these numbers, each rounded to the format
      @FILE            the numbers in a file; # begins a comment
    """
    from ..export.table_files import document, replacing, writer_for
    from ..views.tables import ON_SCREEN, made, tables
    from ..writing.console import say

    if as_json and output is not None:
        raise BadInput(f"--json prints the table and -o {output} writes it: expected one of the two")
    if rows is not None and (as_json or output is not None):
        raise BadInput(f"--rows {rows} is for what is printed: {'--json' if as_json else '-o'} writes every row")
    options.formats((dtype,))
    if "," in dtype:
        raise BadInput(f"--dtype {dtype!r}: expected one format")
    request = {"order": order, "dtype": dtype.strip(), "points": points, "parameters": pairs(parameters)}
    if output is not None:
        write = writer_for(output)
        writable(output, "-o")
        with replacing(output) as file:
            values = made(activation, **request)
            file.write(write(values, output.stem))
        say(f"{output}: {len(values)} row{'s' * (len(values) != 1)}")
    elif as_json:
        from ..strict_json import text

        click.echo(text(document(made(activation, **request))), nl=False)
    else:
        from ..writing.console import show

        show(*tables(made(activation, **request), rows or ON_SCREEN))
