"""The report that is looked at, and Chromium to look with."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from checkers import module, program
from whole_report import made_report

ROOT = Path(__file__).parents[2]
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Open = Callable[..., AbstractContextManager[Any]]


BUILT = Path(os.environ.get("LABREPORT_OUTPUT", ROOT / "report"))
IS_BUILT = all((BUILT / name).is_file() for name in ("report.html", "report.pdf"))


@pytest.fixture(scope="session", params=["made", *(["built"] if IS_BUILT else [])])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with report.html and report.pdf: made from made results, and the built one if there is one."""
    return BUILT if request.param == "built" else made_report().write(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def chromium() -> Open:
    """Opens a page in Debian's Chromium: `with chromium(path, width=390, theme="dark") as browser`."""
    selenium = module("selenium.webdriver", "selenium")
    binary = program("chromium", "Debian's chromium")
    driver = program("chromedriver", "Debian's chromium-driver")

    @contextmanager
    def opened(page: Path, width: int = 1280, theme: str = "light", height: int = 1000) -> Iterator[Any]:
        with tempfile.TemporaryDirectory(prefix="labreport-browser-", ignore_cleanup_errors=True) as profile:
            options = selenium.ChromeOptions()
            options.binary_location = binary
            downloads = {"download.default_directory": profile, "download.prompt_for_download": False}
            options.add_experimental_option("prefs", downloads)
            options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
            for argument in (*QUIET, f"--user-data-dir={profile}/profile"):
                options.add_argument(argument)
            browser = selenium.Chrome(options=options, service=selenium.ChromeService(driver))
            try:
                size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
                browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
                wish = [{"name": "prefers-color-scheme", "value": theme}]
                browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wish})
                browser.set_script_timeout(300)  # axe on a busy machine
                browser.downloads = Path(profile)
                browser.get(page.as_uri())
                yield browser
            finally:
                browser.quit()

    return opened
