"""Findings: what was seen, how sure it is, and the conditions that may be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from itertools import combinations, product
from typing import Any, ClassVar

from labreport.errors import did_you_mean
from labreport.project.measure import Measure
from labreport.stats.formats import as_plus_minus
from labreport.stats.judgement import Outcome
from labreport.stats.names import Namespace, find, find_or_none, members_equal, text_of
from labreport.stats.quantity import (
    Askable,
    Condition,
    Quantity,
    ThreeValued,
    both,
    either,
    refuse,
    reversed_quantity,
)
from labreport.stats.tables import Column, Table
from labreport.stats.wording import MINUS

FEW = 3
"""More comparisons than these are summed up in a sentence, and listed in a table."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """One comparison of a finding: its first subject minus the second, or over it, or one and zero."""

    quantity: Quantity
    subjects: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """Exactly one of more, less, same, unclear and unknown."""
        return self.quantity.outcome

    def reversed(self) -> Comparison:
        """The same comparison, seen from the second."""
        return Comparison(reversed_quantity(self.quantity), self.subjects[::-1])


class Finding(ThreeValued):
    """An observation and its judgement: a `Ranking`, `Difference`, `Effect`, `Count` or `Fact`.

    Its parts are attributes and items: `difference.complex`, `difference["deep-8"]`. `asked` are the words
    that may be asked of it, for messages.
    """

    kind: ClassVar[str]
    asked: ClassVar[str] = ""

    @property
    def quantity(self) -> Quantity | None:
        """What it prints as: the only comparison, the whole of an effect, the number of a count."""
        return None

    @property
    def evidence(self) -> list[Quantity]:
        """The quantities that it rests on: what was compared, or counted."""
        return []

    @property
    def is_unknown(self) -> bool:
        """Whether nothing of it was judged, as of one seed."""
        return False

    @property
    def condition(self) -> Condition:
        """A fact is a condition itself. Raises `UsageError` for any other finding."""
        words = self.asked.split()
        return refuse(f"a {self.kind} is no condition by itself; ask it, as .{words[0]}")

    def __iter__(self) -> Iterator[str]:
        """The names of its parts."""
        return iter(())

    def __getitem__(self, name: Any) -> Any:
        """One of its parts, by name. Raises `UsageError` where there is none."""
        words = [*self.asked.split(), *self]
        near = did_you_mean(text_of(name), words) or did_you_mean(text_of(name), words, "it has")
        return refuse(f"a {self.kind} has no {text_of(name)!r}{near}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        part = find_or_none(name, self)
        return Finding.__getitem__(self, name) if part is None else self[part]

    __eq__ = members_equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        from labreport.stats.sentences import sentence

        return sentence(self)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


@dataclass(frozen=True, eq=False, repr=False)
class Fact(Finding):
    """A truth that was counted or computed: its sentence, and the one that is said where it is false."""

    kind: ClassVar[str] = "fact"
    sentence: str = ""
    truth: bool | None = None
    otherwise: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether its truth is not known."""
        return self.truth is None

    @property
    def condition(self) -> Condition:
        """Whether it is true, or None where it is not known."""
        return Condition(self.truth, (self,))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class OfSubjects(Finding):
    """What was found of a measure of some subjects.

    `labels` are what people call the subjects, `subject_means` their means, `unit` what is repeated, `axis`
    the column or field that they are values of, `epoch` the one after which all were measured.
    """

    subjects: tuple[str, ...]
    measure: Measure
    epoch: int | None = None
    labels: tuple[str, ...] = ()
    subject_means: tuple[tuple[str, Quantity], ...] = ()
    unit: str = "seed"
    axis: str = ""

    @property
    def mean(self) -> Namespace:
        """The means by subject."""
        return Namespace(dict(self.subject_means))

    @property
    def means(self) -> Table:
        """The means as a table."""
        geometric = ", geometric mean" if self.measure.scale == "ratio" else ""
        columns = [Column("name", self.axis or "name"), Column("mean", f"{self.measure.label}{geometric}")]
        rows = [(self.label(name), mean) for name, mean in self.subject_means]
        return Table(list(map(_capitalised, columns)), rows)

    def label(self, name: str) -> str:
        """What people call a subject."""
        labels = dict(zip(self.subjects, self.labels, strict=False))
        return labels.get(name) or name

    def _find(self, names: Iterable[Any]) -> list[str]:
        return [find(name, self.subjects, f"subject of the {self.kind}") for name in names]


def _capitalised(column: Column) -> Column:
    """The column with a title as the head of a table has it."""
    title = column.title.replace("_", " ")
    return replace(column, title=title[:1].upper() + title[1:])


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Count(OfSubjects):
    """In how many of its runs or replicates each subject is on one `side` of a threshold: exact numbers.

    `counts` are pairs of a subject and its number, `of` is how many there are of all.
    """

    kind: ClassVar[str] = "count"
    asked: ClassVar[str] = "at_least(1) all none quantity of mean means"
    counts: tuple[tuple[str, Quantity], ...]
    of: Quantity
    threshold: Quantity
    side: str

    @property
    def quantity(self) -> Quantity:
        """How many, of all subjects together."""
        counts = self.evidence
        first = counts[0]
        if len(counts) == 1:
            return first
        n = sum(count.n for count in counts)
        total = sum(count.value or 0 for count in counts)
        source = replace(first.source, experiments=self.subjects, n=n)
        return replace(first, value=total, n=n, out_of=n, values=(), source=source)

    @property
    def evidence(self) -> list[Quantity]:
        """The count of each subject."""
        return [count for _, count in self.counts]

    @property
    def all(self) -> Condition:
        """Hold where it is so in every run; of one subject by its name, `all("wide")`."""
        return self._where(all_runs=True)

    @property
    def none(self) -> Condition:
        """Hold where it is so in no run; of one subject by its name, `none("wide")`."""
        return self._where(all_runs=False)

    def at_least(self, number: Any, name: Any = None) -> Condition:
        """Hold where at least so many were counted, of all or of one subject; unknown of fewer runs."""
        finding = self if name is None else self[name]
        reached: Condition = finding.quantity >= number
        return replace(reached, about=(finding,))

    def __iter__(self) -> Iterator[str]:
        """The names of its subjects."""
        return iter(self.subjects)

    def __getitem__(self, name: Any) -> Count:
        """The count of one subject."""
        (subject,) = self._find([name])
        count = dict(self.counts)[subject]
        means = tuple(pair for pair in self.subject_means if pair[0] == subject)
        labels = (self.label(subject),)
        total = replace(self.of, value=count.n)
        counts = ((subject, count),)
        return replace(self, subjects=(subject,), labels=labels, subject_means=means, counts=counts, of=total)

    def _where(self, name: Any = None, *, all_runs: bool) -> Condition:
        finding = self if name is None else self[name]
        count = finding.quantity
        there = int(count.value or 0)
        exceptions = count.n - there if all_runs else there
        how = f"by {exceptions} of {count.n}" if exceptions else ""
        return Condition(not exceptions, (finding,), how, partial(self._where, all_runs=all_runs))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Compared(OfSubjects, Askable):
    """Subjects that were compared, each comparison judged as one of `family`."""

    comparisons: tuple[Comparison, ...] = ()
    family: int = 1

    @property
    def evidence(self) -> list[Quantity]:
        """What was compared, in all groups."""
        return [single.comparisons[0].quantity for single in self.singles()]

    @property
    def is_unknown(self) -> bool:
        """Whether no comparison was judged."""
        return all(quantity.outcome == "unknown" for quantity in self.evidence)

    @property
    def difference(self) -> Namespace:
        """The differences that were estimated, in both directions: `difference.complex.small`."""
        differences: dict[str, dict[str, Quantity]] = {}
        for comparison in self.both_ways():
            if len(comparison.subjects) == 2:
                first, second = comparison.subjects
                differences.setdefault(first, {})[second] = comparison.quantity
        return Namespace({name: differences[name] for name in self.subjects if name in differences})

    @property
    def every(self) -> Quantified:
        """Ask all comparisons: `speed.every.less` holds where each is less."""
        return Quantified(self, both)

    @property
    def any(self) -> Quantified:
        """Ask whether one of the comparisons is: `speed.any.more`."""
        return Quantified(self, either)

    def singles(self) -> list[Difference]:
        """The finding of each comparison by itself."""
        return [self._only(comparison) for comparison in self.comparisons]

    def both_ways(self) -> list[Comparison]:
        """Each comparison, and each as seen from its second subject."""
        ways = []
        for comparison in self.comparisons:
            ways += [comparison, comparison.reversed()]
        return ways

    def _which(self, word: str, *names: str) -> Condition:
        """A condition that needs a name, or two."""
        parts = ", ".join(list(self)[:8])
        which = f".{word} of which of {parts}? Write it as .{word}({', '.join(map(repr, names))})"
        return Condition(None, (self,), which=which, ask=partial(self.ask, word))

    def _asked(self, word: str, comparison: Comparison, bound: Any = None) -> Condition:
        """The condition on one comparison, which can be asked with other names too."""
        condition = comparison.quantity.ask(word, bound=bound)
        return replace(condition, about=(self._only(comparison),), ask=partial(self.ask, word))

    def _comparison(self, *names: Any) -> Comparison:
        """The comparison of two subjects, seen from the first, or the only one that begins with a subject."""
        chosen = tuple(self._find(names))
        matching: list[Comparison] = []
        for comparisons in (self.comparisons, self.both_ways()):
            if not matching:
                matching = [way for way in comparisons if way.subjects[: len(chosen)] == chosen]
        if len(matching) == 1 or (matching and self.kind == "effect"):
            return matching[0]
        pairs = ", ".join(" and ".join(comparison.subjects) for comparison in self.comparisons[:8])
        return refuse(f"{' and '.join(chosen)}: not one comparison; compared were {pairs}")

    def _only(self, comparison: Comparison) -> Difference:
        """The finding of one of its comparisons."""
        if isinstance(self, Difference) and self.comparisons == (comparison,):
            return self
        arguments: dict[str, Any] = dict(vars(self))
        arguments["comparisons"] = (comparison,)
        means = [pair for pair in self.subject_means if pair[0] in comparison.subjects]
        return Difference(**arguments | {"subject_means": tuple(means)})


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Ranking(Compared):
    """Which of several is best, who is level with it, and who is behind."""

    kind: ClassVar[str] = "ranking"
    asked: ClassVar[str] = (
        "clear(…) wins leads none_clear clear same unclear every any order first where_clear mean means"
    )

    def __iter__(self) -> Iterator[str]:
        """The names of its subjects, the best first."""
        return iter(self.order)

    @property
    def ahead(self) -> str:
        """How one that is ahead is judged beside another: more, or less where that is better."""
        return "less" if self.measure.better == "lower" else "more"

    @property
    def order(self) -> list[str]:
        """The names by their means, the best first; those without one last."""
        sign = 1 if self.ahead == "less" else -1
        means = {name: sign * mean.value for name, mean in self.subject_means if mean.value is not None}
        return sorted(self.subjects, key=lambda name: (name not in means, means.get(name, 0.0)))

    @property
    def first(self) -> list[str]:
        """The names of those that nothing is clearly ahead of, the best mean first."""
        behind = {name for _, name in self.pairs_ahead}
        return [name for name in self.order if name not in behind]

    @property
    def pairs_ahead(self) -> set[tuple[str, ...]]:
        """The pairs of which the first is clearly ahead of the second."""
        return {way.subjects for way in self.both_ways() if way.outcome == self.ahead}

    @property
    def where_clear(self) -> ClearNames:
        """The names that something is clearly ahead of; `where_clear("a")` those that this one is."""
        first = self.first
        return ClearNames([name for name in self.order if name not in first], self._behind)

    def wins(self, name: Any) -> Condition:
        """Hold where it is clearly ahead of all others."""
        return self.leads(name)

    def leads(self, *names: Any) -> Condition:
        """Hold where exactly these are clearly ahead of all others. Raises `UsageError` without a name."""
        if not names:
            refuse(f"leads() needs one name or more, such as .leads({self.order[0]!r})")
        leaders = self._find(names)
        rest = [name for name in self.subjects if name not in leaders]
        if not rest:
            refuse("leads() names all that are ranked; leave some out")
        ahead = [self.ask("clear", *pair) for pair in product(leaders, rest)]
        return replace(both(*ahead), about=(self,))

    def none_clear(self, *names: Any) -> Condition:
        """Hold where no two of these (by default of all) clearly differ. Raises `UsageError` for one name."""
        if len(names) == 1:
            refuse(f"none_clear({text_of(names[0])!r}) needs two names or more, or none, which means all")
        pairs = combinations(self._find(names) or self.subjects, 2)
        clear = [self._comparison(*pair).quantity.clear for pair in pairs]
        return replace(~either(*clear), about=(self,))

    def ask(self, word: str, *names: Any, bound: Any = None) -> Condition:
        """Ask two of them whether the first is clearly ahead (`clear`), the same or unclear."""
        if word not in ("clear", "same", "unclear"):
            refuse(f"a ranking has no .{word}; there are .clear, .same and .unclear")
        if not names:
            return self._which(word, *self.subjects[:2])
        return self._asked(self.ahead if word == "clear" else word, self._comparison(*names))

    def _behind(self, name: Any) -> list[str]:
        (leader,) = self._find([name])
        return [name for name in self.order if (leader, name) in self.pairs_ahead]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Difference(Compared):
    """How two subjects differ, or several from one, or each from zero.

    `groups` are differences inside one, by group of the column `within`; of one of these, `within` is the
    group, and `group_column` the column. All of them are judged together.
    """

    kind: ClassVar[str] = "difference"
    asked: ClassVar[str] = (
        "more less same unclear clear above below every any where_clear quantity n_of mean means difference"
        " table"
    )
    within: str = ""
    group_column: str = ""
    groups: tuple[tuple[str, Difference], ...] = ()

    @property
    def quantity(self) -> Quantity | None:
        """That of the only comparison, or of the whole of an effect."""
        return None if self._whole is None else self._whole.quantity

    def n_of(self, subject: str) -> Quantity:
        """How many units one side of its only comparison has. Raises `UsageError` where there are several."""
        if self.quantity is None:
            refuse(f"n_of({subject!r}) is of one comparison; name it: {', '.join(map(repr, self))}")
        return self.quantity.n_of(subject)

    @property
    def mean(self) -> Namespace:
        """The means by subject, or by group and subject."""
        return self._by_group("mean") if self.groups else super().mean

    @property
    def means(self) -> Table:
        """The means as a table, with the group in front where there are groups."""
        if not self.groups:
            return super().means
        columns: list[Column] = []
        rows = []
        for name, group in self.groups:
            columns = [_capitalised(Column("group", self.within)), *group.means.columns]
            rows += [(name, *row) for row in group.means.rows]
        return Table(columns, rows)

    @property
    def difference(self) -> Namespace:
        """The differences that were estimated, in both directions, by group where there are groups."""
        return self._by_group("difference") if self.groups else super().difference

    @property
    def is_summed_up(self) -> bool:
        """Whether it has more comparisons than a sentence lists; a table has them."""
        return len(self.singles()) > FEW

    @property
    def table(self) -> Table:
        """All comparisons as a table: with their own interval, the one that judges, p, n and the outcome."""
        is_ratio = self.measure.scale == "ratio"
        rows = []
        for single in self.singles():
            (comparison,) = single.comparisons
            labels = map(single.label, comparison.subjects)
            compared = (" / " if is_ratio else f" {MINUS} ").join(labels)
            rows.append([single.within, compared, comparison.quantity, comparison.outcome])
        heads = [self.within, "compared", "ratio" if is_ratio else "difference", "outcome"]
        skipped = 0 if self.groups else 1
        columns = [_capitalised(Column(head, head)) for head in heads[skipped:]]
        details = ("judged", "p", "n") if self.family > 1 else ("p", "n")
        return Table(columns, [row[skipped:] for row in rows]).with_columns(*details)

    @property
    def where_clear(self) -> ClearNames:
        """The names, or groups, with a clear difference; `where_clear("10")` the groups where that one is."""
        return ClearNames([name for name in self if self[name].any.clear.holds], self._clear_groups)

    def singles(self) -> list[Difference]:
        """The finding of each comparison by itself, of all groups."""
        if self.groups:
            return [single for _, group in self.groups for single in group.singles()]
        return super().singles()

    def __iter__(self) -> Iterator[str]:
        """The names of its groups, or of what was compared."""
        names = [name for name, _ in self.groups]
        names += [comparison.subjects[0] for comparison in self.comparisons]
        return iter(dict.fromkeys(names))

    def __getitem__(self, name: Any) -> Difference:
        """The finding of one group, or of the comparison of one subject. Raises `UsageError`."""
        if self.groups:
            groups = dict(self.groups)
            return groups[find(name, groups, f"group of {self.within}")]
        return self._only(self._comparison(name))

    def ask(self, word: str, *names: Any, bound: Any = None) -> Condition:
        """Ask the comparison that it is of, or one of several by its names, such as a group and a subject."""
        if self.groups and names:
            return self[names[0]].ask(word, *names[1:], bound=bound)
        comparison = self._comparison(*names) if names else self._whole
        if comparison is None:
            return self._which(word, next(iter(self)))
        return self._asked(word, comparison, bound)

    @property
    def _whole(self) -> Comparison | None:
        """The comparison that it is of by itself; None where there are several."""
        return self.comparisons[0] if len(self.comparisons) == 1 and not self.groups else None

    def _by_group(self, name: str) -> Namespace:
        return Namespace({group: getattr(finding, name) for group, finding in self.groups})

    def _clear_groups(self, name: Any) -> list[str]:
        return [group for group, finding in self.groups if finding.clear(name).holds]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Effect(Difference):
    """What each step along an axis brings, and all of them together, which is its last comparison."""

    kind: ClassVar[str] = "effect"

    @property
    def _whole(self) -> Comparison | None:
        return self.comparisons[-1]


class ClearNames(list[str]):
    """Names that differ clearly, a list; called with a name, those that do so from it."""

    def __init__(self, names: Iterable[str], named: Callable[[Any], list[str]]) -> None:
        super().__init__(names)
        self._named = named

    def __call__(self, name: Any = None) -> list[str]:
        """The names that differ clearly from this one."""
        return self if name is None else self._named(name)


@dataclass(frozen=True)
class Quantified(Askable):
    """All comparisons of a finding, or any of them: `speed.every.less`, `speed.any.above(1.02)`."""

    finding: Compared
    join: Callable[..., Condition]

    def ask(self, word: str, *, bound: Any = None) -> Condition:
        """Ask each comparison; what fails is about those that make it fail, if these are few."""
        if isinstance(self.finding, Ranking) and word not in ("clear", "same", "unclear"):
            refuse(f"a ranking has no .{word} of every pair; there are .clear, .same and .unclear")
        conditions = [single.ask(word, bound=bound) for single in self.finding.singles()]
        joined = self.join(*conditions)
        failing = [condition.about[0] for condition in conditions if condition.holds is False]
        if joined.holds is False and len(failing) <= FEW:
            return replace(joined, about=tuple(failing))
        return replace(joined, about=(self.finding,))


# What a finding has inside


def tables_by_name(answer: Namespace) -> dict[str, Table]:
    """The tables of an answer by the names that a template has for them.

    A difference of several comparisons has its table: `difference.table`.
    """
    tables = {}
    for name, member in answer.members.items():
        if isinstance(member, Table):
            tables[name] = member
        elif isinstance(member, Difference) and len(member.singles()) > 1:
            tables[f"{name}.table"] = member.table
    return tables


def outcomes_by_name(finding: Finding) -> Iterator[tuple[str, str]]:
    """What a finding says, by name: each difference as printed and how it was judged; each count and fact."""
    if isinstance(finding, Fact):
        yield "", repr(finding).rstrip(".")
    if isinstance(finding, Count):
        for name, count in finding.counts:
            yield name if len(finding.counts) > 1 else "", as_plus_minus(count)
    for single in finding.singles() if isinstance(finding, Compared) else ():
        (comparison,) = single.comparisons
        names = comparison.subjects if isinstance(finding, Ranking) else comparison.subjects[:1]
        if finding.quantity is comparison.quantity:
            names = ()
        path = [name for name in (single.within, *names) if name]
        yield ".".join(path), f"{as_plus_minus(comparison.quantity)} ({comparison.outcome})"


def quantities(
    value: Any, name: str = "", beside: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, Quantity]]:
    """Find the quantities of an answer by the names that a template has for them: `mean.complex`.

    The means and differences of a finding are left out that stand `beside` it in its answer, too.
    """
    quantity = value.quantity if isinstance(value, Finding) else value
    if isinstance(quantity, Quantity):
        yield name, quantity
    members = value.members if isinstance(value, Namespace) else _inner_of(value, beside or {})
    for member_name, member in members.items():
        path = f"{name}.{member_name}".lstrip(".")
        is_part = isinstance(value, Finding) and isinstance(member, OfSubjects)
        yield from quantities(member, path, {"mean": member.mean} if is_part else members)


def _inner_of(value: Any, beside: Mapping[str, Any]) -> dict[str, Any]:
    """What a finding has inside that does not stand beside it: means, and the parts of one of several."""
    if not isinstance(value, OfSubjects):
        return {}
    inner: dict[str, Any] = {"mean": value.mean}
    if isinstance(value, Ranking):
        inner["difference"] = value.difference
    elif len(value.evidence) > 1:
        inner |= {name: value[name] for name in value}
    repeated = [name for name in inner if name in beside and members_equal(inner[name], beside[name])]
    return {name: member for name, member in inner.items() if name not in repeated}
