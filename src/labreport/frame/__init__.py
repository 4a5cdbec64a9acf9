"""The frame of every report: templates, styles, scripts and fonts, and the lookup of who has them."""

from labreport.frame.lookup import FOLDER, MACROS, Lookup

__all__ = ["FOLDER", "MACROS", "Lookup"]
