"""Grade submissions against the published answers, or write a form for students to fill in.

Of the grades there are lines for the terminal, a table for a spreadsheet, and the files of Gradescope.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from labreport.commands import write
from labreport.console.plan import counted
from labreport.console.terminal import Terminal, cut, shown
from labreport.errors import UsageError
from labreport.execute.session import load_project
from labreport.grading import reference
from labreport.grading.form import template
from labreport.grading.grade import Result, find, grade_all, same
from labreport.grading.score import Expected, Scored, measured
from labreport.grading.submission import digest, of_answers
from labreport.locate import find_project

REASONS = 5
"""Reasons shown for one question; the rest is counted."""
ALL_REASONS = 40
"""As many for Gradescope."""
VISIBILITY = "after_published"
"""Students see the tests, with the expected values in them, when the instructor publishes the grades."""
_COLUMNS = ("submission", "points", "max_points", "problem")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def run(found: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Grade `found.words`, or write the form.

    For one submission, 0 when it gets all points and 1 otherwise; for a folder, 0 once all are graded.
    Raises `UsageError` where there is nothing to compare, and for one submission that cannot be read.
    """
    if bool(found.words) == bool(found.form):
        raise UsageError("grade takes either a submission (or a folder of them), or --form FILE")
    if found.form and Path(found.form).suffix.lower() != ".toml":
        raise UsageError(f"--form {found.form}: a form ends in .toml; write {Path(found.form).stem}.toml")
    project = load_project(find_project(root))
    plain = reference.load(Path(found.reference) if found.reference else found.output / "answers.json")
    expected = reference.expect(plain, project.rubric, project.recompute)
    if found.form:
        write([(Path(found.form), template(plain, expected))], lambda old: False)
        terminal.say(f"Wrote {found.form}: {len(expected.questions)} questions.")
        return 0
    submissions, ignored = find(Path(found.words))
    results = grade_all(expected, submissions)
    folder = Path(found.words).is_dir()
    alike = same(results, digest(plain), measured(expected, of_answers(plain))) if folder else []
    terminal.tell(
        most=expected.points,
        submissions=[told(one) for one in results],
        alike=[{"what": what, "names": names} for what, names in alike],
        ignored=ignored,
    )
    problem = "" if folder else results[0].graded.problem
    lines = of_many(results, expected, terminal.width) if folder else of_one(results[0])
    for line in () if problem else lines:
        terminal.result(shown(line))
    for what, names in alike:
        terminal.result(shown(f"{what}: {', '.join(names)}"))
    if (seeds := reference.seeds(plain)) < reference.ENOUGH_SEEDS:
        terminal.warn(
            f"the reference has {seeds} seeds, so the tolerance is wide; "
            f"build it with --seeds {reference.ENOUGH_SEEDS} or more"
        )
    if ignored:
        terminal.warn(f"ignored {len(ignored)} files that are not submissions: {', '.join(ignored[:5])}")
    if found.csv:
        write([(Path(found.csv), spreadsheet(results, expected))], is_spreadsheet)
    if found.gradescope:
        places = _places(Path(found.gradescope), results, folder)
        write([*zip(places, map(gradescope, results), strict=True)], is_gradescope)
    if problem:
        raise UsageError(f"{found.words} {problem}")
    return int(not folder and results[0].graded.points < expected.points - 1e-9)


def _places(path: Path, results: Sequence[Result], folder: bool) -> list[Path]:
    if not folder:
        return [path / "results.json" if path.is_dir() else path]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {path}: {error.strerror}") from None
    return [path / f"{result.name}.results.json" for result in results]


def told(result: Result) -> dict[str, Any]:
    """A graded submission as plain values."""
    graded = result.graded
    questions = [
        {"question": one.slug, "points": one.points, "most": one.most, "reasons": list(one.reasons)}
        for one in graded.questions
    ]
    own = {"points": graded.points, "problem": graded.problem, "notes": list(graded.notes)}
    return {"name": result.name, **own, "questions": questions}


def of_one(result: Result) -> Iterator[str]:
    """Lines about a single submission: each question, and why points were lost."""
    graded = result.graded
    width = max(len(question.slug) for question in graded.questions)
    for question in graded.questions:
        yield f"{question.slug:{width}}  {_points(question.points):>5} of {_points(question.most)}"
        for reason in _listed(question):
            yield f"    {reason}"
    yield from graded.notes
    most = sum(question.most for question in graded.questions)
    yield f"{_points(graded.points)} of {_points(most)} points."


def of_many(results: Sequence[Result], expected: Expected, width: int) -> Iterator[str]:
    """Lines about a folder: a row for each submission, then a summary."""
    column = min(max(len("submission"), *(len(result.name) for result in results)), 30)
    most = _points(expected.points)
    yield f"{'submission':{column}}  {'points':>6} of {most}  remark"
    for result in results:
        row = f"{cut(result.name, column):{column}}  {_points(result.graded.points):>6}"
        yield cut(f"{row}{'':{len(most) + 4}}  {_remark(result)}".rstrip(), width)
    totals = [result.graded.points for result in results if not result.graded.problem]
    middle = f", median {_points(median(totals))} of {most} points" if totals else ""
    unreadable = len(results) - len(totals)
    yield f"{counted(len(results), 'submission')}: {len(totals)} graded{middle}, {unreadable} not readable."


def _remark(result: Result) -> str:
    """Why a submission could not be read, or where most points were lost."""
    graded = result.graded
    lost = [question for question in graded.questions if question.points < question.most - 1e-9]
    if graded.problem or not lost:
        return graded.problem
    worst = max(lost, key=lambda question: question.most - question.points)
    rest = f" and in {counted(len(lost) - 1, 'more question')}" if len(lost) > 1 else ""
    return f"lost {_points(worst.most - worst.points)} in {worst.slug}{rest}"


def spreadsheet(results: Sequence[Result], expected: Expected) -> str:
    """Comma-separated values: a row for each submission, with its points for each question."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_COLUMNS, *(question.slug for question in expected.questions), "reasons"])
    for result in results:
        graded = result.graded
        lost = [f"{one.slug}: {reason}" for one in graded.questions for reason in _listed(one)]
        reasons = "" if graded.problem else "; ".join([*lost, *graded.notes])
        totals = _points(graded.points), _points(expected.points)
        each = (_points(question.points) for question in graded.questions)
        # No spreadsheet is to take a text for a formula: submitters choose the names of their files
        name, problem, why = (
            f"'{text}" if text.startswith(_FORMULA) else text
            for text in (result.name, graded.problem, reasons)
        )
        writer.writerow([name, *totals, problem, *each, why])
    return out.getvalue()


def is_spreadsheet(text: str) -> bool:
    """Whether a text is what `spreadsheet` writes."""
    head = text.partition("\n")[0].rstrip("\r")
    return head.startswith(f"{','.join(_COLUMNS)},") and head.endswith(",reasons")


def gradescope(result: Result) -> str:
    """Gradescope's `results.json` of a submission, as text in ASCII."""
    graded = result.graded
    whole = f"The submission {graded.problem}." if graded.problem else "Every question was compared."
    tests = []
    for number, one in enumerate(graded.questions, start=1):
        sentence = [f"Sentence: {one.sentence}"] if one.sentence else []
        tests.append(
            {
                "name": one.slug,
                "number": str(number),
                "score": round(one.points, 4),
                "max_score": round(one.most, 4),
                "status": "passed" if one.points >= one.most - 1e-9 else "failed",
                **_output([*_listed(one, ALL_REASONS), *sentence]),
            }
        )
    document = {"score": round(graded.points, 4), **_output([whole, *graded.notes]), "tests": tests}
    return json.dumps(document, indent=1) + "\n"


def _output(lines: Sequence[str]) -> dict[str, str]:
    return {"output": "\n".join(lines), "output_format": "text", "visibility": VISIBILITY}


def is_gradescope(text: str) -> bool:
    """Whether a text is what `gradescope` writes."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(plain, dict) and {*plain} == {*_output([]), "score", "tests"}


def _points(value: float) -> str:
    """Points to two decimals, without those that are zero."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _listed(question: Scored, most: int = REASONS) -> list[str]:
    """The first reasons for which points were lost, and how many more there are."""
    rest = len(question.reasons) - most
    return [*question.reasons[:most], *([f"and {rest} more"] if rest > 0 else [])]
