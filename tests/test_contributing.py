"""CONTRIBUTING.md against the repository: its commands, options, files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from conftest import GROUPS

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^(python build\.py[^#\n]*)", TEXT, flags=re.MULTILINE)
PATHS = re.findall(r"`((?:src|tests|templates|docs)/[^`]*)`|\]\(([^)#]+)\)", TEXT)


def test_each_group_of_tests_has_its_command() -> None:
    """And `--affected`; no other option is shown."""
    options = {word for line in COMMANDS for word in shlex.split(line) if word.startswith("--")}
    assert {"--affected", *(f"--{name}" for name in GROUPS)} == options


def test_every_path_leads_somewhere() -> None:
    """Patterns match at least one file."""
    assert [] == [one or other for one, other in PATHS if not any(ROOT.glob(one or other))]
