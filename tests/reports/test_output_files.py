"""What cannot be written is said before the work, with the option, the file and a remedy."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from gradproof.reports import cli
from gradproof.reports.errors import BadInput
from gradproof.reports.output_files import writable, writable_folder


def test_what_can_be_written_leaves_nothing_behind(tmp_path):
    writable(None, "-o")
    writable_folder(None, "-o")
    writable(tmp_path / "new.csv", "-o")
    writable_folder(tmp_path / "new" / "deep", "-o")
    assert not list(tmp_path.iterdir())


def test_what_cannot(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"-o .*nowhere/new.csv: no such folder .*; make it first"):
        writable(tmp_path / "nowhere" / "new.csv", "-o")
    with pytest.raises(BadInput, match=r"expected a file, this is a folder"):
        writable(tmp_path, "-o")
    with pytest.raises(BadInput, match=r"--issue-dir .*: .*file is a file; name another folder"):
        writable_folder(tmp_path / "file" / "deep", "--issue-dir")
    with pytest.raises(BadInput, match=r"cannot be written: .*; name another place"):
        writable_folder(Path("/proc/new"), "-o")


@pytest.mark.parametrize(
    "command",
    [
        ["report", "-o", "out"],
        ["table", "gelu", "-o", "gelu.csv"],
        ["sweep", "numpy", "--as", "gelu", "-o", "gelu.json"],
        ["sweep", "numpy", "--as", "gelu", "--checkpoint", "gelu.sweep"],
        ["check", "numpy", "--save-baseline", "b.json"],
        ["check", "numpy", "--issue-dir", "issues"],
        ["verify", "--certificates", "proofs"],
        ["prove", "x > 0", "--certificates", "proofs"],
    ],
)
def test_a_full_disk_is_seen_before_the_work(capsys, monkeypatch, tmp_path, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 << 20))
    assert cli.run(command) == 2
    out, err = capsys.readouterr()
    assert out == "" and not list(tmp_path.iterdir())
    said = "3 MB are free on that disk, expected 16; make room or name another"
    assert err == f"gradproof: {command[-2]} {command[-1]}: {said}\n"
