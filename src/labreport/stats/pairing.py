"""Decide whether replicates of two cells are compared pairwise; likely typing errors in names are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from labreport.project import Data
from labreport.project.checks import name_of
from labreport.stats.cells import Cell, Replicate, count_phrase, first_rows, shared_replicates
from labreport.stats.wording import plural

if TYPE_CHECKING:
    import pandas

Rows: TypeAlias = dict[Replicate, int]
"""For each replicate, the position in the table of its first row."""


def is_paired(first: Cell, second: Cell, paired: bool | None) -> bool:
    """Whether two cells are compared replicate by replicate: if both have the same ones, or if `paired` says
    so.

    If only some replicates are in both cells and `paired` is None, this raises `UsageError`. The same holds
    for the two values over all groups: a patient whose arm is mistyped in one week has one arm in each week,
    but two over the whole table.
    """
    data = first.data
    shared = shared_replicates(first, second)
    if data.replicate is None:
        if paired:
            data.refuse_declaration(
                "paired=True, and nothing says which rows belong together: write table(…, replicate=…)"
            )
        return False
    if paired and not shared:
        data.refuse_declaration(
            f"paired=True, and no {data.unit} has both {first.description} and {second.description}"
        )
    if paired is not None:
        return paired
    advice = "paired=False compares two independent groups"
    if shared:
        advice = "paired=True compares those that are in both, paired=False two independent groups"
    descriptions = (first.description, second.description)
    problem = _pairing_problem(data, first.rows, second.rows, descriptions)
    if not problem:
        values = (first.value_name, second.value_name)
        problem = _pairing_problem(data, *_rows_of_common_groups(first, second), values)
    if problem:
        data.refuse_declaration(f"{problem}; correct it, or say what is meant: {advice}")
    return bool(shared)


def _rows_of_common_groups(first: Cell, second: Cell) -> tuple[Rows, Rows]:
    """The first row of each replicate with either value, in all groups that have both values."""
    of_first, of_second = _frame_of_value(first), _frame_of_value(second)
    within = first.division.within
    if within is not None:
        common = set(of_first[within]) & set(of_second[within])
        of_first = of_first[of_first[within].isin(common)]
        of_second = of_second[of_second[within].isin(common)]
    return first_rows(of_first), first_rows(of_second)


def _frame_of_value(cell: Cell) -> pandas.DataFrame:
    """The rows of all groups that have the same value of `by` as this cell."""
    frame, by = cell.division.frame, cell.division.by
    return frame[frame[by] == cell.frame[by].iloc[0]]


def _pairing_problem(data: Data, rows: Rows, other_rows: Rows, names: tuple[str, str]) -> str:
    """Describe the exceptions: replicates in both where most are in one, or in one where most are in both.

    Empty if all replicates are in both, or none is.
    """
    shared = [replicate for replicate in rows if replicate in other_rows]
    only_first = [replicate for replicate in rows if replicate not in other_rows]
    only_second = [replicate for replicate in other_rows if replicate not in rows]
    alone = len(only_first) + len(only_second)
    if not shared or not alone:
        return ""
    first, second = names
    if len(shared) <= alone:
        row, other_row = data.row_text(rows[shared[0]]), data.row_text(other_rows[shared[0]])
        are_in_both = f"{_name_replicates(data.unit, shared, 'is', 'are')} in both"
        rest = count_phrase(alone, "is in one", "are in one")
        return f"{are_in_both} {first} ({row}) and {second} ({other_row}), {rest}"
    rest = count_phrase(len(shared), "is in both", "are in both")
    if only_first:
        return f"{_name_replicates(data.unit, only_first, 'has', 'have')} no {second}, {rest}"
    return f"{_name_replicates(data.unit, only_second, 'has', 'have')} no {first}, {rest}"


def _name_replicates(noun: str, replicates: Sequence[Replicate], singular: str, several: str) -> str:
    """The start of a sentence about replicates: `patient 'P1' is`, `patients 'P3', 'P10' and 5 more are`."""
    if len(replicates) == 1:
        return f"{noun} {name_of(replicates[0])!r} {singular}"
    names = ", ".join(repr(name_of(replicate)) for replicate in replicates[:5])
    more = f" and {len(replicates) - 5:,} more" if len(replicates) > 5 else ""
    return f"{plural(noun)} {names}{more} {several}"
