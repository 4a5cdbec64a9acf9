"""A number of the page that is chosen: its data beside it, and the same computed again in the browser."""

from __future__ import annotations

import base64
import json
import re
import time
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from driving import element, press, violations

pytestmark = pytest.mark.browser
Open = Callable[..., AbstractContextManager[Any]]
PACKED = re.compile(r'(<script type="text/plain" id="evidence">)([^<]+)')
PANEL = ".proof"
LOSS = 'data[data-source="bonus.longer#at-50.validation_loss"]'
DIFFERENCE = 'data[data-source="part-one.comparison#difference"]'


def _status(browser: Any) -> str:
    """What the switch says once everything is computed again."""
    deadline = time.monotonic() + 60
    text = ""
    while not text and time.monotonic() < deadline:
        time.sleep(0.05)
        text = browser.find_element("css selector", "nav .checked").text
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


def _changed(report: Path, folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The page with other data of its numbers."""
    page = (report / "report.html").read_text(encoding="utf-8")
    packed = PACKED.search(page)
    assert packed is not None
    document = json.loads(zlib.decompress(base64.b64decode(packed[2])))
    change(document)
    text = base64.b64encode(zlib.compress(json.dumps(document).encode())).decode()
    path = folder / "changed.html"
    path.write_text(PACKED.sub(rf"\g<1>{text}", page), encoding="utf-8")
    return path


def test_every_number_and_verdict_comes_out_the_same(report: Path, chromium: Open) -> None:
    """By the switch: thousands of numbers, none of which differs, and hardly one that cannot be computed."""
    with chromium(report / "report.html") as browser:
        _switch(browser).click()
        said = _status(browser).replace("\u202f", "")
        found = re.match(r"(\d+) numbers and (\d+) verdicts computed again in this browser: 0 differ", said)
        assert found, said
        numbers, verdicts = map(int, found.groups())
        assert numbers > 3000
        assert verdicts > 200
        left = re.search(r"; (\d+) cannot be computed", said)
        assert left is None or int(left[1]) <= 3


def test_a_number_that_is_chosen_shows_its_data_and_its_test(report: Path, chromium: Open) -> None:
    """Source, values by seed, interval, the claims that rest on it, and that it comes out the same."""
    with chromium(report / "report.html") as browser:
        said = _choose(browser, LOSS)
        assert "Mean of 5 values" in said or "Mean of 1 value" in said
        assert "Values by seed" in said
        assert "in this browser: the same" in said
        said = _choose(browser, DIFFERENCE)
        assert "Family" in said
        assert "Claims that rest on it" in said
        assert "in this browser: the same" in said


def test_a_changed_value_is_noticed(report: Path, chromium: Open, tmp_path: Path) -> None:
    """In the data: the panel says what the number is now, and the switch names it."""

    def change(document: dict[str, Any]) -> None:
        loss = document["questions"]["bonus.longer"]["quantities"]["at-50.validation_loss"]
        loss["derivation"]["values"][0] *= 1.5

    with chromium(_changed(report, tmp_path, change)) as browser:
        said = _choose(browser, LOSS)
        assert "it differs: value" in said
        _switch(browser).click()
        assert "bonus.longer#at-50.validation_loss" in _status(browser)


def test_a_changed_number_of_the_page_is_noticed(report: Path, chromium: Open) -> None:
    """The page shows another number than its own data hold."""
    with chromium(report / "report.html") as browser:
        number = element(browser, LOSS)
        browser.execute_script("arguments[0].value = '1.5'", number)
        assert "The page has 1.5, its data" in _choose(browser, LOSS)


def test_the_keyboard_chooses_a_number_and_returns_to_it(report: Path, chromium: Open) -> None:
    """While the switch is on: Enter opens the panel and moves into it, Escape goes back."""
    with chromium(report / "report.html") as browser:
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
def test_axe_finds_no_violation_in_the_panel(report: Path, chromium: Open, width: int, theme: str) -> None:
    """With every number a button and the panel open; nothing sticks out sideways."""
    with chromium(report / "report.html", width=width, theme=theme) as browser:
        browser.execute_script("arguments[0].click()", _switch(browser))
        _status(browser)
        _choose(browser, DIFFERENCE)
        assert violations(browser) == []
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        panel = browser.find_element("css selector", PANEL)
        assert panel.rect["x"] >= 0
        assert panel.rect["x"] + panel.rect["width"] <= width


def test_the_panel_is_not_printed(report: Path, chromium: Open) -> None:
    """Nor what the switch says."""
    with chromium(report / "report.html") as browser:
        _switch(browser).click()
        _status(browser)
        _choose(browser, DIFFERENCE)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        for selector in (PANEL, ".checked"):
            assert not browser.find_element("css selector", selector).is_displayed()
