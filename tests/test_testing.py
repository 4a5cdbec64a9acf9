"""`python build.py test`: pytest's verdict as this program's exit code, and the groups of tests."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tools
from labreport.commands import main as command
from labreport.commands.parser import COMMANDS
from labreport.program import FRONT
from tools import environment, requirements

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import pytest

def test_ordinary(): pass

@pytest.mark.slow
def test_slow(): pass

@pytest.mark.browser
def test_browser(): pass

@pytest.mark.faults
def test_faults(): pass

@pytest.mark.lint
def test_lint(): pass

@pytest.mark.slow
@pytest.mark.browser
def test_slow_browser(): pass
"""


def main(argv: list[str], root: str) -> int:
    """The command line of a checkout."""
    return command(argv, root, lambda: tools)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one test of each group, under the real `conftest.py` and configuration."""
    for name, declared in tools.COMMANDS.items():
        monkeypatch.setitem(COMMANDS, name, declared)  # and taken out again
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they take longer than these tests
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests" / "test_groups.py").write_text(TESTS)
    return tmp_path


GROUPS: dict[str, list[str]] = {
    "": ["ordinary"],
    "--slow": ["slow", "slow_browser"],
    "--browser": ["browser", "slow_browser"],
    "--faults": ["faults"],
    "--lint": ["lint"],
    "--browser --faults": ["browser", "faults", "slow_browser"],
    "-m slow": ["slow", "slow_browser"],
    "tests/test_groups.py::test_faults": ["faults"],
}
"""Options, and the tests that they choose: one in two groups runs with either, one that is named anyway."""
COLLECT = """
import json, sys, pytest
for options in json.loads(sys.argv[1]):
    print("options:", options)
    pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *options.split()])
"""


def test_an_option_runs_its_group_and_no_option_the_ordinary_tests(project: Path) -> None:
    """All of them in one process, which is what takes time."""
    command = [sys.executable, "-c", COLLECT, json.dumps(list(GROUPS))]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True)
    collected: dict[str, list[str]] = {}
    for line in run.stdout.splitlines():
        if line.startswith("options:"):
            found = collected.setdefault(line.removeprefix("options:").strip(), [])
        elif "::" in line:
            found.append(line.rpartition("::test_")[2])
    assert {options: sorted(tests) for options, tests in collected.items()} == GROUPS, run.stderr


@pytest.mark.parametrize(
    ("body", "arguments", "expected"),
    [
        ("pass", [], 0),
        ("assert False", [], 1),
        ("raise KeyboardInterrupt", [], 130),
        ("pass", ["--no-such-option"], 2),
        ("pass", ["-k", "nothing"], 1),
        (f"import os; assert {FRONT!r} not in os.environ", [], 0),
    ],
)
def test_the_exit_code_says_how_the_tests_ended(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    body: str,
    arguments: list[str],
    expected: int,
) -> None:
    """Passed, failed, interrupted, wrongly called; to run no test at all is a failure.

    The programs that tests start must not take this one's front door for theirs.
    """
    monkeypatch.setenv(FRONT, "the front door of this program")
    (project / "tests" / "test_groups.py").write_text(f"def test_one():\n    {body}\n")
    assert expected == main(["test", "-q", "-p", "no:cacheprovider", *arguments], str(project))
    capfd.readouterr()


def test_an_unknown_option_is_refused_before_an_environment_is_made(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no pytest to ask, only the groups and the usual options of pytest are taken."""
    asked: list[object] = []
    monkeypatch.setattr(tools, "find_spec", lambda name: None)
    monkeypatch.setattr(environment, "is_ready", lambda wanted: False)
    monkeypatch.setattr(environment, "ensure", lambda wanted, *more, **options: asked.append(wanted))
    assert main(["test", "--nonsense"], str(project)) == 2
    assert main(["test", "--slwo"], str(project)) == 2
    assert asked == []
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("error: unknown option --nonsense; ")
    assert lines[1] == "error: unknown option --slwo; did you mean --slow?"
    assert main(["test", "-q", "-k", "test_ordinary", "-p", "no:cacheprovider"], str(project)) == 0
    assert asked == [requirements.layers(ROOT, "dask", "test")]


@pytest.mark.parametrize(
    ("words", "processes"),
    [
        ([], ["-n", "auto", "--dist", "worksteal"]),
        (["--slow", "-k", "x"], ["-n", "auto", "--dist", "worksteal"]),
        (["-n0"], []),
        (["-n", "3"], []),
        (["--pdb"], []),
        (["tests/test_groups.py"], []),
        (["tests/test_groups.py::test_slow"], []),
    ],
)
def test_tests_run_beside_each_other_unless_few_are_named(
    project: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], processes: list[str]
) -> None:
    """As many processes as there are cores; the user's own choice counts, and a named file needs one."""
    commands: list[list[str]] = []

    class Pytest:
        def __init__(self, command: list[str], **_: object) -> None:
            commands.append(command)

        def __enter__(self) -> Pytest:
            return self

        def __exit__(self, *raised: object) -> None: ...

        def wait(self) -> int:
            return 0

        def terminate(self) -> None: ...

    monkeypatch.setattr(subprocess, "Popen", Pytest)
    assert main(["test", *words], str(project)) == 0
    assert commands == [[sys.executable, "-m", "pytest", *processes, *words]]
