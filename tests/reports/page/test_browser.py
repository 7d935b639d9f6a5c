"""The report in a real browser: it loads without an error, a request, or a page wider than a phone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="CHROMIUM IS NOT INSTALLED: the page was not opened in it")


def browse(page, folder, *options):
    """Chromium's log and, with --dump-dom, the page."""
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--disable-component-update", "--disable-sync", "--no-default-browser-check", "--disable-dev-shm-usage",
        f"--user-data-dir={folder}", "--enable-logging=stderr", "--v=0", *options, page.as_uri(),
    ]  # fmt: skip
    environment = {**os.environ, "HOME": str(folder)}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


@pytest.mark.thorough
def test_it_loads_without_errors_and_requests(report_folder, tmp_path):
    done = browse(report_folder / "index.html", tmp_path / "profile", "--dump-dom")
    assert "Implementations" in done.stdout
    assert "CONSOLE" not in done.stderr, done.stderr


@pytest.mark.thorough
def test_a_request_would_be_seen(report_folder, tmp_path):
    """The page forbids itself every request, so the browser complains about one."""
    text = report_folder.joinpath("index.html").read_text(encoding="utf-8")
    page = tmp_path / "asks.html"
    page.write_text(text.replace("</body>", '<img src="https://example.invalid/pixel.png"></body>'))
    done = browse(page, tmp_path / "profile", "--dump-dom")
    assert re.search("CONSOLE.*Content Security Policy", done.stderr), done.stderr


@pytest.mark.thorough
def test_it_is_no_wider_than_a_phone(report_folder, tmp_path):
    probe = "<script>document.title = 'width ' + document.documentElement.scrollWidth</script></body>"
    text = report_folder.joinpath("index.html").read_text(encoding="utf-8")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    text = text.replace("<details>", "<details open>").replace("</body>", probe)
    narrow = tmp_path / "narrow.html"
    narrow.write_text(
        f'<iframe id="phone" style="width: 390px; height: 800px; border: 0" srcdoc="{_quoted(text)}"></iframe>{SCRIPT}'
    )
    done = browse(narrow, tmp_path / "profile", "--dump-dom", "--virtual-time-budget=4000")
    width = re.search(r"<title>width (\d+)</title>", done.stdout)
    assert width, done.stdout[-500:]
    assert int(width.group(1)) <= 390


SCRIPT = """<title></title><script>
window.onload = () => { document.title = document.getElementById("phone").contentDocument.title }
</script>"""


def _quoted(text):
    return text.replace("&", "&amp;").replace('"', "&quot;")
