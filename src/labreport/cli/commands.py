"""The commands that look at a report, and those that change what is kept of it.

Each takes the arguments and the terminal, and gives an exit code; without one, it is 0.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from labreport import results
from labreport.build import locked_report, open_plan, open_report
from labreport.check.changes import LastBuild, as_markdown, differences
from labreport.check.claims import CheckedClaim, check_claims
from labreport.check.coverage import coverage_of
from labreport.check.fragile import firmness
from labreport.cli import formats
from labreport.cli.build import CLAIMS_FAIL, request_of
from labreport.cli.output import amounts, show_causes, show_changes, show_claims, summary
from labreport.cli.terminal import Terminal, counted, duration, visible
from labreport.errors import LabReportError, UsageError, display_path
from labreport.page import export as exported
from labreport.page import names as names_of
from labreport.page import render_file
from labreport.plan import Plan, RunTarget, carry_over, paths_to, report_source, stored_answers
from labreport.project import resolve_callable
from labreport.results import files
from labreport.stale import load
from labreport.verify import checks


def check(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Ask the claims of the report as it was built, and say which do not hold or are not known.

    The exit code is 1 where the report is stale, 3 where a claim fails or is unknown, each unless allowed.
    """
    plan = open_report(request_of(arguments))
    if plan.cache.entry("document", "answers.json") is None:
        raise UsageError(f"{display_path(arguments.output)} has no report to check; build first")
    claims = check_claims(plan, LastBuild.read(arguments.output).fallen)
    judged = [claim for claim in claims if claim.outcome != "unknown"] if arguments.allow_unknown else claims
    form = arguments.format or ("github" if terminal.annotates else "text")
    text = formats.FORMATS[form](judged)
    if text:
        terminal.write(text)
    if form in ("text", "github"):
        _show_rest_of_check(arguments, terminal, plan, claims)
    stale = plan.stale(plan.targets)
    if stale and not arguments.allow_stale:
        what = f"the report is stale: {amounts(stale, plan)}"
        terminal.error(LabReportError(f"{what}; build first, or allow it by --allow-stale"))
        show_causes(terminal, terminal.warn, plan, stale)
        return 1
    return 0 if all(claim.outcome == "holds" for claim in judged) else CLAIMS_FAIL


def _show_rest_of_check(
    arguments: argparse.Namespace, terminal: Terminal, plan: Plan, claims: list[CheckedClaim]
) -> None:
    """The last line of `check`, and before it what was asked for besides."""
    if arguments.coverage:
        _show_coverage(terminal, plan)
    if arguments.fragile:
        _show_firmness(terminal, plan)
    terminal.result(summary(claims) or "The report has no claims.")


def _show_coverage(terminal: Terminal, plan: Plan) -> None:
    coverage = coverage_of(_templates_of(plan))
    for sentence in coverage.unguarded:
        line = f"{display_path(sentence.file)}:{sentence.line}: outside every claim: {sentence.text}"
        terminal.result(visible(line))
    judging = len(coverage.unguarded) + coverage.guarded
    terminal.result(f"Sentences that compare or judge: {judging}, {coverage.guarded} of them in claims.")
    numbers = f"{coverage.printed} from results, {coverage.literal} literal, {coverage.typed} typed"
    terminal.result(f"Numbers: {numbers}.")


def _show_firmness(terminal: Terminal, plan: Plan) -> None:
    firm = firmness(plan)
    for claim in firm.fragile:
        location = f"{display_path(plan.project.folder / claim.claim.file)}:{claim.claim.line}"
        terminal.result(visible(f"{location}: {claim}"))
    for failure in firm.failures:
        terminal.warn(failure)
    if not firm.units:
        terminal.result("Nothing was left out: that needs 5 to 30 seeds or replicates.")
        return
    asked = f"{counted(firm.asked, 'claim')} asked again without each of {len(firm.units)} units"
    near = f"; {firm.near} fall without three or more, as they are near their limits" if firm.near else ""
    terminal.result(f"{asked}: {len(firm.fragile)} fall without one or two{near}.")


def status(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """What is stale and why, and how many claims hold; 1 when anything is stale."""
    plan = open_report(request_of(arguments))
    stale = plan.stale(plan.targets)
    headline, look = ("Stale", "yellow") if stale else ("All is fresh", "green")
    terminal.result(terminal.paint(f"{headline}: {amounts(stale or plan.targets, plan)}.", look))
    show_causes(terminal, terminal.result, plan, stale)
    claims = check_claims(plan, LastBuild.read(arguments.output).fallen)
    if claims:
        terminal.result(summary(claims))
    show_claims(terminal, [claim for claim in claims if claim.outcome == "fails"])
    return 1 if stale else 0


def why(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """The way from the edited line to what is named; 1 when that is stale."""
    plan = open_report(request_of(arguments))
    targets = plan.graph.named(arguments.name)
    lines = dict.fromkeys(line for target in targets for line in paths_to(plan, target))
    for line in lines:
        terminal.result(line)
    return 1 if plan.stale(targets) else 0


def names(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Every name of an answer with its value, and the conditions that hold now."""
    plan = open_report(request_of(arguments))
    for target in plan.graph.named(arguments.question):
        if target.kind == "answer":
            answer = stored_answers(plan, [target.name])[target.name]
            sys.stdout.write(names_of(target.subject, answer))


def verify(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """A line for each check that fails, with `--verbose` for each; 1 when any fails."""
    begun = time.monotonic()
    passed, failed = 0, 0
    with locked_report(request_of(arguments), terminal.warn):
        for result in checks(open_report(request_of(arguments))):
            if result.passed:
                passed += 1
            else:
                failed += 1
            word = "ok     " if result.passed else "differs"
            line = visible(f"{word}  {result.name}  {result.detail}".rstrip())
            if not result.passed:
                terminal.result(terminal.paint(line, "red"))
            elif terminal.verbose:
                terminal.result(line)
    took = duration(time.monotonic() - begun)
    terminal.result(f"{counted(passed, 'check')} passed, {failed} failed ({took})")
    return 1 if failed else 0


def changes(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """What the last build changed in the answers, or how they differ from another report's."""
    if arguments.old:
        before = results.load(arguments.old).document
        after = results.load(arguments.output).document
        found = differences(before, after)
    else:
        found = list(LastBuild.read(arguments.output).differences)
    if arguments.format == "markdown":
        terminal.write(as_markdown(found))
    else:
        show_changes(terminal.result, found)


def keep(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Decide that stored results stay valid across an edit, and say which."""
    request = request_of(arguments)
    with locked_report(request, terminal.warn):
        plan = open_plan(request)
        count = carry_over(plan, arguments.kept, arguments.because)
    terminal.result(f"{counted(count, plan.project.words.run)} of {', '.join(arguments.kept)} kept.")


def clean(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Remove the runs that no experiment can use with any number of seeds, and what is kept of others."""
    request = request_of(arguments)
    with locked_report(request, terminal.warn):
        plan = open_plan(request)
        usable = _usable_keys(plan)
        unusable = Counter(run.name for run in plan.store.runs() if run.key not in usable)
        forgotten = _forgotten_entries(plan)
        for name, count in unusable.items():
            terminal.result(f"{counted(count, plan.project.words.run)} of {name}")
        for path in forgotten:
            terminal.result(display_path(path))
        items = counted(unusable.total() + len(forgotten), "item")
        if arguments.dry_run:
            terminal.result(f"{items} would be removed.")
            return
        freed = plan.store.clean(usable)
        for path in forgotten:
            path.unlink()
    terminal.result(f"{items} removed, {freed / 1e6:.1f} MB freed.")


def _usable_keys(plan: Plan) -> set[str]:
    """The keys of the runs that an experiment of the project can use, with any seed that is stored."""
    keys = set()
    for seed in {run.seed for run in plan.store.runs()}:
        for experiment in plan.project.runs:
            keys.add(plan.key(RunTarget(experiment.name, plan, seed, experiment)))
    return keys


def _forgotten_entries(plan: Plan) -> list[Path]:
    """The files of answers, figures and sections that the project does not have any more."""
    known = {plan.cache.path(target.kind, target.name) for target in plan.targets}
    return [path for path in plan.cache.paths() if path not in known]


def export(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Write results and answers in one format."""
    target = arguments.output / "exports" / arguments.format
    source = report_source(open_report(request_of(arguments)))
    written = exported(arguments.format, source, target)
    terminal.result(f"Exported {counted(len(written), 'file')} to {display_path(target)}")


def render(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Fill a file with values and claims, beside the other exports; 3 where a claim fails or is unknown."""
    source = Path(arguments.file)
    plan = open_report(request_of(arguments))
    text, claims = render_file(source, stored_answers(plan, "*").members, plan.project.runs)
    target = arguments.output / "exports" / source.name
    files.write_bytes(target, text.encode())
    outcomes = ("fails",) if arguments.allow_unknown else ("fails", "unknown")
    checked = [CheckedClaim(claim, source) for claim in claims]
    listed = [claim for claim in checked if claim.outcome in outcomes]
    show_claims(terminal, listed)
    terminal.result(f"Wrote {display_path(target)}")
    return CLAIMS_FAIL if listed else 0


def show_code(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Print an experiment as the code that a reader would type."""
    project = load(arguments.project)
    experiment = project.experiment(arguments.experiment)
    if not project.show_code:
        raise UsageError("this project cannot show code; set show_code in its Project to a function")
    write_code = resolve_callable(project.show_code, project.location, "show_code")
    sys.stdout.write(f"{write_code(experiment).rstrip()}\n")


def _templates_of(plan: Plan) -> Iterator[Path]:
    """The templates of a project's sections and questions; not all of them need to be there."""
    folder = plan.project.folder / "templates"
    for chapter in plan.project.chapters:
        yield folder / "sections" / f"{chapter.name}.md"
        for question in chapter.questions:
            yield folder / (question.template or f"questions/{question.name}.md")
