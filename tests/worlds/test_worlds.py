"""Random worlds in the ordinary tests: no crash, no contradiction, no finding without a verdict."""

from __future__ import annotations

import os
import sys

import pytest
from labreport.claims import Answer, Claim, Verdict
from worlds import judge as judge_module
from worlds import mutations
from worlds.judge import Fault, Told, is_known, judge, known
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


@pytest.mark.slow
def test_a_rule_turned_round_and_a_wording_taken_away_are_noticed() -> None:
    """Twenty claims: the cases made for each fail, and each template that lacks a wording is refused."""
    found = list(mutations.rows())
    assert len(found) == mutations.CLAIMS
    assert [row.claim for row in found if not row.noticed or row.refused < row.wordings] == []
    assert sum(row.wordings for row in found) > mutations.CLAIMS


def test_a_wording_that_does_not_change_with_the_verdict_is_a_fault() -> None:
    """Equal words for supported and refuted are one; equivalent may share its words."""
    told: Told = {
        ("q#claims.a", "It is so."): {"supported", "refuted"},
        ("q#claims.b", "Equal."): {"equivalent"},
    }
    (fault,) = judge_module.unchanged(told)
    assert fault.kind == "wording: the same for refuted and supported (q#claims.a)"


def test_words_about_several_seeds_are_a_fault_where_one_was_trained() -> None:
    """In the prose, and as the test of a claim; the glossary may explain them."""
    claim = Claim("a", "a > b", "paired Student test over 3 seeds", Verdict.INCONCLUSIVE)
    page = "<p>wrong with every seed</p><dl><dd>For means over seeds, see there.</dd></dl>"
    found = judge_module.as_if_several_seeds(page, {"q": Answer({}, {"a": claim})})
    assert [fault.kind for fault in found] == ["one seed: with every seed", "one seed: the test of q#a"]


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
    monkeypatch.setattr(judge_module, "known", lambda: ("contradiction: one comparison, two verdicts (*)",))
    assert is_known(Fault("contradiction: one comparison, two verdicts (bonus.worth)", ""))
    assert not is_known(Fault("crash: answer bonus.worth: KeyError", ""))


def test_the_command_prints_its_seed(capsys: pytest.CaptureFixture[str]) -> None:
    """And refuses what is not a number of worlds in one line."""
    with pytest.raises(SystemExit):
        main(["--worlds", "0"])
    assert "whole numbers from 1" in capsys.readouterr().err
