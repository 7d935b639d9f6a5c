"""`gradproof table`: every format read back as its users would, and what can go wrong said in one line."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from gradproof.numerics.floats.formats import from_hex, to_bits
from gradproof.numerics.tables.tables import Table, table
from gradproof.reports import cli
from gradproof.reports.export.table_files import ROW, WRITERS, document
from matplotlib.mathtext import MathTextParser

from ...thorough import few
from ..conftest import strict
from .test_cli import fails_with_one_line, run

CASES = [
    ("gelu", 0, "float64", "special", {}),
    ("relu", 1, "float32", "0,-0.0,nan,inf,-1,0x1p-149,1e38", {}),
    ("elu", 2, "bfloat16", "-inf,-500,-88,-1,-1e-3,-0.0,0,1e38", {"alpha": "2"}),
    ("x*x", 0, "float16", "-inf,1e-7,300,-0.1", {}),
    ("tanh", 0, "float8_e4m3fn", "all", {}),
]


@pytest.fixture(
    scope="module",
    params=few([(case,) for case in CASES], lambda case: case[0] in ("relu", "x*x")),
    ids=["-".join(map(str, case[:3])) for case in CASES],
)
def made(request) -> Table:
    name, order, fmt, points, parameters = request.param
    return table(name, order=order, fmt=fmt, points=points, parameters=parameters)


def written(made: Table, folder: Path, suffix: str) -> Path:
    """The file that the command line writes."""
    path = folder / f"reference{suffix}"
    options = [part for name, value in made.parameters.items() for part in ("--param", f"{name}={value}")]
    arguments = [
        "table",
        made.function,
        "--order",
        str(made.order),
        "--dtype",
        made.format.name,
        "--points",
        made.points,
    ]
    assert cli.run([*arguments, *options, "-o", str(path)]) == 0
    assert [each.name for each in folder.iterdir()] == [path.name], "nothing else is left behind"
    return path


def same(texts, values) -> bool:
    """Whether numbers, as text or otherwise, are exactly these floats, signs of zeros included."""
    expected = values.astype(np.float64)
    got = np.array([float(text) for text in texts])
    return len(got) == len(expected) and bool(
        ((got == expected) & (np.signbit(got) == np.signbit(expected)) | (np.isnan(got) & np.isnan(expected))).all()
    )


def hex_same(texts, values, fmt: str) -> bool:
    """The same for hexadecimal text."""
    return same([float(from_hex(text, fmt)) for text in texts], values)


def test_csv(made, tmp_path):
    first, *rest = written(made, tmp_path, ".csv").read_text().splitlines()
    rows = list(csv.DictReader(rest))
    assert first.startswith("# gradproof ") and made.points in first and made.about in first
    assert tuple(rows[0]) == ROW
    assert same([row["x"] for row in rows], made.x)
    assert same([row["value"] for row in rows], made.value)
    assert hex_same([row["value_hex"] for row in rows], made.value, made.format.name)
    assert tuple(row["exact"] for row in rows) == made.exact
    assert same([row["distance"] for row in rows], made.distance)


def test_json(made, tmp_path):
    data = strict(written(made, tmp_path, ".json").read_text())
    assert data == json.loads(json.dumps(data)), "plain data"
    assert data["schema"] == 1
    assert data["table"] == {
        "gradproof": data["table"]["gradproof"], "function": made.function, "formula": made.formula,
        "parameters": dict(made.parameters), "order": made.order, "dtype": made.format.name,
        "rounding": "to nearest, ties to even", "points": made.points, "about": made.about,
    }  # fmt: skip
    assert all(tuple(row) == ROW for row in data["rows"])
    assert same([row["x"] for row in data["rows"]], made.x)
    assert hex_same([row["x_hex"] for row in data["rows"]], made.x, made.format.name)
    assert same([row["value"] for row in data["rows"]], made.value)
    assert [row["side"] for row in data["rows"]] == [{-1: "left", 0: None, 1: "right"}[s] for s in made.side.tolist()]


def test_the_document_names_its_fields():
    assert all(f'"{name}"' in (document.__doc__ or "") for name in ROW)


def test_npz(made, tmp_path):
    with np.load(written(made, tmp_path, ".npz"), allow_pickle=False) as data:
        assert same(data["x"], made.x) and same(data["value"], made.value)
        assert (data["x_bits"] == to_bits(made.x)).all() and (data["value_bits"] == to_bits(made.value)).all()
        assert tuple(data["exact"]) == made.exact and tuple(data["kind"]) == made.kind
        assert json.loads(str(data["provenance"]))["formula"] == made.formula


def test_parquet(made, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="PYARROW IS NOT INSTALLED: .parquet was not tested")
    data = parquet.read_table(written(made, tmp_path, ".parquet"))
    columns = data.to_pydict()
    assert same(columns["x"], made.x) and same(columns["value"], made.value)
    assert columns["value_bits"] == to_bits(made.value).tolist()
    assert tuple(columns["exact"]) == made.exact
    assert columns["side"] == [{-1: "left", 0: None, 1: "right"}[s] for s in made.side.tolist()]
    assert json.loads(data.schema.metadata[b"gradproof"])["points"] == made.points


def test_parquet_files_with_and_without_kinks_form_one_dataset(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="PYARROW IS NOT INSTALLED: .parquet was not tested")
    pyarrow, dataset = import_module("pyarrow"), import_module("pyarrow.dataset")
    files = [tmp_path / f"{name}.parquet" for name in ("gelu", "relu", "tanh")]
    for file in files:
        assert cli.run(["table", file.stem, "--order", "1", "--points", "-1,0,1", "-o", str(file)]) == 0
    tables = [parquet.read_table(file) for file in files]
    assert [each["side"].null_count for each in tables] == [3, 2, 3], "only relu has a kink, of two rows"
    for each in tables:
        assert each.schema.equals(tables[0].schema)
        assert not any(pyarrow.types.is_null(field.type) for field in each.schema)
    assert pyarrow.concat_tables([each.replace_schema_metadata() for each in tables]).num_rows == 10
    sides = dataset.dataset(files).to_table(columns=["side"])["side"].to_pylist()
    assert sorted(filter(None, sides)) == ["left", "right"]


def test_markdown(made, tmp_path):
    text = written(made, tmp_path, ".md").read_text()
    lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip().replace("\\", "").strip("`") for cell in line] for line in lines]
    assert tuple(cells[0]) == ROW
    rows = [dict(zip(ROW, row, strict=True)) for row in cells[2:]]
    assert hex_same([row["x_hex"] for row in rows], made.x, made.format.name)
    assert same([row["value"] for row in rows], made.value)
    assert tuple(row["exact"] for row in rows) == made.exact
    assert text.startswith("gradproof ")


def test_latex(made, tmp_path):
    first, begin, *lines, end = written(made, tmp_path, ".tex").read_text().splitlines()
    assert first.startswith("% gradproof ")
    assert (begin, end) == (r"\begin{tabular}{lllll}", r"\end{tabular}")
    rows = [line.removesuffix(r" \\").split(" & ") for line in lines if line != r"\hline"][1:]
    assert len(rows) == len(made) and all(len(row) == 5 for row in rows)
    parse = MathTextParser("path").parse
    for (x, value, exact, distance, _), text in zip(rows, made.exact, strict=True):
        for formula in (x, exact, distance):
            assert formula[0] == formula[-1] == "$"
        assert not re.search(r"(?<!\\)[#%_&~]", exact + value)
        assert re.sub(r" \\cdot 10\^\{(.*)\}", r"e\1", exact.strip("$")).split("e")[0] == _mantissa(text)
    for row in rows[:: len(rows) // 20 + 1]:
        for formula in row[:1] + row[2:4]:
            parse(formula)
    assert hex_same([row[1].removeprefix(r"\texttt{").removesuffix("}") for row in rows], made.value, made.format.name)


def _mantissa(text: str) -> str:
    named = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{NaN}"}
    return (
        named.get(text)
        or re.sub(r"(?<=[<>])(-?)1e([-+])500", r"\g<1>10^{\g<2>500}", text).replace("+", "").split("e")[0]
    )


PROGRAM = """
#include "reference.h"
#include <stdio.h>
#include <string.h>
int main(void) {
    for (int i = 0; i < reference_rows; i++)
        printf("%a %a %llx %llx %d %a %s %s\\n", (double)reference_x[i], (double)reference_value[i],
               (unsigned long long)reference_x_bits[i], (unsigned long long)reference_value_bits[i],
               reference_side[i], reference_distance[i], reference_exact[i], reference_kind[i]);
    return 0;
}
"""


def test_c_header(made, tmp_path):
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("GCC IS NOT INSTALLED: the C header was not compiled")
    folder = tmp_path / "source"
    folder.mkdir()
    header = written(made, folder, ".h")
    (tmp_path / "main.c").write_text('#include "reference.h"\n' + PROGRAM)
    flags = ["-std=c99", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", f"-I{folder}"]
    subprocess.run([gcc, *flags, "main.c", "-o", "main"], cwd=tmp_path, check=True, timeout=60)
    out = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True, timeout=60).stdout
    rows = [line.split() for line in out.splitlines()]
    assert header.read_text().startswith("/* gradproof ")
    assert same([float.fromhex(row[0]) for row in rows], made.x)
    assert same([float.fromhex(row[1]) for row in rows], made.value)
    assert [int(row[2], 16) for row in rows] == to_bits(made.x).tolist()
    assert [int(row[3], 16) for row in rows] == to_bits(made.value).tolist()
    assert [int(row[4]) for row in rows] == made.side.tolist()
    assert same([float.fromhex(row[5]) for row in rows], made.distance)
    assert tuple(row[6] for row in rows) == made.exact
    assert tuple(row[7] for row in rows) == made.kind


def test_every_suffix_has_a_test():
    assert set(WRITERS) == {".csv", ".json", ".npz", ".parquet", ".md", ".tex", ".h"}


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_the_same_table_gives_the_same_file(suffix, tmp_path):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow", reason="PYARROW IS NOT INSTALLED: .parquet was not tested")
    path = tmp_path / f"a{suffix.upper()}"
    contents = []
    for _ in range(2):
        assert cli.run(["table", "relu", "--points", "1,2", "-o", str(path)]) == 0
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


def test_the_terminal(capsys):
    code, out, err = run(capsys, "table", "relu", "--order", "1", "--points", "0,0.1")
    assert (code, err) == (0, "")
    assert "first derivative of f = relu = max(0, x)" in out
    assert [line.split() for line in out.rstrip().splitlines()[-3:]] == [
        ["0.0", "0x0p+0", "0", "0.5", "kink,", "left"], ["0.0", "0x1p+0", "1", "0.25", "kink,", "right"],
        ["0.1", "0x1p+0", "1", "0.25", "point"],
    ]  # fmt: skip


def printed(capsys, *arguments):
    """The cells of the rows printed, and the line below them."""
    _, _, body = run(capsys, "table", *arguments)[1].partition("──\n")
    body, _, below = body.partition("\n\n")
    return [tuple(line.split()) for line in body.splitlines()], below.strip()


def test_a_long_table_shows_some_rows_of_each_kind(capsys):
    rows, below = printed(capsys, "gelu")
    every, nothing = printed(capsys, "gelu", "--rows", "1000")
    assert (len(every) > 200, nothing) == (True, "")
    assert {"zero", "hard", "spread", "neighbour"} <= {row[-1] for row in rows} == {row[-1] for row in every}
    assert set(rows) < set(every)
    assert 30 < len(rows) <= 40
    n = len(every)
    assert below == f"{len(rows)} of {n} rows, some of each kind: --rows {n} prints all, -o FILE writes them"


@pytest.mark.parametrize(("count", "shown"), [(40, 40), (41, 40), (600, 40)])
def test_rows_of_one_kind_are_spread_evenly(capsys, count, shown):
    rows, below = printed(capsys, "identity", "--points", f"1:2:{count}")
    assert (len(rows), rows[0][0], rows[-1][0]) == (shown, "1.0", "2.0")
    assert below.startswith(f"40 of {count} rows, evenly spaced:" if count > 40 else "")
    assert bool(below) == (count > 40)


@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_a_table_of_few_rows_asked_for(capsys, most):
    rows, below = printed(capsys, "gelu", "--rows", str(most))
    assert below.startswith(f"{most} of ")
    assert len(rows) == most


def test_json_on_stdout(capsys):
    code, out, err = run(capsys, "table", "gelu", "--points", "1", "--json")
    assert (code, err) == (0, "")
    (row,) = strict(out)["rows"]
    assert row["exact"] == "0.84134474606854294858523254563203792247791296672660"


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (["nosuch"], ["nosuch"]),
        (["glu"], ["glu", "one input"]),
        (["softmax"], ["softmax", "one input"]),
        (["x + y"], ["y"]),
        (["gelu", "--order", "3"], ["--order"]),
        (["gelu", "--rows", "0"], ["--rows"]),
        (["gelu", "--rows", "9", "--json"], ["--rows 9", "--json writes every row"]),
        (["gelu", "--rows", "9", "-o", "gelu.csv"], ["--rows 9", "-o writes every row"]),
        (["gelu", "--dtype", "float31"], ["float31", "float16"]),
        (["gelu", "--dtype", "float32,float16"], ["one format"]),
        (["gelu", "--points", "twelve"], ["twelve", "A:B:N"]),
        (["gelu", "--points", "all"], ["float32", "8 or 16 bits"]),
        (["gelu", "--points", "@nowhere.txt"], ["nowhere.txt"]),
        (["gelu", "--points", "inf", "--dtype", "float8_e4m3fn"], ["no infinity"]),
        (["elu", "--param", "alpha=x"], ["alpha=x"]),
        (["elu", "--param", "beta=1"], ["beta", "alpha"]),
        (["elu", "--param", "orders=1"], ["orders"]),
        (["gelu", "-o", "table.xls"], ["table.xls", ".csv", ".parquet"]),
        (["gelu", "-o", "nowhere/table.csv"], ["nowhere/table.csv", "no such folder"]),
        (["gelu", "-o", "."], ["."]),
        (["gelu", "--json", "-o", "table.csv"], ["--json", "table.csv"]),
    ],
)
def test_bad_input_is_one_line(capsys, tmp_path, monkeypatch, arguments, fragments):
    monkeypatch.chdir(tmp_path)
    fails_with_one_line(run(capsys, "table", *arguments), *fragments)
    assert not list(tmp_path.iterdir())


def test_a_folder_in_the_way(capsys, tmp_path):
    (tmp_path / "a.csv").mkdir()
    fails_with_one_line(run(capsys, "table", "relu", "-o", str(tmp_path / "a.csv")), "a.csv", "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_parquet_without_pyarrow(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    fails_with_one_line(
        run(capsys, "table", "relu", "-o", str(tmp_path / "a.parquet")), "pyarrow", "gradproof[parquet]"
    )


@pytest.mark.thorough
def test_a_file_that_cannot_be_completed_leaves_the_old_one(tmp_path):
    (tmp_path / "a.csv").write_text("old")
    little_room = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))"
    command = f"{little_room}; from gradproof.reports.cli import main; main()"
    answer = subprocess.run(
        [sys.executable, "-c", command, "table", "relu", "-o", "a.csv"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith("gradproof: -o a.csv: ") and answer.stderr.count("\n") == 1
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.csv": "old"}


def test_a_formula_cannot_leave_its_comment(tmp_path):
    path = tmp_path / "9 lives-\u00e9.h"
    assert cli.run(["table", "x*\nx", "--points", "2", "-o", str(path)]) == 0
    text = path.read_text()
    assert text.count("*/") == text.count("/*")
    assert re.search(r"static const float table_9_lives__+x\[", text)


def test_infinities_and_nan_are_words(tmp_path):
    path = tmp_path / "a.json"
    assert cli.run(["table", "exp(x)", "--points", "-inf,inf,nan", "-o", str(path)]) == 0
    rows = strict(path.read_text())["rows"]
    assert [row["x"] for row in rows] == ["-inf", "inf", "nan"]
    assert rows[1]["value"] == "inf" and math.isinf(float(rows[1]["distance"]))
