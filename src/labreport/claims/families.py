"""Comparisons as values, in families that are corrected together. Declared before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from labreport.errors import UsageError


@dataclass(frozen=True)
class Comparison:
    """What is compared, declared before anything runs: `metric` of `first` minus that of `second`.

    `second` is another experiment, or a number that `first` is held against. `metric` names one of the
    project's measures, such as `test accuracy`; `epoch` is that of the snapshot or record (of
    `second` too, unless `second_epoch` says otherwise). A difference smaller than `margin`, in the unit
    of the metric, counts as none. `also` names other experiments that the measure reads, such as one that
    times what both cost.

    Raises `UsageError` when the margin is not positive.
    """

    first: str
    second: str | float
    metric: str
    epoch: int | None = None
    second_epoch: int | None = None
    margin: float | None = None
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.margin is not None and not self.margin > 0:
            raise UsageError(f"comparison {self.name!r}: margin is {self.margin}; it must be greater than 0")

    @property
    def name(self) -> str:
        """In words: `wide minus small, test accuracy, epoch 10`."""
        at = "" if self.epoch is None else f", epoch {self.epoch}"
        after = self.epochs[1]
        other = f" at epoch {after}" if after != self.epoch else ""
        return f"{self.first} minus {self.second}{other}, {self.metric}{at}"

    @property
    def epochs(self) -> tuple[int | None, int | None]:
        """The epoch of `first` and that of `second`."""
        return self.epoch, self.epoch if self.second_epoch is None else self.second_epoch

    @property
    def key(self) -> tuple[object, ...]:
        """What identifies it: everything but the margin and what else is read."""
        return self.first, self.second, self.metric, *self.epochs

    @property
    def needs(self) -> tuple[str, ...]:
        """The experiments whose results it reads."""
        names = (self.first, self.second) if isinstance(self.second, str) else (self.first,)
        return tuple(dict.fromkeys((*names, *self.also)))


@dataclass(frozen=True)
class Family:
    """Comparisons that answer one question together, and share its chance of error.

    With `correction="holm"` the p-values are corrected for the number of members. A `confirmatory`
    family was planned to decide a question; another one looks around, and its prose should say so.

    Raises `UsageError` when it is empty or names one comparison twice.
    """

    name: str
    members: tuple[Comparison, ...]
    correction: Literal["holm", "none"] = "holm"
    confirmatory: bool = True

    def __post_init__(self) -> None:
        if not self.members:
            raise UsageError(f"family {self.name!r} has no members; name at least one comparison")
        double = [one.name for one in self.members if [each.key for each in self.members].count(one.key) > 1]
        if double:
            raise UsageError(f"family {self.name!r} holds the comparison {double[0]!r} twice; remove one")

    @property
    def needs(self) -> tuple[str, ...]:
        """The experiments that a question must declare to use any member."""
        return tuple(dict.fromkeys(need for member in self.members for need in member.needs))
