"""What the text of each template defines and uses, and its mistakes, before it is rendered.

Also in branches that are not taken now. Each mistake is a line of the template, and a text that says what
is wrong and what to write.

One kind is what only a finding can say. The words of `{% finding %}`, and the engine's sentences, change with
the results; all others stay. So where a reader looks for what was found, they may not judge or compare: in
the headline of an answer, in headings, bold texts, captions of tables, alternative texts, and behind the name
of what was compared. Words that are chosen by comparing values, or by a judgement, are chosen in
`{% finding %}`. Which words are neutral cannot be decided by a program; those that judge are looked for, in
English.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, NamedTuple

import jinja2
from jinja2 import nodes

from labreport.errors import did_you_mean
from labreport.frame import GLOSSARY
from labreport.page.notations import (
    VALUE,
    Formulas,
    Unreadable,
    draw,
    formulas,
    listings,
    mistaken_listings,
    without_formulas,
)
from labreport.page.values import FILTERS, SAID, TracedAnswer, TracedFinding, TracedQuantity, Wordings

SYNTAX: Mapping[str, Any] = {
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "extensions": [Wordings, Formulas],
}
"""How every template is read."""
REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)


def summarise(source: str) -> dict[str, Any]:
    """The definitions of a template, as `labreport.fingerprint.templates.Summary` says.

    A template that cannot be parsed is one text: `written` says what is wrong with it.
    """
    try:
        tree = jinja2.Environment(**SYNTAX, autoescape=True).parse(source)
    except jinja2.TemplateSyntaxError:
        return {"definitions": {"": [source, [], []]}}
    macros = {node.name: node for node in tree.body if isinstance(node, nodes.Macro)}
    rest = [node for node in tree.body if not isinstance(node, nodes.Macro)]
    acting = [node for node in rest if not isinstance(node, (nodes.Output, nodes.Block))]
    named = {name: _definition([node]) for name, node in macros.items()}
    return {"definitions": {"": _definition(rest), "set": _definition(acting), **named}}


def _definition(parts: list[nodes.Node]) -> list[Any]:
    """Text, uses, and the names that statements give to values."""
    whole = nodes.Template(parts)
    uses = {f"name {name.name}" for name in whole.find_all(nodes.Name) if name.ctx == "load"}
    for reference in whole.find_all(REFERENCES):
        uses.update(_references(reference))
    return [_text(parts), sorted(uses), sorted(_given(whole, "store"))]


def _given(tree: nodes.Template, *contexts: str) -> set[str]:
    """The names to which a template gives values, as macros and imports do."""
    found = {name.name for name in tree.find_all(nodes.Name) if name.ctx in contexts}
    found |= {macro.name for macro in tree.find_all(nodes.Macro)}
    found |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        found |= {name if isinstance(name, str) else name[1] for name in node.names}
    return found


def _references(node: nodes.Node) -> Iterator[str]:
    """The templates that a tag may mean, and which part of them it uses; `any` for a computed name."""
    names = constants(node.template)  # type: ignore[attr-defined]  # every kind of reference has one
    if names is None:
        yield "any"
    for name in names or ():
        if isinstance(node, nodes.Import):
            yield f"all {name}"
        elif isinstance(node, nodes.FromImport):
            for part in node.names:
                yield f"from {name}:{part if isinstance(part, str) else part[0]}"
        elif isinstance(node, nodes.Include) and not _named(node):
            yield f"perhaps {name}"
        else:
            yield f"template {name}"


def constants(name: nodes.Expr | None) -> list[str] | None:
    """All texts that an expression may give; None where they are not written out."""
    if name is None:
        return []
    if isinstance(name, nodes.Const):
        return [name.value] if isinstance(name.value, str) else list(name.value)
    several: list[nodes.Expr | None]
    if isinstance(name, nodes.CondExpr):
        several = [name.expr1, name.expr2]
    elif isinstance(name, (nodes.List, nodes.Tuple)):
        several = list(name.items)
    else:
        return None
    found = [constants(one) for one in several]
    return None if None in found else [text for texts in found for text in texts or ()]


def _text(value: Any) -> str:
    """A syntax tree as text, without the places of its nodes; texts beside each other are one."""
    if isinstance(value, nodes.Output):
        parts: list[Any] = []
        for node in value.nodes:
            data = node.data if isinstance(node, nodes.TemplateData) else None
            if data is not None and parts and isinstance(parts[-1], str):
                parts[-1] += data
            else:
                parts.append(node if data is None else data)
        return f"Output({','.join(map(_text, parts))})"
    if isinstance(value, nodes.Node):
        fields = ",".join(f"{name}={_text(field)}" for name, field in value.iter_fields(exclude=("ctx",)))
        return f"{type(value).__name__}({fields})"
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(_text, value))}]"
    return f"{type(value).__name__}:{value!r}"


VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
"""Elements that have no end."""
QUESTION = frozenset({"headline", "body", "glance"})
"""The blocks of a question's template."""
GIVEN = frozenset(
    {"answer", "answers", "question", "run", "caller", "loop", "self", "super", "varargs", "kwargs", *SAID}
)
"""Names that a template may use and that no template of the frame does."""
_READING = jinja2.Environment(**SYNTAX, autoescape=True)
_PAIRED = {"autoescape", "block", "call", "filter", "for", "if", "macro", "set", "with", "raw"}
_PAIRED |= set(Wordings.tags)
_TAGS = _PAIRED | {f"end{tag}" for tag in _PAIRED}
_TAGS |= {"elif", "else", "extends", "from", "import", "include", "when", "silent", "otherwise"}
"""All tags of the template language."""
_PIECE = re.compile(r"\{[{%](.*?)(?:[}%]\}|$)")
_TEXT = re.compile(r"""\"[^\"]*\"|'[^']*'""")
_STATEMENT = re.compile(r"\{%[-+]?\s*(\w+)([^%]*)%\}|\{#.*?#\}", re.DOTALL)
_INSIDE = (nodes.Macro, nodes.CallBlock, nodes.AssignBlock)
"""Statements whose content is put in elsewhere."""


class Mistake(NamedTuple):
    """What is wrong on a line."""

    line: int
    text: str


_MORE = "expected token 'end of print statement', got (.*)"
"""How Jinja says that something follows a value."""


@lru_cache(maxsize=512)
def parsed(source: str) -> nodes.Template:
    """The syntax tree of a template. Raises `TemplateSyntaxError`, if possible at the line of the mistake."""
    try:
        return _READING.parse(source)
    except jinja2.TemplateSyntaxError as error:
        said = re.sub(
            _MORE, r"{{ }} prints one value, and \1 follows it; is }} missing?", error.message or ""
        )
        nesting = _nesting(source) if re.search("unknown tag|end of template", said) else iter(())
        line, text = next(itertools.chain(_quotes(source, error.lineno), nesting), (error.lineno, said))
        raise jinja2.TemplateSyntaxError(text, line) from None


def _quotes(source: str, until: int) -> Iterator[Mistake]:
    """What is wrong with quotes up to a line, beyond which the template cannot be read."""
    for line, text in enumerate(source.splitlines()[:until], start=1):
        for piece in _PIECE.findall(text):
            if curly := re.search("[\u2018\u2019\u201c\u201d\u201e]", re.sub(_TEXT, "", piece)):
                yield Mistake(line, f"{curly[0]} is not a quote of this language; write \" or '")
            if re.search("[\"']", re.sub(_TEXT, "", piece)):
                yield Mistake(line, f"a text has no second quote: {piece.strip()[:50]}")


def _nesting(source: str) -> Iterator[Mistake]:
    """Tags that there are not, ends of nothing, and what has no end."""
    begun: list[tuple[int, str]] = []
    for found in _STATEMENT.finditer(source):
        tag, line = found[1] or "", source.count("\n", 0, found.start()) + 1
        last = f"{{% {begun[-1][1]} %}} of line {begun[-1][0]}" if begun else ""
        if not tag:
            continue
        if tag not in _TAGS:
            yield Mistake(line, f"there is no tag {tag!r}{did_you_mean(tag, _TAGS)}")
        elif tag.startswith("end"):
            opened = [name for _, name in begun]
            if tag.removeprefix("end") not in opened:
                yield Mistake(line, f"{{% {tag} %}} ends nothing" + (f"; it is in {last}" if last else ""))
            elif opened[-1] != tag.removeprefix("end"):
                text = f"{{% {opened[-1]} %}} has no {{% end{opened[-1]} %}}"
                yield Mistake(begun[-1][0], f"{text} before {{% {tag} %}} of line {line}")
            else:
                begun.pop()
        elif tag in _PAIRED and not (tag == "set" and "=" in found[2]):
            begun.append((line, tag))
    for line, tag in begun[-1:]:
        yield Mistake(line, f"{{% {tag} %}} has no {{% end{tag} %}}")


def written(source: str) -> dict[str, list[Any]]:
    """What can be said of one template by itself, as plain JSON values; what is empty is left out.

    `wrong` are its mistakes, each a line and a text; `references` the templates that it names and `names` the
    variables that it uses, each with its line; `given` those to which it gives a value; `blocks` its blocks,
    with their lines, `outside` the first line that is printed outside of all, and `extends` what it extends;
    `shows` the figures that it places, `refers` what it refers to by `ref`, `cites` what it cites, `terms`
    the terms that it uses and `explains` those that it explains, nothing where a key is computed; `listings`
    are its listings; `compares` its sentences that compare outside a finding.
    """
    try:
        tree = parsed(source)
    except jinja2.TemplateSyntaxError as error:
        message = error.message or ""
        hint = "; what begins with {{ ends with }}" if message == "unexpected '}'" else ""
        return {"wrong": [[error.lineno, f"{message}{hint}"]]}
    found_outside, sentences = claims(tree)
    unknown = [*_unknown(tree, nodes.Filter), *_unknown(tree, nodes.Test)]
    outside = itertools.starmap(Mistake, [*found_outside, *mistaken_listings(source)])
    wrong = sorted(
        [*unknown, *_computed(tree), *unbalanced(tree), *_unreadable(source), *_halves(source), *outside]
    )
    asked = {test.node for test in tree.find_all(nodes.Test) if test.name in ("defined", "undefined")}
    defined = {node.name for node in asked if isinstance(node, nodes.Name)}
    used = {(name.lineno, name.name) for name in tree.find_all(nodes.Name) if name.ctx == "load"}
    found: dict[str, list[Any]] = {
        "wrong": [list(each) for each in wrong],
        "references": [[node.lineno, name] for node in tree.find_all(REFERENCES) for name in _named(node)],
        "names": [list(each) for each in sorted(used, key=str)],
        "given": sorted(_given(tree, "store", "param") | defined),
        "blocks": [[block.lineno, block.name] for block in tree.find_all(nodes.Block)],
        "outside": [node.lineno for node in tree.body if _prints(node)][:1],
        "extends": [name for node in tree.find_all(nodes.Extends) for name in _named(node)],
        "shows": [list(each) for each in _called(tree, "figure") if each.text],
        "refers": [list(each) for each in _called(tree, "ref") if each.text],
        "terms": [list(each) for each in _called(tree, "term", 1)],
        "explains": [list(each) for each in _called(tree, "explain", 1)],
        "cites": [list(each) for each in _called(tree, "cite")],
        "listings": [list(each) for each in listings(source)],
        "compares": [list(each) for each in sentences],
    }
    return {key: values for key, values in found.items() if values}


def mistakes(
    templates: Mapping[str, Mapping[str, Any]],
    own: Container[str],
    questions: Container[str],
    targets: Collection[str],
    names: Collection[str],
) -> dict[str, list[Mistake]]:
    """All that is wrong with the templates of a project, by their names.

    `templates` is what `written` said of each, the engine's among them; `own` are the project's, `questions`
    those of them that are a question's, `targets` what can be referred to, and `names` what results belong
    to. A variable is known when the engine's templates use it, or any template gives it a value.
    """
    known = {*GIVEN, *_READING.globals}
    for name, each in templates.items():
        known.update(each.get("given", ()))
        known.update(word for _, word in each.get("names", ()) if name not in own)
    listed = {slug for each in templates.values() for _, slug in each.get("listings", ())}
    glossary = [word for _, word in templates.get(GLOSSARY, {}).get("explains", ())]
    explained = [anchor_of(word) for word in glossary]
    used = {anchor_of(word) for each in templates.values() for _, word in each.get("terms", ())}
    used |= {"" for each in templates.values() if each.keys() == {"wrong"}}  # and may use any
    found: dict[str, list[Mistake]] = {}
    for name, each in templates.items():
        if name not in own:
            continue
        wrong = [Mistake(line, text) for line, text in each.get("wrong", ())]
        kinds: tuple[tuple[str, str, Collection[str] | None], ...] = (
            ("variable", "names", known),
            ("template", "references", templates),
            ("figure", "shows", targets),
            ("question, section, figure or listing", "refers", {*targets, *listed}),
            ("block", "blocks", _blocks(name, templates, questions)),
        )
        for what, words, of in kinds:
            for line, word in each.get(words, ()):
                if of is not None and word not in of:
                    wrong.append(Mistake(line, f"there is no {what} {word!r}{did_you_mean(word, of)}"))
        for line, word in each.get("listings", ()):
            if word in targets:
                text = f"a question, section or figure is called {word!r}, too; give the listing another name"
                wrong.append(Mistake(line, text))
        for line, word in each.get("terms", ()):
            if word and anchor_of(word) not in explained:
                near = did_you_mean(word, glossary).rstrip(".")
                added = near or f'; write {{% call explain("{word}") %}} there'
                wrong.append(Mistake(line, f"{GLOSSARY} does not explain the term {word!r}{added}"))
        for line, word in each.get("explains", ()):
            if name != GLOSSARY or not word:
                wrong.append(Mistake(line, f"explain belongs into {GLOSSARY}, and takes a term in quotes"))
            elif explained.count(anchor_of(word)) > 1:
                wrong.append(Mistake(line, f"the term {word!r} is explained twice; keep one of them"))
            elif anchor_of(word) not in used and "" not in used:
                text = f'nothing uses the term {word!r}; write {{{{ term("{word}") }}}} where it is used'
                wrong.append(Mistake(line, f"{text}, or delete it here"))
        for line, sentence in each.get("compares", ()):
            if names_one(sentence, names):
                wrong.append(Mistake(line, f"{sentence[:60]!r} {claim(sentence)}"))
        if (each.get("extends") or name in questions) and each.get("outside"):
            wrong.append(Mistake(each["outside"][0], "what is outside of all blocks is not printed; move it"))
        if wrong:
            found[name] = sorted(wrong)
    return found


def _blocks(
    name: str, templates: Mapping[str, Mapping[str, Any]], questions: Container[str]
) -> frozenset[str] | None:
    """The blocks that somebody prints of a template; None where it prints itself."""
    parents: list[str] = list(templates[name].get("extends", ()))
    if (not parents and name not in questions) or any(parent not in templates for parent in parents):
        return None
    found = set(QUESTION if name in questions else ())
    for parent in parents:
        found |= {word for _, word in templates.get(parent, {}).get("blocks", ())}
        found |= (_blocks(parent, templates, ()) if parent != name else None) or set()
    return frozenset(found)


def _called(tree: nodes.Template, macro: str, first: int | None = None) -> Iterator[Mistake]:
    """Line and argument of each `macro("name")`, or its `first`; nothing for one that is computed."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == macro:
            given = [*call.args, call.dyn_args] if call.dyn_args or not call.args else call.args
            for each in given[:first]:
                yield Mistake(call.lineno, str(each.value) if isinstance(each, nodes.Const) else "")


def anchor_of(term: str) -> str:
    """What the macro `term` makes of a word."""
    return term.lower().replace(" ", "-")


def _prints(node: nodes.Node) -> bool:
    """Whether a statement prints more than white space."""
    if not isinstance(node, nodes.Output):
        return isinstance(node, (nodes.If, nodes.For, nodes.CallBlock, nodes.Include))
    return any(not isinstance(each, nodes.TemplateData) or each.data.strip() for each in node.nodes)


def _named(node: nodes.Node) -> list[str]:
    """The templates of which each must be there."""
    name = getattr(node, "template", None)
    if getattr(node, "ignore_missing", False) or isinstance(name, (nodes.List, nodes.Tuple)):
        return []
    return constants(name) or []


def _unknown(tree: nodes.Template, kind: type[nodes.Filter | nodes.Test]) -> Iterator[Mistake]:
    """Filters, or tests, that there are not."""
    what = kind.__name__.lower()
    known = {*_READING.filters, *FILTERS} if kind is nodes.Filter else set(_READING.tests)
    for node in tree.find_all(kind):
        if node.name not in known:
            yield Mistake(node.lineno, f"there is no {what} {node.name!r}{did_you_mean(node.name, known)}")


_COMPUTES = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)


def _computed(tree: nodes.Template) -> Iterator[Mistake]:
    """Printed text that is computed from the value of a quantity, and has lost its source; attributes may."""
    for output in tree.find_all(nodes.Output):
        inside = False
        for part in output.nodes:
            if isinstance(part, nodes.TemplateData):
                inside = part.data.rfind("<") > part.data.rfind(">") or (inside and ">" not in part.data)
                continue
            computes = isinstance(part, _COMPUTES) or getattr(part, "name", "") == "round"
            if computes and not inside and any(one.attr == "value" for one in part.find_all(nodes.Getattr)):
                told = "a number is computed here, and has no source; compute it in the answer"
                yield Mistake(part.lineno, f"{told}, and print it, as {{{{ q.NAME | number }}}}")


def _unreadable(source: str) -> Iterator[Mistake]:
    """Formulas that are not LaTeX."""
    for line, latex, displayed in formulas(source):
        try:
            draw(latex, displayed)
        except Unreadable as error:
            shown = " ".join(latex.replace(VALUE, "{{ }}").split())
            yield Mistake(line, f"the formula {shown} cannot be read: {error}")


_WHOLE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<(script|style|pre)\b.*?</\1>", re.DOTALL)
_HALF = re.compile(r"\{\{|\}\}|\{%|%\}")
_OTHER = {"{{": "}}", "}}": "{{", "{%": "%}", "%}": "{%"}


def _halves(source: str) -> Iterator[Mistake]:
    """Signs of the template language in prose, where they would be printed."""
    rest = _WHOLE.sub(lambda found: "\n" * found[0].count("\n"), without_formulas(source))
    for line, text in enumerate(rest.splitlines() if "{% raw" not in source else (), start=1):
        for found in _HALF.findall(text):
            yield Mistake(
                line, f"{found} has no {_OTHER[found]}, and would be printed; write both, or neither"
            )


class _Elements(HTMLParser):
    """The elements that are open, each with its line, while pieces of a template are fed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[tuple[str, int]] = []
        self.wrong: list[Mistake] = []
        self._lines = 1

    def piece(self, text: str, line: int) -> None:
        """The next piece, which begins on a line."""
        missing = max(line - self._lines, 0)
        self.feed("\n" * missing + text)
        self._lines += missing + text.count("\n")

    def branch(self) -> _Elements:
        """Another that continues from here."""
        other = copy.copy(self)
        other.open = list(self.open)
        return other

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        line = self.getpos()[0]
        if tag not in (opened := [name for name, _ in self.open]):
            if (near := did_you_mean(tag, opened[-1:])) != ".":
                self.wrong.append(Mistake(line, f"</{tag}> ends nothing{near}"))
                self.open.pop()
            else:
                told = f"</{tag}> ends nothing; delete it, or write <{tag}> before it"
                self.wrong.append(Mistake(line, told))
            return
        while (last := self.open.pop())[0] != tag:
            self.unclosed(last)

    def unclosed(self, element: tuple[str, int]) -> None:
        """Note an element that has no end."""
        tag, line = element
        self.wrong.append(Mistake(line, f"<{tag}> has no </{tag}>"))

    def end(self, before: list[tuple[str, int]]) -> None:
        """All elements that are open now, and were not `before`, have no end."""
        for element in self.open[len(before) :]:
            self.unclosed(element)
        if self.rawdata.lstrip().startswith("<") and re.match(r"\s*</?[a-zA-Z]", self.rawdata):
            self.wrong.append(Mistake(self._lines, f"{self.rawdata.strip()[:40]} has no >"))
        self.open = list(before)


def unbalanced(tree: nodes.Template) -> list[Mistake]:
    """Elements without an end and ends without an element, in each branch of a template by itself."""
    elements = _Elements()
    _walk(tree.body, elements)
    elements.end([])
    return sorted(set(elements.wrong))


def _walk(parts: Iterable[nodes.Node], elements: _Elements) -> None:
    for node in parts:
        if isinstance(node, nodes.Output):
            for each in node.nodes:
                data = isinstance(each, nodes.TemplateData)
                elements.piece(each.data if isinstance(each, nodes.TemplateData) else "x", each.lineno)
                if not data:
                    for inner in each.find_all(_INSIDE):
                        _apart(inner, elements)
        elif isinstance(node, nodes.If):
            _choices(node, elements)
        elif isinstance(node, nodes.For):
            _once(node.body, elements)
            _once(node.else_, elements)
        elif isinstance(node, _INSIDE):
            _apart(node, elements)
        elif isinstance(node, (nodes.Block, nodes.FilterBlock, nodes.With, nodes.Scope)):
            before = list(elements.open)
            _walk(node.body, elements)
            elements.end(before)


def _apart(node: nodes.Node, elements: _Elements) -> None:
    inner = _Elements()
    inner.piece("", node.lineno)
    _walk(node.body, inner)  # type: ignore[attr-defined]  # each kind has one
    inner.end([])
    elements.wrong += inner.wrong


def _once(body: list[nodes.Node], elements: _Elements) -> None:
    """What may come several times, or not at all, leaves the same elements open."""
    inner = elements.branch()
    _walk(body, inner)
    if [tag for tag, _ in inner.open] != [tag for tag, _ in elements.open]:
        inner.end(elements.open)


def _choices(node: nodes.If, elements: _Elements) -> None:
    """Every branch leaves the same elements open; where they differ, those that it found open are to stay.

    What is put in before the first or after the last of a loop is read as for one that has a single turn.
    """
    turn = node.test.node if isinstance(node.test, nodes.Not) else node.test
    if isinstance(turn, nodes.Getattr) and turn.attr in ("first", "last"):
        _walk(node.body if turn is node.test else node.else_, elements)
        return
    bodies = [node.body, *(each.body for each in node.elif_), node.else_]
    found = []
    for body in bodies:
        branch = elements.branch()
        _walk(body, branch)
        found.append(branch)
    ends = [[tag for tag, _ in branch.open] for branch in found]
    if all(end == ends[0] for end in ends):
        elements.__dict__.update(found[0].__dict__)
        return
    for branch in found:
        if len(branch.open) >= len(elements.open):
            branch.end(elements.open)
        else:
            tag, line = elements.open[len(branch.open)]
            text = f"<{tag}> of line {line} is closed only in some branches of this {{% if %}}"
            elements.wrong.append(Mistake(node.lineno, text))


UNKNOWN = object()
"""A value that only rendering would tell."""


def unknown_names(
    tree: Callable[[str], nodes.Template | None], name: str, context: Mapping[str, Any]
) -> dict[str, list[Mistake]]:
    """Names of quantities, findings and answers that a template uses and the answers do not have.

    `tree` gives the syntax tree of a template, and `context` what the one called `name` is rendered with.
    What it includes is looked at in the same way. A name that a template tests with `is defined` or `in`, or
    gets with `get`, may be missing. By template.
    """
    reached: dict[str, nodes.Template] = {}
    waiting = [name]
    while waiting:
        each = waiting.pop()
        found = tree(each) if each not in reached else None
        if found is not None:
            reached[each] = found
            for put_in in found.find_all((nodes.Include, nodes.Extends)):
                waiting += constants(put_in.template) or ()  # type: ignore[attr-defined]  # each has one
    optional = {word for found in reached.values() for word in _optional(found)}
    variables = _variables(reached.values(), dict(context))
    wrong: dict[str, list[Mistake]] = {}
    for each, found in reached.items():
        accesses: Iterable[Any] = found.find_all((nodes.Getattr, nodes.Getitem))
        for access in accesses:
            word, owner = last_word(access), _value(access.node, variables)
            known = isinstance(owner, TracedAnswer) or (isinstance(owner, Mapping) and _traced(owner))
            if word is None or word in optional or not known or _member(owner, word) is not UNKNOWN:
                continue
            if isinstance(access, nodes.Getitem) or not hasattr(owner, word):
                wrong.setdefault(each, []).append(Mistake(access.lineno, missing(word, owner)))
    return {each: sorted(set(found)) for each, found in wrong.items()}


def _traced(owner: Mapping[str, Any]) -> bool:
    """Whether it holds quantities, findings or answers. Which facts there are may depend on the results."""
    return isinstance(next(iter(owner.values()), None), (TracedQuantity, TracedFinding, TracedAnswer))


def missing(word: str, owner: Any) -> str:
    """What is said of a name that something does not have."""
    if isinstance(owner, TracedAnswer):
        return f"an answer has no {word!r}; it has quantities, findings and facts"
    names = [str(name) for name in owner]
    first = next(iter(owner.values()), None)
    kinds = ((TracedQuantity, "quantity"), (TracedFinding, "finding"), (TracedAnswer, "answer"))
    kind = next((kind for of, kind in kinds if isinstance(first, of)), "fact")
    near = did_you_mean(word, names)
    few = near == "." and len(names) <= 12
    some = f"; there are {', '.join(names) or 'none'}" if few else near.removesuffix(".")
    return f"there is no {kind} {word!r}{some}"


def _optional(tree: nodes.Template) -> Iterator[str]:
    """The names of which a template asks whether they are there."""
    asking = [test for test in tree.find_all(nodes.Test) if test.name in ("defined", "undefined")]
    tested: list[nodes.Expr | None] = [test.node for test in asking]
    tested += [each.node for each in tree.find_all(nodes.Filter) if each.name in ("default", "d")]
    for node in tested:
        if (word := last_word(node)) is not None:
            yield word
    for compare in tree.find_all(nodes.Compare):
        tested_in = any(operand.op in ("in", "notin") for operand in compare.ops)
        if tested_in and isinstance(compare.expr, nodes.Const):
            yield str(compare.expr.value)


def _variables(trees: Iterable[nodes.Template], known: dict[str, Any]) -> dict[str, Any]:
    """What is known of each name: what it is given once, or more than once in the same way."""
    trees = list(trees)
    for _ in range(3):  # names of names
        given_to: dict[str, list[Any]] = {}
        for tree in trees:
            for node in tree.find_all(nodes.Assign):
                if isinstance(node.target, nodes.Name):
                    given_to.setdefault(node.target.name, []).append(_value(node.node, known))
            for binding in tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock)):
                bound: Any = binding
                for target in [bound.target] if isinstance(binding, nodes.For) else bound.args:
                    for name in [target, *target.find_all(nodes.Name)]:
                        given_to.setdefault(getattr(name, "name", ""), []).append(UNKNOWN)
        for name, values in given_to.items():
            known[name] = values[0] if all(each is values[0] for each in values) else UNKNOWN
    return known


def _value(node: nodes.Node, known: Mapping[str, Any]) -> Any:
    if isinstance(node, nodes.Name):
        return known.get(node.name, UNKNOWN)
    if isinstance(node, (nodes.Getattr, nodes.Getitem)) and (word := last_word(node)) is not None:
        return _member(_value(node.node, known), word)
    return UNKNOWN


def _member(owner: Any, word: str) -> Any:
    if isinstance(owner, Mapping):
        return owner.get(word, UNKNOWN)
    if isinstance(owner, TracedAnswer):
        return getattr(owner, word, UNKNOWN)
    return UNKNOWN


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
    walk = _Words()
    walk.all(tree.body)
    return sorted(set(walk.wrong)), walk.sentences


def names_one(sentence: str, names: Collection[str]) -> bool:
    """Whether a sentence is about one of the `names`, or about what it shows as code."""
    longest_first = "|".join(sorted(map(re.escape, names), key=len, reverse=True)) or "(?!)"
    return bool(_SUBJECT.search(sentence) or re.search(rf"(?<![\w/-])(?:{longest_first}){_IS}", sentence))


class _Words:
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
