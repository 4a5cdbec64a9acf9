"""What is called fresh after an edit is what it would be if it were made again."""

from __future__ import annotations

import shutil

import pytest
from made_answers import rows_of

from build.conftest import Toy, make_light
from labreport.build import Request, open_report
from labreport.errors import working_in
from labreport.page.environment import FRAME
from labreport.verify import checks

PLAN = '<svg xmlns="http://www.w3.org/2000/svg" width="9"/>'
TEXTS = {
    "questions/down.md": "The loss falls.\n",
    "questions/drug.md": '{% include "questions/down.md" %} {% include "notes/drug.md" %}\n',
    "notes/drug.md": "See the plan. ![The plan](sections/plan.svg)\n",
    "sections/plan.svg": PLAN,
    "styles/base.css": "h1 { color: red; }\n",
    "figure.html": (FRAME / "figure.html").read_text(),
}
"""What the toy has among its templates, beside its own."""
EDITS = """
    project.py → Walks that drift → Walks that wander
    project.py → walk.drift, 1.0 + → walk.drift, 1.5 +
    project.py → Walk(3.0) → Walk(2.0)
    project.py → Three toys → Four toys
    project.py → margin=1, → margin=2,
    project.py → (FAR, NEAR) → (NEAR, FAR)
    wells.csv → 1.02 → 1.03
    data/second.txt →  → of another day
    templates/questions/higher.md → Each dot is → A dot is
    templates/questions/down.md → falls → sinks
    templates/notes/drug.md → See → Look at
    templates/sections/plan.svg → width="9" → width="8"
    templates/figure.html → Figure < → Drawing <
    templates/styles/base.css → red → blue
    templates/glossary.md →  → A walk\\n: many steps\\n
"""
"""Files, each with a text in it and what takes its place; a file that is not there yet gets the text."""


@pytest.fixture(scope="module")
def edited(cold: Toy, tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """A report that has each edit after the other; a question counts the files in a folder.

    Nobody reads two experiments, which have only an order.
    """
    toy = Toy(tmp_path_factory.mktemp("edited") / "toy")
    shutil.copytree(cold.folder, toy.folder)
    toy.edit("project.py", "from dataclasses", "import os\nfrom dataclasses")
    toy.edit("project.py", "len(wells.frame)", "len(wells.frame) + len(os.listdir('data'))")
    toy.edit("project.py", "    fit=fit,\n", "    experiments=(FAR, NEAR),\n    fit=fit,\n")
    unread = 'FAR = Experiment("far", Walk(9.0))\nNEAR = Experiment("near", Walk(1.0))\n'
    toy.edit("project.py", "WELLS =", f"{unread}WELLS =")
    for name, text in {"../data/first.txt": "of a day", **TEXTS}.items():
        path = toy.folder / "templates" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_light(monkeypatch)
        toy.succeed()
    return toy


def is_fresh(toy: Toy) -> bool:
    """Whether all is called fresh; then each target that is made again has to be equal."""
    request = Request(toy.folder, toy.report)
    with working_in(toy.folder):
        plan = open_report(request)
        fresh = not plan.stale(plan.targets)
        if fresh:
            assert [check for check in checks(plan) if not check.passed] == []
    return fresh


@pytest.mark.parametrize(("file", "old", "new"), rows_of(EDITS))
def test_what_is_fresh_after_an_edit_is_equal_when_it_is_made_again(
    edited: Toy, file: str, old: str, new: str
) -> None:
    """At once, where the edit means nothing, or after the next build."""
    if old:
        edited.edit(file, old, new)
    else:
        (edited.folder / file).write_text(new)
    is_fresh(edited)
    edited.succeed()
    assert is_fresh(edited)
