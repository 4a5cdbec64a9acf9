"""The commands: each takes the arguments and the terminal, and gives an exit code; without one, it is 0."""

from __future__ import annotations

import argparse
import os
import sys
import sysconfig
import time
import webbrowser
from collections import Counter
from pathlib import Path

from labreport import results
from labreport.build import Request, answers_of, locked_report, open_report, stored_answers
from labreport.build import build_report as built
from labreport.cli import stamp
from labreport.cli.output import SHOWN, Progress, amounts, causes, claims, compare, show_changes
from labreport.cli.terminal import Terminal, counted, duration, visible
from labreport.errors import MultipleErrors, UsageError, display_path
from labreport.page import names as names_of
from labreport.page import render_file
from labreport.plan import DOCUMENTS, Plan, Target
from labreport.plan import carry_over as kept
from labreport.project import resolve_callable
from labreport.results import files
from labreport.stale import ingredients, load
from labreport.verify import checks

CHANGES = "cache/changes.json"
"""Where a report keeps what its last build changed in the answers."""


def carried_out(arguments: argparse.Namespace, terminal: Terminal, progress: Progress) -> int:
    """Build, and say what came of it; the exit code. By the command `build`, what is all fresh is stamped."""
    request, begun = _request(arguments), time.monotonic()
    with progress.bars:
        done = built(request, progress)
    plan, took = done.plan, duration(time.monotonic() - begun)
    page, *others = (request.output / name for name in DOCUMENTS.values())
    if done.errors:
        wrong = MultipleErrors(done.errors)
        terminal.error(wrong)
        previous = "The previous report is unchanged." if page.is_file() else "No report was written."
        failed = f"{terminal.paint('Build failed', 'red', 'bold')} after {took}"
        terminal.say(f"{failed}: {counted(len(wrong.errors), 'error')}. {previous}")
        return wrong.exit_code
    after, (_, failing) = answers_of(request.output), claims(plan)
    if done.made and done.before and after:
        lines = list(compare(done.before, after))
        files.write_json(request.output / CHANGES, {"lines": lines})
        if lines:
            show_changes(terminal.say, lines, SHOWN)
    for line in failing:
        terminal.result(terminal.paint(line, "yellow"))
    if not done.made:
        terminal.say(f"Up to date: {display_path(page)}")
    else:
        terminal.say(f"{terminal.paint('Done', 'green', 'bold')} in {took}: {amounts(done.made, plan)}.")
        there = ", ".join([display_path(page), *(path.name for path in others if path.is_file())])
        partly = "Only what was named was made; without a name, the report is."
        terminal.say(partly if request.names else f"The report: {there}")
    whole = arguments.command == "build" and not (request.names or request.force)
    files_only = all(one.path for one in plan.project.tables)  # a function's table may change without a file
    if whole and files_only and not any(map(plan.state, plan.things)):
        front = os.environ.get(stamp.FRONT, "")
        stamp.write(front, arguments.argv, str(request.output), _rests_on(plan), failing)
    return int(arguments.strict and bool(failing))


def _rests_on(plan: Plan) -> list[str]:
    """The files and folders by which a finished report is known to be up to date."""
    project, sources = plan.project, ingredients(plan.project).sources
    templates, engine = project.folder / "templates", Path(__file__).parents[1]
    names = {name for one in (*project.questions, *project.figures) for name in one.data}
    names |= {*project.data_files, *(name for one in project.runs for name in one.files or ())}
    paths = [path for name in sources.modules() if (path := sources.path(name))]
    paths += {path.parent for path in paths} | {templates if templates.is_dir() else project.folder}
    paths += [project.package / name for name in names] + [one.path for one in project.tables if one.path]
    for folder in (engine, templates, plan.report):
        paths += [path for path in folder.rglob("*") if "__pycache__" not in path.parts]
    own = {plan.report / name for name in (stamp.NAME, ".lock", "cache", "exports", CHANGES)}
    return [sysconfig.get_path("purelib"), *(str(one) for one in paths if one.exists() and one not in own)]


def build(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Make what is stale; with `--dry-run`, only say what that is."""
    if arguments.dry_run:
        request = _request(arguments)
        plan = open_report(request)
        stale = [thing for thing in plan.wanted(request.names) if plan.state(thing)]
        causes(terminal, terminal.result, plan, stale)
        if not stale:
            terminal.result("Nothing to do.")
        return 0
    code = carried_out(arguments, terminal, Progress(terminal))
    page = arguments.output / DOCUMENTS["page"]
    if arguments.open and page.is_file() and not webbrowser.open(page.as_uri()):
        terminal.warn(f"nothing here opens {display_path(page)}; open it yourself")
    return code


def status(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """What is stale and why, and how many claims hold; 1 when anything is stale."""
    plan = open_report(_request(arguments))
    stale = [thing for thing in plan.things if plan.state(thing)]
    headline, look = ("Stale", "yellow") if stale else ("All is fresh", "green")
    terminal.result(terminal.paint(f"{headline}: {amounts(stale or plan.things, plan)}.", look))
    causes(terminal, terminal.result, plan, stale)
    every, failing = claims(plan)
    if made := [claim.holds for claim in every if not claim.otherwise]:
        unknown = f"; not known: {made.count(None)}" if None in made else ""
        terminal.result(f"Claims that hold: {made.count(True)} of {len(made)}{unknown}.")
    for line in failing:
        terminal.result(terminal.paint(line, "yellow"))
    return int(bool(stale))


def why(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """The way from the edited line to what is named; 1 when that is stale."""
    plan = open_report(_request(arguments))
    things = plan.named(arguments.name)
    for line in dict.fromkeys(line for thing in things for line in plan.way(thing)):
        terminal.result(line)
    return int(any(map(plan.state, things)))


def names(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Every name of an answer with its value, and the conditions that hold now."""
    plan = open_report(_request(arguments))
    for thing in plan.named(arguments.question):
        if thing.kind == "answer":
            sys.stdout.write(names_of(thing.subject, stored_answers(plan, [thing.name])[thing.name]))


def verify(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """A line for each check that fails, with `--verbose` for each; 1 when any fails."""
    begun, found = time.monotonic(), Counter[bool]()
    request = _request(arguments)
    with locked_report(request, terminal.warn):
        for check in checks(open_report(request)):
            found[check.passed] += 1
            line = f"{'ok     ' if check.passed else 'differs'}  {check.name}  {check.detail}".rstrip()
            if not check.passed or terminal.verbose:
                terminal.result(terminal.paint(visible(line), *([] if check.passed else ["red"])))
    took = duration(time.monotonic() - begun)
    terminal.result(f"{counted(found[True], 'check')} passed, {found[False]} failed ({took})")
    return int(bool(found[False]))


def changes(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """What the last build changed in the answers, or how they differ from another report's."""
    if not arguments.old:
        told = files.read_json(arguments.output / CHANGES)
        lines = told["lines"] if told else []
    else:
        before, after = (results.load(path).document for path in (arguments.old, arguments.output))
        lines = list(compare(before, after))
    show_changes(terminal.result, lines)


def keep(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Decide that stored results stay valid across an edit, and say which."""
    request = _request(arguments)
    with locked_report(request, terminal.warn):
        plan = open_report(request)
        count = kept(plan, arguments.kept, arguments.because)
    terminal.result(f"{counted(count, plan.project.words.run)} of {', '.join(arguments.kept)} kept.")


def clean(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Remove the runs that no experiment can use with any number of seeds, and what is kept of others."""
    request = _request(arguments)
    with locked_report(request, terminal.warn):
        plan = open_report(request)
        stored = list(plan.store.runs())
        seeds = {run.seed for run in stored}
        wanted = {plan.key(Target("run", one.name, one, seed)) for one in plan.project.runs for seed in seeds}
        lost = Counter(run.name for run in stored if run.key not in wanted)
        cache = request.output / "cache"
        known = {cache / thing.kind / f"{files.safe_name(thing.name)}.json" for thing in plan.things}
        old = [path for path in cache.glob("*/*.json") if path not in known]
        for name, count in lost.items():
            terminal.result(f"{counted(count, plan.project.words.run)} of {name}")
        for path in old:
            terminal.result(display_path(path))
        items = counted(lost.total() + len(old), "item")
        if arguments.dry_run:
            terminal.result(f"{items} would be removed.")
            return
        freed = plan.store.clean(wanted)
        for path in old:
            path.unlink()
    terminal.result(f"{items} removed, {freed / 1e6:.1f} MB freed.")


def export(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Write results and answers in one format."""
    target = arguments.output / "exports" / arguments.format
    found = results.export(arguments.format, arguments.output, target)
    terminal.result(f"Exported {counted(len(found), 'file')} to {display_path(target)}")


def render(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Fill a file with values and claims, beside the other exports."""
    plan = open_report(_request(arguments))
    text, found = render_file(Path(arguments.file), stored_answers(plan, "*").members, plan.project.runs)
    target = arguments.output / "exports" / Path(arguments.file).name
    files.write_bytes(target, text.encode())
    for claim in found:
        if claim.fails:
            terminal.result(terminal.paint(str(claim), "yellow"))
    terminal.result(f"Wrote {display_path(target)}")


def show_code(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Print an experiment as the code that a reader would type."""
    project = load(arguments.project)
    experiment = project.experiment(arguments.experiment)
    if not project.show_code:
        raise UsageError("this project cannot show code; set show_code in its Project to a function")
    sys.stdout.write(
        f"{resolve_callable(project.show_code, project.location, 'show_code')(experiment).rstrip()}\n"
    )


def _request(given: argparse.Namespace) -> Request:
    names = [*given.names, *filter(None, given.force)] if given.names else []
    return Request(given.project, given.output, given.seeds, given.jobs, names, given.force, given.scheduler)
