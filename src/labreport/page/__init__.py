"""From answers and figures to the page and the PDF: templates, their claims, Markdown, the document."""

from __future__ import annotations

from labreport.page.claims import DOES_NOT_HOLD, Claim
from labreport.page.exports import FORMATS, ReportToExport, export_report
from labreport.page.placeholders import plain_text
from labreport.page.sections import (
    RenderedSection,
    check_templates,
    frame_files,
    glossary,
    own_templates,
    render_section,
    template_files,
    template_of,
)
from labreport.page.texts import names, render_file
