"""What the page's script adds, driven as a reader would: pointer, keyboard, buttons, choices."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from checkers import module
from driving import downloaded, element, press

from exercise.catalogue import WIDE

pytestmark = pytest.mark.browser
Open = Callable[..., AbstractContextManager[Any]]
CURVES = '.drawing[data-figure="curves-part-one"]'


def test_the_pointer_reads_off_a_curve(report: Path, chromium: Open) -> None:
    """Both series at the nearest epoch, in a box beside it."""
    actions = module("selenium.webdriver", "selenium").ActionChains
    with chromium(report / "report.html") as browser:
        drawing = element(browser, CURVES)
        assert browser.find_elements("css selector", f"{CURVES} .readout span") == []
        actions(browser).move_to_element_with_offset(drawing, -80, -60).perform()
        text = element(browser, f"{CURVES} .readout").text
        assert re.search(r"epoch \d+\n", text)
        assert re.search(r"training: [\d.]+", text)
        assert re.search(r"validation: [\d.]+", text)
        actions(browser).move_to_element(element(browser, "h1")).perform()
        assert browser.find_elements("css selector", f"{CURVES} .readout span") == []


def test_the_arrow_keys_read_off_a_curve(report: Path, chromium: Open) -> None:
    """Along the epochs, across to the other panel, and away with Escape."""
    with chromium(report / "report.html") as browser:
        drawing = element(browser, CURVES)
        browser.execute_script("arguments[0].focus()", drawing)
        box = f"{CURVES} .readout"
        press(browser, "ARROW_RIGHT")
        first = re.search(r"epoch (\d+)\n", element(browser, box).text)
        assert first is not None
        press(browser, "ARROW_RIGHT", "ARROW_RIGHT")
        assert f"epoch {int(first[1]) + 2}\n" in element(browser, box).text
        press(browser, "END")
        assert f"epoch {WIDE.epochs}\n" in element(browser, box).text
        before = element(browser, box).text
        press(browser, "ARROW_DOWN")
        assert element(browser, box).text != before
        press(browser, "ESCAPE")
        assert browser.find_element("css selector", box).text == ""


def test_a_curve_can_be_switched_off_and_on(report: Path, chromium: Open) -> None:
    """With its label and its seeds; what is off is not read off."""
    with chromium(report / "report.html") as browser:
        button = element(browser, f"{CURVES} + .switches button")
        label = button.text
        shown = f'{CURVES} [data-series="{label}"]:not(.off)'
        assert browser.find_elements("css selector", shown)
        button.click()
        assert button.get_attribute("aria-pressed") == "false"
        assert browser.find_elements("css selector", shown) == []
        browser.execute_script("arguments[0].focus()", browser.find_element("css selector", CURVES))
        press(browser, "ARROW_RIGHT")
        assert f"{label}:" not in browser.find_element("css selector", f"{CURVES} .readout").text
        button.click()
        assert browser.find_elements("css selector", shown)


def test_the_gallery_is_filtered_by_what_it_is_and_is_taken_for(report: Path, chromium: Open) -> None:
    """Only fitting pictures stay, and the count says how many."""
    select = module("selenium.webdriver.support.select", "selenium").Select
    gallery = '.drawing[data-figure="gallery"]'
    visible = f'{gallery} [data-part="picture"]:not(.off)'
    with chromium(report / "report.html") as browser:
        everything = browser.find_elements("css selector", visible)
        shown = [each.get_attribute("data-series") for each in everything]
        first = shown[0]
        found = re.fullmatch(r"is (\d), taken for (\d)", first)
        assert found is not None
        choices = [
            select(each) for each in browser.find_elements("css selector", f"{gallery} + .switches select")
        ]
        element(browser, f"{gallery} + .switches select")
        for choice, digit in zip(choices, found.groups(), strict=True):
            choice.select_by_visible_text(digit)
        left = browser.find_elements("css selector", visible)
        assert len(left) == shown.count(first)
        assert {each.get_attribute("data-series") for each in left} == {first}
        assert f"{len(left)} shown" in element(browser, f"{gallery} + .switches").text
        for choice in choices:
            choice.select_by_visible_text("any")
        assert len(browser.find_elements("css selector", visible)) == len(everything)


def test_a_table_is_sorted_by_a_click_on_its_header(report: Path, chromium: Open) -> None:
    """By value, not by text: rising first, then falling, and the header says so."""
    with chromium(report / "report.html") as browser:
        table = "#summary table.wide"
        header = f"{table} thead th:nth-child(3)"
        cells = f"{table} tbody td:nth-child(3) data"
        rising: list[float] = []
        falling: list[float] = []
        for direction, values in (("ascending", rising), ("descending", falling)):
            element(browser, f"{header} button").click()
            assert element(browser, header).get_attribute("aria-sort") == direction
            values += [
                float(each.get_attribute("value")) for each in browser.find_elements("css selector", cells)
            ]
        assert len(rising) == 6
        assert rising == sorted(rising)
        assert falling == rising[::-1]


def test_the_data_of_every_figure_can_be_had_as_csv(report: Path, chromium: Open) -> None:
    """A button for each figure; the file has the table's rows, unrounded."""
    with chromium(report / "report.html") as browser:
        buttons = browser.find_elements("css selector", "button.csv")
        assert len(buttons) == len(browser.find_elements("css selector", "figure"))
        element(browser, "#figure-curves-part-one + .figure-data button.csv").click()
        text = downloaded(browser, "curves-part-one.csv").decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:2] == ["network", "epoch"]
    asked = [[name, str(epoch)] for name in ("wide", "small") for epoch in range(1, WIDE.epochs + 1)]
    assert [row[:2] for row in rows[1:]] == asked
    assert {len(row) for row in rows} == {6}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_follows_the_system_until_the_reader_chooses(
    report: Path, chromium: Open, theme: str
) -> None:
    """The choice holds for the next visit."""
    with chromium(report / "report.html", theme=theme) as browser:
        colours = [_background(browser)]
        element(browser, "button.theme").click()
        colours.append(_background(browser))
        browser.refresh()
        colours.append(_background(browser))
    light, dark = "rgb(255, 255, 255)", "rgb(21, 24, 28)"
    assert colours == ([light, dark, dark] if theme == "light" else [dark, light, light])


def _background(browser: Any) -> str:
    colour: str = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    return colour


def test_the_link_to_an_answer_can_be_copied(report: Path, chromium: Open) -> None:
    """One click on the sign beside the question."""
    with chromium(report / "report.html") as browser:
        permission = {"origin": "file://", "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        browser.execute_cdp_cmd("Browser.grantPermissions", permission)
        link = element(browser, '[id="part-three.goal"] .permalink')
        browser.execute_script("arguments[0].focus()", link)
        press(browser, "ENTER")
        deadline = time.monotonic() + 5
        while link.get_attribute("data-copied") is None and time.monotonic() < deadline:
            time.sleep(0.05)
        copied = browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied == f"{(report / 'report.html').as_uri()}#part-three.goal"


def test_the_contents_show_where_the_reader_is(report: Path, chromium: Open) -> None:
    """The entry of the question in view is the current one."""
    with chromium(report / "report.html") as browser:
        browser.execute_script("document.getElementById('part-three.best').scrollIntoView()")
        deadline = time.monotonic() + 5
        current: list[Any] = []
        while time.monotonic() < deadline and not current:
            time.sleep(0.05)
            current = browser.find_elements(
                "css selector", 'nav.contents a[href="#part-three.best"][aria-current]'
            )
        assert current
        assert current[0].is_displayed()
