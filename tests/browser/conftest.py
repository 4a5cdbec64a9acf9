"""The report that is looked at, and Chromium to look with."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sample_report import report as sample

from labreport.page.document import render_page
from labreport.page.pdf import html_to_pdf

QUIET = """
--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync
"""
Open = Callable[..., AbstractContextManager[Any]]
BUILT = Path(os.environ.get("LABREPORT_OUTPUT", Path(__file__).parents[2] / "report"))
"""A report that was built, which is looked at too if it is there."""


def program(name: str, package: str) -> str:
    """Where a program is, or a skip that says which package has it."""
    beside = Path(sys.executable).with_name(name)
    executable = str(beside) if os.access(beside, os.X_OK) else shutil.which(name)
    return executable or pytest.skip(f"{name} is not on the path; install {package}")


def module(name: str, distribution: str) -> Any:
    """An imported module, or a skip that says which distribution has it."""
    if importlib.util.find_spec(name.partition(".")[0]) is None:
        pytest.skip(f"{distribution} is not installed")
    return importlib.import_module(name)


@pytest.fixture(scope="session", params=["sample", *(["built"] if (BUILT / "report.pdf").is_file() else [])])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with report.html and report.pdf: the sample's, and the built one if there is one."""
    if request.param == "built":
        return BUILT
    folder = tmp_path_factory.mktemp("report")
    parts = sample(folder)
    (folder / "report.html").write_text(render_page(*parts), encoding="utf-8")
    (folder / "report.pdf").write_bytes(html_to_pdf(render_page(*parts, medium="print")))
    (folder / "answers.json").write_text("{}")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Open:
    """Opens a page in Debian's Chromium: `with chromium(path, width=390, theme="dark") as browser`."""
    selenium = module("selenium.webdriver", "selenium")
    binary = program("chromium", "Debian's chromium")
    driver = program("chromedriver", "Debian's chromium-driver")

    @contextmanager
    def opened(page: Path, width: int = 1280, theme: str = "light", scripts: bool = True) -> Iterator[Any]:
        with tempfile.TemporaryDirectory(prefix="labreport-browser-", ignore_cleanup_errors=True) as profile:
            options = selenium.ChromeOptions()
            options.binary_location = binary
            options.add_experimental_option("prefs", {"download.default_directory": profile})
            options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
            for argument in QUIET.split():
                options.add_argument(argument)
            options.add_argument(f"--user-data-dir={profile}/profile")
            browser = selenium.Chrome(options=options, service=selenium.ChromeService(driver))
            try:
                resize(browser, width)
                wish = [{"name": "prefers-color-scheme", "value": theme}]
                browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wish})
                browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
                browser.set_script_timeout(300)  # axe on a busy machine
                browser.downloads = Path(profile)
                browser.get(page.as_uri())
                yield browser
            finally:
                browser.quit()

    return opened


def resize(browser: Any, width: int) -> None:
    """Give the window a width, in pixels."""
    size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def element(browser: Any, selector: str) -> Any:
    """The first element that `selector` finds, scrolled into view."""
    node = browser.find_element("css selector", selector)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", node)
    return node


def press(browser: Any, *keys: str) -> None:
    """Press keys on whatever has the focus."""
    keyboard = module("selenium.webdriver.common.keys", "selenium").Keys
    for key in keys:
        browser.switch_to.active_element.send_keys(getattr(keyboard, key))


def soon(condition: Callable[[], Any]) -> Any:
    """What a condition gives as soon as it is true, or after five seconds."""
    deadline = time.monotonic() + 5
    while not (outcome := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return outcome
