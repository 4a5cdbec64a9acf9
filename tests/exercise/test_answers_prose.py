"""The prose follows the verdicts: every template, with results of every kind."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from answering import QUESTIONS, answer, fresh_answer
from prose import TEMPLATES, render
from verdict_cases import Case
from verdicts import CASES

from exercise.bonus_complex import more_time as prediction
from exercise.catalogue import COMPLEX, DEEP_64

WORDLESS = re.compile(r"[^a-z ]+")
"""All but words: what is left shows a difference of wording, not of numbers."""


def _words(slug: str, case: Case) -> str:
    rendered = render(QUESTIONS[slug], answer(slug, case.seeds, **case.overrides))
    return WORDLESS.sub(" ", f"{rendered['headline']} {rendered['body']}".lower())


@pytest.mark.parametrize("slug", QUESTIONS)
def test_the_words_change_with_each_verdict(slug: str) -> None:
    """No two verdicts of one claim have the same words."""
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for case in CASES:
        if case.question == slug and case.seeds > 1:
            told[case.claim][case.verdict] = _words(slug, case)
    for claim, texts in told.items():
        assert len(set(texts.values())) == len(texts), claim


@pytest.mark.parametrize("seeds", [1, 2, 5])
@pytest.mark.parametrize("slug", QUESTIONS)
def test_every_template_reads_well_with_any_number_of_seeds(slug: str, seeds: int) -> None:
    """The headline says something; no block says what only a program would say."""
    rendered = render(QUESTIONS[slug], answer(slug, seeds))
    assert len(rendered["headline"]) > 10
    for text in rendered.values():
        assert not re.search(r"\bNone\b|\bnan\b|\binf\b|\bTrue\b|\bFalse\b|[{}<>]{2}| \.|\.\.|\( ", text), (
            text
        )


SAYS_ONE_SEED = (
    "set-up.environment",
    "part-one.wide.accuracy",
    "part-one.small.accuracy",
    "part-one.comparison",
    "part-two.above-20",
    "part-two.hypothesis",
    "part-three.goal",
    "part-three.best",
    "bonus.digits",
    "bonus.pattern",
    "bonus.longer",
    "bonus.diminishing",
    "bonus.complex",
    "bonus.worth",
    "bonus.more-time",
)


@pytest.mark.parametrize("slug", SAYS_ONE_SEED)
def test_with_one_seed_the_report_says_what_it_cannot_say(slug: str) -> None:
    """One seed is named as such, and with five it is not."""
    one, five = (render(QUESTIONS[slug], answer(slug, seeds))["body"] for seeds in (1, 5))
    assert re.search(r"\bone seed\b", one, re.IGNORECASE)
    assert not re.search(
        r"\bone seed (was|cannot|could|is|shows|compares)|with one seed", five, re.IGNORECASE
    )


def test_had_a_deep_network_learned_the_text_would_say_so() -> None:
    """The headline turns from no to yes, and the caption with it."""
    slug = "part-two.above-20"
    learned: dict[str, Any] = {"deep-64": {"collapsed": False, "validation": 0.94, "test": 0.94}}
    rendered = render(QUESTIONS[slug], answer(slug, **learned))
    assert rendered["headline"].startswith("Yes. deep-64")
    assert "deep-64 learns" in rendered["body"]
    assert "deep-8 learns" not in rendered["body"]


def test_no_word_presupposes_that_another_finding_was_a_yes() -> None:
    """“Still”, “already”, “too” and “even” compare with a sentence that may say the opposite."""
    findings = re.compile(r"{% when [^%]*%}(.*?)(?={% (?:when|silent|endfinding))", re.DOTALL)
    for path in sorted(TEMPLATES.rglob("*.html")):
        for told in findings.findall(path.read_text(encoding="utf-8")):
            sentence = re.sub(r"{{.*?}}|{%.*?%}|<[^>]*>", "", told)
            assert not re.search(r"\b(still|already|as well|too:|[Ee]ven (?!give)|further\.)", sentence), (
                path,
                sentence,
            )


def test_a_network_without_momentum_is_not_said_to_have_it() -> None:
    """The table of the networks shows each setting that may differ, so that no title has to say it."""
    plain = replace(COMPLEX.specification, momentum=0.0, initial_gain=4.0)
    quantities = answer("set-up.rules", complex={"network": plain}).quantities
    for setting in ("learning_rate", "momentum", "batch_size", "initial_gain"):
        assert quantities[f"complex.{setting}"].value == getattr(plain, setting)


def test_the_layers_of_a_network_are_told_as_they_are() -> None:
    """Alike as a product, others one by one."""
    other = replace(COMPLEX.specification, hidden_layers=(256, 128, 64))
    found = answer("set-up.rules", complex={"network": other})
    layers = {row["name"]: row["nodes"] for row in found.facts["rows"]}
    assert layers["deep-8"] == "10 × 8"
    assert layers["complex"] == "256, 128, 64"


def test_without_a_fitted_curve_the_prose_makes_no_prediction(monkeypatch: pytest.MonkeyPatch) -> None:
    """The template renders, and says that there is no prediction."""
    monkeypatch.setattr(prediction, "extrapolate", lambda curves: None)
    body = render(QUESTIONS["bonus.more-time"], fresh_answer("bonus.more-time"))["body"]
    assert "there is no prediction" in body
    assert "The prediction" not in body


OPENINGS = (
    ("set-up.rules", "all", {"supported": "Yes", "refuted": "No"}),
    ("set-up.rates", "chosen-best", {"supported": "By validation accuracy. Of", "refuted": "Not well"}),
    (
        "part-one.comparison",
        "wide-better",
        {
            "supported": "The wide one",
            "refuted": "The small one",
            "inconclusive": "Not decided",
            "equivalent": "Neither",
        },
    ),
    ("part-two.above-20", "any", {"supported": "Yes", "refuted": "No", "inconclusive": "Not decided"}),
    ("part-two.hypothesis", "hypothesis", {"supported": "Probably because", "inconclusive": "Perhaps"}),
    (
        "part-two.correlation",
        "all",
        {"supported": "Yes. Over", "refuted": "Yes, a negative", "inconclusive": "No clear one"},
    ),
    ("part-three.goal", "both", {"supported": "Yes", "refuted": "No", "inconclusive": "Not decided"}),
    (
        "part-three.best",
        "best",
        {
            "supported": "complex, the",
            "refuted": "Not complex",
            "equivalent": "No single one",
            "inconclusive": "The highest mean",
        },
    ),
    (
        "part-three.epochs",
        "similar",
        {"supported": "In this comparison, yes", "refuted": "In this comparison, no"},
    ),
    (
        "bonus.digits",
        "together.worst",
        {"supported": "Yes", "equivalent": "No", "inconclusive": "Not decided"},
    ),
    ("bonus.pattern", "complex.uneven", {"supported": "Yes", "inconclusive": "Not decided"}),
    (
        "bonus.worth",
        "worth",
        {
            "supported": "Yes",
            "refuted": "No",
            "equivalent": "Only if",
            "inconclusive": "Not decided",
        },
    ),
    (
        "bonus.diminishing",
        "diminishing",
        {"supported": "Yes", "refuted": "No", "inconclusive": "Not decided"},
    ),
    (
        "bonus.more-time",
        "test-better",
        {"supported": "Yes", "refuted": "No", "equivalent": "No", "inconclusive": "Not decided"},
    ),
)


@pytest.mark.parametrize(("slug", "claim", "openings"), OPENINGS)
def test_the_headline_opens_with_the_verdict(slug: str, claim: str, openings: dict[str, str]) -> None:
    """Yes where the claim is supported, no where it is refuted, and neither where it is left open."""
    for case in CASES:
        if (case.question, case.claim) == (slug, claim) and case.verdict in openings:
            headline = render(QUESTIONS[slug], answer(slug, case.seeds, **case.overrides))["headline"]
            assert headline.startswith(openings[case.verdict]), (case, headline)


def test_of_a_network_that_learned_nothing_the_report_makes_no_prediction_and_lists_no_errors() -> None:
    """A curve through guesses predicts nothing, and thousands of positions are nothing to look at."""
    nothing: dict[str, Any] = {"training": 0.11, "validation": 0.1, "test": 0.1, "drop": 0.0}
    made: dict[str, Any] = {"complex": nothing, "complex-100": nothing}
    later = answer("bonus.more-time", **made)
    assert later.quantities["predicted"].value is None
    assert "there is no prediction" in render(QUESTIONS["bonus.more-time"], later)["body"]
    assert (
        "Their positions" not in render(QUESTIONS["bonus.pattern"], answer("bonus.pattern", **made))["body"]
    )


def test_the_caption_of_the_gradients_says_weights_times_four_only_of_trials() -> None:
    """One deep network whose initial weights were changed already takes the words away."""
    changed = replace(DEEP_64.specification, initial_gain=4.0)
    made: dict[str, Any] = {"deep-64": {"network": changed}}
    question = QUESTIONS["part-two.hypothesis"]
    usual = render(question, answer(question.slug))["body"]
    other = render(question, answer(question.slug, **made))["body"]
    words = "with the usual initial weights and with weights"
    assert words in usual
    assert words not in other
