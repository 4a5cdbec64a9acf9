"""Numerals are recognised however they are written, and ordinary words are not taken for them."""

from __future__ import annotations

import pytest

from labreport.claims import Quantity
from labreport.claims.numerals import has_numeral, in_words, number_words
from labreport.claims.rounding import FORMS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("three times better", ["three"]),
        ("half of its errors", ["half"]),
        ("a third of them, or two thirds, or a quarter", ["a third", "two thirds", "a quarter"]),
        ("Twice as good, tenfold, doubled", ["Twice", "tenfold", "doubled"]),
        ("three hundred thousand times; thirty-two nodes", ["three hundred thousand", "thirty-two"]),
        ("a dozen, ten times, hundreds", ["dozen", "ten", "hundreds"]),
        ("⅔ of it", ["⅔"]),
        ("m² and ٣ and ３", ["²", "٣", "３"]),
        ("a tenth of a second", ["a tenth"]),
    ],
)
def test_a_number_is_found_in_words_and_in_every_script(text: str, found: list[str]) -> None:
    """As a phrase, where it is one."""
    assert list(number_words(text)) == found
    assert has_numeral(text)


@pytest.mark.parametrize(
    "text",
    [
        "one of the networks",
        "the first layer, the second, and the third",
        "at once",
        "both of them",
        "manifold",
        "unfold",
        "often, tend, attend, weight, height, content",
        "the fourth answer",
        "",
    ],
)
def test_ordinary_words_are_no_numbers(text: str) -> None:
    """Articles, ordinals, and words that only contain a number's letters."""
    assert list(number_words(text)) == []
    assert not has_numeral(text)


def test_an_exact_count_is_printed_in_words_with_its_unit() -> None:
    """Up to twenty; measured numbers are not."""
    printed = FORMS["word"]
    assert printed(Quantity(2, "networks")) == "two\u00a0networks"
    assert printed(Quantity(1, "networks")) == "one\u00a0network"
    assert printed(Quantity(10)) == "ten"
    assert printed(Quantity(21, "seeds")) == "21\u00a0seeds"
    assert printed(Quantity(2.5, "s")) == "2.5\u00a0s"
    assert in_words(20) == "twenty"
