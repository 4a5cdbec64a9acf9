"""The command `build`: make what is stale, and print the result."""

from __future__ import annotations

import os
import time
import webbrowser
from collections.abc import Sequence
from contextlib import suppress

from labreport.build import Builder, Request, build_report, open_plan, open_report
from labreport.check.changes import LastBuild
from labreport.check.claims import CheckedClaim, check_claims, unmet_claims
from labreport.cli import stamp
from labreport.cli.output import SHOWN, amounts, claim_lines, gate, show_causes, show_changes, show_claims
from labreport.cli.parser import Arguments
from labreport.cli.progress import Progress
from labreport.cli.terminal import Terminal, duration
from labreport.errors import MultipleErrors, UsageError, display_path
from labreport.plan import DOCUMENTS, Plan, UnknownName, published_answers, wanted_targets
from labreport.plan.stamped import StampedFiles
from labreport.stats.wording import count_text


def build(arguments: Arguments, terminal: Terminal) -> int:
    """Make what is stale; with `--dry-run`, only print what is."""
    try:
        if arguments.dry_run:
            return _dry_run(arguments, terminal)
        code = summarise(arguments, terminal, make_report(arguments, Progress(terminal)))
    except UnknownName as error:
        if error.name in arguments.commands:
            advice = f"{arguments.program} {error.name} …"
            raise UsageError(f"the command {error.name!r} is not the first word; write {advice}") from None
        # It may be a misspelt command
        raise UnknownName(error.name, error.names + arguments.commands) from None
    page = arguments.output / DOCUMENTS["page"]
    if arguments.open and page.is_file() and not webbrowser.open(page.as_uri()):
        terminal.warn(f"nothing here opens {display_path(page)}; open it yourself")
    return code


def request_of(arguments: Arguments) -> Request:
    """The request for a build, from the arguments."""
    names = list(arguments.names)
    if names:  # forced targets are built, too
        names += [name for name in arguments.force if name]
    return Request(
        arguments.project,
        arguments.output,
        arguments.seeds,
        arguments.jobs,
        names,
        arguments.force,
        arguments.scheduler,
    )


def plan_of(arguments: Arguments) -> Plan:
    """The plan of the report that a command reads."""
    return open_report(request_of(arguments))


def _dry_run(arguments: Arguments, terminal: Terminal) -> int:
    request = request_of(arguments)
    plan = open_plan(request)
    stale = plan.stale(wanted_targets(plan.graph, request.names))
    show_causes(terminal, terminal.result, plan, stale)
    if not stale:
        terminal.result("Nothing to do.")
    return 0


def make_report(arguments: Arguments, progress: Progress) -> Builder:
    """Build the report, with bars on the screen; raises the errors of `build_report`."""
    with progress.bars:
        return build_report(request_of(arguments), progress)


def summarise(arguments: Arguments, terminal: Terminal, built: Builder) -> int:
    """Print the result of a build, and return the exit code. If all is fresh, the report gets a stamp."""
    elapsed = duration(time.monotonic() - built.begun)
    if built.errors:
        return _print_failure(built, terminal, elapsed)
    last_build = _store_changes(built)
    if built.made and not built.request.names and last_build.changes:
        show_changes(terminal.say, last_build.changes, SHOWN)
    claims = check_claims(built.plan, last_build.fallen)
    unmet = unmet_claims(claims, arguments.allow_unknown or not arguments.strict)
    show_claims(terminal, unmet)
    _print_success(built, terminal, elapsed)
    if built.stamped_files is not None:
        _stamp(arguments, built, built.stamped_files, claims)
    return gate(terminal, unmet) if arguments.strict else 0


def _stamp(arguments: Arguments, built: Builder, files: StampedFiles, claims: Sequence[CheckedClaim]) -> None:
    """Write the stamp of a report in which all is fresh, so that the next build only compares its files."""
    failing = claim_lines(unmet_claims(claims, allow_unknown=True))
    has_unknown = any(claim.verdict == "unknown" for claim in claims)
    dependencies = built.plan.dependencies
    stamp.write(
        os.environ.get(stamp.FRONT, ""),
        arguments.argv,
        str(arguments.project),
        str(built.output),
        files,
        failing,
        has_unknown,
        dependencies.variables(),
        dependencies.recorder.environment,
    )


def _print_failure(built: Builder, terminal: Terminal, elapsed: str) -> int:
    several = MultipleErrors(built.errors)
    terminal.error(several)
    previous = "The previous report is unchanged." if built.before else "No complete report was written."
    failed = terminal.paint("Build failed", "red", "bold")
    errors = count_text(len(several.errors), "error")
    terminal.say(f"{failed} after {elapsed}: {errors}. {previous}")
    return several.exit_code


def _store_changes(built: Builder) -> LastBuild:
    """Store the changes of a build that published the report, and return those of the last such build."""
    after = published_answers(built.output)
    is_published = built.made and not built.request.names
    if is_published:
        last_build = LastBuild()
        if built.before and after:
            with suppress(KeyError, TypeError):  # the previous report was made by another version
                last_build = LastBuild.between(built.before, after)
        last_build.write(built.output)
    return LastBuild.read(built.output)


def _print_success(built: Builder, terminal: Terminal, elapsed: str) -> None:
    page = built.output / DOCUMENTS["page"]
    if not built.made:
        terminal.say(f"Up to date: {display_path(page)}")
        return
    done = terminal.paint("Done", "green", "bold")
    made = amounts(built.made, built.plan)
    terminal.say(f"{done} in {elapsed}: {made}.")
    if built.request.names:
        terminal.say("Only what was named was made; without a name, the report is.")
        return
    documents = [display_path(page)]
    for name in DOCUMENTS.values():
        if name != page.name and (built.output / name).is_file():
            documents.append(name)
    terminal.say(f"The report: {', '.join(documents)}")
