"""The frame of every report: templates, styles, scripts and fonts, and the lookup of who has them."""

from labreport.frame.lookup import ENGINE, FOLDER, MACROS, Lookup

__all__ = ["ENGINE", "FOLDER", "MACROS", "Lookup"]
