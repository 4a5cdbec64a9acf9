"""The page and the PDF, from answers and figures: templates, their claims, Markdown, the document.

A template becomes text in five steps:

1. `SectionRenderer` makes a printer for the template of a section, and for that of each of its questions:
   `HtmlPrinter` for the page, `MarkdownPrinter` for the written report. `render_file` makes a `TextPrinter`.
2. `TemplateEnvironment`, a Jinja environment, reads the template: `TemplateLexer` finds its tokens,
   `refuse_typed_numbers` checks its prose, `ClaimTags` parses its claims.
3. While Jinja renders, the `Printer` stores each value of `{{ }}` and each text of a claim in `Placeholders`,
   and notes it in `Collected`. The result is Markdown in which a private character stands for each value.
4. The printer has `markdown` parse this, which becomes HTML, or Markdown again by `MarkdownRenderer`; the
   placeholders are replaced.
5. `render_page` joins the sections: `Numbering` fills in numbers and references; drawings and data are added.
"""

from __future__ import annotations

from labreport.page.claims import DOES_NOT_HOLD, Claim
from labreport.page.exports import FORMATS, ReportToExport, export_report
from labreport.page.placeholders import plain_text
from labreport.page.sections import (
    RenderedSection,
    check_templates,
    glossary,
    own_templates,
    render_section,
    shared_files,
    template_files,
    template_of,
)
from labreport.page.texts import names, render_file
