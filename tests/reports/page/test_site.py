"""Pages of single functions: the atlas, whose links lead somewhere, and the page of `describe --html`."""

from __future__ import annotations

import re

import pytest
from gradproof.reports.errors import BadInput
from gradproof.reports.page import site

from ..conftest import strict


@pytest.fixture(scope="module")
def folder(report_data, tmp_path_factory):
    made = tmp_path_factory.mktemp("atlas")
    names = {"relu", "elu", "gelu"}
    kept = [entry for entry in report_data["activations"] if entry["name"] in names]
    assert site.write(made, {**report_data, "activations": kept}) == len(names) + 1
    return made


def test_every_activation_has_a_page_and_every_link_leads_somewhere(folder):
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    assert pages.keys() == {"index.html", "relu.html", "elu.html", "gelu.html"}
    for name, text in pages.items():
        assert text.count('<svg class="figure') == (0 if name == "index.html" else 2)
        for link in re.findall(r'<a [^>]*href="([^"#]+)"', text):
            assert link in pages, link


def test_the_index_is_strict_json(folder):
    data = strict(folder.joinpath("index.json").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in data["activations"]] == ["relu", "elu", "gelu"]
    assert all(folder.joinpath(entry["page"]).exists() for entry in data["activations"])
    assert data["activations"][2]["lipschitz"]["decimal"].startswith("1.128904145185154786")


def test_a_formula_has_a_page_of_its_own():
    text = site.datasheet_page("x*tanh(exp(x))", {})
    assert "<h1><code>x*tanh(exp(x))</code></h1>" in text
    assert "1.06197530871791596923181505024" in text
    assert not re.search(r'<a [^>]*href="[^#]', text)
    assert "<mi>α</mi></math> = 2" in site.datasheet_page("elu", {"alpha": "2"})


@pytest.mark.parametrize(("function", "reason"), [("softmax", "vectors"), ("gleu", "gelu"), ("x +", "syntax")])
def test_what_has_no_page_says_why(function, reason):
    with pytest.raises(BadInput, match=reason):
        site.datasheet_page(function, {})
