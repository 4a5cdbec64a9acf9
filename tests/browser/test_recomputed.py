"""A number of the page that is chosen: its data beside it, and the same computed again in the browser."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from driving import element, press, violations
from every_operation import document

from labreport.frame import FOLDER
from labreport.page import evidence
from labreport.recheck import evaluate
from labreport.stats.operations import javascript

pytestmark = pytest.mark.browser
Open = Callable[..., AbstractContextManager[Any]]
PANEL = ".proof"
MEAN = 'data[data-source="seeds#wide.mean"]'
DIFFERENCE = 'data[data-source="items of 5#pair.wide minus small"]'
PAGE = """<!DOCTYPE html>
<html lang="en" class="screen"><head><meta charset="utf-8"><title>Conformance</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{style}</style><script>{script}</script>
<script type="text/plain" id="evidence">{evidence}</script></head>
<body><div class="page"><nav class="contents" aria-label="Contents"><div class="tools"></div></nav>
<main id="answers" tabindex="-1"><header class="title"><h1>Conformance</h1>
<p class="files"><a href="answers.json">All answers as JSON</a></p></header>
{numbers}</main></div></body></html>
"""


def page(folder: Path, change: Callable[[dict[str, Any]], Any] = lambda _: None) -> Path:
    """A page with every number of the report that has every operation; its evidence after `change`."""
    one = document()
    numbers = "\n".join(
        f'<p><data data-source="{html.escape(slug)}#{html.escape(name)}" value="{quantity["value"]}">'
        f"{quantity['value']:.4g}</data></p>"
        for slug, question in one["questions"].items()
        for name, quantity in question["quantities"].items()
        if quantity["value"] is not None
    )
    change(one)
    files = [*sorted(FOLDER.glob("script/check-*.js")), *sorted(FOLDER.glob("script/numbers*.js"))]
    styles = ("base.css", "themes.css", "screen.css", "interactive.css", "printout.css")
    sheets = [(FOLDER / "styles" / name).read_text(encoding="utf-8") for name in styles]
    sheets[-1] = f"@media print {{{sheets[-1]}}}"
    text = PAGE.format(
        style="".join(sheets),
        script=javascript() + "".join(path.read_text(encoding="utf-8") for path in files),
        evidence=evidence(json.dumps(one)),
        numbers=numbers,
    )
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


def _status(browser: Any) -> str:
    """What the switch says once everything is computed again."""
    deadline = time.monotonic() + 60
    text = ""
    while not text and time.monotonic() < deadline:
        time.sleep(0.05)
        text = browser.find_element("css selector", "nav ~ .checked, nav .checked").text
    return str(text)


def _choose(browser: Any, selector: str) -> str:
    """Click the first number that fits; the text of the panel."""
    number = element(browser, selector)
    browser.execute_script("arguments[0].click()", number)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        panels = browser.find_elements("css selector", f"{PANEL}[open] .again")
        if panels:
            return str(browser.find_element("css selector", PANEL).text)
        time.sleep(0.05)
    raise AssertionError("no panel was opened")


def _switch(browser: Any) -> Any:
    return browser.find_element("xpath", "//button[text()='Check numbers']")


def test_every_number_and_judgement_comes_out_the_same(chromium: Open, tmp_path: Path) -> None:
    """By the switch, with as many as the embedded engine computes."""
    checked = evaluate(document())
    with chromium(page(tmp_path)) as browser:
        _switch(browser).click()
        said = _status(browser).replace("\u202f", "")
        counts = f"{checked.numbers} numbers and {checked.findings} findings"
        assert said.startswith(f"{counts} computed again in this browser: 0 differ."), said


def test_a_number_that_is_chosen_shows_how_it_was_made(chromium: Open, tmp_path: Path) -> None:
    """Source, method, data, interval, lines of Python, findings that rest on it, and that it is the same."""
    with chromium(page(tmp_path)) as browser:
        said = _choose(browser, MEAN)
        for words in ("wide, loss", "Mean over 5", "values", "Student's t (95 %)", "In Python",
                      "Findings that rest on it:", "in this browser: the same"):  # fmt: skip
            assert words in said, (words, said)
        assert "corrected" not in said
        said = _choose(browser, DIFFERENCE)
        assert "table, only first" in said
        assert "in this browser: the same" in said


def test_a_finding_is_reached_from_its_numbers_and_leads_back(chromium: Open, tmp_path: Path) -> None:
    """By the buttons of the panel."""
    with chromium(page(tmp_path)) as browser:
        _choose(browser, MEAN)
        browser.find_element("css selector", f"{PANEL} ul button").click()
        time.sleep(0.3)
        said = browser.find_element("css selector", PANEL).text
        assert "It rests on:" in said
        assert "Judged again from these data, in this browser: the same." in said
        browser.find_element("css selector", f"{PANEL} ul button").click()
        time.sleep(0.3)
        assert "Computed again" in browser.find_element("css selector", PANEL).text


def test_a_changed_value_is_noticed(chromium: Open, tmp_path: Path) -> None:
    """In the data: the panel says what the number is now, and the switch names it."""

    def change(one: dict[str, Any]) -> None:
        one["questions"]["seeds"]["quantities"]["wide.mean"]["derivation"]["data"]["values"][0][0] *= 1.5

    with chromium(page(tmp_path, change)) as browser:
        assert "it differs: value" in _choose(browser, MEAN)
        _switch(browser).click()
        assert "seeds#wide.mean" in _status(browser)


def test_a_changed_number_of_the_page_is_noticed(chromium: Open, tmp_path: Path) -> None:
    """The page shows another number than its own data hold."""
    with chromium(page(tmp_path)) as browser:
        number = element(browser, MEAN)
        browser.execute_script("arguments[0].value = '1.5'", number)
        assert "The page has 1.5, its data" in _choose(browser, MEAN)


def test_a_number_that_was_computed_elsewhere_says_so(chromium: Open, tmp_path: Path) -> None:
    """Nothing in the file gives it, so the panel does not say that it is the same."""
    with chromium(page(tmp_path)) as browser:
        said = _choose(browser, 'data[data-source="stated#wide minus small"]')
        assert "Computed elsewhere, by bootstrap." in said
        assert "it cannot be computed again" in said
        assert "the same" not in said


def test_the_keyboard_chooses_a_number_and_returns_to_it(chromium: Open, tmp_path: Path) -> None:
    """While the switch is on: Enter opens the panel and moves into it, Escape goes back."""
    with chromium(page(tmp_path)) as browser:
        number = element(browser, DIFFERENCE)
        assert number.get_attribute("tabindex") is None
        _switch(browser).click()
        _status(browser)
        assert number.get_attribute("role") == "button"
        browser.execute_script("arguments[0].focus()", number)
        press(browser, "ENTER")
        time.sleep(0.3)
        assert browser.switch_to.active_element.get_attribute("id") == "proof-title"
        press(browser, "ESCAPE")
        assert browser.find_elements("css selector", f"{PANEL}[open]") == []
        assert browser.switch_to.active_element == number
        _switch(browser).click()
        assert number.get_attribute("role") is None


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_no_violation_in_the_panel(chromium: Open, tmp_path: Path, width: int, theme: str) -> None:
    """With every number a button, the panel and its lines of Python open; nothing sticks out sideways."""
    with chromium(page(tmp_path), width=width, theme=theme) as browser:
        browser.execute_script("arguments[0].click()", _switch(browser))
        _status(browser)
        _choose(browser, DIFFERENCE)
        browser.execute_script("document.querySelector('.proof details').open = true")
        assert violations(browser) == []
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        panel = browser.find_element("css selector", PANEL)
        assert panel.rect["x"] >= 0
        assert panel.rect["x"] + panel.rect["width"] <= width


def test_the_panel_is_not_printed(chromium: Open, tmp_path: Path) -> None:
    """Nor what the switch says."""
    with chromium(page(tmp_path)) as browser:
        _switch(browser).click()
        _status(browser)
        _choose(browser, DIFFERENCE)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        for selector in (PANEL, ".checked"):
            assert not browser.find_element("css selector", selector).is_displayed()
