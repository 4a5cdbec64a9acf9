"""A table that exists already: a file that pandas reads, a DataFrame, or a function that gives one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from labreport.errors import UsageError, did_you_mean, here, told

if TYPE_CHECKING:
    import pandas

_READERS = {".csv": "csv", ".tsv": "table", ".txt": "table", ".json": "json", ".jsonl": "json", ".xml": "xml"}
_READERS |= {".xlsx": "excel", ".xls": "excel", ".ods": "excel", ".parquet": "parquet", ".orc": "orc"}
_READERS |= {".feather": "feather", ".dta": "stata", ".sav": "spss", ".sas7bdat": "sas"}
"""The ending of a file to the function of pandas that reads it, `read_…`."""


@dataclass(frozen=True, eq=False)
class Data:
    """Rows of observations; see `table`."""

    source: Any
    replicate: str | None
    where: str | None
    missing: Literal["error", "drop"]
    """What is done with empty cells."""
    name: str
    place: str = field(repr=False)

    @property
    def path(self) -> Path | None:
        """The file, where the source is one."""
        return self.source if isinstance(self.source, Path) else None

    @property
    def unit(self) -> str:
        """What one independent observation is called: the replicate's column, or a row."""
        return self.replicate or "row"

    @cached_property
    def frame(self) -> pandas.DataFrame:
        """All rows that `where` leaves, as a DataFrame; its index is that of the source, for messages."""
        import pandas

        found = self._read() if self.path else self.source() if callable(self.source) else self.source
        if not isinstance(found, pandas.DataFrame):
            self.refuse(f"it is {type(found).__name__}; a DataFrame is needed")
        if self.where:
            try:
                found = found.query(self.where)
            except Exception as error:
                self.refuse(f"where={self.where!r}: {str(error).splitlines()[0]}; columns: {_names(found)}")
        if self.replicate:
            self.check_column(self.replicate, found)
        return found

    def _read(self) -> pandas.DataFrame:
        import pandas

        assert self.path is not None
        ending = self.path.suffix.lower()
        if ending not in _READERS:
            self.refuse(f"the ending {ending!r} is not known; allowed: {', '.join(_READERS)}")
        more = {"lines": True} if ending == ".jsonl" else {}
        try:
            found: pandas.DataFrame = getattr(pandas, f"read_{_READERS[ending]}")(self.path, **more)
        except FileNotFoundError:
            self.refuse("the file is not there")
        except (ImportError, ValueError, OSError) as error:
            self.refuse(f"pandas cannot read it: {str(error).splitlines()[0]}")
        return found

    @cached_property
    def sha256(self) -> str:
        """The digest of the file's bytes, or of the frame's values, names and types."""
        if self.path:
            try:
                return hashlib.sha256(self.path.read_bytes()).hexdigest()
            except OSError:
                self.refuse("the file is not there")
        return hashlib.sha256(self.frame.to_csv().encode() + str(self.frame.dtypes).encode()).hexdigest()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.frame)

    @property
    def empty(self) -> int:
        """How many rows have an empty cell."""
        return int(self.frame.isna().any(axis=1).sum())

    def check_column(self, name: str, frame: pandas.DataFrame | None = None) -> None:
        """Raise `UsageError` where there is no column of this name."""
        columns = list(map(str, (self.frame if frame is None else frame).columns))
        if name not in columns:
            self.refuse(f"no column {name!r}{did_you_mean(name, columns, 'there are')}")

    def refuse(self, text: str) -> NoReturn:
        """Raise `UsageError` about this table at the line on which it is declared."""
        raise UsageError(told(self.place, f"table {self.name}: {text}"))


def table(
    source: str | Path | pandas.DataFrame | Callable[[], pandas.DataFrame],
    replicate: str | None = None,
    where: str | None = None,
    missing: Literal["error", "drop"] = "error",
) -> Data:
    """Declare a table: a path beside `project.py` (whatever pandas reads), a DataFrame or a function.

    `replicate` is the column of what is independent: a plate, a patient, a seed. Rows within one are
    averaged. `where` is a pandas query. With `missing="drop"`, empty cells are left out and counted.
    """
    place = here()
    if missing not in ("error", "drop"):
        raise UsageError(told(place, f"table: missing is {missing!r}; allowed is 'error' or 'drop'"))
    if isinstance(source, (str, Path)):
        folder = Path(place.rpartition(":")[0]).parent if place else Path()
        path = Path(source) if Path(source).is_absolute() else (folder / source).resolve()
        return Data(path, replicate, where, missing, path.name, place)
    name = getattr(source, "__name__", "DataFrame")
    return Data(source, replicate, where, missing, name, place)


def _names(frame: pandas.DataFrame) -> str:
    return ", ".join(map(str, frame.columns))
