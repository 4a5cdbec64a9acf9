"""Grade submissions against the published answers, or write a form for students to fill in."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from labreport.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from labreport.console.terminal import Terminal
    from labreport.grading.grade import Result

_LIMIT = 64 << 20
"""Bytes of the largest file that is compared before it is overwritten."""


def run(found: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Grade `found.words`, or write the form.

    For one submission, 0 when it gets all points and 1 otherwise; for a folder, 0 once all are graded.
    Raises `UsageError` where there is nothing to compare, and for one submission that cannot be read.
    """
    from labreport.execute.session import load_project
    from labreport.grading import reference
    from labreport.locate import find_project

    if bool(found.words) == bool(found.form):
        raise UsageError("grade takes either a submission (or a folder of them), or --form FILE")
    if found.form and Path(found.form).suffix.lower() != ".toml":
        raise UsageError(f"--form {found.form}: a form ends in .toml; write {Path(found.form).stem}.toml")
    project = load_project(find_project(root))
    plain = reference.load(Path(found.reference) if found.reference else found.output / "answers.json")
    expected = reference.expect(plain, project.rubric, project.recompute)
    if found.form:
        from labreport.grading.form import template

        write([(Path(found.form), template(plain, expected))], lambda old: False)
        terminal.say(f"Wrote {found.form}: {len(expected.questions)} questions.")
        return 0
    from labreport.console.terminal import shown
    from labreport.grading import outputs
    from labreport.grading.grade import find, grade_all, same
    from labreport.grading.reference import ENOUGH_SEEDS
    from labreport.grading.score import measured
    from labreport.grading.submission import of_answers

    submissions, ignored = find(Path(found.words))
    results = grade_all(expected, submissions)
    folder = Path(found.words).is_dir()
    own = measured(expected, of_answers(plain)) if folder else ""
    alike = same(results, reference.content(plain), own) if folder else []
    terminal.tell(
        most=expected.points,
        submissions=[outputs.plain(one) for one in results],
        alike=[{"what": what, "names": names} for what, names in alike],
        ignored=ignored,
    )
    problem = "" if folder else results[0].graded.problem
    lines = outputs.many(results, expected, terminal.width) if folder else outputs.one(results[0])
    for line in () if problem else lines:
        terminal.result(shown(line))
    for what, names in alike:
        terminal.result(shown(f"{what}: {', '.join(names)}"))
    if reference.seeds(plain) < ENOUGH_SEEDS:
        terminal.warn(
            f"the reference has {reference.seeds(plain)} seeds, so the tolerance is wide; "
            f"build it with --seeds {ENOUGH_SEEDS} or more"
        )
    if ignored:
        terminal.warn(f"ignored {len(ignored)} files that are not submissions: {', '.join(ignored[:5])}")
    if found.csv:
        write([(Path(found.csv), outputs.spreadsheet(results, expected))], outputs.is_spreadsheet)
    if found.gradescope:
        _gradescope(Path(found.gradescope), results, folder)
    if problem:
        raise UsageError(f"{found.words} {problem}")
    return int(not folder and results[0].graded.points < expected.points - 1e-9)


def _gradescope(path: Path, results: Sequence[Result], folder: bool) -> None:
    from labreport.grading import outputs

    if folder:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot make the folder {path}: {error.strerror}") from None
    one = path / "results.json" if path.is_dir() else path
    places = [path / f"{result.name}.results.json" for result in results] if folder else [one]
    texts = map(outputs.results, results)
    write(list(zip(places, texts, strict=True)), outputs.is_results)


def write(files: Sequence[tuple[Path, str]], ours: Callable[[str], bool]) -> None:
    """Write files, in place of such as this program wrote for this purpose only: `ours` says so of a text.

    Raises `UsageError` before anything is written.
    """
    from labreport.store.files import Damaged, read_regular, write_atomically

    for path, text in files:
        try:
            old = "" if path.is_symlink() else read_regular(path, _LIMIT).decode("utf-8", "replace")
        except FileNotFoundError:
            continue
        except Damaged:
            old = ""
        if old != text and not ours(old):
            what = (
                "a folder; give the name of a file"
                if path.is_dir()
                else "there; remove it, or name another file"
            )
            raise UsageError(f"{path} is {what}: only what this command wrote is overwritten")
    for path, text in files:
        write_atomically(Path(os.path.abspath(path)), text.encode("utf-8", "backslashreplace"))
