"""Figures inside a page: inline SVG on screen, an image with alternative text in print."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from labreport.errors import RenderError
from labreport.page.environment import Medium
from labreport.page.text import plain_text

FINDING = re.compile(r"<b>(.*?)</b>", re.DOTALL)


class Pictures:
    """The figures of one section in one medium, by slug; remembers which were placed, in order."""

    def __init__(self, figures: Mapping[str, Mapping[str, Any]], medium: Medium) -> None:
        self._figures = figures
        self._medium = medium
        self.placed: list[str] = []

    def picture(self, slug: str, caption: str) -> Markup:
        """The drawing itself; its alternative text is the kind of chart, then the caption's finding."""
        drawing = self.drawing(slug)
        if slug in self.placed:
            raise RenderError(f"figure {slug!r} is placed twice; refer to it with ref({slug!r})")
        self.placed.append(slug)
        alternative = f"{drawing['kind']}: {finding(slug, caption)}"
        if self._medium == "screen":
            return inline(drawing, alternative)
        return image(drawing, alternative)

    def drawing(self, slug: str) -> Mapping[str, Any]:
        """What `labreport.charts.export` made of the figure."""
        try:
            return self._figures[slug]
        except KeyError:
            raise RenderError(
                f"figure {slug!r} is not declared by this section; "
                f"there are {', '.join(sorted(self._figures)) or 'none'}"
            ) from None

    def readings(self, slug: str) -> Markup:
        """Axes, curves and table of a figure as JSON for the page's script, safe inside `<script>`."""
        drawing = self.drawing(slug)
        plain = {name: drawing[name] for name in ("axes", "series", "columns", "rows")}
        text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def finding(slug: str, caption: str) -> str:
    """The caption's first `<b>`, as plain text."""
    found = FINDING.search(caption)
    if not found:
        raise RenderError(f"the caption of figure {slug!r} has no finding; begin it with <b>…</b>")
    return plain_text(found[1])


def inline(drawing: Mapping[str, Any], alternative: str) -> Markup:
    """The SVG as part of the page; the export left it no style that the page's policy would forbid."""
    label = html.escape(alternative)
    svg = drawing["svg_screen"].replace(' image-rendering="pixelated"', "")  # valid in a style sheet only
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))


def image(drawing: Mapping[str, Any], alternative: str) -> Markup:
    """The SVG as `<img>`, at its own size; WeasyPrint takes the alternative text from `alt`."""
    data = base64.b64encode(drawing["svg_print"].encode()).decode("ascii")
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(data, alternative)
