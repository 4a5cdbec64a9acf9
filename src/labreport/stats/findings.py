"""Findings: what was seen and how sure it is. Only the functions of this file make them.

Each returns an `Answer` of its quantities and one finding, so that an author joins several with `|`. Names of
quantities follow from the names of experiments in the order of their declaration, never from the results.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import combinations, pairwise
from typing import Any, Literal, get_type_hints

import msgspec

from labreport.authoring import at, called_from, check_values, wrong
from labreport.display import Displayed
from labreport.errors import UsageError
from labreport.experiment import Experiment
from labreport.results import Results
from labreport.stats.estimate import Estimate, Judgement, Method, Word, compare, estimated, judged, mean
from labreport.stats.measure import Measure, Sample, measured, samples
from labreport.stats.operation import ALPHA, Reason
from labreport.stats.operations.arithmetic import calculated
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.condition import holds
from labreport.stats.operations.stated import OPERATION as STATED
from labreport.stats.quantity import Derivation, Quantity, Source, known
from labreport.stats.rounding import format_spread
from labreport.stats.words import Sentence, ordered, plain, plural

Kind = Literal["difference", "ranking", "count", "extremes", "trend", "exact"]
VERSION = 3
"""Of `answers.json`."""
OPEN = Judgement("unclear")
FINE = 8
"""Digits from which a number is not equal to another by chance."""
FEW = 3
"""Up to so many units, a sentence says what an interval takes for granted."""


@dataclass(frozen=True)
class Part:
    """One comparison inside a finding: its quantity, its subjects, and its own judgement."""

    quantity: str
    subjects: tuple[str, str]
    judgement: Judgement


@dataclass(frozen=True)
class Finding:
    """An observation and its judgement, as values; `labreport.stats.words` makes the sentence.

    `subjects` are experiments or classes in the order of their declaration, `titles` what people call them,
    `numbers` the quantities of the answer that it rests on. `prefix` is what their names begin with, `unit`
    what is repeated, `side` is `above` or `below` of a count, and the experiment of a trend. `remarks` are
    pairs of a kind and a subject or a quantity: what else has to be said, such as a run that gave no number.
    """

    name: str
    kind: Kind
    subjects: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    judgement: Judgement = OPEN
    measure: Measure | None = None
    epochs: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    derivation: Derivation | None = field(default=None, compare=False, repr=False)
    titles: tuple[str, ...] = ()
    prefix: str = ""
    unit: str = "seed"
    side: str = ""
    remarks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer(Displayed):
    """Quantities and findings by name, plus `facts`: words, lists and tables (plain JSON values).

    Every number that prose may print is a quantity. Names may be dotted to form a table,
    `deep-8.parameters`, `deep-32.parameters`; `facts` then lists the rows in order. `answer | other` joins
    two.
    """

    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if wrong(self) is not None:
            check_values(self, called_from())

    def __or__(self, other: Answer) -> Answer:
        """Join two answers. Raises `UsageError` where one name means two things."""
        return Answer(
            _joined("quantity", self.quantities, other.quantities),
            _joined("finding", self.findings, other.findings),
            _joined("fact", self.facts, other.facts),
        )

    def to_plain(self, phrases: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Write it as JSON values, for `answers.json`; `says` is in these phrases."""
        names = {quantity: name for name, quantity in reversed(list(self.quantities.items()))}
        findings = {name: _fields(one, names) for name, one in self.findings.items()}
        for name, one in self.findings.items():
            del findings[name]["name"]
            said = Sentence(one, self.quantities, phrases).whole()
            findings[name]["says"] = plain(said, self.quantities)
        return {
            "quantities": {name: _fields(one, names, name) for name, one in self.quantities.items()},
            "findings": findings,
            "facts": dict(self.facts),
            "measures": {name: one.to_plain() for name, one in self.measures.items()},
        }

    @property
    def measures(self) -> dict[str, Measure]:
        """The measures of the findings by name. Raises `UsageError` where two differ and share a name."""
        found: dict[str, Measure] = {}
        for one in self.findings.values():
            if one.measure is not None and found.setdefault(one.measure.name, one.measure) != one.measure:
                raise UsageError(f"two measures are called {one.measure.name!r}; give each a name of its own")
        return found

    def _parts(self) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        said = [(name, one["says"], "") for name, one in self.to_plain()["findings"].items()]
        numbers = [(name, format_spread(one), one.origin.text()) for name, one in self.quantities.items()]
        return "An answer", ("name", "value", "source"), [*said, *numbers]

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Answer:
        """Read what `to_plain` wrote."""
        quantities = msgspec.convert(plain["quantities"], dict[str, Quantity])
        findings = {
            name: _read_finding(name, one, plain["measures"]) for name, one in plain["findings"].items()
        }
        return cls(quantities, findings, plain["facts"])


def _joined(what: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    for name in one.keys() & other.keys():
        if one[name] != other[name]:
            raise UsageError(f"{what} {name!r} has two meanings in joined answers; give one finding a name=")
    return {**one, **other}


def _written(value: Any, names: Mapping[Quantity, str], own: str = "") -> Any:
    """As JSON has it: a measure by its name, and a quantity inside data by its own, or else in full."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {key: _written(item, names, own) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(item, names, own) for item in value]
    if isinstance(value, Quantity) and names.get(value, own) != own:
        return {"quantity": names[value]}
    if isinstance(value, Source):
        found = ((one, getattr(value, one.name)) for one in fields(value))
        return {one.name: _written(item, names) for one, item in found if item != one.default}
    return value.name if isinstance(value, Measure) else _fields(value, names, own)


def _fields(value: Any, names: Mapping[Quantity, str], own: str = "") -> dict[str, Any]:
    return {one.name: _written(getattr(value, one.name), names, own) for one in fields(value)}


def _read_finding(name: str, plain: Mapping[str, Any], measures: Mapping[str, Any]) -> Finding:
    of, hints = plain["measure"], get_type_hints(Finding)
    kept = {key: value for key, value in plain.items() if key not in ("says", "measure")}
    read = {key: msgspec.convert(value, hints[key]) for key, value in kept.items()}
    return Finding(name, measure=None if of is None else Measure(of, **measures[of]), **read)


class _Making:
    """Gathers the quantities and remarks of one finding under the names that follow from its subjects."""

    def __init__(self, name: str, measure: Measure, of: Mapping[str, Sample]) -> None:
        self.name, self.measure, self.of = name, measure, of
        self.prefix = f"{name}." if name else ""
        self.quantities: dict[str, Quantity] = {}
        self.parts: list[Part] = []
        self.remarks: list[tuple[str, str]] = []
        self.how: dict[str, str] = {}
        for subject, one in of.items():
            self._describe(subject, one)

    def all_pairs(self, by: Method) -> None:
        """Compare every two, each as one of all pairs."""
        pairs = list(combinations(self.of, 2))
        for first, second in pairs:
            self.pair(first, second, len(pairs), by)

    def _describe(self, subject: str, one: Sample) -> None:
        key, of = f"{self.prefix}{subject}", (one.name,)
        self.quantities[f"{key}.mean"] = mean(one, self.measure)
        if one.epoch is not None:
            declared = Source(of, kind="declared")
            self.quantities[f"{key}.epochs"] = Quantity(one.epoch, "epochs", declared)
        counted = Source(of, self.measure.name, unit=one.unit, kind="counted")
        runs = one.unit if len(one.values) == one.runs else "run"
        self.quantities[f"{key}.runs"] = _count(one.runs, runs, counted)
        values = [value for unit in one.values.values() for value in unit if self.measure.scale == "ratio"]
        counts = {
            "failed": one.failed,
            "no ratio": sum(math.isfinite(value) and value <= 0 for value in values),
            "diverged": one.diverged,
            "partial": one.partial,
        }
        for kind, count in counts.items():
            if count > 0:
                self.quantities[f"{key}.{kind}"] = _count(count, "", counted)
                self.remarks.append((kind, subject))

    def pair(self, first: str, second: str, among: int, by: Method, called: str = "") -> Part:
        """Compare two subjects; the quantity is called `FIRST minus SECOND`, or `over`, or as given."""
        name = called or f"{self.prefix}{first}{self.between}{second}"
        return self.add(name, (first, second), by(self.of[first], self.of[second], self.measure), among)

    @property
    def between(self) -> str:
        """What is between two subjects in the name of their difference."""
        return " over " if self.measure.scale == "ratio" else " minus "

    def add(self, name: str, subjects: tuple[str, str], estimate: Estimate, among: int) -> Part:
        """Add an estimate, and what may be printed beside it: units, margin, number of comparisons."""
        quantity, found = estimate.quantity, estimate.at(ALPHA / among)
        source = quantity.origin
        self.quantities[name], self.how[name] = quantity, found.how
        units = Source(source.experiments, unit=source.unit, kind="counted")
        self.quantities[f"{name}.units"] = _count(quantity.n, source.unit, units)
        if (bound := self.measure.bound) is not None:
            unit = "points, unsigned" if self.measure.share else self.measure.difference_unit
            reason = Source(measure=self.measure.name, kind="declared", note=self.measure.because)
            self.quantities[f"{name}.margin"] = Quantity(bound, unit, reason)
        if among > 1:
            self.quantities[f"{name}.among"] = _count(among, "comparison", Source(kind="counted"), "")
        self.parts.append(Part(name, subjects, judged(found, self.measure, among)))
        return self.parts[-1]

    def made(self, default: str, kind: Kind, judgement: Judgement, **more: Any) -> Answer:
        """The answer: all quantities, and the finding."""
        found = list(self.of.values())
        if kind != "count":
            self._compared(kind)
        for part in self.parts:
            if part.judgement.clear:
                self._qualify(part, kind)
        finding = Finding(
            self.name or default,
            kind,
            subjects=tuple(self.of),
            titles=tuple(one.title or "" for one in found),
            numbers=(
                *filter(self.quantities.get, self.means().values()),
                *(part.quantity for part in self.parts),
            ),
            judgement=judgement,
            measure=self.measure,
            epochs=tuple(dict.fromkeys(one.epoch for one in found if one.epoch is not None)),
            parts=tuple(self.parts),
            prefix=self.prefix,
            unit=found[0].unit if found else "seed",
            remarks=tuple(self.remarks),
            **more,
        )
        return Answer(self.quantities, {finding.name: finding})

    def _compared(self, kind: Kind) -> None:
        """Say where means are over other units than differences, and where runs share a machine."""
        uneven = [part for part in self.parts if self._uneven(part)]
        if uneven and kind != "difference":
            self.remarks.append(("uneven", ""))
        elif uneven and self.quantities[uneven[0].quantity].n:
            self.remarks.append(("common", f"{uneven[0].quantity}.units"))
        if any(one.shared for one in self.of.values()):
            self.remarks.append(("shared", ""))

    def _qualify(self, part: Part, kind: Kind) -> None:
        """Say once what the interval of a clear difference takes for granted, where that may not hold."""
        quantity, said = self.quantities[part.quantity], {remark for remark, _ in self.remarks}
        of = [self.of[subject] for subject in part.subjects if subject in self.of]
        items = quantity.n == 1 and self.how[part.quantity] == "items"
        few = quantity.n <= FEW and quantity.spread is not None and kind != "count"
        holds = {"items": items, "few": few and not items, "copies": _copies(of, self.measure.share)}
        self.remarks += [(one, f"{part.quantity}.units") for one in holds if holds[one] and one not in said]

    def _uneven(self, part: Part) -> bool:
        """Whether two paired samples have only some of their units in common, or none."""
        of = [self.of[subject] for subject in part.subjects]
        n = self.quantities[part.quantity].n
        return all(one.paired for one in of) and n < max(len(one.values) for one in of)

    def means(self) -> dict[str, str]:
        """The name of each subject's mean, in the order of the subjects."""
        return {subject: f"{self.prefix}{subject}.mean" for subject in self.of}

    def order(self) -> list[str]:
        """The subjects that have a mean, the best first."""
        values = {subject: self.quantities[mean].value for subject, mean in self.means().items()}
        return ordered(values, lower=self.measure.better == "lower")


def _copies(of: Sequence[Sample], share: bool) -> bool:
    """Whether two units are equal in every sample, and others are not: item by item, where they are shares.

    Shares by themselves, whole numbers, and numbers of a few digits are coarse, and often equal by chance.
    """
    if len(of) < 2 or (share and not all(one.right for one in of)):
        return False
    common = [unit for unit in of[0].values if all(unit in one.values for one in of)]
    units = [
        unit for unit in common if share or any(_fine(value) for one in of for value in one.values[unit])
    ]
    rows = {
        tuple(one.right[unit].tobytes() if share and one.right else one.values[unit] for one in of)
        for unit in units
    }
    return 1 < len(rows) < len(units)


def _fine(value: float) -> bool:
    """Whether it has so many digits that two runs hardly have the same by chance."""
    return len(repr(float(value)).partition("e")[0].replace(".", "").strip("-0")) >= FINE


def _count(count: int, noun: str, source: Source, varies_with: Any = "seeds") -> Quantity:
    return Quantity(count, plural(noun) if noun else "", source, varies_with=varies_with)


def difference(
    results: Results | Mapping[str, Sample],
    first: str | Experiment,
    second: str | Experiment,
    measure: Measure,
    epoch: int | None = None,
    second_epoch: int | None = None,
    among: int = 1,
    *,
    name: str = "",
    by: Method = compare,
) -> Answer:
    """Find which of two has more of a measure, and how sure that is.

    `among` is the number of comparisons from which the pair was chosen after looking, or of headlines that
    were declared together. `by` makes the estimate, for a method that is not the usual one. Quantities:
    `FIRST.mean`, `SECOND.mean`, `FIRST minus SECOND` (`over` on the scale of ratios) with `.units` and
    `.margin`; with a `name`, each begins with it and a full stop.
    """
    one, other, measure = _named(first), _named(second), measured(measure)
    if second_epoch is None:
        of = samples(results, measure, epoch, (one, other))
    else:
        both = ((one, epoch), (other, second_epoch))
        found = [samples(results, measure, when, (subject,))[subject] for subject, when in both]
        of = dict(zip((one, other), found, strict=True))
        if one == other:  # called by its epochs, too
            of = {f"{each.name} at {each.epoch}": replace(each, title=each.title or one) for each in found}
    making = _Making(name, measure, of)
    part = making.pair(*_two_names(of), among, by)
    return making.made(part.quantity, "difference", part.judgement)


def _two_names(of: Mapping[str, Sample]) -> tuple[str, str]:
    if len(of) != 2:
        problem = f"difference of {next(iter(of))!r} and itself; name another experiment or another epoch"
        raise UsageError(at(called_from(), problem))
    first, second = of
    return first, second


def estimate(
    first: str | Experiment,
    second: str | Experiment,
    measure: Measure,
    *,
    value: float,
    low: float,
    high: float,
    n: int,
    method: str,
    unit: str = "unit",
    among: int = 1,
    name: str = "",
) -> Answer:
    """Judge an estimate that was computed by a method of one's own, as any other.

    `value` is first minus second (or first over second), `low` and `high` are the ends of its 95 % interval,
    `n` says from how many the interval was computed, and `unit` of what, in the singular: `"patient"`.
    Raises `UsageError` where the value lies outside its interval.
    """
    measure = measured(measure)
    if not low <= value <= high:
        problem = f"estimate by {method!r}: {value} is not between its ends, {low} and {high}"
        raise UsageError(at(called_from(), problem))
    if measure.scale == "ratio" and low <= 0:
        raise UsageError(at(called_from(), f"estimate by {method!r}: a ratio is above 0; low is {low}"))
    of = {each: Sample(each, {}, unit=unit) for each in (_named(first), _named(second))}
    data = {"value": value, "low": low, "high": high, "n": n, "of": plural(unit) if n != 1 else unit}
    data |= {"method": method, "scale": measure.scale}
    making = _Making(name, measure, {})
    making.of, (one, other) = of, _two_names(of)
    called = f"{making.prefix}{making.between.join(of)}"
    part = making.add(called, (one, other), estimated(of[one], of[other], measure, data, STATED), among)
    return making.made(called, "difference", part.judgement)


def _several(
    kind: str, results: Results | Mapping[str, Sample], measure: Measure, epoch: int | None
) -> Mapping[str, Sample]:
    """Everything that is read. Raises `UsageError` for fewer than two."""
    of = samples(results, measured(measure), epoch)
    if len(of) < 2:
        raise UsageError(
            at(called_from(), f"{kind} compares at least two experiments; {len(of)} is read: add to reads=")
        )
    return of


def ranking(
    results: Results | Mapping[str, Sample],
    measure: Measure,
    epoch: int | None = None,
    *,
    name: str = "",
    by: Method = compare,
    pairs: Literal["all", "best"] = "all",
) -> Answer:
    """Find which of several is best, who is level with it, and who is behind.

    Best is the highest mean, or the lowest where that is better. Every pair is compared, each as one of all
    pairs. The judgement is clear where every other is clearly behind, the same where none differs by as
    much as matters. Quantities: `NAME.mean`, and `FIRST minus SECOND` of every pair; or with `pairs="best"`,
    for many experiments, only `NAME.behind`, the best minus each.
    """
    making = _Making(name, measure, _several("ranking", results, measure, epoch))
    names, among = list(making.of), len(making.of) * (len(making.of) - 1) // 2
    if pairs == "all":
        making.all_pairs(by)
    else:
        best = next(iter(making.order()), names[0])
        for other in names:
            if other != best:
                making.pair(best, other, among, by, f"{making.prefix}{other}.behind")
    return making.made("ranking", "ranking", _first_of(making))


def _first_of(making: _Making) -> Judgement:
    """Judge who is first, from the pairs of the best and its rivals."""
    order, among = making.order(), making.parts[0].judgement.among
    if not order:
        return Judgement("unclear", 0, False, Reason.NOT_FINITE, among)
    lower = making.measure.better == "lower"
    rivals = [facing(part, order[0], lower) for part in making.parts if order[0] in part.subjects]
    same, clear = all(one.same for one in rivals), all(one.clear for one in rivals)
    reason = next((one.reason for one in rivals if one.unclear), Reason.NONE)
    word: Word = "clear" if clear else "the same" if same else "unclear"
    return Judgement(word, 0 if word == "the same" else 1, same, reason, among)


def facing(part: Part, best: str, lower: bool) -> Judgement:
    """The judgement of a pair with the best; unclear where the other is clearly better on common units."""
    one = part.judgement
    if not one.clear or is_ahead(part, best, lower):
        return one
    return Judgement("unclear", one.sign, False, Reason.NONE, one.among)


def is_ahead(part: Part, best: str, lower: bool) -> bool:
    """Whether the difference of a pair has the direction of its means, of which that of `best` is better."""
    return (part.judgement.sign > 0) == ((part.subjects[0] == best) != lower)


def extremes(
    results: Results | Mapping[str, Sample],
    measure: Measure,
    epoch: int | None = None,
    *,
    name: str = "",
    by: Method = compare,
) -> Answer:
    """Find which of several has the most and which the least of a measure, such as errors by class.

    The judgement is that of these two, as one of all pairs: whether any differ. Whether it is clear which is
    first is said as well. Quantities as of `ranking`.
    """
    making = _Making(name, measure, _several("extremes", results, measure, epoch))
    making.all_pairs(by)
    order = making.order()
    ends = {order[0], order[-1]} if order else set()
    found = next((part.judgement for part in making.parts if set(part.subjects) == ends), None)
    none = Judgement("unclear", 0, False, Reason.NOT_FINITE, len(making.parts))
    return making.made("extremes", "extremes", found or none)


def count(
    results: Results | Mapping[str, Sample],
    names: Sequence[str | Experiment],
    measure: Measure,
    *,
    above: float | None = None,
    below: float | None = None,
    epoch: int | None = None,
    name: str = "",
) -> Answer:
    """Find in how many of its runs each experiment is above, or below, a threshold.

    The threshold is in the unit of the measure, 92 for 92 %. An experiment is clear where all of its runs or
    none are beyond, and its mean differs clearly from the threshold. Quantities: `threshold`, and for
    each `NAME.count`, `NAME.runs`, `NAME.mean`, and `NAME from threshold`.
    """
    measure = measured(measure)
    if (above is None) == (below is None):
        raise UsageError("count: give either above= or below=, the threshold in the unit of the measure")
    side: Literal["above", "below"] = "below" if above is None else "above"
    threshold = float(above or below or 0.0) / (100 if measure.share else 1)
    of = samples(results, measure, epoch, tuple(map(_named, names)))
    making = _Making(name, measure, of)
    declared = Source(measure=measure.name, kind="declared")
    making.quantities[f"{making.prefix}threshold"] = Quantity(threshold, measure.quantity_unit, declared)
    judgements = []
    for subject, one in of.items():
        values = [value for unit in one.values.values() for value in unit]
        source = Source((subject,), measure.name, unit=one.unit, kind="counted")
        counted = calculated(side, known(values), "", source, than=threshold)
        making.quantities[f"{making.prefix}{subject}.count"] = replace(counted, varies_with="seeds")
        against, called = compare(one, threshold, measure), f"{making.prefix}{subject} from threshold"
        found = making.add(called, (subject, "threshold"), against, 1).judgement
        whole = counted.value in (0, len(values))
        judgements.append(found if whole else Judgement("unclear", found.sign))
    signs = {one.sign for one in judgements}
    sign = signs.pop() if len(signs) == 1 else 0
    reason = next((one.reason for one in judgements if one.unclear), Reason.NONE)
    word: Word = "clear" if all(one.clear for one in judgements) else "unclear"
    return making.made("count", "count", Judgement(word, sign, False, reason), side=side)


def trend(
    results: Results | Mapping[str, Sample],
    steps: Sequence[str | Experiment | int],
    measure: Measure,
    *,
    of: str | Experiment = "",
    epoch: int | None = None,
    name: str = "",
    by: Method = compare,
) -> Answer:
    """Find what each step brings, and all of them together.

    `steps` are experiments (the cells of a study) in order, or epochs of the experiment `of`. Each step is
    compared as one of all steps and the whole. Quantities: `STEP.mean`, and `LATER minus EARLIER`. The
    judgement is that of the whole.
    """
    measure = measured(measure)
    if len(steps) < 2:
        raise UsageError(f"a trend needs at least two steps; there are {len(steps)}")
    found: dict[str, Sample] = {}
    for step in steps:
        if isinstance(step, int):
            found[str(step)] = samples(results, measure, step, (_named(of),))[_named(of)]
        else:
            found |= samples(results, measure, epoch, (_named(step),))
    making = _Making(name, measure, found)
    pairs = list(pairwise(found))
    if len(found) > 2:
        pairs.append((next(iter(found)), next(reversed(found))))
    for earlier, later in pairs:
        part = making.pair(later, earlier, len(pairs), by)
        making.parts[-1] = replace(part, subjects=(earlier, later))
    return making.made("trend", "trend", making.parts[-1].judgement, side=_named(of))


def exact(name: str, condition: Derivation, numbers: Mapping[str, Quantity] | None = None) -> Answer:
    """Find whether a condition on exact numbers holds: see `labreport.stats.operations.condition`."""
    sign = 1 if holds(condition.data) else -1
    found = dict(numbers or {})
    finding = Finding(name, "exact", (), tuple(found), Judgement("clear", sign), derivation=condition)
    return Answer(found, {name: finding})


@dataclass(frozen=True)
class Change:
    """One field in which a second experiment differs from a first, and both values."""

    field: str
    before: Any
    after: Any


def changes(first: Experiment, second: Experiment) -> tuple[Change, ...]:
    """List every field in which `second` differs from `first`, in the specification's order, epochs last.

    Raises `UsageError` where the specifications are of different kinds.
    """
    if type(first.specification) is not type(second.specification):
        raise UsageError(
            f"{first.name} and {second.name} cannot be compared: their specifications are "
            f"{type(first.specification).__name__} and {type(second.specification).__name__}"
        )
    before, after = _values(first), _values(second)
    return tuple(Change(name, before[name], after[name]) for name in before if before[name] != after[name])


def only_difference(name: str, first: Experiment, second: Experiment, field: str) -> Answer:
    """Find whether two experiments differ in one field of their specifications and in nothing else."""
    known = _values(first)
    if field not in known:
        raise UsageError(f"{first.name} has no field {field!r}; there are {', '.join(sorted(known))}")
    found = [change.field for change in changes(first, second)]
    return exact(name, condition(found, "=", [field]))


def _values(experiment: Experiment) -> dict[str, Any]:
    specification = experiment.specification
    values = {one.name: getattr(specification, one.name) for one in fields(specification)}
    return {**values, "epochs": experiment.epochs}


def _named(one: str | Experiment) -> str:
    return one if isinstance(one, str) else one.name
