"""Answers computed again from what plain Keras found, against answers from the stored results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exercise.catalogue import STUDIES
from exercise.project import PROJECT
from exercise.verification.compare import close
from labreport.nodes.workshop import function
from labreport.outline import Question
from labreport.results import Results, Runs
from labreport.run import Check
from labreport.stats import Answer, Finding

TOLERANCE = 1e-3
"""Relative; losses agree to single precision, and what is computed from their differences to less."""
SMALLEST = 1e-5
"""Values nearer than this are equal; a tenth of one test image in ten thousand."""


def answer_checks(stored: Mapping[str, Runs], measured: Mapping[str, Runs]) -> Iterator[Check]:
    """A check for every question whose experiments are all among `stored`."""
    studies = {grid.name: grid for grid in STUDIES}
    names = set(stored)
    for question in PROJECT.outline.questions:
        if question.reads_verification:
            continue
        cells = [
            cell
            for need in question.needs
            for cell in ([each.name for each in studies[need].experiments()] if need in studies else [need])
        ]
        if names.issuperset(cells):
            before, after = (_answer(question, cells, runs) for runs in (stored, measured))
            found = list(_differing(before, after))
            count = len(before.quantities) + len(before.findings)
            yield Check(
                f"plain Keras {question.slug}",
                not found,
                found[0] if found else f"{count} quantities and findings computed again",
                "answers, from what plain Keras found",
            )


def _answer(question: Question, cells: list[str], runs: Mapping[str, Runs]) -> Answer:
    studies = {grid.name: grid for grid in STUDIES if grid.name in question.needs}
    results = Results(f"answer {question.slug!r}", {cell: runs[cell] for cell in cells}, studies)
    answer: Answer = function(question.answer, question.slug)(results)
    return answer


def _differing(before: Answer, after: Answer) -> Iterator[str]:
    if before.quantities.keys() != after.quantities.keys() or before.findings.keys() != after.findings.keys():
        yield "other quantities or findings than from the stored results"
        return
    for name, quantity in before.quantities.items():
        if not _equal(quantity.value, after.quantities[name].value):
            yield f"{name}: stored {quantity.value}, found {after.quantities[name].value}"
    for name, finding in before.findings.items():
        word, again = _word(finding), _word(after.findings[name])
        if word != again:
            yield f"finding {name}: stored {word}, found {again}"


def _word(finding: Finding) -> str:
    if finding.kind == "exact":
        return "yes" if finding.judgement.sign > 0 else "no"
    return finding.judgement.word


def _equal(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return close(before, after, TOLERANCE, SMALLEST)
