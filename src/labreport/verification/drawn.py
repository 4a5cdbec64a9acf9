"""Figures of a published page read as a reader reads them: marks in the SVG against the table beside them.

Nothing of the drawing library has a part in this: coordinates are those of the paths in the page, scales
those that its tick labels show.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.audit.screen import Element, parse, text_of
from labreport.stats.rounding import THIN

POINT = re.compile(r"[ML] (-?[0-9.]+) (-?[0-9.]+)")
NUMBER = re.compile(r"[-\u2212]?[0-9]+(?:\.[0-9]+)?")
READ = ("curve", "line", "bar", "barh")
"""The parts of a drawing that values are read off."""
UNREAD = {
    "seed": "lines of single runs",
    "interval": "intervals",
    "band": "bands",
    "picture": "pictures",
    "cells": "maps of cells",
    "other": "other marks",
}
"""Parts that are in no table, or not in such a way that they could be read off."""
HUNDREDTH = 0.02
"""Points; the page's coordinates are rounded to half of this."""
DODGE = 0.5
"""How far beside a whole number of the table a mark may be, so that marks of one place do not cover."""
TICKS = 0.05
"""How far from its label's value, as a share of the axis, a tick may be."""


@dataclass(frozen=True)
class Figure:
    """One figure as published: the drawing, and what the page's own script knows of it."""

    slug: str
    svg: Element
    readings: Mapping[str, Any]
    table: tuple[tuple[str, ...], ...]


def figures(page: str) -> Iterator[Figure]:
    """Every figure of a page that has a table. Raises `ValueError` where its readings are damaged."""
    root = parse(page, drawings=True)
    scripts = {script.get("data-readings"): script for script in root.xpath("//script[@data-readings]")}
    for svg in root.xpath("//div[@class='drawing' and @data-figure]/svg"):
        slug = svg.getparent().get("data-figure")
        if (script := scripts.get(slug)) is not None:
            rows = script.xpath("preceding::tbody[1]/tr")
            table = tuple(tuple(text_of(cell).strip() for cell in row.iter("td")) for row in rows)
            yield Figure(slug, svg, json.loads(text_of(script)), table)


def misdrawn(figure: Figure) -> Iterator[str]:
    """A line for each mark without a row, each scale that its labels belie, and a table that differs."""
    rows = figure.readings["rows"]
    if figure.table != tuple(tuple(_shown(cell) for cell in row) for row in rows):
        yield "the table on the page is not the one that its script has"
    panels = {axes["id"]: axes for axes in figure.readings["axes"]}
    for group in figure.svg.iter("g"):
        axes = panels.get(group.get("id", ""))
        if axes is None:
            continue
        across, upright = _axes(group, axes)
        marks = list(_marks(group, across, upright))
        own = [row for row in rows if axes.get("title") in row] or rows
        for axis in (across, upright) if marks else ():
            yield from axis.mislabelled(own)
        for series, x, y in marks:
            if not _told(across, upright, rows, x, y):
                yield f"{series} is drawn at ({x:.5g}, {y:.5g}), which is in no row of its table"


def compared(figure: Figure) -> tuple[int, str]:
    """How many groups of marks are compared with the table; what else is drawn, in words."""
    parts = Counter(group.get("data-part") for group in figure.svg.iter())
    others = [f"{words} ({parts[part]})" for part, words in UNREAD.items() if parts[part]]
    return sum(parts[part] for part in READ), ", ".join(others)


@dataclass(frozen=True)
class _Axis:
    """One axis of a panel: where it begins on the page, how far it goes, its scale, and its tick labels."""

    letter: str
    start: float
    length: float
    limits: Sequence[float]
    scale: str
    labels: Sequence[tuple[float, str]]

    def name_at(self, value: float) -> str | None:
        """The name nearest to a place; empty where nothing has a label, None where labels are numbers."""
        if self.labels and not any(letter.isalpha() for _, text in self.labels for letter in text):
            return None
        away = [(abs(round(self.value(place)) - value), text) for place, text in self.labels]
        return min(away, default=(0.0, ""))[1]

    def value(self, place: float) -> float:
        """What is at a place on the page, in the units of the scale."""
        (low, high), share = self.limits, (place - self.start) / self.length
        if self.scale == "log":
            return float(math.exp(math.log(low) + share * (math.log(high) - math.log(low))))
        return low + share * (high - low) if self.scale == "linear" else math.nan

    def slack(self, value: float) -> float:
        """What a hundredth of a point is worth at a value."""
        (low, high), share = self.limits, HUNDREDTH / abs(self.length)
        if self.scale == "log":
            return abs(value) * (math.exp(share * abs(math.log(high / low))) - 1)
        return share * abs(high - low)

    def mislabelled(self, rows: Sequence[Sequence[Any]]) -> Iterator[str]:
        """Tick labels of a linear axis that are elsewhere than their values, and are not names of places."""
        numbers = [
            (place, float(text.replace("\u2212", "-").replace(THIN, "")))
            for place, text in self.labels
            if NUMBER.fullmatch(text.replace(THIN, ""))
        ]
        if self.scale != "linear" or len(numbers) < 2 or self._listed(rows):
            return
        (first, low), *others = sorted(numbers)
        span = self.limits[1] - self.limits[0]
        for place, value in others:
            apart = (place - first) / self.length
            if abs(apart - (value - low) / span) > TICKS:
                yield f"its {self.letter} axis says {value:g} where {low + apart * span:.4g} is"
                break

    def _listed(self, rows: Sequence[Sequence[Any]]) -> bool:
        """Whether the rows have, in one column, each labelled place, and its label in another."""
        named = [(round(self.value(place)), text) for place, text in self.labels]
        listed = (
            {(row[column], str(cell)) for row in rows for cell in (*row[:column], *row[column + 1 :])}
            for column in range(max(map(len, rows), default=0))
        )
        return any(pairs.issuperset(named) for pairs in listed)


def _axes(group: Element, axes: Mapping[str, Any]) -> tuple[_Axis, _Axis]:
    """The axes of a panel: their labels are below it and on its left."""
    left, top, width, height = axes["box"]
    bottom, right = top + height, left + width
    texts = [
        (float(text.get("x", "nan")), float(text.get("y", "nan")), text_of(text))
        for text in group.iter("text")
    ]
    below = [
        (x, text)
        for x, y, text in texts
        if y > bottom and left - 1 <= x <= right + 1 and text != axes.get("xlabel")
    ]
    beside = [(y, text) for x, y, text in texts if x < left and top <= y <= bottom + 5]
    return (
        _Axis("x", left, width, axes["xlim"], axes["xscale"], below),
        _Axis("y", bottom, -height, axes["ylim"], axes["yscale"], beside),
    )


def _marks(panel: Element, across: _Axis, upright: _Axis) -> Iterator[tuple[str, float, float]]:
    """Series, and the place in data coordinates, of each vertex, point and end of a bar."""
    for group in panel.iter("g"):
        part = group.get("data-part")
        if part in READ:
            for x, y in _places(group, part):
                yield group.get("data-series", ""), across.value(x), upright.value(y)


def _places(group: Element, part: str) -> Iterator[tuple[float, float]]:
    for element in group.iter():
        if element.tag == "use":
            yield float(element.get("x", "nan")), float(element.get("y", "nan"))
        elif element.tag == "path" and not element.get("id"):
            points = [(float(x), float(y)) for x, y in POINT.findall(element.get("d", ""))]
            if part not in ("bar", "barh"):
                yield from points
            elif points:
                # From its base, two corners on
                (left, bottom), end = points[0], points[min(2, len(points) - 1)]
                yield ((left + end[0]) / 2, end[1]) if part == "bar" else (end[0], (bottom + end[1]) / 2)


def _told(across: _Axis, upright: _Axis, rows: Sequence[Sequence[Any]], x: float, y: float) -> bool:
    """Whether a row has both coordinates in two of its cells; where places have names, one and that name."""
    if math.isnan(x) or math.isnan(y):
        return True  # a scale of another kind; it is checked when it is drawn
    slack_x, slack_y = across.slack(x), upright.slack(y)
    called_x, called_y = (_called(axis.name_at(at), rows) for axis, at in ((across, x), (upright, y)))
    for number, row in enumerate(rows):
        cells = [cell for cell in row if isinstance(cell, int | float) and not isinstance(cell, bool)]
        at_x = {
            place
            for place, cell in enumerate(cells)
            if abs(cell - x) <= slack_x + _rounded(cell) or (isinstance(cell, int) and abs(cell - x) < DODGE)
        }
        at_y = {place for place, cell in enumerate(cells) if abs(cell - y) <= slack_y + _rounded(cell)}
        if at_x and at_y and len(at_x | at_y) > 1:
            return True
        if (called_x[number] and at_y) or (called_y[number] and at_x):
            return True
    return False


def _called(name: str | None, rows: Sequence[Sequence[Any]]) -> list[bool]:
    """Which rows have the name of a place: every row if none has it, and no row without a name."""
    found = [name is not None and name in map(str, row) for row in rows]
    return found if name is None or any(found) else [True] * len(found)


def _rounded(cell: float) -> float:
    """How far a number may be from the one that it was rounded from: one in its last shown place."""
    if isinstance(cell, int):
        return max(0.5, 0.005 * abs(cell)) if abs(cell) > 1_000 else 0.0
    digits, _, exponent = f"{cell!r}".lower().partition("e")
    places = len(digits.partition(".")[2])
    return max(0.6 * 10.0 ** (int(exponent or 0) - places), 0.006 * abs(cell) if exponent else 0.0)


def _shown(cell: Any) -> str:
    return "–" if cell is None else str(cell)
