"""Findings: what was seen and how sure it is, and the conditions that an author may ask of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from itertools import combinations, product
from typing import Any, Literal

from labreport.errors import did_you_mean
from labreport.project.measure import Measure
from labreport.stats.compare import Part
from labreport.stats.names import Names, equal, find, text_of
from labreport.stats.quantity import Asked, Condition, Quantity, both, by, either, negated, refuse
from labreport.stats.tables import Column, Table

Kind = Literal["ranking", "difference", "effect", "count", "fact", "extremes"]
RANKED = ("ranking", "extremes")


def _asking(word: str, told: str) -> Any:
    """A condition of a finding, which can be asked by name where there are several."""
    return property(lambda self: self._asked(word), doc=told)


@dataclass(frozen=True, eq=False)
class Finding(Asked):
    """An observation and its judgement.

    `subjects` are compared by `parts`, of which each is judged as one of `family`; `labels` are what people
    call them, `averages` their means, `unit` what is repeated. `groups` are findings inside one, by group;
    `axis` is the column or field that the subjects are values of. A count is `of` so many, on the `side` of
    a `threshold`. A fact has its `sentence`, its `truth`, and the sentence that is said `otherwise`.
    """

    kind: Kind
    subjects: tuple[str, ...] = ()
    measure: Measure | None = None
    parts: tuple[Part, ...] = ()
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

    # What it is made of

    @property
    def mean(self) -> Names:
        """The means by subject, or by group and subject."""
        return Names({name: one.mean for name, one in self.groups} if self.groups else dict(self.averages))

    @property
    def means(self) -> Table:
        """The means as a table, with the group in front where there are groups."""
        head = Column("mean", _title(self.measure.label if self.measure else "mean"))
        first = Column("name", _title(self.axis or "name"))
        if self.groups:
            lines = tuple((group, *line) for group, one in self.groups for line in one.means.rows)
            return Table((Column("group", _title(self.within)), first, head), lines)
        return Table((first, head), tuple((self.label(name), one) for name, one in self.averages))

    @property
    def difference(self) -> Names:
        """The differences that were estimated, in both directions: `difference.complex.small`."""
        if self.groups:
            return Names({name: one.difference for name, one in self.groups})
        found: dict[str, dict[str, Quantity]] = {name: {} for name in self.subjects}
        for part in self._both_ways:
            if len(part.subjects) == 2:
                found[part.subjects[0]][part.subjects[1]] = part.quantity
        return Names({name: Names(of) for name, of in found.items() if of})

    @property
    def quantity(self) -> Quantity | None:
        """What it prints as: the only comparison, the whole of an effect, the number of a count."""
        if self.kind == "count":
            return self._counted
        one = self.kind == "effect" or (self.kind == "difference" and len(self.parts) == 1)
        return self.parts[-1].quantity if one else None

    def label(self, name: str) -> str:
        """What people call a subject."""
        return dict(zip(self.subjects, self.labels, strict=False)).get(name) or name

    def __getitem__(self, name: Any) -> Finding:
        """The finding of one group, or of the comparison of one subject. Raises `UsageError`."""
        if self.groups:
            groups = dict(self.groups)
            return groups[find(name, groups, f"group of {self.within}")]
        if self.kind in RANKED or self.kind == "fact":
            near = did_you_mean(text_of(name), [word for word in dir(type(self)) if word[0] != "_"])
            refuse(f"a {self.kind} has no {text_of(name)!r}{near or '; it has .mean'}")
        return self._only(self._part(name))

    def __iter__(self) -> Iterator[str]:
        """The names of its groups, or of what was compared."""
        return iter(dict(self.groups) or dict.fromkeys(part.subjects[0] for part in self.parts))

    def _only(self, part: Part) -> Finding:
        """The finding of one of its comparisons."""
        if self.kind not in RANKED and len(self.parts) == 1 and part.subjects == self.parts[0].subjects:
            return self
        kept = tuple((subject, one) for subject, one in self.averages if subject in part.subjects)
        of = None if self.of is None else replace(self.of, value=part.quantity.n)
        kind: Kind = "count" if self.kind == "count" else "difference"
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
        found = negated(either(*(self._of("clear", self._part(*pair)) for pair in pairs)))
        return replace(found, about=(self,))

    @property
    def order(self) -> list[str]:
        """The names by their means, the best first (of extremes, the most); those without one last."""
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
        if self.kind in RANKED:
            (one,) = self._names([name])
            return [other for other in self.order if (one, other) in self._ahead]
        if self.groups:
            named = [] if name is None else [name]
            return [group for group, one in self.groups if one._by_name("clear", *named).holds]
        return [part.subjects[0] for part in self.parts if part.judgement in ("more", "less")]

    # What may be asked of all but a fact, by name where there are several

    clear = _asking("clear", "Clearly different; of a ranking, `clear(a, b)`: a is clearly ahead of b.")
    more = _asking("more", "Clearly more.")
    less = _asking("less", "Clearly less.")
    same = _asking("same", "Within the margin that does not matter.")
    unclear = _asking("unclear", "Neither clearly different nor the same.")
    all = _asking("all", "In every run that was counted.")
    none = _asking("none", "In no run that was counted.")

    def at_least(self, number: Any, name: Any = None) -> Condition:
        """Hold where at least so many were counted, of all or of one subject."""
        one = self if name is None else self[name]
        found: Condition = one._counted >= number
        return replace(found, about=(one,))

    @property
    def condition(self) -> Condition:
        """A fact is a condition itself. Raises `UsageError` for any other finding."""
        if self.kind != "fact":
            refuse(f"a {self.kind} is no condition by itself; ask it, as .{self._example}")
        return Condition(self.truth, (self,))

    __eq__ = equal
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        from labreport.stats.sentences import sentence

        return sentence(self)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"

    # How it is asked

    @property
    def _better(self) -> str:
        """How one that is ahead is judged beside another."""
        lower = self.kind == "ranking" and self.measure is not None and self.measure.better == "lower"
        return "less" if lower else "more"

    @property
    def _example(self) -> str:
        if self.kind in RANKED:
            return f"clear({', '.join(map(repr, self.subjects[:2]))})"
        return "at_least(1)" if self.kind == "count" else f"more({next(iter(self), '')!r})"

    def _asked(self, word: str) -> Condition:
        if (word in ("all", "none")) != (self.kind == "count") or self.kind == "fact":
            refuse(f"a {self.kind} has no .{word}; there is .{self._example}")

        def ask(*names: Any) -> Condition:
            return self._by_name(word, *names)

        if self.quantity is None:
            which = f".{word} of which of {', '.join(list(self)[:8])}? Write it as .{self._example}"
            return Condition(None, (self,), ask=ask, which=which)
        return replace(self._by_name(word), ask=ask)

    def _by_name(self, word: str, *names: Any) -> Condition:
        if self.groups and names:
            return self[names[0]]._by_name(word, *names[1:])
        if not names and self.quantity is None:
            refuse(f".{word} needs a name, as .{self._example}")
        if word in ("all", "none"):
            one = self[names[0]] if names else self
            counted = one._counted
            short = counted.n - (counted.value or 0) if word == "all" else counted.value or 0
            return Condition(short == 0, (one,), f"by {short} of {counted.n}" if short else "")
        if word == "clear" and self.kind in RANKED:
            word = self._better
        return self._of(word, self._part(*names) if names else self.parts[-1])

    def _names(self, names: Iterable[Any]) -> list[str]:
        return [find(name, self.subjects, f"subject of the {self.kind}") for name in names]

    def _part(self, *names: Any) -> Part:
        """The comparison of two subjects, seen from the first, or the only one that begins with a subject."""
        chosen = tuple(self._names(names))
        found = [part for part in self.parts if part.subjects[: len(chosen)] == chosen]
        turned = [part for part in self.parts if part.subjects[::-1][: len(chosen)] == chosen]
        if found and (len(found) == 1 or self.kind == "effect"):
            return found[0]
        if found or len(turned) != 1:
            pairs = ", ".join(" and ".join(part.subjects) for part in self.parts[:8])
            refuse(f"{' and '.join(chosen)}: not one comparison; compared were {pairs}")
        return turned[0].reversed()

    @property
    def _both_ways(self) -> list[Part]:
        return [one for part in self.parts for one in (part, part.reversed())]

    @property
    def _ahead(self) -> set[tuple[str, ...]]:
        """The pairs of which the first is clearly ahead."""
        return {part.subjects for part in self._both_ways if part.judgement == self._better}

    def _of(self, word: str, part: Part) -> Condition:
        """A condition on one comparison, and how far the end that decides is from where it turns."""
        clear, about = part.judgement in ("more", "less"), (self._only(part),)
        if part.judgement == "unknown":
            return Condition(None, about)
        holds = {"clear": clear, "same": part.alike, "unclear": not clear and not part.alike}
        found = holds.get(word, part.judgement == word)
        if part.low is None or part.high is None or self.measure is None:
            return Condition(found, about)
        null, unit = (1.0, "") if self.measure.scale == "ratio" else (0.0, part.quantity.unit)
        above, below, bound = part.low - null, null - part.high, self.measure.bound
        far = {"more": above, "less": below}.get(word, max(above, below))
        if bound is not None and (word == "same" or (word == "unclear" and far <= 0)):
            far = min(bound - part.high, part.low - (1 / bound if null else -bound))
        return Condition(found, about, by(far, unit))

    @property
    def _counted(self) -> Quantity:
        """The number of a count, over all its subjects."""
        first, n = self.parts[0].quantity, sum(part.quantity.n for part in self.parts)
        if len(self.parts) == 1:
            return first
        source = replace(first.source, experiments=self.subjects, n=n)
        value = sum(part.quantity.value or 0 for part in self.parts)
        return replace(first, value=value, n=n, values=(), source=source)


def _title(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")
