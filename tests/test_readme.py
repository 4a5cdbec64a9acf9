"""The README against the program: its commands, its options, its files, its numbers."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from exercise.catalogue import EXPERIMENTS, SMALL
from exercise.project import PROJECT
from labreport.bootstrap.needed import supported_pythons
from labreport.commands.declared import COMMANDS
from labreport.commands.options import OPTIONS as TAKEN
from labreport.commands.parser import parse

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
COMMAND_LINES = [
    line.partition(" #")[0].strip() for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()
]
OPTIONS = sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)))
OF_TESTS = ("--slow", "--browser", "--faults", "--lint", "--affected")


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_every_command_in_the_readme_exists(line: str) -> None:
    """It calls the front door with arguments that the program takes, and names that there are."""
    program, script, *arguments = shlex.split(line)
    assert ("python", "build.py") == (program, script)
    command = parse(arguments)
    sections = {section.slug for section in PROJECT.outline.sections}
    experiments = {experiment.name for experiment in EXPERIMENTS}
    if command.name == "build":
        assert set(command.arguments.words) <= sections
        assert set(command.arguments.force or []) <= experiments | {""}
    if command.name == "show-code":
        assert command.arguments.word in experiments


def test_the_readme_shows_every_command() -> None:
    """Nobody has to read the source to learn of one."""
    shown = {shlex.split(line)[2] for line in COMMAND_LINES if len(shlex.split(line)) > 2}
    assert {"build"} == set(COMMANDS) - shown


def test_the_readme_shows_every_option() -> None:
    """And no option that the program does not take."""
    assert sorted({*TAKEN, "--help", "--version", *OF_TESTS}) == OPTIONS


def test_the_readme_has_two_commands_to_begin_with() -> None:
    """A first block of exactly the two."""
    assert ["python build.py", "python build.py test"] == COMMAND_LINES[:2]
    assert next(text for kind, text in BLOCKS if kind == "sh").count("\n") == 2


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_file_that_the_readme_links_to_exists(target: str) -> None:
    """Pictures among them; there is no link to the network."""
    assert (ROOT / target).exists()


def test_the_line_to_edit_stands_in_the_catalogue() -> None:
    """The README shows it as it is."""
    (line,) = (text for kind, text in BLOCKS if kind == "python")
    assert line in (ROOT / "src" / "exercise" / "catalogue.py").read_text(encoding="utf-8")
    (width,) = SMALL.specification.hidden_layers
    assert f"40 nodes instead of {width}" in " ".join(README.split())


def test_the_readme_names_the_pythons_and_the_seeds() -> None:
    """As the project and the command line have them."""
    first, *_, last = supported_pythons(str(ROOT))
    assert f"Python {first} to {last}" in README
    words = {3: "three", 5: "five", 10: "ten"}
    assert f"instead of {words[len(PROJECT.seed_range)]}; only new ones" in README


def test_no_measurement_is_left_out() -> None:
    """Every place for a measured figure has been filled in."""
    assert "<!-- measured" not in README
