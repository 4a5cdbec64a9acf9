"""What is to be made and why, what was made, and what changed in the answers, in lines; words for amounts.

An *experiment* is declared once. A *training* (or what the project calls a run) is one seed of it, and may be
that of several experiments with one specification.
"""

from __future__ import annotations

import itertools
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.console.terminal import Terminal, cut, shown
from labreport.plan.ledger import Change
from labreport.plan.nodes import FOLLOWING, Changed, Plan, Reason, State, Status, Upstream, short
from labreport.program import again, nearby
from labreport.stats import Answer
from labreport.stats.rounding import format_number

DOCUMENT = "document/"
_FILES = ("report.html", "report.pdf", "answers.json")
_ANSWERS = 3
"""Changed answers that are shown at the end of a build; the others are counted."""
_SENTENCE = re.compile(r"(?<=[.!?])[ \n]+")
_NUMBER = re.compile(r"[0-9][0-9.,\u202f]*")
KINDS = ("recording", "result", "answer", "figure", "section", "document")
VERBS = {
    "result": "train",
    "answer": "answer",
    "figure": "draw",
    "section": "write",
    "document": "publish",
}
_CAUSES = 8
"""Causes that are listed before the rest is counted."""
_NAMES = 3
"""Names of what one cause makes that are listed; more are counted."""
Key = tuple[Any, ...]
FEW = 10.0
"""Seconds below which no number is said: it would be over before it were right."""
KEPT = "\xa0"
"""A space at which no line is broken."""


def counted(count: int, what: str) -> str:
    """`1 figure`, `1,200 figures`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """`12 s`, `3 min 05 s`, `2 h 10 min`."""
    seconds = max(seconds, 0.0)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def about(seconds: float) -> str:
    """A time that is expected, as far as it can be known: `a few seconds`, `35 s`, `3 min 10 s`, `17 min`."""
    if seconds < FEW:
        return "a few seconds"
    step = 5 if seconds < 60 else 10 if seconds < 600 else 60
    return duration(step * round(seconds / step)).removesuffix(" 00 s")


def work(statuses: Iterable[Status]) -> str:
    """Amounts by kind, results as the trainings that give them: `147 trainings, 29 answers`."""
    found = list(statuses)
    parts = []
    for kind in KINDS:
        same = [status for status in found if status.node.kind == kind]
        if kind == "result" and same:
            parts.append(counted(len({status.key for status in same}), same[0].node.work))
        elif same:
            parts.append(counted(len(same), kind))
    return ", ".join(parts)


def show_plan(terminal: Terminal, plan: Plan, verbose: bool) -> None:
    """What is to be made, a line for each cause; with `verbose`, a line for each thing before that."""
    stale = plan.stale()
    if verbose:
        for name, verb, reason in _lines(stale):
            text = cut(reason, max(terminal.width - 12 - max(len(name), 26), 11))
            terminal.say(f"  {terminal.paint(f'{verb:8}', 'cyan')}{name:26}  {terminal.paint(text, 'dim')}")
    show_causes(terminal.say, terminal.width, stale, verbose)


def show_causes(
    say: Callable[[str], None], width: int, stale: Sequence[Status], verbose: bool = False
) -> None:
    """A line for each cause: what changed, and all that is made because of it."""
    causes = by_cause(stale)
    for number, (cause, group) in enumerate(causes[:_CAUSES], 1):
        hint = "" if verbose or number < min(len(causes), _CAUSES) or len(stale) == 1 else LISTED
        _wrapped(say, width, f"{cause}: {_what(group)}{hint}")
    if len(causes) > _CAUSES:
        say(f"… and {counted(len(causes) - _CAUSES, 'more cause')}")


LISTED = f"; --verbose{KEPT}lists{KEPT}them"


def by_cause(stale: Iterable[Status]) -> list[tuple[str, list[Status]]]:
    """What is stale, by what changed first: in words, and all that is made because of it.

    A changed specification is one cause, whichever experiments have it and whatever names the definition that
    was edited. What has no cause of its own has that of the first thing that it reads.
    """
    groups: dict[Key, list[Status]] = {}
    keys: dict[str, Key] = {}
    edited: dict[str, Key] = {}
    for status in stale:
        own = _own(status)
        read = (
            keys[reason.name]
            for reason in status.reasons
            if isinstance(reason, Upstream) and reason.name in keys
        )
        if fields := _fields(status, own):
            key: Key = fields
            edited.setdefault(_name(status), key)
        elif own:
            found = [
                edited.get(reason.about, (str(reason),)) if isinstance(reason, Changed) else (str(reason),)
                for reason in own
            ]
            key = next((one for one in found if one not in edited.values()), found[0])
        else:
            key = next(read, ("what it reads",))
        keys[status.name] = key
        groups.setdefault(key, []).append(status)
    return [(_words(key, group), group) for key, group in groups.items()]


def _own(status: Status) -> list[Reason]:
    """The reasons that are not those of what it reads."""
    waits = any(isinstance(reason, Upstream) for reason in status.reasons)
    return [
        reason
        for reason in status.reasons
        if not isinstance(reason, Upstream)
        and not (waits and isinstance(reason, Changed) and reason.what in FOLLOWING)
    ]


def _fields(status: Status, reasons: Sequence[Reason]) -> Key:
    """The name, old and new value of each field of a specification that changed, if nothing else did."""
    values = status.ingredients.get("specification", {})
    changed = [reason for reason in reasons if isinstance(reason, Changed)]
    if len(changed) < len(reasons) or any(one.what.partition(".")[0] not in values for one in changed):
        return ()
    return tuple((one.what.rpartition(".")[2], short(one.old), short(one.new)) for one in changed)


def _words(key: Key, group: Sequence[Status]) -> str:
    if isinstance(key[0], str):
        return key[0]
    return f"{_name(group[0])}: {', '.join(f'{field} {old} → {new}' for field, old, new in key)}"


def why(status: Status) -> str:
    """The first reason, and how many more there are."""
    if not status.reasons:
        return ""
    own = (reason for reason in status.reasons if not isinstance(reason, Upstream))
    first = next(own, None) or status.reasons[0]
    more = len(status.reasons) - 1
    return f"{first}{f' (and {more} more)' if more else ''}"


def _what(group: Sequence[Status]) -> str:
    """Amounts by kind, those that come later after `then`; with names where there are few."""
    trained = [status for status in group if status.node.kind == "result"]
    first = trained or [status for status in group if status.state is State.STALE]
    later = [status for status in group if status not in first]
    return ", then ".join(filter(None, (_amounts(first), _amounts(later))))


def _amounts(group: Sequence[Status]) -> str:
    """`5 trainings of small`, `section part-two`, `3 answers, 4 documents`."""
    found = []
    for _, each in itertools.groupby(group, key=lambda status: status.node.kind):
        same = list(each)
        names = list(dict.fromkeys(_name(status) for status in same))
        if same[0].node.kind == "result":
            of = f" of {', '.join(names)}" if len(names) <= _NAMES else ""
            found.append(f"{work(same)}{of}")
        elif len(same) == 1:
            kind = "" if same[0].node.kind == "document" else f"{same[0].node.kind} "
            found.append(f"{kind}{names[0]}")
        else:
            found.append(work(same))
    return ", ".join(found)


def _name(status: Status) -> str:
    return status.node.label.rpartition("#")[0] or status.node.label


def _lines(stale: Iterable[Status]) -> Iterable[tuple[str, str, str]]:
    """Name, verb and reason; results of one experiment together."""
    for (name, kind, reason), group in itertools.groupby(
        stale, key=lambda status: (_name(status), status.node.kind, why(status))
    ):
        members = list(group)
        count = f" × {len(members)} {members[0].node.repeated}s" if len(members) > 1 else ""
        waiting = "if changed: " if members[0].state is State.PENDING else ""
        verb = "run" if kind == "result" and members[0].node.work != "training" else VERBS[kind]
        yield shown(f"{name}{count}"), verb, f"{waiting}{reason}"


def _wrapped(say: Callable[[str], None], width: int, text: str, first: str = "", indent: str = "  ") -> None:
    """`text` on at most three lines, behind `first` and then `indent`."""
    for line in textwrap.wrap(
        shown(text),
        width,
        initial_indent=first,
        subsequent_indent=indent,
        max_lines=3,
        placeholder=" …",
        break_on_hyphens=False,
    ):
        say(line.replace(KEPT, " "))


Numbers = dict[str, dict[str, str]]
"""Question → quantity → text; the empty name has the words of its headline."""
HEADLINE = ""
_SOURCE = re.compile(r'data-source="([^"#]*)#([^"]*)"')


def numbers(answers: Mapping[str, Answer], sections: Iterable[Mapping[str, Any]]) -> Numbers:
    """What each rendered headline says, and all quantities, rounded as printed."""
    said = {line["question"]: line["text"] for section in sections for line in section["headlines"]}
    return {
        slug: {
            HEADLINE: said.get(slug, ""),
            **{name: format_number(quantity) for name, quantity in answer.quantities.items()},
        }
        for slug, answer in answers.items()
    }


def changes(
    old: Numbers, new: Numbers, answers: Mapping[str, Answer], sections: Iterable[Mapping[str, Any]]
) -> list[Change]:
    """Each headline and each number that differs, in reading order; none of a question that is new."""
    lines = [line for section in sections for line in section["headlines"]]
    printed = {
        line["question"]: {name for slug, name in _SOURCE.findall(line["headline_screen"])} for line in lines
    }
    found: list[Change] = []
    for slug in [slug for slug in new if slug in old]:
        before, after = old[slug], new[slug]
        timed = {name for name, each in answers[slug].quantities.items() if each.varies_with == "machine"}
        told = HEADLINE in before  # or the ledger is from before headlines were kept
        names = [name for name in {**after, **before} if before.get(name) != after.get(name)]
        numbers = [name for name in names if name != HEADLINE]
        behind = printed.get(slug, set()) & set(numbers)
        for name in names:
            alone = bool(behind) and behind <= timed if name == HEADLINE else name in timed
            if told or (name != HEADLINE and name in after):
                found.append(Change(slug, name, before.get(name, ""), after.get(name, ""), alone))
    return found


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
        for word, text in zip(("was", "now"), differing(change.was, change.now), strict=True):
            _wrapped(terminal.say, terminal.width, text or "–", f"    {word}: ", " " * 9)
    rest = [counted(len(answers) - _ANSWERS, "more answer")] if len(answers) > _ANSWERS else []
    rest += [counted(numbers, "number")] if numbers else []
    rest += [counted(times, "measured time")] if times else []
    if rest:
        listed = f"'{again('changes')}' lists all"
        terminal.say(terminal.paint(f"  {'And' if answers else 'Only'} {', '.join(rest)}; {listed}", "dim"))


def list_changes(terminal: Terminal, changed: Sequence[Change], titles: Mapping[str, str]) -> None:
    """Everything that changed, by question."""
    for slug in dict.fromkeys(change.question for change in changed):
        terminal.result(terminal.paint(shown(titles.get(slug, slug)), "bold"))
        for change in (change for change in changed if change.question == slug):
            again = "  (rests on measured times)" if change.timed else ""
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


def show_summary(
    terminal: Terminal,
    output: Path,
    trained: Sequence[str],
    made: Sequence[str],
    seconds: float,
    errors: int = 0,
    work: str = "training",
    watched: bool = False,
    chosen: bool = False,
    arguments: str = "",
) -> None:
    """What was made, how long it took, where the report is and how it is checked; or what became of it.

    Of a build that is `watched`, the report is on the screen already; of parts that were `chosen`, it is not
    made. A check is of as many seeds as the build, which `arguments` says.
    """
    if errors:
        show_failure(terminal, output, errors, made)
        return
    where = report(output)
    if not trained and not made:
        what = f"{shown(nearby(where))} is up to date." if where else "all that was asked for is up to date."
        terminal.say(f"Nothing to do: {what}")
        return
    kinds = Counter(name.partition("/")[0] for name in made)
    parts = [counted(len(trained), work)] if trained else []
    parts += [counted(count, kind) for kind, count in kinds.items()]
    terminal.say(f"{terminal.paint('Done', 'green', 'bold')} in {duration(seconds)}: {', '.join(parts)}.")
    files = [name for name in _FILES if (output / name).is_file()]
    if files and chosen and not kinds.get("document"):
        terminal.say(f"Not rebuilt: {', '.join(files)}; '{again('build')}' does that")
    elif files and not watched:
        same = "" if kinds.get("document") else " is the same as before"
        names = ", ".join([shown(nearby(output / files[0])), *files[1:]])
        terminal.say(f"The report{same}: {names}")
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
