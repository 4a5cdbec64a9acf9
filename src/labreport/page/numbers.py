"""The numbers that a section prints, by the names under which a reader finds where each comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any, TypeAlias

from labreport.stats import Finding, Namespace, Quantity, as_plus_minus, as_prose
from labreport.stats.contents import quantities
from labreport.stats.formats import FormattedQuantity
from labreport.stats.quantity import reversed_quantity
from labreport.stats.wording import count_text

AnswersByQuestion: TypeAlias = Mapping[str, Namespace]
"""The answers of questions, by the names of these."""
Entries: TypeAlias = dict[str, dict[str, Any]]
"""What the page says of numbers or of claims, by name: plain JSON values."""
identity_of = attrgetter("value", "unit", "low", "high", "n", "values", "source")
"""What tells two quantities apart; `==` of quantities asks whether their values are equal."""


class PrintedNumbers:
    """Names of quantities, `best.mean.wide`, and what the panel of the page says of those that are printed.

    `entries` are plain JSON values. `partial_tables` are the names of those of which a number of an answer
    leaves out rows.
    """

    def __init__(self, answers: AnswersByQuestion) -> None:
        self.entries: Entries = {}
        self.partial_tables: set[str] = set()
        self._named: dict[Any, tuple[str, Quantity]] = {}
        for question, answer in answers.items():
            for name, quantity in quantities(answer, question):
                self._named.setdefault(identity_of(quantity), (name, quantity))
                if quantity.source.left_out and quantity.source.note:
                    self.partial_tables.add(quantity.source.note)

    def name_of(self, quantity: Quantity) -> str:
        """Return the name of a quantity of an answer, `best.mean.wide`, or the empty text of any other."""
        return self._find(quantity)[0]

    def add(self, quantity: Quantity, document: str) -> str:
        """Note that a quantity is shown, and return its name: one of an answer, or else `DOCUMENT.NUMBER`."""
        name, original = self._find(quantity)
        if not name:
            name = f"{document}.{len(self._named)}"
            self._named[identity_of(quantity)] = (name, quantity)
        if name not in self.entries:
            self.entries[name] = _entry(original)
        return name

    def _find(self, quantity: Quantity) -> tuple[str, Quantity]:
        """The name of a quantity, or of the one that it is the reverse of, and that; no name of any other."""
        for direction in (quantity, reversed_quantity(quantity)):
            if identity_of(direction) in self._named:
                return self._named[identity_of(direction)]
        return "", quantity

    def add_evidence(self, subjects: Iterable[Finding | Quantity], document: str) -> list[str]:
        """Note the quantities that a condition looked at, and return their names.

        They are the numbers that it is about, and the comparisons or counts of its findings.
        """
        names = []
        for subject in subjects:
            for quantity in [subject] if isinstance(subject, Quantity) else subject.evidence:
                names.append(self.add(quantity, document))
        return list(dict.fromkeys(names))


def _entry(quantity: Quantity) -> dict[str, Any]:
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
