"""Whether a number is beside the name of what it was measured on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from labreport.audit.finding import Finding
from labreport.audit.reading import Page, Step
from labreport.stats import Answer


def check_subjects(
    page: Page, answers: Mapping[str, Answer], experiments: Iterable[str]
) -> Iterator[Finding]:
    """Numbers of one experiment beside the name of another.

    In a row of a table the name is that in the row's header; in a sentence, the nearest one in `<code>`
    before the number or after it, for lists are written both ways. A number whose source names no
    experiment is about none, and one that compares two agrees with either. An element's attribute
    `data-about` gives the names for what is inside it, separated by spaces; empty, it says that the
    names near are not subjects.
    """
    names_of = frozenset(experiments)
    pattern = _pattern(names_of)
    if pattern is None:
        return
    known = {
        f"{slug}#{name}": names_of.intersection(quantity.origin.experiments)
        for slug, answer in answers.items()
        for name, quantity in answer.quantities.items()
    }
    for head, steps in _sentences(page.flow, pattern):
        for index, step in enumerate(steps):
            subjects = known.get(step.data.source, frozenset()) if step.data is not None else frozenset()
            if step.data is None or not subjects:
                continue
            names = _names(head, steps, index, pattern)
            if names and not any(_agree(name, subject) for name in names for subject in subjects):
                owners = sorted(subjects)
                yield Finding(
                    step.data.where,
                    step.data.text,
                    f"is beside {' and '.join(names)}, but {step.data.source} belongs to "
                    f'{" and ".join(owners)}; move it, or say data-about="{" ".join(owners)}"',
                )


def _pattern(experiments: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(map(re.escape, experiments), key=len, reverse=True)
    return re.compile(rf"(?<![\w/-])(?:{'|'.join(longest_first)})(?![\w/=-])") if longest_first else None


def _sentences(flow: Iterable[Step], pattern: re.Pattern[str]) -> Iterator[tuple[str, list[Step]]]:
    """Names and numbers of each sentence, and the name in the header of its row, if there is one."""
    head, steps = "", list[Step]()
    for step in flow:
        if step.kind in ("stop", "row"):
            yield head, steps
            steps = []
            if step.kind == "row":
                head = ""
        elif step.kind == "data":
            steps.append(step)
        elif pattern.fullmatch(step.text):
            if step.kind == "head":
                head = step.text
            else:
                steps.append(step)
    yield head, steps


def _names(head: str, steps: list[Step], index: int, pattern: re.Pattern[str]) -> list[str]:
    about = steps[index].about
    if about is not None:
        return pattern.findall(about) or about.split()  # a name may have spaces in it
    before = [step.text for step in steps[:index] if step.kind == "name"]
    after = [step.text for step in steps[index:] if step.kind == "name"]
    return [*before[-1:], *after[:1]] or ([head] if head else [])


def _agree(name: str, subject: str) -> bool:
    """`deep-8` and `deep-8`; and what was made from it, `deep-8-gain-4`."""
    return subject == name or subject.startswith(f"{name}-")
