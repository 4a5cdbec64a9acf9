"""What a reader finds about a number: its source, its method, and the value of each replicate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from labreport.stats import Namespace, Quantity, as_plus_minus, as_prose
from labreport.stats.contents import quantities
from labreport.stats.formats import FormattedQuantity
from labreport.stats.wording import count_text

AnswersByQuestion: TypeAlias = Mapping[str, Namespace]
"""Answers by the names of their questions."""
Entries: TypeAlias = dict[str, dict[str, Any]]
"""Details of numbers or claims for the page, by name, as plain JSON values."""


def partial_tables(answers: AnswersByQuestion) -> set[str]:
    """The names of tables from which a number of an answer leaves out rows."""
    tables = set()
    for answer in answers.values():
        for _, quantity in quantities(answer):
            if quantity.source.left_out and quantity.source.note:
                tables.add(quantity.source.note)
    return tables


def entry_of(quantity: Quantity) -> dict[str, Any]:
    """The details of a quantity for the page.

    `interval` is the value with its own 95 % interval, `judged` the ends of the interval by which it is
    judged as one of `family` comparisons, `p` its p value, and `groups` the number of replicates of each
    group.
    """
    source = quantity.source
    entry: dict[str, Any] = {
        "value": as_plus_minus(quantity),
        "source": source.text(),
        "method": source.method or source.kind,
        "n": quantity.n,
        "unit": source.unit_name,
        "values": _value_of_each_replicate(quantity),
    }
    if quantity.interval is not None:
        entry["interval"] = str(FormattedQuantity(quantity, "interval"))
    if quantity.judged is not None:
        entry["judged"] = str(FormattedQuantity(quantity, "judged"))
        entry["family"] = quantity.family
    if quantity.p is not None:
        entry["p"] = str(FormattedQuantity(quantity, "p"))
    names = {name for name, _ in quantity.groups}
    if len(names) == 2:  # two epochs of an experiment have the same name
        entry["groups"] = [[name, count_text(n, source.unit_name)] for name, n in quantity.groups]
    return entry


def _value_of_each_replicate(quantity: Quantity) -> dict[str, str]:
    single = replace(quantity, low=None, high=None, values=(), n=1)
    return {str(replicate): as_prose(replace(single, value=value)) for replicate, value in quantity.values}
