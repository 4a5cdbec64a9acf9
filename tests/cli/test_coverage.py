"""What no claim covers: sentences that compare or judge, and numbers that are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.check.coverage import Coverage, coverage_of


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template to be written."""
    return tmp_path / "best.md"


def _covered(template: Path, text: str) -> Coverage:
    template.write_text(text)
    return coverage_of([template])


@pytest.mark.parametrize(
    "sentence",
    [
        "Small nets are faster.",
        "It had no effect on the dose.",
        "Both give the same.",
        "It takes three times the memory.",
        "Most wines are red.",
        "It is as good as a tree.",
        "Trees are deeper than forests.",
    ],
)
def test_a_sentence_that_compares_is_found(template: Path, sentence: str) -> None:
    """Outside of a claim; inside one it is bound."""
    (listed,) = _covered(template, f"We looked.\n\n{sentence} We went on.").unguarded
    assert (listed.line, listed.text) == (3, sentence)
    bound = _covered(template, f"{{% claim gain.more %}}{sentence}{{% endclaim %}}")
    assert (bound.unguarded, bound.guarded) == ([], 1)


@pytest.mark.parametrize(
    "text",
    [
        "We trained five networks.",
        "```python\nif better: print('most')\n```",
        "It is called `better`, see [here](better.html).",
        "{# better #}",
        '{{ figure("better") }}',
    ],
)
def test_what_neither_compares_nor_is_prose_is_not(template: Path, text: str) -> None:
    """Code, links, comments and the names of figures say nothing."""
    assert _covered(template, text).unguarded == []


def test_a_sentence_that_is_half_in_a_claim_is_bound(template: Path) -> None:
    """The claim fails, and the sentence with it."""
    text = "The forest is {% claim ranking.clear('forest', 'tree') %}clearly better{% endclaim %} here."
    assert _covered(template, text).guarded == 1


def test_numbers_are_printed_literal_or_typed(template: Path) -> None:
    """What places a figure or is empty is no number; a number in code is not typed."""
    text = 'From {{ mean.a }} to {{ "12 m" | literal }} in 30 days. {{ figure("x") }} `97` {{ ref("x") }}'
    covered = _covered(template, f"{text} {{{{ }}}}")
    assert (covered.printed, covered.literal, covered.typed) == (1, 1, 1)


def test_a_template_that_is_not_there_has_nothing(template: Path) -> None:
    """The engine writes for a question without one."""
    assert coverage_of([template]) == Coverage()


def test_a_sentence_is_listed_with_its_code(template: Path) -> None:
    """And items of a list are sentences of their own, whose numbers nobody measured."""
    covered = _covered(
        template, "We looked. `deep` is better\nthan {{ name }}.\n\n1. One.\n2. `small` is worse.\n"
    )
    assert [(sentence.line, sentence.text) for sentence in covered.unguarded] == [
        (1, "`deep` is better than …."),
        (5, "`small` is worse."),
    ]
    assert covered.typed == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [("``97`` and $97$", 0), ("HCT116 in [2 wells](a5.html)", 1), ("1. Of 1,000 and 10\u202f000 days", 2)],
)
def test_a_typed_number_is_what_is_prose_to_markdown(template: Path, text: str, count: int) -> None:
    """As where typed percentages are refused."""
    assert _covered(template, text).typed == count
