"""Canonical hashing: types differ, order and layout do not."""

from __future__ import annotations

import enum
import functools
from dataclasses import InitVar, dataclass, field, fields, make_dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercise.networks import Network
from labreport.errors import UsageError
from labreport.experiment import plain
from labreport.fingerprint.canonical import canonical, digest, exact

_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)

_NETWORKS = st.builds(
    Network,
    hidden_layers=st.lists(st.integers(1, 512), min_size=1, max_size=6).map(tuple),
    learning_rate=st.floats(0.001, 10),
    momentum=st.floats(0, 0.99),
    batch_size=st.integers(1, 1024),
    initial_gain=st.floats(0.1, 10),
)

_OTHER: dict[str, Any] = {
    "hidden_layers": lambda value: (*value, 7),
    "learning_rate": lambda value: value * 2,
    "momentum": lambda value: value / 2 + 0.001,
    "batch_size": lambda value: value + 1,
    "activation": lambda value: value + "x",
    "initializer": lambda value: value + "x",
    "initial_gain": lambda value: value * 2,
    "frozen_layers": lambda value: value + 1,
    "backward_gain": lambda value: value * 2,
    "output_bias": lambda value: not value,
    "loss": lambda value: value + "x",
    "optimizer": lambda value: value + "x",
}


def test_values_of_different_types_have_different_digests() -> None:
    """`1`, `"1"`, `1.0` and `True` are four values."""
    assert len({digest(value) for value in (1, "1", 1.0, True)}) == 4


@given(_PLAIN)
def test_equal_values_have_equal_digests(value: Any) -> None:
    """A value rebuilt through JSON keeps its digest."""
    import json

    assert digest(json.loads(json.dumps(value))) == digest(value)


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_a_dict_does_not_count(value: dict[str, int]) -> None:
    """Members may be written in any order."""
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(_NETWORKS, st.sampled_from([field.name for field in fields(Network)]))
def test_every_field_of_a_specification_changes_its_digest(network: Network, field: str) -> None:
    """No field can change unnoticed."""
    other = replace(network, **{field: _OTHER[field](getattr(network, field))})
    assert digest(plain(other)) != digest(plain(network))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: 2}, {1, 2}, object(), b"bytes"])
def test_what_cannot_be_told_apart_is_refused(value: Any) -> None:
    """NaN, keys that are not strings, and foreign types raise and name the value's place."""
    with pytest.raises(UsageError, match="cannot fingerprint"):
        digest({"value": value})


@dataclass(frozen=True)
class Ridge:
    """A specification with one field."""

    alpha: Any = 1.0

    @functools.cached_property
    def twice(self) -> float:
        """What is computed from the fields, and kept."""
        return 2 * float(self.alpha)


@dataclass(frozen=True)
class Lasso:
    """Another, with an equal field."""

    alpha: Any = 1.0


@dataclass(frozen=True)
class Steeper(Ridge):
    """A subclass with no field of its own."""


@dataclass(frozen=True, slots=True)
class Slotted:
    """Without a dictionary."""

    alpha: Any = 1.0


class Outer:
    """Holds a class of a name that another class has as well."""

    @dataclass(frozen=True)
    class Ridge:
        """With an equal field, too."""

        alpha: Any = 1.0


VALUES: tuple[Any, ...] = (
    *(None, 0, False, 0.0, -0.0, "0", "", "None", 1, True, 1.0, "1", "1.0", 10**30, 1e30),
    *((), [], {}, (1,), [1], (1.0,), ((1,),), "(1)", (1, 2), [1, 2], [(1, 2)], [[1, 2]], "[1,2]"),
    *({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1.0, "b": 2}, {"a": {"b": 2}}, {"a": None}),
    *(Ridge(), Ridge(1), Ridge(True), Ridge("1"), Ridge(None), Lasso(), Steeper(), Slotted(), Outer.Ridge()),
    *(Ridge(Ridge()), Ridge(Lasso()), Ridge((Lasso(),)), Ridge([Lasso()]), Ridge({"a": Lasso()}), Ridge({})),
    *("Ridge(alpha=1.0)", exact(Ridge()), {"alpha": 1.0}),
)


def test_no_two_values_have_one_text() -> None:
    """Classes, the order of a dictionary, lists and tuples, numbers, truth values and texts all differ."""
    assert len({exact(value) for value in VALUES}) == len(VALUES)


def test_equal_values_have_one_text() -> None:
    """However often they are made, and whatever was computed from them meanwhile."""
    first, second = Ridge({"a": (1, 2.5)}), Ridge({"a": (1, 2.5)})
    kept = Ridge(3.0)
    assert kept.twice == 6.0
    assert exact(first) == exact(second)
    assert exact(kept) == exact(Ridge(3.0))


def test_the_classes_in_a_value_are_found_however_deep_they_are() -> None:
    """What their methods compute is part of what a run computes."""
    classes: set[type] = set()
    exact({"a": [Ridge((Lasso(Slotted()),))]}, classes=classes)
    assert classes == {Ridge, Lasso, Slotted}


@dataclass(frozen=True)
class Kept:
    """Keeps an argument that is not a field."""

    alpha: float = 1.0
    scale: InitVar[float] = 1.0

    def __post_init__(self, scale: float) -> None:
        object.__setattr__(self, "scaled", scale)


class _Slot:
    """Something that a dataclass is derived from, and that is none."""

    __slots__ = ("__hidden",)


@dataclass(frozen=True)
class KeptInASlot(_Slot):
    """Keeps an argument in a slot of its base."""

    scale: InitVar[float] = 1.0

    def __post_init__(self, scale: float) -> None:
        object.__setattr__(self, "_Slot__hidden", scale)


@dataclass(frozen=True)
class Unset:
    """Has a field without a value."""

    alpha: float = field(init=False)


@dataclass
class Listed(list[int]):
    """Is a list as well."""

    alpha: float = 1.0


class Named(NamedTuple):
    """A tuple with a class of its own."""

    alpha: float = 1.0


class Colour(enum.Enum):
    """A number with a class of its own."""

    RED = 1


class Whole(enum.IntEnum):
    """A number that is an integer, with a class of its own."""

    ONE = 1


class Text(str):
    """A text with a class of its own."""


def _local() -> Any:
    @dataclass(frozen=True)
    class Local:
        alpha: float = 1.0

    return Local()


Renamed = make_dataclass("Ridge", [("alpha", float)], frozen=True)


@pytest.mark.parametrize(
    "value",
    [
        *(
            Kept(),
            KeptInASlot(),
            Unset(),
            Listed(),
            _local(),
            Renamed(1.0),
            Ridge(Kept()),
            [Ridge(Renamed(1.0))],
        ),
        *(Named(), Colour.RED, Whole.ONE, Text("a"), Path("a"), {1}, frozenset({1}), 1j, b"a", range(3), ...),
        *(
            functools.partial(int, "1"),
            int,
            len,
            lambda: 1,
            np.float64(1),
            np.int64(1),
            np.array([1]),
            object(),
        ),
        *(float("nan"), float("inf"), {1: 2}, {Text("a"): 1}, functools.reduce, Ridge),
        *(type("Keys", (dict,), {})(a=1), type("Items", (list,), {})([1])),
    ],
)
def test_what_an_exact_text_cannot_say_is_refused_in_one_line(value: Any) -> None:
    """Rather than taken for something that it resembles."""
    with pytest.raises(UsageError, match="cannot fingerprint") as refused:
        exact(value)
    assert "\n" not in str(refused.value)
