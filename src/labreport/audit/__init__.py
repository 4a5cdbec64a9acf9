"""The finished HTML and PDF against the answers: every numeral traced, or on a written list."""

from labreport.audit.lint import Finding, at_lines, check_templates, lint_templates
from labreport.audit.paper import audit_pdf
from labreport.audit.screen import audit_html

__all__ = [
    "Finding",
    "at_lines",
    "audit_html",
    "audit_pdf",
    "check_templates",
    "lint_templates",
]
