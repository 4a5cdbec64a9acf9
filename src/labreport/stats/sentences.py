"""How findings are said: the values that a sentence needs, the engine's own sentence, and what holds now."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from labreport.project.measure import Measure
from labreport.stats import formats
from labreport.stats.finding import FEW, Comparison, Count, Difference, Fact, Finding, OfSubjects, Ranking
from labreport.stats.quantity import Condition, Quantity, as_quantity
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


@dataclass(frozen=True)
class CountRow:
    """In how many of how many runs of a subject something is so."""

    label: str
    number: Quantity
    total: int


@dataclass(frozen=True)
class RankingValues:
    """What the sentence of a ranking needs.

    `outcome` is wins, leads, same, unclear or unknown (and `why`), `best` is "best", or "highest" where
    neither is better, `first` and `behind` are labels, the best first, `means` are in this order, `lead` is
    how far the best is ahead of the next, `pairs` are labels of some, and of those that they are behind.
    """

    outcome: str
    best: str
    why: str
    first: list[str]
    behind: list[str]
    means: list[Quantity]
    lead: Quantity
    pairs: list[tuple[list[str], list[str]]] = field(default_factory=list)


def sentence_values(finding: Finding) -> dict[str, Any]:
    """Give what the sentence of a finding needs, as plain values, quantities and labels of subjects.

    All but a fact: `measure` (its label), `epoch`, `units`, `margin`, `axis`, `geometric` (means are). A
    ranking: what `RankingValues` has. A difference or an effect: `rows`, a `ComparisonRow` for each; `whole`
    is the last; `summary` says of more than three how many have each outcome, and `base` with what all were
    compared. A count: `side`, `threshold`, and `rows`, a `CountRow` for each subject. A fact: `sentence`,
    `truth`, `otherwise`.
    """
    if isinstance(finding, Fact):
        return {"sentence": finding.sentence, "truth": finding.truth, "otherwise": finding.otherwise}
    if isinstance(finding, Ranking):
        return _of_subjects(finding) | vars(_ranking_values(finding))
    if isinstance(finding, Count):
        return _of_subjects(finding) | _count_values(finding)
    if isinstance(finding, Difference):
        return _of_subjects(finding) | _difference_values(finding)
    raise TypeError(f"{finding.kind} has no sentence")


def _of_subjects(finding: OfSubjects) -> dict[str, Any]:
    measure = finding.measure
    margin = None
    if measure.bound is not None:
        margin = Quantity(measure.bound, measure.difference_unit, exact=True)
    return {
        "measure": measure.label,
        "epoch": finding.epoch,
        "units": plural(finding.unit),
        "margin": margin,
        "axis": finding.axis.replace("_", " "),
        "geometric": measure.scale == "ratio",
    }


def _count_values(finding: Count) -> dict[str, Any]:
    rows = [CountRow(_label(finding, name), number, number.n) for name, number in finding.counts]
    if len(rows) > FEW:
        total = finding.quantity
        rows = [CountRow("", total, total.n)]
    return {"rows": rows, "side": finding.side, "threshold": finding.threshold}


def _difference_values(finding: Difference) -> dict[str, Any]:
    rows = [_row(single) for single in finding.singles()]
    bases = {row.second for row in rows}
    summary = _summary(finding.measure, rows) if finding.is_summed_up else []
    return {
        "rows": rows,
        "whole": rows[-1] if rows else None,
        "summary": summary,
        "base": bases.pop() if len(bases) == 1 else "",
    }


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
    counted = [(outcomes[outcome], word) for outcome, word in words.items() if outcomes[outcome]]
    first_number, first_word = counted[0]
    verb = "is" if first_number == 1 else "are"
    return [f"{first_number} {verb} {first_word}", *(f"{number} {word}" for number, word in counted[1:])]


def _row(finding: Difference) -> ComparisonRow:
    """What a sentence says of the only comparison of a finding."""
    comparison, measure = finding.comparisons[0], finding.measure
    amount = comparison.quantity
    null = amount.null or 0.0
    value = null if amount.value is None else amount.value
    word = _comparative(measure, larger=value > null) if value != null else ""
    labels = [_label(finding, subject) for subject in comparison.subjects]
    size = formats.magnitude(amount)
    return ComparisonRow(
        where=_where(finding),
        first=labels[0],
        second=labels[1] if len(labels) == 2 else "",
        outcome=comparison.outcome,
        amount=amount,
        size=size,
        word=word,
        times=_as_positive(word) if size.unit == "times" else "",
        of_gap=bool(measure.terms),
        is_ratio=measure.scale == "ratio",
        note=_note(comparison),
        why=_why([comparison], finding.unit),
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


def _note(comparison: Comparison) -> str:
    """Why the interval that is printed does not decide: there are more comparisons, or too few units."""
    amount = comparison.quantity
    null = amount.null or 0.0
    if comparison.outcome != "unclear" or amount.interval is None:
        return ""
    low, high = amount.interval
    if low <= null <= high:
        return ""
    if amount.judged is not None and null in (amount.judged.low, amount.judged.high):
        return f"but the exact test has {formats.p(amount)}"
    return f"alone, one of {amount.family} comparisons"


def _why(comparisons: Sequence[Comparison], unit: str) -> str:
    """Why these were not judged."""
    quantities = [comparison.quantity for comparison in comparisons]
    fewest = min(quantities, key=lambda quantity: quantity.n)
    if any(quantity.value is None for quantity in quantities):
        return f"since not every {unit} gave a number"
    if fewest.n > 1 and all(quantity.value == quantity.null for quantity in quantities):
        return f"equal in all {fewest.n} {plural(unit)}, which is judged only with a margin"
    if fewest.n > 1 and all(quantity.spread == 0 for quantity in quantities):
        return f"but all {fewest.n} differences are equal, which gives no interval"
    smallest = min(fewest.groups, key=lambda group: group[1], default=("", fewest.n))
    if smallest[1] == 1 and len(set(fewest.groups)) == 2 and fewest.groups[0][1] != fewest.groups[1][1]:
        return f"which one {unit} of {smallest[0]} does not decide"
    return f"which one {unit} does not decide"


def _ranking_values(finding: Ranking) -> RankingValues:
    order, first = finding.order, finding.first
    behind = [name for name in order if name not in first]
    means = dict(finding.subject_means)
    level = [comparison for comparison in finding.comparisons if {*comparison.subjects} <= {*first}]
    labels = {name: _label(finding, name) for name in order}
    ahead_of = {name: _ahead_of(finding, name) for name in behind}
    groups = [(list(names), leaders) for leaders, names in groupby(behind, lambda name: ahead_of[name])]
    return RankingValues(
        _ranking_outcome(finding, level or finding.comparisons, ahead_of),
        "best" if finding.measure.better else "highest",
        _why(level or finding.comparisons, finding.unit),
        [labels[name] for name in first],
        [labels[name] for name in behind],
        [means[name] for name in (*first, *behind)],
        formats.magnitude(finding.difference[order[0]][order[1]]),
        [([labels[name] for name in names], [labels[name] for name in leaders]) for names, leaders in groups],
    )


def _ahead_of(finding: Ranking, name: str) -> list[str]:
    """Those that are clearly ahead of one: the first of them, if any of the first is."""
    leaders = [other for other in finding.order if (other, name) in finding.pairs_ahead]
    return [leader for leader in leaders if leader in finding.first] or leaders


def _ranking_outcome(finding: Ranking, level: Sequence[Comparison], ahead_of: dict[str, list[str]]) -> str:
    if finding.wins(finding.order[0]).holds:
        return "wins"
    if all(comparison.outcome == "unknown" for comparison in level):
        return "unknown"
    if all(comparison.outcome == "same" for comparison in finding.comparisons):
        return "same"
    if ahead_of and all(leaders == finding.first for leaders in ahead_of.values()):
        return "leads"
    return "unclear"


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
    asked = _asked_of_quantity(value) if isinstance(value, Quantity) else _asked_of_finding(value)
    return [(f"{name}{text}".replace("'", '"'), condition) for text, condition in asked if condition.holds]


def _asked_of_finding(finding: Finding) -> list[tuple[str, Condition]]:
    if isinstance(finding, Fact):
        return [("", finding.condition)]
    if isinstance(finding, Count):
        count = as_quantity(finding).value
        return [
            (".all", finding.all),
            (".none", finding.none),
            (f".at_least({count})", finding.at_least(count)),
        ]
    if isinstance(finding, Ranking):
        return _asked_of_ranking(finding)
    return _asked_of_difference(finding) if isinstance(finding, Difference) else []


def _asked_of_ranking(finding: Ranking) -> list[tuple[str, Condition]]:
    order, first = finding.order, finding.first
    asked: list[tuple[str, Sequence[str]]] = []
    if len(first) == 1:
        asked.append(("wins", first))
    elif 2 * len(finding.comparisons) == len(order) * (len(order) - 1):
        if len(first) < len(order):
            asked.append(("leads", first))
        asked.append(("none_clear", first))
    places = sorted(sorted(map(order.index, comparison.subjects)) for comparison in finding.comparisons)
    for ahead, behind in places:
        if len(order) <= 12 or ahead == 0:
            pair = (order[ahead], order[behind])
            asked += [("clear", pair), ("same", pair), ("unclear", pair)]
    return [(f".{word}({_arguments(names)})", getattr(finding, word)(*names)) for word, names in asked]


def _asked_of_difference(finding: Difference) -> list[tuple[str, Condition]]:
    words = ("more", "less", "same", "unclear")
    asked: list[tuple[str, Condition]] = []
    if finding.quantity is not None:
        asked += [(f".{word}", getattr(finding, word)) for word in words]
    if len(finding.singles()) > 1:
        asked += [(f".every.{word}", getattr(finding.every, word)) for word in words]
    if finding.groups:
        for group, inner in finding.groups:
            own = [(text, held) for text, held in _asked_of_difference(inner) if ".every." not in text]
            asked += [(f"[{group!r}]{text}", held) for text, held in own]
        return asked
    named = finding.comparisons[:-1] if finding.kind == "effect" else finding.comparisons
    if len(finding.comparisons) > 1:
        for comparison in named:
            name = comparison.subjects[0]
            asked += [(f".{word}({name!r})", getattr(finding, word)(name)) for word in words]
    return asked


def _arguments(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _asked_of_quantity(quantity: Quantity) -> list[tuple[str, Condition]]:
    if quantity.exact and quantity.value is not None:
        text = f"{quantity.value * quantity.factor:.10g}"
        return [(f" == {text}", quantity == float(text))]
    low, high = quantity.low, quantity.high
    asked: list[tuple[str, Condition]] = []
    if quantity.null is not None:
        low, high = quantity.judged_low, quantity.judged_high
        asked = [(f".{word}", quantity.ask(word)) for word in ("more", "less", "same", "unclear")]
    if low is None or high is None:
        return asked
    step = 10.0 ** math.floor(math.log10(quantity.factor * (high - low) or 1.0))
    below = step * (math.ceil(quantity.factor * low / step) - 1)
    above = step * (math.floor(quantity.factor * high / step) + 1)
    is_share = quantity.unit == "fraction"  # which is never below 0
    if below >= 0 or not is_share:
        asked.append((f".above({below:.10g})", quantity.above(below)))
    if above <= 100 or not is_share:
        asked.append((f".below({above:.10g})", quantity.below(above)))
    return asked
