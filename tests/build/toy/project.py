"""Walks that drift, a descent in epochs, and a table: each way to have results, in a second."""

from dataclasses import dataclass

import numpy

from labreport import (
    Answer,
    Experiment,
    Fit,
    Measure,
    Project,
    Words,
    at,
    change,
    difference,
    dots,
    figure,
    number,
    question,
    ranking,
    section,
    table,
)


@dataclass(frozen=True)
class Walk:
    drift: float
    steps: int = 50


def steps(walk, seed):
    return numpy.random.default_rng(seed).normal(walk.drift, 1.0 + abs(walk.drift), walk.steps)


def fit(walk, seed):
    path = numpy.cumsum(steps(walk, seed))
    return Fit(metrics={"end": float(path[-1])}, arrays={"path": path})


@dataclass(frozen=True)
class Slope:
    rate: float = 0.5


class Descent:
    def __init__(self, slope, seed, epoch=0, state=None):
        self.slope = slope
        self.at = state["at"] if state else numpy.random.default_rng(seed).normal(10.0, 0.1, 3)

    def advance(self):
        self.at = self.at * (1 - self.slope.rate)
        return {"loss": float(abs(self.at).mean())}

    def snapshot(self):
        return {"loss": float(abs(self.at).mean())}, {"at": self.at}

    def state(self):
        return {"at": self.at}


STILL = Experiment("still", Walk(0.0))
UP = Experiment("up", Walk(3.0))
DESCENT = Experiment("descent", Slope(), epochs=4, start=Descent)
WELLS = table("wells.csv", replicate="plate", missing="drop")
END = Measure("end", unit="steps", better="higher", margin=1, because="one step is nothing")
LOSS = Measure("loss", better="lower")
VIABILITY = Measure("viability", unit="%", bounded=False)


@figure(reads=(STILL, UP))
def ends(results):
    return dots(results, END)


@question("Who ends higher?", reads=(STILL, UP), figures=(ends,))
def higher(results):
    return ranking(results, END)


@question("Does the descent go down?", reads=at((1, 4), DESCENT))
def down(results):
    return change(results, LOSS, 1, 4, DESCENT)


@question("Does the drug work?", reads=WELLS)
def drug(wells):
    counted = Answer(wells=number(len(wells.frame), exact=True))
    return difference(wells, VIABILITY, by="dose", against=0) | counted


project = Project(
    "Three toys",
    (section("Walks", higher, down), section("Wells", drug)),
    fit=fit,
    seeds=3,
    words=Words(run="walk"),
)
