"""Drawing and exporting charts: the only room of the engine that imports matplotlib and seaborn.

From an author's figure function to the page:

1. The function calls a builder (`builders`: `bars`, `curve`, …) with results or a table. The builder computes
   the numbers (`Means` in `builders.means`) and makes the panels (`layout.column_figure`).
2. The builder draws into each panel by `marks`, `labels`, `shades` and `ticks`, in the style of `styles`.
3. The builder returns a `Drawing`: the figure, the table of its numbers, a title and a caption. A figure
   function can also make a `Drawing` itself, or return any figure of matplotlib or seaborn.
4. The build calls `export_drawing`, which checks the size and returns an `Exported`: what the report stores,
   with an SVG for paper and one for the page (`svg` writes it by matplotlib).

A module is imported when one of its names is first used, so that a project can import this room together with
its declarations.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labreport.charts.drawing import Drawing, Exported
    from labreport.charts.export import export_drawing
    from labreport.charts.labels import TextLabel, direct_labels, label_line_ends
    from labreport.charts.layout import column_figure, note, panel_title, y_title
    from labreport.charts.marks import Mark, band, curve, points, reference_line, seed_lines
    from labreport.charts.shades import draw_cells
    from labreport.charts.styles import SERIES, WIDTH_MM, Colour, css_variables, style
    from labreport.charts.ticks import few_numbers, plain_numbers, powers_of_ten, thousands

_HOMES = {
    "drawing": "Drawing Exported",
    "export": "export_drawing",
    "labels": "TextLabel direct_labels label_line_ends",
    "layout": "column_figure note panel_title y_title",
    "marks": "Mark band curve points reference_line seed_lines",
    "shades": "draw_cells",
    "styles": "SERIES WIDTH_MM Colour css_variables style",
    "ticks": "few_numbers plain_numbers powers_of_ten thousands",
}
"""The names that a module of this room defines."""


def __getattr__(name: str) -> Any:
    """Return a name of this room, and import the module that defines it."""
    for home, names in _HOMES.items():
        if name in names.split():
            module = import_module(f"{__name__}.{home}")
            return globals().setdefault(name, getattr(module, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
