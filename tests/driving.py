"""A page in the browser, driven as a reader would."""

from __future__ import annotations

import time
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


def downloaded(browser: Any, name: str) -> bytes:
    """The file `name` that the page has just offered, once it is complete."""
    file = browser.downloads / name
    deadline = time.monotonic() + 10
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    content: bytes = file.read_bytes()
    return content
