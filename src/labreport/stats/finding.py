"""Findings: what was seen and how sure it is, and the conditions that an author may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal, NoReturn

from labreport.errors import UsageError, here, told
from labreport.project.measure import Measure
from labreport.stats.compare import Part
from labreport.stats.names import Column, Names, Table, equal, find, text_of
from labreport.stats.quantity import Condition, Quantity, both, by, either, negated

Kind = Literal["ranking", "difference", "effect", "count", "fact", "extremes"]
RANKED = ("ranking", "extremes")


@dataclass(frozen=True)
class Asked(Condition):
    """A condition that can also be asked by name: `gap.more`, `gap.more("wide")`."""

    ask: Callable[..., Condition] | None = None

    def __call__(self, *names: Any) -> Condition:
        assert self.ask is not None
        return self.ask(*names)


@dataclass(frozen=True)
class ByName:
    """What is a condition of one of several only: `drug.more("10")`."""

    word: str
    known: tuple[str, ...]
    ask: Callable[..., Condition]

    def __call__(self, *names: Any) -> Condition:
        return self.ask(*names)

    def _refuse(self, *_: Any) -> NoReturn:
        few = ", ".join(self.known[:8])
        raise UsageError(told(here(), f"{self.word} of which? Write {self.word}({self.known[0]!r}): {few}"))

    __and__ = __or__ = __rand__ = __ror__ = __invert__ = __bool__ = _refuse

    @property
    def condition(self) -> Condition:
        """None of its own. Raises `UsageError` that says which there are."""
        self._refuse()


@dataclass(frozen=True, eq=False)
class Finding:
    """An observation and its judgement.

    `subjects` are compared by `parts`, of which each is judged as one of `family`; `labels` are what people
    call them, `averages` their means, `unit` what is repeated. `groups` are findings inside one, by group;
    `axis` is the column or field that the subjects are values of. A count is of `total`, on the `side` of a
    `threshold`. A fact has its `sentence` and its `truth`.
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
    total: Quantity | None = None
    threshold: Quantity | None = None
    side: str = ""
    sentence: str = ""
    truth: bool | None = None

    def __post_init__(self) -> None:
        if self.measure is not None and (self.measure.value or self.measure.right or self.measure.terms):
            bare = replace(self.measure, value=None, right=None, terms=())
            object.__setattr__(self, "measure", bare)

    # What it is made of

    @property
    def mean(self) -> Names:
        """The means by subject, or by group and subject."""
        if self.groups:
            return Names({name: one.mean for name, one in self.groups})
        return Names(dict(self.averages))

    @property
    def means(self) -> Table:
        """The means as a table, with the group in front where there are groups."""
        title = self.measure.label if self.measure else "Mean"
        head = Column("mean", title[:1].upper() + title[1:])
        first = Column("name", self.axis.replace("_", " ").capitalize() or "Name")
        if self.groups:
            lines = [(group, *line) for group, one in self.groups for line in one.means.rows]
            return Table(
                (Column("group", self.within.replace("_", " ").capitalize()), first, head), tuple(lines)
            )
        return Table((first, head), tuple((self.label(name), one) for name, one in self.averages))

    @property
    def difference(self) -> Names:
        """The differences that were estimated, in both directions: `difference.complex.small`."""
        if self.groups:
            return Names({name: one.difference for name, one in self.groups})
        found: dict[str, dict[str, Quantity]] = {}
        for part in (
            one for part in self.parts if len(part.subjects) == 2 for one in (part, part.reversed())
        ):
            first, second = part.subjects
            found.setdefault(first, {})[second] = part.quantity
        return Names({name: Names(found[name]) for name in self.subjects if name in found})

    @property
    def quantity(self) -> Quantity | None:
        """What it prints as: the only comparison, the whole of an effect, the number of a count."""
        if self.kind == "count":
            return self._counted(self.parts)
        return (
            self.parts[0].quantity
            if self._single
            else self.parts[-1].quantity
            if self.kind == "effect"
            else None
        )

    @property
    def of(self) -> Quantity | None:
        """Of how many a count is."""
        return self.total

    @property
    def _single(self) -> bool:
        return len(self.parts) == 1 and not self.groups and self.kind != "count"

    def label(self, name: str) -> str:
        """What people call a subject."""
        return dict(zip(self.subjects, self.labels, strict=False)).get(name, name) or name

    def __getitem__(self, name: Any) -> Finding:
        """The finding of one group, or of the comparison of one subject. Raises `UsageError`."""
        if self.groups:
            of = dict(self.groups)
            return of[find(name, of, f"group of {self.within}" if self.within else "group")]
        if self.kind in RANKED:
            part = self._part(*self.subjects) if len(self.subjects) == 2 else None
            if part is None or text_of(name) not in self.subjects:
                self._refuse(f"a {self.kind} has no [{text_of(name)!r}]; write .mean or .difference")
        else:
            part = self._part(name)
        return self._only(part)

    def _only(self, part: Part) -> Finding:
        """The finding of one of its comparisons."""
        if len(self.parts) == 1 and self.kind != "effect" and part.subjects == self.parts[0].subjects:
            return self
        kept = tuple((subject, one) for subject, one in self.averages if subject in part.subjects)
        total = None if self.total is None else replace(self.total, value=part.quantity.n)
        kind: Kind = "count" if self.kind == "count" else "difference"
        return replace(self, kind=kind, parts=(part,), averages=kept, total=total)

    def __iter__(self) -> Iterator[str]:
        """The names of its groups, or of what was compared."""
        return iter(
            [name for name, _ in self.groups] or list(dict.fromkeys(part.subjects[0] for part in self.parts))
        )

    # What may be asked of a ranking

    def wins(self, name: Any) -> Condition:
        """Hold where it is clearly ahead of all others."""
        (one,) = self._names(name)
        others = [other for other in self.subjects if other != one]
        return self._about(both(*(self._ahead(one, other) for other in others)))

    def leads(self, *names: Any) -> Condition:
        """Hold where exactly these are clearly ahead of all others."""
        chosen = self._names(*names)
        others = [other for other in self.subjects if other not in chosen]
        if not others:
            self._refuse("leads() names all that are ranked; leave some out")
        return self._about(both(*(self._ahead(one, other) for one in chosen for other in others)))

    def none_clear(self, *names: Any) -> Condition:
        """Hold where no two of these (by default of all) clearly differ."""
        chosen = self._names(*names) or list(self.subjects)
        clear = [either(self._ahead(a, b), self._ahead(b, a)) for a, b in combinations(chosen, 2)]
        return self._about(negated(either(*clear)))

    @property
    def first(self) -> list[str]:
        """The names of those that nothing is clearly ahead of, the best mean first."""
        behind = {
            one
            for one in self.subjects
            for other in self.subjects
            if other != one and self._is_ahead(other, one)
        }
        return [name for name in self.order if name not in behind]

    @property
    def order(self) -> list[str]:
        """The names by their means, the best first (of extremes, the most); those without one last."""
        values = {name: one.value for name, one in self.averages}
        lower = self._lower

        def key(name: str) -> tuple[bool, float]:
            value = values.get(name)
            return value is None, 0.0 if value is None else value if lower else -value

        return sorted(self.subjects, key=key)

    def where_clear(self, name: Any = None) -> list[str]:
        """The names that differ clearly; of a ranking, those that `name` is clearly ahead of; else groups."""
        if self.kind in RANKED:
            (one,) = self._names(name)
            return [other for other in self.order if other != one and self._is_ahead(one, other)]
        if self.groups:
            return [group for group, one in self.groups if one.clear(*([] if name is None else [name])).holds]
        return [part.subjects[0] for part in self.parts if part.judgement in ("more", "less")]

    # What may be asked of a difference, an effect and a ranking, by name where there are several

    @property
    def clear(self) -> Any:
        """Clearly different; of a ranking, `clear(a, b)`: a is clearly ahead of b."""
        return self._asked("clear")

    @property
    def more(self) -> Any:
        """Clearly more."""
        return self._asked("more")

    @property
    def less(self) -> Any:
        """Clearly less."""
        return self._asked("less")

    @property
    def same(self) -> Any:
        """Within the margin that does not matter."""
        return self._asked("same")

    @property
    def unclear(self) -> Any:
        """Neither clearly different nor the same."""
        return self._asked("unclear")

    # What may be asked of a count and of a fact

    @property
    def all(self) -> Any:
        """In every run that was counted."""
        return self._asked("all")

    @property
    def none(self) -> Any:
        """In no run that was counted."""
        return self._asked("none")

    def at_least(self, number: Any, name: Any = None) -> Condition:
        """Hold where at least so many were counted, of all or of one subject."""
        parts = self.parts if name is None else (self._part(name),)
        return self._about(self._counted(parts) >= number)

    @property
    def condition(self) -> Condition:
        """A fact is a condition itself. Raises `UsageError` for any other finding."""
        if self.kind != "fact":
            self._refuse(f"a {self.kind} is no condition by itself; ask it, as .{self._example}")
        return Condition(self.truth, (self,))

    def __and__(self, other: Any) -> Condition:
        return both(self, other)

    def __or__(self, other: Any) -> Condition:
        return either(self, other)

    def __invert__(self) -> Condition:
        return negated(self)

    def __bool__(self) -> bool:
        raise TypeError("a finding may be unknown; ask it, and read .holds of the condition")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and equal(self, other)

    __hash__ = object.__hash__

    def sentence_text(self) -> str:
        """Its sentence, in plain words."""
        from labreport.stats.sentences import sentence

        return sentence(self)

    def __repr__(self) -> str:
        return self.sentence_text()

    def _repr_html_(self) -> str:
        from html import escape

        table = self.means._repr_html_() if self.averages or self.groups else ""
        return f"<p>{escape(self.sentence_text())}</p>{table}"

    # How it is asked

    @property
    def _lower(self) -> bool:
        return self.kind == "ranking" and self.measure is not None and self.measure.better == "lower"

    @property
    def _example(self) -> str:
        if self.kind in RANKED:
            return f"clear({', '.join(map(repr, self.subjects[:2]))})"
        return "at_least(1)" if self.kind == "count" else "more"

    def _asked(self, word: str) -> Any:
        counting = word in ("all", "none")
        if counting != (self.kind == "count"):
            self._refuse(f"a {self.kind} has no .{word}; there is .{self._example}")

        def ask(*names: Any) -> Condition:
            return self._by_name(word, *names)

        if counting or self.kind == "effect" or self._single:
            found = self._all_or_none(word, self.parts) if counting else self._of(word, self.parts[-1])
            return Asked(found.holds, found.about, found.how, ask)
        known = [name for name, _ in self.groups] or [one for part in self.parts for one in part.subjects]
        return ByName(word, tuple(dict.fromkeys(known)), ask)

    def _by_name(self, word: str, *names: Any) -> Condition:
        if self.groups:
            if not names:
                ByName(word, tuple(name for name, _ in self.groups), self._by_name)._refuse()
            asked = getattr(self[names[0]], word)
            found: Condition = asked(*names[1:]) if names[1:] else asked
            return found if isinstance(found, Condition) else found.condition
        if not names:
            return self._of(word, self.parts[-1])
        if word in ("all", "none"):
            return self._all_or_none(word, (self._part(*names),))
        if self.kind in RANKED and word == "clear":
            return self._ahead(*self._names(*names))
        return self._of(word, self._part(*names))

    def _names(self, *names: Any) -> list[str]:
        return [find(name, self.subjects, f"subject of the {self.kind}") for name in names]

    def _part(self, *names: Any) -> Part:
        """The comparison of two subjects, seen from the first, or the one that begins with a subject."""
        chosen = self._names(*names)
        if len(chosen) == 1:
            for part in self.parts:
                if part.subjects[0] == chosen[0]:
                    return part
            turned = [part for part in self.parts if part.subjects[-1] == chosen[0]]
            if len(turned) == 1:
                return turned[0].reversed()
        for part in self.parts if len(chosen) == 2 else ():
            if part.subjects == tuple(chosen):
                return part
            if part.subjects[::-1] == tuple(chosen):
                return part.reversed()
        pairs = ", ".join(" and ".join(part.subjects) for part in self.parts[:8])
        self._refuse(f"{' and '.join(chosen) or 'nothing'} was not compared; compared were {pairs}")

    def _ahead(self, one: str, other: str) -> Condition:
        part = self._part(one, other)
        return self._of("less" if self._lower else "more", part)

    def _is_ahead(self, one: str, other: str) -> bool:
        compared = any({one, other} == set(part.subjects) for part in self.parts)
        return compared and bool(self._ahead(one, other).holds)

    def _of(self, word: str, part: Part) -> Condition:
        """A condition on one comparison."""
        clear = part.judgement in ("more", "less")
        holds: bool | None = {
            "more": part.judgement == "more",
            "less": part.judgement == "less",
            "clear": clear,
            "same": part.alike,
            "unclear": not clear and not part.alike,
        }[word]
        if part.judgement == "unknown":
            holds = None
        return Condition(holds, (self._only(part),), self._how(word, part))

    def _how(self, word: str, part: Part) -> str:
        """How far the end of the interval that decides is from where the condition turns."""
        if part.low is None or part.high is None or self.measure is None:
            return ""
        ratio, bound = self.measure.scale == "ratio", self.measure.bound
        null = 1.0 if ratio else 0.0
        from_null = max(part.low - null, null - part.high)
        far = {"more": part.low - null, "less": null - part.high}.get(word, from_null)
        if word == "same" or (word == "unclear" and from_null <= 0 and bound is not None):
            if bound is None:
                return ""
            far = min(bound - part.high, part.low - (1 / bound if ratio else -bound))
        return by(far, "" if ratio else part.quantity.unit)

    def _about(self, condition: Condition) -> Condition:
        return replace(Condition(condition.holds, (self,), condition.how))

    def _counted(self, parts: Iterable[Part]) -> Quantity:
        of = list(parts)
        if len(of) == 1:
            return of[0].quantity
        first, names = of[0].quantity, tuple(name for part in of for name in part.subjects)
        counts = sum(int(part.quantity.value or 0) for part in of)
        n = sum(part.quantity.n for part in of)
        return replace(first, value=counts, n=n, source=replace(first.source, experiments=names, n=n))

    def _all_or_none(self, word: str, parts: tuple[Part, ...]) -> Condition:
        counted = self._counted(parts)
        wanted = counted.n if word == "all" else 0
        short = abs(wanted - int(counted.value or 0))
        about = self._only(parts[0]) if len(parts) == 1 else self
        return Condition(short == 0, (about,), f"by {short} of {counted.n}" if short else "")

    def _refuse(self, text: str) -> NoReturn:
        raise UsageError(told(here(), text))
