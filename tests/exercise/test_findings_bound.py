"""How many findings of the report are not bound to their results yet: a list that can only become shorter."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from findings_outside import findings_in_figures, findings_in_titles, findings_outside

from exercise.project import PROJECT

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("findings_outside.txt")


def reality() -> dict[str, int]:
    """How many findings are outside the construct, by file."""
    found = [
        *findings_outside(ROOT / "templates"),
        *findings_in_titles(PROJECT.outline),
        *findings_in_figures(ROOT / "src" / "exercise"),
    ]
    return dict(Counter(finding.where.partition(":")[0] for finding in found))


def test_the_list_of_findings_outside_the_construct_is_what_there_is() -> None:
    """A new one fails; one that was bound to its result is to be taken off the list."""
    lines = (
        line.rpartition(" ") for line in LIST.read_text(encoding="utf-8").splitlines() if line[:1] != "#"
    )
    known = {file: int(count) for file, _, count in lines}
    found = reality()
    more = {file: count for file, count in found.items() if count > known.get(file, 0)}
    fewer = {file: found.get(file, 0) for file, count in known.items() if found.get(file, 0) < count}
    assert not more, f"findings outside the construct: bind them to results, {more}"
    assert not fewer, f"fewer are left than {LIST.name} says: write {fewer}"
