"""Claims that rest on one or two seeds or replicates."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from labreport.build import Request, open_report
from labreport.check.fragile import Firmness, firmness
from labreport.cli import main

PLATES = """
from labreport import Measure, Project, difference, question, table

WELLS = table("wells.csv", replicate="plate")


@question("Does the drug reduce growth?", reads=WELLS)
def drug(wells):
    return difference(wells, Measure("growth"), by="dose", against=0)


project = Project("Plates", (drug,))
"""
SEEDS = """
from dataclasses import dataclass

from labreport import Experiment, Fit, Measure, Project, question, ranking


@dataclass(frozen=True)
class Net:
    nodes: int


def fit(net, seed):
    return Fit({"loss": GAINS[seed] if net.nodes == 8 else 0.0})


GAINS = (1.0, 1.1, 0.9, 1.2, -3.0)
SMALL, LARGE = Experiment("small", Net(4)), Experiment("large", Net(8))


@question("Which is better?", reads=(SMALL, LARGE))
def best(results):
    return ranking(results, Measure("loss"))


project = Project("Seeds", (best,), fit=fit, seeds=5)
"""
CLAIM = "{{% claim {} %}}We cannot tell.{{% endclaim %}}\n"


def _asked(folder: Path, project: str, template: str, text: str) -> Firmness:
    """How firmly the claims of a project hold, of which nothing but answers and sections is made."""
    (folder / "project.py").write_text(project)
    (folder / "templates" / "questions").mkdir(parents=True)
    (folder / "templates" / "questions" / template).write_text(text)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as errors:
        assert main(["questions"], str(folder)) == 0, errors.getvalue()
    return firmness(open_report(Request(folder, folder / "report")))


def _wells(folder: Path, gains: list[float]) -> None:
    rows = [f"{plate},0,1.0\n{plate},5,{1.0 + gain}\n" for plate, gain in enumerate(gains, 1)]
    (folder / "wells.csv").write_text("plate,dose,growth\n" + "".join(rows))


def test_a_claim_that_fails_without_one_seed_is_told(tmp_path: Path) -> None:
    """Of runs, the seed is left out of each experiment; nothing is run again."""
    firm = _asked(tmp_path, SEEDS, "best.md", CLAIM.format("ranking.unclear('large', 'small')"))
    assert [str(claim) for claim in firm.fragile] == ['fails without seed 4: "We cannot tell."']


@pytest.mark.parametrize(
    ("gains", "condition", "units", "fragile"),
    [
        # one plate differs so much that nothing is clear
        ([1.0, 1.2, 0.9, 1.1, 1.0, -3.0], "unclear", 6, ['fails without plate 6: "We cannot tell."']),
        # all plates say the same
        ([1.0, 1.2, 0.9, 1.1, 1.0, 1.3], "more", 6, []),
        # near its limit, it fails without any plate: the interval is wider for fewer
        ([1.0, 2.2, 0.5, 1.7, 0.3], "more", 5, []),
        # of four, three would be left; of thirty-one, one is never decisive
        ([1.0, 1.1, 1.2, 1.3], "more", 0, []),
        ([1.0, 1.1] * 15 + [1.2], "more", 0, []),
    ],
)
def test_a_claim_that_fails_without_one_plate_is_told(
    tmp_path: Path, gains: list[float], condition: str, units: int, fragile: list[str]
) -> None:
    """And no other."""
    _wells(tmp_path, gains)
    firm = _asked(tmp_path, PLATES, "drug.md", CLAIM.format(f"difference.{condition}"))
    assert (firm.asked, len(firm.replicates)) == (1, units)
    assert [str(claim) for claim in firm.fragile] == fragile


def test_what_cannot_be_answered_without_one_is_not_known(tmp_path: Path) -> None:
    """Neither the claims of the question, nor those of the section whose own text reads its answer."""
    _wells(tmp_path, [1.0, 1.2, 0.9, 1.1, 1.0, 1.3])
    needs_all = PLATES.replace(
        "    return diff", "    assert 3 in set(wells.frame.plate), 'no plate 3'\n    return diff"
    )
    needs_all = needs_all.replace("question, table", "question, section, table").replace(
        '("Plates", (drug,))', '("Plates", (section("Part", drug, name="questions"),))'
    )
    own_text = tmp_path / "templates" / "sections" / "questions.md"
    own_text.parent.mkdir(parents=True)
    own_text.write_text("The gain is {{ drug.difference }}.\n\n" + CLAIM.format("drug.difference.clear"))
    firm = _asked(tmp_path, needs_all, "drug.md", CLAIM.format("difference.more"))
    assert firm.asked == 2
    assert [str(claim) for claim in firm.unknown] == 2 * ['is not known without plate 3: "We cannot tell."']
    assert firm.fragile == ()
    unanswered, not_rendered = firm.failures
    assert unanswered.startswith("drug without plate 3: ")
    assert unanswered.endswith("project.py:9: answer drug: AssertionError: no plate 3")
    assert not_rendered.startswith("questions without plate 3: ")


def test_a_section_that_names_what_is_not_there_without_one_is_told(tmp_path: Path) -> None:
    """The answer is another without it; the message says what the template lacks."""
    _wells(tmp_path, [1.0, 1.2, 0.9, 1.1, 1.0, 1.3])
    has_more = PLATES.replace("import Measure", "import Answer, Measure, number").replace(
        '    return difference(wells, Measure("growth"), by="dose", against=0)',
        '    answer = difference(wells, Measure("growth"), by="dose", against=0)\n'
        "    return answer | Answer(third=number(3)) if 3 in set(wells.frame.plate) else answer",
    )
    firm = _asked(tmp_path, has_more, "drug.md", CLAIM.format("third == 3"))
    assert [str(claim) for claim in firm.unknown] == ['is not known without plate 3: "We cannot tell."']
    assert len(firm.failures) == 1
    assert "third" in firm.failures[0]
