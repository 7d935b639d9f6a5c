"""The command line: exit codes, one-line errors, strict JSON."""

from __future__ import annotations

import pytest
from gradproof.reports import cli
from gradproof.reports.writing.console import VERDICT_STYLES
from gradproof.reports.writing.counts import WORDS

from ..conftest import strict


def run(capsys, *arguments):
    """The command inside this process: exit code, stdout, stderr."""
    code = cli.run(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def fails_with_one_line(answer, *fragments):
    code, out, err = answer
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1, err
    assert err.startswith("gradproof: ")
    assert "Traceback" not in err
    for fragment in fragments:
        assert fragment in err


def test_prove_says_proved_and_exits_0(capsys):
    code, out, err = run(capsys, "prove", "D(sigmoid)(x) <= 1/4")
    assert code == 0
    assert out.startswith("proved")
    assert err == ""


def test_prove_exits_1_and_names_the_counterexample(capsys):
    code, out, _ = run(capsys, "prove", "D(sigmoid)(x) < 1/4")
    assert code == 1
    assert out.startswith("refuted")
    assert "counterexample: x = 0: left 1/4, right 1/4" in out
    assert "true: D(sigmoid)(x) <= 1/4" in out


def test_prove_where(capsys):
    assert run(capsys, "prove", "D(sigmoid)(x) < 1/4", "--where", "x > 0")[0] == 0


def test_a_statement_may_begin_with_a_minus_sign(capsys):
    assert run(capsys, "prove", "-1 < tanh(x)")[0] == 0


def test_prove_json_is_one_strict_document(capsys):
    code, out, _ = run(capsys, "prove", "--json", "gelu(x) > x/2")
    data = strict(out)
    assert code == 1
    assert data["verdict"] == "refuted"
    assert data["counterexample"] == {"at": {"x": "0"}, "lhs": "0", "rhs": "0"}
    keys = {
        "ledger",
        "id",
        "says",
        "statement",
        "where",
        "expect",
        "verdict",
        "evidence",
        "nearest",
        "tested",
        "seconds",
    }
    assert keys <= data.keys()


@pytest.mark.parametrize(
    "statement",
    [
        "__import__('os').system('touch executed')",
        "(1).__class__",
        "(lambda: 1)()",
        "9**9**9**9 > 0",
        "x <=",
        "nosuch(x) > 0",
        "",
        "x > 0 \x00",
        "(" * 5000 + "x" + ")" * 5000 + " > 0",
        "[x for x in (1,)] == 1",
        "f'{x}' == 1",
        "x := 3",
    ],
)
def test_hostile_statements_are_refused_with_one_line(capsys, tmp_path, monkeypatch, statement):
    monkeypatch.chdir(tmp_path)
    fails_with_one_line(run(capsys, "prove", statement))
    assert not list(tmp_path.iterdir())


def test_a_statement_of_10_megabytes_is_refused(capsys):
    fails_with_one_line(run(capsys, "prove", "x" + " + x" * 2_500_000 + " > 0"))


def test_verify_a_ledger(capsys, ledger_file):
    code, out, err = run(capsys, "verify", str(ledger_file))
    assert code == 0
    assert err == ""
    assert "1 proved, 1 refuted, 1 outside" in out
    assert "\x1b" not in out, "neither colours for a pipe nor what a stranger's ledger holds"


def test_verify_json(capsys, ledger_file):
    code, out, _ = run(capsys, "verify", "--json", str(ledger_file))
    data = strict(out)
    assert code == 0
    assert data["schema"] == 1
    assert [claim["verdict"] for claim in data["claims"]] == ["proved", "refuted", "outside"]


def test_verify_exits_1_when_a_verdict_is_not_the_expected_one(capsys, ledger_file):
    ledger_file.write_text(ledger_file.read_text().replace('expect = "refuted"', 'expect = "proved"'))
    code, out, _ = run(capsys, "verify", str(ledger_file))
    assert code == 1
    assert "strict: expected proved, got refuted" in out


@pytest.mark.parametrize(
    ("text", "fragment"),
    [("title = 'x'\n[[claim]\n", "line 2"), ("\x00", "small.toml"), ("titel = 'x'\nclaim = 1\n", "titel")],
)
def test_a_file_that_is_no_ledger_is_one_line(capsys, ledger_file, text, fragment):
    ledger_file.write_text(text)
    fails_with_one_line(run(capsys, "verify", str(ledger_file)), "small.toml", fragment)


UNREADABLE = """
title = "half of it"
[functions]
"mine(x, beta=1)" = "x*sigmoid(beta*x)"
broken = "x*sigmoid(gamma*x)"
[[claim]]
id = "leaky_relu-slope"
says = "s"
statement = "mine(x, beta=0) == x/2"
expect = "proved"
[[claim]]
id = "cut-short"
says = "s"
statement = "x <"
expect = "refuted"
[[claim]]
id = "everything at once"
statement = "ReLU(x) >= 0"
expect = "certain"
colour = "red"
[[claim]]
id = "uses-broken"
says = "s"
statement = "broken(0) == 0"
[[claim]]
id = "leaky_relu-slope"
says = "s"
outside = "history"
[[claim]]
id = "false"
says = "s"
statement = "mine(x) > 0"
"""


def test_claims_that_cannot_be_read_are_named_and_the_others_are_decided(capsys, ledger_file):
    ledger_file.write_text(UNREADABLE)
    code, out, err = run(capsys, "verify", "--json", str(ledger_file))
    verdicts = [claim["verdict"] for claim in strict(out)["claims"]]
    assert code == 2
    assert verdicts == ["proved", "error", "error", "error", "error", "refuted"]
    lines = err.splitlines()
    assert len(lines) == 5 and all(line.startswith(f"gradproof: {ledger_file}: ") for line in lines)
    every = [["function 'broken'", "gamma"], ["'cut-short'"], ["'#3'", "'everything at once'"], ["'uses-broken'"], []]
    for line, fragments in zip(lines, every, strict=True):
        assert all(fragment in line for fragment in fragments)
    for fragment in ("underscores", "expect='certain'", "'colour'", "did you mean 'relu'?"):
        assert fragment in lines[2], "all that is wrong with a claim is said at once"
    assert "occurs twice" in lines[4]


def test_unreadable_claims_are_shown_and_counted(capsys, ledger_file):
    ledger_file.write_text(UNREADABLE)
    out = run(capsys, "verify", str(ledger_file))[1]
    assert "6 claims: 4 error, 1 proved, 1 refuted" in out
    assert "expected refuted" not in out, "a claim that cannot be read has no verdict that could differ"


def test_a_missing_ledger_is_one_line(capsys):
    fails_with_one_line(run(capsys, "verify", "nowhere.toml"), "nowhere.toml")


def test_an_error_line_cannot_drive_the_terminal(capsys):
    _, _, err = run(capsys, "describe", "\x1b[2Jx\u202e\nnext")
    assert "\x1b" not in err
    assert err.count("\n") == 1


def test_describe(capsys):
    code, out, _ = run(capsys, "describe", "gelu")
    assert code == 0
    assert "1.12890414518515478634074444226" in out
    assert "attained at sqrt(2)" in out


def test_describe_json(capsys):
    data = strict(run(capsys, "describe", "elu", "--param", "alpha=2", "--json")[1])
    assert data["continuity"] == 0
    assert data["orders"][0]["range"]["inf"] == {"decimal": "-2", "exact": "-2", "radius": "0"}
    assert data["orders"][0]["range"]["inf_attained"] is False


def test_describe_a_formula(capsys):
    code, out, _ = run(capsys, "describe", "x*exp(-x**2)")
    assert code == 0
    assert "odd" in out


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (["describe", "sigmoyd"], ["sigmoyd", "did you mean sigmoid"]),
        (["describe", "glu"], ["glu", "one input"]),
        (["describe", "ReLU"], ["ReLU", "did you mean relu?"]),
        (["describe", "x^2"], ["powers are written **"]),
        (["describe", "exp(-a*x)"], ["exp(-a*x)", "of x alone, or values for a"]),
        (["describe", "elu", "--param", "alpha"], ["--param 'alpha'", "NAME=VALUE"]),
        (["describe", "elu", "--param", "beta=1"], ["beta", "alpha"]),
        (["describe", "elu", "--param", "alpha=x"], ["alpha=x", "expected a number"]),
        (["describe", "elu", "--param", "orders=1"], ["orders"]),
        (["describe", "elu", "--param", "alpha=1", "--param", "alpha=2"], ["alpha", "twice"]),
        (["describe", "celu", "--param", "alpha=0"], ["alpha != 0"]),
        (["depth", "sigmoid", "--layers", "0"], ["--layers"]),
        (["depth", "sigmoid", "--weight", "-1"], ["positive"]),
        (["depth", "nosuch"], ["nosuch"]),
        (["gains", "nosuch"], ["nosuch"]),
        (["gains", "softmax"], ["softmax", "vectors"]),
        (["gains", "elu", "relu", "--param", "alpha=2"], ["--param", "one function"]),
        (["gains", "elu", "--param", "beta=2"], ["beta"]),
        (["meanfield", "nosuch"], ["nosuch"]),
        (["meanfield", "swiglu"], ["swiglu"]),
        (["meanfield", "softmax"], ["softmax", "vectors"]),
        (["meanfield", "tanh", "--sigma-w", "-1"], ["sigma_w=-1", "not negative"]),
        (["meanfield", "tanh", "--sigma-w", "0"], ["sigma_w=0", "positive"]),
        (["meanfield", "tanh", "--sigma-w", "abc"], ["abc"]),
        (["check", "numpy", "--as", "nosuch"], ["nosuch"]),
        (["check", "numpy", "--dtype", "float31"], ["float31", "float16"]),
        (["check", "numpy", "--order", "7"], ["'7'"]),
        (["check", "nosuchmodule:f", "--as", "gelu"], ["nosuchmodule"]),
        (["check", "numpy", "--as", "gelu", "--at", "twelve"], ["twelve"]),
        (["frobnicate"], ["frobnicate"]),
        (["list", "--nosuch"], ["--nosuch"]),
        (["prove"], ["STATEMENT"]),
    ],
)
def test_bad_input_is_one_line(capsys, arguments, fragments):
    fails_with_one_line(run(capsys, *arguments), *fragments)


def test_depth(capsys):
    data = strict(run(capsys, "depth", "sigmoid", "--layers", "10", "--json")[1])
    zero = {row["format"]: row["rounds_to_zero"] for row in data["formats"]}
    assert zero == {
        "float64": 538, "float32": 75, "float16": 13, "bfloat16": 67, "float8_e4m3fn": 5, "float8_e5m2": 9,
    }  # fmt: skip
    assert data["product"]["sup"]["exact"] == "1/1048576"
    assert "538" in run(capsys, "depth", "sigmoid")[1]


def test_gains(capsys):
    code, text, _ = run(capsys, "gains", "tanh", "relu", "glu", "logit", "x**2")
    assert code == 0
    rows = [line.split() for line in text.splitlines()]
    assert ["tanh", "forward", "1.59253741972283142777…"] in rows
    assert ["PyTorch's", "≠", "1.66666666666666666666…", "5/3"] in rows
    assert ["PyTorch's", "1.41421356237309504880…", "sqrt(2)"] in rows
    assert ["backward,", "b", "4.72264608593797433089…"] in rows
    assert ["backward", "0.5", "1/2"] in rows
    assert "logit: forward:" in text
    data = strict(run(capsys, "gains", "leaky_relu", "--param", "negative_slope=1/3", "--json")[1])
    (row,) = data["rows"]
    assert row["backward"]["exact"] == row["forward"]["exact"] == row["by_input"]["x"]["exact"]
    assert (row["name"], row["differs"]) == ("leaky_relu", False)


def test_meanfield_of_relu(capsys):
    code, text, _ = run(capsys, "meanfield", "relu", "--sigma-w", "1", "--sigma-b", "0.3")
    assert (code, "ordered" in text, "9/50" in text) == (0, True, True)
    (critical,) = strict(run(capsys, "meanfield", "relu", "--json")[1])["critical"]
    assert (critical["sigma_w"]["exact"], critical["sigma_b"]["exact"]) == ("sqrt(2)", "0")


@pytest.mark.thorough
def test_meanfield(capsys):
    code, text, _ = run(capsys, "meanfield", "tanh", "--sigma-w", "1.5", "--sigma-b", "0.1")
    assert code == 0
    assert "chaotic" in text and "0.813322326872871013259…" in text and "1.12905269866405" in text
    text = run(capsys, "meanfield", "tanh", "--sigma-w", "2")[1]
    assert "unstable" in text and "2.12147356820317853037…" in text
    data = strict(run(capsys, "meanfield", "x*Phi(x)", "--json")[1])
    first = data["critical"][0]
    assert (first["sigma_w"]["exact"], first["sigma_b"]["exact"], first["q_star"]["exact"]) == ("2", "0", "0")
    assert {"q_star", "chi", "phase", "xi_q", "xi_c"} <= data.keys()


@pytest.mark.thorough
def test_depth_names_both_roundings(capsys):
    text = run(capsys, "depth", "gaussian")[1]
    once, stepwise = text.split("rounded once")[1].split("rounded at every step", 1)
    assert "678" in once and "stays" not in once
    assert "never: stays at 3 * 2^-149" in stepwise and "678" not in stepwise
    rows = strict(run(capsys, "depth", "gelu", "--json")[1])["formats"]
    assert {"overflows": 91, "stepwise": 48}.items() <= {
        "overflows": rows[-1]["overflows"], "stepwise": rows[-1]["stepwise"]["overflows"],
    }.items()  # fmt: skip
    assert "not within" in run(capsys, "depth", "x", "--weight", "0.9999")[1]


def test_list(capsys):
    names = {entry["name"] for entry in strict(run(capsys, "list", "--json")[1])["activations"]}
    assert len(names) >= 26
    out = run(capsys, "list")[1]
    assert all(name in out for name in names)


@pytest.mark.thorough
def test_check_passes_what_is_right(capsys):
    code, out, _ = run(capsys, "check", "numpy", "--as", "relu", "--dtype", "float32", "--order", "0")
    assert code == 0
    assert out.startswith("sampled, not exhaustive")
    assert "1 of 1 passed" in out


@pytest.mark.thorough
def test_check_json_of_what_is_wrong(capsys, tmp_path, monkeypatch):
    (tmp_path / "kernels.py").write_text("def half_relu(x):\n    return x / 2 * (x > 0)\n")
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, "check", "kernels:half_relu", "--dtype", "float32", "--json")
    result = strict(out)["results"][0]
    assert code == 1
    assert (result["activation"], result["verdict"]) == ("relu", "fail")
    assert all(finding["x_hex"] for finding in result["findings"] if finding["property"] == "accuracy")


def test_help_and_version(capsys):
    assert run(capsys, "--version")[1].startswith("gradproof ")
    out = run(capsys, "--help")[1]
    for name in ("report", "verify", "prove", "describe", "check", "depth", "gains", "meanfield", "train", "list"):
        assert f"  {name} " in out


def test_every_verdict_has_a_look():
    assert set(WORDS) <= VERDICT_STYLES.keys()
