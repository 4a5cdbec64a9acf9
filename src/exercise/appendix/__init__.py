"""Studies, checks, and what was trained."""
