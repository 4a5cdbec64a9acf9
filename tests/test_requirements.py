"""What installed packages lack of what is asked for is read from their metadata; nothing is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.requirements import Layer, lacking


@pytest.fixture
def packages(tmp_path: Path) -> str:
    """A folder of installed packages, one of which brings the module of another."""
    for name in ("other_name-1.2.dist-info", "Without.List-2.0.dist-info", "a_cpu-1.0.dist-info", "a"):
        (tmp_path / name).mkdir()
    (tmp_path / "of_debian-1.4.1-py3.13.egg-info").touch()
    return str(tmp_path)


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ("other-name>=1.2", ""),
        ("Other.Name[extra] >= 1.2, <2  # why", ""),
        ("without-list", ""),
        ("a>=1", ""),
        ("of-debian==1.4.1", ""),
        ("other-name==1.*", ""),
        ("other-name~=1.1", ""),
        ("other-name>=1.3", "other-name is 1.2, not >=1.3"),
        ("other-name>=1,<1.2", "other-name is 1.2, not >=1,<1.2"),
        ("other-name==1.3", "other-name is 1.2, not ==1.3"),
        ("absent.library>=1", "absent.library is not installed"),
        ("# absent", ""),
        ("-r more.txt", ""),
        ("absent; sys_platform == 'win32'", ""),
        ("absent @ file:///wheels/absent.whl", ""),
        ("./absent", ""),
    ],
)
def test_what_is_absent_or_too_old_is_named(packages: str, line: str, clause: str) -> None:
    """A clause for each; a module may come from a package of another name, as tensorflow-cpu brings one.

    Markers, addresses and options are left to pip.
    """
    assert (
        lacking([Layer(Path("requirements.txt"), [line, ""])], ["/absent", packages])
        == [clause][: bool(clause)]
    )
