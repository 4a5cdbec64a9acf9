"""The prose follows the results: every wording of every template, with results made for it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from answering import QUESTIONS, answer
from prose import TEMPLATES, render

from exercise.catalogue import COMPLEX
from exercise.networks import Network
from exercise.project import PROJECT
from labreport.page import values
from labreport.page.values import TracedFinding

LEARNS = {"collapsed": False, "validation": 0.94, "test": 0.94, "noise": 0.001}
STUCK = {"collapsed": True, "noise": 0.0}
ERRATIC = {"collapsed": False, "validation": 0.2, "test": 0.2, "drop": 0.0, "noise": 0.05}
"""Above the threshold of learning in some seeds."""
LEVEL = {"training": 0.96, "validation": 0.96, "test": 0.96, "drop": 0.0, "noise": 0.001}
SURE = {"training": 1.0, "validation": 1.0, "test": 1.0, "drop": 0.0, "noise": 0.0}
WILD = {**LEVEL, "noise": 0.03}
FROZEN, BACKWARD, NO_BIAS = "deep-32-frozen", "deep-32-backward-4", "deep-32-no-output-bias"
CELL = "rates/learning_rate=0.5,momentum=0.9"
OTHER_CELL = "rates/learning_rate=0.1,momentum=0.9"
RELU = "activations/activation=relu,learning_rate=0.5"


class Case(NamedTuple):
    """A question, what is said of results made in this way, and where the headline begins."""

    slug: str
    words: str
    made: dict[str, Any]
    opening: str = ""
    seeds: int = 5


CASES = (
    *(
        Case("part-one.accuracy", words, {"wide": made, "small": made}, "On validation data, wide reaches")
        for words, made in (
            ("better on its training images", {**LEVEL, "training": 0.98}),
            (
                "wide is worse on its training images than on validation images",
                {**LEVEL, "training": 0.94},
            ),
            ("as accurate on training images", LEVEL),
            ("no overfitting is seen", WILD),
            ("It is better on test images than on validation images", {**LEVEL, "test": 0.98}),
            ("It is worse on test images than on validation images", {**LEVEL, "test": 0.94}),
            ("It is as accurate on test images as on validation images", SURE),
            ("Between test and validation images, the difference may be chance", LEVEL),
        )
    ),
    Case("part-one.parameters", "", {}, "wide has 318 010 parameters: 317 600 weights"),
    *(
        Case("part-one.parameters", f"stored weights of {name} are", {name: {"stored": Network((7,))}})
        for name in ("wide", "small")
    ),
    Case("part-one.comparison", "", {"wide": {"test": 0.98}}, "After 10 epochs, wide is more accurate"),
    Case("part-one.comparison", "", {"wide": {"test": 0.9}}, "After 10 epochs, small is more accurate"),
    Case("part-one.time", "", {}, "1.36 s for wide and 0.255 s for small, the median of 5 epochs each."),
    Case("part-one.time", "Epochs of wide differ", {"wide": {"unsteady": True}}, "1.4"),
    Case("part-two.above-20", "stay at the level of guessing", {}, "No:"),
    Case("part-two.above-20", "learn only how often each digit occurs", {}, "No:"),
    Case("part-two.above-20", "one digit for every image", {}, "No:", seeds=1),
    Case("part-two.above-20", "Not all deep networks stay", {"deep-64": LEARNS}, "Yes:"),
    Case("part-two.above-20", "Not all deep networks stay", {"deep-8": ERRATIC}, "Yes:"),
    Case("part-two.hypothesis", "as the forward explanation says", {}, "Because in the late layers all"),
    *(
        Case("part-two.hypothesis", words, {"deep-32-gain-4": made}, "Because in the late layers all")
        for words, made in (
            ("needs the gradient in the early layers as well", LEARNS | {"test": 0.96}),
            ("all layers trained, deep-32 is less accurate", LEARNS | {"test": 0.8}),
            ("all layers trained, deep-32 is as accurate", {}),
            ("the accuracy of deep-32 differs by", WILD),
        )
    ),
    Case(
        "part-two.hypothesis",
        "as the backward explanation says",
        {FROZEN: STUCK, BACKWARD: LEARNS},
        "Because almost no gradient reaches the early layers",
    ),
    Case(
        "part-two.hypothesis",
        "Both networks learn, which neither explanation says",
        {BACKWARD: LEARNS},
        "Because the signal vanishes: ten sigmoid layers",
    ),
    Case(
        "part-two.hypothesis",
        "Neither network learns, which neither explanation says",
        {FROZEN: STUCK},
        "Because the signal vanishes: ten sigmoid layers",
    ),
    Case(
        "part-two.hypothesis",
        "with early layers that are never trained, help in some seeds",
        {FROZEN: ERRATIC},
        "Because the signal vanishes: ten sigmoid layers",
    ),
    Case(
        "part-two.hypothesis",
        "so neither explanation holds in every seed",
        {BACKWARD: ERRATIC},
        "Because the signal vanishes: ten sigmoid layers",
    ),
    Case(
        "part-two.hypothesis",
        "of 15 trainings learn",
        {FROZEN: STUCK, "deep-8-gain-4": ERRATIC},
        "Probably because the signal vanishes",
    ),
    Case(
        "part-two.hypothesis",
        "We cannot say. With weights 4 times as large 5 of 15 trainings learn",
        {FROZEN: ERRATIC, "deep-8-gain-4": STUCK, "deep-64-gain-4": STUCK},
        "We cannot say",
    ),
    Case(
        "part-two.hypothesis",
        "Of 9 trials, 8 came out",
        {"deep-8": LEARNS, "deep-8-4-layers": STUCK},
        "Not all",
    ),
    Case("part-two.hypothesis", "at least one does in some seed", {"deep-64-30-epochs": ERRATIC}),
    Case("part-two.hypothesis", "these biases made it name one digit", {NO_BIAS: LEARNS}),
    Case("part-two.hypothesis", "so they are not what holds it back", {NO_BIAS: ERRATIC}),
    Case("part-two.hypothesis", "which is too large for them", {RELU: STUCK}),
    Case("part-two.parameters", "", {}, "deep-8 has 7 018, deep-32 has 34 954, deep-64 has 88 330."),
    Case("part-two.parameters", "how many of them belong", {"deep-64": {"network": Network((100,) * 20)}}),
    *(
        Case("part-two.parameters", f"stored weights of {name} are", {name: {"stored": Network((7,))}})
        for name in ("deep-8", "deep-32", "deep-64")
    ),
    Case(
        "part-two.correlation",
        "differ in layers too, so parameters need not be the cause",
        {},
        "No clear one: of 15 pairs of networks, the one with more parameters",
    ),
    Case(
        "part-two.correlation",
        "clearly less accurate in 1; in 0, no difference is clear.",
        {
            name: {**LEARNS, "drop": 0.0, "validation": 0.80 + 0.02 * rank}
            for rank, name in enumerate(("deep-8", "deep-32", "deep-64", "small", "complex", "wide"))
        },
        "No clear one: of 15 pairs of networks, the one with more parameters is clearly more accurate in 14",
    ),
    Case(
        "part-two.correlation",
        "and clearly less accurate in none.",
        {
            name: {**LEARNS, "drop": 0.0, "validation": 0.80 + 0.02 * rank}
            for rank, name in enumerate(("deep-8", "deep-32", "small", "deep-64", "complex", "wide"))
        },
        "Yes, as far as it is clear: of 15 pairs of networks",
    ),
    Case("part-three.goal", "", {}, "Yes: complex reaches 98.2 ± 0.3 % on validation data"),
    Case("part-three.goal", "Validation loss rises again", {"complex": {"turns": 8}}, "Yes"),
    Case("part-three.goal", "", {"complex": {"test": 0.92, "drop": 0.0, "noise": 0.01}}, "Not in every seed"),
    Case("part-three.goal", "", {"complex": {"test": 0.9}}, "No: complex reaches", seeds=1),
    Case("part-three.best", "", {}, "complex with 98.1 ± 0.2 % after 50 epochs, then small with"),
    Case(
        "part-three.best",
        "Between wide and complex, accuracy does not decide; we would take the smaller one, complex.",
        dict.fromkeys(("wide", "complex"), SURE),
        "wide with 100.00 % (99.96 to 100.00 %) and complex with",
    ),
    Case("part-three.epochs", "", {}, "Yes, for 50 epochs each"),
    Case("part-three.epochs", "", {"complex": {"epochs": 60}}, "No: wide 50, small 50, complex 60."),
    *(
        Case("part-three.epochs", words, {"complex-wide-momentum": alone, "wide": wide}, "Yes, for")
        for words, alone, wide in (
            ("Without its momentum the layers bring a lead", {"test": 0.99}, {}),
            ("is behind wide, by", {"test": 0.9}, {}),
            ("as accurate as wide", SURE, SURE),
            ("Without its momentum no lead is seen", {**WILD, "noise": 0.02}, WILD),
        )
    ),
    Case("bonus.digits", "Some digits are misread more often", {}, "Yes: wide misreads 8 most often"),
    Case(
        "bonus.digits",
        "8 is misread clearly more often by wide, small and complex",
        {},
        "Yes: wide misreads 8",
    ),
    Case(
        "bonus.digits",
        "9 is misread clearly less often by complex.",
        {**dict.fromkeys(("wide", "small"), SURE), "complex": {"hard": tuple(range(9))}},
        "Not clearly on one digit, but some are clearly easier:",
    ),
    Case("bonus.digits", "complex misreads all digits equally often", {"complex": SURE}, "Yes:"),
    Case(
        "bonus.digits", "Errors by digit.", dict.fromkeys(("wide", "small", "complex"), SURE), "Not clearly:"
    ),
    *(
        Case("bonus.digits", f"{name} misreads all digits equally often", {name: SURE}, "Yes:")
        for name in ("wide", "small")
    ),
    Case("bonus.pattern", "", {"complex": SURE}, "No: complex makes no error."),
    Case("bonus.pattern", "", {}, "Yes: 8 and 3 are confused most"),
    Case("bonus.pattern", "", {"complex": {"wandering": True, "by_lookalike": 0.0}}, "Not the same in every"),
    Case(
        "bonus.diminishing",
        "The first of these steps brings most",
        {},
        "After 20 epochs, yes: epochs 11 to 20 bring",
    ),
    Case(
        "bonus.diminishing",
        "After 50, not clearly: epochs 51 to 60 bring",
        {"small": {"drop": -1e-5, "rate": -2.0, "validation": 0.9}},
        "After 20 epochs, not clearly: epochs 11 to 20 bring",
    ),
    Case(
        "bonus.diminishing",
        "After 50, not clearly",
        {"small": {"noise": 0.01}},
        "After 20 epochs, not clearly",
    ),
    Case(
        "bonus.worth",
        "With equal momentum it is ahead as well, by",
        {},
        "Yes: in the",
    ),
    Case(
        "bonus.worth",
        "and complex as in its slowest, complex would finish",
        {"small": {"unsteady": True}},
        "Yes: in the",
    ),
    Case(
        "bonus.worth",
        "With equal momentum it is behind: small-momentum is ahead by",
        {"complex": {**LEVEL, "test": 0.9, "validation": 0.9}},
        "No: in the",
    ),
    Case(
        "bonus.worth",
        "is as accurate",
        dict.fromkeys(("complex", "small", "small-momentum"), SURE),
        "No: in the",
    ),
    Case(
        "bonus.worth",
        "may be chance",
        dict.fromkeys(("complex", "small", "small-momentum"), WILD),
        "Not clear",
    ),
    Case("bonus.worth", "finishes 0 epochs", {"complex": {"seconds": 99.0}}, "No: in the"),
    Case(
        "bonus.time",
        "Epochs of small differ by more than half",
        {"small": {"unsteady": True}},
        "About 34 s for complex",
    ),
    Case("bonus.time", "", {}, "About 34 s for complex and 12.75 s for small"),
    Case(
        "bonus.more-time", "little left to learn", {"complex": {"later": 0.01}}, "Yes: 50 epochs more bring"
    ),
    Case("bonus.more-time", "", {}, "Hardly, less than matters: 50 epochs more bring"),
    Case("bonus.more-time", "", {"complex": {"later": -0.01, "training": 0.9}}, "No: 50 epochs more cost"),
    Case("bonus.more-time", "", {"complex": {**SURE, "drop": 0.0001}}, "No: 50 epochs more change"),
    Case("bonus.more-time", "", {"complex": {**WILD, "noise": 0.1}}, "Perhaps not: 50 epochs more change"),
    Case(
        "set-up.rates", "", {CELL: {"validation": 0.97}}, "Learning rate 0.5 and momentum 0.9 of complex were"
    ),
    Case("set-up.rates", "", {OTHER_CELL: {"validation": 0.97}}),
    Case(
        "set-up.rates",
        "The next pair is as accurate.",
        {CELL: SURE, OTHER_CELL: {**SURE, "validation": 0.9999}},
    ),
    Case(
        "set-up.rates",
        "may be chance.",
        {CELL: {**WILD, "validation": 0.9701}, OTHER_CELL: {**WILD, "validation": 0.97}},
    ),
    Case("set-up.rules", "", {}, "Yes, all 6 networks do."),
    Case("set-up.rules", "5 trainings diverged", {"wide": {"diverges": 3}}, "Yes"),
    Case("set-up.rules", "", {"wide": {"network": Network((100,))}}, "No: wide do not"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.slug}: {case.words or case.opening}")
def test_the_answer_says_what_its_results_were_made_for(case: Case) -> None:
    """The headline opens with the answer, and the words of that outcome are printed."""
    said = render(QUESTIONS[case.slug], answer(case.slug, case.seeds, **case.made))
    assert said["headline"].startswith(case.opening)
    whole = f"{said['headline']} {said['body']}"
    assert case.words in whole
    assert not re.search(r"[a-z0-9%)]\.[A-Z]", whole)  # two sentences without a space


IMPOSSIBLE = {
    # the best against the next, so it is never clearly the other way round
    "set-up.rates#findings.lead": {"less"},
}


@pytest.mark.parametrize("slug", sorted({case.slug for case in CASES}))
def test_every_wording_of_a_template_is_printed_by_a_case(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All outcomes of each finding for which the author chose words."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    outcome = values.outcome

    def noted(finding: TracedFinding) -> str:
        found = outcome(finding)
        seen[finding.address].add(found)
        return found

    monkeypatch.setattr(values, "outcome", noted)
    for case in CASES:
        if case.slug == slug:
            render(QUESTIONS[slug], answer(slug, case.seeds, **case.made))
    for address, outcomes in seen.items():
        wanted = set(values.EXACT if outcomes & set(values.EXACT) else values.OUTCOMES)
        assert wanted - IMPOSSIBLE.get(address, set()) == outcomes, address


@pytest.mark.parametrize("seeds", [1, 2, 5])
@pytest.mark.parametrize("slug", [question.slug for question in PROJECT.outline.questions])
def test_every_template_reads_well_with_any_number_of_seeds(slug: str, seeds: int) -> None:
    """The headline says something; no block says what only a program would say."""
    rendered = render(QUESTIONS[slug], answer(slug, seeds))
    assert len(rendered["headline"]) > 10
    for text in rendered.values():
        assert not re.search(r"\bNone\b|\bnan\b|\binf\b|\bTrue\b|\bFalse\b|[{}<>]{2}|\.\.|\( ", text), text


def test_no_word_presupposes_that_another_finding_was_a_yes() -> None:
    """“Still”, “already”, “too” and “even” compare with a sentence that may say the opposite."""
    findings = re.compile(r"{% when [^%]*%}(.*?)(?={% (?:when|silent|endfinding))", re.DOTALL)
    for path in sorted(TEMPLATES.rglob("*.html")):
        for told in findings.findall(path.read_text(encoding="utf-8")):
            sentence = re.sub(r"{{.*?}}|{%.*?%}|<[^>]*>", "", told)
            word = re.search(
                r"\b(still (?!falls)|already|as well as before|, too\b|[Nn]or|[Ee]ven )", sentence
            )
            assert not word, (path, sentence)


def test_the_layers_and_settings_of_a_network_are_told_as_they_are() -> None:
    """Equal layers as a product, others one by one; the settings as the network has them."""
    other = replace(COMPLEX.specification, hidden_layers=(256, 128, 64), momentum=0.0)
    found = answer("set-up.rules", complex={"network": other})
    layers = {row["name"]: row["nodes"] for row in found.facts["rows"]}
    assert (layers["deep-8"], layers["complex"]) == ("10 × 8", "256, 128, 64")
    for setting in ("learning_rate", "momentum", "batch_size"):
        assert found.quantities[f"complex.{setting}"].value == getattr(other, setting)
