"""The short form: written from the reference, filled in by hand, graded like any submission."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from graded import EXCHANGED, answers, document, expected, lost, reference

from labreport.errors import UsageError
from labreport.grading.form import COMPARED, chosen, from_form, stated, template
from labreport.grading.grade import grade
from labreport.grading.reference import expect
from labreport.grading.score import Expected, Graded, Outcome, Question, Scored, score
from labreport.project import Rubric
from labreport.stats import Answer

RECOMPUTE = f"{__name__}:recompute"


def recompute(arrays: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """A project's function: the share of ones; it names what does not fit."""
    if set(arrays) - {"small", "wide", "complex"}:
        raise ValueError("has an array 'thin'; allowed are complex, small, wide")
    return {"accuracy": {f"{name}.mean": float(array.mean()) for name, array in arrays.items()}}


def typed(of: Mapping[str, Answer], spelt: Callable[[float, str], str] | None = None) -> str:
    """The form, filled in by hand from answers: every number and outcome as a student would write them."""
    text = template(reference(), expected())
    own = {question.slug: question for question in expect(document(dict(of)), Rubric()).questions}
    for question in expected().questions:
        head, mark, rest = text.partition(f'["{question.slug}"]')
        assert mark
        for name in question.form_numbers:
            value, unit = of[question.slug].quantities[name].value, question.numbers[name].unit
            assert value is not None
            rest = fill(rest, "number", name, (spelt or plainly)(value, unit))
        for name in question.form_outcomes:
            outcome = own[question.slug].outcomes[name]
            words = ("same",) if "same" in outcome.words else outcome.words
            rest = fill(rest, "outcome", name, outcome.shown(words))
        text = head + mark + rest.replace('sentence = ""', 'sentence = "As measured."', 1)
    return text


def plainly(value: float, unit: str) -> str:
    """Rounded, shares in per cent."""
    return f"{value * 100:.2f} %" if unit == "fraction" else f"{value:.4g}" if unit == "nat" else f"{value}"


def fill(text: str, kind: str, name: str, written: str) -> str:
    """The first such line with a value."""
    pattern = rf'({kind}\."?{re.escape(name)}"? = )""'
    assert re.search(pattern, text), (kind, name)
    return re.sub(
        pattern, lambda found: f"{found[1]}{json.dumps(written, ensure_ascii=False)}", text, count=1
    )


def filled() -> str:
    """The form with the reference's own answers."""
    return typed(answers(5, np.random.default_rng(5)))


def grade_form(folder: Path, text: str, recompute: str = "") -> Graded:
    """The grade of a form with this text."""
    path = folder / "form.toml"
    path.write_text(text, encoding="utf-8")
    return grade(path, expected(5, recompute))


def question(result: Graded, slug: str) -> Scored:
    """One question of a grade."""
    return {question.slug: question for question in result.questions}[slug]


def test_the_empty_form_is_accepted_and_gets_nothing(tmp_path: Path) -> None:
    """It can be read, and every answer is missing."""
    result = grade_form(tmp_path, template(reference(), expected()))
    assert (result.problem, result.notes, result.points) == ("", (), 0.0)


def test_a_form_with_every_answer_gets_all_points(tmp_path: Path) -> None:
    """Rounded numbers, outcomes in words; the sentence is kept for the instructor."""
    result = grade_form(tmp_path, filled())
    assert (lost(result), result.notes) == ([], ())
    assert result.points == pytest.approx(expected().points)
    assert {one.sentence for one in result.questions} == {"As measured."}


def german(value: float, unit: str) -> str:
    """A decimal comma, and about."""
    return f"≈ {value * 100:.1f} %".replace(".", ",") if unit == "fraction" else f"ca. {value:.8g}"


@pytest.mark.parametrize("spelt", [plainly, german])
def test_honest_forms_of_other_seeds_keep_their_points(
    tmp_path: Path, spelt: Callable[[float, str], str]
) -> None:
    """Typed by hand from runs of other seeds: at least 95 %."""
    for number in range(10):
        text = typed(answers(5, np.random.default_rng([7, number])), spelt)
        text = text.replace('"318010.0"', '"318,010"')
        assert grade_form(tmp_path, text).points >= 0.95 * expected().points


def test_exchanged_networks_and_made_up_numbers_get_little(tmp_path: Path) -> None:
    """In a form as well: at most 30 %, even with all outcomes right."""
    text = typed(answers(5, np.random.default_rng(3), EXCHANGED))
    assert grade_form(tmp_path, text).points <= 0.3 * expected().points
    for written in ("0", "50 %", "90 %", "95 %", "96 %", "97 %", "97.45 %", "98 %", "0.99", "1"):
        made_up = re.sub(r'(number\..*= )".*"', rf'\1"{written}"', filled())
        assert grade_form(tmp_path, made_up).points <= 0.3 * expected().points, written


def test_the_form_gives_no_answer_away() -> None:
    """Two references whose results differ in everything ask the same."""
    one, other = (document(answers(5, np.random.default_rng(5), swap)) for swap in ({}, EXCHANGED))
    first, second = (template(each, expect(each, Rubric())) for each in (one, other))
    assert first == second
    assert not re.search(r"clear(?!,|\b.)|supported|margin|threshold|seeds \d", first.partition("[")[2])


def test_the_form_asks_in_the_language_of_the_measure() -> None:
    """With what may be written."""
    text = " ".join(template(reference(), expected()).replace("\n# ", " ").split())
    for asked in (
        "Is small more accurate than wide? (yes, no, no difference, unclear)",
        "Does wide have a higher test loss than complex? (yes, no, no difference, unclear)",
        "Which is the most accurate: small, wide or complex? (a name, several where they are level, unclear)",
        "Which is missed least often: 0, 1, 2, 3, 4, 5, 6, 7, 8 or 9? (",
        "Is the test accuracy higher at deep-3 than at deep-1? (",
        "Is complex above 96 % in every seed? (yes, no, unclear)",
        "Does this hold: small.parameters < wide.parameters? (yes, no)",
        "Which is the most accurate: the tree, the forest or the linear? (",
    ):
        assert asked in text.replace("\u00a0", " ")


def test_every_line_of_the_form_can_be_read_in_a_narrow_window() -> None:
    """Comments are wrapped."""
    assert max(len(line) for line in template(reference(), expected()).splitlines()) <= 110


@pytest.mark.parametrize(
    ("written", "unit", "value", "rounding"),
    [
        ("96.2 %", "fraction", 0.962, 0.0005),
        ("96.2", "fraction", 0.962, 0.0005),
        ("96,2%", "fraction", 0.962, 0.0005),
        ("0.962", "fraction", 0.962, 0.0005),
        (".962", "fraction", 0.962, 0.0005),
        ("96", "fraction", 0.96, 0.005),
        ("96.20 ± 0.09 %", "fraction", 0.962, 0.00005),
        ("≈ 96.3 %", "fraction", 0.963, 0.0005),
        ("about 96.3 %.", "fraction", 0.963, 0.0005),
        ("~96.3 per cent (5 seeds)", "fraction", 0.963, 0.0005),
        ("0.5 %", "fraction", 0.005, 0.0005),
        ("1", "fraction", 1.0, 0.005),
        ("−0.35", "points", -0.0035, 0.00005),
        ("+2.3 percentage points", "points", 0.023, 0.0005),
        ("318,010", "parameters", 318010, 0.5),
        ("318.010,0", "parameters", 318010, 0.05),
        ("318 010 parameters", "parameters", 318010, 0.5),
        ("2.2e12", "FLOP", 2.2e12, 5e10),
        ("1.1 × 10¹³", "FLOP", 1.1e13, 5e11),
        ("1,1 · 10^13 FLOP", "FLOP", 1.1e13, 5e11),
        ("1.1 x 10**13", "FLOP", 1.1e13, 5e11),
        ("2 × 10⁻³", "nat", 0.002, 0.0001),
        ("0.17", "nat", 0.17, 0.005),
        ("5", "nat", 5.0, 0.25),
    ],
)
def test_a_number_is_read_as_it_was_meant(written: str, unit: str, value: float, rounding: float) -> None:
    """Per cent or fraction, point or comma, with the rounding that it shows."""
    found = stated(written, unit)
    assert found.value == pytest.approx(value)
    assert found.rounding == pytest.approx(rounding)


@pytest.mark.parametrize(
    "written",
    ["about a lot", "1e999", "--3", "1.2.3", "∞", "0x10", "nan", "%", "96 to 97", "1e99999999", "," * 80],
)
def test_what_is_not_a_number_is_not_taken_for_one(written: str) -> None:
    """The reason quotes it."""
    assert stated(written, "fraction").value is None
    assert stated(written, "fraction").text


WHETHER = Outcome(("more",), True, options=COMPARED)
WHICH = Outcome(
    ("a",), True, options={"unclear": ("unclear",)}, subjects={"a": "a", "a_2": "the second", "b": "b"}
)


@pytest.mark.parametrize(
    ("written", "outcome", "words"),
    [
        ("Yes.", WHETHER, ("more",)),
        ("yes, clearly", WHETHER, ("more",)),
        ("YES!", WHETHER, ("more",)),
        ("Yes, no doubt", WHETHER, ("more",)),
        ("No", WHETHER, ("less", "same")),
        ("no: b is", WHETHER, ("less", "same")),
        ("No difference.", WHETHER, ("same",)),
        ("no real difference", WHETHER, ("same",)),
        ("the same", WHETHER, ("same",)),
        ("Unclear", WHETHER, ("unclear",)),
        ("not sure", WHETHER, ("unclear",)),
        ("can’t tell".replace("’", "'"), WHETHER, ("unclear",)),
        ("no clear difference", WHETHER, ("unclear",)),
        ("yes or no", WHETHER, None),
        ("banana", WHETHER, None),
        ("A.", WHICH, ("a",)),
        ("the second", WHICH, ("a_2",)),
        ("b, clearly", WHICH, ("b",)),
        ("b is ahead of a", WHICH, ("b",)),
        ("a and b", WHICH, ("a", "b")),
        ("b > a", WHICH, ("b",)),
        ("all", WHICH, ("a", "a_2", "b")),
        ("unclear", WHICH, ("unclear",)),
        ("c", WHICH, None),
    ],
)
def test_an_outcome_is_read_as_it_was_meant(written: str, outcome: Outcome, words: object) -> None:
    """Words in any case, with what may follow them."""
    assert chosen(written, outcome) == words


def test_a_coarse_number_does_not_cover_everything(tmp_path: Path) -> None:
    """Neither "0", nor "1", nor "1e2" is right for 98 %."""
    for written in ("0", "1", "1e2", "0.", "5e1"):
        text = re.sub(r'number."wide.mean" = ".*?"', f'number."wide.mean" = "{written}"', filled())
        assert text != filled()
        assert question(grade_form(tmp_path, text), "better").reasons[0].startswith("wide.mean is ")


NAMED = 'number."small.mean" = "'


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (NAMED, 'number."smal.mean" = "', "unknown name 'smal.mean'; did you mean 'small.mean'?"),
        ('["better"]', '["beter"]', "unknown question 'beter'; read as 'better'"),
        ('outcome.ranking = "complex"', 'outcome.ranking = "compleks"', "'compleks' is not one of small"),
        ('outcome.ranking = "complex"', "outcome.ranking complex", "'outcome.ranking complex' is not read"),
        ('outcome.trend = "no"', 'outcome.trend = "perhaps not yes and no"', ""),
    ],
)
def test_an_error_costs_its_line_only_and_is_told(tmp_path: Path, old: str, new: str, note: str) -> None:
    """With the number of the line; a misspelt question is still found."""
    assert old in filled()
    result = grade_form(tmp_path, filled().replace(old, new, 1))
    assert result.problem == ""
    if note:
        assert len(result.notes) == 1
        assert re.match(r"line \d+: ", result.notes[0])
        assert note in result.notes[0]
    assert result.points >= expected().points - 0.5


def test_what_editors_and_haste_put_into_a_form_costs_nothing(tmp_path: Path) -> None:
    """Smart quotes, commas at the end of lines, missing quotes, colons, comments, CRLF, a byte-order mark."""
    text = filled()
    smart = re.sub(r'= "(.*)"', "= “\\1”", text)
    for changed in (
        smart,
        re.sub(r'(= ".*")', r"\1,", text),
        re.sub(r'(= ".*")', r"\1  # I think", text),
        re.sub(r'(outcome.*|number.*)= "(.*)"', r"\1= \2", text),
        re.sub(r'(outcome.*|number.*) = "', r'\1: "', text),
        text.replace("\n", "\r\n"),
        "\ufeff" + text,
    ):
        result = grade_form(tmp_path, changed)
        assert (result.problem, lost(result), result.notes) == ("", [], ())
    assert grade_form(tmp_path, text).content == grade_form(tmp_path, smart).content


def test_a_sentence_may_go_on_on_the_next_line(tmp_path: Path) -> None:
    """Until its quotation mark."""
    text = filled().replace('sentence = "As measured."', 'sentence = "As\nmeasured = here,\n[so]."', 1)
    result = grade_form(tmp_path, text)
    assert not result.notes
    assert result.points == pytest.approx(expected().points)
    assert question(result, "accuracy").sentence == "As measured = here, [so]."


def test_an_answer_given_twice_counts_once_and_is_told(tmp_path: Path) -> None:
    """The first; an empty line is none."""
    text = filled().replace(NAMED, 'number."small.mean" = ""\nnumber."small.mean" = "50 %"\n' + NAMED, 1)
    result = grade_form(tmp_path, text)
    assert [note.partition(": ")[2] for note in result.notes] == [
        "'small.mean' is given twice; the first counts"
    ]
    assert "small.mean is 0.5" in " ".join(lost(result))


@pytest.mark.parametrize(
    "text", ["", "x = 1\n", "form = 1\n", '["better"]\nform = 2\n', "form = [[[[\n" * 100]
)
def test_what_is_no_form_is_one_line(tmp_path: Path, text: str) -> None:
    """Nor one of another version."""
    assert grade_form(tmp_path, text).problem == "is not a form of this program: it must begin with form = 2"


def test_a_form_full_of_errors_is_told_in_part(tmp_path: Path) -> None:
    """However many lines and however long they are."""
    result = grade_form(tmp_path, "form = 2\n[better]\n" + f"{'=' * 300}\n" * 800)
    assert (result.problem, result.points, len(result.notes)) == ("", 0.0, 20)
    for slow in (
        "number." + " " * 3900,
        "[" * 3900,
        "number.a" + " b" * 1900,
        'number."' + "\\" * 3900,
        "=" * 3900,
    ):
        start = time.monotonic()
        assert grade_form(tmp_path, "form = 2\n[better]\n" + f"{slow}\n" * 60).points == 0.0
        assert time.monotonic() - start < 3
    long = f'form = 2\n[better]\nnumber.{"a" * 100_000} = "{"9" * 100_000}"\n'
    assert max(map(len, grade_form(tmp_path, long).notes)) < 200


def with_predictions(folder: Path, **arrays: object) -> Graded:
    """The filled-in form, with predictions."""
    np.savez(folder / "p.npz", **arrays)  # type: ignore[arg-type]
    text = filled().replace("form = 2\n", 'form = 2\npredictions = "p.npz"\n')
    return grade_form(folder, text, RECOMPUTE)


def test_numbers_are_recomputed_from_predictions(tmp_path: Path) -> None:
    """Good predictions keep all points; bad ones are judged by what they give, not by what is said."""
    value = answers(5, np.random.default_rng(5))["accuracy"].quantities["wide.mean"].value or 0.0
    good = with_predictions(tmp_path, wide=np.arange(100_000) < round(value * 100_000))
    assert "one whole number for each item" in good.problem
    good = with_predictions(tmp_path, wide=(np.arange(100_000) < round(value * 100_000)).astype(int))
    assert lost(good) == []
    bad = with_predictions(tmp_path, wide=np.arange(1000) % 2)
    assert "wide.mean is 0.5 by the submitted predictions, expected 0.98" in " ".join(lost(bad))
    assert bad.points < good.points


@pytest.mark.parametrize(
    ("arrays", "problem"),
    [
        ({"thin": np.zeros(3, dtype=np.int64)}, "has an array 'thin'; allowed are complex, small, wide"),
        ({"wide": np.zeros(10_000)}, "one whole number for each item is allowed"),
        ({"wide": np.array([{}], dtype=object)}, "is not a .npy or .npz file of whole numbers"),
    ],
)
def test_predictions_that_do_not_fit_are_one_line(
    tmp_path: Path, arrays: dict[str, object], problem: str
) -> None:
    """Nothing is unpickled."""
    assert problem in with_predictions(tmp_path, **arrays).problem


@pytest.mark.parametrize("name", ["../x.npz", "x.npz"])
def test_predictions_lie_beside_the_form(tmp_path: Path, name: str) -> None:
    """And nowhere else."""
    text = filled().replace("form = 2\n", f'form = 2\npredictions = "{name}"\n')
    problem = grade_form(tmp_path, text, RECOMPUTE).problem
    assert "a file in the same folder is allowed" in problem or "cannot be opened" in problem


@pytest.mark.parametrize(("word", "earned"), [("no difference", 1.0), ("no", 1.0), ("yes", 0.0)])
def test_where_there_is_no_difference_a_plain_no_is_right(word: str, earned: float) -> None:
    """It denies that there is more; a yes is wrong."""
    same = Outcome(("same",), True, options=COMPARED)
    one = Question("one", "Is it?", 10.0, {}, {"more": same}, (), ("more",))
    known = Expected(3, (one,), 0.5, 0.5)
    form = from_form(f'form = 2\n[one]\noutcome.more = "{word}"\n'.encode(), known)
    assert score(known, form, {}).questions[0].points == 10.0 * earned


@pytest.mark.parametrize("rubric", [Rubric(points={"absent": 1}), Rubric(form={"better": ("absent",)})])
def test_a_rubric_that_names_what_is_not_there_is_one_line(rubric: Rubric) -> None:
    """A question or a quantity of another report."""
    with pytest.raises(UsageError, match="absent"):
        expect(reference(), rubric)


@pytest.mark.parametrize("wrong", [{"default": -1.0}, {"points": {"a": float("nan")}}, {"numbers": 2.0}])
def test_a_rubric_has_sensible_points(wrong: dict[str, object]) -> None:
    """Points are 0 or more, shares lie from 0 to 1."""
    with pytest.raises(UsageError, match="allowed is"):
        Rubric(**wrong)  # type: ignore[arg-type]


def test_the_rubric_decides_what_a_question_is_worth_and_what_the_form_asks_for() -> None:
    """A question of no points is not graded."""
    by_default = expect(reference(), Rubric())
    rubric = Rubric(points={"better": 5, "loss": 0}, form={"better": ("small minus wide",)})
    found = expect(reference(), rubric)
    assert found.points == by_default.points + 4 - 1
    assert {each.slug: each.form_numbers for each in found.questions}["better"] == ("small minus wide",)
