"""What the stand-in's experiments ask of their trajectories, as the judge counts it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Wish:
    """An experiment: its walk, how far, what to keep, and for how many seeds at most."""

    rate: float
    noise: float
    epochs: int
    snapshots: tuple[int, ...]
    seeds: int | None = None


WISHES = {
    "alpha": Wish(0.5, 0.01, 5, (2, 5)),
    "beta": Wish(0.25, 0.01, 5, (2, 5), 2),
    "alpha-10": Wish(0.5, 0.01, 10, (10,)),
    "alpha-middle": Wish(0.5, 0.01, 8, (7,), 2),
    **{
        f"grid/rate={rate},noise={noise}": Wish(rate, noise, 5, (2, 5), 1)
        for rate in (0.3, 0.6)
        for noise in (0.0, 0.05)
    },
    "rates/rate=0.5": Wish(0.5, 0.01, 4, (4,), 1),
    "rates/rate=0.7": Wish(0.7, 0.01, 4, (4,), 1),
}
SHARING = ("alpha", "alpha-10", "alpha-middle", "rates", "measured", "shared")
"""Targets that ask for parts of the one walk that several experiments share."""

SECTIONS = {
    "measured": ("alpha", "beta"),
    "studied": ("grid",),
    "shared": ("alpha", "beta", "alpha-10", "alpha-middle", "grid", "rates"),
}


@dataclass
class Wanted:
    """What is asked of one walk with one seed, by all experiments together."""

    epochs: int = 0
    snapshots: set[int] = field(default_factory=set)


def wanted(seeds: int, targets: Collection[str] = ()) -> dict[str, Wanted]:
    """By walk and seed, as the log names them; `targets` are experiments, studies and sections."""
    names = {need for target in targets for need in SECTIONS.get(target, (target,))}
    found: dict[str, Wanted] = {}
    for name, wish in WISHES.items():
        if names and name not in names and name.partition("/")[0] not in names:
            continue
        for seed in range(min(seeds, wish.seeds or seeds)):
            walk = found.setdefault(f"rate={wish.rate} noise={wish.noise} seed={seed}", Wanted())
            walk.epochs = max(walk.epochs, wish.epochs)
            walk.snapshots |= set(wish.snapshots)
    return found
