"""Reference tables as source text: a LaTeX tabular and a C99 header."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from ...proofs.enclosures.formats import Format

Row = Mapping[str, Any]


# --- LaTeX -----------------------------------------------------------------------------------------------------


def latex(sentence: str, rows: Iterable[Row]) -> str:
    r"""A tabular for \input, which needs no package."""
    lines = [f"% {sentence}", r"\begin{tabular}{lllll}", r"$x$ & rounded & exact & distance & kind \\", r"\hline"]
    for row in rows:
        side = f", {row['side']}" if row["side"] else ""
        cells = (_math(repr(row["x"])), rf"\texttt{{{row['value_hex']}}}", _math(row["exact"]),
                 _math(f"{row['distance']:.4g}"), row["kind"] + side)  # fmt: skip
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\end{tabular}", ""])


def _math(number: str) -> str:
    """A number of a table as a formula: powers of ten, infinities, bounds and enclosures."""
    text = re.sub(r"(?<=\d)e([+-]?)0*(\d+)", lambda m: rf" \cdot 10^{{{m[1].replace('+', '')}{m[2]}}}", number)
    text = re.sub(r"(?<![\d.])1 \\cdot (?=10\^)", "", text)  # 1e-5000 is 10^{-5000}
    text = text.replace("+/-", r"\pm").replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")
    return f"${text}$"


# --- C ---------------------------------------------------------------------------------------------------------

BITS = {8: "uint8_t", 16: "uint16_t", 32: "uint32_t", 64: "uint64_t"}


def header(sentence: str, stem: str, fmt: Format, rows: Iterable[Row], arrays: Mapping[str, np.ndarray]) -> str:
    """A C99 header of static arrays, named after the file.

    Formats that C has no type for come as float, which holds them exactly, beside their bit patterns.
    """
    name = re.sub(r"^(?=\d)", "table_", re.sub(r"\W", "_", stem, flags=re.ASCII))
    kept = list(rows)
    real, suffix = ("double", "") if fmt.bits == 64 else ("float", "f")
    digits = fmt.bits // 4
    bits = {column: [f"0x{p:0{digits}x}u" + "ll" * (fmt.bits == 64) for p in arrays[column].tolist()]
            for column in ("x_bits", "value_bits")}  # fmt: skip
    columns = (
        (real, "x", "the inputs", [_literal(row["x"], row["x_hex"], suffix) for row in kept]),
        (real, "value", "the correctly rounded values", [_literal(r["value"], r["value_hex"], suffix) for r in kept]),
        (BITS[fmt.bits], "x_bits", f"the inputs' bit patterns in {fmt.name}", bits["x_bits"]),
        (BITS[fmt.bits], "value_bits", f"the values' bit patterns in {fmt.name}", bits["value_bits"]),
        ("signed char", "side", "-1 and 1: the left and right derivative at a kink; else 0",
         [str(side) for side in arrays["side"].tolist()]),
        ("double", "distance", "from the exact value to the nearest rounding boundary, in ULP",
         [_literal(row["distance"], repr(row["distance"]), "") for row in kept]),
        ("char *const", "exact", "the exact values, to 50 digits", [f'"{row["exact"]}"' for row in kept]),
        ("char *const", "kind", "what is there", [f'"{row["kind"]}"' for row in kept]),
    )  # fmt: skip
    guard = f"GRADPROOF_{name.upper()}_H"
    lines = [f"/* {_comment(sentence)} */", f"#ifndef {guard}", f"#define {guard}", "",
             "#include <math.h>", "#include <stdint.h>", "", f"#define {name}_rows {len(kept)}"]  # fmt: skip
    for kind, column, what, items in columns:
        lines += ["", f"/* {what} */", f"static const {kind} {name}_{column}[{name}_rows] = {{"]
        lines += [f"    {item}," for item in items]
        lines.append("};")
    return "\n".join([*lines, "", "#endif", ""])


def _literal(value: float, text: str, suffix: str) -> str:
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return text + suffix


def _comment(text: str) -> str:
    return text.replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?")
