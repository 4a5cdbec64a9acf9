"""Finished reports: compare two, in lines and as a page; write the results of one for other programs; and
compute every number and judgement of an `answers.json` again, from that file only."""

from __future__ import annotations

import argparse
import html
import json
import time
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from labreport.commands import write
from labreport.console.plan import HEADLINE, Numbers, changes, counted, list_changes
from labreport.console.terminal import Terminal, shown
from labreport.errors import UsageError, did_you_mean
from labreport.exports import listed, stale
from labreport.exports import write as write_export
from labreport.loaded import Report, load
from labreport.plan.ledger import Change
from labreport.program import called, nearby
from labreport.stats import Answer
from labreport.stats.rounding import format_spread

MOST_SHOWN = 40
"""Differences that are printed; a file with more has one cause, not so many."""
_FIGURE = "figure "
_SIGNS = {1: ", sign +", 0: "", -1: ", sign −"}
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{0}</title><style>
body{{font:16px/1.4 sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color-scheme:light}}
table{{border-collapse:collapse;width:100%;table-layout:fixed}}th,td{{border:1px solid #bbb;padding:.3rem;
text-align:left;vertical-align:top;overflow-wrap:anywhere}}.changed{{background:#fff3c4}}
figure{{margin:0}}img{{max-width:100%}}</style><h1>{0}</h1>"""


def diff(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """List what differs, and write the page; 1 when anything does."""
    if not 1 <= len(arguments.words) <= 2:
        raise UsageError(f"diff needs one or two folders, OLD and NEW; see {called()} diff --help.")
    old, new = (load(folder) for folder in [*arguments.words, arguments.output][:2])
    before, after = (_said(one, old.figures and new.figures) for one in (old, new))
    changed = [_short(one) for one in changes(before, after, {"": Answer(), **new.answers}, ())]
    titles = {"": "Figures of no question"} | {slug: one["text"] for slug, one in new.plain.items()}
    gone, added = ([*one.plain.keys() - other.plain.keys()] for one, other in ((old, new), (new, old)))
    list_changes(terminal, changed, titles)
    for what, slugs in (("no longer asked", gone), ("new", added)):
        for slug in sorted(slugs):
            terminal.result(f"{what}: {shown((old.plain | new.plain)[slug]['text'])}")
    if not (changed or gone or added):
        terminal.result("Both reports say the same.")
    terminal.tell(changed=[one.plain() for one in changed], removed=sorted(gone), added=sorted(added))
    if arguments.html:
        write(
            [(Path(arguments.html), "\n".join(_page(old, new, before, after)))],
            lambda text: text.startswith(_HEAD[:50]),
        )
    return int(bool(changed or gone or added))


def _said(report: Report, drawn: object) -> Numbers:
    """What a report says, as `changes` compares it: numbers, judgements, and what is `drawn` as its rows."""
    said: Numbers = {"": {HEADLINE: ""}} | {
        slug: {
            HEADLINE: question["headline"] or "",
            **{f"finding {name}": _judged(one) for name, one in question["findings"].items()},
            **{name: format_spread(one) for name, one in report.answers[slug].quantities.items()},
        }
        for slug, question in report.plain.items()
    }
    for slug, figure in report.figures.items() if drawn else ():
        said[figure.question][f"{_FIGURE}{slug}"] = "\n".join(
            ", ".join(map(str, row)) for row in ([one.name for one in figure.columns], *figure.rows)
        )
    return said


def _judged(finding: Mapping[str, Any]) -> str:
    judgement = finding["judgement"]
    return f"{judgement['word']}{_SIGNS[judgement['sign']] if judgement['word'] == 'clear' else ''}"


def _short(change: Change) -> Change:
    """Of a figure that both have, the first row that differs, and how many others do."""
    if not change.name.startswith(_FIGURE):
        return change
    if not (change.was and change.now):
        return Change(change.question, change.name, change.was and "drawn", change.now and "drawn")
    rows = zip_longest(change.was.split("\n"), change.now.split("\n"), fillvalue="")
    (was, now), *others = [(one, other) for one, other in rows if one != other]
    rest = f" ({counted(len(others), 'more row')})" if others else ""
    return Change(change.question, change.name, was, f"{now or '–'}{rest}")


def _page(old: Report, new: Report, before: Numbers, after: Numbers) -> Iterator[str]:
    """Both reports side by side, question by question; what differs is marked."""
    yield _HEAD.format(f"{html.escape(new.document['title'])}: what changed")
    for slug in before | after:
        was, now = before.get(slug, {}), after.get(slug, {})
        if (question := {**old.plain, **new.plain}.get(slug)) is not None:
            yield f"<h2>{html.escape(question['text'])}</h2>"
        yield "<table><tr><th>what</th><th>old</th><th>new</th></tr>"
        for name in was | now:
            cells = [_shown(one, name, said.get(name, "–")) for one, said in ((old, was), (new, now))]
            mark = ' class="changed"' if was.get(name) != now.get(name) else ""
            yield f"<tr{mark}><th>{html.escape(name or 'answer')}</th><td>{'</td><td>'.join(cells)}</td></tr>"
        yield "</table>"


def _shown(report: Report, name: str, text: str) -> str:
    figure = report.figures.get(name.removeprefix(_FIGURE)) if name.startswith(_FIGURE) else None
    return figure._repr_html_() if figure else html.escape(text)


def export(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Write one format, or check what was written; without a format, list them."""
    if not arguments.words:
        for one in listed().values():
            terminal.result(f"{one.name:10} {one.writes}")
        return 0
    name, *folders = arguments.words
    if name not in listed():
        raise UsageError(f"no format {name!r}{did_you_mean(name, listed())} There are {', '.join(listed())}.")
    if len(folders) > 1:
        raise UsageError(f"export does not take {folders[1]!r}; see {called()} export --help.")
    folder = Path(folders[0]) if folders else arguments.output / "exports" / name
    report = load(arguments.output)
    if not arguments.check:
        count = write_export(listed()[name], report, folder)
        what = f"{counted(count, 'file')} to {shown(str(folder))}, from {shown(str(report.folder))}"
        terminal.say(f"Exported {what}")
        return 0
    why = stale(listed()[name], report, folder)
    terminal.result(f"{shown(str(folder))} is {f'stale: {why}' if why else 'up to date'}.")
    return int(bool(why))


def check(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Check one file; 1 when something in it differs. Neither results nor the project are read."""
    from labreport.recheck import changed, count, evaluate, schema
    from labreport.recheck import load as read

    if arguments.schema:
        terminal.tell(schema=schema())
        terminal.result(json.dumps(schema(), indent=2))
        return 0
    path = Path(arguments.words) if arguments.words else arguments.output / "answers.json"
    begun = time.perf_counter()
    document = read(path)
    try:
        evaluation = evaluate(document)
        differences = [*evaluation.differences, *changed(document)]
    except UsageError as error:
        raise UsageError(shown(f"{nearby(path)}: {error}")) from error
    covered = count(document, evaluation.numbers)
    seconds = time.perf_counter() - begun
    terminal.tell(
        file=str(path),
        questions=covered.questions,
        findings=covered.findings,
        numbers={"computed": covered.computed, "data": covered.data, "others": covered.others},
        judgements=evaluation.findings,
        differences=[vars(one) for one in differences],
    )
    for difference in differences[:MOST_SHOWN]:
        terminal.result(terminal.paint("differs", "red") + f"  {shown(str(difference))}")
    if len(differences) > MOST_SHOWN:
        terminal.result(f"and {len(differences) - MOST_SHOWN} more differences")
    terminal.result(f"The file holds {covered.holds}.")
    terminal.result(
        f"{evaluation.numbers:,} numbers and {evaluation.findings:,} findings of {path} "
        f"computed again in {seconds:.2g} s: {len(evaluation.differences)} differ."
    )
    if arguments.verbose:
        for line in covered.lines():
            terminal.result(line)
    return int(bool(differences))
