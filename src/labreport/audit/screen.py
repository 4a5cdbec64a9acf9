"""The audit of a page: each numeral is traced and agrees, refers, counts, or is on the written list.

Numerals are looked for in the text, in attributes that are shown, in style sheets and in names; numbers are
beside the names of what they were measured on, and no two statements disagree.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.audit.allowed import NUMERAL, Allowed
from labreport.audit.reading import SHOWN, Finding, Page, Step, Traced
from labreport.page.numbers import word_of
from labreport.stats import Answer, Judgement, Quantity
from labreport.stats.numerals import has_numeral, number_words
from labreport.stats.rounding import FORMS
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


@dataclass(frozen=True)
class Source:
    """The unrounded value as an attribute has it, and what it is rounded from, or is as a text."""

    value: str
    of: Quantity | str

    def text(self, form: str) -> str | None:
        """As it is printed in `form`; None where it cannot be printed so."""
        if isinstance(self.of, str):
            return self.of if form == "fact" else None
        return FORMS[form](self.of) if form in FORMS else None

    def prints(self, form: str, text: str) -> bool:
        """Whether it is printed as `text` in this form; a text may begin a sentence."""
        expected = self.text(form)
        return text == expected or (form == "fact" and expected is not None and text == capitalized(expected))


def sources(answers: Mapping[str, Answer]) -> dict[str, list[Source]]:
    """Every address, `QUESTION#NAME`, with what may appear there."""
    found: dict[str, list[Source]] = {}
    for slug, answer in answers.items():
        for address, source in _of_answer(slug, answer):
            found.setdefault(address, []).append(source)
    return found


def _of_answer(slug: str, answer: Answer) -> Iterator[tuple[str, Source]]:
    for name, quantity in answer.quantities.items():
        yield f"{slug}#{name}", _quantity(quantity)
    for name, fact in answer.facts.items():
        yield from _fact(f"{slug}#facts.{name}", fact)


def _quantity(quantity: Quantity) -> Source:
    value = "" if quantity.value is None else repr(quantity.value)
    return Source(value, quantity)


def _fact(address: str, fact: Any) -> Iterator[tuple[str, Source]]:
    if isinstance(fact, (str, int)):
        yield address, _source_of_text(str(fact))
    elif isinstance(fact, Mapping):
        for key, item in fact.items():
            yield f"{address}.{key}", _source_of_text(str(key))
            yield from _fact(f"{address}.{key}", item)
    elif isinstance(fact, (list, tuple)):
        for index, item in enumerate(fact):
            yield from _fact(f"{address}.{index}", item)


def _source_of_text(text: str) -> Source:
    return Source(text, text)


def check_subjects(
    page: Page, answers: Mapping[str, Answer], experiments: Iterable[str]
) -> Iterator[Finding]:
    """Numbers of one experiment beside the name of another.

    In a row of a table the name is that in the row's header; in a sentence, the nearest one in `<code>`
    before the number or after it, for lists are written both ways. A number whose source names no
    experiment is about none, and one that compares two agrees with either. An element's attribute
    `data-about` gives the names for what is inside it, separated by spaces; empty, it says that the
    names near are not subjects.
    """
    names_of = frozenset(experiments)
    pattern = _pattern(names_of)
    if pattern is None:
        return
    known = {
        f"{slug}#{name}": names_of.intersection(quantity.origin.experiments)
        for slug, answer in answers.items()
        for name, quantity in answer.quantities.items()
    }
    for head, steps in _sentences(page.flow, pattern):
        for index, step in enumerate(steps):
            subjects = known.get(step.data.source, frozenset()) if step.data is not None else frozenset()
            if step.data is None or not subjects:
                continue
            names = _names(head, steps, index, pattern)
            if names and not any(_agree(name, subject) for name in names for subject in subjects):
                owners = sorted(subjects)
                yield Finding(
                    step.data.where,
                    step.data.text,
                    f"is beside {' and '.join(names)}, but {step.data.source} belongs to "
                    f'{" and ".join(owners)}; move it, or say data-about="{" ".join(owners)}"',
                )


def _pattern(experiments: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(map(re.escape, experiments), key=len, reverse=True)
    return re.compile(rf"(?<![\w/-])(?:{'|'.join(longest_first)})(?![\w/=-])") if longest_first else None


def _sentences(flow: Iterable[Step], pattern: re.Pattern[str]) -> Iterator[tuple[str, list[Step]]]:
    """Names and numbers of each sentence, and the name in the header of its row, if there is one."""
    head, steps = "", list[Step]()
    for step in flow:
        if step.kind in ("stop", "row"):
            yield head, steps
            steps = []
            if step.kind == "row":
                head = ""
        elif step.kind == "data":
            steps.append(step)
        elif pattern.fullmatch(step.text):
            if step.kind == "head":
                head = step.text
            else:
                steps.append(step)
    yield head, steps


def _names(head: str, steps: list[Step], index: int, pattern: re.Pattern[str]) -> list[str]:
    about = steps[index].about
    if about is not None:
        return pattern.findall(about) or about.split()  # a name may have spaces in it
    before = [step.text for step in steps[:index] if step.kind == "name"]
    after = [step.text for step in steps[index:] if step.kind == "name"]
    return [*before[-1:], *after[:1]] or ([head] if head else [])


def _agree(name: str, subject: str) -> bool:
    """`deep-8` and `deep-8`; and what was made from it, `deep-8-gain-4`."""
    return subject == name or subject.startswith(f"{name}-")


def contradictions(page: Page, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """Everything in which a finished page disagrees with its answers, or the answers among themselves.

    Findings read back from the page must have the judgement of the answer; one measured quantity has one
    value and one comparison one judgement, whichever answers hold them.
    """
    yield from _unlike_findings(page, answers)
    yield from _unequal_quantities(answers)
    yield from _comparisons(answers)


def _unlike_findings(page: Page, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    for mark in page.findings:
        slug, _, name = mark.finding.partition("#findings.")
        found = answers[slug].findings.get(name) if slug in answers else None
        if found is None:
            yield Finding(mark.where, mark.text, f"names {mark.finding!r}, which the answers do not have")
        elif word_of(found) != mark.judgement:
            problem = f"says {mark.judgement}, but {mark.finding} is {word_of(found)}"
            yield Finding(mark.where, mark.text, problem)


def _unequal_quantities(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """What was measured from the same source under the same name is the same number everywhere."""
    first: dict[tuple[object, ...], tuple[str, Quantity]] = {}
    for slug, answer in answers.items():
        for name, quantity in answer.quantities.items():
            if quantity.origin.kind != "measured" or not isinstance(quantity.value, float):
                continue
            key = (quantity.origin, quantity.unit, name.rpartition(".")[2])
            address, other = first.setdefault(key, (f"{slug}#{name}", quantity))
            alike = _operation(quantity) == _operation(other)  # of others, the intervals cover other things
            if quantity.value != other.value or (alike and quantity.interval != other.interval):
                yield Finding(
                    f"{slug}#{name}",
                    repr(quantity.value),
                    f"differs from {address}, {other.value!r}, though both are {quantity.origin.text()}",
                )


def _operation(quantity: Quantity) -> str:
    return quantity.derivation.operation if quantity.derivation else ""


def _comparisons(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """A difference that several findings judge among equally many is judged alike."""
    first: dict[tuple[object, ...], tuple[str, Judgement]] = {}
    for slug, answer in answers.items():
        for name, found in answer.findings.items():
            for part in found.parts:
                source, judgement = answer.quantities[part.quantity].origin, part.judgement
                where = f"{slug}#findings.{name}"
                key = (source, judgement.among, found.measure)
                address, other = first.setdefault(key, (where, judgement))
                if other != judgement:
                    problem = f"is {judgement.word}, but {address} calls the same comparison {other.word}"
                    yield Finding(where, part.quantity, problem)


CONTENT = re.compile(r"content\s*:([^;}]*)")
STRING = re.compile(r'"((?:\\.|[^"\\])*)"' + r"|'((?:\\.|[^'\\])*)'", re.DOTALL)
ESCAPE = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?|\\(.)", re.DOTALL)
ATTRIBUTE = re.compile(r"attr\(\s*([\w-]+)")
KEY = re.compile(r"[0-9a-f]{8,64}")


def check_attributes(page: Page, allowed: Allowed, declared: Set[str]) -> Iterator[Finding]:
    """Numerals in attributes that are shown, read aloud, or printed by the style sheet with `attr()`."""
    printed = {
        name for style in page.styles for found in CONTENT.findall(style) for name in ATTRIBUTE.findall(found)
    }
    for where, name, text in page.attributes:
        if name == "data-title" and text in declared:
            continue
        if (name in SHOWN or name in printed or name == "value") and name != "data-value":
            for numeral in allowed.untraced(text):
                problem = f"appears without a source in the attribute {name}, {text[:80]!r}"
                yield Finding(where, numeral, problem, sourceless=True)


def check_styles(page: Page, allowed: Allowed) -> Iterator[Finding]:
    """Numerals that a style sheet writes into the page."""
    for style in page.styles:
        for content in CONTENT.findall(style):
            for string in STRING.findall(content):
                text = ESCAPE.sub(_character, string[0] or string[1])
                for numeral in allowed.untraced(text):
                    yield Finding("style sheet", numeral, f"is written by content: {content.strip()[:60]!r}")


def check_names(
    page: Page, answers: Mapping[str, Answer], allowed: Allowed, experiments: Iterable[str] = ()
) -> Iterator[Finding]:
    """Numerals in `<code>` that are neither a name from the answers, nor a key of a result, nor a call."""
    names = {*experiments, *_known_names(answers)}
    for where, text, key in page.names:
        name = text.strip()
        if not has_numeral(name) or name in names or (key and KEY.fullmatch(name)) or _call(name):
            continue
        for numeral in allowed.untraced(name):
            problem = f"is printed without a source, as code: {name[:80]!r}"
            yield Finding(where, numeral, problem, sourceless=True)


def _known_names(answers: Mapping[str, Answer]) -> Iterator[str]:
    """Texts among facts, and what quantities and findings are called after and come from."""
    for answer in answers.values():
        yield from _texts(answer.facts)
        for name, quantity in answer.quantities.items():
            yield name.partition(".")[0]
            yield from quantity.origin.experiments
        for name, finding in answer.findings.items():
            yield name.partition(".")[0]
            yield from finding.subjects


def _texts(fact: Any) -> Iterator[str]:
    if isinstance(fact, str):
        yield fact
    elif isinstance(fact, Mapping):
        for key, item in fact.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(fact, (list, tuple)):
        for item in fact:
            yield from _texts(item)


def _call(text: str) -> bool:
    """Whether it is an expression of Python that calls something: it computes what it is about."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(node, ast.Call) for node in ast.walk(tree))


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[2]
