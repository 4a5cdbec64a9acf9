"""From the published answers and the rubric to what is expected of every submission."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from labreport.errors import UsageError
from labreport.grading.form import asked_number, asked_outcome, titles_of
from labreport.grading.score import Expected, Number, Outcome, Question
from labreport.grading.submission import JSON_LIMIT, Malformed, Said, answer_to, outcomes, parse_answers, read
from labreport.project import Rubric
from labreport.stats import Answer, Finding, Measure, Part, Quantity, Reason
from labreport.stats.findings import VERSION
from labreport.stats.operation import ALPHA, quantile
from labreport.stats.words import plural

FALSE_ALARM = 0.01
"""Probability with which one number of an honest run with a single seed falls outside."""
ENOUGH_SEEDS = 5
"""Below so many seeds a spread is known too badly: the typical spread of the unit counts where larger."""
EXACT = 1e-9
"""Relative difference that mere arithmetic can make in a number that varies with nothing."""
BOUNDS = {"fraction": (0.0, 1.0), "points": (-1.0, 1.0), "points, unsigned": (0.0, 1.0)}
"""Values that a unit allows; an accepted range that covers them all says nothing."""
NONE = {"points": 0.0, "points, unsigned": 0.0, "times": 1.0}
"""No difference, by unit: who measured nothing would say so, and a range that holds it says nothing."""
APART = 2 / 3
"""How far a number may move towards another from which it clearly differs, relative to their distance."""


def typical_spreads(quantities: Iterable[Quantity]) -> dict[str, float]:
    """The median standard deviation over seeds of the quantities of each unit."""
    found: dict[str, list[float]] = {}
    for quantity in quantities:
        if quantity.varies_with == "seeds" and quantity.spread:
            found.setdefault(quantity.unit, []).append(quantity.spread)
    return {unit: median(values) for unit, values in found.items()}


def accepted(
    quantity: Quantity, varies_with: str, typical: Mapping[str, float]
) -> tuple[float, float] | None:
    """The lowest and highest value that agree with a quantity of the reference.

    None where the quantity is not compared: it varies with the machine, has no value, or varies with the
    seeds in a way that the reference puts no number on.
    """
    value, interval = quantity.value, quantity.interval
    if value is None or varies_with == "machine":
        return None
    if not varies_with:
        margin = EXACT * abs(value) + 1e-12
        return value - margin, value + margin
    if interval and interval.logarithmic:
        if min(value, interval.low) <= 0:
            return None
        spread = _from_interval(quantity, math.log)
        factor = math.exp(min(_factor(quantity.n) * spread, 700.0)) if spread else math.inf
        return (value / factor, value * factor) if math.isfinite(value * factor) else None
    spread = quantity.spread if quantity.n > 1 else None
    if spread is None:
        spread = _from_interval(quantity, float)
    elif spread == 0 or quantity.n < ENOUGH_SEEDS:  # equal values of a few seeds show little
        spread = max(spread, typical.get(quantity.unit, 0.0))
    if spread is None:
        return None
    margin = _factor(quantity.n) * spread + EXACT * abs(value) + 1e-12
    return _informative(value - margin, value + margin, quantity.unit)


def apart(number: Number, other: float) -> Number:
    """Cut the range of a number where it comes near another from which it clearly differs."""
    limit = number.value + APART * (other - number.value)
    if other > number.value:
        return msgspec.structs.replace(number, high=min(number.high, limit))
    return msgspec.structs.replace(number, low=max(number.low, limit))


def _factor(n: int) -> float:
    """How many standard deviations one more observation may lie from the mean of `n`."""
    df = max(n, ENOUGH_SEEDS) - 1 if n > 1 else math.inf
    return quantile(FALSE_ALARM, df) * math.sqrt(1 + 1 / max(n, 1))


def _from_interval(quantity: Quantity, scaled: Callable[[float], float]) -> float | None:
    """The standard deviation of one observation that the interval of a mean of `n` implies."""
    interval, value, n = quantity.interval, quantity.value, quantity.n
    if interval is None or value is None or interval.level == 1:
        return None
    half = max(scaled(interval.high) - scaled(value), scaled(value) - scaled(interval.low))
    df = n - 1 if n > 1 else math.inf
    return half / quantile(1 - interval.level, df) * math.sqrt(max(n, 1)) if 0 < half < math.inf else None


def _informative(low: float, high: float, unit: str) -> tuple[float, float] | None:
    """The range cut at the bounds of the unit; None where it excludes nothing, or not even no difference."""
    least, most = BOUNDS.get(unit, (-math.inf, math.inf))
    if unit in NONE and low <= NONE[unit] <= high:
        return None
    if not least <= (low + high) / 2 <= most:
        return low, high  # the unit is used for something else here
    if not (math.isfinite(low) and math.isfinite(high)) or (low <= least and high >= most):
        return None
    return max(low, least), min(high, most)


FIRM = 2.0
"""Half-widths of its interval by which an outcome lies from the nearest other one that is firm."""
FORM_NUMBERS = 4
"""Numbers that the short form asks for in each question, at most."""
FORM_OUTCOMES = 2
"""Outcomes that it asks for."""


def load(path: Path) -> dict[str, Any]:
    """Read the reference's document. Raises `UsageError` where it is none, or of another version."""
    try:
        other = f", this program reads {VERSION}; build it again"
        plain = parse_answers(read(Path(path).resolve(), JSON_LIMIT), VERSION, other)
        for slug in plain["questions"]:
            _answer(plain, slug)
    except Malformed as problem:
        hint = "; run python build.py first, or give --reference FILE" if not path.exists() else ""
        raise UsageError(f"the reference {path} {problem}{hint}") from None
    return plain


def _answer(plain: Mapping[str, Any], slug: str) -> Answer:
    return answer_to(slug, plain, "an answer to {} that cannot be read")


def seeds(plain: Mapping[str, Any]) -> int:
    """The largest number of seeds behind a spread of the reference, 1 where there is none."""
    every = (quantity for slug in plain["questions"] for quantity in _answer(plain, slug).quantities.values())
    return max((q.n for q in every if q.varies_with == "seeds" and q.spread is not None), default=1)


def expect(plain: Mapping[str, Any], rubric: Rubric, recompute: str = "") -> Expected:
    """What the reference expects. Raises `UsageError` when the rubric leaves nothing to compare."""
    questions = {slug: one for slug, one in plain["questions"].items() if not one.get("local")}
    for slug in (*rubric.points, *rubric.form):
        if slug not in questions:
            raise UsageError(f"rubric: the reference has no graded question {slug!r}")
    answers = {slug: _answer(plain, slug) for slug in questions}
    typical = typical_spreads(one for answer in answers.values() for one in answer.quantities.values())
    found = [
        _question(slug, str(one.get("text", "")), answers[slug], rubric, typical)
        for slug, one in sorted(questions.items(), key=lambda item: (item[1].get("order", 0), item[0]))
        if rubric.points_of(slug) > 0
    ]
    graded = tuple(
        question
        for question in found
        if question.numbers or any(each.compared for each in question.outcomes.values())
    )
    if not graded:
        raise UsageError("the reference holds no answers that can be compared; build it with several seeds")
    return Expected(plain["schema"], graded, rubric.numbers, rubric.unclear, recompute)


def _question(slug: str, text: str, answer: Answer, rubric: Rubric, typical: Mapping[str, float]) -> Question:
    numbers = _numbers(answer, typical)
    found = {
        key: outcome
        for name, finding in answer.findings.items()
        for key, outcome in _outcomes(name, finding, answer, numbers)
    }
    asked = rubric.form.get(slug, ())
    for name in asked:
        if name not in answer.quantities:
            raise UsageError(f"rubric: the form asks for {name!r}, but {slug} has no such quantity")
    # What the form asks for does not depend on results: the means of findings, else any numbers
    findings = answer.findings.values()
    pairs = {part.quantity for finding in findings for part in finding.parts}
    means = [name for finding in findings for name in finding.numbers if name not in pairs]
    usual = [name for name in dict.fromkeys(means) if name in numbers] or sorted(numbers, key=len)
    wanted = [name for name in asked if name in numbers] or usual[:FORM_NUMBERS]
    widest = sorted(found, key=lambda key: (-len(found[key].numbers), key))
    points, outcomes_asked = rubric.points_of(slug), tuple(widest[:FORM_OUTCOMES])
    return Question(slug, text, points, numbers, found, tuple(wanted), outcomes_asked)


# Numbers


def _numbers(answer: Answer, typical: Mapping[str, float]) -> dict[str, Number]:
    """The numbers that are compared: found out, and called the same in every honest run."""
    found: dict[str, Number] = {}
    declared: dict[str, Number] = {}
    units = {"seeds", "runs", "epochs", *(plural(finding.unit) for finding in answer.findings.values())}
    for name, quantity in sorted(answer.quantities.items()):
        of, _, ending = name.rpartition(".")
        varies = _varies(quantity, answer.quantities)
        condition = quantity.unit in units and (quantity.unit != "epochs" or not varies)
        if ending == "behind" or condition or (ending == "among" and of in answer.quantities):
            continue  # which of the first there are depends on the results; the others are not results
        limits = accepted(quantity, varies, typical)
        if limits is not None and quantity.value is not None:
            where = declared if quantity.origin.kind == "declared" else found
            what = asked_number(name, quantity)
            where[name] = Number(float(quantity.value), *limits, quantity.unit, varies == "seeds", what)
    only_declared = all(quantity.origin.kind == "declared" for quantity in answer.quantities.values())
    numbers = declared if only_declared else found
    for finding in answer.findings.values():
        for part in finding.parts:
            _separate(numbers, finding, part, answer.quantities)
    return numbers


def _varies(quantity: Quantity, quantities: Mapping[str, Quantity]) -> str:
    """What a quantity varies with: what it says, or what the quantities of which it is made say."""
    if quantity.varies_with:
        return quantity.varies_with
    made = quantity.derivation
    found = set(_rests_on(made.data, quantities)) if made else set()
    direct = quantity.origin.kind == "measured" or (made and made.operation != "arithmetic")
    return "machine" if "machine" in found else "seeds" if "seeds" in found or direct else ""


def _rests_on(data: Any, quantities: Mapping[str, Quantity], depth: int = 8) -> Iterator[str]:
    """What the quantities in the data of a derivation vary with."""
    if isinstance(data, Mapping) and depth:
        if isinstance(data.get("quantity"), str) and data["quantity"] in quantities:
            used = quantities[data["quantity"]]
            yield used.varies_with
            data = used.derivation.data if used.derivation and not used.varies_with else {}
        yield str(data.get("varies_with", ""))
        data = list(data.values())
    for item in data if isinstance(data, (list, tuple)) and depth else ():
        yield from _rests_on(item, quantities, depth - 1)


def _separate(
    numbers: dict[str, Number], finding: Finding, part: Part, quantities: Mapping[str, Quantity]
) -> None:
    """Keep two means apart that clearly differ, and their difference from none."""
    measure, judgement = finding.measure, part.judgement
    if measure is None or not judgement.clear or judgement.same or not _firm(part, quantities, measure):
        return
    ends = [f"{finding.prefix}{subject}.mean" for subject in part.subjects]
    if finding.kind == "count":
        ends[1] = f"{finding.prefix}threshold"
    for name, other in (ends, ends[::-1]):
        value = quantities[other].value if other in quantities else None
        if name in numbers and numbers[name].varies and value is not None:
            numbers[name] = apart(numbers[name], value)
    if part.quantity in numbers:
        numbers[part.quantity] = apart(numbers[part.quantity], 1.0 if measure.scale == "ratio" else 0.0)


# Outcomes


def _outcomes(
    name: str, finding: Finding, answer: Answer, numbers: Mapping[str, Number]
) -> Iterator[tuple[str, Outcome]]:
    """The outcomes of a finding that can be compared.

    One that follows from timings says something only about a machine, and an exact one of measured numbers
    nothing about other seeds.
    """
    quantities, measure = answer.quantities, finding.measure
    values = {each: quantity.value for each, quantity in quantities.items()}
    if finding.kind == "exact":
        varies = {_varies(quantities[each], quantities) for each in finding.numbers if each in quantities}
        varies |= set(_rests_on(finding.derivation.data, quantities)) if finding.derivation else set()
        if varies - {""}:
            return
    for key, said in outcomes(name, finding, values).items():
        if any(quantities[part.quantity].varies_with == "machine" for part in said.parts):
            continue
        sure = {
            part: measure is not None and _firm(part, quantities, measure)
            for part in said.parts
            if part.quantity in quantities
        }
        which = finding.kind in ("ranking", "extremes")
        question, options = asked_outcome(key, finding, said, quantities)
        yield (
            key,
            Outcome(
                said.words,
                all(sure.values()),
                tuple(each for each in _used(finding, said) if each in numbers),
                tuple(_order(finding, [part for part in sure if sure[part]], values)),
                question,
                options,
                titles_of(finding) if which else {},
                tuple({subject for part in sure if not sure[part] for subject in part.subjects}),
            ),
        )


def _used(finding: Finding, said: Said) -> list[str]:
    """Names of the numbers that decide an outcome."""
    if not said.parts:
        return list(finding.numbers)
    subjects = dict.fromkeys(subject for part in said.parts for subject in part.subjects)
    means = [f"{finding.prefix}{subject}.mean" for subject in subjects]
    return [*means, *(part.quantity for part in said.parts)]


def _order(
    finding: Finding, parts: list[Part], values: Mapping[str, float | None]
) -> Iterator[tuple[str, str]]:
    """Pairs of means of which the first is clearly greater."""
    for part in parts:
        one, other = (f"{finding.prefix}{subject}.mean" for subject in part.subjects)
        first, second = values.get(one), values.get(other)
        if part.judgement.clear and not part.judgement.same and first is not None and second is not None:
            yield (one, other) if first > second else (other, one)


def _firm(part: Part, quantities: Mapping[str, Quantity], measure: Measure) -> bool:
    """Whether another honest run would decide the same: the interval is far from what decides."""
    quantity, judgement = quantities[part.quantity], part.judgement
    value, interval, bound = quantity.value, quantity.interval, measure.bound
    if judgement.reason is Reason.EQUAL:
        return True
    if interval is None or value is None:
        return False
    low, high, margin = interval.low, interval.high, bound or 0.0
    if measure.scale == "ratio":
        if min(low, value) <= 0:
            return False
        low, value, high, margin = (math.log(one) for one in (low, value, high, bound or 1.0))
    df = quantity.n - 1 if quantity.n > 1 else math.inf
    half = (high - low) / 2 * quantile(ALPHA / judgement.among, df) / quantile(ALPHA, df)
    return (margin - abs(value) if judgement.same else abs(value)) >= FIRM * half
