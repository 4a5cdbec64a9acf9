"""A project unfolded into nodes, each after all that it reads."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import chain

from labreport.authoring import Place, at, refuse, variable, written
from labreport.errors import UsageError, did_you_mean
from labreport.experiment import Experiment, Study
from labreport.nodes.content import AnswerNode, FigureNode, RecordingNode, ResultNode, SectionNode
from labreport.nodes.document import (
    AnswersDocument,
    CrateDocument,
    DocumentNode,
    PageDocument,
    PaperDocument,
    WorkflowDocument,
)
from labreport.outline import Figure, Question, Section
from labreport.plan.nodes import Graph, Node
from labreport.project import Project


def unfold(project: Project, seeds: int, preliminary: bool = False) -> Graph:
    """The graph of a project for a number of seeds; `preliminary` documents say that more seeds follow.

    Those of more seeds than the project declares say that, too.
    Raises `UsageError` for names that do not fit.
    """
    grids = {grid.name: grid.experiments() for grid in project.studies}
    experiments = [*project.experiments, *(cell for cells in grids.values() for cell in cells)]
    _check_names(project, experiments)
    nodes: dict[str, Node] = {}
    results: dict[str, tuple[str, ...]] = {}

    def add(node: Node, place: Place = ()) -> str:
        if node.name in nodes:
            text = f"two entries of the outline are called {node.name!r}; names must differ"
            raise UsageError(at(place, text))
        nodes[node.name] = node
        return node.name

    for experiment in experiments:
        if experiment.recorded:
            results[experiment.name] = (add(RecordingNode(experiment), experiment.place),)
            continue
        results[experiment.name] = tuple(
            add(ResultNode(experiment, seed, project.work, project.words.seed))
            for seed in experiment.run_with(seeds, project.seed_range.start)
        )
    cells = {**{experiment.name: (experiment,) for experiment in experiments}, **grids}

    def read(needs: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for need in needs for cell in cells[need] for name in results[cell.name])

    def named(kind: str, slugs: Iterable[str], reader: Question | Figure | Section) -> tuple[str, ...]:
        known = [name.partition("/")[2] for name in nodes if name.startswith(f"{kind}/")]
        for slug in slugs:
            if slug not in known:
                near = (
                    did_you_mean(slug, known).removesuffix(".") or f"; there are {', '.join(known) or 'none'}"
                )
                text = f"{reader.slug!r} names the {kind} {slug!r}, which is not in the outline{near}"
                refuse(reader.place, text, f"{kind}s", slug)
        return tuple(f"{kind}/{slug}" for slug in slugs)

    outline = project.outline
    _check_needs(project, cells)
    # What verification found is about all other answers, and comes after them
    for question in sorted(outline.questions, key=lambda question: question.reads_verification):
        answers = [name for name in nodes if name.startswith("answer/") and question.reads_verification]
        add(AnswerNode(question, (*read(question.needs), *answers)), question.place)
    readers: tuple[Question | Figure, ...] = (*outline.questions, *outline.figures)
    _check_functions(project, (*project.experiments, *(grid.base for grid in project.studies), *readers))
    for reader in readers:
        _check_required(reader, cells)
    for figure in outline.figures:
        reads = (*read(figure.needs), *named("answer", figure.answers, figure))
        add(FigureNode(figure, reads), figure.place)
    for section in outline.sections:
        own = [question.slug for question in section.questions]
        read_answers = named("answer", (*own, *section.answers), section)
        showing: tuple[Question | Section, ...] = (*section.questions, section)
        shown = [name for one in showing for name in named("figure", one.figures, one)]
        add(SectionNode(section, (*read_answers, *shown)), section.place)
    everything = (
        *(f"section/{section.slug}" for section in outline.sections),
        *(f"answer/{question.slug}" for question in outline.questions),
    )
    documents: tuple[tuple[type[DocumentNode], str], ...] = (
        (AnswersDocument, "answers"),
        (PageDocument, "html"),
        (WorkflowDocument, "workflow"),
        (CrateDocument, "crate"),
        (PaperDocument, "pdf"),
    )
    added = seeds > len(project.seed_range) and not all(experiment.recorded for experiment in experiments)
    for document, slug in documents:
        add(document(slug, () if document is WorkflowDocument else everything, preliminary, added))
    return Graph(project, nodes, cells, results)


def _check_needs(project: Project, cells: Mapping[str, Iterable[Experiment]]) -> None:
    """Raise `UsageError` for an experiment or study that is read, or of which something is required, and that
    is not there: at the one that had its name, where there is one."""
    readers: dict[str, list[Question | Figure | Section]] = {}
    outline = project.outline
    for reader in chain[Question | Figure | Section](outline.questions, outline.figures, outline.sections):
        needs = reader.experiments if isinstance(reader, Section) else reader.needs
        requires = () if isinstance(reader, Section) else reader.requires
        for need in dict.fromkeys((*needs, *(required.name for required in requires))):
            if need not in cells:
                readers.setdefault(need, []).append(reader)
    for need, asking in readers.items():
        used = f"used by {', '.join(repr(reader.slug) for reader in asking)}"
        declared: tuple[Experiment | Study, ...] = (*project.experiments, *project.studies)
        for one in declared:
            if variable(one.place).lower().replace("_", "-") == need.lower().replace("_", "-"):
                where = written(one.place, "name", one.name, type(one))
                text = f"no {project.words.run} is called {need!r} any more"
                raise UsageError(at(where, f"{text} (this line says {one.name!r}); {used}"))
        names = [one.name for one in declared]
        text = f"no {project.words.run} is called {need!r}{did_you_mean(need, names).removesuffix('.')}"
        field = "experiments" if isinstance(asking[0], Section) else "reads"
        refuse(asking[0].place, f"{text}; {used}; there are {', '.join(names)}", field, need)


def _check_required(reader: Question | Figure, cells: Mapping[str, Iterable[Experiment]]) -> None:
    """Raise `UsageError` for what an experiment lacks of what its reader takes for granted."""
    for required in reader.requires:
        if required.name not in reader.needs:
            found = next((at(one.place, "")[:-2] for one in cells[required.name] if one.place), "")
            text = (
                f"{reader.slug!r} requires epochs or snapshots of {required.name!r}, which it does not read"
            )
            told = f"{text}; add it to what it reads{f' (it is declared at {found})' if found else ''}"
            raise UsageError(at(reader.place, told))
        for experiment in cells[required.name]:
            lacks, field = required.missing(experiment)
            if lacks:
                refuse(
                    experiment.place,
                    f"{reader.slug!r} reads {lacks}",
                    field,
                    getattr(experiment, field),
                    Experiment,
                )


def _check_functions(project: Project, readers: Iterable[Experiment | Question | Figure]) -> None:
    """Raise `UsageError` for a function that its name does not give: another one would be called."""
    for one in readers:
        name: str = getattr(one, {Experiment: "code", Question: "answer", Figure: "draw"}[type(one)])
        module, _, attribute = name.partition(":")
        found = vars(sys.modules[module]).get(attribute) if module in sys.modules else None
        if isinstance(one, Experiment) and module in sys.modules and found is None:
            near = did_you_mean(attribute, [*vars(sys.modules[module])]).removesuffix(".")
            owner = project if name == project.fit else one
            field = "fit" if one.fit else "start"
            refuse(owner.place, f"{field} is {name!r}, and {module} has no {attribute!r}{near}", field, name)
        if one.function is None or found is None or one.function in (found, getattr(found, "function", None)):
            continue
        called = one.name if isinstance(one, Experiment) else one.slug
        text = f"{called!r} was given a function that says it is {name}, which is another one by now"
        raise UsageError(at(one.place, f"{text}; define each at the top of a module under a name of its own"))


def _check_names(project: Project, experiments: Iterable[Experiment]) -> None:
    seen: set[str] = set()
    for experiment in experiments:
        if experiment.name in seen:
            experiment.refuse("name", "is that of another experiment; names must differ")
        if not experiment.code and not experiment.recorded:
            text = f"nothing says how experiment {experiment.name!r} is run"
            raise UsageError(at(experiment.place, f"{text}; give it a fit or a start, or the project a fit"))
        seen.add(experiment.name)
    for grid in project.studies:
        if grid.name in seen:
            text = f"study {grid.name!r} has the name of an experiment or of another study; names must differ"
            raise UsageError(at(grid.place, text))
        seen.add(grid.name)
    anchors: dict[str, Section | Question | Figure] = {}
    outline = project.outline
    slugs = [one.slug for one in outline.questions]
    if outline.facts and outline.facts not in slugs:
        near = did_you_mean(outline.facts, slugs).removesuffix(".") or f"; there are {', '.join(slugs)}"
        text = f"facts names the question {outline.facts!r}, which is not in the outline{near}"
        refuse(project.place, text, "facts", outline.facts)
    for one in chain[Section | Question | Figure](outline.sections, outline.questions, outline.figures):
        if (other := anchors.get(one.slug)) is not None:
            kind, before = (type(each).__name__.lower() for each in (one, other))
            text = f"a {before} and a {kind} are both called {one.slug!r}; give one of them another slug"
            if holders := [each for each in outline.sections if other == one and one in each.questions]:
                text = f"the question {one.slug!r} is listed twice; take it out once"
            raise UsageError(at([one, *holders][-1].place, text))
        anchors[one.slug] = one
