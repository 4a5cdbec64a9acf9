"""Networks that questions and figures name together, by their names in the catalogue."""

from __future__ import annotations

NETWORKS = ("wide", "small", "deep-8", "deep-32", "deep-64", "complex")
DEEP = ("deep-8", "deep-32", "deep-64")
WITHOUT_COMPLEX = tuple(name for name in NETWORKS if name != "complex")
GAIN = tuple(f"{name}-gain-4" for name in DEEP)
FEWER_LAYERS = tuple(f"{name}-4-layers" for name in DEEP)
LONGER = tuple(f"{name}-30-epochs" for name in DEEP)
