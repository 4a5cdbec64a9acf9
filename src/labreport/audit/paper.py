"""The audit of a PDF: the numerals of its text are those of the page it was made from, no more, no fewer."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path

from labreport.audit.lint import Finding
from labreport.audit.screen import FORMULA, Element, audit_html, parse, walk
from labreport.errors import AuditError
from labreport.stats import Answer

DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
INLINE = ("b", "i", "em", "strong", "span", "sub", "sup")
"""Elements that do not end a numeral."""
SVG = "data:image/svg+xml;base64,"


def audit_pdf(
    path: Path,
    print_html: str,
    answers: Mapping[str, Answer],
    templates: Path,
    experiments: Iterable[str] = (),
    declared: Set[str] = frozenset(),
) -> list[Finding]:
    """Everything wrong with the numerals of a PDF made from `print_html`; empty when all agree.

    The page itself is audited first. The PDF then holds each numeral of the page's text as often as
    the page does, and besides these only what the style sheet adds: on every page its number and the
    number of pages, and behind each reference and each line of the contents the number of the page
    that its link really leads to. What is left belongs to drawings: their digits, one by one, for
    labels close to each other may be read as one. Header rows, and
    the title of the section that a page is in, may be there once more for each page.
    """
    page = parse(print_html)
    for formula in page.xpath(FORMULA):
        formula[:] = []  # it has no text on paper
    links = page.xpath("//a[@class='ref']/@href | //nav[@class='contents']//a/@href")
    anchors = [link[1:] for link in links if link.startswith("#")]
    found, pages, places = _read(path, anchors)
    expected = Counter(_numerals(page.find("body")))
    for number in range(1, pages + 1):
        expected.update((str(number), str(pages)))
    findings = audit_html(print_html, answers, templates, experiments, declared)
    for anchor in anchors:
        if anchor in places:
            expected[str(places[anchor])] += 1
        else:
            findings.append(Finding(path.name, f"#{anchor}", "is linked to, but the PDF has no such place"))
    drawn = Counter(_digits_of_drawings(page))
    # Again on further pages: header rows, and the title of the section that is at the head of each page
    repeated = [*map(_numerals, page.iter("thead")), *map(DIGITS.findall, page.xpath("//h2/@data-title"))]
    for header in map(Counter, repeated):
        expected += _repeated(header, found - expected, drawn)
    return [*findings, *_differences(path.name, found, expected, drawn)]


def _repeated(header: Counter[str], surplus: Counter[str], drawn: Counter[str]) -> Counter[str]:
    """The numerals of a header row as often as they are left over where it is again on further pages."""
    found: Counter[str] = Counter()
    while header and header <= surplus - found and _digits(header) <= _digits(surplus - found) - drawn:
        found += header
    return found


def _digits(numerals: Counter[str]) -> Counter[str]:
    return Counter("".join(numerals.elements()).replace(".", ""))


def _differences(
    name: str, found: Counter[str], expected: Counter[str], drawn: Counter[str]
) -> Iterator[Finding]:
    for numeral, count in sorted((expected - found).items()):
        times = "once" if count == 1 else f"{count} times"
        yield Finding(name, numeral, f"is missing from the text {times}")
    surplus = found - expected
    left = _digits(surplus)
    if left != drawn:
        odd = ", ".join(sorted(surplus)) or "none"
        digits = "".join(sorted(((left - drawn) + (drawn - left)).elements()))
        yield Finding(name, digits, f"are digits that page and drawings do not account for, among {odd}")


def _numerals(top: Element) -> list[str]:
    """Numerals of the text inside an element, of which those that are separate on paper end one."""
    parts = [
        text if not ended or element.tag in INLINE else f" {text}" for ended, element, text, _ in walk(top)
    ]
    return DIGITS.findall("".join(parts))


def _digits_of_drawings(page: Element) -> Iterator[str]:
    for source in page.xpath(f"//img[starts-with(@src, '{SVG}')]/@src"):
        drawing = parse(base64.b64decode(source.removeprefix(SVG)).decode())
        yield from "".join(DIGITS.findall(" ".join(drawing.itertext()))).replace(".", "")


def _read(path: Path, anchors: list[str]) -> tuple[Counter[str], int, dict[str, int]]:
    """Numerals of the PDF's text, its number of pages, and the page, from 1, of each anchor it has."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except (OSError, pypdfium2.PdfiumError) as error:
        raise AuditError(f"cannot read {path}: {error}") from error
    with document:
        found: Counter[str] = Counter()
        for page in document:
            text = page.get_textpage()
            found.update(DIGITS.findall(text.get_text_range()))
            text.close()
            page.close()
        places = {}
        for anchor in anchors:
            place = pypdfium2.raw.FPDF_GetNamedDestByName(document.raw, anchor.encode())
            if place:
                places[anchor] = pypdfium2.raw.FPDFDest_GetDestPageIndex(document.raw, place) + 1
        return found, len(document), places
