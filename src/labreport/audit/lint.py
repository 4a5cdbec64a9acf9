"""Numerals that are written by hand: the lists that allow some, and those in the prose of templates.

There are two kinds of list, one for digits and one for number words, the engine's and the project's own of
each. A phrase allows its own number where all of its words appear; so `powers of ten` allows no other `ten`.
A phrase of number words that begins with `=` is a whole heading or cell and allows nothing inside a longer
text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from labreport.errors import AuditError, RenderError, nearest
from labreport.frame import MACROS, Lookup
from labreport.page import VALUE, formulas, mathml, mistaken, mistakes, refusing, without_formulas
from labreport.program import nearby
from labreport.stats.rounding import has_numeral, number_words

LIST = "allowed-numerals.txt"
"""Name of the list of digits, in the engine's frame and in a project's folder of templates."""
WORDS = "allowed-number-words.txt"
"""Name of the list of number words, beside it."""
NUMERAL = re.compile(r"[0-9]+(?:[.,\u202f][0-9]+)*")
NO_PROSE = re.compile(
    r"\{#.*?#\}"  # comments
    r"|<(pre|code|kbd|script|style)\b.*?</\1>"  # programs and names
    r"|\{%.*?%\}"  # statements: their texts are keys and macros' arguments
    r"|<[^>]*>",  # tags and their attributes
    re.DOTALL,
)
EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SOUGHT = 20
"""Numbers of which the line is looked for: each takes as long as the sections take to be rendered."""
SHOWN_AS_TYPED = re.compile(r"\|\s*literal\s*$")
LITERAL = re.compile(r"""^\s*(?:"[^"]*"|'[^']*'|[0-9.]+)""")


@dataclass(frozen=True)
class Finding:
    """`where` it is, the `text` that is wrong, and the `problem` with it.

    A `sourceless` text is a number that comes from no answer, whatever is said of its source. `behind` is the
    name of a quantity, and the word that a template has behind it.
    """

    where: str
    text: str
    problem: str
    sourceless: bool = False
    behind: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        return f"{self.where}: {self.text!r} {self.problem}"


class Allowed:
    """What prose may hold in a project whose templates are in the folder `templates`.

    Raises `AuditError` where a list cannot be read, naming the line that is wrong.
    """

    def __init__(self, templates: Path) -> None:
        lookup = Lookup(templates)
        phrases = [re.escape(phrase) for file in lookup.every(LIST) for phrase in _phrases(file)]
        self._phrases = re.compile(rf"(?<![\w.])(?:{_longest_first(phrases)})(?![\w]|\.[0-9])")
        words = [_words(phrase) for file in lookup.every(WORDS) for phrase in _phrases(file)]
        self._words = re.compile(rf"(?<![\w-])(?:{_longest_first(words)})(?!\w)", re.IGNORECASE)

    def untraced(self, text: str) -> list[str]:
        """The numerals in `text` that no phrase covers, in digits, then in words and unusual signs."""
        text = text.replace("\u00a0", " ")
        digits = (found[0] for found in NUMERAL.finditer(self._phrases.sub(" ", text)))
        plain = " ".join(text.split())
        some = next(number_words(plain), None) is not None  # almost nowhere
        return [*digits, *(number_words(self._words.sub(" ", f"={plain}")) if some else ())]

    def in_formula(self, latex: str) -> list[str]:
        """The numerals of a formula that are more than constants, and that no phrase covers.

        Constants are whole numbers up to ten beside a variable, in an exponent or an index, and 0 and 1.
        Raises `labreport.page.Unreadable`.
        """
        masked = self._phrases.sub(lambda found: NUMERAL.sub(VALUE, found[0]), latex)
        return list(dict.fromkeys(_in_line(mathml(masked))))


_GROUPS = ("math", "mrow", "mstyle", "mpadded", "menclose", "mphantom")
_SCRIPTED = ("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts")
_RELATIONS = frozenset("=≠<>≤≥⩽⩾≪≫≈≃≅≡∼~∝∈∉→⟶⇒⟹↦:≔")
LARGEST = 10
"""The largest number that is a constant of a formula."""


def _in_line(element: Element, whole: bool = True) -> Iterator[str]:
    """Numerals of a line of MathML that are not constants, and those of the lines in it.

    What is drawn beside each other is one numeral, however it was grouped: `{9}{7}`. A side of a relation
    without a variable consists of numbers, and says what something is; so does an item of a list.
    """
    parts = list(_parts(element))
    text = "".join(_told(part) for part in parts)
    yield from (each for each in NUMERAL.findall(text.replace(",", " ")) if not _small(each, LARGEST))
    yield from (each for part in parts if part.tag == "mtext" for each in NUMERAL.findall(_told(part)))
    yield from number_words(text)
    side, depth = list[Element](), 0
    for part in [*parts, None] if whole else []:
        sign = _told(part).strip() if part is not None and part.tag in ("mo", "mi") else ""
        depth += (sign in ("(", "[")) - (sign in (")", "]"))
        listed = depth <= 0 and sign in (",", ";")
        if part is None or listed or sign in _RELATIONS or part.tag == "mtext" or _wide(part):
            if not any(_variable(one) for each in side for one in each.iter()):
                told = [_told(one) for each in side for one in each.iter("mn")]
                yield from (each for each in told if not _small(each, 1))
            side = []
        else:
            side.append(part)
    for part in parts:
        for inner in part.iter("mtd") if part.tag == "mtable" else part:
            yield from _in_line(inner, part.tag == "mtable")


def _parts(element: Element) -> Iterator[Element]:
    """What is on a line, one beside the other; scripts behind what they are at."""
    if element.tag in _GROUPS:
        for each in element:
            yield from _parts(each)
    elif element.tag in _SCRIPTED:
        yield from _parts(element[0])
        scripts = ElementTree.Element("scripts")
        scripts.extend(element[1:])
        yield scripts
    else:
        yield element


def _told(part: Element) -> str:
    """The text of a part. Digits, the letters of a word and a point are beside each other without a space."""
    text = part.text or ""
    narrow = part.tag in ("mn", "mi", "mtext", "mspace", "scripts") or text == "."
    return text if narrow and not _variable(part) and not _wide(part) else f" {text} "


def _small(numeral: str, largest: int) -> bool:
    return numeral.isdecimal() and int(numeral) <= largest


def _wide(part: Element) -> bool:
    """Whether it is a space as wide as a letter, which separates what is beside it."""
    return part.tag == "mspace" and float(re.sub("[^0-9.]", "", part.get("width", "")) or 0) >= 1


def _variable(part: Element) -> bool:
    """Whether it is a letter that stands for a number; those of a word or a unit are upright."""
    text = part.text or ""
    upright = part.tag != "mi" or len(text) != 1 or part.get("mathvariant")
    return not upright and (text.isalpha() or text == VALUE)


def _longest_first(patterns: list[str]) -> str:
    return "|".join(sorted(patterns, key=len, reverse=True)) or "(?!)"


def _words(phrase: str) -> str:
    words = re.escape(" ".join(phrase.split()))
    return f"^{words}$" if phrase.startswith("=") else words


def _phrases(file: Path) -> Iterator[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"cannot read {nearby(file)}: {error}; restore it, saved as UTF-8") from error
    counts = NUMERAL.search if file.name == LIST else has_numeral
    for number, line in enumerate(lines, start=1):
        phrase, tab, reason = line.partition("\t")
        if line.strip() and not line.startswith("#"):
            if not tab or not reason.strip() or not counts(phrase):
                raise AuditError(
                    f"{nearby(file)}:{number}: write a phrase with a number, a tab, and the reason"
                )
            yield phrase.strip()


def lint_templates(folder: Path) -> list[Finding]:
    """Every numeral written by hand into a template of `folder`; the written lists allow some."""
    allowed = Allowed(folder)
    return [finding for file in sorted(folder.rglob("*.html")) for finding in _lint(file, allowed)]


def check_templates(
    folder: Path,
    templates: Mapping[str, Mapping[str, Any]],
    used: Container[str],
    questions: Mapping[str, str],
    sections: Mapping[str, str],
    targets: Collection[str],
    names: Collection[str],
    references: Mapping[str, Any],
) -> tuple[list[str], list[str]]:
    """What is wrong with a project's templates as they are written, and what may be: lines with their places.

    `templates` is what `labreport.page.written` says of each template by its name, `used` are the names of
    those that are used; `questions` and `sections` have for each slug the template, if there is one;
    `targets` are slugs that can be referred to, `names` are those of experiments, and `references` is what
    `labreport.page.entries` says. Numerals are looked for once nothing else is wrong.
    """
    own = {name: nearby(folder / name) for name in templates if (folder / name).is_file()}
    found = mistakes(templates, own, {name for name in questions.values() if name}, targets, names)
    wrong = [f"{own[name]}:{line}: {text}" for name, each in found.items() for line, text in each]
    cited = ((shown, templates[name].get("cites", ())) for name, shown in own.items())
    cites = [(f"{shown}:{line}", key) for shown, each in cited for line, key in each if key]
    if cites:
        wrong += mistaken(cites, references or {"references": {}, "wrong": {}}, folder)
    wanted = {"questions": questions, "sections": sections}
    notes: list[str] = []
    for name, shown in own.items():
        if name not in used and name not in MACROS:
            top, slug = name.partition("/")[0], name.partition("/")[2].removesuffix(".html")
            near = nearest(slug, [each for each, its in wanted.get(top, {}).items() if its not in own])
            told = f"{shown}: nothing uses this template"
            (wrong if near else notes).append(told + (f"; did you mean '{top}/{near}.html'?" if near else ""))
    return wrong or [
        f"{each.where}: {_sourceless(each.text, folder)}" for each in lint_templates(folder)
    ], notes


def at_lines(findings: Sequence[Finding], page: str, folder: Path, render: Callable[[], object]) -> list[str]:
    """What is wrong with a page, each once; a number without a source, or a word behind one, by its line.

    That is a line of a template; `render` makes the page's sections again. Where the number comes out of no
    template, or more than a few numbers are without a source, its place on the page is said.
    """
    numerals = dict.fromkeys(finding.text for finding in findings if finding.sourceless)
    places = {numeral: _line_of(numeral, folder, render) for numeral in [*numerals][:_SOUGHT]}
    lines: dict[str, None] = {}
    for finding in findings:
        place = places.get(finding.text) if finding.sourceless else None
        if behind := _behind(*finding.behind, folder) if finding.behind[1] else "":
            lines[f"{behind}: {finding.text!r} {finding.problem}"] = None
        else:
            lines[f"{place}: {_sourceless(finding.text, folder)}" if place else f"{page}: {finding}"] = None
    return list(lines)


def _behind(quantity: str, word: str, folder: Path) -> str:
    """The line of a template that most likely has a word behind a quantity's value; empty without one."""
    found = []
    for file in sorted(folder.rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        for value in re.finditer(r"\{\{([^}]*)\}\}(?:\s|<[^>]*>)*" + re.escape(word), text):
            named = quantity in value[1] or quantity.rpartition(".")[2] in value[1]
            found.append((not named, f"{nearby(file)}:{text.count(chr(10), 0, value.end()) + 1}"))
    return min(found, default=(True, ""))[1]


def _sourceless(numeral: str, folder: Path) -> str:
    allowed = nearby(folder / (LIST if NUMERAL.match(numeral) else WORDS))
    quantity, typed = "{{ answer.quantities.NAME | number }}", f'{{{{ "{numeral}" | literal }}}}'
    instead = f"print a quantity, as {quantity}; what is not a result, as {typed}, or list it in {allowed}"
    return f"the number {numeral} has no source; {instead}"


def _line_of(numeral: str, folder: Path, render: Callable[[], object]) -> str | None:
    for finding in lint_templates(folder):
        if finding.text in (numeral, *NUMERAL.findall(numeral)):
            return finding.where
    try:
        with refusing(numeral):
            render()
    except RenderError as refused:
        return str(refused).removesuffix(f": {numeral}")
    return None


def _lint(file: Path, allowed: Allowed) -> Iterator[Finding]:
    source = file.read_text(encoding="utf-8")
    text = EXPRESSION.sub(_printed_literal, NO_PROSE.sub(_blank, without_formulas(source)))
    typed = [(number, allowed.untraced(line)) for number, line in enumerate(text.splitlines(), start=1)]
    typed += [(formula.line, allowed.in_formula(formula.latex)) for formula in formulas(source)]
    for number, numerals in sorted(typed):
        for numeral in numerals:
            yield Finding(
                f"{nearby(file)}:{number}",
                numeral,
                "is typed by hand; print a quantity of the answer instead",
            )


def _blank(found: re.Match[str]) -> str:
    """As many lines of nothing."""
    return " " + "\n" * found[0].count("\n")


def _printed_literal(expression: re.Match[str]) -> str:
    """An expression prints what it is given: only a literal in it would be typed by hand.

    What the filter `literal` prints is shown as typed.
    """
    literal = None if SHOWN_AS_TYPED.search(expression[1]) else LITERAL.match(expression[1])
    return (literal[0] if literal else "") + _blank(expression)
