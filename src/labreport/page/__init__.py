"""Answers, figures and templates → sections → one HTML document; the only room that imports Jinja."""

from labreport.page.documents import answers_json, evidence, prepare_fonts, render_document, targets
from labreport.page.notations import (
    VALUE,
    Unreadable,
    bibliography,
    entries,
    formulas,
    mathml,
    mistaken,
    without_formulas,
)
from labreport.page.sections import render_section
from labreport.page.templates import claim, mistakes, names_one, written
from labreport.page.values import refusing

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
