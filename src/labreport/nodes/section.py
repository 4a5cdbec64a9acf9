"""A section: its questions' answers and figures, in prose."""

from __future__ import annotations

from typing import Any

from labreport.experiment import plain
from labreport.fingerprint.canonical import digest
from labreport.nodes.workshop import Workshop
from labreport.outline import Section
from labreport.plan.nodes import Node
from labreport.plan.planner import Planner

QUESTION_FRAMES = ("question.html",)
"""The templates of every question: what `labreport.page` puts around it, and its rows of all tests."""
SECTION_FRAME = "section.html"
"""The template of a section that has none of its own."""
RENDERING = ("jinja2", "markupsafe")


class SectionNode(Node):
    """One section of the outline."""

    kind = "section"
    cached = True

    def __init__(self, section: Section, reads: tuple[str, ...]) -> None:
        super().__init__(section.slug, reads)
        self.section = section

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Answers and figures, templates, what is said of experiments, and the code that renders."""
        section, fingerprints = self.section, planner.fingerprints
        project = planner.graph.project
        shown = (project.show_code, project.show_check) if section.experiments else ()
        found = section.with_templates(planner.fingerprints.has_template, SECTION_FRAME)
        own = [question.template for question in found.questions if question.template]
        proses = {} if len(own) == len(section.questions) else fingerprints.proses()
        return {
            **planner.outputs(self),
            "outline": fingerprints.section(section),
            **fingerprints.words(),
            "experiments": digest(self._experiments(planner)),
            **fingerprints.templates(found.template, *QUESTION_FRAMES, *own),
            **proses,
            **fingerprints.code_here("labreport.nodes.section:SectionNode", *filter(None, shown)),
            **fingerprints.libraries(*RENDERING),
        }

    def make(self, workshop: Workshop) -> Any:
        """Render its templates."""
        from labreport.page import render_section

        has = workshop.planner.fingerprints.has_template
        section, project = self.section.with_templates(has, SECTION_FRAME), workshop.project
        context: dict[str, Any] = {"experiments": self._experiments(workshop.planner)}
        if context["experiments"] and project.show_code:
            show = workshop.function(project.show_code, "project.show_code")
            declared = {experiment.name: experiment for experiment in project.all_experiments}
            for name, shown in context["experiments"].items():
                shown["code"] = show(declared[name])
        if context["experiments"] and project.show_check:
            context["check"] = workshop.function(project.show_check, "project.show_check")()
        figures = [name for name in self.reads if name.startswith("figure/")]
        return render_section(
            section,
            workshop.answers([question.slug for question in section.questions] + list(section.answers)),
            {name.removeprefix("figure/"): workshop.payload(name) for name in figures},
            workshop.templates,
            context,
            project.words,
        )

    def _experiments(self, planner: Planner) -> dict[str, Any]:
        """What may be said of the experiments that it names: how they are declared, and their keys."""
        return {
            experiment.name: {
                "title": experiment.title,
                "epochs": experiment.epochs,
                "snapshots": list(experiment.snapshots),
                "specification": plain(experiment.specification),
                "keys": planner.keys(experiment),
            }
            for need in self.section.experiments
            for experiment in planner.graph.cells(need)
        }
