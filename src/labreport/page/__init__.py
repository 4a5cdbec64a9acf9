"""From answers and figures to the page and the PDF: templates, their claims, Markdown, the document.

A template becomes text in five steps, from the top down:

1. `SectionRenderer` makes a printer for the template of a section and for that of each of its questions:
   `HtmlPrinter` for the page, `MarkdownPrinter` for the written report. `render_file` makes a `TextPrinter`.
2. `TemplateEnvironment`, which is Jinja, reads the template: `TemplateLexer` finds its tokens,
   `refuse_typed_numbers` looks at their prose, `ClaimTags` reads the claims.
3. While Jinja renders, the `Printer` stores what stands in `{{ }}` or what a claim says among the
   `Placeholders`, and notes it in `Collected`. Jinja's result is Markdown with a private character for each.
4. The printer has `markdown` write that as HTML (or leaves it as it is), and puts the values in.
5. `render_page` joins the sections: `Numbering` fills in numbers and references, drawings and data follow.
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
