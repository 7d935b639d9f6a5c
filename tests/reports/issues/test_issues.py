"""Issue reports: what they say, and that their scripts print what the check observed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from gradproof.crosschecks.checking.check import check
from gradproof.reports import cli
from gradproof.reports.issues.collect import issues
from gradproof.reports.issues.write import write_issues

KERNELS = Path(__file__).parents[2] / "crosschecks" / "causes"


def script_of(text: str) -> str:
    (script,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return script


def printed(script: str, folder: Path) -> dict[str, str]:
    """What a script prints, by the first word of each line."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines())


def reproduced(results, folder: Path, where: Path) -> list[str]:
    """The texts of the reports, whose scripts print what they say."""
    paths = write_issues(results, folder)
    texts = [path.read_text("utf-8") for path in paths]
    for text, issue in zip(texts, issues(results), strict=True):
        output = printed(script_of(text), where)
        finding = issue.cases[0].finding
        assert float(output["observed"]) == pytest.approx(float(finding.got), rel=1e-12, nan_ok=True), text
        if "mp.dps" in text:
            assert float(output["expected"]) == pytest.approx(float(finding.expected), rel=1e-2)
        assert f"observed {output['observed']}\nexpected {output['expected']}\n" in text
    return texts


def test_a_report_is_written_for_each_cause(tmp_path, monkeypatch):
    monkeypatch.chdir(KERNELS)
    results = check("kernels:gelu_by_erf", as_="gelu", dtypes=["float32", "float16"], examples=5, survey=False)
    texts = reproduced(results, tmp_path, KERNELS)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert "kernels-gelu_by_erf-gelu-float32-cancellation.md" in names
    (text,) = [t for t in texts if "cancels" in t]
    for words in (
        "# kernels.gelu_by_erf (float32, float16): returns zero for a normal number where 1 + erf(x/sqrt(2)) cancels",
        "## To reproduce", "from mpmath import mp, mpf", "| gelu | float16 |", "`0.5*x*erfc(-x/sqrt(2))`", "numpy ",
    ):  # fmt: skip
        assert words in text
    assert "gradproof" not in text


@pytest.mark.thorough
def test_the_command_writes_reports_where_it_is_told_to(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(KERNELS)
    target = ["kernels:leaky_02", "--as", "leaky_relu", "--dtype", "float32", "--range", "-4:4"]
    assert cli.run(["check", *target, "--issue-dir", str(tmp_path / "new")]) == 1
    assert "1 issue report" in capsys.readouterr().err
    (path,) = (tmp_path / "new").iterdir()
    assert path.name == "kernels-leaky_02-leaky_relu-float32-other-parameter.md"
    right = ["kernels:tanh", "--as", "tanh", "--dtype", "float64"]
    assert cli.run(["check", *right, "--issue-dir", str(tmp_path / "no")]) == 0
    assert "no failures to report" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("framework", "name", "order", "dtype", "words"),
    [
        pytest.param("torch", "tanh", 1, "float32", "1 - tanh(x)**2 cancels", marks=pytest.mark.exhaustive),
        pytest.param("jax", "elu", 1, "float32", "expm1(x) + 1 cancels", marks=pytest.mark.thorough),
        pytest.param("onnxruntime", "sigmoid", 0, "float32", "onnx", marks=pytest.mark.thorough),
    ],
)
def test_reports_on_frameworks_reproduce(framework, name, order, dtype, words, tmp_path):
    pytest.importorskip(framework, reason=f"{framework} is not installed: no report on it was reproduced")
    results = check(framework, as_=name, dtypes=[dtype], orders=[order])
    texts = reproduced(results, tmp_path, tmp_path)
    assert any(words in text for text in texts), texts
