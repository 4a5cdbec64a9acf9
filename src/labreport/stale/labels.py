"""The labels of inputs, as `code project:fit`, and what is done with inputs of each kind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class KindRules:
    """What is done with the inputs of one kind."""

    rank: int = 8
    """Where a change of it stands among the reasons of a target: the smallest is the most telling."""
    is_printed: bool = False
    """Whether its values may be shown to a person. A global's value may be a secret."""
    may_differ: bool = False
    """Whether `keep` may pass over a change, since a person can say that it does not matter."""


_RULES = {
    "specification": KindRules(rank=0),
    "code": KindRules(rank=1, may_differ=True),
    "data": KindRules(rank=2),
    "reads": KindRules(rank=3),
    "answer": KindRules(rank=4),
    "figure": KindRules(rank=5),
    "section": KindRules(rank=6),
    "template": KindRules(rank=7),
    "module": KindRules(may_differ=True),
    "value": KindRules(may_differ=True),
    "engine": KindRules(may_differ=True),
    "library": KindRules(is_printed=True, may_differ=True),
    "python": KindRules(is_printed=True, may_differ=True),
    "threads": KindRules(is_printed=True),
    "seeds": KindRules(is_printed=True),
}
_OTHER = KindRules()
"""Of all others, and any new kind: shown last, never printed, and never passed over."""


@dataclass(frozen=True)
class Label:
    """The name of an input: `Label("code", "project:fit")`; there is one `seed`, which needs no name.

    As text it is `code project:fit` and `seed`: so it stands in keys and in stored runs. `epochs` are those
    at which an experiment is read: `Label("reads", "mlp 64", (1, 5))` is `reads mlp 64 1 5`.
    """

    kind: str
    name: str = ""
    epochs: tuple[int, ...] = ()

    def __str__(self) -> str:
        words = [self.kind, self.name] if self.name else [self.kind]
        return " ".join([*words, *map(str, self.epochs)])

    @classmethod
    def parse(cls, text: str, experiments: Collection[str] = ()) -> Label:
        """The label that has this text.

        Of `reads mlp 64 1` the text alone does not say where the name ends. It is that of one of the
        `experiments`, the longest with which the text begins.
        """
        kind, _, name = text.partition(" ")
        if kind == "reads":
            for experiment in sorted(experiments, key=len, reverse=True):
                if name.startswith(f"{experiment} "):
                    epochs = name.removeprefix(experiment).split()
                    return cls(kind, experiment, tuple(map(int, epochs)))
        return cls(kind, name)

    @property
    def rules(self) -> KindRules:
        """What is done with inputs of its kind."""
        return _RULES.get(self.kind, _OTHER)
