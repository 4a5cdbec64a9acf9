"""Where a project is, and what may lie beside it."""

from __future__ import annotations

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
