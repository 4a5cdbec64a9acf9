"""What the stand-in exercise is made of, and a build that is checked against its plan."""

from __future__ import annotations

from program import Program, Ran

ALPHA = {f"result/alpha#{seed}" for seed in range(5)}
BETA = {f"result/beta#{seed}" for seed in range(2)}
GRID = {f"result/grid/rate={rate},noise={noise}#0" for rate in ("0.3", "0.6") for noise in ("0.0", "0.05")}
RATES = {"result/rates/rate=0.7#0"}
TRAININGS = ALPHA | BETA | GRID | RATES
"""Every trajectory: `alpha` is also `alpha-10`, `alpha-middle` and a cell of `rates`."""
DOCUMENTS = {f"document/{name}" for name in ("html", "pdf", "answers", "crate", "workflow")}
MEASURED = {
    "answer/measured.accuracy",
    "answer/measured.better",
    "figure/curves",
    "section/measured",
    *DOCUMENTS,
}
STUDIED = {"answer/studied.grid", "section/studied", *DOCUMENTS}
SHARED = {
    "answer/shared.longer",
    "answer/shared.middle",
    "answer/shared.rates",
    "answer/shared.origin",
    "section/shared",
    *DOCUMENTS,
}
ALL = TRAININGS | MEASURED | STUDIED | SHARED

CATALOGUE = "src/exercise/catalogue.py"
TRAINING, ANSWERS, FIGURES = "src/exercise/training.py", "src/exercise/answers.py", "src/exercise/figures.py"

QUICK = 'Walk(0.5), 5, (2, 5), START, "the quick walk"'
"""How the catalogue declares `alpha`, on which the grid is based."""

SLOW = 'Walk(0.25), 5, (2, 5), START, "the slow walk"'
"""How it declares `beta`, which has its trajectory to itself."""


def build_as_planned(program: Program, *arguments: str, dry: bool = False) -> Ran:
    """Build, and check that status and build agreed, and with `dry` a dry run, too.

    All stale nodes were made, and none that was not stale or at least waiting for one that was;
    afterwards nothing is stale, and after a build of all, the next one sees that at the front door.
    Documents that came out with the bytes they had cannot be distinguished from documents that were not made.
    """
    plan = program.plan(*arguments)
    stale = {name for name, state in plan.items() if state == "stale"}
    waiting = {name for name, state in plan.items() if state == "pending"}
    if dry:
        told = program.run("--dry-run", "--verbose", *arguments)
        assert not told.made
        assert ("Nothing to do" in told.out) == (not stale and not waiting)
    ran = program.run(*arguments)
    assert ran.code == 0, ran.err
    assert stale - DOCUMENTS <= ran.made <= stale | waiting
    assert set(program.plan(*arguments).values()) == {"fresh"}
    assert arguments or program.up_to_date(), "a build that made all left no stamp that holds"
    return ran
