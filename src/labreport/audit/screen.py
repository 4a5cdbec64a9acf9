"""The audit of a page: each numeral is traced and agrees, refers, counts, or is on the written list.

Numerals are looked for in the text, in attributes that are shown, in style sheets and in names; numbers are
beside the names of what they were measured on, and no two statements disagree. Behind the checks is what
they read: the elements of a page, its prose, names and numbers in order.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from labreport.audit.lint import NUMERAL, Allowed, Finding
from labreport.display import capitalized
from labreport.frame import BIBLIOGRAPHY
from labreport.page import VALUE, Unreadable, bibliography
from labreport.page.values import word_of
from labreport.stats import Answer, Judgement, Quantity
from labreport.stats.rounding import FORMS, has_numeral, number_words, singular
from labreport.stats.words import plural


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
    page, names, allowed = parse(html), tuple(experiments), Allowed(templates)
    return [
        *_check_traced(page, answers),
        *_check_units(page),
        *_check_prose(page, allowed, declared),
        *_check_formulas(page, allowed),
        *_check_references(page),
        *_check_bibliography(page, templates),
        *_check_alternatives(page, allowed),
        *_check_attributes(page, allowed, declared),
        *_check_styles(page, allowed),
        *_check_names(page, answers, allowed, names),
        *_check_subjects(page, answers, names),
        *_check_titles(page, answers),
        *_check_findings(page, answers),
        *contradictions(answers),
    ]


def _check_traced(page: Element, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    known = _sources(answers)
    for item in page.iter("data"):
        source, form, value = (item.get(name, "") for name in ("data-source", "data-form", "value"))
        expected, text = [_printed(of, form) for of in known.get(source, ())], text_of(item)
        if (value, text) in expected or (form == "fact" and (value, text) in map(_beginning, expected)):
            continue
        problem = f"names {source!r}, which the answers do not have"
        if expected:
            problem = f"is not what {source} rounds to, {(expected[0][1] or expected[0][0])!r}"
        yield Finding(place(item), text, problem, sourceless=True)


_UNIT = re.compile(r"\u00a0(%|[^\W\d_][^\u00a0(]*?)\)?$")
"""The unit at the end of a printed number."""


def _check_units(page: Element) -> Iterator[Finding]:
    """A unit is not written once more behind a number that is printed with it."""
    number, twice = None, re.compile("(?!)")
    for ended, element, text, inside in walk(page):
        if ended and element.tag == "data" and (unit := _UNIT.search(text_of(element))):
            words = {unit[1], singular(unit[1]), plural(unit[1]), unit[1].rpartition(" ")[2]}
            number, twice = element, re.compile(rf"\s*({'|'.join(map(re.escape, words))})(?!\w)")
        elif element.tag in BLOCKS:
            number = None
        if number is not None and text.strip():
            if found := twice.match(text):
                told = f"{text_of(number)} {found[1]}"
                name = number.get("data-source", "").partition("#")[2]
                problem = "has its unit twice; delete the second, or print the number with the filter `bare`"
                yield Finding(place(inside), told, problem, behind=(name, found[1]))
            number = None


def _printed(of: Quantity | str, form: str) -> tuple[str, str | None]:
    """The unrounded value as an attribute has it, and as it is printed in `form`; None where it cannot be."""
    if isinstance(of, str):
        return of, of if form == "fact" else None
    return "" if of.value is None else repr(of.value), FORMS[form](of) if form in FORMS else None


def _beginning(printed: tuple[str, str | None]) -> tuple[str, str | None]:
    """The same at the beginning of a sentence."""
    value, text = printed
    return value, text and capitalized(text)


def _sources(answers: Mapping[str, Answer]) -> dict[str, list[Quantity | str]]:
    """Every address, `QUESTION#NAME`, with what may be printed there: quantities and texts."""
    found: dict[str, list[Quantity | str]] = {}
    for slug, answer in answers.items():
        for name, quantity in answer.quantities.items():
            found.setdefault(f"{slug}#{name}", []).append(quantity)
        for name, fact in answer.facts.items():
            for address, item in _facts(fact, f"{slug}#facts.{name}"):
                found.setdefault(address, []).append(str(item))
    return found


def _facts(fact: Any, address: str = "") -> Iterator[tuple[str, str | int]]:
    """Texts, whole numbers and keys inside a fact, with their addresses."""
    if isinstance(fact, (str, int)):
        yield address, fact
    elif isinstance(fact, Mapping):
        for key, item in fact.items():
            yield f"{address}.{key}", str(key)
            yield from _facts(item, f"{address}.{key}")
    elif isinstance(fact, (list, tuple)):
        for index, item in enumerate(fact):
            yield from _facts(item, f"{address}.{index}")


def _check_titles(page: Element, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """The title of an experiment in the text is the one that it was declared with, or begins a sentence."""
    titles: dict[str, set[str]] = {}
    for answer in answers.values():
        for finding in answer.findings.values():
            for subject, title in zip(finding.subjects, finding.titles, strict=True):
                titles.setdefault(subject, set()).update((title, capitalized(title)))
    for named in page.xpath("//*[@data-subject]"):
        subject, text = named.get("data-subject"), text_of(named).strip()
        if text not in titles.get(subject, set()):
            yield Finding(place(named), text, f"is not the title of {subject!r}", sourceless=True)


def _check_prose(page: Element, allowed: Allowed, declared: Set[str]) -> Iterator[Finding]:
    for inside, text in prose(page):
        told = " ".join(text.split())
        if told in declared and in_heading(inside):
            continue
        for numeral in allowed.untraced(text):
            problem = f"is printed without a source, in {told[:80]!r}"
            yield Finding(place(inside), numeral, problem, sourceless=True)


def _check_formulas(page: Element, allowed: Allowed) -> Iterator[Finding]:
    """Numbers in a formula are constants, or traced values."""
    for source in page.xpath(f"{FORMULA}/span[@class='source']"):
        pieces = ((text, inside) for _, _, text, inside in walk(source))
        latex = "".join(VALUE if inside.tag == "data" else text for text, inside in pieces)
        try:
            numerals = allowed.in_formula(latex)
        except Unreadable as error:
            yield Finding(place(source), text_of(source), f"is not a formula: {error}")
            continue
        for numeral in numerals:
            problem = f"is printed without a source, in {text_of(source)[:80]!r}"
            yield Finding(place(source), numeral, problem, sourceless=True)


def _check_references(page: Element) -> Iterator[Finding]:
    """A counter belongs to the link, the caption, the figure, or the heading that it is in."""
    numbers: dict[str, str] = {}
    tables: list[str] = []
    references: list[tuple[str, str]] = []
    for counter in page.iter("span"):
        number = text_of(counter).strip()
        for element in counter.iterancestors() if "counter" in classes(counter) else ():
            if leads_inward(element):
                references.append((element.get("href")[1:], number))
            elif element.tag == "caption":
                tables.append(number)
            elif element.tag in (*OWNERS, "li") and "id" in element.attrib:
                numbers.setdefault(element.get("id"), number)
            else:
                continue
            break
    for target, referred in references:
        if numbers.get(target, referred) != referred:
            yield Finding(f"reference to #{target}", referred, f"should be {numbers[target]}")
    figures = [number for anchor, number in numbers.items() if anchor.startswith("figure-")]
    for what, found in (("figures", figures), ("tables", tables)):
        if found != [str(number) for number in range(1, len(found) + 1)]:
            yield Finding(what, " ".join(found), "are not numbered in order")


def _check_bibliography(page: Element, templates: Path) -> Iterator[Finding]:
    """Each reference says what the project's bibliography says; numerals in it are not findings."""
    every = page.xpath("//*[starts-with(@id, 'reference-')]")
    known = bibliography(templates)["references"] if every else {}
    for listed in every:
        entry = known.get(listed.get("id").removeprefix("reference-"))
        told = " ".join(text_of(listed).split())
        expected = " ".join(text_of(parse(entry[1])).split()) if entry else ""
        if re.sub(r"^\[[0-9]+\] ", "", told) != expected:
            yield Finding(place(listed), told[:80], f"is not what {BIBLIOGRAPHY} has under this key")


def _check_alternatives(page: Element, allowed: Allowed) -> Iterator[Finding]:
    """What an alternative text says in numbers, the caption says too."""
    for figcaption in page.iter("figcaption"):
        caption = text_of(figcaption)
        told = {*NUMERAL.findall(caption), *(word.lower() for word in number_words(caption))}
        for alternative in figcaption.xpath(f"ancestor::figure[1]{SPOKEN}"):
            for numeral in allowed.untraced(alternative):
                if numeral.lower() not in told:
                    problem = "is in the alternative text, but not in the caption"
                    yield Finding(place(figcaption), numeral, problem)


def _check_subjects(
    page: Element, answers: Mapping[str, Answer], experiments: Iterable[str]
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
    for head, steps in sentences(page, pattern):
        for index, step in enumerate(steps):
            source = "" if step.data is None else step.data.get("data-source", "")
            names = _names(head, steps, index, pattern) if (subjects := known.get(source)) else []
            if names and not any(_agree(name, subject) for name in names for subject in subjects or ()):
                owners = sorted(subjects or ())
                yield Finding(
                    place(step.data),
                    step.text,
                    f"is beside {' and '.join(names)}, but {source} belongs to "
                    f'{" and ".join(owners)}; move it, or say data-about="{" ".join(owners)}"',
                )


def _pattern(experiments: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(map(re.escape, experiments), key=len, reverse=True)
    return re.compile(rf"(?<![\w/-])(?:{'|'.join(longest_first)})(?![\w/=-])") if longest_first else None


def _names(head: str, steps: list[Step], index: int, pattern: re.Pattern[str]) -> list[str]:
    for element in around(steps[index].data):
        if (about := element.get("data-about")) is not None:
            return pattern.findall(about) or about.split()  # a name may have spaces in it
    before = [step.text for step in steps[:index] if step.data is None]
    after = [step.text for step in steps[index:] if step.data is None]
    return [*before[-1:], *after[:1]] or ([head] if head else [])


def _agree(name: str, subject: str) -> bool:
    """`deep-8` and `deep-8`; and what was made from it, `deep-8-gain-4`."""
    return subject == name or subject.startswith(f"{name}-")


def _check_findings(page: Element, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """Findings read back from the page have the judgement of the answer."""
    for words in page.xpath("//*[@data-finding]"):
        address, judgement = words.get("data-finding"), words.get("data-judgement", "")
        slug, _, name = address.partition("#findings.")
        found = answers[slug].findings.get(name) if slug in answers else None
        if found is None:
            problem = f"names {address!r}, which the answers do not have"
        elif word_of(found) != judgement:
            problem = f"says {judgement}, but {address} is {word_of(found)}"
        else:
            continue
        yield Finding(place(words), " ".join(text_of(words).split()), problem)


def contradictions(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """What answers say otherwise of the same: a number from the same source, in the same unit and name.

    And a difference that several findings judge among equally many, which is judged alike.
    """
    numbers: dict[tuple[object, ...], tuple[str, Quantity]] = {}
    judgements: dict[tuple[object, ...], tuple[str, Judgement]] = {}
    for slug, answer in answers.items():
        for name, quantity in answer.quantities.items():
            if quantity.origin.kind != "measured" or not isinstance(quantity.value, float):
                continue
            where, key = f"{slug}#{name}", (quantity.origin, quantity.unit, name.rpartition(".")[2])
            address, other = numbers.setdefault(key, (where, quantity))
            alike = _operation(quantity) == _operation(other)  # of others, the intervals cover other things
            if quantity.value != other.value or (alike and quantity.interval != other.interval):
                problem = f"differs from {address}, {other.value!r}, though both are {quantity.origin.text()}"
                yield Finding(where, repr(quantity.value), problem)
        for name, found in answer.findings.items():
            for part in found.parts:
                source, judgement = answer.quantities[part.quantity].origin, part.judgement
                where, compared = f"{slug}#findings.{name}", (source, judgement.among, found.measure)
                address, first = judgements.setdefault(compared, (where, judgement))
                if first != judgement:
                    problem = f"is {judgement.word}, but {address} calls the same comparison {first.word}"
                    yield Finding(where, part.quantity, problem)


def _operation(quantity: Quantity) -> str:
    return quantity.derivation.operation if quantity.derivation else ""


SPOKEN = "//*[@class='drawing']/*/@*[name() = 'alt' or name() = 'aria-label']"
"""The alternative texts of figures' drawings."""
CONTENT = re.compile(r"content\s*:([^;}]*)")
STRING = re.compile(r'"((?:\\.|[^"\\])*)"' + r"|'((?:\\.|[^'\\])*)'", re.DOTALL)
ESCAPE = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?|\\(.)", re.DOTALL)
ATTRIBUTE = re.compile(r"attr\(\s*([\w-]+)")
KEY = re.compile(r"[0-9a-f]{8,64}")


def _check_attributes(page: Element, allowed: Allowed, declared: Set[str]) -> Iterator[Finding]:
    """Numerals in attributes that are shown, read aloud, or printed by the style sheet with `attr()`.

    A figure's alternative text is compared with its caption instead.
    """
    printed = {
        name
        for style in page.iter("style")
        for found in CONTENT.findall(text_of(style))
        for name in ATTRIBUTE.findall(found)
    }
    shown = {*SHOWN, *(name for name in printed if name.startswith("data-"))} - {"data-value"}
    spoken = {(text.getparent(), text.attrname) for text in page.xpath(SPOKEN)}
    for element in page.iter():
        for name, text in element.items():
            asked = name in shown or (name == "value" and element.tag != "data")
            if not asked or (element, name) in spoken or (name == "data-title" and text in declared):
                continue
            for numeral in allowed.untraced(text):
                problem = f"appears without a source in the attribute {name}, {text[:80]!r}"
                yield Finding(place(element), numeral, problem, sourceless=True)


def _check_styles(page: Element, allowed: Allowed) -> Iterator[Finding]:
    """Numerals that a style sheet writes into the page."""
    for content in (found for style in page.iter("style") for found in CONTENT.findall(text_of(style))):
        for string in STRING.findall(content):
            text = ESCAPE.sub(_character, string[0] or string[1])
            for numeral in allowed.untraced(text):
                yield Finding("style sheet", numeral, f"is written by content: {content.strip()[:60]!r}")


def _check_names(
    page: Element, answers: Mapping[str, Answer], allowed: Allowed, experiments: Iterable[str] = ()
) -> Iterator[Finding]:
    """Numerals in `<code>` that are neither a name from the answers, nor a key of a result, nor a call."""
    names = {*experiments, *_known_names(answers)}
    for code in page.xpath("//code[not(ancestor::pre)]"):
        name = name_of(code).strip()
        if not has_numeral(name) or name in names or _call(name):
            continue
        if KEY.fullmatch(name) and any("keys" in classes(outer) for outer in around(code)):
            continue
        for numeral in allowed.untraced(name):
            problem = f"is printed without a source, as code: {name[:80]!r}"
            yield Finding(place(code), numeral, problem, sourceless=True)


def _known_names(answers: Mapping[str, Answer]) -> Iterator[str]:
    """Texts among facts, and what quantities and findings are called after and come from."""
    for answer in answers.values():
        yield from (text for _, text in _facts(answer.facts) if isinstance(text, str))
        for name, quantity in answer.quantities.items():
            yield from (name.partition(".")[0], *quantity.origin.experiments)
        for name, finding in answer.findings.items():
            yield from (name.partition(".")[0], *finding.subjects)


def _call(text: str) -> bool:
    """Whether it is an expression of Python that calls something: it computes what it is about."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(node, ast.Call) for node in ast.walk(tree))


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[2]


Element: TypeAlias = Any
"""One of lxml."""


UNREAD = frozenset({"script", "style", "pre", "kbd", "data", "code"})
"""Elements whose text is not prose: programs, keys, and what is looked at in its own way, data and names."""
SHOWN = ("title", "aria-label", "aria-description", "alt", "alttext", "placeholder", "label", "summary")
"""Attributes that are shown or read aloud."""
FORMULA = "//span[starts-with(@class, 'formula')]"
"""What a formula is in: its drawing, which may have a title, and its LaTeX, audited in its own way."""
BLOCKS = frozenset(
    {"p", "li", "td", "th", "tr", "dt", "dd", "div", "figcaption", "caption", "table", "section", "article"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "footer"}
)
"""Elements that no sentence goes across."""
SENTENCE = re.compile(r"[.!?;](?=\s|$)")
HEADINGS = frozenset({"title", "h1", "h2", "h3"})
OWNERS = frozenset({"section", "article", "figure"})
"""Elements with an anchor of their own and, in heading or caption, a number."""


def parse(html: str, drawings: bool = False) -> Element:
    """The root of a page; what is inside the drawings of figures, which an audit leaves out, if asked for."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    page = etree.fromstring(f"<!DOCTYPE html>{html}".encode("utf-8", "replace"), parser)
    for drawing in page.xpath("//div[@class='drawing' and @data-figure]/svg") if not drawings else ():
        drawing[:] = []  # it is checked against its data when it is drawn
        drawing.text = None
    return page


def text_of(element: Element) -> str:
    """All text inside an element."""
    return "".join(element.itertext())


def name_of(code: Element) -> str:
    """The text of a `<code>` outside traced data."""
    return "".join(code.xpath(".//text()[not(parent::data)]"))


def classes(element: Element) -> set[str]:
    """Names of its classes."""
    return set(element.get("class", "").split())


def around(element: Element) -> Iterator[Element]:
    """An element and those that it is in, from the inside."""
    yield element
    yield from element.iterancestors()


def place(element: Element) -> str:
    """Where it is: the anchor of the figure or the part of the report that it is in."""
    anchors = (one.get("id") for one in around(element) if one.tag in OWNERS)
    return next(filter(None, anchors), "title page")


def leads_inward(element: Element) -> bool:
    """Whether it is a link to another place of the page."""
    return bool(element.tag == "a" and element.get("href", "").startswith("#"))


def in_heading(element: Element) -> bool:
    """Whether it is in a heading of the page or its parts, in a link to one, or in its row of a table."""
    return any(
        leads_inward(one) or one.tag in HEADINGS or {"part", "author", "subtitle"} & classes(one)
        for one in around(element)
    )


def walk(top: Element) -> Iterator[tuple[bool, Element, str, Element]]:
    """Beginnings and ends of elements in order: whether it is an end, and of which.

    Each has the text behind it, up to the next, and the element that this text is in.
    """
    from lxml import etree

    for event, element in etree.iterwalk(top, events=("start", "end")):
        if event == "start":
            yield False, element, element.text or "", element
        elif element is not top:
            yield True, element, element.tail or "", element.getparent()


def prose(page: Element) -> Iterator[tuple[Element, str]]:
    """Each piece of text that is prose, with the element that it is in."""
    yield from ((inside, text) for _, _, text, inside in walk(page) if text.strip() and not _silent(inside))


def _silent(element: Element) -> bool:
    """Whether what is inside is not prose, or is looked at in its own way."""
    return any(
        one.tag in UNREAD
        or "data-subject" in one.attrib
        or "data-literal" in one.attrib
        or {"figure-data", "counter"} & classes(one)
        or (one.get("class") == "source" and "formula" in classes(one.getparent()))
        or one.get("id", "").startswith("reference-")
        or (one.tag == "title" and any("formula" in classes(each) for each in one.iterancestors()))
        for one in around(element)
    )


@dataclass(frozen=True)
class Step:
    """A name on the way through the text, or a traced number, of which `data` are the element."""

    text: str
    data: Element = None


def sentences(page: Element, known: re.Pattern[str]) -> Iterator[tuple[str, list[Step]]]:
    """The known names and the numbers of each sentence, and the name in the header of its row, or nothing."""
    head, steps = "", list[Step]()
    for ended, element, text, inside in walk(page):
        for step in _named(element) if ended else ():
            if step.data is not None:
                steps.append(step)
            elif known.fullmatch(step.text):
                if any(one.tag == "th" and "row" in one.get("scope", "") for one in element.iterancestors()):
                    head = step.text
                else:
                    steps.append(step)
        if element.tag in BLOCKS or (SENTENCE.search(text) and not _silent(inside)):
            yield head, steps
            head, steps = "" if element.tag == "tr" else head, []
    yield head, steps


def _named(element: Element) -> Iterator[Step]:
    """The name or the number that an element is."""
    if "data-subject" in element.attrib:
        yield Step(element.get("data-subject").strip())
    outer = {one.tag for one in element.iterancestors()} if element.tag in ("data", "code") else set()
    if element.tag == "data":
        yield Step(text_of(element).strip()) if "code" in outer else Step(text_of(element), element)
    elif element.tag == "code" and "pre" not in outer:
        yield Step(name_of(element).strip())
