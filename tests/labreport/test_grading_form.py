"""The short form: written from the reference, filled in by hand, graded like any submission."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from graded import expected, reference
from labreport.grading.handwritten import stated
from labreport.grading.headline import headline_numbers

from exercise import mnist
from exercise.rubric import RUBRIC
from labreport.errors import UsageError
from labreport.grading.expected import Decision, Expected, Question
from labreport.grading.filled import from_form
from labreport.grading.form import template
from labreport.grading.reference import expect
from labreport.grading.score import Graded, Scored, score
from labreport.grading.worker import grade
from labreport.rubric import Rubric

WORDS = {"supported": "Yes", "refuted": "no", "equivalent": "no difference", "inconclusive": "unclear"}


def filled() -> str:
    """The form with every right answer, rounded as a student would."""
    text = template(reference(), expected())
    for question in expected().questions:
        head, mark, rest = text.partition(f'["{question.slug}"]')
        assert mark
        for name in question.form_numbers:
            number = question.numbers[name]
            written = f"{number.value * 100:.2f} %" if number.unit == "fraction" else f"{number.value:.12g}"
            if number.unit.startswith("points"):
                written = f"{number.value * 100:+.2f}"
            rest = re.sub(rf'(number\."?{re.escape(name)}"? = )""', rf'\g<1>"{written}"', rest, count=1)
        for name in question.form_verdicts:
            word = WORDS[question.verdicts[name].verdict]
            rest = re.sub(rf'(verdict\."?{re.escape(name)}"? = )""', rf'\g<1>"{word}"', rest, count=1)
        text = head + mark + rest.replace('sentence = ""', 'sentence = "As measured."', 1)
    return text


def grade_form(folder: Path, text: str) -> Graded:
    """The grade of a form with this text."""
    path = folder / "form.toml"
    path.write_text(text, encoding="utf-8")
    return grade(path, expected())


def question(result: Graded, slug: str) -> Scored:
    """One question of a grade."""
    return {question.slug: question for question in result.questions}[slug]


def test_the_empty_form_is_accepted_and_gets_nothing(tmp_path: Path) -> None:
    """It parses, and every answer is missing."""
    result = grade_form(tmp_path, template(reference(), expected()))
    assert (result.problem, result.points) == ("", 0.0)


def test_a_form_with_every_answer_gets_all_points(tmp_path: Path) -> None:
    """Rounded numbers, verdicts as yes and no; the sentence is kept for the instructor."""
    result = grade_form(tmp_path, filled())
    assert [reason for one in result.questions for reason in one.reasons] == []
    assert result.points == pytest.approx(expected().points)
    assert {one.sentence for one in result.questions} == {"As measured."}


def test_the_form_gives_no_answer_away() -> None:
    """No number that is asked for is in its comments."""
    text = template(reference(), expected())
    for wanted in ("318010", "318,010", "96.8", "0.968", "supported"):
        assert wanted not in text


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
        ("0.5 %", "fraction", 0.005, 0.0005),
        ("1", "fraction", 1.0, 0.005),
        ("−0.35", "points", -0.0035, 0.00005),
        ("+2.3 percentage points", "points", 0.023, 0.0005),
        ("318,010", "parameters", 318010, 0.5),
        ("318 010 parameters", "parameters", 318010, 0.5),
        ("2.2e12", "FLOP", 2.2e12, 5e10),
        ("0.17", "nat", 0.17, 0.005),
        ("5", "nat", 5.0, 0.25),
    ],
)
def test_a_number_is_read_as_it_was_meant(written: str, unit: str, value: float, rounding: float) -> None:
    """Per cent or fraction, point or comma, with the rounding that it shows."""
    found = stated(written, unit)
    assert found.value == pytest.approx(value)
    assert found.rounding == pytest.approx(rounding)


@pytest.mark.parametrize("written", ["about a lot", "1e999", "--3", "1.2.3", "∞", "0x10", "nan", "%"])
def test_what_is_not_a_number_is_not_taken_for_one(written: str) -> None:
    """The reason quotes it."""
    assert stated(written, "fraction").value is None
    assert stated(written, "fraction").text


def test_a_coarse_number_does_not_cover_everything(tmp_path: Path) -> None:
    """Neither "0", nor "1", nor "1e2" is right for 96.8 %."""
    for written in ("0", "1", "1e2", "0.", "5e1"):
        text = re.sub(
            r'number.test_accuracy = "96.*?"', f'number.test_accuracy = "{written}"', filled(), count=1
        )
        assert text != filled()
        reasons = question(grade_form(tmp_path, text), "part-one.wide.accuracy").reasons
        assert reasons
        assert reasons[0].startswith("test_accuracy is ")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("form = 1", "form = 2", "is not a form of this program"),
        ("form = 1", "", "is not a form of this program"),
        ('["part-three.goal"]', '["part-three.gaol"]', "has the unknown question 'part-three.gaol'"),
        ("number.parameters", "number.parametres", "has the unknown name 'parametres'"),
        ('number.parameters = "318010"', "number.parameters = true", "quotes are missing"),
        ('number.parameters = "318010"', "number.parameters = 96.2 %", "is not a valid form: "),
        ('sentence = "As measured."', "sentence = 3", "text in quotes is allowed"),
        ('predictions = ""', 'predictions = "../x.npz"', "a file in the same folder is allowed"),
        ('predictions = ""', 'predictions = "x.npz"', "which cannot be opened (No such file or directory)"),
    ],
)
def test_a_form_filled_in_wrongly_says_where(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """One line that a student understands."""
    assert old in filled()
    assert problem in grade_form(tmp_path, filled().replace(old, new, 1)).problem


def with_predictions(folder: Path, wrong: int, **arrays: object) -> Graded:
    """The filled-in form, with predictions of the wide network of which so many are wrong."""
    labels = mnist.load().test.labels.astype(np.int64)
    labels[:wrong] = (labels[:wrong] + 1) % 10
    np.savez(folder / "p.npz", **({"wide": labels} | arrays))  # type: ignore[arg-type]
    return grade_form(folder, filled().replace('predictions = ""', 'predictions = "p.npz"'))


def test_numbers_are_recomputed_from_predictions(tmp_path: Path) -> None:
    """Good predictions keep all points; bad ones are judged by what they give, not by what is claimed."""
    good = question(with_predictions(tmp_path, 380), "bonus.digits")
    assert [reason for reason in good.reasons if "wide.test_accuracy" in reason] == []
    bad = question(with_predictions(tmp_path, 5000), "bonus.digits")
    assert "wide.test_accuracy is 0.5 by the submitted predictions, expected 0.96196" in " ".join(bad.reasons)
    assert bad.points < good.points


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.zeros(3, dtype=np.int64), "has 3 predictions for wide; 10,000 are needed"),
        (np.full(10_000, 10), "that are not digits from 0 to 9"),
        (np.zeros(10_000), "one whole number for each item is allowed"),
        (np.array([{}], dtype=object), "is not a .npy or .npz file of whole numbers"),
    ],
)
def test_predictions_that_do_not_fit_are_one_line(tmp_path: Path, array: object, problem: str) -> None:
    """Nothing is unpickled."""
    assert problem in with_predictions(tmp_path, 0, wide=array).problem


@pytest.mark.parametrize(("word", "earned"), [("no difference", 1.0), ("no", 1.0), ("yes", 0.0)])
def test_where_there_is_no_difference_a_plain_no_is_right(word: str, earned: float) -> None:
    """In a form, which knows no finer words; a yes is wrong."""
    decision = Decision("equivalent", True, ())
    question = Question("one", "Is it?", 10.0, {}, {"more": decision}, (), ("more",))
    known = Expected(1, (question,), 0.5, 0.5)
    form = from_form(f'form = 1\n[one]\nverdict.more = "{word}"\n'.encode(), known)
    assert score(known, form, {}).questions[0].points == 10.0 * earned


def test_the_form_asks_for_what_the_headline_prints() -> None:
    """In its order, each printed number once, settings only where nothing else is printed."""
    plain = reference()
    questions = {one.slug: one for one in expect(plain, Rubric()).questions}
    accuracy = plain["questions"]["part-one.wide.accuracy"]
    accuracy["headline"] = "96.2 % on test data after 10 epochs, 96.8 ± 0.5 % on validation data."
    numbers = questions["part-one.wide.accuracy"].numbers
    assert headline_numbers(accuracy, numbers, RUBRIC.chosen)[-1] == "validation_accuracy"
    epochs = plain["questions"]["part-three.epochs"]
    epochs["headline"] = "No: 50 epochs for this one, 10 epochs for those of part one."
    found = headline_numbers(epochs, questions["part-three.epochs"].numbers, RUBRIC.chosen)
    assert {epochs["quantities"][name]["unit"] for name in found} == {"epochs"}


@pytest.mark.parametrize(
    "rubric", [Rubric(points={"absent": 1}), Rubric(form={"part-three.goal": ("absent",)})]
)
def test_a_rubric_that_names_what_is_not_there_is_one_line(rubric: Rubric) -> None:
    """A question or a quantity of another report."""
    with pytest.raises(UsageError, match="absent"):
        expect(reference(), rubric)


@pytest.mark.parametrize("wrong", [{"default": -1.0}, {"points": {"a": float("nan")}}, {"numbers": 2.0}])
def test_a_rubric_has_sensible_points(wrong: dict[str, object]) -> None:
    """Points are 0 or more, shares lie from 0 to 1."""
    with pytest.raises(UsageError, match="allowed is"):
        Rubric(**wrong)  # type: ignore[arg-type]


def test_the_rubric_decides_what_a_question_is_worth() -> None:
    """A question of no points is not graded."""
    by_default = expect(reference(), Rubric())
    rubric = Rubric(points={"part-three.goal": 5, "bonus.time": 0})
    assert expect(reference(), rubric).points == by_default.points + 4 - 1
    assert expect(reference(), RUBRIC).points == by_default.points - 1
