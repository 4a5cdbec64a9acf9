"""The contents of an answer by the names that a template uses: quantities, tables, outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labreport.stats.finding import (
    ComparisonFinding,
    Count,
    DifferenceFinding,
    Fact,
    Finding,
    MeasuredFinding,
    Ranking,
)
from labreport.stats.formats import as_plus_minus
from labreport.stats.namespace import Namespace, members_equal
from labreport.stats.quantity import Quantity
from labreport.stats.tables import Table


def tables_by_name(answer: Namespace) -> dict[str, Table]:
    """The tables of an answer by name; a difference with several comparisons has `difference.table`."""
    tables = {}
    for name, member in answer.members.items():
        if isinstance(member, Table):
            tables[name] = member
        elif isinstance(member, DifferenceFinding) and len(member.evidence) > 1:
            tables[f"{name}.table"] = member.table
    return tables


def outcomes_by_name(finding: Finding) -> Iterator[tuple[str, str]]:
    """Pairs of a name and an outcome: each comparison as printed and judged, each count, each fact.

    The name is relative to the finding, and empty for a finding with a single outcome.
    """
    if isinstance(finding, Fact):
        yield "", repr(finding).rstrip(".")
    if isinstance(finding, Count):
        for name, count in finding.counts:
            path = name if len(finding.counts) > 1 else ""
            yield path, as_plus_minus(count)
    if isinstance(finding, ComparisonFinding):
        for single in finding.singles():
            (comparison,) = single.comparisons
            quantity = comparison.quantity
            names = [single.group] if single.group else []
            if isinstance(finding, Ranking):
                names += comparison.subjects
            elif quantity is not finding.quantity:
                names.append(comparison.subjects[0])
            yield ".".join(names), f"{as_plus_minus(quantity)} ({quantity.outcome})"


def quantities(answer: Namespace, path: str = "") -> Iterator[tuple[str, Quantity]]:
    """Pairs of name and quantity for all quantities of an answer: `mean.complex`, `gain.slow.wide`.

    `path` is put in front of all names.
    """
    for name, member in answer.members.items():
        member_path = f"{path}.{name}".lstrip(".")
        if isinstance(member, Namespace):
            yield from quantities(member, member_path)
        elif isinstance(member, Finding):
            yield from _of_finding(member, member_path, answer.members)
        elif isinstance(member, Quantity):
            yield member_path, member


def _of_finding(finding: Finding, path: str, beside: Mapping[str, object]) -> Iterator[tuple[str, Quantity]]:
    """The quantities of a finding: its own, its means and differences, and those of its parts.

    Means and differences are left out if `beside`, the members of the answer, has the same ones.
    """
    if finding.quantity is not None:
        yield path, finding.quantity
    inside: dict[str, Namespace] = {}
    if isinstance(finding, MeasuredFinding):
        inside["mean"] = finding.mean
    if isinstance(finding, Ranking):
        inside["difference"] = finding.difference
    for name, members in inside.items():
        if name not in beside or not members_equal(members, beside[name]):
            yield from quantities(members, f"{path}.{name}")
    if not isinstance(finding, Ranking):
        yield from _of_parts(finding, path)


def _of_parts(finding: Finding, path: str) -> Iterator[tuple[str, Quantity]]:
    """The quantities of the comparisons or counts of a finding that has several."""
    if len(finding.evidence) > 1:
        for name in finding:
            part = finding[name]
            part_path = f"{path}.{name}"
            if part.quantity is not None:
                yield part_path, part.quantity
            yield from _of_parts(part, part_path)
