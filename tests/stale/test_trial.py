"""An edit anywhere in a project of odd names changes what rests on it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from stale.trial import EDITS, FILES, Edit

from labreport.stale import ingredients, load


def made(folder: Path) -> dict[str, dict[str, str]]:
    """What each run and each answer is made of by code, data and specification."""
    found = ingredients(load(folder))
    told = {one.name: found.run(one, 0) for one in found.project.runs}
    told |= {one.name: found.reader(one, {}) for one in found.project.questions}
    return {
        name: {key: value for key, value in each.items() if not key.startswith("experiment ")}
        for name, each in told.items()
    }


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.new.strip()[:30])
def test_an_edit_changes_what_rests_on_it_and_nothing_else(edit: Edit, tmp_path: Path) -> None:
    """However a name is bound, and however a module is reached."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    before = made(tmp_path)
    path = tmp_path / edit.file
    assert path.read_text().count(edit.old) == 1
    path.write_text(path.read_text().replace(edit.old, edit.new))
    after = made(tmp_path)
    changed = {name for name in {**before, **after} if before.get(name) != after.get(name)}
    assert changed == set(edit.things.split())
