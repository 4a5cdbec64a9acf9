"""The numbers of figures, tables, questions, sections and cites, and the references to them."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from labreport.errors import UsageError, did_you_mean
from labreport.page.markdown import CITED
from labreport.project import Project

_NUMBERED = re.compile(r'<span data-no="([^"]*)"></span>')
_PENDING = re.compile(r'<(?:span|a|a class="cite") data-(?P<kind>no|ref|cite)="(?P<name>[^"]*)"></\w+>')
_KINDS = ("", "figure:", "table:", "question:", "section:")


class Numbering:
    """The numbers of what a text of HTML can be referred to, and the order of what it cites.

    `numbers` are by `figure:NAME` and so on. Figures and tables count in the order of the text, all through
    it; a section without questions has none, which is the empty text. `cites` are keys of references.
    """

    def __init__(self, project: Project, text: str) -> None:
        self.numbers = {f"section:{section.name}": "" for section in project.chapters}
        for number, subject in project.numbered.items():
            self.numbers[f"{type(subject).__name__.lower()}:{subject.name}"] = number
        counts = Counter[str]()
        for name in map(html.unescape, _NUMBERED.findall(text)):
            if name not in self.numbers:
                kind = name.partition(":")[0]
                counts[kind] += 1
                self.numbers[name] = str(counts[kind])
        self.cites: Sequence[str] = list(dict.fromkeys(CITED.findall(text)))
        self._titles = {section.name: section.title for section in project.chapters}

    def with_numbers(self, text: str) -> str:
        """Return HTML with its numbers, its links that name them, and the numbers of what is cited.

        Raises `UsageError` for a reference to what is not there.
        """
        return _PENDING.sub(self._fill_html, text)

    def with_plain_numbers(self, text: str) -> str:
        """Return a text with the same numbers and labels, without links."""
        return _PENDING.sub(lambda match: re.sub("<[^>]*>", "", self._fill_html(match)), text)

    def _fill_html(self, match: re.Match[str]) -> str:
        name = html.unescape(match["name"])
        if match["kind"] == "cite":
            number = self.cites.index(name) + 1
            return f'<a class="cite" href="#reference-{name}">[{number}]</a>'
        key = self._key(name)
        if match["kind"] == "ref":
            return str(
                Markup('<a class="ref" href="#{}">{}</a>').format(key.replace(":", "-", 1), self.label(key))
            )
        return f'<span class="counter">{self.numbers[key]}</span>' if self.numbers[key] else ""

    def label(self, key: str) -> str:
        """Return `Figure 3` for `figure:dots`; of a section without a number its title."""
        kind, _, name = key.partition(":")
        number = self.numbers[key]
        return f"{kind.title()} {number}" if number else self._titles[name]

    def _key(self, name: str) -> str:
        """Find what is called so, with its kind or without. Raises `UsageError`."""
        for kind in _KINDS:
            if kind + name in self.numbers:
                return kind + name
        names = [key.partition(":")[2] for key in self.numbers]
        near = did_you_mean(name, names, "there are")
        raise UsageError(f"ref({name!r}): no figure, table, question or section is called so{near}")
