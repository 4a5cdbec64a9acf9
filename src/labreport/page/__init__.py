"""Answers, figures and templates → sections → one HTML document; the only room that imports Jinja."""

from labreport.page.answers import answers_json, evidence
from labreport.page.claims import claim, names_one
from labreport.page.documents import prepare_fonts, render_document, targets
from labreport.page.formulas import VALUE, Unreadable, formulas, mathml, without_formulas
from labreport.page.numbers import refusing
from labreport.page.references import bibliography, entries, mistaken
from labreport.page.sections import render_section
from labreport.page.templates import mistakes, written

__all__ = [
    "VALUE",
    "Unreadable",
    "answers_json",
    "bibliography",
    "claim",
    "entries",
    "evidence",
    "formulas",
    "mathml",
    "mistaken",
    "mistakes",
    "names_one",
    "prepare_fonts",
    "refusing",
    "render_document",
    "render_section",
    "targets",
    "without_formulas",
    "written",
]
