"""The command line: each command and its options, as argparse knows them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

VERSION = "0.1.0"
"""The same as in `pyproject.toml`."""
_EPILOG = """\
exit codes: 0 done; 1 something failed, differs or (status, why) is stale;
2 bad usage or input; 130 and 143 interrupted: the same command continues"""


def number(low: int, high: int) -> Callable[[str], int]:
    """Make a converter of an option's text to a whole number."""

    def convert(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high:,}; got {text!r}")
        return int(text)

    return convert


OPTIONS: dict[str, dict[str, Any]] = {
    "--seeds": {"type": number(1, 100_000), "metavar": "N", "help": "run every experiment with N seeds"},
    "--jobs": {"type": number(0, 1_024), "metavar": "N", "help": "workers (0: one per core)"},
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
_COMMON = ("--output", "--project", "--verbose", "--quiet", "--debug")
COMMANDS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "build": (
        "make what is stale; the default, so its name can be left out",
        ("--strict", "--dry-run", "--force", "--seeds", "--scheduler", "--jobs", "--open"),
        ("names*", "NAME", "only these sections, questions or figures, and what they need"),
    ),
    "status": ("say what is stale and why, and which claims hold; exit 1 if anything is", ("--seeds",), ()),
    "why": (
        "print the way from the edited line to a name",
        ("--seeds",),
        ("name", "NAME", "a section, a question, a figure or an experiment; or a question's number, as 2.2"),
    ),
    "names": (
        "print every name of an answer with its value, and the conditions that hold",
        ("--seeds",),
        ("name", "QUESTION", "a question"),
    ),
    "verify": ("check every stored byte, answer and document, and repeat a run", ("--seeds",), ()),
    "watch": ("rebuild on every change, and reload the page", ("--seeds", "--jobs", "--open"), ()),
    "changes": (
        "list what the last build changed in the answers",
        (),
        ("old?", "OLD", "compare with this report instead: its folder, or its answers.json"),
    ),
    "keep": (
        "decide that stored results stay valid across an edit",
        ("--because", "--seeds"),
        ("kept+", "NAME", "an experiment or a study"),
    ),
    "clean": ("remove results that nothing refers to", ("--dry-run",), ()),
    "export": (
        "write results and answers for other programs",
        (),
        ("format", "FORMAT", "csv, latex or markdown"),
    ),
    "render": (
        "fill a text file of your own, such as paper.tex, with values and claims",
        (),
        ("file", "FILE", "the file"),
    ),
    "new": ("create a small project that builds at once", (), ("dir", "DIR", "the folder to create")),
    "show-code": (
        "print an experiment as the code that one would type",
        (),
        ("name", "NAME", "an experiment"),
    ),
}
"""Command: what it does, its options, and its word with the number of words, how it is shown, what it is."""
GONE = ("check", "diff", "init", "completion", "bench")
"""Commands of an earlier version, which are not taken for names of what to build."""
TEST = ("run the tests of this checkout: --slow, --browser, else the ordinary ones", (), ())


def parse(argv: Sequence[str], program: str, checkout: bool = False) -> argparse.Namespace:
    """Read a command line; `.command` is the command, `.words` those of `test`.

    What argparse refuses ends the program with exit code 2, as its help does with 0.
    """
    if checkout and argv[:1] == ["test"] and not {"-h", "--help"} & set(argv):
        return argparse.Namespace(
            command="test", words=list(argv[1:]), project=None, output=None, quiet=False, debug=False
        )
    parser = argparse.ArgumentParser(
        program,
        description="Carry out the experiments, answer the questions, write the report.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"labreport {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (does, options, word) in (COMMANDS | ({"test": TEST} if checkout else {})).items():
        one = commands.add_parser(
            name, help=does, description=f"{does[0].upper()}{does[1:]}.", allow_abbrev=False
        )
        one.set_defaults(names=[], seeds=None, jobs=0, force=[], scheduler="")
        if word:
            plain = word[0].rstrip("?*+")
            many = {"nargs": word[0][-1]} if plain != word[0] else {}
            one.add_argument(plain, metavar=word[1], help=word[2], **many)  # type: ignore[arg-type]
        for option in (*options, *_COMMON):
            one.add_argument(option, **OPTIONS[option])
    if argv and argv[0] in GONE:
        parser.exit(2, f"error: no command {argv[0]!r}; {program} has {', '.join(commands.choices)}\n")
    top = argv[:1] and argv[0] in (*commands.choices, "-h", "--help", "--version")
    return parser.parse_args(argv if top else ["build", *argv])
