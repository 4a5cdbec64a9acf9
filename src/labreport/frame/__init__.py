"""The frame of every report: templates, styles, scripts, fonts and words, and the lookup of who has them."""

from labreport.frame.lookup import ENGINE, FOLDER, MACROS, Lookup
from labreport.frame.verdicts import VERDICT_WORDS

__all__ = ["ENGINE", "FOLDER", "MACROS", "VERDICT_WORDS", "Lookup"]
