"""A table that exists already: a file that pandas reads, a DataFrame, or a function that gives one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from labreport.errors import UsageError, author_folder, author_location, did_you_mean

if TYPE_CHECKING:
    import pandas

_READERS = {".csv": "csv", ".tsv": "table", ".txt": "table", ".json": "json", ".jsonl": "json", ".xml": "xml"}
_READERS |= {".xlsx": "excel", ".xls": "excel", ".ods": "excel", ".parquet": "parquet", ".orc": "orc"}
_READERS |= {".feather": "feather", ".dta": "stata", ".sav": "spss", ".sas7bdat": "sas"}
"""The ending of a file to the function of pandas that reads it, `read_…`."""
_TEXT_FILES = (".csv", ".tsv", ".txt")
"""Endings of files with one row a line, in which a number is a text."""
_YES_NO = {"yes", "no", "y", "n", "true", "false", "t", "f"}
"""How people write yes and no, in small letters."""


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
    text: tuple[str, ...] | None = None
    """Columns whose cells are texts, though they look like numbers; None where the author says nothing."""

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

        if self.path:
            frame = self._read_file(self.path, self.text or ())
        else:
            frame = self.source() if callable(self.source) else self.source
        if not isinstance(frame, pandas.DataFrame):
            self.refuse(f"it is {type(frame).__name__}; a DataFrame is needed")
        for column in self.text or ():
            if column in frame.columns:
                frame = frame.assign(**{column: frame[column].map(str, na_action="ignore")})
        if self.where:
            frame = self._query(frame, self.where)
        if not len(frame):
            self.refuse("no rows" + (f" (where={self.where!r} matches none)" if self.where else ""))
        return frame

    def _read_file(self, path: Path, text_columns: Sequence[str], **options: Any) -> Any:
        """Read a file as pandas does, some columns as the file has them."""
        import pandas

        ending = path.suffix.lower()
        if ending not in _READERS:
            self.refuse(f"the ending {ending!r} is not known; allowed: {', '.join(_READERS)}")
        if ending == ".jsonl":
            options["lines"] = True
        if ending in (*_TEXT_FILES, ".xlsx", ".xls", ".ods"):
            options["dtype"] = dict.fromkeys(text_columns, str)
        try:
            return getattr(pandas, f"read_{_READERS[ending]}")(path, **options)
        except Exception as error:
            self.refuse(f"pandas cannot read it: {str(error).partition(chr(10))[0]}")

    def _query(self, frame: pandas.DataFrame, where: str) -> pandas.DataFrame:
        try:
            return frame.query(where)
        except Exception as error:
            columns = ", ".join(map(str, frame.columns))
            self.refuse(f"where={where!r}: {str(error).splitlines()[0]}; columns: {columns}")

    @cached_property
    def sha256(self) -> str:
        """The digest of the frame's values, names and types."""
        return hashlib.sha256(self.frame.to_csv().encode() + str(self.frame.dtypes).encode()).hexdigest()

    def check_column(self, name: str) -> None:
        """Raise `UsageError` where there is no column of this name."""
        columns = list(map(str, self.frame.columns))
        if name not in columns:
            self.refuse(f"no column {name!r}{did_you_mean(name, columns, 'there are')}")

    def check_names(self, column: str) -> None:
        """Raise `UsageError` where two cells that name groups differ in the file and not as names.

        Such are 1.1 and 1.10, or 1 and "1". `table(…, text=…)` settles it for all columns, also as `text=[]`.
        """
        if self.text is not None:
            return
        cells = self.frame[column]
        is_text_file = self.path is not None and self.path.suffix.lower() in _TEXT_FILES
        if is_text_file and self.path and cells.dtype.kind in "iuf":
            as_written = self._read_file(self.path, [column], usecols=[column])[column]
            texts = [str(text).strip() for text in as_written.loc[cells.index]]
        elif cells.dtype == object:
            texts = [repr(cell) for cell in cells]
        else:
            return
        rows_by_name: dict[str, int] = {}
        for row, cell in enumerate(cells):
            name = re.sub(r"\.0$", "", str(cell))
            first_row = rows_by_name.setdefault(name, row)
            if texts[row] != texts[first_row] and not cells.isna().iloc[row]:
                problem = f"{self.line(first_row)} has {texts[first_row]} in column {column!r}"
                advice = f"text=[{column!r}] keeps them apart, text=[] takes them as one"
                self.refuse(f"{problem}, and {self.line(row)} {texts[row]}, which are one number: {advice}")

    def has_truths(self, column: str) -> bool:
        """Whether a column has True and False, and nothing else but empty cells."""
        cells = self.frame[column].dropna()
        if cells.dtype == object:
            return len(cells) > 0 and all(isinstance(cell, bool) for cell in cells)
        return bool(cells.dtype.kind == "b")

    def numbers(self, column: str) -> pandas.Series:
        """A column as numbers, 1 and 0 of True and False.

        Raises `UsageError` at a cell that is neither a number nor empty.
        """
        import pandas

        cells = self.frame[column]
        numbers = pandas.to_numeric(cells, errors="coerce")
        unread = (numbers.isna() & cells.notna()).tolist()
        texts = [isinstance(cell, str) for cell in cells] if cells.dtype.kind == "O" else []
        for wrong in (unread, texts):
            if True in wrong:
                self._refuse_cell(column, wrong.index(True))
        return numbers.astype(float)

    def _refuse_cell(self, column: str, row: int) -> NoReturn:
        cell = self.frame[column].iloc[row]
        advice = "a number is needed"
        if isinstance(cell, str) and cell.strip().lower() in _YES_NO:
            advice = (
                "yes and no are True and False, or 1 and 0, as pandas.read_csv(…, true_values=…) makes them"
            )
        self.refuse(f"{self.line(row)} has {cell!r} in column {column!r}; {advice}")

    def line(self, row: int) -> str:
        """How a row is called: the line of a text file, else its number from 1, or what its index says."""
        index = self.frame.index
        if index.dtype.kind not in "iu":
            return f"row {index[row]}"
        if self.path and self.path.suffix.lower() in _TEXT_FILES:
            return f"line {index[row] + 2}"
        return f"row {index[row] + 1}"

    def explain(self, error: Exception) -> None:
        """Raise `UsageError` instead of an error that comes of a text among the numbers of a column."""
        import pandas

        if not isinstance(error, (TypeError, ValueError, UsageError)) or getattr(error, "table", None):
            return
        message = str(error)
        for column in self.frame.columns:
            cells = self.frame[column]
            has_numbers = pandas.to_numeric(cells, errors="coerce").notna().any()
            is_named = any(isinstance(cell, str) and repr(cell) in message for cell in cells)
            if has_numbers and (is_named or re.search(r"\bstr(ing)?\b", message)):
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
    text: Sequence[str] | None = None,
) -> Data:
    """Declare a table: a path beside `project.py` (whatever pandas reads), a DataFrame or a function.

    `replicate` is the column of what is independent: a plate, a patient, a seed. What is taken of the rows of
    one is the measure's `reduce`, by default their mean. `where` is a pandas query. With `missing="drop"`,
    empty cells are left out and counted. `text` are columns that look like numbers and are none, as versions:
    1.1 and 1.10.
    """
    location = author_location()
    name = getattr(source, "__name__", "DataFrame")
    if isinstance(source, (str, Path)):
        source = (author_folder() / source).resolve()
        name = source.name
    text_columns = (text,) if isinstance(text, str) else text
    columns = None if text_columns is None else tuple(text_columns)
    declared = Data(source, replicate, where, missing, name, location, columns)
    if missing not in ("error", "drop"):
        declared.refuse(f"missing={missing!r}; allowed are 'error' and 'drop'")
    return declared
