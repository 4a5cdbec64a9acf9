"""Where a project is, and what may lie beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labreport.errors import UsageError
from labreport.locate import find_project


@pytest.mark.parametrize("name", ["json.py", "numpy.py", "labreport.py", "types/__init__.py"])
def test_a_module_that_hides_another_is_refused_by_its_path(tmp_path: Path, name: str) -> None:
    """Workers and libraries would import it in place of the one that they mean."""
    (tmp_path / "project.py").write_text("")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
    with pytest.raises(UsageError, match=r"hides .* module .* from this program; rename it") as caught:
        find_project(tmp_path)
    assert str(tmp_path / name.partition("/")[0]) in str(caught.value)


def test_what_is_no_module_hides_nothing(tmp_path: Path) -> None:
    """A folder of data, or a text, may be called as a module is."""
    (tmp_path / "project.py").write_text("")
    (tmp_path / "json").mkdir()
    (tmp_path / "numpy.txt").write_text("")
    assert find_project(tmp_path).root == tmp_path


@pytest.mark.parametrize("odd", ["/dev/zero", "FIFO", "folder"])
def test_what_is_no_text_in_place_of_the_table_is_one_line(odd: str, tmp_path: Path) -> None:
    """It is neither waited for nor read without end, and does not stand for a project above another."""
    path = tmp_path / "pyproject.toml"
    if odd == "FIFO":
        os.mkfifo(path)
    elif odd == "folder":
        path.mkdir()
    else:
        path.symlink_to(odd)
    with pytest.raises(UsageError, match=r"pyproject\.toml: (is not a file|cannot be read)"):
        find_project(tmp_path)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "project.py").write_text("import labreport")
    assert find_project(tmp_path / "inner").around(tmp_path / "out") is None


def test_the_innermost_project_counts(tmp_path: Path) -> None:
    """By a project.py that imports this program, or by the table."""
    inner, other = tmp_path / "outer" / "inner", tmp_path / "outer" / "other"
    for folder in (inner.parent, inner):
        folder.mkdir()
        (folder / "project.py").write_text("import labreport")
    other.mkdir()
    (other / "project.py").write_text("print('of somebody else')")
    (tmp_path / "pyproject.toml").write_text("[tool.labreport]\nproject = 'project'\n")
    place = find_project(inner)
    assert place.around(inner / "report") == inner
    assert place.around(other / "report") == inner.parent
    assert place.around(tmp_path / "out") == tmp_path
    assert place.around(tmp_path.parent) is None
