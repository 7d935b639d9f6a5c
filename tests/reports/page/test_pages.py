"""The report's pages: self-contained, complete, safe against what a ledger holds, and lost one at a time."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
from html.parser import HTMLParser

import pytest
from gradproof.reports.figures import activations
from gradproof.reports.page import html as page
from gradproof.reports.page.html import html
from gradproof.reports.page.markdown import markdown
from gradproof.reports.page.run import summary
from gradproof.reports.page.write import write
from gradproof.reports.writing.counts import at_fault

from ..conftest import strict

VOID = {"meta", "link", "br", "img", "input", "hr", "use", "path"}


class Checker(HTMLParser):
    """Collects ids and what a browser would fetch, and sees that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("src", "srcset", "data", "action", "poster", "background"):
            self.fetched += [given[name]] if name in given else []
        if "href" in given:
            (self.links if tag == "a" else self.fetched).append(given["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text(report_folder):
    return report_folder.joinpath("index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def checked(text):
    parser = Checker()
    parser.feed(text)
    return parser


def test_nothing_is_fetched(text, checked):
    assert all(target.startswith(("#", "data:")) for target in checked.fetched), checked.fetched
    assert not re.search(r"@import|url\((?!#)", text)
    assert checked.tags.isdisjoint({"iframe", "object", "embed", "base", "form"})
    assert "default-src 'none'" in text


def test_the_only_script_is_the_one_that_the_policy_names(text):
    [script] = re.findall("<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    assert text.count("<script") == 1
    assert not re.search(r"\son\w+=", text.partition("<script>")[0])


def test_it_is_well_formed(checked):
    assert checked.open == []
    assert len(checked.ids) == len(set(checked.ids))
    assert all(link[0] == "#" and link[1:] in checked.ids for link in checked.links), checked.links


def test_every_claim_and_activation_is_there(text, report_data):
    claims = [claim for ledger in report_data["ledgers"] for claim in ledger["claims"]]
    assert [claim["verdict"] for claim in claims] == ["proved", "refuted", "outside"]
    assert all(f'id="claim-1-{claim["id"]}"' in text for claim in claims)
    assert len(report_data["activations"]) >= 26
    assert all(f'id="activation-{entry["name"]}"' in text for entry in report_data["activations"])
    drawn = [entry for entry in report_data["activations"] if entry["facts"]]
    assert len(drawn) == 3
    pictures = text.count('<svg class="figure')
    assert pictures >= 2 * len(drawn) + 2, "two plots for each activation, two for depth"


def test_certified_facts_are_shown(text):
    assert "1.12890414518515478634074444226" in text
    assert "erf(1)/2 + exp(-1)/sqrt(pi) + 1/2" in text
    assert "subdifferential [0, 1]" in text


def test_a_ledger_cannot_inject_markup(text):
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "\x1b" not in text
    assert "<i>inaccurate" not in text


def test_what_is_missing_is_said_loudly(text):
    assert "torch is not installed and was not measured" in text


def test_findings_show_their_input_in_hexadecimal(text):
    assert "-0x1.6p+2" in text


@pytest.mark.thorough
def test_unsound_comes_first_and_fails_the_run(report_data):
    assert not at_fault({**report_data, "implementations": []})
    data = copy.deepcopy(report_data)
    data["implementations"] = []
    data["ledgers"][0]["claims"][0]["verdict"] = "unsound"
    shown = html(data)
    assert at_fault(data)
    assert shown.index("<h2>Unsound</h2>") < shown.index('class="tiles"')
    data = {**report_data, "contradictions": [CONTRADICTION]}
    assert at_fault(data)
    assert "gelu(x) &lt;= 1 was proved" in html(data)
    assert "**UNSOUND** gelu" in markdown(data)


CONTRADICTION = {
    "id": "gelu",
    "says": "gelu(x) <= 1 was proved",
    "statement": "gelu(x) <= 1",
    "counterexample": {"at": {"x": "2"}, "lhs": "1.95", "rhs": "1"},
}


def test_what_a_framework_gets_wrong_does_not_count(report_data):
    [numpy, torch] = copy.deepcopy(report_data["implementations"])
    assert at_fault({**report_data, "implementations": [numpy]}), "gradproof's own NumPy implementations do"
    assert not at_fault({**report_data, "implementations": [{**numpy, "name": "torch"}, torch]})


@pytest.mark.thorough
def test_a_plot_that_fails_is_named_and_the_page_goes_on(report_data, monkeypatch):
    monkeypatch.setattr(activations, "activation_plots", lambda entry: 1 / 0)
    shown = html(report_data)
    assert "plot of gelu is missing" in shown
    assert "ZeroDivisionError" in shown


@pytest.mark.thorough
def test_a_page_that_fails_does_not_lose_the_run(report_data, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "environment", lambda: 1 / 0)
    [line] = write(tmp_path, report_data)
    assert line.startswith("index.html: ZeroDivisionError")
    assert strict(tmp_path.joinpath("report.json").read_text(encoding="utf-8")) == report_data
    assert tmp_path.joinpath("report.md").exists()


@pytest.mark.thorough
def test_the_page_is_a_pure_function_of_the_data(report_data):
    before = copy.deepcopy(report_data)
    assert html(report_data) == html(report_data)
    assert report_data == before


def test_pages_of_an_interrupted_run(report_data):
    data = {
        **report_data,
        "interrupted": True,
        "ledgers": [],
        "implementations": [],
        "activations": [],
        "depth": {**report_data["depth"], "activations": [], "networks": []},
    }
    shown = html(data)
    assert shown.index("was interrupted") < shown.index('class="tiles"')
    assert "was interrupted" in markdown(data).partition("## ")[0]
    assert str(summary(data)[0]).startswith("interrupted: ")
    assert not str(summary({**data, "interrupted": False})[0]).startswith("interrupted")


def test_markdown_holds_the_tables_and_no_markup_of_strangers(report_data):
    text = markdown(report_data)
    assert "## A \\<b\\>small\\</b\\> ledger" in text
    assert "It is always less \\| than \\*that\\*." in text
    for block in re.split(r"\n\n", text):
        rows = [re.sub(r"\\.", "", line).count("|") for line in block.splitlines() if line.startswith("|")]
        assert len(set(rows)) <= 1, block
