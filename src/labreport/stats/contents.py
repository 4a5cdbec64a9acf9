"""The contents of an answer by the names that a template uses: quantities, tables, outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from labreport.stats.finding import Fact, Finding
from labreport.stats.formats import as_plus_minus
from labreport.stats.namespace import Namespace
from labreport.stats.quantity import Quantity
from labreport.stats.tables import Table
from labreport.stats.words import ComparedFinding, Count, Difference, Ranking


def quantities(answer: Namespace, path: str = "") -> Iterator[tuple[str, Quantity]]:
    """Pairs of name and quantity for all quantities of an answer: `mean.complex`, `gain.slow.wide`.

    `path` is put in front of all names.
    """
    for names, quantity in answer.numbers():
        yield ".".join([path, *names] if path else names), quantity


def tables_by_name(answer: Namespace) -> dict[str, Table]:
    """The tables of an answer by name; a difference with several comparisons has `difference.table`."""
    tables = {}
    for name, member in answer.members.items():
        if isinstance(member, Table):
            tables[name] = member
        elif isinstance(member, Difference) and len(member.evidence) > 1:
            tables[f"{name}.table"] = member.table
    return tables


def outcomes_by_name(finding: Finding) -> Iterator[tuple[str, str]]:
    """Pairs of a name and an outcome: each comparison as printed and judged, each count, each fact.

    The name is relative to the finding, and empty for a finding with a single outcome.
    """
    if isinstance(finding, Fact):
        yield "", repr(finding).rstrip(".")
    if isinstance(finding, Count):
        for count in finding.evidence:
            path = count.subjects[0] if len(finding.evidence) > 1 else ""
            yield path, as_plus_minus(count)
    if isinstance(finding, ComparedFinding):
        for row in finding.evidence:
            names = [row.group] if row.group else []
            if isinstance(finding, Ranking):
                names += row.subjects
            elif row is not finding.quantity:
                names.append(row.subjects[0])
            yield ".".join(names), f"{as_plus_minus(row)} ({row.outcome})"
