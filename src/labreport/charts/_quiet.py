"""Keep matplotlib from warning on standard error when it finds no home to write its cache to."""

from __future__ import annotations

import logging

logging.getLogger("matplotlib").setLevel(logging.ERROR)
