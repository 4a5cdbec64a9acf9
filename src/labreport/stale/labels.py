"""Labels of inputs, such as `code project:fit`, and how each kind of input is treated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_BY_RANK = ("specification", "code", "data", "reads", "answer", "figure", "section", "template")
"""The order in which `why` lists changes: these kinds first, in this order."""
_PRINTED = frozenset({"library", "python", "threads", "seeds"})
"""Kinds whose values are shown in messages. Values of globals are not, because they may be secrets."""
_MAY_DIFFER = frozenset({"code", "module", "value", "engine", "library", "python"})
"""Kinds of changes that `keep` accepts, because a user can know that they do not matter."""


@dataclass(frozen=True)
class Label:
    """The label of an input: a kind, and a name unless there is only one of the kind, such as `seed`."""

    text: str
    """The label in keys and in stored runs: `code project:fit`, or `reads mlp 64 1 5` with two epochs."""
    kind: str
    name: str
    """`project:fit`; `mlp 64` without the epochs at which this experiment is read; empty for `seed`."""

    @classmethod
    def parse(cls, text: str, experiments: Collection[str] = ()) -> Label:
        """The label with this text.

        In `reads mlp 64 1`, the text alone does not say whether the name is `mlp` or `mlp 64`. It is taken to
        be the longest name among `experiments` that fits.
        """
        kind, _, name = text.partition(" ")
        if kind == "reads":
            for experiment in sorted(experiments, key=len, reverse=True):
                if name.startswith(f"{experiment} "):
                    return cls(text, kind, experiment)
        return cls(text, kind, name)

    @property
    def rank(self) -> int:
        """The position of a change of this input in lists of reasons; the lowest comes first."""
        return _BY_RANK.index(self.kind) if self.kind in _BY_RANK else len(_BY_RANK)

    @property
    def is_printed(self) -> bool:
        """Whether its value may be shown in messages."""
        return self.kind in _PRINTED

    @property
    def may_differ(self) -> bool:
        """Whether `keep` accepts a change of it."""
        return self.kind in _MAY_DIFFER
