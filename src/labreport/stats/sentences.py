"""Findings as sentences: the values that a sentence needs, and the engine's own sentence.

A sentence is made by a macro of frame/sentences.html, or of templates/sentences.html in a project. The macro
is called with what `sentence_values` returns: an object for the kind of finding, whose properties are texts,
lists of labels, and quantities. The macro prints quantities by the filters that all templates have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from labreport.project.measure import Measure
from labreport.stats import formats
from labreport.stats.finding import MOST_IN_SENTENCE, Finding, MeasuredFinding
from labreport.stats.judgement import Outcome
from labreport.stats.quantity import Quantity
from labreport.stats.wording import enumeration, plural
from labreport.stats.words import Count, Difference, Ranking

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule


def sentence_values(finding: Finding) -> RankingValues | CountValues | DifferenceValues | Finding:
    """The values for the sentence of a finding, as properties of one object; a fact is returned as it is."""
    if isinstance(finding, Ranking):
        return RankingValues(finding)
    if isinstance(finding, Count):
        return CountValues(finding)
    if isinstance(finding, Difference):
        return DifferenceValues(finding)
    return finding


def _labels(finding: MeasuredFinding, names: Iterable[str]) -> list[str]:
    """The labels of subjects, as readers see them; a number is preceded by its axis: `dose 10`."""
    labels = []
    for name in names:
        label = finding.label(name)
        if finding.axis and re.fullmatch(r"[-−+]?[\d.,]+(e-?\d+)?", label):
            label = f"{finding.axis.replace('_', ' ')} {label}"
        labels.append(label)
    return labels


# Counts


@dataclass(frozen=True)
class CountValues:
    """The values for the sentence of a count."""

    finding: Count

    @property
    def replicates(self) -> str:
        """The name of replicates, in the plural: `seeds`."""
        return plural(self.finding.unit_name)

    @property
    def rows(self) -> list[tuple[str, Quantity]]:
        """Pairs of a label and its count; for more than three subjects only their sum, without a label."""
        finding = self.finding
        if len(finding.evidence) > MOST_IN_SENTENCE:
            return [("", finding.quantity)]
        labels = _labels(finding, finding)
        return list(zip(labels, finding.evidence, strict=True))


# Differences and effects

_ADJECTIVES = {"slower": "slow", "faster": "fast", "larger": "large", "higher": "high", "longer": "long"}
"""The adjectives of comparatives."""


@dataclass(frozen=True)
class DifferenceValues:
    """The values for the sentence of a difference or an effect."""

    finding: Difference

    @cached_property
    def rows(self) -> list[ComparisonRow]:
        """A row for each comparison; the last one of an effect compares its last value with the first."""
        return list(map(_comparison_row, self.finding.singles()))

    @property
    def summary(self) -> list[str]:
        """The number of comparisons with each outcome, `5 slower`, `4 unclear`; empty if all are listed."""
        measure = self.finding.measure
        words: dict[Outcome, str] = {
            "more": _comparative(measure, larger=True).partition(" in ")[0],
            "less": _comparative(measure, larger=False).partition(" in ")[0],
            "same": "the same as far as matters",
            "unclear": "unclear",
            "unknown": "not judged",
        }
        numbers = Counter(row.amount.outcome for row in self.rows)
        return [f"{numbers[outcome]} {word}" for outcome, word in words.items() if outcome in numbers]


@dataclass(frozen=True)
class ComparisonRow:
    """The values for one comparison: `amount` is the difference, `first` and `second` are the labels.

    `second` is empty for a comparison with zero. `finding` has no other comparison.
    """

    finding: Difference
    amount: Quantity
    first: str
    second: str = ""

    @property
    def size(self) -> Quantity:
        """The difference without its direction; a ratio between 0.5 and 2 in per cent."""
        return formats.magnitude(self.amount)

    @property
    def word(self) -> str:
        """The comparative for the first subject: `slower`; empty if both are equal or one is unknown."""
        value, null = self.amount.value, self.amount.null
        if value is None or null is None or value == null:
            return ""
        return _comparative(self.finding.measure, larger=value > null)

    @property
    def adjective(self) -> str:
        """The adjective of the comparative, as in `2.6 times as slow`; empty if it is not in the list."""
        return _ADJECTIVES.get(self.word, "")

    @property
    def note(self) -> str:
        """Why a comparison is unclear although its own interval, which is printed, excludes no difference.

        `alone, one of 6 comparisons` if the interval by which it is judged is wider, or `but the exact test
        has p = 0.08`. Empty for all other comparisons.
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
        """Why the comparison could not be judged, for the outcome "unknown"."""
        return _why_not_judged([self.amount], self.finding.unit_name)


def _comparison_row(single: Difference) -> ComparisonRow:
    """The row for a finding with a single comparison."""
    (row,) = single.evidence
    return ComparisonRow(single, row, *_labels(single, row.subjects))


def _comparative(measure: Measure, *, larger: bool) -> str:
    """The comparative for more, or less, of a measure: the declared one, `slower`, or `higher in growth`."""
    if measure.terms:
        return "larger" if larger else "smaller"
    declared = measure.more if larger else measure.less
    return declared or f"{'higher' if larger else 'lower'} in {measure.label}"


def _why_not_judged(quantities: Sequence[Quantity], unit_name: str) -> str:
    """Why these comparisons could not be judged: a missing value, one replicate, all equal, no variation."""
    if any(quantity.value is None for quantity in quantities):
        return f"since not every {unit_name} gave a number"
    n = min(quantity.n for quantity in quantities)
    if n == 1:
        return f"which one {unit_name} does not decide"
    if all(quantity.value == quantity.null for quantity in quantities):
        return f"equal in all {n} {plural(unit_name)}, which is judged only with a margin"
    return f"with the same difference in all {n} {plural(unit_name)}, which gives no interval"


# Rankings


@dataclass(frozen=True)
class RankingValues:
    """The values for the sentence of a ranking, whose labels are in its order, the best first."""

    finding: Ranking

    @property
    def first(self) -> list[str]:
        """The labels of the subjects that no other is clearly ahead of."""
        return _labels(self.finding, self.finding.first)

    @property
    def means(self) -> list[Quantity]:
        """The means of the first subjects."""
        return [self.finding.mean[name] for name in self.finding.first]

    @property
    def pairs(self) -> list[tuple[list[str], list[str]]]:
        """Pairs of two lists of labels: subjects that are behind, and the ones clearly ahead of them.

        If some of the first are ahead of a subject, only these are listed.
        """
        finding = self.finding
        first, pairs_ahead = finding.first, finding.pairs_ahead
        followers: dict[tuple[str, ...], list[str]] = {}
        for name in finding.order:
            leaders = [leader for leader in finding.order if (leader, name) in pairs_ahead]
            leaders = [leader for leader in leaders if leader in first] or leaders
            if leaders:
                followers.setdefault(tuple(leaders), []).append(name)
        return [(_labels(finding, names), _labels(finding, ahead)) for ahead, names in followers.items()]

    @property
    def lead(self) -> ComparisonRow:
        """The comparison of the best subject with the second."""
        row = self.finding.comparison_of(*self.finding.order[:2])
        return _comparison_row(self.finding.single(row))

    @cached_property
    def outcome(self) -> Literal["wins", "leads", "same", "unclear", "unknown"]:
        """The kind of sentence: one subject wins, some lead, all are the same, unclear, or unknown."""
        finding, first = self.finding, self.finding.first
        is_ahead = 0 < len(first) < len(finding.order) and finding.leads(*first).holds
        if is_ahead and len(first) == 1:
            return "wins"
        if all(quantity.outcome == "unknown" for quantity in self._differences_among_first):
            return "unknown"
        if all(quantity.outcome == "same" for quantity in finding.evidence):
            return "same"
        return "leads" if is_ahead else "unclear"

    @property
    def why(self) -> str:
        """Why the comparisons could not be judged, for the outcome "unknown"."""
        return _why_not_judged(self._differences_among_first, self.finding.unit_name)

    @property
    def _differences_among_first(self) -> list[Quantity]:
        """The comparisons among the first subjects; all comparisons, if there are none among these."""
        first = set(self.finding.first)
        differences = []
        for row in self.finding.evidence:
            if first.issuperset(row.subjects):
                differences.append(row)
        return differences or self.finding.evidence


# The engine's own sentence


def sentence(finding: Finding) -> str:
    """A finding in one short sentence without mark-up, by the engine's macros in frame/sentences.html."""
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
    """A value as text in a sentence: a list as an enumeration, a quantity with its unit."""
    if isinstance(value, (list, tuple)):
        return enumeration([_printed(element) for element in value])
    return formats.as_prose(value) if isinstance(value, Quantity) else str(value)
