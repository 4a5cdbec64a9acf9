"""What the terminal shows, the table for a spreadsheet, and the file for Gradescope."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from labreport.grading.expected import Expected
from labreport.grading.grade import Result

REASONS = 5
"""Reasons shown for one question; the rest is counted."""
_COLUMNS = ("submission", "points", "max_points", "problem")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def points(value: float) -> str:
    """Points to two decimals, without those that are zero."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def listed(reasons: Sequence[str], most: int = REASONS) -> list[str]:
    """The first reasons, and how many more there are."""
    rest = len(reasons) - most
    return [*reasons[:most], *([f"and {rest} more"] if rest > 0 else [])]


def one(result: Result) -> Iterator[str]:
    """Lines about a single submission: each question, and why points were lost."""
    graded = result.graded
    width = max(len(question.slug) for question in graded.questions)
    for question in graded.questions:
        yield f"{question.slug:{width}}  {points(question.points):>5} of {points(question.most)}"
        for reason in listed(question.reasons):
            yield f"    {reason}"
    yield from graded.notes
    yield f"{points(graded.points)} of {points(sum(question.most for question in graded.questions))} points."


def many(results: Sequence[Result], expected: Expected, width: int) -> Iterator[str]:
    """Lines about a folder: a row for each submission, then a summary."""
    column = min(max(len("submission"), *(len(result.name) for result in results)), 30)
    most = points(expected.points)
    yield f"{'submission':{column}}  {'points':>6} of {most}  remark"
    for result in results:
        row = f"{_cut(result.name, column):{column}}  {points(result.graded.points):>6}"
        yield _cut(f"{row}{'':{len(most) + 4}}  {_remark(result)}".rstrip(), width)
    unreadable = sum(bool(result.graded.problem) for result in results)
    totals = [result.graded.points for result in results if not result.graded.problem]
    middle = f", median {points(median(totals))} of {most} points" if totals else ""
    yield f"{_count(len(results), 'submission')}: {len(totals)} graded{middle}, {unreadable} not readable."


def spreadsheet(results: Sequence[Result], expected: Expected) -> str:
    """Comma-separated values: a row for each submission, with its points for each question."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    slugs = [question.slug for question in expected.questions]
    writer.writerow([*_COLUMNS, *slugs, "reasons"])
    for result in results:
        graded = result.graded
        reasons = (
            []
            if graded.problem
            else [
                f"{question.slug}: {reason}"
                for question in graded.questions
                for reason in listed(question.reasons)
            ]
            + list(graded.notes)
        )
        writer.writerow(
            [
                _harmless(result.name),
                points(graded.points),
                points(expected.points),
                _harmless(graded.problem),
                *(points(question.points) for question in graded.questions),
                _harmless("; ".join(reasons)),
            ]
        )
    return out.getvalue()


def plain(result: Result) -> dict[str, Any]:
    """A graded submission as plain values."""
    graded = result.graded
    questions = [
        {"question": one.slug, "points": one.points, "most": one.most, "reasons": list(one.reasons)}
        for one in graded.questions
    ]
    told = {"points": graded.points, "problem": graded.problem, "notes": list(graded.notes)}
    return {"name": result.name, **told, "questions": questions}


def is_spreadsheet(text: str) -> bool:
    """Whether a text is what `spreadsheet` writes."""
    head = text.partition("\n")[0].rstrip("\r")
    return head.startswith(f"{','.join(_COLUMNS)},") and head.endswith(",reasons")


def _remark(result: Result) -> str:
    graded = result.graded
    if graded.problem:
        return graded.problem
    lost = [question for question in graded.questions if question.points < question.most - 1e-9]
    if not lost:
        return ""
    worst = max(lost, key=lambda question: question.most - question.points)
    rest = f" and in {_count(len(lost) - 1, 'more question')}" if len(lost) > 1 else ""
    return f"lost {points(worst.most - worst.points)} in {worst.slug}{rest}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: submitters choose the names of their files."""
    return f"'{text}" if text.startswith(_FORMULA) else text


VISIBILITY = "after_published"
"""Students see the tests, with the expected values in them, when the instructor publishes the grades."""
ALL_REASONS = 40


def results(result: Result) -> str:
    """The document, as text in ASCII."""
    graded = result.graded
    whole = f"The submission {graded.problem}." if graded.problem else "Every question was compared."
    document: dict[str, Any] = {
        "score": round(graded.points, 4),
        "output": "\n".join([whole, *graded.notes]),
        "output_format": "text",
        "visibility": VISIBILITY,
        "tests": [
            {
                "name": question.slug,
                "number": str(number),
                "score": round(question.points, 4),
                "max_score": round(question.most, 4),
                "status": "passed" if question.points >= question.most - 1e-9 else "failed",
                "output": "\n".join(
                    [
                        *listed(question.reasons, ALL_REASONS),
                        *([f"Sentence: {question.sentence}"] if question.sentence else []),
                    ]
                ),
                "output_format": "text",
                "visibility": VISIBILITY,
            }
            for number, question in enumerate(graded.questions, start=1)
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def is_results(text: str) -> bool:
    """Whether a text is what `results` writes."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(plain, dict) and set(plain) == {
        "score",
        "output",
        "output_format",
        "visibility",
        "tests",
    }
