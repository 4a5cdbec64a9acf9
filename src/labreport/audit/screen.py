"""The audit of a page: each numeral is traced and agrees, refers, counts, or is on the written list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path

from labreport.audit.allowed import NUMERAL, Allowed
from labreport.audit.contradictions import contradictions
from labreport.audit.finding import Finding
from labreport.audit.hidden import check_attributes, check_names, check_styles
from labreport.audit.reading import Page, Traced
from labreport.audit.sources import Source, sources
from labreport.audit.subjects import check_subjects
from labreport.stats import Answer
from labreport.stats.numerals import number_words
from labreport.texts import capitalized


def audit_html(
    html: str,
    answers: Mapping[str, Answer],
    templates: Path,
    experiments: Iterable[str] = (),
    declared: Set[str] = frozenset(),
) -> list[Finding]:
    """Everything wrong with a page; an empty list when each numeral is accounted for and nothing disagrees.

    Numerals are digits of any script, fractions and number words, in text, attributes, names, and what
    a style sheet writes. `templates` is the project's folder, whose written lists allow some beside the
    engine's; a `declared` title of the project is allowed as the whole of a heading, or of a link to one.
    Numbers are beside the names of the `experiments` that they come from.
    Programs and the tables of the data behind drawings are skipped; labels in drawings are checked
    when they are drawn.
    """
    return audit_page(Page().read(html), answers, templates, experiments, declared)


def audit_page(
    page: Page,
    answers: Mapping[str, Answer],
    templates: Path,
    experiments: Iterable[str] = (),
    declared: Set[str] = frozenset(),
) -> list[Finding]:
    """The same of a page that has been read."""
    known, names, allowed = sources(answers), tuple(experiments), Allowed(templates)
    return [
        *(finding for item in page.traced for finding in _check_traced(item, known)),
        *_check_prose(page, allowed, declared),
        *_check_references(page),
        *_check_alternatives(page, allowed),
        *check_attributes(page, allowed, declared),
        *check_styles(page, allowed),
        *check_names(page, answers, allowed, names),
        *check_subjects(page, answers, names),
        *_check_titles(page, answers),
        *contradictions(page, answers),
    ]


def _check_traced(item: Traced, known: Mapping[str, list[Source]]) -> Iterator[Finding]:
    candidates = known.get(item.source, [])
    if not candidates:
        problem = f"names {item.source!r}, which the answers do not have"
        yield Finding(item.where, item.text, problem, sourceless=True)
    elif not any(source.prints(item.form, item.text) and source.value == item.value for source in candidates):
        expected = candidates[0].text(item.form) or candidates[0].value
        problem = f"is not what {item.source} rounds to, {expected!r}"
        yield Finding(item.where, item.text, problem, sourceless=True)


def _check_titles(page: Page, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """The title of an experiment in the text is the one that it was declared with, or begins a sentence."""
    titles: dict[str, set[str]] = {}
    for answer in answers.values():
        for finding in answer.findings.values():
            for subject, title in zip(finding.subjects, finding.titles, strict=True):
                titles.setdefault(subject, set()).update((title, capitalized(title)))
    for where, subject, text in page.titled:
        if text not in titles.get(subject, set()):
            yield Finding(where, text, f"is not the title of {subject!r}", sourceless=True)


def _check_prose(page: Page, allowed: Allowed, declared: Set[str]) -> Iterator[Finding]:
    for where, text, heading in page.prose:
        if heading and " ".join(text.split()) in declared:
            continue
        for numeral in allowed.untraced(text):
            problem = f"is printed without a source, in {' '.join(text.split())[:80]!r}"
            yield Finding(where, numeral, problem, sourceless=True)


def _check_references(page: Page) -> Iterator[Finding]:
    for reference in page.references:
        number = page.numbers.get(reference.target)
        if number is not None and number != reference.number:
            yield Finding(f"reference to #{reference.target}", reference.number, f"should be {number}")
    figures = [number for anchor, number in page.numbers.items() if anchor.startswith("figure-")]
    for what, numbers in (("figures", figures), ("tables", page.tables)):
        if numbers != [str(number) for number in range(1, len(numbers) + 1)]:
            yield Finding(what, " ".join(numbers), "are not numbered in order")


def _check_alternatives(page: Page, allowed: Allowed) -> Iterator[Finding]:
    """What an alternative text says in numbers, the caption says too."""
    for where, alternative, caption in page.pictures:
        told = {*NUMERAL.findall(caption), *(word.lower() for word in number_words(caption))}
        for numeral in allowed.untraced(alternative):
            if numeral.lower() not in told:
                yield Finding(where, numeral, "is in the alternative text, but not in the caption")
