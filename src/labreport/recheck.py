"""The independent path: every number and judgement of an `answers.json` computed again, from that file only.

What computes is the script of the page (`frame/script/check-*.js`), run here in an embedded engine, which has
no access to files, network or clock of this process. Nothing of the Python that made the numbers is used.
The file may come from anybody: its form is checked first, then its digests, which are of what nothing else in
the file gives.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from labreport import stats
from labreport.errors import UsageError
from labreport.frame import FOLDER
from labreport.grading.submission import JSON_LIMIT, parse_json, read
from labreport.grading.submission import Malformed as NotRead
from labreport.program import nearby
from labreport.stats.findings import VERSION
from labreport.stats.operations import javascript, listed

Positive = Annotated[int, Meta(ge=1)]


class Form(msgspec.Struct, forbid_unknown_fields=True):
    """An object with exactly these fields."""


def _form(of: type, description: str, optional: bool = False, **other: Any) -> Any:
    """A value of the engine as the file has it: all of its fields, some of another type, or None for none.

    Fields that are `optional` have the default of the engine.
    """
    types = get_type_hints(of)
    types = {**{one.name: types[one.name] for one in fields(of)}, **other}
    defaults = {one.name: (one.default,) for one in fields(of) if optional}
    own = [(name, form, *defaults.get(name, ())) for name, form in types.items() if form is not None]
    inside = {"__doc__": description}
    return msgspec.defstruct(of.__name__, own, bases=(Form,), namespace=inside, module=__name__)


if TYPE_CHECKING:
    from labreport.stats import Finding, Measure, Quantity
else:
    Source = _form(
        stats.Source,
        "Where a number comes from: subjects in order, what was measured, when, and in which seeds or "
        "blocks.",
        optional=True,
        note=Annotated[str, Meta(description="Free words: the name of a formula, a citation.")],
    )
    Interval = _form(
        stats.Interval,
        "A closed interval in the unit of the quantity; `kind` says how it was made. A `logarithmic` one is "
        "symmetric in the logarithm, not in the value.",
        level=Annotated[float, Meta(gt=0, le=1)],
    )
    Derivation = _form(
        stats.Derivation,
        'An operation and its data; `{"quantity": NAME}` in them is one of the same question.',
    )
    Quantity = _form(
        stats.Quantity,
        "One number, in `fraction` (of 1), `points` (a difference of fractions), `times`, or its unit. "
        "`value` is null where the results cannot give one. `n` is the number of units: seeds, runs, blocks; "
        "`spread` the standard deviation over them. `varies_with` is what changes the value in another "
        "honest run. `derivation` is null for what was counted, declared or stated.",
        source=Source,
        n=Annotated[int, Meta(ge=0)],
        interval=Interval | None,
        derivation=Derivation | None,
    )
    Judgement = _form(
        stats.Judgement,
        "How sure a difference is; at the level 1 − 0.05 / `among`. `same`: inside the margin.",
        sign=Literal[-1, 0, 1],
        among=Positive,
    )
    Finding = _form(
        stats.Finding,
        "What was seen, and how sure it is. `says` is the sentence, `numbers` and `parts` what it rests on, "
        "`derivation` the condition of an exact finding.",
        name=None,
        judgement=Judgement,
        measure=str | None,
        parts=list[_form(stats.Part, "One comparison inside a finding.", judgement=Judgement)],
        derivation=Derivation | None,
        says=str,
    )
    Measure = _form(
        stats.Measure,
        "What a metric is: its unit, which direction is better, and how small a difference does not matter, "
        "`because` of which reason.",
        **dict.fromkeys(("name", "value", "right", "place")),
    )


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

    runs: Positive
    files: dict[str, Digest]
    failed: dict[str, list[str]]


class Decided(Form):
    """That results stay valid across an edit: by each, digests of what it was made of, before and after."""

    name: str
    because: str
    by: str
    at: str
    changed: list[str]
    results: dict[str, tuple[Digest, Digest]]


class Result(Form, omit_defaults=True):
    """The results of an experiment: its last epoch, and the keys in the store, one for each seed."""

    epochs: Positive
    keys: list[Digest]
    recorded: Recorded | None = None
    decided: list[Decided] = []


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
            _check(getattr(msgspec.convert(content, form), "derivation", None))
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


def _check(derivation: stats.Derivation | None) -> None:
    """The data of an operation, and of those of quantities that are written in full inside them."""
    if derivation is None:
        return
    name, data = derivation.operation, derivation.data
    if name not in listed():
        raise msgspec.ValidationError(f"no operation is called {name!r}")
    msgspec.convert(data, listed()[name].data)
    for field in data:
        if field not in get_type_hints(listed()[name].data):
            raise msgspec.ValidationError(f"the data of {name!r} have no {field!r}")
    for each in _written(data):
        _check(msgspec.convert(each, Quantity).derivation)


def _written(value: Any) -> Iterator[Any]:
    """Quantities that are written in full inside data."""
    if isinstance(value, dict) and "derivation" in value:
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _written(each)


LENGTH = 8
COMPUTED = ("value", "spread", "n")
"""Fields of a quantity with a derivation that follow from it; of its interval, the two ends do."""


def digests(document: Mapping[str, Any]) -> dict[str, str]:
    """Place to digest, for everything in the document that does not follow from something else in it."""
    return {place: _digest(content) for place, content in _blocks(document)}


def _blocks(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    inner = ("measures", "questions", "results", "digests")
    yield "document", {key: value for key, value in document.items() if key not in inner}
    for kind in ("measures", "results"):
        for name, content in document[kind].items():
            yield f"{kind} {name}", content
    named = ("quantities", "findings", "facts")
    for slug, question in document["questions"].items():
        yield slug, {key: value for key, value in question.items() if key not in named}
        for name, fact in question["facts"].items():
            yield f"{slug}#facts.{name}", fact
        for name, quantity in question["quantities"].items():
            yield f"{slug}#{name}", _data(quantity)
        for name, finding in question["findings"].items():
            parts = [{**part, "judgement": part["judgement"]["among"]} for part in finding["parts"]]
            judged = {"judgement": finding["judgement"]["among"], "parts": parts}
            yield f"{slug}#findings.{name}", {**finding, **judged}


def _data(quantity: Mapping[str, Any]) -> Mapping[str, Any]:
    if quantity["derivation"] is None:
        return quantity
    kept = {key: value for key, value in quantity.items() if key not in COMPUTED}
    if kept["interval"] is not None:
        kept["interval"] = {key: kept["interval"][key] for key in ("kind", "level", "logarithmic")}
    return kept


def _digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def changed(document: Mapping[str, Any]) -> Iterator[Difference]:
    """Data that are not what they were when the file was written."""
    recorded = document["digests"]
    found = digests(document)
    for place, digest in found.items():
        if recorded.get(place) != digest:
            yield Difference(place, "", "other data than when it was written", "their digest differs")
    for place in recorded.keys() - found.keys():
        yield Difference(place, "", "nothing", "there is a digest of what was here when it was written")


@dataclass(frozen=True)
class Coverage:
    """Numbers of a file: those computed again, the data they are computed from, and all others.

    A change to one of `data` shows in what is computed from it, unless only the order of the data
    matters there, or on which side of a threshold they lie. All of `data` and `others` are under a digest.
    """

    questions: int
    findings: int
    computed: int
    data: int
    others: int

    @property
    def holds(self) -> str:
        """What the file holds in all, in words: one from which something was taken out holds less."""
        numbers = self.computed + self.data + self.others
        return f"{self.questions:,} questions, {self.findings:,} findings and {numbers:,} numbers"

    def lines(self) -> Iterator[str]:
        """The counts in words."""
        yield f"{self.computed:,} numbers follow from others, and were computed again"
        yield f"{self.data:,} numbers are data that these were computed from, and are under a digest too"
        yield f"{self.others:,} numbers were declared, counted or stated, and are under a digest only"


def count(document: Mapping[str, Any], computed: int) -> Coverage:
    """The coverage of a document of which so many numbers were computed again."""
    questions = document["questions"].values()
    findings = sum(len(question["findings"]) for question in questions)
    data = sum(
        _numbers(item["derivation"]["data"])
        for question in questions
        for item in (*question["quantities"].values(), *question["findings"].values())
        if item["derivation"] is not None
    )
    return Coverage(len(questions), findings, computed, data, _numbers(document) - computed - data)


def _numbers(value: Any) -> int:
    if isinstance(value, (Mapping, list)):
        return sum(map(_numbers, value.values() if isinstance(value, Mapping) else value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


SECONDS = 60
"""Of processor time, for one file; the answers of the exercise take one."""
MEMORY = 256 << 20
STACK = 256 << 10
"""Bytes that the script may have; a file of the largest size allowed needs a tenth of them."""


@dataclass(frozen=True)
class Checked:
    """What computing a document again gave: how many numbers and findings, and those that differ."""

    numbers: int
    findings: int
    differences: tuple[Difference, ...]


@cache
def source() -> str:
    """The part of the page's script that computes."""
    files = sorted(FOLDER.glob("script/check-*.js"))
    return javascript() + "".join(path.read_text(encoding="utf-8") for path in files)


def evaluate(document: Mapping[str, Any]) -> Checked:
    """Everything of a document computed again. Raises `Malformed` where it cannot be."""
    found = json.loads(_run(json.dumps(document)))
    if "error" in found:
        raise Malformed(found["error"])
    differences = (
        Difference(
            each["place"], each["field"], _shown(each["says"]), f"its data give {_shown(each['found'])}"
        )
        for each in found["differences"]
    )
    return Checked(found["numbers"], found["findings"], tuple(differences))


def _run(text: str) -> str:
    import quickjs

    context = quickjs.Context()
    context.set_memory_limit(MEMORY)
    context.set_max_stack_size(STACK)
    context.set_time_limit(SECONDS)
    try:
        context.eval(source())
        answer = context.eval("Evidence.checked")(text)
    except quickjs.JSException as error:
        stopped = "interrupted" in str(error).partition("\n")[0]
        limit = f"{SECONDS} s" if stopped else f"{MEMORY >> 20} MB of memory"
        raise Malformed(f"the file cannot be computed again within {limit}") from None
    return str(answer)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return f"{value:.9g}" if isinstance(value, float) else str(value)
