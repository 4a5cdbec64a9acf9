"""Results, checkpoints, cache and published report on disk: atomic, checked, never trusted."""

from labreport.store.checkpoints import Checkpoint, Checkpoints
from labreport.store.entry import ArrayFile, Entry, Summary
from labreport.store.store import Store

__all__ = ["ArrayFile", "Checkpoint", "Checkpoints", "Entry", "Store", "Summary"]
