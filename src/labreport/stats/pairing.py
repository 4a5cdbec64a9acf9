"""Decide whether replicates of two cells are compared pairwise; likely typing errors in names are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.project.checks import name_of
from labreport.stats.cells import REPLICATE, Cell
from labreport.stats.wording import plural

if TYPE_CHECKING:
    import pandas


def is_paired(first: Cell, second: Cell, paired: bool | None) -> bool:
    """Whether two cells are compared replicate by replicate: all are shared, or `paired` says so.

    If only some replicates are in both cells and `paired` is None, this raises `UsageError`. The same holds
    for the two values over all groups: a patient whose arm is mistyped in one week has one arm in each week,
    but two over the whole table.
    """
    data = first.data
    shared = first.replicates & second.replicates
    if data.replicate is None:
        if paired:
            data.refuse_declaration(
                "paired=True, and nothing says which rows belong together: write table(…, replicate=…)"
            )
        return False
    both = f"both {first.value_name} and {second.value_name}"
    if paired and not shared:
        data.refuse_declaration(f"paired=True, and no {data.unit_name} has {both}")
    if paired is not None:
        return paired
    slips = _slips(first.frame, second.frame)
    if not slips:
        of_first, of_second = _rows_of_common_groups(first, second)
        slips = _slips(of_first, of_second)
    if slips:
        advice = "paired=False compares two independent groups"
        if shared:
            advice = "paired=True compares those that have both, paired=False two independent groups"
        problem = f"{plural(data.unit_name)} with {both}: {slips}"
        data.refuse_declaration(f"{problem}; correct it, or say what is meant: {advice}")
    return bool(shared)


def _rows_of_common_groups(first: Cell, second: Cell) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """The rows with either value, in all groups that have both values."""
    of_first, of_second = _frame_of_value(first), _frame_of_value(second)
    within = first.division.within
    if within is not None:
        of_first = of_first[of_first[within].isin(of_second[within])]
        of_second = of_second[of_second[within].isin(of_first[within])]
    return of_first, of_second


def _frame_of_value(cell: Cell) -> pandas.DataFrame:
    """The rows of all groups that have the same value of `by` as this cell."""
    frame, by = cell.division.frame, cell.division.by
    return frame[frame[by] == cell.frame[by].iloc[0]]


def _slips(frame: pandas.DataFrame, other_frame: pandas.DataFrame) -> str:
    """A text about replicates that are in both frames where most are in one, or the reverse.

    Such exceptions may be typing errors: `1 (such as 'P1'), with one of them: 71` says that 1 replicate is in
    both and 71 in one, and names up to five of the fewer. Empty if all are in both, or none is.
    """
    names = frame[REPLICATE].tolist()
    other_names = other_frame[REPLICATE].tolist()
    shared = set(names) & set(other_names)
    alone = set(names) ^ set(other_names)
    if not shared or not alone:
        return ""
    few = shared if len(shared) <= len(alone) else alone
    in_order = dict.fromkeys(names + other_names)
    named = [repr(name_of(replicate)) for replicate in in_order if replicate in few]
    examples = f"(such as {', '.join(named[:5])})"
    if few is shared:
        return f"{len(shared):,} {examples}, with one of them: {len(alone):,}"
    return f"{len(shared):,}, with one of them: {len(alone):,} {examples}"
