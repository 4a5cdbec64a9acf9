"""Reads the engine's sentences as a person does, and holds them against the numbers of their answer.

Only words and numbers are read; the judgement that the engine made is not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scipy import stats

MORE = r"(?:is|are|has|have) (?:more accurate|slower|missed more often|a higher [^`,.]*?) than"
LESS = r"(?:is|are|has|have) (?:less accurate|faster|missed less often|a lower [^`,.]*?) than"
ALIKE = r"(?:(?:is|are) (?:as accurate|as fast|missed as often) as|has the same [^`,.]*? as|is level with)"
MOST = r"(?:is|are|has|have) (?:the most accurate|the slowest|missed most often|the highest)"
LEAST = r"(?:is|are|has|have) (?:the least accurate|the fastest|missed least often|the lowest)"
SURE = re.compile(r"(?:difference|differ|it|other|That) is clear")
OPEN = re.compile(
    r"may be chance|too few|is unknown|cannot be compared|in common|is unclear|[Ii]t depends|gave no number"
)
COUNT = re.compile(
    r"(?:is|are) (not )?(above|below) ([\d.,]+(?: (?!in )\S+)?)(?: in (none|each|\d+) of (\d+))?"
)
ZEROS = {"difference": 0.0, "ratio": 1.0}


def contradicted(answer: Mapping[str, Any], name: str) -> Iterator[str]:
    """What the sentence of one finding says that the numbers of the `answer`, as plain data, do not."""
    found = answer["findings"][name]
    yield from getattr(_Reader(answer, found), found["kind"])()


class _Reader:
    def __init__(self, answer: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        self._found, self._numbers = found, answer["quantities"]
        measure = answer["measures"].get(found["measure"], {})
        self._zero = ZEROS[measure.get("scale", "difference")]
        self._lower = measure.get("better") == "lower"
        self._says = re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", found["says"])
        for word, key in (("more", "slower"), ("less", "faster")):
            if measure.get(word):  # the measure's own words, which this reader does not know
                self._says = self._says.replace(f"is {measure[word]} than", f"is {key} than")
        self._labels = {
            title or f"`{subject}`": subject
            for subject, title in zip(found["subjects"], found["titles"], strict=True)
        }
        names = "|".join(re.escape(label) for label in sorted(self._labels, key=len, reverse=True)) or "$^"
        self._list = rf"((?:{names})(?:(?:, | and )(?:{names}))*)"

    def difference(self) -> Iterator[str]:
        (part,) = self._found["parts"]
        first, second = part["subjects"]
        value = self._numbers[part["quantity"]]["value"]
        for words, sign in ((MORE, 1), (LESS, -1), (ALIKE, 0)):
            for one, other in re.findall(f"{self._list} {words} {self._list}", self._says):
                turn = 1 if [self._labels[one], self._labels[other]] == [first, second] else -1
                if value is None or (sign and (value - self._zero) * sign * turn <= 0):
                    yield "the wrong one is ahead"
                if sign == 0 and value != self._zero and not self._within(part):
                    yield "called alike, though that may be more than matters"
        yield from self._sure(part, "than matters" in self._says or "below" in self._says)

    def ranking(self) -> Iterator[str]:
        values = self._values()
        yield from self._extreme(values)
        for top, behind in re.findall(rf"{self._list} .*?, ahead of {self._list}", self._says):
            for one in self._named(behind):
                if not all(self._better(values[best], values[one]) for best in self._named(top)):
                    yield "behind, though it is ahead"
                if self._clear(self._pair(self._named(top)[0], one)) is False:
                    yield "called behind, though that may be chance"
        for level in re.findall(rf"{self._list} are level", self._says):
            best, *others = self._named(level)
            if not all(self._within(self._pair(best, one)) for one in others):
                yield "called level, though they may differ by more than matters"
        ahead = rf"{self._list} is ahead of (every other|{self._list}) (is|may)( clear)?"
        for best, behind, several, _, clear in re.findall(ahead, self._says):
            rest = [one for one in values if one != self._labels[best]]
            for one in self._named(several) if several else rest:
                if self._clear(self._pair(self._labels[best], one)) not in (None, bool(clear)):
                    yield f"{behind!r} is called as sure as it is not"
        first = sorted(values, key=lambda one: values[one] if self._lower else -values[one])[:1]
        for rival in [self._pair(one, other) for one in first for other in values if one != other]:
            yield from self._size(rival)
            if self._clear(rival) is False and not self._within(rival) and not OPEN.search(self._says):
                yield "called sure, though it may be chance"

    def extremes(self) -> Iterator[str]:
        values = self._values()
        yield from self._extreme(values)
        ends = sorted(values, key=lambda name: values[name])
        if len(ends) > 1:
            yield from self._sure(self._pair(ends[0], ends[-1]), "below" in self._says)

    def count(self) -> Iterator[str]:
        start = 0
        for clause in COUNT.finditer(self._says):
            names = re.findall(self._list, self._says[start : clause.start()])
            start = clause.end()
            for name in self._named(names[-1]) if names else ():
                quantity = self._numbers[f"{self._found['prefix']}{name}.count"]
                of, than = quantity["derivation"]["data"]["of"], quantity["derivation"]["data"]["than"]
                known = [one for one in of if one is not None]
                k = sum(one > than if clause[2] == "above" else one < than for one in known)
                said = clause[4] or ("none" if clause[1] else "each")
                if said != ("none" if k == 0 else "each" if k == len(of) else str(k)):
                    yield "another number of them"
                if 0 < k < len(of) and "depends" not in self._says:
                    yield "called sure, though it depends on the unit"
                clear = k in (0, len(of)) and self._clear(self._pair(name, "threshold"))
                if clear is False and not re.search(f"{OPEN.pattern}|exactly", self._says):
                    yield "called sure, though it may be chance"
                if clear and len(self._labels) == 1 and OPEN.search(self._says):
                    yield "called open, though it is clear"
        if start == 0 and not OPEN.search(self._says):
            yield "no count is said"

    def trend(self) -> Iterator[str]:
        yield from self._sure(self._found["parts"][-1], within="below" in self._says)
        for part in self._found["parts"]:
            value = self._numbers[part["quantity"]]["value"]
            *_, start, end = [f"`{one}`" for one in part["subjects"]]
            for sign in re.findall(rf"by ([+−])[\d.][^`]{{,40}} from {start} to {end}", self._says):
                if value is not None and (sign == "−") == (value > self._zero):
                    yield "a change in the other direction"

    def exact(self) -> Iterator[str]:
        if ("not" in self._says) == _holds(self._found["derivation"]["data"], self._numbers):
            yield "the condition is the other way round"

    def _sure(self, part: Mapping[str, Any], within: bool) -> Iterator[str]:
        """Whether words about one comparison are as sure as its interval."""
        clear, is_open = self._clear(part), bool(OPEN.search(self._says))
        yield from self._size(part)
        alike = (within and self._within(part)) or "the same in all" in self._says
        if clear is False and not is_open and not alike:
            yield "called sure, though it may be chance"
        if within and not self._within(part):
            yield "called less than matters, though it may be more"
        if clear and is_open:
            yield "called open, though it is clear"
        if clear is False and SURE.search(self._says):
            yield "called clear, though it may be chance"
        if clear and "below" in self._says:
            yield "called the same, though a difference is clear"

    def _size(self, part: Mapping[str, Any]) -> Iterator[str]:
        if self._within(part) and re.search("differences? (?:is|are) above|more than matters", self._says):
            yield "called more than matters, though it is less"

    def _extreme(self, values: Mapping[str, float]) -> Iterator[str]:
        for words, end in ((MOST, max), (LEAST, min)):
            for names in re.findall(f"{self._list} {words}", self._says):
                if any(values[name] != end(values.values()) for name in self._named(names)):
                    yield "another one is at that end"

    def _values(self) -> dict[str, float]:
        prefix = self._found["prefix"]
        means = {name: self._numbers[f"{prefix}{name}.mean"]["value"] for name in self._found["subjects"]}
        return {name: value for name, value in means.items() if value is not None}

    def _named(self, names: str) -> list[str]:
        return [self._labels[one] for one in re.split(", | and ", names)]

    def _pair(self, *names: str) -> Mapping[str, Any]:
        return next(one for one in self._found["parts"] if set(one["subjects"]) == set(names))

    def _better(self, value: float, other: float) -> bool:
        return value < other if self._lower else value > other

    def _clear(self, part: Mapping[str, Any]) -> bool | None:
        """Whether the interval, as wide as for one of so many, is without zero; None if unknown."""
        quantity, among = self._numbers[part["quantity"]], part["judgement"]["among"]
        interval = quantity["interval"]
        if interval is None or interval["low"] <= self._zero <= interval["high"]:
            return False
        if among == 1:
            return True
        if interval["kind"] != "Student's t, paired" or quantity["derivation"]["operation"] != "difference":
            return None
        low, high = interval["low"], interval["high"]
        if self._zero:
            low, high = math.log(low), math.log(high)
        wide, usual = stats.t.ppf([1 - 0.025 / among, 0.975], quantity["n"] - 1)
        return bool(abs(low + high) > (high - low) * wide / usual)

    def _within(self, part: Mapping[str, Any]) -> bool:
        quantity, margin = self._numbers[part["quantity"]], self._numbers.get(f"{part['quantity']}.margin")
        interval = quantity["interval"]
        if interval is None:
            return bool(quantity["value"] == self._zero)
        if margin is None:
            return False
        most = margin["value"]
        least = 1 / most if self._zero else -most
        return bool(least < interval["low"] and interval["high"] < most)


def _holds(condition: Mapping[str, Any], numbers: Mapping[str, Any]) -> bool:
    """Whether a condition holds: of two values, or of every or some of other conditions."""
    if "of" in condition:
        each = [_holds(one, numbers) for one in condition["of"]]
        return all(each) if condition["operator"] == "every" else any(each)
    left, right = (
        numbers.get(str(side.get("quantity")), side)["value"] if isinstance(side, Mapping) else side
        for side in (condition["left"], condition["right"])
    )
    if condition["operator"] == "=" or None in (left, right):
        return left is not None and left == right
    return bool(left != right and (left < right) == ("<" in condition["operator"])) or (
        left == right and "=" in condition["operator"]
    )
