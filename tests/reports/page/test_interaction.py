"""What a reader does with the page, in a real browser: filter, search, sort, follow links, download, by keys alone."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(os.environ.get("GRADPROOF_AXE", "node_modules/axe-core/axe.min.js"))

if CHROMIUM is None:
    pytest.skip("CHROMIUM IS NOT INSTALLED: nobody clicked on the page", allow_module_level=True)
playwright = pytest.importorskip("playwright.sync_api", reason="PLAYWRIGHT IS NOT INSTALLED: nobody clicked")
pytestmark = pytest.mark.thorough

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
REFUTED, HISTORY = "#claim-1-strict", "#claim-1-history"


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture
def address(report_folder):
    return (report_folder / "index.html").as_uri()


@pytest.fixture
def page(browser, address):
    """The page at its top; an error in its console, or a request to anywhere, fails the test."""
    context = browser.new_context(accept_downloads=True)
    opened = context.new_page()
    said, asked = [], []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(address)
    yield opened
    assert said == []
    assert {url.partition("#")[0] for url in asked if not url.startswith(("data:", "blob:"))} == {address}
    context.close()


def shown(page):
    return [claim.get_attribute("id") for claim in page.locator(".claims > li:visible").all()]


def test_it_loads_in_a_second(browser, address):
    took = []
    for _ in range(3):
        opened = browser.new_page()
        opened.goto(address)
        took.append(opened.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
        opened.close()
    assert 0 < min(took) < 1000, took


def test_claims_are_filtered_by_verdict_by_evidence_and_by_words(page):
    assert shown(page) == ["claim-1-strict", "claim-1-bound", "claim-1-history"], "refuted first"
    page.click("button[data-filter=refuted]")
    assert shown(page) == ["claim-1-strict"]
    assert page.get_attribute("button[data-filter=refuted]", "aria-pressed") == "true"
    assert page.inner_text("#claims-shown") == "1 shown"
    page.click("button[data-filter='']")
    page.fill("#find-claim", "never QUARTER")
    assert shown(page) == ["claim-1-bound"]
    page.fill("#find-claim", "")
    page.select_option("#evidence", "enclosure")
    assert shown(page) == ["claim-1-bound"]


def test_a_tile_leads_to_its_claims(page):
    page.click(".tiles a[data-verdict=outside]")
    assert shown(page) == ["claim-1-history"]
    assert page.url.endswith("#claims")


def test_a_permalink_opens_its_claim_even_behind_a_filter(page, address):
    page.click("button[data-filter=proved]")
    page.evaluate(f"location.hash = '{REFUTED}'")
    page.wait_for_selector(f"{REFUTED} .opened", state="visible")
    assert len(shown(page)) == 3
    page.goto("about:blank")
    page.goto(address + REFUTED)
    assert page.locator(f"{REFUTED} .opened").is_visible()
    opened = page.inner_text(f"{REFUTED} .opened")
    assert "At x = 0 the left side is 1/4, the right side 1/4." in opened
    assert page.locator(f"{REFUTED} math").count() == 2
    assert page.locator(f"{REFUTED} svg.figure .dot").count() == 2
    assert page.inner_text(f"{REFUTED} .command code") == "gradproof prove 'D(sigmoid)(x) < 1/4'"


def test_the_index_is_sorted_and_searched(page):
    def names():
        return [row.inner_text() for row in page.locator("#index tbody tr:visible th").all()]

    assert names() == ["relu", "elu", "gelu"]
    page.click("#index th:nth-child(4) button")
    assert names()[0] == "gelu"
    assert page.get_attribute("#index th:nth-child(4)", "aria-sort") == "descending"
    page.click("#index th:nth-child(1) button")
    page.click("#index th:nth-child(1) button")
    assert names() == ["elu", "gelu", "relu"]
    page.fill("[data-find='#index']", "phi")
    assert names() == ["gelu"]
    assert not page.locator("#activation-relu").is_visible()


def test_tables_can_be_downloaded(page):
    rows = {}
    for kind in ("csv", "json"):
        with page.expect_download() as download:
            page.click(f"button[aria-label='download activations as {kind.upper()}']")
        assert download.value.suggested_filename == f"activations.{kind}"
        rows[kind] = Path(download.value.path()).read_text(encoding="utf-8")
    heads, *lines = csv.reader(rows["csv"].splitlines())
    assert heads[0] == "activation" and [line[0] for line in lines] == ["relu", "elu", "gelu"]
    assert json.loads(rows["json"]) == [dict(zip(heads, line, strict=True)) for line in lines]


def test_the_theme_is_switched_and_kept(page):
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    page.click("#theme")
    after = page.evaluate(paper)
    assert before != after and page.inner_text("#theme") == "Light"
    page.reload()
    assert page.evaluate(paper) == after


def test_keys_alone_reach_a_claim_and_open_it(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.closest('{REFUTED}') !== null"):
            break
    page.keyboard.press("Enter")
    assert page.locator(f"{REFUTED} .opened").is_visible()


def test_without_scripts_everything_is_there_to_read(browser, address):
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(address)
    assert len(shown(opened)) == 3
    assert opened.locator(".scripted:visible").count() == 0
    opened.click(f"{REFUTED} summary")
    assert opened.locator(f"{REFUTED} .opened").is_visible()
    context.close()


def test_no_column_is_lost_in_print(browser, address):
    opened = browser.new_page(viewport={"width": 718, "height": 1000})
    opened.goto(address)
    opened.emulate_media(media="print")
    assert opened.evaluate("document.documentElement.scrollWidth") <= 718
    opened.close()


@pytest.mark.skipif(not AXE.exists(), reason="AXE-CORE IS NOT INSTALLED: nobody looked at accessibility")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, address, scheme):
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    opened = context.new_page()
    opened.goto(address)
    opened.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    opened.add_style_tag(content=".card { content-visibility: visible !important }")
    opened.add_script_tag(path=AXE)
    serious = "(await axe.run()).violations.filter(each => ['serious', 'critical'].includes(each.impact))"
    found = opened.evaluate(f"async () => {serious}.map(each => [each.id, each.nodes.map(node => node.html)])")
    assert found == []
    opened.add_style_tag(content="p { color: #888 !important; background: #777 !important }")
    assert opened.evaluate(f"async () => {serious}.map(each => each.id)") == ["color-contrast"], "one that is planted"
    context.close()
