"""How findings are said: the values that a sentence needs, and the engine's own sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from labreport.project.measure import Measure
from labreport.stats import formats
from labreport.stats.finding import MOST_IN_SENTENCE, Count, Difference, Fact, Finding, OfSubjects, Ranking
from labreport.stats.quantity import Quantity
from labreport.stats.wording import enumeration, plural

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


@dataclass(frozen=True)
class ComparisonRow:
    """What a sentence says of one comparison.

    `where` is its group (`in HT29`), `first` and `second` are labels, `second` is empty where the first is
    compared with zero. `amount` is the difference as it was estimated; `size` has no direction, and is in per
    cent of a ratio up to a doubling. `word` is how the first is called beside the second (`slower`), `times`
    what stands behind a ratio above a doubling (`as slow as`). `of_gap`: the measure is a difference itself.
    `note` says why the interval that is printed does not decide, `why` why nothing was judged.
    """

    where: str
    first: str
    second: str
    outcome: str
    amount: Quantity
    size: Quantity
    word: str
    times: str
    of_gap: bool
    is_ratio: bool
    note: str
    why: str


def sentence_values(finding: Finding) -> dict[str, Any]:
    """Give what the sentence of a finding needs, as plain values, quantities and labels of subjects.

    A fact: `sentence`, `truth`, `otherwise`. All others: `measure` (its label), `epoch`, `units`, `margin`,
    `axis`, `geometric` (means are), and what `_count_values`, `_difference_values` and `_ranking_values` say.
    """
    if isinstance(finding, Ranking):
        return _values_of_subjects(finding) | _ranking_values(finding)
    if isinstance(finding, Count):
        return _values_of_subjects(finding) | _count_values(finding)
    if isinstance(finding, Difference):
        return _values_of_subjects(finding) | _difference_values(finding)
    if isinstance(finding, Fact):
        return {"sentence": finding.sentence, "truth": finding.truth, "otherwise": finding.otherwise}
    raise TypeError(f"{type(finding).__name__} is no kind of finding")


def _values_of_subjects(finding: OfSubjects) -> dict[str, Any]:
    measure = finding.measure
    margin = None
    if measure.stored_margin is not None:
        margin = Quantity(measure.stored_margin, measure.difference_unit, exact=True)
    return {
        "measure": measure.label,
        "epoch": finding.epoch,
        "units": plural(finding.unit_name),
        "margin": margin,
        "axis": _words_of(finding.axis),
        "geometric": measure.scale == "ratio",
    }


def _words_of(column: str) -> str:
    """The name of a column as a sentence has it: `cell line` for `cell_line`."""
    return column.replace("_", " ")


def _label(finding: OfSubjects, name: str) -> str:
    """What people call a subject; a number with what it is a number of: `dose 10`."""
    label = finding.label(name)
    if finding.axis and _is_number(label):
        return f"{_words_of(finding.axis)} {label}"
    return label


def _labels(finding: OfSubjects, names: Iterable[str]) -> list[str]:
    return [_label(finding, name) for name in names]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-−+]?[\d.,]+(e-?\d+)?", text) is not None


def _count_values(finding: Count) -> dict[str, Any]:
    """`side`, `threshold` and `rows`: pairs of a label and its count; of many subjects their sum alone."""
    rows = [(_label(finding, name), count) for name, count in finding.counts]
    if len(rows) > MOST_IN_SENTENCE:
        rows = [("", finding.quantity)]
    return {"rows": rows, "side": finding.side, "threshold": finding.threshold}


# Differences and effects


def _difference_values(finding: Difference) -> dict[str, Any]:
    """`rows`, one for each comparison, `whole` is the last.

    `summary` says of more than three how many have each outcome, `base` with what all were compared.
    """
    rows = [_row(single) for single in finding.singles()]
    bases = {row.second for row in rows}
    return {
        "rows": rows,
        "whole": rows[-1],
        "summary": _outcome_counts(finding.measure, rows) if finding.is_summed_up else [],
        "base": rows[0].second if len(bases) == 1 else "",
    }


def _row(single: Difference) -> ComparisonRow:
    """What a sentence says of a finding of one comparison."""
    (comparison,) = single.comparisons
    amount, measure = comparison.quantity, single.measure
    size = formats.magnitude(amount)
    first, *second = _labels(single, comparison.subjects)
    word = ""
    if amount.value is not None and amount.null is not None and amount.value != amount.null:
        word = _comparative(measure, larger=amount.value > amount.null)
    return ComparisonRow(
        where=_where(single),
        first=first,
        second="".join(second),
        outcome=amount.outcome,
        amount=amount,
        size=size,
        word=word,
        times=_as_positive(word) if size.is_ratio else "",
        of_gap=bool(measure.terms),
        is_ratio=measure.scale == "ratio",
        note=_note(amount),
        why=_why([amount], single.unit_name),
    )


def _where(single: Difference) -> str:
    """The group of a comparison: `in HT29`, `at rate 100`, `at 100 req/s`."""
    group = single.group
    if _is_number(group):
        return f"at {_words_of(single.group_column)} {group}"
    if group[:1].isdigit():
        return f"at {group}"
    return f"in {group}" if group else ""


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
    adjective, *rest = comparative.split(" ", 1)
    if adjective == "more":
        positive = rest
    elif adjective in _POSITIVES:
        positive = [_POSITIVES[adjective], *rest]
    else:
        return ""
    return " ".join(["as", *positive, "as"])


def _outcome_counts(measure: Measure, rows: Sequence[ComparisonRow]) -> list[str]:
    """How many comparisons have each outcome: `5 are slower`, `4 unclear`."""
    words = {
        "more": _comparative(measure, larger=True).partition(" in ")[0],
        "less": _comparative(measure, larger=False).partition(" in ")[0],
        "same": "the same as far as matters",
        "unclear": "unclear",
        "unknown": "not judged",
    }
    numbers = Counter(row.outcome for row in rows)
    summary: list[str] = []
    for outcome, word in words.items():
        number = numbers[outcome]
        if number and not summary:
            word = f"{'is' if number == 1 else 'are'} {word}"
        if number:
            summary.append(f"{number} {word}")
    return summary


def _note(amount: Quantity) -> str:
    """Why something is unclear though the interval that is printed leaves out no difference; else empty.

    `alone, one of 6 comparisons`: the interval that judges is wider; `but the exact test has p = 0.08`.
    """
    null = amount.null or 0.0
    low, high = amount.interval or (null, null)
    if amount.outcome != "unclear" or low <= null <= high:
        return ""
    if null in (amount.judged_low, amount.judged_high):
        return f"but the exact test has {formats.p(amount)}"
    return f"alone, one of {amount.family} comparisons"


def _why(quantities: Sequence[Quantity], unit: str) -> str:
    """Why these comparisons were not judged: a number is missing, all are equal, or there is one unit.

    Of one unit: `which one patient of placebo does not decide`, where the other group has more.
    """
    n = min(quantity.n for quantity in quantities)
    if any(quantity.value is None for quantity in quantities):
        return f"since not every {unit} gave a number"
    if n > 1 and all(quantity.value == quantity.null for quantity in quantities):
        return f"equal in all {n} {plural(unit)}, which is judged only with a margin"
    if n > 1:
        return f"but all {n} differences are equal, which gives no interval"
    groups: set[tuple[str, int]] = set()
    for quantity in quantities:
        groups |= set(quantity.groups)
    single = [name for name, size in groups if size == 1]
    of_group = f" of {single[0]}" if len(single) == 1 and len(groups) > 1 else ""
    return f"which one {unit}{of_group} does not decide"


# Rankings


def _ranking_values(finding: Ranking) -> dict[str, Any]:
    """What the sentence of a ranking needs.

    `outcome` is wins, leads, same, unclear or unknown (and `why`), `best` is "best", or "highest" where
    neither is better, `first` and `behind` are labels, the best first, `means` are in this order, `lead` is
    how far the best is ahead of the next, `pairs` are labels of some, and of those that they are behind.
    """
    first = finding.first
    behind = [name for name in finding.order if name not in first]
    leaders_of = {name: _leaders_of(finding, name) for name in behind}
    pairs = []
    for leaders, followers in groupby(behind, leaders_of.__getitem__):
        pairs.append((_labels(finding, followers), _labels(finding, leaders)))
    level = _differences_among(first, finding) or finding.evidence
    best, second = finding.order[:2]
    return {
        "outcome": _ranking_outcome(finding, level, list(leaders_of.values())),
        "best": "best" if finding.measure.better else "highest",
        "why": _why(level, finding.unit_name),
        "first": _labels(finding, first),
        "behind": _labels(finding, behind),
        "means": [finding.mean[name] for name in first + behind],
        "lead": formats.magnitude(finding.difference[best][second]),
        "pairs": pairs,
    }


def _leaders_of(finding: Ranking, name: str) -> list[str]:
    """Those that are clearly ahead of one: of them those that share the first place, if any does."""
    first, pairs = finding.first, finding.pairs_ahead
    leaders = [leader for leader in finding.order if (leader, name) in pairs]
    return [leader for leader in leaders if leader in first] or leaders


def _differences_among(names: Sequence[str], finding: Ranking) -> list[Quantity]:
    """The differences between those of these names that were compared."""
    differences = []
    for comparison in finding.comparisons:
        if set(comparison.subjects) <= set(names):
            differences.append(comparison.quantity)
    return differences


def _ranking_outcome(finding: Ranking, level: Sequence[Quantity], leaders: Sequence[list[str]]) -> str:
    """How a ranking is said; `level` are the differences among the first, `leaders` those of each behind."""
    if finding.wins(finding.order[0]).holds:
        return "wins"
    if all(quantity.outcome == "unknown" for quantity in level):
        return "unknown"
    if all(quantity.outcome == "same" for quantity in finding.evidence):
        return "same"
    are_all_behind_first = all(names == finding.first for names in leaders)
    return "leads" if leaders and are_all_behind_first else "unclear"


# The engine's own sentence


def sentence(finding: Finding) -> str:
    """Say a finding in one short sentence, without mark-up: the engine's own, in frame/sentences.html."""
    macro = getattr(_macros(), finding.kind)
    return f"{str(macro(sentence_values(finding))).strip()}."


@cache
def _macros() -> Any:
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).parents[1] / "frame")
    environment = jinja2.Environment(loader=loader, finalize=_printed, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= formats.FILTERS
    environment.filters |= {"text": str, "listed": _printed}
    return environment.get_template("sentences.html").module


def _printed(value: Any) -> str:
    """What stands in a sentence: a list as an enumeration, a quantity with its unit, a text as it is."""
    if isinstance(value, (list, tuple)):
        return enumeration([_printed(element) for element in value])
    return formats.as_prose(value) if isinstance(value, Quantity) else str(value)
