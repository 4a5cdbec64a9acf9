"""Numbers that somebody else's program has written, as JSON: read by their paths."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.errors import author_folder, did_you_mean, display_path, refuse
from labreport.project.checks import Declared

if TYPE_CHECKING:
    from labreport.stats import Quantity


@dataclass(frozen=True)
class JsonValues(Declared):
    """A JSON file of numbers; see `values`."""

    path: Path
    interval: tuple[str, str] | None = None
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def owner(self) -> str:
        """What a message is about: `values results.json`."""
        return f"values {self.name}"

    def read(self) -> JsonGroup:
        """What the file has now. Raises `UsageError` where it is not there, or is no JSON object."""
        file = display_path(self.path)
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except OSError as error:
            self.refuse_declaration(f"{file} cannot be read: {error.strerror}")
        except ValueError as error:
            self.refuse_declaration(f"{file} is no JSON: {error}")
        if not isinstance(content, dict):
            self.refuse_declaration(
                f"{file} holds a {type(content).__name__}; an object with names is needed"
            )
        return JsonGroup(self, "", content)


class JsonGroup:
    """A part of a JSON file: what it holds, by attribute or in brackets.

    >>> external.test.accuracy            # a number, as a quantity
    >>> external["top-5"].accuracy        # brackets take any name
    >>> external.folds[0].loss            # of a list
    >>> [name for name in external.test]  # the names in it
    """

    def __init__(self, file: JsonValues, path: str, content: dict[str, Any] | list[Any]) -> None:
        if isinstance(content, list):
            content = {str(index): member for index, member in enumerate(content)}
        self._file, self._path, self._content = file, path, content

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked for by Python, as when it copies
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str | int) -> Any:
        """What has this name: a group, a `Quantity`, a text, or True or False.

        Raises `UsageError` for a name that is not there, and for null.
        """
        name = str(name)
        if name not in self._content:
            near = did_you_mean(name, self._content, "there are")
            refuse(f"{self._file.name}: {self._path or 'it'} has no {name!r}{near}")
        member = self._content[name]
        path = f"{self._path}.{name}".lstrip(".")
        if isinstance(member, (dict, list)):
            return JsonGroup(self._file, path, member)
        if isinstance(member, (str, bool)):
            return member
        if member is None:
            refuse(f"{self._file.name}: {path} is null; a number, a text, true or false is needed")
        return self._quantity(path, name, member)

    def _quantity(self, path: str, name: str, value: float) -> Quantity:
        """The number with its unit; its interval is that of the siblings that `interval=` names."""
        from labreport.stats import number  # the one import of a room above: authors get quantities

        unit = self._file.units.get(name, "")
        if unit == "%":
            unit = "fraction"
        low, high = self._file.interval or ("", "")
        ends = None
        if name not in (low, high) and low in self._content and high in self._content:
            ends = (self._content[low], self._content[high])
        source = f"{path} in {self._file.name}"
        return number(value, ci=ends, unit=unit, source=source, exact=ends is None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)


def values(
    path: str | Path,
    interval: tuple[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> JsonValues:
    """Declare a JSON file of numbers that another program has written, beside `project.py`.

    >>> EXTERNAL = values("results.json", interval=("low", "high"), units={"accuracy": "%"})

    A question that has it in `reads=` gets its content, and reads it by names: `external.test.accuracy`.
    `interval=("low", "high")` names the two numbers beside another that are the ends of its 95 % interval; a
    number without them is exact, and can be compared by `<` and `==`. `units` are those of numbers by their
    own names, as `{"accuracy": "%", "seconds": "s"}`; of `"%"` the file has fractions.
    """
    file = (author_folder() / path).resolve()
    return JsonValues(file, interval, dict(units or {}))
