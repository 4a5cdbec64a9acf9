"""Answers, figures and templates → sections → one HTML document; the only room that imports Jinja."""

from labreport.page.answers import answers_json
from labreport.page.documents import prepare_fonts, render_document
from labreport.page.embedded import evidence
from labreport.page.mistakes import mistakes, written
from labreport.page.numbers import refusing
from labreport.page.references import targets
from labreport.page.sections import render_section

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
