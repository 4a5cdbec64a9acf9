"""The command line: options, the command that is meant, and the exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from labreport.commands.grade import flags
from labreport.console.terminal import Terminal
from labreport.errors import LabReportError, UsageError

DEFAULT_SEEDS = 5
SEEDS_LIMIT = 100_000
COMMANDS = ("status", "why", "verify", "grade", "test", "bench", "clean", "watch")

_EPILOG = """commands:
  status [--json]   what is fresh and what is stale, and why; exit 1 if anything is stale
  why NAME          the chain from NAME down to what changed
  verify            check the store, then the answers by an independent path
  grade PATH        grade a submission, or a folder of them, against the published answers
  test [ARGS]       set up, then run the tests (--browser, --slow, --faults, or any of pytest's)
  bench             the benchmarks
  clean             remove results that nothing refers to
  watch             rebuild and reload the page when a file changes

exit codes: 0 done, 1 something failed or differs, 2 bad usage or input, 130 and 143 interrupted"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see python build.py --help")


def parser() -> argparse.ArgumentParser:
    """All options; the first word is a command, a section, or nothing."""
    found = _Parser(
        prog="python build.py",
        description="Train the networks, answer the questions, write report.pdf and report.html.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = found.add_argument
    add(
        "words",
        nargs="*",
        metavar="NAME",
        help="a command, or only these sections (or figures, experiments, …)",
    )
    add("--dry-run", action="store_true", help="say what would be made and why; change nothing")
    add("--seeds", type=int, metavar="N", help=f"train every network with N seeds (default {DEFAULT_SEEDS})")
    add("--jobs", type=int, default=0, metavar="N", help="worker processes (default: one a core)")
    add("--force", nargs="?", const="", action="append", metavar="NAME", help="make NAME anew, or everything")
    add("--output", metavar="DIR", help="where report and results go (default: report)")
    add("--scheduler", default="", metavar="ADDRESS", help="train on the Dask cluster at tcp://HOST:PORT")
    add(
        "--lock-timeout", type=float, default=-1.0, metavar="SECONDS", help="wait no longer for another build"
    )
    add("--open", action="store_true", help="open the report when it is done")
    add("--show-code", metavar="NAME", help="print a network as the Keras code one would type")
    add("--json", action="store_true", help="status for scripts")
    flags(found)
    add("--quick", action="store_true", help="bench: fewer and shorter runs")
    add("--quiet", action="store_true", help="print nothing but errors")
    add("--verbose", action="store_true", help="list everything that is to be made")
    add("--debug", action="store_true", help="show a traceback where the program fails")
    return found


def main(argv: Sequence[str], root: str) -> int:
    """Carry out a command line; returns the exit code."""
    if argv and argv[0] == "test":
        from labreport.testing import run

        return _guarded(lambda: run(Path(root), list(argv[1:])), Terminal(), debug="--debug" in argv)
    terminal = Terminal(quiet="--quiet" in argv)
    return _guarded(lambda: _dispatch(argv, Path(root), terminal), terminal, debug="--debug" in argv)


def _dispatch(argv: Sequence[str], root: Path, terminal: Terminal) -> int:
    options = parser().parse_intermixed_args(list(argv))
    _check(options)
    output = Path(os.path.abspath(options.output)) if options.output else root / "report"
    word = options.words[0] if options.words else ""
    if options.show_code:
        from labreport.commands.show_code import show_code

        return show_code(terminal, options.show_code)
    if word in COMMANDS:
        return _command(word, options, root, output, terminal)
    return _build(options, root, output, terminal)


def _command(word: str, options: argparse.Namespace, root: Path, output: Path, terminal: Terminal) -> int:
    rest, seeds = options.words[1:], options.seeds or DEFAULT_SEEDS
    if word == "watch":
        from labreport.commands.watch import watch

        return watch(root, output, seeds, options.jobs, terminal, options.open)
    if word == "bench":
        from labreport.commands.bench import bench

        return bench(root, options.quick)
    if word == "grade":
        from labreport.commands.grade import run

        options.path = _one(word, rest, "a submission or a folder of them") if rest else None
        return run(options, terminal, output)
    if word == "clean":
        from labreport.commands.clean import clean

        return clean(terminal, root, output, options.lock_timeout, options.dry_run)
    if word == "verify":
        from labreport.commands.verify import verify

        return verify(terminal, root, output, options.seeds, options.lock_timeout)
    from labreport.commands.status import status, why

    if word == "why":
        return why(terminal, root, output, seeds, _one(word, rest, "a name from `python build.py status`"))
    return status(terminal, root, output, seeds, options.json)


def _build(options: argparse.Namespace, root: Path, output: Path, terminal: Terminal) -> int:
    if options.dry_run:
        from labreport.commands.status import dry_run

        force = _force(options.force)
        return dry_run(
            terminal,
            root,
            output,
            options.seeds or DEFAULT_SEEDS,
            tuple(options.words),
            force,
            options.verbose,
        )
    from labreport.execute.build import Request, build

    request = Request(
        root=root,
        output=output,
        seeds=options.seeds or DEFAULT_SEEDS,
        jobs=options.jobs,
        targets=tuple(options.words),
        force=_force(options.force),
        scheduler=options.scheduler,
        lock_timeout=options.lock_timeout,
        verbose=options.verbose,
        arguments=f"--seeds {options.seeds}" if options.seeds else "",
    )
    outcome = build(request, terminal)
    if options.open and outcome.exit_code == 0:
        from labreport.commands.open import open_report

        open_report(output, terminal)
    return outcome.exit_code


def _check(options: argparse.Namespace) -> None:
    for name, value, low, high in (
        ("--seeds", options.seeds, 1, SEEDS_LIMIT),
        ("--jobs", options.jobs, 0, 1024),
    ):
        if value is not None and not low <= value <= high:
            raise UsageError(f"{name} is {value}; allowed is {low} to {high:,}")


def _force(words: list[str] | None) -> tuple[str, ...] | None:
    if words is None:
        return ()
    return None if "" in words else tuple(words)


def _one(command: str, rest: Sequence[str], what: str) -> str:
    if len(rest) != 1:
        raise UsageError(f"{command} takes one argument: {what}; {len(rest)} were given")
    return rest[0]


class _Terminated(BaseException):
    """SIGTERM came."""


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise _Terminated


def _send_again(swallowed: sys.UnraisableHookArgs) -> None:
    """An interruption that came inside a callback was swallowed there: send it once more, soon."""
    number = {_Terminated: signal.SIGTERM, KeyboardInterrupt: signal.SIGINT}.get(swallowed.exc_type)
    if number is None:
        sys.__unraisablehook__(swallowed)
        return
    from threading import Timer

    timer = Timer(0.05, os.kill, (os.getpid(), number))
    timer.daemon = True
    timer.start()


def _guarded(action: Callable[[], int], terminal: Terminal, debug: bool) -> int:
    """Run `action`; every way it can end becomes one line and an exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.unraisablehook = _send_again
    try:
        return action()
    except LabReportError as error:
        if debug:
            raise
        terminal.error(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted(terminal, 130)
    except _Terminated:
        return _interrupted(terminal, 143)
    except BrokenPipeError:
        # Whoever read the output has gone; nothing can be said to anybody
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except Exception as error:
        if debug:
            raise
        cause = str(error).splitlines()[0] if str(error) else ""
        terminal.error(f"{type(error).__name__}: {cause}; run again with --debug for the traceback")
        return 1


def _interrupted(terminal: Terminal, code: int) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    terminal.warn("interrupted; run the same command again to go on from the last checkpoint")
    # Worker processes were killed; nothing that is left to run could matter
    sys.stdout.flush()
    os._exit(code)
