"""The frame of every report: templates, styles, scripts and fonts, and the lookup of who has them."""

from labreport.frame.lookup import FOLDER, Lookup

__all__ = ["FOLDER", "Lookup"]
