"""Every option of the command line, declared once; each command takes those that it names."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import Any

from labreport.errors import UsageError

SEEDS_LIMIT = 100_000
JOBS_LIMIT = 1_024
WAIT_LIMIT = 31_536_000
"""Seconds that `--lock-timeout` may name: one year."""


def whole(option: str, low: int, high: int, note: str = "") -> Callable[[str], int]:
    """A converter of an option's text to a whole number; raises `UsageError`."""

    def convert(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else low - 1
        if not low <= number <= high:
            raise UsageError(f"{option} must be a whole number from {low}{note} to {high:,}; got {text!r}.")
        return number

    return convert


def seconds(option: str, high: int) -> Callable[[str], float]:
    """A converter of an option's text to seconds; raises `UsageError`."""

    def convert(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 <= number <= high:
            raise UsageError(
                f"{option} must be a number of seconds from 0 (do not wait) to {high:,}; got {text!r}."
            )
        return number

    return convert


def whole_or_all(option: str, high: int) -> Callable[[str], int | None]:
    """A converter to a whole number from 0, or to None for `all`; raises `UsageError`."""

    def convert(text: str) -> int | None:
        if text == "all":
            return None
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
        if not 0 <= number <= high:
            raise UsageError(f"{option} must be 'all' or a whole number from 0 to {high:,}; got {text!r}.")
        return number

    return convert


def text(option: str, what: str) -> Callable[[str], str]:
    """A converter that refuses an empty text; raises `UsageError`."""

    def convert(value: str) -> str:
        if not value.strip():
            raise UsageError(f"{option} must be {what}; got {value!r}.")
        return value

    return convert


OPTIONS: dict[str, dict[str, Any]] = {
    "--seeds": {
        "type": whole("--seeds", 1, SEEDS_LIMIT),
        "metavar": "N",
        "help": "run every experiment with N seeds (default: what the project says)",
    },
    "--jobs": {
        "type": whole("--jobs", 0, JOBS_LIMIT, " (one per core)"),
        "default": 0,
        "metavar": "N",
        "help": "number of worker processes (default: 0, one per core)",
    },
    "--force": {
        "nargs": "?",
        "const": "",
        "action": "append",
        "metavar": "NAME",
        "help": "rebuild NAME even if it is fresh; without a NAME, everything",
    },
    "--dry-run": {"action": "store_true", "help": "say what would be done, and change nothing"},
    "--output": {
        "type": text("--output", "the path of a folder"),
        "metavar": "DIR",
        "help": "folder of the report and its results (default: report)",
    },
    "--adopt": {"action": "store_true", "help": "take over an output folder whose mark is lost"},
    "--scheduler": {
        "type": text("--scheduler", "an address, tcp://HOST:PORT"),
        "metavar": "ADDRESS",
        "help": "train on the Dask cluster at tcp://HOST:PORT",
    },
    "--lock-timeout": {
        "type": seconds("--lock-timeout", WAIT_LIMIT),
        "default": -1.0,
        "metavar": "SECONDS",
        "help": "how long to wait for another build, from 0 (default: until it ends)",
    },
    "--reference": {
        "type": text("--reference", "the path of a file"),
        "metavar": "FILE",
        "help": "the answers.json to compare with (default: the report's)",
    },
    "--csv": {
        "type": text("--csv", "the path of a file"),
        "metavar": "FILE",
        "help": "write a table with one row for each submission",
    },
    "--gradescope": {
        "type": text("--gradescope", "a path"),
        "metavar": "PATH",
        "help": "write Gradescope's results.json, or a folder of them",
    },
    "--form": {
        "type": text("--form", "the path of a file"),
        "metavar": "FILE",
        "help": "write an empty form for students, and grade nothing",
    },
    "--open": {"action": "store_true", "help": "open the report when it is ready"},
    "--json": {"action": "store_true", "help": "print JSON, for scripts"},
    "--quick": {"action": "store_true", "help": "do only what takes seconds"},
    "--repeat": {
        "type": whole_or_all("--repeat", SEEDS_LIMIT),
        "default": 1,
        "metavar": "N",
        "help": "how many runs, drawn at random, to repeat from nothing: a number, or all (default: 1)",
    },
    "--check": {"action": "store_true", "help": "say whether an export is that of the report; exit 1 if not"},
    "--schema": {"action": "store_true", "help": "print the JSON Schema of answers.json, and check nothing"},
    "--verbose": {"action": "store_true", "help": "list every item"},
    "--project": {
        "type": text("--project", "the path of a folder"),
        "metavar": "DIR",
        "help": "folder of the project (default: this one)",
    },
    "--quiet": {"action": "store_true", "help": "print only errors, and what was asked for"},
    "--debug": {"action": "store_true", "help": "show a traceback for every error"},
}
"""An option to the arguments of `argparse.ArgumentParser.add_argument`."""

COMMON = ("--project", "--quiet", "--debug")
"""Options of every command."""


def takes_value(option: str) -> bool:
    """Whether the word after this option is its value."""
    return OPTIONS.get(option, {}).get("action") != "store_true" and option in OPTIONS


def add(parser: argparse.ArgumentParser, *names: str) -> None:
    """Give a command's parser some of the options."""
    for name in names:
        parser.add_argument(name, **OPTIONS[name])
