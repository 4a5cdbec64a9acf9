"""Random worlds in the ordinary tests: no crash, no contradiction, no false sentence."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Any

import pytest
from worlds.judge import as_if_several_seeds, judge
from worlds.run import main
from worlds.world import CLASSES, world

from exercise.project import PROJECT
from labreport.stats import Answer

WORLDS, MORE = 12, 48
"""How many are tried in the ordinary run, and how many more with `--slow`."""
PARTS = 6
FIRST = int(os.environ.get("WORLDS_SEED", "20260"))
"""Number of the first world; `WORLDS_SEED` gives others."""


@pytest.mark.parametrize(
    "number",
    [
        *range(FIRST, FIRST + WORLDS),
        *(pytest.param(FIRST + WORLDS + more, marks=pytest.mark.slow) for more in range(MORE)),
    ],
)
def test_a_random_world_has_a_report_without_faults(number: int) -> None:
    """A sixth of the questions each, in turn; all of them in `run.py`, which judges thousands of worlds."""
    faults = judge(world(number), part=number, parts=PARTS)
    assert not faults, f"{world(number)}: {faults}"


def test_words_about_several_seeds_are_a_fault_where_one_was_trained() -> None:
    """In the prose; the glossary may explain them."""
    page = "<p>mean of one seed</p><dl><dd>For means over seeds, see there.</dd></dl>"
    assert [fault.kind for fault in as_if_several_seeds(page)] == ["one seed: mean of"]


@pytest.mark.parametrize(
    ("turned", "kind"),
    [
        ("exercise.bonus_longer.longer:exact", "false: the words of bonus.diminishing"),
        ("exercise.part_two.hypothesis:exact", "false: the words of part-two.hypothesis"),
        ("exercise.bonus_digits.digits:exact", "false: the words of bonus.digits"),
        ("exercise.part_one.accuracy:difference", "false: a finding of part-one.comparison"),
    ],
)
def test_a_rule_turned_round_is_noticed(turned: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What supports a statement refutes it, or one network is taken for another: words turn out false."""
    module, _, name = turned.partition(":")
    made = getattr(sys.modules[module], name)

    def wrong(*values: Any, **named: Any) -> Answer:
        if name == "difference":
            found: Answer = made(*values, **named)
            minus = {
                key: replace(one, value=-float(one.value or 0))
                if " minus " in key and one.unit == "points"
                else one
                for key, one in found.quantities.items()
            }
            return Answer(minus, found.findings, found.facts)
        found = made(*values, **named)
        return Answer(
            found.quantities,
            {
                key: replace(one, judgement=replace(one.judgement, sign=-one.judgement.sign))
                for key, one in found.findings.items()
            },
            found.facts,
        )

    monkeypatch.setattr(sys.modules[module], name, wrong)
    slugs = [question.slug for question in PROJECT.outline.questions]
    slug = kind.rpartition(" ")[2]
    worlds = map(world, range(FIRST, FIRST + 10))  # in some, all is level and nothing can be turned round
    assert any(
        fault.kind == kind
        for each in worlds
        for fault in judge(each, part=slugs.index(slug), parts=len(slugs))
    )


@pytest.mark.parametrize("number", [FIRST, FIRST + 1])
def test_a_random_world_has_a_whole_report_without_faults(number: int) -> None:
    """The templates of sections too, which read the answers of all their questions."""
    faults = judge(world(number))
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
    (fault,) = judge(world(FIRST), part=slugs.index("set-up.rules"), parts=len(slugs))
    assert fault.kind.startswith("crash: answer set-up.rules: ZeroDivisionError: made to fail")


def test_the_command_prints_its_seed(capsys: pytest.CaptureFixture[str]) -> None:
    """And refuses what is not a number of worlds in one line."""
    with pytest.raises(SystemExit):
        main(["--worlds", "0"])
    assert "whole numbers from 1" in capsys.readouterr().err
