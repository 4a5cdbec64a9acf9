"""The finished page in Chromium: accessible, self-contained, readable without its script, and its clicks."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import Open, element, press, resize, soon

from labreport.page.document import served

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
"""axe-core 4.14.1 (MPL-2.0), unmodified, with its licences beside it."""
VIOLATIONS = """
const done = arguments[0];
axe.run(document, {preload: false}).then((found) => done(
  found.violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`)));
"""
FACES = """
const done = arguments[0];
document.fonts.ready.then(() => done([...document.fonts].map((face) => face.status)));
"""
SMALL = """
return [...document.querySelectorAll('button, summary, nav a, .files a, a.skip')]
  .filter((each) => each.offsetParent !== null)
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.height < 24 && !each.closest('.glance'))
  .map(([each, box]) => `${each.outerHTML.slice(0, 90)} ${box.width} x ${box.height}`);
"""


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_no_violation(report: Path, chromium: Open, width: int, theme: str) -> None:
    """Every rule of axe-core, with the data of figures and the source of a number shown and hidden."""
    with chromium(report / "report.html", width=width, theme=theme) as browser:
        browser.execute_script(AXE.read_text(encoding="utf-8"))
        assert browser.execute_async_script(VIOLATIONS) == []
        browser.execute_script(
            "document.querySelectorAll('main details').forEach((each) => (each.open = true))"
        )
        browser.execute_script("document.querySelector('main data[role]').click()")
        assert browser.execute_async_script(VIOLATIONS) == []
        browser.execute_script("document.querySelector('main .checked').click()")
        assert browser.execute_async_script(VIOLATIONS) == []


def test_it_asks_nobody_for_anything(report: Path, chromium: Open) -> None:
    """The browser's network log holds the page itself, and its console nothing."""
    with chromium(report / "report.html") as browser:
        browser.execute_script("scrollTo(0, document.body.scrollHeight)")
        events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
        messages = [entry["message"] for entry in browser.get_log("browser")]
    asked = {
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
        and not event["params"]["request"]["url"].startswith(("data:", "chrome:"))
    }
    assert asked == {(report / "report.html").as_uri()}
    assert messages == []


def test_nothing_sticks_out_sideways(report: Path, chromium: Open) -> None:
    """What is too wide scrolls by itself, not the page with it, and controls are large enough to hit."""
    with chromium(report / "report.html") as browser:
        for width in (320, 390, 800, 1024, 1280, 1920):
            resize(browser, width)
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
            assert browser.execute_script(SMALL) == []


def test_its_text_is_set_in_the_fonts_it_brings(report: Path, chromium: Open) -> None:
    """Those that are used load from the page."""
    with chromium(report / "report.html") as browser:
        faces = browser.execute_async_script(FACES)
    assert len(faces) == 7
    assert faces.count("loaded") >= 5
    assert "error" not in faces


def test_without_its_script_everything_can_be_read(report: Path, chromium: Open) -> None:
    """No button that would do nothing; every figure and its data are there."""
    with chromium(report / "report.html", scripts=False) as browser:
        assert browser.find_elements("css selector", "button, [role=button]") == []
        figures = browser.find_elements("css selector", "figure[data-figure]")
        assert figures
        assert all(figure.find_element("css selector", "svg").size["height"] > 50 for figure in figures)
        assert browser.find_elements("css selector", ".figure-data summary")


def test_a_number_shows_where_it_comes_from(report: Path, chromium: Open) -> None:
    """By a click or by Enter; Escape takes it away, and the focus is at the number again."""
    with chromium(report / "report.html") as browser:
        selector = "main data[role=button]"
        panel = browser.find_element("css selector", ".panel")
        assert not panel.is_displayed()
        element(browser, selector).click()
        assert panel.is_displayed()
        name = browser.find_element("css selector", selector).get_attribute("data-q")
        assert name in panel.text
        press(browser, "ESCAPE")
        assert not panel.is_displayed()
        assert browser.switch_to.active_element.get_attribute("data-q") == name
        press(browser, "ENTER")
        assert panel.is_displayed()
        assert browser.switch_to.active_element.get_attribute("id") == "panel-title"
        panel.find_element("css selector", "button").click()
        assert not panel.is_displayed()


def test_a_sentence_shows_by_what_it_is_checked(report: Path, chromium: Open) -> None:
    """By a click on it, or by Enter on its sign, which is there for the mouse and the keyboard only.

    A click on a number in it shows the number.
    """
    with chromium(report / "report.html") as browser:
        sentence = element(browser, "main [data-claim]:has(> .checked)")
        sign = sentence.find_element("css selector", ".checked")
        panel = browser.find_element("css selector", ".panel")
        opacity = "return getComputedStyle(arguments[0]).opacity"
        browser.execute_script("document.activeElement.blur()")
        assert browser.execute_script(opacity, sign) == "0"
        browser.execute_script("arguments[0].focus({focusVisible: true})", sign)
        assert browser.execute_script(opacity, sign) == "1"
        press(browser, "ENTER")
        assert panel.is_displayed()
        assert panel.text.startswith("Checked: ")
        claims = json.loads(browser.execute_script("return document.getElementById('claims').textContent"))
        claim = claims[sentence.get_attribute("data-claim")]
        assert claim["condition"] in panel.text
        assert claim["says"][0][:20] in panel.text
        press(browser, "ESCAPE")
        assert not panel.is_displayed()
        assert browser.switch_to.active_element == sign
        browser.execute_script("arguments[0].click()", sentence)
        assert panel.is_displayed()
        number = element(browser, "main [data-claim] data[role=button]")
        number.click()
        assert number.get_attribute("data-q") in panel.text
        assert not panel.text.startswith("Checked: ")


def skip_report_of_ones_own(page: str) -> None:
    """The sample has names that are looked for."""
    if "best.gap" not in page:
        pytest.skip("a report of one's own")


def test_watch_shows_what_was_and_what_is_new(report: Path, chromium: Open, tmp_path: Path) -> None:
    """Beside each number that changed what it was; the claims that the last edit felled say so."""
    page = (report / "report.html").read_text(encoding="utf-8")
    skip_report_of_ones_own(page)
    was = {"best.gap": "0.8 <points>"}
    fallen = {("templates/questions/best.md", 9)}
    (tmp_path / "watched.html").write_text(served(page, was=was, fallen=fallen), encoding="utf-8")
    with chromium(tmp_path / "watched.html") as browser:
        notes = {note.text for note in browser.find_elements("css selector", ".was")}
        verdicts = [verdict.text for verdict in browser.find_elements("css selector", ".verdict")]
    assert notes == {"(was 0.8 <points>)"}
    assert verdicts == ["New: does not hold:", "Does not hold:"]


def test_the_values_of_each_seed_are_shown(report: Path, chromium: Open) -> None:
    """And a name is text there, whatever it holds."""
    skip_report_of_ones_own((report / "report.html").read_text(encoding="utf-8"))
    with chromium(report / "report.html") as browser:
        element(browser, "[data-q='best.mean.complex']").click()
        values = [value.text for value in browser.find_elements("css selector", ".panel dd")]
        assert values == [f"98.{seed} %" for seed in range(5)]
        element(browser, "[data-q='best.gap']").click()
        assert '<script>alert("1")</script>' in browser.find_element("css selector", ".panel").text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_follows_the_system_until_the_reader_chooses(
    report: Path, chromium: Open, theme: str
) -> None:
    """The choice holds for the next visit, and for drawings."""
    colours: list[Any] = []
    with chromium(report / "report.html", theme=theme) as browser:
        for step in ("", "click", "refresh"):
            if step == "click":
                element(browser, "button.theme").click()
            elif step:
                time.sleep(0.5)  # Chromium stores the choice in another process
                browser.refresh()
            colours.append(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))
        blue = ".drawing [stroke*=chart-blue], .drawing [style*='stroke: var(--chart-blue,']"
        drawing = browser.execute_script(f'return getComputedStyle(document.querySelector("{blue}")).stroke')
    light, dark = "rgb(255, 255, 255)", "rgb(21, 24, 28)"
    assert colours == ([light, dark, dark] if theme == "light" else [dark, light, light])
    assert drawing == ("rgb(78, 166, 224)" if theme == "light" else "rgb(0, 114, 178)")


def test_the_contents_show_where_the_reader_is(report: Path, chromium: Open) -> None:
    """The entry of the question in view is the current one."""
    with chromium(report / "report.html") as browser:
        name = browser.find_elements("css selector", "article.question")[-1].get_attribute("id")
        browser.execute_script("document.getElementById(arguments[0]).scrollIntoView()", name)
        current = f'nav.contents a[href="#{name}"][aria-current=location]'
        (entry,) = soon(lambda: browser.find_elements("css selector", current))
        assert entry.is_displayed()


def test_the_data_of_a_figure_can_be_had_as_csv(report: Path, chromium: Open) -> None:
    """The file has the table's rows, unrounded."""
    with chromium(report / "report.html") as browser:
        element(browser, ".figure-data summary").click()
        rows = len(browser.find_elements("css selector", ".figure-data:has(button) tbody tr"))
        name = browser.find_element("css selector", "figure[data-figure]").get_attribute("data-figure")
        element(browser, ".figure-data button").click()
        file = browser.downloads / f"{name}.csv"
        assert soon(file.is_file)
        lines = file.read_text(encoding="utf-8").splitlines()
    assert 1 < len(lines) <= 1 + rows


def test_printing_it_from_the_browser_works(report: Path, chromium: Open) -> None:
    """On white, without what only a screen can do."""
    with chromium(report / "report.html", theme="dark") as browser:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        shown = browser.execute_script(
            "return [...document.querySelectorAll('nav, button, .permalink, details')]"
            ".filter((each) => each.offsetParent !== null).map((each) => each.outerHTML.slice(0, 80))"
        )
        paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert shown == []
    assert paper == "rgb(255, 255, 255)"
