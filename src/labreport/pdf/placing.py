"""Where a figure would leave a page half empty, it changes places with the text around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from weasyprint.formatting_structure import boxes

LARGEST_BLANK = 0.2
"""Share of a page's text height that may stay empty."""
TEXT = ("p", "div", "ul", "ol", "table")
"""Elements that a figure may change places with."""


@dataclass
class Laid:
    """What a layout came to: for each page its blank height and the figure that the next one begins with."""

    height: float = 0.0
    """Of the text area, in CSS pixels."""
    blanks: list[tuple[float, Element | None]] = field(default_factory=list)
    heights: dict[Element, float] = field(default_factory=lambda: defaultdict(float))
    """Height of each element, over all pages that it stands on."""


def rearranged(root: Element, pages: list[Any]) -> bool:
    """Move figures within their questions in the tree `root`, laid out as `pages`; whether any moved.

    A figure that was pushed to the next page goes behind the text that follows it, which then fills
    the page, or before the text in front of it, where it fits. Figures keep their order.
    """
    laid = _read(pages)
    parents = {child: parent for parent in root.iter() for child in parent}
    moved = False
    for blank, figure in laid.blanks:
        if figure is not None and blank > LARGEST_BLANK * laid.height:
            moved |= _move(figure, parents[figure], blank, laid.heights)
    return moved


def _move(figure: Element, parent: Element, blank: float, heights: dict[Element, float]) -> bool:
    siblings = list(parent)
    place = siblings.index(figure)
    behind = 0
    filled = 0.0
    for sibling in siblings[place + 1 :]:
        if sibling.tag not in TEXT or filled + heights[sibling] > blank:
            break
        filled += heights[sibling]
        behind += 1
    before = 0
    freed = blank
    for sibling in reversed(siblings[:place]):
        if sibling.tag not in TEXT or "answer" in sibling.get("class", "") or freed > heights[figure]:
            break
        freed += heights[sibling]
        before += 1
    if freed > heights[figure] and before:
        target = place - before
    elif filled > blank / 4:
        target = place + behind
    else:
        return False
    parent.remove(figure)
    parent.insert(target, figure)
    return True


def _read(pages: list[Any]) -> Laid:
    laid = Laid()
    roots = [_root(page._page_box) for page in pages]
    for number, (page, root) in enumerate(zip((page._page_box for page in pages), roots, strict=True)):
        end = page.content_box_y() + page.height
        laid.height = max(laid.height, page.height)
        bottom = page.content_box_y()
        for box in _descendants(root):
            if isinstance(box, (boxes.LineBox, boxes.ReplacedBox)):
                bottom = max(bottom, box.position_y + box.height)
            elif isinstance(box, boxes.BlockBox) and box.is_in_normal_flow() and box.element is not None:
                laid.heights[box.element] += box.margin_height()
        following = _first_figure(roots[number + 1]) if number + 1 < len(roots) else None
        laid.blanks.append((end - bottom, following))
    return laid


def _root(page: Any) -> Any:
    """The box of the document itself, beside those of the page's margins."""
    return next(child for child in page.children if child.element_tag == "html")


def _descendants(box: Any) -> Iterator[Any]:
    for child in getattr(box, "children", ()):
        child = getattr(child, "_box", child)
        yield child
        yield from _descendants(child)


def _first_figure(box: Any) -> Element | None:
    """The figure that a page begins with, if it does."""
    while box.element_tag != "figure":
        inside = [
            child for child in getattr(box, "children", ()) if getattr(child, "element", None) is not None
        ]
        if not inside:
            return None
        box = inside[0]
    found: Element = box.element
    return found
