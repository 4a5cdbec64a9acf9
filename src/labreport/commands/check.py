"""Compute every number and judgement of an `answers.json` again, from that file only."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from labreport.console.terminal import shown
from labreport.errors import UsageError
from labreport.program import nearby

if TYPE_CHECKING:
    from labreport.console.terminal import Terminal

MOST_SHOWN = 40
"""Differences that are printed; a file with more has one cause, not so many."""


def run(found: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Check one file; 1 when something in it differs. Neither results nor the project are read."""
    from labreport.recheck.document import changed, count, load, schema
    from labreport.recheck.script import evaluate

    if found.schema:
        terminal.tell(schema=schema())
        terminal.result(json.dumps(schema(), indent=2))
        return 0
    path = Path(found.words) if found.words else found.output / "answers.json"
    begun = time.perf_counter()
    document = load(path)
    try:
        evaluation = evaluate(document)
        differences = [*evaluation.differences, *changed(document)]
    except UsageError as error:
        raise UsageError(shown(f"{nearby(path)}: {error}")) from error
    covered = count(document, evaluation.numbers)
    seconds = time.perf_counter() - begun
    terminal.tell(
        file=str(path),
        questions=covered.questions,
        findings=covered.findings,
        numbers={"computed": covered.computed, "data": covered.data, "others": covered.others},
        judgements=evaluation.findings,
        differences=[vars(one) for one in differences],
    )
    for difference in differences[:MOST_SHOWN]:
        terminal.result(terminal.paint("differs", "red") + f"  {shown(str(difference))}")
    if len(differences) > MOST_SHOWN:
        terminal.result(f"and {len(differences) - MOST_SHOWN} more differences")
    terminal.result(f"The file holds {covered.holds}.")
    terminal.result(
        f"{evaluation.numbers:,} numbers and {evaluation.findings:,} findings of {path} "
        f"computed again in {seconds:.2g} s: {len(evaluation.differences)} differ."
    )
    if found.verbose:
        for line in covered.lines():
            terminal.result(line)
    return int(bool(differences))
