"""What a template says in words of its own that only a finding can say, read without rendering it.

The words of `{% finding %}`, and the engine's sentences, change with the results; all others stay. So where
a reader looks for what was found, they may not judge or compare: in the headline of an answer, in headings,
bold texts, captions of tables, alternative texts, and behind the name of what was compared. Words that
are chosen by comparing values, or by a judgement, are chosen in `{% finding %}`. Which words are neutral
cannot be decided by a program; those that judge are looked for, in English.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from jinja2 import nodes

_PRINTED = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for what an expression prints."""
_COMPARES = (
    r"better|best|worse|worst|fewer|fewest|superior|inferior"
    r"|(?:high|low|fast|quick|slow|larg|small|great|strong|weak)(?:er|est)"
    r"|(?:more|most|less|least)(?!\s+(?:than\s+one|than\s+once|about|on|information|details)\b)"
    r"|ahead|behind|leads?|learn(?:s|ed)|fail(?:s|ed)|help(?:s|ed)|improv(?:es?|ed)|outperform(?:s|ed)?"
    r"|accurate|drop(?:s|ped)|rises?|falls?|grows?|shrinks?|differs?|agrees?|w[io]ns?|loses?|lost|beats?"
    r"|exceed(?:s|ed)?"
)
COMPARING = re.compile(rf"(?<!\bat )\b(?:{_COMPARES})\b", re.IGNORECASE)
"""Words that compare, or say how something ended, wherever a reader looks for it."""
JUDGING = re.compile(
    rf"\b(?:{_COMPARES}|help|learn|stop(?:s|ped)?|enough|hardly|never|always|yes|no|none|neither"
    r"|cannot|surely|certain(?:ly)?|probably|clearly|starved|hold(?:s)?|held|missed|differ|depends?"
    rf"|reach(?:es|ed)?(?!\s*(?:$|{_PRINTED})))\b",
    re.IGNORECASE,
)
"""In the headline of an answer also these; what something reaches may be a number behind the text."""
_PROMINENT = frozenset({"b", "strong", "mark", "h1", "h2", "h3", "h4", "h5", "h6"})
_PROMINENT |= {"title", "caption", "summary", "dt"}
_TAG = re.compile(r"<(/?)(\w+)\b[^>]*>")
_ALTERNATIVE = re.compile(r'\b(?:alt|aria-label|title)="([^"]*)"')
_BLOCK = re.compile(r"</?(?:p|li|td|th|tr|dt|dd|div|h[1-6]|figcaption|caption|table|section)\b[^>]*>")
_END = re.compile(r"[.!?;:](?=\s|$)")
_IS = r"(?:</code>)?(?:'s)?\s+(?:is|are|was|were|has|had|needs?|takes?|gives?|comes?|leads?|stands?|wins?"
_IS += r"|beats?|loses?|learns?|fails?|reach(?:es)?|does|did|outperforms?)\b"
_SUBJECT = re.compile(rf"</code>{_IS}")
_JUDGED = frozenset({"word", "sign", "clear", "same", "unclear"})
"""What a template can ask of a finding."""
_ORDERED = frozenset({"gt", "gteq", "lt", "lteq"})
_CHOSEN = {
    "judgement": "words are chosen by a judgement outside {% finding %}; use it, with all its wordings",
    "comparison": "words are chosen by comparing values; compare in the answer, and use {% finding %}",
}


def claim(text: str, judging: re.Pattern[str] = COMPARING) -> str:
    """What is wrong with a text that finds something; empty where it finds nothing or is a question."""
    found = None if text.rstrip().endswith("?") else judging.search(text)
    if found is None:
        return ""
    return f"says {found[0]!r} outside {{% finding %}}; bind it to one, or name it neutrally"


def claims(tree: nodes.Template) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """What is wrong with a template's words, by line, and sentences that compare something.

    A sentence is wrong if it names what it compares: `names_one` says so.
    """
    walk = _Walk()
    walk.all(tree.body)
    return sorted(set(walk.wrong)), walk.sentences


def names_one(sentence: str, names: Collection[str]) -> bool:
    """Whether a sentence is about one of the `names`, or about what it shows as code."""
    longest_first = "|".join(sorted(map(re.escape, names), key=len, reverse=True)) or "(?!)"
    return bool(_SUBJECT.search(sentence) or re.search(rf"(?<![\w/-])(?:{longest_first}){_IS}", sentence))


class _Walk:
    """Through one template in reading order; branches of a choice begin where it begins."""

    def __init__(self) -> None:
        self.wrong: list[tuple[int, str]] = []
        self.sentences: list[tuple[int, str]] = []
        self._block = ""
        self._element = ""

    def all(self, body: Iterable[nodes.Node]) -> None:
        for node in body:
            self._node(node)

    def _node(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.CallBlock) and isinstance(node.call.node, nodes.ExtensionAttribute):
            return  # a finding
        if isinstance(node, nodes.Block):
            before, self._block, self._element = self._block, node.name, ""
            self.all(node.body)
            self._block, self._element = before, ""
        elif isinstance(node, nodes.Output):
            self._output(node)
        elif isinstance(node, nodes.If):
            start = self._element
            for test, body in ((node.test, node.body), *((each.test, each.body) for each in node.elif_)):
                self._choice(test)
                self._element = start
                self.all(body)
            self._element = start
            self.all(node.else_)
        else:
            for expression in node.iter_child_nodes(exclude=("body", "else_", "elif_")):
                self._choices(expression)
            self.all([*getattr(node, "body", []), *getattr(node, "else_", [])])

    def _choices(self, expression: nodes.Node) -> None:
        """Words chosen inside an expression: `"better" if a.value > b.value else "worse"`."""
        found = [expression] if isinstance(expression, nodes.CondExpr) else []
        for choice in (*found, *expression.find_all(nodes.CondExpr)):
            self._choice(choice.test)

    def _choice(self, test: nodes.Node) -> None:
        every = (test, *test.find_all(nodes.Node))
        if any(last_word(node) in _JUDGED or _is_finding(node) for node in every):
            self.wrong.append((test.lineno, _CHOSEN["judgement"]))
        elif any(_compares(node) for node in every):
            self.wrong.append((test.lineno, _CHOSEN["comparison"]))

    def _output(self, node: nodes.Output) -> None:
        text, line = "", node.lineno
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                text += "\n" * max(part.lineno - line - text.count("\n"), 0) + part.data
            else:
                self._choices(part)
                text += " ".join(_texts(part)) or _PRINTED
        self._text(text, line)

    def _text(self, text: str, line: int) -> None:
        end = 0
        for tag in (*_TAG.finditer(text), None):
            start = len(text) if tag is None else tag.start()
            self._prominent(text[end:start], line + text[:end].count("\n"))
            if tag is not None and tag[2].lower() in _PROMINENT:
                self._element = "" if tag[1] else tag[2].lower()
            end = start if tag is None else tag.end()
        for found in _ALTERNATIVE.finditer(text):
            self._note(claim(found[1]), found[1], line + text[: found.start()].count("\n"))
        for sentence in _sentences(text):
            words = text[sentence]
            if COMPARING.search(words) and self._block != "headline":
                start = sentence.start + len(words) - len(words.lstrip())
                self.sentences.append((line + text[:start].count("\n"), " ".join(words.split())))

    def _prominent(self, text: str, line: int) -> None:
        if not text.strip() or not (self._element or self._block == "headline"):
            return
        line += text[: len(text) - len(text.lstrip())].count("\n")
        self._note(claim(text, COMPARING if self._element else JUDGING), text, line)

    def _note(self, problem: str, text: str, line: int) -> None:
        if problem:
            self.wrong.append((line, f"{' '.join(text.split())[:60]!r} {problem}"))


def _sentences(text: str) -> Iterator[slice]:
    """The parts of a text that no sentence goes across."""
    ends = sorted(
        [*(each.span() for each in _BLOCK.finditer(text)), *(each.span() for each in _END.finditer(text))]
    )
    start = 0
    for begin, end in (*ends, (len(text), len(text))):
        if begin > start:
            yield slice(start, begin)
        start = max(start, end)


def _texts(expression: nodes.Node) -> list[str]:
    """Texts that an expression prints as they are written, but what `literal` shows as typed."""
    if isinstance(expression, nodes.Const):
        return [expression.value] if isinstance(expression.value, str) else []
    if isinstance(expression, nodes.Filter) and expression.node is not None:
        return [] if expression.name == "literal" else _texts(expression.node)
    if isinstance(expression, nodes.CondExpr):
        return [*_texts(expression.expr1), *(_texts(expression.expr2) if expression.expr2 else ())]
    if isinstance(expression, (nodes.Add, nodes.Concat)):
        return [text for child in expression.iter_child_nodes() for text in _texts(child)]
    return []


def last_word(node: nodes.Node | None) -> str | None:
    """The attribute or the key, written as a text, that an expression ends in."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return node.arg.value if isinstance(node.arg.value, str) else None
    return None


def _is_finding(node: nodes.Node) -> bool:
    """Whether it is one of an answer's findings, which chooses by whether it holds."""
    return isinstance(node, (nodes.Getattr, nodes.Getitem)) and last_word(node.node) == "findings"


def _compares(node: nodes.Node) -> bool:
    """Whether values are compared; with one, to say it in the singular or the plural, is not a comparison."""
    if not isinstance(node, nodes.Compare):
        return False
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    values = any(last_word(side) in ("value", "low", "high", "spread") for side in sides)
    grammar = any(isinstance(side, nodes.Const) and side.value == 1 for side in sides)
    return values and not grammar and any(operand.op in _ORDERED for operand in node.ops)
