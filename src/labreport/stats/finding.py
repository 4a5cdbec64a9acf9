"""Findings: quantities about one measure, with the words of their kind, and facts.

    Finding               told in a sentence; parts by name
    ├ Fact                a truth
    └ MeasuredFinding     rows of one measure: a mean for each subject, and comparisons or counts of them
      ├ Count             in how many replicates a value is above or below a threshold
      └ ComparedFinding   conditions on comparisons
        ├ Ranking         which subjects are best: comparisons without direction
        └ Difference      comparisons with a direction
          └ Effect        each step along an axis, and the last value compared with the first

`MeasuredFinding` has all fields; the classes below it, in `words`, have only words. A part of a finding,
`difference.HT29["10"]`, is the same finding with fewer rows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from html import escape
from typing import Any, ClassVar

from labreport.errors import did_you_mean, refuse
from labreport.project.checks import name_of
from labreport.project.measure import Measure
from labreport.stats.conditions import Condition, ThreeValued
from labreport.stats.names import find, find_or_none
from labreport.stats.namespace import (
    NamedQuantity,
    Namespace,
    Numbered,
    have_same_numbers,
    members_equal,
    namespace_of,
)
from labreport.stats.quantity import Quantity
from labreport.stats.tables import Column, Entry, Table
from labreport.stats.wording import MINUS, capitalise

MOST_IN_SENTENCE = 3
"""A sentence lists up to this many comparisons; of more it gives the number of each outcome."""


class Finding(ThreeValued, Numbered):
    """The result of a comparison or count: a `Ranking`, `Difference`, `Effect`, `Count` or `Fact`.

    Its parts are findings by name: `speed["400"]`. `words` lists its conditions and attributes, for messages.
    """

    kind: ClassVar[str]
    words: ClassVar[str] = ""

    @property
    def quantity(self) -> Quantity | None:
        """The quantity as which it is printed; None for a finding of several comparisons.

        It is the only comparison, the whole of an effect, or the number of a count.
        """
        return None

    @property
    def evidence(self) -> list[Quantity]:
        """The quantities that were compared or counted."""
        return []

    @property
    def is_unknown(self) -> bool:
        """Whether nothing in it could be judged, for example with one seed."""
        return False

    @property
    def condition(self) -> Condition:
        """The condition that a fact is. Raises `UsageError` for any other finding."""
        first_word = self.words.split()[0]
        return refuse(f"a {self.kind} is no condition by itself; ask it, as .{first_word}")

    def numbers(self, beside: Mapping[str, object]) -> Iterator[NamedQuantity]:
        """Its quantities with their names below it; a fact has none."""
        return iter(())

    def __iter__(self) -> Iterator[str]:
        """The names of its parts; for a ranking, of its subjects."""
        return iter(())

    @property
    def _part_names(self) -> Iterable[str]:
        return self

    def __getitem__(self, name: object) -> Any:
        """The part with this name. Raises `UsageError` if there is none."""
        part = self.find_part(name)
        if part is not None:
            return part
        wanted = name_of(name)
        known = list(self) + self.words.split()
        advice = did_you_mean(wanted, known) or did_you_mean(wanted, known, "it has")
        return refuse(f"a {self.kind} has no {wanted!r}{advice}")

    def find_part(self, name: object) -> Finding | None:
        """The part with this name; None if there is none."""
        return None

    __eq__ = members_equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        from labreport.stats.sentences import sentence

        return sentence(self)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


@dataclass(frozen=True, eq=False, repr=False)
class Fact(Finding):
    """A truth that the author counted or computed, with a sentence for it and one for its opposite."""

    kind: ClassVar[str] = "fact"
    sentence: str = ""
    truth: bool | None = None
    otherwise: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether its truth is None."""
        return self.truth is None

    @property
    def condition(self) -> Condition:
        """Its truth as a condition, which is unknown for None."""
        return Condition(self.truth, (self,))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MeasuredFinding(Finding):
    """Rows of one measure: the mean of each subject in each group, and comparisons or counts of them.

    `labels` are the names of subjects as readers see them. `axis` and `column` are the columns or fields
    whose values are the subjects and the groups; without groups, `column` is empty. `family` is the number of
    comparisons that are judged together. `chosen` are the names by which a part was selected: `("HT29",)` for
    `difference.HT29`.
    """

    measure: Measure
    rows: tuple[Quantity, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    axis: str = ""
    column: str = ""
    family: int = 1
    chosen: tuple[str, ...] = ()

    @property
    def estimates(self) -> list[Quantity]:
        """The mean of each subject, group by group."""
        return [row for row in self.rows if row.compared is None and row.counted is None]

    @property
    def evidence(self) -> list[Quantity]:
        """The quantities that were compared or counted, group by group."""
        return [row for row in self.rows if row.compared is not None or row.counted is not None]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The names of the subjects, in order."""
        return tuple(dict.fromkeys(row.subjects[0] for row in self.estimates))

    @property
    def is_grouped(self) -> bool:
        """Whether its parts are groups: there is a column of them, and none was chosen."""
        return bool(self.column) and not self.chosen

    @property
    def groups(self) -> list[str]:
        """The names of the groups, in order."""
        return list(dict.fromkeys(row.group for row in self.rows))

    @property
    def _part_names(self) -> Iterable[str]:
        return self.groups if self.is_grouped else self.subjects

    @property
    def group(self) -> str:
        """The name of the only group; empty if there are several, or none."""
        return "" if self.is_grouped else self.rows[0].group

    @property
    def group_column(self) -> str:
        """The column whose values are the groups; empty if there are none."""
        return self.column

    @property
    def epoch(self) -> int | None:
        """The epoch at which all subjects were measured; None if there are several, or no epochs."""
        epochs = {row.source.epochs for row in self.estimates}
        return next(iter(epochs))[0] if len(epochs) == 1 and epochs != {()} else None

    @property
    def unit_name(self) -> str:
        """What a replicate is called."""
        return self.rows[0].source.unit_name

    @property
    def mean(self) -> Namespace:
        """The mean of each subject by name, which starts with the group if there are groups."""
        return namespace_of((self.names_of(row.group, row.subjects[0]), row) for row in self.estimates)

    @property
    def means(self) -> Table:
        """A table of the means, with the group in the first column if there are groups."""
        title = self.measure.label
        if self.measure.scale == "ratio":
            title = f"{title}, geometric mean"
        columns = [_column("name", self.axis or "name"), _column("mean", title)]
        lines: list[list[Entry]] = [[self.label(row.subjects[0]), row] for row in self.estimates]
        if not self.is_grouped:
            return Table(columns, lines)
        lines = [[row.group, *line] for row, line in zip(self.estimates, lines, strict=True)]
        return Table([_column("group", self.column), *columns], lines)

    def label(self, name: str) -> str:
        """The label of a subject, as readers see it."""
        return self.labels.get(name, name)

    def names_of(self, group: str, subject: str) -> tuple[str, ...]:
        """The names that select a subject of a group: only the subject, unless there are several groups."""
        return (group, subject) if self.is_grouped else (subject,)

    def find_subject(self, name: object) -> str:
        """The subject with this name. Raises `UsageError` if there is none."""
        return find(name, self.subjects, f"subject of the {self.kind}")

    def find_part(self, name: object) -> Finding | None:
        """The part of a group or of a subject; None if there is none."""
        if not self.is_grouped:
            subject = find_or_none(name, self.subjects)
            return None if subject is None else self.part_of_subject(subject)
        group = find_or_none(name, self.groups)
        if group is None:
            return None
        part: Finding = self.part(type(self), [row for row in self.rows if row.group == group], group)
        return part

    @abstractmethod
    def part_of_subject(self, subject: str) -> Finding | None:
        """The finding of one subject. Raises `UsageError` if several comparisons begin with it."""

    def part(self, kind: type[MeasuredFinding], rows: Iterable[Quantity], *names: str) -> Any:
        """Some of the rows, with the words of a kind; `names` select them."""
        values = {attribute.name: getattr(self, attribute.name) for attribute in fields(self)}
        return kind(**values | {"rows": tuple(rows), "chosen": (*self.chosen, *names)})

    def means_of(self, row: Quantity) -> list[Quantity]:
        """The means of the subjects of a comparison or count."""
        means = []
        for mean in self.estimates:
            if mean.group == row.group and mean.subjects[0] in row.subjects:
                means.append(mean)
        return means

    @property
    def views(self) -> dict[str, Namespace]:
        """Its means by name, as an answer may have them beside the finding."""
        return {"mean": self.mean}

    def numbers(self, beside: Mapping[str, object]) -> Iterator[NamedQuantity]:
        """Its quantities with their names below it: `()` for the whole, `("mean", "wide")`, `("10",)`.

        Means and differences are left out if `beside`, the members of the answer, has the same ones.
        """
        if self.quantity is not None:
            yield (), self.quantity
        for name, view in self.views.items():
            if not have_same_numbers(view, beside.get(name)):
                for names, quantity in view.numbers():
                    yield (name, *names), quantity
        yield from self.numbers_of_parts()

    def numbers_of_parts(self) -> Iterator[NamedQuantity]:
        """The quantities of its parts, and of theirs, if it has several or groups."""
        if len(self.evidence) < 2 and not self.is_grouped:
            return
        for name in self:
            part = self[name]
            if part.quantity is not None:
                yield (name,), part.quantity
            for names, quantity in part.numbers_of_parts():
                yield (name, *names), quantity

    def comparisons_table(self) -> Table:
        """The comparisons as a table: their own and judged interval, p, n and outcome; after their groups."""
        is_ratio = self.measure.scale == "ratio"
        heads = ["compared", "ratio" if is_ratio else "difference", "outcome"]
        sign = " / " if is_ratio else f" {MINUS} "
        lines: list[Sequence[Entry]] = []
        for row in self.evidence:
            compared = sign.join(map(self.label, row.subjects))
            lines.append([compared, row, row.outcome])
        details = ("judged", "p", "n") if self.family > 1 else ("p", "n")
        table = Table([_column(head, head) for head in heads], lines).with_columns(*details)
        if not self.is_grouped:
            return table
        grouped = [[row.group, *line] for row, line in zip(self.evidence, table.rows, strict=True)]
        return Table([_column(self.column, self.column), *table.columns], grouped)


def _column(name: str, title: str) -> Column:
    """A column whose title begins with a capital letter."""
    return Column(name, capitalise(title.replace("_", " ")))
