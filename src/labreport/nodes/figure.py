"""A figure: a drawing from results and answers, exported for page and paper."""

from __future__ import annotations

from typing import Any

from labreport.errors import RenderError
from labreport.nodes.calls import draw
from labreport.nodes.workshop import Workshop
from labreport.outline import Figure
from labreport.placed import at, place_of
from labreport.plan.nodes import Node
from labreport.plan.planner import Planner

DRAWING = ("matplotlib", "seaborn", "numpy")
MADE_BY = ("labreport.nodes.figure:FigureNode", "labreport.nodes.reading:Reader")
"""The engine's part in a figure."""


class FigureNode(Node):
    """One figure of the outline."""

    kind = "figure"
    cached = True

    def __init__(self, figure: Figure, reads: tuple[str, ...]) -> None:
        super().__init__(figure.slug, reads)
        self.figure = figure

    @property
    def needs(self) -> tuple[str, ...]:
        """What the figure declares."""
        return self.figure.needs

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Results and answers, the code that draws, and the fonts."""
        return {
            **planner.outputs(self),
            **planner.results(self.needs),
            **planner.fingerprints.data(self.figure.data),
            **planner.fingerprints.code_here(self.figure.draw, *MADE_BY),
            **planner.fingerprints.libraries(*DRAWING),
            **planner.fingerprints.files("frame/fonts", "fonts"),
        }

    def make(self, workshop: Workshop) -> Any:
        """Draw it and export it."""
        from labreport.charts import WIDE_MM, Drawing, export

        function = workshop.function(self.figure.draw, f"figure {self.slug!r}")
        results = workshop.reader.results(f"figure {self.slug!r}", self.needs)
        drawing = draw(function, results, workshop.answers(self.figure.answers))
        if not isinstance(drawing, Drawing):
            kind = type(drawing).__name__
            raise RenderError(
                at(
                    place_of(function),
                    f"{self.name}: it must return a labreport.charts.Drawing, not a {kind}",
                )
            )
        exported = export(self.slug, drawing)
        if exported["width_mm"] > WIDE_MM + 0.5:
            raise RenderError(
                at(
                    place_of(function),
                    f"{self.name}: it is {exported['width_mm']:.0f} mm wide; the page has room for "
                    f"{WIDE_MM:.0f} mm; make it with labreport.charts.wide_figure or column_figure",
                )
            )
        return exported
