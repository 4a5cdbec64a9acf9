"""The command line: each command and its options, as argparse knows them, and how one is carried out."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from labreport.cli.terminal import INTERRUPTED, Terminal, guarded
from labreport.errors import UsageError, display_path

_EPILOG = """\
exit codes: 0 done; 1 something failed, differs or (status, why) is stale;
2 bad usage or input; 130 and 143 interrupted: the same command continues"""


def number(low: int, high: int, text: str) -> int:
    """Read the text of an option as a whole number."""
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high:,}; got {text!r}")
    return int(text)


_seeds, _jobs = partial(number, 1, 100_000), partial(number, 0, 1_024)
OPTIONS: dict[str, dict[str, Any]] = {
    "--seeds": {"type": _seeds, "metavar": "N", "help": "run every experiment with N seeds"},
    "--jobs": {"type": _jobs, "metavar": "N", "help": "workers (0: one per core)"},
    "--scheduler": {"metavar": "ADDRESS", "help": "run on the Dask cluster at tcp://HOST:PORT"},
    "--force": {
        "metavar": "NAME",
        "nargs": "?",
        "const": "",
        "action": "append",
        "help": "make NAME again though it is fresh; without NAME, everything",
    },
    "--dry-run": {"action": "store_true", "help": "say what would be done, and change nothing"},
    "--strict": {"action": "store_true", "help": "exit 1 if a claim of the text does not hold"},
    "--open": {"action": "store_true", "help": "open the report in the browser"},
    "--because": {"metavar": "TEXT", "required": True, "help": "why the edit does not change the results"},
    "--output": {"metavar": "DIR", "help": "folder of the report (default: report)"},
    "--project": {"metavar": "DIR", "help": "folder of the project (default: this one)"},
    "--verbose": {"action": "store_true", "help": "list every item"},
    "--quiet": {"action": "store_true", "help": "print only errors, and what was asked for"},
    "--debug": {"action": "store_true", "help": "show a traceback for every error"},
}
_WORDS = {
    "names": ("NAME", "*", "only these sections, questions or figures, and what they need"),
    "name": ("NAME", "", "a section, a question, a figure or an experiment; or a question's number, as 2.2"),
    "question": ("QUESTION", "", "a question"),
    "old": ("OLD", "?", "compare with this report instead: its folder, or its answers.json"),
    "kept": ("NAME", "+", "an experiment or a study"),
    "format": ("FORMAT", "", "csv, latex or markdown"),
    "file": ("FILE", "", "the file"),
    "dir": ("DIR", "", "the folder to create"),
    "experiment": ("NAME", "", "an experiment"),
}
"""A word that is no option: how it is shown, how many of them there are, and what it is."""
COMMANDS = {
    "build": (
        "make what is stale; the default, so its name can be left out",
        "names --strict --dry-run --force --seeds --scheduler --jobs --open",
    ),
    "status": ("say what is stale and why, and which claims hold; exit 1 if anything is", "--seeds"),
    "why": ("print the way from the edited line to a name", "name --seeds"),
    "names": (
        "print every name of an answer with its value, and the conditions that hold",
        "question --seeds",
    ),
    "verify": ("check every stored byte, answer and document, and repeat a run", "--seeds"),
    "watch": ("rebuild on every change, and reload the page", "--seeds --jobs --open"),
    "changes": ("list what the last build changed in the answers", "old"),
    "keep": ("decide that stored results stay valid across an edit", "kept --because --seeds"),
    "clean": ("remove results that nothing refers to", "--dry-run"),
    "export": ("write results and answers for other programs", "format"),
    "render": ("fill a text file of your own, such as paper.tex, with values and claims", "file"),
    "new": ("create a small project that builds at once", "dir"),
    "show-code": ("print an experiment as the code that one would type", "experiment"),
}
"""Command: what it does, its words and its options."""
GONE = ("check", "diff", "init", "completion", "bench")
"""Commands of an earlier version, which are not taken for names of what to build."""
_TEST = ("run the tests of this checkout: --slow, --browser, else the ordinary ones", "")
_NEW = {"project.txt": "project.py", "gitignore": ".gitignore", "closer.md": "templates/questions/closer.md"}
"""Files of a new project, by those of the folder `skeleton`."""
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What this process computes, statistics and drawings, is small, and has the same bits with one thread."""


def parse(argv: Sequence[str], checkout: bool = False) -> argparse.Namespace:
    """Read a command line; `.command` is the command, `.argv` all words, those of `test` as pytest has them.

    What argparse refuses ends the program with exit code 2, as its help does with 0.
    """
    program = "python build.py" if checkout else "labreport"
    parser = argparse.ArgumentParser(
        program,
        description="Carry out the experiments, answer the questions, write the report.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(argv=argv, program=program)
    parser.add_argument("--version", action="version", version="labreport 0.1.0")  # as in pyproject.toml
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (does, words) in (COMMANDS | ({"test": _TEST} if checkout else {})).items():
        one = commands.add_parser(name, help=does, description=f"{does.capitalize()}.", allow_abbrev=False)
        one.set_defaults(names=[], seeds=None, jobs=0, force=[], scheduler="", strict=False)
        for word in f"{words} --output --project --verbose --quiet --debug".split():
            metavar, amount, what = _WORDS.get(word, ("", "", ""))
            given = OPTIONS.get(word) or {"metavar": metavar, "nargs": amount or None, "help": what}
            one.add_argument(word, **given)
    if argv and argv[0] in GONE:
        parser.exit(2, f"error: no command {argv[0]!r}; {program} has {', '.join(commands.choices)}\n")
    top = argv[:1] and argv[0] in (*commands.choices, "-h", "--help", "--version")
    testing = checkout and argv[:1] == ["test"] and not {"-h", "--help"} & {*argv}
    return parser.parse_args(argv[:1] if testing else argv if top else ["build", *argv])


def run(argv: Sequence[str], root: str, checkout: Callable[..., int | None] | None = None) -> int:
    """Carry out a command line; the exit code."""
    arguments = parse(argv, checkout is not None)
    terminal = Terminal(arguments.quiet, arguments.verbose, arguments.debug)
    folder = arguments.project = Path(os.path.abspath(arguments.project or root))
    arguments.output = Path(os.path.abspath(arguments.output or folder / "report"))

    def action() -> int:
        if checkout and (code := checkout(arguments, terminal.warn)) is not None:
            return code
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1") | dict(os.environ))
        module = {"new": "parser", "watch": "watch"}.get(arguments.command, "commands")
        command = getattr(import_module(f"labreport.cli.{module}"), arguments.command.replace("-", "_"))
        return int(command(arguments, terminal) or 0)

    endings = {"build": INTERRUPTED, "watch": "Stopped watching."}
    return guarded(action, terminal, endings.get(arguments.command, "Interrupted."))


def new(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Create a small project, and say what to do with it; no library is needed."""
    target, skeleton = Path(arguments.dir), Path(__file__).with_name("skeleton")
    if os.path.lexists(target) and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{display_path(target)} is not empty; name a folder that does not exist yet")
    title = target.resolve().name.replace("-", " ").replace("_", " ").strip()
    for source, name in _NEW.items():
        text = (skeleton / source).read_text(encoding="utf-8")
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text.replace("TITLE", title[:1].upper() + title[1:]), encoding="utf-8")
    place = shlex.quote(display_path(target))
    terminal.say(f"Created {display_path(target)}: project.py, and the text of its question. Next:")
    terminal.say(f"  {arguments.program} --project {place}         # make the report (seconds)")
    terminal.say(f"  {arguments.program} watch --project {place}   # edit; the page follows")
