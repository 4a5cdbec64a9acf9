"""JSON files of numbers that other programs have written, read by attribute: `external.test.accuracy`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.errors import author_folder, did_you_mean, display_path, refuse
from labreport.project.checks import Declared, check_kind

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
        """How messages name it: `values results.json`."""
        return f"values {self.name}"

    def read(self) -> JsonGroup:
        """The present content of the file. Raises `UsageError` if it cannot be read or is no JSON object."""
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
    """An object or a list in a JSON file. Its members are read by attribute or in brackets.

    >>> external.test.accuracy            # a number, as a `Quantity`
    >>> external["top-5"].accuracy        # brackets take any name
    >>> external.folds[0].loss            # an item of a list
    >>> [name for name in external.test]  # the names of its members
    """

    def __init__(self, file: JsonValues, path: str, content: dict[str, Any] | list[Any]) -> None:
        if isinstance(content, list):
            content = {str(index): member for index, member in enumerate(content)}
        self._file, self._path, self._content = file, path, content

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python looks for special methods, for example when it copies
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str | int) -> Any:
        """The member of this name: a `JsonGroup`, a `Quantity`, a text, True or False.

        Raises `UsageError` if there is none, or if it is null.
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
        """A number with its unit. Its interval is made of the two siblings that `interval=` names, if any."""
        from labreport.stats import number  # the only import from a higher room: authors get quantities

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
    """Declare a JSON file of numbers that another program has written; its path is relative to `project.py`.

    >>> EXTERNAL = values("results.json", interval=("low", "high"), units={"accuracy": "%"})

    A question that has it in `reads=` gets its content, and reads it by names: `external.test.accuracy`.
    With `interval=("low", "high")`, a number with siblings `low` and `high` has them as its 95 % interval. A
    number without is exact, and can be compared by `<` and `==`. `units` maps the last name of a number to
    its unit: `{"accuracy": "%", "seconds": "s"}`. Numbers with the unit `"%"` are fractions in the file.
    """
    check_kind(path, (str, Path), "values", 'a path: values("results.json")')
    file = (author_folder() / path).resolve()
    return JsonValues(file, interval, dict(units or {}))
