"""Drawing and exporting charts: the only room of the engine that imports matplotlib and seaborn.

From a figure function of the author's to the page:

1. It calls a builder (`builders`: `bars`, `curve`, …) with results or a table. The builder has the numbers
   computed (`Means` of `builders.means`), and the figure laid out: `layout.column_figure` makes the panels.
2. It draws into each panel by `marks`, `labels`, `shades` and `ticks`, in the house style of `styles`.
3. It returns a `Drawing`: the figure, the table of its numbers, title and caption. A figure function can
   make one without a builder, or return any figure of matplotlib or seaborn.
4. The build gives that to `export_drawing` of `export`, which checks the size and returns an `Exported`:
   what the report stores, with the SVG for paper and for the page (`svg` has matplotlib write it).

A module is loaded when a name of it is asked for: a project can import this room beside its declarations.
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

_HOMES = ("styles", "drawing", "layout", "ticks", "marks", "labels", "shades", "export")


def __getattr__(name: str) -> Any:
    """A name of this room, from the module that has it."""
    if not name.startswith("_"):
        for home in _HOMES:
            module = import_module(f"{__name__}.{home}")
            if name in vars(module):
                return globals().setdefault(name, vars(module)[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
