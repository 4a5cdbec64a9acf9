"""Canonical hashing: types differ, order and layout do not."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercise.networks import Network
from labreport.errors import UsageError
from labreport.experiment import plain
from labreport.fingerprint.canonical import canonical, digest

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
