"""What commands print about a report: stale targets and why, claims that fail, changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from textwrap import shorten

from labreport.check.changes import ChangedStatement
from labreport.check.claims import CheckedClaim
from labreport.cli.formats import as_annotations
from labreport.cli.terminal import Terminal, visible
from labreport.errors import LabReportError
from labreport.plan import Plan, RunTarget, Target, stale_groups
from labreport.plan.cache import CACHED_KINDS
from labreport.stats.wording import count_text

CLAIMS_FAIL = 3
"""The exit code if a claim fails or is unknown."""
SHOWN = 8
"""A build lists at most this many causes and changes, and counts the rest."""
KINDS = ("run", *CACHED_KINDS)
LONGEST = 60
"""A build prints at most this many characters of the text of a claim; `check` prints all."""


def show_causes(terminal: Terminal, say: Callable[[str], None], plan: Plan, stale: Iterable[Target]) -> None:
    """Print a line for each change, with all targets that are stale because of it."""
    groups = stale_groups(plan, stale)
    most = len(groups) if terminal.verbose else SHOWN
    for group in groups[:most]:
        cause = visible(str(group.change)) if group.change else "never made"
        say(f"{cause}: {amounts_with_names(group.targets, plan)}")
        if terminal.verbose:
            for target in group.targets:
                say(terminal.paint(f"  {target}", "dim"))
    if len(groups) > most:
        say(f"… and {count_text(len(groups) - most, 'more cause')}; --verbose lists them")


def require_fresh(terminal: Terminal, plan: Plan, targets: Iterable[Target]) -> None:
    """Raise `LabReportError` if any of these targets is stale, and print the causes first."""
    stale = plan.stale(targets)
    if stale:
        show_causes(terminal, terminal.warn, plan, stale)
        advice = "build first, or allow it by --allow-stale"
        raise LabReportError(f"the report is stale: {amounts(stale, plan)}; {advice}")


def amounts(targets: Iterable[Target], plan: Plan) -> str:
    """The number of targets of each kind: `70 fits, 4 answers, 3 documents`."""
    return ", ".join(_amount(members, plan) for members in _by_kind(targets))


def amounts_with_names(targets: Iterable[Target], plan: Plan) -> str:
    """The number of targets of each kind, with names if there are few: `5 fits of small, answer best`."""
    texts = []
    for members in _by_kind(targets):
        kind = members[0].kind
        names = dict.fromkeys(target.name for target in members)
        if kind == "run" and len(names) <= 3:
            texts.append(f"{_amount(members, plan)} of {', '.join(names)}")
        elif len(members) == 1 and kind not in ("run", "document"):
            texts.append(str(members[0]))
        else:
            texts.append(_amount(members, plan))
    return ", ".join(texts)


def _by_kind(targets: Iterable[Target]) -> list[list[Target]]:
    """The targets of each kind, in the order of `KINDS`."""
    by_kind: dict[str, list[Target]] = {kind: [] for kind in KINDS}
    for target in targets:
        by_kind[target.kind].append(target)
    return [members for members in by_kind.values() if members]


def _amount(targets: Sequence[Target], plan: Plan) -> str:
    """The number of targets of one kind; runs that experiments share are counted once."""
    kind = targets[0].kind
    if kind != "run":
        return count_text(len(targets), kind)
    runs = {plan.key(target) for target in targets if isinstance(target, RunTarget)}
    return count_text(len(runs), plan.project.words.run)


def claims_summary(claims: Sequence[CheckedClaim]) -> str:
    """How many claims hold: `Claims that hold: 17 of 19; not known: 1.`; empty if there are no claims."""
    count: dict[str, int] = Counter()
    for checked in claims:
        if checked.claim.is_counted:
            count[checked.verdict] += 1
    if not count:
        return ""
    total = sum(count.values())
    suffix = f"; not known: {count['unknown']}" if count["unknown"] else ""
    return f"Claims that hold: {count['holds']} of {total}{suffix}."


def claim_lines(claims: Iterable[CheckedClaim]) -> list[str]:
    """A line for each claim, without repetitions; long sentences are shortened.

    If several claims have the same correction, only the first line has it.
    """
    lines = []
    printed_corrections = {""}
    for checked in claims:
        text = shorten(checked.claim.text, LONGEST, placeholder=" ...")
        now = "" if checked.claim.now in printed_corrections else checked.claim.now
        printed_corrections.add(now)
        brief = replace(checked, claim=replace(checked.claim, text=text, now=now))
        lines.append(visible(f"{checked.location}: {brief.message}"))
    return list(dict.fromkeys(lines))


def show_claims(terminal: Terminal, claims: Sequence[CheckedClaim]) -> None:
    """Print a line for each claim, in colour on a terminal."""
    for line in claim_lines(claims):
        terminal.result(terminal.paint(line, "yellow"))


def gate(terminal: Terminal, claims: Sequence[CheckedClaim]) -> int:
    """The exit code for claims that fail or are unknown; on GitHub, each is also shown at its line."""
    if not claims:
        return 0
    if terminal.annotates:
        terminal.write(as_annotations(claims))
    return CLAIMS_FAIL


def show_changes(
    say: Callable[[str], None], changes: Sequence[ChangedStatement], most: int | None = None
) -> None:
    """List the changes of answers; those after the first `most` are counted."""
    say("Changed in the answers:" if changes else "No answer says anything else.")
    listed = changes[:most]
    for difference in listed:
        say(f"  {visible(str(difference))}")
    if len(listed) < len(changes):
        rest = count_text(len(changes) - len(listed), "more change")
        say(f"  and {rest}; the command `changes` lists all")
