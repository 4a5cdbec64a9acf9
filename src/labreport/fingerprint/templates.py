"""Which templates and which macros a template uses, each hashed without comments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from labreport.errors import RenderError, UsageError
from labreport.fingerprint.canonical import digest_text

Summary = dict[str, dict[str, list[Any]]]
"""Plain JSON values: under `definitions`, the name of a macro → [its text, what it uses, names it gives].

`""` has all but the macros, and `"set"` what of that is not printed, such as names that macros know. A use is
`name N`, `template T` that is put in or extended, `perhaps T` if there is one, `from T:N`, `all T`, or `any`
for a template whose name is computed. Under `written` is what an author may have written wrongly in it
(`labreport.page.written`).
"""


class Templates:
    """Templates, found by `find(name)`, None where there is none, and read through `summary(path)`.

    A macro of a file in `shared` is used wherever its name is. `every` has the names of all templates, which
    count where one is named by a computed text. `shown(name)` is how messages name a template.
    """

    def __init__(
        self,
        find: Callable[[str], Path | None],
        summary: Callable[[Path], Summary],
        shared: tuple[str, ...],
        every: Callable[[], Iterable[str]] = tuple,
        shown: Callable[[str], str] = "templates/{}".format,
    ) -> None:
        self._find = cache(find)
        self._summary = summary
        self._shared = shared
        self._every = every
        self._shown = shown
        self._read: dict[str, dict[str, list[Any]]] = {}
        self._followed: dict[tuple[str, ...], dict[str, str]] = {}

    def closure(self, *names: str) -> dict[str, str]:
        """`file` or `file:macro` → hash, for all that the templates `names` can reach."""
        if names not in self._followed:
            self._followed[names] = self._follow(names)
        return self._followed[names]

    def _follow(self, names: tuple[str, ...]) -> dict[str, str]:
        reached: dict[str, str] = {}
        for name in names:
            if self._find(name) is None:
                raise UsageError(f"{self._shown(name)}: no such template")
        waiting = [(name, "") for name in names]
        while waiting:
            name, part = waiting.pop()
            label = f"{name}:{part}" if part else name
            if label in reached:
                continue
            text, uses, _ = self._definitions(name).get(part, ("", (), ()))
            reached[label] = digest_text(text)
            for use in uses:
                waiting.extend(self._meant(name, use))
        return dict(sorted(reached.items()))

    def _meant(self, name: str, use: str) -> list[tuple[str, str]]:
        """What a use in the template `name` means: templates, and parts of them."""
        kind, _, what = use.partition(" ")
        if kind == "name":
            shared = [(file, what) for file in self._shared if self._find(file) is not None]
            found = [(file, part) for file, part in shared if part in self._definitions(file)]
            own = self._definitions(name)
            found += [(name, what)] if what in own else []
            return found + ([(name, "set")] if what in own.get("set", ("", (), ()))[2] else [])
        if kind == "any":
            return [(every, part) for every in self._every() for part in self._definitions(every)]
        file, _, part = what.partition(":")
        if kind == "perhaps":
            return [(file, "")]
        definitions = self._definitions(file, by=name)
        if kind == "all":
            return [(file, each) for each in definitions if each]
        if kind == "from":
            return [(file, part if part in definitions else "set"), (file, "set")]
        return [(file, "")]

    def _definitions(self, name: str, by: str = "") -> dict[str, list[Any]]:
        """The parts of a template; one that is not there counts as empty, unless `by` needs it."""
        if name not in self._read:
            path = self._find(name)
            if path is None:
                if by:
                    raise RenderError(f"{self._shown(name)}: no such template; {self._shown(by)} needs it")
                return {}
            self._read[name] = self._summary(path)["definitions"]
        return self._read[name]
