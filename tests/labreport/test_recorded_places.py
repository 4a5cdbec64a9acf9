"""Patterns with placeholders: what they match, in which order, and what they watch."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.errors import UsageError
from labreport.recorded.raw import folders, sources

FILES = (
    "runs/a-2.csv",
    "runs/a-10.csv",
    "runs/b-x-1.csv",
    "runs/b-last.csv",
    "runs/c+1.csv",
    "runs/deep/er/a-3.csv",
)
MATCHES = {
    "runs/a-{seed}.csv": [("runs/a-2.csv", {"seed": "2"}), ("runs/a-10.csv", {"seed": "10"})],
    "runs/b-{seed}.csv": [],
    "runs/{name}-{seed}.csv": [
        ("runs/a-2.csv", {"name": "a", "seed": "2"}),
        ("runs/a-10.csv", {"name": "a", "seed": "10"}),
        ("runs/b-x-1.csv", {"name": "b-x", "seed": "1"}),
    ],
    "runs/[bc]*.csv": [("runs/b-last.csv", {}), ("runs/b-x-1.csv", {}), ("runs/c+1.csv", {})],
    "runs/?+1.csv": [("runs/c+1.csv", {})],
    "runs/**/a-3.csv": [("runs/deep/er/a-3.csv", {})],
    "{top}/{name}/er/a-{seed}.csv": [("runs/deep/er/a-3.csv", {"top": "runs", "name": "deep", "seed": "3"})],
    "../data/runs/c+1.csv": [("../data/runs/c+1.csv", {})],
    "../data/runs/a-2*": [("../data/runs/a-2.csv", {})],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with the files."""
    for name in FILES:
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "data"


@pytest.mark.parametrize(("pattern", "expected"), MATCHES.items())
def test_a_pattern_finds_files_and_the_words_in_their_names(
    data: Path, pattern: str, expected: list[tuple[str, dict[str, str]]]
) -> None:
    """In natural order; where it finds nothing, the error says where it looked."""
    if not expected:
        with pytest.raises(UsageError, match="matches nothing"):
            sources(data, pattern)
        return
    assert [(found.name, found.fields) for found in sources(data, pattern)] == expected


def test_an_absolute_path_is_found(data: Path) -> None:
    """It keeps its spelling, with which the project's folder can be joined."""
    assert [found.name for found in sources(data, f"{data}/runs/c*.csv")] == [f"{data}/runs/c+1.csv"]


def test_a_misspelt_path_gets_a_suggestion(data: Path) -> None:
    """Of what is in the same folder."""
    with pytest.raises(UsageError, match=r"did you mean 'a-2\.csv'"):
        sources(data, "runs/a2.csv")


def test_folders_without_a_match_yet_are_watched(data: Path) -> None:
    """A file may appear there; and not in the folder of the project, where the report is written."""
    (data / "runs/empty").mkdir()
    assert folders(data, "runs/*/er/*.csv", ["runs/deep/er/a-3.csv"]) == (
        "runs",
        "runs/deep",
        "runs/deep/er",
        "runs/empty",
    )
