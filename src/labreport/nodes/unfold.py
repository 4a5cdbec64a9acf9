"""A project unfolded into nodes, each after all that it reads."""

from __future__ import annotations

from collections.abc import Iterable

from labreport.errors import UsageError
from labreport.experiment import Experiment
from labreport.nodes.answer import AnswerNode
from labreport.nodes.document import AnswersDocument, PageDocument, PaperDocument
from labreport.nodes.figure import FigureNode
from labreport.nodes.result import ResultNode
from labreport.nodes.section import SectionNode
from labreport.plan.graph import Graph
from labreport.plan.nodes import Node
from labreport.project import Project


def unfold(project: Project, seeds: int) -> Graph:
    """The graph of a project for a number of seeds. Raises `UsageError` for names that do not fit."""
    grids = {grid.name: grid.experiments() for grid in project.studies}
    experiments = [*project.experiments, *(cell for cells in grids.values() for cell in cells)]
    _check_names(project, experiments)
    nodes: dict[str, Node] = {}
    results: dict[str, tuple[str, ...]] = {}

    def add(node: Node) -> str:
        if node.name in nodes:
            raise UsageError(f"two entries of the outline are called {node.name!r}; names must differ")
        nodes[node.name] = node
        return node.name

    for experiment in experiments:
        results[experiment.name] = tuple(add(ResultNode(own, seed)) for seed, own in experiment.runs(seeds))
    cells = {**{experiment.name: (experiment,) for experiment in experiments}, **grids}

    def read(needs: Iterable[str], reader: str) -> tuple[str, ...]:
        for need in needs:
            if need not in cells:
                known = ", ".join((*(experiment.name for experiment in project.experiments), *grids))
                raise UsageError(f"{reader!r} in the outline needs {need!r}; the catalogue has {known}")
        return tuple(name for need in needs for cell in cells[need] for name in results[cell.name])

    def named(kind: str, slugs: Iterable[str], reader: str) -> tuple[str, ...]:
        names = tuple(f"{kind}/{slug}" for slug in slugs)
        for name in names:
            if name not in nodes:
                raise UsageError(
                    f"{reader!r} in the outline names {name!r}, which the outline does not define before it"
                )
        return names

    outline = project.outline
    # What verification found is about all other answers, and comes after them
    for question in sorted(outline.questions, key=lambda question: question.reads_verification):
        answers = [name for name in nodes if name.startswith("answer/") and question.reads_verification]
        add(AnswerNode(question, (*read(question.needs, question.slug), *answers)))
    for figure in outline.figures:
        reads = (*read(figure.needs, figure.slug), *named("answer", figure.answers, figure.slug))
        add(FigureNode(figure, reads))
    for section in outline.sections:
        own = [question.slug for question in section.questions]
        figures = [slug for question in section.questions for slug in question.figures]
        read_answers = named("answer", (*own, *section.answers), section.slug)
        read_figures = named("figure", (*figures, *section.figures), section.slug)
        add(SectionNode(section, (*read_answers, *read_figures)))
    everything = (
        *(f"section/{section.slug}" for section in outline.sections),
        *(f"answer/{question.slug}" for question in outline.questions),
    )
    for document in (AnswersDocument("answers", everything), PageDocument("html", everything)):
        add(document)
    add(PaperDocument("pdf", everything))
    return Graph(project, nodes, cells)


def _check_names(project: Project, experiments: Iterable[Experiment]) -> None:
    seen: set[str] = set()
    for experiment in experiments:
        if experiment.name in seen:
            raise UsageError(f"two experiments are called {experiment.name!r}; names must differ")
        if not experiment.name or len(experiment.name) > 200 or "#" in experiment.name:
            raise UsageError(
                f"experiment name {experiment.name!r}: 1 to 200 characters without '#' are allowed"
            )
        seen.add(experiment.name)
    for grid in project.studies:
        if grid.name in seen:
            raise UsageError(f"study {grid.name!r} has the name of an experiment; names must differ")
