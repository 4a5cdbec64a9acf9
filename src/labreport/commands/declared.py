"""Every command: what it does, which words and options it takes, and what is said when it is interrupted."""

from __future__ import annotations

from dataclasses import dataclass

from labreport.guard import INTERRUPTED


@dataclass(frozen=True)
class Declared:
    """One command. `words` is how many words follow its name: argparse's `nargs`, or none at all.

    A command with a `tail` takes all words that follow as they are; `tail` says in its help what they mean.
    """

    does: str
    options: tuple[str, ...] = ()
    word: str = ""
    meaning: str = ""
    words: str | None = None
    interrupted: str = "Interrupted."
    tail: str = ""
    module: str = ""
    """Where it is, unless in the module of `labreport.commands` with its name."""


COMMANDS = {
    "build": Declared(
        "make what is stale; the default, so its name can be left out",
        (
            "--dry-run",
            "--seeds",
            "--jobs",
            "--force",
            "--output",
            "--scheduler",
            "--adopt",
            "--lock-timeout",
            "--open",
            "--verbose",
        ),
        "NAME",
        "only these sections, figures, answers or experiments, and what they need",
        "*",
        INTERRUPTED,
    ),
    "new": Declared(
        "create a small project that builds at once",
        (),
        "NAME",
        "the folder to create",
    ),
    "status": Declared(
        "list what is stale and why; exit 1 if anything is",
        ("--seeds", "--output", "--json", "--verbose"),
    ),
    "why": Declared(
        "explain why something is stale, down to the changed line",
        ("--seeds", "--output"),
        "NAME",
        "a section, a figure, an answer or an experiment; or its number, as 2.2 or 'Figure 3'",
    ),
    "changes": Declared(
        "list what the last rebuild changed in the answers",
        ("--output",),
    ),
    "verify": Declared(
        "check every stored byte, then every answer independently",
        ("--quick", "--repeat", "--seeds", "--jobs", "--output", "--lock-timeout", "--verbose"),
        interrupted="Verification stopped; it starts from the beginning next time.",
    ),
    "check": Declared(
        "compute every number and judgement of answers.json again",
        ("--output", "--verbose", "--schema"),
        "FILE",
        "an answers.json (default: the report's)",
        "?",
    ),
    "grade": Declared(
        "grade submissions against the report's answers",
        ("--output", "--reference", "--csv", "--gradescope", "--form"),
        "PATH",
        "a submission, or a folder of submissions",
        "?",
    ),
    "export": Declared(
        "write the results as tables, a paper or a notebook",
        ("--output", "--check"),
        "FORMAT",
        "the format, then the folder (default: exports/FORMAT in the report's); none lists the formats",
        "*",
    ),
    "clean": Declared(
        "remove results that are no longer used",
        ("--dry-run", "--output", "--lock-timeout"),
        interrupted="Interrupted; run the same command again.",
    ),
    "watch": Declared(
        "rebuild on every change, and reload the page in the browser",
        ("--seeds", "--jobs", "--output", "--open"),
        interrupted="Stopped watching.",
    ),
    "show-code": Declared(
        "print an experiment as the code that one would type",
        (),
        "NAME",
        "an experiment, or a cell of a study",
    ),
}
"""A command's name to its declaration; the module of `show-code` is `labreport.commands.show_code`.
A checkout adds commands of its own (`labreport.command.Checkout`)."""
