"""Answers, figures and templates → sections → one HTML document; the only room that imports Jinja."""

from labreport.page.answers import answers_json, evidence
from labreport.page.documents import prepare_fonts, render_document, targets
from labreport.page.numbers import refusing
from labreport.page.sections import render_section
from labreport.page.templates import mistakes, written

__all__ = [
    "answers_json",
    "evidence",
    "mistakes",
    "prepare_fonts",
    "refusing",
    "render_document",
    "render_section",
    "targets",
    "written",
]
