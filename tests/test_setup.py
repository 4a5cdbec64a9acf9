"""Set-up: an environment is made when it is needed, whole or not at all, and never when it is not.

Making one takes seconds, so most of the tests that do so run with `--slow`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_checkout import ROOT, SmallCheckout, end_group, make_small_checkout

from labreport.commands import parser
from labreport.console.terminal import Terminal
from tools import ALONE, INSTALLING, environment


@pytest.fixture
def checkout(tmp_path: Path) -> SmallCheckout:
    """A checkout whose one library is not installed in the interpreter of the tests."""
    return make_small_checkout(tmp_path, "small-library")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SmallCheckout:
    """A checkout whose environment is complete; tests may run in it, and leave it as it is."""
    checkout = make_small_checkout(tmp_path_factory.mktemp("made"), "small-library")
    run = checkout.run("part-two", "--seeds", "1")
    assert (0, [checkout.own_python, "part-two", "--seeds", "1"]) == (run.returncode, run.stdout.splitlines())
    assert run.stderr.startswith(f"note: making {checkout.environment}; ")
    return checkout


def test_an_interpreter_that_has_the_libraries_gets_no_environment(checkout: SmallCheckout) -> None:
    """Whoever manages their own environment finds nothing made for them."""
    checkout.require("pytest")
    run = checkout.run("part-two")
    assert (0, [sys.executable, "part-two"], "") == (run.returncode, run.stdout.splitlines(), run.stderr)
    assert not checkout.environment.exists()


@pytest.mark.slow
def test_an_outdated_library_is_as_good_as_none(checkout: SmallCheckout) -> None:
    """A library older than the project asks for is not used, and the lock file's is installed."""
    checkout.require("pytest")
    project = checkout.path / "pyproject.toml"
    project.write_text(project.read_text().replace("pytest>=1.0", "pytest>=999"))
    run = checkout.run()
    assert (1, "") == (run.returncode, run.stdout)
    assert "pytest is 1.0, not >=999" in run.stderr


def test_the_second_run_uses_the_environment_as_it_is(made: SmallCheckout) -> None:
    """A complete environment is entered without a word and without a write."""
    before = {path: path.stat().st_mtime_ns for path in made.environment.iterdir()}
    run = made.run()
    assert (0, made.own_python, "") == (run.returncode, run.stdout.strip(), run.stderr)
    assert {path: path.stat().st_mtime_ns for path in made.environment.iterdir()} == before


def test_arguments_reach_the_environment_unchanged(made: SmallCheckout) -> None:
    """Spaces, quotes, dollars and empty words arrive as they were typed: no shell is between."""
    words = ["a b", "", "$HOME", "'", '"', "*", "ü"]
    run = made.run(*words, PYTHONUTF8="1")
    assert [made.own_python, *words] == run.stdout.split("\n")[:-1]


ASKING = [
    *(
        ["status"],
        ["why", "wide"],
        ["keep", "wide", "--because", "x"],
        ["changes"],
        ["diff", "old"],
        ["--dry-run"],
        ["verify", "--quick"],
        ["check"],
    ),
    *(["grade", "one.json"], ["export", "csv"], ["clean"], ["show-code", "wide"]),
]
"""Command lines that run nothing of what a project declares."""


def test_whoever_asks_gets_no_environment(checkout: SmallCheckout) -> None:
    """Commands that run nothing install nothing, not even on a fresh machine."""
    assert {words[0] for words in ASKING} == {*parser.COMMANDS, "--dry-run"} - {*INSTALLING, *ALONE} | {
        "verify"
    }
    for words in ASKING:
        run = checkout.run(*words)
        assert (2, "") == (run.returncode, run.stdout)
        line = "error: small-library is not installed, and this command installs nothing; python '"
        assert run.stderr.startswith(line)
        assert run.stderr.endswith(" build installs it, and builds\n")
        assert run.stderr.count("\n") == 1
    assert checkout.run("--help").stdout.startswith("usage: ")
    assert not checkout.environment.exists()


def test_whoever_asks_needs_only_the_libraries_of_the_engine(made: SmallCheckout, tmp_path: Path) -> None:
    """What a project asks for besides is not installed; the command answers as far as it can."""
    (tmp_path / "requirements.txt").write_text("large-library\n")
    before = {path: path.stat().st_mtime_ns for path in made.environment.rglob("*")}
    for words in ASKING:
        run = made.run(*words, "--project", str(tmp_path))
        assert (0, made.own_python, "") == (run.returncode, run.stdout.splitlines()[0], run.stderr)
    assert {path: path.stat().st_mtime_ns for path in made.environment.rglob("*")} == before


@pytest.mark.slow
def test_a_changed_lock_file_makes_the_environment_again(checkout: SmallCheckout) -> None:
    """What an older lock file installed goes, and what the new one lists comes; also from inside."""
    assert checkout.run().returncode == 0
    (checkout.environment / "left-over").touch()
    checkout.require("small-library", "second-library")
    run = checkout.run(python=checkout.own_python)
    assert (0, checkout.own_python) == (run.returncode, run.stdout.strip())
    assert not (checkout.environment / "left-over").exists()
    assert list(checkout.environment.glob("lib/*/site-packages/second_library.py"))


@pytest.mark.slow
def test_a_damaged_environment_is_made_again(checkout: SmallCheckout) -> None:
    """A library that was uninstalled from a complete environment is noticed and comes back."""
    assert checkout.run().returncode == 0
    uninstall = ["-m", "pip", "uninstall", "-q", "-y", "small-library"]
    subprocess.run([checkout.own_python, *uninstall], check=True)
    run = checkout.run()
    assert (0, checkout.own_python) == (run.returncode, run.stdout.strip())
    assert list(checkout.environment.glob("lib/*/site-packages/small_library.py"))


@pytest.mark.slow
def test_a_linked_environment_is_made_again_beside_what_it_links_to(
    checkout: SmallCheckout, tmp_path: Path
) -> None:
    """What is linked to stays as it is, and nothing is left that stops the next time."""
    assert checkout.run().returncode == 0
    for name, libraries in (("one", ["second-library"]), ("two", [])):
        shared = checkout.environment.rename(tmp_path / name)
        checkout.environment.symlink_to(shared)
        checkout.require("small-library", *libraries)
        assert checkout.run().returncode == 0
        assert not checkout.environment.is_symlink()
        assert (shared / "bin").is_dir()
        assert [".venv", ".venv.lock"] == sorted(path.name for path in checkout.path.glob(".venv*"))


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["pyvenv.cfg", "set-up/log", "set-up/engine.lock-*"])
def test_a_creation_that_was_killed_is_made_again(checkout: SmallCheckout, sign: str) -> None:
    """Killing set-up, early or late, leaves what the next run recognises and replaces."""
    process = checkout.start()
    while process.poll() is None and not list(checkout.environment.glob(sign)):
        time.sleep(0.01)
    end_group(process)
    assert not any(mark.stat().st_size for mark in checkout.environment.glob("set-up/engine.lock-*"))
    run = checkout.run()
    assert (0, checkout.own_python) == (run.returncode, run.stdout.strip())
    assert [".venv", ".venv.lock"] == sorted(path.name for path in checkout.path.glob(".venv*"))


@pytest.mark.slow
def test_what_a_killed_run_had_started_is_waited_for(checkout: SmallCheckout) -> None:
    """Its pip may be at work still, and two in one folder would spoil it."""
    process = checkout.start()
    while not any(b"pip\0install\0" in words for words in _processes_naming(checkout.path)):
        assert process.poll() is None
        time.sleep(0.01)
    end_group(process)
    run = checkout.run()
    assert (0, checkout.own_python) == (run.returncode, run.stdout.strip())
    assert run.stderr.startswith("note: another run is making")


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_interrupted_set_up_ends_what_it_started(checkout: SmallCheckout, number: signal.Signals) -> None:
    """One line, exit 130 or 143, and nothing is left at work in the checkout."""
    process = checkout.start()
    while process.poll() is None and not (checkout.environment / "pyvenv.cfg").exists():
        time.sleep(0.01)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert (128 + number, "Stopped; the same command continues.") == (
        process.returncode,
        errors.splitlines()[-1],
    )
    assert [] == list(_processes_naming(checkout.path))


def test_an_interruption_in_the_middle_of_its_start_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C arrives when pip is at work, and before its caller knows it."""
    started: list[subprocess.Popen[bytes]] = []
    start: Any = subprocess.Popen

    def interrupted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        process = start(*arguments, **options)
        started.append(process)
        signal.raise_signal(signal.SIGINT)
        return process  # type: ignore[no-any-return]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    monkeypatch.setattr(environment, "STATE", tmp_path)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (tmp_path / "held").open("w") as held, pytest.raises(SystemExit):
        environment._run(command, "pip", Terminal(), held.fileno())
    (process,) = started
    try:
        assert process.poll() == -signal.SIGTERM
    finally:
        process.kill()


def _processes_naming(path: Path) -> Iterator[bytes]:
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if os.fsencode(path) in (words := command.read_bytes()):
                yield words


def test_an_environment_made_by_somebody_else_is_left_alone(checkout: SmallCheckout) -> None:
    """A `.venv` that set-up did not make is neither used nor changed; one line says what to do."""
    checkout.environment.mkdir()
    (checkout.environment / "precious").write_text("mine")
    run = checkout.run()
    assert (2, "") == (run.returncode, run.stdout)
    assert "not made by this program" in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert [path.name for path in checkout.environment.iterdir()] == ["precious"]


@pytest.mark.slow
def test_a_package_that_differs_from_its_hash_is_refused(checkout: SmallCheckout) -> None:
    """A wheel that was exchanged after the lock file was made is not installed."""
    with (checkout.wheels / "small_library-1.0-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"\0")
    run = checkout.run()
    assert (1, "") == (run.returncode, run.stdout)
    assert "small-library==1.0 is not what the lock file expects: its hash differs" in run.stderr
    assert not list(checkout.environment.glob("lib/*/site-packages/small_library.py"))


@pytest.mark.slow
def test_what_cannot_be_installed_safely_is_refused(checkout: SmallCheckout) -> None:
    """A package without a hash, or one that would have to be built; an index out of reach is named."""
    source = checkout.wheels / "small_library-1.0.tar.gz"
    wheel = checkout.wheels / "small_library-1.0-py3-none-any.whl"
    lock = checkout.path / "tools" / "engine.lock"
    whole = lock.read_text()
    unreachable = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}
    lock.write_text("small-library==1.0\n")
    refused = [(checkout.run(), "hash")]
    lock.write_text(whole)
    refused.append((checkout.run(**unreachable, PIP_FIND_LINKS=""), "the package index cannot be reached"))
    wheel.unlink()
    source.write_bytes(b"")
    refused.append((checkout.run(), "No matching distribution found for small-library==1.0"))
    for run, said in refused:
        assert (1, "") == (run.returncode, run.stdout)
        assert said in run.stderr.splitlines()[-1].replace("Hashes", "hash")
        assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_settings_of_pip_say_where_from_but_not_where_to(checkout: SmallCheckout, tmp_path: Path) -> None:
    """A user who installs elsewhere by default still gets the libraries in this environment."""
    run = checkout.run(PIP_TARGET=str(tmp_path / "elsewhere"), PIP_USER="1", PIP_PREFIX=str(tmp_path / "p"))
    assert (0, checkout.own_python) == (run.returncode, run.stdout.strip())
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.slow
def test_of_two_runs_at_once_one_makes_and_one_waits(checkout: SmallCheckout) -> None:
    """Both end inside one environment, which is made once."""
    processes = [checkout.start(str(number)) for number in range(2)]
    outputs = [process.communicate(timeout=300) for process in processes]
    assert [[checkout.own_python, str(number)] for number in range(2)] == [
        output.splitlines() for output, _ in outputs
    ]
    said = [line.partition(" /")[0] for _, errors in outputs for line in errors.splitlines()]
    assert ["note: another run is making", "note: making"] == sorted(
        line for line in said if "making" in line
    )


def test_a_checkout_that_cannot_be_written_is_named(checkout: SmallCheckout) -> None:
    """A file where the lock has to be is one line, with the path."""
    (checkout.path / ".venv.lock").mkdir()
    run = checkout.run()
    assert (1, "") == (run.returncode, run.stdout)
    assert run.stderr.startswith(f"error: {checkout.path / '.venv.lock'}: Is a directory")
    assert len(run.stderr.splitlines()) == 1


def test_a_python_without_ensurepip_names_the_package_to_install(checkout: SmallCheckout) -> None:
    """Debian's python3 comes without it."""
    (checkout.path / "src" / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    run = checkout.run(PYTHONPATH=str(checkout.path / "src"))
    assert (1, "") == (run.returncode, run.stdout)
    assert "install the package python3-venv" in run.stderr
    assert not checkout.environment.exists()


def test_an_old_python_is_refused_in_one_line() -> None:
    """Before anything is imported that an old Python could not parse."""
    script = "import runpy, sys; sys.version_info = (3, 10, 1, 'final', 0); "
    script += "runpy.run_path('build.py', run_name='__main__')"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (2, f"error: needs Python 3.11 or newer; {sys.executable} is 3.10\n") == (
        run.returncode,
        run.stderr,
    )


@pytest.mark.slow
def test_dask_is_added_when_a_scheduler_is_named(checkout: SmallCheckout) -> None:
    """An environment that did without it until then gets it, and nothing that it had is installed again."""
    assert checkout.run().returncode == 0
    (kept,) = checkout.environment.glob("lib/*/site-packages/small_library.py")
    kept.write_text("VALUE = 2\n")
    run = checkout.run("--scheduler=tcp://127.0.0.1:8786")
    assert (0, checkout.own_python) == (run.returncode, run.stdout.splitlines()[0])
    assert list(checkout.environment.glob("lib/*/site-packages/small_cluster.py"))
    assert "VALUE = 2\n" == kept.read_text()


@pytest.mark.slow
def test_what_tests_need_is_added_when_tests_are_asked_for(checkout: SmallCheckout) -> None:
    """All lock files come on top of each other; an addition that was cut short is done again."""
    assert checkout.run("test").stdout.splitlines() == [checkout.own_python, "test"]
    (installed,) = checkout.environment.glob("lib/*/site-packages/small_checker.py")
    installed.write_text("")
    (mark,) = checkout.environment.glob("set-up/test.lock-*")
    mark.write_text("")
    run = checkout.run("test")
    assert (0, checkout.own_python) == (run.returncode, run.stdout.splitlines()[0])
    assert installed.read_text() == "VALUE = 1\n"


@pytest.mark.slow
def test_a_project_gets_what_its_own_file_asks_for(made: SmallCheckout, tmp_path: Path) -> None:
    """On top of the engine, from a list of its own or from its lock file, and nothing that others ask for."""
    project = tmp_path / "project"
    project.mkdir()
    made.wheel("asked-for")
    (project / "requirements.txt").write_text("# beside the engine\nasked-for>=1.0  # as it is\n")
    run = made.run("--project", str(project))
    assert (0, made.own_python) == (run.returncode, run.stdout.splitlines()[0])
    assert list(made.environment.glob("lib/*/site-packages/asked_for.py"))
    assert made.run("--project", str(project)).stderr == ""
    made.wheel("pinned")
    (project / "requirements.txt").write_text("asked-for\npinned\n")
    (project / "requirements.lock").write_text("pinned==1.0 --hash=sha256:" + "0" * 64 + "\n")
    refused = made.run("--project", str(project))
    assert "pinned==1.0 is not what the lock file expects: its hash differs" in refused.stderr
    (project / "requirements.lock").unlink()
    (project / "requirements.txt").write_text("asked-for\nsmall-library<1\n")
    refused = made.run("--project", str(project))
    assert "requirements.txt:2: Cannot install small-library<1" in refused.stderr
    for wrong in ("not-a-library", "small library"):
        (project / "requirements.txt").write_text(f"# beside the engine\n\nasked-for\n{wrong}\n")
        refused = made.run("--project", str(project))
        assert re.match(r"error: \S*requirements.txt:4: .*\n$", refused.stderr), refused.stderr
    assert not list(made.environment.glob("lib/*/site-packages/small_c*"))


def test_creating_a_project_needs_no_library(checkout: SmallCheckout) -> None:
    """`new` only writes files."""
    assert checkout.run("new", "mine").stdout.splitlines() == [sys.executable, "new", "mine"]
    assert not checkout.environment.exists()


@pytest.mark.slow
def test_people_can_install_into_the_environment(made: SmallCheckout) -> None:
    """It has pip, and what they install stays."""
    made.wheel("extra-library")
    options = ["--no-index", "--find-links", str(made.wheels), "extra-library"]
    subprocess.run([made.own_python, "-m", "pip", "install", "-q", *options], check=True)
    assert made.run().stderr == ""
    assert list(made.environment.glob("lib/*/site-packages/extra_library.py"))


@pytest.mark.slow
def test_uv_is_used_where_it_is_on_the_path(checkout: SmallCheckout, tmp_path: Path) -> None:
    """With the same lock file and the same refusals; here a stand-in that hands its work to pip."""
    (tmp_path / "bin").mkdir()
    uv = tmp_path / "bin" / "uv"
    uv.write_text(f"#!{sys.executable}\n{UV}")
    uv.chmod(0o755)
    path = f"{uv.parent}{os.pathsep}{os.environ['PATH']}"
    run = checkout.run(PATH=path)
    assert (0, checkout.own_python) == (run.returncode, run.stdout.strip())
    assert list(checkout.environment.glob("lib/*/site-packages/small_library.py"))
    assert uv.with_name("log").read_text().splitlines() == ["venv", "pip"]


UV = """
import os, pathlib, subprocess, sys
words = sys.argv[1:]
with pathlib.Path(__file__).with_name("log").open("a") as log:
    print(words[0], file=log)
python = words[words.index("--python") + 1]
if words[0] == "venv":
    sys.exit(subprocess.run([python, "-m", "venv", words[-1]]).returncode)
assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} <= set(words)
pip = [python, "-m", "pip", "install", *words[words.index("--require-hashes"):]]
sys.exit(subprocess.run(pip).returncode)
"""


def test_what_is_fetched_can_be_counted_while_it_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders of `pip` come and go under the hands of whoever looks; what was fetched stays counted."""
    scratch, log = tmp_path / "downloads", tmp_path / "log"
    (scratch / "pip-unpack").mkdir(parents=True)
    (scratch / "pip-unpack" / "one.whl").write_bytes(b"\0" * 2_000_000)
    log.write_text("Collecting one\n")
    progress = environment._Progress("engine", log, scratch)
    assert "2 MB fetched  Collecting one" in progress.line()
    scandir = os.scandir

    def removed_just_before(path: Any) -> Any:
        if not isinstance(path, int) and Path(path).name == "pip-unpack":
            shutil.rmtree(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", removed_just_before)
    assert "2 MB fetched" in progress.line()
