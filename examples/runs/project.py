"""A report on runs that were made elsewhere: three learning rates of a classifier, four seeds each."""

from pathlib import Path

import pandas

from labreport import Measure, Project, Words, curve, difference, figure, question, ranking, section, table

FOLDER = Path(__file__).with_name("runs")


def recorded():
    """All files as one table; what they are called tells setting and seed."""
    frames = []
    for file in sorted(FOLDER.glob("*.csv")):
        setting, seed = file.stem.split("-")
        frames.append(pandas.read_csv(file).assign(setting=setting, seed=seed))
    return pandas.concat(frames, ignore_index=True)


RUNS = table(recorded, replicate="seed")
LAST = table(recorded, replicate="seed", where="epoch == 20")
HALVES = table(recorded, replicate="seed", where="epoch in (10, 20)")
ACCURACY = Measure("test/accuracy", unit="%", title="test accuracy", margin=1, because="less is not worth it")


@figure(reads=RUNS)
def by_epoch(runs):
    return curve(runs, x="epoch", y=ACCURACY, by="setting")


@question("Which learning rate is the best?", reads=LAST, figures=by_epoch)
def best(runs):
    return ranking(runs, ACCURACY, by="setting")


@question("Do longer trainings help?", reads=HALVES)
def longer(runs):
    return difference(runs, ACCURACY, by="epoch", against=10, within="setting", name="gain")


project = Project(
    "Recorded runs",
    subtitle="Learning rates, read from files",
    sections=(section("Settings", best, longer),),
    words=Words(run="training", item="image"),
)
