"""HTML → accessible PDF; the only room that imports WeasyPrint and pikepdf."""

from labreport.pdf.separate import Writer
from labreport.pdf.writing import write

__all__ = ["Writer", "write"]
