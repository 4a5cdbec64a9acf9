"""The audit of a page: each numeral is traced and agrees, refers, counts, or is on the written list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labreport.audit.allowed import NUMERAL, untraced
from labreport.audit.contradictions import contradictions
from labreport.audit.finding import Finding
from labreport.audit.reading import Page, Traced
from labreport.audit.sources import Source, sources
from labreport.claims import Answer


def audit_html(html: str, answers: Mapping[str, Answer]) -> list[Finding]:
    """Everything wrong with the numerals of a page; an empty list when each can be accounted for.

    Texts of programs, names in `<code>`, labels inside drawings and the tables of the data behind
    them are passed over: they hold no prose.
    """
    return audit_page(Page().read(html), answers)


def audit_page(page: Page, answers: Mapping[str, Answer]) -> list[Finding]:
    """The same of a page that has been read."""
    known = sources(answers)
    return [
        *(finding for item in page.traced for finding in _check_traced(item, known)),
        *_check_prose(page),
        *_check_references(page),
        *_check_alternatives(page),
        *contradictions(page, answers),
    ]


def _check_traced(item: Traced, known: Mapping[str, list[Source]]) -> Iterator[Finding]:
    candidates = known.get(item.source, [])
    if not candidates:
        yield Finding(item.where, item.text, f"names {item.source!r}, which the answers do not have")
    elif not any(
        source.texts.get(item.form) == item.text and source.value == item.value for source in candidates
    ):
        expected = candidates[0].texts.get(item.form, candidates[0].value)
        yield Finding(item.where, item.text, f"is not what {item.source} rounds to, {expected!r}")


def _check_prose(page: Page) -> Iterator[Finding]:
    for where, text in page.prose:
        for numeral in untraced(text):
            yield Finding(where, numeral, f"is printed without a source, in {' '.join(text.split())[:80]!r}")


def _check_references(page: Page) -> Iterator[Finding]:
    for reference in page.references:
        number = page.numbers.get(reference.target)
        if number is not None and number != reference.number:
            yield Finding(f"reference to #{reference.target}", reference.number, f"should be {number}")
    figures = [number for anchor, number in page.numbers.items() if anchor.startswith("figure-")]
    for what, numbers in (("figures", figures), ("tables", page.tables)):
        if numbers != [str(number) for number in range(1, len(numbers) + 1)]:
            yield Finding(what, " ".join(numbers), "are not numbered in order")


def _check_alternatives(page: Page) -> Iterator[Finding]:
    for where, alternative, caption in page.pictures:
        told = set(NUMERAL.findall(caption))
        for numeral in NUMERAL.findall(alternative):
            if numeral not in told and untraced(alternative):
                yield Finding(where, numeral, "stands in the alternative text, but not in the caption")
