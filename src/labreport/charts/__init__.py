"""Drawing and exporting charts: the only room of the engine that imports matplotlib and seaborn.

A module is loaded when a name of it is asked for, so that a project can write `from labreport import charts`
beside its declarations.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # fmt: off
    # isort: off
    from labreport.charts.layout import (
        Margins, canvas, column_figure, level, note, panel_title, plain_numbers, powers_of_ten, thousands,
        whole_numbers, y_title,
    )
    from labreport.charts.marks import (
        Label, Mark, band, bars, caption, curve, direct_labels, frame_cells, heat_map, label_line_ends,
        picture, points, reference_line, seed_lines, spread,
    )
    from labreport.charts.styles import SERIES, WIDTH_MM, Colour, css_variables, style
    from labreport.charts.svg import Drawing, Exported, export


def __getattr__(name: str) -> Any:
    """A name of this room, from the module that has it."""
    for home in ("styles", "layout", "marks", "svg") if name[0] != "_" else ():
        module = import_module(f"{__name__}.{home}")
        if name in vars(module):
            return globals().setdefault(name, vars(module)[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
