"""What answers and figures take for granted is declared, and a catalogue without it is refused beforehand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answering import answer
from made import made_results

from exercise import catalogue as networks
from exercise.catalogue import EXPERIMENTS, STUDIES, TIMES
from exercise.project import PROJECT
from labreport.errors import UsageError
from labreport.execute.session import Session, open_session
from labreport.experiment import Experiment, Study, study
from labreport.locate import find_project
from labreport.nodes.unfold import unfold
from labreport.nodes.workshop import draw, function
from labreport.outline import Figure, Question
from labreport.project import Project
from labreport.results import Result, Results, Runs, Snapshot

ROOT = Path(__file__).resolve().parents[2]
DERIVED = {
    "small-momentum": "small",
    "small-60": "small",
    "complex-100": "complex",
    "depth-gain": "deep-32",
    "activations": "deep-32",
    "rates": "complex",
    **{timing.name: name for name, timing in TIMES.items()},
}
"""What is read, and the network that its specification is made of."""
TIMED = {timing.name for timing in TIMES.values()}


def reading(
    reader: Question | Figure, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, set[int]], set[str]]:
    """The epochs of the snapshots that a reader reads, by experiment or study; and all that it asks for."""
    seen: defaultdict[str, set[int]] = defaultdict(set)
    asked: set[str] = set()
    at, get, cells = Result.at, Results.__getitem__, Results.study

    def noted(run: Result, epoch: int | None = None) -> Snapshot:
        found = at(run, epoch)
        if run.name not in TIMED:  # which have their last snapshot in every catalogue
            seen[run.name.partition("/")[0]].add(found.epoch)
        return found

    def noted_get(results: Results, name: str | Experiment) -> Runs:
        asked.add(name if isinstance(name, str) else name.name)
        return get(results, name)

    def noted_study(results: Results, name: str | Study) -> list[tuple[dict[str, Any], Runs]]:
        asked.add(name if isinstance(name, str) else name.name)
        return cells(results, name)

    results = made_results(reader.needs, 2)
    answers = {slug: answer(slug, 2) for slug in reader.answers} if isinstance(reader, Figure) else {}
    with monkeypatch.context() as patch:
        patch.setattr(Result, "at", noted)
        patch.setattr(Results, "__getitem__", noted_get)
        patch.setattr(Results, "study", noted_study)
        if isinstance(reader, Question):
            function(reader.answer, reader.slug)(results)
        else:
            draw(function(reader.draw, reader.slug), results, answers)
    return dict(seen), asked | {name.partition("/")[0] for name in asked}


def experiments(name: str) -> list[Experiment]:
    """The experiment of this name, or the cells of the study."""
    cells = [cell for grid in STUDIES if grid.name == name for cell in grid.experiments()]
    return cells or [experiment for experiment in EXPERIMENTS if experiment.name == name]


def catalogue(**changed: Any) -> Project:
    """The project with other networks or studies, of which its questions know the names only."""
    outline = PROJECT.outline
    if "experiments" in changed:
        changed["experiments"] += tuple(TIMES.values())
    sections = tuple(
        replace(
            section,
            read=(),
            drawn=(),
            questions=tuple(replace(question, read=(), drawn=()) for question in section.questions),
        )
        for section in outline.sections
    )
    figures = tuple(replace(figure, read=()) for figure in outline.figures)
    return replace(PROJECT, outline=replace(outline, sections=sections, figures=figures), **changed)


EVERYTHING: list[Question | Figure] = [*PROJECT.outline.questions, *PROJECT.outline.figures]
READERS = [reader for reader in EVERYTHING if not getattr(reader, "reads_verification", False)]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.slug)
def test_a_reader_declares_what_it_reads_and_reads_all_that_it_declares(
    reader: Question | Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those snapshots and no others; what is not read must not make anything again when it changes."""
    declared = {
        required.name: {
            epoch or experiment.epochs
            for epoch in required.snapshots
            for experiment in experiments(required.name)
        }
        for required in reader.requires
        if required.snapshots
    }
    read, asked = reading(reader, monkeypatch)
    assert read == declared
    assert [need for need in reader.needs if need not in asked] == []


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The exercise as a build opens it."""
    return open_session(find_project(ROOT), tmp_path_factory.mktemp("output"), 1, repair=False)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.slug)
def test_a_reader_rests_on_no_network_that_it_does_not_read(
    reader: Question | Figure, session: Session
) -> None:
    """Neither through a table of networks, nor through the catalogue's own check of all of them."""
    kind = "answer" if isinstance(reader, Question) else "figure"
    node = session.graph.nodes[f"{kind}/{reader.slug}"]
    reached = session.ledger.groups[node.ingredients(session.planner)["code"]]
    used = {
        value.name
        for name, value in vars(networks).items()
        if isinstance(value, Experiment) and f"function exercise.catalogue:{name}" in reached
    }
    below = [each for each in READERS if each.slug in getattr(reader, "answers", ())]
    read = {need for one in [reader, *below] for need in one.needs}
    assert used <= read | {DERIVED[need] for need in read & DERIVED.keys()}


@pytest.mark.parametrize(
    ("name", "epochs", "snapshots", "words"),
    [
        ("small", 60, (5, 10, 20, 60), r"'part-one.comparison' reads epoch 50 of 'small', which keeps epoch"),
        ("small", 60, (5, 10, 20, 50), r"'part-one.parameters' reads epoch 60 .*add 60 to its snap"),
        (
            "deep-8",
            20,
            (20,),
            r"'part-two.above-20' reads epoch 10 of 'deep-8', which keeps epoch 20; ",
        ),
        ("complex-100", 80, (50, 80), r"reads epoch 100 of 'complex-100', .*, and give it 100 epochs"),
    ],
)
def test_a_catalogue_that_lacks_what_is_read_is_refused(
    name: str, epochs: int, snapshots: tuple[int, ...], words: str
) -> None:
    """Who reads what of which network, and what to add; before anything is trained."""
    changed = tuple(
        replace(each, epochs=epochs, snapshots=snapshots) if each.name == name else each
        for each in EXPERIMENTS
    )
    with pytest.raises(UsageError, match=words):
        unfold(catalogue(experiments=changed), 1)


def test_more_epochs_and_snapshots_than_are_read_are_fine() -> None:
    """`small` for sixty epochs, with those snapshots as well that the answers read."""
    changed = tuple(
        replace(each, epochs=60, snapshots=(5, 10, 20, 30, 50, 60)) if each.name == "small" else each
        for each in EXPERIMENTS
    )
    unfold(catalogue(experiments=changed), 1)


def test_cells_of_a_study_are_checked_too() -> None:
    """One that is cut short before its last epoch is kept."""
    base = replace(STUDIES[0].base, epochs=12, snapshots=(10,))
    grid = study("rates", base, learning_rate=(0.1, 0.5), momentum=(0.0, 0.9))
    with pytest.raises(UsageError, match=r"'set-up.rates' reads epoch 12 of 'rates/learning_rate=0.1"):
        unfold(catalogue(studies=(grid, *STUDIES[1:])), 1)
