"""What WeasyPrint leaves to do: numbers of pages in references, figures among text, tags of the PDF."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

import pikepdf
from pikepdf import Array, Dictionary, Name
from weasyprint.formatting_structure import boxes
from weasyprint.layout import page as pagination

from labreport.errors import RenderError

if TYPE_CHECKING:
    from weasyprint import HTML
    from weasyprint.document import Document


Numbers = dict[str, str]
"""The page of each anchor, and under no name how many there are."""
TOTAL = ""
USUAL = "9"
"""Stands for a number that is not known, and is as wide as most."""
ROUNDS = 8
"""Layouts at most; a wider number moves what is behind it down, so that two or three settle it."""


def laid_out(page: HTML, published: bytes) -> Document:
    """The document with numbers in each reference (`data-page`) and on each page (`data-pages`).

    WeasyPrint can count pages itself, and lays most out twice for it. With the numbers of the last time there
    is one layout, and a second one where a number has changed. The result depends on none of them: it is a
    layout whose references are all right.

    `published` is the PDF of the last time, empty if there is none. Raises `RenderError` where the numbers
    do not settle.
    """
    numbers = _of_pdf(published)
    for _ in range(ROUNDS):
        filled = _fill_in(page.etree_element, numbers)
        with figures_placed():
            document = page.render()
        numbers = _of_layout(document)
        if filled == {name: numbers.get(name, USUAL) for name in filled}:
            return document
    raise RenderError("the numbers of the pages in references do not settle; reword a sentence beside one")


def _fill_in(root: Any, numbers: Numbers) -> Numbers:
    """Put numbers into all references, and give those that were put in."""
    filled = {TOTAL: numbers.get(TOTAL, USUAL)}
    root.set("data-pages", filled[TOTAL])
    for link in root.iter("a"):
        if (address := link.get("href", "")).startswith("#"):
            name = address[1:]
            filled[name] = numbers.get(name, USUAL)
            link.set("data-page", filled[name])
    return filled


def _of_layout(document: Document) -> Numbers:
    found = {TOTAL: str(len(document.pages))}
    for number, page in enumerate(document.pages, 1):
        for name in page.anchors:
            found.setdefault(name, str(number))
    return found


def _of_pdf(pdf: bytes) -> Numbers:
    """Nothing where it cannot be read: then one more layout finds them."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            pages = {page.obj.objgen: str(number) for number, page in enumerate(document.pages, 1)}
            names: list[Any] = list(document.Root.Names.Dests.Names)
            places = zip(map(str, names[::2]), names[1::2], strict=True)
            return {TOTAL: str(len(pages)), **{name: pages[place[0].objgen] for name, place in places}}
    except (pikepdf.PdfError, AttributeError, LookupError, TypeError, ValueError):
        return {}


LARGEST_BLANK = 0.1
"""Share of a page's text height that may stay empty where a figure could fill it."""
TEXT = ("p", "div", "ul", "ol", "table")
"""Elements that a figure may change places with."""
Heights = dict[Element, float]
"""Height of each block's element on one page, in CSS pixels."""


@contextmanager
def figures_placed() -> Iterator[None]:
    """Within, WeasyPrint's layout moves figures among the text of their questions as it fills pages.

    A figure that is pushed to the next page goes behind the text that follows it, which then fills
    the page, or before the text in front of it, where it fits. Figures keep their order. Only a page
    that was left too empty is laid out again. WeasyPrint offers no hook for this, so its function
    that makes one page is wrapped; its version is pinned.
    """
    original = pagination.remake_page
    pagination.remake_page = _Placing(original)
    try:
        yield
    finally:
        pagination.remake_page = original


class _Placing:
    """One layout: lays out each page, and again where a figure could fill it."""

    def __init__(self, lay_out: Any) -> None:
        self._lay_out = lay_out
        self._next = 0
        self._begun: set[Element] = set()
        """Elements that a finished page holds a part of."""

    def __call__(self, index: int, context: Any, root: Any, html: Any) -> Any:
        """Page `index` and where the next one continues; later rounds, for page numbers, move nothing."""
        broken = context.broken_out_of_flow
        page, resume = self._lay_out(index, context, root, html)
        if index < self._next:
            return page, resume
        self._next = index + 1

        def again() -> Any:
            context.broken_out_of_flow = broken
            return self._lay_out(index, context, root, html)

        blank = _blank(page)
        found = _pushed(root, resume) if blank > LARGEST_BLANK * page.height else None
        if found is not None:
            after = context.broken_out_of_flow
            following, _ = self._lay_out(index + 1, context, root, html)
            context.broken_out_of_flow = after
            if self._move(*found, blank, _heights(page), _heights(following)):
                page, resume = again()
        path = _stranded(root, page) if resume else None
        if path and _begin_page(path, page):
            page, resume = again()
        self._begun.update(_heights(page))
        return page, resume

    def _move(self, parent: Any, place: int, blank: float, above: Heights, below: Heights) -> bool:
        """Move the child of `parent` at `place`; `above` and `below` it the page breaks."""
        siblings = list(parent.children)
        figure = siblings[place]
        behind, filled = 0, 0.0
        for number, sibling in enumerate(siblings[place + 1 :], start=1):
            if sibling.is_floated():
                continue  # it goes with the text behind it
            height = below.get(sibling.element, 0.0)
            if sibling.element_tag not in TEXT or not height or filled + height > blank:
                break
            filled += height
            behind = number
        before, freed = 0, blank
        for number, sibling in enumerate(reversed(siblings[:place]), start=1):
            if not (sibling.is_floated() and before):
                if not self._passable(sibling, above) or freed > below[figure.element]:
                    break
                freed += above[sibling.element]
            before = number
        if freed > below[figure.element] and before:
            target = place - before
        elif filled > blank / 4:
            target = place + behind
        else:
            return False
        siblings.insert(target, siblings.pop(place))
        parent.children = type(parent.children)(siblings)
        return True

    def _passable(self, sibling: Any, above: Heights) -> bool:
        """Whether a figure may go before `sibling`: text that begins on this page, and is not an answer."""
        element = sibling.element
        return (
            sibling.element_tag in TEXT
            and element in above
            and element not in self._begun
            and "answer" not in element.get("class", "").split()
        )


def _blank(page: Any) -> float:
    """Height below the last line or picture, in CSS pixels."""
    bottom = page.content_box_y()
    for box in _descendants(_root(page)):
        if isinstance(box, (boxes.LineBox, boxes.ReplacedBox)):
            bottom = max(bottom, box.position_y + box.height)
    return float(page.content_box_y() + page.height - bottom)


def _heights(page: Any) -> Heights:
    heights: Heights = defaultdict(float)
    for box in _descendants(_root(page)):
        if isinstance(box, boxes.BlockBox) and box.is_in_normal_flow() and box.element is not None:
            heights[box.element] += box.margin_height()
    return dict(heights)


def _root(page: Any) -> Any:
    """The box of the document itself, beside those of the page's margins."""
    return next(child for child in page.children if child.element_tag == "html")


def _descendants(box: Any) -> Iterator[Any]:
    for child in getattr(box, "children", ()):
        child = getattr(child, "_box", child)
        yield child
        yield from _descendants(child)


def _pushed(root: Any, resume: Any) -> tuple[Any, int] | None:
    """Parent and place of the figure that the page after `resume` begins with, if it does."""
    parent, place = None, 0
    box = root
    while resume:
        (place, resume), *others = resume.items()
        if others:
            return None
        parent, box = box, box.children[place]
    while parent is not None and box.element_tag != "figure":
        inside = [
            number
            for number, child in enumerate(getattr(box, "children", ()))
            if child.element is not None and child.is_in_normal_flow()
        ]
        if not inside:
            return None
        place = inside[0]
        parent, box = box, box.children[place]
    return None if parent is None else (parent, place)


def _stranded(root: Any, page: Any) -> list[Any] | None:
    """The boxes from the root to the heading, or answer, with which `page` ends; None for anything else.

    WeasyPrint keeps a heading with what follows, but not where a float comes next: one that does not fit
    begins the next page by itself.
    """
    kept = next((box for box in _ends(_root(page), -1) if _keeps(box)), None)
    path = None if kept is None else _path(root, kept.element)
    return path if path and _flow(path[-2])[-1] is not path[-1] else None


def _begin_page(path: list[Any], page: Any) -> bool:
    """Let the headings begin a page; False where `page` holds nothing else."""
    start = _start(path)
    first = next(reversed(list(_ends(_root(page), 0)))).element
    if first in (box.element for box in (start, *_ends(start, 0))):
        return False
    start.style = start.style.copy()
    start.style["break_before"] = "page"
    return True


def _ends(box: Any, which: int) -> Iterator[Any]:
    """The first (0) or the last (-1) block of `box`, that of this block, and so on."""
    while inside := [child for child in _flow(box) if isinstance(child, boxes.BlockLevelBox)]:
        box = inside[which]
        yield box


def _flow(box: Any) -> list[Any]:
    return [child for child in getattr(box, "children", ()) if child.is_in_normal_flow()]


def _keeps(box: Any) -> bool:
    return box.style["break_after"] in ("avoid", "avoid-page")


def _path(root: Any, element: Any) -> list[Any] | None:
    if root.element is element:
        return [root]
    for child in getattr(root, "children", ()):
        path = _path(child, element)
        if path is not None:
            return [root, *path]
    return None


def _start(path: list[Any]) -> Any:
    """The first of the headings that belong together: those directly before the last box of `path`."""
    *around, box = path
    while around:
        siblings = _flow(around[-1])
        place = siblings.index(box)
        if place and not _keeps(siblings[place - 1]):
            return box
        box = siblings[place - 1] if place else around.pop()
    return box


PRINT_FLAG = 4
"""Bit of an annotation's flags: it is printed with the page (ISO 32000-1, table 165)."""
MARKED = re.compile(rb"/\w+\s+<</MCID (\d+)>>\s+BDC")
PAGINATION = b"/Artifact\n<</Type /Pagination>>\nBDC"
Identity = tuple[int, int]
"""Number and generation of an object."""


def finish(pdf: bytes) -> bytes:
    """`pdf` as an accessible document needs it; the same bytes each time.

    Every table header gets its scope and every link its print flag. A link is one link: the further
    ones that are inside it, on the same area, are dropped. Running heads and page numbers, which
    are marked as content but belong to no structure, become artifacts, so that a reader skips them.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        read: dict[Identity, set[int]] = {}
        dropped: set[Identity] = set()
        for element, around in list(_elements(document.Root.StructTreeRoot, ())):
            if element.get(Name.S) == Name.TH:
                _set_scope(element, Name.Column if "/THead" in around else Name.Row)
            if "/Link" in around:
                dropped.update(_take_links(element))
            if Name.Pg in element:
                contents = (kid for kid in _kids(element) if not isinstance(kid, (Dictionary, Array)))
                read.setdefault(element.Pg.objgen, set()).update(map(int, contents))
        for page in document.pages:
            _finish_links(page, dropped)
            _mark_artifacts(page, read.get(page.obj.objgen, set()))
        _forget(document.Root.StructTreeRoot.ParentTree)
        stream = io.BytesIO()
        document.save(
            stream,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
    return stream.getvalue()


def _elements(
    parent: pikepdf.Object, around: tuple[str, ...]
) -> Iterator[tuple[pikepdf.Object, tuple[str, ...]]]:
    """Every structure element below `parent`, in order, with the kinds of those that it is in."""
    around = (*around, str(parent.get(Name.S)))
    for child in _kids(parent):
        if isinstance(child, Dictionary) and child.get(Name.Type) != Name.OBJR:
            yield child, around
            yield from _elements(child, around)


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get(Name.K, Array())
    return list(kids) if isinstance(kids, Array) else [kids]


def _set_scope(header: pikepdf.Object, scope: Name) -> None:
    attributes = header.get(Name.A)
    if isinstance(attributes, Dictionary) and attributes.get(Name.O) == Name.Table:
        attributes.Scope = scope
    else:
        others = list(attributes) if isinstance(attributes, Array) else [attributes] if attributes else []
        header.A = Array([*others, Dictionary(O=Name.Table, Scope=scope)])


def _take_links(element: pikepdf.Object) -> Iterator[Identity]:
    """Take the links out of an element inside a link, and give those that they stood for."""
    kept = Array()
    for child in _kids(element):
        if isinstance(child, Dictionary) and child.get(Name.Type) == Name.OBJR:
            yield child.Obj.objgen
        else:
            kept.append(child)
    element.K = kept
    if element.get(Name.S) == Name.Link:
        element.S = Name.Span


def _finish_links(page: pikepdf.Page, dropped: set[Identity]) -> None:
    if Name.Annots in page:
        page.Annots = Array([link for link in page.Annots if link.objgen not in dropped])
        for link in page.Annots:
            link.F = int(link.get(Name.F, 0)) | PRINT_FLAG


def _forget(parents: pikepdf.Object) -> None:
    """Take from the parent tree the entries of links whose elements hold none any more.

    An entry maps a link's number to its element; pages, whose entries are arrays, stay.
    """
    numbers = Array()
    pairs = list(parents.Nums)
    for number, parent in zip(pairs[::2], pairs[1::2], strict=True):
        if isinstance(parent, Array) or any(
            isinstance(child, Dictionary) and child.get(Name.Type) == Name.OBJR for child in _kids(parent)
        ):
            numbers.extend([number, parent])
    parents.Nums = numbers


def _mark_artifacts(page: pikepdf.Page, read: set[int]) -> None:
    """Marked contents of `page` that no structure element reads become artifacts of pagination."""

    def mark(found: re.Match[bytes]) -> bytes:
        return found[0] if int(found[1]) in read else PAGINATION

    contents = page.Contents
    contents.write(MARKED.sub(mark, contents.read_bytes()))
