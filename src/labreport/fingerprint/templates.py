"""Which templates and which macros a template uses, each hashed without comments."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from labreport.errors import RenderError, UsageError
from labreport.fingerprint.canonical import digest_text

Macros = dict[str, str]
"""Name of a macro → its text; the name `""` holds the rest of the template."""

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_MACRO = re.compile(r"\{%[-+]?\s*macro\s+(\w+).*?\{%[-+]?\s*endmacro\s*[-+]?%\}", re.DOTALL)
_REFERENCE = re.compile(r"\{%[-+]?\s*(extends|include|import|from)\s+([^%]*?)[-+]?%\}", re.DOTALL)
_LITERAL = re.compile(r"""["']([^"']+)["']""")
_WORD = re.compile(r"\w+")


def split(text: str) -> Macros:
    """A template's macros and the rest, comments dropped."""
    text = _COMMENT.sub("", text)
    macros = {match.group(1): match.group(0) for match in _MACRO.finditer(text)}
    return {"": _MACRO.sub("", text), **macros}


class Templates:
    """Templates, found by `find(name)`, None where there is none, and read through `text(path)`.

    A macro of a file in `shared` counts as used wherever its name appears as a word, so that macros
    handed to every template by the page room are found as well as imported ones.
    """

    def __init__(
        self, find: Callable[[str], Path | None], text: Callable[[Path], str], shared: tuple[str, ...]
    ) -> None:
        self._find = find
        self._text = text
        self._shared = shared
        self._splits: dict[str, Macros] = {}

    def closure(self, *names: str) -> dict[str, str]:
        """`file` or `file:macro` → hash, for all that the templates `names` can reach."""
        reached: dict[str, str] = {}
        waiting = [(name, "") for name in names]
        while waiting:
            name, macro = waiting.pop()
            label = f"{name}:{macro}" if macro else name
            if label in reached:
                continue
            text = self._split(name)[macro]
            reached[label] = digest_text(text)
            waiting.extend(self._used(name, text))
        return dict(sorted(reached.items()))

    def _used(self, name: str, text: str) -> set[tuple[str, str]]:
        words = set(_WORD.findall(text))
        used: set[tuple[str, str]] = set()
        for kind, rest in _REFERENCE.findall(text):
            literal = _LITERAL.search(rest)
            if literal is None:
                raise UsageError(
                    f"templates/{name}: {{% {kind} {rest.strip()} %}}: name the template by a literal text"
                )
            target = literal.group(1)
            if self._find(target) is None:
                raise RenderError(f"templates/{name}: {{% {kind} {rest.strip()} %}}: no such template")
            used.add((target, ""))
            if kind == "import":
                used.update((target, macro) for macro in self._split(target))
            used.update((target, macro) for macro in self._split(target) if macro in words)
        for target in (*self._shared, name):
            if self._find(target) is not None:
                used.update((target, macro) for macro in self._split(target) if macro and macro in words)
        return used

    def _split(self, name: str) -> Macros:
        if name not in self._splits:
            path = self._find(name)
            if path is None:
                raise UsageError(f"templates/{name}: no such template")
            self._splits[name] = split(self._text(path))
        return self._splits[name]
