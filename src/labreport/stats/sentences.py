"""How findings are said: the values that a sentence needs, and the engine's own sentence.

A sentence is a macro of frame/sentences.html, or of a project's templates/sentences.html, called with what
`sentence_values` returns: an object for each kind of finding, whose properties are the values. They are
texts, lists of labels, and quantities, which the macro prints by filters, as all templates do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from labreport.project.measure import Measure
from labreport.stats import formats
from labreport.stats.finding import (
    MOST_IN_SENTENCE,
    Count,
    Difference,
    DifferenceFinding,
    Finding,
    MeasuredFinding,
    Ranking,
    SubjectFinding,
)
from labreport.stats.judgement import Outcome
from labreport.stats.quantity import Quantity
from labreport.stats.wording import enumeration, plural

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule

_COMPARATIVES = {
    "accuracy": ("more accurate", "less accurate"),
    "missed": ("missed more often", "missed less often"),
    "seconds": ("slower", "faster"),
}
"""How something with more and with less of a measure is called, by the last word of its name."""
_POSITIVES = {
    "slower": "slow",
    "faster": "fast",
    "higher": "high",
    "lower": "low",
    "larger": "large",
    "smaller": "small",
    "longer": "long",
    "shorter": "short",
    "heavier": "heavy",
    "lighter": "light",
    "bigger": "big",
    "greater": "great",
    "stronger": "strong",
    "weaker": "weak",
    "older": "old",
}
"""Comparatives, to what stands in `2.6 times as slow`."""


def sentence_values(finding: Finding) -> RankingValues | CountValues | DifferenceValues | Finding:
    """What the sentence of a finding needs, as properties of one object; a fact is said by its own fields."""
    if isinstance(finding, Ranking):
        return RankingValues(finding)
    if isinstance(finding, Count):
        return CountValues(finding)
    if isinstance(finding, DifferenceFinding):
        return DifferenceValues(finding)
    return finding


@dataclass(frozen=True)
class _MeasureValues:
    """What the sentence of any finding of a measure needs."""

    finding: MeasuredFinding

    @property
    def measure(self) -> str:
        """The label of the measure."""
        return self.finding.measure.label

    @property
    def geometric(self) -> bool:
        """Whether means are geometric."""
        return self.finding.measure.scale == "ratio"

    @property
    def margin(self) -> Quantity | None:
        """The difference that does not matter."""
        measure = self.finding.measure
        if measure.stored_margin is None:
            return None
        return Quantity(measure.stored_margin, measure.difference_unit, exact=True)

    @property
    def epoch(self) -> int | None:
        """The epoch after which all were measured."""
        return self.finding.epoch

    @property
    def axis(self) -> str:
        """The name of the column or field of which the subjects are values."""
        return _words_of(self.finding.axis)

    @property
    def units(self) -> str:
        """What was repeated: `seeds`."""
        return plural(self.finding.unit_name)


def _words_of(column: str) -> str:
    """The name of a column as a sentence has it: `cell line` for `cell_line`."""
    return column.replace("_", " ")


def _labels(finding: SubjectFinding, names: Iterable[str]) -> list[str]:
    """What people call subjects; a number with what it is a number of: `dose 10`."""
    labels = []
    for name in names:
        label = finding.label(name)
        if finding.axis and _is_number(label):
            label = f"{_words_of(finding.axis)} {label}"
        labels.append(label)
    return labels


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-−+]?[\d.,]+(e-?\d+)?", text) is not None


# Counts


@dataclass(frozen=True)
class CountValues(_MeasureValues):
    """What the sentence of a count needs."""

    finding: Count

    @property
    def side(self) -> str:
        """On which side of the threshold was counted: `above` or `below`."""
        return self.finding.side

    @property
    def threshold(self) -> Quantity:
        """The threshold."""
        return self.finding.threshold

    @property
    def rows(self) -> list[tuple[str, Quantity]]:
        """Pairs of a label and its count; of many subjects their sum alone, without a label."""
        finding = self.finding
        if len(finding.counts) > MOST_IN_SENTENCE:
            return [("", finding.quantity)]
        labels = _labels(finding, finding)
        return list(zip(labels, finding.evidence, strict=True))


# Differences and effects


@dataclass(frozen=True)
class DifferenceValues(_MeasureValues):
    """What the sentence of a difference or an effect needs."""

    finding: DifferenceFinding

    @cached_property
    def rows(self) -> list[ComparisonRow]:
        """A row for each comparison."""
        return list(map(ComparisonRow, self.finding.singles()))

    @property
    def whole(self) -> ComparisonRow:
        """The last row: of an effect, the last subject compared with the first."""
        return self.rows[-1]

    @property
    def base(self) -> str:
        """The label of what all were compared with; empty where they were compared with several."""
        bases = {row.second for row in self.rows}
        return self.whole.second if len(bases) == 1 else ""

    @property
    def summary(self) -> list[str]:
        """Of many comparisons, how many have each outcome: `5 are slower`, `4 unclear`; of few none."""
        if not self.finding.is_summed_up:
            return []
        measure = self.finding.measure
        words: dict[Outcome, str] = {
            "more": _comparative(measure, larger=True).partition(" in ")[0],
            "less": _comparative(measure, larger=False).partition(" in ")[0],
            "same": "the same as far as matters",
            "unclear": "unclear",
            "unknown": "not judged",
        }
        numbers = Counter(row.outcome for row in self.rows)
        summary: list[str] = []
        for outcome, word in words.items():
            number = numbers[outcome]
            if number and not summary:
                word = f"{'is' if number == 1 else 'are'} {word}"
            if number:
                summary.append(f"{number} {word}")
        return summary


@dataclass(frozen=True)
class ComparisonRow:
    """What a sentence says of one comparison, which is the only one of `single`."""

    single: Difference

    @property
    def amount(self) -> Quantity:
        """The difference as it was estimated."""
        return self.single.comparisons[0].quantity

    @property
    def size(self) -> Quantity:
        """The difference without its direction; of a ratio in per cent, up to a doubling."""
        return formats.magnitude(self.amount)

    @property
    def outcome(self) -> Outcome:
        """How it was judged."""
        return self.amount.outcome

    @property
    def is_ratio(self) -> bool:
        """Whether one is over the other."""
        return self.amount.is_ratio

    @property
    def of_gap(self) -> bool:
        """Whether the measure is a difference itself."""
        return bool(self.single.measure.terms)

    @property
    def where(self) -> str:
        """The group of the comparison: `in HT29`, `at rate 100`, `at 100 req/s`."""
        group = self.single.group
        if _is_number(group):
            return f"at {_words_of(self.single.group_column)} {group}"
        if group[:1].isdigit():
            return f"at {group}"
        return f"in {group}" if group else ""

    @property
    def first(self) -> str:
        """The label of what is compared."""
        return self._labels[0]

    @property
    def second(self) -> str:
        """The label of what it is compared with; empty where that is zero."""
        return self._labels[1] if len(self._labels) == 2 else ""

    @property
    def _labels(self) -> list[str]:
        return _labels(self.single, self.single.comparisons[0].subjects)

    @property
    def word(self) -> str:
        """How the first is called beside the second: `slower`; empty where they are equal, or not known."""
        value, null = self.amount.value, self.amount.null
        if value is None or null is None or value == null:
            return ""
        return _comparative(self.single.measure, larger=value > null)

    @property
    def times(self) -> str:
        """What stands behind a ratio above a doubling, `2.6 times`: `as slow as`."""
        return _as_positive(self.word) if self.size.is_ratio else ""

    @property
    def note(self) -> str:
        """Why something is unclear though the interval that is printed leaves out no difference; else empty.

        `alone, one of 6 comparisons`: the interval that judges is wider; `but the exact test has p = 0.08`.
        """
        amount = self.amount
        null = amount.null or 0.0
        low, high = amount.interval or (null, null)
        if amount.outcome != "unclear" or low <= null <= high:
            return ""
        if null in (amount.judged_low, amount.judged_high):
            return f"but the exact test has {formats.p(amount)}"
        return f"alone, one of {amount.family} comparisons"

    @property
    def why(self) -> str:
        """Why nothing was judged, where nothing was."""
        return _why_not_judged([self.amount], self.single.unit_name)


def _comparative(measure: Measure, *, larger: bool) -> str:
    """How something with more, or less, of a measure is called: `slower`, `higher in growth`.

    As the measure declares it; else what is usual for the last word of its name.
    """
    if measure.terms:
        return "larger" if larger else "smaller"
    declared = measure.more if larger else measure.less
    if declared:
        return declared
    last_word = measure.name.split(" ")[-1]
    if last_word in _COMPARATIVES:
        more, less = _COMPARATIVES[last_word]
        return more if larger else less
    return f"{'higher' if larger else 'lower'} in {measure.label}"


def _as_positive(comparative: str) -> str:
    """What stands behind `2.6 times`: `as slow as` for `slower`; empty where the adjective is not known."""
    adjective, _, rest = comparative.partition(" ")
    if adjective == "more":
        return f"as {rest} as"
    if adjective not in _POSITIVES:
        return ""
    return f"as {_POSITIVES[adjective]} {rest}".rstrip() + " as"


def _why_not_judged(quantities: Sequence[Quantity], unit_name: str) -> str:
    """Why these comparisons were not judged: a number is missing, all are equal, or there is one unit.

    Of one unit: `which one patient of placebo does not decide`, where the other group has more.
    """
    n = min(quantity.n for quantity in quantities)
    if any(quantity.value is None for quantity in quantities):
        return f"since not every {unit_name} gave a number"
    if n > 1 and all(quantity.value == quantity.null for quantity in quantities):
        return f"equal in all {n} {plural(unit_name)}, which is judged only with a margin"
    if n > 1:
        return f"but all {n} differences are equal, which gives no interval"
    sizes: dict[str, int] = {}
    for quantity in quantities:
        sizes |= quantity.groups
    single = [name for name, size in sizes.items() if size == 1]
    of_group = f" of {single[0]}" if len(single) == 1 and len(sizes) > 1 else ""
    return f"which one {unit_name}{of_group} does not decide"


# Rankings


@dataclass(frozen=True)
class RankingValues(_MeasureValues):
    """What the sentence of a ranking needs; its labels are in the order of the ranking, the best first."""

    finding: Ranking

    @property
    def first(self) -> list[str]:
        """The labels of those that nothing is clearly ahead of."""
        return _labels(self.finding, self.finding.first)

    @property
    def behind(self) -> list[str]:
        """The labels of all others."""
        return _labels(self.finding, self._leaders)

    @property
    def means(self) -> list[Quantity]:
        """The means of the first, then of those that are behind."""
        means = dict(self.finding.subject_means)
        return [means[name] for name in self.finding.first + list(self._leaders)]

    @property
    def pairs(self) -> list[tuple[list[str], list[str]]]:
        """Pairs of the labels of some that are behind, and of those that are clearly ahead of them."""
        pairs = []
        for leaders, followers in groupby(self._leaders, self._leaders.__getitem__):
            pairs.append((_labels(self.finding, followers), _labels(self.finding, leaders)))
        return pairs

    @property
    def best(self) -> str:
        """What the winner is called: `best`, or `highest` where neither is better."""
        return "best" if self.finding.measure.better else "highest"

    @property
    def lead(self) -> Quantity:
        """How far the best is ahead of the next."""
        best, second = self.finding.order[:2]
        return formats.magnitude(self.finding.comparison_of(best, second).quantity)

    @property
    def outcome(self) -> Literal["wins", "leads", "same", "unclear", "unknown"]:
        """How it is said: one is ahead of all, or some are; all are the same; else unclear, or not judged."""
        finding, leaders = self.finding, list(self._leaders.values())
        if finding.wins(finding.order[0]).holds:
            return "wins"
        if all(quantity.outcome == "unknown" for quantity in self._differences_among_first):
            return "unknown"
        if all(quantity.outcome == "same" for quantity in finding.evidence):
            return "same"
        are_all_behind_first = all(names == finding.first for names in leaders)
        return "leads" if leaders and are_all_behind_first else "unclear"

    @property
    def why(self) -> str:
        """Why nothing was judged, where nothing was."""
        return _why_not_judged(self._differences_among_first, self.finding.unit_name)

    @cached_property
    def _leaders(self) -> dict[str, list[str]]:
        """For each that is behind, those clearly ahead of it: only the first of all, if one of these is."""
        finding = self.finding
        first, pairs_ahead = finding.first, finding.pairs_ahead
        leaders_by_name = {}
        for name in finding.order:
            leaders = [leader for leader in finding.order if (leader, name) in pairs_ahead]
            if leaders:
                leaders_by_name[name] = [leader for leader in leaders if leader in first] or leaders
        return leaders_by_name

    @property
    def _differences_among_first(self) -> list[Quantity]:
        """The differences between the first, as far as they were compared; of a single first, all."""
        first = set(self.finding.first)
        differences = []
        for comparison in self.finding.comparisons:
            if first.issuperset(comparison.subjects):
                differences.append(comparison.quantity)
        return differences or self.finding.evidence


# The engine's own sentence


def sentence(finding: Finding) -> str:
    """Say a finding in one short sentence, without mark-up: the engine's own, in frame/sentences.html."""
    macro = getattr(_macros(), finding.kind)
    return f"{str(macro(sentence_values(finding))).strip()}."


@cache
def _macros() -> TemplateModule:
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).parents[1] / "frame")
    environment = jinja2.Environment(loader=loader, finalize=_printed, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= formats.FILTERS
    environment.filters |= {"text": str, "listed": _printed}
    return environment.get_template("sentences.html").module


def _printed(value: object) -> str:
    """What stands in a sentence: a list as an enumeration, a quantity with its unit, a text as it is."""
    if isinstance(value, (list, tuple)):
        return enumeration([_printed(element) for element in value])
    return formats.as_prose(value) if isinstance(value, Quantity) else str(value)
