"""From answers and figures to the page and the PDF: templates, their claims, Markdown, the document."""

from __future__ import annotations

from labreport.page.claims import Claim
from labreport.page.sections import RenderedSection, glossary, render_section, template_files
from labreport.page.texts import names, render_file
from labreport.page.values import plain_text
