"""Findings: what was compared or counted, how sure it is, and the conditions that may be asked of it.

Each kind of finding is a class: `Fact`, `Count`, `Ranking`, `Difference`, `Effect`, `GroupedDifference`. What
several kinds have is a class above them:

    Finding                  a quantity, parts by name, a sentence
    ├ Fact                   a truth
    └ MeasuredFinding        a measure
      ├ SubjectFinding       subjects and their means
      │ ├ Count              in how many replicates something is so
      │ └ ComparedSubjects   and the comparisons between them (a ComparisonFinding too)
      │   ├ Ranking          who is ahead: pairs without a direction
      │   └ Difference       one subject less another, once or more (a DifferenceFinding too)
      │     └ Effect         the steps along an axis, and the whole
      └ ComparisonFinding    conditions: `ask`, `every`, `any`
        └ DifferenceFinding  comparisons with a direction: their table, which are clear
          └ GroupedDifference  a `Difference` for each group
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from html import escape
from itertools import combinations, product
from typing import Any, ClassVar

from labreport.errors import did_you_mean, refuse
from labreport.project.checks import STORED_AS, name_of
from labreport.project.measure import Measure
from labreport.stats.conditions import Askable, Bound, Condition, ThreeValued, both, either
from labreport.stats.names import HasParts, find, find_or_none
from labreport.stats.namespace import Namespace, members_equal
from labreport.stats.quantity import Quantity, reversed_quantity
from labreport.stats.tables import Column, Entry, Table
from labreport.stats.wording import MINUS, capitalise

MOST_IN_SENTENCE = 3
"""How many comparisons a sentence lists; more are counted in it, and listed in a table."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """One comparison of a finding: its first subject minus the second, or over it, or one and zero."""

    quantity: Quantity
    subjects: tuple[str, ...]

    def reversed(self) -> Comparison:
        """The same comparison, seen from the second."""
        return Comparison(reversed_quantity(self.quantity), self.subjects[::-1])


class Finding(ThreeValued, HasParts):
    """An observation and its judgement: a `Ranking`, `Difference`, `Effect`, `Count` or `Fact`.

    Its parts are findings by name: `speed["400"]`. `words` are those that may be asked of it, for messages.
    """

    kind: ClassVar[str]
    words: ClassVar[str] = ""

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
        first_word = self.words.split()[0]
        return refuse(f"a {self.kind} is no condition by itself; ask it, as .{first_word}")

    def __iter__(self) -> Iterator[str]:
        """The names of its parts; of a ranking, those of its subjects."""
        return iter(())

    def __getitem__(self, name: object) -> Any:
        """One of its parts, by name. Raises `UsageError` where there is none."""
        part = self.find_part(name)
        if part is not None:
            return part
        wanted = name_of(name)
        known = list(self) + self.words.split()
        advice = did_you_mean(wanted, known) or did_you_mean(wanted, known, "it has")
        return refuse(f"a {self.kind} has no {wanted!r}{advice}")

    def find_part(self, name: object) -> Finding | None:
        """The part of a name that may differ in signs; None where there is none."""
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
class MeasuredFinding(Finding):
    """What was found of a measure.

    `epoch` is the one after which all were measured, `unit_name` what is repeated, `axis` the column or field
    that the subjects are values of.
    """

    measure: Measure
    epoch: int | None = None
    unit_name: str = field(default="seed", metadata={STORED_AS: "unit"})
    axis: str = ""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SubjectFinding(MeasuredFinding):
    """What was found of some subjects.

    `labels` are what people call them, `subject_means` pairs of a subject and its mean.
    """

    subjects: tuple[str, ...]
    labels: tuple[str, ...]
    subject_means: tuple[tuple[str, Quantity], ...]

    @property
    def mean(self) -> Namespace:
        """The means by subject."""
        return Namespace(dict(self.subject_means))

    @property
    def means(self) -> Table:
        """The means as a table."""
        title = self.measure.label
        if self.measure.scale == "ratio":
            title = f"{title}, geometric mean"
        rows = [(self.label(name), mean) for name, mean in self.subject_means]
        return Table([_column("name", self.axis or "name"), _column("mean", title)], rows)

    def label(self, name: str) -> str:
        """What people call a subject."""
        return dict(zip(self.subjects, self.labels, strict=True))[name]

    def means_of(self, names: Iterable[str]) -> tuple[tuple[str, Quantity], ...]:
        """The means of some subjects."""
        return tuple((name, mean) for name, mean in self.subject_means if name in names)

    def find_subject(self, name: object) -> str:
        """A subject by a name that may differ in signs. Raises `UsageError` for one that is not there."""
        return find(name, self.subjects, f"subject of the {self.kind}")


def _column(name: str, title: str) -> Column:
    """A column whose title begins with a capital, as the head of a table does."""
    return Column(name, capitalise(title.replace("_", " ")))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Count(SubjectFinding):
    """In how many of its runs or replicates each subject is on one `side` of a threshold: exact numbers.

    `counts` are pairs of a subject and its number, `of` is how many there are of all.
    """

    kind: ClassVar[str] = "count"
    words: ClassVar[str] = "at_least(1) all none quantity of mean means"
    counts: tuple[tuple[str, Quantity], ...]
    of: Quantity
    threshold: Quantity
    side: str

    @property
    def quantity(self) -> Quantity:
        """How many, of all subjects together."""
        counts = self.evidence
        if len(counts) == 1:
            return counts[0]
        n = sum(count.n for count in counts)
        total = sum(count.value or 0 for count in counts)
        source = replace(counts[0].source, experiments=tuple(self), n=n)
        return replace(counts[0], value=total, n=n, out_of=n, values=(), source=source)

    @property
    def evidence(self) -> list[Quantity]:
        """The count of each subject."""
        return [count for _, count in self.counts]

    @property
    def all(self) -> Condition:
        """Hold where it is so in every run; of one subject by its name, `all("wide")`."""
        return self._ask_all_or_none("all")

    @property
    def none(self) -> Condition:
        """Hold where it is so in no run; of one subject by its name, `none("wide")`."""
        return self._ask_all_or_none("none")

    def at_least(self, number: Bound, name: object = None) -> Condition:
        """Hold where at least so many were counted, of all or of one subject; unknown of fewer runs."""
        count: Count = self if name is None else self[name]
        reached: Condition = count.quantity >= number
        return replace(reached, about=(count,))

    def _ask_all_or_none(self, word: str, name: object = None) -> Condition:
        """Ask whether it is so in `all` runs, or in `none`: of all subjects, or of one."""
        count: Count = self if name is None else self[name]
        number = int(count.quantity.value or 0)
        exceptions = count.quantity.n - number if word == "all" else number
        how = f"by {exceptions} of {count.quantity.n}" if exceptions else ""
        return Condition(exceptions == 0, (count,), how, by_name=partial(self._ask_all_or_none, word))

    def __iter__(self) -> Iterator[str]:
        """The names of what was counted."""
        return iter(dict(self.counts))

    def find_part(self, name: object) -> Count | None:
        """The count of one subject."""
        subject = find_or_none(name, self.subjects)
        if subject is None:
            return None
        count = dict(self.counts)[subject]
        means = self.means_of([subject])
        of = replace(self.of, value=count.n)
        return replace(self, subject_means=means, counts=((subject, count),), of=of)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ComparisonFinding(MeasuredFinding, Askable):
    """Comparisons that are judged together, each as one of `family`."""

    names_needed: ClassVar[int] = 1
    """How many names say which of several comparisons is asked."""
    family: int = 1

    @abstractmethod
    def singles(self) -> list[Difference]:
        """The finding of each comparison by itself, of all groups."""

    @abstractmethod
    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """Ask the comparison of these names, such as "a" and "b"; without names the whole.

        Where it is of several comparisons, the condition lacks a name, with which it can be called.
        """

    def condition_without_name(self, word: str, bound: Bound | None) -> Condition:
        """What a condition of several comparisons is until it is called with a name, or two of a ranking.

        Who uses it before is told to write `.more("b")`, but `["b"].above(…)`.
        """
        names = list(self)
        wanted = ", ".join(map(repr, names[: self.names_needed]))
        example = f".{word}({wanted})" if bound is None else f"[{wanted}].{word}(…)"
        message = f".{word} of which of {', '.join(names[:8])}? Write it as {example}"
        return Condition(None, (self,), lacks_name=message, by_name=partial(self.ask, word))

    def check_word(self, word: str) -> None:
        """Raise `UsageError` for a word that its comparisons cannot be asked: there is none."""

    @property
    def evidence(self) -> list[Quantity]:
        """What was compared, in all groups."""
        return [single.comparisons[0].quantity for single in self.singles()]

    @property
    def is_unknown(self) -> bool:
        """Whether no comparison was judged."""
        return all(quantity.outcome == "unknown" for quantity in self.evidence)

    @property
    def every(self) -> JoinedComparisons:
        """Ask all comparisons: `speed.every.less` holds where each is less."""
        return JoinedComparisons(self, both)

    @property
    def any(self) -> JoinedComparisons:
        """Ask whether one of the comparisons is: `speed.any.more`."""
        return JoinedComparisons(self, either)


@dataclass(frozen=True)
class JoinedComparisons(Askable):
    """All comparisons of a finding, or any of them: `speed.every.less`, `speed.any.above(1.02)`."""

    finding: ComparisonFinding
    join: Callable[..., Condition]

    def ask(self, word: str, *, bound: Bound | None = None) -> Condition:
        """Ask each comparison; what fails is about those that make it fail, if these are few."""
        self.finding.check_word(word)
        joined = self.join(*[single.ask(word, bound=bound) for single in self.finding.singles()])
        if joined.holds is False and len(joined.about) <= MOST_IN_SENTENCE:
            return joined
        return replace(joined, about=(self.finding,))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ComparedSubjects(SubjectFinding, ComparisonFinding):
    """Subjects, and which of them were compared."""

    comparisons: tuple[Comparison, ...] = ()

    @property
    def difference(self) -> Namespace:
        """The differences that were estimated, in both directions: `difference.complex.small`."""
        differences: dict[str, dict[str, Quantity]] = {name: {} for name in self.subjects}
        for comparison in self.both_ways():
            if len(comparison.subjects) == 2:
                first, second = comparison.subjects
                differences[first][second] = comparison.quantity
        return Namespace({first: by_second for first, by_second in differences.items() if by_second})

    def singles(self) -> list[Difference]:
        """The finding of each comparison by itself."""
        return [self.single(comparison) for comparison in self.comparisons]

    def single(self, comparison: Comparison) -> Difference:
        """The finding of one of its comparisons, or of the reverse of one."""
        values = {attribute.name: getattr(self, attribute.name) for attribute in fields(self)}
        values["comparisons"] = (comparison,)
        values["subject_means"] = self.means_of(comparison.subjects)
        return Difference(**values)

    def both_ways(self) -> list[Comparison]:
        """Each comparison, followed by its reverse: a − b and b − a."""
        ways = []
        for comparison in self.comparisons:
            ways += [comparison, comparison.reversed()]
        return ways

    def comparison_of(self, *names: object) -> Comparison:
        """The comparison of two subjects, seen from the first, or the only one of a subject.

        Of the comparisons 10 − 0 and 20 − 0, that of "10" is 10 − 0, and of "0" and "10" its reverse, 0 − 10;
        that of "0" is none, since there are two. Raises `UsageError` where there is none, or more than one.
        """
        subjects = tuple(map(self.find_subject, names))
        matching = self.matching_comparisons(subjects)
        if len(matching) == 1:
            return matching[0]
        pairs = ", ".join(" and ".join(comparison.subjects) for comparison in self.comparisons[:8])
        return refuse(f"{' and '.join(subjects)}: not one comparison; compared were {pairs}")

    def matching_comparisons(self, subjects: tuple[str, ...]) -> list[Comparison]:
        """The comparisons that begin with these subjects; else those whose reverse does, reversed."""
        matching = [way for way in self.comparisons if way.subjects[: len(subjects)] == subjects]
        if matching:
            return matching
        return [way for way in self.both_ways() if way.subjects[: len(subjects)] == subjects]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Ranking(ComparedSubjects):
    """Which of several is best, who is level with it, and who is behind."""

    kind: ClassVar[str] = "ranking"
    words: ClassVar[str] = (
        "clear(…) wins leads none_clear clear same unclear every any order first where_clear mean means"
    )
    names_needed: ClassVar[int] = 2

    def __iter__(self) -> Iterator[str]:
        """The names of its subjects, the best first."""
        return iter(self.order)

    @property
    def outcome_of_better(self) -> str:
        """How the better of two is judged beside the other: more, or less where lower is better."""
        return "less" if self.measure.better == "lower" else "more"

    @property
    def order(self) -> list[str]:
        """The names by their means, the best first; those without one last."""
        means = {name: mean.value for name, mean in self.subject_means if mean.value is not None}
        ordered = sorted(means, key=means.__getitem__, reverse=self.outcome_of_better == "more")
        return ordered + [name for name in self.subjects if name not in means]

    @property
    def first(self) -> list[str]:
        """The names of those that nothing is clearly ahead of, the best mean first."""
        behind = {name for _, name in self.pairs_ahead}
        return [name for name in self.order if name not in behind]

    @property
    def pairs_ahead(self) -> set[tuple[str, ...]]:
        """The pairs of which the first is clearly ahead of the second."""
        outcome = self.outcome_of_better
        return {way.subjects for way in self.both_ways() if way.quantity.outcome == outcome}

    @property
    def where_clear(self) -> ClearNames:
        """The names that something is clearly ahead of; `where_clear("a")` those that this one is."""
        first = self.first
        return ClearNames([name for name in self.order if name not in first], self._behind)

    def wins(self, name: object) -> Condition:
        """Hold where it is clearly ahead of all others."""
        return self.leads(name)

    def leads(self, *names: object) -> Condition:
        """Hold where each of these is clearly ahead of all others. Raises `UsageError` without a name."""
        if not names:
            refuse(f"leads() needs one name or more, such as .leads({self.order[0]!r})")
        leaders = list(map(self.find_subject, names))
        rest = [name for name in self.subjects if name not in leaders]
        if not rest:
            refuse("leads() names all that are ranked; leave some out")
        ahead = [self.ask("clear", *pair) for pair in product(leaders, rest)]
        return replace(both(*ahead), about=(self,))

    def none_clear(self, *names: object) -> Condition:
        """Hold where no two of these (by default of all) clearly differ. Raises `UsageError` for one name."""
        if len(names) == 1:
            refuse(f"none_clear({name_of(names[0])!r}) needs two names or more, or none, which means all")
        chosen = list(map(self.find_subject, names)) or self.subjects
        clear = []
        for pair in combinations(chosen, 2):
            clear.append(None if self._is_left_out(*pair) else self.comparison_of(*pair).quantity.clear)
        return replace(~either(*clear), about=(self,))

    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """Ask a pair of names; of two that were not compared, since neither is best, it is unknown."""
        self.check_word(word)
        if not names:
            return self.condition_without_name(word, bound)
        if self._is_left_out(*names):
            condition = Condition(None, (self,))
        else:
            comparison = self.comparison_of(*names)
            outcome = self.outcome_of_better if word == "clear" else word
            condition = replace(comparison.quantity.ask(outcome), about=(self.single(comparison),))
        return replace(condition, by_name=partial(self.ask, word))

    def check_word(self, word: str) -> None:
        """Raise `UsageError` for what its pairs, which have no direction, cannot be asked."""
        if word not in ("clear", "same", "unclear"):
            refuse(f"a ranking has no .{word} of a pair; there are .clear, .same and .unclear")

    def _is_left_out(self, *names: object) -> bool:
        """Whether these are two subjects that were not compared, as where only the best was."""
        subjects = tuple(map(self.find_subject, names))
        return len(set(subjects)) == len(subjects) == 2 and not self.matching_comparisons(subjects)

    def _behind(self, name: object) -> list[str]:
        leader, pairs = self.find_subject(name), self.pairs_ahead
        return [behind for behind in self.order if (leader, behind) in pairs]


class DifferenceFinding(ComparisonFinding):
    """Comparisons that have a direction: what is more, less, above or below."""

    kind: ClassVar[str] = "difference"
    words: ClassVar[str] = (
        "more less same unclear clear above below every any where_clear quantity n_of mean means difference"
        " table"
    )

    @property
    def is_summed_up(self) -> bool:
        """Whether it has more comparisons than a sentence lists; a table has them."""
        return len(self.evidence) > MOST_IN_SENTENCE

    @property
    def table(self) -> Table:
        """All comparisons as a table: with their own interval, the one that judges, p, n and the outcome."""
        is_ratio = self.measure.scale == "ratio"
        heads = ["compared", "ratio" if is_ratio else "difference", "outcome"]
        sign = " / " if is_ratio else f" {MINUS} "
        rows: list[list[Entry]] = []
        for single in self.singles():
            (comparison,) = single.comparisons
            compared = sign.join(map(single.label, comparison.subjects))
            rows.append([compared, comparison.quantity, comparison.quantity.outcome])
        details = ("judged", "p", "n") if self.family > 1 else ("p", "n")
        return Table([_column(head, head) for head in heads], rows).with_columns(*details)

    @property
    def where_clear(self) -> ClearNames:
        """The names, or groups, with a clear difference; `where_clear("10")` the groups where that one is."""
        return ClearNames([name for name in self if self[name].any.clear.holds], self._groups_where_clear)

    def _groups_where_clear(self, name: object) -> list[str]:
        """The groups where the comparison of this name is clear: none, where there are no groups."""
        return []


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Difference(ComparedSubjects, DifferenceFinding):
    """How two subjects differ, or several from one, or each from zero.

    One within a `group` has its name, and the column that it is a value of, `group_column`.
    """

    group: str = field(default="", metadata={STORED_AS: "within"})
    group_column: str = ""

    @property
    def whole(self) -> Comparison | None:
        """What is asked without a name: the only comparison; None where there are several."""
        return self.comparisons[0] if len(self.comparisons) == 1 else None

    @property
    def quantity(self) -> Quantity | None:
        """That of the whole, by which it prints."""
        return None if self.whole is None else self.whole.quantity

    def n_of(self, subject: str) -> Quantity:
        """How many units one side of its only comparison has. Raises `UsageError` where there are several."""
        if self.quantity is None:
            refuse(f"n_of({subject!r}) is of one comparison; name it: {', '.join(map(repr, self))}")
        return self.quantity.n_of(subject)

    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """Ask the comparison of these names; without names the whole."""
        comparison = self.comparison_of(*names) if names else self.whole
        if comparison is None:
            return self.condition_without_name(word, bound)
        condition = comparison.quantity.ask(word, bound=bound)
        return replace(condition, about=(self.single(comparison),), by_name=partial(self.ask, word))

    def single(self, comparison: Comparison) -> Difference:
        """The finding of one of its comparisons, which may be this one."""
        return self if self.comparisons == (comparison,) else super().single(comparison)

    def __iter__(self) -> Iterator[str]:
        """The names of what was compared."""
        return iter(dict.fromkeys(comparison.subjects[0] for comparison in self.comparisons))

    def find_part(self, name: object) -> Difference | None:
        """The finding of the comparison of one subject. Raises `UsageError` where it has several."""
        subject = find_or_none(name, self.subjects)
        return None if subject is None else self.single(self.comparison_of(subject))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Effect(Difference):
    """What each step along an axis brings, and all of them together, which is its last comparison."""

    kind: ClassVar[str] = "effect"

    @property
    def whole(self) -> Comparison:
        """What is asked without a name: the last compared with the first."""
        return self.comparisons[-1]

    def matching_comparisons(self, subjects: tuple[str, ...]) -> list[Comparison]:
        """The step alone, where the whole begins with the same subject."""
        return super().matching_comparisons(subjects)[:1]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GroupedDifference(DifferenceFinding):
    """Differences in several groups, the values of `group_column`, which are judged together.

    `names` are those of the groups, `groups` pairs of one and its difference.
    """

    stored_as: ClassVar[str] = "difference"
    names: tuple[str, ...] = field(metadata={STORED_AS: "subjects"})
    group_column: str = field(metadata={STORED_AS: "within"})
    groups: tuple[tuple[str, Difference], ...]

    @property
    def mean(self) -> Namespace:
        """The means by group and subject."""
        return Namespace({name: group.mean for name, group in self.groups})

    @property
    def means(self) -> Table:
        """The means as a table, with the group in front."""
        rows: list[Sequence[Entry]] = []
        for name, group in self.groups:
            table = group.means
            rows += [(name, *row) for row in table.rows]
        return Table([_column("group", self.group_column), *table.columns], rows)

    @property
    def difference(self) -> Namespace:
        """The differences that were estimated, by group and in both directions."""
        return Namespace({name: group.difference for name, group in self.groups})

    @property
    def table(self) -> Table:
        """All comparisons as a table, with the group in front."""
        table = super().table
        rows = [(single.group, *row) for single, row in zip(self.singles(), table.rows, strict=True)]
        return Table([_column(self.group_column, self.group_column), *table.columns], rows)

    def singles(self) -> list[Difference]:
        """The finding of each comparison by itself, of all groups."""
        singles = []
        for _, group in self.groups:
            singles += group.singles()
        return singles

    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """Ask a comparison, of which the first name is the group."""
        if not names:
            return self.condition_without_name(word, bound)
        group, *subjects = names
        condition: Condition = self[group].ask(word, *subjects, bound=bound)
        return condition

    def __iter__(self) -> Iterator[str]:
        """The names of its groups."""
        return iter(self.names)

    def find_part(self, name: object) -> Difference | None:
        """The finding of one group."""
        groups = dict(self.groups)
        group = find_or_none(name, groups)
        return None if group is None else groups[group]

    def _groups_where_clear(self, name: object) -> list[str]:
        return [group for group, finding in self.groups if finding.clear(name).holds]


class ClearNames(list[str]):
    """Names that differ clearly, a list; called with a name, those that do so from it."""

    def __init__(self, names: Iterable[str], named: Callable[[object], list[str]]) -> None:
        super().__init__(names)
        self._named = named

    def __call__(self, name: object = None) -> list[str]:
        """The names that differ clearly from this one."""
        return self if name is None else self._named(name)
