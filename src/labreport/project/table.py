"""A table that exists already: a file that pandas reads, a DataFrame, or a function that gives one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from labreport.errors import UsageError, author_location, did_you_mean

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
    location: str = field(repr=False)

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

        found = self.source() if callable(self.source) else self.source
        if self.path:
            if (ending := self.path.suffix.lower()) not in _READERS:
                self.refuse(f"the ending {ending!r} is not known; allowed: {', '.join(_READERS)}")
            more = {"lines": True} if ending == ".jsonl" else {}
            try:
                found = getattr(pandas, f"read_{_READERS[ending]}")(self.path, **more)
            except Exception as error:
                self.refuse(f"pandas cannot read it: {str(error).partition(chr(10))[0]}")
        if not isinstance(found, pandas.DataFrame):
            self.refuse(f"it is {type(found).__name__}; a DataFrame is needed")
        if self.where:
            try:
                found = found.query(self.where)
            except Exception as error:
                columns = ", ".join(map(str, found.columns))
                self.refuse(f"where={self.where!r}: {str(error).splitlines()[0]}; columns: {columns}")
        if not len(found):
            self.refuse("no rows" + (f" (where={self.where!r} matches none)" if self.where else ""))
        return found

    @cached_property
    def sha256(self) -> str:
        """The digest of the frame's values, names and types."""
        return hashlib.sha256(self.frame.to_csv().encode() + str(self.frame.dtypes).encode()).hexdigest()

    def check_column(self, name: str) -> None:
        """Raise `UsageError` where there is no column of this name."""
        columns = list(map(str, self.frame.columns))
        if name not in columns:
            self.refuse(f"no column {name!r}{did_you_mean(name, columns, 'there are')}")

    def numbers(self, column: str) -> pandas.Series:
        """A column as numbers. Raises `UsageError` at a cell that is neither a number nor empty."""
        import pandas

        cells = self.frame[column]
        found = pandas.to_numeric(cells, errors="coerce")
        texts = (found.isna() & cells.notna()).tolist()
        if any(texts):
            cell = cells.iloc[place := texts.index(True)]
            self.refuse(f"{self.line(place)} has {cell!r} in column {column!r}; a number is needed")
        return found

    def line(self, place: int) -> str:
        """How a row is called: the line of a text file, else its number from 1, or what its index says."""
        index, text = self.frame.index, self.path and self.path.suffix.lower() in (".csv", ".tsv", ".txt")
        if index.dtype.kind not in "iu":
            return f"row {index[place]}"
        return f"line {index[place] + 2}" if text else f"row {index[place] + 1}"

    def explain(self, error: Exception) -> None:
        """Raise `UsageError` instead of an error that comes of a text among the numbers of a column."""
        import pandas

        for column in self.frame.columns if isinstance(error, (TypeError, ValueError, UsageError)) else ():
            cells, told = self.frame[column], str(error)
            some = pandas.to_numeric(cells, errors="coerce").notna().any()
            named = any(isinstance(cell, str) and repr(cell) in told for cell in cells)
            if some and (named or re.search(r"\bstr(ing)?\b", told)):
                self.numbers(column)

    def refuse(self, text: str) -> NoReturn:
        """Raise `UsageError` about this table at the line on which it is declared."""
        error = UsageError(f"table {self.name}: {text}", location=self.location)
        error.table = self
        raise error


def table(
    source: str | Path | pandas.DataFrame | Callable[[], pandas.DataFrame],
    replicate: str | None = None,
    where: str | None = None,
    missing: Literal["error", "drop"] = "error",
) -> Data:
    """Declare a table: a path beside `project.py` (whatever pandas reads), a DataFrame or a function.

    `replicate` is the column of what is independent: a plate, a patient, a seed. Rows within one are
    averaged. `where` is a pandas query. With `missing="drop"`, empty cells are left out and counted, and so
    are from a comparison the replicates that only one side has.
    """
    place, name = author_location(), getattr(source, "__name__", "DataFrame")
    if isinstance(source, (str, Path)):
        source = (Path(place.rpartition(":")[0]).parent / source).resolve()
        name = source.name
    return Data(source, replicate, where, missing, name, place)
