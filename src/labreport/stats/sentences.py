"""What a finding says, as values for the sentence of its kind and as plain text, and what holds of it now."""

from __future__ import annotations

import math
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from labreport.project.measure import Measure
from labreport.stats import rounding
from labreport.stats.compare import Part
from labreport.stats.finding import RANKED, Finding
from labreport.stats.quantity import Condition, Quantity, plural

_FORMS = {
    "accuracy": ("more accurate", "less accurate"),
    "missed": ("missed more often", "missed less often"),
    "seconds": ("slower", "faster"),
}
"""How something with more and with less of a measure is called, by the last word of its name."""


def say(finding: Finding) -> dict[str, Any]:
    """Give what the sentence of a finding needs, as plain values, quantities and labels of subjects.

    All: `measure` (its label), `epoch`, `units`, `margin`. A ranking: `outcome` (wins, leads, same, unclear,
    unknown, and `why`), `first`, `behind` (labels, the best first), `means` in this order, `lead` (the best
    over the next), `pairs` (labels of some, and of those that they are behind). Extremes: `outcome` (clear,
    same, unclear, unknown and `why`: of most against least), `most`, `least`, `first`, `means` of these two.
    A difference or an effect: `rows`, each with `group`, `first`, `second` (labels), `outcome` (more, less,
    same, unclear, unknown, and `why`), `amount` (first minus second), `alone` ("one of 6 comparisons" where
    it seems clear by itself), `word` (such as "more accurate", or ""); `whole` is the row of an effect's
    ends, `axis` what they are values of. A count: `side`, `threshold`, `rows` of `label`, `number`, `total`.
    A fact: `sentence`, `truth`, `otherwise`.
    """
    measure = finding.measure
    bound = None if measure is None else measure.bound
    own = ("epoch", "sentence", "truth", "otherwise", "side", "threshold")
    said: dict[str, Any] = {name: getattr(finding, name) for name in own}
    said |= {"units": plural(finding.unit), "axis": finding.axis.replace("_", " ")}
    said["measure"] = measure.label if measure else ""
    said["margin"] = Quantity(bound, measure.difference_unit, exact=True) if measure and bound else None
    if finding.kind in RANKED:
        return said | _ranked(finding)
    if finding.kind == "count":
        each = ((finding.label(part.subjects[0]), part.quantity) for part in finding.parts)
        return said | {"rows": [{"label": label, "number": one, "total": one.n} for label, one in each]}
    of = finding.groups or (("", finding),)
    rows = [_row(one, part, group) for group, one in of for part in one.parts]
    return said | {"rows": rows, "whole": rows[-1] if rows else None}


def _row(finding: Finding, part: Part, group: str) -> dict[str, Any]:
    first, second = (*map(finding.label, part.subjects), "")[:2]
    one, null = part.quantity, 1.0 if part.quantity.unit == "times" else 0.0
    clear = one.low is not None and one.high is not None and not one.low <= null <= one.high
    alone = f"one of {finding.family} comparisons" if clear and finding.family > 1 else ""
    own = {"group": group, "first": first, "second": second, "outcome": part.judgement, "why": _why(part)}
    return {**own, "amount": one, "alone": alone, "word": _word(finding.measure, one)}


def _why(*parts: Part) -> str:
    """Why these were not judged."""
    n = parts[0].quantity.n
    if n > 1 and all(part.quantity.spread == 0 for part in parts):
        return f"but all {n} differences are equal, which gives no interval"
    return "which is too little to judge"


def _word(measure: Measure | None, quantity: Quantity) -> str:
    """How the first of a difference is called beside the second."""
    null = 1.0 if quantity.unit == "times" else 0.0
    if measure is None or quantity.value is None or quantity.value == null:
        return ""
    less = quantity.value < null
    own, usual = measure.less if less else measure.more, _FORMS.get((measure.name or "-").split()[-1])
    return own or (usual[less] if usual else f"{'lower' if less else 'higher'} in {measure.label}")


def _ranked(finding: Finding) -> dict[str, Any]:
    order, first, means, ahead = finding.order, finding.first, dict(finding.averages), finding._ahead
    best, last, behind = order[0], order[-1], [name for name in order if name not in first]
    level = [part for part in finding.parts if {*part.subjects} <= {*first}] or [*finding.parts]
    outcome = "same" if all(part.alike for part in finding.parts) else "unclear"
    found: dict[str, Any] = {"first": [*map(finding.label, first)], "behind": [*map(finding.label, behind)]}
    if finding.kind == "extremes":
        level = [finding._part(best, last)]
        own = {"most": finding.label(best), "least": finding.label(last), "means": [means[best], means[last]]}
    else:
        of = {name: [one for one in order if (one, name) in ahead] for name in behind}
        of = {name: [one for one in some if one in first] or some for name, some in of.items()}
        groups = [(list(names), some) for some, names in groupby(behind, of.get)]
        pairs = [[[*map(finding.label, each)] for each in (names, some or ())] for names, some in groups]
        if outcome == "unclear" and behind and all(of[name] == first for name in behind):
            outcome = "leads"
        lead, listed = finding.difference[best][order[1]], [means[name] for name in (*first, *behind)]
        own = {"means": listed, "lead": lead, "pairs": pairs}
    if all(part.judgement == "unknown" for part in level):
        outcome = "unknown"
    if finding.clear(best, last).holds if finding.kind == "extremes" else finding.wins(best).holds:
        outcome = "clear" if finding.kind == "extremes" else "wins"
    return {**found, **own, "why": _why(*level), "outcome": outcome}


def sentence(finding: Finding) -> str:
    """Say a finding in one short sentence, without mark-up: the engine's own, in frame/sentences.html."""
    text = str(getattr(_macros(), finding.kind)(say(finding)))
    return f"{text.strip()}."


@cache
def _macros() -> Any:
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).parents[1] / "frame")
    made = jinja2.Environment(loader=loader, finalize=_printed, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {**rounding.FORMS, "apart": rounding.apart}
    made.filters |= {"text": str, "literal": str, "listed": _printed}
    return made.get_template("sentences.html").module


def _printed(value: Any, word: str = "and") -> str:
    if isinstance(value, (list, tuple)):
        texts = [*map(_printed, value)]
        return f" {word} ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))
    return rounding.as_prose(value) if isinstance(value, Quantity) else str(value)


FEW = 12
"""Up to so many subjects, every pair of a ranking is listed."""


def conditions(one: Any, name: str = "") -> list[tuple[str, Condition]]:
    """List what holds now, ready to paste: `ranking.clear("complex", "small")`, with its condition."""
    name = name or getattr(one, "kind", "quantity")
    found = _of_quantity(one) if isinstance(one, Quantity) else _of_finding(one)
    return [(f"{name}{text}".replace("'", '"'), condition) for text, condition in found if condition.holds]


def _of_finding(one: Finding) -> list[tuple[str, Condition]]:
    if one.groups:
        return [(f"[{group!r}]{text}", found) for group, of in one.groups for text, found in _of_finding(of)]
    if one.kind == "fact":
        return [("", one.condition)]
    if one.kind == "count":
        number = one.quantity.value if one.quantity else 0
        return [(".all", one.all), (".none", one.none), (f".at_least({number})", one.at_least(number))]
    found: list[tuple[str, Condition]] = []
    words: tuple[str, ...] = ("more", "less", "same", "unclear")
    listed = [[part.subjects[0]] for part in one.parts]
    if one.kind in RANKED:
        words, order, first = ("clear", "same", "unclear"), one.order, one.first
        named, several = ", ".join(map(repr, first)), len(first) > 1
        every = 2 * len(one.parts) == len(order) * (len(order) - 1)
        if not several or (every and len(first) < len(order)):
            found.append((f".{'leads' if several else 'wins'}({named})", one.leads(*first)))
        if every and several:
            found.append((f".none_clear({named})", one.none_clear(*first)))
        pairs = [sorted(part.subjects, key=order.index) for part in one.parts]
        listed = sorted(pairs, key=lambda pair: [*map(order.index, pair)])
        if len(order) > FEW:
            listed = [pair for pair in listed if pair[0] == order[0]]
    elif one.quantity is not None:
        found += [(f".{word}", getattr(one, word)) for word in words]
        listed.pop()
    for names in listed:
        text = ", ".join(map(repr, names))
        found += [(f".{word}({text})", getattr(one, word)(*names)) for word in words]
    return found


def _of_quantity(one: Quantity) -> list[tuple[str, Condition]]:
    if one.exact and one.value is not None:
        text = f"{one.value * one.factor:.10g}"
        return [(f" == {text}", one == float(text))]
    if one.low is None or one.high is None:
        return []
    step = 10.0 ** math.floor(math.log10(one.factor * (one.high - one.low) or 1.0))
    low = step * (math.ceil(one.factor * one.low / step) - 1)
    high = step * (math.floor(one.factor * one.high / step) + 1)
    ends = [(f".above({low:.10g})", one.above(low)), (f".below({high:.10g})", one.below(high))]
    share = one.unit == "fraction"  # which is never below 0
    return [end for end, told in zip(ends, (low >= 0, high <= 100), strict=True) if told or not share]
