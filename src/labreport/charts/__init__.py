"""Drawing and exporting charts: the only room of the engine that imports matplotlib and seaborn.

Nothing is loaded until a name is asked for, so that a project can write `from labreport import charts`
beside its declarations. Loading sets the house style for every figure made afterwards: fonts of the
project only, one scale of sizes, Okabe-Ito colours, left and bottom spines, hairline grid. `export` makes
of a drawing one SVG in two variants that differ in the spelling of colours only: `svg_print` names each
colour, for paper; `svg_screen` names a CSS variable with that colour as its fallback, so that a page can set
`labreport.charts.style.css_variables()` and the chart follows its theme.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # by which the fingerprint of a figure finds what it uses, too
    # fmt: off
    # isort: off
    from labreport.charts.exporting import export
    from labreport.charts.layout import (
        COLUMN_MM, WIDE_MM, Panel, Drawing, Margins, column_figure, wide_figure, canvas,
        panel_title, y_title, level, plain_numbers, round_limits, whole_numbers, powers_of_ten,
        thousands,
    )
    from labreport.charts.marks import (
        Mark, tag, named_curves, curve, seed_lines, seed_line, points, bars, bar_groups, stems, picture,
        caption, reference_line, interval_bars, band, reference_slope, heat_map, separate, Label,
        label_line_ends, direct_labels, milestones, note_truncated,
    )
    from labreport.charts.style import Colour, SERIES, text_shade
    # isort: on
    # fmt: on

__all__ = [
    "COLUMN_MM", "SERIES", "WIDE_MM", "Colour", "Drawing", "Label", "Margins", "Mark", "Panel", "band",
    "bar_groups", "bars", "canvas", "caption", "column_figure", "curve", "direct_labels", "export",
    "heat_map",
    "interval_bars", "label_line_ends", "level", "milestones", "named_curves", "note_truncated",
    "panel_title", "picture", "plain_numbers", "points", "powers_of_ten", "reference_line",
    "reference_slope", "round_limits", "seed_line", "seed_lines", "separate", "stems", "tag",
    "text_shade", "thousands", "whole_numbers", "wide_figure", "y_title",
]  # fmt: skip

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # of a cache that has no home, it would warn


def __getattr__(name: str) -> Any:
    """A name of this room, loaded with all the others when the first is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for home in ("style", "layout", "marks", "exporting"):
        module = import_module(f"{__name__}.{home}")
        globals().update((each, vars(module)[each]) for each in __all__ if each in vars(module))
    return globals()[name]
