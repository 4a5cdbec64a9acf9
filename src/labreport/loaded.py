"""The folder of any report as values and as tables: read-only, without the project's code and libraries.

docs/results.md says more; `columns.json` has every table, with the meaning of its rows and columns.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from labreport.display import Displayed
from labreport.errors import StoreError, UsageError
from labreport.fingerprint.files import OUTPUT_LIMIT, sha256
from labreport.recheck import changed
from labreport.recheck import load as read
from labreport.results import Result, flat, result_of
from labreport.stats import Answer
from labreport.stats.rounding import format_spread
from labreport.store.files import Damaged, read_regular, shown
from labreport.trajectory.store import Store

ANSWERS = "answers.json"
ARRAY_LIMIT = 1 << 30
"""Bytes of an array that is read: the folder may be anybody's."""
TABLES: Mapping[str, Mapping[str, str]] = json.loads(Path(__file__).with_name("columns.json").read_bytes())
_ON_PAGE = re.compile(
    r'<article class="question" id="(?P<question>[^"]*)"|</article>|<figure id="figure-(?P<slug>[^"]*)".*?'
    r'(?P<head><svg) role="img" aria-label="(?P<says>[^"]*)"(?P<rest>.*?</svg>).*?'
    r'<figcaption>.*?</span></span>(?P<caption>.*?)(?:<a class="permalink".*?)?</figcaption>',
    re.DOTALL,
)
_SHOWN = re.compile(r'<script type="application/json" data-readings="([^"]*)">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Column:
    """A column of a table; its unit is that of the report's measure of this name, where there is one."""

    name: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True)
class Table(Displayed):
    """Rows in order, each with a value for each column; None where there is none."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]] = field(repr=False)

    def _parts(self) -> tuple[str, list[str], Sequence[Sequence[Any]]]:
        return f"{self.name}: {self.meaning}", [one.name for one in self.columns], self.rows

    def to_frame(self) -> Any:
        """Make a data frame. Raises `UsageError` where pandas is not installed."""
        try:
            import pandas
        except ImportError:
            raise UsageError("a data frame needs pandas; install it: pip install pandas") from None
        return pandas.DataFrame(self.rows, columns=[column.name for column in self.columns])


@dataclass(frozen=True)
class Figure(Table):
    """A figure as the page shows it: its data, its SVG, its words; with no `question`, it is in none."""

    question: str
    svg: str = field(repr=False)
    caption: str

    def _repr_html_(self) -> str:
        source = f"data:image/svg+xml;base64,{b64encode(self.svg.encode()).decode()}"  # runs no script
        picture = f'<img alt="{html.escape(self.meaning)}" src="{source}">'
        return f"<figure>{picture}<figcaption>{html.escape(self.caption)}</figcaption></figure>"


class Stored(Displayed, tuple[Result, ...]):
    """The stored runs of one experiment."""

    def _parts(self) -> tuple[str, list[str], list[list[Any]]]:
        last = [dict(flat(run.at().metrics)) if run.snapshots else {} for run in self]
        names = [*dict.fromkeys(name for each in last for name in each)]
        rows = [
            [run.seed, len(run.records), *map(each.get, names)] for run, each in zip(self, last, strict=True)
        ]
        return f"Runs of {self[0].name}" if self else "No runs", ["seed", "epochs", *names], rows


@dataclass(frozen=True)
class Report(Displayed):
    """A report that was loaded: what its answers.json holds, and the SHA-256 of that file."""

    folder: Path
    document: Mapping[str, Any] = field(repr=False)
    digest: str

    def _parts(self) -> tuple[str, tuple[str, ...], list[tuple[str, str]]]:
        rows = [(one["text"], one["headline"] or "") for one in self.plain.values()]
        return self.document["title"], ("question", "answer"), rows

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The questions of answers.json by slug, in the report's order."""
        return dict(sorted(self.document["questions"].items(), key=lambda item: int(item[1]["order"])))

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """The answers by question, with their quantities, findings and facts."""
        told = {"measures": self.document["measures"]}
        return {slug: Answer.from_plain({**one, **told}) for slug, one in self.plain.items()}

    @cached_property
    def runs(self) -> Mapping[str, Stored]:
        """The stored runs by experiment, in order of seed; an array is read when it is asked for.

        Raises `StoreError` for one that is damaged or missing.
        """
        store, found = Store(self.folder / "results", repair=False, limit=ARRAY_LIMIT), dict[str, Stored]()
        for name, wish in self.document["results"].items():
            kept = {key: store.get(key) for key in wish["keys"]}
            if lost := [key for key, one in kept.items() if one is None]:
                told = "; ".join(store.notices) or f"{shown(store.path(lost[0]))} is missing"
                raise StoreError(f"result {name!r}: {told}; build the report again")
            found[name] = Stored(result_of(one, name, wish["epochs"]) for one in kept.values() if one)
        return found

    @cached_property
    def questions(self) -> Table:
        """The questions, and their answers in words."""
        return _table("questions", [{"question": slug, **one} for slug, one in self.plain.items()])

    @cached_property
    def findings(self) -> Table:
        """The findings of all answers, and how sure they are."""
        each = ((slug, item) for slug, one in self.plain.items() for item in one["findings"].items())
        rows = [{"question": slug, "finding": name, **one, **one["judgement"]} for slug, (name, one) in each]
        return _table("findings", rows)

    @cached_property
    def quantities(self) -> Table:
        """The numbers of all answers."""
        rows = []
        for slug, answer in self.answers.items():
            for name, one in answer.quantities.items():
                ends = vars(one.interval) | {"interval": one.interval.kind} if one.interval else {}
                told = {"source": one.origin.text(), "printed": format_spread(one)}
                rows.append(
                    {**vars(one), "interval": None, **ends, "question": slug, "quantity": name, **told}
                )
        return _table("quantities", rows)

    @cached_property
    def experiments(self) -> Table:
        """The experiments, with the fields of their specifications."""
        rows = []
        for name, wish in self.document["results"].items():
            runs = self.runs[name]
            count = wish["recorded"]["runs"] if "recorded" in wish else len(runs)
            fixed = {"experiment": name, "epochs": wish["epochs"], "runs": count}
            fields = flat(runs[0].specification) if runs else ()
            rows.append(fixed | {f"specification {key}" if key in fixed else key: one for key, one in fields})
        return _table("experiments", rows)

    @cached_property
    def results(self) -> Table:
        """The exact metrics of each run, at each epoch at which they were kept."""
        kept = (((run, one.epoch), one.metrics) for run in self._each() for one in run.snapshots.values())
        return self._measured("results", kept)

    @cached_property
    def records(self) -> Table:
        """What each run recorded in each epoch."""
        kept = (((run, epoch), one) for run in self._each() for epoch, one in enumerate(run.records, 1))
        return self._measured("records", kept)

    @property
    def tables(self) -> list[Table]:
        """All tables."""
        return [getattr(self, name) for name in TABLES]

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """The figures by slug, in the order of the page; none where the folder has no page."""
        path, question = self.folder / "report.html", ""
        try:
            page = read_regular(path, OUTPUT_LIMIT).decode(errors="replace")
        except FileNotFoundError:
            return {}
        except Damaged as damage:
            raise UsageError(f"{shown(path)} {damage}; build the report again") from None
        data, found = dict(_SHOWN.findall(page)), {}
        for place in _ON_PAGE.finditer(page):
            if (slug := place["slug"]) is None:
                question = place["question"] or ""
                continue
            drawn = json.loads(data.get(slug, '{"columns": [], "rows": []}'))
            columns = tuple(Column(name, "as drawn") for name in drawn["columns"])
            svg = re.sub(r"var\(--[\w-]+, (#[0-9a-f]{6})\)", r"\1", place["head"] + place["rest"])
            says, caption = (
                html.unescape(re.sub("<[^>]*>", "", place[part])) for part in ("says", "caption")
            )
            found[slug] = Figure(slug, says, columns, drawn["rows"], question, svg, " ".join(caption.split()))
        return found

    def _each(self) -> Iterator[Result]:
        return (run for runs in self.runs.values() for run in runs)

    def _measured(self, name: str, kept: Iterable[tuple[tuple[Result, int], Any]]) -> Table:
        rows = [
            {**dict(flat(metrics)), "experiment": run.name, "seed": run.seed, "epoch": epoch}
            for (run, epoch), metrics in kept
        ]
        measures = self.document["measures"].items()
        units = {of: "fraction" if one["unit"] == "%" else one["unit"] for of, one in measures}
        return _table(name, rows, units)


def load(folder: str | Path) -> Report:
    """Load the report in a folder, or of an answers.json. Nothing is written.

    Raises `UsageError` or `StoreError` in one line that names the file, where one is missing or damaged.
    """
    path = Path(folder)
    path = path if path.is_file() else path / ANSWERS
    document = read(path, OUTPUT_LIMIT)
    for one in changed(document):
        raise UsageError(
            f"{shown(path)} was changed after it was written: {one.place}; build the report again"
        )
    return Report(path.parent, document, str(sha256(path, OUTPUT_LIMIT)))


def _table(name: str, rows: Sequence[Mapping[str, Any]], units: Mapping[str, str] | None = None) -> Table:
    """A table of the columns that it has, and where there may be others, of all that are in its rows."""
    told = TABLES[name]
    fixed = {each: told[each] for each in told if each not in ("row", "others")}
    others = (key for each in rows for key in each) if "others" in told else ()
    names = dict.fromkeys([*fixed, *others])
    meaning, unit = defaultdict(lambda: told["others"], fixed), defaultdict(str, units or {})
    columns = tuple(Column(each, meaning[each], unit[each]) for each in names)
    return Table(name, told["row"], columns, [tuple(map(each.get, names)) for each in rows])
