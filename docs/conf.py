"""Sphinx: all pages of this folder, and a reference of the public names, made from their docstrings."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))  # where it is not installed
project = "labreport"
extensions = ["sphinx.ext.autodoc", "myst_parser"]
root_doc = "reference"
exclude_patterns = ["_build"]
default_role = "py:obj"  # a name in `backticks` leads to its entry, where it has one
autodoc_typehints = "description"
myst_heading_anchors = 3
html_show_copyright = False
