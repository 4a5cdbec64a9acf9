"""Random worlds in the ordinary tests: no crash, and no sentence against its results."""

from __future__ import annotations

import os
import sys

import pytest
from worlds import judge as judge_module
from worlds.judge import Fault, is_known, judge, known
from worlds.run import main
from worlds.world import CLASSES, world

from exercise.project import PROJECT

WORLDS = 30
PARTS = 6
FIRST = int(os.environ.get("WORLDS_SEED", "20260"))
"""Number of the first world; `WORLDS_SEED` gives others."""


@pytest.mark.parametrize("number", range(FIRST, FIRST + WORLDS))
def test_a_random_world_has_a_report_without_faults(number: int) -> None:
    """A sixth of the questions each, in turn; all of them in `run.py`, which judges thousands of worlds."""
    faults = [fault for fault in judge(world(number), part=number, parts=PARTS) if not is_known(fault)]
    assert not faults, f"{world(number)}: {faults}"


def test_words_about_several_seeds_are_a_fault_where_one_was_trained() -> None:
    """In the prose; the glossary may explain them."""
    page = "<p>wrong with every seed</p><dl><dd>For means over seeds, see there.</dd></dl>"
    assert [fault.kind for fault in judge_module.as_if_several_seeds(page)] == ["one seed: with every seed"]


@pytest.mark.parametrize("number", [FIRST, FIRST + 1])
def test_a_random_world_has_a_whole_report_without_faults(number: int) -> None:
    """The templates of sections too, which read the answers of all their questions."""
    faults = [fault for fault in judge(world(number)) if not is_known(fault)]
    assert not faults, f"{world(number)}: {faults}"


def test_the_same_number_is_the_same_world() -> None:
    """So a fault can be looked at again; another number is another world."""
    assert world(FIRST) == world(FIRST)
    assert str(world(FIRST)) != str(world(FIRST + 1))


def test_worlds_differ_in_what_they_are_made_to_try() -> None:
    """Among a hundred, each of the odd things is found."""
    traits = " ".join(str(world(number)) for number in range(100))
    for trait in CLASSES:
        assert trait in traits


def test_a_crash_in_an_answer_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the question and the place, and the other questions continue."""

    def crash(results: object) -> None:
        raise ZeroDivisionError("made to fail")

    monkeypatch.setattr(sys.modules["exercise.set_up.rules"], "rules", crash)
    slugs = [question.slug for question in PROJECT.outline.questions]
    found = judge(world(FIRST), part=slugs.index("set-up.rules"), parts=len(slugs))
    (fault,) = [fault for fault in found if not is_known(fault)]
    assert fault.kind.startswith("crash: answer set-up.rules: ZeroDivisionError: made to fail")


def test_faults_are_counted_by_kind_and_numbers_do_not_make_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind on the written list is known, another is not; the list of this project is empty."""
    assert known() == ()
    monkeypatch.setattr(judge_module, "known", lambda: ("contradiction: one comparison, two judgements (*)",))
    assert is_known(Fault("contradiction: one comparison, two judgements (bonus.worth)", ""))
    assert not is_known(Fault("crash: answer bonus.worth: KeyError", ""))


def test_the_command_prints_its_seed(capsys: pytest.CaptureFixture[str]) -> None:
    """And refuses what is not a number of worlds in one line."""
    with pytest.raises(SystemExit):
        main(["--worlds", "0"])
    assert "whole numbers from 1" in capsys.readouterr().err
