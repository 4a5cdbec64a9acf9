"""Names as people write them: how one is found, and what has parts by name."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any
from unicodedata import normalize

from labreport.errors import did_you_mean, refuse
from labreport.project.checks import name_of


def quoted_name(name: str) -> str:
    r"""A name as a template writes it, in double quotation marks: `"deep-8"`, `"5\" UTR"`."""
    return json.dumps(name, ensure_ascii=False)


def find(name: object, names: Iterable[str], what: str = "name") -> str:
    """Find a name, or the only one that differs in its signs: `deep_8` finds `deep-8`, and µ μ.

    Raises `UsageError`, with the nearest of the names, where there is none or more than one.
    """
    candidates = list(names)
    match = find_or_none(name, candidates)
    if match is None:
        refuse(f"no {what} {name_of(name)!r}{did_you_mean(name_of(name), candidates, 'there are')}")
    return match


def find_or_none(name: object, names: Iterable[str]) -> str | None:
    """The name that `find` finds; None where there is none, or more than one."""
    wanted = name_of(name)
    candidates = list(names)
    if wanted in candidates:
        return wanted
    without_signs = _without_signs(wanted)
    alike = [candidate for candidate in candidates if _without_signs(candidate) == without_signs]
    return alike[0] if len(alike) == 1 else None


def _without_signs(name: str) -> str:
    return re.sub(r"\W", "_", normalize("NFKC", name))  # of µ and μ the same


class HasParts(ABC):
    """What has parts by name, as a template or a question writes them: `mean.wide`, `speed["400"]`.

    An item is a part. An attribute is what the class has, such as a condition, else the part of that name: of
    a subject that is called "more", `speed.more` is the condition and `speed["more"]` the part. A name may
    differ in signs, `mean.deep_8` for "deep-8". Where there is none, the error lists those that there are.
    """

    @abstractmethod
    def __getitem__(self, name: object) -> Any:
        """The part of this name. Raises `UsageError`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # Python asks for such itself, as when something is copied
            raise AttributeError(name)
        return self[name]
