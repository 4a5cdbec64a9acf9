"""A number that no result gives does not get into the report, however it is smuggled in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from faults.formats import documents
from program import Program


@pytest.fixture(scope="module")
def built() -> Program:
    """A checkout with its report."""
    return Program.built("--seeds", "1")


DATA = '<p><data value="0.98" data-source="{}" data-form="number">98 %</data></p>'
WAYS = {
    "typed into the prose": "<p>Accuracy is 98 %.</p>",
    "computed of constants": "<p>{{ 90 + 8 }}</p>",
    "computed of what is there": "<p>{{ answer.facts.cells | length + 94 }}</p>",
    "given to a macro": "{% call try_it('More') %}<p>{{ 49 * 2 }} %</p>{% endcall %}",
    "in an attribute": '<p title="{{ 49 * 2 }} %">Accurate.</p>',
    "as a name": "<p><code>{{ 49 * 2 }}</code></p>",
    "under a source that there is not": DATA.format("studied.grid#nothing"),
    "under a source that says otherwise": DATA.format("studied.grid#best"),
}
TEMPLATE = "templates/questions/studied.grid.html"


@pytest.mark.parametrize("way", WAYS)
def test_a_number_without_a_result_stops_the_report(way: str, built: Program, tmp_path: Path) -> None:
    """Exit code 1, the number is named by the line that prints it, and the previous report stays."""
    program = built.copy(tmp_path / "checkout")
    before = documents(program.folder / "report")
    program.edit(TEMPLATE, "<ul>", f"{WAYS[way]}<ul>")
    ran = program.run("--seeds", "1")
    assert ran.code == 1
    assert re.match(rf"error: {re.escape(TEMPLATE)}:3: the number (98( %)?|90|49) has no source", ran.err), (
        ran.err
    )
    assert documents(program.folder / "report") == before


def test_all_numbers_without_a_source_are_told_at_once(built: Program, tmp_path: Path) -> None:
    """Each by the author's own line, also where a macro of the engine prints it."""
    program = built.copy(tmp_path / "checkout")
    noted = "{% call try_it('More') %}{{ answer.facts.cells | length + 73 }}{% endcall %}"
    program.edit(TEMPLATE, "<ul>", "<p>{{ answer.facts.cells | length + 94 }}</p>\n<ul>")
    program.edit(TEMPLATE, "</ul>", f"</ul>\n<p>{noted}</p>")
    program.edit(TEMPLATE, "<ul>", "<p>{{ answer.facts.cells | length + 41 }}</p>\n<ul>")
    ran = program.run("--seeds", "1")
    lines = [line.partition(" has no source")[0] for line in ran.err.splitlines()]
    assert f"error: {TEMPLATE}:3: the number 98" in lines
    assert f"error: {TEMPLATE}:4: the number 45" in lines
    assert f"error: {TEMPLATE}:10: the number 77" in lines
    assert f"Build failed: {len(lines)} errors. The previous report is unchanged." in ran.out
