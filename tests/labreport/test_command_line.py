"""What can be typed, and the one line for everything that cannot; in process, without any library."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labreport import commands as front
from labreport.commands import main
from labreport.commands.parser import COMMANDS, COMMON, OPTIONS, parse
from labreport.console.terminal import Terminal
from labreport.errors import UsageError
from labreport.front import console
from labreport.program import CONSOLE, FRONT_DOOR, VERSION, call, typed

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("--seed 3", "unknown option --seed; did you mean --seeds?"),
        ("status --seed 3", "unknown option --seed; did you mean --seeds?"),
        ("--nothing-like-it", "unknown option --nothing-like-it; see python build.py --help."),
        ("-x", "unknown option -x; see python build.py --help."),
        ("--seeds abc", "--seeds must be a whole number from 1 to 100,000; got 'abc'."),
        ("--seeds 0", "--seeds must be a whole number from 1 to 100,000; got '0'."),
        ("--seeds -1", "--seeds must be a whole number from 1 to 100,000; got '-1'."),
        ("--seeds 1.0", "--seeds must be a whole number from 1 to 100,000; got '1.0'."),
        ("--seeds 1_0", "--seeds must be a whole number from 1 to 100,000; got '1_0'."),
        ("--seeds ٣", "--seeds must be a whole number from 1 to 100,000; got '٣'."),
        ("--seeds 100001", "--seeds must be a whole number from 1 to 100,000; got '100001'."),
        (f"--seeds {'9' * 5000}", f"--seeds must be a whole number from 1 to 100,000; got '{'9' * 5000}'."),
        ("--seeds", "--seeds needs a value; see python build.py --help."),
        ("--jobs -1", "--jobs must be a whole number from 0 (one per core) to 1,024; got '-1'."),
        ("--output=", "--output must be the path of a folder; got ''."),
        ("--project=", "--project must be the path of a folder; got ''."),
        ("--dry-run=1", "--dry-run takes no value; got '1'."),
        ("status --dry-run", "status does not take --dry-run; build and clean do."),
        ("grade --seeds 1 x", "grade does not take --seeds; build, status, why, keep, verify and watch do."),
        ("--junit x", "build does not take --junit; verify does."),
        ("verify part-two", "verify does not take 'part-two'; see python build.py verify --help."),
        ("clean extra", "clean does not take 'extra'; see python build.py clean --help."),
        ("why", "why needs a NAME; see python build.py why --help."),
        ("why a b", "why does not take 'b'; see python build.py why --help."),
        (
            "statsu --quick",
            "unknown command or name 'statsu'; did you mean 'status'? See python build.py --help.",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_what_is_allowed(
    typed: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, nothing on standard output, and no set-up was asked for."""
    set_up: list[Any] = []
    checkout = SimpleNamespace(COMMANDS={}, set_up=lambda *given: set_up.append(given))
    assert main(typed.split(" "), str(ROOT), lambda: checkout) == 2
    assert capsys.readouterr() == ("", f"error: {line.replace('PROGRAM', FRONT_DOOR)}\n")
    assert set_up == []


@pytest.mark.parametrize("words", ["test", "bench --quick", "affected"])
def test_the_engine_by_itself_offers_no_command_of_the_checkout(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has only the wheel sees no test and no benchmark."""
    assert main(words.split(), str(ROOT / "examples" / "runs")) == 2
    assert re.match("error: (unknown command or name|build does not take --quick)", capsys.readouterr().err)
    assert main(["--help"], str(ROOT)) == 0
    assert f"  {words.split()[0]} " not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("python", "script", "expected"),
    [
        ("/usr/bin/python3", "build.py", "python3 build.py"),
        ("/x/.venv/bin/python", "./build.py", "python build.py"),
        ("/usr/bin/python3", "sub folder/build.py", "python3 'sub folder/build.py'"),
        ("/usr/bin/python3", "../elsewhere/build.py", "python3 ../elsewhere/build.py"),
    ],
)
def test_messages_name_the_program_as_it_was_typed(
    python: str, script: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a command that is shown works from where the user is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [script, "status"])
    assert typed(FRONT_DOOR, python) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("on-path/labreport", "labreport"),
        ("bin/labreport", "bin/labreport"),
        ("somewhere/labreport/__main__.py", "python3 -m labreport"),
    ],
)
def test_the_installed_command_is_named_so_that_it_is_found(
    script: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name only where its folder is on the path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "on-path"))
    monkeypatch.setattr(sys, "argv", [script])
    assert typed(CONSOLE, "/usr/bin/python3") == expected


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-5", "-0.1", "soon", "1e9", ""])
def test_a_time_to_wait_is_a_number_of_seconds_from_0(value: str) -> None:
    """Not a number, infinite, negative, or longer than a year: refused, with what is allowed."""
    with pytest.raises(
        UsageError, match=r"^--lock-timeout must be a number of seconds from 0 \(do not wait\)"
    ):
        parse([f"--lock-timeout={value}"])


def test_0_and_fractions_of_a_second_may_be_waited() -> None:
    """And without the option, the build waits without limit, which is a negative number inside."""
    assert parse(["--lock-timeout", "0"]).arguments.lock_timeout == 0.0
    assert parse(["--lock-timeout", "0.5"]).arguments.lock_timeout == 0.5
    assert parse([]).arguments.lock_timeout < 0


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_refuses_every_option_that_it_does_not_declare(name: str) -> None:
    """Its own and the common ones are taken, all others are named as another command's."""
    declared = COMMANDS[name]
    words = [name, *(["NAME"] if declared.word and declared.words in (None, "+") else [])]
    for option, details in OPTIONS.items():
        given = [*words, option, *([] if details.get("action") == "store_true" else ["1"])]
        if option in (*declared.options.split(), *COMMON):
            assert parse(given).name == name
        else:
            with pytest.raises(UsageError, match=f"^{name} does not take {option}; "):
                parse(given)


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        ("", "build", {"words": []}),
        ("part-two", "build", {"words": ["part-two"]}),
        ("build part-two", "build", {"words": ["part-two"]}),
        ("part-two --seeds 2 part-three", "build", {"words": ["part-two", "part-three"], "seeds": 2}),
        ("--seeds 2 status --json", "status", {"seeds": 2, "json": True}),
        ("--force --seeds 2", "build", {"force": [""], "seeds": 2}),
        ("--force status", "build", {"force": ["status"], "words": []}),
        ("--force=wide clean", "build", None),
        ("why status", "why", {"word": "status"}),
        ("-- status", "build", {"words": ["status"]}),
        ("--show-code wide", "show-code", {"word": "wide"}),
        ("--quiet --show-code=wide", "show-code", {"word": "wide", "quiet": True}),
        ("--project DIR status", "status", {"project": "DIR"}),
        ("status --project DIR", "status", {"project": "DIR"}),
    ],
)
def test_the_first_word_is_a_command_or_else_a_name(
    typed: str, name: str, expected: dict[str, Any] | None
) -> None:
    """Wherever its options are, in old spellings too; an option's value is never taken for it."""
    words = typed.split()
    if expected is None:
        with pytest.raises(UsageError):
            parse(words)
        return
    found = parse(words)
    assert found.name == name
    assert {key: getattr(found.arguments, key) for key in expected} == expected


@pytest.mark.parametrize("typed_words", ["help", "help why", "help build"])
def test_help_is_a_word_too(typed_words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As `--help` is: by itself it shows the whole program's, before a command's name that command's."""
    assert main(typed_words.split(), str(ROOT)) == 0
    shown = capsys.readouterr().out
    assert main([*typed_words.split()[1:], "--help"], str(ROOT)) == 0
    assert capsys.readouterr().out == shown


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints what `pyproject.toml` has."""
    assert main(["--version"], str(ROOT)) == 0
    assert capsys.readouterr().out == f"labreport {VERSION}\n"
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_fits_80_columns(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the whole program, which lists all commands, and for each command."""
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*name.split(), "--help"], str(ROOT)) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert name or all(re.search(f"^  {command} ", out, re.MULTILINE) for command in COMMANDS)


def test_the_console_script_names_itself_and_works_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its messages say `labreport`; `--project` leads to another folder, where the report is, too."""
    seen: list[Path] = []

    def run(command: Any, folder: Path, terminal: Terminal) -> int:
        seen.append(folder)
        return original(command, folder, terminal)

    original = front._run
    monkeypatch.setattr(front, "_run", run)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["labreport", "why"])
    try:
        assert console() == 2
        assert capsys.readouterr().err == "error: why needs a NAME; see labreport why --help.\n"
        monkeypatch.setattr(sys, "argv", ["labreport", "status", "--project", "other"])
        assert console() == 2
        assert str(tmp_path / "other") in capsys.readouterr().err
        assert seen == [tmp_path / "other"]
    finally:
        call(FRONT_DOOR)


def test_an_error_shows_a_traceback_only_with_debug(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same line at the end."""
    assert main(["status"], str(tmp_path)) == 2
    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert main(["status", "--debug"], str(tmp_path)) == 2
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith(line)


SOURCE = Path(__file__).parents[2] / "src"
IN_A_CALLBACK = """
import os, sys, time, weakref
from labreport.console.terminal import Terminal, guarded

class Value:
    pass

def action():
    value = Value()
    def callback(reference):
        os.kill(os.getpid(), int(sys.argv[1]))
        for _ in range(1000):
            pass
    reference = weakref.ref(value, callback)
    del value
    time.sleep(30)
    return 0

sys.exit(guarded(action, Terminal()))
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_inside_a_callback_is_not_lost(number: int, code: int) -> None:
    """Python drops what is raised in a weak reference's callback; the signal is sent once more."""
    ran = subprocess.run(
        [sys.executable, "-c", IN_A_CALLBACK, str(int(number))],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ran.returncode == code
    assert ran.stderr.count("\n") == 1
    assert "run the same command again" in ran.stderr


def test_ctrl_c_during_the_first_imports_is_one_line(tmp_path: Path) -> None:
    """Before the program has begun to listen."""
    front = (SOURCE.parent / "build.py").read_text(encoding="utf-8")
    (tmp_path / "build.py").write_text(front, encoding="utf-8")
    package = tmp_path / "src" / "labreport"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n"
    )
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "build.py")], capture_output=True, text=True, timeout=20, check=False
    )
    assert ran.returncode == 130
    assert ran.stderr == "Interrupted; run the same command again.\n"
