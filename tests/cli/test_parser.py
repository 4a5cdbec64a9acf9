"""From words to a command."""

from __future__ import annotations

import pytest

from labreport.cli.parser import COMMANDS, parse


def test_build_is_the_command_that_can_be_left_out() -> None:
    """Options and names before any command are those of a build."""
    found = parse(["part-two", "--seeds", "3", "--force", "--force", "wide"])
    assert (found.command, found.names, found.seeds) == ("build", ["part-two"], 3)
    assert found.force == ["", "wide"]
    assert parse([]).command == "build"


@pytest.mark.parametrize(
    "words",
    [
        ["--html"],
        ["verify", "--quick"],
        ["--seeds", "0"],
        ["--seeds", "many"],
        ["--seed", "1"],
        ["why"],
        ["keep", "wide"],
        ["verify", "--schema"],
        ["new", "one", "two"],
    ],
)
def test_what_is_not_known_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An option that is gone, one cut short, a bad number, too few or too many words: exit code 2."""
    with pytest.raises(SystemExit) as ended:
        parse(words)
    assert ended.value.code == 2
    assert "labreport" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["diff", "init"])
def test_a_command_that_is_gone_is_no_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line names those there are, before any library is needed; `build diff` still makes a thing."""
    with pytest.raises(SystemExit) as ended:
        parse([word, "--strict"])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert set(COMMANDS) <= set(line.replace(",", "").split())
    assert parse(["build", word]).names == [word]


def test_the_words_of_test_are_those_of_pytest() -> None:
    """They are taken as they are, and only in a checkout."""
    assert parse(["test", "--slow", "-k", "stamp"], checkout=True).argv[1:] == ["--slow", "-k", "stamp"]
    assert parse(["test"]).command == "build"


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of the program names all commands; of each command, exit code 0."""
    for words in (["--help"], *([name, "--help"] for name in COMMANDS)):
        with pytest.raises(SystemExit) as ended:
            parse(words)
        assert ended.value.code == 0
    assert set(COMMANDS) <= set(capsys.readouterr().out.split())
