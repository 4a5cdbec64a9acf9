"""`--open`: show the finished report in whatever the system opens PDFs with."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from labreport.console.terminal import Terminal


def open_report(output: Path, terminal: Terminal) -> None:
    """Open the PDF, or the HTML where there is none."""
    report = output / "report.pdf"
    if not report.exists():
        report = output / "report.html"
    if not webbrowser.open(report.resolve().as_uri()):
        terminal.warn(f"nothing here opens {report}; open it yourself")
