"""Drawing and exporting charts: the only room of the engine that imports matplotlib and seaborn.

Nothing is loaded until a name is asked for, so that a project can write `from labreport import charts`
beside its declarations. Loading sets the house style for every figure made afterwards: fonts of the
project only, one scale of sizes, Okabe-Ito colours, left and bottom spines, hairline grid. `export` makes
of a drawing one SVG in two variants that differ in the spelling of colours only: `svg_print` names each
colour, for paper; `svg_screen` names a CSS variable with that colour as its fallback, so that a page can set
`labreport.charts.palette.css_variables()` and the chart follows its theme.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from labreport.charts import _quiet  # noqa: F401  before anything loads matplotlib

if TYPE_CHECKING:
    from labreport.charts.drawing import Drawing
    from labreport.charts.exporting import export
    from labreport.charts.heat import heat_map, separate
    from labreport.charts.labels import (
        Label,
        direct_labels,
        label_line_ends,
        milestones,
        note_truncated,
    )
    from labreport.charts.layout import (
        COLUMN_MM,
        WIDE_MM,
        Margins,
        Panel,
        canvas,
        column_figure,
        level,
        panel_title,
        wide_figure,
        y_title,
    )
    from labreport.charts.marks import (
        Mark,
        bars,
        caption,
        curve,
        named_curves,
        picture,
        points,
        seed_line,
        seed_lines,
        stems,
        tag,
    )
    from labreport.charts.palette import SERIES, Colour, text_shade
    from labreport.charts.references import band, interval_bars, reference_line, reference_slope
    from labreport.charts.ticks import (
        plain_numbers,
        powers_of_ten,
        round_limits,
        thousands,
        whole_numbers,
    )

__all__ = [
    "COLUMN_MM",
    "SERIES",
    "WIDE_MM",
    "Colour",
    "Drawing",
    "Label",
    "Margins",
    "Mark",
    "Panel",
    "band",
    "bars",
    "canvas",
    "caption",
    "column_figure",
    "curve",
    "direct_labels",
    "export",
    "heat_map",
    "interval_bars",
    "label_line_ends",
    "level",
    "milestones",
    "named_curves",
    "note_truncated",
    "panel_title",
    "picture",
    "plain_numbers",
    "points",
    "powers_of_ten",
    "reference_line",
    "reference_slope",
    "round_limits",
    "seed_line",
    "seed_lines",
    "separate",
    "stems",
    "tag",
    "text_shade",
    "thousands",
    "whole_numbers",
    "wide_figure",
    "y_title",
]

_HOMES = (
    "palette",
    "drawing",
    "layout",
    "marks",
    "labels",
    "references",
    "ticks",
    "heat",
    "exporting",
)


def __getattr__(name: str) -> Any:
    """A name of this room, loaded with all the others when the first is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for home in _HOMES:
        module = import_module(f"{__name__}.{home}")
        globals().update((each, vars(module)[each]) for each in __all__ if each in vars(module))
    return globals()[name]
