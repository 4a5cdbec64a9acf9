"""Fontconfig that knows the engine's fonts and no others."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


@contextmanager
def only_fonts_of(folder: Path) -> Iterator[None]:
    """Within, a fontconfig that is initialised finds the fonts in `folder` and no others.

    System fonts would otherwise replace missing characters, and the PDF would differ from one
    machine to the next. The folder is reached through a link, so that its path may hold anything.
    """
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory() as place:
        Path(place, "fonts").symlink_to(folder.resolve(), target_is_directory=True)
        configuration = Path(place, "fonts.conf")
        cache = escape(str(Path(place, "cache")))
        configuration.write_text(CONFIGURATION.format(cache=cache), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(configuration)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before
