"""Matplotlib's SVG made fit to be inside a page beside others: own ids, no style sheet, no metadata."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from labreport.charts.marks import GID_MARK
from labreport.charts.palette import Colour
from labreport.errors import RenderError

SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"^url\(#(.+)\)$|^#(.+)$")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_NO_TURN = re.compile(r"^rotate\(-?0(?:\.0+)?[ ,)]")
_MEASURES = ("d", "x", "y", "width", "height", "transform")
_VARIABLES = {colour.value: f"var({colour.variable}, {colour.value})" for colour in Colour}


def tidy(text: str, slug: str) -> ElementTree.Element:
    """The root element of matplotlib's SVG `text`, ready to be written.

    Style declarations become attributes, so that nothing depends on a page's content security policy
    for style; ids that something refers to become `slug-1`, `slug-2`, …, axes `slug-axes-1`, and all
    others go; artists tagged with a series have `data-series` and `data-part`, and curves an id,
    `slug-curve-1`. Coordinates are rounded to a hundredth of a point. Raises `RenderError` if a text
    holds a character that XML forbids.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise RenderError(
            f"figure {slug!r}: SVG cannot hold a text in it ({error}); take control characters out of names"
        ) from error
    _strip(root)
    root.attrib.pop("version", None)
    root.attrib.update({"stroke-linejoin": "round", "stroke-linecap": "butt"})
    for element in root.iter():
        _attributes(element)
        _round(element)
    _rename(root, slug)
    _unwrap(root)
    return root


def written(root: ElementTree.Element) -> str:
    """The element as text, starting with `<svg`, every colour by its value.

    The prefix is registered again each time: other libraries register theirs for the whole process.
    """
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(root, encoding="unicode")


def themed(text: str) -> str:
    """`written` text with each colour of the palette as a CSS variable, its value the fallback."""
    return re.sub(
        r'((?:fill|stroke)=")(#[0-9a-f]{6})(?=")',
        lambda match: match[1] + _VARIABLES.get(match[2], match[2]),
        text,
    )


def _strip(root: ElementTree.Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style") or child.tag.endswith("}RDF"):
                parent.remove(child)


def _attributes(element: ElementTree.Element) -> None:
    for declaration in element.attrib.pop("style", "").split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            element.set(name.strip(), value.strip())
    if "font-family" in element.attrib:
        element.set("font-family", element.attrib["font-family"] + ", sans-serif")
    element.attrib.pop("type", None)
    link = element.attrib.pop(_HREF, None)
    if link is not None:
        element.set("href", link.replace("\n", ""))
    if element.tag == f"{{{SVG}}}image":
        element.set("image-rendering", "pixelated")
    if element.text is not None and not element.text.strip():
        element.text = None
    element.tail = None


def _round(element: ElementTree.Element) -> None:
    if _NO_TURN.match(element.get("transform", "")):
        del element.attrib["transform"]
    for name in _MEASURES:
        value = element.get(name)
        if value is not None:
            value = _NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value)
            element.set(name, " ".join(value.split()))


def _rename(root: ElementTree.Element, slug: str) -> None:
    referred = {
        match[1] or match[2]
        for element in root.iter()
        for value in element.attrib.values()
        if (match := _REFERENCE.match(value))
    }
    names: dict[str, str] = {}
    axes = curves = 0
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity is None:
            continue
        if identity.startswith("axes_"):
            axes += 1
            element.set("id", f"{slug}-axes-{axes}")
        elif identity.startswith(f"{GID_MARK}/"):
            _, part, series = identity.split("/", 2)
            element.set("data-series", series)
            if part:
                element.set("data-part", part)
            if part == "curve":
                curves += 1
                element.set("id", f"{slug}-curve-{curves}")
        elif identity in referred:
            names[identity] = f"{slug}-{len(names) + 1}"
            element.set("id", names[identity])
    for element in root.iter():
        for name, value in element.attrib.items():
            match = _REFERENCE.match(value)
            if match and (match[1] or match[2]) in names:
                new = names[match[1] or match[2]]
                element.set(name, f"url(#{new})" if match[1] else f"#{new}")


def _unwrap(root: ElementTree.Element) -> None:
    """Take out groups that say nothing any more, and definitions that hold nothing."""
    for parent in list(root.iter()):
        children: list[ElementTree.Element] = []
        for child in parent:
            children.extend(_kept(child))
        parent[:] = children


def _kept(element: ElementTree.Element) -> list[ElementTree.Element]:
    inner = [kept for child in element for kept in _kept(child)]
    if element.tag == f"{{{SVG}}}g" and not element.attrib:
        return inner
    element[:] = inner
    empty = element.tag in (f"{{{SVG}}}g", f"{{{SVG}}}defs") and not inner and not element.get("id")
    unseen = element.tag == f"{{{SVG}}}path" and element.get("fill") == "none" and not element.get("stroke")
    return [] if empty or unseen else [element]
