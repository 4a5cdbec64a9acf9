"""The map of depth against initial gain: where the slope says that learning stops, and where it does."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

from exercise.catalogue import DEPTH_GAIN
from exercise.measuring.measures import LEARNED, TEST, counted, declared
from exercise.measuring.reading import PERCENT
from exercise.part_two.causes import SLOPE, expected_share
from labreport import charts
from labreport.experiment import LAST, required
from labreport.outline import figure, question
from labreport.results import Results
from labreport.stats import Answer

STARVED = 0.01
"""Share of a signal below which the rule says that a network does not learn."""
BOUND = "bound of the rule:\nabove and to the\nright, learning\nis predicted"
Cells = dict[tuple[int, float], list[float]]
"""(hidden layers, gain) → test accuracies by seed."""


def _cells(results: Results) -> Cells:
    return {
        (len(point["hidden_layers"]), float(point["initial_gain"])): runs.values(TEST.name)
        for point, runs in results.study(DEPTH_GAIN)
    }


@figure(reads=DEPTH_GAIN, requires=required(DEPTH_GAIN, LAST), slug="depth-gain")
def depth_against_gain(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """Mean test accuracy by hidden layers (rows) and initial gain (columns)."""
    cells = _cells(results)
    depths, gains = (sorted(set(axis)) for axis in zip(*cells, strict=True))
    values = [[PERCENT * fmean(cells[depth, gain]) for gain in gains] for depth in depths]
    figure, (panel,) = charts.column_figure(44, margins=charts.Margins(left=9, right=30, top=8))
    charts.heat_map(
        panel,
        values,
        [[f"{value:.0f}" for value in row] for row in values],
        rows=[str(depth) for depth in depths],
        columns=[f"× {gain:g}" for gain in gains],
        low=0.0,
        high=PERCENT,
    )
    charts.y_title(panel, "Hidden layers")
    panel.set_xlabel("initial weights, times those of the usual initialiser")
    expected = [[expected_share(int(depth), gain) >= STARVED for gain in gains] for depth in depths]
    charts.separate(panel, expected, BOUND)
    return charts.Drawing(
        figure,
        "heat map, mean test accuracy by number of hidden layers and size of the initial weights",
        ["hidden layers", *(f"weights × {gain:g}, %" for gain in gains)],
        [[depth, *(round(value, 2) for value in row)] for depth, row in zip(depths, values, strict=True)],
    )


@question(
    "How deep can a network be, with weights of which size?",
    slug="set-up.depth-gain",
    reads=DEPTH_GAIN,
    requires=required(DEPTH_GAIN, LAST),
    figures=(depth_against_gain,),
)
def depth_and_gain(results: Results) -> Answer:
    """How many points of the study learn, or do not, as the rule of the slope says."""
    above = {
        point: sum(PERCENT * value > LEARNED for value in values) for point, values in _cells(results).items()
    }
    point, first = next(iter(results.study(DEPTH_GAIN)))
    runs = len(first)
    agreeing = sum(
        above[depth, gain] == (runs if expected_share(depth, gain) >= STARVED else 0) for depth, gain in above
    )
    return Answer(
        {
            "cells": declared(len(above), "networks", f"study {DEPTH_GAIN.name}"),
            "agreeing": counted(
                agreeing, "networks", f"study {DEPTH_GAIN.name}: as the rule says in every seed"
            ),
            "nodes": declared(point["hidden_layers"][0], "nodes", f"study {DEPTH_GAIN.name}"),
            "epochs": declared(first.experiment.epochs, "epochs", f"study {DEPTH_GAIN.name}"),
            "slope": declared(SLOPE, "", "the largest slope of the sigmoid"),
            "starved": declared(STARVED, "fraction", "chosen after earlier trainings"),
            "seeds": counted(runs, "seeds", f"study {DEPTH_GAIN.name}"),
        }
    )
