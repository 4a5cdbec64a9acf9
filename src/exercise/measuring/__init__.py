"""What several questions measure and draw in the same way."""

from __future__ import annotations
