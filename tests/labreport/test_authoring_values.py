"""Values of a dataclass against its annotations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy
import pytest

from labreport import Experiment
from labreport.authoring import Meta, wrong
from labreport.errors import UsageError

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class Inner:
    """A value inside another."""

    size: Annotated[int, Meta(ge=1)] = 1


@dataclass(frozen=True)
class Specification:
    """A field of each kind that a specification may have."""

    layers: tuple[Annotated[int, Meta(ge=1, le=99)], ...] = (1,)
    rate: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    kind: Literal["quick", "slow"] = "quick"
    pair: tuple[int, str] = (1, "a")
    inner: Inner | None = None
    named: tuple[tuple[str, Inner], ...] = ()
    options: Mapping[str, int] | None = None
    exact: bool = False
    text: Annotated[str, Meta(min_length=1, max_length=4)] = "text"
    anything: Any = None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"layers": ()},
        {"layers": (1, 99)},
        {"rate": numpy.float64(0.25)},
        {"inner": Inner(3), "named": (("a", Inner()),)},
        {"options": {"a": 1}, "exact": True, "anything": object()},
    ],
)
def test_what_the_annotations_allow_is_not_wrong(fields: dict[str, Any]) -> None:
    """Whole numbers stand for numbers, and None for what may be left out."""
    assert wrong(Specification(**fields)) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"layers": 62}, "layers is 62; write (62,), with the comma"),
        ({"layers": "62"}, "layers is '62'; write (62,), without quotes and with the comma"),
        ({"layers": [62, 3]}, "layers is [62, 3]; write (62, 3), as a tuple in round brackets"),
        ({"layers": range(1, 3)}, "layers is range(1, 3); write (1, 2), as a tuple in round brackets"),
        ({"layers": (62.0,)}, "layers is (62.0,); write (62,), without the point"),
        (
            {"layers": (True,)},
            "layers is (True,); allowed is a tuple, in which each is a whole number from 1 to 99",
        ),
        (
            {"layers": (100,)},
            "layers is (100,); allowed is a tuple, in which each is a whole number from 1 to 99",
        ),
        ({"layers": (numpy.int64(4),)}, "write (4,), as a whole number of Python's"),
        ({"rate": 0}, "rate is 0; allowed is a number above 0 and below 1"),
        ({"rate": None}, "rate is None; allowed is a number above 0 and below 1"),
        ({"kind": "quik"}, "kind is 'quik'; allowed is 'quick' or 'slow'; did you mean 'quick'?"),
        ({"pair": ("a", 1)}, "pair is ('a', 1); allowed is a tuple of a whole number and a text"),
        ({"inner": Inner(0)}, "size is 0; allowed is a whole number of at least 1"),
        ({"named": (("a", Inner("2")),)}, "size is '2'; write 2, without quotes"),  # type: ignore[arg-type]
        ({"inner": 3}, "inner is 3; allowed is a value of Inner or None"),
        ({"options": {"a": "b"}}, "options is {'a': 'b'}; allowed is a value of Mapping or None"),
        ({"exact": 1}, "exact is 1; allowed is True or False"),
        ({"text": ""}, "text is ''; allowed is a text at least 1 long and at most 4 long"),
        ({"text": 5}, "text is 5; write '5', in quotes"),
        ({"layers": tuple(range(1000))}, "layers[0] is 0; allowed is a whole number from 1 to 99"),
        ({"anything": 1, "exact": "yes" * 99}, "exact is 'yesyes"),
    ],
)
def test_what_is_wrong_says_the_value_and_what_to_write(fields: dict[str, Any], said: str) -> None:
    """Where the value that was meant is known, it is written out."""
    assert said in str(wrong(Specification(**fields)))


@dataclass(frozen=True)
class Unreadable:
    """An annotation of a name that only a type checker imports."""

    price: Decimal
    size: int = 1


def test_an_annotation_that_cannot_be_read_allows_everything() -> None:
    """Whoever writes a value has made no mistake."""
    assert wrong(Unreadable("cheap")) is None  # type: ignore[arg-type]


@dataclass(frozen=True)
class Defaulted:
    """A specification whose default is none of those that it allows."""

    way: str
    points: int = "4000"  # type: ignore[assignment]


def test_a_default_that_is_not_allowed_is_named_by_the_line_of_the_class() -> None:
    """Nobody has written it anywhere else."""
    text = Path(__file__).read_text()
    line = text[: text.index("    points: int =")].count("\n") + 1
    with pytest.raises(UsageError, match=rf"{line}: points is '4000'; write 4000, without quotes"):
        Experiment("one", Defaulted("a"))
