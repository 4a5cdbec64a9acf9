"""Findings: what was compared or counted, its uncertainty, and the conditions that can be asked of it.

The kinds of findings are the classes `Fact`, `Count`, `Ranking`, `Difference`, `Effect` and
`GroupedDifference`. Their common members are in base classes:

    Finding                  a quantity, parts by name, a sentence
    ├ Fact                   a truth
    └ MeasuredFinding        a measure
      ├ SubjectFinding       subjects and their means
      │ ├ Count              in how many replicates a value is above or below a threshold
      │ └ ComparedSubjects   comparisons between the subjects (also a ComparisonFinding)
      │   ├ Ranking          which subjects are best: comparisons without direction
      │   └ Difference       one subject minus another, or several such (also a DifferenceFinding)
      │     └ Effect         each step along an axis, and the last value minus the first
      └ ComparisonFinding    conditions: `ask`, `every`, `any`
        └ DifferenceFinding  comparisons with a direction: their table, which are clear
          └ GroupedDifference  a `Difference` for each group
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from itertools import chain, combinations, product
from typing import Any, ClassVar

from labreport.errors import did_you_mean, refuse
from labreport.project.checks import STORED_AS, name_of
from labreport.project.measure import Measure
from labreport.stats.conditions import Askable, Bound, Condition, ThreeValued, both, either
from labreport.stats.judgement import is_clear
from labreport.stats.names import HasParts, find, find_or_none
from labreport.stats.namespace import Namespace, members_equal
from labreport.stats.quantity import Quantity, reversed_quantity
from labreport.stats.tables import Column, Entry, Table
from labreport.stats.wording import MINUS, capitalise

MOST_IN_SENTENCE = 3
"""A sentence lists up to this many comparisons; of more it gives the number of each outcome."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """The first of two subjects minus the second, or divided by it; or one subject compared with zero."""

    quantity: Quantity
    subjects: tuple[str, ...]

    def reversed(self) -> Comparison:
        """The comparison in the other direction: b − a for a − b."""
        return Comparison(reversed_quantity(self.quantity), self.subjects[::-1])


class Finding(ThreeValued, HasParts):
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

    def __iter__(self) -> Iterator[str]:
        """The names of its parts; for a ranking, of its subjects."""
        return iter(())

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
        """The part with this name, which may differ in signs; None if there is none."""
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
    """A finding about a measure.

    `epoch` is the epoch at which all subjects were measured, `unit_name` is what a replicate is called, and
    `axis` is the column or field whose values are the subjects.
    """

    measure: Measure
    epoch: int | None = None
    unit_name: str = field(default="seed", metadata={STORED_AS: "unit"})
    axis: str = ""

    @property
    @abstractmethod
    def mean(self) -> Namespace:
        """The mean of each subject by name, which starts with the group if there are groups."""

    @property
    @abstractmethod
    def means(self) -> Table:
        """A table of the means."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SubjectFinding(MeasuredFinding):
    """A finding about some subjects.

    `labels` are the names shown to readers; `subject_means` are pairs of a subject and its mean.
    """

    subjects: tuple[str, ...]
    labels: tuple[str, ...]
    subject_means: tuple[tuple[str, Quantity], ...]

    @property
    def mean(self) -> Namespace:
        """The mean of each subject by name."""
        return Namespace(dict(self.subject_means))

    @property
    def means(self) -> Table:
        """A table of the means."""
        title = self.measure.label
        if self.measure.scale == "ratio":
            title = f"{title}, geometric mean"
        rows = [(self.label(name), mean) for name, mean in self.subject_means]
        return Table([_column("name", self.axis or "name"), _column("mean", title)], rows)

    def label(self, name: str) -> str:
        """The label of a subject, as readers see it."""
        return dict(zip(self.subjects, self.labels, strict=True))[name]

    def means_of(self, names: Iterable[str]) -> tuple[tuple[str, Quantity], ...]:
        """Pairs of name and mean for some of the subjects."""
        return tuple((name, mean) for name, mean in self.subject_means if name in names)

    def find_subject(self, name: object) -> str:
        """The subject with this name, which may differ in signs. Raises `UsageError` if there is none."""
        return find(name, self.subjects, f"subject of the {self.kind}")


def _column(name: str, title: str) -> Column:
    """A column whose title begins with a capital letter."""
    return Column(name, capitalise(title.replace("_", " ")))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Count(SubjectFinding):
    """In how many runs or replicates of each subject a value is above or below a threshold.

    `side` is "above" or "below". `counts` are pairs of a subject and its number, and `of` is the total number
    of runs or replicates of all subjects. A condition is unknown if runs without a value would decide it.
    """

    kind: ClassVar[str] = "count"
    words: ClassVar[str] = "at_least(1) all none quantity of mean means"
    counts: tuple[tuple[str, Quantity], ...]
    of: Quantity
    threshold: Quantity
    side: str

    @property
    def quantity(self) -> Quantity:
        """The count for all subjects together."""
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
        """Hold if the value is on this side of the threshold in every run; for one subject, `all("wide")`."""
        return self._ask_all_or_none("all")

    @property
    def none(self) -> Condition:
        """Hold if the value is on this side of the threshold in no run; for one subject, `none("wide")`."""
        return self._ask_all_or_none("none")

    def at_least(self, number: Bound, name: object = None) -> Condition:
        """Hold if at least `number` of all, or of one subject, were counted; unknown for fewer runs."""
        count: Count = self if name is None else self[name]
        reached: Condition = count.quantity >= number
        with_missing = replace(count.quantity, value=int(count.quantity.value or 0) + count._missing)
        if reached.holds is False and (with_missing >= number).holds:
            return Condition(None, (count,))
        return replace(reached, about=(count,))

    @property
    def _missing(self) -> int:
        """In how many runs or replicates there is no value."""
        values = chain.from_iterable(count.values for count in self.evidence)
        return sum(value is None for _, value in values)

    def _ask_all_or_none(self, word: str, name: object = None) -> Condition:
        """The condition "all" or "none", for all subjects together or for one."""
        count: Count = self if name is None else self[name]
        number, n = int(count.quantity.value or 0), count.quantity.n
        exceptions = n - count._missing - number if word == "all" else number
        how = f"by {exceptions} of {n}" if exceptions else ""
        holds = None if count._missing and not exceptions else exceptions == 0
        return Condition(holds, (count,), how, by_name=partial(self._ask_all_or_none, word))

    def __iter__(self) -> Iterator[str]:
        """The names of the counted subjects."""
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
    """A finding with comparisons that are judged together: `family` is their number."""

    names_needed: ClassVar[int] = 1
    """How many names select one of several comparisons."""
    family: int = 1

    @abstractmethod
    def singles(self) -> list[Difference]:
        """A finding for each comparison, over all groups."""

    @abstractmethod
    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """The condition of a word for the comparison with these names; without names, for the whole.

        If a name is needed and missing, the condition can be called with it: `gap.more("wide")`.
        """

    def condition_without_name(self, word: str, bound: Bound | None) -> Condition:
        """A condition that still needs a name, or two for a ranking: it can be called, but not used.

        The error on use says how to write it: `.more("b")`, or `["b"].above(…)`.
        """
        names = list(self)
        wanted = ", ".join(map(repr, names[: self.names_needed]))
        example = f".{word}({wanted})" if bound is None else f"[{wanted}].{word}(…)"
        message = f".{word} of which of {', '.join(names[:8])}? Write it as {example}"
        return Condition(None, (self,), lacks_name=message, by_name=partial(self.ask, word, bound=bound))

    def check_word(self, word: str) -> None:
        """Raise `UsageError` if this word cannot be asked of its comparisons. By default every word can."""

    @property
    def evidence(self) -> list[Quantity]:
        """The quantity of each comparison, over all groups."""
        return [single.comparisons[0].quantity for single in self.singles()]

    @property
    def is_unknown(self) -> bool:
        """Whether no comparison could be judged."""
        return all(quantity.outcome == "unknown" for quantity in self.evidence)

    @property
    def every(self) -> JoinedComparisons:
        """Conditions on all comparisons: `speed.every.less` holds if each is less."""
        return JoinedComparisons(self, both)

    @property
    def any(self) -> JoinedComparisons:
        """Conditions on any comparison: `speed.any.more` holds if at least one is more."""
        return JoinedComparisons(self, either)


@dataclass(frozen=True)
class JoinedComparisons(Askable):
    """All comparisons of a finding, or any: `speed.every.less`, `speed.any.above(1.02)`."""

    finding: ComparisonFinding
    join: Callable[..., Condition]

    def ask(self, word: str, *, bound: Bound | None = None) -> Condition:
        """Ask each comparison and join the answers.

        If this fails because of up to three comparisons, the condition is about these, else about the
        finding.
        """
        self.finding.check_word(word)
        conditions = [single.ask(word, bound=bound) for single in self.finding.singles()]
        joined = self.join(*conditions)
        if joined.holds is False and len(joined.about) <= MOST_IN_SENTENCE:
            return joined
        return replace(joined, about=(self.finding,))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ComparedSubjects(SubjectFinding, ComparisonFinding):
    """Subjects and the comparisons between them."""

    comparisons: tuple[Comparison, ...] = ()

    @property
    def difference(self) -> Namespace:
        """The quantity of each comparison, in both directions: `difference.complex.small`."""
        differences: dict[str, dict[str, Quantity]] = {name: {} for name in self.subjects}
        for comparison in self.both_ways():
            if len(comparison.subjects) == 2:
                first, second = comparison.subjects
                differences[first][second] = comparison.quantity
        return Namespace({first: by_second for first, by_second in differences.items() if by_second})

    def singles(self) -> list[Difference]:
        """A finding for each comparison."""
        return [self.single(comparison) for comparison in self.comparisons]

    def single(self, comparison: Comparison) -> Difference:
        """The finding for one comparison, which may be reversed."""
        means = self.means_of(comparison.subjects)
        return Difference(**vars(self) | {"comparisons": (comparison,), "subject_means": means})

    def both_ways(self) -> list[Comparison]:
        """Each comparison, followed by the same one reversed: a − b, b − a."""
        ways = []
        for comparison in self.comparisons:
            ways += [comparison, comparison.reversed()]
        return ways

    def comparison_of(self, *names: object) -> Comparison:
        """The comparison of two subjects in this order, or the only one that starts with one subject.

        If 10 − 0 and 20 − 0 were compared, then "10" gives 10 − 0, "0" and "10" give the reverse, 0 − 10, and
        "0" alone raises `UsageError`, since there are two. The same error is raised if there is none.
        """
        subjects = tuple(map(self.find_subject, names))
        matching = self.matching_comparisons(subjects)
        if len(matching) == 1:
            return matching[0]
        pairs = ", ".join(" and ".join(comparison.subjects) for comparison in self.comparisons[:8])
        return refuse(f"{' and '.join(subjects)}: not one comparison; compared were {pairs}")

    def matching_comparisons(self, subjects: tuple[str, ...]) -> list[Comparison]:
        """The comparisons that start with these subjects; if there are none, the reversed ones that do."""
        number = len(subjects)
        matching = []
        matching_reversed = []
        for comparison in self.comparisons:
            if comparison.subjects[:number] == subjects:
                matching.append(comparison)
            elif comparison.subjects[::-1][:number] == subjects:
                matching_reversed.append(comparison)
        return matching or list(map(Comparison.reversed, matching_reversed))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Ranking(ComparedSubjects):
    """Which of several subjects is best, which are level with it, and which are behind."""

    kind: ClassVar[str] = "ranking"
    words: ClassVar[str] = (
        "clear(…) wins leads none_clear clear same unclear every any order first where_clear mean means"
    )
    names_needed: ClassVar[int] = 2

    def __iter__(self) -> Iterator[str]:
        """The names of the subjects, the best first."""
        return iter(self.order)

    @property
    def outcome_of_better(self) -> str:
        """The outcome if the first subject is better: "more", or "less" where lower is better."""
        return "less" if self.measure.better == "lower" else "more"

    @property
    def order(self) -> list[str]:
        """The subjects ordered by their means, the best first; subjects without a mean come last."""
        means = {}
        without_mean = []
        for name, mean in self.subject_means:
            if mean.value is None:
                without_mean.append(name)
            else:
                means[name] = mean.value
        highest_first = self.outcome_of_better == "more"
        return sorted(means, key=means.__getitem__, reverse=highest_first) + without_mean

    @property
    def first(self) -> list[str]:
        """The subjects that no other subject is clearly ahead of, the best mean first."""
        behind = {name for _, name in self.pairs_ahead}
        return [name for name in self.order if name not in behind]

    @property
    def pairs_ahead(self) -> set[tuple[str, ...]]:
        """Pairs of subjects, the first of which is clearly ahead of the second."""
        pairs = set()
        for comparison in self.comparisons:
            outcome = comparison.quantity.outcome
            if outcome == self.outcome_of_better:
                pairs.add(comparison.subjects)
            elif is_clear(outcome):
                pairs.add(comparison.subjects[::-1])
        return pairs

    @property
    def where_clear(self) -> ClearNames:
        """The subjects that another is clearly ahead of; `where_clear("a")`: those that "a" is ahead of."""
        first = self.first
        return ClearNames([name for name in self.order if name not in first], self._behind)

    def wins(self, name: object) -> Condition:
        """Hold if this subject is clearly ahead of all others."""
        return self.leads(name)

    def leads(self, *names: object) -> Condition:
        """Hold if each of these subjects is clearly ahead of all others. Raises `UsageError` for no name."""
        if not names:
            refuse(f"leads() needs one name or more, such as .leads({self.order[0]!r})")
        leaders = list(map(self.find_subject, names))
        rest = [name for name in self.subjects if name not in leaders]
        if not rest:
            refuse("leads() names all that are ranked; leave some out")
        ahead = [self.ask("clear", *pair) for pair in product(leaders, rest)]
        return replace(both(*ahead), about=(self,))

    def none_clear(self, *names: object) -> Condition:
        """Hold if no two of these subjects clearly differ; without names, no two of all.

        Raises `UsageError` for a single name.
        """
        if len(names) == 1:
            refuse(f"none_clear({name_of(names[0])!r}) needs two names or more, or none, which means all")
        chosen = list(map(self.find_subject, names)) or self.subjects
        clear = []
        for pair in combinations(chosen, 2):
            comparison = self._comparison_or_none(*pair)
            clear.append(None if comparison is None else comparison.quantity.clear)
        return replace(~either(*clear), about=(self,))

    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """The condition for a pair of subjects; unknown if `pairs="best"` left the pair out."""
        self.check_word(word)
        if not names:
            return self.condition_without_name(word, bound)
        comparison = self._comparison_or_none(*names)
        if comparison is None:
            condition = Condition(None, (self,))
        else:
            outcome = self.outcome_of_better if word == "clear" else word
            condition = replace(comparison.quantity.ask(outcome), about=(self.single(comparison),))
        return replace(condition, by_name=partial(self.ask, word))

    def check_word(self, word: str) -> None:
        """Raise `UsageError` for words that need a direction: only clear, same and unclear can be asked."""
        if word not in ("clear", "same", "unclear"):
            refuse(f"a ranking has no .{word} of a pair; there are .clear, .same and .unclear")

    def _comparison_or_none(self, *names: object) -> Comparison | None:
        """The comparison of two subjects; None if they were not compared, as with `pairs="best"`."""
        subjects = tuple(map(self.find_subject, names))
        are_two = len(subjects) == 2 and subjects[0] != subjects[1]
        if are_two and not self.matching_comparisons(subjects):
            return None
        return self.comparison_of(*subjects)

    def _behind(self, name: object) -> list[str]:
        leader, pairs = self.find_subject(name), self.pairs_ahead
        return [behind for behind in self.order if (leader, behind) in pairs]


class DifferenceFinding(ComparisonFinding):
    """A finding whose comparisons have a direction: more or less, above or below."""

    kind: ClassVar[str] = "difference"
    words: ClassVar[str] = (
        "more less same unclear clear above below every any where_clear quantity n_of mean means difference"
        " table"
    )

    @property
    def is_summed_up(self) -> bool:
        """Whether a sentence counts the outcomes of its comparisons, because there are too many to list."""
        return len(self.evidence) > MOST_IN_SENTENCE

    @property
    def table(self) -> Table:
        """All comparisons as a table: their own and judged interval, p, n and outcome."""
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
        """The subjects or groups with a clear difference; `where_clear("10")`: groups where 10 has one."""
        return ClearNames([name for name in self if self[name].any.clear.holds], self._groups_where_clear)

    def _groups_where_clear(self, name: object) -> list[str]:
        """The groups in which the comparison with this name is clear; empty if there are no groups."""
        return []


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Difference(ComparedSubjects, DifferenceFinding):
    """The difference of two subjects, or several such differences; or subjects compared with zero.

    If it is one of several groups, `group` is the name of the group and `group_column` the column.
    """

    group: str = field(default="", metadata={STORED_AS: "within"})
    group_column: str = ""

    @property
    def whole(self) -> Comparison | None:
        """The comparison that conditions without a name are about; None if there are several."""
        return self.comparisons[0] if len(self.comparisons) == 1 else None

    @property
    def quantity(self) -> Quantity | None:
        """The quantity of the whole, which is what it prints as."""
        return None if self.whole is None else self.whole.quantity

    def n_of(self, subject: object) -> Quantity:
        """The number of replicates of one subject of its only comparison.

        Raises `UsageError` if there are several comparisons.
        """
        if self.quantity is None:
            refuse(f"n_of({subject!r}) is of one comparison; name it: {', '.join(map(repr, self))}")
        return self.quantity.n_of(subject)

    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """The condition for the comparison with these names; without names, for the whole."""
        comparison = self.comparison_of(*names) if names else self.whole
        if comparison is None:
            return self.condition_without_name(word, bound)
        condition = comparison.quantity.ask(word, bound=bound)
        by_name = partial(self.ask, word, bound=bound)
        return replace(condition, about=(self.single(comparison),), by_name=by_name)

    def single(self, comparison: Comparison) -> Difference:
        """The finding for one comparison: this one, if it has no other."""
        return self if self.comparisons == (comparison,) else super().single(comparison)

    def __iter__(self) -> Iterator[str]:
        """The first subject of each comparison."""
        return iter(dict.fromkeys(comparison.subjects[0] for comparison in self.comparisons))

    def find_part(self, name: object) -> Difference | None:
        """The finding for the comparison of one subject. Raises `UsageError` if it has several."""
        subject = find_or_none(name, self.subjects)
        return None if subject is None else self.single(self.comparison_of(subject))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Effect(Difference):
    """The differences between neighbours on an axis, then the last value minus the first."""

    kind: ClassVar[str] = "effect"

    @property
    def whole(self) -> Comparison:
        """The last value compared with the first."""
        return self.comparisons[-1]

    def matching_comparisons(self, subjects: tuple[str, ...]) -> list[Comparison]:
        """At most one comparison: if a step and the whole start with the same subject, it is the step."""
        return super().matching_comparisons(subjects)[:1]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GroupedDifference(DifferenceFinding):
    """A difference for each group (each value of `group_column`), all of which are judged together.

    `names` are those of the groups, and `groups` are pairs of a name and its difference.
    """

    stored_as: ClassVar[str] = "difference"
    names: tuple[str, ...] = field(metadata={STORED_AS: "subjects"})
    group_column: str = field(metadata={STORED_AS: "within"})
    groups: tuple[tuple[str, Difference], ...]

    @property
    def mean(self) -> Namespace:
        """The means, by group and then by subject."""
        return Namespace({name: group.mean for name, group in self.groups})

    @property
    def means(self) -> Table:
        """A table of the means, with the group in the first column."""
        rows: list[Sequence[Entry]] = []
        for name, group in self.groups:
            for row in group.means.rows:
                rows.append((name, *row))
        return Table([_column("group", self.group_column), *group.means.columns], rows)

    @property
    def difference(self) -> Namespace:
        """The quantities of all comparisons, by group and in both directions."""
        return Namespace({name: group.difference for name, group in self.groups})

    @property
    def table(self) -> Table:
        """All comparisons as a table, with the group in the first column."""
        table = super().table
        rows = []
        for single, row in zip(self.singles(), table.rows, strict=True):
            rows.append((single.group, *row))
        return Table([_column(self.group_column, self.group_column), *table.columns], rows)

    def singles(self) -> list[Difference]:
        """A finding for each comparison, over all groups."""
        singles = []
        for _, group in self.groups:
            singles += group.singles()
        return singles

    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """The condition for a comparison; the first name is the group."""
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
    """Names with a clear difference, a list that can also be called with a name."""

    def __init__(self, names: Iterable[str], named: Callable[[object], list[str]]) -> None:
        super().__init__(names)
        self._named = named

    def __call__(self, name: object = None) -> list[str]:
        """The names that differ clearly for this name; without it, the list."""
        return self if name is None else self._named(name)
