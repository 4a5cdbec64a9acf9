"""Headings left at the foot of a page, without what they are about.

WeasyPrint keeps a heading with what follows, but not where a note in the margin comes next: a float that does
not fit begins the next page by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from weasyprint.formatting_structure import boxes

KEEP = ("avoid", "avoid-page")
Path = list[Any]
"""Boxes of the document, from its root to one that was left at the foot of a page."""


def stranded(root: Any, page: Any) -> Path | None:
    """The path to the heading, or answer, with which `page` ends; None where it ends with anything else."""
    html = next(child for child in page.children if child.element_tag == "html")
    kept = next((box for box in _ends(html, -1) if _keeps(box)), None)
    path = None if kept is None else _path(root, kept.element)
    return path if path and _flow(path[-2])[-1] is not path[-1] else None


def delay_note(path: Path, page: Any) -> bool:
    """Put a note that follows the heading behind the text that it is beside; False where there is none."""
    parent, box = path[-2:]
    children = list(parent.children)
    place = children.index(box) + 1
    if not children[place].is_floated() or not children[place + 1].is_in_normal_flow():
        return False
    children.insert(place + 1, children.pop(place))
    parent.children = type(parent.children)(children)
    return True


def begin_page(path: Path, page: Any) -> bool:
    """Let the headings begin a page; False where `page` holds nothing else."""
    start = _start(path)
    html = next(child for child in page.children if child.element_tag == "html")
    first = next(reversed(list(_ends(html, 0)))).element
    if first in (box.element for box in (start, *_ends(start, 0))):
        return False
    start.style = start.style.copy()
    start.style["break_before"] = "page"
    return True


REMEDIES: tuple[Callable[[Path, Any], bool], ...] = (delay_note, begin_page)
"""What can be done before the page is laid out again, in this order."""


def _ends(box: Any, which: int) -> Iterator[Any]:
    """The first (0) or the last (-1) block of `box`, that of this block, and so on."""
    while inside := [child for child in _flow(box) if isinstance(child, boxes.BlockLevelBox)]:
        box = inside[which]
        yield box


def _flow(box: Any) -> list[Any]:
    return [child for child in getattr(box, "children", ()) if child.is_in_normal_flow()]


def _keeps(box: Any) -> bool:
    return box.style["break_after"] in KEEP


def _path(root: Any, element: Any) -> Path | None:
    if root.element is element:
        return [root]
    for child in getattr(root, "children", ()):
        path = _path(child, element)
        if path is not None:
            return [root, *path]
    return None


def _start(path: Path) -> Any:
    """The first of the headings that belong together: those directly before the last box of `path`."""
    *around, box = path
    while around:
        siblings = _flow(around[-1])
        place = siblings.index(box)
        if place and not _keeps(siblings[place - 1]):
            return box
        box = siblings[place - 1] if place else around.pop()
    return box
