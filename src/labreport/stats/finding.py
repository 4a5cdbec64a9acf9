"""Findings: what was seen, how sure it is, and the conditions that may be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from itertools import combinations, product
from typing import Any, ClassVar

from labreport.errors import UsageError, did_you_mean
from labreport.project.measure import Measure
from labreport.stats.compare import Comparison
from labreport.stats.formats import as_plus_minus
from labreport.stats.names import Namespace, find, members_equal, text_of
from labreport.stats.quantity import Condition, Quantity, ThreeValued, both, either, refuse
from labreport.stats.tables import Column, Table
from labreport.stats.wording import MINUS

FEW = 3
"""More comparisons than these are summed up in a sentence, and listed in a table."""


class Finding(ThreeValued):
    """An observation and its judgement: a `Ranking`, `Difference`, `Effect`, `Count` or `Fact`.

    Its parts are attributes and items: `difference.complex`, `difference["deep-8"]`.
    """

    kind: ClassVar[str]
    asked: ClassVar[tuple[str, ...]] = ()
    """What may be asked of it, for messages."""

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
        return refuse(f"a {self.kind} is no condition by itself; ask it, as .{self.example}")

    @property
    def example(self) -> str:
        """A condition on it, for messages."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[str]:
        """The names of its parts."""
        return iter(())

    def __getitem__(self, name: Any) -> Finding:
        """One of its parts, by name. Raises `UsageError` where there is none."""
        return refuse(f"a {self.kind} has no {text_of(name)!r}{self._did_you_mean(text_of(name))}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        names = list(self)
        try:
            part = find(name, names)
        except UsageError:
            refuse(f"a {self.kind} has no {name!r}{self._did_you_mean(name)}")
        return self[part]

    def _did_you_mean(self, name: str) -> str:
        names = [*self.asked, *self]
        return did_you_mean(name, names) or did_you_mean(name, names, "it has")

    __eq__ = members_equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        from labreport.stats.sentences import sentence

        return sentence(self)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Fact(Finding):
    """A truth that was counted or computed: its sentence, and the one that is said where it is false."""

    kind: ClassVar[str] = "fact"
    sentence: str = ""
    truth: bool | None = None
    otherwise: str = ""

    @property
    def condition(self) -> Condition:
        """Whether it is true, or None where it is not known."""
        return Condition(self.truth, (self,))

    @property
    def is_unknown(self) -> bool:
        """Whether its truth is not known."""
        return self.truth is None

    @property
    def example(self) -> str:
        """It needs none."""
        return "condition"


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
        rows = [(self.label(name), mean) for name, mean in self.subject_means]
        return Table([Column("name", _title(self.axis or "name")), self._mean_column], rows)

    @property
    def _mean_column(self) -> Column:
        geometric = ", geometric mean" if self.measure.scale == "ratio" else ""
        return Column("mean", _title(self.measure.label + geometric))

    def label(self, name: str) -> str:
        """What people call a subject."""
        labels = dict(zip(self.subjects, self.labels, strict=False))
        return labels.get(name) or name

    def _find(self, names: Iterable[Any]) -> list[str]:
        return [find(name, self.subjects, f"subject of the {self.kind}") for name in names]

    def _means_of(self, names: Sequence[str]) -> tuple[tuple[str, Quantity], ...]:
        return tuple((name, mean) for name, mean in self.subject_means if name in names)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Count(OfSubjects):
    """In how many of its runs or replicates each subject is on one `side` of a threshold: exact numbers.

    `counts` are pairs of a subject and its number, `of` is how many there are of all.
    """

    kind: ClassVar[str] = "count"
    asked: ClassVar[tuple[str, ...]] = ("all", "none", "at_least", "quantity", "of", "mean", "means")
    counts: tuple[tuple[str, Quantity], ...]
    of: Quantity
    threshold: Quantity
    side: str

    @property
    def quantity(self) -> Quantity:
        """How many, of all subjects together."""
        counts = [count for _, count in self.counts]
        if len(counts) == 1:
            return counts[0]
        n = sum(count.n for count in counts)
        source = replace(counts[0].source, experiments=self.subjects, n=n)
        total = sum(count.value or 0 for count in counts)
        return replace(counts[0], value=total, n=n, out_of=n, values=(), source=source)

    @property
    def evidence(self) -> list[Quantity]:
        """The count of each subject."""
        return [count for _, count in self.counts]

    @property
    def example(self) -> str:
        """A condition on it, for messages."""
        return "at_least(1)"

    @property
    def all(self) -> Condition:
        """Hold where it is so in every run; of one subject by its name, `all("wide")`."""
        return replace(self._all(), ask=self._all)

    @property
    def none(self) -> Condition:
        """Hold where it is so in no run; of one subject by its name, `none("wide")`."""
        return replace(self._none(), ask=self._none)

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
        return replace(
            self,
            subjects=(subject,),
            labels=(self.label(subject),),
            subject_means=self._means_of([subject]),
            counts=((subject, count),),
            of=replace(self.of, value=count.n),
        )

    def _all(self, *names: Any) -> Condition:
        finding = self[names[0]] if names else self
        count = finding.quantity
        return finding._far_by(count.n - int(count.value or 0))

    def _none(self, *names: Any) -> Condition:
        finding = self[names[0]] if names else self
        return finding._far_by(int(finding.quantity.value or 0))

    def _far_by(self, exceptions: int) -> Condition:
        """Hold where there is no exception."""
        how = f"by {exceptions} of {self.quantity.n}" if exceptions else ""
        return Condition(exceptions == 0, (self,), how)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Compared(OfSubjects):
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
        for comparison in self._both_ways():
            if len(comparison.subjects) == 2:
                first, second = comparison.subjects
                differences.setdefault(first, {})[second] = comparison.quantity
        return Namespace({name: differences[name] for name in self.subjects if name in differences})

    @property
    def clear(self) -> Condition:
        """Hold where two clearly differ; of a ranking, where the first is ahead: `clear("a", "b")`."""
        return self._asked("clear")

    @property
    def same(self) -> Condition:
        """Hold where a difference is inside the margin that does not matter, its whole interval."""
        return self._asked("same")

    @property
    def unclear(self) -> Condition:
        """Hold where a difference is neither clear nor inside the margin."""
        return self._asked("unclear")

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

    def _asked(self, word: str) -> Condition:
        """A condition that can be asked with names too."""
        return replace(self._ask(word), ask=partial(self._ask, word))

    def _ask(self, word: str, *names: Any) -> Condition:
        raise NotImplementedError

    def _which(self, word: str) -> Condition:
        """A condition that needs a name."""
        names = ", ".join(list(self)[:8])
        which = f".{word} of which of {names}? Write it as .{self.example}"
        return Condition(None, (self,), which=which)

    def _both_ways(self) -> list[Comparison]:
        """Each comparison, and each as seen from its second subject."""
        return [each for comparison in self.comparisons for each in (comparison, comparison.reversed())]

    def _comparison(self, *names: Any) -> Comparison:
        """The comparison of two subjects, seen from the first, or the only one that begins with a subject."""
        chosen = tuple(self._find(names))
        for comparisons in (self.comparisons, [comparison.reversed() for comparison in self.comparisons]):
            matching = [each for each in comparisons if each.subjects[: len(chosen)] == chosen]
            if matching:
                break
        if len(matching) == 1 or (matching and self.kind == "effect"):
            return matching[0]
        pairs = ", ".join(" and ".join(comparison.subjects) for comparison in self.comparisons[:8])
        return refuse(f"{' and '.join(chosen)}: not one comparison; compared were {pairs}")

    def _only(self, comparison: Comparison) -> Difference:
        """The finding of one of its comparisons."""
        return Difference(
            subjects=self.subjects,
            measure=self.measure,
            epoch=self.epoch,
            labels=self.labels,
            subject_means=self._means_of(comparison.subjects),
            unit=self.unit,
            axis=self.axis,
            comparisons=(comparison,),
            family=self.family,
        )


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Ranking(Compared):
    """Which of several is best, who is level with it, and who is behind."""

    kind: ClassVar[str] = "ranking"
    asked: ClassVar[tuple[str, ...]] = (
        *("wins", "leads", "none_clear", "clear", "same", "unclear", "every", "any"),
        *("order", "first", "where_clear", "mean", "means", "difference"),
    )

    def __iter__(self) -> Iterator[str]:
        """The names of its subjects, the best first."""
        return iter(self.order)

    def __getitem__(self, name: Any) -> Finding:
        """A ranking has no parts: its means are `ranking.mean.wide`."""
        near = did_you_mean(text_of(name), self.asked) or "; it has .mean"
        return refuse(f"a ranking has no {text_of(name)!r}{near}")

    @property
    def example(self) -> str:
        """A condition on it, for messages."""
        return f"clear({', '.join(map(repr, self.subjects[:2]))})"

    @property
    def ahead(self) -> str:
        """How one that is ahead is judged beside another: more, or less where that is better."""
        return "less" if self.measure.better == "lower" else "more"

    @property
    def order(self) -> list[str]:
        """The names by their means, the best first; those without one last."""
        sign = 1 if self.ahead == "less" else -1
        known = {name: sign * mean.value for name, mean in self.subject_means if mean.value is not None}
        return sorted(self.subjects, key=lambda name: (name not in known, known.get(name, 0.0)))

    @property
    def first(self) -> list[str]:
        """The names of those that nothing is clearly ahead of, the best mean first."""
        behind = {name for _, name in self.pairs_ahead}
        return [name for name in self.order if name not in behind]

    @property
    def pairs_ahead(self) -> set[tuple[str, ...]]:
        """The pairs of which the first is clearly ahead of the second."""
        return {each.subjects for each in self._both_ways() if each.outcome == self.ahead}

    @property
    def where_clear(self) -> ClearNames:
        """The names that one of the first is clearly ahead of; `where_clear("a")` those that this one is."""
        behind = [name for name in self.order if name not in self.first]
        return ClearNames(behind, self._behind)

    def wins(self, name: Any) -> Condition:
        """Hold where it is clearly ahead of all others."""
        return self.leads(name)

    def leads(self, *names: Any) -> Condition:
        """Hold where exactly these are clearly ahead of all others."""
        leaders = self._find(names)
        others = [name for name in self.subjects if name not in leaders]
        if not others:
            refuse("leads() names all that are ranked; leave some out")
        pairs = [self._ask("clear", leader, other) for leader, other in product(leaders, others)]
        return replace(both(*pairs), about=(self,))

    def none_clear(self, *names: Any) -> Condition:
        """Hold where no two of these (by default of all) clearly differ."""
        pairs = combinations(self._find(names) or self.subjects, 2)
        clear = [self._comparison(*pair).ask("clear", self) for pair in pairs]
        return replace(~either(*clear), about=(self,))

    def _ask(self, word: str, *names: Any) -> Condition:
        if not names:
            return self._which(word)
        comparison = self._comparison(*names)
        if word == "clear":
            word = self.ahead
        return comparison.ask(word, self._only(comparison))

    def _behind(self, name: Any) -> list[str]:
        (leader,) = self._find([name])
        return [other for other in self.order if (leader, other) in self.pairs_ahead]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Difference(Compared):
    """How two subjects differ, or several from one, or each from zero.

    `groups` are differences inside one, by group of the column `within`; of one of these, `within` is the
    group, and `group_column` the column. All of them are judged together.
    """

    kind: ClassVar[str] = "difference"
    asked: ClassVar[tuple[str, ...]] = (
        *("more", "less", "same", "unclear", "clear", "above", "below", "every", "any"),
        *("where_clear", "quantity", "mean", "means", "difference", "table"),
    )
    within: str = ""
    group_column: str = ""
    groups: tuple[tuple[str, Difference], ...] = ()

    @property
    def quantity(self) -> Quantity | None:
        """That of the only comparison, or of the whole of an effect."""
        return None if self._whole is None else self._whole.quantity

    @property
    def example(self) -> str:
        """A condition on it, for messages."""
        return f"more({next(iter(self), '')!r})"

    @property
    def mean(self) -> Namespace:
        """The means by subject, or by group and subject."""
        if self.groups:
            return Namespace({name: group.mean for name, group in self.groups})
        return super().mean

    @property
    def means(self) -> Table:
        """The means as a table, with the group in front where there are groups."""
        if not self.groups:
            return super().means
        rows = [(name, *row) for name, group in self.groups for row in group.means.rows]
        heads = [Column("group", _title(self.within)), Column("name", _title(self.axis or "name"))]
        return Table([*heads, self._mean_column], rows)

    @property
    def difference(self) -> Namespace:
        """The differences that were estimated, in both directions, by group where there are groups."""
        if self.groups:
            return Namespace({name: group.difference for name, group in self.groups})
        return super().difference

    @property
    def more(self) -> Condition:
        """Hold where the first is clearly more; `more("10")` of one of several."""
        return self._asked("more")

    @property
    def less(self) -> Condition:
        """Hold where the first is clearly less; `less("10")` of one of several."""
        return self._asked("less")

    def above(self, bound: Any) -> Condition:
        """Hold where the whole interval by which it is judged is above `bound`, in the printed unit."""
        comparison = self._one_of("above")
        return replace(comparison.quantity.above(bound), about=(self,))

    def below(self, bound: Any) -> Condition:
        """Hold where the interval by which it is judged is below `bound`: `speed["400"].below(0.98)`."""
        comparison = self._one_of("below")
        return replace(comparison.quantity.below(bound), about=(self,))

    @property
    def is_summed_up(self) -> bool:
        """Whether it has more comparisons than a sentence lists; a table has them."""
        return len(self.singles()) > FEW

    @property
    def table(self) -> Table:
        """All comparisons as a table: with their own interval, the one that judges, p, n and the outcome."""
        rows = []
        for single in self.singles():
            comparison = single.comparisons[0]
            compared = _versus([single.label(name) for name in comparison.subjects], self.measure)
            row = [compared, comparison.quantity, comparison.outcome]
            rows.append([single.within, *row] if self.groups else row)
        name = "Ratio" if self.measure.scale == "ratio" else "Difference"
        columns = [Column("compared", "Compared"), Column("difference", name), Column("outcome", "Outcome")]
        if self.groups:
            columns.insert(0, Column("group", _title(self.within)))
        details = ("judged", "p", "n") if self.family > 1 else ("p", "n")
        return Table(columns, rows).with_columns(*details)

    @property
    def where_clear(self) -> ClearNames:
        """The names, or groups, with a clear difference; `where_clear("10")` the groups where that one is."""
        names = [name for name in self if any(single.clear.holds for single in self[name].singles())]
        return ClearNames(names, self._clear_groups)

    def singles(self) -> list[Difference]:
        """The finding of each comparison by itself, of all groups."""
        if self.groups:
            return [single for _, group in self.groups for single in group.singles()]
        return super().singles()

    def __iter__(self) -> Iterator[str]:
        """The names of its groups, or of what was compared."""
        if self.groups:
            return iter(dict(self.groups))
        return iter(dict.fromkeys(comparison.subjects[0] for comparison in self.comparisons))

    def __getitem__(self, name: Any) -> Difference:
        """The finding of one group, or of the comparison of one subject. Raises `UsageError`."""
        if self.groups:
            groups = dict(self.groups)
            return groups[find(name, groups, f"group of {self.within}")]
        return self._only(self._comparison(name))

    @property
    def _whole(self) -> Comparison | None:
        """The comparison that it is of by itself; None where there are several."""
        return self.comparisons[0] if len(self.comparisons) == 1 and not self.groups else None

    def _one_of(self, word: str) -> Comparison:
        return self._whole or refuse(self._which(word).which)

    def _ask(self, word: str, *names: Any) -> Condition:
        if self.groups and names:
            return self[names[0]]._ask(word, *names[1:])
        comparison = self._comparison(*names) if names else self._whole
        if comparison is None:
            return self._which(word)
        return comparison.ask(word, self._only(comparison))

    def _only(self, comparison: Comparison) -> Difference:
        if self.comparisons == (comparison,):
            return self
        return replace(super()._only(comparison), within=self.within, group_column=self.group_column)

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
class Quantified:
    """All comparisons of a finding, or any of them: `speed.every.less`, `speed.any.above(1.02)`."""

    finding: Compared
    join: Callable[..., Condition]

    @property
    def more(self) -> Condition:
        """Hold where they are clearly more."""
        return self._directed("more")

    @property
    def less(self) -> Condition:
        """Hold where they are clearly less."""
        return self._directed("less")

    @property
    def same(self) -> Condition:
        """Hold where they are inside the margin."""
        return self._joined([single.same for single in self.finding.singles()])

    @property
    def unclear(self) -> Condition:
        """Hold where they are neither clear nor the same."""
        return self._joined([single.unclear for single in self.finding.singles()])

    @property
    def clear(self) -> Condition:
        """Hold where they are clearly more or less."""
        return self._joined([single.clear for single in self.finding.singles()])

    def above(self, bound: Any) -> Condition:
        """Hold where their intervals are above a number in the printed unit."""
        return self._joined([single.above(bound) for single in self._with_direction("above")])

    def below(self, bound: Any) -> Condition:
        """Hold where their intervals are below a number in the printed unit."""
        return self._joined([single.below(bound) for single in self._with_direction("below")])

    def _directed(self, word: str) -> Condition:
        return self._joined([single._ask(word) for single in self._with_direction(word)])

    def _with_direction(self, word: str) -> Sequence[Difference]:
        if self.finding.kind == "ranking":
            refuse(f"a ranking has no .{word} of every pair; there are .clear, .same and .unclear")
        return self.finding.singles()

    def _joined(self, conditions: Sequence[Condition]) -> Condition:
        """Join conditions; one that fails is about the comparisons that make it fail, if these are few."""
        joined = self.join(*conditions)
        failing = [condition for condition in conditions if condition.holds is False]
        if joined.holds is False and len(failing) <= 3:
            return replace(joined, about=tuple(about for condition in failing for about in condition.about))
        return replace(joined, about=(self.finding,))


def _versus(labels: Sequence[str], measure: Measure) -> str:
    """What is compared: `10 − 0`, of ratios `10 / 0`, or one alone with zero."""
    return (" / " if measure.scale == "ratio" else f" {MINUS} ").join(labels)


def outcomes_by_name(finding: Finding) -> Iterator[tuple[str, str]]:
    """What a finding says, by name: each difference as printed and how it was judged; each count and fact."""
    if isinstance(finding, Fact):
        yield "", repr(finding).rstrip(".")
    elif isinstance(finding, Count):
        for name, count in finding.counts:
            yield name if len(finding.counts) > 1 else "", as_plus_minus(count)
    elif isinstance(finding, Difference) and finding.groups:
        for group, inner in finding.groups:
            for name, text in outcomes_by_name(inner):
                yield f"{group}.{name}".rstrip("."), text
    elif isinstance(finding, Compared):
        for comparison in finding.comparisons:
            names = comparison.subjects if isinstance(finding, Ranking) else comparison.subjects[:1]
            is_whole = finding.quantity is comparison.quantity
            text = f"{as_plus_minus(comparison.quantity)} ({comparison.outcome})"
            yield "" if is_whole else ".".join(names), text


def _title(text: str) -> str:
    """The head of a column."""
    return (text[:1].upper() + text[1:]).replace("_", " ")


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
    """What a finding has inside that does not stand beside it."""
    if not isinstance(value, OfSubjects):
        return {}
    inner: dict[str, Any] = {"mean": value.mean}
    if isinstance(value, Ranking):
        inner["difference"] = value.difference
    elif _number_of_parts(value) > 1:
        inner |= {name: value[name] for name in value}
    return {
        name: member
        for name, member in inner.items()
        if name not in beside or not members_equal(member, beside[name])
    }


def _number_of_parts(finding: OfSubjects) -> int:
    """How many counts or comparisons a finding has; two or more of one with groups."""
    if isinstance(finding, Count):
        return len(finding.counts)
    if isinstance(finding, Difference) and finding.groups:
        return max(2, len(finding.groups))
    return len(finding.comparisons) if isinstance(finding, Compared) else 0
