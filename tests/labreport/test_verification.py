"""What `verify` finds without the code that made the report: copies, numbers that differ, marks elsewhere."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
import trained as made
from drawn import drawn as drawing
from every_operation import document as conforming

from labreport.charts import SERIES, Drawing, Mark, bars, column_figure, export
from labreport.page.sections import inline
from labreport.trajectory import Snapshot, Trajectory
from labreport.verification import _differing, again, copies, equal
from labreport.verification.drawn import compared, figures, misdrawn


def seed(number: int, seconds: float = 0.1234567891) -> Trajectory:
    """A training with weights and a measured time that no other seed has."""
    weights = numpy.random.default_rng(number).random(40)
    record = {"epoch": 1, "loss": 1.0 / (number + 1), "seconds": seconds + number}
    kept = Snapshot({}, {"state.kernel": weights})
    return replace(made.empty(number), records=(record,), snapshots={1: kept})


def test_seeds_of_their_own_are_no_copies() -> None:
    """Neither are two names of one training."""
    stored = {f"alpha#{number}": seed(number) for number in range(3)}
    assert list(copies({**stored, "beta#0": stored["alpha#0"]})) == []


def test_one_seeds_result_stored_as_anothers_is_found() -> None:
    """Records and arrays under another key, as if every checksum had been computed again."""
    first, second = seed(0), seed(1)
    copied = replace(second, records=first.records, snapshots=first.snapshots)
    found = list(copies({"alpha#0": first, "alpha#1": copied, "alpha#2": seed(2)}))
    assert found == [
        "alpha#1 has the record of alpha#0 for epoch 1, its time included",
        "alpha#1 has array 'state.kernel' of alpha#0 at epoch 1",
    ]


def test_copied_weights_are_found_beside_records_that_were_changed() -> None:
    """Another time, another loss; the weights give it away."""
    first, second = seed(0), seed(1)
    copied = replace(second, snapshots=first.snapshots)
    assert len(list(copies({"alpha#0": first, "alpha#1": copied, "alpha#2": seed(2)}))) == 1


def test_a_specification_without_chance_is_no_copy() -> None:
    """Where the seed decides nothing, all seeds have the same weights, each in its own time."""
    weights = seed(0).snapshots
    stored = {f"alpha#{number}": replace(seed(number), snapshots=weights) for number in range(3)}
    assert list(copies(stored)) == []


def test_weights_that_have_diverged_are_no_copies() -> None:
    """Those of two seeds are not numbers, those of the third are."""
    lost = {1: Snapshot({}, {"state.kernel": numpy.full(40, numpy.nan)})}
    stored = {f"alpha#{number}": replace(seed(number), snapshots=lost) for number in range(2)}
    assert list(copies({**stored, "alpha#2": seed(2)})) == []


def test_a_state_may_hold_words() -> None:
    """They are compared as they are."""
    kept = [Snapshot({}, {"state.words": numpy.array([f"{number}", "a"] * 20)}) for number in range(2)]
    stored = {
        f"alpha#{number}": replace(seed(number), snapshots={1: kept[number % 2]}) for number in range(3)
    }
    assert list(copies(stored)) == ["alpha#2 has array 'state.words' of alpha#0 at epoch 1"]


def sorted_digits() -> Drawing:
    """Upright bars by height, each with the name of a digit below it."""
    figure, (panel,) = column_figure(46.0)
    mark = Mark("misread", SERIES[1])
    bars(panel, [1, 2, 3], [3.0, 2.0, 1.0], mark, standing_out=mark, at=None)
    panel.set_xticks([1, 2, 3], ["8", "2", "5"])
    panel.set_xlabel("digit")
    rows: list[list[str | int | float | None]] = [[1, 8, 3.0], [2, 2, 2.0], [3, 5, 1.0]]
    return Drawing(figure, "bar chart", ["place", "digit", "misread, %"], rows)


def level_bars() -> Drawing:
    """Level bars by matplotlib itself, beside a line that has no label."""
    figure, (panel,) = column_figure(46.0)
    panel.barh([1, 2, 3], [3.0, 2.0, 1.0], label="misread")
    panel.set_yticks([1, 2, 3], ["8", "2", "5"])
    panel.plot([0.5, 1.5], [2.0, 2.5], color="k")
    rows: list[list[str | int | float | None]] = [[1, 8, 3.0], [2, 2, 2.0], [3, 5, 1.0]]
    return Drawing(figure, "level bars", ["place", "digit", "misread, %"], rows)


OWN = {"sorted": sorted_digits, "level": level_bars}


def published(slug: str, change: tuple[str, str] | None = None, **readings: Any) -> str:
    """The part of a page with one figure; `change` is replaced in its drawing."""
    drawn = export(slug, OWN[slug]() if slug in OWN else drawing(slug, "five seeds"))
    picture = str(inline(drawn, "lines: what is shown"))
    if change:
        assert re.search(change[0], picture)
        picture = re.sub(change[0], change[1], picture, count=1)
    cells = [["–" if cell is None else str(cell) for cell in row] for row in drawn["rows"]]
    rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in cells)
    plain = {name: drawn[name] for name in ("axes", "series", "columns", "rows")} | readings
    return (
        f'<div class="drawing" data-figure="{slug}">{picture}</div><table><tbody>{rows}</tbody></table>'
        f'<script type="application/json" data-readings="{slug}">{json.dumps(plain)}</script>'
    )


@pytest.mark.parametrize(
    "slug", ["curves-part-one", "signals", "sorted", "accuracy-parameters", "level", "digits"]
)
def test_marks_of_a_true_figure_are_found_in_its_table(slug: str) -> None:
    """Lines, logarithmic scales, bars, points."""
    (figure,) = figures(published(slug))
    assert list(misdrawn(figure)) == []
    assert figure.table
    assert compared(figure)[0]


@pytest.mark.parametrize(
    ("slug", "marks", "others"),
    [
        ("level", 3, "other marks (1)"),
        ("digits", 30, "intervals (3)"),
        ("confusion", 0, "maps of cells (1)"),
        ("gallery", 0, "pictures (20)"),
        ("curves-part-one", 8, "lines of single runs (40)"),
    ],
)
def test_what_is_not_compared_with_the_table_is_named(slug: str, marks: int, others: str) -> None:
    """Every other mark is compared, whoever drew it."""
    (figure,) = figures(published(slug))
    assert compared(figure) == (marks, others)


def test_a_level_bar_of_another_length_is_found() -> None:
    """Its end, at its place."""
    change = r'(data-part="barh"><path d="M [0-9.]+ [0-9.]+ L )([0-9.]+)( [0-9.]+ L )([0-9.]+)'
    (figure,) = figures(published("level", (change, r"\g<1>150\g<3>150")))
    assert "misread is drawn at " in next(misdrawn(figure))


def test_a_mark_drawn_elsewhere_is_found() -> None:
    """One vertex of a curve moved by a sixth of its panel."""
    page = published(
        "curves-part-one", (r'(data-part="curve"[^>]*><path d="M [0-9.]+ )([0-9.]+)', r"\g<1>30")
    )
    (figure,) = figures(page)
    assert "is in no row of its table" in next(misdrawn(figure))


def test_points_at_half_their_height_are_found() -> None:
    """All of them, beside an honest table."""
    page = published("accuracy-parameters")
    half = re.sub(
        r'(<use x="[0-9.]+" y=")([0-9.]+)(" fill="var)',
        lambda found: f"{found[1]}{(float(found[2]) + 134) / 2:.2f}{found[3]}",
        page,
    )
    (figure,) = figures(half)
    assert any("is in no row" in wrong for wrong in misdrawn(figure))


def test_a_scale_that_its_labels_belie_is_found() -> None:
    """A tick says another number than the one where it is."""
    (figure,) = figures(published("curves-part-one", (r">40</text>", ">35</text>")))
    assert any("its x axis says" in wrong for wrong in misdrawn(figure))


def test_names_that_are_numbers_stand_where_the_table_has_them() -> None:
    """Digits in the order of their errors are not a scale; a wrong one below a bar is found."""
    (figure,) = figures(published("sorted", (r">8</text>", ">1</text>")))
    assert any("its x axis says" in wrong for wrong in misdrawn(figure))


def test_a_table_that_differs_from_what_the_script_has_is_found() -> None:
    """The reader sees one, the script reads the other off."""
    rows = [[1, 2.0]]
    (figure,) = figures(published("curves-part-one", rows=rows))
    assert "is not the one that its script has" in next(misdrawn(figure))


def test_a_number_that_two_answers_have_is_one_number() -> None:
    """From one source, in one unit, under one name."""
    source = {"experiments": ["wide"], "measure": "test accuracy", "epochs": [10], "units": [0, 1]}
    number = {"source": source, "unit": "fraction", "value": 0.9}
    answers = {
        "first": {"quantities": {"wide.test_accuracy": number}},
        "second": {"quantities": {"test_accuracy": dict(number)}},
    }
    assert equal(answers).passed
    assert equal(answers).detail == "1 numbers that another answer has, too"
    answers["second"]["quantities"]["test_accuracy"]["value"] = 0.91
    found = equal(answers)
    assert not found.passed
    assert "second#test_accuracy is 0.91, but first#wide.test_accuracy is 0.9" in found.detail


def test_a_published_number_that_its_own_data_contradict_is_found(tmp_path: Path) -> None:
    """By the page's script, with the file only; a file that cannot be read is not a pass."""
    assert not again(tmp_path).passed
    document = conforming()
    (tmp_path / "answers.json").write_text(json.dumps(document), encoding="utf-8")
    assert again(tmp_path).passed
    document["questions"]["seeds"]["quantities"]["wide.mean"]["value"] += 0.001
    (tmp_path / "answers.json").write_text(json.dumps(document), encoding="utf-8")
    found = again(tmp_path)
    assert not found.passed
    assert found.detail.startswith("seeds#wide.mean, value: the file says ")


def measured(seconds: float, weight: float = 0.5) -> Trajectory:
    """A run of one epoch that keeps its seconds in its state, beside a weight."""
    arrays = {"state.seconds": numpy.array([seconds]), "state.weight": numpy.array([weight])}
    return replace(seed(0), records=({"seconds": seconds},), snapshots={1: Snapshot({}, arrays)})


def test_measured_seconds_need_not_be_equal_when_a_run_is_repeated() -> None:
    """Its weights must be equal, and an array of seconds need not be."""
    assert not list(_differing(measured(0.81), [measured(0.62)]))
    (told,) = _differing(measured(0.81), [measured(0.62, weight=0.25)])
    assert "'state.weight' at epoch 1 differs" in told
