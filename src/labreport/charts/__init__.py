"""Drawing and exporting charts: the only room of the engine that imports matplotlib and seaborn.

A module is loaded when a name of it is asked for: a project can import this room beside its declarations.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # fmt: off
    # isort: off
    from labreport.charts.marks import (
        Label, Margins, Mark, band, bars, canvas, caption, column_figure, curve, direct_labels, frame_cells,
        heat_map, label_line_ends, level, note, panel_title, picture, plain_numbers, points, powers_of_ten,
        reference_line, seed_lines, spread, thousands, whole_numbers, y_title,
    )
    from labreport.charts.styles import SERIES, WIDTH_MM, Colour, css_variables, style
    from labreport.charts.svg import Drawing, Exported, export


def __getattr__(name: str) -> Any:
    """A name of this room, from the module that has it."""
    for home in ("styles", "marks", "svg") if name[0] != "_" else ():
        module = import_module(f"{__name__}.{home}")
        if name in vars(module):
            return globals().setdefault(name, vars(module)[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
