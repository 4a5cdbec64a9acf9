"""A page in the browser, driven as a reader would."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from checkers import module


def element(browser: Any, selector: str) -> Any:
    """The first element that `selector` finds, scrolled into view."""
    found = browser.find_element("css selector", selector)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
    return found


def press(browser: Any, *keys: str) -> None:
    """Press keys on whatever has the focus."""
    keyboard = module("selenium.webdriver.common.keys", "selenium").Keys
    active = browser.switch_to.active_element
    for key in keys:
        active.send_keys(getattr(keyboard, key))


AXE = Path(__file__).parent / "browser" / "vendor" / "axe.min.js"
"""axe-core 4.14.1 (MPL-2.0), unmodified, with its licences beside it."""
_VIOLATIONS = """
const done = arguments[0];
axe.run(document, {preload: false}).then((found) => done(
  found.violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`)));
"""


def violations(browser: Any) -> list[str]:
    """What every rule of axe-core has to say of the page as it is now; empty where all is well."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found: list[str] = browser.execute_async_script(_VIOLATIONS)
    return found


def downloaded(browser: Any, name: str) -> bytes:
    """The file `name` that the page has just offered, once it is complete."""
    file = browser.downloads / name
    deadline = time.monotonic() + 10
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    content: bytes = file.read_bytes()
    return content
