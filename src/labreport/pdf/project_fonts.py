"""Fontconfig that knows the engine's fonts and no others."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


@contextmanager
def only_fonts_of(folder: Path) -> Iterator[None]:
    """Within, a fontconfig that is initialised finds the fonts in `folder` and no others.

    System fonts would otherwise replace missing characters, and the PDF would differ from one
    machine to the next. The paths of folder and cache may hold anything, which XML cannot: the one is
    reached through a link, the other is in the environment.
    """
    names = ("FONTCONFIG_FILE", "XDG_CACHE_HOME")
    before = {name: os.environ.get(name) for name in names}
    with tempfile.TemporaryDirectory() as place:
        Path(place, "fonts").symlink_to(folder.resolve(), target_is_directory=True)
        configuration = Path(place, "fonts.conf")
        configuration.write_text(CONFIGURATION, encoding="utf-8")
        os.environ.update(zip(names, (str(configuration), place), strict=True))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
