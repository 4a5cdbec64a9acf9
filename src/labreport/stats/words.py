"""The words of findings: conditions on rankings, differences, effects and counts.

Each class can be made of the rows of another; none has a field of its own.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, combinations, product
from typing import ClassVar

from labreport.errors import refuse
from labreport.project.checks import name_of
from labreport.stats.conditions import Askable, Bound, Condition, both, either
from labreport.stats.finding import MOST_IN_SENTENCE, MeasuredFinding
from labreport.stats.judgement import is_clear
from labreport.stats.namespace import NamedQuantity, Namespace, namespace_of
from labreport.stats.quantity import Quantity
from labreport.stats.tables import Table


class ComparedFinding(MeasuredFinding, Askable):
    """A finding with comparisons that are judged together."""

    names_needed: ClassVar[int] = 1
    """How many names select one of several comparisons."""

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

    @property
    def difference(self) -> Namespace:
        """The quantity of each comparison of two, in both directions: `difference.complex.small`."""
        by_first: dict[tuple[str, ...], list[NamedQuantity]] = {}
        for mean in self.estimates:
            by_first[self.names_of(mean.group, mean.subjects[0])] = []
        for row in self.evidence:
            for direction in (row, row.turned) if len(row.subjects) == 2 else ():
                first, second = direction.subjects
                names = self.names_of(row.group, first)
                by_first[names].append(((*names, second), direction))
        return namespace_of(chain.from_iterable(by_first.values()))

    def has_only(self, row: Quantity) -> bool:
        """Whether this is its only comparison."""
        return len(self.evidence) == 1 and self.evidence[0] is row

    def singles(self) -> list[Difference]:
        """A finding for each comparison, over all groups."""
        return [self.single(row) for row in self.evidence]

    def single(self, row: Quantity) -> Difference:
        """The finding for one comparison, which may be turned."""
        if isinstance(self, Difference) and not self.is_grouped and self.has_only(row):
            return self
        names = self.names_of(row.group, row.subjects[0])
        part: Difference = self.part(Difference, [*self.means_of(row), row], *names)
        return part

    def comparison_of(self, *names: object) -> Quantity:
        """The comparison of two subjects in this order, or the only one that starts with one subject.

        If 10 − 0 and 20 − 0 were compared, then "10" gives 10 − 0, "0" and "10" give the reverse, 0 − 10, and
        "0" alone raises `UsageError`, since there are two. The same error is raised if there is none.
        """
        subjects = tuple(map(self.find_subject, names))
        matching = self.matching_comparisons(subjects)
        if len(matching) == 1:
            return matching[0]
        pairs = ", ".join(" and ".join(row.subjects) for row in self.evidence[:8])
        return refuse(f"{' and '.join(subjects)}: not one comparison; compared were {pairs}")

    def matching_comparisons(self, subjects: tuple[str, ...]) -> list[Quantity]:
        """The comparisons that start with these subjects; if there are none, the reversed ones that do."""
        number = len(subjects)
        matching = []
        matching_reversed = []
        for row in self.evidence:
            if row.subjects[:number] == subjects:
                matching.append(row)
            elif row.subjects[::-1][:number] == subjects:
                matching_reversed.append(row)
        return matching or [row.turned for row in matching_reversed]


@dataclass(frozen=True)
class JoinedComparisons(Askable):
    """All comparisons of a finding, or any: `speed.every.less`, `speed.any.above(1.02)`."""

    finding: ComparedFinding
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


class Ranking(ComparedFinding):
    """Which of several subjects is best, which are level with it, and which are behind."""

    kind: ClassVar[str] = "ranking"
    words: ClassVar[str] = (
        "clear(…) wins leads none_clear clear same unclear every any order first where_clear mean means"
    )
    names_needed: ClassVar[int] = 2

    def __iter__(self) -> Iterator[str]:
        """The names of the subjects, the best first."""
        return iter(self.order)

    def part_of_subject(self, subject: str) -> None:
        """None: a ranking has no parts, its comparisons need two names."""

    @property
    def views(self) -> dict[str, Namespace]:
        """Its means and differences by name."""
        return {**super().views, "difference": self.difference}

    def numbers_of_parts(self) -> Iterator[NamedQuantity]:
        """Nothing: its comparisons are printed by the names of `difference`."""
        return iter(())

    @property
    def outcome_of_better(self) -> str:
        """The outcome if the first subject is better: "more", or "less" where lower is better."""
        return "less" if self.measure.better == "lower" else "more"

    @property
    def order(self) -> list[str]:
        """The subjects ordered by their means, the best first; subjects without a mean come last."""
        means = {}
        without_mean = []
        for row in self.estimates:
            (name,) = row.subjects
            if row.value is None:
                without_mean.append(name)
            else:
                means[name] = row.value
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
        for row in self.evidence:
            if row.outcome == self.outcome_of_better:
                pairs.add(row.subjects)
            elif is_clear(row.outcome):
                pairs.add(row.subjects[::-1])
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
        chosen = tuple(map(self.find_subject, names)) or self.subjects
        clear = []
        for pair in combinations(chosen, 2):
            row = self._comparison_or_none(*pair)
            clear.append(None if row is None else row.clear)
        return replace(~either(*clear), about=(self,))

    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """The condition for a pair of subjects; unknown if `pairs="best"` left the pair out."""
        self.check_word(word)
        if not names:
            return self.condition_without_name(word, bound)
        row = self._comparison_or_none(*names)
        if row is None:
            condition = Condition(None, (self,))
        else:
            outcome = self.outcome_of_better if word == "clear" else word
            condition = replace(row.ask(outcome), about=(self.single(row),))
        return replace(condition, by_name=partial(self.ask, word))

    def check_word(self, word: str) -> None:
        """Raise `UsageError` for words that need a direction: only clear, same and unclear can be asked."""
        if word not in ("clear", "same", "unclear"):
            refuse(f"a ranking has no .{word} of a pair; there are .clear, .same and .unclear")

    def _comparison_or_none(self, *names: object) -> Quantity | None:
        """The comparison of two subjects; None if they were not compared, as with `pairs="best"`."""
        subjects = tuple(map(self.find_subject, names))
        are_two = len(subjects) == 2 and subjects[0] != subjects[1]
        if are_two and not self.matching_comparisons(subjects):
            return None
        return self.comparison_of(*subjects)

    def _behind(self, name: object) -> list[str]:
        leader, pairs = self.find_subject(name), self.pairs_ahead
        return [behind for behind in self.order if (leader, behind) in pairs]


class Difference(ComparedFinding):
    """Comparisons with a direction: of two subjects, of several with one, in groups, or with zero."""

    kind: ClassVar[str] = "difference"
    words: ClassVar[str] = (
        "more less same unclear clear above below every any where_clear quantity n_of mean means difference"
        " table"
    )

    @property
    def quantity(self) -> Quantity | None:
        """The comparison that conditions without a name are about, and that it prints as; None for several.

        Groups are named, also a single one.
        """
        return self.evidence[0] if len(self.evidence) == 1 and not self.is_grouped else None

    @property
    def is_summed_up(self) -> bool:
        """Whether a sentence counts the outcomes of its comparisons, because there are too many to list."""
        return len(self.evidence) > MOST_IN_SENTENCE

    @property
    def table(self) -> Table:
        """All comparisons as a table: their own and judged interval, p, n and outcome."""
        return self.comparisons_table()

    @property
    def where_clear(self) -> ClearNames:
        """The subjects or groups with a clear difference; `where_clear("10")`: groups where 10 has one."""
        return ClearNames([name for name in self if self[name].any.clear.holds], self._groups_where_clear)

    def _groups_where_clear(self, name: object) -> list[str]:
        """The groups in which the comparison with this name is clear; empty if there are no groups."""
        if not self.is_grouped:
            return []
        return [group for group in self.groups if self[group].clear(name).holds]

    def n_of(self, subject: object) -> Quantity:
        """The number of replicates of one subject of its only comparison.

        Raises `UsageError` if there are several comparisons.
        """
        if self.quantity is None:
            refuse(f"n_of({subject!r}) is of one comparison; name it: {', '.join(map(repr, self))}")
        return self.quantity.n_of(subject)

    def ask(self, word: str, *names: object, bound: Bound | None = None) -> Condition:
        """The condition for the comparison with these names, the first of which may be a group.

        Without names, it is that of the whole.
        """
        if names and self.is_grouped:
            group, *subjects = names
            condition: Condition = self[group].ask(word, *subjects, bound=bound)
            return condition
        row = self.comparison_of(*names) if names else self.quantity
        if row is None:
            return self.condition_without_name(word, bound)
        by_name = partial(self.ask, word, bound=bound)
        return replace(row.ask(word, bound=bound), about=(self.single(row),), by_name=by_name)

    def __iter__(self) -> Iterator[str]:
        """The names of its groups, or the first subject of each comparison."""
        if self.is_grouped:
            return iter(self.groups)
        return iter(dict.fromkeys(row.subjects[0] for row in self.evidence))

    def part_of_subject(self, subject: str) -> Difference:
        """The finding for the comparison of one subject. Raises `UsageError` if it has several."""
        return self.single(self.comparison_of(subject))


class Effect(Difference):
    """The differences between neighbours on an axis, then the last value minus the first."""

    kind: ClassVar[str] = "effect"

    @property
    def quantity(self) -> Quantity | None:
        """The last value compared with the first; None if there are groups, which are named."""
        return None if self.is_grouped else self.evidence[-1]

    def matching_comparisons(self, subjects: tuple[str, ...]) -> list[Quantity]:
        """At most one comparison: if a step and the whole start with the same subject, it is the step."""
        return super().matching_comparisons(subjects)[:1]


class Count(MeasuredFinding):
    """In how many runs or replicates of each subject a value is above or below a threshold.

    A condition is unknown if runs without a value would decide it.
    """

    kind: ClassVar[str] = "count"
    words: ClassVar[str] = "at_least(1) all none quantity of mean means"

    @property
    def quantity(self) -> Quantity:
        """The count for all subjects together."""
        first, *others = self.evidence
        if not others:
            return first
        n = sum(count.n for count in self.evidence)
        total = sum(count.value or 0 for count in self.evidence)
        source = replace(first.source, experiments=tuple(self), n=n)
        counted = None if first.counted is None else replace(first.counted, out_of=n)
        subjects = tuple(self)
        return replace(
            first,
            value=total,
            n=n,
            counted=counted,
            values=(),
            source=source,
            subjects=subjects,
            place=first.place[:-1],
        )

    @property
    def of(self) -> Quantity:
        """The number of runs or replicates in which was counted."""
        source = replace(self.evidence[0].source, experiments=tuple(self), measure=self.measure.label, n=0)
        return Quantity(self.quantity.n, source=source, exact=True)

    @property
    def side(self) -> str:
        """The side of the threshold that is counted: "above" or "below"."""
        counted = self.evidence[0].counted
        return "" if counted is None else counted.side

    @property
    def threshold(self) -> Quantity:
        """The threshold, as a declared number in the unit of the measure."""
        counted = self.evidence[0].counted
        threshold = None if counted is None else counted.threshold
        return Quantity(threshold, self.measure.quantity_unit, exact=True)

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
        return iter(self.subjects)

    def part_of_subject(self, subject: str) -> Count:
        """The count of one subject."""
        (count,) = [row for row in self.evidence if row.subjects == (subject,)]
        part: Count = self.part(Count, [*self.means_of(count), count], subject)
        return part


class ClearNames(list[str]):
    """Names with a clear difference, a list that can also be called with a name."""

    def __init__(self, names: Iterable[str], named: Callable[[object], list[str]]) -> None:
        super().__init__(names)
        self._named = named

    def __call__(self, name: object = None) -> list[str]:
        """The names that differ clearly for this name; without it, the list."""
        return self if name is None else self._named(name)
