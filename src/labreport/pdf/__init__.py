"""HTML → accessible PDF; the only room that imports WeasyPrint and pikepdf."""

from labreport.pdf.writing import write

__all__ = ["write"]
