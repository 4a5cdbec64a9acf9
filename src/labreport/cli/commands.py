"""Commands that look at a report, and commands that change what is stored of it.

Each takes the arguments and the terminal, and returns an exit code, or None for 0.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from labreport import results
from labreport.build import locked_report, open_plan
from labreport.check.changes import LastBuild, as_markdown, changed_statements
from labreport.check.claims import CheckedClaim, check_claims, unmet_claims
from labreport.cli.build import plan_of, request_of
from labreport.cli.output import (
    amounts,
    claims_summary,
    gate,
    require_fresh,
    show_causes,
    show_changes,
    show_claims,
)
from labreport.cli.parser import Arguments
from labreport.cli.terminal import Terminal, duration, visible
from labreport.errors import UsageError, did_you_mean, display_path
from labreport.page import export_report, render_file
from labreport.page import names as listing_of_names
from labreport.plan import (
    AnswerTarget,
    Plan,
    RunTarget,
    StoredReport,
    keep_runs,
    paths_to,
    report_to_export,
    targets_named,
    wanted_targets,
)
from labreport.results import files
from labreport.stale import open_project
from labreport.stats.wording import count_text
from labreport.verify import checks


def status(arguments: Arguments, terminal: Terminal) -> int:
    """Print what is stale and why, and how many claims hold; 1 if anything is stale."""
    plan = plan_of(arguments)
    stale = plan.stale(plan.targets)
    if stale:
        headline = terminal.paint(f"Stale: {amounts(stale, plan)}.", "yellow")
    else:
        headline = terminal.paint(f"All is fresh: {amounts(plan.targets, plan)}.", "green")
    terminal.result(headline)
    show_causes(terminal, terminal.result, plan, stale)
    claims = check_claims(plan, LastBuild.read(arguments.output).fallen)
    if claims:
        terminal.result(claims_summary(claims))
    show_claims(terminal, unmet_claims(claims, allow_unknown=True))
    return 1 if stale else 0


def why(arguments: Arguments, terminal: Terminal) -> int:
    """Print the path from an edit to each named target; 1 if one of these is stale."""
    plan = plan_of(arguments)
    targets = targets_named(plan.graph, arguments.name)
    lines = []
    for target in targets:
        lines += paths_to(plan, target)
    for line in dict.fromkeys(lines):  # each once
        terminal.result(line)
    return 1 if plan.stale(targets) else 0


def names(arguments: Arguments, terminal: Terminal) -> None:
    """Print all names of an answer with their values, and the conditions that hold."""
    plan = plan_of(arguments)
    for target in targets_named(plan.graph, arguments.name):
        if isinstance(target, AnswerTarget):
            answer = StoredReport(plan).answer(target.name)
            sys.stdout.write(listing_of_names(target.declaration, answer))
            return
    near = did_you_mean(arguments.name, plan.graph.answers, "there are")
    raise UsageError(f"{arguments.name!r} is no question, and only answers of questions have names{near}")


def verify(arguments: Arguments, terminal: Terminal) -> int:
    """Print the checks that fail, or all with `--verbose`; 1 if any fails."""
    begun = time.monotonic()
    count = Counter[bool]()
    with locked_report(request_of(arguments), terminal.warn):
        for result in checks(plan_of(arguments)):
            count[result.passed] += 1
            word = "ok     " if result.passed else "differs"
            line = visible(f"{word}  {result.name}  {result.detail}".rstrip())
            if not result.passed:
                terminal.result(terminal.paint(line, "red"))
            elif terminal.verbose:
                terminal.result(line)
    passed, failed = count_text(count[True], "check"), count[False]
    elapsed = duration(time.monotonic() - begun)
    terminal.result(f"{passed} passed, {failed} failed ({elapsed})")
    return 1 if failed else 0


def changes(arguments: Arguments, terminal: Terminal) -> None:
    """Print what the last build changed in the answers, or the differences from another report."""
    if arguments.old:
        before = results.load(arguments.old).document
        after = results.load(arguments.output).document
        statements = changed_statements(before, after)
    else:
        statements = list(LastBuild.read(arguments.output).changes)
    if arguments.format == "markdown":
        terminal.write(as_markdown(statements))
    else:
        show_changes(terminal.result, statements)


def keep(arguments: Arguments, terminal: Terminal) -> None:
    """Mark stored runs as valid in spite of an edit, and print how many."""
    request = request_of(arguments)
    with locked_report(request, terminal.warn):
        plan = open_plan(request)
        count = keep_runs(plan, arguments.kept, arguments.because)
    runs = count_text(count, plan.project.words.run)
    terminal.result(f"{runs} of {', '.join(arguments.kept)} kept.")


def clean(arguments: Arguments, terminal: Terminal) -> None:
    """Remove runs that no experiment can use with any seed, and files that nothing refers to."""
    request = request_of(arguments)
    with locked_report(request, terminal.warn):
        plan = open_plan(request)
        usable = _usable_keys(plan)
        unusable = Counter[str]()
        for run in plan.store.runs():
            if run.key not in usable:
                unusable[run.name] += 1
        forgotten = _forgotten_entries(plan) + _unused_lists(plan)
        for name, count in unusable.items():
            terminal.result(f"{count_text(count, plan.project.words.run)} of {name}")
        for path in forgotten:
            terminal.result(display_path(path))
        items = count_text(unusable.total() + len(forgotten), "item")
        if arguments.dry_run:
            terminal.result(f"{items} would be removed.")
            return
        freed = plan.store.clean(usable)
        for path in forgotten:
            path.unlink()
    terminal.result(f"{items} removed, {freed / 1e6:.1f} MB freed.")


def _usable_keys(plan: Plan) -> set[str]:
    """The keys of all runs that an experiment of the project can use, with any stored seed."""
    keys = set()
    for seed in {run.seed for run in plan.store.runs()}:
        for experiment in plan.project.all_experiments:
            keys.add(plan.key(RunTarget(experiment.name, experiment, seed)))
    return keys


def _forgotten_entries(plan: Plan) -> list[Path]:
    """The files of answers, figures and sections that are not in the project any more."""
    paths_of_now = {plan.cache.path(target.kind, target.name) for target in plan.targets}
    return [path for path in plan.cache.paths() if path not in paths_of_now]


def _unused_lists(plan: Plan) -> list[Path]:
    """The lists of read files that no stored target uses."""
    lists = plan.cache.file_lists
    used = set()
    for target in plan.targets:
        entry = plan.cache.entry(target.kind, target.name)
        if entry is not None:
            used.add(lists.path(entry.file_list_hash))
    return [path for path in sorted(lists.folder.glob("*.json")) if path not in used]


def export(arguments: Arguments, terminal: Terminal) -> None:
    """Write the results and answers in one format."""
    target = arguments.output / "exports" / arguments.format
    report = report_to_export(_fresh_plan_of(arguments, terminal))
    written = export_report(arguments.format, report, target)
    terminal.result(f"Exported {count_text(len(written), 'file')} to {display_path(target)}")


def render(arguments: Arguments, terminal: Terminal) -> int:
    """Render a text file with values and claims into the exports; 3 if a claim fails or is unknown."""
    source = arguments.file
    plan = _fresh_plan_of(arguments, terminal)
    answers = StoredReport(plan).answers().members
    text, claims = render_file(source, answers, plan.project.all_experiments)
    target = arguments.output / "exports" / source.name
    files.write_bytes(target, text.encode())
    checked = [CheckedClaim(claim, source) for claim in claims]
    unmet = unmet_claims(checked, arguments.allow_unknown)
    show_claims(terminal, unmet)
    terminal.result(f"Wrote {display_path(target)}")
    return gate(terminal, unmet)


def _fresh_plan_of(arguments: Arguments, terminal: Terminal) -> Plan:
    """The plan of a report. Raises `LabReportError` if its answers are stale, unless this is allowed."""
    plan = plan_of(arguments)
    if not arguments.allow_stale:
        require_fresh(terminal, plan, wanted_targets(plan.graph, ["answers.json"]))
    return plan


def show_code(arguments: Arguments, terminal: Terminal) -> None:
    """Print the code with which a reader could run an experiment."""
    project = open_project(arguments.project).project
    experiment = project.experiment(arguments.name)
    if not project.show_code:
        raise UsageError("this project cannot show code; set show_code in its Project to a function")
    code = project.resolve("show_code")(experiment)
    sys.stdout.write(f"{code.rstrip()}\n")
