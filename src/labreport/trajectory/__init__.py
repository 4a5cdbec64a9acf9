"""Trained work, from one epoch on: one value, and the store that keeps it."""

from labreport.trajectory.store import Store
from labreport.trajectory.trajectory import STATE, Arrays, Snapshot, Trajectory

__all__ = ["STATE", "Arrays", "Snapshot", "Store", "Trajectory"]
