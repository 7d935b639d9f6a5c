"""`gradproof check-table`: a file of expected values, judged row by row."""

from __future__ import annotations

from functools import partial

import click

from ..errors import FOUND, INTERRUPTED, BadInput
from ..parameters import pairs
from . import options


@click.command("check-table", cls=options.FormulaCommand, short_help="Judge a file of expected values, row by row.")
@click.argument("file", metavar="FILE")
@click.option("--as", "as_", metavar="NAME|FORMULA", required=True, shell_complete=options.activations,
              help="The function that the values should be of.")  # fmt: skip
@options.param
@click.option(
    "--order", type=click.IntRange(0, 2), default=0, show_default=True, help="Where the file does not say the order."
)
@click.option("--dtype", metavar="F", shell_complete=options.format_names,
              help="The format of full floats; else float64, or what the file shows.")  # fmt: skip
@click.option("--max-ulp", type=click.FloatRange(min=0), metavar="N", help="Values within N ULP are right.")
@options.as_json
def check_table(
    file: str,
    as_: str,
    parameters: tuple[str, ...],
    order: int,
    dtype: str | None,
    max_ulp: float | None,
    as_json: bool,
) -> int:
    """Judge the expected values in FILE against the exact function.

    A value is right (the correctly rounded float, or right to more digits than a float has), rounded (right to the
    digits that are printed), or wrong; wrong rows are listed with the right value. Its text decides: 0.7311 is four
    digits. A tie may be rounded either way. x is exact as written; a value that is right for the float next to x is
    right too. At a kink both one-sided values are given.

    \b
    gradproof check-table expected.csv --as sigmoid
    gradproof check-table elu_prime.json --as elu --param alpha=2 --order 1
    gradproof check-table reference.npz --as "x*exp(-x**2/2)" --dtype float32

    \b
    FILE is one of
      .csv .tsv .txt .dat .md  two columns, x and value; or more, named in a first line:
                               x, value, order, or f, f', f'' and names like these;
                               # begins a comment
      .json                    a list of objects or of pairs, or an object of columns
      .npz                     arrays x and value, perhaps order

    Exits 1 when a row is wrong or cannot be read.
    """
    from ..runs.check_table import run
    from ..views.check_table import document, tables

    if dtype is not None:
        options.formats((dtype,))
        if "," in dtype:
            raise BadInput(f"--dtype {dtype!r}: expected one format")
        dtype = dtype.strip()
    result = run(file, as_, parameters=pairs(parameters), order=order, fmt=dtype, max_ulp=max_ulp)
    options.show(document(result), partial(tables, place=result.place), as_json=as_json)
    if result.interrupted:
        return INTERRUPTED
    return 0 if result.confirmed else FOUND
