"""The labels of inputs, as `code project:fit`, and what is done with inputs of each kind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_BY_RANK = ("specification", "code", "data", "reads", "answer", "figure", "section", "template")
"""Kinds of which a change is among the first reasons of a target, the most telling first."""
_PRINTED = frozenset({"library", "python", "threads", "seeds"})
"""Kinds whose values may be shown to a person. A global's value may be a secret."""
_MAY_DIFFER = frozenset({"code", "module", "value", "engine", "library", "python"})
"""Kinds of which `keep` may pass over a change, since a person can say that it does not matter."""


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
        words = [self.kind]
        if self.name:
            words.append(self.name)
        words += map(str, self.epochs)
        return " ".join(words)

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
    def rank(self) -> int:
        """Where a change of it stands among the reasons of a target: the smallest is the most telling."""
        return _BY_RANK.index(self.kind) if self.kind in _BY_RANK else len(_BY_RANK)

    @property
    def is_printed(self) -> bool:
        """Whether its value may be shown to a person."""
        return self.kind in _PRINTED

    @property
    def may_differ(self) -> bool:
        """Whether `keep` may pass over a change of it."""
        return self.kind in _MAY_DIFFER
