"""The end of a build: what changed in the answers, what was made, how long it took, where it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from labreport.console.plan import counted
from labreport.console.terminal import Terminal, cut, shown
from labreport.console.time_left import duration
from labreport.plan.ledger import Change
from labreport.program import again, nearby

DOCUMENT = "document/"
_FILES = ("report.html", "report.pdf", "answers.json")
_ANSWERS = 3
"""Changed answers that are shown at the end of a build; the others are counted."""
_SENTENCE = re.compile(r"(?<=[.!?])[ \n]+")
_NUMBER = re.compile(r"[0-9][0-9.,\u202f]*")


def show_changes(terminal: Terminal, changed: Sequence[Change], titles: Mapping[str, str]) -> None:
    """The answers that say something else now: first those whose words changed, then those whose numbers did.

    `titles` are the questions with their numbers. What only times changed, and other numbers, are counted.
    """
    if not changed:
        return
    answers = [change for change in changed if not change.name and not change.timed]
    answers.sort(key=lambda change: _NUMBER.sub("", change.was) == _NUMBER.sub("", change.now))
    numbers = sum(bool(change.name) and not change.timed for change in changed)
    times = sum(bool(change.name) and change.timed for change in changed)
    terminal.say(terminal.paint("Changed in the answers:", "bold"))
    for change in answers[:_ANSWERS]:
        terminal.say(cut(f"  {titles.get(change.question, change.question)}", terminal.width))
        texts = _from_difference(*differing(change.was, change.now), terminal.width - len("    was: "))
        for word, text in zip(("was", "now"), texts, strict=True):
            terminal.say(cut(f"    {word}: {text or '–'}", terminal.width))
    rest = [counted(len(answers) - _ANSWERS, "more answer")] if len(answers) > _ANSWERS else []
    rest += [counted(numbers, "number")] if numbers else []
    rest += (
        [f"{counted(times, 'time')} that {'was' if times == 1 else 'were'} measured again"] if times else []
    )
    if rest:
        listed = f"'{again('changes')}' lists all"
        terminal.say(terminal.paint(f"  {'And' if answers else 'Only'} {', '.join(rest)}; {listed}", "dim"))


def list_changes(terminal: Terminal, changed: Sequence[Change], titles: Mapping[str, str]) -> None:
    """Everything that changed, by question."""
    for slug in dict.fromkeys(change.question for change in changed):
        terminal.result(terminal.paint(shown(titles.get(slug, slug)), "bold"))
        for change in (change for change in changed if change.question == slug):
            again = "  (measured again)" if change.timed else ""
            if change.name:
                text = f"  {change.name}: {change.was or '–'} → {change.now or '–'}{again}"
                terminal.result(shown(text))
            else:
                terminal.result(shown(f"  was: {change.was or '–'}"))
                terminal.result(shown(f"  now: {change.now or '–'}{again}"))


def differing(was: str, now: str) -> tuple[str, str]:
    """The first sentences of two texts that differ."""
    old, new = (_SENTENCE.split(text) for text in (was, now))
    while len(old) > 1 and len(new) > 1 and old[0] == new[0]:
        del old[0], new[0]
    if old[0] == new[0]:  # one of them says more
        return " ".join(old), " ".join(new)
    return old[0], new[0]


def _from_difference(was: str, now: str, width: int) -> tuple[str, str]:
    """Two texts without what both begin with, where they would be cut before they differ."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, now, strict=False)))
    if max(len(was), len(now)) <= width or alike <= width // 2:
        return was, now
    start = was.rfind(" ", 0, max(alike - width // 3, 0)) + 1
    return (f"… {was[start:]}", f"… {now[start:]}") if start else (was, now)


def show_summary(
    terminal: Terminal,
    output: Path,
    trained: Sequence[str],
    made: Sequence[str],
    seconds: float,
    errors: int = 0,
    work: str = "training",
    watched: bool = False,
    arguments: str = "",
) -> None:
    """What was made, how long it took, where the report is and how it is checked; or what became of it.

    Of a build that is `watched`, the report is on the screen already. A check is of as many seeds as the
    build, which `arguments` says.
    """
    if errors:
        show_failure(terminal, output, errors, made)
        return
    where = report(output)
    if not trained and not made:
        what = f"{shown(nearby(where))} is up to date." if where else "all that was asked for is up to date."
        terminal.say(f"Nothing to do: {what}")
        return
    kinds: dict[str, int] = {}
    for name in made:
        kind = name.partition("/")[0]
        kinds[kind] = kinds.get(kind, 0) + 1
    parts = [counted(len(trained), work)] if trained else []
    parts += [counted(count, kind) for kind, count in kinds.items()]
    terminal.say(f"{terminal.paint('Done', 'green', 'bold')} in {duration(seconds)}: {', '.join(parts)}.")
    files = [name for name in _FILES if (output / name).is_file()]
    if files and not kinds.get("document"):
        terminal.say(f"Not rebuilt: {', '.join(files)}; '{again('build')}' does that")
    elif files and not watched:
        terminal.say(
            f"The report: {shown(nearby(output / files[0]))}{''.join(f', {name}' for name in files[1:])}"
        )
        terminal.say(f"Check it:   {again('verify')} {arguments}".rstrip())


def show_failure(terminal: Terminal, output: Path, errors: int, made: Sequence[str] = ()) -> None:
    """The last line of a build that failed; `made` are names of nodes."""
    if any(name.startswith(DOCUMENT) for name in made):
        state = f"Written without the rest: {shown(nearby(report(output) or output))}"
    elif report(output):
        state = "The previous report is unchanged."
    else:
        state = "No report was written."
    terminal.say(f"{terminal.paint('Build failed', 'red', 'bold')}: {counted(errors, 'error')}. {state}")


def report(output: Path) -> Path | None:
    """The report that is there: the PDF, else the page."""
    return next((path for name in ("pdf", "html") if (path := output / f"report.{name}").is_file()), None)
