"""The commands: each takes arguments, the folder of the project and the terminal, and gives an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import sysconfig
import time
import webbrowser
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from labreport import results
from labreport.build import Request, answers, answers_of, held, opened
from labreport.build import build as built
from labreport.cli import FRONT, stamp
from labreport.cli.changes import compare
from labreport.cli.lines import SHOWN, amounts, causes, claims, claims_of, show_changes
from labreport.cli.progress import Progress
from labreport.cli.terminal import Terminal, counted, duration, visible
from labreport.errors import Several, UsageError, shown
from labreport.plan import DOCUMENTS, Plan, Thing
from labreport.project import resolved
from labreport.results import files
from labreport.stale import ingredients

CHANGES = "cache/changes.json"
"""Where a report keeps what its last build changed in the answers."""


def carried_out(
    request: Request,
    terminal: Terminal,
    progress: Progress,
    strict: bool = False,
    argv: Sequence[str] | None = None,
) -> int:
    """Build, and say what came of it; the exit code. With `argv`, a build that is all fresh is stamped."""
    begun = time.monotonic()
    with progress:
        done = built(request, progress)
    plan, seconds = done.plan, duration(time.monotonic() - begun)
    page = request.output / DOCUMENTS["page"]
    if done.errors:
        wrong = Several(done.errors)
        terminal.error(wrong)
        kept = "The previous report is unchanged." if page.is_file() else "No report was written."
        told_of = f"after {seconds}: {counted(len(wrong.errors), 'error')}. {kept}"
        terminal.say(f"{terminal.paint('Build failed', 'red', 'bold')} {told_of}")
        return wrong.exit_code
    after, failing = answers_of(request.output), claims(plan)
    if done.before and after and (lines := compare(done.before, after)):
        files.write_json(request.output / CHANGES, {"lines": lines})
        show_changes(terminal.say, lines, SHOWN)
    for line in failing:
        terminal.result(terminal.paint(line, "yellow"))
    if done.made:
        what = amounts(done.made, plan)
        terminal.say(f"{terminal.paint('Done', 'green', 'bold')} in {seconds}: {what}.")
        there = [name for name in DOCUMENTS.values() if (request.output / name).is_file()]
        if request.names:
            terminal.say("Only what was named was made; without a name, the report is.")
        elif there:
            terminal.say(f"The report: {', '.join([shown(request.output / there[0]), *there[1:]])}")
    else:
        terminal.say(f"Up to date: {shown(page)}")
    files_only = all(one.path for one in plan.project.tables)  # a function's table may change without a file
    if argv is not None and files_only and not any(plan.state(thing) for thing in plan.things):
        stamp.write(os.environ.get(FRONT, ""), argv, str(request.output), _rests_on(plan), failing)
    return int(strict and bool(failing))


def _rests_on(plan: Plan) -> Iterator[str]:
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
    yield from (str(path) for path in paths if path.exists() and path not in own)
    yield sysconfig.get_path("purelib")


def build(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Make what is stale; with `--dry-run`, only say what that is."""
    request = _request(arguments, folder)
    if arguments.dry_run:
        plan = opened(request)
        stale = [thing for thing in plan.wanted(request.names) if plan.state(thing)]
        causes(terminal, terminal.result, plan, stale)
        if not stale:
            terminal.result("Nothing to do.")
        return 0
    whole = not (request.names or request.force)
    code = carried_out(
        request, terminal, Progress(terminal), arguments.strict, arguments.argv if whole else None
    )
    page = arguments.output / DOCUMENTS["page"]
    if arguments.open and page.is_file() and not webbrowser.open(page.as_uri()):
        terminal.warn(f"nothing here opens {shown(page)}; open it yourself")
    return code


def status(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """What is stale and why, and how many claims hold; 1 when anything is stale."""
    plan = opened(_request(arguments, folder))
    stale = [thing for thing in plan.things if plan.state(thing)]
    amount = amounts(stale or plan.things, plan)
    headline = f"Stale: {amount}." if stale else f"All is fresh: {amount}."
    terminal.result(terminal.paint(headline, "yellow" if stale else "green"))
    causes(terminal, terminal.result, plan, stale)
    made = [claim.holds for claim in claims_of(plan) if not claim.otherwise]
    if made:
        unknown = f"; not known: {made.count(None)}" if None in made else ""
        terminal.result(f"Claims that hold: {made.count(True)} of {len(made)}{unknown}.")
    for line in claims(plan):
        terminal.result(terminal.paint(line, "yellow"))
    return int(bool(stale))


def why(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """The way from the edited line to what is named; 1 when that is stale."""
    plan = opened(_request(arguments, folder))
    things = plan.named(arguments.name)
    for line in dict.fromkeys(line for thing in things for line in plan.way(thing)):
        terminal.result(line)
    return int(any(plan.state(thing) for thing in things))


def names(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Every name of an answer with its value, and the conditions that hold now."""
    from labreport.page import names as told

    plan = opened(_request(arguments, folder))
    for thing in plan.named(arguments.name):
        if thing.kind == "answer":
            found = answers(plan, [thing.name])
            sys.stdout.write(f"{told(thing.subject, found[thing.name]).rstrip()}\n")
    return 0


def verify(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """A line for each check that fails, with `--verbose` for each; 1 when any fails."""
    from labreport.verify import checks

    begun, found = time.monotonic(), Counter[bool]()
    request = _request(arguments, folder)
    with held(request, terminal.warn):
        plan = opened(request)
        for check in checks(plan):
            found[check.passed] += 1
            line = f"{'ok     ' if check.passed else 'differs'}  {check.name}  {check.detail}".rstrip()
            if not check.passed or terminal.verbose:
                terminal.result(terminal.paint(visible(line), *([] if check.passed else ["red"])))
    took = duration(time.monotonic() - begun)
    terminal.result(f"{counted(found[True], 'check')} passed, {found[False]} failed ({took})")
    return int(bool(found[False]))


def changes(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """What the last build changed in the answers, or how they differ from another report's."""
    if not arguments.old:
        with suppress(files.Damaged):
            kept = files.read_json(arguments.output / CHANGES)
            show_changes(terminal.result, kept["lines"] if kept else [], None)
            return 0
    found = []
    for path in (arguments.old, arguments.output):
        if (one := answers_of(Path(path))) is None:
            raise UsageError(f"{shown(path)} has no answers.json of this program; name a report's folder")
        found.append(one)
    show_changes(terminal.result, compare(*found), None)
    return 0


def keep(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Decide that stored results stay valid across an edit, and say which."""
    from labreport.plan import keep as kept

    request = _request(arguments, folder)
    with held(request, terminal.warn):
        plan = opened(request)
        count = kept(plan, arguments.kept, arguments.because)
    terminal.result(f"{counted(count, plan.project.words.run)} of {', '.join(arguments.kept)} kept.")
    return 0


def clean(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Remove the runs that no experiment can use with any number of seeds, and what is kept of others."""
    request = _request(arguments, folder)
    with held(request, terminal.warn):
        plan = opened(request)
        stored = list(plan.store.runs())
        seeds = {run.seed for run in stored}
        wanted = {plan.key(Thing("run", one.name, one, seed)) for one in plan.project.runs for seed in seeds}
        lost = [run for run in stored if run.key not in wanted]
        known = {(thing.kind, files.safe_name(thing.name)) for thing in plan.things}
        cached = [path for path in (request.output / "cache").glob("*/*.json") if path.parent.is_dir()]
        old = [path for path in cached if (path.parent.name, path.stem) not in known]
        for name, count in Counter(run.name for run in lost).items():
            terminal.result(f"{counted(count, plan.project.words.run)} of {name}")
        for path in old:
            terminal.result(shown(path))
        if arguments.dry_run:
            terminal.result(f"{counted(len(lost) + len(old), 'item')} would be removed.")
            return 0
        freed = plan.store.clean(wanted)
        for path in old:
            path.unlink()
    terminal.result(f"{counted(len(lost) + len(old), 'item')} removed, {freed / 1e6:.1f} MB freed.")
    return 0


def export(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Write results and answers in one format."""
    target = arguments.output / "exports" / arguments.format
    found = results.export(arguments.format, arguments.output, target)
    terminal.result(f"Exported {counted(len(found), 'file')} to {shown(target)}")
    return 0


def render(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Fill a file with values and claims, beside the other exports."""
    from labreport.page import render_file

    source = Path(arguments.file)
    plan = opened(_request(arguments, folder))
    every = answers(plan, "*")
    text, found = render_file(source, every.members, plan.project.runs)
    target = arguments.output / "exports" / source.name
    files.write_bytes(target, text.encode())
    for claim in found:
        if claim.fails:
            terminal.result(terminal.paint(str(claim), "yellow"))
    terminal.result(f"Wrote {shown(target)}")
    return 0


def show_code(arguments: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """Print an experiment as the code that a reader would type."""
    from labreport.stale import load

    project = load(folder)
    experiment = project.experiment(arguments.name)
    if not project.show_code:
        raise UsageError("this project cannot show code; set show_code in its Project to a function")
    sys.stdout.write(f"{resolved(project.show_code, project.place, 'show_code')(experiment).rstrip()}\n")
    return 0


def _request(arguments: argparse.Namespace, folder: Path) -> Request:
    one = arguments
    names = [*one.names, *filter(None, one.force)] if one.names else []
    return Request(folder, one.output, one.seeds, one.jobs, names, one.force, one.scheduler)
