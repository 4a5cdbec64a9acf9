"""What a reader finds of a number: where it comes from, how, and what each seed gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any, TypeAlias

from labreport.stats import Namespace, Quantity, as_plus_minus, as_prose
from labreport.stats.contents import quantities
from labreport.stats.formats import FormattedQuantity
from labreport.stats.wording import count_text

AnswersByQuestion: TypeAlias = Mapping[str, Namespace]
"""The answers of questions, by the names of these."""
Entries: TypeAlias = dict[str, dict[str, Any]]
"""What the page says of numbers or of claims, by name: plain JSON values."""
identity_of = attrgetter("value", "unit", "low", "high", "n", "values", "source")
"""What tells two quantities apart; `==` of quantities asks whether their values are equal."""


def partial_tables(answers: AnswersByQuestion) -> set[str]:
    """Return the names of tables of which a number of an answer leaves out rows."""
    tables = set()
    for answer in answers.values():
        for _, quantity in quantities(answer):
            if quantity.source.left_out and quantity.source.note:
                tables.add(quantity.source.note)
    return tables


def entry_of(quantity: Quantity) -> dict[str, Any]:
    """What the panel says of a quantity.

    `interval` is the value with its own 95 % interval, `judged` the ends of that by which it is judged as one
    of a `family` of comparisons, `p` its probability, `groups` how many units each group has, by name.
    """
    source = quantity.source
    entry: dict[str, Any] = {
        "value": as_plus_minus(quantity),
        "source": source.text(),
        "method": source.method or source.kind,
        "n": quantity.n,
        "unit": source.unit_name,
        "values": _value_of_each_unit(quantity),
    }
    if quantity.interval is not None:
        entry["interval"] = str(FormattedQuantity(quantity, "interval"))
    if quantity.judged is not None:
        entry["judged"] = str(FormattedQuantity(quantity, "judged"))
        entry["family"] = quantity.family
    if quantity.p is not None:
        entry["p"] = str(FormattedQuantity(quantity, "p"))
    names = {name for name, _ in quantity.groups}
    if len(names) == 2:  # two epochs of one experiment have one name
        entry["groups"] = [[name, count_text(n, source.unit_name)] for name, n in quantity.groups]
    return entry


def _value_of_each_unit(quantity: Quantity) -> dict[str, str]:
    single = replace(quantity, low=None, high=None, values=(), n=1)
    return {str(unit): as_prose(replace(single, value=value)) for unit, value in quantity.values}
