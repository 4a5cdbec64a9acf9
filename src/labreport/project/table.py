"""Tables of existing data: a file that pandas reads, a DataFrame, or a function that returns one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

from labreport.errors import UsageError, author_folder, did_you_mean
from labreport.project.checks import Declared, as_tuple_of, name_of
from labreport.project.measure import DESIGN, Design

if TYPE_CHECKING:
    from pandas import DataFrame, Series
else:  # annotations are evaluated at run time to check fields; pandas is too heavy to import for that
    DataFrame = Series = object

Rows: TypeAlias = Path | DataFrame | Callable[[], DataFrame]
"""The rows as an author gives them: a file, a DataFrame, or a function that returns one."""
_READERS = {".csv": "csv", ".tsv": "table", ".txt": "table", ".json": "json", ".jsonl": "json", ".xml": "xml"}
_READERS |= {".xlsx": "excel", ".xls": "excel", ".ods": "excel", ".parquet": "parquet", ".orc": "orc"}
_READERS |= {".feather": "feather", ".dta": "stata", ".sav": "spss", ".sas7bdat": "sas"}
"""Ending of a file to the pandas function that reads it, without its `read_`."""
_TEXT_FILES = (".csv", ".tsv", ".txt")
"""Endings of plain text files, which can write one number in several ways: 1.1 and 1.10."""
_TYPED_BY_PANDAS = (*_TEXT_FILES, ".xlsx", ".xls", ".ods")
"""Endings of files whose columns pandas can read as texts, by `dtype=`."""
_YES_NO = {"yes", "no", "y", "n", "true", "false", "t", "f"}
"""Common spellings of yes and no, in lower case."""
_YES_NO_ADVICE = (
    "yes and no are True and False, or 1 and 0;"
    " write table(pandas.read_csv(FILE, true_values=…, false_values=…), …)"
)


@dataclass(frozen=True, eq=False)
class Data(Declared):
    """Rows of observations; see `table`."""

    rows: Rows
    replicate: str | None
    where: str | None
    missing: Literal["error", "drop"]
    """What to do with empty cells."""
    name: str
    text: tuple[str, ...] | None = None
    """Columns that look like numbers and are texts; None if the author did not say."""

    @property
    def owner(self) -> str:
        """How messages name it: `table wells.csv`."""
        return f"table {self.name}"

    def copy(self) -> Data:
        """The same table with rows of its own, which an author's function may change."""
        own = copy(self)
        vars(own).update(frame=self.frame.copy(), declared=self.declared)
        return own

    @cached_property
    def declared(self) -> Data:
        """The table of which this is a copy; itself, if it is the author's."""
        return self

    @property
    def path(self) -> Path | None:
        """The file, or None if the rows come from a DataFrame or a function."""
        return self.rows if isinstance(self.rows, Path) else None

    @property
    def unit_name(self) -> str:
        """What a replicate is called: the name of its column, or "row" if each row is one."""
        return self.replicate or "row"

    @cached_property
    def frame(self) -> DataFrame:
        """The rows for which `where` is true, by default all.

        Each keeps its index in the file or DataFrame, by which messages name it.
        """
        import pandas

        text_columns = self.text or ()
        if isinstance(self.rows, Path):
            frame = self._read_file(self.rows, text_columns)
        else:
            frame = self.rows() if callable(self.rows) else self.rows
        if not isinstance(frame, pandas.DataFrame):
            self.refuse_declaration(f"it is {type(frame).__name__}; a DataFrame is needed")
        for column in frame.columns.intersection(list(text_columns)):
            frame = frame.assign(**{column: frame[column].map(str, na_action="ignore")})
        if self.where:
            frame = self._query(frame, self.where)
        if frame.empty:
            matches = f" (where={self.where!r} matches none)" if self.where else ""
            self.refuse_declaration(f"no rows{matches}")
        return frame

    def _read_file(self, path: Path, text_columns: Sequence[str]) -> DataFrame:
        """The content of a file, read as its ending says; `text_columns` are not converted to numbers."""
        import pandas

        ending = path.suffix.lower()
        if ending not in _READERS:
            self.refuse_declaration(f"the ending {ending!r} is not known; allowed: {', '.join(_READERS)}")
        options: dict[str, Any] = {}
        if ending == ".jsonl":
            options["lines"] = True
        if ending in _TYPED_BY_PANDAS:
            options["dtype"] = dict.fromkeys(text_columns, str)
        read = getattr(pandas, f"read_{_READERS[ending]}")
        try:
            return read(path, **options)
        except Exception as error:
            self.refuse_declaration(f"pandas cannot read it: {_first_line(error)}")

    def _query(self, frame: DataFrame, where: str) -> DataFrame:
        try:
            return frame.query(where)
        except Exception as error:
            columns = ", ".join(map(str, frame.columns))
            self.refuse_declaration(f"where={where!r}: {_first_line(error)}; columns: {columns}")

    @property
    def design(self) -> Design:
        """The design of its replicates: that of the runs of which a frame was made, else paired if named."""
        design = Design(**self.frame.attrs.get(DESIGN, {"unit": self.unit_name}))
        return replace(design, paired=design.paired and self.replicate is not None)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the frame's values, column names and types, and of the order of categories."""
        content = self.frame.to_csv() + str(self.frame.dtypes)
        for column in self.frame.select_dtypes("category"):
            kind = self.frame[column].dtype
            content += f"{column} {list(kind.categories)} {kind.ordered}"
        return hashlib.sha256(content.encode()).hexdigest()

    def check_column(self, name: str) -> None:
        """Raise `UsageError` if there is no column of this name."""
        columns = list(map(str, self.frame.columns))
        if name not in columns:
            self.refuse_declaration(f"no column {name!r}{did_you_mean(name, columns, 'there are')}")

    def check_names(self, column: str) -> None:
        """Raise `UsageError` where two different cells would name one group: 1.1 and 1.10, or 1 and "1".

        `table(…, text=…)` says which columns are texts. Where it is given, even empty, nothing is raised.
        """
        written = self._cells_as_written(column) if self.text is None else None
        if written is None:
            return
        first_rows: dict[str, int] = {}
        for row, cell in enumerate(self.frame[column]):
            name = name_of(cell).removesuffix(".0")  # also of a text: 1 and "1.0" are probably the same
            first_row = first_rows.setdefault(name, row)
            if written[row] != written[first_row]:
                first_cell = f"{self.row_text(first_row)} has {written[first_row]} in column {column!r}"
                two_cells = f"{first_cell}, and {self.row_text(row)} {written[row]}, which are one number"
                advice = f"text=[{column!r}] keeps them apart, text=[] takes them as one"
                self.refuse_declaration(f"{two_cells}: {advice}")

    def _cells_as_written(self, column: str) -> list[str] | None:
        """Each cell of a column as a text file spells it; of mixed types, as `repr` does: 1 and '1'.

        None for other columns, such as numbers of a DataFrame, where equal cells have only one spelling.
        """
        cells = self.frame[column]
        if cells.dtype == object:
            return [repr(cell) for cell in cells]
        path = self.path
        if path is None or path.suffix.lower() not in _TEXT_FILES or cells.dtype.kind not in "iuf":
            return None
        texts = self._read_file(path, [column])[column]
        return [str(text).strip() for text in texts.loc[cells.index]]

    def has_truths(self, column: str) -> bool:
        """Whether the cells of a column that are not empty are all True or False, and there are some."""
        cells = self.frame[column].dropna()
        return len(cells) > 0 and all(isinstance(cell, bool) for cell in cells.tolist())

    def numbers(self, column: str) -> Series:
        """A column as floats: 1 for True, 0 for False, NaN for an empty cell.

        Raises `UsageError` at a cell that is neither a number nor empty.
        """
        import pandas

        cells = self.frame[column]
        numbers = pandas.to_numeric(cells, errors="coerce")
        is_no_number = numbers.isna() & cells.notna()
        is_text = cells.map(lambda cell: isinstance(cell, str))
        for is_wrong in (is_no_number.tolist(), is_text.tolist()):
            if True in is_wrong:
                self._refuse_cell(column, is_wrong.index(True))
        return numbers.astype(float)

    def _refuse_cell(self, column: str, row: int) -> NoReturn:
        cell = self.frame[column].iloc[row]
        problem = f"{self.row_text(row)} has {cell!r} in column {column!r}"
        if isinstance(cell, str) and cell.strip().lower() in _YES_NO:
            texts = sorted(set(map(str, self.frame[column].dropna())))
            self.refuse_declaration(f"{problem}, which has {', '.join(texts[:5])}; {_YES_NO_ADVICE}")
        self.refuse_declaration(f"{problem}; a number is needed")

    def row_text(self, row: int) -> str:
        """How messages name a row: by its number, from 1 without the heads, or by its index.

        A line of the file is not known: a cell may have several lines, and pandas leaves out empty ones.
        """
        label = self.frame.index[row]
        is_number = self.frame.index.dtype.kind in "iu"
        return f"row {label + 1 if is_number else label}"

    def explain(self, error: Exception) -> None:
        """Raise `UsageError` for a text in a column of numbers, if that is why the author's code failed.

        Return where `error` has another cause.
        """
        import pandas

        is_of_text = re.search(r"\bstr(ing)?\b", str(error)) is not None
        if not (is_of_text and isinstance(error, (TypeError, ValueError))):
            return
        for column in self.frame.columns:
            cells = self.frame[column]
            if pandas.to_numeric(cells, errors="coerce").notna().any():
                self.numbers(column)

    def refuse_declaration(self, text: str) -> NoReturn:
        """Raise `UsageError` about this table, at the line that declares it."""
        error = UsageError(f"{self.owner}: {text}", location=self.location)
        error.table = self.declared
        raise error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def table(
    source: str | Path | DataFrame | Callable[[], DataFrame],
    replicate: str | None = None,
    where: str | None = None,
    missing: Literal["error", "drop"] = "error",
    text: Sequence[str] | None = None,
) -> Data:
    """Declare a table: a file that pandas can read, a DataFrame, or a function that returns one.

    >>> WELLS = table("wells.csv", replicate="plate", where="dose_uM < 100", missing="drop")

    A path is relative to the file that calls this. `replicate` names the column of what was repeated
    independently: a plate, a patient, a seed. Without it, each row is a replicate. Several rows of a
    replicate are made one number by `reduce` of the measure, by default their mean. `where` is a pandas query
    for the rows to use. With `missing="drop"`, empty cells are left out and counted; else they are an error.
    `text` names columns that look like numbers but are names, such as versions: 1.1 and 1.10.
    """
    name = getattr(source, "__name__", "DataFrame")
    if isinstance(source, (str, Path)):
        source = (author_folder() / source).resolve()
        name = source.name
    columns = None if text is None else as_tuple_of(text, str, "text", "names of columns")
    return Data(source, replicate, where, missing, name, columns)
