"""The finished page in Chromium: accessible, valid, self-contained, readable without its script."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from checkers import program
from driving import violations

pytestmark = pytest.mark.browser

FACES = """
const done = arguments[0];
document.fonts.ready.then(() => done(
  [...document.fonts].map((face) => `${face.family} ${face.weight} ${face.style} ${face.status}`)));
"""
Open = Callable[..., AbstractContextManager[Any]]


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_no_violation(report: Path, chromium: Open, width: int, theme: str) -> None:
    """Every rule of axe-core, wide and narrow, light and dark, with the data shown and hidden."""
    with chromium(report / "report.html", width=width, theme=theme) as browser:
        assert violations(browser) == []
        browser.execute_script(
            "document.querySelectorAll('main details').forEach((each) => (each.open = true))"
        )
        assert violations(browser) == []


def test_it_is_valid_html(report: Path) -> None:
    """The Nu HTML checker, errors only."""
    java = program("java", "Debian's default-jre-headless")
    jar = os.environ.get("LABREPORT_VNU", "")
    if not Path(jar).is_file():
        pytest.skip("no Nu HTML checker; set LABREPORT_VNU to vnu.jar, as .ci/run does")
    run = subprocess.run(
        [java, "-jar", jar, "--errors-only", report / "report.html"], capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_every_link_within_the_page_leads_somewhere(report: Path) -> None:
    """lychee, offline, fragments included."""
    lychee = program("lychee", "the requirements of the tests")
    command = [lychee, "--offline", "--include-fragments", "--no-progress", str(report / "report.html")]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_it_asks_nobody_for_anything(report: Path, chromium: Open) -> None:
    """The browser's network log holds the page itself, and no message complains of the policy."""
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


def test_it_is_one_file_of_less_than_four_megabytes(report: Path) -> None:
    """To be mailed and kept."""
    assert (report / "report.html").stat().st_size < 4_000_000


@pytest.mark.parametrize("width", [320, 390, 800, 1024, 1280, 1920])
def test_nothing_sticks_out_sideways(report: Path, chromium: Open, width: int) -> None:
    """What is too wide scrolls by itself, not the page with it."""
    with chromium(report / "report.html", width=width) as browser:
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_its_text_is_set_in_the_fonts_it_brings(report: Path, chromium: Open) -> None:
    """All faces load from the page."""
    with chromium(report / "report.html") as browser:
        faces = browser.execute_async_script(FACES)
    assert len(faces) == 7
    assert {face.split()[-1] for face in faces} == {"loaded"}


def test_without_its_script_everything_can_be_read(report: Path, chromium: Open, tmp_path: Path) -> None:
    """No button that would do nothing; every figure with its data, every answer in its box."""
    page = tmp_path / "report.html"
    page.write_bytes((report / "report.html").read_bytes())
    with chromium(Path("/dev/null")) as browser:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        browser.get(page.as_uri())
        assert browser.find_elements("css selector", "button, select") == []
        figures = browser.find_elements("css selector", "figure")
        assert len(figures) >= 15
        assert all(figure.find_element("css selector", "svg").size["height"] > 50 for figure in figures)
        assert len(browser.find_elements("css selector", ".figure-data summary")) == len(figures)
        assert len(browser.find_elements("css selector", ".answer")) >= 20


def test_printing_it_from_the_browser_works(report: Path, chromium: Open) -> None:
    """The printout has the answers and none of the switches."""
    with chromium(report / "report.html", theme="dark") as browser:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        shown = browser.execute_script(
            "return [...document.querySelectorAll('nav.contents, button:not(.sort), select, .permalink')]"
            ".filter((each) => each.offsetParent !== null).map((each) => each.outerHTML.slice(0, 80))"
        )
        paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert shown == []
        assert paper == "rgb(255, 255, 255)"
