"""How findings are said: the values that a sentence needs, the engine's own sentence, and what holds now."""

from __future__ import annotations

import math
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
from labreport.stats.finding import FEW, Count, Difference, Fact, Finding, OfSubjects, Ranking
from labreport.stats.judgement import WORDS
from labreport.stats.names import quoted_name
from labreport.stats.quantity import Condition, Quantity
from labreport.stats.wording import plural

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


# What a sentence needs


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
    if isinstance(finding, Fact):
        return {"sentence": finding.sentence, "truth": finding.truth, "otherwise": finding.otherwise}
    values: dict[str, Any] = {}
    if isinstance(finding, Ranking):
        values = _ranking_values(finding)
    elif isinstance(finding, Count):
        values = _count_values(finding)
    elif isinstance(finding, Difference):
        values = _difference_values(finding)
    return _of_subjects(finding) | values


def _of_subjects(finding: Any) -> dict[str, Any]:
    measure = finding.measure
    margin = Quantity(measure.bound, measure.difference_unit, exact=True)
    return {
        "measure": measure.label,
        "epoch": finding.epoch,
        "units": plural(finding.unit),
        "margin": None if measure.bound is None else margin,
        "axis": finding.axis.replace("_", " "),
        "geometric": measure.scale == "ratio",
    }


def _count_values(finding: Count) -> dict[str, Any]:
    """`side`, `threshold` and `rows`: pairs of a label and its count; of many subjects their sum alone."""
    rows = [(_label(finding, name), number) for name, number in finding.counts]
    if len(rows) > FEW:
        rows = [("", finding.quantity)]
    return {"rows": rows, "side": finding.side, "threshold": finding.threshold}


def _difference_values(finding: Difference) -> dict[str, Any]:
    """`rows`, one for each comparison, `whole` is the last.

    `summary` says of more than three how many have each outcome, `base` with what all were compared.
    """
    rows = [_row(single) for single in finding.singles()]
    bases = {row.second for row in rows}
    summary = _summary(finding.measure, rows) if finding.is_summed_up else []
    base = bases.pop() if len(bases) == 1 else ""
    return {"rows": rows, "whole": rows[-1], "summary": summary, "base": base}


def _summary(measure: Measure, rows: Sequence[ComparisonRow]) -> list[str]:
    """How many comparisons have each outcome: `5 are slower`, `4 unclear`."""
    words = {
        "more": _comparative(measure, larger=True).partition(" in ")[0],
        "less": _comparative(measure, larger=False).partition(" in ")[0],
        "same": "the same as far as matters",
        "unclear": "unclear",
        "unknown": "not judged",
    }
    outcomes = Counter(row.outcome for row in rows)
    summary: list[str] = []
    for outcome, word in words.items():
        number = outcomes[outcome]
        verb = "" if summary else "is " if number == 1 else "are "
        if number:
            summary.append(f"{number} {verb}{word}")
    return summary


def _row(finding: Difference) -> ComparisonRow:
    """What a sentence says of the only comparison of a finding."""
    (comparison,) = finding.comparisons
    amount, measure = comparison.quantity, finding.measure
    size = formats.magnitude(amount)
    labels = [_label(finding, subject) for subject in comparison.subjects]
    word = ""
    if amount.value not in (None, amount.null):
        word = _comparative(measure, larger=(amount.value or 0.0) > (amount.null or 0.0))
    return ComparisonRow(
        where=_where(finding),
        first=labels[0],
        second=labels[1] if len(labels) == 2 else "",
        outcome=amount.outcome,
        amount=amount,
        size=size,
        word=word,
        times=_as_positive(word) if size.is_ratio else "",
        of_gap=bool(measure.terms),
        is_ratio=measure.scale == "ratio",
        note=_note(amount),
        why=_why([amount], finding.unit),
    )


def _comparative(measure: Measure, *, larger: bool) -> str:
    """How something with more, or less, of a measure is called: `slower`, `higher in growth`."""
    if measure.terms:
        return "larger" if larger else "smaller"
    declared = measure.more if larger else measure.less
    usual = f"{'higher' if larger else 'lower'} in {measure.label}"
    more, less = _COMPARATIVES.get(measure.name.split(" ")[-1], (usual, usual))
    return declared or (more if larger else less)


def _as_positive(comparative: str) -> str:
    """What stands behind `2.6 times`: `as slow as`; empty where the adjective is not known."""
    word, _, rest = comparative.partition(" ")
    if word == "more":
        return f"as {rest} as"
    if word not in _POSITIVES:
        return ""
    return f"as {_POSITIVES[word]} {rest} as".replace("  ", " ")


def _where(finding: Difference) -> str:
    """The group of a comparison: `in HT29`, `at rate 100`, `at 100 req/s`."""
    group = finding.within
    if not group:
        return ""
    if _is_number(group):
        return f"at {finding.group_column.replace('_', ' ')} {group}"
    return f"at {group}" if group[0].isdigit() else f"in {group}"


def _label(finding: OfSubjects, name: str) -> str:
    """What people call a subject; a number with what it is a number of: `dose 10`."""
    label = finding.label(name)
    return f"{finding.axis.replace('_', ' ')} {label}" if finding.axis and _is_number(label) else label


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-−+]?[\d.,]+(e-?\d+)?", text) is not None


def _note(amount: Quantity) -> str:
    """Why the interval that is printed does not decide: there are more comparisons, or too few units."""
    null = amount.null or 0.0
    low, high = amount.interval or (null, null)
    if amount.outcome != "unclear" or low <= null <= high:
        return ""
    if null in (amount.judged_low, amount.judged_high):
        return f"but the exact test has {formats.p(amount)}"
    return f"alone, one of {amount.family} comparisons"


def _why(quantities: Sequence[Quantity], unit: str) -> str:
    """Why these comparisons were not judged."""
    n = min(quantity.n for quantity in quantities)
    if any(quantity.value is None for quantity in quantities):
        return f"since not every {unit} gave a number"
    if n > 1 and all(quantity.value == quantity.null for quantity in quantities):
        return f"equal in all {n} {plural(unit)}, which is judged only with a margin"
    if n > 1:
        return f"but all {n} differences are equal, which gives no interval"
    groups = {group for quantity in quantities for group in quantity.groups}
    single = [name for name, size in groups if size == 1]
    of_group = f" of {single[0]}" if len(single) == 1 and len(groups) > 1 else ""
    return f"which one {unit}{of_group} does not decide"


def _ranking_values(finding: Ranking) -> dict[str, Any]:
    """What the sentence of a ranking needs.

    `outcome` is wins, leads, same, unclear or unknown (and `why`), `best` is "best", or "highest" where
    neither is better, `first` and `behind` are labels, the best first, `means` are in this order, `lead` is
    how far the best is ahead of the next, `pairs` are labels of some, and of those that they are behind.
    """
    order, first = finding.order, finding.first
    behind = [name for name in order if name not in first]
    level = [
        comparison.quantity for comparison in finding.comparisons if set(comparison.subjects) <= set(first)
    ]
    ahead_of = {name: _ahead_of(finding, name) for name in behind}
    pairs = []
    for leaders, names in groupby(behind, ahead_of.__getitem__):
        pairs.append((_labels(finding, names), _labels(finding, leaders)))
    means = dict(finding.subject_means)
    return {
        "outcome": _ranking_outcome(finding, level or finding.evidence, list(ahead_of.values())),
        "best": "best" if finding.measure.better else "highest",
        "why": _why(level or finding.evidence, finding.unit),
        "first": _labels(finding, first),
        "behind": _labels(finding, behind),
        "means": [means[name] for name in (*first, *behind)],
        "lead": formats.magnitude(finding.difference[order[0]][order[1]]),
        "pairs": pairs,
    }


def _labels(finding: Ranking, names: Iterable[str]) -> list[str]:
    return [_label(finding, name) for name in names]


def _ahead_of(finding: Ranking, name: str) -> list[str]:
    """Those that are clearly ahead of one: the first of them, if any of the first is."""
    leaders = [leader for leader in finding.order if (leader, name) in finding.pairs_ahead]
    return [leader for leader in leaders if leader in finding.first] or leaders


def _ranking_outcome(finding: Ranking, level: Sequence[Quantity], ahead_of: Sequence[list[str]]) -> str:
    if finding.wins(finding.order[0]).holds:
        return "wins"
    if all(quantity.outcome == "unknown" for quantity in level):
        return "unknown"
    if all(quantity.outcome == "same" for quantity in finding.evidence):
        return "same"
    return "leads" if ahead_of and all(leaders == finding.first for leaders in ahead_of) else "unclear"


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
    environment.filters |= {"text": str, "literal": str, "listed": _printed}
    return environment.get_template("sentences.html").module


def _printed(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        *front, last = [_printed(element) for element in value] or [""]
        return f"{', '.join(front)} and {last}" if front else last
    return formats.as_prose(value) if isinstance(value, Quantity) else str(value)


# What holds now


def conditions(value: Any, name: str = "") -> list[tuple[str, Condition]]:
    """List what holds now, ready to paste: `ranking.clear("complex", "small")`, with its condition."""
    name = name or getattr(value, "kind", "quantity")
    holding = [(text, condition) for text, condition in _asked(value) if condition.holds]
    return [(f"{name}{text}", condition) for text, condition in holding]


def _asked(value: Any) -> list[tuple[str, Condition]]:
    """What may be asked of a finding or a quantity, as texts behind its name, and the conditions."""
    if isinstance(value, Quantity):
        return _asked_of_quantity(value)
    if isinstance(value, Fact):
        return [("", value.condition)]
    if isinstance(value, Count):
        count = value.quantity.value
        at_least = (f".at_least({count})", value.at_least(count))
        return [(".all", value.all), (".none", value.none), at_least]
    return _asked_of_ranking(value) if isinstance(value, Ranking) else _asked_of_difference(value)


def _asked_of_ranking(finding: Ranking) -> list[tuple[str, Condition]]:
    order, first = finding.order, finding.first
    asked: list[tuple[str, Sequence[str]]] = []
    if len(first) == 1:
        asked.append(("wins", first))
    elif 2 * len(finding.comparisons) == len(order) * (len(order) - 1):
        if 0 < len(first) < len(order):
            asked.append(("leads", first))
        asked.append(("none_clear", first))
    places = [sorted(map(order.index, comparison.subjects)) for comparison in finding.comparisons]
    for ahead, behind in sorted(places):
        if len(order) <= 12 or ahead == 0:
            asked += [(word, (order[ahead], order[behind])) for word in ("clear", "same", "unclear")]
    conditions_by_text = []
    for word, names in asked:
        condition = getattr(finding, word)(*names)
        arguments = ", ".join(map(quoted_name, names))
        conditions_by_text.append((f".{word}({arguments})", condition))
    return conditions_by_text


def _asked_of_difference(finding: Difference) -> list[tuple[str, Condition]]:
    singles = finding.singles()
    asked = []
    for word in WORDS:
        if finding.quantity is not None:
            asked.append((f".{word}", finding.ask(word)))
        if len(singles) > 1:
            asked.append((f".every.{word}", finding.every.ask(word)))
    named = singles[:-1] if finding.quantity is not None else singles  # the whole of an effect has no name
    for single in named:
        group = f"[{quoted_name(single.within)}]" if single.within else ""
        name = quoted_name(single.comparisons[0].subjects[0])
        asked += [(f"{group}.{word}({name})", single.ask(word)) for word in WORDS]
    return asked


def _asked_of_quantity(quantity: Quantity) -> list[tuple[str, Condition]]:
    """Whether an exact number is what it is; of any other the nearest round bounds outside its interval."""
    if quantity.exact and quantity.value is not None:
        text = f"{quantity.value * quantity.factor:.10g}"
        return [(f" == {text}", quantity == float(text))]
    low, high = quantity.low, quantity.high
    asked: list[tuple[str, Condition]] = []
    if quantity.null is not None:
        low, high = quantity.judged_low, quantity.judged_high
        asked = [(f".{word}", quantity.ask(word)) for word in WORDS]
    if low is None or high is None:
        return asked
    low, high = low * quantity.factor, high * quantity.factor
    step = 10.0 ** math.floor(math.log10(high - low or 1.0))
    below_low = step * (math.ceil(low / step) - 1)
    above_high = step * (math.floor(high / step) + 1)
    for word, bound in (("above", below_low), ("below", above_high)):
        if quantity.unit != "fraction" or 0 <= bound <= 100:
            asked.append((f".{word}({bound:.10g})", quantity.ask(word, bound=bound)))
    return asked
