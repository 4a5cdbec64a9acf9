"""What helps a reader of the page: nothing cut off, files to keep, links, definitions, search."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from checkers import module
from driving import downloaded, element, press
from PIL import Image

pytestmark = pytest.mark.browser
Open = Callable[..., AbstractContextManager[Any]]
SVG = "{http://www.w3.org/2000/svg}"
CUT = """
document.querySelectorAll('main details').forEach((each) => (each.open = true));
const done = arguments[0];
const boxOf = (element) => {
  let box = element.parentElement;
  while (box !== document.body && getComputedStyle(box).overflowX === 'visible') box = box.parentElement;
  return box;
};
const shown = (box) =>
  box.tabIndex === 0 && box.dataset.more === 'right' && getComputedStyle(box).maskImage !== 'none' &&
  box.nextElementSibling?.className === 'hint' && box.nextElementSibling.offsetHeight > 0;
requestAnimationFrame(() => setTimeout(() => {
  const wide = [...document.querySelectorAll('main table, main pre, .drawing svg')]
    .filter((each) => each.getClientRects().length)
    .map((each) => [each, each.tagName === 'PRE' ? each : boxOf(each)])
    .filter(([each, box]) => box.scrollWidth > box.clientWidth + 1);
  done({
    tables: wide.filter(([each]) => each.tagName === 'TABLE').length,
    cut: wide.filter(([, box]) => box === document.body || !shown(box))
      .map(([each]) => each.textContent.trim().slice(0, 60)),
    figures: wide.filter(([each]) => each.tagName === 'svg').length,
  });
}, 200));
"""
SMALL = """
return [...document.querySelectorAll(
  'button, select, input, summary, nav a, .files a, .permalink, .evidence a, a.skip')]
  .filter((each) => each.offsetParent !== null)
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => box.height < 24 || box.width < 24)
  .map(([each, box]) => `${each.outerHTML.slice(0, 90)} ${box.width} x ${box.height}`);
"""


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_no_table_figure_or_program_is_cut_off_without_a_sign(
    report: Path, chromium: Open, width: int
) -> None:
    """What does not fit scrolls by itself, can be focused, fades at its edge, and says that there is more."""
    with chromium(report / "report.html", width=width) as browser:
        found = browser.execute_async_script(CUT)
    assert found["cut"] == []
    assert found["figures"] == 0
    assert found["tables"] == 0 or width < 1440


@pytest.mark.parametrize("width", [390, 1280])
def test_every_control_is_large_enough_to_hit(report: Path, chromium: Open, width: int) -> None:
    """At least 24 by 24 CSS pixels (WCAG 2.2, 2.5.8)."""
    with chromium(report / "report.html", width=width) as browser:
        assert browser.execute_script(SMALL) == []


def test_a_figure_can_be_kept_as_svg_and_png(report: Path, chromium: Open) -> None:
    """Whole, on white, without colours or fonts that only the page has; the PNG three times as large."""
    with chromium(report / "report.html", theme="dark") as browser:
        element(browser, "#figure-curves-part-one + .figure-data button.svg").click()
        drawing = ElementTree.fromstring(downloaded(browser, "curves-part-one.svg"))
        element(browser, "#figure-curves-part-one + .figure-data button.png").click()
        picture = Image.open(io.BytesIO(downloaded(browser, "curves-part-one.png"))).convert("RGB")
        assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    text = ElementTree.tostring(drawing, encoding="unicode")
    assert "var(" not in text
    assert text.count("@font-face") >= 1
    assert [each.text for each in drawing.iter(f"{SVG}text")].count("epoch") == 4
    width = float(re.sub(r"pt$", "", drawing.get("width", ""))) * 96 / 72
    assert picture.width == pytest.approx(3 * width, abs=1)
    assert picture.getpixel((0, 0)) == (255, 255, 255)
    assert len(picture.getcolors(1 << 20) or []) > 50


def test_every_heading_and_figure_has_its_link(report: Path, chromium: Open) -> None:
    """It leads to the place where it is."""
    with chromium(report / "report.html") as browser:
        lost = browser.execute_script(
            "return [...document.querySelectorAll('main h2[id], main h3[id], main h4[id], figcaption')]"
            ".filter((each) => { const link = each.querySelector('a.permalink');"
            " return !link || !document.getElementById(link.hash.slice(1))?.contains(each); })"
            ".map((each) => each.textContent)"
        )
    assert lost == []


def test_a_term_shows_its_definition(report: Path, chromium: Open) -> None:
    """On hover and on focus; it is the term's description, and Escape takes it away."""
    actions = module("selenium.webdriver", "selenium").ActionChains
    with chromium(report / "report.html") as browser:
        term = element(browser, 'a.term[href="#term-sigmoid"]')
        tip = browser.find_element("id", "definition")
        assert not tip.is_displayed()
        actions(browser).move_to_element(term).perform()
        assert "activation function" in tip.text
        assert term.get_attribute("aria-describedby") == "definition"
        actions(browser).move_to_element(tip).perform()
        time.sleep(0.4)
        assert tip.is_displayed()
        press(browser, "ESCAPE")
        assert not tip.is_displayed()
        browser.execute_script("arguments[0].focus()", term)
        assert "activation function" in tip.text
        press(browser, "TAB")
        assert term.get_attribute("aria-describedby") is None


def test_the_search_finds_headings_and_text(report: Path, chromium: Open) -> None:
    """The key / goes to the field; the best place comes first and Enter leads there."""
    with chromium(report / "report.html") as browser:
        browser.find_element("tag name", "body").send_keys("/")
        field = browser.switch_to.active_element
        field.send_keys("learning rate")
        assert "found" in element(browser, "#search-count").text
        hits = browser.find_elements("css selector", ".found a")
        assert any("term-learning-rate" in each.get_attribute("href") for each in hits)
        field.clear()
        field.send_keys("deep network exceed")
        press(browser, "ENTER")
        assert browser.current_url.endswith("#part-two.above-20")
        top = browser.execute_script(
            "return document.getElementById('heading-part-two.above-20').getBoundingClientRect().top"
        )
        assert 0 < top < 1000
        field.clear()
        field.send_keys("xyzzy")
        assert element(browser, "#search-count").text == "Nothing found"


def test_what_was_unfolded_stays_so_when_the_page_is_loaded_again(report: Path, chromium: Open) -> None:
    """As `watch` does after each build."""
    opened = "return [...document.querySelectorAll('main details')].map((each) => each.open)"
    with chromium(report / "report.html") as browser:
        element(browser, "#figure-curves-part-one + .figure-data summary").click()
        before = browser.execute_script(opened)
        browser.refresh()
        assert browser.execute_script(opened) == before
        assert before.count(True) == 1


def test_the_citation_can_be_copied(report: Path, chromium: Open) -> None:
    """As a sentence and for BibTeX."""
    with chromium(report / "report.html") as browser:
        permission = {"origin": "file://", "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        browser.execute_cdp_cmd("Browser.grantPermissions", permission)
        button = element(browser, ".cite pre.citation + .copy")
        button.click()
        time.sleep(0.3)
        copied = browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert re.search(r"MNIST.* Edition [0-9a-f]{12}\.$", copied)


def test_the_browser_prints_as_the_pdf_is_set(report: Path, chromium: Open) -> None:
    """The same column and margin: captions beside figures, type of the same size."""
    with chromium(report / "report.html", width=794) as browser:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        sizes = browser.execute_script(
            "const mm = (each) => each.getBoundingClientRect().width / 96 * 25.4;"
            "const of = (each) => getComputedStyle(each);"
            "const find = (selector) => document.querySelector(selector);"
            "return [of(find('article.question > p')).fontSize,"
            " mm(find('figure.column svg')),"
            " find('figure.column figcaption').getBoundingClientRect().top"
            " - find('figure.column svg').getBoundingClientRect().top]"
        )
    size, drawing, below = sizes
    assert float(size.removesuffix("px")) == pytest.approx(10 * 96 / 72, abs=0.1)
    assert drawing == pytest.approx(122, abs=0.5)
    assert below == pytest.approx(0, abs=3)
