"""Names as people write them: looking up a name, and values with named parts."""

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
    r"""A name in double quotation marks, as it is written in a template: `"deep-8"`, `"5\" UTR"`."""
    return json.dumps(name, ensure_ascii=False)


def find(name: object, names: Iterable[str], what: str = "name") -> str:
    """Find a name among `names`, as it is written or as Unicode's NFKC writes it: µ finds μ.

    Signs count: `HER2+` does not find `HER2-`. Raises `UsageError`, which suggests the nearest name, if there
    is none.
    """
    candidates = list(names)
    match = find_or_none(name, candidates)
    if match is None:
        refuse(f"no {what} {name_of(name)!r}{did_you_mean(name_of(name), candidates, 'there are')}")
    return match


def find_or_none(name: object, names: Iterable[str]) -> str | None:
    """As `find`, but returns None if no name or more than one matches."""
    wanted = name_of(name)
    candidates = list(names)
    if wanted in candidates:
        return wanted
    normal_form = normalize("NFKC", wanted)
    alike = [candidate for candidate in candidates if normalize("NFKC", candidate) == normal_form]
    return alike[0] if len(alike) == 1 else None


def find_attribute(attribute: str, names: Iterable[str]) -> str:
    """The name that an attribute stands for: `deep_8` for `deep-8`, since an attribute has no signs.

    The attribute itself if there is no such name. Raises `UsageError` if several names could be meant.
    """
    candidates = list(dict.fromkeys(names))
    if attribute in candidates:
        return attribute
    alike = [
        candidate for candidate in candidates if re.sub(r"\W", "_", normalize("NFKC", candidate)) == attribute
    ]
    if len(alike) > 1:
        refuse(f".{attribute} may be {' or '.join(map(repr, alike))}; write [{quoted_name(alike[0])}]")
    return alike[0] if alike else attribute


class HasParts(ABC):
    """A value with named parts, as templates and questions write them: `mean.wide`, `speed["400"]`.

    An item is always a part. An attribute of the class, such as a condition, goes before a part of the same
    name: if a subject is called "more", `speed.more` is the condition and `speed["more"]` the part. Only
    attributes may differ in signs: `mean.deep_8` for "deep-8". The error for an unknown name lists the known
    ones.
    """

    @abstractmethod
    def __getitem__(self, name: object) -> Any:
        """The part with this name. Raises `UsageError` if there is none."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # Python looks these up itself, for example to copy an object
            raise AttributeError(name)
        return self[find_attribute(name, self._part_names)]

    @property
    @abstractmethod
    def _part_names(self) -> Iterable[str]:
        """The names of its parts."""
