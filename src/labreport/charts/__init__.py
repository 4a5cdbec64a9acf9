"""Drawing and exporting charts: the only room of the engine that imports matplotlib and seaborn.

A module is loaded when a name of it is asked for: a project can import this room beside its declarations.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labreport.charts.drawing import Drawing
    from labreport.charts.labels import TextLabel, direct_labels, label_line_ends
    from labreport.charts.layout import column_figure, note, panel_title, y_title
    from labreport.charts.marks import Mark, band, curve, points, reference_line, seed_lines
    from labreport.charts.shades import draw_cells
    from labreport.charts.styles import SERIES, WIDTH_MM, Colour, css_variables, style
    from labreport.charts.svg import Exported, export_drawing
    from labreport.charts.ticks import few_numbers, plain_numbers, powers_of_ten, thousands

_HOMES = ("styles", "drawing", "layout", "ticks", "marks", "labels", "shades", "svg")


def __getattr__(name: str) -> Any:
    """A name of this room, from the module that has it."""
    if not name.startswith("_"):
        for home in _HOMES:
            module = import_module(f"{__name__}.{home}")
            if name in vars(module):
                return globals().setdefault(name, vars(module)[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
