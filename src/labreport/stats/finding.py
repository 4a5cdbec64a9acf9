"""Findings: what was seen, how sure it is, the conditions that may be asked of it, and how it is said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from html import escape
from itertools import combinations, groupby, product
from pathlib import Path
from typing import Any

from labreport.errors import did_you_mean
from labreport.project.measure import Measure
from labreport.stats import formats, wording
from labreport.stats import quantity as numbers
from labreport.stats.compare import Comparison
from labreport.stats.names import Namespace, find, members_equal, text_of
from labreport.stats.quantity import Condition, Quantity, ThreeValued, as_quantity, both, either, refuse
from labreport.stats.tables import Column, Table


def _asking(word: str) -> Any:
    """A condition of a finding, which can be asked by name where there are several."""

    def asked(self: Finding) -> Condition:
        if (word in ("all", "none")) != (self.kind == "count") or self.kind == "fact":
            refuse(f"a {self.kind} has no .{word}; there is .{self._example}")
        ask = partial(self._by_name, word)
        return replace(ask(), ask=ask)

    return property(asked)


@dataclass(frozen=True, eq=False)
class Finding(ThreeValued):
    """An observation and its judgement: a ranking, difference, effect, count or fact, which is its `kind`.

    `subjects` are compared by `parts`, of which each is judged as one of `family`; `labels` are what people
    call them, `averages` their means, `unit` what is repeated. `groups` are findings inside one, by group,
    of the column `within`; of one of these, `within` is the group. `axis` is the column or field that the
    subjects are values of. A count is `of` so many, on the `side` of a `threshold`. A fact has its
    `sentence`, its `truth`, and the sentence that is said `otherwise`.
    """

    kind: str
    subjects: tuple[str, ...] = ()
    measure: Measure | None = None
    parts: tuple[Comparison, ...] = ()
    epoch: int | None = None
    within: str = ""
    family: int = 1
    labels: tuple[str, ...] = ()
    averages: tuple[tuple[str, Quantity], ...] = ()
    groups: tuple[tuple[str, Finding], ...] = ()
    unit: str = "seed"
    axis: str = ""
    of: Quantity | None = None
    threshold: Quantity | None = None
    side: str = ""
    sentence: str = ""
    truth: bool | None = None
    otherwise: str = ""

    @property
    def mean(self) -> Namespace:
        """The means by subject, or by group and subject."""
        return Namespace({name: one.mean for name, one in self.groups} or dict(self.averages))

    @property
    def means(self) -> Table:
        """The means as a table, with the group in front where there are groups."""
        heads = {"group": self.within} if self.groups else {}
        heads |= {"name": self.axis or "name", "mean": self.measure.label if self.measure else "mean"}
        lines: list[Any] = [(group, *line) for group, one in self.groups for line in one.means.rows]
        lines = lines or [(self.label(name), one) for name, one in self.averages]
        titles = {name: title[:1].upper() + title[1:].replace("_", " ") for name, title in heads.items()}
        return Table([Column(name, title) for name, title in titles.items()], lines)

    @property
    def difference(self) -> Namespace:
        """The differences that were estimated, in both directions: `difference.complex.small`."""
        found: dict[str, Any] = {name: one.difference for name, one in self.groups}
        for one in (each for part in self.parts for each in (part, part.reversed())):
            if len(one.subjects) == 2:
                found.setdefault(one.subjects[0], {})[one.subjects[1]] = one.quantity
        return Namespace({name: found[name] for name in self.subjects if name in found})

    @property
    def quantity(self) -> Quantity | None:
        """What it prints as: the only comparison, the whole of an effect, the number of a count."""
        last = self.parts[-1].quantity if self.parts else None
        if last is None or len(self.parts) == 1:
            return None if self.kind == "ranking" else last
        if self.kind != "count":
            return last if self.kind == "effect" else None
        n, value = (sum(getattr(part.quantity, name) for part in self.parts) for name in ("n", "value"))
        source = replace(last.source, experiments=self.subjects, n=n)
        return replace(last, value=value, n=n, values=(), source=source)

    def label(self, name: str) -> str:
        """What people call a subject."""
        return dict(zip(self.subjects, self.labels, strict=False)).get(name) or name

    def __getitem__(self, name: Any) -> Finding:
        """The finding of one group, or of the comparison of one subject. Raises `UsageError`."""
        if self.groups:
            groups = dict(self.groups)
            return groups[find(name, groups, f"group of {self.within}")]
        if self.kind in ("ranking", "fact"):
            near = did_you_mean(text_of(name), [word for word in dir(type(self)) if word[0] != "_"])
            refuse(f"a {self.kind} has no {text_of(name)!r}{near or '; it has .mean'}")
        return self._only(self._part(name))

    __getattr__ = Namespace.__getattr__

    def __iter__(self) -> Iterator[str]:
        """The names of its groups, or of what was compared."""
        return iter(dict(self.groups) or dict.fromkeys(part.subjects[0] for part in self.parts))

    def _only(self, part: Comparison) -> Finding:
        """The finding of one of its comparisons."""
        if self.kind != "ranking" and self.parts == (part,):
            return self
        kept = tuple((subject, one) for subject, one in self.averages if subject in part.subjects)
        of = self.of and replace(self.of, value=part.quantity.n)
        kind = "count" if self.kind == "count" else "difference"
        return replace(self, kind=kind, parts=(part,), averages=kept, of=of)

    # What may be asked of a ranking

    def wins(self, name: Any) -> Condition:
        """Hold where it is clearly ahead of all others."""
        return self.leads(name)

    def leads(self, *names: Any) -> Condition:
        """Hold where exactly these are clearly ahead of all others."""
        chosen = self._names(names)
        others = [other for other in self.subjects if other not in chosen]
        if not others:
            refuse("leads() names all that are ranked; leave some out")
        found = both(*(self._of(self._better, self._part(*pair)) for pair in product(chosen, others)))
        return replace(found, about=(self,))

    def none_clear(self, *names: Any) -> Condition:
        """Hold where no two of these (by default of all) clearly differ."""
        pairs = combinations(self._names(names) or self.subjects, 2)
        found = ~either(*(self._of("clear", self._part(*pair)) for pair in pairs))
        return replace(found, about=(self,))

    @property
    def order(self) -> list[str]:
        """The names by their means, the best first; those without one last."""
        sign = 1 if self._better == "less" else -1
        known = {name: sign * one.value for name, one in self.averages if one.value is not None}
        return sorted(self.subjects, key=lambda name: (name not in known, known.get(name, 0.0)))

    @property
    def first(self) -> list[str]:
        """The names of those that nothing is clearly ahead of, the best mean first."""
        behind = {name for _, name in self._ahead}
        return [name for name in self.order if name not in behind]

    def where_clear(self, name: Any = None) -> list[str]:
        """The names that differ clearly: those that `name` is ahead of, or of groups those where it does."""
        if self.kind == "ranking":
            (one,), ahead = self._names([name]), self._ahead
            return [other for other in self.order if (one, other) in ahead]
        if self.groups:
            named = [] if name is None else [name]
            return [group for group, one in self.groups if numbers.as_condition(one.clear(*named)).holds]
        return [part.subjects[0] for part in self.parts if part.judgement in ("more", "less")]

    # What may be asked of all but a fact, by name where there are several

    clear, more, less, same, unclear = map(_asking, ("clear", "more", "less", "same", "unclear"))
    all, none = map(_asking, ("all", "none"))
    """Of a count. Else `same` is within the margin that does not matter; `clear(a, b)`: a is ahead of b."""

    def at_least(self, number: Any, name: Any = None) -> Condition:
        """Hold where at least so many were counted, of all or of one subject."""
        if self.kind != "count":
            refuse(f"a {self.kind} has no .at_least; there is .{self._example}")
        one = self if name is None else self[name]
        found: Condition = as_quantity(one) >= number
        return replace(found, about=(one,))

    @property
    def condition(self) -> Condition:
        """A fact is a condition itself. Raises `UsageError` for any other finding."""
        if self.kind != "fact":
            refuse(f"a {self.kind} is no condition by itself; ask it, as .{self._example}")
        return Condition(self.truth, (self,))

    __eq__ = members_equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return sentence(self)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"

    @property
    def _better(self) -> str:
        """How one that is ahead is judged beside another."""
        lower = self.kind == "ranking" and self.measure is not None and self.measure.better == "lower"
        return "less" if lower else "more"

    @property
    def _example(self) -> str:
        if self.kind == "ranking":
            return f"clear({', '.join(map(repr, self.subjects[:2]))})"
        return "at_least(1)" if self.kind == "count" else f"more({next(iter(self), '')!r})"

    def _by_name(self, word: str, *names: Any) -> Condition:
        if self.groups and names:
            return self[names[0]]._by_name(word, *names[1:])
        if not names and self.quantity is None:
            which = f".{word} of which of {', '.join(list(self)[:8])}? Write it as .{self._example}"
            return Condition(None, (self,), which=which)
        if self.kind == "count":
            one: Any = self[names[0]] if names else self
            value, n = one.quantity.value, one.quantity.n
            short = n - value if word == "all" else value
            return Condition(not short, (one,), f"by {short} of {n}" if short else "")
        if word == "clear" and self.kind == "ranking":
            word = self._better
        return self._of(word, self._part(*names) if names else self.parts[-1])

    def _names(self, names: Iterable[Any]) -> list[str]:
        return [find(name, self.subjects, f"subject of the {self.kind}") for name in names]

    def _part(self, *names: Any) -> Comparison:
        """The comparison of two subjects, seen from the first, or the only one that begins with a subject."""
        chosen = tuple(self._names(names))
        ways = self.parts, [part.reversed() for part in self.parts]
        alike = ([part for part in parts if part.subjects[: len(chosen)] == chosen] for parts in ways)
        found = next(filter(None, alike), [])
        if len(found) == 1 or (found and self.kind == "effect"):
            return found[0]
        pairs = ", ".join(" and ".join(part.subjects) for part in self.parts[:8])
        return refuse(f"{' and '.join(chosen)}: not one comparison; compared were {pairs}")

    @property
    def _ahead(self) -> set[tuple[str, ...]]:
        """The pairs of which the first is clearly ahead."""
        ways = (one for part in self.parts for one in (part, part.reversed()))
        return {one.subjects for one in ways if one.judgement == self._better}

    def _of(self, word: str, part: Comparison) -> Condition:
        """A condition on one comparison, and how far the end that decides is from where it turns."""
        clear, about = part.judgement in ("more", "less"), (self._only(part),)
        holds = {"clear": clear, "same": part.alike, "unclear": not clear and not part.alike}
        found = None if part.judgement == "unknown" else holds.get(word, part.judgement == word)
        if found is None or part.low is None or part.high is None or self.measure is None:
            return Condition(found, about)
        null, unit = (1.0, "") if self.measure.scale == "ratio" else (0.0, part.quantity.unit)
        above, below, bound = part.low - null, null - part.high, self.measure.bound
        far = {"more": above, "less": below}.get(word, max(above, below))
        if bound is not None and (word == "same" or (word == "unclear" and far <= 0)):
            far = min(bound - part.high, part.low - (1 / bound if null else -bound))
        return Condition(found, about, wording.distance_text(far, unit))


def quantities(value: Any, name: str = "", beside: Mapping[str, Any] = {}) -> Iterator[tuple[str, Quantity]]:
    """Find the quantities of an answer by the names that a template has for them: `mean.complex`.

    The means and differences of a finding are left out that stand `beside` it in its answer, too.
    """
    inner: dict[str, Any] = value.members if isinstance(value, Namespace) else {}
    number = value.quantity if isinstance(value, Finding) else value
    if isinstance(number, Quantity):
        yield name, number
    if isinstance(value, Finding):
        inner = {"mean": value.mean}
        if value.kind == "ranking":
            inner["difference"] = value.difference
        elif value.groups or len(value.parts) > 1:
            inner |= {each: value[each] for each in value}
        inner = {
            key: one for key, one in inner.items() if key not in beside or not members_equal(one, beside[key])
        }
    for each, one in inner.items():
        own = {"mean": one.mean} if isinstance(value, Finding) and isinstance(one, Finding) else inner
        yield from quantities(one, f"{name}.{each}".lstrip("."), own)


# What a finding says, and what holds of it now

_WORDS = {
    "accuracy": ("more accurate", "less accurate"),
    "missed": ("missed more often", "missed less often"),
    "seconds": ("slower", "faster"),
}
"""How something with more and with less of a measure is called, by the last word of its name."""


def sentence_values(finding: Finding) -> dict[str, Any]:
    """Give what the sentence of a finding needs, as plain values, quantities and labels of subjects.

    All: `measure` (its label), `epoch`, `units`, `margin`. A ranking: `outcome` (wins, leads, same, unclear,
    unknown, and `why`), `best` ("best", or "highest" where neither is better), `first` and `behind` (labels,
    the best first), `means` in this order, `lead` (the best over the next), `pairs` (labels of some, and of
    those that they are behind). A difference or an effect: `rows`, each with `group`, `first`, `second`
    (labels), `outcome` (more, less, same, unclear, unknown, and `why`), `amount` (first minus second),
    `alone` ("one of 6 comparisons" where it seems clear by itself), `word` (such as "more accurate", or "");
    `whole` is the row of an effect's ends, `axis` what they are values of. A count: `side`, `threshold`,
    `rows` of `label`, `number`, `total`. A fact: `sentence`, `truth`, `otherwise`.
    """
    own = ("epoch", "sentence", "truth", "otherwise", "side", "threshold")
    said: dict[str, Any] = {name: getattr(finding, name) for name in own}
    said |= {"units": wording.plural(finding.unit), "axis": finding.axis.replace("_", " ")}
    if measure := finding.measure:
        margin = Quantity(measure.bound, measure.difference_unit, exact=True) if measure.bound else None
        said |= {"measure": measure.label, "margin": margin}
    if finding.kind == "ranking":
        return said | _ranked(finding)
    groups = finding.groups or ((finding.within, finding),)
    rows = [{"group": group, **_row(one, part)} for group, one in groups for part in one.parts]
    return said | {"rows": rows, "whole": rows[-1] if rows else None}


def _why(*parts: Comparison) -> str:
    """Why these were not judged."""
    n = parts[0].quantity.n
    if n > 1 and all(part.quantity.spread == 0 for part in parts):
        return f"but all {n} differences are equal, which gives no interval"
    return "which is too little to judge"


def _row(finding: Finding, part: Comparison) -> dict[str, Any]:
    """A comparison: how the first is called beside the second, and whether it seems clear by itself."""
    one, measure, names = part.quantity, finding.measure, [*map(finding.label, part.subjects), ""]
    null, word, alone = 1.0 if one.unit == "times" else 0.0, "", ""
    if finding.family > 1 and one.interval and not one.interval[0] <= null <= one.interval[1]:
        alone = f"one of {finding.family} comparisons"
    if measure and one.value not in (None, null):
        own, less = (measure.more, measure.less), one.value < null
        usual = (f"higher in {measure.label}", f"lower in {measure.label}")
        word = own[less] or _WORDS.get(measure.name.split(" ")[-1], usual)[less]
    row = {"first": names[0], "second": names[1], "amount": one, "outcome": part.judgement, "why": _why(part)}
    counted = {"label": names[0], "number": one, "total": one.n} if finding.kind == "count" else {}
    return {**row, "word": word, "alone": alone, **counted}


def _ranked(finding: Finding) -> dict[str, Any]:
    order, first, means, ahead = finding.order, finding.first, dict(finding.averages), finding._ahead
    behind = [name for name in order if name not in first]
    of = {name: [one for one in order if (one, name) in ahead] for name in behind}
    of = {name: [one for one in some if one in first] or some for name, some in of.items()}
    groups = [(list(names), some) for some, names in groupby(behind, of.get)]
    level = [part for part in finding.parts if {*part.subjects} <= {*first}] or [*finding.parts]
    outcome = "same" if all(part.alike for part in finding.parts) else "unclear"
    if finding.wins(order[0]).holds:
        outcome = "wins"
    elif all(part.judgement == "unknown" for part in level):
        outcome = "unknown"
    elif outcome == "unclear" and behind and all(of[name] == first for name in behind):
        outcome = "leads"
    return {
        "outcome": outcome,
        "best": "best" if finding.measure and finding.measure.better else "highest",
        "why": _why(*level),
        "first": [*map(finding.label, first)],
        "behind": [*map(finding.label, behind)],
        "means": [means[name] for name in (*first, *behind)],
        "lead": finding.difference[order[0]][order[1]],
        "pairs": [[[*map(finding.label, each)] for each in (names, some or ())] for names, some in groups],
    }


def sentence(finding: Finding) -> str:
    """Say a finding in one short sentence, without mark-up: the engine's own, in frame/sentences.html."""
    return f"{str(getattr(_macros(), finding.kind)(sentence_values(finding))).strip()}."


@cache
def _macros() -> Any:
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).parents[1] / "frame")
    made = jinja2.Environment(loader=loader, finalize=_printed, trim_blocks=True, lstrip_blocks=True)
    made.filters |= formats.FILTERS
    made.filters |= {"text": str, "literal": str, "listed": _printed}
    return made.get_template("sentences.html").module


def _printed(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        texts = [*map(_printed, value)]
        return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))
    return formats.as_prose(value) if isinstance(value, Quantity) else str(value)


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
    words: tuple[str, ...] = ("more", "less", "same", "unclear")
    asked: list[tuple[str, Any]] = []
    bare = () if one.quantity is None else words
    if one.kind == "count":
        bare, asked = ("all", "none"), [("at_least", [as_quantity(one).value])]
    elif one.kind == "ranking":
        order, first = one.order, one.first
        if len(first) == 1:
            asked = [("wins", first)]
        elif 2 * len(one.parts) == len(order) * (len(order) - 1):
            asked = [("leads", first)] * (len(first) < len(order)) + [("none_clear", first)]
        pairs = sorted(sorted(map(order.index, part.subjects)) for part in one.parts)
        near = [[order[place] for place in pair] for pair in pairs if len(order) <= 12 or pair[0] == 0]
        asked += [(word, pair) for pair in near for word in ("clear", "same", "unclear")]
    else:
        own = one.parts[:-1] if bare else one.parts
        asked = [(word, part.subjects[:1]) for part in own for word in words]
    found = [(f".{word}", getattr(one, word)) for word in bare]
    told = [(word, ", ".join(map(repr, names)), names) for word, names in asked]
    return found + [(f".{word}({text})", getattr(one, word)(*names)) for word, text, names in told]


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


# Answers, and how they are read from JSON


class Answer(Namespace):
    """What a question's function returns: quantities, findings, tables, texts and lists by name."""

    def __init__(self, /, **names: Any) -> None:
        super().__init__(names)

    def __or__(self: Namespace, other: Namespace, prefix: str = "") -> Answer:
        """Join two answers. Raises `UsageError` where one name means two things."""
        found = dict(self.members)
        for name, value in other.members.items():
            mine = found.setdefault(name, value)
            if isinstance(mine, Namespace) and isinstance(value, Namespace):
                found[name] = Namespace(Answer.__or__(mine, value, f"{prefix}{name}.").members)
            elif not members_equal(mine, value):
                refuse(f"{prefix}{name} has two meanings in joined answers; give one of them a name=")
        return Answer(**found)

    def _told(self) -> list[Any]:
        return [one for one in self.members.values() if hasattr(type(one), "_repr_html_")]

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self._told())) or super().__repr__()

    def _repr_html_(self) -> str:
        return "".join(one._repr_html_() for one in self._told()) or f"<pre>{escape(repr(self))}</pre>"


_KINDS = (Quantity, formats.FormattedQuantity, numbers.Source, Table, Column, Finding, Comparison, Measure)
"""What an answer is made of, beside names, lists and texts."""


def from_json(plain: Mapping[str, Any]) -> Answer:
    """Read what `to_plain` wrote."""
    return Answer(**{name: _read(value) for name, value in plain.items()})


def _read(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(map(_read, value))
    if not isinstance(value, Mapping):
        return value
    if value["is"] == "names":
        return Namespace({name: _read(each) for name, each in value["members"].items()})
    known: Any = {each.__name__.lower(): each for each in _KINDS}[value["is"]]
    return known(**{one.name: _read(value[one.name]) for one in fields(known) if one.name in value})
