"""Options of every command, and small ones: quiet, colours, the version, stdin, patterns, orders, completion."""

from __future__ import annotations

import io
import json

import pytest
from gradproof.reports import cli
from gradproof.reports.cli import cli as group
from gradproof.reports.runs import pool
from gradproof.reports.writing.progress import Progress

from .test_cli import fails_with_one_line, run


@pytest.mark.parametrize("arguments", [("-q", "prove", "x > 0"), ("prove", "--quiet", "x > 0"), ("list", "-q")])
def test_quiet_prints_nothing(capsys, arguments):
    code, out, err = run(capsys, *arguments)
    assert (code, out, err) == (int("prove" in arguments), "", "")


def test_quiet_says_what_is_wrong_and_prints_json(capsys):
    assert "nosuch" in run(capsys, "-q", "prove", "nosuch(x) > 0")[2]
    assert json.loads(run(capsys, "-q", "prove", "--json", "x > 0")[1])["verdict"] == "refuted"


def test_no_color(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[3" in run(capsys, "list", "relu")[1] or "\x1b[1" in run(capsys, "list", "relu")[1]
    assert "\x1b[3" not in run(capsys, "describe", "--no-color", "relu")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in run(capsys, "describe", "relu")[1]


def test_the_version(capsys):
    assert run(capsys, "-V")[1] == run(capsys, "--version")[1] != ""


def test_a_ledger_from_stdin(capsys, monkeypatch, ledger_file):
    monkeypatch.setattr("sys.stdin", io.StringIO(ledger_file.read_text()))
    assert "3 claims: 1 proved, 1 refuted, 1 outside" in run(capsys, "verify", "-")[1]
    monkeypatch.setattr("sys.stdin", io.StringIO("no toml"))
    fails_with_one_line(run(capsys, "verify", "-"), "stdin", "TOML")


def test_list_of_a_pattern(capsys):
    data = json.loads(run(capsys, "list", "SOFT*", "--json")[1])
    assert {"softplus", "soft_shrink"} <= {entry["name"] for entry in data["activations"]}
    assert all(
        any(name.startswith("soft") for name in (entry["name"], *entry["aliases"])) for entry in data["activations"]
    )
    assert [entry["name"] for entry in data["vector_activations"]] == ["softmax", "softmin"]
    assert run(capsys, "list", "hard_silu")[1].startswith("1 activation\n")
    fails_with_one_line(run(capsys, "list", "nosuch"), "nosuch")


def test_describe_one_order(capsys):
    out = run(capsys, "describe", "gelu", "--order", "1")[1]
    assert "f'" in out and "f''" not in out and "Lipschitz" in out
    fails_with_one_line(run(capsys, "describe", "softmax", "--order", "1"), "softmax", "one input")


def complete(capsys, monkeypatch, words):
    monkeypatch.setenv("_GRADPROOF_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    with pytest.raises(SystemExit):
        cli.run([])
    return [line.partition(",")[2] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("gradproof des", "describe"),
        ("gradproof describe hard_s", "hard_sigmoid"),
        ("gradproof describe softm", "softmax"),
        ("gradproof check to", "torch"),
        ("gradproof check torch --as gelu_t", "gelu_tanh"),
        ("gradproof table gelu --dtype bf", "bfloat16"),
        ("gradproof verify --work", "--workers"),
        ("gradproof depth relu --init ", "orthogonal"),
    ],
)
def test_completion(capsys, monkeypatch, words, expected):
    assert expected in complete(capsys, monkeypatch, words)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(capsys, shell):
    out = run(capsys, "completion", shell)[1]
    assert f"_GRADPROOF_COMPLETE={shell}_complete" in out


@pytest.mark.parametrize("command", [["gains", "relu", "tanh"], ["train", "relu", "--depth", "1", "--steps", "2"]])
def test_ctrl_c_keeps_what_is_done_and_says_it_first(capsys, monkeypatch, command):
    class Interrupted(Progress):
        def step(self, name):
            raise KeyboardInterrupt

    monkeypatch.setattr(pool, "Progress", Interrupted)
    code, out, _ = run(capsys, *command, "--workers", "1")
    assert code == 130
    assert out.startswith("interrupted: ")
    code, out, _ = run(capsys, *command, "--workers", "1", "--json")
    assert (code, json.loads(out)["interrupted"], json.loads(out)["asked"]) == (130, True, 2)


def test_workers_is_spelled_the_same_everywhere():
    with_workers = {name for name, each in group.commands.items() if any(p.name == "workers" for p in each.params)}
    assert with_workers == {"atlas", "report", "verify", "recheck", "check", "sweep", "gains", "train", "depth"}
