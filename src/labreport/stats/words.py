"""The only place with English: phrases for findings and sources, which a project can replace entry by entry.

A sentence is a tuple of parts: texts, numbers by the name of their quantity, and names of experiments. The
page makes traced numbers and marked names of them, `plain` a text.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

from labreport.display import capitalized
from labreport.errors import UsageError, did_you_mean
from labreport.stats.operation import Reason
from labreport.stats.quantity import Quantity, Source
from labreport.stats.rounding import DOUBLE, FORMS, printed, prints_none

if TYPE_CHECKING:
    from labreport.stats.estimate import Judgement
    from labreport.stats.findings import Finding
    from labreport.stats.findings import Part as OnePart


@dataclass(frozen=True)
class Number:
    """A quantity of the answer, printed in one of the forms of `labreport.stats.rounding.FORMS`."""

    quantity: str
    form: str = "number"


@dataclass(frozen=True)
class Name:
    """An experiment or a class, with the text that stands for it."""

    subject: str
    text: str


Part = str | Number | Name
Parts = tuple[Part, ...]
Slots = dict[str, Part | Parts]
Said = tuple[Parts, Parts, Parts]
"""What was seen, how sure that is, and one sentence for both where there is one."""

PHRASES: Mapping[str, str] = {
    "and": " and ",
    "comma": ", ",
    "then": ", then ",
    "after": "After {epochs}, ",
    "at": "{name} after {epochs}",
    "means": " ({means})",
    "everywhere": "in all {units}",
    "everywhere, one": "in this one {unit}",
    "everywhere, one seed": "in this one training",
    "everywhere, unpaired": "in every {unit}",
    "they": "they",
    "they, of several": "the first and the last",
    "the difference": "the difference",
    "the difference, of several": "the whole difference",
    "is": "is",
    "are": "are",
    "has": "has",
    "have": "have",
    # What has more or less of a measure, and the most and the least; the last word of its name decides
    "more": "{has} a higher {measure} than",
    "less": "{has} a lower {measure} than",
    "most": "{has} the highest {measure}",
    "least": "{has} the lowest {measure}",
    "alike": "{has} the same {measure} as",
    "most mean": "{has} the highest mean {measure}",
    "least mean": "{has} the lowest mean {measure}",
    "more own": "{is} {word} than",
    "most own": "{is} {word}",
    "more accuracy": "{is} more accurate than",
    "less accuracy": "{is} less accurate than",
    "most accuracy": "{is} the most accurate",
    "least accuracy": "{is} the least accurate",
    "alike accuracy": "{is} as accurate as",
    "more missed": "{is} missed more often than",
    "less missed": "{is} missed less often than",
    "most missed": "{is} missed most often",
    "least missed": "{is} missed least often",
    "alike missed": "{is} missed as often as",
    "more seconds": "{is} slower than",
    "less seconds": "{is} faster than",
    "most seconds": "{is} the slowest",
    "least seconds": "{is} the fastest",
    "alike seconds": "{is} as fast as",
    "unknown": "{after}{names} cannot be compared.",
    "no mean": "{names} {have} no mean.",
    # A difference: whole sentences by judgement, the observation, and the judgement by itself
    "difference, clear": "{after}{first} {more} {second}, by {amount}.",
    "difference, clear, same": "{after}{first} {more} {second}, by {amount}, less than matters ({margin}).",
    "difference, the same": "{after}{first} {alike} {second}{means}: the difference is below {margin}.",
    "difference, equal": "{after}{first} {alike} {second}, the same {everywhere}{means}.",
    "difference, unclear": "{after}{first} {more} {second}, by {amount}, which may be chance.",
    "difference, none": "{after}{first} and {second} cannot be distinguished{means}: the difference is "
    "{amount}.",
    "difference, corrected": "{after}{first} {more} {second}, by {amount}: clear by itself, but one of "
    "{among} comparisons, so it may be chance.",
    "difference, seen": "{after}{first} {more} {second}, by {size}{means}.",
    "difference, tie": "{after}{first} {alike} {second}{means}.",
    "judgement, clear": "{difference} is clear: {amount}.",
    "judgement, clear, same": "{difference} is clear, {amount}, but smaller than what matters ({margin}).",
    "judgement, the same": "That is the same as far as matters: {difference} is below {margin}.",
    "judgement, equal": "{they} are the same {everywhere}.",
    "judgement, unclear": "{difference} may be chance ({amount}).",
    "judgement, corrected": "By itself {difference} would be clear ({amount}); as one of {among} "
    "comparisons, it may be chance.",
    "judgement, one run": "That is too few runs to judge.",
    "judgement, no spread": "{difference} is equal in all {units}, so how far chance reaches is unknown.",
    "judgement, no spread, unpaired": "{they} do not vary, so how far chance reaches is unknown.",
    "judgement, nothing in common": "{they} have no {unit} in common.",
    "judgement, not finite": "",
    # A ranking
    "ranking, seen": "{after}{top} {most} ({means}){then}.",
    "ranking, tie": "{after}{top} have the same {measure} to the digits shown ({means}).",
    "ranking, next": "{name} ({means})",
    "ranking, ahead": "{after}{top} {most} ({means}), ahead of {behind} ({behind means}), by {amount}.",
    "ranking, ahead of several": "{after}{top} {most} ({means}), ahead of {behind} ({behind means}); the "
    "lead over the next is {amount}.",
    "ranking, level": "{after}{level} {are} level ({means}), ahead of {behind} ({behind means}).",
    "ranking, all level": "{after}{level} {are} level ({means}; the differences are below {margin}).",
    "ranking, all equal": "{after}{level} {are} level ({means}), the same {everywhere}.",
    "judgement of level": "{names} {are} level with {first} as far as matters.",
    "judgement of ahead": "That {first} is ahead of {names} is clear.",
    "judgement of reversed": "Over the {plural} that they have in common, {names} {are} clearly ahead of "
    "{first}.",
    "judgement of flat": "By how much {first} is ahead of {names} does not vary, so how far chance reaches "
    "is unknown.",
    "judgement of apart": "{first} has no {unit} in common with {names}.",
    "judgement of open": "Whether {first} is ahead of {names} is unclear.",
    "judgement of top": "That {first} is ahead of every other is clear.",
    "ranking, it": "it",
    "ranking, all others": "all others",
    "ranking, some others": "some others",
    # The most and the least
    "extremes, seen": "{after}{top} {most} ({means}), {bottom} {least} ({bottom means}).",
    "extremes, clear": "That they differ is clear; which is first is not.",
    "extremes, clear top": "That they differ is clear, and so is which is first.",
    "extremes, unclear": "That they differ may be chance ({amount}).",
    # How many of n are above or below a threshold
    "count, above": "{names} {are} above {threshold}",
    "count, below": "{names} {are} below {threshold}",
    "count, not above": "{names} {are} not above {threshold}",
    "count, not below": "{names} {are} not below {threshold}",
    "count, none": "{clause} in none of {n} ({means})",
    "count, all": "{clause} in each of {n} ({means})",
    "count, some": "{clause} in {k} of {n} ({means})",
    "count, one": "{clause} ({means})",
    "count, seen": "{after}{clauses}.",
    "judgement of count, clear": "That is clear.",
    "judgement of count, some": "It depends on the {unit}{those}.",
    "judgement of count, no spread": "The value is equal in all {units}{those}, so how far chance reaches is "
    "unknown.",
    "judgement of count, equal": "The value is exactly that in all {units}{those}.",
    "judgement of count, unclear": "That may be chance{those}.",
    "count, those": " with {names}",
    # Steps
    "trend, seen": "{after}{subject}{measure} {steps}{whole}.",
    "trend, subject": "{name}: ",
    "trend, step": "{change} from {start} to {end}",
    "trend, whole": "; in all, it {change}",
    "rise": "rises by {amount}",
    "fall": "falls by {amount}",
    "many times": "becomes {amount} as high",
    "change": "changes by {amount}",
    "unknown change": "changes by an unknown amount",
    "no change": "does not change",
    # An exact condition
    "exact, yes": "It holds.",
    "exact, no": "It does not hold.",
    # Remarks
    "remark, failed": "In {k} of {n}, {name} gave no number.",
    "remark, diverged": "In {k} of {n}, {name} diverged.",
    "remark, failed, one": "{name} gave no number.",
    "remark, diverged, one": "{name} diverged.",
    "remark, partial": "In {k} of {n}, another number of {name} is not finite.",
    "remark, partial, one": "Another number of {name} is not finite.",
    "remark, no ratio": "In {k} of {n}, {name} is not positive, and has no ratio.",
    "remark, no ratio, one": "{name} is not positive, and has no ratio.",
    "remark, shared": "Other runs may have shared the machine meanwhile, which the interval leaves out.",
    "remark, common": "Compared over the {units} that they have in common.",
    "remark, uneven": "Not all have the same {units}; each pair is compared over those that it has in "
    "common.",
    "remark, items": "That is about these models on other items: another {unit} may differ by more.",
    "remark, copies": "Some of the {units} have exactly equal values; if one is a copy, the interval is too "
    "narrow.",
    "remark, few": "An interval from {units} takes it for granted that values are normally distributed.",
    # Where a number comes from
    "source, minus": "{first} minus {second}",
    "source, at": "{name} after epoch {epochs}",
    "source, epoch": "epoch {epochs}",
}  # fmt: skip
"""Every phrase by its name. Braces are filled in; a sentence keeps those that it needs, in any order."""

NAMED = 2
"""So many rivals of the first of many a sentence names; the others are in its numbers."""
_SLOT = re.compile(r"\{([^}]*)\}")


def phrases_of(own: Mapping[str, str]) -> Mapping[str, str]:
    """All phrases, with a project's own. Raises `UsageError` for a name or a slot that there is not."""
    for name, text in own.items():
        if name not in PHRASES and name.split(" ")[0] not in ("more", "less", "most", "least", "alike"):
            raise UsageError(f"phrases: no phrase is called {name!r}{did_you_mean(name, PHRASES)}")
        slots = set(_SLOT.findall(PHRASES.get(name, "{is}{has}{measure}")))
        if wrong := sorted(set(_SLOT.findall(text)) - slots):
            allowed = ", ".join(f"{{{slot}}}" for slot in sorted(slots)) or "none"
            raise UsageError(f"phrases: {name!r} has no {{{wrong[0]}}}; allowed are {allowed}")
    return {**PHRASES, **own}


def plural(noun: str) -> str:
    """The plural of a regular noun: `seed` gives `seeds`, `query` gives `queries`."""
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    if noun.endswith("series"):
        return noun
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) and noun[-5:] != "epoch" else f"{noun}s"


def plain(parts: Iterable[Part], quantities: Mapping[str, Quantity]) -> str:
    """The parts as a text, names between backticks where they have no title."""
    return "".join(_text(part, quantities) for part in parts)


def _text(part: Part, quantities: Mapping[str, Quantity]) -> str:
    if isinstance(part, Number):
        return FORMS[part.form](quantities[part.quantity])
    if isinstance(part, Name):
        return part.text if part.text != part.subject else f"`{part.text}`"
    return part


def source_text(source: Source, phrases: Mapping[str, str] | None = None) -> str:
    """A source in words: `wide minus small, test accuracy, epoch 10; seeds 0, 1, 2`."""
    words = {**PHRASES, **(phrases or {})}
    of, epochs = list(source.experiments), [str(epoch) for epoch in source.epochs]
    if len(of) == len(epochs) == 2:
        of = [words["source, at"].format(name=name, epochs=at) for name, at in zip(of, epochs, strict=True)]
        epochs = []
    subject = words["source, minus"].format(first=of[0], second=of[1]) if len(of) == 2 else ", ".join(of)
    when = words["source, epoch"].format(epochs=", ".join(epochs)) if epochs else ""
    text = ", ".join(filter(None, (subject, source.measure, when, source.note)))
    units = ", ".join(map(str, source.units))
    noun = source.unit if len(source.units) == 1 else plural(source.unit)
    return f"{text}; {noun} {units}" if units else text


class Sentence:
    """The words of one finding, from its quantities, in the phrases of a project."""

    def __init__(
        self, finding: Finding, quantities: Mapping[str, Quantity], phrases: Mapping[str, str] | None = None
    ) -> None:
        self.finding, self.quantities = finding, quantities
        self.phrases = {**PHRASES, **(phrases or {})}
        self.titles = dict(zip(finding.subjects, finding.titles, strict=True))
        measure = finding.measure
        self._lower = measure is not None and measure.better == "lower"
        self._best, self._worst = ("least", "most") if self._lower else ("most", "least")
        self._null = 1.0 if measure is not None and measure.scale == "ratio" else 0.0
        self._pairs = {frozenset(part.subjects): part for part in finding.parts}

    def whole(self) -> Parts:
        """The standard sentence: what was seen and how sure it is, with remarks."""
        seen, judged, both = self._said
        return _sentences(*([both] if both else [seen, judged]), self._remarks())

    def observation(self) -> Parts:
        """What was seen, true whatever the judgement."""
        return _sentences(self._said[0])

    def judgement(self) -> Parts:
        """How sure that is, with remarks."""
        return _sentences(self._said[1], self._remarks())

    @cached_property
    def _said(self) -> Said:
        said: Said = getattr(self, f"_{self.finding.kind}")()
        return said

    def _difference(self) -> Said:
        (part,) = self.finding.parts
        quantity, key = self.quantities[part.quantity], self._key(part)
        first, second = part.subjects
        if quantity.value is None:
            return self._unknown(), self._judged(part), ()
        if quantity.value > self._null if self._lower else quantity.value < self._null:
            first, second = second, first
        common = "common" in dict(self.finding.remarks)  # the means are over more than those
        known = self._called(first, "mean") in self.quantities and not common
        slots: Slots = {
            **self._numbers(part.quantity),
            "first": self._name(first),
            "second": self._name(second),
            "more": self._form("less" if self._lower else "more"),
            "alike": self._form("alike"),
            "means": self._fill("means", {"means": self._means((first, second))}) if known else (),
        }
        tie = prints_none(quantity)
        both = f"difference, {'none' if tie and key == 'unclear' else key}"
        fits = both in self.phrases and (not tie or key in ("the same", "equal", "unclear"))
        seen = self._fill(f"difference, {'tie' if tie else 'seen'}", slots)
        return seen, self._judged(part), self._fill(both, slots) if fits else ()

    def _key(self, part: OnePart) -> str:
        """The ending of the names of phrases that a judgement of one estimate has."""
        one, interval = part.judgement, self.quantities[part.quantity].interval
        if one.reason is not Reason.NONE:
            flat = one.reason is Reason.NO_SPREAD and self._unpaired(part.quantity)
            return f"{one.reason}{', unpaired' if flat else ''}"
        if one.clear:
            return "clear, same" if one.same else "clear"
        by_itself = interval is not None and not interval.low <= self._null <= interval.high
        return "corrected" if one.unclear and by_itself else one.word

    def _judged(self, part: OnePart, form: str = "size") -> Parts:
        return self._fill(f"judgement, {self._key(part)}", self._numbers(part.quantity, form))

    def _ranking(self) -> Said:
        order, rivals = self._order, self._rivals
        if len(order) < 2:
            return self._unknown(), (), ()
        first, top = order[0], self._like(order[0])
        level = [name for name, one in rivals.items() if one.same]
        behind = [name for name, one in rivals.items() if one.clear and not one.same]
        unclear = [name for name, one in rivals.items() if one.unclear]
        open_ = {key: [name for name in unclear if self._open(name) == key]
                 for key in ("reversed", "flat", "apart", "open")}  # fmt: skip
        rest = [
            self._fill("ranking, next", {"name": self._name(name), "means": self._means([name])})
            for name in order
            if name not in top and not self._brief
        ]
        nearest = self._pairs.get(frozenset((first, (behind or level or unclear or order)[0])))
        slots: Slots = {
            **self._numbers(nearest.quantity if nearest else ""),
            **self._end("top", top, "most", self._best),
            "first": self._fill("ranking, it") if self._brief and top == [first] else self._name(first),
            "behind": self._names(behind),
            "behind means": self._means(behind),
            "level": self._names([first, *level]),
            "then": (self.phrases["then"], *self._joined(rest)) if rest else (),
        }
        if self._brief and len(top) > 1 + NAMED:
            slots["top"] = self._joined([self._name(first), self._others(top[1:])])
        both: Parts = ()
        if rivals and not unclear and level and self._as_first(level, behind):
            equal = all(rivals[name].reason is Reason.EQUAL for name in level)
            key = "level" if behind else "all equal" if equal else "all level"
            both = self._fill(f"ranking, {key}", {**slots, "means": self._means([first, *level])})
        elif rivals and not unclear and not level and not self._brief:
            both = self._fill(f"ranking, ahead{' of several' if len(behind) > 1 else ''}", slots)
        reasons = {rivals[name].reason for name in unclear}
        alone = len(self.titles) == 2 and Reason.NONE not in reasons
        if unclear and (alone or (reasons == {Reason.ONE_RUN} and len(unclear) == len(rivals))):
            judged = self._judged(self._pairs[frozenset((first, unclear[0]))])
        elif len(behind) == len(self.titles) - 1:
            judged = self._fill("judgement of top", slots)
        else:
            groups = (("ahead", behind), ("level", level), *open_.items())
            judged = _sentences(
                *(self._fill(f"judgement of {key}",
                             {**slots, **self._subject(names), "names": self._others(names)})
                  for key, names in groups if names)
            )  # fmt: skip
        seen = self._fill("ranking, tie" if 1 < len(top) == len(order) else "ranking, seen", slots)
        return self._complete(seen), judged, self._complete(both)

    @cached_property
    def _brief(self) -> bool:
        """Whether only the first is compared, and with so many that a sentence does not name all of them."""
        only = all(part.quantity.endswith(".behind") for part in self.finding.parts)
        return only and len(self.titles) > 1 + NAMED

    def _others(self, names: Sequence[str]) -> Parts:
        """Some of those that the first is compared with, by their names where these are few."""
        if not self._brief or len(names) <= NAMED:
            return self._names(names)
        return self._fill(f"ranking, {'all' if len(names) == len(self.titles) - 1 else 'some'} others")

    def _as_first(self, level: Sequence[str], behind: Sequence[str]) -> bool:
        """Whether those level with the first are level with each other, and ahead of those behind it."""
        from labreport.stats.findings import facing

        for one, other in ((one, other) for one in level for other in (*level, *behind) if one != other):
            part = self._pairs.get(frozenset((one, other)))
            judged = part and facing(part, one, self._lower)
            if not judged or not (judged.same if other in level else judged.clear):
                return False
        return True

    def _open(self, name: str) -> str:
        """Why it is open whether the first of a ranking is ahead of another."""
        kinds = {Reason.NO_SPREAD: "flat", Reason.NOTHING_IN_COMMON: "apart"}
        clear = self._pairs[frozenset((self._order[0], name))].judgement.clear
        return "reversed" if clear else kinds.get(self._rivals[name].reason, "open")

    def _complete(self, said: Parts) -> Parts:
        """What is said of an order, and who has no place in it."""
        names = [name for name in self.titles if name not in self._order]
        return _sentences(said, self._fill("no mean", self._subject(names))) if said and names else said

    def _extremes(self) -> Said:
        order = self._order
        if len(order) < 2:
            return self._unknown(), (), ()
        part, top = self._pairs[frozenset((order[0], order[-1]))], self._like(order[0])
        slots = {
            **self._numbers(part.quantity),
            **self._end("top", top, "most", self._best),
            **self._end("bottom", self._like(order[-1]), "least", self._worst),
        }
        sure = all(one.clear and not one.same for one in self._rivals.values())
        key = "unclear" if not part.judgement.clear else "clear top" if sure else "clear"
        own = part.judgement.clear or self._key(part) == "unclear"
        judged = self._fill(f"extremes, {key}", slots) if own else self._judged(part)
        seen = self._fill("ranking, tie" if len(top) == len(order) else "extremes, seen", slots)
        return self._complete(seen), judged, ()

    def _count(self) -> Said:
        groups: dict[tuple[object, object], list[str]] = {}
        for name in self.titles:
            counts = [self.quantities[self._called(name, end)].value for end in ("count", "runs")]
            groups.setdefault((counts[0], counts[1]), []).append(name)
        clauses = []
        for (k, n), names in groups.items():
            slots: Slots = {
                **self._subject(names),
                "threshold": Number(f"{self.finding.prefix}threshold"),
                "k": Number(self._called(names[0], "count"), "bare"),
                "n": Number(self._called(names[0], "runs")),
                "means": self._means(names),
            }
            side = self.finding.side if k or n != 1 else f"not {self.finding.side}"
            ending = "one" if n == 1 else "none" if k == 0 else "all" if k == n else "some"
            slots["clause"] = self._fill(f"count, {side}", slots)
            clauses.append(self._fill(f"count, {ending}", slots))
        seen = self._fill("count, seen", {"clauses": self._joined(clauses)})
        if self.finding.judgement.clear:
            return seen, self._fill("judgement of count, clear"), seen
        mixed = {name for (k, n), names in groups.items() for name in names if k not in (0, n)}
        return seen, self._judged_count(mixed), ()

    def _judged_count(self, mixed: Container[str]) -> Parts:
        """How sure a count is; of several, for which it is not."""
        parts = {part.subjects[0]: part for part in self.finding.parts}
        keys = {
            name: "some" if name in mixed else str(one.judgement.reason or "unclear")
            for name, one in parts.items()
            if name in mixed or not one.judgement.clear
        }
        key = "some" if "some" in keys.values() else next(iter(keys.values()))
        names = [name for name in keys if keys[name] == key]
        those = self._fill("count, those", self._subject(names)) if len(names) < len(parts) else ()
        own = f"judgement of count, {key}"
        slots = {**self._numbers(parts[names[0]].quantity), "those": those}
        return self._fill(own if own in self.phrases else f"judgement, {key}", slots)

    def _trend(self) -> Said:
        *steps, whole = self.finding.parts
        side, change = self.finding.side, self._change(whole)
        found = []
        for step in steps or [whole]:
            start, end = map(self._step, step.subjects)
            slots: Slots = {"change": self._change(step), "start": start, "end": end}
            found.append(self._fill("trend, step", slots))
        slots = {
            "subject": self._fill("trend, subject", {"name": self._name(side)}) if side else (),
            "steps": self._joined(found),
            "whole": self._fill("trend, whole", {"change": change}) if steps else (),
        }
        return self._fill("trend, seen", slots), self._judged(whole, "change"), ()

    def _change(self, part: OnePart) -> Parts:
        """What the measure does from one step to another: rise, fall, or neither."""
        quantity = self.quantities[part.quantity]
        value, key = quantity.value, "rise"
        if value is None:
            key = "unknown change"
        elif prints_none(quantity):
            key = "no change" if quantity.interval is None else "change"
        elif value < self._null:
            key = "fall"
        elif self._null and value >= DOUBLE:
            key = "many times"
        return self._fill(key, self._numbers(part.quantity, "change"))

    def _step(self, label: str) -> Parts:
        return (Number(self._called(label, "epochs")),) if self.finding.side else self._name(label)

    def _exact(self) -> Said:
        return (self._fill("exact, yes" if self.finding.judgement.sign > 0 else "exact, no"),) * 3

    # Pieces

    def _numbers(self, quantity: str, form: str = "size") -> Slots:
        """What a phrase may say of one estimate."""
        units = self.quantities.get(f"{quantity}.units")
        key = "everywhere" if units is None or units.value != 1 else "everywhere, one"
        if self._unpaired(quantity):
            key = "everywhere, unpaired"
        own, number = f"{key} {self.finding.unit}", {"units": Number(f"{quantity}.units")}
        return {
            **number,
            "everywhere": self._fill(own if own in self.phrases else key, number),
            "amount": Number(quantity, form),
            "size": Number(quantity, "size only"),
            "margin": Number(f"{quantity}.margin", "size only"),
            "among": Number(f"{quantity}.among", "bare"),
        }

    def _unpaired(self, quantity: str) -> bool:
        """Whether a difference is that of several runs that nothing pairs."""
        if (one := self.quantities.get(quantity)) is None or len(one.origin.experiments) < 2:
            return False
        runs = [self.quantities.get(self._called(name, "runs")) for name in self.titles]
        return not one.origin.units and any(each is not None and each.value != 1 for each in runs)

    def _end(self, end: str, names: Sequence[str], slot: str, key: str) -> Slots:
        """Those at one end of an order, with what they have most or least of."""
        means = "means" if end == "top" else f"{end} means"
        return {end: self._names(names), means: self._means(names), slot: self._form(key, len(names))}

    def _subject(self, names: Sequence[str]) -> Slots:
        verbs: Slots = {verb: self._verb(verb, len(names)) for verb in ("are", "have")}
        return {"names": self._names(names), **verbs}

    def _unknown(self) -> Parts:
        return self._fill("unknown", self._subject(tuple(self.titles)))

    @cached_property
    def _order(self) -> list[str]:
        """Those that have a number, the best first."""
        means = {name: self._called(name, "mean") for name in self.titles}
        return ordered({name: self.quantities[mean].value for name, mean in means.items()}, lower=self._lower)

    def _like(self, end: str) -> list[str]:
        """Those whose mean is that of an end, or beyond it as printed, and that are not clearly different."""

        def alike(name: str) -> bool:
            one, other = (self.quantities[self._called(each, "mean")] for each in (name, end))
            pair = self._pairs.get(frozenset((name, end)))
            apart, seen = (number(one) - number(other) for number in (attrgetter("value"), printed))
            return apart * seen <= 0 and not (pair and pair.judgement.clear)

        return [name for name in self._order if alike(name)]

    @cached_property
    def _rivals(self) -> Mapping[str, Judgement]:
        """The judgement of each other that has a number, against the first."""
        from labreport.stats.findings import facing

        pairs = {name: self._pairs.get(frozenset((self._order[0], name))) for name in self._order[1:]}
        return {name: facing(part, self._order[0], self._lower) for name, part in pairs.items() if part}

    def _called(self, name: str, ending: str) -> str:
        return f"{self.finding.prefix}{name}.{ending}"

    def _name(self, subject: str) -> Parts:
        """What people call a subject, with its epochs where those of the subjects differ."""
        title = self.titles.get(subject) or subject
        mean = self.quantities.get(self._called(subject, "mean"))
        itself = mean is not None and mean.origin.experiments == (title,)
        name = Name(title if itself else subject, title)
        if subject not in self.moments:
            return (name,)
        return self._fill("at", {"name": name, "epochs": Number(self.moments[subject])})

    def called(self, subject: str) -> str:
        """What people call a subject, as a text."""
        parts = (part.text if isinstance(part, Name) else part for part in self._name(subject))
        return plain(parts, self.quantities)

    @cached_property
    def moments(self) -> Mapping[str, str]:
        """The quantity of the epochs of each subject, where they are not the same for all."""
        numbers = {subject: self._called(subject, "epochs") for subject in self.titles}
        known = {subject: number for subject, number in numbers.items() if number in self.quantities}
        values = {self.quantities[number].value for number in known.values()}
        return known if len(values) + (len(known) < len(numbers)) > 1 else {}

    def _names(self, names: Iterable[str]) -> Parts:
        return self._joined([self._name(name) for name in names])

    def _joined(self, parts: Sequence[Parts]) -> Parts:
        found: list[Part] = []
        for place, part in enumerate(parts):
            between = self.phrases["and" if place == len(parts) - 1 else "comma"]
            found += (between, *part) if place else part
        return tuple(found)

    def _means(self, names: Sequence[str]) -> Parts:
        """Their means, with the unit behind the last; of several that are equal, one."""
        means = [self._called(name, "mean") for name in names]
        of = [self.quantities[name] for name in means]
        if len({one.value for one in of}) == 1 or len({FORMS["number"](one) for one in of}) == 1:
            means = means[:1]
        return self._joined([(Number(one, "number" if one == means[-1] else "bare"),) for one in means])

    def _verb(self, verb: str, count: int) -> str:
        return self.phrases[verb if count != 1 else {"are": "is", "have": "has"}[verb]]

    def _form(self, key: str, count: int = 1) -> Parts:
        """How something with more, less, the most, the least, or as much of the measure is called."""
        measure = self.finding.measure
        assert measure is not None
        slots: Slots = {"is": self._verb("are", count), "has": self._verb("have", count)}
        if key in ("most", "least") and ("uneven", "") in self.finding.remarks:
            return self._fill(f"{key} mean", slots)
        own = measure.more if key in ("more", "most") else measure.less
        if own and key != "alike":
            more = key in ("more", "less")
            word = own if more else superlative(own)
            return self._fill("more own" if more else "most own", {**slots, "word": word})
        special = f"{key} {measure.name.split()[-1]}" if measure.name else key
        return self._fill(special if special in self.phrases else key, slots)

    def form(self, key: str) -> str:
        """How something with `more`, `less`, the `most` or the `least` of the measure is called."""
        return plain(self._form(key), self.quantities)

    def _remarks(self) -> Parts:
        return _sentences(*(self._remark(kind, name) for kind, name in self.finding.remarks))

    def _remark(self, kind: str, name: str) -> Parts:
        if self._called(name, kind) not in self.quantities:
            units = Number(name) if name else plural(self.finding.unit)
            return self._fill(f"remark, {kind}", {"units": units})
        runs, k = self._called(name, "runs"), Number(self._called(name, kind), "bare")
        slots: Slots = {"k": k, "n": Number(runs), "name": self._name(name)}
        return self._fill(f"remark, {kind}{', one' if self.quantities[runs].value == 1 else ''}", slots)

    def _fill(self, key: str, slots: Mapping[str, Part | Parts] = MappingProxyType({})) -> Parts:
        """A phrase with its slots filled; some are the same in every phrase of a finding."""
        found: list[Part] = []
        for place, text in enumerate(_SLOT.split(self.phrases[key])):
            part = text if place % 2 == 0 else slots[text] if text in slots else self._shared(text)
            found += part if isinstance(part, tuple) else (part,)
        return tuple(part for part in found if part != "")

    def _shared(self, slot: str) -> Part | Parts:
        measure = self.finding.measure
        if slot == "after":
            number = self._called(self.finding.subjects[0], "epochs") if self.finding.subjects else ""
            unknown = self.moments or number not in self.quantities
            return () if unknown else self._fill("after", {"epochs": Number(number)})
        ends = self.finding.kind in ("trend", "extremes") and len(self.finding.parts) > 1
        several = ", of several" if ends else ""
        shared = {
            "are": self.phrases["are"],
            "unit": self.finding.unit,
            "plural": plural(self.finding.unit),
            "measure": measure and measure.name,
            "they": self.phrases[f"they{several}"],
            "difference": self.phrases[f"the difference{several}"],
        }
        return shared[slot] or ""


def superlative(comparative: str) -> str:
    """`more accurate` gives `the most accurate`, `faster` gives `the fastest`."""
    for start, most in (("more ", "most "), ("less ", "least ")):
        if comparative.startswith(start):
            return f"the {most}{comparative[len(start) :]}"
    return f"the {comparative[:-1]}st" if comparative.endswith("er") else comparative


def ordered(values: Mapping[str, float | None], *, lower: bool) -> list[str]:
    """Names by their values, the best first, those without a number left out; ties in the given order."""
    found = {name: value for name, value in values.items() if value is not None}
    return sorted(found, key=lambda name: found[name] if lower else -found[name])


def _sentences(*several: Parts) -> Parts:
    """Sentences with a space between them, each with a capital letter."""
    found: list[Part] = []
    for start, *others in filter(None, several):
        found += [" "] if found else []
        if isinstance(start, str):
            start = capitalized(start)
        elif isinstance(start, Name) and start.text != start.subject:
            start = Name(start.subject, capitalized(start.text))
        found += (start, *others)
    return tuple(found)
