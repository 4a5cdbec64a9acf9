"""What a rebuild changed in the answers, told in the report's own words."""

from __future__ import annotations

import io
from typing import Any

import pytest

from labreport import program
from labreport.console.plan import changes, differing, list_changes, numbers, show_changes
from labreport.console.terminal import Terminal
from labreport.plan.ledger import Change
from labreport.stats import Answer, Quantity

TITLES = {"first": "1.1 Which is better?", "second": "1.2 How long does it take?"}


Made = tuple[dict[str, Answer], list[dict[str, Any]]]


def made(words: str, accuracy: float, seconds: float) -> Made:
    """The answers and the sections of a report with an accuracy and a time in its headlines."""
    answers = {
        "first": Answer({"accuracy": Quantity(accuracy, "fraction"), "other": Quantity(1)}),
        "second": Answer({"seconds": Quantity(seconds, "s")}),
    }
    said = {"first": (f"{words} It has {accuracy}.", "accuracy")}
    said |= {"second": (f"About {seconds} s.", "seconds")}
    headlines = [
        {
            "question": slug,
            "text": text,
            "headline_screen": f'<data data-source="{slug}#{name}">{text}</data>',
        }
        for slug, (text, name) in said.items()
    ]
    return answers, [{"headlines": headlines}]


def report(words: str, accuracy: float, seconds: float) -> list[Change]:
    """What changed since a report that said something else."""
    now = made(words, accuracy, seconds)
    return changes(numbers(*made("Neither.", 0.5, 2.0)), numbers(*now), *now)


def shown(found: list[Change], width: int = 80) -> list[str]:
    """The lines at the end of a build."""
    terminal = Terminal(out=(out := io.StringIO()))
    terminal.width = width
    show_changes(terminal, found, TITLES)
    return out.getvalue().splitlines()


def test_nothing_is_told_of_the_first_report_or_of_the_same_one() -> None:
    """All numbers of the first are new."""
    assert report("Neither.", 0.5, 2.0) == []
    assert changes({}, numbers(*made("Neither.", 0.5, 2.0)), *made("Neither.", 0.5, 2.0)) == []
    assert shown([]) == []


def test_a_changed_answer_is_told_by_question_and_sentence() -> None:
    """The first sentence that differs, as the report prints it."""
    found = report("The wide one.", 0.5, 2.0)
    assert shown(found) == [
        "Changed in the answers:",
        "  1.1 Which is better?",
        "    was: Neither.",
        "    now: The wide one.",
    ]
    found = report("Neither.", 0.75, 2.0)
    assert shown(found)[2:4] == ["    was: It has 0.5.", "    now: It has 0.75."]


def test_what_only_times_changed_is_counted_and_marked() -> None:
    """They may be others since they were measured again, or since an edit was undone: those of before."""
    found = report("Neither.", 0.5, 3.0)
    assert [(change.question, change.name, change.timed) for change in found] == [
        ("second", "", True),
        ("second", "seconds", True),
    ]
    told = "  Only 1 measured time; 'python build.py changes' lists all"
    assert shown(found) == ["Changed in the answers:", told]
    terminal = Terminal(out=(out := io.StringIO()))
    list_changes(terminal, found, TITLES)
    assert "  now: About 3.0 s.  (rests on measured times)" in out.getvalue()
    assert out.getvalue().endswith("\n  seconds: 2\u00a0s → 3\u00a0s  (rests on measured times)\n")


def test_three_answers_are_told_words_before_numbers() -> None:
    """The rest is counted in one line."""
    found = [Change(f"q{number}", "", "It has 1.", "It has 2.") for number in range(20)]
    found += [Change("q0", "other", "1", "2"), Change("q19", "", "Yes.", "No.")]
    lines = shown(found)
    assert len(lines) <= 12
    assert lines[1:4] == ["  q19", "    was: Yes.", "    now: No."]
    assert lines[-1] == "  And 18 more answers, 1 number; 'python build.py changes' lists all"


def test_a_long_sentence_keeps_to_the_width() -> None:
    """It is three lines of the terminal at most."""
    lines = shown([Change("first", "", "Yes.", "No, " * 50)], 40)
    assert max(map(len, lines)) <= 40
    assert [line[:9] for line in lines[2:]] == ["    was: ", "    now: ", " " * 9, " " * 9]
    assert lines[-1].endswith("…")


def test_two_long_sentences_are_shown_to_where_they_differ() -> None:
    """However much both begin with."""
    start = "Random forest and logistic regression are the most accurate (98 %), then come others"
    was, now = f"{start} by 3 points.", f"{start} by 5 points."
    lines = shown([Change("first", "", was, now)])
    assert " ".join(map(str.strip, lines[2:])) == f"was: {was} now: {now}"


def test_the_first_sentences_that_differ_are_compared() -> None:
    """Where one text only says more, both are shown whole."""
    assert differing("A. B is 1.5. C.", "A. B is 2.5. D.") == ("B is 1.5.", "B is 2.5.")
    assert differing("A.", "A. B.") == ("A.", "A. B.")
    assert differing("", "A.") == ("", "A.")


def test_a_ledger_from_before_headlines_were_kept_tells_no_headlines() -> None:
    """Only its numbers can be compared."""
    answers = {"first": Answer({"a": Quantity(2)})}
    old = {"first": {"a": "1", "gone": "3"}}
    new = {"first": {"": "Two.", "a": "2"}}
    assert [(change.name, change.was, change.now) for change in changes(old, new, answers, ())] == [
        ("a", "1", "2")
    ]


def test_the_hint_names_the_project_that_was_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Typed as printed, it must not speak of another one."""
    monkeypatch.setattr(program, "_places", " --project mine")
    assert shown(report("Neither.", 0.5, 3.0))[-1].endswith(
        "'python build.py changes --project mine' lists all"
    )
