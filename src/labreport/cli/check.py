"""The command `check`: the claims of the last build, for people and for CI."""

from __future__ import annotations

from labreport.check.changes import LastBuild
from labreport.check.claims import check_claims, unmet_claims
from labreport.check.coverage import coverage_of
from labreport.check.fragile import firmness
from labreport.cli.build import plan_of
from labreport.cli.formats import FORMATS
from labreport.cli.output import CLAIMS_FAIL, claims_summary, require_fresh
from labreport.cli.parser import Arguments
from labreport.cli.terminal import Terminal, visible
from labreport.errors import UsageError, display_path, location_of
from labreport.page import own_templates
from labreport.plan import Plan
from labreport.stats.wording import count_text

FOR_PEOPLE = ("text", "github")
"""Formats after which further lines may be printed."""


def check(arguments: Arguments, terminal: Terminal) -> int:
    """Print the claims of the last build that fail or are unknown.

    Returns 1 if the report is stale, 3 if a claim fails or is unknown, unless options allow it.
    """
    plan = plan_of(arguments)
    if plan.cache.entry("document", "answers.json") is None:
        raise UsageError(f"{display_path(arguments.output)} has no report to check; build first")
    claims = check_claims(plan, LastBuild.read(arguments.output).fallen)
    unmet = unmet_claims(claims, arguments.allow_unknown)
    format_name = arguments.format or ("github" if terminal.annotates else "text")
    text = FORMATS[format_name](claims if format_name == "json" else unmet)
    if text:
        terminal.write(text)
    if format_name in FOR_PEOPLE:
        if arguments.coverage:
            _show_coverage(terminal, plan)
        if arguments.fragile:
            _show_firmness(terminal, plan)
        terminal.result(claims_summary(claims) or "The report has no claims.")
    if not arguments.allow_stale:
        # The PDF has the claims of the page, and a machine without Pango cannot make it
        required = [target for target in plan.targets if target != plan.graph.pdf]
        require_fresh(terminal, plan, required)
    return CLAIMS_FAIL if unmet else 0


def _show_coverage(terminal: Terminal, plan: Plan) -> None:
    folder = plan.project.folder / "templates"
    names = [name for section in plan.project.all_sections for name in own_templates(section)]
    coverage = coverage_of([folder / name for name in names])
    for sentence in coverage.unguarded:
        location = location_of(sentence.file, sentence.line)
        terminal.result(visible(f"{location}: outside every claim: {sentence.text}"))
    judging = len(coverage.unguarded) + coverage.guarded
    terminal.result(f"Sentences that compare or judge: {judging}, {coverage.guarded} of them in claims.")
    numbers = f"{coverage.printed} from results, {coverage.literal} literal, {coverage.typed} typed"
    terminal.result(f"Numbers: {numbers}.")


def _show_firmness(terminal: Terminal, plan: Plan) -> None:
    firm = firmness(plan)
    for claim in (*firm.fragile, *firm.unknown):
        path = plan.project.folder / claim.claim.file
        location = location_of(path, claim.claim.line)
        terminal.result(visible(f"{location}: {claim}"))
    for failure in firm.failures:
        terminal.warn(failure)
    if not firm.replicates:
        terminal.result("Nothing was left out: that needs 5 to 30 seeds or replicates.")
        return
    names = {replicate.unit_name for replicate in firm.replicates}
    left_out = count_text(len(firm.replicates), names.pop() if len(names) == 1 else "replicate")
    asked = f"{count_text(firm.asked, 'claim')} asked again without each of {left_out}"
    unknown = f"; not known without some: {len(firm.unknown)}" if firm.unknown else ""
    terminal.result(f"{asked}; failing without one or two of them: {len(firm.fragile)}{unknown}.")
