"""From words to a command."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from labreport.cli import main
from labreport.cli.parser import VERSION, parse


def test_build_is_the_command_that_can_be_left_out() -> None:
    """Options and names before any command are those of a build."""
    arguments = parse(["part-two", "--seeds", "3", "--force", "--force", "wide"])
    assert (arguments.command, arguments.names, arguments.seeds) == ("build", ["part-two"], 3)
    assert arguments.force == ["", "wide"]
    assert parse([]).command == "build"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--html", "unrecognized arguments: --html"),
        ("verify --quick", "unrecognized arguments: --quick"),
        ("--seed 1", "unrecognized arguments: --seed"),
        ("--seeds 0", "must be a whole number of at least 1; got '0'"),
        ("--seeds many", "got 'many'"),
        ("why", "required: NAME"),
        ("keep wide", "required: --because"),
        ("check --format xml", "'text', 'json', 'github', 'sarif'"),
        ("changes --format sarif", "'text', 'markdown'"),
        ("new one two", "unrecognized arguments: two"),
    ],
)
def test_what_is_not_known_is_refused(words: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown option, one cut short, a bad number, too few or too many words: exit code 2."""
    with pytest.raises(SystemExit) as ended:
        parse(words.split())
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["chek"], "nothing is called 'chek'; did you mean 'check'?"),
        (["chek", "--dry-run"], "did you mean 'check'?"),
        (["--quiet", "status"], "'status' is not the first word; write labreport status …"),
    ],
)
def test_a_command_that_is_misspelt_or_too_late_is_suggested(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `build` is left out, it is taken for a name of the project."""
    (tmp_path / "project.py").write_text("from labreport import Project\n\nproject = Project('Empty')\n")
    assert main(words, str(tmp_path)) == 2
    assert message in capsys.readouterr().err


def test_the_words_of_test_are_those_of_pytest() -> None:
    """They are taken as they are, and only in a checkout."""
    assert parse(["test", "--slow", "-k", "stamp"], checkout=True).argv[1:] == ["--slow", "-k", "stamp"]
    assert parse(["test"]).command == "build"


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of the program names all commands; of each command, exit code 0."""
    commands = parse([]).commands
    for words in (["--help"], *([command, "--help"] for command in commands)):
        with pytest.raises(SystemExit) as ended:
            parse(words)
        assert ended.value.code == 0
    assert set(commands) <= set(capsys.readouterr().out.split())


def test_the_version_says_where_it_runs_from(capsys: pytest.CaptureFixture[str]) -> None:
    """Its number, the folder of the package, and the Python."""
    with pytest.raises(SystemExit) as ended:
        parse(["--version"])
    assert ended.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.startswith(f"labreport {VERSION} from ")
    assert printed.endswith(f"/labreport (Python {platform.python_version()})")
