"""The form of `answers.json`, version 3, and reading one that may come from anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from labreport.errors import UsageError
from labreport.grading.strict import JSON_LIMIT, parse_json, read
from labreport.grading.strict import Malformed as NotRead
from labreport.program import nearby
from labreport.stats.answer import VERSION
from labreport.stats.operation import Reason
from labreport.stats.operations import listed

Count = Annotated[int, Meta(ge=0)]
Level = Annotated[float, Meta(gt=0, le=1)]
Number = int | float


class Form(msgspec.Struct, forbid_unknown_fields=True):
    """An object with exactly these fields."""


class Source(Form):
    """Where a number comes from: subjects in order, what was measured, when, and in which seeds or blocks."""

    experiments: list[str] = []
    measure: str = ""
    epochs: list[int] = []
    units: list[int | str] = []
    unit: str = "seed"
    kind: Literal["measured", "counted", "declared", "computed", "stated"] = "measured"
    note: Annotated[str, Meta(description="Free words: the name of a formula, a citation.")] = ""


class Interval(Form):
    """A closed interval in the unit of the quantity; `kind` says how it was made."""

    low: Number
    high: Number
    kind: str
    level: Level
    logarithmic: Annotated[bool, Meta(description="Symmetric in the logarithm, not in the value.")]


class Derivation(Form):
    """An operation and its data; `{"quantity": NAME}` in them is one of the same question."""

    operation: str
    data: dict[str, Any]


class Quantity(Form):
    """One number, in `fraction` (of 1), `points` (a difference of fractions), `times`, or its unit."""

    value: Annotated[Number | None, Meta(description="Null where the results cannot give one.")]
    unit: str
    source: Source
    n: Annotated[Count, Meta(description="Number of units: seeds, runs, blocks.")]
    spread: Annotated[Number | None, Meta(description="Standard deviation over them.")]
    interval: Interval | None
    varies_with: Annotated[
        Literal["", "seeds", "machine"], Meta(description="What changes the value in another honest run.")
    ]
    derivation: Annotated[
        Derivation | None, Meta(description="Null for what was counted, declared or stated.")
    ]


class Judgement(Form):
    """How sure a difference is; at the level 1 − 0.05 / `among`. `same`: inside the margin."""

    word: Literal["clear", "the same", "unclear"]
    sign: Literal[-1, 0, 1]
    same: bool
    reason: Reason
    among: Annotated[int, Meta(ge=1)]


class Part(Form):
    """One comparison inside a finding."""

    quantity: str
    subjects: tuple[str, str]
    judgement: Judgement


class Finding(Form):
    """What was seen, and how sure it is. `says` is the sentence, `numbers` and `parts` what it rests on."""

    kind: Literal["difference", "ranking", "count", "extremes", "trend", "exact"]
    subjects: list[str]
    titles: list[str]
    numbers: list[str]
    judgement: Judgement
    measure: str | None
    epochs: list[int]
    parts: list[Part]
    prefix: str
    unit: str
    side: str
    remarks: list[tuple[str, str]]
    derivation: Annotated[Derivation | None, Meta(description="The condition of an exact finding.")]
    says: str


class Measure(Form):
    """What a metric is: its unit, which direction is better, and how small a difference does not matter."""

    unit: str
    better: Literal["higher", "lower", ""]
    scale: Literal["difference", "ratio"]
    margin: Number | None
    because: Annotated[str, Meta(description="The reason of the margin.")]
    more: str
    less: str


class Question(Form):
    """A question and its answer."""

    order: Annotated[int, Meta(ge=1, description="Place in the report, from 1.")]
    section: str
    text: str
    headline: Annotated[str | None, Meta(description="The answer in one line, as printed.")]
    local: Annotated[bool, Meta(description="About this run, its machine or its program.")]
    quantities: dict[str, Quantity]
    findings: dict[str, Finding]
    facts: Annotated[dict[str, Any], Meta(description="Words, lists and tables that the prose uses.")]


Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Recorded(Form):
    """Runs that were made elsewhere and read: the SHA-256 of each file, by metric those without a number."""

    runs: Annotated[int, Meta(ge=1)]
    files: dict[str, Digest]
    failed: dict[str, list[str]]


class Result(Form, omit_defaults=True):
    """The results of an experiment: its last epoch, and the keys in the store, one for each seed."""

    epochs: Annotated[int, Meta(ge=1)]
    keys: list[Digest]
    recorded: Recorded | None = None


class Document(Form):
    """Every answer of a report, by question, and how each number was computed, unrounded."""

    schema: Literal[3]
    title: str
    run: Annotated[dict[str, str], Meta(description="Facts of the run, as on the title page.")]
    measures: dict[str, Measure]
    questions: Annotated[dict[str, Question], Meta(min_length=1)]
    results: dict[str, Result]
    digests: Annotated[
        dict[str, Annotated[str, Meta(pattern="^[0-9a-f]{8}$")]],
        Meta(description="Beginning of the SHA-256 of each block, by its place."),
    ]


class Malformed(UsageError):
    """The file is not what it should be; the text says what and where."""


@dataclass(frozen=True)
class Difference:
    """One number or judgement that the file's own data contradict, or data that were changed.

    `place` names it, `field` is which of its fields; the rest is in words.
    """

    place: str
    field: str
    says: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.place}, {self.field}" if self.field else self.place
        return f"{where}: the file says {self.says}; {self.expected}"


def schema() -> dict[str, Any]:
    """Make the JSON Schema of the file, with the data of every operation."""
    types = {name: one.data for name, one in listed().items()}
    (form, *data), definitions = msgspec.json.schema_components(
        [Document, *types.values()], ref_template="#/$defs/{name}"
    )
    operations = [
        {"properties": {"operation": {"const": name}, "data": of}}
        for name, of in zip(types, data, strict=True)
    ]
    definitions["Derivation"]["oneOf"] = operations
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "title": f"answers.json, version {VERSION}", **form, "$defs": definitions}


def load(path: Path, limit: int = JSON_LIMIT) -> dict[str, Any]:
    """Read a file in this form. Raises `Malformed` in one line where it is none."""
    try:
        document = parse_json(read(path.resolve(), limit))
    except NotRead as problem:
        hint = "" if path.exists() else "; build the report first, or give the path of a file"
        raise Malformed(f"{nearby(path)} {problem}{hint}") from None
    if not isinstance(document, dict) or "schema" not in document:
        raise Malformed(f"{nearby(path)} is not an answers.json; it has no key 'schema'")
    if document["schema"] != VERSION:
        raise Malformed(
            f"{nearby(path)} has version {document['schema']!r} of the file's form; "
            f"version {VERSION} can be checked: build the report again"
        )
    try:
        validate(document)
    except Malformed as problem:
        raise Malformed(f"{nearby(path)}: {problem}") from None
    return document


def validate(document: Mapping[str, Any]) -> None:
    """Compare a document with the form. Raises `Malformed` with the place of what does not fit."""
    for place, content, form in _pieces(document):
        try:
            msgspec.convert(content, form)
            for derivation in _derivations(content):
                _validate(derivation)
        except msgspec.ValidationError as error:
            raise Malformed(f"{place}: {error}") from None


def _pieces(document: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The smallest pieces first, because the error of a larger one says little about where it is."""
    questions = document.get("questions")
    for slug, question in questions.items() if isinstance(questions, dict) else ():
        for key, prefix, form in (("quantities", "", Quantity), ("findings", "findings.", Finding)):
            contents = question.get(key) if isinstance(question, dict) else None
            for name, content in contents.items() if isinstance(contents, dict) else ():
                yield f"{slug}#{prefix}{name}", content, form
        yield (
            slug,
            {**question, "quantities": {}, "findings": {}} if isinstance(question, dict) else question,
            Question,
        )
    yield "the file", document, Document


def _derivations(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every derivation in a piece, also of quantities that are written in full inside data."""
    if isinstance(value, dict):
        if isinstance(value.get("derivation"), dict):
            yield value["derivation"]
        for each in value.values():
            yield from _derivations(each)
    elif isinstance(value, list):
        for each in value:
            yield from _derivations(each)


def _validate(derivation: Mapping[str, Any]) -> None:
    made = msgspec.convert(derivation, Derivation)
    if made.operation not in listed():
        raise msgspec.ValidationError(f"no operation is called {made.operation!r}")
    form = listed()[made.operation].data
    msgspec.convert(made.data, form)
    for name in made.data:
        if name not in get_type_hints(form):
            raise msgspec.ValidationError(f"the data of {made.operation!r} have no {name!r}")
    for each in _written(made.data):
        msgspec.convert(each, Quantity)


def _written(value: Any) -> Iterator[Any]:
    """Quantities that are written in full inside data."""
    if isinstance(value, dict) and "derivation" in value:
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _written(each)
